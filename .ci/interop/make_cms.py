"""Makes crates/trust/tests/vectors/cms: signatures and validation data as other programs write them, and as somebody
would write them to hide behind what is tolerated; and index.tsv with what a verifier has to say of each.

    python make_cms.py

Needs the packages of requirements.txt. Keys are made anew at every run and thrown away. The column `pyhanko` of the index
is pyHanko's own answer to the same file.
"""
import datetime as dt
import logging
import sys

from asn1crypto import core
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

import make_vectors as foreign
import vector_pki as pki
from make_vectors import CATALOG, FIRST, FORGED, ISSUING, PAGE, ROOT, SECOND, STAMPED_AT, TSA, base, cms_of, person, sign_first, sign_second
from vector_pdf import attribute, raw_sign, signed_data, signer_info, stream, time_stamp
from vector_pki import UTC, Party

OUT = foreign.OUT.parent / 'cms'
PKCS7 = {'sub_filter': b'adbe.pkcs7.detached'}
add = foreign.add
FIRST_RSA_1024 = person('RSA-1024')


# --- BER -------------------------------------------------------------------------------------------

def header(der, at=0):
    """Where the content of an element begins and ends."""
    length, start = der[at + 1], at + 2
    if length & 0x80:
        start += length & 0x7f
        length = int.from_bytes(der[at + 2:start])
    return start, start + length


def children(der):
    at, end = header(der)
    while at < end:
        _, next_at = header(der, at)
        yield der[at:next_at]
        at = next_at


def rewrite(der, encode, keep=()):
    """Every element written anew by `encode(tag, content, constructed)`, but for those in `keep`."""
    if der in keep:
        return der
    start, end = header(der)
    if der[0] & 0x20:
        content = b''.join(rewrite(child, encode, keep) for child in children(der))
        return encode(der[0], content, True)
    return encode(der[0], der[start:end], False)


