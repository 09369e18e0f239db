//! Name constraints (RFC 5280, 4.2.1.10): an authority that may issue for some names only.

use const_oid::db::rfc3280::EMAIL_ADDRESS;
use der::asn1::{Ia5String, Ia5StringRef};
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::ext::pkix::constraints::name::GeneralSubtree;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{NameConstraints, SubjectAltName};
use x509_cert::name::{Name, RelativeDistinguishedName};

use super::certificate::text;
use super::{Certificate, PathError};

/// Names times constraints. Authorities of companies have some dozens of each.
const MAX_COMPARISONS: usize = 100_000;

/// Whether `authority` may have certificates with the names of `certificate` below it.
///
/// # Errors
///
/// [`PathError::NameConstraints`] for a name outside what is permitted or inside what is excluded,
/// and wherever a constraint or a name cannot be understood.
pub(super) fn check(authority: &Certificate, certificate: &Certificate) -> Result<(), PathError> {
    let refused = PathError::NameConstraints;
    let tbs = authority.x509().tbs_certificate();
    let Some((_, constraints)) = tbs.get_extension::<NameConstraints>().map_err(|_| refused)? else {
        return Ok(());
    };
    let names = names(certificate).ok_or(refused)?;
    let permitted = constraints.permitted_subtrees.unwrap_or_default();
    let excluded = constraints.excluded_subtrees.unwrap_or_default();
    // 4.2.1.10: no other values occur in this profile, so nobody knows what they would mean.
    if permitted.iter().chain(&excluded).any(|subtree| subtree.minimum != 0 || subtree.maximum.is_some()) {
        return Err(refused);
    }
    // Each is compared with each.
    if names.len().saturating_mul(permitted.len().saturating_add(excluded.len())) > MAX_COMPARISONS {
        return Err(refused);
    }
    if names.iter().all(|name| allows(&permitted, &excluded, name)) { Ok(()) } else { Err(refused) }
}

fn allows(permitted: &[GeneralSubtree], excluded: &[GeneralSubtree], name: &GeneralName) -> bool {
    let mut of_form =
        permitted.iter().map(|s| within(&s.base, name)).filter(|within| *within != Within::OtherForm);
    let inside = match of_form.next() {
        None => true,
        Some(first) => std::iter::once(first).chain(of_form).any(|within| within == Within::Yes),
    };
    let outside = excluded.iter().all(|s| matches!(within(&s.base, name), Within::No | Within::OtherForm));
    inside && outside
}

/// How a name lies to a subtree.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Yes,
    No,
    /// The subtree is of names of another form, and says nothing of this one.
    OtherForm,
    /// The form is not understood here: neither inside nor outside.
    Unknown,
}

fn within(base: &GeneralName, name: &GeneralName) -> Within {
    let answer = match (base, name) {
        (GeneralName::DirectoryName(base), GeneralName::DirectoryName(name)) => is_prefix(base, name),
        (GeneralName::Rfc822Name(base), GeneralName::Rfc822Name(name)) => {
            mailbox(base.as_str(), name.as_str())
        }
        (GeneralName::DnsName(base), GeneralName::DnsName(name)) => subdomain(base.as_str(), name.as_str()),
        (GeneralName::UniformResourceIdentifier(base), GeneralName::UniformResourceIdentifier(name)) => {
            match uri_host(name.as_str()) {
                Some(host) => domain_or_host(base.as_str(), host),
                None => return Within::Unknown,
            }
        }
        (GeneralName::IpAddress(base), GeneralName::IpAddress(name)) => {
            match in_network(base.as_bytes(), name.as_bytes()) {
                Some(answer) => answer,
                None => return Within::Unknown,
            }
        }
        (GeneralName::OtherName(_), GeneralName::OtherName(_))
        | (GeneralName::EdiPartyName(_), GeneralName::EdiPartyName(_))
        | (GeneralName::RegisteredId(_), GeneralName::RegisteredId(_)) => return Within::Unknown,
        _ => return Within::OtherForm,
    };
    if answer { Within::Yes } else { Within::No }
}

