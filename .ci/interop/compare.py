"""Compares pk with pyHanko and pdfsig on a folder of labelled PDF files.

usage: compare.py PK FOLDER [--keys KEYS] [--markdown FILE]

FOLDER holds PDF files and `expected.tsv`, whose first column is the file and whose second is `accept`,
`reject` or `error-or-reject`. Accepted is a file whose integrity pk confirms: that says nothing of whom
one trusts. With the `keys/` of an office, whose root and lists the verifiers then get, accepted is a
file that passes altogether. Exits 1 if pk differs from a label, or took longer than a second.
"""
import argparse
import csv
import json
import logging
import os
import pathlib
import subprocess
import sys
import time

from asn1crypto import crl, pem
from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

WHOLE = (SignatureCoverageLevel.ENTIRE_FILE, SignatureCoverageLevel.ENTIRE_REVISION)


def pk(binary, path, trust):
    """(accepted by integrity, accepted altogether, code, seconds)"""
    start = time.perf_counter()
    command = [binary, "verify", "--json", *(["--trust", str(trust)] if trust else []), str(path)]
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
    return line["outcome"], verdict["overall"] == "TOTAL-PASSED", code, seconds


def own_certificates(signature):
    yield signature.signer_cert
    for attribute in signature.signer_info["unsigned_attrs"]:
        if attribute["type"].native == "signature_time_stamp_token":
            for token in attribute["values"]:
                yield extract_certificate_info(token["content"]).signer_cert


def pyhanko(path, context):
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
                chosen = context or ValidationContext(
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
        out = subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, text=True, timeout=20).stdout
    except subprocess.TimeoutExpired:
        return "no answer in 20 s"
    lines = [l.split(":", 1)[1].strip() for l in out.splitlines() if "Signature Validation:" in l]
    if not lines:
        return "unsigned" if "does not contain any signatures" in out else "no answer"
    return "valid" if all(l == "Signature is Valid." for l in lines) else "not valid"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pk")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--keys", type=pathlib.Path)
    parser.add_argument("--markdown", type=pathlib.Path)
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    context = None
    if arguments.keys:
        roots = list(load_certs_from_pemder([str(arguments.keys / "root.pem")]))
        lists = [
            crl.CertificateList.load(der)
            for name in ("root.crl", "issuing.crl")
            for _, _, der in pem.unarmor((arguments.keys / name).read_bytes(), multiple=True)
        ]
        context = ValidationContext(
            trust_roots=roots, crls=lists, allow_fetching=False, revocation_mode="require"
        )
    trust = arguments.keys / "trust.pem" if arguments.keys else None
    rows, wrong, slowest, fooled = [], [], 0.0, {"pyHanko": 0, "pdfsig": 0}
    with (arguments.folder / "expected.tsv").open() as table:
        labels = [(row[0], row[1]) for row in list(csv.reader(table, delimiter="\t"))[1:]]
    for name, label in labels:
        path = (arguments.folder / name).resolve()
        integrity, passed, code, seconds = pk(arguments.pk, path, trust)
        slowest = max(slowest, seconds)
        accepted = passed if arguments.keys else integrity == "yes"
        right = accepted if label == "accept" else (integrity != "yes" and not passed if label == "error-or-reject" else integrity == "no" or (arguments.keys and not passed))
        if not right or seconds > 1.0:
            wrong.append(f"{name}: {label}, but integrity {integrity} ({code}) after {seconds:.2f} s")
        others = {"pyHanko": pyhanko(path, context), "pdfsig": pdfsig(path)}
        for peer, answer in others.items():
            fooled[peer] += label != "accept" and answer == "valid"
        rows.append((name, label, integrity, code, others["pyHanko"], others["pdfsig"]))
    table = ["| file | owed | pk: integrity | reason | pyHanko | pdfsig |", "|---|---|---|---|---|---|"]
    table += [f"| {name.removesuffix('.pdf')} | {l} | {i} | {f'`{c}`' if c else ''} | {h} | {s} |" for name, l, i, c, h, s in rows]
    text = "\n".join(table) + "\n"
    if arguments.markdown:
        arguments.markdown.write_text(text)
    else:
        print(text)
    bad = sum(label != "accept" for _, label in labels)
    print(
        f"{len(rows)} files, {bad} of them bad; accepted bad ones: pk {len(wrong)} differ from the label, "
        f"pyHanko {fooled['pyHanko']}, pdfsig {fooled['pdfsig']}; slowest answer of pk {slowest:.2f} s"
    )
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