def definite(tag, content, zeros=0):
    n = len(content)
    if n < 0x80 and not zeros:
        return bytes([tag, n]) + content
    octets = b'\0' * zeros + n.to_bytes(max(1, (n.bit_length() + 7) // 8))
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def indefinite(tag, content, constructed):
    return bytes([tag, 0x80]) + content + b'\0\0' if constructed else definite(tag, content)


def long_lengths(tag, content, constructed):
    return definite(tag, content, 2)


def in_pieces(tag, content, constructed):
    if tag != 0x04 or len(content) < 4:
        return indefinite(tag, content, constructed)
    half = len(content) // 2
    inner = definite(0x04, content[:half]) + bytes([0x24, 0x80]) + definite(0x04, content[half:]) + b'\0\0'
    return bytes([0x24, 0x80]) + inner + b'\0\0'


CERTIFICATES = {ISSUING.der, FIRST.der, TSA.der}


def as_ber(encode, keep=CERTIFICATES, make=None):
    return lambda data: rewrite((make or cms_of())(data), encode, keep)


def frame(der):
    """What NSS does: the outer four levels without lengths, everything inside in DER."""
    info = list(children(der))
    data = list(children(list(children(info[1]))[0]))
    data[2] = indefinite(0x30, data[2][2:], True)
    inner = indefinite(0x30, b''.join(data), True)
    return indefinite(0x30, info[0] + indefinite(0xa0, inner, True), True)


def replaced(der, old, new):
    """`old` once replaced by `new`, and the lengths of everything around it mended."""
    if der == old:
        return new
    if not der[0] & 0x20 or old not in der:
        return der
    return definite(der[0], b''.join(replaced(child, old, new) for child in children(der)))


def signer_of(der):
    return list(children(list(children(list(children(list(children(der))[1]))[0]))[-1]))[0]


def attributes_of(der):
    return next(part for part in list(children(signer_of(der)))[3:] if part[0] == 0xa0)


def other_value(written):
    """The value of the signature written like this."""
    def make(data):
        der = cms_of()(data)
        return replaced(der, list(children(signer_of(der)))[-1], written)
    return make


def ber():
    add('ber-indefinite', sign_first(make=as_ber(indefinite)), 'yes', 'cms.tolerated-ber', 'no element has a length')
    add('ber-frame', sign_first(make=lambda d: frame(cms_of()(d)), **PKCS7), 'yes', 'cms.tolerated-ber',
        'the outer elements without lengths, as NSS and Bouncy Castle write them')
    add('ber-pieces', sign_first(make=as_ber(in_pieces)), 'yes', 'cms.tolerated-ber', 'every string in pieces')
    add('ber-long-lengths', sign_first(make=as_ber(long_lengths)), 'yes', 'cms.tolerated-ber', 'lengths with zeros in front')
    add('ber-certificates', sign_first(make=as_ber(indefinite, ())), 'yes', 'cms.tolerated-ber',
        'the certificates too: what their issuer signed is their DER (RFC 5280, 4.1)')
    stamped = lambda data: signed_data(data, FIRST, (ISSUING,), stamp=lambda s: time_stamp(s, TSA, (ISSUING,), STAMPED_AT))
    add('ber-stamp', sign_first(make=as_ber(in_pieces, make=stamped)), 'yes', 'time.proven', 'a signature time stamp in BER')
    token = lambda data: time_stamp(data, TSA, (ISSUING,), STAMPED_AT).dump()
    add('ber-document-stamp', foreign.document_stamp(base(), sign=as_ber(in_pieces, make=token)), 'yes', 'time.stamped',
        'a document time stamp in BER')
    # Those that try to hide in it.
    changed = sign_first(make=as_ber(indefinite))
    changed.data = changed.data.replace(PAGE, FORGED)
    add('ber-content-changed', changed, 'no', 'signature.digest', 'BER, and the content changed')

    def signed_as_ber(data):
        plain = cms_of()(data)
        attributes = attributes_of(plain)
        written = rewrite(attributes, indefinite)
        made = raw_sign(FIRST.key, b'\x31' + written[1:], 'sha256')
        return replaced(signed_data(data, FIRST, (ISSUING,), infos=[signer_info(data, FIRST, signature=made)]), attributes, written)
    add('ber-signed-as-ber', sign_first(make=signed_as_ber), 'no', 'signature.key',
        'the signature is over the attributes in BER (RFC 5652, 5.4: over their DER)')
    add('ber-encapsulated', sign_first(make=as_ber(in_pieces, make=cms_of(encapsulated=b'isi yang lain'))), 'no', 'cms.encapsulated',
        'content in pieces inside a detached signature')
    two = lambda d: signed_data(d, FIRST, (ISSUING,), infos=[signer_info(d, FIRST), signer_info(d, SECOND)])
    add('ber-second-signer', sign_first(make=as_ber(indefinite, make=two)), 'no', 'cms.signers', 'two signers in BER')
    add('ber-trailing', sign_first(make=lambda d: as_ber(indefinite)(d) + b'\0\0\1'), 'no', 'cms.trailing', 'a byte after the last end')
    add('ber-no-end', sign_first(make=lambda d: as_ber(indefinite)(d)[:-12] + b'\1' * 300), 'no', 'cms.malformed', 'the ends are missing')
    add('ber-pieces-of-text', sign_first(make=other_value(b'\x24\x06\x04\x01a\x0c\x01b')), 'no', 'cms.malformed', 'a string one piece of which is another kind')

    def beyond(data):
        der = cms_of()(data)
        inner = signer_of(der)
        return der.replace(inner, inner[:2] + bytes([inner[2] + 1]) + inner[3:]) if inner[1] == 0x81 else \
            der.replace(inner, inner[:3] + bytes([inner[3] + 1]) + inner[4:])
    add('ber-beyond', sign_first(make=beyond), 'no', 'cms.malformed', 'an element that ends after the one around it')
    deep = lambda d: b'\x30\x80' * 60 + b'\0\0' * 60
    add('ber-deep', sign_first(make=deep), 'unknown', 'cms.not-der', '60 elements within each other')
    add('ber-many-pieces', sign_first(make=other_value(definite(0x24, b'\x04\x00' * 5000))), 'unknown', 'cms.not-der', 'a string of 5,000 pieces')


# --- signed attributes in another order ------------------------------------------------------------

def in_order(order, signs=None, twice=None):
    """Attributes in an order of their own; the signature is over `signs` of them, else as they stand there."""
    def make(data):
        attributes = [attribute('content_type', 'data'), attribute('message_digest', foreign.sha256(data)),
                      attribute('signing_certificate_v2', foreign.ess_v2(FIRST.asn1))]
        plain = signed_data(data, FIRST, (ISSUING,), attributes=attributes)
        sorted_ones = sorted(children(attributes_of(plain)))
        chosen = order(sorted_ones)
        signature = raw_sign(FIRST.key, definite(0x31, b''.join(signs(sorted_ones) if signs else chosen)), 'sha256')
        made = signed_data(data, FIRST, (ISSUING,), infos=[signer_info(data, FIRST, attributes=attributes, signature=signature)])
        return replaced(made, attributes_of(made), definite(0xa0, b''.join(chosen)))
    return make


def order():
    turned = lambda ones: ones[::-1]
    add('order-turned', sign_first(make=in_order(turned)), 'yes', 'cms.tolerated-order',
        'signed attributes in another order than DER wants, signed as they stand there')
    add('order-rotated', sign_first(make=in_order(lambda ones: ones[1:] + ones[:1]), **PKCS7), 'yes', 'cms.tolerated-order',
        'another order, PKCS#7')
    add('order-signed-sorted', sign_first(make=in_order(turned, signs=lambda ones: ones)), 'no', 'signature.key',
        'another order than the one that was signed')
    add('order-signed-turned', sign_first(make=in_order(lambda ones: ones, signs=turned)), 'no', 'signature.key',
        'in order, but signed in another one')
    add('order-twice', sign_first(make=in_order(lambda ones: [*ones, ones[0]])), 'no', 'cms.attributes', 'an attribute twice')
    changed = sign_first(make=in_order(turned))
    changed.data = changed.data.replace(PAGE, FORGED)
    add('order-content-changed', changed, 'no', 'signature.digest', 'another order, and the content changed')


# --- parameters that should be absent --------------------------------------------------------------

ECDSA_SHA256 = bytes.fromhex('300a06082a8648ce3d040302')
ED25519 = bytes.fromhex('300506032b6570')


def with_parameters(der, absent, parameters):
    return replaced(der, absent, definite(0x30, absent[2:] + parameters))


def parameters():
    null, ed = b'\x05\x00', person('Ed25519')
    def case(who, absent, given, digest='sha256'):
        def make(data):
            der = cms_of(who, digest=digest)(data)
            info = signer_of(der)
            return replaced(der, info, with_parameters(info, absent, given))
        return make
    add('null-ecdsa', sign_first(make=case(FIRST, ECDSA_SHA256, null)), 'yes', 'cms.tolerated-null', 'ECDSA with SHA-256 and NULL')
    add('null-ed25519', sign_first(make=case(ed, ED25519, null, 'sha512')), 'yes', 'cms.tolerated-null', 'Ed25519 and NULL')
    for name, given, shows in (('integer', b'\x02\x01\x00', 'a number'), ('null-not-empty', b'\x05\x01\x00', 'a NULL that is not empty'),
                               ('hash', bytes.fromhex('300b0609608648016503040203'), 'another hash function')):
        add(f'parameters-{name}', sign_first(make=case(FIRST, ECDSA_SHA256, given)), 'unknown', 'signature.unknown-algorithm',
            f'ECDSA with SHA-256 and {shows} as parameters')
    # An authority that writes NULL into certificates.
    tbs = FIRST.asn1['tbs_certificate'].dump()
    tbs = with_parameters(tbs, ECDSA_SHA256, null)
    outer = with_parameters(ECDSA_SHA256, ECDSA_SHA256, null)
    def certified(signature):
        class Made:
            key = FIRST.key
            asn1 = asn1_x509.Certificate.load(definite(0x30, tbs + outer + definite(0x03, b'\0' + signature)))
        return Made
    add('null-certificate', sign_first(make=cms_of(certified(raw_sign(ISSUING.key, tbs, 'sha256')))), 'yes', 'signer.path',
        'NULL in the certificate')
    add('null-certificate-forged', sign_first(make=cms_of(certified(raw_sign(SECOND.key, tbs, 'sha256')))), 'yes',
        'signer.unknown-root', 'NULL in a certificate that somebody else signed')


# --- names -----------------------------------------------------------------------------------------

def printable(*pairs):
    kind = x509.name._ASN1Type.PrintableString
    return x509.Name([x509.NameAttribute(oid, value, kind) for oid, value in pairs])


def utf8(*pairs):
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in pairs])


