#!/usr/bin/env python3
"""The night before signing day against what a user would build in an afternoon, in one run on one machine.

usage: table.py PK ENGINE PIPELINE [--documents N] [--peers FOLDER --python PYTHON] [--instructions]

PK is the release build; ENGINE and PIPELINE are the benchmark binaries (`cargo bench --no-run` names them). FOLDER holds the
peer: `pipeline.py`, which renders with typst-py and signs with pyHanko, and `plain/plain.typ`, a template with the same words
and tables and nothing measured; PYTHON an interpreter with both libraries. --instructions counts with valgrind, for one
document more. Prints one table; asserts nothing: a benchmark measures.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
STANDARDS = ["--pdf-standard", "a-3a", "--pdf-standard", "ua-1"]


def run(command, **more):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **more)
    if done.returncode:
        raise SystemExit(f"{command[0]}: {done.stderr[-2000:]}")
    return done


def attached(pdf, name, to):
    """Writes an attachment of a PDF file."""
    listed = run(["pdfdetach", "-list", pdf]).stdout
    number = next(line.split(":")[0] for line in listed.splitlines() if line.strip().endswith(name))
    run(["pdfdetach", "-save", number.strip(), "-o", to, pdf])


def keys(folder):
    """A root and two signers for the peer."""
    def openssl(*arguments):
        run(["openssl", *arguments], cwd=folder)
    openssl("genpkey", "-algorithm", "ed25519", "-out", "ca.key")
    openssl("req", "-x509", "-new", "-key", "ca.key", "-subj", "/CN=Test CA", "-days", "30", "-out", "ca.pem",
            "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    (folder / "signer.ext").write_text("keyUsage=critical,digitalSignature,nonRepudiation\n")
    for signer in ("first", "second"):
        openssl("genpkey", "-algorithm", "ed25519", "-out", f"{signer}.key")
        openssl("req", "-new", "-key", f"{signer}.key", "-subj", f"/CN={signer}", "-out", f"{signer}.csr")
        openssl("x509", "-req", "-in", f"{signer}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                "-days", "30", "-extfile", "signer.ext", "-out", f"{signer}.pem")


def instructions(engine, what, data):
    """Instructions for one document more, once everything is warm."""
    counts = []
    for count in (3, 11):
        done = run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", engine, what, data, "--count", count],
                   env={**os.environ, "RAYON_NUM_THREADS": "1"})
        counts.append(int(re.search(r"Collected : (\d+)", done.stderr)[1]))
    return (counts[1] - counts[0]) / 8


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pk", type=pathlib.Path)
    parser.add_argument("engine", type=pathlib.Path)
    parser.add_argument("pipeline", type=pathlib.Path)
    parser.add_argument("--documents", type=int, default=200)
    parser.add_argument("--peers", type=pathlib.Path)
    parser.add_argument("--python", default="python3")
    parser.add_argument("--instructions", action="store_true")
    args = parser.parse_args()
    work = pathlib.Path(tempfile.mkdtemp(prefix="pk-bench-"))
    rows = []
    try:
        ours = {}
        for jobs in (1, 2):
            office = work / f"office{jobs}"
            ours[jobs] = json.loads(run([args.pipeline, args.pk, office, "--documents", args.documents, "--jobs", jobs]).stdout)
        data = work / "data"
        data.mkdir()
        folders = sorted((work / "office2" / "documents").iterdir())
        for folder in folders:
            attached(folder / "0.pdf", "pk-data.json", data / f"{folder.name}.json")
            attached(folder / "0.pdf", "pk-claim.txt", data / f"{folder.name}.txt")
        count = args.documents
        for jobs, result in ours.items():
            for step, seconds in result["seconds"].items():
                rows.append((f"pk, {step}, {jobs} worker{'s' * (jobs > 1)}", f"{seconds / count * 1e3:.2f} ms a document", f"{count / seconds:.0f}/s"))
        whole = {
            name: sum(ours[2]["seconds"][step] for step in steps)
            for name, steps in (
                ("render + two signatures", ("generate", "sign_first", "sign_second")),
                ("with verification", ("generate", "sign_first", "sign_second", "verify")),
            )
        }
        rows += [(f"pk, {name}, 2 workers", f"{seconds / count * 1e3:.2f} ms a document", f"{count / seconds:.0f}/s") for name, seconds in whole.items()]
        rows.append(("pk, 2 workers against 1", "generate", f"{ours[1]['seconds']['generate'] / ours[2]['seconds']['generate']:.2f} times"))
        rows.append(("pk, archive, 2 workers", f"{ours[2]['bytes'] / 1e6:.0f} MB", f"{ours[2]['bytes'] / 1e6 / ours[2]['seconds']['archive']:.0f} MB/s"))
        rows.append(("pk, largest memory of the writer", f"{ours[2]['megabytes']['at_the_end']} MB", ""))
        one = {**os.environ, "RAYON_NUM_THREADS": "1"}
        templates = {"pk's pages, as pk makes them": "ours"}
        if args.peers:
            root = work / "root"
            shutil.copytree(REPOSITORY / "templates", root)
            shutil.copytree(args.peers / "plain", root / "plain")
            shutil.copy(args.peers / "plain" / "plain.typ", root / "plain.typ")
            shutil.copy(next(data.glob("*.txt")), root / "claim.txt")
            templates["the plain template, the same build of the engine"] = root / "plain.typ"
        for name, what in templates.items():
            result = json.loads(run([args.engine, what, data], env=one).stdout)
            rows.append((f"one process, {name}", f"{result['milliseconds']:.2f} ms a document", ""))
        if args.instructions:
            counted = {name: instructions(args.engine, what, data) for name, what in templates.items()}
            rows += [(f"instructions, {name}", f"{number / 1e6:.1f} million", "") for name, number in counted.items()]
            if len(counted) == 2:
                mine, theirs = counted.values()
                rows.append(("instructions, ours against plain", "", f"{mine / theirs:.2f} times"))
        if args.peers:
            keys(work)
            (root / "qr.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 77 77">' + "".join(
                f'<path d="M{x} {y}h1v1h-1z"/>' for y in range(4, 73) for x in range(4, 73) if x * y % 3 == 1) + "</svg>")
            for name, more in (("render + two signatures", []), ("with verification", ["--validate"])):
                done = run([args.python, args.peers / "pipeline.py", root / "plain" / "plain.typ", data, work / "out", "--root", root,
                            "--fonts", root / "fonts", *STANDARDS, "--signer", work / "first.key", work / "first.pem",
                            "--signer", work / "second.key", work / "second.pem", "--ca", work / "ca.pem", "--jobs", "2", *more])
                rate = float(re.search(r"([\d.]+) docs/s", done.stdout)[1])
                rows.append((f"the peer, {name}, 2 processes", f"{1e3 / rate:.2f} ms a document", f"{rate:.0f}/s"))
                rows.append((f"pk against the peer, {name}", "", f"{count / whole[name] / rate:.1f} times"))
    finally:
        shutil.rmtree(work)
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    for row in rows:
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |")


if __name__ == "__main__":
    main()
