"""Makes crates/trust/tests/vectors/path: certificates and revocation lists, one folder a case, and index.tsv with
what path validation (RFC 5280, 6) has to say of each.

    python make_paths.py          cases that are not there yet
    python make_paths.py --all    all of them anew

In the style of NIST's PKITS and of x509-limbo, without taking anything from them. Keys are made anew at every run and
thrown away. The column `rfc5280` says what the standard alone would answer: where it says `ok` and `expected` does not,
pk is stricter on purpose.
"""
import base64
import datetime as dt
import ipaddress
import pathlib
import shutil
import sys

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier
from cryptography.x509 import name as x509_name

import vector_pki as pki
from vector_pki import UTC, Party

OUT = pathlib.Path(__file__).resolve().parents[2] / 'crates/trust/tests/vectors/path'
KIND = 'Ed25519'
EKU = ExtendedKeyUsageOID
EARLY, LATE = dt.datetime(2025, 1, 1, tzinfo=UTC), dt.datetime(2027, 1, 1, tzinfo=UTC)
SOON, PAST = dt.datetime(2026, 9, 1, tzinfo=UTC), dt.datetime(2026, 2, 1, tzinfo=UTC)
PRIVATE = ObjectIdentifier('1.3.6.1.4.1.32473.99')
UNKNOWN = x509.UnrecognizedExtension(PRIVATE, b'\x05\x00')
CASES = []


def case(name, root, links, leaf, expected, shows, *, rfc=None, purpose='document', at='2026-06-01', lists=(),
         revocation='-'):
    if (OUT / name).exists():
        return
    folder = OUT / name
    folder.mkdir(parents=True)
    pem = lambda parties: b''.join(p if isinstance(p, bytes) else p.pem for p in parties)
    (folder / 'root.pem').write_bytes(pem([root]))
    if links:
        (folder / 'intermediate.pem').write_bytes(pem(links))
    (folder / 'leaf.pem').write_bytes(pem([leaf]))
    if lists:
        (folder / 'lists.pem').write_bytes(b''.join(
            made.public_bytes(serialization.Encoding.PEM) for made in lists))
    rfc = rfc or ('ok' if expected == 'ok' else 'no')
    CASES.append('\t'.join((name, purpose, at, expected, revocation, rfc, shows)))


def authority(common_name='Contoh Penerbit', issuer=None, kind=KIND, **options):
    return Party(common_name, kind, issuer, ca=True, **options)


def leaf(issuer, kind=KIND, common_name='Contoh Penanda Tangan', **options):
    return Party(common_name, kind, issuer, **options)


def again(party, issuer, change, outer=None):
    """The certificate with its content changed and signed again, as no library would."""
    made = asn1_x509.Certificate.load(party.der)
    tbs = made['tbs_certificate']
    change(tbs)
    content = tbs.dump(force=True)
    made['tbs_certificate'] = asn1_x509.TbsCertificate.load(content)
    if outer:
        made['signature_algorithm'] = {'algorithm': outer}
    if isinstance(issuer.key, rsa.RSAPrivateKey):
        made['signature_value'] = issuer.key.sign(content, padding.PKCS1v15(), hashes.SHA1())
    else:
        made['signature_value'] = issuer.key.sign(content)
    return pem_of(made.dump(force=True))


def pem_of(der):
    text = base64.encodebytes(der).decode().replace('\n', '')
    lines = [text[i:i + 64] for i in range(0, len(text), 64)]
    return '\n'.join(['-----BEGIN CERTIFICATE-----', *lines, '-----END CERTIFICATE-----', '']).encode()


ROOT = authority('Contoh Akar')
OTHER = authority('Contoh Akar Lain')
MIDDLE = authority(issuer=ROOT)
LEAF = leaf(MIDDLE)


