//! Secrets in memory, and where randomness comes from.

use std::io;

use zeroize::Zeroizing;

/// Shortest passphrase that protects a new key.
pub(super) const MIN_PASSPHRASE: usize = 8;

/// A passphrase, erased when dropped, never shown.
#[derive(Clone)]
pub struct Passphrase(Zeroizing<Vec<u8>>);

impl std::fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passphrase(…)")
    }
}

/// Why a passphrase cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PassphraseError {
    /// Shorter than a passphrase for a new key may be.
    #[error("the passphrase has fewer than {MIN_PASSPHRASE} characters")]
    TooShort,
    /// The two entries differ.
    #[error("the two passphrases differ")]
    Differ,
    /// Nobody is there to ask.
    #[error("there is no terminal to ask for the passphrase of {0}")]
    NoTerminal(String),
    /// The prompt, file or descriptor.
    #[error("the passphrase cannot be read")]
    Io(#[from] io::Error),
}

impl Passphrase {
    /// From text; one end of line at its end is not part of it.
    pub fn new(text: Zeroizing<String>) -> Self {
        // Some editors begin a file with a mark of its encoding.
        let text = text.trim_start_matches('\u{feff}').trim_end_matches(['\r', '\n']);
        Self(Zeroizing::new(text.as_bytes().to_vec()))
    }

    /// The bytes to derive a key from.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Refuses one that is too short for a new key.
    ///
    /// # Errors
    ///
    /// [`PassphraseError::TooShort`]
    pub fn for_new_key(self) -> Result<Self, PassphraseError> {
        let length = String::from_utf8_lossy(&self.0).chars().count();
        if length < MIN_PASSPHRASE { Err(PassphraseError::TooShort) } else { Ok(self) }
    }
}

impl PartialEq for Passphrase {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

/// Random bytes from the operating system.
///
/// # Errors
///
/// If it has none, which is a reason to stop.
pub fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>, getrandom::Error> {
    let mut bytes = Zeroizing::new([0; N]);
    getrandom::fill(bytes.as_mut_slice())?;
    Ok(bytes)
}
