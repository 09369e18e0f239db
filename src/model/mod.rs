//! What the documents are made of. A draft may be wrong; everything else here cannot be.
//!
//! [`Draft`] holds the cells of a workbook with their places. [`Cycle::from_draft`] checks all of
//! them and gives the agreements and pledges of one year, or every [`Problem`] at once.
//! [`Document::data`] is the canonical data that is printed, attached and hashed.

mod annex;
mod budget;
mod cycle;
mod date;
mod document;
mod doubts;
mod draft;
mod grade;
mod nip;
mod nomenclature;
mod official;
mod problem;
mod reading;
mod reason;
mod settings;
mod total;
mod unit;
mod visibility;
mod wording;

pub use annex::{Annex, Indicator, Objective};
pub use budget::{Budget, BudgetRow};
pub use cycle::{Cycle, Defaults, Emblems};
pub use date::Date;
pub use document::{Data, Document, Issue, Party, Role};
pub use draft::{Cell, Column, Draft, Row, SHEETS, Sheet, SheetName, Value};
pub use nip::Nip;
pub use official::{Capacity, Level, Official, Officials};
pub use problem::{Place, Problem, Problems, Warned};
pub use reading::unfit_for_line;
pub use reason::{InvalidReason, Reason};
pub use settings::{Head, Layout, Paper, Settings, Stage, Typeface};
pub use visibility::Visibility;
pub use wording::{AgreementWording, PledgeWording, Wording, WordingError};