O, CN = NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME
OFFICE = 'Pemerintah Kabupaten Contoh'


def named_by(name, who=FIRST):
    """The SignerInfo writes the issuer's name like this."""
    def make(data):
        der = cms_of(who)(data)
        info = signer_of(der)
        return replaced(der, info, replaced(info, list(children(list(children(info))[1]))[0], name.public_bytes()))
    return make


def names():
    add('name-printable', sign_first(make=named_by(printable((O, OFFICE), (CN, 'Contoh Penerbit')))), 'yes', 'signer.path',
        'the issuer in the SignerInfo as PrintableString, in the certificate as UTF8String (RFC 5280, 7.1)')
    add('name-case-and-spaces', sign_first(make=named_by(utf8((O, ' PEMERINTAH  Kabupaten contoh '), (CN, 'contoh penerbit')))), 'yes',
        'signer.path', 'the same with other capitals and spaces')
    for name, given, shows in (
        ('lookalike', utf8((O, OFFICE), (CN, '\u0421ontoh Penerbit')), 'a Cyrillic letter that looks the same'),
        ('joined', utf8((O, OFFICE), (CN, 'ContohPenerbit')), 'a space left out'),
        ('order', utf8((CN, 'Contoh Penerbit'), (O, OFFICE)), 'the attributes in another order'),
        ('moved', utf8((O, OFFICE + ' Contoh'), (CN, 'Penerbit')), 'a word moved to another attribute'),
        ('type', utf8((NameOID.ORGANIZATIONAL_UNIT_NAME, OFFICE), (CN, 'Contoh Penerbit')), 'another attribute'),
        ('longer', utf8((O, OFFICE), (CN, 'Contoh Penerbit'), (CN, 'x')), 'an attribute more'),
    ):
        add(f'name-{name}', sign_first(make=named_by(given)), 'no', 'cms.certificate',
            f'the SignerInfo names another issuer: {shows}')
    leaf = person(issuer_name=printable((O, OFFICE), (CN, 'Contoh Penerbit')))
    add('name-in-chain', sign_first(make=cms_of(leaf)), 'yes', 'signer.path', 'the leaf writes its issuer as PrintableString')
    # Two certificates that the SignerInfo may mean.
    twin = person(serial=FIRST.x509.serial_number, issuer_name=printable((O, OFFICE), (CN, 'Contoh Penerbit')))
    add('name-two-signers', sign_first(make=lambda d: signed_data(d, FIRST, (twin, ISSUING))), 'no', 'cms.certificate',
        'two certificates whose issuers have the same name, and the same serial number')
    # An authority of the same name, with a key of its own.
    other = Party('', ca=True, subject=utf8((O, OFFICE.upper()), (CN, 'CONTOH PENERBIT')))
    forged = Party('Contoh Penanda Tangan', issuer=other)
    add('name-other-authority', sign_first(make=cms_of(forged, (other, ISSUING))), 'yes', 'signer.unknown-root',
        'an authority of the same name but for capitals, with another key')
    root_twin = Party('', ca=True, subject=printable((O, OFFICE), (CN, 'Contoh Akar')))
    below = Party('Contoh Penanda Tangan', issuer=root_twin)
    add('name-other-root', sign_first(make=cms_of(below, (root_twin,))), 'yes', 'signer.unknown-root',
        'a root of the same name but for its string type, with another key')
    add('name-both-authorities', sign_first(make=cms_of(FIRST, (other, ISSUING))), 'yes', 'signer.path',
        'both authorities travel: the signature tells which')


