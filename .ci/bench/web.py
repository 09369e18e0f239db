"""The public page under load, and against a bare axum server in the same run.

usage: web.py PK HELLO [SECONDS [DOCUMENTS]]

PK is the release build of `pk`, HELLO that of .ci/bench/hello. Needs `wrk` (Debian). Makes an office with
DOCUMENTS documents (100,000), by copying the rows of a demonstration's registry under new ids with a
right chain of events, and serves it from a process of its own. Prints: 500 requests a second for SECONDS
(300) from a second process, with the time to each answer counted from when the request was due, errors,
and memory before and after; then the highest rate of the page, documents chosen evenly, against the highest rate of HELLO for the same requests, in turns. All traffic stays on 127.0.0.1. Asserts nothing: a
benchmark measures.
"""
import asyncio
import base64
import hashlib
import os
import pathlib
import random
import re
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

RATE, CONNECTIONS, TURNS = 500, 50, 5


def multiply(registry, count):
    """Copies complete documents under new ids; the events as the program would have written them."""
    db = sqlite3.connect(registry)
    db.executescript("PRAGMA synchronous = OFF; PRAGMA cache_size = -200000")
    columns = [row[1] for row in db.execute("PRAGMA table_info(documents)") if row[1] != "number"]
    documents = db.execute(f"SELECT {', '.join(columns)} FROM documents").fetchall()
    rows = {
        table: {row[0]: db.execute(f"SELECT * FROM {table} WHERE id = ?", row).fetchall()
                for row in db.execute("SELECT id FROM documents")}
        for table in ("signers", "files")
    }
    events = {row[0]: db.execute("SELECT what, at, detail FROM events WHERE id = ? ORDER BY number", row).fetchall()
              for row in db.execute("SELECT id FROM documents")}
    (last,) = db.execute("SELECT hash FROM events ORDER BY number DESC LIMIT 1").fetchone()
    ids, numbers = [], random.Random(1)
    for i in range(count - len(documents)):
        document = dict(zip(columns, documents[i % len(documents)]))
        old, new = document["id"], base64.b32encode(numbers.randbytes(10)).decode()
        ids.append(new)
        document |= {"id": new, "official": f"{document['official']}-{i}"}
        marks = ", ".join("?" * len(columns))
        db.execute(f"INSERT INTO documents ({', '.join(columns)}) VALUES ({marks})", list(document.values()))
        for table in rows:
            for row in rows[table][old]:
                db.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", (new, *row[1:]))
        for what, at, detail in events[old]:
            parts = b"".join(part.encode() + b"\0" for part in (new, what, str(at), detail))
            last = hashlib.sha256(last + parts).digest()
            db.execute("INSERT INTO events (id, what, at, detail, hash) VALUES (?, ?, ?, ?, ?)",
                       (new, what, at, detail, last))
    db.commit()
    db.close()
    return ids


def memory(process):
    """Resident, in MiB."""
    text = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", text).group(1)) / 1024


async def client(port, ids, seconds, times, errors, number):
    """One connection that asks RATE / CONNECTIONS times a second, whatever the answers take."""
    pause, reader, writer = CONNECTIONS / RATE, None, None
    start = time.perf_counter() + pause * number / CONNECTIONS
    pick = random.Random(number)
    for turn in range(int(seconds / pause)):
        due = start + turn * pause
        await asyncio.sleep(max(0, due - time.perf_counter()))
        address = f"198.{pick.randrange(18, 20)}.{pick.randrange(256)}.{pick.randrange(256)}"
        request = f"GET /V/{pick.choice(ids)} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {address}\r\n\r\n".encode()
        try:
            head, kept = None, writer is not None and not writer.is_closing()
            while head is None:
                if not kept:
                    reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(request)
                try:
                    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
                except (asyncio.IncompleteReadError, ConnectionError) as error:
                    # The server ends connections after five minutes. What was asked on one that it was just
                    # closing is asked again, once, as browsers and proxies do (RFC 9112, 9.3.1).
                    if not kept or getattr(error, "partial", b""):
                        raise
                    kept = False
            length = int(re.search(rb"content-length: (\d+)", head).group(1))
            await asyncio.wait_for(reader.readexactly(length), 10)
            times.append(time.perf_counter() - due)
            if not head.startswith(b"HTTP/1.1 200"):
                errors.append(head.split(b"\r\n")[0].decode())
            if b"\r\nconnection: close" in head:
                writer.close()
        except Exception as error:
            errors.append(repr(error))
            writer = None


