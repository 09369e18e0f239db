//! Reading what a verifier is told to trust, from the files that an office hands out.
//!
//! Nothing in such a file is skipped. A revocation list that lost its last line is a list that nobody
//! reads, and the signers on it would be called good.

use std::collections::BTreeMap;

use crate::digits::from_base64;
use crate::pki::{Anchors, Certificate, CertificateError, Crl, CrlError, Purpose};

/// Whom a verifier trusts.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// Roots, links, signers that are trusted by themselves, revocation lists.
    pub anchors: Anchors,
    /// Seals. They need a path to an anchor like any other certificate.
    pub seals: Vec<Certificate>,
    /// Whether a signature is refused when nothing says that its certificate was not revoked.
    pub require_revocation: bool,
}

/// Why a trust file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrustError {
    /// A certificate in it.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// A revocation list in it.
    #[error(transparent)]
    Crl(#[from] CrlError),
    /// Nothing in it.
    #[error("there is no certificate in the file")]
    Empty,
    /// Neither text nor DER.
    #[error("the file is neither PEM nor DER")]
    Encoding,
    /// No revocation list in it.
    #[error("there is no revocation list in the file")]
    NoList,
    /// A block of another kind; in particular a private key, which does not belong there.
    #[error("a PEM block {0} does not belong here")]
    Label(String),
    /// A block whose last line is missing, or belongs to another block.
    #[error("the PEM block {0} has no END line")]
    Unfinished(String),
    /// A block whose content is not base64, or was cut off.
    #[error("the PEM block {0} is damaged")]
    Damaged(String),
    /// Something between the blocks that may be the remains of one.
    #[error("a line that belongs to no PEM block")]
    Stray,
    /// One of these, and the line, counted from 1, where the block or the stray text begins.
    #[error("line {line}: {error}")]
    Line {
        /// The line.
        line: usize,
        /// What is wrong there.
        error: Box<TrustError>,
    },
}

impl TrustError {
    /// A name for programs, and for texts in any language.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Certificate(error) => error.code(),
            Self::Crl(error) => error.code(),
            Self::Empty => "error.pem-empty",
            Self::Encoding => "error.pem-encoding",
            Self::NoList => "error.pem-no-list",
            Self::Label(_) => "error.pem-label",
            Self::Unfinished(_) => "error.pem-unfinished",
            Self::Damaged(_) => "error.pem-damaged",
            Self::Stray => "error.pem-stray",
            Self::Line { .. } => "error.pem-line",
        }
    }

    /// The values that belong to its [`code`](Self::code).
    pub fn values(&self) -> BTreeMap<&'static str, String> {
        match self {
            Self::Certificate(error) => error.values(),
            Self::Label(block) | Self::Unfinished(block) | Self::Damaged(block) => {
                BTreeMap::from([("block", block.clone())])
            }
            Self::Line { line, error } => {
                let mut values = error.values();
                values.insert("line", line.to_string());
                values.insert("error", error.code().to_owned());
                values
            }
            Self::Crl(_) | Self::Empty | Self::Encoding | Self::NoList | Self::Stray => BTreeMap::new(),
        }
    }

    /// What is wrong, wherever it is.
    pub fn kind(&self) -> &Self {
        match self {
            Self::Line { error, .. } => error.kind(),
            other => other,
        }
    }

    fn on(self, line: usize) -> Self {
        Self::Line { line, error: Box::new(self) }
    }
}

impl Trust {
    /// Reads PEM blocks, or one certificate in DER: self-signed authorities become roots, other
    /// authorities links, seals seals, and anything else a signer that is trusted by itself.
    ///
    /// # Errors
    ///
    /// [`TrustError`], for whatever cannot be read: all of the file counts, or none of it.
    pub fn parse(bytes: &[u8]) -> Result<Self, TrustError> {
        let mut trust = Self::default();
        let Some(text) = pem(bytes)? else {
            trust.add(Certificate::from_foreign(bytes)?);
            return Ok(trust);
        };
        let mut found = false;
        for block in blocks(text)? {
            match block.label {
                "CERTIFICATE" => {
                    trust.add(Certificate::from_foreign(&block.der).map_err(|e| block.error(e))?);
                    found = true;
                }
                "X509 CRL" => {
                    trust.anchors.crls.push(Crl::from_der(&block.der).map_err(|e| block.error(e))?);
                }
                other => return Err(block.error(TrustError::Label(other.to_owned()))),
            }
        }
        if found { Ok(trust) } else { Err(TrustError::Empty) }
    }