def shapes():
    case('valid-two-levels', ROOT, [], leaf(ROOT), 'ok', 'a leaf right below the root')
    case('valid-three-levels', ROOT, [MIDDLE], LEAF, 'ok', 'one authority between')
    rsa = authority('Contoh Akar RSA', kind='RSA-2048')
    p384 = authority('Contoh Penerbit P-384', rsa, 'P-384')
    case('valid-mixed-algorithms', rsa, [p384], leaf(p384), 'ok', 'RSA, ECDSA and Ed25519 in one path')
    case('valid-pss', rsa, [], leaf(rsa, pss=True), 'ok', 'a certificate signed with RSASSA-PSS')
    p521 = authority('Contoh Akar P-521', kind='P-521')
    case('valid-p-521', p521, [], leaf(p521), 'ok', 'ECDSA P-521 with SHA-256')
    weak = authority('Contoh Akar Lemah', kind='RSA-2048')

    def by_sha1(tbs):
        tbs['signature'] = {'algorithm': 'sha1_rsa'}
    case('signature-sha-1', weak, [], again(leaf(weak), weak, by_sha1, 'sha1_rsa'), 'UnknownIssuer',
         'a certificate signed with SHA-1', rfc='ok')
    case('signature-algorithms-differ', ROOT, [], again(leaf(ROOT), ROOT, lambda tbs: None, 'sha256_ecdsa'), 'UnknownIssuer',
         'the two places that name the algorithm differ (RFC 5280, 4.1.1.2)')
    chain, above = [], ROOT
    for i in range(5):
        above = authority(f'Contoh Penerbit {i}', above)
        chain.append(above)
        if i == 3:
            case('length-four', ROOT, list(chain), leaf(above), 'ok', 'four authorities between')
    case('length-five', ROOT, list(chain), leaf(above), 'TooLong', 'five authorities between: more than anybody has', rfc='ok')

    case('signature-leaf', ROOT, [MIDDLE], leaf(MIDDLE, signed_by=OTHER.key), 'UnknownIssuer', 'the leaf is signed by another key')
    bad = authority(issuer=ROOT, signed_by=OTHER.key)
    case('signature-intermediate', ROOT, [bad], leaf(bad), 'UnknownIssuer', 'the authority is signed by another key')
    case('issuer-name-leaf', ROOT, [MIDDLE], leaf(MIDDLE, issuer_name=pki.name('Contoh Lain')), 'UnknownIssuer',
         'the leaf names another issuer')
    named = authority(issuer=ROOT, issuer_name=pki.name('Contoh Lain'))
    case('issuer-name-intermediate', ROOT, [named], leaf(named), 'UnknownIssuer', 'the authority names another issuer')
    upper = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, 'PEMERINTAH KABUPATEN CONTOH'),
                       x509.NameAttribute(NameOID.COMMON_NAME, 'CONTOH PENERBIT')])
    case('issuer-name-case', ROOT, [MIDDLE], leaf(MIDDLE, issuer_name=upper), 'ok',
         'the issuer in capitals (RFC 5280, 7.1)')
    printable = x509.Name([
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, 'Pemerintah Kabupaten Contoh', x509_name._ASN1Type.PrintableString),
        x509.NameAttribute(NameOID.COMMON_NAME, 'Contoh Penerbit', x509_name._ASN1Type.PrintableString)])
    case('issuer-name-type', ROOT, [MIDDLE], leaf(MIDDLE, issuer_name=printable), 'ok',
         'the issuer as PrintableString, its subject as UTF8String (RFC 5280, 7.1)')
    case('unknown-root', OTHER, [MIDDLE], LEAF, 'UnknownIssuer', 'the path leads to another root')
    case('untrusted-root-sent', OTHER, [MIDDLE, ROOT], LEAF, 'UnknownIssuer', 'a root that came along is no anchor')
    case('link-missing', ROOT, [], LEAF, 'UnknownIssuer', 'the authority is missing')
    case('leaf-is-root', LEAF, [], LEAF, 'ok', 'the leaf itself is trusted')
    first, second = authority('Contoh Silang 1', ROOT), authority('Contoh Silang 2', ROOT)
    loop_1 = Party('Contoh Silang 1', issuer=second, ca=True, key=first.key)
    loop_2 = Party('Contoh Silang 2', issuer=first, ca=True, key=second.key)
    case('loop', OTHER, [loop_1, loop_2], leaf(loop_1), 'UnknownIssuer', 'two authorities that certify each other')
    case('loop-with-way-out', ROOT, [loop_1, loop_2, second], leaf(loop_1), 'ok', 'the same, one of them certified by the root')


