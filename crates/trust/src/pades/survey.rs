//! The signatures in a document of another program: PAdES, PKCS#7 and document time stamps, and what
//! they allow after themselves (ISO 32000-2, 12.8).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::changes::{Changes, changes};
use super::examine::Coverage;
use super::form::{FormField, form_fields};
use crate::cms::{self, General, Profile, TimeStamp, Verified, VerifiedTimeStamp};
use crate::pdf::{self, ByteRange, ByteRangeError, Dictionary, File, Object, Ref, View, Work};
use crate::pki::{Certificate, Crl, Effort, OcspAnswer};
use crate::time::Time;

/// Streams read from a document's validation data. Chains and lists of fifty signers fit.
const MAX_VALIDATION_DATA: usize = 500;

/// Signatures that are examined. Each is hashed with everything before it and gets a path of certificates, so
/// twenty thousand fields over ten megabytes would keep a verifier busy for minutes. Fifty signers with time
/// stamps fit.
const MAX_SIGNATURES: usize = 128;

/// What kind of signature a dictionary says it is (`/SubFilter`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubFilter {
    /// `ETSI.CAdES.detached`
    Pades,
    /// `adbe.pkcs7.detached`
    Pkcs7,
    /// `ETSI.RFC3161`, a document time stamp.
    TimeStamp,
    /// `adbe.pkcs7.sha1`, which rests on SHA-1.
    Sha1,
    /// `adbe.x509.rsa_sha1`, which does so too, and is no CMS.
    X509,
    /// Something else.
    Unknown,
}

impl SubFilter {
    /// What a signature dictionary says it is.
    pub(super) fn of(dictionary: &Dictionary) -> Self {
        match dictionary.get("SubFilter").and_then(Object::as_name) {
            Some(b"ETSI.CAdES.detached") => Self::Pades,
            Some(b"adbe.pkcs7.detached") => Self::Pkcs7,
            Some(b"ETSI.RFC3161") => Self::TimeStamp,
            Some(b"adbe.pkcs7.sha1") => Self::Sha1,
            Some(b"adbe.x509.rsa_sha1") => Self::X509,
            _ => Self::Unknown,
        }
    }
}

/// What a signature turned out to be over its bytes.
#[derive(Debug)]
pub enum Content {
    /// Somebody's signature, with the time stamps on it.
    Signature {
        /// The signature.
        verified: Box<Verified>,
        /// Its time stamps.
        time_stamps: Vec<Result<VerifiedTimeStamp, cms::Error>>,
    },
    /// A document time stamp.
    TimeStamp(Box<VerifiedTimeStamp>),
}

/// One signature or document time stamp.
#[derive(Debug)]
pub struct Surveyed {
    /// The field's name.
    pub field: String,
    /// The field itself: names may be missing.
    pub holder: Ref,
    /// The revision that holds it, counted from 0.
    pub revision: usize,
    /// The signature dictionary; of a direct one, the field.
    pub reference: Ref,
    /// What it says it is.
    pub sub_filter: SubFilter,
    /// `/M`, the time it claims.
    pub claimed_time: Option<Time>,
    /// Whether it covers all of its revision.
    pub coverage: Coverage,
    /// Whether it holds over the bytes it covers; `None` where its kind is not known.
    pub content: Option<Result<Content, cms::Error>>,
    /// `/P` of a certification (DocMDP).
    certifies: Option<i64>,
    /// Fields that may not change any more (FieldMDP).
    locks: Vec<Lock>,
}

/// Fields that a signature locks. A list that several locks name is read once: three megabytes of names, shared by
/// a hundred signatures, once took eight gigabytes.
#[derive(Clone, Debug)]
enum Lock {
    All,
    Include(Arc<[String]>),
    Exclude(Arc<[String]>),
    /// A lock that cannot be understood locks everything.
    Unknown,
}

impl Lock {
    /// How many names have to be looked at.
    fn length(&self) -> usize {
        match self {
            Self::All | Self::Unknown => 1,
            Self::Include(list) | Self::Exclude(list) => list.len(),
        }
    }

    fn holds(&self, name: &str) -> bool {
        let named = |list: &[String]| {
            list.iter()
                .any(|l| name == l || name.strip_prefix(l.as_str()).is_some_and(|r| r.starts_with('.')))
        };
        match self {
            Self::All | Self::Unknown => true,
            Self::Include(list) => named(list),
            Self::Exclude(list) => !named(list),
        }
    }
}

