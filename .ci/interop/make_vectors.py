"""Makes crates/trust/tests/vectors/foreign: documents signed by other programs, honest and dishonest ones,
and index.tsv with what a verifier has to say of each.

    python make_vectors.py

Needs the packages of requirements.txt and qpdf. Keys are made anew at every run and thrown away, so the files
differ from run to run; what they show does not. pyHanko makes the honest files where it can, `vector_pdf.py` makes
the others. The column `pyhanko` of the index is pyHanko's own answer to the same file.
"""
import datetime as dt
import io
import logging
import pathlib
import subprocess
import sys
import tempfile

from asn1crypto import cms, core
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils import generic, layout, text
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer
from pyhanko.sign import fields, signers, timestamps
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.signers import pdf_cms, pdf_signer
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko.stamp import TextStampStyle
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

import vector_pki as pki
from vector_pdf import Pdf, attribute, catalogue_of, ess_v2, mechanism, raw_sign, signed_data, signer_info, stream, time_stamp
from vector_pki import UTC, Party

OUT = pathlib.Path(__file__).resolve().parents[2] / 'crates/trust/tests/vectors/foreign'
SIGNED_AT = dt.datetime(2026, 3, 1, 8, tzinfo=UTC)
STAMPED_AT = dt.datetime(2026, 3, 1, 8, 0, 5, tzinfo=UTC)
PADES = fields.SigSeedSubFilter.PADES
PKCS7 = fields.SigSeedSubFilter.ADOBE_PKCS7_DETACHED


class FixedTime(dt.datetime):
    """pyHanko asks the clock for /M; a vector says the same whenever it is made."""

    @classmethod
    def now(cls, tz=None):
        return SIGNED_AT.astimezone(tz)


pdf_signer.datetime = pdf_cms.datetime = FixedTime

# --- who signs -------------------------------------------------------------------------------------

ROOT = Party('Contoh Akar', ca=True, path=1)
ISSUING = Party('Contoh Penerbit', issuer=ROOT, ca=True, path=0)
TSA_ROOT = ROOT
TSA = Party('Contoh Penanda Waktu', 'RSA-2048', ISSUING, key_usage=pki.usage('digital_signature'), eku=pki.TIME_STAMPING)
BAD_TSA = Party('Contoh Bukan Penanda Waktu', issuer=ISSUING, key_usage=pki.usage('digital_signature'))
OTHER_ROOT = Party('Contoh Akar Lain', ca=True, path=1)
OTHER_TSA = Party('Contoh Penanda Waktu Lain', issuer=OTHER_ROOT, key_usage=pki.usage('digital_signature'),
                  eku=pki.TIME_STAMPING)


def person(kind='P-256', common_name='Contoh Penanda Tangan', **options):
    return Party(common_name, kind, ISSUING, **options)


FIRST = person()
SECOND = person(common_name='Contoh Pihak Kedua')
THIRD = person(common_name='Contoh Saksi')
RSA = person('RSA-2048')
SHORT = person(common_name='Contoh Masa Singkat', end=dt.datetime(2026, 4, 1, tzinfo=UTC))
SHORT_REVOKED = person(common_name='Contoh Dicabut Lalu Kedaluwarsa', end=dt.datetime(2026, 4, 1, tzinfo=UTC))
CRLS = [pki.crl(ROOT), pki.crl(ISSUING)]

VECTORS = []


def add(name, made, integrity, code, shows, issuer='unknown'):
    data = made.data if isinstance(made, Pdf) else made
    VECTORS.append((f'{name}.pdf', integrity, issuer, code, shows, data))


# --- pyHanko ---------------------------------------------------------------------------------------

def py_signer(who, mechanism=None, pss=False):
    store = SimpleCertificateStore()
    store.register(ISSUING.asn1)
    return signers.SimpleSigner(who.asn1, who.pkcs8, store, mechanism, pss, embed_roots=False)


def py_tsa(tsa=TSA, when=STAMPED_AT):
    return timestamps.DummyTimeStamper(tsa.asn1, tsa.pkcs8, certs_to_embed=[ISSUING.asn1], fixed_dt=when)


def context():
    return ValidationContext(trust_roots=[ROOT.asn1], other_certs=[ISSUING.asn1], allow_fetching=False,
                             crls=[pki.crl_asn1(c) for c in CRLS], revocation_mode='require')