def times():
    for word, when, expected in (('not-yet-valid', {'start': SOON}, 'NotYetValid'),
                                 ('expired', {'start': EARLY, 'end': PAST}, 'Expired')):
        case(f'{word}-leaf', ROOT, [MIDDLE], leaf(MIDDLE, **when), expected, f'the leaf is {word}')
        middle = authority(issuer=ROOT, **when)
        case(f'{word}-intermediate', ROOT, [middle], leaf(middle), expected, f'the authority is {word}')
        root = authority('Contoh Akar', **when)
        middle = authority(issuer=root)
        case(f'{word}-root', root, [middle], leaf(middle), expected, f'the root is {word}', rfc='ok')
    timed = leaf(MIDDLE, start=dt.datetime(2026, 5, 1, tzinfo=UTC), end=dt.datetime(2026, 5, 31, 23, 59, 59, tzinfo=UTC))
    for name, at, expected in (
        ('second-before', '2026-04-30T23:59:59Z', 'NotYetValid'), ('second-first', '2026-05-01T00:00:00Z', 'ok'),
        ('second-last', '2026-05-31T23:59:59Z', 'ok'), ('second-after', '2026-06-01T00:00:00Z', 'Expired')):
        case(name, ROOT, [MIDDLE], timed, expected, f'valid through May, asked for {at}', at=at)
    later = authority('Contoh Akar Abad', end=dt.datetime(2075, 1, 1, tzinfo=UTC))
    case('generalized-time', later, [], leaf(later, end=dt.datetime(2060, 1, 1, tzinfo=UTC)), 'ok',
         'valid beyond 2049 (GeneralizedTime)', at='2055-06-01')


def authorities():
    def below(name, expected, shows, rfc=None, **options):
        middle = Party('Contoh Penerbit', KIND, ROOT, **options)
        case(name, ROOT, [middle], leaf(middle), expected, shows, rfc=rfc)
    below('ca-missing', 'NotAuthority', 'an authority without basicConstraints', key_usage=pki.ISSUES)
    below('ca-false', 'NotAuthority', 'basicConstraints with cA false', key_usage=pki.ISSUES,
          basic=(x509.BasicConstraints(False, None), True))
    below('ca-not-critical', 'ok', 'basicConstraints not critical', key_usage=pki.ISSUES,
          basic=(x509.BasicConstraints(True, None), False))
    below('ca-malformed', 'NotAuthority', 'basicConstraints that cannot be read', key_usage=pki.ISSUES,
          basic=(x509.UnrecognizedExtension(ObjectIdentifier('2.5.29.19'), b'\x30\x03\x01\x01'), True))
    below('key-usage-crl-only', 'NotAuthority', 'keyUsage without keyCertSign', ca=True, key_usage=pki.usage('crl_sign'))
    below('key-usage-digital-signature', 'NotAuthority', 'an authority\'s keyUsage is for signatures', ca=True,
          key_usage=pki.SIGNS)
    below('key-usage-absent', 'ok', 'an authority without keyUsage', rfc='ok', ca=True, key_usage=None)
    root = Party('Contoh Akar', KIND, key_usage=pki.ISSUES)
    case('ca-missing-root', root, [], leaf(root), 'NotAuthority', 'a root without basicConstraints', rfc='ok')
    root = Party('Contoh Akar', KIND, ca=True, key_usage=pki.usage('crl_sign'))
    case('key-usage-root', root, [], leaf(root), 'NotAuthority', 'a root without keyCertSign', rfc='ok')
    case('leaf-issues', ROOT, [MIDDLE, LEAF], leaf(LEAF), 'NotAuthority', 'a person\'s key signs a certificate')
    below('intermediate-for-servers', 'ok', 'extKeyUsage of an authority binds nobody below (RFC 5280, 4.2.1.12)', ca=True,
          eku=[EKU.SERVER_AUTH])

    root_0, root_1 = authority('Contoh Akar 0', path=0), authority('Contoh Akar 1', path=1)
    case('path-length-0-fits', root_0, [], leaf(root_0), 'ok', 'pathLenConstraint 0 and no authority below')
    one = authority('Contoh Penerbit 1', root_0)
    case('path-length-0-exceeded', root_0, [one], leaf(one), 'TooLong', 'pathLenConstraint 0 and one authority below')
    one = authority('Contoh Penerbit 1', root_1)
    two = authority('Contoh Penerbit 2', one)
    case('path-length-1-fits', root_1, [one], leaf(one), 'ok', 'pathLenConstraint 1 and one authority below')
    case('path-length-1-exceeded', root_1, [one, two], leaf(two), 'TooLong', 'pathLenConstraint 1 and two authorities below')
    narrow = authority('Contoh Penerbit 1', ROOT, path=0)
    two = authority('Contoh Penerbit 2', narrow, path=5)
    case('path-length-inner', ROOT, [narrow, two], leaf(two), 'TooLong', 'the inner authority may not allow more than the outer')
    narrow = authority('Contoh Penerbit', ROOT, path=0)
    renewed = Party('Contoh Penerbit', KIND, narrow, ca=True, path=0)
    case('path-length-self-issued', ROOT, [narrow, renewed], leaf(renewed), 'ok',
         'a self-issued certificate does not count (RFC 5280, 4.2.1.9)')
    deeper = authority('Contoh Penerbit 2', renewed)
    case('path-length-self-issued-exceeded', ROOT, [narrow, renewed, deeper], leaf(deeper), 'TooLong',
         'beside the self-issued one there is one too many')
    last = authority('Contoh Penerbit Akhir', root_0, key_usage=pki.usage('key_cert_sign', 'digital_signature'))
    case('path-length-last-is-authority', root_0, [], last, 'ok', 'the last certificate does not count, even if it is an authority')


