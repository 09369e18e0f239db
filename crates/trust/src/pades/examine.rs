//! Examining the signatures of one of pk's own documents, revision by revision.

use super::additions;
use super::field::{Field, SEAL_FIELD, fields};
use super::sign::{is_room, reserve};
use super::survey::{Content, SubFilter, ValidationData, content, validation_data};
use crate::cms::{self, Profile};
use crate::pdf::{self, ByteRange, ByteRangeError, Dictionary, Digests, File, Object, Ref};
use crate::pki::{Effort, KeyAlgorithm};
use crate::time::Time;

/// Objects of a forbidden update that are named; a thousand more tell no more.
const MAX_NAMED: usize = 32;

/// Whether a byte range covers its whole revision but the signature itself.
pub type Coverage = Result<(), ByteRangeError>;

/// What an update did besides signing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Update {
    /// Nothing: it is byte for byte the update that this signature makes.
    Exact,
    /// Something that a later version may do, and that shows nothing and changes nothing: validation data, a time stamp
    /// over the document (ETSI EN 319 142-1, 5.5).
    Newer {
        /// The revision that did it, counted from 0.
        revision: usize,
    },
    /// Something else. Never allowed.
    Forbidden {
        /// The revision that did it, counted from 0.
        revision: usize,
        /// The objects it defines or frees: those beside the field and the signature, or all of them
        /// where there are no others. At most 32.
        objects: Vec<u32>,
    },
}

/// One signature.
#[derive(Debug)]
pub struct SignatureReport {
    /// The field's name.
    pub field: String,
    /// The revision that it made, counted from 0.
    pub revision: usize,
    /// The signature dictionary.
    pub reference: Ref,
    /// What it says it is.
    pub sub_filter: SubFilter,
    /// The claimed time of signing.
    pub claimed_time: Option<Time>,
    /// Whether it holds over the bytes it covers; `None` where its kind is not known.
    pub content: Option<Result<Content, cms::Error>>,
    /// Whether its CMS has the one shape that this version writes; else it was read as other programs' are.
    pub is_exact: bool,
    /// Whether it covers all of its revision.
    pub coverage: Coverage,
}

/// What was found in a file.
#[derive(Debug)]
pub struct Examination {
    /// The signatures, in the order in which they were made.
    pub signatures: Vec<SignatureReport>,
    /// What each revision after the first changed.
    pub updates: Vec<Update>,
    /// Names of the fields that are not signed.
    pub open: Vec<String>,
    /// Names of the fields that were already filled in revision 0, or whose value is no signature of
    /// a later revision: a signature dictionary used twice, or copied from elsewhere.
    pub recycled: Vec<String>,
    /// Why the form of the newest revision cannot be read. Fields and signatures are then those of the
    /// newest one that can.
    pub unreadable: Option<pdf::Error>,
    /// SHA-256 of the file: most of the work for it was done already.
    pub sha256: [u8; 32],
    /// The same of the file without its newest revision, if that is a signature.
    pub before: Option<[u8; 32]>,
    /// The same of what the file was before additions of a later version: updates after the last one that is as it should
    /// be, unsigned attributes of the signature of that one. Empty if there are none.
    pub without_additions: Vec<[u8; 32]>,
    /// Validation data that such updates brought along.
    pub validation: ValidationData,
    /// What is left for certificates and signatures, of what one file may cost.
    pub effort: Effort,
}

/// Examines all signatures of a file. A bad signature is a finding, not an error.
///
/// # Errors
///
/// If the form of the first revision cannot be read, or the file asks for more than a check may cost.
pub fn examine(file: &File<'_>) -> Result<Examination, pdf::Error> {
    examine_with(file, &mut Digests::new(file.bytes()))
}