async def steady(port, ids, seconds):
    times, errors = [], []
    await asyncio.gather(*(client(port, ids, seconds, times, errors, n) for n in range(CONNECTIONS)))
    return sorted(times), errors


def wrk(url, script, seconds=8):
    command = ["wrk", "-t1", "-c64", f"-d{seconds}s", "-s", script, url]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    other = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1)), int(other.group(1)) if other else 0


def main(pk, hello, seconds=300, count=100_000):
    folder = pathlib.Path(tempfile.mkdtemp())
    office = folder / "office"
    subprocess.run([pk, "demo", office], check=True, stdout=subprocess.DEVNULL)
    config = office / "pk.toml"
    config.write_text(config.read_text().replace("[halaman]", '[halaman]\nperjanjian = "asli"\nproksi = ["127.0.0.1"]\n'
                      "batas_halaman = 1000000\nbatas_jaringan = 1000000", 1))
    ids = multiply(office / "registry.db", count)
    started = time.perf_counter()
    server = subprocess.Popen([pk, "--office", office, "serve", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE,
                              text=True, env={"PK_LANG": "en"})
    port = int(re.search(r"127\.0\.0\.1:(\d+)", server.stdout.readline()).group(1))
    print(f"{count:,} documents read in {time.perf_counter() - started:.1f} s, {memory(server):.0f} MiB")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        bare_address = f"127.0.0.1:{free.getsockname()[1]}"
    bare = subprocess.Popen([hello, bare_address])
    try:
        asyncio.run(steady(port, ids, 5))
        before = memory(server)
        times, errors = asyncio.run(steady(port, ids, seconds))
        at = lambda share: times[min(len(times) - 1, int(len(times) * share))] * 1000
        print(f"{RATE}/s for {seconds} s: {len(times):,} answers, p50 {at(.5):.2f} ms, p99 {at(.99):.2f} ms, "
              f"p99.9 {at(.999):.2f} ms, slowest {times[-1] * 1000:.1f} ms, {len(errors)} errors {errors[:3]}")
        print(f"memory {before:.1f} MiB before, {memory(server):.1f} MiB after")

        many = folder / "many.lua"
        many.write_text("local ids = {" + ",".join(f'"{i}"' for i in ids[:50_000]) + "}\n"
                        "request = function() local a = string.format('198.18.%d.%d', math.random(0,255), math.random(0,255))\n"
                        "return wrk.format('GET', '/V/' .. ids[math.random(#ids)], {['X-Forwarded-For'] = a}) end\n")
        rates, floor, others = [], [], 0
        for _ in range(TURNS):
            floor.append(wrk(f"http://{bare_address}", many)[0])
            rate, other = wrk(f"http://127.0.0.1:{port}", many)
            rates.append(rate)
            others += other
        page, bottom = statistics.median(rates), statistics.median(floor)
        print(f"highest rate: pages {page:,.0f}/s {[round(r) for r in rates]}, hello {bottom:,.0f}/s "
              f"{[round(r) for r in floor]}, ratio {page / bottom:.2f}, {others} other answers")
        print(f"memory {memory(server):.1f} MiB at the end")
    finally:
        server.send_signal(signal.SIGTERM)
        bare.kill()
        print("stopped with", server.wait(timeout=30))


if __name__ == "__main__":
    main(*sys.argv[1:3], *(int(a) for a in sys.argv[3:5]))
