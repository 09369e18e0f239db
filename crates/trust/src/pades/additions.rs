//! Updates of later versions that only add to one of pk's own documents: validation data, time stamps.

use std::collections::BTreeSet;

use super::changes::{Changes, changes};
use super::examine::{SignatureReport, Update};
use super::field::fields;
use super::survey::SubFilter;
use crate::pdf::{self, Dictionary, File, Object, Ref, View, decode_text, text_string};

/// Updates beyond one a field that are looked into as additions of a later version. Renewing a time stamp every few
/// years takes two each time.
const MAX_ADDITIONS: usize = 16;

/// Which of the updates that are not exact do nothing but what may be added to any signed document (ISO 32000-2,
/// 12.8.2.2.2: validation data and time stamps, whatever a certification permits).
pub(super) fn newer(
    file: &File<'_>,
    signatures: &[SignatureReport],
    updates: &mut [Update],
) -> Result<(), pdf::Error> {
    let others = updates.iter().filter(|update| **update != Update::Exact).count();
    if others == 0 || others > MAX_ADDITIONS {
        return Ok(());
    }
    let changes = match changes(file, 0) {
        Ok(changes) => changes,
        Err(error @ pdf::Error::Cost { .. }) => return Err(error),
        // What cannot be followed is no addition.
        Err(_) => return Ok(()),
    };
    // The newest revision that is as it should be: what came after it are additions to additions.
    let mut settled = 0;
    for (update, revision) in updates.iter_mut().zip(1..) {
        if *update == Update::Exact {
            settled = revision;
            continue;
        }
        match adds_only(file, revision, settled, signatures, &changes) {
            Ok(true) => *update = Update::Newer { revision },
            Err(error @ pdf::Error::Cost { .. }) => return Err(error),
            Ok(false) | Err(_) => {}
        }
    }
    Ok(())
}

/// Whether an update adds validation data or a time stamp over the document, and touches nothing else that was there:
/// of the catalog `/DSS` and the list of fields, and a field that is filled with a time stamp.
fn adds_only(
    file: &File<'_>,
    revision: usize,
    settled: usize,
    signatures: &[SignatureReport],
    changes: &Changes,
) -> Result<bool, pdf::Error> {
    let changed = changes.forbidden.iter().any(|change| change.revision == revision)
        || changes.shown.iter().any(|shown| shown.revision == revision)
        || changes.fonts.contains(&revision)
        || changes.defaults.contains(&revision)
        || !file.unlisted(revision)?.is_empty();
    // Before the first signature there is nobody to whom it could be an addition.
    let signed = signatures.iter().any(|signature| signature.revision < revision);
    let made: Vec<&SignatureReport> = signatures.iter().filter(|s| s.revision == revision).collect();
    if changed || !signed || !made.iter().all(|made| made.sub_filter == SubFilter::TimeStamp) {
        return Ok(false);
    }
    let (before, after) = (file.at(revision - 1), file.at(revision));
    let same = |key| before.trailer().get(key) == after.trailer().get(key);
    let ((root, old), (new_root, new)) = (before.catalog()?, after.catalog()?);
    let is_same = root == new_root
        && ["Info", "Encrypt"].into_iter().all(same)
        && first_id(before) == first_id(after)
        && information(before)? == information(after)?
        && without(&old, &["DSS", "AcroForm"]) == without(&new, &["DSS", "AcroForm"])
        && form(before, &old)? == form(after, &new)?;
    let filled = fields(after)?;
    let filled: Vec<Ref> = filled
        .iter()
        .filter(|field| made.iter().any(|made| field.value() == Some(made.reference)))
        .map(|field| field.reference)
        .collect();
    let mut roots: Vec<Ref> = made.iter().map(|made| made.reference).chain(filled.iter().copied()).collect();
    if let Some(stores) = new.get("DSS") {
        references(stores, &mut roots);
    }
    let store = new.get("DSS").and_then(Object::as_reference).map(|store| store.number);
    let stored = old.get("DSS") != new.get("DSS")
        || file.revisions()[revision].numbers().any(|number| Some(number) == store);
    let named = reached(file, revision, roots)?;
    // Programs that add validation data say when they did, and by which program, in both places for that.
    let about = [before.trailer().get("Info"), old.get("Metadata")];
    let about: Vec<u32> =
        about.into_iter().flatten().filter_map(Object::as_reference).map(|r| r.number).collect();
    let (first, size) = (number(file.at(settled), "Size"), number(before, "Size"));
    let (first, size) = (first.unwrap_or(i64::MAX), size.unwrap_or(i64::MAX));
    let known = |number: u32| {
        number == root.number
            || about.contains(&number)
            || filled.iter().any(|field| field.number == number)
            || i64::from(number) >= first && named.contains(&number)
            || number == 0 && !after.has(0)
    };
    let numbers = || file.revisions()[revision].numbers();
    let end = numbers().max().map_or(size, |last| size.max(i64::from(last) + 1));
    let touched = numbers().all(known) && number(after, "Size") == Some(end);
    Ok(is_same && touched && (stored || !made.is_empty()))
}

