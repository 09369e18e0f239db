//! Issuing, signing and handing out many documents.
//!
//!  1. reserve   ids and salts in the registry; a crash leaves reservations, used by the next run
//!  2. render    pure, in processes of their own; a crash leaves nothing
//!  3. stage     files of a group, under other names; a crash leaves these, overwritten by the next run
//!  4. publish   all of them to the disk, then each in its place; a crash leaves orphans, overwritten by the next run
//!  5. record    COMMIT POINT, one transaction for the group; before it: not issued, after it: issued
//!  6. sign      look at all documents and stage each with its signature; then publish and record again, in groups
//!  7. archive   derived from what is recorded; streamed under another name, may be made again at any time
//!
//! There is no resume mode. Every run looks at what is recorded and does what is missing. One thread writes and records,
//! in the order of the plan, so the result is the same whatever the number of workers.

mod archive;
mod change;
mod fsck;
mod generate;
mod group;
mod plan;
mod press;
mod rendered;
mod sealed;
mod sign;

pub use archive::{
    ArchiveError, ArchiveSummary, ArchivedFile, Manifest, ManifestEntry, ManifestRegister, ManifestSigner,
    OpenArchive, Packing, write_archive,
};
pub use change::{ChangedDocument, Part};
pub use fsck::{Damage, Inspection, InspectionError, inspect};
pub use generate::{
    Changed, Failed, GenerateError, GenerateSummary, Tools, generate, link_for, recorded_file,
};
pub use plan::{Item, Plan, doubles, glyph_problems, orphans, outdated, slot_of};
pub use press::{COMMAND, Press, serve};
pub use rendered::Rendered;
pub use sealed::{Attached, Difference};
pub use sign::{Act, Desk, Pending, SignError, SignSummary, offer, pending_for, sign, sign_all};

pub use crate::workers::Lost;

use std::io;
use std::path::{Path, PathBuf};

use crate::office::durable;

/// What happens during a long run, for a progress bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// So many steps lie ahead.
    Started(usize),
    /// One more is done.
    Done,
    /// One more is not done, and is named at the end.
    Failed,
}

/// A file that cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{}: {source}", path.display())]
pub struct FileError {
    /// Which one.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}

impl FileError {
    fn at(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self { path, source }
    }
}

/// Largest document that is read back. pk's own have about 150 kB.
const MAX_DOCUMENT: u64 = 64 * 1024 * 1024;

/// Reads a document within the limit.
fn read_document(path: &Path) -> Result<Vec<u8>, FileError> {
    durable::read(path, MAX_DOCUMENT).map_err(FileError::at(path))
}
