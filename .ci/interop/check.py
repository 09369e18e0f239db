"""Checks an office's documents with programs that are not ours.

Every signature has to be VALID to pyHanko with the office's root and revocation lists, the first one has to certify the
document, and what came after it to be what that permits; with `--poppler` also to pdfsig, which knows no Ed25519. qpdf
may find nothing in any file, pdftotext has to find the statutory paragraphs word for word, and OpenSSL has to open the
key files. No document may have more than 130,000 bytes. What `pk verify --json` prints has to follow the schema that
`pk schema verdict` prints. Exits 1 with the first thing that does not hold.
"""
import json
import logging
import pathlib
import re
import subprocess
import sys

import jsonschema
from asn1crypto import crl, pem
from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

AGREEMENT = [
    "Dalam rangka mewujudkan manajemen pemerintahan yang efektif, transparan dan akuntabel serta berorientasi"
    " pada hasil, kami yang bertanda tangan di bawah ini:",
    "Pihak pertama berjanji akan mewujudkan target kinerja yang seharusnya sesuai lampiran perjanjian ini,"
    " dalam rangka mencapai target kinerja jangka menengah seperti yang telah ditetapkan dalam dokumen"
    " perencanaan. Keberhasilan dan kegagalan pencapaian target kinerja tersebut menjadi tanggung jawab kami.",
    "Pihak kedua akan melakukan supervisi yang diperlukan serta akan melakukan evaluasi terhadap capaian"
    " kinerja dari perjanjian ini dan mengambil tindakan yang diperlukan dalam rangka pemberian penghargaan"
    " dan sanksi.",
]
PLEDGE = [
    "Berperan secara pro aktif dalam upaya pencegahan dan pemberantasan Korupsi, Kolusi dan Nepotisme serta"
    " tidak melibatkan diri dalam perbuatan tercela;",
    "Tidak meminta atau menerima pemberian secara langsung atau tidak langsung berupa suap, hadiah, bantuan,"
    " atau bentuk lainnya yang tidak sesuai dengan ketentuan yang berlaku;",
    "Bersikap transparan, jujur, obyektif, dan akuntabel dalam melaksanakan tugas;",
    "Menghindari pertentangan kepentingan (conflict of interest) dalam pelaksanaan tugas;",
    "Memberi contoh dalam kepatuhan terhadap peraturan perundang-undangan dalam melaksanakan tugas, terutama"
    " kepada pegawai/karyawan yang berada di bawah pengawasan saya dan sesama pegawai di lingkungan kerja"
    " saya secara konsisten;",
    "turut menjaga kerahasiaan saksi atas pelanggaran peraturan yang dilaporkannya;",
    "Bila saya melanggar hal-hal tersebut di atas, saya siap menghadapi konsekuensinya.",
]


def fail(message):
    sys.exit(f"interop: {message}")


def crls(paths):
    for path in paths:
        yield from (crl.CertificateList.load(der) for _, _, der in pem.unarmor(path.read_bytes(), multiple=True))


def signatures(path, context):
    """Number of signatures in a file, all of them valid."""
    with path.open("rb") as file:
        found = PdfFileReader(file).embedded_signatures
        for signature in found:
            status = validate_pdf_signature(signature, context())
            if not status.bottom_line or not status.docmdp_ok:
                fail(f"{path}: {signature.field_name}: {status.summary()}")
        levels = [signature.docmdp_level for signature in found]
        if [level and level.name for level in levels] != ["FILL_FORMS"] + [None] * (len(found) - 1):
            fail(f"{path}: certified as {levels}")
        return len(found)


def by_poppler(path):
    """Number of signatures that poppler calls valid, which are all that there are."""
    out = subprocess.run(["pdfsig", str(path)], capture_output=True, text=True).stdout
    made = len(re.findall("^  - Signer Certificate Common Name:", out, re.MULTILINE))
    valid = len(re.findall("^  - Signature Validation: Signature is Valid\\.", out, re.MULTILINE))
    if made != valid:
        fail(f"{path}: pdfsig calls {valid} of {made} signatures valid")
    return valid


