"""Files that ask for as much work as they can (dos_shapes.py), given to the command and to the public page.

usage: dos.py files PK [SHAPE…]       each file to `pk verify`, alone
       dos.py page PK [SECONDS]       `pk serve` (60 s), while such files and slow ones come from many addresses

PK is the release build of `pk`. `files` prints the time of the wall clock and the peak of memory for each, and ends with
1 if one takes more than 5 s or 300 MB, or ends by a signal. `page` has 40 addresses in as many networks send all shapes, as often
as they may, 100 others send slowly, and measures two things at the same time: pages, 50 a second, which have to have a
p99 of at most 50 ms; and an honest document from an address that has not asked before, every second, which has to be
answered with its verdict within 2 s. All traffic stays on 127.0.0.1.
"""
import asyncio
import itertools
import os
import pathlib
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time

import dos_shapes

SECONDS, MEGABYTES = 5, 300
LIMIT = 4 << 30
P99, HONEST = 0.050, 2.0
SENDERS, SLOW = 40, 100


def measured(pk, path):
    """Seconds, peak in MB, and the exit code of one check; by a process that could not take the machine along."""
    def limited():
        resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT))
        resource.setrlimit(resource.RLIMIT_CPU, (120, 120))
    start = time.perf_counter()
    child = subprocess.Popen([pk, "verify", "--json", path], cwd="/", stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL, preexec_fn=limited)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return time.perf_counter() - start, usage.ru_maxrss * 1024 / 1e6, child.returncode


def files(pk, wanted):
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        dos_shapes.SHAPES[:] = [shape for shape in dos_shapes.SHAPES if not wanted or shape.__name__ in wanted]
        for name, path in dos_shapes.write(pathlib.Path(folder)).items():
            seconds, megabytes, code = measured(pk, path)
            bad = seconds > SECONDS or megabytes > MEGABYTES or code < 0
            missed += bad
            print(f"{name:32} {path.stat().st_size:>10,} B {seconds:7.2f} s {megabytes:7.0f} MB  exit {code:3}"
                  f"{'  MISSED' if bad else ''}", flush=True)
    print(f"{missed} of {len(dos_shapes.SHAPES)} above {SECONDS} s or {MEGABYTES} MB")
    return missed


