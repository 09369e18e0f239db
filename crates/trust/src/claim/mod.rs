//! The claim in the QR code (`pk-qr/1`): this institution issued this content.
//!
//! ```text
//! https://cek.contoh.example/V/MI64IHBKPWPETJ5Y#<base32 of COSE_Sign1>
//! ```
//!
//! The claim is signed by the institution's seal before anyone has signed the document, so it says
//! who issued what, and never that it was signed or is in force. Host and id are covered by the
//! signature without being repeated in it: a claim cannot be moved to another document or domain.
//!
//! Paper is not updated, so a claim of a later version is told from a damaged one: see [`Error::Newer`] and
//! [`Sealed::Newer`].

mod cbor;
mod deterministic;
mod id;
mod pasted;

use std::fmt;

pub use id::{Id, InvalidId};
pub use pasted::{Pasted, pasted, pasted_path};

use crate::digits::{base32, from_base32};
use crate::pki::{Certificate, KeyAlgorithm, KeyError, Sign, Signature};

/// Version of the format, and the first part of what the signature covers beside the payload.
const CONTEXT: &[u8] = b"pk-qr/1";

/// Longest link that is looked at. A claim with the longest allowed number has about 350
/// characters.
const MAX_LINK: usize = 1024;

/// What kind of document it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Perjanjian kinerja.
    Agreement,
    /// Pakta integritas.
    Pledge,
    /// Rencana aksi.
    ActionPlan,
}

impl Kind {
    const fn code(self) -> u8 {
        match self {
            Self::Agreement => 1,
            Self::Pledge => 2,
            Self::ActionPlan => 3,
        }
    }

    const fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Agreement),
            2 => Some(Self::Pledge),
            3 => Some(Self::ActionPlan),
            _ => None,
        }
    }

    /// The word for it in data and verdicts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agreement => "agreement",
            Self::Pledge => "pledge",
            Self::ActionPlan => "action-plan",
        }
    }

    /// Reads [`Kind::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Agreement, Self::Pledge, Self::ActionPlan].into_iter().find(|k| k.as_str() == text)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl serde::Serialize for Kind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What the institution says of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Day of issue, since 1970-01-01.
    pub day: u64,
    /// SHA-256 of the canonical data.
    pub digest: [u8; 32],
    /// Kind of document.
    pub kind: Kind,
    /// Year of the agreement.
    pub year: u16,
    /// Number of indicators; 0 for pledges.
    pub indicators: u32,
    /// Total budget in rupiah; 0 for pledges.
    pub budget: u64,
    /// Document number, when there is one.
    pub number: Option<String>,
    /// 0 for the original of a year, else the number of its revision.
    pub stage: u8,
}

/// Why a text is no claim, or a claim does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Not a link of this shape.
    #[error("the text is not a link of the form https://host/V/id#claim")]
    Link,
    /// A link without a claim.
    #[error("the link carries no claim")]
    NoClaim,
    /// Not the one encoding of a claim.
    #[error("the claim is damaged or malformed")]
    Malformed,
    /// An algorithm, or a rule that has to be understood, of a later version.
    #[error("the claim was made by rules that this program does not know")]
    Newer,
    /// No key with this identifier is known.
    #[error("the claim was signed with an unknown key")]
    UnknownKey,
    /// The signature is wrong: another content, id or host.
    #[error("the claim was not signed for this document and host")]
    Signature,
}

/// The address of a document's public page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Host name, lower case.
    pub host: String,
    /// Document id.
    pub id: Id,
}

impl Address {
    /// What the signature covers besides the payload (RFC 9052, 4.3, `external_aad`).
    fn external_aad(&self) -> Vec<u8> {
        [CONTEXT, self.host.as_bytes(), self.id.to_string().as_bytes()].join(&0)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "https://{}/V/{}", self.host, self.id)
    }
}

/// Whether `host` can stand in a claim: lower-case letters, digits, hyphens, dots, at most 253
/// characters, no empty label.
pub fn is_host(host: &str) -> bool {
    host.len() <= 253
        && host.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        })
}

/// Signs a claim and gives the text for the QR code.
///
/// # Errors
///
/// [`KeyError`] from the keeper of the seal.
pub fn sign(claim: &Claim, address: &Address, seal: &dyn Sign) -> Result<String, KeyError> {
    let key = seal.chain().leaf.key();
    let (algorithm, key_id) = key.algorithm().zip(key.key_id()).ok_or(KeyError::Mismatch)?;
    let protected = cbor::protected(algorithm);
    let payload = cbor::payload(claim);
    let signature = seal.sign(&cbor::sig_structure(&protected, &address.external_aad(), &payload))?;
    let signature = algorithm.normalize(&signature).ok_or(KeyError::Mismatch)?;
    let message = cbor::sign1(&protected, &key_id, &payload, &signature);
    Ok(format!("{address}#{}", base32(&message)))
}