/// Something wrong with the signatures taken together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// Two fields hold one signature dictionary, or two dictionaries one signature.
    Recycled {
        /// The second field.
        field: String,
    },
    /// A field holds something that is no signature.
    Malformed {
        /// The field.
        field: String,
    },
    /// An update after a certification that allows none.
    Certified {
        /// The field of the certification.
        field: String,
        /// The update.
        revision: usize,
    },
    /// A certification that is not the first signature.
    LateCertification {
        /// Its field.
        field: String,
    },
    /// A field that an earlier signature had locked.
    Locked {
        /// The field.
        field: String,
        /// The field of the signature that locked it.
        by: String,
    },
    /// `/Perms` names a certification that no field holds.
    Unlisted,
    /// Two fields of one name, one of them signed: programs show the value of either.
    NameTwice {
        /// The name.
        field: String,
    },
}

/// Everything about the signatures of a document.
#[derive(Debug)]
pub struct Survey {
    /// Signatures and document time stamps, in the order in which they were made.
    pub signatures: Vec<Surveyed>,
    /// Names of signature fields that are not signed.
    pub open: Vec<String>,
    /// Names of fields that were there for a signature when the first one was made, and hold a time stamp now, which
    /// is nobody's signature.
    pub stamped: Vec<String>,
    /// What updates did after the first signature.
    pub changes: Changes,
    /// What is wrong with the signatures taken together.
    pub conflicts: Vec<Conflict>,
    /// The document's validation data.
    pub validation: ValidationData,
    /// What is left for certificates and signatures, of what one file may cost.
    pub effort: Effort,
}

/// Examines the signatures of a document of another program. A bad signature is a finding, not an
/// error.
///
/// # Errors
///
/// If the form, or an object that an update touches, cannot be read.
pub fn survey(file: &File<'_>) -> Result<Survey, pdf::Error> {
    let latest = file.latest();
    let effort = Effort::of_a_file();
    let fields = form_fields(latest)?;
    let mut signatures = Vec::new();
    let mut conflicts = Vec::new();
    let mut seen = BTreeSet::new();
    let mut contents = BTreeSet::new();
    let signed = || fields.iter().filter(|f| f.is_signature() && f.is_filled());
    if signed().count() > MAX_SIGNATURES {
        return Err(pdf::Error::TooMany { what: "signatures", offset: 0 });
    }
    let mut lists = Lists::default();
    for field in signed() {
        let reference = field.value().unwrap_or(field.reference);
        let Some((surveyed, place)) = signature(file, field, reference, &mut lists, &effort)? else {
            conflicts.push(Conflict::Malformed { field: field.name.clone() });
            continue;
        };
        // One field, one dictionary, one place in the file: what two share, one of them took.
        if !seen.insert(reference) || !contents.insert(place) {
            conflicts.push(Conflict::Recycled { field: field.name.clone() });
        }
        signatures.push(surveyed);
    }
    signatures.sort_by_key(|s| s.revision);
    let changes = match signatures.first() {
        Some(first) => changes(file, first.revision)?,
        None => Changes::default(),
    };
    names(&fields, &mut conflicts);
    permissions(file, &fields, &signatures, &changes, &mut conflicts)?;
    let validation = validation_data(latest, &effort)?;
    let open = fields.iter().filter(|f| f.is_signature() && !f.is_filled()).map(|f| f.name.clone()).collect();
    let stamped = stamped(file, &signatures)?;
    Ok(Survey { signatures, open, stamped, changes, conflicts, validation, effort })
}

/// Lists of names by the object that holds them.
type Lists = BTreeMap<Ref, Arc<[String]>>;

/// One name is one field (ISO 32000-2, 12.7.4.2): whose signature a program shows for it is anybody's guess.
fn names(fields: &[FormField], conflicts: &mut Vec<Conflict>) {
    let named = fields.iter().filter(|field| !field.name.is_empty());
    let mut named: Vec<(&str, bool)> =
        named.map(|field| (field.name.as_str(), field.is_signature() && field.is_filled())).collect();
    named.sort_unstable();
    for same in named.chunk_by(|(one, _), (next, _)| one == next) {
        if let [(name, _), _, ..] = same
            && same.iter().any(|(_, signed)| *signed)
        {
            conflicts.push(Conflict::NameTwice { field: (*name).to_owned() });
        }
    }
}