def py_sign(data, who, field, *, sub_filter=PADES, md='sha256', spec=None, pss=False, tsa=None, style=None,
            **meta):
    if isinstance(data, Pdf):
        data = data.data
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    signature = max((who.key.key_size + 7) // 8 if hasattr(who.key, 'key_size') else 64, 140)
    reserve = 2 * (len(who.der) + len(ISSUING.der) + signature + 560 + (2800 if tsa else 0))
    signer = signers.PdfSigner(
        signers.PdfSignatureMetadata(field_name=field, md_algorithm=md, subfilter=sub_filter, **meta),
        signer=py_signer(who, pss=pss), timestamper=tsa, new_field_spec=spec, stamp_style=style)
    return signer.sign_pdf(writer, bytes_reserved=reserve).getvalue()


def py_fields(data, *specs):
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    for spec in specs:
        fields.append_signature_field(writer, spec)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def py_stamp_document(data, when=STAMPED_AT, tsa=TSA):
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    stamper = signers.PdfTimeStamper(py_tsa(tsa, when))
    return stamper.timestamp_pdf(writer, 'sha256', bytes_reserved=4800).getvalue()


def spec(name, box=None, **options):
    return fields.SigFieldSpec(name, box=box, **options)


STAMP = TextStampStyle(stamp_text='Contoh %(signer)s', border_width=1)


def pyhanko_says(data):
    """pyHanko's answer with the root trusted and the issuing authority known: VALID, or what it found."""
    whole = (SignatureCoverageLevel.ENTIRE_FILE, SignatureCoverageLevel.ENTIRE_REVISION)
    context_ = lambda: ValidationContext(trust_roots=[ROOT.asn1], other_certs=[ISSUING.asn1],
                                         allow_fetching=False, revocation_mode='soft-fail')
    answers = []
    try:
        reader = PdfFileReader(io.BytesIO(data))
        signatures = reader.embedded_signatures
        if len(signatures) != len(list(enumerate_sig_fields(reader, filled_status=True))):
            answers.append('INVALID (unknown kind)')
        for signature in signatures:
            if signature.sig_object_type == '/DocTimeStamp':
                status = validate_pdf_timestamp(signature, context_())
                good = (status.intact and status.valid and status.trusted and status.coverage in whole
                        and status.modification_level not in (None, ModificationLevel.OTHER))
            else:
                status = validate_pdf_signature(signature, context_())
                good = status.bottom_line
            if not good:
                level = status.modification_level
                answers.append('INVALID (intact={}, valid={}, trusted={}, coverage={}, changes={})'.format(
                    *('yes' if v else 'no' for v in (status.intact, status.valid, status.trusted)), status.coverage.name,
                    level.name if level is not None else 'UNKNOWN'))
    except Exception as error:  # pyHanko raises on structural errors instead of giving a verdict
        answers.append('INVALID (%s)' % type(error).__name__)
        signatures = [None]
    if not signatures:
        return 'no signature'
    return answers[0] if answers else 'VALID'


# --- own documents ---------------------------------------------------------------------------------

PAGE = b'BT /F1 12 Tf 72 720 Td (Perjanjian contoh: Rp 1.000) Tj ET'
FORGED = b'BT /F1 12 Tf 72 720 Td (Perjanjian contoh: Rp 9.000) Tj ET'


def widget(name, rectangle, rest=b'', page=3):
    return b'<</FT/Sig/Type/Annot/Subtype/Widget/T(%s)/F 132/P %d 0 R/Rect[%s]%s>>' % (name, page, rectangle, rest)


def appearance(words=b'Contoh'):
    return stream(b'BT /F1 9 Tf 4 20 Td (%s) Tj ET' % words,
                  b'/Type/XObject/Subtype/Form/BBox[0 0 200 60]/Resources<</Font<</F1 6 0 R>>>>')


TEXT = b'<</FT/Tx/Type/Annot/Subtype/Widget/T(Jumlah)/F 4/P 3 0 R/Rect[50 600 250 620]/DA(/F1 10 Tf)/V(%s)/AP<</N 10 0 R>>>>'
CATALOG = b'<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R/Metadata 9 0 R/Names<</EmbeddedFiles<</Names[(data.txt) 13 0 R]>>>>%s>>'
PAGE_OBJECT = b'<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %s/Resources<</Font<</F1 6 0 R>>>>/Annots %s>>'
FORM = b'<</Fields[%s]/SigFlags 3/DA(/F1 10 Tf)/DR<</Font<</F1 6 0 R>>>>>>'
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><!-- %s --></x:xmpmeta>'
FULL_XMP = (b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
       b'<rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" pdf:Keywords="%s"/></rdf:RDF></x:xmpmeta>')
BOX_1, BOX_2 = b'50 50 250 110', b'300 50 500 110'


def objects(changes=None):
    made = {
        1: CATALOG % b'',
        2: b'<</Type/Pages/Kids[3 0 R]/Count 1>>',
        3: PAGE_OBJECT % (b'4 0 R', b'[7 0 R 8 0 R 11 0 R]'),
        4: stream(PAGE),
        5: FORM % b'7 0 R 8 0 R 11 0 R',
        6: b'<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
        7: TEXT % b'Rp 1.000',
        8: widget(b'Pihak1', BOX_1),
        9: stream(XMP % b'1', b'/Type/Metadata/Subtype/XML'),
        10: appearance(b'Rp 1.000'),
        11: widget(b'Pihak2', BOX_2),
        12: b'<</Title(Contoh)/Producer(contoh)>>',
        13: b'<</Type/Filespec/F(data.txt)/UF(data.txt)/EF<</F 14 0 R>>>>',
        14: stream(b'isi lampiran', b'/Type/EmbeddedFile'),
    }
    made.update(changes or {})
    return made


TRAILER = b'/Info 12 0 R/ID[<00112233445566778899aabbccddeeff><00112233445566778899aabbccddeeff>]'


def base(changes=None, **options):
    return Pdf.new(objects(changes), trailer=TRAILER, **options)


TRAVELLING = [ISSUING]


def cms_of(who=FIRST, others=None, digest='sha256', **options):
    given = tuple(TRAVELLING) if others is None else others
    return lambda data: signed_data(data, who, given, digest, **options)


def sign_first(pdf=None, make=None, rest=b'', **options):
    """The first party signs the field declared for it."""
    signed = {8: widget(b'Pihak1', BOX_1, b'/V 20 0 R/AP<</N 21 0 R>>' + rest), 21: appearance()}
    return (pdf or base()).sign(signed, 20, make or cms_of(), **options)


def sign_second(pdf, make=None, rest=b'', **options):
    signed = {11: widget(b'Pihak2', BOX_2, b'/V 30 0 R/AP<</N 31 0 R>>' + rest), 31: appearance(b'Dua')}
    return pdf.sign(signed, 30, make or cms_of(SECOND), **options)


def certify(level):
    return b'/Reference[<</Type/SigRef/TransformMethod/DocMDP/TransformParams<</Type/TransformParams/P %d/V/1.2>>>>]' % level


def field_mdp(action, *names):
    listed = b'/Fields[%s]' % b''.join(b'(%s)' % n for n in names) if names else b''
    return (b'/Reference[<</Type/SigRef/TransformMethod/FieldMDP/TransformParams<</Type/TransformParams/Action/%s%s/V/1.2>>>>]'
            % (action, listed))


def document_stamp(pdf, tsa=TSA, others=(ISSUING,), number=40, sign=None, page_annots=b'[7 0 R 8 0 R 11 0 R]', name=b'Waktu',
                   **options):
    """A document time stamp in a field of its own, without a place on a page."""
    form = catalogue_of(pdf, 5).replace(b']/SigFlags', b' %d 0 R]/SigFlags' % (number + 1))
    annots = page_annots[:-1] + b' %d 0 R]' % (number + 1)
    added = {5: form, 3: PAGE_OBJECT % (b'4 0 R', annots),
             number + 1: widget(name, b'0 0 0 0', b'/V %d 0 R' % number)}
    make = sign or (lambda data: time_stamp(data, tsa, others, STAMPED_AT).dump())
    return pdf.sign(added, number, make, sub_filter=b'ETSI.RFC3161', kind=b'DocTimeStamp', date=None, **options)


def store(pdf, certificates=(), lists=(), start=60):
    """A DSS update."""
    made, entries = {}, b''
    for key, items in ((b'Certs', [p.der for p in certificates]), (b'CRLs', [pki.crl_der(c) for c in lists])):
        references = []
        for item in items:
            made[start] = stream(item)
            references.append(b'%d 0 R' % start)
            start += 1
        entries += b'/%s[%s]' % (key, b' '.join(references))
    made[start] = b'<</Type/DSS%s>>' % entries
    made[1] = CATALOG % (b'/DSS %d 0 R' % start)
    return pdf.update(made)


# --- honest documents and harmless variants ----------------------------------------------------------

def honest():
    # pyHanko writes XMP metadata anew with every signature, which takes room: one vector shows it.
    plain = base({1: (CATALOG % b'').replace(b'/Metadata 9 0 R', b'')}).data
    add('metadata-by-pyhanko', py_sign(py_sign(base({
        9: stream(FULL_XMP % b'1', b'/Type/Metadata/Subtype/XML')}), FIRST, 'Pihak1'), SECOND, 'Pihak2'), 'yes', 'changes.allowed',
        'two signatures, each with XMP metadata written anew')
    for name, kind, md, pss in [
        ('rsa-2048-sha-256', 'RSA-2048', 'sha256', False), ('rsa-3072-sha-384', 'RSA-3072', 'sha384', False),
        ('rsa-4096-sha-512', 'RSA-4096', 'sha512', False), ('rsa-2048-pss-sha-256', 'RSA-2048', 'sha256', True),
        ('rsa-3072-pss-sha-512', 'RSA-3072', 'sha512', True), ('p-256-sha-256', 'P-256', 'sha256', False),
        ('p-256-sha-512', 'P-256', 'sha512', False), ('p-384-sha-384', 'P-384', 'sha384', False),
        ('p-521-sha-512', 'P-521', 'sha512', False), ('p-521-sha-256', 'P-521', 'sha256', False),
        ('ed25519', 'Ed25519', 'sha512', False),
    ]:
        add(f'pades-{name}', py_sign(plain, person(kind), 'Pihak1', md=md, pss=pss), 'yes', 'signer.path',
            f'ETSI.CAdES.detached, {name}')
    for name, kind, md in [('rsa-2048', 'RSA-2048', 'sha256'), ('p-256', 'P-256', 'sha256'), ('ed25519', 'Ed25519', 'sha512')]:
        add(f'pkcs7-{name}', py_sign(plain, person(kind), 'Pihak1', md=md, sub_filter=PKCS7), 'yes', 'signer.path',
            f'adbe.pkcs7.detached, {name}')

    one = py_sign(plain, FIRST, 'Pihak1')
    two = py_sign(one, SECOND, 'Pihak2')
    add('two-declared', two, 'yes', 'changes.allowed', 'two signatures in fields declared beforehand')
    add('three-added', py_sign(two, THIRD, 'Saksi'), 'yes', 'changes.allowed', 'a third signature in a field of its own')
    bare = Pdf.new({1: b'<</Type/Catalog/Pages 2 0 R>>', 2: b'<</Type/Pages/Kids[3 0 R]/Count 1>>',
                    3: b'<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 6 0 R>>>>>>',
                    4: stream(PAGE), 6: b'<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>'}).data
    added = py_sign(bare, FIRST, 'Pihak1')
    add('form-added', added, 'yes', 'signer.path', 'a document without a form, signed')
    add('two-added', py_sign(added, SECOND, 'Pihak2'), 'yes', 'changes.allowed', 'two signatures in fields of their own')
    visible = py_sign(bare, FIRST, 'Pihak1', spec=spec('Pihak1', (50, 50, 250, 110)), style=STAMP)
    add('visible', visible, 'yes', 'signer.path', 'a visible stamp')
    add('two-visible', py_sign(visible, SECOND, 'Pihak2', spec=spec('Pihak2', (300, 50, 500, 110)), style=STAMP), 'yes',
        'signature.seen-later', 'two visible stamps beside each other, the second field added')
    drawn = py_fields(bare, spec('Pihak1', (50, 50, 250, 110)), spec('Pihak2', (300, 50, 500, 110)))
    add('visible-declared', py_sign(py_sign(drawn, FIRST, 'Pihak1', style=STAMP), SECOND, 'Pihak2', style=STAMP), 'yes',
        'changes.allowed', 'visible stamps in two fields declared beforehand')
    tree = py_fields(bare, spec('Kontrak.Pihak1'), spec('Kontrak.Pihak2'))
    tree = py_sign(tree, FIRST, 'Kontrak.Pihak1')
    add('hierarchical-declared', py_sign(tree, SECOND, 'Kontrak.Pihak2'), 'yes', 'changes.allowed',
        'two signatures in declared fields below one parent')
    add('hierarchical-new-parent', py_sign(one, SECOND, 'Kontrak.Saksi'), 'yes', 'changes.allowed',
        'a field with a new parent field added and signed')
    add('hierarchical-known-parent', py_sign(tree, SECOND, 'Kontrak.Saksi'), 'yes', 'changes.allowed',
        'a field added below a known parent field, and signed')
    apart = py_fields(bare, spec('Pihak1', (50, 50, 250, 110), combine_annotation=False),
                      spec('Pihak2', (300, 50, 500, 110), combine_annotation=False))
    apart = py_sign(apart, FIRST, 'Pihak1')
    add('separate-widgets', py_sign(apart, SECOND, 'Pihak2'), 'yes', 'changes.allowed', 'fields apart from their widgets')
    add('separate-widget-added', py_sign(apart, SECOND, 'Saksi', spec=spec('Saksi', (50, 300, 250, 360), combine_annotation=False)),
        'yes', 'signature.seen-later', 'a field apart from its widget added and signed')

    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(plain)))
    writer.stream_xrefs = True
    pages = writer.prepare_object_stream()
    pages.add_object(writer.allocate_placeholder().reference.idnum, generic.DictionaryObject({}))
    buffer = io.BytesIO()
    writer.write(buffer)
    streamed = py_sign(buffer.getvalue(), FIRST, 'Pihak1')
    add('xref-stream', py_sign(streamed, SECOND, 'Pihak2'), 'yes', 'changes.allowed',
        'cross-reference and object streams, then two signatures')
    packed = qpdf(plain, '--object-streams=generate')
    packed_one = py_sign(packed, FIRST, 'Pihak1')
    add('object-streams', py_sign(packed_one, SECOND, 'Pihak2'), 'yes', 'changes.allowed',
        'object streams by qpdf, then two signatures')
    own = sign_first(base(style='stream'), style='stream')
    compact = {11: widget(b'Pihak2', BOX_2, b'/V 30 0 R/AP<</N 31 0 R>>')}
    add('update-in-object-stream', own.sign({31: appearance(b'Dua')}, 30, cms_of(SECOND), style='stream', compressed=compact),
        'yes', 'changes.allowed', 'a second signature whose field is in a new object stream')
    for name, options in [('linearized', ['--linearize']), ('linearized-streams', ['--linearize', '--object-streams=generate'])]:
        linear = py_sign(qpdf(plain, *options), FIRST, 'Pihak1')
        add(name, py_sign(linear, SECOND, 'Pihak2'), 'yes', 'changes.allowed', f'qpdf {" ".join(options)}, then two signatures')

    add('b-t', py_sign(plain, FIRST, 'Pihak1', tsa=py_tsa()), 'yes', 'time.proven', 'a signature time stamp')
    long_term = py_sign(plain, FIRST, 'Pihak1', tsa=py_tsa(), embed_validation_info=True,
                        validation_context=context())
    add('b-lt', long_term, 'yes', 'signer.not-revoked', 'time stamp, certificates and revocation lists in the DSS', 'yes')
    archived = py_sign(plain, FIRST, 'Pihak1', tsa=py_tsa(), embed_validation_info=True, use_pades_lta=True,
                       validation_context=context())
    add('b-lta', archived, 'yes', 'time.stamped', 'the same with a document time stamp', 'yes')
    add('b-lta-two', py_sign(archived, SECOND, 'Pihak2'), 'yes', 'changes.allowed',
        'a second signature after a B-LTA one, whose lists answer for both', 'yes')
    add('document-time-stamp', py_stamp_document(plain), 'yes', 'time.stamped', 'a document time stamp and nobody\'s signature')
    add('signature-then-document-time-stamp', py_stamp_document(one), 'yes', 'time.proven', 'a document time stamp proves the time')
    add('b-lt-two', py_sign(long_term, SECOND, 'Pihak2', embed_validation_info=True, validation_context=context()), 'yes',
        'signer.not-revoked', 'two signatures, each with its own DSS update', 'yes')

    for level, permission in ((1, fields.MDPPerm.NO_CHANGES), (2, fields.MDPPerm.FILL_FORMS), (3, fields.MDPPerm.ANNOTATE)):
        certified = py_sign(plain, FIRST, 'Pihak1', certify=True, docmdp_permissions=permission)
        add(f'certified-{level}', certified, 'yes', 'signer.path', f'certified with P={level}')
        if level > 1:
            add(f'certified-{level}-signed', py_sign(certified, SECOND, 'Pihak2'), 'yes', 'changes.allowed',
                f'certified with P={level}, then signed by somebody else')
        else:
            # ISO 32000-2, table 257: DSS and document time stamps are no changes.
            add('certified-1-time-stamp', py_stamp_document(certified), 'yes', 'time.proven',
                'certified with P=1, then a document time stamp (ISO 32000-2, table 257: no change)')
            add('certified-1-b-lta', py_sign(plain, FIRST, 'Pihak1', certify=True, docmdp_permissions=permission,
                                             tsa=py_tsa(), embed_validation_info=True, use_pades_lta=True,
                                             validation_context=context()), 'yes', 'time.proven',
                'certified with P=1, B-LTA (ISO 32000-2, table 257: DSS and time stamps are no change)', 'yes')
    lock = lambda action, *names: fields.FieldMDPSpec(action, list(names) or None)
    action = fields.FieldMDPAction
    included = py_fields(bare, spec('Pihak1', field_mdp_spec=lock(action.INCLUDE, 'Jumlah')), spec('Pihak2'))
    add('lock-include-honoured', py_sign(py_sign(included, FIRST, 'Pihak1'), SECOND, 'Pihak2'), 'yes', 'changes.allowed',
        'FieldMDP Include of another field, then a second signature')
    excluded = py_fields(bare, spec('Pihak1', field_mdp_spec=lock(action.EXCLUDE, 'Pihak2')), spec('Pihak2'))
    add('lock-exclude-honoured', py_sign(py_sign(excluded, FIRST, 'Pihak1'), SECOND, 'Pihak2'), 'yes', 'changes.allowed',
        'FieldMDP Exclude of the field that is signed then')
    locked = py_fields(bare, spec('Pihak1'), spec('Pihak2', field_mdp_spec=lock(action.ALL)))
    locked = py_sign(py_sign(locked, FIRST, 'Pihak1'), SECOND, 'Pihak2')
    add('lock-all-last', locked, 'yes', 'changes.allowed', 'FieldMDP All by the last signer')
    add('lock-all-time-stamp', py_stamp_document(locked), 'yes', 'time.proven',
        'FieldMDP All, then a document time stamp, which fills no field that was there')

    signed = sign_first()
    xmp = signed.update({9: stream(XMP % b'2', b'/Type/Metadata/Subtype/XML')})
    add('metadata-updated', xmp, 'yes', 'changes.allowed', 'XMP metadata written anew')
    add('info-updated', signed.update({12: b'<</Title(Contoh)/ModDate(D:20260302080000Z)>>'}), 'yes', 'changes.allowed',
        'document information written anew')
    add('info-updated-streams', sign_first(base(style='stream'), style='stream').update(
        {12: b'<</Title(Contoh)/ModDate(D:20260302080000Z)>>'}, style='stream'), 'yes', 'changes.allowed',
        'the same where a cross-reference stream is the trailer')
    add('version-raised', signed.update({1: CATALOG % b'/Version/2.0'}), 'yes', 'changes.allowed', '/Version in the catalog')
    add('nothing-changed', signed.update({4: stream(PAGE)}), 'yes', 'changes.allowed', 'a page\'s content written again, the same')
    add('unused-object', signed.update({99: b'(nobody refers to this)'}), 'yes', 'changes.allowed', 'an object that nobody uses')
    add('indirect-annots', sign_second(sign_first(base({3: PAGE_OBJECT % (b'4 0 R', b'15 0 R'), 15: b'[7 0 R 8 0 R 11 0 R]'}))),
        'yes', 'changes.allowed', 'the list of annotations is an object of its own')
    # The end of line after %%EOF is not signed: some programs count it to the next revision.
    add('short-by-the-line-end', sign_first(short=1), 'yes', 'signature.coverage', 'all but the end of line after %%EOF is signed')
    add('key-identifier', sign_first(make=cms_of(person(extra=[(ski(), False)], key=SKI_KEY), by_key=True, version='v3')),
        'yes', 'signer.path', 'the signer named by key identifier')
    add('ess-with-serial', sign_first(make=lambda data: signed_data(data, FIRST, (ISSUING,), ess=ess_v2(
        FIRST.asn1, serial=FIRST.asn1.serial_number))), 'yes', 'signer.path', 'ESSCertIDv2 with issuer and serial number')
    add('ess-sha-512', sign_first(make=lambda data: signed_data(data, FIRST, (ISSUING,), ess=ess_v2(FIRST.asn1, 'sha512'))),
        'yes', 'signer.path', 'ESSCertIDv2 with SHA-512')
    add('pkcs7-without-signing-certificate', sign_first(make=cms_of(ess=None), sub_filter=b'adbe.pkcs7.detached'), 'yes',
        'signer.path', 'PKCS#7 without signing-certificate, which it need not have')
    add('pkcs7-with-signing-time', sign_first(make=cms_of(ess=None, more=[attribute('signing_time', cms.Time(
        'utc_time', core.UTCTime(SIGNED_AT)))]), sub_filter=b'adbe.pkcs7.detached', date=None), 'yes', 'time.claimed-only',
        'the time in the CMS only')
    add('rsa-encryption-identifier', sign_first(make=cms_of(RSA, named={'algorithm': 'rsassa_pkcs1v15'})), 'yes', 'signer.path',
        'rsaEncryption as signature algorithm (RFC 3370, 3.2)')
    add('no-certificate-of-the-issuer', sign_first(make=cms_of(others=())), 'yes', 'signer.unknown-root',
        'the issuing authority\'s certificate is missing')
    add('unknown-root', sign_first(make=cms_of(Party('Contoh Orang Lain', issuer=OTHER_ROOT), others=())), 'yes',
        'signer.unknown-root', 'a signer of another root')
    add('direct-signature', direct_signature(), 'yes', 'signer.path', 'the signature dictionary stands directly in the field')
    add('time-stamp-sha-1-certificate', sign_first(make=lambda data: signed_data(
        data, FIRST, (ISSUING,), stamp=lambda value: time_stamp(value, TSA, (ISSUING,), STAMPED_AT, ess='v1'))), 'yes',
        'time.proven', 'a time stamp whose authority names its certificate with SHA-1 only (RFC 3161)')
    add('expired-without-stamp', sign_first(make=cms_of(SHORT)), 'yes', 'signer.expired-since',
        'the certificate has expired since, and nothing proves the time')
    add('expired-with-stamp', document_stamp(sign_first(make=cms_of(SHORT))), 'yes', 'time.proven',
        'the certificate has expired since, a document time stamp proves the time')
    late = pki.crl(ISSUING, this=dt.datetime(2026, 5, 1, tzinfo=UTC), number=2)
    # RFC 5280, 3.3: a revoked certificate leaves the list after it has expired.
    add('list-after-expiry', store(document_stamp(sign_first(make=cms_of(SHORT_REVOKED))), (), (CRLS[0], late)), 'yes',
        'signer.revocation-unknown', 'the only list is from after the certificate\'s expiry, when it need not name it any more')
    add('certificate-twice', sign_first(make=cms_of(others=(ISSUING, FIRST))), 'yes', 'signer.path',
        'the signer\'s certificate travels twice')
    add('certificates-unsorted', sign_first(make=unsorted), 'yes', 'signer.path',
        'certificates in another order than DER wants: nobody has signed it')
    add('usage-rights', sign_first(base({1: CATALOG % b'/Perms<</UR3 16 0 R>>', 16: b'<</Type/Sig/Filter/Adobe.PPKLite>>'})), 'yes',
        'signer.path', 'usage rights (ISO 32000-2, 12.8.6), which no field holds')
    add('no-type', sign_first(kind=b''), 'yes', 'signer.path', 'a signature dictionary without /Type, which is optional')
    open_end = plain[:-1]
    add('no-line-end', py_sign(py_sign(open_end, FIRST, 'Pihak1'), SECOND, 'Pihak2'), 'yes', 'changes.allowed',
        'no end of line after the first %%EOF')
    tagged = base({
        9: stream(FULL_XMP % b'1', b'/Type/Metadata/Subtype/XML'), 1: CATALOG % b'/MarkInfo<</Marked true>>/StructTreeRoot 80 0 R', 80: b'<</Type/StructTreeRoot/K 81 0 R/ParentTree 82 0 R'
        b'/ParentTreeNextKey 2>>', 81: b'<</Type/StructElem/S/Document/P 80 0 R/K 83 0 R>>', 82: b'<</Nums[0[83 0 R]]>>',
        83: b'<</Type/StructElem/S/P/P 81 0 R/Pg 3 0 R/K 0>>',
        3: (PAGE_OBJECT % (b'4 0 R', b'[7 0 R 8 0 R 11 0 R]'))[:-2] + b'/StructParents 0/Tabs/S>>',
        4: stream(b'/P<</MCID 0>>BDC ' + PAGE + b' EMC')})
    add('tagged-added', py_sign(sign_first(tagged), THIRD, 'Saksi', spec=spec('Saksi', (50, 300, 250, 360)), style=STAMP), 'yes',
        'changes.allowed', 'a visible field added to a tagged document')
    add('stamp-of-unknown-authority', document_stamp(sign_first(), OTHER_TSA, ()), 'yes', 'time.stamp-unknown-root',
        'a document time stamp by an authority that nobody trusts here')
    add('revoked-lists-in-store', store(sign_first(), (ISSUING,), (CRLS[0], pki.crl(ISSUING, [
        (FIRST, dt.datetime(2026, 2, 1, tzinfo=UTC), x509.ReasonFlags.key_compromise)]))), 'yes', 'signer.revoked',
        'a list in the DSS that revokes the signer before the claimed time', 'no')
    add('revoked-after-proof', store(document_stamp(sign_first()), (ISSUING,), (CRLS[0], pki.crl(ISSUING, [
        (FIRST, dt.datetime(2026, 9, 1, tzinfo=UTC), x509.ReasonFlags.superseded)]))), 'yes', 'signer.revoked-after-proof',
        'revoked after the time that a time stamp proves', 'yes')


