//! Reading what a verifier is told to trust.

use pk_trust::pki::{Anchors, Certificate, CertificateError, Crl, CrlError, Purpose};

use super::Auditor;

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
    /// A block of another kind; in particular a private key, which does not belong there.
    #[error("a PEM block {0} does not belong here")]
    Label(String),
}

/// Reads PEM blocks: self-signed authorities become roots, other authorities links, seals
/// seals, and anything else a signer that is trusted by itself.
///
/// # Errors
///
/// [`TrustError`]
pub fn parse_trust(text: &str, auditor: &mut Auditor) -> Result<(), TrustError> {
    let Anchors { roots, intermediates, crls, pinned, .. } = &mut auditor.anchors;
    let mut found = false;
    for block in blocks(text) {
        let label = block
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("-----BEGIN "))
            .and_then(|line| line.trim_end().strip_suffix("-----"))
            .unwrap_or_default();
        match label {
            "CERTIFICATE" => {
                let certificate = Certificate::from_pem(&block)?;
                found = true;
                if certificate.permits(Purpose::Seal) {
                    auditor.seals.push(certificate);
                } else if !certificate.permits(Purpose::Authority) {
                    // A signer named by hand is trusted as such, and as nothing else.
                    pinned.push(certificate);
                } else if certificate.is_self_issued() {
                    roots.push(certificate);
                } else {
                    intermediates.push(certificate);
                }
            }
            "X509 CRL" => crls.push(Crl::from_pem(&block)?),
            other => return Err(TrustError::Label(other.to_owned())),
        }
    }
    if found { Ok(()) } else { Err(TrustError::Empty) }
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