/// Fields that waited for a signature, and got a time stamp.
fn stamped(file: &File<'_>, signatures: &[Surveyed]) -> Result<Vec<String>, pdf::Error> {
    let stamps = || signatures.iter().filter(|s| s.sub_filter == SubFilter::TimeStamp);
    let Some(first) = signatures.first() else { return Ok(Vec::new()) };
    if stamps().all(|stamp| stamp.revision <= first.revision) {
        return Ok(Vec::new());
    }
    let then = form_fields(file.at(first.revision))?;
    let waiting: BTreeSet<&str> =
        then.iter().filter(|f| f.is_signature() && !f.is_filled()).map(|f| f.name.as_str()).collect();
    Ok(stamps().map(|stamp| &stamp.field).filter(|name| waiting.contains(name.as_str())).cloned().collect())
}

/// Reads one signature; `None` if the field holds no signature dictionary. Gives as well where its
/// `/Contents` stands.
fn signature(
    file: &File<'_>,
    field: &FormField,
    reference: Ref,
    lists: &mut Lists,
    effort: &Effort,
) -> Result<Option<(Surveyed, usize)>, pdf::Error> {
    let latest = file.latest();
    let Some((body, revision)) = latest.numbered(reference.number)? else { return Ok(None) };
    let (dictionary, compressed) = match (field.value(), field.dictionary.get("V")) {
        (Some(_), _) => (body.value.as_dictionary().cloned(), body.container.is_some()),
        (None, Some(Object::Dictionary(direct))) => (Some(direct.clone()), body.container.is_some()),
        _ => (None, false),
    };
    let Some(dictionary) = dictionary else { return Ok(None) };
    let sub_filter = SubFilter::of(&dictionary);
    // In an object stream there are no bytes of the file to leave out of the range.
    let range = if compressed {
        Err(ByteRangeError::Malformed)
    } else {
        ByteRange::parse_foreign(&dictionary, file.bytes(), file.revisions()[revision].span.end)
    };
    let place = dictionary.span("Contents").map_or(0, |span| span.start);
    let contents = dictionary.get("Contents").and_then(Object::as_string);
    let content = match (&range, contents) {
        (Ok(range), Some(contents)) => content(file, range, &sub_filter, contents, effort)?,
        _ => Some(Err(cms::Error::Digest)),
    };
    let view = file.at(revision);
    let surveyed = Surveyed {
        field: field.name.clone(),
        holder: field.reference,
        revision,
        reference,
        sub_filter,
        claimed_time: dictionary.get("M").and_then(Object::as_string).and_then(Time::from_any_pdf_date),
        coverage: range.map(|_| ()),
        content,
        certifies: certification(view, &dictionary)?,
        locks: locks(view, field, &dictionary, lists)?,
    };
    Ok(Some((surveyed, place)))
}

/// What a signature of this kind is over the bytes of this range; `None` where the kind is not known.
pub(super) fn content(
    file: &File<'_>,
    range: &ByteRange,
    kind: &SubFilter,
    contents: &[u8],
    effort: &Effort,
) -> Result<Option<Result<Content, cms::Error>>, pdf::Error> {
    let parts = range.parts(file.bytes());
    file.spend(Work::Hashed, parts[0].len() + parts[1].len())?;
    if !effort.spend(Effort::SIGNATURE) {
        return Ok(Some(Err(cms::Error::Cost)));
    }
    Ok(Some(match kind {
        SubFilter::Pades => Content::general(contents, Profile::Pades, &parts, effort),
        SubFilter::Pkcs7 => Content::general(contents, Profile::Pkcs7, &parts, effort),
        SubFilter::TimeStamp => TimeStamp::parse(contents, effort)
            .and_then(|stamp| stamp.verify(&parts))
            .map(|stamp| Content::TimeStamp(Box::new(stamp))),
        SubFilter::Sha1 => Err(cms::compare_sha1(contents, &parts)),
        SubFilter::X509 => Err(cms::Error::NotCompared("SHA-1")),
        SubFilter::Unknown => return Ok(None),
    }))
}

impl Content {
    /// A signature as other programs write it.
    pub(super) fn general(
        contents: &[u8],
        profile: Profile,
        parts: &[&[u8]],
        effort: &Effort,
    ) -> Result<Self, cms::Error> {
        let verified = General::parse(contents, profile, effort).and_then(|general| general.verify(parts))?;
        Ok(Self::signature(verified, effort))
    }

