"""Compares pk with pyHanko and pdfsig on a folder of labelled PDF files.

usage: compare.py PK FOLDER [--trusting] [--at TIME] [--markdown FILE] [--by-class] [--accept NAME]

FOLDER holds PDF files and `expected.tsv`, whose first column is the file and whose second is `accept`,
`reject` or `error-or-reject`. Accepted is a file whose integrity pk confirms: that says nothing of whom
one trusts. With --trusting the verifiers get `trust.pem`, `*root.pem` and `crl-*.pem` of the folder, and
accepted is a file whose integrity and signers are both confirmed. --accept names a file that was labelled before what it
is was decided. Exits 1 if pk differs from a label.
"""
import argparse
import collections
import csv
import datetime
import json
import logging
import multiprocessing
import os
import pathlib
import resource
import subprocess
import sys
import time

from asn1crypto import crl, pem, x509
from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

# Seconds that another verifier may take for one file.
PATIENCE = 8
WHOLE = (SignatureCoverageLevel.ENTIRE_FILE, SignatureCoverageLevel.ENTIRE_REVISION)


def pk(binary, path, trust, at):
    """(integrity, integrity and signers confirmed, code, seconds)"""
    start = time.perf_counter()
    command = [binary, "verify", "--json", *(["--trust", str(trust)] if trust else []), *(["--at", at] if at else []), str(path)]
    # In a folder that is no office, so that nothing but what is named is trusted.
    run = subprocess.run(command, capture_output=True, text=True, cwd="/", env={k: v for k, v in os.environ.items() if k != "PK_OFFICE"})
    seconds = time.perf_counter() - start
    verdict = json.loads(run.stdout.splitlines()[0])
    if "error" in verdict:
        return "no", False, verdict["error"], seconds
    line = verdict["lines"]["integrity"]
    code = next(
        (l["code"] for l in verdict["lines"].values() if l["outcome"] == "no"),
        line["code"] if line["outcome"] == "unknown" else "",
    )
    both = line["outcome"] == verdict["lines"]["issuer"]["outcome"] == "yes" and verdict["overall"] != "TOTAL-FAILED"
    # Asked about a moment before the signature was made: nothing is confirmed for that moment.
    both = both and verdict["lines"]["status"]["code"] != "status.not-yet"
    code = code or next((l["code"] for l in verdict["lines"].values() if l["outcome"] == "unknown"), "")
    return line["outcome"], both, code, seconds


def own_certificates(signature):
    yield signature.signer_cert
    for attribute in signature.signer_info["unsigned_attrs"]:
        if attribute["type"].native == "signature_time_stamp_token":
            for token in attribute["values"]:
                yield extract_certificate_info(token["content"]).signer_cert


def pyhanko(path, context):
    """As `ask_pyhanko`, in a process of its own: some files cost it gigabytes or minutes."""
    receiver, sender = multiprocessing.Pipe(duplex=False)

    def work():
        resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
        sender.send(ask_pyhanko(path, context))

    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    answer = receiver.recv() if receiver.poll(PATIENCE) else f"no answer in {PATIENCE} s"
    process.kill()
    process.join()
    return answer


def ask_pyhanko(path, context):
    """`valid`, `not valid`, `unsigned`, or the exception that came instead of a verdict."""
    try:
        with path.open("rb") as file:
            reader = PdfFileReader(file)
            signatures = reader.embedded_signatures
            filled = len(list(enumerate_sig_fields(reader, filled_status=True)))
            if not signatures and not filled:
                return "unsigned"
            good = len(signatures) == filled
            for signature in signatures:
                chosen = context() if context else ValidationContext(
                    trust_roots=list(own_certificates(signature)), allow_fetching=False
                )
                if signature.sig_object_type == "/DocTimeStamp":
                    status = validate_pdf_timestamp(signature, chosen)
                    level = status.modification_level
                    good &= status.intact and status.valid and status.trusted and status.coverage in WHOLE
                    good &= level not in (None, ModificationLevel.OTHER)
                else:
                    good &= validate_pdf_signature(signature, chosen).bottom_line
            return "valid" if good else "not valid"
    except Exception as error:  # pyHanko raises on structural errors instead of giving a verdict
        return type(error).__name__


