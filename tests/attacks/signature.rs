//! The signature dictionary: what it says of itself, what it covers, where it is used, and what it
//! allows.

use std::collections::BTreeMap;

use pk_trust::pdf::{Dictionary, File, Object, Ref};

use super::draft::{
    Draft, altered, catalog, field, over, page, replaced, signature, signed, signed_along, stream, text,
};
use super::scene::{FIRST, SECOND, Scene, Victim, honest, on_both};
use super::{Attack, Class};
use crate::fixture::now;

pub(super) fn attacks(scene: &Scene) -> Vec<Attack> {
    let certification = on_both(scene, certification);
    [forgery(scene), wrapping(scene), recycled(scene), certification].into_iter().flatten().collect()
}

/// Digits of a CMS that was filled with zeros, without the zeros.
fn digits(contents: &Object) -> String {
    let bytes = contents.as_string().unwrap();
    // SEQUENCE with a length of two octets.
    let length = 4 + usize::from(bytes[2]) * 256 + usize::from(bytes[3]);
    data_encoding::HEXLOWER.encode(&bytes[..length])
}

/// Width of the blank array that becomes `/ByteRange`.
const RANGE_WIDTH: usize = 36;

/// Universal signature forgery: the verifier finds nothing to verify, and calls that valid.
fn forgery(scene: &Scene) -> Vec<Attack> {
    let bytes = &scene.complete;
    let (reference, dictionary) = signature(bytes, SECOND);
    let contents = dictionary.span("Contents").unwrap();
    let range = dictionary.span("ByteRange").unwrap();
    let range = range.start..range.start + RANGE_WIDTH;
    let with_key = |key: &str| format!("/{key} ").len();
    let cms =
        |name, code, text: &str| Attack::new(Class::Forgery, name, code, over(bytes, contents.clone(), text));
    let covering = |name, text: &str| {
        Attack::new(Class::Forgery, name, "signature.partial", over(bytes, range.clone(), text))
    };
    let swapped = |name, from: &str, to: &str| {
        // Only the dictionary of the second signature: the first one has the same words.
        let (before, after) = bytes.split_at(scene.half.len());
        let after = replaced(after, from.as_bytes(), format!("{to:width$}", width = from.len()).as_bytes());
        Attack::new(Class::Forgery, name, "changes.forbidden", [before, &after].concat())
    };
    let signed_as = |name, key: &str, value: &str| {
        let set = |dictionary: &mut Dictionary| dictionary.set(key, Object::name(value));
        let second = |parts: [&[u8]; 2]| honest(parts, &scene.second);
        let bytes = signed_along(&scene.half, SECOND, now(), set, |_, _| {}, second);
        Attack::new(Class::Forgery, name, "changes.forbidden", bytes)
    };
    let hex = digits(dictionary.get("Contents").unwrap());
    let upper = format!("<{:0<width$}>", hex.to_uppercase(), width = contents.len() - 2);
    let outside = {
        let draft = Draft::update(bytes);
        let string = draft.vacant();
        draft.add(format!("<{hex}>")).alter(reference, &[("Contents", &string.to_string())]).finish()
    };
    let first = signature(bytes, FIRST).1.span("Contents").unwrap();
    vec![
        Attack::new(
            Class::Forgery,
            "contents-missing",
            "changes.forbidden",
            over(bytes, contents.start - with_key("Contents")..contents.end, ""),
        ),
        Attack::new(
            Class::Forgery,
            "contents-of-the-first-missing",
            "changes.forbidden",
            over(bytes, first.start - with_key("Contents")..first.end, ""),
        ),
        cms("contents-null", "changes.forbidden", "null"),
        cms("contents-empty", "changes.forbidden", "<>"),
        cms("contents-one-zero-byte", "changes.forbidden", "<00>"),
        cms("contents-all-zero", "cms.malformed", &format!("<{}>", "0".repeat(contents.len() - 2))),
        cms("contents-name", "changes.forbidden", "/Contents"),
        cms("contents-negative", "changes.forbidden", "-1"),
        cms("contents-indirect", "changes.forbidden", &Ref::new(1).to_string()),
        Attack::new(Class::Forgery, "contents-indirect-string", "changes.forbidden", outside),
        cms("contents-upper-case", "changes.forbidden", &upper),
        Attack::new(
            Class::Forgery,
            "byte-range-missing",
            "signature.partial",
            over(bytes, range.start - with_key("ByteRange")..range.end, ""),
        ),
        covering("byte-range-null", "null"),
        covering("byte-range-empty", "[]"),
        covering("byte-range-zeros", "[0 0 0 0]"),
        covering("byte-range-negative", "[0 -1 -1 0]"),
        covering("byte-range-reals", "[0.0 9.0 9.5 9.0]"),
        covering("byte-range-text", "(0 1 2 3)"),
        covering("byte-range-indirect", &Ref::new(1).to_string()),
        covering("byte-range-one-part", &format!("[0 {}]", contents.start)),
        covering("byte-range-without-gap", &format!("[0 {0} {0} 0]", bytes.len())),
        swapped("subfilter-sha1", "/ETSI.CAdES.detached", "/adbe.pkcs7.sha1"),
        swapped("subfilter-time-stamp", "/ETSI.CAdES.detached", "/ETSI.RFC3161"),
        swapped("subfilter-unknown", "/ETSI.CAdES.detached", "/Contoh"),
        swapped("m-missing", &format!("/M ({})", now().pdf_date()), ""),
        signed_as("signed-under-another-subfilter", "SubFilter", "adbe.pkcs7.detached"),
        signed_as("signed-under-another-filter", "Filter", "Contoh.Lain"),
        signed_as("signed-as-a-time-stamp", "Type", "DocTimeStamp"),
    ]
}