SKI_KEY = pki.ec_key()


def ski():
    return x509.SubjectKeyIdentifier.from_public_key(SKI_KEY.public_key())


def unsorted(data):
    """The SET of certificates turned round."""
    der = signed_data(data, FIRST, (ISSUING,))
    pair = sorted([FIRST.der, ISSUING.der])
    if b''.join(pair) not in der:
        pair.reverse()
    return der.replace(b''.join(pair), b''.join(reversed(pair)))


def direct_signature():
    """The field is made of the placeholder dictionary and its own entries."""
    around = widget(b'Pihak1', BOX_1)[:-2]

    class Direct(Pdf):
        def update(self, made, **options):
            made[8] = around + b'/V ' + made.pop(20) + b'>>'
            return Pdf.update(self, made, **options)
    plain = base()
    return Direct(plain.data, plain.size, plain.root, plain.xref, plain.trailer).sign({}, 20, cms_of())


def qpdf(data, *options):
    with tempfile.TemporaryDirectory() as folder:
        source, target = pathlib.Path(folder, 'in.pdf'), pathlib.Path(folder, 'out.pdf')
        source.write_bytes(data)
        subprocess.run(['qpdf', '--deterministic-id', *options, source, target], check=True)
        return target.read_bytes()


# --- dishonest documents: the signature itself -------------------------------------------------------