/// Every name of a certificate: its subject, its alternative names, and e-mail addresses in the
/// subject; `None` if they cannot be read.
fn names(certificate: &Certificate) -> Option<Vec<GeneralName>> {
    let tbs = certificate.x509().tbs_certificate();
    let mut names = Vec::new();
    if !tbs.subject().is_empty() {
        names.push(GeneralName::DirectoryName(tbs.subject().clone()));
    }
    for attribute in tbs.subject().iter().filter(|a| a.oid == EMAIL_ADDRESS) {
        let address: Ia5StringRef<'_> = attribute.value.decode_as().ok()?;
        names.push(GeneralName::Rfc822Name(Ia5String::new(address.as_str()).ok()?));
    }
    if let Some((_, alternative)) = tbs.get_extension::<SubjectAltName>().ok()? {
        names.extend(alternative.0);
    }
    Some(names)
}

/// Whether the relative names of `base` are the first ones of `name`.
fn is_prefix(base: &Name, name: &Name) -> bool {
    base.iter_rdn().count() <= name.iter_rdn().count()
        && base.iter_rdn().zip(name.iter_rdn()).all(|(a, b)| same_rdn(a, b))
}

fn same_rdn(a: &RelativeDistinguishedName, b: &RelativeDistinguishedName) -> bool {
    a.len() == b.len() && a.iter().all(|x| b.iter().any(|y| x.oid == y.oid && same_value(x, y)))
}

/// RFC 5280, 7.1: text is compared without case and inner white space, whatever string type it has.
fn same_value(a: &AttributeTypeAndValue, b: &AttributeTypeAndValue) -> bool {
    let folded = |value: &AttributeTypeAndValue| {
        let text = text(&value.value)?.to_lowercase();
        Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    a.value == b.value || folded(a).is_some_and(|folded_a| Some(folded_a) == folded(b))
}

/// A mailbox, all mailboxes of a host, or (with a leading period) of a domain.
fn mailbox(base: &str, address: &str) -> bool {
    let Some((local, host)) = address.rsplit_once('@') else { return false };
    match base.rsplit_once('@') {
        Some((base_local, base_host)) => base_local == local && base_host.eq_ignore_ascii_case(host),
        None => domain_or_host(base, host),
    }
}

/// `.example.com` holds every host below it, `example.com` itself only.
fn domain_or_host(base: &str, host: &str) -> bool {
    if base.starts_with('.') {
        host.len() > base.len() && ends_with(host, base)
    } else {
        base.eq_ignore_ascii_case(host)
    }
}

/// `example.com` holds itself and everything to its left.
fn subdomain(base: &str, host: &str) -> bool {
    base.is_empty()
        || host.eq_ignore_ascii_case(base)
        || ends_with(host, &format!(".{}", base.trim_start_matches('.')))
}

fn ends_with(host: &str, end: &str) -> bool {
    host.to_ascii_lowercase().ends_with(&end.to_ascii_lowercase())
}

/// The host of `scheme://user@host:port/…`; `None` for an address or anything else.
fn uri_host(uri: &str) -> Option<&str> {
    let (_, rest) = uri.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    (!host.is_empty() && !host.starts_with('[') && host.parse::<core::net::IpAddr>().is_err()).then_some(host)
}

/// Address and mask of 4 or 16 bytes each.
fn in_network(base: &[u8], address: &[u8]) -> Option<bool> {
    let (network, mask) = base.split_at_checked(base.len() / 2)?;
    let known =
        matches!(network.len(), 4 | 16) && mask.len() == network.len() && matches!(address.len(), 4 | 16);
    let same = network.len() == address.len();
    let inside = network.iter().zip(mask).zip(address).all(|((n, m), a)| n & m == a & m);
    known.then_some(same && inside)
}