/// The same with digests of the file that somebody else needs as well.
///
/// # Errors
///
/// As [`examine`].
pub fn examine_with(file: &File<'_>, digests: &mut Digests<'_>) -> Result<Examination, pdf::Error> {
    let mut signatures = Vec::new();
    let mut updates = Vec::new();
    let mut accounted = Vec::new();
    let effort = Effort::of_a_file();
    let first = fields(file.at(0))?;
    // Each field is signed at most once, so an honest file has no more updates than fields. A file
    // with a hundred of them only wants to keep the verifier busy: the rest is not examined.
    let limit = first.len() + 1;
    // An update that breaks the form is forbidden, and must not hide what was signed before it: the
    // fields stay those of the newest revision where they can be read.
    let mut latest = first.clone();
    let mut unreadable = None;
    for revision in 1..file.revisions().len() {
        let after = fields(file.at(revision));
        let exact = match &after {
            Ok(after) if revision < limit => exact_update(file, revision, &latest, after, digests, &effort),
            _ => Ok(None),
        };
        match exact {
            Ok(Some(report)) => {
                accounted.push((report.field.clone(), report.reference));
                signatures.push(report);
                updates.push(Update::Exact);
            }
            // What was not looked at is no change.
            Err(error @ pdf::Error::Cost { .. }) => return Err(error),
            Ok(None) | Err(_) => {
                updates.push(Update::Forbidden { revision, objects: touched(file, revision) });
            }
        }
        match after {
            Ok(after) => (latest, unreadable) = (after, None),
            Err(error @ pdf::Error::Cost { .. }) => return Err(error),
            Err(error) => unreadable = Some(error),
        }
    }
    let open = latest.iter().filter(|f| !f.is_filled()).map(|f| f.name.clone()).collect();
    // A filled field that no exact update accounts for: its signature still has to be looked at, so
    // that the report names what is wrong with it.
    let mut recycled: Vec<String> = first.iter().filter(|f| f.is_filled()).map(|f| f.name.clone()).collect();
    for field in latest.iter().filter(|f| f.is_filled()) {
        let known = field.value().is_some_and(|v| accounted.contains(&(field.name.clone(), v)));
        if known {
            continue;
        }
        match stray_signature(file, field, digests, &effort) {
            Some(report) => signatures.push(report),
            None if recycled.contains(&field.name) => {}
            None => recycled.push(field.name.clone()),
        }
    }
    signatures.sort_by_key(|report| report.revision);
    additions::newer(file, &signatures, &mut updates)?;
    let ends: Vec<usize> = file.revisions().iter().map(|revision| revision.span.end).collect();
    let before = match updates.as_slice() {
        [.., Update::Exact] => ends.iter().rev().nth(1).map(|end| digests.named.then(*end, &[]).into()),
        _ => None,
    };
    let is_addition = |update: &&Update| matches!(update, Update::Newer { .. });
    let additions = updates.iter().rev().take_while(is_addition).count();
    let mut without_additions = Vec::new();
    let settled = updates.len() - additions;
    if let (true, Some(end)) = (additions > 0, ends.get(settled)) {
        without_additions.push(digests.named.then(*end, &[]).into());
    }
    if let Some(report) = signatures.iter().find(|report| report.revision == settled) {
        without_additions.extend(without_attributes(file, report, digests)?);
    }
    let validation = if updates.iter().any(|update| is_addition(&update)) {
        validation_data(file.latest(), &effort)?
    } else {
        ValidationData::default()
    };
    let sha256 = digests.named.then(file.bytes().len(), &[]).into();
    Ok(Examination {
        signatures,
        updates,
        open,
        recycled,
        unreadable,
        sha256,
        before,
        without_additions,
        validation,
        effort,
    })
}

/// SHA-256 of the file up to the end of a signature's revision, as it was before somebody added unsigned attributes to it:
/// those are not signed, and everything else stays in its place.
fn without_attributes(
    file: &File<'_>,
    report: &SignatureReport,
    digests: &mut Digests<'_>,
) -> Result<Option<[u8; 32]>, pdf::Error> {
    let body = file.at(report.revision).shared(report.reference)?;
    let end = file.revisions()[report.revision].span.end;
    let range = body.value.as_dictionary().and_then(|signature| {
        let contents = signature.get("Contents")?.as_string()?;
        Some((ByteRange::parse(signature, end).ok()?, cms::without_unsigned(contents)?))
    });
    Ok(range
        .map(|(range, cms)| digests.named.then(range.first(), &range.rest_with(file.bytes(), &cms)).into()))
}

/// The signature that made revision `revision`, if that revision is exactly what signing writes.
/// `before` and `after` are the fields on both sides of it.
fn exact_update(
    file: &File<'_>,
    revision: usize,
    before: &[Field],
    after: &[Field],
    digests: &mut Digests<'_>,
    effort: &Effort,
) -> Result<Option<SignatureReport>, pdf::Error> {
    let updated = &file.revisions()[revision];
    let numbers: Vec<u32> = updated.numbers().collect();
    let open = |field: &&Field| !field.is_filled() && numbers.contains(&field.reference.number);
    let Some(field) = before.iter().find(open) else { return Ok(None) };
    let signed = after.iter().find(|f| f.reference == field.reference);
    let Some(reference) = signed.and_then(Field::value) else { return Ok(None) };
    // A certification comes first, or not at all (ISO 32000-2, 12.8.2.2.1).
    if field.name == SEAL_FIELD && revision != 1 {
        return Ok(None);
    }
    let Some((report, room)) = report(file, &field.name, reference, revision, digests, effort)? else {
        return Ok(None);
    };
    let Some(at) = report.claimed_time else { return Ok(None) };
    if !is_room(room) {
        return Ok(None);
    }
    // The digest is taken over the file itself up to the signature. Where the update made again differs
    // from it there, the comparison below fails whatever the digest is.
    let identify =
        |bytes: &[u8], room: usize| digests.named.then(room, bytes.get(room..).unwrap_or_default()).into();
    let Some(reserved) = reserve(file.at(revision - 1), field, at, room, identify)? else { return Ok(None) };
    Ok(reserved.is_filled_as(&file.bytes()[..updated.span.end]).then_some(report))
}

