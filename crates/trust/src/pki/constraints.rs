//! Name constraints (RFC 5280, 4.2.1.10): an authority that may issue for some names only.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc3280::EMAIL_ADDRESS;
use der::Decode;
use der::asn1::Ia5StringRef;
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::name::{Name, RelativeDistinguishedName};

use super::certificate::text;
use super::{Certificate, FIRST, PathError, SECOND, SEQUENCE, parts, parts_of, tagged};

const NAME_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.30");
const SUBJECT_ALT_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.17");

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
    let Some(constraints) = extension(authority, NAME_CONSTRAINTS) else { return Ok(()) };
    let [permitted, excluded] = subtrees(constraints).ok_or(refused)?;
    let names = names(certificate).ok_or(refused)?;
    // Each is compared with each.
    if names.len().saturating_mul(permitted.len().saturating_add(excluded.len())) > MAX_COMPARISONS {
        return Err(refused);
    }
    if names.iter().all(|name| allows(&permitted, &excluded, name)) { Ok(()) } else { Err(refused) }
}

fn extension(certificate: &Certificate, kind: ObjectIdentifier) -> Option<&[u8]> {
    let mut extensions = certificate.x509().tbs_certificate().extensions()?.iter();
    extensions.find(|extension| extension.extn_id == kind).map(|extension| extension.extn_value.as_bytes())
}

/// `GeneralName` (RFC 5280, 4.2.1.6). By hand: the types of x509-cert bring forms with them that nobody uses, and would
/// be a twentieth of what a browser loads.
enum GeneralName {
    Directory(Name),
    Mail(String),
    Dns(String),
    Uri(String),
    Address(Vec<u8>),
    /// Another form, by its tag.
    Other(u8),
}

impl GeneralName {
    fn read(element: &[u8]) -> Option<Self> {
        let (tag, content) = tagged(element)?;
        // IA5String: ASCII (X.680, 41).
        let text = || std::str::from_utf8(content).ok().filter(|text| text.is_ascii()).map(str::to_owned);
        Some(match tag {
            0x81 => Self::Mail(text()?),
            0x82 => Self::Dns(text()?),
            // A choice, and so with the tag of the name inside.
            0xA4 => Self::Directory(Name::from_der(content).ok()?),
            0x86 => Self::Uri(text()?),
            0x87 => Self::Address(content.to_vec()),
            0xA0 => mailbox_in_utf8(content).map_or(Self::Other(tag), Self::Mail),
            0xA3 | 0xA5 | 0x88 => Self::Other(tag),
            _ => return None,
        })
    }
}

/// Permitted and excluded subtrees of `NameConstraints`; `None` if they cannot be understood.
fn subtrees(constraints: &[u8]) -> Option<[Vec<GeneralName>; 2]> {
    let mut found = [Vec::new(), Vec::new()];
    let mut last = 0;
    for element in parts_of(constraints, SEQUENCE)? {
        let (tag, content) = tagged(element)?;
        let list = match tag {
            FIRST if last == 0 => &mut found[0],
            SECOND if last != SECOND => &mut found[1],
            _ => return None,
        };
        last = tag;
        for subtree in parts(content)? {
            // 4.2.1.10: no minimum but 0 and no maximum occur in this profile, so nobody knows what they would mean.
            match parts_of(subtree, SEQUENCE)?[..] {
                [base] | [base, [0x80, 1, 0]] => list.push(GeneralName::read(base)?),
                _ => return None,
            }
        }
    }
    Some(found)
}

fn allows(permitted: &[GeneralName], excluded: &[GeneralName], name: &GeneralName) -> bool {
    let mut of_form =
        permitted.iter().map(|base| within(base, name)).filter(|within| *within != Within::OtherForm);
    let inside = match of_form.next() {
        None => true,
        Some(first) => std::iter::once(first).chain(of_form).any(|within| within == Within::Yes),
    };
    let outside = excluded.iter().all(|base| matches!(within(base, name), Within::No | Within::OtherForm));
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
    use GeneralName::{Address, Directory, Dns, Mail, Other, Uri};
    let answer = match (base, name) {
        (Directory(base), Directory(name)) => is_prefix(base, name),
        (Mail(base), Mail(name)) if is_host_of(name) => mailbox(base, name),
        (Dns(base), Dns(name)) if is_host(name) => subdomain(base, name),
        (Dns(base), Dns(name)) => match name.strip_prefix("*.").filter(|rest| is_host(rest)) {
            // All that it stands for is below the rest of it, and may be below the base.
            Some(rest) if subdomain(base, rest) => true,
            Some(rest) if !subdomain(rest, base.trim_start_matches('.')) => false,
            _ => return Within::Unknown,
        },
        (Uri(base), Uri(name)) => match uri_host(name).filter(|host| is_host(host)) {
            Some(host) => domain_or_host(base, host),
            None => return Within::Unknown,
        },
        (Mail(_), Mail(_)) => return Within::Unknown,
        (Address(base), Address(name)) => match in_network(base, name) {
            Some(answer) => answer,
            None => return Within::Unknown,
        },
        (Other(base), Other(name)) if base == name => return Within::Unknown,
        _ => return Within::OtherForm,
    };
    if answer { Within::Yes } else { Within::No }
}

/// `SmtpUTF8Mailbox` (RFC 9598), to which constraints of mailboxes apply.
fn mailbox_in_utf8(other: &[u8]) -> Option<String> {
    const SMTP_UTF8_MAILBOX: &[u8] = &[6, 8, 43, 6, 1, 5, 5, 7, 8, 9];
    let [kind, value] = parts(other)?[..] else { return None };
    if kind != SMTP_UTF8_MAILBOX {
        return None;
    }
    let [text] = parts_of(value, FIRST)?[..] else { return None };
    let (0x0C, text) = tagged(text)? else { return None };
    std::str::from_utf8(text).ok().map(str::to_owned)
}

/// Whether a host is written in the one way in which hosts are compared: no full stop at its end, no empty label, nothing
/// but letters, digits and hyphens. Others of the same meaning would lie outside of what excludes it.
fn is_host(host: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    host.split('.').all(is_label)
}

fn is_host_of(address: &str) -> bool {
    address.rsplit_once('@').is_some_and(|(_, host)| is_host(host))
}

/// Every name of a certificate: its subject, its alternative names, and e-mail addresses in the
/// subject; `None` if they cannot be read.
fn names(certificate: &Certificate) -> Option<Vec<GeneralName>> {
    let tbs = certificate.x509().tbs_certificate();
    let mut names = Vec::new();
    if !tbs.subject().is_empty() {
        names.push(GeneralName::Directory(tbs.subject().clone()));
    }
    for attribute in tbs.subject().iter().filter(|a| a.oid == EMAIL_ADDRESS) {
        let address: Ia5StringRef<'_> = attribute.value.decode_as().ok()?;
        names.push(GeneralName::Mail(address.as_str().to_owned()));
    }
    if let Some(alternative) = extension(certificate, SUBJECT_ALT_NAME) {
        for element in parts_of(alternative, SEQUENCE)? {
            names.push(GeneralName::read(element)?);
        }
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