def forged_cms():
    def cms_case(name, make, code, shows, integrity='no', issuer='unknown', **options):
        add(name, sign_first(make=make, **options), integrity, code, shows, issuer)

    pkcs7 = {'sub_filter': b'adbe.pkcs7.detached'}
    cms_case('rsa-1024', cms_of(person('RSA-1024')), 'signature.weak-key', 'an RSA key of 1024 bits', 'unknown')
    cms_case('rsa-8192', cms_of(person('RSA-8192')), 'signature.large-key', 'an RSA key of 8192 bits', 'unknown')
    cms_case('secp256k1', cms_of(person('secp256k1')), 'signature.unknown-algorithm', 'a curve that is not used here', 'unknown')
    cms_case('sha-1-digest', cms_of(RSA, digest='sha1'), 'signature.broken-algorithm', 'SHA-1 throughout',
             'unknown')
    cms_case('sha-1-signature', lambda d: signed_data(d, RSA, (ISSUING,), infos=[mixed(d, RSA, 'sha256', 'sha1')]),
             'signature.broken-algorithm', 'digest SHA-256, signature SHA-1', 'unknown')
    cms_case('md5', cms_of(RSA, digest='md5'), 'signature.broken-algorithm', 'MD5 throughout', 'unknown')
    cms_case('digests-disagree', lambda d: signed_data(d, RSA, (ISSUING,), infos=[mixed(d, RSA, 'sha256', 'sha512')]),
             'signature.unknown-algorithm', 'digest SHA-256, signature SHA-512', 'unknown')
    cms_case('ed25519-with-sha-256', cms_of(person('Ed25519'), digest='sha256'), 'signature.unknown-algorithm',
             'Ed25519 with SHA-256 (RFC 8419 wants SHA-512)', 'unknown')
    cms_case('pss-other-mask-hash', cms_of(RSA, pss={'mgf': 'sha512', 'salt': 32}), 'signature.unknown-algorithm',
             'PSS whose mask uses another hash function', 'unknown')
    cms_case('pss-wrong-salt', lambda d: signed_data(d, RSA, (ISSUING,), infos=[signer_info(
        d, RSA, pss={'mgf': 'sha256', 'salt': 20}, named=mechanism(RSA.key, 'sha256', {'mgf': 'sha256', 'salt': 32}))]),
        'signature.key', 'PSS with another salt length than it says')
    pss_only = pss_only_person()
    cms_case('pss-only-key', cms_of(pss_only), 'signature.key',
             'a key that its certificate restricts to PSS, used for PKCS#1 v1.5 (RFC 4055, 1.2)')
    cms_case('sub-filter-sha1', cms_of(RSA, digest='sha1'), 'signature.broken-not-compared',
             'adbe.pkcs7.sha1 without the content that goes with it', 'unknown', sub_filter=b'adbe.pkcs7.sha1')
    cms_case('sub-filter-x509', cms_of(RSA), 'signature.broken-not-compared', 'adbe.x509.rsa_sha1', 'unknown',
             sub_filter=b'adbe.x509.rsa_sha1')
    cms_case('sub-filter-unknown', cms_of(), 'signature.unknown-kind', 'a SubFilter that nobody knows', 'unknown',
             sub_filter=b'contoh.detached')
    cms_case('ess-wrong-hash', cms_of(ess=ess_v2(FIRST.asn1, value=b'\1' * 32)), 'cms.signing-certificate',
             'signing-certificate-v2 names another certificate')
    cms_case('ess-wrong-serial', cms_of(ess=ess_v2(FIRST.asn1, serial=1)), 'cms.signing-certificate',
             'signing-certificate-v2 names another serial number')
    cms_case('ess-missing', cms_of(ess=None), 'cms.no-signing-certificate', 'PAdES without signing-certificate', 'unknown')
    cms_case('ess-v1-only', cms_of(ess='v1'), 'signature.broken-algorithm', 'PAdES with the SHA-1 attribute only',
             'unknown')
    cms_case('pkcs7-ess-wrong-hash', cms_of(ess=ess_v2(FIRST.asn1, value=b'\1' * 32)), 'cms.signing-certificate',
             'PKCS#7 whose signing-certificate-v2 names another certificate', **pkcs7)
    twin = Party('Contoh Penanda Tangan', issuer=ISSUING, key=FIRST.key)
    cms_case('certificate-exchanged', lambda d: signed_data(d, twin, (ISSUING,), ess=ess_v2(FIRST.asn1)),
             'cms.signing-certificate', 'another certificate of the same key put in')
    cms_case('second-signer', lambda d: signed_data(d, FIRST, (SECOND, ISSUING), infos=[
        signer_info(d, FIRST), signer_info(d, SECOND)]), 'cms.signers', 'two SignerInfos')
    cms_case('no-signer', lambda d: no_signer(d), 'cms.signers', 'no SignerInfo')
    cms_case('encapsulated', cms_of(encapsulated=b'isi'), 'cms.encapsulated', 'content inside a detached signature')
    cms_case('no-signed-attributes', cms_of(without_attributes=True), 'cms.attributes', 'no signed attributes', **pkcs7)
    cms_case('no-message-digest', cms_of(attributes=[attribute('content_type', 'data'), attribute(
        'signing_certificate_v2', ess_v2(FIRST.asn1))]), 'cms.attributes', 'signed attributes without message-digest')
    cms_case('no-content-type', lambda d: signed_data(d, FIRST, (ISSUING,), attributes=[
        attribute('message_digest', sha256(d)), attribute('signing_certificate_v2', ess_v2(FIRST.asn1))]),
        'cms.attributes', 'signed attributes without content-type')
    cms_case('two-message-digests', lambda d: signed_data(d, FIRST, (ISSUING,), more=[attribute(
        'message_digest', b'\2' * 32)]), 'cms.attributes', 'message-digest twice')
    cms_case('two-values', lambda d: signed_data(d, FIRST, (ISSUING,), attributes=[
        attribute('content_type', 'data'), attribute('message_digest', sha256(d), b'\2' * 32),
        attribute('signing_certificate_v2', ess_v2(FIRST.asn1))]), 'cms.attributes', 'message-digest with two values')
    cms_case('other-content-type', cms_of(content_type='tst_info'), 'cms.malformed', 'a CMS over something that is no data')
    cms_case('no-certificate', lambda d: signed_data(d, SECOND, (ISSUING,), infos=[signer_info(d, FIRST)]), 'cms.certificate',
             'the signer\'s certificate is not there')
    cms_case('wrong-digest', cms_of(message_digest=b'\3' * 32), 'signature.digest', 'the message digest is another one')
    cms_case('wrong-key', lambda d: signed_data(d, FIRST, (ISSUING,), infos=[signer_info(d, FIRST, signature=raw_sign(
        SECOND.key, b'another', 'sha256'))]), 'signature.key', 'a signature by another key')
    cms_case('trailing-bytes', lambda d: signed_data(d, FIRST, (ISSUING,)) + b'\0\0\0\1', 'cms.trailing',
             'bytes after the CMS that are not zero')
    cms_case('indefinite-length', lambda d: indefinite(signed_data(d, FIRST, (ISSUING,))), 'cms.tolerated-ber',
             'BER with indefinite length', 'yes')
    cms_case('empty-contents', lambda d: b'', 'cms.empty', '/Contents of zeros')
    cms_case('algorithm-protection', cms_of(more=[attribute('cms_algorithm_protection', cms.CMSAlgorithmProtection({
        'digest_algorithm': {'algorithm': 'sha512'}, 'signature_algorithm': {'algorithm': 'sha512_ecdsa'}}))]),
        'cms.attributes', 'CMSAlgorithmProtection names other algorithms (RFC 6211)')
    cms_case('server-certificate', cms_of(person(eku=[x509.oid.ExtendedKeyUsageOID.SERVER_AUTH])), 'signer.purpose',
             'a server\'s certificate', 'yes', 'no')

    token = lambda **o: (lambda value: time_stamp(b'other bytes' if o.get('other') else value, o.get('tsa', TSA), (ISSUING,), STAMPED_AT))
    cms_case('stamp-over-other-bytes', cms_of(stamp=token(other=True)), 'time.stamp-broken',
             'a signature time stamp over other bytes; the signature itself holds', 'yes')
    cms_case('stamp-without-purpose', cms_of(stamp=token(tsa=BAD_TSA)), 'time.stamp-not-trusted',
             'a signature time stamp by a certificate that is not for it', 'yes')
    signed = sign_first()
    stamped = document_stamp(signed)
    captured = {}

    def capture(data):
        captured['token'] = time_stamp(data, TSA, (ISSUING,), STAMPED_AT).dump()
        return captured['token']
    document_stamp(sign_second(signed), sign=capture)
    add('document-stamp-copied', document_stamp(signed, sign=lambda data: captured['token']), 'no', 'signature.digest',
        'the token of another document\'s time stamp')
    add('document-stamp-without-purpose', document_stamp(signed, BAD_TSA), 'yes', 'time.stamp-not-trusted',
        'a document time stamp by a certificate that is not for it')
    add('document-stamp-is-a-signature', document_stamp(signed, sign=cms_of()), 'no', 'cms.malformed',
        'an ordinary signature where a time stamp should be')
    add('after-document-stamp', stamped.update({4: stream(FORGED)}), 'no', 'changes.content',
        'content replaced after the document time stamp')