    fn add(&mut self, certificate: Certificate) {
        let Anchors { roots, intermediates, pinned, .. } = &mut self.anchors;
        if certificate.permits(Purpose::Seal) {
            self.seals.push(certificate);
        } else if !certificate.permits(Purpose::Authority) {
            // A signer named by hand is trusted as such, and as nothing else.
            pinned.push(certificate);
        } else if certificate.is_self_issued() {
            roots.push(certificate);
        } else {
            intermediates.push(certificate);
        }
    }
}

/// Reads revocation lists: PEM blocks (`X509 CRL`), or one list in DER (RFC 5280, 5).
///
/// # Errors
///
/// [`TrustError`]; also for a certificate, which is not meant to be trusted by way of `--crl`.
pub fn parse_crls(bytes: &[u8]) -> Result<Vec<Crl>, TrustError> {
    let Some(text) = pem(bytes)? else { return Ok(vec![Crl::from_der(bytes)?]) };
    let mut lists = Vec::new();
    for block in blocks(text)? {
        match block.label {
            "X509 CRL" => lists.push(Crl::from_der(&block.der).map_err(|e| block.error(e))?),
            other => return Err(block.error(TrustError::Label(other.to_owned()))),
        }
    }
    if lists.is_empty() { Err(TrustError::NoList) } else { Ok(lists) }
}

/// The text of a PEM file; `None` for DER, which begins with the octet of a SEQUENCE.
fn pem(bytes: &[u8]) -> Result<Option<&str>, TrustError> {
    const BORDER: &[u8] = b"-----BEGIN ";
    let bordered = bytes.windows(BORDER.len()).any(|window| window == BORDER);
    if bytes.first() == Some(&0x30) && !bordered {
        return Ok(None);
    }
    // To read on past a wrong byte could lose the revocation list behind it.
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let read = bytes.get(..error.valid_up_to()).unwrap_or_default();
        if bordered {
            TrustError::Encoding.on(read.iter().filter(|&&b| b == b'\n').count() + 1)
        } else {
            TrustError::Encoding
        }
    })?;
    // Editors on Windows write a mark of the encoding in front.
    Ok(Some(text.strip_prefix('\u{FEFF}').unwrap_or(text)))
}

/// A PEM block (RFC 7468).
struct Block<'t> {
    label: &'t str,
    der: Vec<u8>,
    /// Of its BEGIN line, counted from 1.
    line: usize,
}

impl Block<'_> {
    fn error(&self, error: impl Into<TrustError>) -> TrustError {
        error.into().on(self.line)
    }
}

/// The PEM blocks of a text, and nothing else but white space and explanations in front of a block, as
/// OpenSSL writes them.
///
/// # Errors
///
/// [`TrustError::Line`] for a block that is not whole, and for text that may be the remains of one.
fn blocks(text: &str) -> Result<Vec<Block<'_>>, TrustError> {
    let mut blocks = Vec::new();
    let mut explained = None;
    let mut lines = text.lines().zip(1..);
    while let Some((content, line)) = lines.next() {
        let content = content.trim();
        if let Some(label) = border(content, "BEGIN") {
            let unfinished = || TrustError::Unfinished(label.to_owned()).on(line);
            let mut base64 = String::new();
            loop {
                let (content, _) = lines.next().ok_or_else(unfinished)?;
                let content = content.trim();
                if border(content, "END") == Some(label) {
                    break;
                }
                if content.contains("-----") {
                    return Err(unfinished());
                }
                base64.push_str(content);
            }
            let der = from_base64(base64.as_bytes())
                .ok_or_else(|| TrustError::Damaged(label.to_owned()).on(line))?;
            blocks.push(Block { label, der, line });
            explained = None;
        } else if !content.is_empty() && !content.starts_with('#') {
            if content.contains("-----") || is_base64(content) {
                return Err(TrustError::Stray.on(line));
            }
            explained = explained.or(Some(line));
        }
    }
    // Text is allowed where it explains the block behind it. Behind the last one it may be a block that lost
    // its borders.
    match explained {
        Some(line) if !blocks.is_empty() => Err(TrustError::Stray.on(line)),
        _ => Ok(blocks),
    }
}

/// `CERTIFICATE` of `-----BEGIN CERTIFICATE-----`.
fn border<'t>(line: &'t str, word: &str) -> Option<&'t str> {
    line.strip_prefix("-----")?.strip_prefix(word)?.strip_prefix(' ')?.strip_suffix("-----")
}

/// Whether a line looks like one of a block: 16 or more digits of base64, and nothing else. What OpenSSL
/// prints has colons or spaces, and a line of equals signs under a heading has no digits.
fn is_base64(line: &str) -> bool {
    let digits = line.trim_end_matches('=');
    digits.len() >= 16 && digits.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'/')
}