# --- algorithms that prove nothing -----------------------------------------------------------------

def in_sha1(data):
    import hashlib
    return signed_data(hashlib.sha1(data).digest(), foreign.RSA, (ISSUING,), 'sha1',
                       encapsulated=core.OctetString(hashlib.sha1(data).digest()))


def weak():
    add('weak-pkcs7-sha1', sign_first(make=in_sha1, sub_filter=b'adbe.pkcs7.sha1'), 'unknown', 'signature.broken-algorithm',
        'adbe.pkcs7.sha1 whose content matches')
    for name, make, options in (
        ('pkcs7-sha1', in_sha1, {'sub_filter': b'adbe.pkcs7.sha1'}),
        ('sha-1', cms_of(foreign.RSA, digest='sha1'), PKCS7),
        ('rsa-1024', cms_of(FIRST_RSA_1024), {}),
        ('unknown', cms_of(person('secp256k1')), {}),
    ):
        changed = sign_first(make=make, **options)
        changed.data = changed.data.replace(PAGE, FORGED)
        add(f'weak-{name}-changed', changed, 'no', 'signature.digest', 'an algorithm that proves nothing, and the content changed')
    stamp = lambda digest, over=None: lambda data: signed_data(data, FIRST, (ISSUING,), stamp=lambda s: time_stamp(
        over or s, TSA, (ISSUING,), STAMPED_AT, digest))
    add('weak-stamp', sign_first(make=stamp('sha1')), 'yes', 'time.stamp-weak', 'a signature time stamp with SHA-1')
    add('weak-stamp-of-other', sign_first(make=stamp('sha1', b'lain')), 'yes', 'time.stamp-broken',
        'a signature time stamp with SHA-1 over other bytes')


