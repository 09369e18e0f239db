//! Signatures in pk's own documents: PAdES B-B (ETSI EN 319 142-1) in fields that revision 0
//! declares.
//!
//! A signature is one incremental update with one encoding: given the file before it, the field, the
//! time and the CMS, every byte of it follows. So [`examine`] does not compare an update with a list
//! of allowed changes; it makes the update again and compares the bytes. What is not exactly that
//! is a forbidden change, whatever it would do.
//!
//! Other programs' documents have no such encoding: [`survey`] reads all their signatures, and explains
//! every object that later updates touched by something that signing tools do.

mod additions;
mod changes;
mod context;
mod examine;
mod field;
mod form;
mod ink;
mod rectangle;
mod sign;
mod survey;

pub use changes::{Changes, Covers, ForbiddenChange, Shown, What};
pub use examine::{
    Coverage, Examination, SignatureReport, Update, examine, examine_with, is_signed_elsewhere,
};
pub use field::{Field, SEAL_FIELD, STAMP_KEY, TIME_FIELD, fields};
pub use form::{FormField, form_fields};
pub use sign::{Error, Prepared, SIGNATURE_ROOM, prepare, prepare_in, sign};
pub use survey::{Conflict, Content, SubFilter, Survey, Surveyed, ValidationData, survey};
