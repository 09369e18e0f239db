//! The public keys of an institution (`/.well-known/pk-keys.json`, `pk-keys/1`), with those it no longer
//! uses: paper that was sealed years ago is checked with the seal of that time.
//!
//! The list needs no signature of its own: each certificate in it is signed, up to the root, and whoever
//! checks follows the path to a root that they trust already.

use pk_trust::Time;
use pk_trust::pki::{Anchors, Certificate, Purpose, Revocation};
use serde::Serialize;

use super::site::Site;

/// Version of the JSON form.
pub(super) const FORMAT: &str = "pk-keys/1";

#[derive(Serialize)]
struct Json<'a> {
    format: &'static str,
    institution: &'a str,
    host: &'a str,
    keys: Vec<Key>,
    /// Revocation lists, PEM.
    revocation_lists: Vec<String>,
}

/// One certificate.
#[derive(Serialize)]
struct Key {
    /// `root`, `authority` or `seal`.
    r#use: &'static str,
    /// First 4 bytes of SHA-256 of the public key, hexadecimal: `kid` of a claim.
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<String>,
    serial: String,
    subject: String,
    organization: String,
    not_before: String,
    not_after: String,
    /// `good`, `revoked`, or `unknown` if no list says.
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked: Option<String>,
    /// SHA-256 of the certificate, hexadecimal.
    fingerprint: String,
    pem: String,
}

/// The list as of `now`.
pub(super) fn json(site: &Site, anchors: &Anchors, seals: &[Certificate], now: Time) -> String {
    let mut keys: Vec<Key> = anchors.roots.iter().map(|root| key("root", root, anchors, now)).collect();
    keys.extend(anchors.intermediates.iter().map(|link| key("authority", link, anchors, now)));
    keys.extend(seals.iter().map(|seal| key("seal", seal, anchors, now)));
    let revocation_lists = anchors.crls.iter().map(|list| list.pem()).collect();
    let json =
        Json { format: FORMAT, institution: &site.institution, host: &site.host, keys, revocation_lists };
    // Texts only: encoding cannot fail.
    serde_json::to_string_pretty(&json).unwrap_or_default()
}

fn key(r#use: &'static str, certificate: &Certificate, anchors: &Anchors, now: Time) -> Key {
    let purpose = if r#use == "seal" { Purpose::Seal } else { Purpose::Authority };
    // Asked for the last moment at which it was valid: an old seal is no worse for being old.
    let moment = now.min(certificate.not_after());
    let (status, revoked) = match anchors.path(certificate, &[], purpose, moment) {
        _ if r#use == "root" => ("good", None),
        Ok(path) => match path.revocation(anchors, now, now) {
            Revocation::Good => ("good", None),
            Revocation::Unknown => ("unknown", None),
            Revocation::Revoked { at, .. } => ("revoked", Some(at.to_string())),
        },
        Err(_) => ("unknown", None),
    };
    let subject = certificate.subject();
    Key {
        r#use,
        kid: certificate.key().key_id().map(|kid| data_encoding::HEXLOWER.encode(&kid)),
        serial: certificate.serial(),
        subject: subject.name,
        organization: subject.organization,
        not_before: certificate.not_before().to_string(),
        not_after: certificate.not_after().to_string(),
        status,
        revoked,
        fingerprint: data_encoding::HEXLOWER.encode(&certificate.fingerprint()),
        pem: certificate.pem(),
    }
}
