//! What was issued and what became of it.
//!
//! A trait, so that one office can use a file and several can share a server. Every change is
//! compare-and-swap on the document's revision, and every change leaves an event that carries the
//! hash of the one before.

mod events;
mod facts;
mod read;
mod schema;
mod sealed;
mod sqlite;
mod told;
mod upgrade;
mod watch;

use pk_trust::Time;
use pk_trust::claim::{Id, Kind};
use pk_trust::pki::{KeyError, Sign};

pub use sealed::{Deed, deeds};
pub use sqlite::SqliteRegistry;
pub use watch::{Stamp, Watch};

use crate::model::Stage;
pub use crate::model::Visibility;

/// Which document of which official: what keeps its id through any number of runs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    /// Year.
    pub year: u16,
    /// Kind.
    pub kind: Kind,
    /// Original or revision.
    pub stage: Stage,
    /// Handle of the official.
    pub official: String,
}

/// What is given to a slot once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reservation {
    /// Document id.
    pub id: Id,
    /// Salt of the data.
    pub salt: [u8; 16],
    /// Day of issue, since 1970.
    pub day: u64,
}

/// Where a document stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Nobody has signed.
    Issued,
    /// Some have.
    PartlySigned,
    /// All have.
    Complete,
    /// Withdrawn.
    Revoked,
    /// Replaced.
    Superseded,
}

impl Status {
    /// The word in the database and in `--json`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::PartlySigned => "partly-signed",
            Self::Complete => "complete",
            Self::Revoked => "revoked",
            Self::Superseded => "superseded",
        }
    }

    /// Whether somebody has still to sign.
    pub const fn waits(self) -> bool {
        matches!(self, Self::Issued | Self::PartlySigned)
    }

    /// Whether it is no longer in force.
    pub const fn has_ended(self) -> bool {
        matches!(self, Self::Revoked | Self::Superseded)
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Issued, Self::PartlySigned, Self::Complete, Self::Revoked, Self::Superseded]
            .into_iter()
            .find(|s| s.as_str() == text)
    }
}

/// A document as the registry knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its slot.
    pub slot: Slot,
    /// Its reservation.
    pub reservation: Reservation,
    /// Unit of the official.
    pub unit: String,
    /// Position of the official.
    pub position: String,
    /// Name of the official.
    pub name: String,
    /// Digest of the data.
    pub digest: [u8; 32],
    /// Fields that have to be signed, in order, with the handles of the signers.
    pub signers: Vec<Signer>,
    /// Number of indicators.
    pub indicators: u32,
    /// Total budget in rupiah.
    pub budget: u64,
    /// Newest revision, from 0.
    pub revision: u32,
    /// SHA-256 of the file of every revision.
    pub files: Vec<[u8; 32]>,
    /// Where it stands.
    pub status: Status,
    /// Why it was revoked or superseded, in words that are shown in public.
    pub remark: Option<String>,
    /// The document that replaced it.
    pub successor: Option<Id>,
    /// What its public page shows; `None` for what `pk.toml` says.
    pub visibility: Option<Visibility>,
    /// The first objective of an agreement. `None` for a pledge, and for what was issued before the
    /// registry had version 2.
    pub first_objective: Option<String>,
    /// The last one, which may be the first.
    pub last_objective: Option<String>,
    /// The date that is printed, `2026-01-05`; `None` for what was issued before the registry had version 4.
    pub date: Option<String>,
    /// When its newest event happened. [`Registry::record`] takes the time from its own argument.
    pub changed: Time,
    /// When it was revoked or superseded: later events, such as a change of visibility, leave it alone.
    pub ended: Option<Time>,
}

/// Who has to sign which field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signer {
    /// Field name.
    pub field: String,
    /// Handle of the official.
    pub official: String,
    /// Name, as printed.
    pub name: String,
    /// Position, as printed; empty where a registry of version 1 did not hold it.
    pub position: String,
    /// When the field was signed.
    pub signed: Option<Time>,
}

impl Entry {
    /// The first field that is not signed: second parties sign after first ones.
    pub fn next_signer(&self) -> Option<&Signer> {
        match self.status {
            Status::Issued | Status::PartlySigned => self.signers.iter().find(|s| s.signed.is_none()),
            _ => None,
        }
    }
}

