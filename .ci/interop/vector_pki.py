"""Keys, certificates and revocation lists of the test vectors. Everything is invented; no key is kept."""
import datetime as dt

from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

UTC = dt.timezone.utc
FROM = dt.datetime(2026, 1, 1, tzinfo=UTC)
UNTIL = dt.datetime(2036, 1, 1, tzinfo=UTC)
TIME_STAMPING = [ExtendedKeyUsageOID.TIME_STAMPING]


def ec_key(curve=ec.SECP256R1):
    return ec.generate_private_key(curve())


def rsa_key(bits):
    return rsa.generate_private_key(65537, bits)


def key_of(kind):
    """A new key: `P-256`, `RSA-2048`, `Ed25519`."""
    if kind == 'Ed25519':
        return ed25519.Ed25519PrivateKey.generate()
    if kind.startswith('RSA-'):
        return rsa_key(int(kind[4:]))
    return ec_key({'P-256': ec.SECP256R1, 'P-384': ec.SECP384R1, 'P-521': ec.SECP521R1, 'secp256k1': ec.SECP256K1}[kind])


def name(common_name, organisation='Pemerintah Kabupaten Contoh'):
    return x509.Name([
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
        x509.NameAttribute(NameOID.COMMON_NAME, common_name),
    ])


def usage(*bits):
    flags = ('digital_signature', 'content_commitment', 'key_encipherment', 'data_encipherment', 'key_agreement',
             'key_cert_sign', 'crl_sign', 'encipher_only', 'decipher_only')
    return x509.KeyUsage(**{flag: flag in bits for flag in flags})


SIGNS = usage('digital_signature', 'content_commitment')
ISSUES = usage('key_cert_sign', 'crl_sign')


class Party:
    """A certificate with its key; `issuer` is None for a root."""

    serials = 0x1000

    def __init__(self, common_name, kind='P-256', issuer=None, *, ca=False, path=None, key_usage='default', eku=None,
                 eku_critical=True, start=FROM, end=UNTIL, extra=(), key=None, subject=None, issuer_name=None,
                 signed_by=None, basic='default', serial=None, hash_algorithm=None, pss=False):
        Party.serials += 1
        self.key = key or key_of(kind)
        self.issuer = issuer
        self.name = subject if subject is not None else name(common_name)
        signer = signed_by or (issuer.key if issuer else self.key)
        builder = (
            x509.CertificateBuilder()
            .subject_name(self.name)
            .issuer_name(issuer_name or (issuer.name if issuer else self.name))
            .public_key(self.key.public_key())
            .serial_number(serial or Party.serials)
            .not_valid_before(start)
            .not_valid_after(end)
        )
        if key_usage == 'default':
            key_usage = ISSUES if ca else SIGNS
        if key_usage is not None:
            builder = builder.add_extension(key_usage, critical=True)
        if basic == 'default':
            basic = (x509.BasicConstraints(True, path), True) if ca else None
        if basic is not None:
            builder = builder.add_extension(*basic)
        if eku:
            builder = builder.add_extension(x509.ExtendedKeyUsage(eku), critical=eku_critical)
        for extension, critical in extra:
            builder = builder.add_extension(extension, critical)
        if isinstance(signer, ed25519.Ed25519PrivateKey):
            algorithm = None
        else:
            algorithm = hash_algorithm or hashes.SHA256()
        padding_used = padding.PSS(padding.MGF1(algorithm), 32) if pss else None
        self.x509 = builder.sign(signer, algorithm, rsa_padding=padding_used)

    @property
    def der(self):
        return self.x509.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self):
        return self.x509.public_bytes(serialization.Encoding.PEM)

    @property
    def asn1(self):
        return asn1_x509.Certificate.load(self.der)

    @property
    def pkcs8(self):
        from asn1crypto.keys import PrivateKeyInfo
        return PrivateKeyInfo.load(self.key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))


def crl(issuer, revoked=(), *, this=dt.datetime(2026, 1, 2, tzinfo=UTC), until=dt.datetime(2035, 12, 31, tzinfo=UTC),
        number=1, extra=(), signed_by=None):
    """A list; `revoked` are (party, date, reason), or (party, date, reason, further entry extensions)."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.name)
        .last_update(this)
        .next_update(until)
        .add_extension(x509.CRLNumber(number), False)
    )
    for party, date, reason, *more in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(party.x509.serial_number).revocation_date(date)
        if reason is not None:
            entry = entry.add_extension(x509.CRLReason(reason), False)
        for extension, critical in more:
            entry = entry.add_extension(extension, critical)
        builder = builder.add_revoked_certificate(entry.build())
    for extension, critical in extra:
        builder = builder.add_extension(extension, critical)
    key = signed_by or issuer.key
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return builder.sign(key, algorithm)


def crl_der(made):
    return made.public_bytes(serialization.Encoding.DER)


def crl_asn1(made):
    return asn1_crl.CertificateList.load(crl_der(made))