def extensions():
    for name, party, links, signer in (
        ('leaf', leaf(MIDDLE, extra=[(UNKNOWN, True)]), [MIDDLE], ROOT),
        ('intermediate', None, None, ROOT), ('root', None, None, None)):
        if name == 'intermediate':
            middle = authority(issuer=ROOT, extra=[(UNKNOWN, True)])
            links, party = [middle], leaf(middle)
        root = ROOT
        if name == 'root':
            root = authority('Contoh Akar', extra=[(UNKNOWN, True)])
            middle = authority(issuer=root)
            links, party = [middle], leaf(middle)
        case(f'critical-{name}', root, links, party, 'Extension', f'a critical extension of the {name} that nobody knows')
    case('not-critical', ROOT, [MIDDLE], leaf(MIDDLE, extra=[(UNKNOWN, False)]), 'ok', 'an unknown extension that is not critical')
    case('critical-policy-constraints', ROOT, [MIDDLE], leaf(MIDDLE, extra=[(x509.PolicyConstraints(0, None), True)]),
         'Extension', 'policyConstraints, which pk does not process', rfc='ok')
    case('critical-policies', ROOT, [MIDDLE], leaf(MIDDLE, extra=[(x509.CertificatePolicies([
        x509.PolicyInformation(PRIVATE, None)]), True)]), 'ok', 'critical certificatePolicies, of which any will do')

    def twice(tbs):
        tbs['extensions'].append(tbs['extensions'][0])
    case('duplicate-leaf', ROOT, [MIDDLE], again(leaf(MIDDLE), MIDDLE, twice), 'Extension', 'keyUsage twice in the leaf')
    middle = authority(issuer=ROOT)
    case('duplicate-intermediate', ROOT, [again(middle, ROOT, twice)], leaf(middle), 'Extension', 'keyUsage twice in the authority')
    case('key-usage-malformed', ROOT, [MIDDLE], leaf(MIDDLE, key_usage=None, extra=[(
        x509.UnrecognizedExtension(ObjectIdentifier('2.5.29.15'), b'\x04\x00'), True)]), 'Purpose', 'keyUsage that cannot be read')