/// Signature wrapping: the signed bytes are all there, and something else is shown.
fn wrapping(scene: &Scene) -> Vec<Attack> {
    let bytes = &scene.complete;
    let (_, dictionary) = signature(bytes, SECOND);
    let contents = dictionary.span("Contents").unwrap();
    let range = dictionary.span("ByteRange").unwrap();
    let range = range.start..range.start + RANGE_WIDTH;
    let hex = digits(dictionary.get("Contents").unwrap());
    let of = |name, code, bytes| Attack::new(Class::Wrapping, name, code, bytes);
    let covering = |name, numbers: &[usize]| {
        let list = numbers.iter().map(usize::to_string).collect::<Vec<_>>().join(" ");
        of(name, "signature.partial", over(bytes, range.clone(), &format!("[{list}]")))
    };
    let (start, end_of_gap, length) = (contents.start, contents.end, bytes.len() - contents.end);
    // The digest still holds in all of these: nothing but the unsigned gap is changed.
    let gap = |text: &str| over(bytes, contents.clone(), text);
    let (page, page_dictionary) = page(bytes, 0);
    let blank = altered(&page_dictionary, &[("Contents", "")]);
    let opened = format!("<{hex}>>>\nendobj\n{} 0 obj\n{blank}\nendobj\n%", page.number);
    let hidden = start + opened.find(&format!("{} 0 obj\n<", page.number)).unwrap();
    let hidden = format!("{hidden:010} 00000 n");
    let in_gap = gap(&opened);
    let used = Draft::update(&scene.complete).entry(page.number, &hidden);
    let tail = used.tail(&BTreeMap::new(), in_gap.len());
    let used = [&in_gap, tail.as_bytes()].concat();
    vec![
        of("gap-with-a-name", "signature.partial", gap(&format!("<{hex}>/Name (Contoh Palsu)"))),
        of("gap-with-second-contents", "changes.forbidden", gap(&format!("<{hex}>/Contents <00>"))),
        of("gap-with-second-byte-range", "changes.forbidden", gap(&format!("<{hex}>/ByteRange [0 1 2 3]"))),
        of("gap-with-objects", "document.malformed", used),
        of("second-part-moved", "document.trailing-bytes", moved(scene, &hex, "")),
        of(
            "second-part-moved-with-its-range",
            "document.trailing-bytes",
            moved(scene, &hex, &format!("/ByteRange [0 {start} {} {length}]", end_of_gap + length)),
        ),
        covering("byte-range-from-one", &[1, start - 1, end_of_gap, length]),
        covering("byte-range-first-part-short", &[0, start - 1, end_of_gap, length]),
        covering("byte-range-second-part-late", &[0, start, end_of_gap + 1, length - 1]),
        covering("byte-range-second-part-short", &[0, start, end_of_gap, length - 1]),
        covering("byte-range-second-part-long", &[0, start, end_of_gap, length + 1]),
        covering("byte-range-overlapping", &[0, end_of_gap, start, length]),
        covering("byte-range-two-gaps", &[0, 9, 10, start - 10, end_of_gap, length]),
        of("body-doubled", "signature.recycled", doubled(scene)),
    ]
}