    /// A signature that holds, with the time stamps on it.
    pub(super) fn signature(verified: Verified, effort: &Effort) -> Self {
        let stamp = |token: &Vec<u8>| {
            if !effort.spend(Effort::SIGNATURE) {
                return Err(cms::Error::Cost);
            }
            TimeStamp::from_der(token, effort)?.verify(&[&verified.signature])
        };
        let time_stamps = verified.time_stamps.iter().map(stamp).collect();
        Self::Signature { verified: Box::new(verified), time_stamps }
    }
}

/// The parameters of a transform method in `/Reference`, each time that it is there: whichever of them a reader takes, all
/// are honoured.
fn transforms(
    view: View<'_, '_>,
    signature: &Dictionary,
    method: &[u8],
) -> Result<Vec<Dictionary>, pdf::Error> {
    let mut found = Vec::new();
    for item in view.array(signature, "Reference")?.unwrap_or_default() {
        let item = view.resolve(&item)?.into_owned();
        let Some(reference) = item.as_dictionary() else { continue };
        if view.value(reference, "TransformMethod")?.as_ref().and_then(Object::as_name) == Some(method) {
            found.push(view.dictionary(reference, "TransformParams")?.unwrap_or_default());
        }
    }
    Ok(found)
}

/// `/P` of DocMDP: 2 where it is missing (ISO 32000-2, table 257); of a lock in PDF 2.0 likewise.
fn certification(view: View<'_, '_>, signature: &Dictionary) -> Result<Option<i64>, pdf::Error> {
    let level = |parameters: &Dictionary| -> Result<i64, pdf::Error> {
        Ok(view.value(parameters, "P")?.map_or(2, |level| level.as_integer().unwrap_or(1)))
    };
    let levels: Vec<i64> =
        transforms(view, signature, b"DocMDP")?.iter().map(level).collect::<Result<_, _>>()?;
    Ok(levels.into_iter().min())
}

fn locks(
    view: View<'_, '_>,
    field: &FormField,
    signature: &Dictionary,
    lists: &mut Lists,
) -> Result<Vec<Lock>, pdf::Error> {
    let mut sources = transforms(view, signature, b"FieldMDP")?;
    sources.extend(view.dictionary(&field.dictionary, "Lock")?);
    let mut locks = Vec::new();
    for source in sources {
        let mut names = || -> Result<Arc<[String]>, pdf::Error> {
            let place = source.get("Fields").and_then(Object::as_reference);
            if let Some(known) = place.and_then(|place| lists.get(&place)) {
                return Ok(Arc::clone(known));
            }
            let list = view.array(&source, "Fields")?.unwrap_or_default();
            let name = |item: &Object| -> Result<Option<String>, pdf::Error> {
                Ok(view.resolve(item)?.as_string().map(pdf::decode_text))
            };
            let list: Arc<[String]> =
                list.iter().filter_map(|item| name(item).transpose()).collect::<Result<_, _>>()?;
            if let Some(place) = place {
                lists.insert(place, Arc::clone(&list));
            }
            Ok(list)
        };
        locks.push(match source.get("Action").and_then(Object::as_name) {
            Some(b"All") => Lock::All,
            Some(b"Include") => Lock::Include(names()?),
            Some(b"Exclude") => Lock::Exclude(names()?),
            _ => Lock::Unknown,
        });
        // What cannot be read may say that nothing is allowed.
        if view.value(&source, "P")?.is_some_and(|level| level.as_integer().is_none_or(|level| level == 1)) {
            locks.push(Lock::All);
        }
    }
    Ok(locks)
}