def purposes():
    signing = ObjectIdentifier('1.3.6.1.5.5.7.3.36')
    for name, options, expected, shows in (
        ('none', {}, 'ok', 'no extKeyUsage'),
        ('document-signing', {'eku': [signing]}, 'ok', 'documentSigning'),
        ('any', {'eku': [EKU.ANY_EXTENDED_KEY_USAGE], 'eku_critical': False}, 'ok', 'anyExtendedKeyUsage'),
        ('mail', {'eku': [EKU.EMAIL_PROTECTION], 'eku_critical': False}, 'ok', 'emailProtection'),
        ('server', {'eku': [EKU.SERVER_AUTH]}, 'Purpose', 'serverAuth only, critical'),
        ('server-not-critical', {'eku': [EKU.SERVER_AUTH], 'eku_critical': False}, 'Purpose', 'serverAuth only, not critical'),
        ('server-and-document', {'eku': [EKU.SERVER_AUTH, signing]}, 'ok', 'serverAuth and documentSigning'),
        ('code', {'eku': [EKU.CODE_SIGNING]}, 'Purpose', 'codeSigning only'),
        ('time-stamping', {'eku': [EKU.TIME_STAMPING]}, 'Purpose', 'timeStamping only, for a document'),
        ('ocsp', {'eku': [EKU.OCSP_SIGNING]}, 'Purpose', 'OCSPSigning only'),
        ('key-usage-absent', {'key_usage': None}, 'ok', 'no keyUsage'),
        ('key-usage-commitment', {'key_usage': pki.usage('content_commitment')}, 'ok', 'nonRepudiation only'),
        ('key-usage-encipherment', {'key_usage': pki.usage('key_encipherment')}, 'Purpose', 'keyEncipherment only'),
        ('key-usage-cert-sign', {'key_usage': pki.usage('key_cert_sign')}, 'Purpose', 'keyCertSign only'),
    ):
        case(f'purpose-{name}', ROOT, [MIDDLE], leaf(MIDDLE, **options), expected, shows)
    for name, options, expected, shows in (
        ('stamp', {'eku': [EKU.TIME_STAMPING]}, 'ok', 'timeStamping, critical, for a time stamp'),
        ('stamp-not-critical', {'eku': [EKU.TIME_STAMPING], 'eku_critical': False}, 'Purpose', 'timeStamping not critical (RFC 3161, 2.3)'),
        ('stamp-and-more', {'eku': [EKU.TIME_STAMPING, EKU.EMAIL_PROTECTION]}, 'Purpose', 'timeStamping and something else'),
        ('stamp-any', {'eku': [EKU.ANY_EXTENDED_KEY_USAGE]}, 'Purpose', 'anyExtendedKeyUsage, for a time stamp'),
        ('stamp-none', {}, 'Purpose', 'no extKeyUsage, for a time stamp'),
    ):
        case(f'purpose-{name}', ROOT, [MIDDLE], leaf(MIDDLE, **options), expected, shows, purpose='time-stamp')