async def ask(port, head, body=b"", address="192.0.2.1"):
    """One request on a connection of its own; the status and the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(f"{head} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {address}\r\nAccept: application/json\r\n"
                     f"Content-Type: application/octet-stream\r\nContent-Length: {len(body)}\r\n"
                     "Connection: close\r\n\r\n".encode())
        writer.write(body)
        answer = await asyncio.wait_for(reader.read(), 120)
        return int(answer[9:12] or b"0"), answer
    finally:
        writer.close()


async def attack(port, number, bodies, until, statuses):
    """An address that sends all it may, one file after the other."""
    for body in itertools.islice(itertools.cycle(bodies), number, None):
        if time.perf_counter() > until:
            return
        try:
            status, _ = await ask(port, "POST /periksa", body, f"10.{number}.0.1")
        except (OSError, asyncio.TimeoutError):
            status = 0
        statuses[status] = statuses.get(status, 0) + 1
        # As often as its bucket is filled.
        await asyncio.sleep(6 if status == 429 else 0.1)


async def dawdle(port, number, until):
    """An address that begins to send ten megabytes, and sends some bytes now and then."""
    while time.perf_counter() < until:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(f"POST /periksa HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 10.200.{number}.1\r\n"
                         "Content-Type: application/pdf\r\nContent-Length: 10000000\r\n\r\n%PDF-1.7\n".encode())
            while time.perf_counter() < until:
                writer.write(b"% dawdling\n" * 100)
                await writer.drain()
                await asyncio.sleep(3)
            writer.close()
        except OSError:
            await asyncio.sleep(3)


async def pages(port, ids, until, times, errors):
    for turn in itertools.count():
        due = time.perf_counter()
        if due > until:
            return
        status, _ = await ask(port, f"GET /V/{ids[turn % len(ids)]}", address=f"203.0.{turn % 100}.{turn % 250}")
        times.append(time.perf_counter() - due)
        if status != 200:
            errors.append(status)
        await asyncio.sleep(max(0, due + 0.1 - time.perf_counter()))


async def honest(port, document, until, times, errors):
    for turn in itertools.count():
        due = time.perf_counter()
        if due > until:
            return
        status, answer = await ask(port, "POST /periksa", document, f"198.18.{turn % 256}.{turn // 256}")
        times.append(time.perf_counter() - due)
        if status != 200 or b'"TOTAL-PASSED"' not in answer:
            errors.append(status)
        await asyncio.sleep(max(0, due + 1 - time.perf_counter()))


async def together(port, ids, document, bodies, seconds):
    until = time.perf_counter() + seconds
    statuses, shown, checked, errors, wrong = {}, [], [], [], []
    crowd = [attack(port, n, bodies, until, statuses) for n in range(SENDERS)]
    crowd += [dawdle(port, n, until) for n in range(SLOW)]
    crowd = [asyncio.create_task(task) for task in crowd]
    await asyncio.sleep(3)
    await asyncio.gather(*(pages(port, ids, until, shown, errors) for _ in range(5)),
                         honest(port, document, until, checked, wrong))
    for task in crowd:
        task.cancel()
    return statuses, sorted(shown), errors, sorted(checked), wrong


def memory(process):
    """Resident, in MB: of the server and of all that it has started."""
    total = 0
    pids = [process.pid]
    # Each thread of the server has the children that it started.
    for task in pathlib.Path(f"/proc/{process.pid}/task").iterdir():
        try:
            pids += (task / "children").read_text().split()
        except OSError:
            pass
    for pid in pids:
        try:
            total += int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text()).group(1))
        except (OSError, AttributeError):
            pass
    return total / 1000


def page(pk, seconds):
    with tempfile.TemporaryDirectory() as folder:
        return page_in(pathlib.Path(folder), pk, seconds)


def page_in(folder, pk, seconds):
    office = folder / "office"
    subprocess.run([pk, "demo", office], check=True, stdout=subprocess.DEVNULL)
    config = office / "pk.toml"
    config.write_text(config.read_text().replace("[halaman]", '[halaman]\nproksi = ["127.0.0.1"]', 1))
    documents = sorted(path for path in (office / "documents").iterdir())
    newest = [max(path.glob("*.pdf"), key=lambda file: int(file.stem)) for path in documents]
    judged = (subprocess.run([pk, "--office", office, "verify", path], capture_output=True) for path in newest)
    document = next(path for path, done in zip(newest, judged) if done.returncode == 0).read_bytes()
    bodies = [path.read_bytes() for path in dos_shapes.write(folder).values()]
    server = subprocess.Popen([pk, "--office", office, "serve", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE,
                              text=True, env={"PK_LANG": "en"})
    try:
        port = int(re.search(r"127\.0\.0\.1:(\d+)", server.stdout.readline()).group(1))
        ids = [path.name for path in documents]
        statuses, shown, errors, checked, wrong = asyncio.run(together(port, ids, document, bodies, seconds))
        held = memory(server)
        at = lambda times, share: times[min(len(times) - 1, int(len(times) * share))]
        p99, slowest = at(shown, 0.99), checked[-1]
        print(f"attackers were answered {dict(sorted(statuses.items()))}")
        print(f"{len(shown):,} pages: p50 {at(shown, .5) * 1000:.1f} ms, p99 {p99 * 1000:.1f} ms, "
              f"slowest {shown[-1] * 1000:.1f} ms, {len(errors)} errors {errors[:3]}")
        print(f"{len(checked)} honest documents: p50 {at(checked, .5):.2f} s, slowest {slowest:.2f} s, "
              f"{len(wrong)} without their verdict {wrong[:3]}")
        print(f"{held:.0f} MB at the end, server and checks")
        return p99 > P99 or errors or slowest > HONEST or wrong
    finally:
        server.send_signal(signal.SIGTERM)
        print("stopped with", server.wait(timeout=60))


if __name__ == "__main__":
    what, program, *rest = sys.argv[1:]
    program = str(pathlib.Path(program).resolve())
    if "/debug/" in program:
        print("a debug build: figures are those of one")
    failed = files(program, rest) if what == "files" else page(program, int(rest[0]) if rest else 60)
    sys.exit(bool(failed))