/// The second signed part stands at the end of the file; where it was, the table that it names is the
/// attacker's.
fn moved(scene: &Scene, hex: &str, range: &str) -> Vec<u8> {
    let bytes = &scene.complete;
    let (_, dictionary) = signature(bytes, SECOND);
    let contents = dictionary.span("Contents").unwrap();
    let xref = File::parse(bytes).unwrap().revisions().last().unwrap().xref;
    let (page, page_dictionary) = page(bytes, 0);
    let mut out = bytes[..contents.start].to_vec();
    out.extend_from_slice(format!("<{hex}>{range}>>\nendobj\n").as_bytes());
    let at = out.len();
    let blank = altered(&page_dictionary, &[("Contents", "")]);
    out.extend_from_slice(format!("{} 0 obj\n{blank}\nendobj\n", page.number).as_bytes());
    out.resize(xref, b' ');
    let draft = Draft::update(&scene.half);
    let mut offsets = BTreeMap::from([(page.number, at)]);
    let field = field(bytes, SECOND);
    for reference in [field.reference, field.value().unwrap()] {
        let span = File::parse(bytes).unwrap().latest().body(reference).unwrap().span;
        offsets.insert(reference.number, span.start);
    }
    let signature = field.value().unwrap().number;
    let draft = draft.entry(signature, &format!("{:010} 00000 n", offsets[&signature]));
    out.extend_from_slice(draft.tail(&offsets, xref).as_bytes());
    out.extend_from_slice(&bytes[contents.end..]);
    out
}

/// Behind the signed file a whole document of the attacker's, whose fields point back to the old
/// signatures.
fn doubled(scene: &Scene) -> Vec<u8> {
    let bytes = &scene.complete;
    let painted = stream("", b"BT ET");
    let (page, _) = page(&scene.rendered, 0);
    let mut draft = Draft::anew(&scene.rendered);
    let content = draft.vacant();
    draft = draft.add("null").add("null");
    for name in [FIRST, SECOND] {
        let (old, _) = signature(bytes, name);
        draft = draft.alter(field(bytes, name).reference, &[("V", &old.to_string())]);
        let span = File::parse(bytes).unwrap().latest().body(old).unwrap().span;
        draft = draft.entry(old.number, &format!("{:010} 00000 n", span.start));
    }
    let content = Ref::new(content.number + 2);
    let draft = draft.add(painted).alter(page, &[("Contents", &content.to_string())]);
    draft.behind(bytes)
}

/// One signature, used more than once.
fn recycled(scene: &Scene) -> Vec<Attack> {
    let of = |name, code, bytes| Attack::new(Class::Recycled, name, code, bytes);
    let (first, second) = (field(&scene.complete, FIRST), field(&scene.complete, SECOND));
    let value = |f: &pk_trust::pades::Field| f.value().unwrap().to_string();
    let half_first = field(&scene.half, FIRST);
    let open = field(&scene.half, SECOND);
    let cms_of = |bytes: &[u8], name: &str| {
        let (_, dictionary) = signature(bytes, name);
        data_encoding::HEXLOWER.decode(digits(dictionary.get("Contents").unwrap()).as_bytes()).unwrap()
    };
    let (first_reference, first_dictionary) = signature(&scene.complete, FIRST);
    let first_update = &scene.half[scene.issued.len()..];
    let second_update = &scene.complete[scene.half.len()..];
    let other_second = cms_of(&scene.other, SECOND);
    let (root, _) = catalog(&scene.half);
    let new_field = {
        let draft = Draft::update(&scene.half);
        let saksi = draft.vacant();
        let widget = altered(&first.dictionary, &[("T", "(Saksi)")]);
        let list = format!("[{} {} {saksi}]", first.reference, second.reference);
        draft.add(widget).alter(root, &[("AcroForm", &format!("<</Fields {list}/SigFlags 3>>"))]).finish()
    };
    let in_revision_0 = {
        let draft = Draft::anew(&scene.rendered);
        let copy = draft.vacant();
        draft.add(text(&first_dictionary)).alter(first.reference, &[("V", &copy.to_string())]).finish()
    };
    vec![
        of(
            "one-signature-in-two-fields",
            "changes.forbidden",
            Draft::update(&scene.half).alter(open.reference, &[("V", &value(&half_first))]).finish(),
        ),
        of(
            "signatures-exchanged",
            "changes.forbidden",
            Draft::update(&scene.complete)
                .alter(first.reference, &[("V", &value(&second))])
                .alter(second.reference, &[("V", &value(&first))])
                .finish(),
        ),
        of("old-signature-in-a-new-field", "changes.forbidden", new_field),
        of("signature-copied-to-a-new-object", "changes.forbidden", {
            let draft = Draft::update(&scene.half);
            let copy = draft.vacant();
            draft.add(text(&first_dictionary)).alter(open.reference, &[("V", &copy.to_string())]).finish()
        }),
        of("signature-in-revision-0", "signature.recycled", in_revision_0),
        of(
            "cms-of-another-document",
            "signature.digest",
            signed(&scene.half, SECOND, now(), |_| other_second.clone()),
        ),
        of(
            "cms-of-the-first-party",
            "signature.digest",
            signed(&scene.half, SECOND, now(), |_| cms_of(&scene.half, FIRST)),
        ),
        of(
            "update-of-another-document",
            "document.malformed",
            [&scene.half, &scene.other[scene.other.len() - second_update.len()..]].concat(),
        ),
        of(
            "second-signature-without-the-first",
            "document.malformed",
            [&scene.issued, second_update].concat(),
        ),
        of(
            "signatures-in-the-wrong-order",
            "document.malformed",
            [&scene.issued, second_update, first_update].concat(),
        ),
        of("same-update-twice", "document.trailing-bytes", [&scene.complete, second_update].concat()),
        of(
            "signature-taken-out-of-its-field",
            "changes.forbidden",
            Draft::update(&scene.half).alter(first.reference, &[("V", "")]).finish(),
        ),
        of(
            "signature-object-freed",
            "changes.forbidden",
            Draft::update(&scene.half).entry(first_reference.number, "0000000000 00001 f").finish(),
        ),
        of(
            "signature-object-overwritten",
            "changes.forbidden",
            Draft::update(&scene.half)
                .alter(first_reference, &[("M", &format!("({})", now().plus_days(9).pdf_date()))])
                .finish(),
        ),
    ]
}