/// What happened to a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Document id.
    pub id: String,
    /// `issued`, `signed`, `completed`, `revoked`, `superseded`, `visibility`, `adopted`, `sealed`.
    pub what: String,
    /// When.
    pub at: Time,
    /// Hashes of what was issued; field, certificate serial and hash of the file; reason; successor and
    /// reason; or visibility and reason (`docs/formats/registry.md`).
    pub detail: String,
    /// SHA-256 over this event and the hash before it.
    pub hash: [u8; 32],
}

/// A change of one document, made if it still is at the expected revision.
#[derive(Clone, Debug)]
pub enum Change {
    /// A field was signed; the file of the next revision has this hash.
    Signed {
        /// The field.
        field: String,
        /// Serial number of the certificate.
        serial: String,
        /// SHA-256 of the new file.
        file: [u8; 32],
    },
    /// Withdrawn.
    Revoked {
        /// Why.
        reason: String,
    },
    /// Replaced by a document that is in force. One that is itself revoked or superseded, and the
    /// document itself, are conflicts: so no chain of successors is ever a circle.
    Superseded {
        /// Id of the successor.
        by: Id,
        /// Why.
        reason: String,
    },
    /// Shown to more or to fewer people; status and revision stay.
    Visibility {
        /// What the public page shows from now on; `None` for what `pk.toml` says.
        to: Option<Visibility>,
        /// Why.
        reason: String,
    },
}

/// One of several changes that are made together.
#[derive(Clone, Debug)]
pub struct Step {
    /// The document.
    pub id: Id,
    /// The revision at which it is expected.
    pub expected: u32,
    /// What becomes of it.
    pub change: Change,
}

/// The last event that somebody knows: number and hash, because a registry that was restored from a
/// backup has other events under the same numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Its number.
    pub number: i64,
    /// Its hash, which covers all events before it.
    pub hash: [u8; 32],
}

/// What is new since a mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Since {
    /// Documents with events after the mark, in the order of their issue; all documents if `whole`.
    pub entries: Vec<Entry>,
    /// The newest event; `None` while there is none.
    pub mark: Option<Mark>,
    /// Whether the mark is not part of this registry, so that everything is here.
    pub whole: bool,
}