def constraints():
    organisation = lambda text: x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, text)]))
    here, there = organisation('Pemerintah Kabupaten Contoh'), organisation('Pemerintah Kota Contoh')
    mail, dns, uri = x509.RFC822Name, x509.DNSName, x509.UniformResourceIdentifier
    ip = lambda text: x509.IPAddress(ipaddress.ip_network(text))
    host = lambda text: x509.IPAddress(ipaddress.ip_address(text))
    other = x509.OtherName(PRIVATE, b'\x0c\x01x')
    ok, no = 'ok', 'NameConstraints'

    def limited(name, permitted, excluded, alternatives, expected, shows, subject=None, rfc=None):
        middle = authority(issuer=ROOT, extra=[(x509.NameConstraints(permitted or None, excluded or None), True)])
        extra = [(x509.SubjectAlternativeName(alternatives), False)] if alternatives else []
        case(f'names-{name}', ROOT, [middle], leaf(middle, extra=extra, subject=subject), expected, shows, rfc=rfc)

    limited('directory-permitted', [here], [], [], ok, 'the organisation that is permitted')
    limited('directory-not-permitted', [there], [], [], no, 'another organisation is permitted')
    limited('directory-excluded', [], [here], [], no, 'the organisation is excluded')
    limited('directory-not-excluded', [], [there], [], ok, 'another organisation is excluded')
    limited('directory-case', [organisation('PEMERINTAH  kabupaten contoh')], [], [], ok, 'case and white space do not count')
    limited('directory-excluded-case', [], [organisation('PEMERINTAH  kabupaten contoh')], [], no, 'nor for what is excluded')
    limited('directory-alternative', [here], [], [there], no, 'an alternative name outside what is permitted')
    limited('directory-two-permitted', [there, here], [], [], ok, 'one of two permitted ones')
    limited('directory-permitted-and-excluded', [here], [x509.DirectoryName(pki.name('Contoh Penanda Tangan'))], [], no,
            'permitted, and excluded within that')
    for form, inside, outside, make in (
        ('mail', 'a@contoh.example', 'a@lain.example', mail), ('dns', 'www.contoh.example', 'www.lain.example', dns),
    ):
        base = make('contoh.example')
        limited(f'{form}-permitted', [base], [], [make(inside)], ok, f'{inside} below contoh.example')
        limited(f'{form}-not-permitted', [base], [], [make(outside)], no, f'{outside} is not below contoh.example')
        limited(f'{form}-excluded', [], [base], [make(inside.upper())], no, f'{inside.upper()} is excluded')
        limited(f'{form}-not-excluded', [], [base], [make(outside)], ok, f'{outside} is not excluded')
        limited(f'{form}-lookalike', [base], [], [make(inside.replace('contoh', 'jahatcontoh').replace('www.', ''))], no,
                'a longer name that ends the same')
    limited('mail-subject', [mail('contoh.example')], [], [], no, 'an address in the subject counts too', subject=x509.Name([
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, 'Pemerintah Kabupaten Contoh'),
        x509.NameAttribute(NameOID.EMAIL_ADDRESS, 'a@lain.example')]))
    limited('mail-mailbox', [mail('a@contoh.example')], [], [mail('b@contoh.example')], no, 'one mailbox is permitted, another named')
    limited('mail-domain', [mail('.contoh.example')], [], [mail('a@surat.contoh.example')], ok, 'a host of a permitted domain')
    limited('mail-domain-itself', [mail('.contoh.example')], [], [mail('a@contoh.example')], no, 'the domain is none of its hosts')
    limited('uri-permitted', [uri('.contoh.example')], [], [uri('https://www.contoh.example/x')], ok, 'a host of a permitted domain')
    limited('uri-not-permitted', [uri('.contoh.example')], [], [uri('https://lain.example/.contoh.example')], no, 'another host')
    limited('uri-user', [uri('contoh.example')], [], [uri('https://contoh.example@lain.example/')], no, 'the permitted host is only the user')
    limited('uri-excluded-port', [], [uri('contoh.example')], [uri('https://CONTOH.example:8443/')], no, 'excluded, with a port')
    limited('uri-address', [], [uri('contoh.example')], [uri('https://192.0.2.1/')], no,
            'an address where a host name is due (RFC 5280, 4.2.1.10)')
    limited('ip-permitted', [ip('192.0.2.0/24')], [], [host('192.0.2.7')], ok, 'an address of the network')
    limited('ip-not-permitted', [ip('192.0.2.0/24')], [], [host('192.0.3.7')], no, 'an address of another network')
    limited('ip-excluded', [], [ip('192.0.2.0/24')], [host('192.0.2.7')], no, 'an address of an excluded network')
    limited('ip-6-permitted', [ip('2001:db8::/32')], [], [host('2001:db8::7')], ok, 'IPv6')
    limited('ip-6-under-4', [ip('192.0.2.0/24')], [], [host('2001:db8::7')], no, 'IPv6 where IPv4 is permitted')
    limited('ip-all-excluded', [], [ip('0.0.0.0/0'), ip('::/0')], [host('198.51.100.1')], no, 'all addresses are excluded')
    limited('other-name', [other], [], [other], no, 'constraints on a form that is not understood')
    limited('other-name-excluded', [], [other], [x509.OtherName(PRIVATE, b'\x0c\x01y')], no, 'the same, excluded')
    limited('other-name-absent', [other], [], [dns('contoh.example')], ok, 'the same, and no such name')
    limited('other-form', [dns('contoh.example')], [], [mail('a@lain.example')], ok, 'names of other forms are not concerned')
    # Public reports: openssl 31680 and 31686, bc-java 2436, golang/go 76442.
    utf8 = lambda text: x509.OtherName(ObjectIdentifier('1.3.6.1.5.5.7.8.9'), b'\x0c' + bytes([len(text.encode())]) + text.encode())
    bad, good = mail('lain.example'), mail('contoh.example')
    limited('mail-utf8-excluded', [], [bad], [utf8('a@lain.example')], no, 'SmtpUTF8Mailbox at an excluded host (RFC 9598)')
    limited('mail-utf8-not-permitted', [good], [], [utf8('a@lain.example')], no, 'the same, another host is permitted')
    limited('mail-utf8-permitted', [good], [bad], [utf8('ä@contoh.example')], ok, 'SmtpUTF8Mailbox at the permitted host')
    limited('mail-utf8-other-form', [dns('contoh.example')], [], [utf8('a@lain.example')], ok, 'the same where nothing is said of mailboxes')
    limited('mail-full-stop', [], [bad], [mail('a@lain.example.')], no, 'a full stop behind the excluded host')
    limited('dns-full-stop', [], [dns('lain.example')], [dns('www.lain.example.')], no, 'the same of a host')
    limited('uri-full-stop', [], [uri('.lain.example')], [uri('https://www.lain.example./')], no, 'the same in a URI')
    limited('uri-zero', [], [uri('.lain.example')], [uri('https://www.lain.example\0.contoh.example/')], no, 'a zero byte in the host')
    limited('dns-wildcard-above', [], [dns('lain.example')], [dns('*.example')], no, 'a wildcard that an excluded host is among')
    limited('dns-wildcard-beside', [], [dns('lain.example')], [dns('*.contoh.example')], ok, 'a wildcard that it is not among')
    limited('dns-wildcard-permitted', [dns('contoh.example')], [], [dns('*.contoh.example')], ok, 'a wildcard within what is permitted')
    limited('dns-wildcard-not-permitted', [dns('contoh.example')], [], [dns('*.example')], no, 'a wildcard beyond it')
    middle = authority(issuer=ROOT, extra=[(x509.UnrecognizedExtension(ObjectIdentifier('2.5.29.30'), b'\x30\x01'), True)])
    case('names-malformed', ROOT, [middle], leaf(middle), no, 'nameConstraints that cannot be read')
    upper = authority('Contoh Penerbit 1', ROOT, extra=[(x509.NameConstraints([here], None), True)])
    outside = Party('x', KIND, upper, ca=True, subject=pki.name('Contoh Penerbit 2', 'Pemerintah Kota Contoh'))
    case('names-of-authority', ROOT, [upper, outside], leaf(outside), no, 'the name of an authority below counts')
    inner = authority('Contoh Penerbit 2', upper)
    case('names-two-levels', ROOT, [upper, inner], Party(
        'x', KIND, inner, subject=pki.name('Contoh', 'Pemerintah Kota Contoh')), no, 'constraints hold for all levels below')
    narrow = authority('Contoh Penerbit', ROOT, extra=[(x509.NameConstraints([there], None), True)])
    renewed = Party('Contoh Penerbit', KIND, narrow, ca=True)
    case('names-self-issued', ROOT, [narrow, renewed], Party(
        'x', KIND, renewed, subject=pki.name('Contoh', 'Pemerintah Kota Contoh')), ok,
        'a self-issued certificate need not fit, the leaf does')
    root = authority('Contoh Akar', extra=[(x509.NameConstraints([there], None), True)])
    case('names-root', root, [], leaf(root), no, 'a root\'s own constraints hold (RFC 5937)', rfc='ok')