/// What certification allows and locks forbid, said or taken back by whoever it suits.
fn certification(victim: &Victim<'_>) -> Vec<Attack> {
    let scene = victim.scene;
    let of = |name, bytes| Attack::new(Class::Certification, name, "changes.forbidden", bytes);
    let bytes = victim.bytes;
    let (root, _) = catalog(bytes);
    let (first, dictionary) = signature(bytes, FIRST);
    let perms = |key: &str| format!("<</{key} {first}>>");
    let update = |keys: &[(&str, &str)]| Draft::update(bytes).alter(root, keys).finish();
    let docmdp = |level: u8| {
        format!(
            "[<</Type/SigRef/TransformMethod/DocMDP/TransformParams<</Type/TransformParams/P {level}/V/1.2>>>>]"
        )
    };
    // Locks that an attacker with access to the unsigned file put there, and the parties signed.
    let lock = "<</Type/SigFieldLock/Action/All>>";
    let locked = victim.signed(
        &Draft::anew(&scene.rendered)
            .alter(field(&scene.rendered, FIRST).reference, &[("Lock", lock)])
            .alter(field(&scene.rendered, SECOND).reference, &[("Lock", lock)])
            .finish(),
    );
    let locked_field = field(&locked, victim.field).reference;
    // A certification by the second party, which allows annotations (P 3), and such an annotation.
    let transform = Dictionary::new()
        .with("Type", Object::name("TransformParams"))
        .with("P", 3)
        .with("V", Object::name("1.2"));
    let reference = Dictionary::new()
        .with("Type", Object::name("SigRef"))
        .with("TransformMethod", Object::name("DocMDP"))
        .with("TransformParams", transform);
    let certified = signed_along(
        &scene.half,
        SECOND,
        now(),
        |dictionary| dictionary.set("Reference", Object::Array(vec![reference.into()])),
        |_, _| {},
        |parts| honest(parts, &scene.second),
    );
    let annotated = {
        let (page, _) = page(&certified, 0);
        let draft = Draft::update(&certified);
        let note = draft.vacant();
        draft
            .add("<</Type/Annot/Subtype/FreeText/Rect[90 300 500 400]/DA(/F 12 Tf)/Contents(Rp 9)/F 4>>")
            .alter(page, &[("Annots", &format!("[{note}]"))])
            .finish()
    };
    let level = docmdp(3);
    vec![
        of("perms-added", update(&[("Perms", &perms("DocMDP"))])),
        of("usage-rights-added", update(&[("Perms", &perms("UR3"))])),
        of(
            "first-signature-made-a-certification",
            Draft::update(bytes)
                .set(first, altered(&dictionary, &[("Reference", &level)]))
                .alter(root, &[("Perms", &perms("DocMDP"))])
                .finish(),
        ),
        of("signed-as-a-certification", certified),
        of("certified-then-annotated", annotated),
        of("lock-removed", Draft::update(&locked).alter(locked_field, &[("Lock", "")]).finish()),
        of(
            "lock-changed",
            Draft::update(&locked)
                .alter(locked_field, &[("Lock", "<</Type/SigFieldLock/Action/Include/Fields[]>>")])
                .finish(),
        ),
        Attack::painted(Class::Certification, "locks-nobody-issued", locked),
        of(
            "seed-values-added",
            Draft::update(bytes).alter(field(bytes, victim.field).reference, &[("SV", "<<>>")]).finish(),
        ),
        Attack::newer("security-store-added", "changes.newer", {
            let draft = Draft::update(bytes);
            let dss = draft.vacant();
            draft.add("<</Type/DSS/Certs[]>>").alter(root, &[("DSS", &dss.to_string())]).finish()
        }),
        of("developer-extensions-changed", update(&[("Extensions", "")])),
    ]
}
