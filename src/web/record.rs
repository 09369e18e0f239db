//! What anybody may know of a document (`pk-record/1`).
//!
//! The registry's entry, cut down to what the office shows: an official's handle, the salt and paths never
//! leave. Of a document that is shown as status only, no names, positions, objectives or sums are said: kind and
//! year, and the hashes by which somebody who has the file can check it.

use pk_trust::claim::Id;
use pk_trust::present;
use serde::Serialize;

use super::site::Site;
use crate::model::Visibility;
use crate::registry::{Entry, Signer, Status};
use crate::report;
use crate::words::Words;

/// Version of the JSON form.
pub const FORMAT: &str = "pk-record/1";

/// Where a document stands, as the public sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Everybody has signed, and it is in force.
    InForce,
    /// Somebody has not signed yet.
    Waiting,
    /// Another document took its place.
    Superseded,
    /// Withdrawn.
    Revoked,
}

impl State {
    /// Of an entry.
    pub const fn of(status: Status) -> Self {
        match status {
            Status::Complete => Self::InForce,
            Status::Issued | Status::PartlySigned => Self::Waiting,
            Status::Superseded => Self::Superseded,
            Status::Revoked => Self::Revoked,
        }
    }

    /// The word in records and pages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InForce => "in-force",
            Self::Waiting => "waiting",
            Self::Superseded => "superseded",
            Self::Revoked => "revoked",
        }
    }
}

/// The record of one document.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// What the registry has.
    pub entry: &'a Entry,
    /// How much of it is shown.
    pub visibility: Visibility,
    /// The document that it took the place of.
    pub replaces: Option<Id>,
}

impl<'a> Record<'a> {
    /// The record that a site shows of an entry.
    pub fn new(site: &Site, entry: &'a Entry) -> Self {
        let visibility = entry.visibility.unwrap_or_else(|| site.visibility(entry.slot.kind));
        Self { entry, visibility, replaces: None }
    }

    /// With the document that it took the place of. Of a document that is shown as status only it is not said: the other
    /// one would say whose it is.
    #[must_use]
    pub fn replacing(self, old: Option<&Entry>, site: &Site) -> Self {
        let old = old.filter(|old| self.shows_fields() && Record::new(site, old).shows_fields());
        Self { replaces: old.map(|old| old.reservation.id), ..self }
    }

    /// What kind of document it is, as its title says: a revision is called so.
    pub fn kind(&self, words: &Words) -> String {
        let slot = &self.entry.slot;
        report::said(words, &present::kind(slot.kind, slot.stage.0))
    }

    /// Where it stands.
    pub const fn state(&self) -> State {
        State::of(self.entry.status)
    }

    /// Whether more is shown than the status.
    pub fn shows_fields(&self) -> bool {
        self.visibility != Visibility::Status
    }

    /// Whether the document itself is shown.
    pub fn shows_original(&self) -> bool {
        self.visibility == Visibility::Original
    }

    /// Who still has to sign.
    pub fn waiting_for(&self) -> impl Iterator<Item = &'a Signer> {
        let waiting = self.state() == State::Waiting;
        self.entry.signers.iter().filter(move |signer| waiting && signer.signed.is_none())
    }

    /// What changes when anything shown changes: the time and kind of the last event are not enough, two
    /// of them can fall into one second.
    pub fn revision(&self) -> String {
        let signed = self.entry.signers.iter().filter(|signer| signer.signed.is_some()).count();
        format!(
            "{}-{}-{}-{signed}-{}-{}",
            self.entry.changed.unix(),
            self.entry.status.as_str(),
            self.visibility.as_str(),
            self.entry.revision,
            self.replaces.as_ref().map(Id::to_string).unwrap_or_default(),
        )
    }

    /// The JSON form.
    pub fn json(&self, site: &Site) -> String {
        let hexadecimal = |bytes: &[u8]| data_encoding::HEXLOWER.encode(bytes);
        let entry = self.entry;
        let state = self.state();
        let reason = matches!(state, State::Revoked | State::Superseded).then_some(entry.remark.as_deref());
        let json = Json {
            format: FORMAT,
            id: entry.reservation.id.to_string(),
            institution: &site.institution,
            host: &site.host,
            state: state.as_str(),
            reason: reason.flatten(),
            replaces: self.replaces.map(|id| id.to_string()),
            superseded_by: entry.successor.map(|id| id.to_string()),
            changed: entry.changed.to_string(),
            ended: entry.ended.map(|time| time.to_string()),
            kind: entry.slot.kind.as_str(),
            year: entry.slot.year,
            stage: entry.slot.stage.0,
            visibility: self.visibility.as_str(),
            digest: hexadecimal(&entry.digest),
            files: entry.files.iter().map(|file| hexadecimal(file)).collect(),
            waiting_for: self.waiting_for().map(|signer| signer.field.as_str()).collect(),
            fields: self.shows_fields().then(|| Fields {
                unit: &entry.unit,
                position: &entry.position,
                date: entry.date.as_deref(),
                indicators: entry.indicators,
                budget: entry.budget,
                first_objective: entry.first_objective.as_deref(),
                last_objective: entry.last_objective.as_deref(),
                signers: entry.signers.iter().map(Signature::of).collect(),
            }),
        };
        // Texts and integers only: encoding cannot fail.
        serde_json::to_string(&json).unwrap_or_default()
    }
}

#[derive(Serialize)]
struct Json<'a> {
    format: &'static str,
    id: String,
    institution: &'a str,
    host: &'a str,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replaces: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    superseded_by: Option<String>,
    changed: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<String>,
    kind: &'static str,
    year: u16,
    stage: u8,
    visibility: &'static str,
    digest: String,
    files: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    waiting_for: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<Fields<'a>>,
}

#[derive(Serialize)]
struct Fields<'a> {
    unit: &'a str,
    position: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<&'a str>,
    indicators: u32,
    budget: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_objective: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_objective: Option<&'a str>,
    signers: Vec<Signature<'a>>,
}

#[derive(Serialize)]
struct Signature<'a> {
    field: &'a str,
    name: &'a str,
    position: &'a str,
    signed: Option<String>,
}

impl<'a> Signature<'a> {
    fn of(signer: &'a Signer) -> Self {
        let signed = signer.signed.map(|time| time.to_string());
        Self { field: &signer.field, name: &signer.name, position: &signer.position, signed }
    }
}