def several():
    expired = Party('Contoh Penerbit', KIND, ROOT, ca=True, key=MIDDLE.key, start=EARLY, end=PAST)
    case('two-paths-expired', ROOT, [expired, MIDDLE], LEAF, 'ok', 'an expired certificate of the authority and a good one')
    unknown = Party('Contoh Penerbit', KIND, OTHER, ca=True, key=MIDDLE.key)
    case('two-paths-root', ROOT, [unknown, MIDDLE], LEAF, 'ok', 'one path leads to an unknown root')
    namesake = authority(issuer=ROOT)
    case('two-paths-key', ROOT, [namesake, MIDDLE], LEAF, 'ok', 'an authority of the same name with another key')
    no_ca = Party('Contoh Penerbit', KIND, ROOT, key=MIDDLE.key)
    case('two-paths-no-authority', ROOT, [no_ca, MIDDLE], LEAF, 'ok', 'one certificate of the authority is none of an authority')
    case('two-paths-both-bad', ROOT, [no_ca, expired], LEAF, 'Expired', 'no authority, or expired: the more telling is said')
    cross = Party('Contoh Akar', KIND, OTHER, ca=True, key=ROOT.key)
    case('cross-certified', OTHER, [MIDDLE, cross], LEAF, 'ok', 'another root has certified the root')


