//! What the sealed data of a document says, against what the rows of the registry say.
//!
//! The digest of the data stands in the claim, and the seal signs the claim; nobody signs a row. So what
//! an official consents to, what the archive lists and what the page shows comes from the data in the
//! file, and a row that says something else stops the work.

use pk_trust::claim::Signed;
use pk_trust::pades::fields;
use pk_trust::pdf::File;
use pk_trust::pki::Certificate;
use pk_trust::verify::{Content, Document, Outcome, SignatureVerdict, Trust};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::registry::Entry;
use crate::render::{Renderer, Templates};

/// What a file of ours brings along. Nothing of it has been checked.
#[derive(Clone, Debug)]
pub struct Attached {
    /// `pk-data.json`
    pub data: Vec<u8>,
    /// `pk-claim.txt`
    pub claim: Option<String>,
    /// The data, read.
    pub content: Content,
    /// Where revision 0 ends.
    end: usize,
    /// Names of the fields that are not signed in it; `None` if it has no form that can be read.
    open: Option<Vec<String>>,
}

/// A row that says something else than the sealed data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// In what.
    pub field: &'static str,
    /// What the row says.
    pub row: String,
    /// What the data says.
    pub sealed: String,
}

/// The part of the data that the rows repeat and [`Content`] leaves out.
#[derive(Deserialize)]
struct Rest {
    salt: String,
    stage: u8,
    parties: Vec<Party>,
    annex: Option<Annex>,
}

#[derive(Deserialize)]
struct Party {
    unit: String,
}

#[derive(Deserialize)]
struct Annex {
    objectives: Vec<Objective>,
}

/// What is to be reached, as the data says it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Objective {
    /// The objective.
    pub text: String,
    /// Its indicators.
    #[serde(default)]
    pub indicators: Vec<Indicator>,
}

/// An indicator with its target, as the data says it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Indicator {
    /// What is measured.
    pub text: String,
    /// The target.
    pub target: String,
    /// Its unit.
    pub unit: Option<String>,
}

/// Names of the fields that are not signed in the newest revision whose form can be read. Whether the signatures hold is
/// the question of the verifier, who is asked besides.
fn open(file: &File<'_>) -> Option<Vec<String>> {
    let fields = (0..file.revisions().len()).rev().find_map(|revision| fields(file.at(revision)).ok())?;
    let open = fields.into_iter().filter(|field| !field.is_filled() && !field.is_institutional());
    Some(open.map(|field| field.name).collect())
}

/// The first field that the register says is signed and whose signature does not hold: who can write register and file can
/// fill a field with anything.
pub(super) fn unproven(entry: &Entry, signatures: &[SignatureVerdict]) -> Option<Difference> {
    let holds = |field: &str| {
        signatures.iter().any(|signature| {
            signature.field == field
                && [signature.integrity, signature.chain] == [Outcome::Pass; 2]
                && signature.findings.iter().all(|finding| finding.outcome != Outcome::Fail)
        })
    };
    let field = entry.signers.iter().find(|signer| signer.signed.is_some() && !holds(&signer.field))?;
    Some(Difference { field: "signature", row: "signed".to_owned(), sealed: format!("{}: -", field.field) })
}