/// Why the registry did not do something.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no registry.
    #[error("the registry {0} is missing")]
    Missing(String),
    /// There is one already.
    #[error("the registry {0} already exists")]
    Exists(String),
    /// The file of a new one.
    #[error("the registry {path} cannot be made")]
    File {
        /// Where.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The database.
    #[error("the registry cannot be used")]
    Database(#[from] rusqlite::Error),
    /// The document is no longer at the expected revision: somebody else was faster.
    #[error("document {id} is no longer at revision {expected}")]
    Conflict {
        /// The document.
        id: String,
        /// The revision expected.
        expected: u32,
    },
    /// The database holds something that was never written by this program.
    #[error("the registry is damaged: {0}")]
    Damaged(String),
    /// An event is not the one that was written, or one before it is missing.
    #[error("the chain of events is broken at event {number} (document {id}, {what})")]
    Chain {
        /// Its number.
        number: i64,
        /// The document that it names.
        id: String,
        /// What it says happened.
        what: String,
    },
    /// The row of a document says something else than its events.
    #[error("the row of document {id} differs from its events: {part}")]
    Row {
        /// The document.
        id: String,
        /// In what.
        part: &'static str,
    },
    /// The seal did not sign.
    #[error("the seal did not sign")]
    Seal(#[from] KeyError),
    /// It holds a trigger, a view, a table or a column that this program never makes, or lacks one: by kind
    /// and name.
    #[error("the registry has another structure than it was made with: {0}")]
    Schema(String),
    /// A later version of the program made it.
    #[error("the registry has version {0}, this program knows versions 1 to 4")]
    Version(i64),
}

impl Error {
    /// Whether there is no room left. The file is whole: what was not written is not there.
    pub fn is_disk_full(&self) -> bool {
        self.is(&[rusqlite::ErrorCode::DiskFull])
    }

    /// Whether the disk did not do what it was asked. That says nothing about the file.
    pub fn is_disk_failure(&self) -> bool {
        self.is(&[rusqlite::ErrorCode::SystemIoFailure])
    }

    /// Whether somebody else keeps it for too long.
    pub fn is_busy(&self) -> bool {
        use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked};
        self.is(&[DatabaseBusy, DatabaseLocked])
    }

    fn is(&self, codes: &[rusqlite::ErrorCode]) -> bool {
        let Self::Database(error) = self else { return false };
        error.sqlite_error_code().is_some_and(|code| codes.contains(&code))
    }

    /// Whether it is not the file that is wrong: this user may not read or write it, or nobody may here.
    pub fn is_access_denied(&self) -> bool {
        use rusqlite::ErrorCode::{CannotOpen, PermissionDenied, ReadOnly};
        self.is(&[ReadOnly, CannotOpen, PermissionDenied])
    }
}

/// Storage of what was issued.
///
/// Whatever is read was compared with the chain of events before: [`Error::Chain`], [`Error::Row`] and
/// [`Error::Schema`] are errors of every question.
pub trait Registry {
    /// Gives each slot its reservation: the one it has, or the one that is proposed.
    ///
    /// # Errors
    ///
    /// [`enum@Error`]
    fn reserve(&mut self, proposals: &[(Slot, Reservation)]) -> Result<Vec<Reservation>, Error>;

    /// Records an issued document, and in the same step makes its id the one of its slot and
    /// supersedes every other document of the slot that is in force. Gives how many those were. The
    /// same document twice is recorded once.
    ///
    /// # Errors
    ///
    /// [`Error::Conflict`] if the id is recorded with another content, or if a complete document
    /// would be superseded.
    fn record(&mut self, entry: &Entry, at: Time) -> Result<usize, Error> {
        self.record_all(std::slice::from_ref(entry), at)
    }

    /// Records several, all of them or none.
    ///
    /// # Errors
    ///
    /// As [`Registry::record`], of the first that cannot be recorded.
    fn record_all(&mut self, entries: &[Entry], at: Time) -> Result<usize, Error>;

    /// The document of this id.
    ///
    /// # Errors
    ///
    /// [`enum@Error`]
    fn find(&self, id: &Id) -> Result<Option<Entry>, Error>;

    /// The documents that were ever issued for a slot.
    ///
    /// # Errors
    ///
    /// [`enum@Error`]
    fn in_slot(&self, slot: &Slot) -> Result<Vec<Entry>, Error>;

    /// All documents, in the order of their issue.
    ///
    /// # Errors
    ///
    /// [`enum@Error`]
    fn all(&self) -> Result<Vec<Entry>, Error>;

    /// Changes a document that is at revision `expected`.
    ///
    /// # Errors
    ///
    /// [`Error::Conflict`] if it is not.
    fn advance(&mut self, id: &Id, expected: u32, change: &Change, at: Time) -> Result<(), Error> {
        self.advance_all(&[Step { id: *id, expected, change: change.clone() }], at)
    }

    /// Makes several changes, all of them or none.
    ///
    /// # Errors
    ///
    /// [`Error::Conflict`] of the first that cannot be made.
    fn advance_all(&mut self, steps: &[Step], at: Time) -> Result<(), Error>;

    /// The same for what an office decides: each event is followed by one in which the seal vouches for it, and so
    /// for all before it. Whoever can write the file can change a document's standing; only who holds the seal's key
    /// can do so in the name of the office.
    ///
    /// # Errors
    ///
    /// [`Error::Conflict`] of the first that cannot be made; [`Error::Seal`].
    fn decide_all(&mut self, steps: &[Step], at: Time, seal: &dyn Sign) -> Result<(), Error>;

    /// What has changed since `mark`, all of it as of one moment. The chain of hashes of the events after
    /// the mark is checked, and what is given is compared with it; without a mark, everything.
    ///
    /// # Errors
    ///
    /// [`Error::Chain`] and [`Error::Row`].
    fn since(&self, mark: Option<&Mark>) -> Result<Since, Error>;

    /// The events, oldest first, after their chain of hashes was checked.
    ///
    /// # Errors
    ///
    /// [`Error::Chain`] if the chain is broken.
    fn history(&self) -> Result<Vec<Event>, Error>;

    /// The newest event and when it happened; `None` while there is none.
    ///
    /// # Errors
    ///
    /// [`enum@Error`]
    fn newest(&self) -> Result<Option<(Mark, Time)>, Error>;

    /// Whether an event is still there, with everything before it, as somebody noted it down elsewhere.
    ///
    /// # Errors
    ///
    /// [`enum@Error`]
    fn holds(&self, mark: &Mark) -> Result<bool, Error>;
}