def verdicts(office, files):
    """Number of verdicts of pk about files, all of them as its schema says."""
    run = lambda *arguments: subprocess.run(  # noqa: E731
        ["target/debug/pk", *arguments], capture_output=True, text=True).stdout
    schema = json.loads(run("schema", "verdict"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    lines = run("verify", "--json", "--office", str(office), *files).splitlines()
    for line in lines:
        error = next(validator.iter_errors(json.loads(line)), None)
        if error:
            fail(f"schema: {error.message}: {line[:300]}")
    verdict = json.loads(lines[0])
    verdict["lines"]["integrity"]["outcome"] = "maybe"
    if validator.is_valid(verdict):
        fail("schema: an unknown outcome follows it")
    return len(lines)


def text(path):
    out = subprocess.run(["pdftotext", str(path), "-"], check=True, capture_output=True, text=True).stdout
    return re.sub(r"\s+", " ", out)


def main():
    logging.disable(logging.CRITICAL)
    office = pathlib.Path(sys.argv[1])
    # An office whose keys are P-256 is read by more programs.
    poppler = sys.argv[2:] == ["--poppler"]
    roots = list(load_certs_from_pemder([str(office / "keys/root.pem")]))
    lists = list(crls([office / "keys/root.crl", office / "keys/issuing.crl"]))
    context = lambda: ValidationContext(  # noqa: E731
        trust_roots=roots, crls=lists, allow_fetching=False, revocation_mode="require")
    documents = counted = agreements = pledges = 0
    for folder in sorted((office / "documents").iterdir()):
        revisions = sorted(folder.glob("*.pdf"), key=lambda p: int(p.stem))
        for path in revisions:
            check = subprocess.run(["qpdf", "--check", str(path)], capture_output=True, text=True)
            if check.returncode or "WARNING" in check.stdout + check.stderr:
                fail(f"{path}: {check.stdout}{check.stderr}")
        newest = revisions[-1]
        made = signatures(newest, context)
        if poppler and by_poppler(newest) != made:
            fail(f"{newest}: pdfsig finds other signatures")
        counted += made
        if newest.stat().st_size > 130_000:
            fail(f"{newest} has {newest.stat().st_size} bytes")
        documents += 1
        content = text(newest)
        if "PAKTA INTEGRITAS" in content:
            wanted, pledges = PLEDGE, pledges + 1
        elif "Pihak Kedua" in content:
            wanted, agreements = AGREEMENT, agreements + 1
        else:
            wanted = ["yang bertanda tangan di bawah ini:", "Berjanji akan mewujudkan target kinerja"]
        for paragraph in wanted:
            if paragraph not in content:
                fail(f"{newest}: pdftotext does not find: {paragraph}")
    keys = sorted((office / "private/officials").glob("*.key"))
    for key in keys[:3]:
        opened = subprocess.run(
            ["openssl", "pkey", "-in", str(key), "-passin", "env:PASSPHRASE", "-noout"],
            env={"PASSPHRASE": "demo-kabupaten-contoh", "PATH": "/usr/bin:/bin"}, capture_output=True, text=True)
        if opened.returncode:
            fail(f"{key}: {opened.stderr}")
    # Each by its name: of a folder only the newest revisions are judged.
    files = [*sorted((office / "documents").glob("*/*.pdf")), *(office / "archive").iterdir()]
    checked = verdicts(office, [*map(str, files), "nowhere.pdf"])
    if checked != 196:
        fail(f"{checked} verdicts")
    # The seal on each, one party or two.
    if not (documents == 65 and counted == 65 + 129 and agreements == pledges == 32):
        fail(f"{documents} documents, {counted} signatures, {agreements} agreements, {pledges} pledges")
    by = "pyHanko and pdfsig" if poppler else "pyHanko"
    print(f"{documents} documents, each certified, {counted} signatures VALID to {by}, qpdf finds nothing, texts word"
          f" for word, {checked} verdicts as their schema says")


if __name__ == "__main__":
    main()