def mixed(data, signer, digest, used):
    """A SignerInfo whose digest algorithm is one and whose signature algorithm uses another."""
    info = signer_info(data, signer, digest, named=mechanism(signer.key, used))
    info['signature'] = raw_sign(signer.key, info['signed_attrs'].untag().dump(), used)
    return info


def no_signer(data):
    info = cms.ContentInfo.load(signed_data(data, FIRST, (ISSUING,)))
    info['content']['signer_infos'] = []
    return info.dump(force=True)


def sha256(data):
    import hashlib
    return hashlib.sha256(data).digest()


def indefinite(der):
    """The outermost SEQUENCE with indefinite length (X.690, 8.1.3.6)."""
    assert der[1] == 0x82
    return b'\x30\x80' + der[4:] + b'\0\0'


def pss_only_person():
    """A certificate whose key is `id-RSASSA-PSS` (RFC 4055, 1.2): not for PKCS#1 v1.5."""
    from asn1crypto import x509 as a
    made = RSA.asn1.copy()
    tbs = made['tbs_certificate']
    der = tbs['subject_public_key_info'].dump()
    # AlgorithmIdentifier rsaEncryption with NULL becomes id-RSASSA-PSS without parameters.
    plain = bytes.fromhex('300d06092a864886f70d0101010500')
    assert plain in der
    rest = der[der.index(plain) + len(plain):]
    inner = bytes.fromhex('300b06092a864886f70d01010a') + rest
    new_spki = b'\x30\x82' + len(inner).to_bytes(2, 'big') + inner
    content = tbs.dump()[4:].replace(der, new_spki)
    new_tbs = b'\x30\x82' + len(content).to_bytes(2, 'big') + content
    signature = raw_sign(ISSUING.key, new_tbs, 'sha256')
    bits = b'\x03' + bytes([len(signature) + 1]) + b'\0' + signature
    body = new_tbs + made['signature_algorithm'].dump() + bits

    class Made:
        asn1 = a.Certificate.load(b'\x30\x82' + len(body).to_bytes(2, 'big') + body)
        key = RSA.key
    return Made


