//! The CMS: everything around it is exactly the update that signing makes, and the second party's own
//! key signs, so that nothing but its shape decides.

use ::cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use ::cms::content_info::ContentInfo;
use ::cms::revocation::{RevocationInfoChoice, RevocationInfoChoices};
use ::cms::signed_data::{CertificateSet, SignedData, SignerIdentifier, SignerInfo, SignerInfos};
use der::asn1::{Any, ObjectIdentifier, OctetString, SetOfVec};
use der::{Decode, Encode, Tag};
use pk_trust::pki::{Hash, KeyAlgorithm, Sign};
use x509_cert::attr::Attribute;
use x509_cert::spki::AlgorithmIdentifierOwned;

use super::draft::{replaced, signed};
use super::scene::{Authority, INSTITUTION, SECOND, Scene, honest, key, request};
use super::{Attack, Class, Denied};
use crate::fixture::{algorithm, now};

const ID_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const ID_SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const ID_TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_TIME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.5");
const SIGNING_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.12");
const SIGNING_CERTIFICATE_V2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
const TIME_STAMP_TOKEN: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.14");
const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA_512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");
const ED_448: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.113");
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

/// The order of the group, little-endian (RFC 8032, 5.1): S and S + L mean the same number.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// What becomes of the CMS that pk makes of these signed parts.
type Edit<'e> = dyn Fn(Vec<u8>, [&[u8]; 2]) -> Vec<u8> + 'e;

fn read(cms: &[u8]) -> SignedData {
    ContentInfo::from_der(cms).unwrap().content.decode_as().unwrap()
}

fn write(data: &SignedData) -> Vec<u8> {
    let content = Any::encode_from(data).unwrap();
    let cms = ContentInfo { content_type: ID_SIGNED_DATA, content }.to_der().unwrap();
    // The crate sorts certificates in an order of its own, and none of these attacks is meant to end at that.
    let listed = data.certificates.iter().flat_map(|set| set.0.iter()).map(|c| c.to_der().unwrap());
    let mut certificates: Vec<Vec<u8>> = listed.collect();
    let found = certificates.concat();
    certificates.sort_unstable();
    let start = cms.windows(found.len().max(1)).position(|window| window == found).unwrap_or_default();
    [&cms[..start], &certificates.concat(), &cms[start + found.len()..]].concat()
}

fn signer(data: &SignedData) -> SignerInfo {
    data.signer_infos.0.as_slice()[0].clone()
}

pub(crate) fn attribute(oid: ObjectIdentifier, values: &[Any]) -> Attribute {
    Attribute { oid, values: SetOfVec::try_from(values.to_vec()).unwrap() }
}

pub(crate) fn octets(bytes: &[u8]) -> Any {
    Any::new(Tag::OctetString, bytes).unwrap()
}

fn certificate(der: &[u8]) -> CertificateChoices {
    CertificateChoices::Certificate(x509_cert::Certificate::from_der(der).unwrap())
}

/// Changes the parts of a CMS and leaves the signature as it is.
pub(crate) fn shaped(cms: &[u8], edit: impl FnOnce(&mut SignedData)) -> Vec<u8> {
    let mut data = read(cms);
    edit(&mut data);
    write(&data)
}

/// Changes the signer's part and leaves the signature as it is.
pub(crate) fn with_signer(cms: &[u8], edit: impl FnOnce(&mut SignerInfo)) -> Vec<u8> {
    shaped(cms, |data| {
        let mut info = signer(data);
        edit(&mut info);
        data.signer_infos = SignerInfos::try_from(vec![info]).unwrap();
    })
}