fn number(view: View<'_, '_>, key: &str) -> Option<i64> {
    view.trailer().get(key).and_then(Object::as_integer)
}

/// The part of the file identifier that stays (ISO 32000-2, 14.4).
fn first_id<'f>(view: View<'f, '_>) -> Option<&'f Object> {
    view.trailer().get("ID")?.as_array()?.first()
}

/// The information dictionary but for when the file was changed last, and by which program. Its texts may be encoded in
/// another way.
fn information(view: View<'_, '_>) -> Result<Option<Dictionary>, pdf::Error> {
    let information = view.dictionary(view.trailer(), "Info")?;
    Ok(information.map(|information| {
        let mut rest = without(&information, &["ModDate", "Producer"]);
        for (key, value) in information.iter() {
            if let (Ok(key), Some(text)) = (std::str::from_utf8(key), value.as_string())
                && rest.get(key).is_some()
            {
                rest.set(key, text_string(&decode_text(text)));
            }
        }
        rest
    }))
}

/// The references in a value.
fn references(value: &Object, out: &mut Vec<Ref>) {
    match value {
        Object::Reference(reference) => out.push(*reference),
        Object::Array(items) => items.iter().for_each(|item| references(item, out)),
        Object::Dictionary(dictionary) => dictionary.iter().for_each(|(_, value)| references(value, out)),
        _ => {}
    }
}

/// The objects of an update to which references lead, from these on. What nothing leads to has no business in it: the
/// next update could.
fn reached(file: &File<'_>, revision: usize, mut roots: Vec<Ref>) -> Result<BTreeSet<u32>, pdf::Error> {
    let view = file.at(revision);
    let made: BTreeSet<u32> = file.revisions()[revision].numbers().collect();
    let mut reached = BTreeSet::new();
    while let Some(reference) = roots.pop() {
        if made.contains(&reference.number) && reached.insert(reference.number) {
            let body = view.shared(reference)?;
            references(&body.value, &mut roots);
            reached.extend(body.container);
        }
    }
    // A cross-reference stream is an object, too.
    for number in &made {
        let place = view.reference(*number).map(|reference| view.shared(reference)).transpose()?;
        if place.is_some_and(|body| body.span.start == file.revisions()[revision].xref) {
            reached.insert(*number);
        }
    }
    Ok(reached)
}

/// A dictionary without these keys.
fn without(dictionary: &Dictionary, keys: &[&str]) -> Dictionary {
    let mut rest = dictionary.clone();
    keys.iter().for_each(|key| {
        rest.remove(key);
    });
    rest
}

/// The form but for its list of fields.
fn form(view: View<'_, '_>, catalog: &Dictionary) -> Result<Option<Dictionary>, pdf::Error> {
    Ok(view.dictionary(catalog, "AcroForm")?.map(|form| without(&form, &["Fields"])))
}