# --- answers about certificates --------------------------------------------------------------------

DAY = dt.timedelta(days=1)
THEN = dt.datetime(2026, 3, 1, tzinfo=UTC)
LATER = dt.datetime(2030, 1, 1, tzinfo=UTC)
RESPONDER_USE = dict(key_usage=pki.usage('digital_signature'), eku=[ExtendedKeyUsageOID.OCSP_SIGNING], eku_critical=False)


def answer(who=FIRST, issuer=ISSUING, *, by=None, status=ocsp.OCSPCertStatus.GOOD, this=THEN, until=LATER,
           hash_algorithm=hashes.SHA1(), by_name=False, revoked=None, reason=None, extension=None, with_certificate=True):
    responder = by or issuer
    builder = ocsp.OCSPResponseBuilder().add_response(
        who.x509, issuer.x509, hash_algorithm, status, this, until, revoked, reason)
    encoding = ocsp.OCSPResponderEncoding.NAME if by_name else ocsp.OCSPResponderEncoding.HASH
    builder = builder.responder_id(encoding, responder.x509)
    if by and with_certificate:
        builder = builder.certificates([by.x509])
    if extension:
        builder = builder.add_extension(*extension)
    made = builder.sign(responder.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    # The library writes the present as producedAt.
    data = list(children(basic(made)))[0]
    produced = next(part for part in children(data) if part[0] == 0x18)
    then = definite(0x18, this.strftime('%Y%m%d%H%M%SZ').encode())
    return signed_again(made, responder.key, lambda whole: replaced(whole, produced, then))


def signed_again(response, key, change=lambda data: data):
    inner = basic(response)
    data, algorithm, _, *rest = children(inner)
    data = change(data)
    made = definite(0x30, data + algorithm + definite(0x03, b'\0' + raw_sign(key, data, 'sha256')) + b''.join(rest))
    return replaced(response, definite(0x04, inner), definite(0x04, made))


def store(pdf, lists=(), answers=(), start=60):
    """A DSS update."""
    made, entries = {}, b''
    for key, items in ((b'CRLs', [pki.crl_der(c) for c in lists]), (b'OCSPs', answers)):
        references = []
        for item in items:
            made[start] = stream(item)
            references.append(b'%d 0 R' % start)
            start += 1
        entries += b'/%s[%s]' % (key, b' '.join(references))
    made[start] = b'<</Type/DSS%s>>' % entries
    made[1] = CATALOG % (b'/DSS %d 0 R' % start)
    return pdf.update(made)


def archive(lists, answers):
    fields = b''
    for number, items in enumerate((lists, answers)):
        if items:
            fields += definite(0xa0 + number, definite(0x30, b''.join(items)))
    return definite(0x30, fields)


def raw_attribute(oid, value):
    return definite(0x30, core.ObjectIdentifier(oid).dump() + definite(0x31, value))


def with_signed_attribute(oid, value):
    """A further signed attribute, and the signature over all of them."""
    def make(data):
        plain = cms_of()(data)
        attributes = attributes_of(plain)
        content = b''.join(sorted([*children(attributes), raw_attribute(oid, value)]))
        made = raw_sign(FIRST.key, definite(0x31, content), 'sha256')
        der = signed_data(data, FIRST, (ISSUING,), infos=[signer_info(data, FIRST, signature=made)])
        return replaced(der, attributes_of(der), definite(0xa0, content))
    return make


def with_unsigned_attribute(oid, value):
    def make(data):
        der = cms_of()(data)
        info = signer_of(der)
        return replaced(der, info, definite(0x30, info[header(info)[0]:] + definite(0xa1, raw_attribute(oid, value))))
    return make


def with_choices(*items):
    """`crls` of SignedData."""
    def make(data):
        der = cms_of()(data)
        body = list(children(list(children(list(children(der))[1]))[0]))
        inner = definite(0x30, b''.join([*body[:-1], definite(0xa1, b''.join(items)), body[-1]]))
        return definite(0x30, list(children(der))[0] + definite(0xa0, inner))
    return make


def basic(response):
    return asn1_ocsp.OCSPResponse.load(response)['response_bytes']['response'].parsed.dump()


ADOBE, VALUES, RI_OCSP = '1.2.840.113583.1.1.8', '1.2.840.113549.1.9.16.2.24', '1.3.6.1.5.5.7.16.2'
KNOWN, UNKNOWN, BAD = 'signer.not-revoked', 'signer.revocation-unknown', 'signer.revoked'
COMPROMISED = dict(status=ocsp.OCSPCertStatus.REVOKED, revoked=dt.datetime(2026, 2, 1, tzinfo=UTC),
                   reason=x509.ReasonFlags.key_compromise)


def answers():
    signed = sign_first()
    root_list, clean = pki.crl(ROOT), pki.crl(ISSUING)
    responder = Party('Contoh Penjawab', issuer=ISSUING, **RESPONDER_USE)

    def stored(name, given, code, shows, lists=(), root=True):
        issuer = {KNOWN: 'yes', UNKNOWN: 'unknown', BAD: 'no'}[code]
        lists = [*([root_list] if root else []), *lists]
        add(f'ocsp-{name}', store(signed, lists, given), 'yes', code, shows, issuer)

    stored('by-issuer', [answer()], KNOWN, 'an answer of the authority itself in the DSS')
    stored('by-name', [answer(by_name=True)], KNOWN, 'the authority named by its name')
    stored('sha-256', [answer(hash_algorithm=hashes.SHA256())], KNOWN, 'the certificate named with SHA-256')
    stored('by-delegate', [answer(by=responder)], KNOWN, 'a responder that the authority lets answer')
    stored('delegate-by-name', [answer(by=responder, by_name=True)], KNOWN, 'the same, named by its name')
    stored('for-both', [answer(), answer(ISSUING, ROOT)], KNOWN, 'answers for both certificates, and no list', root=False)
    nonce = (x509.OCSPNonce(b'12345678'), False)
    stored('nonce', [answer(extension=nonce)], KNOWN, 'a nonce')
    stored('good-beside-old', [answer(this=THEN - DAY, until=THEN), answer()], KNOWN, 'an old answer beside a new one')
    for name, make, shows in (
        ('adobe', with_signed_attribute(ADOBE, archive([pki.crl_der(root_list)], [answer()])), 'list and answer in Adobe\'s signed attribute'),
        ('values', with_unsigned_attribute(VALUES, archive([pki.crl_der(root_list)], [basic(answer())])), 'list and answer in revocation-values'),
        ('choices', with_choices(pki.crl_der(root_list), definite(0xa1, core.ObjectIdentifier(RI_OCSP).dump() + answer())),
         'list and answer in the crls of SignedData'),
    ):
        add(f'ocsp-{name}', sign_first(make=make, **PKCS7), 'yes', KNOWN, shows, 'yes')
    # Bad news.
    stored('revoked', [answer(**COMPROMISED)], BAD, 'the answer is: revoked')
    stored('revoked-beside-good', [answer(**COMPROMISED), answer(this=THEN + DAY)], BAD, 'revoked, and a newer answer that says good')
    stored('revoked-beside-list', [answer(**COMPROMISED)], BAD, 'revoked, and a list that does not name it', [clean])
    stored('good-beside-revoking-list', [answer()], BAD, 'good, and a list that revokes it', [pki.crl(
        ISSUING, [(FIRST, dt.datetime(2026, 2, 1, tzinfo=UTC), x509.ReasonFlags.key_compromise)])])
    stored('revoked-expired', [answer(until=THEN + DAY, **COMPROMISED)], BAD, 'revoked by an answer that is too old for good news')
    stored('revoked-by-delegate', [answer(by=responder, **COMPROMISED)], BAD, 'revoked, by a responder')
    hold = dict(COMPROMISED, reason=x509.ReasonFlags.certificate_hold)
    stored('held', [answer(**hold)], BAD, 'held, and nothing newer')
    stored('held-then-good', [answer(**hold), answer(this=THEN + DAY)], KNOWN, 'held, and released by a newer answer')
    stored('good-then-held', [answer(this=THEN - DAY), answer(**hold)], BAD, 'good, and held by a newer answer')
    add('ocsp-revoked-adobe', sign_first(make=with_signed_attribute(ADOBE, archive([], [answer(**COMPROMISED)])), **PKCS7), 'yes',
        BAD, 'revoked, in Adobe\'s signed attribute', 'no')
    # Good news from somebody who may not bring it.
    stranger = Party('Contoh Penjawab', key_usage=pki.usage('digital_signature'), eku=RESPONDER_USE['eku'])
    other = Party('Contoh Penerbit Lain', issuer=ROOT, ca=True)
    for name, given, shows in (
        ('stranger', answer(by=stranger), 'a responder that nobody appointed'),
        ('other-authority', answer(by=Party('Contoh Penjawab', issuer=other, **RESPONDER_USE)), 'a responder of another authority'),
        ('below-delegate', answer(by=Party('Contoh Penjawab', issuer=responder, **RESPONDER_USE)), 'a responder that a responder appointed'),
        ('no-purpose', answer(by=SECOND), 'an answer by an ordinary signer of the same authority'),
        ('delegate-expired', answer(by=Party('Contoh Penjawab', issuer=ISSUING, end=THEN - DAY, **RESPONDER_USE)),
         'a responder whose certificate had expired'),
        ('delegate-outlived', answer(by=Party('Contoh Penjawab', issuer=ISSUING, end=THEN + 30 * DAY, **RESPONDER_USE)),
         'an answer that speaks of longer than its responder was appointed'),
        ('delegate-not-sent', answer(by=responder, with_certificate=False), 'the certificate of the responder is not there'),
        ('wrong-key', signed_again(answer(), SECOND.key), 'signed with another key than the authority\'s'),
        ('too-old', answer(until=THEN + DAY), 'an answer that is too old'),
        ('no-next-update', answer(until=None), 'an answer that says nothing of later'),
        ('from-the-future', answer(this=LATER, until=LATER + DAY), 'an answer that was not yet made'),
        ('other-certificate', answer(SECOND), 'an answer about another certificate'),
        ('other-issuer', answer(issuer=other, by=ISSUING), 'an answer about a certificate of another authority with this serial number'),
        ('unknown', answer(status=ocsp.OCSPCertStatus.UNKNOWN), 'the answer is: unknown'),
        ('critical', answer(extension=(x509.UnrecognizedExtension(x509.ObjectIdentifier('1.3.6.1.4.1.32473.99'), b'\5\0'), True)),
         'a critical extension'),
        ('refused', ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER).public_bytes(
            serialization.Encoding.DER), 'no answer but: try later'),
        ('damaged', answer()[:-9] + bytes([answer()[-9] ^ 1]) + answer()[-8:], 'a bit of the signature is another one'),
    ):
        stored(name, [given], UNKNOWN, shows)
    stored('delegate-revoked', [answer(by=responder)], UNKNOWN, 'a responder whose certificate was revoked', [pki.crl(
        ISSUING, [(responder, dt.datetime(2026, 2, 1, tzinfo=UTC), x509.ReasonFlags.key_compromise)],
        until=THEN + DAY)])


