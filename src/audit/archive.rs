//! Answering about an archive: its seal, and every file in it.

use pk_trust::claim::Id;
use pk_trust::pdf::Work;
use pk_trust::verify::{self, Code, Document, Outcome, Overall, Parameter, Root, Verdict};
use pk_trust::{Time, When};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::{Answer, Auditor, Unanswered, each_once, failed, worse};
use crate::batch::{ArchiveError, Manifest, ManifestEntry, ManifestRegister, OpenArchive};

/// Bytes that signatures of other programs may cover in one archive. Its own documents have none of those.
const MAX_HASHED: u64 = 4 * 1024 * 1024 * 1024;

/// The answer about an archive.
#[derive(Clone, Debug, Serialize)]
pub struct ArchiveVerdict {
    /// Version of the JSON form.
    pub format: &'static str,
    /// Name of the file.
    pub file: String,
    /// The worst of everything below.
    pub overall: Overall,
    /// The institution, as the manifest names it.
    pub institution: String,
    /// Whether the manifest is sealed by a trusted seal: its code and outcome.
    pub seal: (Code, Outcome),
    /// Whose seal it is, where that is not the institution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sealed_by: Option<String>,
    /// The trusted certificate to which the seal leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<Root>,
    /// Files that are missing or that the manifest does not name.
    pub differences: Vec<MissingOrExtra>,
    /// The documents.
    pub documents: Vec<Verdict>,
}

impl ArchiveVerdict {
    /// The anchors on which it rests, each once.
    pub fn roots(&self) -> Vec<&Root> {
        each_once(self.root.as_ref(), &self.documents)
    }
}

/// A difference between manifest and archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "difference", content = "path")]
pub enum MissingOrExtra {
    /// The manifest names it, the archive lacks it.
    Missing(String),
    /// The archive has it, the manifest does not name it.
    Extra(String),
    /// It is not the file that the manifest describes.
    Changed(String),
    /// The register here no longer has the event that the manifest names as its newest: number.
    Events(String),
}

pub(super) fn examine(
    auditor: &Auditor,
    name: &str,
    bytes: &[u8],
    when: When,
) -> Result<ArchiveVerdict, Unanswered> {
    let mut archive = OpenArchive::open(bytes)?;
    let as_of = archive.manifest.as_of.as_deref().and_then(Time::parse).unwrap_or(when.at);
    let manifest = verify::Manifest {
        bytes: &archive.manifest_bytes,
        seal: &archive.seal,
        institution: &archive.manifest.institution,
        as_of,
    };
    let (finding, root) = verify::manifest(manifest, &auditor.trust.anchors, when);
    let seal = (finding.code, finding.outcome);
    let sealed_by = finding.detail.get(Parameter::By).map(ToString::to_string);
    let mut differences: Vec<MissingOrExtra> =
        archive.missing.iter().cloned().map(MissingOrExtra::Missing).collect();
    differences.extend(archive.extra.iter().cloned().map(MissingOrExtra::Extra));
    let (mut documents, mut hashed) = (Vec::new(), 0);
    let missing = archive.missing.clone();
    let listed: Vec<ManifestEntry> = archive.manifest.documents.clone();
    for entry in listed.iter().filter(|e| !missing.contains(&e.path)) {
        let file = archive.file(&entry.path).map_err(Unanswered::Archive)?;
        let document = Document::open(&file.bytes);
        let Answer::Document(verdict) = auditor.document(&entry.path, &document, when)? else { continue };
        // Each file has its limit, and an archive may have ten thousand of them.
        hashed += document.file().map_or(0, |file| file.spent(Work::Hashed));
        if hashed > MAX_HASHED {
            return Err(Unanswered::Archive(ArchiveError::TooLarge));
        }
        if !matches(entry, &file.bytes, &verdict) {
            differences.push(MissingOrExtra::Changed(entry.path.clone()));
        }
        documents.push(*verdict);
    }
    let mut overall = match seal.1 {
        Outcome::Pass => Overall::Passed,
        Outcome::NotChecked => Overall::Indeterminate,
        Outcome::Fail => Overall::Failed,
    };
    if !differences.is_empty() || failed(seal.1) {
        overall = Overall::Failed;
    }
    // An older copy of the register, or one that somebody cut: the archive is none the worse for it, but
    // what the register says now is less than what it said.
    if seal.1 == Outcome::Pass
        && let Some(event) = lost_event(auditor, &archive.manifest)?
    {
        differences.push(MissingOrExtra::Events(event.to_string()));
        overall = worse(overall, Overall::Indeterminate);
    }
    // What was replaced or revoked since belongs to the year as well: the archive is none the worse for it.
    for verdict in documents.iter().filter(|verdict| verdict.overall != Overall::Ended) {
        overall = worse(overall, verdict.overall);
    }
    // Nothing in it is nothing proved, and nothing in force is nothing to use.
    if documents.is_empty() {
        overall = worse(overall, Overall::Indeterminate);
    } else if documents.iter().all(|verdict| verdict.overall == Overall::Ended) {
        overall = worse(overall, Overall::Ended);
    }
    Ok(ArchiveVerdict {
        format: "pk-archive-verdict/1",
        file: name.to_owned(),
        overall,
        institution: archive.manifest.institution.clone(),
        seal,
        sealed_by,
        root,
        differences,
        documents,
    })
}

/// The newest event that the manifest knows, if the register of its documents has it no more.
fn lost_event(auditor: &Auditor, manifest: &Manifest) -> Result<Option<i64>, Unanswered> {
    let (Some(registry), Some(mark)) =
        (&auditor.registry, manifest.register.as_ref().and_then(ManifestRegister::mark))
    else {
        return Ok(None);
    };
    let of_here = |entry: &ManifestEntry| {
        let id = Id::parse_strict(&entry.id).ok();
        id.is_some_and(|id| registry.find(&id).is_ok_and(|found| found.is_some()))
    };
    // Another office's archive has another register.
    if !manifest.documents.iter().any(of_here) {
        return Ok(None);
    }
    let holds = registry.holds(&mark).map_err(Unanswered::Registry)?;
    Ok((!holds).then_some(mark.number))
}

/// Whether a file is the one that the manifest describes.
fn matches(entry: &ManifestEntry, bytes: &[u8], verdict: &Verdict) -> bool {
    let document = verdict.document.as_ref();
    data_encoding::HEXLOWER.encode(&Sha256::digest(bytes)) == entry.sha256
        && u64::try_from(bytes.len()).is_ok_and(|size| size == entry.size)
        && document.is_some_and(|d| {
            d.id.to_string() == entry.id && d.digest == entry.digest && d.kind.as_str() == entry.kind
        })
}