def revocation():
    reasons = x509.ReasonFlags
    base = pki.crl(ROOT)

    def listed(name, lists, answer, shows, rfc=None):
        case(f'revocation-{name}', ROOT, [MIDDLE], LEAF, 'ok', shows, lists=lists, revocation=answer, rfc=rfc)

    clean = pki.crl(MIDDLE)
    listed('good', [base, clean], 'good', 'both lists, nobody on them')
    listed('none', [], 'unknown', 'no list')
    listed('half', [clean], 'unknown', 'no list of the root')
    listed('other-half', [base], 'unknown', 'no list of the authority')
    listed('wrong-signer', [base, pki.crl(MIDDLE, signed_by=OTHER.key)], 'unknown', 'a list signed by another key')
    listed('wrong-name', [base, pki.crl(ROOT, signed_by=MIDDLE.key)], 'unknown', 'a list under another name')
    listed('expired', [base, pki.crl(MIDDLE, until=dt.datetime(2026, 5, 1, tzinfo=UTC))], 'unknown', 'a list that has run out')
    listed('future', [base, pki.crl(MIDDLE, this=SOON)], 'unknown', 'a list from the future')
    for name, extension, shows in (
        ('critical', UNKNOWN, 'a critical extension of the list that nobody knows'),
        ('partitioned', x509.IssuingDistributionPoint(None, None, True, False, None, False, False), 'a list of users only'),
        ('some-reasons', x509.IssuingDistributionPoint(None, None, False, False, frozenset([reasons.key_compromise]), False, False),
         'a list of some reasons only'),
        ('indirect', x509.IssuingDistributionPoint(None, None, False, False, None, True, False), 'an indirect list'),
        ('delta', x509.DeltaCRLIndicator(1), 'a delta list'),
    ):
        listed(name, [base, pki.crl(MIDDLE, extra=[(extension, True)])], 'unknown', shows)
    listed('not-critical', [base, pki.crl(MIDDLE, extra=[(UNKNOWN, False)])], 'good', 'an unknown extension that is not critical')
    stranger = Party('Contoh Lain', KIND, MIDDLE)
    listed('other-serial', [base, pki.crl(MIDDLE, [(stranger, PAST, None)])], 'good', 'somebody else is on the list')
    listed('entry-critical', [base, pki.crl(MIDDLE, [(stranger, PAST, None, (UNKNOWN, True))])], 'unknown',
           'a critical extension of another entry that nobody knows (RFC 5280, 5.3)')
    for name, reason in (('no-reason', None), ('key-compromise', reasons.key_compromise), ('ca-compromise', reasons.ca_compromise),
                         ('affiliation', reasons.affiliation_changed), ('superseded', reasons.superseded),
                         ('cessation', reasons.cessation_of_operation), ('hold', reasons.certificate_hold),
                         ('privilege', reasons.privilege_withdrawn), ('aa-compromise', reasons.aa_compromise),
                         ('removed', reasons.remove_from_crl)):
        listed(f'revoked-{name}', [base, pki.crl(MIDDLE, [(LEAF, PAST, reason)])], 'revoked', f'revoked, {name}')
    listed('revoked-invalidity', [base, pki.crl(MIDDLE, [(LEAF, PAST, None, (x509.InvalidityDate(EARLY), False))])], 'revoked',
           'revoked with an invalidity date')
    listed('revoked-old-list', [base, pki.crl(MIDDLE, [(LEAF, PAST, None)], until=dt.datetime(2026, 3, 1, tzinfo=UTC)), clean], 'revoked',
           'an old list revokes, whatever a newer one leaves out')
    listed('authority-revoked', [pki.crl(ROOT, [(MIDDLE, PAST, reasons.ca_compromise)]), clean], 'revoked', 'the authority is revoked')
    silent = Party('Contoh Penerbit', KIND, ROOT, ca=True, key_usage=pki.usage('key_cert_sign'))
    case('revocation-no-crl-sign', ROOT, [silent], leaf(silent), 'ok', 'an authority whose key may not sign lists',
         lists=[base, pki.crl(silent)], revocation='unknown')
    brief = leaf(MIDDLE, end=dt.datetime(2026, 6, 30, tzinfo=UTC))
    case('revocation-after-expiry', ROOT, [MIDDLE], brief, 'ok', 'the list is from after the certificate\'s expiry (RFC 5280, 3.3)',
         lists=[base, pki.crl(MIDDLE, this=SOON)], revocation='unknown-later')


def main():
    # Those that are there stay, unless all are wanted anew.
    index, header = OUT / 'index.tsv', 'case\tpurpose\tat\texpected\trevocation\trfc5280\tshows'
    if sys.argv[1:] == ['--all']:
        shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True, exist_ok=True)
    known = index.read_text().splitlines()[1:] if index.exists() else []
    for part in (shapes, times, authorities, extensions, purposes, constraints, several, revocation):
        part()
    index.write_text('\n'.join([header, *known, *CASES]) + '\n')
    print(len(CASES), 'new cases,', len(known), 'kept')


if __name__ == '__main__':
    main()