/// What a seal vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sealed {
    /// A claim.
    Claim(Claim),
    /// A claim with a kind of document or with facts that this version does not know. What is left out here could mean
    /// something else by them.
    Newer {
        /// Day of issue, since 1970-01-01.
        day: u64,
        /// SHA-256 of the canonical data.
        digest: [u8; 32],
    },
}

impl Sealed {
    /// Day of issue, since 1970-01-01.
    pub const fn day(&self) -> u64 {
        match self {
            Self::Claim(Claim { day, .. }) | Self::Newer { day, .. } => *day,
        }
    }

    /// SHA-256 of the canonical data.
    pub const fn digest(&self) -> &[u8; 32] {
        match self {
            Self::Claim(Claim { digest, .. }) | Self::Newer { digest, .. } => digest,
        }
    }
}

/// A claim whose signature has not been checked. Its content is out of reach until it has.
#[derive(Clone, Debug)]
pub struct Signed {
    address: Address,
    key_id: [u8; 4],
    /// What it says; `None` where rules of a later version hide it.
    sealed: Option<Sealed>,
    /// `None` for an algorithm, or a rule that has to be understood, of a later version.
    proof: Option<(KeyAlgorithm, Signature)>,
    protected: Vec<u8>,
    payload: Vec<u8>,
}

impl Signed {
    /// Reads the text of a QR code.
    ///
    /// # Errors
    ///
    /// [`Error::Link`], [`Error::NoClaim`] or [`Error::Malformed`]. A claim has one encoding; another one with the same
    /// meaning is malformed.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let (address, fragment) = parse_link(text)?;
        let bytes = from_base32(fragment.ok_or(Error::NoClaim)?.as_bytes()).ok_or(Error::Malformed)?;
        let message = cbor::Message::parse(&bytes).ok_or(Error::Malformed)?;
        let proof = match message.algorithm {
            Some(algorithm) => Some((algorithm, message.signature.try_into().map_err(|_| Error::Malformed)?)),
            None => None,
        };
        let sealed = cbor::parse_payload(message.payload);
        if sealed.is_none() && proof.is_some() {
            return Err(Error::Malformed);
        }
        let (protected, payload) = (message.protected.to_vec(), message.payload.to_vec());
        Ok(Self { address, key_id: message.key_id, sealed, proof, protected, payload })
    }

    /// SHA-256 of the data that the claim says it is about. Nobody has checked that, so it can only be held against the
    /// claim: it contradicts the data, or what a register has.
    pub fn stated_digest(&self) -> Option<&[u8; 32]> {
        self.sealed.as_ref().map(Sealed::digest)
    }

    /// Where the link points. Anybody can print a link; this alone proves nothing.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Checks the signature with every seal whose key has the right identifier (four bytes can meet by
    /// chance); gives what is sealed, and the certificate of the seal.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownKey`], [`Error::Signature`], or [`Error::Newer`] where it was made by rules that are not known here.
    pub fn verify<'k>(
        &self,
        seals: impl IntoIterator<Item = &'k Certificate>,
    ) -> Result<(&Sealed, &'k Certificate), Error> {
        let (Some((algorithm, signature)), Some(sealed)) = (&self.proof, &self.sealed) else {
            return Err(Error::Newer);
        };
        let message = cbor::sig_structure(&self.protected, &self.address.external_aad(), &self.payload);
        let mut known = false;
        for seal in seals.into_iter().filter(|seal| seal.key().key_id() == Some(self.key_id)) {
            known = true;
            let fits = seal.key().algorithm() == Some(*algorithm);
            if fits && seal.key().verifies_plain(&message, signature) {
                return Ok((sealed, seal));
            }
        }
        Err(if known { Error::Signature } else { Error::UnknownKey })
    }
}

/// Splits a link into its address and its fragment.
///
/// # Errors
///
/// [`Error::Link`]
pub fn parse_link(text: &str) -> Result<(Address, Option<&str>), Error> {
    let text = text.trim_end_matches(['\r', '\n']);
    if text.len() > MAX_LINK {
        return Err(Error::Link);
    }
    let rest = text.strip_prefix("https://").ok_or(Error::Link)?;
    let (location, fragment) = match rest.split_once('#') {
        Some((location, fragment)) => (location, Some(fragment)),
        None => (rest, None),
    };
    let (host, id) = location.split_once("/V/").ok_or(Error::Link)?;
    let id = Id::parse_strict(id).map_err(|_| Error::Link)?;
    if !is_host(host) {
        return Err(Error::Link);
    }
    Ok((Address { host: host.to_owned(), id }, fragment))
}
