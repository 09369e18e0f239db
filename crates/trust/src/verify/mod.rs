//! Everything joined into one verdict.
//!
//! [`Document`] for a PDF file, [`link`] for the text of a QR code, [`manifest`] for the list in an
//! archive. None of them fails: what cannot be read is a finding too.
//!
//! Content, signatures and time are judged apart. Content is pk's own data, or there is none; signatures are byte for
//! byte what pk writes, or what other programs write; a time is claimed, or proven by somebody else.

mod canonical;
mod changes;
mod code;
mod content;
mod document;
mod errors;
mod evidence;
mod finding;
mod json;
mod lines;
mod link;
mod manifest;
mod other;
mod own;
mod record;
mod seal;
mod signature;
mod status;
mod trust;
mod verdict;
mod witness;

pub use code::Code;
pub use content::{
    CLAIM_NAME, Content, ContentError, DATA_FORMAT, DATA_NAME, MAX_DATA, NewerContent, Party, RoleError,
    Template, attachment,
};
pub use document::{Document, Examined};
pub use evidence::{Evidence, Record, Standing, Status};
pub use finding::{Axis, Detail, Finding, Outcome, Parameter, Place, Value};
pub use json::FORMAT;
pub use lines::{Answer, Line, Lines, Overall};
pub use link::{ExaminedLink, link};
pub use manifest::{Manifest, manifest};
pub use record::{Fields, Published, RECORD_FORMAT, RecordError};
pub use trust::{Trust, TrustError, parse_crls};
pub use verdict::{
    About, ChangesAfter, Coverage, DocumentVerdict, Issued, Profile, Root, SignatureKind, SignatureVerdict,
    Trusted, Verdict,
};

use crate::time::When;

/// Verifies a PDF file, all at once: [`Document::open`], [`Document::examine`], [`Examined::judge`].
pub fn document(bytes: &[u8], trust: &Trust, evidence: &Evidence, when: impl Into<When>) -> Verdict {
    Document::open(bytes).examine(trust, when).judge(evidence)
}