# --- dishonest documents: what the signature covers ----------------------------------------------------

def forged_coverage():
    def case(name, code, shows, integrity='no', **options):
        add(name, sign_first(**options), integrity, code, shows)

    add('bytes-after-the-end', sign_first().data + b'% unsigned\n', 'no', 'document.tail', 'bytes after the signed revision')
    add('line-after-the-end', sign_first().data + b'\n', 'yes', 'document.tolerated-after-end', 'one more line end after the signed revision')
    case('coverage-short-2', 'signature.partial', 'the last two bytes are not signed', short=2)
    case('coverage-short-3', 'signature.partial', 'the last three bytes are not signed', short=3)
    case('coverage-short-trailer', 'signature.partial', 'the trailer is not signed', short=100)
    case('gap-wider-before', 'signature.partial', 'the gap begins one byte before /Contents', gap=(-1, 0))
    case('gap-wider-after', 'signature.partial', 'the gap ends one byte after /Contents', gap=(0, 1))
    case('gap-narrower', 'signature.partial', 'the gap begins inside the string of /Contents', gap=(1, 0))
    case('gap-narrower-after', 'signature.partial', 'the gap ends before the closing bracket', gap=(0, -1))
    case('range-of-five', 'signature.partial', 'a /ByteRange of five numbers', numbers=lambda n: [*n, 0])
    case('range-of-three', 'signature.partial', 'a /ByteRange of three numbers', numbers=lambda n: n[:3])
    case('range-negative', 'signature.partial', 'a negative number in /ByteRange', numbers=lambda n: [-1, n[1], n[2], n[3]])
    case('range-from-one', 'signature.partial', 'a /ByteRange that begins at byte 1', numbers=lambda n: [1, n[1] - 1, n[2], n[3]])
    case('range-huge', 'signature.partial', 'a /ByteRange beyond the file', numbers=lambda n: [n[0], n[1], n[2], 2 ** 31])
    case('range-zero', 'signature.partial', 'a /ByteRange of zeros', numbers=lambda n: [0, 0, 0, 0])
    case('contents-white-space', 'signature.partial', 'white space in the string of /Contents',
         contents=lambda der: der[:4].hex().encode() + b' \n' + der[4:].hex().encode())
    case('contents-literal', 'signature.partial', 'a literal string as /Contents',
         contents=lambda der: b'(' + b''.join(b'\\%03o' % b for b in der) + b')', reserve=4000)
    inside = base(style='stream')
    # The dictionary is compressed: there are no bytes in the file to leave out.
    add('signature-in-object-stream', inside.update({21: appearance()}, style='stream', compressed={
        8: widget(b'Pihak1', BOX_1, b'/V 20 0 R/AP<</N 21 0 R>>'),
        20: b'<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/ByteRange[0 100 200 300]/Contents<3000>>>'}),
        'no', 'signature.partial', 'a signature dictionary in an object stream')
    add('no-byte-range', base().update({8: widget(b'Pihak1', BOX_1, b'/V 20 0 R'), 20:
        b'<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/Contents<3000>>>'}), 'no', 'signature.partial',
        'no /ByteRange')
    add('value-is-no-dictionary', sign_first().update({11: widget(b'Pihak2', BOX_2, b'/V(signed)')}), 'no', 'signature.malformed',
        'a signature field whose value is a string')
    edited = sign_first()
    add('signed-byte-changed', edited.data.replace(b'Rp 1.000) Tj', b'Rp 9.000) Tj', 1), 'no', 'signature.digest',
        'a signed byte changed in place')


# --- dishonest documents: what came after the signature -------------------------------------------------