impl Attached {
    /// What is attached to revision 0; `None` if the file is none of pk's.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        Self::of(&Document::open(bytes))
    }

    /// As [`Attached::read`], of a file that was opened.
    pub fn of(document: &Document<'_>) -> Option<Self> {
        Some(Self {
            content: document.content()?.clone(),
            claim: document.claim().map(str::to_owned),
            end: document.rendered()?.len(),
            open: open(document.file()?),
            data: document.data()?.to_vec(),
        })
    }

    /// Original (0) or revision, and what is to be reached: what the signature covers and [`Content`] leaves out.
    pub fn agreed(&self) -> (u8, Vec<Objective>) {
        let rest = serde_json::from_slice::<Rest>(&self.data);
        rest.map_or_else(
            |_| (0, Vec::new()),
            |rest| (rest.stage, rest.annex.map(|annex| annex.objectives).unwrap_or_default()),
        )
    }

    /// Whether one of these seals vouches for the data.
    pub fn is_sealed_by(&self, seals: &[Certificate]) -> bool {
        let Some(Ok(signed)) = self.claim.as_deref().map(Signed::parse) else { return false };
        let address = signed.address();
        address.id == self.content.id
            && address.host == self.content.host
            && signed.verify(seals).is_ok_and(|(sealed, _)| *sealed.digest() == self.content.digest)
    }

    /// Renders revision 0 again from its data and compares it with the beginning of the file; `None` where
    /// that cannot be done: other templates, or another version of them.
    pub fn reproduced(&self, bytes: &[u8], templates: &Templates, renderer: &Renderer) -> Option<bool> {
        let claim = self.claim.as_ref().filter(|_| self.can_be_rendered(templates))?;
        let rendered = renderer.render(&self.data, claim);
        Some(self.rendered(bytes) == rendered.ok()?.0.as_slice())
    }

    /// What Typst made of it: revision 0 without the seal.
    pub fn rendered<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        bytes.get(..self.end).unwrap_or_default()
    }

    /// Whether these are the templates that the data names.
    pub fn can_be_rendered(&self, templates: &Templates) -> bool {
        let named = &self.content.template;
        Templates::versions().get(&named.name) == Some(&named.version)
            && templates.overrides() == named.overrides
    }

    /// The first thing in which the rows of a document differ from its data, or a signature that the register has and
    /// that does not hold, by what the office knows of certificates.
    pub fn contradiction(&self, entry: &Entry, document: &Document<'_>, known: &Trust) -> Option<Difference> {
        self.difference(entry, document.bytes()).or_else(|| {
            // As of its newest event: nothing in it is later.
            unproven(entry, document.examine(known, entry.changed).signatures())
        })
    }

    /// The first thing in which the rows of a document differ from its data; `bytes` are those of the file.
    pub fn difference(&self, entry: &Entry, bytes: &[u8]) -> Option<Difference> {
        let differs = |field, row: &str, sealed: &str| {
            (row != sealed).then(|| Difference { field, row: row.to_owned(), sealed: sealed.to_owned() })
        };
        let content = &self.content;
        let Ok(rest) = serde_json::from_slice::<Rest>(&self.data) else {
            return differs("data", "pk-data/1", "-");
        };
        let hexadecimal = |bytes: &[u8]| data_encoding::HEXLOWER.encode(bytes);
        let number = |number: u64| number.to_string();
        let owner = content.parties.first();
        let unit = rest.parties.first().map_or("", |party| &party.unit);
        let pairs = [
            ("digest", hexadecimal(&entry.digest), hexadecimal(&content.digest)),
            ("id", entry.reservation.id.to_string(), content.id.to_string()),
            ("kind", entry.slot.kind.to_string(), content.kind.to_string()),
            ("year", number(entry.slot.year.into()), number(content.year.into())),
            ("stage", number(entry.slot.stage.0.into()), number(rest.stage.into())),
            ("official", entry.slot.official.clone(), owner.map_or_else(String::new, |p| p.id.clone())),
            ("salt", hexadecimal(&entry.reservation.salt), rest.salt),
            ("name", entry.name.clone(), owner.map_or_else(String::new, |p| p.name.clone())),
            ("position", entry.position.clone(), owner.map_or_else(String::new, |p| p.position.clone())),
            ("unit", entry.unit.clone(), unit.to_owned()),
            ("indicators", number(entry.indicators.into()), number(content.indicators.into())),
            ("budget", number(entry.budget), number(content.budget)),
            ("date", entry.date.clone().unwrap_or_else(|| content.date.clone()), content.date.clone()),
            ("signers", entry.signers.len().to_string(), content.parties.len().to_string()),
        ];
        if let Some(found) = pairs.iter().find_map(|(field, row, sealed)| differs(*field, row, sealed)) {
            return Some(found);
        }
        for (signer, party) in entry.signers.iter().zip(&content.parties) {
            // A registry that began as version 1 does not know every position, and says nothing of it.
            let position = if signer.position.is_empty() { &party.position } else { &signer.position };
            // Who can write the register can say that somebody signed; the newest file shows it, and only that one.
            let newest = || entry.files.last() == Some(&Sha256::digest(bytes).into());
            let word = |signed: bool| if signed { "signed" } else { "open" };
            let signed = self.open.as_ref().map(|open| !open.contains(&party.field));
            let found = signed
                .and_then(|signed| differs("signature", word(signer.signed.is_some()), word(signed)))
                .filter(|_| newest())
                .or_else(|| differs("signer_field", &signer.field, &party.field))
                .or_else(|| differs("signer_official", &signer.official, &party.id))
                .or_else(|| differs("signer_name", &signer.name, &party.name))
                .or_else(|| differs("signer_position", position, &party.position));
            if found.is_some() {
                return found;
            }
        }
        let objectives = rest.annex.map(|annex| annex.objectives).unwrap_or_default();
        [
            ("first_objective", &entry.first_objective, objectives.first()),
            ("last_objective", &entry.last_objective, objectives.last()),
        ]
        .into_iter()
        .find_map(|(field, row, sealed)| {
            // Nor its objectives.
            differs(field, row.as_deref()?, sealed.map_or("", |objective| &objective.text))
        })
    }
}