def pdfsig(path):
    """What pdfsig says of the signatures; certificates are not looked at."""
    try:
        out = subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, text=True, timeout=PATIENCE).stdout
    except subprocess.TimeoutExpired:
        return f"no answer in {PATIENCE} s"
    lines = [l.split(":", 1)[1].strip() for l in out.splitlines() if "Signature Validation:" in l]
    if not lines:
        return "unsigned" if "does not contain any signatures" in out else "no answer"
    return "valid" if all(l == "Signature is Valid." for l in lines) else "not valid"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pk", type=lambda path: str(pathlib.Path(path).resolve()))
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--trusting", action="store_true")
    parser.add_argument("--at")
    parser.add_argument("--by-class", action="store_true")
    parser.add_argument("--accept", action="append", default=[])
    parser.add_argument("--markdown", type=pathlib.Path)
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    context, trust = None, None
    if arguments.trusting:
        trust = (arguments.folder / "trust.pem").resolve()
        roots = list(load_certs_from_pemder([str(path) for path in arguments.folder.glob("*root.pem")]))
        links = [
            x509.Certificate.load(der) for kind, _, der in pem.unarmor(trust.read_bytes(), multiple=True) if kind == "CERTIFICATE"
        ]
        lists = [
            crl.CertificateList.load(der)
            for path in sorted(arguments.folder.glob("crl-*.pem"))
            for _, _, der in pem.unarmor(path.read_bytes(), multiple=True)
        ]
        moment = datetime.datetime.fromisoformat(arguments.at.replace("Z", "+00:00")) if arguments.at else None
        context = lambda: ValidationContext(
            trust_roots=roots, other_certs=links, crls=lists, allow_fetching=False, revocation_mode="require", moment=moment
        )
    rows, wrong, slowest, fooled = [], [], 0.0, {"pyHanko": 0, "pdfsig": 0}
    with (arguments.folder / "expected.tsv").open() as table:
        rows_read = list(csv.reader(table, delimiter="\t"))[1:]
    labels = [(r[0], "accept" if r[0] in arguments.accept else r[1], r[2] if len(r) > 2 else "") for r in rows_read]
    classes = collections.defaultdict(lambda: [0, 0, 0, 0])
    for name, label, kind in labels:
        path = (arguments.folder / name).resolve()
        integrity, passed, code, seconds = pk(arguments.pk, path, trust, arguments.at)
        slowest = max(slowest, seconds)
        accepted = passed if arguments.trusting else integrity == "yes"
        right = accepted if label == "accept" else not accepted
        if label == "reject" and not arguments.trusting:
            right = integrity == "no"
        if not right:
            wrong.append(f"{name}: {label}, but integrity {integrity} ({code}) after {seconds:.2f} s")
        others = {"pyHanko": pyhanko(path, context), "pdfsig": pdfsig(path)}
        for peer, answer in others.items():
            fooled[peer] += label != "accept" and answer == "valid"
        if label != "accept":
            counts = classes[kind]
            counts[0] += 1
            counts[1] += accepted
            counts[2] += others["pyHanko"] == "valid"
            counts[3] += others["pdfsig"] == "valid"
        if accepted:
            code = ""
        rows.append((name, label, integrity, code, others["pyHanko"], others["pdfsig"]))
    table = ["| file | owed | pk: integrity | reason | pyHanko | pdfsig |", "|---|---|---|---|---|---|"]
    table += [f"| {name.removesuffix('.pdf')} | {l} | {i} | {f'`{c}`' if c else ''} | {h} | {s} |" for name, l, i, c, h, s in rows]
    if arguments.by_class:
        table = ["| class | files | accepted by pk | by pyHanko | by pdfsig |", "|---|---|---|---|---|"]
        table += [f"| {kind} | {' | '.join(map(str, counts))} |" for kind, counts in sorted(classes.items())]
    text = "\n".join(table) + "\n"
    if arguments.markdown:
        arguments.markdown.write_text(text)
    else:
        print(text)
    bad = sum(label != "accept" for _, label, _ in labels)
    print(
        f"{len(rows)} files, {bad} of them bad; accepted bad ones: pk {len(wrong)} differ from the label, "
        f"pyHanko {fooled['pyHanko']}, pdfsig {fooled['pdfsig']}; slowest answer of pk {slowest:.2f} s"
    )
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