def forged_changes():
    signed = sign_first()
    both = sign_second(signed)

    def after(name, update, code, shows, integrity='no', start=signed, **options):
        add(name, start.update(update, **options), integrity, code, shows)

    after('form-value', {7: TEXT % b'Rp 9.000', 10: appearance(b'Rp 9.000')}, 'changes.form-value', 'a text field filled in anew')
    after('form-value-certified-2', {7: TEXT % b'Rp 9.000', 10: appearance(b'Rp 9.000')}, 'changes.form-value',
          'a text field filled in after a certification with P=2', start=sign_first(entries=certify(2)))
    after('appearance-without-value', {10: appearance(b'Rp 9.000')}, 'changes.appearance', 'a field\'s look replaced, its value kept')
    after('annotation-added', {3: PAGE_OBJECT % (b'4 0 R', b'[7 0 R 8 0 R 11 0 R 50 0 R]'),
                               50: b'<</Type/Annot/Subtype/FreeText/Rect[72 700 300 740]/Contents(Rp 9.000)/DA(/F1 12 Tf)>>'},
          'changes.annotation', 'an annotation over the text')
    after('annotation-certified-3', {3: PAGE_OBJECT % (b'4 0 R', b'[7 0 R 8 0 R 11 0 R 50 0 R]'),
                                     50: b'<</Type/Annot/Subtype/FreeText/Rect[72 700 300 740]/Contents(Rp 9.000)/DA(/F1 12 Tf)>>'},
          'changes.annotation', 'an annotation after a certification with P=3', start=sign_first(entries=certify(3)))
    after('annotation-removed', {3: PAGE_OBJECT % (b'4 0 R', b'[8 0 R 11 0 R]')}, 'changes.annotation', 'an annotation taken away')
    after('page-added', {2: b'<</Type/Pages/Kids[3 0 R 50 0 R]/Count 2>>', 50: PAGE_OBJECT % (b'51 0 R', b'[]'), 51: stream(FORGED)},
          'changes.pages', 'a page added')
    after('page-removed', {2: b'<</Type/Pages/Kids[]/Count 0>>'}, 'changes.pages', 'the page removed')
    after('page-size', {3: (PAGE_OBJECT % (b'4 0 R', b'[7 0 R 8 0 R 11 0 R]')).replace(b'842', b'700')}, 'changes.page',
          'the page cut')
    after('inherited-size', {2: b'<</Type/Pages/Kids[3 0 R]/Count 1/Rotate 90>>'}, 'changes.pages', 'the page turned from above')
    after('content-replaced', {4: stream(FORGED)}, 'changes.content', 'the page\'s content replaced')
    after('content-exchanged', {3: PAGE_OBJECT % (b'50 0 R', b'[7 0 R 8 0 R 11 0 R]'), 50: stream(FORGED)}, 'changes.content',
          'the page\'s content exchanged for a new object')
    after('content-added', {3: PAGE_OBJECT % (b'[4 0 R 50 0 R]', b'[7 0 R 8 0 R 11 0 R]'), 50: stream(FORGED)}, 'changes.content',
          'more content')
    after('content-freed', {}, 'changes.removed', 'the page\'s content freed', free=[4])
    after('content-other-generation', {4: stream(PAGE)}, 'changes.removed',
          'the same content again with another generation, so that the reference to it leads nowhere', generations={4: 1})
    after('font-replaced', {6: b'<</Type/Font/Subtype/Type1/BaseFont/Symbol>>'}, 'changes.resource', 'the font replaced')
    after('open-action', {1: CATALOG % b'/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>'}, 'changes.catalog', 'an /OpenAction')
    after('names-changed', {1: (CATALOG % b'').replace(b'data.txt', b'lain.txt')}, 'changes.catalog', 'the name tree')
    after('attachment-changed', {14: stream(b'isi palsu', b'/Type/EmbeddedFile')}, 'changes.attachment', 'an attached file replaced')
    after('attachment-renamed', {13: b'<</Type/Filespec/F(lain.txt)/UF(lain.txt)/EF<</F 14 0 R>>>>'}, 'changes.attachment',
          'an attached file renamed')
    shared = base({1: (CATALOG % b'').replace(b'/Metadata 9 0 R', b'/Metadata 4 0 R'),
                   4: stream(PAGE, b'/Type/Metadata/Subtype/XML')})
    after('metadata-is-content', {4: stream(FORGED, b'/Type/Metadata/Subtype/XML')}, 'changes.shared',
          'the page\'s content is the metadata as well, and is written anew', start=sign_first(shared))
    info = base({12: b'<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Title(Contoh)>>', 3: (PAGE_OBJECT % (
        b'4 0 R', b'[7 0 R 8 0 R 11 0 R]')).replace(b'6 0 R', b'12 0 R')})
    after('info-is-font', {12: b'<</Type/Font/Subtype/Type1/BaseFont/Symbol/Title(Contoh)>>'}, 'changes.shared',
          'the document information is a font as well, and is written anew', start=sign_first(info))
    annots = base({3: (PAGE_OBJECT % (b'4 0 R', b'15 0 R'))[:-2] + b'/Contoh 15 0 R>>', 15: b'[7 0 R 8 0 R 11 0 R]'})
    stamp_field = {5: FORM % b'7 0 R 8 0 R 11 0 R 51 0 R', 51: widget(b'Baru', b'50 300 150 340')}
    after('annots-shared', {**stamp_field, 15: b'[7 0 R 8 0 R 11 0 R 51 0 R]'}, 'changes.shared',
          'the list of annotations is used elsewhere as well', start=sign_first(annots))

    def with_field(body, number=51, form=b'7 0 R 8 0 R 11 0 R 51 0 R', **more):
        made = {3: PAGE_OBJECT % (b'4 0 R', b'[7 0 R 8 0 R 11 0 R 51 0 R]'), 5: FORM % form, number: body}
        made.update(more.get('objects', {}))
        return made
    third = lambda body, **options: signed.sign({**with_field(body), **options.pop('objects', {})}, 50, cms_of(THIRD), **options)
    add('overlay-stamp', third(widget(b'Saksi', b'60 60 240 100', b'/V 50 0 R/AP<</N 52 0 R>>'), objects={52: appearance(b'Lain')}),
        'no', 'changes.overlay', 'a stamp over somebody else\'s stamp')
    add('overlay-text', third(widget(b'Saksi', b'60 595 240 615', b'/V 50 0 R/AP<</N 52 0 R>>'), objects={52: appearance(b'Rp 9.000')}),
        'no', 'changes.overlay', 'a stamp over a text field')
    add('overlay-new', third(widget(b'Saksi', b'50 300 250 360', b'/V 50 0 R/AP<</N 52 0 R>>'), objects={
        52: appearance(b'Lain'), 53: widget(b'Lain', b'60 310 240 350', b'/AP<</N 52 0 R>>'),
        3: PAGE_OBJECT % (b'4 0 R', b'[7 0 R 8 0 R 11 0 R 51 0 R 53 0 R]'), 5: FORM % b'7 0 R 8 0 R 11 0 R 51 0 R 53 0 R'}),
        'no', 'changes.overlay', 'a stamp over another one that the same update adds')
    add('overlay-page', third(widget(b'Saksi', b'0 120 595 590', b'/V 50 0 R/AP<</N 52 0 R>>'), objects={52: appearance(b'Lain')}),
        'no', 'changes.overlay', 'a stamp over most of the page')
    cropped = (PAGE_OBJECT % (b'4 0 R', b'[7 0 R 8 0 R 11 0 R%s]')).replace(b'[0 0 595 842]', b'[0 0 9999 9999]/CropBox[0 0 595 842]')
    unsized = (PAGE_OBJECT % (b'4 0 R', b'[7 0 R 8 0 R 11 0 R%s]')).replace(b'/MediaBox[0 0 595 842]', b'')
    for name, page, shows in (('overlay-cropped', cropped, 'a stamp over all that is shown of a large page'),
                              ('overlay-unsized', unsized, 'a stamp on a page that has no size')):
        add(name, sign_first(base({3: page % b''})).sign({
            3: page % b' 51 0 R', 5: FORM % b'7 0 R 8 0 R 11 0 R 51 0 R', 52: appearance(b'Lain'),
            51: widget(b'Saksi', b'0 120 595 590', b'/V 50 0 R/AP<</N 52 0 R>>')}, 50, cms_of(THIRD)), 'no', 'changes.overlay', shows)
    after('text-field-added', with_field(b'<</FT/Tx/Type/Annot/Subtype/Widget/T(Baru)/F 4/Rect[50 300 150 340]/V(Rp 9.000)>>'),
          'changes.field', 'a text field added')
    after('field-with-action', with_field(widget(b'Baru', b'50 300 150 340', b'/A<</S/URI/URI(https://contoh.example/)>>')),
          'changes.action', 'a new signature field with an action')
    after('field-with-script', with_field(widget(b'Baru', b'50 300 150 340', b'/AA<</E<</S/JavaScript/JS(1)>>>>')),
          'changes.action', 'a new signature field with a script')
    after('field-added-unsigned', with_field(widget(b'Baru', b'50 300 150 340')), 'signature.added-field',
          'a new signature field that nobody has signed: allowed, and said', 'yes')
    after('field-added-looks-signed', with_field(widget(b'Baru', b'50 300 150 340', b'/AP<</N 52 0 R>>'),
                                                 objects={52: appearance(b'Ditandatangani')}), 'changes.appearance',
          'a new field that nobody signed looks signed')
    after('field-added-background', with_field(widget(b'Baru', b'60 700 400 740', b'/MK<</BG[1 1 1]>>')), 'changes.appearance',
          'a new field that nobody signed has a white background, over the text')
    after('field-removed', {5: FORM % b'7 0 R 8 0 R'}, 'changes.field', 'a field taken out of the form')
    after('field-renamed', {11: widget(b'Pihak9', BOX_2)}, 'changes.field', 'a field renamed')
    after('field-appearance', {11: widget(b'Pihak2', BOX_2, b'/AP<</N 52 0 R>>'), 52: appearance(b'Ditandatangani')},
          'changes.appearance', 'a field that nobody signed looks signed')
    after('stamp-moved', {8: widget(b'Pihak1', b'50 650 250 710', b'/V 20 0 R/AP<</N 21 0 R>>')}, 'changes.signature',
          'the stamp of a signed field moved')
    after('stamp-replaced', {21: appearance(b'Orang Lain')}, 'changes.appearance', 'the look of a signed field replaced')
    after('signature-cleared', {8: widget(b'Pihak1', BOX_1)}, 'changes.signature', 'one of two signatures taken away', start=both)
    after('need-appearances', {5: (FORM % b'7 0 R 8 0 R 11 0 R').replace(b'/SigFlags', b'/NeedAppearances true/SigFlags')},
          'changes.field', 'viewers told to paint the fields anew')
    after('signature-reused', with_field(widget(b'Saksi', b'50 300 150 340', b'/V 20 0 R')), 'signature.recycled',
          'a new field holds a signature that was there')
    after('signature-reused-declared', {11: widget(b'Pihak2', BOX_2, b'/V 20 0 R')}, 'signature.recycled',
          'a declared field holds a signature that was there')
    after('signature-dictionary-changed', {20: catalogue_of(signed, 20).replace(b'/M(', b'/Reason(Setuju)/M(')}, 'signature.partial',
          'the signature dictionary written again with a reason')
    copy = catalogue_of(signed, 20)
    after('signature-copied', {11: widget(b'Pihak2', BOX_2, b'/V 30 0 R'), 30: copy}, 'signature.partial',
          'a copy of a signature in another field')
    after('certified-1-updated', {12: b'<</Title(Contoh)/ModDate(D:20260302080000Z)>>'}, 'changes.certified',
          'document information changed after a certification with P=1', start=sign_first(entries=certify(1)))
    add('certified-1-signed', sign_second(sign_first(entries=certify(1))), 'no', 'changes.certified',
        'a signature after a certification with P=1')
    add('certified-late', sign_second(signed, entries=certify(2)), 'no', 'signature.late-certification',
        'a certification after a signature')
    add('certified-unlisted', sign_first(base({1: CATALOG % b'/Perms<</DocMDP 16 0 R>>', 16: b'<</Type/Sig>>'})), 'no',
        'signature.unlisted', '/Perms names a signature that no field holds')
    add('lock-include-broken', sign_second(sign_first(entries=field_mdp(b'Include', b'Pihak2'))), 'no', 'changes.locked-field',
        'a locked field signed later')
    add('lock-all-broken', sign_second(sign_first(entries=field_mdp(b'All'))), 'no', 'changes.locked-field',
        'a field signed after everything was locked')
    add('lock-exclude-broken', sign_second(sign_first(entries=field_mdp(b'Exclude', b'Jumlah'))), 'no', 'changes.locked-field',
        'a field signed that is not among the exceptions of a lock')
    packed = Pdf.new({n: b for n, b in objects().items() if n in (4, 9, 10, 14)}, trailer=TRAILER, style='stream', container=40,
                     compressed={n: b for n, b in objects().items() if n not in (4, 9, 10, 14)})
    packed = sign_first(packed, style='stream')
    after('object-stream-overwritten', {40: stream(b'7 0 (Rp 9.000) ', b'/Type/ObjStm/N 1/First 4')}, 'changes.container',
          'an object stream of the signed revision overwritten', start=packed, style='stream')
    after('entry-into-old-stream', {}, 'document.malformed', 'an entry that leads into an object stream of an earlier revision',
          start=packed, style='stream', entries={7: (2, 40, 3)})
    # Most readers look for the stream under its number, and find the new one.
    forged_stream = stream(b'7 0 (Rp 9.000) ', b'/Type/ObjStm/Subtype/XML/N 1/First 4')
    after('object-stream-in-store', {40: forged_stream, 1: CATALOG % b'/DSS<</Certs[40 0 R]>>'}, 'changes.container',
          'an object stream of the signed revision overwritten as if it were validation data', start=packed, style='stream')
    after('object-stream-in-metadata', {40: forged_stream, 1: (CATALOG % b'').replace(b'9 0 R', b'40 0 R')}, 'changes.container',
          'an object stream of the signed revision overwritten as if it were metadata', start=packed, style='stream')
    # Both are streams: the cross-reference stream of revision 0 is what the page shows.
    painted = base({3: PAGE_OBJECT % (b'[4 0 R 41 0 R]', b'[7 0 R 8 0 R 11 0 R]')}, style='stream', xref_number=41)
    after('xref-stream-is-content', {}, 'changes.shared',
          'the page shows the cross-reference stream, and an update overwrites it', start=sign_first(painted, style='stream'),
          style='stream', xref_number=41)
    dangling = base({3: PAGE_OBJECT % (b'[4 0 R 45 0 R]', b'[7 0 R 8 0 R 11 0 R]')}, size=46)
    after('dangling-revived', {45: stream(FORGED)}, 'changes.revived', 'a reference that led nowhere is given content',
          start=sign_first(dangling))
    freed = base({3: PAGE_OBJECT % (b'[4 0 R 45 0 R]', b'[7 0 R 8 0 R 11 0 R]')}, free=[45])
    after('free-revived', {45: stream(FORGED)}, 'changes.revived', 'a free object that the page refers to is given content',
          start=sign_first(freed))
    store_alias = sign_first(dangling)
    add('dangling-revived-in-store', store_alias.update({1: CATALOG % b'/DSS<</Certs[45 0 R]>>', 45: stream(FORGED)}), 'no',
        'changes.revived', 'a reference that led nowhere is given content by way of the DSS')
    add('content-in-store', signed.update({1: CATALOG % b'/DSS<</Certs[4 0 R]>>', 4: stream(FORGED)}), 'no', 'changes.shared',
        'the DSS names the page\'s content, which is replaced')
    add('content-in-extensions', signed.update({1: CATALOG % b'/Extensions<</X 4 0 R>>', 4: stream(FORGED)}), 'no', 'changes.content',
        '/Extensions names the page\'s content, which is replaced')
    # The parent of two fields is a node of the tree of attached files as well.
    tree = base({1: (CATALOG % b'').replace(b'<</Names[(data.txt) 13 0 R]>>', b'<</Kids[70 0 R]>>'),
                 5: FORM % b'7 0 R 8 0 R 11 0 R 70 0 R', 70: b'<</T(Kontrak)/Kids[71 0 R]>>',
                 71: b'<</T(Satu)/Parent 70 0 R/FT/Sig/Limits[(data.txt)(data.txt)]/Names[(data.txt) 13 0 R]>>'})
    after('name-tree-in-form', {
        70: b'<</T(Kontrak)/Kids[71 0 R 72 0 R]>>', 73: b'<</Type/Filespec/F(lain.txt)/EF<</F 74 0 R>>>>',
        72: b'<</T(Dua)/Parent 70 0 R/FT/Sig/Limits[(lain.txt)(lain.txt)]/Names[(lain.txt) 73 0 R]>>',
        74: stream(b'isi palsu', b'/Type/EmbeddedFile')}, 'changes.shared',
        'a node of the form is one of the attached files as well, and gets another child', start=sign_first(tree))
    after('hierarchical-parent-value', {70: b'<</T(Kontrak)/Kids[71 0 R]/V 20 0 R>>'}, 'changes.field',
          'a parent field is given a value, which its children inherit', start=sign_first(base({
              5: FORM % b'7 0 R 8 0 R 11 0 R 70 0 R', 70: b'<</T(Kontrak)/Kids[71 0 R]>>',
              71: b'<</T(Satu)/Parent 70 0 R/FT/Sig>>'})))
    after('root-renumbered', {60: CATALOG % b''}, 'changes.allowed', 'the same catalog under another number', 'yes', root=60)
    after('root-switched', {60: (CATALOG % b'').replace(b'2 0 R', b'61 0 R'), 61: b'<</Type/Pages/Kids[62 0 R]/Count 1>>',
                            62: PAGE_OBJECT % (b'63 0 R', b'[]'), 63: stream(FORGED)}, 'changes.catalog',
          'another catalog with other pages', root=60)
    after('size-shrinks', {12: b'<</Title(Contoh)>>'}, 'document.malformed', '/Size shrinks', size=13)
    after('hybrid', {12: b'<</Title(Contoh)>>'}, 'document.hybrid', 'a hybrid update', trailer=TRAILER + b'/XRefStm 15')
    after('encrypted', {12: b'<</Title(Contoh)>>', 62: b'<</Filter/Standard/V 1/R 2/O<00>/U<00>/P -4>>'}, 'document.encrypted',
          'an update that says the file is encrypted', 'unknown', trailer=TRAILER + b'/Encrypt 62 0 R')
    after('prev-loop', {12: b'<</Title(Contoh)>>'}, 'document.malformed', '/Prev leads to its own section', prev=len(signed.data) + 45)
    # Along /Prev nothing is signed; that a reader who searches the file finds a signature is no answer.
    after('prev-skips', {12: b'<</Title(Contoh)>>'}, 'document.loose-signature', '/Prev leads past the signed revision', 'unknown',
          prev=base().xref)
    two_starts = signed.update({12: b'<</Title(Contoh)>>'})
    add('two-startxref', two_starts.data + b'startxref\n%d\n%%%%EOF\n' % signed.xref, 'no', 'document.trailing-bytes',
        'a second startxref, which leads to the signed revision')