/// Changes the signed attributes, and signs them as they are then.
pub(crate) fn with_attributes(cms: &[u8], key: &dyn Sign, edit: impl FnOnce(&mut Vec<Attribute>)) -> Vec<u8> {
    with_signer(cms, |info| {
        let mut list: Vec<Attribute> = info.signed_attrs.take().unwrap().into_vec();
        edit(&mut list);
        let attributes = SetOfVec::try_from(list).unwrap();
        let algorithm = key.chain().leaf.key().algorithm().unwrap();
        let signature = algorithm.encode(&key.sign(&attributes.to_der().unwrap()).unwrap()).unwrap();
        info.signature = OctetString::new(signature).unwrap();
        info.signed_attrs = Some(attributes);
    })
}

fn set(list: &mut [Attribute], oid: ObjectIdentifier, value: Any) {
    *list.iter_mut().find(|a| a.oid == oid).unwrap() = attribute(oid, &[value]);
}

/// Adds another certificate.
fn with_certificate(cms: &[u8], der: &[u8]) -> Vec<u8> {
    shaped(cms, |data| {
        let mut list: Vec<_> = data.certificates.take().unwrap().0.into_vec();
        list.push(certificate(der));
        data.certificates = Some(CertificateSet::try_from(list).unwrap());
    })
}

/// The same signature with another number for S (RFC 8032, 8.4).
fn malleable(signature: &[u8]) -> Vec<u8> {
    let mut out = signature.to_vec();
    let mut carry = 0;
    for (byte, order) in out[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        [*byte, _] = sum.to_le_bytes();
        carry = sum >> 8;
    }
    out
}

/// The attributes in another order than DER wants.
fn unsorted(cms: &[u8]) -> Vec<u8> {
    let attributes = signer(&read(cms)).signed_attrs.unwrap();
    let parts: Vec<Vec<u8>> = attributes.iter().map(|a| a.to_der().unwrap()).collect();
    let swapped = [parts[1].as_slice(), &parts[0], &parts[2]].concat();
    replaced(cms, &parts.concat(), &swapped)
}

