//! `pk-verdict/1`: the one place where an answer becomes JSON (`docs/formats/verdict.md`).
//!
//! What stands here is read by other programs for years; the values that it is made of may change.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::code::Code;
use super::finding::{Detail, Finding, Outcome, Place};
use super::lines::{Answer, Line, Lines, Overall};
use super::verdict::{
    ChangesAfter, Coverage, DocumentVerdict, Issued, Profile, Root, SignatureKind, SignatureVerdict, Trusted,
    Verdict,
};
use crate::claim::{Id, Kind};
use crate::time::Time;

/// Version of the JSON form.
pub const FORMAT: &str = "pk-verdict/1";

/// Words of the form for the values of a type.
macro_rules! words {
    ($($type:ident { $($value:ident = $word:literal,)+ })+) => {
        $(impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(match self {
                    $(Self::$value => $word,)+
                })
            }
        })+
    };
}

words! {
    // The words of ETSI EN 319 102-1, but for the one about what an issuer has withdrawn.
    Overall {
        Passed = "TOTAL-PASSED",
        Ended = "NOT-IN-FORCE",
        Indeterminate = "INDETERMINATE",
        Failed = "TOTAL-FAILED",
    }
    Profile {
        Own = "own",
        Foreign = "foreign",
    }
    Outcome {
        Pass = "pass",
        Fail = "fail",
        NotChecked = "not-checked",
    }
    Answer {
        Yes = "yes",
        No = "no",
        Unknown = "unknown",
    }
    SignatureKind {
        Signature = "signature",
        Seal = "seal",
        TimeStamp = "time-stamp",
    }
    Coverage {
        Revision = "revision",
        Partial = "partial",
    }
    ChangesAfter {
        None = "none",
        Allowed = "allowed",
        Forbidden = "forbidden",
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Detail {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.texts().serialize(serializer)
    }
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Form<'a> {
            code: Code,
            outcome: Outcome,
            #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
            place: Option<Place>,
            #[serde(skip_serializing_if = "Detail::is_empty")]
            detail: &'a Detail,
            #[serde(skip_serializing_if = "std::ops::Not::not")]
            notice: bool,
        }
        let Self { code, outcome, place, detail, axis: _ } = self;
        let form = Form { code: *code, outcome: *outcome, place: *place, detail, notice: code.is_notice() };
        form.serialize(serializer)
    }
}

impl Serialize for Line {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Form<'a> {
            outcome: Answer,
            code: Code,
            #[serde(skip_serializing_if = "Detail::is_empty")]
            detail: &'a Detail,
        }
        let Self { outcome, code, detail } = self;
        Form { outcome: *outcome, code: *code, detail }.serialize(serializer)
    }
}

impl Serialize for Lines {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Form<'a> {
            integrity: &'a Line,
            issuer: &'a Line,
            status: &'a Line,
            time: &'a Line,
        }
        let Self { integrity, issuer, status, time } = self;
        Form { integrity, issuer, status, time }.serialize(serializer)
    }
}

impl Serialize for Trusted {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Form<'a> {
            code: &'static str,
            #[serde(skip_serializing_if = "BTreeMap::is_empty")]
            detail: &'a BTreeMap<&'static str, String>,
        }
        let Self { code, detail } = self;
        Form { code, detail }.serialize(serializer)
    }
}

impl Serialize for Root {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Form<'a> {
            name: &'a str,
            fingerprint: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            trusted: &'a Option<Trusted>,
        }
        let Self { name, fingerprint, trusted } = self;
        Form { name, fingerprint, trusted }.serialize(serializer)
    }
}

impl Serialize for SignatureVerdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Form<'a> {
            field: &'a str,
            signer: &'a Option<String>,
            serial: &'a Option<String>,
            kind: SignatureKind,
            algorithm: &'a str,
            integrity: Outcome,
            coverage: Coverage,
            changes_after: ChangesAfter,
            chain: Outcome,
            #[serde(skip_serializing_if = "Option::is_none")]
            root: &'a Option<Root>,
            revocation: Outcome,
            claimed_time: Option<Time>,
            proven_time: Option<Time>,
            findings: &'a [Finding],
        }
        let form = Form {
            field: &self.field,
            signer: &self.signer,
            serial: &self.serial,
            kind: self.kind,
            algorithm: &self.algorithm,
            integrity: self.integrity,
            coverage: self.coverage,
            changes_after: self.changes_after,
            chain: self.chain,
            root: &self.root,
            revocation: self.revocation,
            claimed_time: self.claimed_time,
            proven_time: self.proven_time,
            findings: &self.findings,
        };
        form.serialize(serializer)
    }
}

/// Of the original of a year nothing is said.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
const fn is_original(stage: &u8) -> bool {
    *stage == 0
}

impl Serialize for Issued {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Form<'a> {
            by: &'a str,
            host: &'a str,
            on: &'a str,
            indicators: u32,
            budget: u64,
            #[serde(skip_serializing_if = "is_original")]
            stage: u8,
            #[serde(skip_serializing_if = "Option::is_none")]
            number: &'a Option<String>,
            #[serde(skip_serializing_if = "Option::is_none")]
            root: &'a Option<Root>,
        }
        let Self { by, host, on, indicators, budget, stage, number, root } = self;
        let (indicators, budget, stage) = (*indicators, *budget, *stage);
        Form { by, host, on, indicators, budget, stage, number, root }.serialize(serializer)
    }
}

impl Serialize for DocumentVerdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Form<'a> {
            id: Id,
            kind: Kind,
            year: u16,
            digest: &'a str,
            claim: Outcome,
            certified: Outcome,
            reproduced: Outcome,
            #[serde(skip_serializing_if = "Option::is_none")]
            issued: &'a Option<Issued>,
        }
        let form = Form {
            id: self.id,
            kind: self.kind,
            year: self.year,
            digest: &self.digest,
            claim: self.claim,
            certified: self.certified,
            reproduced: self.reproduced,
            issued: &self.issued,
        };
        form.serialize(serializer)
    }
}

impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Form<'a> {
            format: &'static str,
            profile: Profile,
            file: &'a str,
            sha256: &'a str,
            checked_at: Time,
            overall: Overall,
            lines: &'a Lines,
            document: &'a Option<DocumentVerdict>,
            signatures: &'a [SignatureVerdict],
            findings: &'a [Finding],
        }
        let form = Form {
            format: FORMAT,
            profile: self.profile,
            file: &self.file,
            sha256: &self.sha256,
            checked_at: self.checked_at,
            overall: self.overall,
            lines: &self.lines,
            document: &self.document,
            signatures: &self.signatures,
            findings: &self.findings,
        };
        form.serialize(serializer)
    }
}
