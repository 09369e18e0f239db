//! One document: what is printed on it, as canonical data.

use pk_trust::claim::{Id, Kind};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::grade::is_contract;
use super::{Annex, Capacity, Layout, Objective, Official, Stage};

/// What a party does in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Pihak pertama: promises.
    First,
    /// Pihak kedua: the superior.
    Second,
    /// Pembuat pernyataan.
    Maker,
    /// Saksi.
    Witness,
}

impl Role {
    /// The name of the signature field.
    pub const fn field(self) -> &'static str {
        match self {
            Self::First => "PihakPertama",
            Self::Second => "PihakKedua",
            Self::Maker => "PembuatPernyataan",
            Self::Witness => "Saksi",
        }
    }
}

/// A party as it is printed: a frozen copy, whatever becomes of the official.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Party {
    /// Signature field.
    pub field: String,
    /// Role.
    pub role: Role,
    /// The office's handle.
    pub id: String,
    /// Name with titles.
    pub name: String,
    /// Position.
    pub position: String,
    /// Unit.
    pub unit: String,
    /// How the position is held.
    pub capacity: Capacity,
    /// Rank.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rank: Option<String>,
    /// Grade.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grade: Option<String>,
    /// NIP as printed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nip: Option<String>,
    /// What the number is called: `NIP.`, or `NI PPPK` for those under contract.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nip_label: Option<&'static str>,
    /// Label in the sign block.
    pub label: String,
}

impl Party {
    pub(super) fn new(official: &Official, role: Role, label: &str) -> Self {
        Self {
            field: role.field().to_owned(),
            role,
            id: official.id.clone(),
            name: official.name.clone(),
            position: official.position.clone(),
            unit: official.unit.clone(),
            capacity: official.capacity,
            rank: official.rank.clone(),
            grade: official.grade.clone(),
            nip: official.nip.as_ref().map(super::Nip::printed),
            nip_label: official.nip.as_ref().map(|_| {
                match official.grade.as_deref().is_some_and(is_contract) {
                    true => "NI PPPK",
                    false => "NIP.",
                }
            }),
            label: label.to_owned(),
        }
    }
}

/// A document before it is issued: everything but id, salt and host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Document {
    #[serde(serialize_with = "kind")]
    pub(super) kind: Kind,
    pub(super) year: u16,
    #[serde(serialize_with = "stage")]
    pub(super) stage: Stage,
    pub(super) institution: String,
    pub(super) template: Template,
    pub(super) layout: Layout,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) letterhead: Option<Letterhead>,
    /// Picture in `shared/`, if it is not `emblem.svg`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) emblem: Option<String>,
    pub(super) title: Vec<String>,
    pub(super) place: String,
    pub(super) date: super::Date,
    pub(super) parties: Vec<Party>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) statement: Option<Statement>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pledge: Option<Pledge>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) annex: Option<Annex>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn kind<S: serde::Serializer>(kind: &Kind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.as_str())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn stage<S: serde::Serializer>(stage: &Stage, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u8(stage.0)
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Template {
    pub(super) name: String,
    pub(super) version: u32,
    pub(super) profile: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) overrides: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Letterhead {
    pub(super) name: String,
    /// None for the head of the region, whose letterhead names nothing but the office.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) unit: Option<String>,
    pub(super) address: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Statement {
    pub(super) opening: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) first: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) second: Option<String>,
    pub(super) promises: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Pledge {
    pub(super) opening: String,
    pub(super) points: Vec<String>,
}

/// What is given to a document once, together with its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Issue {
    /// Document id.
    pub id: Id,
    /// 128 random bits: the digest is public, and without them a NIP could be guessed from it.
    pub salt: [u8; 16],
    /// Day of issue, since 1970.
    pub day: u64,
}

/// Canonical data (`pk-data/1`) and its digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Data {
    /// RFC 8785.
    pub bytes: Vec<u8>,
    /// SHA-256 of the bytes.
    pub digest: [u8; 32],
}

#[derive(Serialize)]
struct Issued<'a> {
    format: &'static str,
    id: String,
    salt: String,
    host: &'a str,
    #[serde(flatten)]
    document: &'a Document,
}

impl Document {
    /// Kind of document.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Year.
    pub const fn year(&self) -> u16 {
        self.year
    }

    /// Original or revision.
    pub const fn stage(&self) -> Stage {
        self.stage
    }

    /// The date that is printed.
    pub const fn date(&self) -> super::Date {
        self.date
    }

    /// Who signs, in the order of signing.
    pub fn parties(&self) -> &[Party] {
        &self.parties
    }

    /// The one whose document it is.
    pub fn owner(&self) -> &Party {
        &self.parties[0]
    }

    /// Name of the template.
    pub fn template(&self) -> &str {
        &self.template.name
    }

    /// Typeface, to look for missing glyphs.
    pub const fn layout(&self) -> Layout {
        self.layout
    }

    /// What is to be reached; nothing for a pledge.
    pub fn objectives(&self) -> &[Objective] {
        self.annex.as_ref().map_or(&[], |annex| &annex.objectives)
    }

    /// Number of indicators.
    pub fn indicators(&self) -> u32 {
        let count = self.objectives().iter().map(|o| o.indicators.len()).sum::<usize>();
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// Total budget in rupiah.
    pub fn budget(&self) -> u64 {
        self.annex.as_ref().and_then(|a| a.budget.as_ref()).map_or(0, |b| b.total)
    }

    /// The canonical data: everything that is printed, and nothing that depends on when or where the
    /// program ran.
    pub fn data(&self, issue: &Issue, host: &str) -> Data {
        let issued = Issued {
            format: pk_trust::verify::DATA_FORMAT,
            id: issue.id.to_string(),
            salt: data_encoding::HEXLOWER.encode(&issue.salt),
            host,
            document: self,
        };
        // Strings and integers only, keys known at compile time: encoding cannot fail.
        let bytes = serde_json_canonicalizer::to_vec(&issued).unwrap_or_default();
        let digest = Sha256::digest(&bytes).into();
        Data { bytes, digest }
    }
}