/// What earlier signatures forbid to later updates, beyond what is forbidden anyway.
fn permissions(
    file: &File<'_>,
    fields: &[FormField],
    signatures: &[Surveyed],
    changes: &Changes,
    conflicts: &mut Vec<Conflict>,
) -> Result<(), pdf::Error> {
    let last = file.revisions().len() - 1;
    for (i, earlier) in signatures.iter().enumerate() {
        if let Some(level) = earlier.certifies {
            if i > 0 {
                conflicts.push(Conflict::LateCertification { field: earlier.field.clone() });
            }
            for revision in (earlier.revision + 1..=last).filter(|_| level <= 1) {
                if !maintains(file, revision, signatures, changes)? {
                    conflicts.push(Conflict::Certified { field: earlier.field.clone(), revision });
                    break;
                }
            }
        }
        if earlier.locks.is_empty() {
            continue;
        }
        let known: BTreeSet<String> =
            form_fields(file.at(earlier.revision))?.into_iter().map(|field| field.name).collect();
        for later in signatures.iter().filter(|later| later.revision > earlier.revision) {
            // A document time stamp in an unseen field of its own fills nothing that was locked.
            let apart = later.sub_filter == SubFilter::TimeStamp
                && !known.contains(&later.field)
                && changes.shown.iter().all(|shown| shown.holder != later.holder);
            file.spend(Work::Compared, earlier.locks.iter().map(Lock::length).sum())?;
            if !apart && earlier.locks.iter().any(|lock| lock.holds(&later.field)) {
                let (field, by) = (later.field.clone(), earlier.field.clone());
                conflicts.push(Conflict::Locked { field, by });
            }
        }
    }
    let view = file.latest();
    let (_, catalog) = view.catalog()?;
    if let Some(permissions) = view.dictionary(&catalog, "Perms")? {
        let held =
            |value: &Object| fields.iter().any(|f| f.value().is_some() && f.value() == value.as_reference());
        // Usage rights (`UR3`) are no signature of anybody's, and no field holds them.
        if permissions.get("DocMDP").is_some_and(|value| !held(value)) {
            conflicts.push(Conflict::Unlisted);
        }
    }
    Ok(())
}

/// Whether an update only adds validation data or an unseen document time stamp: no changes to a
/// document that is certified without any (ISO 32000-2, table 257, `P`).
fn maintains(
    file: &File<'_>,
    revision: usize,
    signatures: &[Surveyed],
    changes: &Changes,
) -> Result<bool, pdf::Error> {
    // Nothing comes into sight, in a new place or in one that was prepared, nor by other defaults for painting.
    if changes.shown.iter().any(|shown| shown.revision == revision) || changes.defaults.contains(&revision) {
        return Ok(false);
    }
    let mut made = signatures.iter().filter(|s| s.revision == revision).peekable();
    if made.peek().is_some() {
        return Ok(made.all(|s| s.sub_filter == SubFilter::TimeStamp));
    }
    if changes.added_fields.contains(&revision) {
        return Ok(false);
    }
    let store = |view: View<'_, '_>| Ok(view.catalog()?.1.get("DSS").cloned());
    let (before, after) = (store(file.at(revision - 1))?, store(file.at(revision))?);
    let number = after.as_ref().and_then(Object::as_reference).map(|r| r.number);
    Ok(before != after || file.revisions()[revision].numbers().any(|touched| Some(touched) == number))
}

/// What the DSS dictionary holds (ISO 32000-2, 12.8.4.3).
#[derive(Debug, Default)]
pub struct ValidationData {
    /// Certificates: links, never anchors.
    pub certificates: Vec<Certificate>,
    /// Revocation lists.
    pub crls: Vec<Crl>,
    /// Answers about single certificates.
    pub answers: Vec<OcspAnswer>,
}

/// Certificates, revocation lists and answers in the DSS dictionary, which names all that its VRI do. What
/// cannot be read proves nothing and is left out. A stream that is named five hundred times is read once.
pub(super) fn validation_data(view: View<'_, '_>, effort: &Effort) -> Result<ValidationData, pdf::Error> {
    let (_, catalog) = view.catalog()?;
    let Some(store) = view.dictionary(&catalog, "DSS")? else { return Ok(ValidationData::default()) };
    let streams = |key| -> Result<Vec<Vec<u8>>, pdf::Error> {
        let list = view.array(&store, key)?.unwrap_or_default();
        let different: BTreeSet<Ref> = list.iter().filter_map(Object::as_reference).collect();
        let mut read = Vec::new();
        for reference in different.into_iter().take(MAX_VALIDATION_DATA) {
            if !effort.spend(Effort::READ) {
                break;
            }
            match view.body(reference).and_then(|body| view.decoded(&body)) {
                Ok(data) => read.push(data),
                Err(error @ pdf::Error::Cost { .. }) => return Err(error),
                Err(_) => {}
            }
        }
        Ok(read)
    };
    Ok(ValidationData {
        certificates: streams("Certs")?
            .iter()
            .filter(|der| effort.spend_on_certificate(der.len()))
            .filter_map(|der| Certificate::from_foreign(der).ok())
            .collect(),
        crls: streams("CRLs")?.iter().filter_map(|der| Crl::from_der(der).ok()).collect(),
        answers: streams("OCSPs")?
            .iter()
            .filter(|der| effort.spend_on_certificate(der.len()))
            .filter_map(|der| OcspAnswer::from_der(der).ok())
            .collect(),
    })
}
