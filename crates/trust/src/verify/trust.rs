//! Reading what a verifier is told to trust, from the files that an office hands out.

use crate::pki::{Anchors, Certificate, CertificateError, Crl, CrlError, Purpose};

/// Whom a verifier trusts.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// Roots, links, signers that are trusted by themselves, revocation lists.
    pub anchors: Anchors,
    /// Seals. They need a path to an anchor like any other certificate.
    pub seals: Vec<Certificate>,
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
}

impl Trust {
    /// Reads PEM blocks, or one certificate in DER: self-signed authorities become roots, other
    /// authorities links, seals seals, and anything else a signer that is trusted by itself.
    ///
    /// # Errors
    ///
    /// [`TrustError`]
    pub fn parse(bytes: &[u8]) -> Result<Self, TrustError> {
        let mut trust = Self::default();
        let Some(text) = pem(bytes)? else {
            trust.add(Certificate::from_der(bytes)?);
            return Ok(trust);
        };
        let mut found = false;
        for block in blocks(text) {
            match label(&block) {
                "CERTIFICATE" => {
                    trust.add(Certificate::from_pem(&block)?);
                    found = true;
                }
                "X509 CRL" => trust.anchors.crls.push(Crl::from_pem(&block)?),
                other => return Err(TrustError::Label(other.to_owned())),
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
    for block in blocks(text) {
        match label(&block) {
            "X509 CRL" => lists.push(Crl::from_pem(&block)?),
            other => return Err(TrustError::Label(other.to_owned())),
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
    std::str::from_utf8(bytes).map(Some).map_err(|_| TrustError::Encoding)
}

/// `CERTIFICATE` of `-----BEGIN CERTIFICATE-----`.
fn label(block: &str) -> &str {
    block
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("-----BEGIN "))
        .and_then(|line| line.trim_end().strip_suffix("-----"))
        .unwrap_or_default()
}

/// The PEM blocks of a text, each with its two border lines.
fn blocks(text: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut current: Option<String> = None;
    for line in text.lines() {
        if line.starts_with("-----BEGIN ") {
            current = Some(String::new());
        }
        if let Some(block) = &mut current {
            block.push_str(line.trim_end());
            block.push('\n');
            if line.starts_with("-----END ") {
                blocks.extend(current.take());
            }
        }
    }
    blocks
}