pub(super) fn attacks(scene: &Scene) -> Vec<Attack> {
    let second = &scene.second;
    let leaf = &second.chain().leaf;
    let of = |name, code, edit: &Edit<'_>| {
        let bytes = signed(&scene.half, SECOND, now(), |parts| edit(honest(parts, second), parts));
        Attack::new(Class::Cms, name, code, bytes)
    };
    let newer = |name, code, edit: &Edit<'_>| {
        let bytes = signed(&scene.half, SECOND, now(), |parts| edit(honest(parts, second), parts));
        Attack::newer(name, code, bytes)
    };
    let stamped = |name, code, edit: &Edit<'_>| of(name, code, edit).denied(Denied::Time);
    let attributes = |name, code, edit: &dyn Fn(&mut Vec<Attribute>)| {
        of(name, code, &|cms, _| with_attributes(&cms, second, edit))
    };
    // A certificate of the impostor with issuer and serial number of the second party's.
    let serial = data_encoding::HEXLOWER.decode(leaf.serial().as_bytes()).unwrap();
    let mut twin = request(scene.second_subject(), 0x51);
    twin.serial = serial.try_into().unwrap();
    let twin = Authority::new(INSTITUTION, 0xC0).issue(&twin, 0x51);
    let twin = twin.chain().leaf.der();
    let unrelated = scene.outsider.chain().leaf.der();
    // The neutral point; no point of the curve.
    let mut weak_key = leaf.key().own_bytes().unwrap().to_vec();
    match algorithm() {
        KeyAlgorithm::Ed25519 => {
            weak_key.fill(0);
            weak_key[0] = 1;
        }
        KeyAlgorithm::P256 => weak_key[1..].fill(0),
    }

    vec![
        of("two-signers", "cms.signers", &|cms, parts| {
            let other = signer(&read(&honest(parts, &scene.outsider)));
            shaped(&cms, |data| {
                data.signer_infos = SignerInfos::try_from(vec![signer(data), other]).unwrap();
            })
        }),
        of("no-signer", "cms.signers", &|cms, _| {
            shaped(&cms, |data| data.signer_infos = SignerInfos(SetOfVec::new()))
        }),
        of("content-inside", "cms.encapsulated", &|cms, _| {
            shaped(&cms, |data| data.encap_content_info.econtent = Some(octets(b"palsu")))
        }),
        of("content-of-another-type", "cms.malformed", &|cms, _| {
            shaped(&cms, |data| data.encap_content_info.econtent_type = ID_TST_INFO)
        }),
        of("no-signed-attributes", "cms.attributes", &|cms, parts| {
            with_signer(&cms, |info| {
                info.signed_attrs = None;
                info.signature = OctetString::new(second.sign(&parts.concat()).unwrap()).unwrap();
            })
        }),
        attributes("digest-of-other-bytes", "signature.digest", &|list| {
            set(list, MESSAGE_DIGEST, octets(&[7; 64]));
        }),
        of("digest-empty", "signature.digest", &|cms, _| {
            with_attributes(&cms, second, |list| set(list, MESSAGE_DIGEST, octets(&[])))
        }),
        attributes("digest-missing", "cms.attributes", &|list| list.retain(|a| a.oid != MESSAGE_DIGEST)),
        of("digest-twice", "cms.attributes", &|cms, parts| {
            let digests = [octets(&pk_trust::pki::Hash::Sha512.digest(&parts)), octets(&[7; 64])];
            with_attributes(&cms, second, |list| {
                list.retain(|a| a.oid != MESSAGE_DIGEST);
                list.push(attribute(MESSAGE_DIGEST, &digests));
            })
        }),
        of("hash-of-another-algorithm", "cms.algorithm", &|cms, parts| {
            let (oid, hash) = match algorithm() {
                KeyAlgorithm::Ed25519 => (SHA_256, Hash::Sha256),
                KeyAlgorithm::P256 => (SHA_512, Hash::Sha512),
            };
            let other = AlgorithmIdentifierOwned { oid, parameters: None };
            let digest = hash.digest(&parts);
            let cms = with_attributes(&cms, second, |list| set(list, MESSAGE_DIGEST, octets(&digest)));
            let cms = with_signer(&cms, |info| info.digest_alg = other.clone());
            shaped(&cms, |data| data.digest_algorithms = SetOfVec::try_from(vec![other.clone()]).unwrap())
        }),
        newer("another-curve", "signature.newer", &|cms, _| {
            with_signer(&cms, |info| info.signature_algorithm.oid = ED_448)
        }),
        of("rsa", "signature.key", &|cms, _| with_signer(&cms, |info| info.signature_algorithm.oid = RSA)),
        of("parameters-of-the-signature", "cms.algorithm", &|cms, _| {
            with_signer(&cms, |info| info.signature_algorithm.parameters = Some(Any::null()))
        }),
        of("certificate-hash-of-another", "cms.signing-certificate", &|cms, parts| {
            let other = signer(&read(&honest(parts, &scene.outsider))).signed_attrs.unwrap();
            let hash = other.iter().find(|a| a.oid == SIGNING_CERTIFICATE_V2).unwrap().clone();
            with_attributes(&cms, second, |list| {
                list.retain(|a| a.oid != SIGNING_CERTIFICATE_V2);
                list.push(hash);
            })
        }),
        attributes("certificate-hash-missing", "cms.attributes", &|list| {
            list.retain(|a| a.oid != SIGNING_CERTIFICATE_V2);
        }),
        attributes("certificate-hash-by-sha-1", "cms.attributes", &|list| {
            list.iter_mut()
                .filter(|a| a.oid == SIGNING_CERTIFICATE_V2)
                .for_each(|a| a.oid = SIGNING_CERTIFICATE);
        }),
        newer("signing-time", "signature.newer", &|cms, _| {
            with_attributes(&cms, second, |list| {
                list.push(attribute(SIGNING_TIME, &[Any::new(Tag::UtcTime, *b"260101000000Z").unwrap()]));
            })
        }),
        attributes("content-type-of-another", "cms.attributes", &|list| {
            set(list, CONTENT_TYPE, Any::encode_from(&ID_TST_INFO).unwrap());
        }),
        of("attributes-unsorted", "cms.malformed", &|cms, _| unsorted(&cms)),
        stamped("unsigned-attributes", "time.stamp-broken", &|cms, _| {
            let token = attribute(TIME_STAMP_TOKEN, &[octets(b"palsu")]);
            with_signer(&cms, |info| info.unsigned_attrs = Some(SetOfVec::try_from(vec![token]).unwrap()))
        }),
        of("bytes-behind", "cms.trailing", &|cms, _| [cms.as_slice(), b"\0\0palsu"].concat()),
        of("second-cms-behind", "cms.trailing", &|cms, parts| [cms, honest(parts, &scene.outsider)].concat()),
        of("two-certificates-of-one-serial", "cms.certificate", &|cms, _| with_certificate(&cms, twin)),
        of("certificate-missing", "cms.certificate", &|cms, _| shaped(&cms, |data| data.certificates = None)),
        of("certificate-of-another-official", "cms.certificate", &|cms, _| {
            shaped(&cms, |data| {
                data.certificates = Some(CertificateSet::try_from(vec![certificate(unrelated)]).unwrap());
            })
        }),
        of("certificate-too-many", "cms.other-certificates", &|cms, _| with_certificate(&cms, unrelated)),
        of("certificate-of-the-root-added", "cms.other-certificates", &|cms, _| {
            with_certificate(&cms, scene.ours.root.der())
        }),
        of("certificate-of-the-issuer-dropped", "cms.other-certificates", &|cms, _| {
            shaped(&cms, |data| {
                data.certificates = Some(CertificateSet::try_from(vec![certificate(leaf.der())]).unwrap());
            })
        }),
        of("certificate-with-a-weak-key", "cms.certificate", &|cms, _| {
            replaced(&cms, &leaf.key().own_bytes().unwrap(), &weak_key)
        }),
        of("signer-of-another-serial", "cms.certificate", &|cms, _| {
            let other = x509_cert::Certificate::from_der(unrelated).unwrap();
            let tbs = other.tbs_certificate();
            let id = IssuerAndSerialNumber {
                issuer: tbs.issuer().clone(),
                serial_number: tbs.serial_number().clone(),
            };
            with_signer(&cms, |info| info.sid = SignerIdentifier::IssuerAndSerialNumber(id))
        }),
        newer("revocation-list-inside", "signature.newer", &|cms, _| {
            let list = Decode::from_der(scene.ours.crls[0].der()).unwrap();
            let lists = SetOfVec::try_from(vec![RevocationInfoChoice::Crl(list)]).unwrap();
            shaped(&cms, |data| data.crls = Some(RevocationInfoChoices(lists)))
        }),
        of("another-content-info", "cms.malformed", &|cms, _| {
            ContentInfo { content_type: ID_DATA, content: octets(&cms) }.to_der().unwrap()
        }),
        of("indefinite-length", "cms.malformed", &|cms, _| [b"\x30\x80", &cms[4..], b"\0\0"].concat()),
        of("length-in-three-octets", "cms.malformed", &|cms, _| [&[0x30, 0x83, 0][..], &cms[2..]].concat()),
        of("signature-plus-the-order", "signature.key", &|cms, _| {
            with_signer(&cms, |info| {
                info.signature = OctetString::new(malleable(info.signature.as_bytes())).unwrap()
            })
        }),
        of("signature-of-zeros", "signature.key", &|cms, _| {
            with_signer(&cms, |info| info.signature = OctetString::new([0; 64]).unwrap())
        }),
        of("signature-empty", "signature.key", &|cms, _| {
            with_signer(&cms, |info| info.signature = OctetString::new([]).unwrap())
        }),
        of("signature-of-another-key", "signature.key", &|cms, _| {
            with_signer(&cms, |info| {
                let attributes = info.signed_attrs.as_ref().unwrap().to_der().unwrap();
                info.signature = OctetString::new(key(0x52).sign(&attributes)).unwrap();
            })
        }),
    ]
}
