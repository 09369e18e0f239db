//! What is known of a document besides its file.

use crate::time::Time;

/// What a verifier knows of one document besides the file.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// What the registry says.
    pub status: Status,
    /// The host of the public page of those who ask, if they have one: links that lead elsewhere are
    /// remarked upon.
    pub host: Option<String>,
    /// Whether revision 0, rendered again from its data, gave the same bytes; `None` if that was
    /// not tried.
    pub reproduced: Option<bool>,
}

/// What the registry says of a document.
#[derive(Clone, Debug, Default)]
pub enum Status {
    /// There is no registry to ask.
    #[default]
    NotAsked,
    /// It did not answer.
    Unreachable,
    /// It does not know this id.
    UnknownDocument,
    /// It answered in a way that a later version understands.
    Newer,
    /// Its record.
    Known(Record),
}

/// A registry's record of one document.
#[derive(Clone, Debug)]
pub struct Record {
    /// SHA-256 of the data that was issued.
    pub digest: [u8; 32],
    /// SHA-256 of the file of each revision, oldest first.
    pub files: Vec<[u8; 32]>,
    /// What became of it.
    pub standing: Standing,
    /// When it was revoked or replaced, if the record says so.
    pub ended: Option<Time>,
}

/// What became of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Issued, and not everybody has signed.
    Waiting,
    /// Everybody has signed, and it is in force.
    Complete,
    /// Revoked, with the reason.
    Revoked(String),
    /// Replaced by the document of this id.
    Superseded(String),
}