# --- as BSrE's client writes them ------------------------------------------------------------------

def country(organisation, common_name):
    return printable((NameOID.COUNTRY_NAME, 'ID'), (O, organisation), (CN, common_name))


def state():
    """Shapes of iText 5 and of the state's certification authority: RSA, PKCS#7 with a time stamp, `rsaEncryption`, chain and
    lists along, fields named by the time; the identities are invented."""
    induk = Party('', 'RSA-2048', ca=True, subject=country('Kementerian Contoh', 'Root CA Contoh - G1'))
    osd = Party('', 'RSA-2048', induk, ca=True, path=0, subject=country('Badan Contoh dan Persandian', 'OSD CONTOH'))
    year = dict(start=dt.datetime(2026, 1, 15, tzinfo=UTC), end=dt.datetime(2027, 1, 15, tzinfo=UTC))
    def official(name, title):
        subject = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, 'ID', x509.name._ASN1Type.PrintableString),
                             x509.NameAttribute(O, 'Pemerintah Kabupaten Contoh'), x509.NameAttribute(NameOID.TITLE, title),
                             x509.NameAttribute(CN, name)])
        return Party('', 'RSA-2048', osd, subject=subject, eku=[ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.CLIENT_AUTH],
                     eku_critical=False, **year)
    tsa = Party('', 'RSA-2048', osd, subject=country('Badan Contoh dan Persandian', 'Timestamp Authority Contoh'),
                key_usage=pki.usage('digital_signature'), eku=pki.TIME_STAMPING)
    head, regent = official('Sampel Wijaya', 'Kepala Dinas'), official('Teladan Pratama', 'Bupati')
    plain_rsa = {'algorithm': 'rsassa_pkcs1v15'}

    def make(who, over=None, revocation=None):
        def sign(data):
            stamp = lambda s: time_stamp(over or s, tsa, (osd,), STAMPED_AT)
            info = lambda **more: signer_info(data, who, ess=None, named=plain_rsa, stamp=stamp, **more)
            chain = (osd, induk)
            if revocation is None:
                return signed_data(data, who, chain, infos=[info()])
            attributes = b''.join(sorted([*children(attributes_of(signed_data(data, who, chain, infos=[info()]))),
                                          raw_attribute(ADOBE, revocation)]))
            der = signed_data(data, who, chain, infos=[info(signature=raw_sign(who.key, definite(0x31, attributes), 'sha256'))])
            return replaced(der, attributes_of(der), definite(0xa0, attributes))
        return sign

    entries = (b'/Reason(Dokumen ini telah ditandatangani secara elektronik)/Location(Contoh)/ContactInfo()'
               b'/Prop_Build<</App<</Name/Contoh>>>>')
    options = dict(PKCS7, entries=entries, date=b"D:20260301150000+07'00'")
    renamed = base({8: foreign.widget(b'sig_1772352000000', foreign.BOX_1), 11: foreign.widget(b'sig_1772352060000', foreign.BOX_2)})

    def first(sign, **more):
        signed = {8: foreign.widget(b'sig_1772352000000', foreign.BOX_1, b'/V 20 0 R/AP<</N 21 0 R>>'), 21: foreign.appearance()}
        return renamed.sign(signed, 20, sign, **options, **more)

    def second(pdf, sign):
        signed = {11: foreign.widget(b'sig_1772352060000', foreign.BOX_2, b'/V 30 0 R/AP<</N 31 0 R>>'), 31: foreign.appearance(b'Dua')}
        return pdf.sign(signed, 30, sign, **options)
    lists = archive([pki.crl_der(pki.crl(induk))], [answer(head, osd), answer(tsa, osd)])
    add('state-one', first(make(head)), 'yes', 'time.proven', 'RSA, PKCS#7 with a time stamp, chain along', 'unknown')
    add('state-two', second(first(make(head)), make(regent)), 'yes', 'changes.allowed', 'two of them', 'unknown')
    add('state-ltv', first(make(head, revocation=lists)), 'yes', KNOWN, 'list and answers in Adobe\'s signed attribute', 'yes')
    add('state-ber', first(lambda d: frame(make(head)(d))), 'yes', 'cms.tolerated-ber', 'the same in BER', 'unknown')
    changed = first(make(head))
    changed.data = changed.data.replace(PAGE, FORGED)
    add('state-changed', changed, 'no', 'signature.digest', 'the content changed')
    add('state-stamp-of-other', first(make(head, over=b'lain')), 'yes', 'time.stamp-broken', 'the time stamp of another signature')
    bad = archive([pki.crl_der(pki.crl(induk))], [answer(head, osd, **COMPROMISED), answer(tsa, osd)])
    add('state-revoked', first(make(head, revocation=bad)), 'yes', BAD, 'revoked before the time that is proven', 'no')
    forger = Party('', 'RSA-2048', ca=True, subject=country('Badan Contoh dan Persandian', 'OSD CONTOH'))
    fake = Party('', 'RSA-2048', forger, subject=head.name, **year)
    add('state-other-authority', first(lambda d: signed_data(d, fake, (forger, induk), infos=[
        signer_info(d, fake, ess=None, named=plain_rsa)])), 'yes', 'signer.unknown-root', 'an authority of the same name, with another key')
    return induk


def main():
    logging.disable(logging.CRITICAL)
    OUT.mkdir(parents=True, exist_ok=True)
    for old in OUT.iterdir():
        old.unlink()
    foreign.VECTORS.clear()
    for section in (ber, order, parameters, names, weak, answers):
        section()
    state_root = state()
    assert len({v[0] for v in foreign.VECTORS}) == len(foreign.VECTORS)
    (OUT / 'root.pem').write_bytes(ROOT.pem)
    (OUT / 'state-root.pem').write_bytes(state_root.pem)
    foreign.OUT = OUT
    foreign.write_index()
    print(f'{len(foreign.VECTORS)} files, {sum(len(v[-1]) for v in foreign.VECTORS)} bytes')


if __name__ == '__main__':
    sys.exit(main())