/// Reads and checks the signature dictionary at `reference` as one that belongs to `revision`; with the room that its
/// CMS has.
fn report(
    file: &File<'_>,
    field: &str,
    reference: Ref,
    revision: usize,
    digests: &mut Digests<'_>,
    effort: &Effort,
) -> Result<Option<(SignatureReport, usize)>, pdf::Error> {
    let body = file.at(revision).body(reference)?;
    let Some(dictionary) = body.value.as_dictionary() else { return Ok(None) };
    let Some(contents) = dictionary.get("Contents").and_then(Object::as_string) else {
        return Ok(None);
    };
    let range = ByteRange::parse(dictionary, file.revisions()[revision].span.end);
    let sub_filter = SubFilter::of(dictionary);
    let mut is_exact = false;
    let content = match &range {
        Ok(range) if sub_filter == SubFilter::Pades => {
            let parts = range.parts(file.bytes());
            let own = cms::Signature::parse(contents);
            is_exact = !matches!(own, Err(cms::Error::Newer));
            Some(match own {
                Ok(signature) => {
                    let digest = match signature.algorithm() {
                        KeyAlgorithm::Ed25519 => digests.signed.then(range.first(), parts[1]).to_vec(),
                        KeyAlgorithm::P256 => digests.named.then(range.first(), parts[1]).to_vec(),
                    };
                    signature.verify(&digest).map(|verified| Content::signature(verified, effort))
                }
                // Who signed and what can be known, though it says more than is known here.
                Err(cms::Error::Newer) => Content::general(contents, Profile::Pades, &parts, effort),
                Err(error) => Err(error),
            })
        }
        Ok(range) => content(file, range, &sub_filter, contents, effort)?,
        // Without a sound range there are no signed bytes to speak of.
        Err(_) => Some(Err(cms::Error::Digest)),
    };
    let room = range.as_ref().map_or(0, ByteRange::room);
    let report = SignatureReport {
        field: field.to_owned(),
        revision,
        reference,
        sub_filter,
        claimed_time: dictionary.get("M").and_then(Object::as_string).and_then(Time::from_pdf_date),
        content,
        is_exact,
        coverage: range.map(|_| ()),
    };
    Ok(Some((report, room)))
}

/// The signature of a field in a revision that is not what signing writes: the one that defined its
/// dictionary.
fn stray_signature(
    file: &File<'_>,
    field: &Field,
    digests: &mut Digests<'_>,
    effort: &Effort,
) -> Option<SignatureReport> {
    let reference = field.value()?;
    let revision = (1..file.revisions().len())
        .rev()
        .find(|&i| file.revisions()[i].numbers().any(|n| n == reference.number))?;
    report(file, &field.name, reference, revision, digests, effort).ok().flatten().map(|(report, _)| report)
}

/// The objects of an update that signing would not have touched.
fn touched(file: &File<'_>, revision: usize) -> Vec<u32> {
    let expected: Vec<u32> = fields(file.at(revision))
        .unwrap_or_default()
        .iter()
        .filter(|f| f.is_filled())
        .flat_map(|f| [Some(f.reference), f.value()])
        .flatten()
        .map(|r| r.number)
        .collect();
    let others: Vec<u32> =
        file.revisions()[revision].numbers().filter(|n| !expected.contains(n)).take(MAX_NAMED).collect();
    if others.is_empty() { file.revisions()[revision].numbers().take(MAX_NAMED).collect() } else { others }
}

/// What pk writes into a signature dictionary.
const OWN_KEYS: [&[u8]; 7] =
    [b"Type", b"Filter", b"SubFilter", b"M", b"Reference", b"ByteRange", b"Contents"];

/// Objects of an update among which a signature is looked for.
const MAX_LOOKED_AT: usize = 512;

/// Whether a forbidden update carries a signature that pk did not write: the document was sent through
/// another signing program. Says nothing of what else the update did.
pub fn is_signed_elsewhere(file: &File<'_>, revision: usize) -> bool {
    let Some(updated) = file.revisions().get(revision) else { return false };
    let view = file.at(revision);
    updated.objects().take(MAX_LOOKED_AT).any(|reference| {
        let Ok(body) = view.body(reference) else { return false };
        body.value.as_dictionary().is_some_and(is_foreign_signature)
    })
}

/// Whether a dictionary is a signature (ISO 32000-2, 12.8.1) of another make than pk's.
fn is_foreign_signature(dictionary: &Dictionary) -> bool {
    let (Some(contents), Some(_)) =
        (dictionary.get("Contents").and_then(Object::as_string), dictionary.get("ByteRange"))
    else {
        return false;
    };
    let other_kind = SubFilter::of(dictionary) != SubFilter::Pades;
    let other_keys = dictionary.iter().any(|(key, _)| !OWN_KEYS.contains(&key));
    let other_cms =
        || matches!(cms::Signature::parse(contents), Err(cms::Error::Algorithm | cms::Error::Newer));
    other_kind || other_keys || other_cms()
}