def write_index():
    lines = ['file\tintegrity\tissuer\tcode\tpyhanko\tshows']
    for file, integrity, issuer, code, shows, data in sorted(VECTORS):
        (OUT / file).write_bytes(data)
        lines.append('\t'.join((file, integrity, issuer, code, pyhanko_says(data), shows)))
    (OUT / 'index.tsv').write_text('\n'.join(lines) + '\n')


def main():
    logging.disable(logging.CRITICAL)
    OUT.mkdir(parents=True, exist_ok=True)
    for old in OUT.iterdir():
        old.unlink()
    honest()
    forged_cms()
    # What follows is not about the issuer: smaller files without its certificate.
    TRAVELLING.clear()
    forged_coverage()
    forged_changes()
    names = [v[0] for v in VECTORS]
    assert len(names) == len(set(names))
    (OUT / 'root.pem').write_bytes(ROOT.pem)
    (OUT / 'other-root.pem').write_bytes(OTHER_ROOT.pem)
    (OUT / 'issuing.pem').write_bytes(ISSUING.pem)
    lists = {'root': CRLS[0], 'issuing': CRLS[1]}
    for label, day in (('before', dt.datetime(2026, 2, 1, tzinfo=UTC)), ('after', dt.datetime(2026, 9, 1, tzinfo=UTC))):
        lists[f'revoked-{label}'] = pki.crl(ISSUING, [(FIRST, day, x509.ReasonFlags.key_compromise),
                                                      (SHORT, day, x509.ReasonFlags.key_compromise)], number=2)
    for label, made in lists.items():
        (OUT / f'{label}.crl').write_bytes(made.public_bytes(serialization.Encoding.PEM))
    write_index()
    total = sum(len(v[-1]) for v in VECTORS)
    print(f'{len(VECTORS)} files, {total} bytes')


if __name__ == '__main__':
    sys.exit(main())
