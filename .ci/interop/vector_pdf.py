"""A small PDF and CMS writer of our own, for the test vectors: it writes whatever it is told, also what no
honest program would write."""
import hashlib
import re
import zlib

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

HASHES = {'sha1': hashes.SHA1, 'md5': hashes.MD5, 'sha256': hashes.SHA256, 'sha384': hashes.SHA384,
          'sha512': hashes.SHA512}


# --- CMS -------------------------------------------------------------------------------------------

def attribute(kind, *values):
    return cms.CMSAttribute({'type': kind, 'values': list(values)})


def ess_v2(certificate, digest='sha256', value=None, serial=None):
    """signing-certificate-v2 (RFC 5035)."""
    identifier = {'cert_hash': value or hashlib.new(digest, certificate.dump()).digest()}
    if digest != 'sha256':
        identifier['hash_algorithm'] = {'algorithm': digest}
    if serial is not None:
        identifier['issuer_serial'] = {
            'issuer': [asn1_x509.GeneralName('directory_name', certificate.issuer)], 'serial_number': serial}
    return tsp.SigningCertificateV2({'certs': [tsp.ESSCertIDv2(identifier)]})


def ess_v1(certificate):
    return tsp.SigningCertificate({'certs': [tsp.ESSCertID({'cert_hash': hashlib.sha1(certificate.dump()).digest()})]})


def raw_sign(key, data, digest, pss=None):
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(data)
    algorithm = HASHES[digest]()
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(data, ec.ECDSA(algorithm))
    assert isinstance(key, rsa.RSAPrivateKey)
    if pss:
        return key.sign(data, padding.PSS(padding.MGF1(HASHES[pss['mgf']]()), pss['salt']), algorithm)
    return key.sign(data, padding.PKCS1v15(), algorithm)


