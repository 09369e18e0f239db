"""Puts time stamps and validation data into an office's documents as other programs do, and asks pk and pyHanko.

What a later version will write has its place already (`docs/formats/later.md`): a token (RFC 3161) in the unsigned
attributes of the last signature, a time stamp over the document in the field `Waktu`, validation data. All of it is made
by pyHanko, with a time stamp authority that is thrown away. pyHanko has to find everything valid and within what the seal
permits. pk may call nothing of it false, has to know the recorded file below it, and to name the time that is proven.
Exits 1 with the first thing that does not hold.

    python stamps.py OFFICE
"""
import hashlib
import io
import json
import logging
import pathlib
import subprocess
import sys
import tempfile

from asn1crypto import algos, cms, tsp
from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.signers import PdfTimeStamper
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

import check
import vector_pki as pki

PK = 'target/debug/pk'
DOCUMENTS = 6
ROOT = pki.Party('Contoh Akar Stempel Waktu', ca=True)
# pyHanko's own authority for tests knows RSA only.
AUTHORITY = pki.Party(
    'Contoh Stempel Waktu', 'RSA-2048', ROOT, key_usage=pki.usage('digital_signature'), eku=pki.TIME_STAMPING)
LIST = pki.crl(ROOT)


def authority():
    store = SimpleCertificateStore()
    store.register(ROOT.asn1)
    return DummyTimeStamper(AUTHORITY.asn1, AUTHORITY.pkcs8, certs_to_embed=store)


def contents(data):
    """Where the digits of the last signature stand."""
    start = data.rindex(b'/Contents <') + len(b'/Contents <')
    return start, data.index(b'>', start)


def with_token(data):
    """A time stamp on the last signature, in the room that there is."""
    start, end = contents(data)
    signature = cms.ContentInfo.load(bytes.fromhex(data[start:end].decode()), strict=False)
    signer = signature['content']['signer_infos'][0]
    request = tsp.TimeStampReq({'version': 1, 'cert_req': True, 'message_imprint': tsp.MessageImprint({
        'hash_algorithm': algos.DigestAlgorithm({'algorithm': 'sha256'}),
        'hashed_message': hashlib.sha256(signer['signature'].native).digest()})})
    token = authority().request_tsa_response(request)['time_stamp_token']
    signer['unsigned_attrs'] = [cms.CMSAttribute({'type': 'signature_time_stamp_token', 'values': [token]})]
    digits = signature.dump(force=True).hex().encode()
    if len(digits) > end - start:
        check.fail(f'no room for a time stamp: {len(digits) // 2} bytes, {(end - start) // 2} are reserved')
    return data[:start] + digits.ljust(end - start, b'0') + data[end:]


def with_document_stamp(data):
    """A time stamp over the document, in the field that was declared for it."""
    writer, out = IncrementalPdfFileWriter(io.BytesIO(data)), io.BytesIO()
    PdfTimeStamper(authority(), field_name='Waktu').timestamp_pdf(writer, 'sha256', output=out)
    return out.getvalue()


def with_store(data, certificates, lists):
    """Validation data of the last signature."""
    writer, out = IncrementalPdfFileWriter(io.BytesIO(data)), io.BytesIO()
    start, end = contents(data)
    DocumentSecurityStore.supply_dss_in_writer(
        writer, bytes.fromhex(data[start:end].decode()), certs=certificates, crls=lists, ocsps=None)
    writer.write(out)
    return out.getvalue()


def by_pyhanko(name, data, context):
    reader = PdfFileReader(io.BytesIO(data))
    for signature in reader.embedded_regular_signatures:
        status = validate_pdf_signature(signature, context(), ts_validation_context=context())
        if not status.bottom_line or not status.docmdp_ok:
            check.fail(f'{name}: pyHanko: {signature.field_name}: {status.summary()}')
    for stamp in reader.embedded_timestamp_signatures:
        status = validate_pdf_timestamp(stamp, context())
        if not (status.intact and status.valid and status.trusted) or stamp.field_name != 'Waktu':
            check.fail(f'{name}: pyHanko: {stamp.field_name}: {status.summary()}')


def by_pk(name, path, *options):
    out = subprocess.run([PK, 'verify', '--json', str(path), *options], capture_output=True, text=True).stdout
    verdict = json.loads(out)
    findings = verdict['findings'] + [f for s in verdict['signatures'] for f in s['findings']]
    failed = [finding['code'] for finding in findings if finding['outcome'] == 'fail']
    if failed or verdict['overall'] == 'TOTAL-FAILED':
        check.fail(f'{name}: pk {options[0]}: {verdict["overall"]} {failed}')
    return verdict


def main():
    logging.disable(logging.CRITICAL)
    office = pathlib.Path(sys.argv[1])
    roots = [*load_certs_from_pemder([str(office / 'keys/root.pem')]), ROOT.asn1]
    lists = [*check.crls([office / 'keys/root.crl', office / 'keys/issuing.crl']), pki.crl_asn1(LIST)]
    context = lambda: ValidationContext(  # noqa: E731
        trust_roots=roots, crls=lists, allow_fetching=False, revocation_mode='require')
    certificates = [*load_certs_from_pemder([str(office / 'keys/issuing.pem')]), AUTHORITY.asn1]
    store = lambda data: with_store(data, certificates, lists)  # noqa: E731
    kinds = {
        'a time stamp on the last signature': with_token,
        'a time stamp over the document': with_document_stamp,
        'validation data': store,
        'B-LTA': lambda data: with_document_stamp(store(with_token(data))),
        'B-LTA with newer validation data': lambda data: store(with_document_stamp(store(data))),
    }
    documents = proven = 0
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        anchor, answers = folder / 'authority.pem', folder / 'authority.crl'
        anchor.write_bytes(ROOT.pem)
        answers.write_bytes(pki.crl_der(LIST))
        outside = ('--trust', str(office / 'keys/trust.pem'), '--trust', str(anchor), '--crl', str(answers))
        for place in sorted((office / 'documents').iterdir())[:DOCUMENTS]:
            newest = max(place.glob('*.pdf'), key=lambda path: int(path.stem))
            documents += 1
            for name, make in kinds.items():
                data = make(newest.read_bytes())
                path = folder / f'{place.name}.pdf'
                path.write_bytes(data)
                by_pyhanko(name, data, context)
                status = by_pk(name, path, '--office', str(office))['lines']['status']
                if status['code'] != 'status.complete':
                    check.fail(f'{name}: at the office: {status}')
                last = [s for s in by_pk(name, path, *outside)['signatures'] if s['kind'] == 'signature'][-1]
                if name != 'validation data' and not last['proven_time']:
                    check.fail(f'{name}: pk knows no time: {last["findings"]}')
                proven += bool(last['proven_time'])
    print(f'{documents} documents, {len(kinds)} additions to each: valid to pyHanko, nothing false to pk,'
          f' {proven} times of signing proven')


if __name__ == '__main__':
    main()
