"""Verifying against pyHanko, both in one run on one machine.

usage: verify.py PK BENCH OFFICE [PYHANKO]

PK is the release build of `pk`, BENCH the benchmark binary (`cargo bench -p pk-trust --no-run` names it),
OFFICE the folder of a demonstration, PYHANKO pyHanko's command. Prints rates per second of one core's
time, both with signatures, certificates, revocation lists and the analysis of changes; the time from
starting a process to its answer; and the memory for a file of 50 MB. Asserts nothing: a benchmark
measures.
"""
import json
import logging
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

from asn1crypto import crl, pem
from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext


def cold(command, runs):
    """Median seconds of the wall clock and of the processor, from start to end."""
    walls, busy = [], []
    for _ in range(runs):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.perf_counter()
        subprocess.run(command, capture_output=True, cwd="/")
        walls.append(time.perf_counter() - start)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        busy.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(walls), statistics.median(busy)


def large(path, size):
    """A foreign, unsigned PDF with one big stream."""
    out = bytearray(b"%PDF-1.7\n")
    offsets = []
    noise = os.urandom(1 << 20) * (size >> 20)
    for number, body in enumerate((
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>",
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(noise), noise),
    ), 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    xref = len(out)
    out += b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % o for o in offsets)
    out += b"trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % xref
    path.write_bytes(out)


def main():
    binary, bench, office = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])
    binary = str(binary)
    logging.disable(logging.CRITICAL)
    newest = [
        max(folder.glob("*.pdf"), key=lambda path: int(path.stem))
        for folder in sorted((office / "documents").iterdir())
        if (folder / "2.pdf").exists()
    ]
    keys = office / "keys"
    ours = json.loads(subprocess.run([bench, keys, *newest], capture_output=True, text=True, check=True).stdout)

    roots = list(load_certs_from_pemder([str(keys / "root.pem")]))
    lists = [
        crl.CertificateList.load(der)
        for name in ("root.crl", "issuing.crl")
        for _, _, der in pem.unarmor((keys / name).read_bytes(), multiple=True)
    ]
    sample = newest[:20]
    start = time.process_time()
    for path in sample:
        with path.open("rb") as file:
            for signature in PdfFileReader(file).embedded_signatures:
                context = ValidationContext(
                    trust_roots=roots, crls=lists, allow_fetching=False, revocation_mode="require"
                )
                assert validate_pdf_signature(signature, context).bottom_line
    theirs = len(sample) / (time.process_time() - start)

    document = str(newest[0])
    trust = str(keys / "trust.pem")
    wall, busy = cold([binary, "verify", "--office", str(office), document], 40)
    print(f"documents per second of a core: pk {ours['per_second']:.0f}, pyHanko {theirs:.1f}: {ours['per_second'] / theirs:.0f} times")
    print(f"cold start to answer, pk with the office: {wall * 1e3:.1f} ms (processor {busy * 1e3:.1f} ms)")
    if len(sys.argv) > 4:
        theirs_wall, theirs_busy = cold([sys.argv[4], "sign", "validate", "--trust", str(keys / "root.pem"), "--no-revocation-check", document], 5)
        print(f"cold start to answer, pyHanko's command: {theirs_wall * 1e3:.0f} ms (processor {theirs_busy * 1e3:.0f} ms): {theirs_wall / wall:.0f} times, {theirs_busy / busy:.0f} times by processor")
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "large.pdf"
        large(path, 50 << 20)
        run = subprocess.run(["/usr/bin/time", "-f", "%M %e", binary, "verify", "--trust", trust, str(path)], capture_output=True, text=True)
        kilobytes, seconds = run.stderr.split()[-2:]
        print(f"a file of {path.stat().st_size / 1e6:.0f} MB: {int(kilobytes) / 1024:.0f} MiB of memory, {seconds} s")


if __name__ == "__main__":
    main()