def mechanism(key, digest, pss=None):
    """The signature algorithm that goes with a key."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return {'algorithm': 'ed25519'}
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return {'algorithm': f'{digest}_ecdsa'}
    if pss:
        return {'algorithm': 'rsassa_pss', 'parameters': algos.RSASSAPSSParams({
            'hash_algorithm': {'algorithm': digest},
            'mask_gen_algorithm': {'algorithm': 'mgf1', 'parameters': {'algorithm': pss['mgf']}},
            'salt_length': pss['salt']})}
    return {'algorithm': f'{digest}_rsa'}


def signer_info(content, signer, digest='sha256', *, ess='v2', attributes=None, more=(), pss=None, named=None,
                without_attributes=False, stamp=None, message_digest=None, content_type='data', by_key=False,
                signature=None):
    certificate = signer.asn1
    value = message_digest or hashlib.new(digest, content).digest()
    if attributes is None:
        attributes = [attribute('content_type', content_type), attribute('message_digest', value)]
        if ess == 'v2':
            attributes.append(attribute('signing_certificate_v2', ess_v2(certificate)))
        elif ess == 'v1':
            attributes.append(attribute('signing_certificate', ess_v1(certificate)))
        elif ess is not None:
            attributes.append(attribute('signing_certificate_v2', ess))
        attributes += more
    signed = cms.CMSAttributes(attributes)
    covered = content if without_attributes else signed.dump()
    made = signature or raw_sign(signer.key, covered, digest, pss)
    sid = cms.SignerIdentifier('subject_key_identifier', certificate.key_identifier_value.native) if by_key else \
        cms.SignerIdentifier('issuer_and_serial_number', {
            'issuer': certificate.issuer, 'serial_number': certificate.serial_number})
    info = {
        'version': 'v3' if by_key else 'v1',
        'sid': sid,
        'digest_algorithm': {'algorithm': digest},
        'signature_algorithm': named or mechanism(signer.key, digest, pss),
        'signature': made,
    }
    if not without_attributes:
        info['signed_attrs'] = signed
    if stamp:
        info['unsigned_attrs'] = [attribute('signature_time_stamp_token', stamp(made))]
    return cms.SignerInfo(info)


def signed_data(content, signer, others=(), digest='sha256', *, infos=None, encapsulated=None, content_type='data',
                version='v1', **options):
    infos = infos or [signer_info(content, signer, digest, content_type=content_type, **options)]
    inner = {'content_type': content_type}
    if encapsulated is not None:
        inner['content'] = encapsulated
    certificates = [cms.CertificateChoices('certificate', party.asn1) for party in (signer, *others)]
    return cms.ContentInfo({'content_type': 'signed_data', 'content': cms.SignedData({
        'version': version,
        'digest_algorithms': [{'algorithm': digest}],
        'encap_content_info': inner,
        'certificates': certificates,
        'signer_infos': infos,
    })}).dump()


def time_stamp(data, tsa, others, when, digest='sha256', *, imprint=None, ess='v2'):
    """A token of RFC 3161 over `data`."""
    info = tsp.TSTInfo({
        'version': 'v1',
        'policy': '1.3.6.1.4.1.32473.1',
        'message_imprint': {'hash_algorithm': {'algorithm': digest},
                            'hashed_message': imprint or hashlib.new(digest, data).digest()},
        'serial_number': 7,
        'gen_time': when,
    }).dump()
    der = signed_data(info, tsa, others, digest, content_type='tst_info', version='v3', ess=ess,
                      encapsulated=core.ParsableOctetString(info))
    return cms.ContentInfo.load(der)


# --- PDF -------------------------------------------------------------------------------------------

def stream(data, entries=b''):
    return b'<</Length %d%s>>\nstream\n%s\nendstream' % (len(data), entries, data)


class Pdf:
    """A file, and what an update has to know of it. An update gives a new one."""

    def __init__(self, data, size, root, xref, trailer=b''):
        self.data, self.size, self.root, self.xref, self.trailer = data, size, root, xref, trailer

    @classmethod
    def new(cls, objects, root=1, trailer=b'', style='table', compressed=None, **options):
        empty = cls(b'%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 0, root, None, trailer)
        return empty.update(objects, style=style, compressed=compressed, first=True, **options)

    def update(self, objects, *, style='table', compressed=None, free=(), root=None, trailer=None, size=None, first=False,
               prev=None, generations=None, entries=None, tail=b'', xref_number=None, container=None, xref_type=b'XRef',
               before_xref=b''):
        """Appends objects, number -> body. `entries` overrides entries of the table: number -> text."""
        out, places, generations = bytearray(self.data), {}, generations or {}
        root = root or self.root
        trailer = self.trailer if trailer is None else trailer
        top = max([self.size - 1, *objects, *(compressed or {}), *free, *(entries or {})])
        if compressed:
            container = container or top + 1
            top = max(top, container)
            index, bodies = b'', b''
            for number, body in compressed.items():
                index += b'%d %d ' % (number, len(bodies))
                bodies += body + b'\n'
            packed = zlib.compress(index + bodies, 9)
            objects = {**objects, container: stream(
                packed, b'/Type/ObjStm/N %d/First %d/Filter/FlateDecode' % (len(compressed), len(index)))}
        for number, body in objects.items():
            places[number] = len(out)
            out += b'%d %d obj\n' % (number, generations.get(number, 0)) + body + b'\nendobj\n'
        out += before_xref
        xref = len(out)
        prev_entry = b'' if first else b'/Prev %d' % (self.xref if prev is None else prev)
        if style == 'stream':
            number = xref_number or top + 1
            top = max(top, number)
            rows = {number: (1, xref, 0)}
            rows.update({n: (1, place, generations.get(n, 0)) for n, place in places.items()})
            rows.update({n: (2, container, i) for i, n in enumerate(compressed or {})})
            rows.update({n: (0, 0, 65535) for n in free})
            if first:
                rows[0] = (0, 0, 65535)
            rows.update(entries or {})
            numbers = sorted(rows)
            data = b''.join(bytes([rows[n][0]]) + rows[n][1].to_bytes(4, 'big') + rows[n][2].to_bytes(2, 'big')
                            for n in numbers)
            index = b' '.join(b'%d 1' % n for n in numbers)
            size = size or max(self.size, top + 1)
            out += b'%d 0 obj\n' % number + stream(
                data, b'/Type/%s/Size %d/Root %d 0 R/W[1 4 2]/Index[%s]%s%s'
                % (xref_type, size, root, index, prev_entry, trailer)) + b'\nendobj\n'
        else:
            rows = {n: b'%010d %05d n \n' % (place, generations.get(n, 0)) for n, place in places.items()}
            rows.update({n: b'0000000000 65535 f \n' for n in free})
            if first:
                rows[0] = b'0000000000 65535 f \n'
            rows.update(entries or {})
            out += b'xref\n'
            for number in sorted(rows):
                out += b'%d 1\n' % number + rows[number]
            size = size or max(self.size, top + 1)
            out += b'trailer\n<</Size %d/Root %d 0 R%s%s>>\n' % (size, root, prev_entry, trailer)
        out += b'startxref\n%d\n%%%%EOF\n' % xref + tail
        return Pdf(bytes(out), size, root, xref, trailer)

    def sign(self, objects, number, make, *, sub_filter=b'ETSI.CAdES.detached', entries=b'', reserve=None, short=0,
             gap=(0, 0), numbers=None, contents=None, kind=b'Sig', date=b'D:20260301080000Z', compressed=None, **options):
        """An update with a signature dictionary; `make` gives the CMS over the signed bytes. The rest are
        ways to do it wrongly: `short` leaves bytes at the end unsigned, `gap` moves the ends of the gap,
        `numbers` and `contents` rewrite the tokens."""
        # ECDSA signatures differ in length by some bytes.
        reserve = reserve or max(len(make(b'')), 100) + 24
        room = b'<' + b'0' * (2 * reserve) + b'>'
        blank = b'[0 ########## ########## ##########]   '
        dictionary = (b'<<%s/Filter/Adobe.PPKLite/SubFilter/%s%s%s/ByteRange%s/Contents%s>>' % (
            b'/Type/' + kind if kind else b'', sub_filter, b'/M(%s)' % date if date else b'', entries, blank, room))
        made = self.update({**objects, number: dictionary}, compressed=compressed, **options)
        start = made.data.rindex(room)
        end = start + len(room)
        first, second, length = start + gap[0], end + gap[1], len(made.data) - end - gap[1] - short
        given = [0, first, second, length]
        text = b'[%s]' % b' '.join(b'%d' % n for n in (numbers(given) if numbers else given))
        data = made.data.replace(blank, text.ljust(len(blank)))
        signed = data[:first] + data[second:second + length]
        der = make(signed)
        assert len(der) <= reserve, (len(der), reserve)
        digits = (contents or (lambda d: d.hex().encode()))(der)
        token = b'<' + digits.ljust(2 * reserve, b'0') + b'>' if not digits.startswith(b'(') else digits.ljust(len(room))
        assert len(token) == len(room)
        return Pdf(data.replace(room, token), made.size, made.root, made.xref, made.trailer)


def catalogue_of(pdf, number=1):
    """The newest body of an object, as text."""
    return re.findall(rb'(?:^|\n)%d 0 obj\n(.*?)\nendobj' % number, pdf.data, re.S)[-1]
