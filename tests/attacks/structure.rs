//! The bones of the file: doubled objects and keys, tables and trailers, other formats around it, and
//! files that only want to keep the verifier busy.

use pk_trust::pades;
use pk_trust::pdf::{Dictionary, File, Object};

use super::draft::{
    Draft, altered, catalog, end, field, over, page, replaced, signature, stream, target, text,
};
use super::scene::{FIRST, Scene};
use super::{Attack, Class, Denied};

const FORBIDDEN: &str = "changes.forbidden";
const MALFORMED: &str = "document.malformed";

pub(super) fn attacks(scene: &Scene) -> Vec<Attack> {
    [duplicates(scene), tables(scene), polyglots(scene), bombs(scene)].into_iter().flatten().collect()
}

/// A dictionary that says a key once more at its end.
fn doubled(dictionary: &Dictionary, key: &str) -> String {
    format!("{}{key}>>", text(dictionary).strip_suffix(">>").unwrap())
}

fn duplicates(scene: &Scene) -> Vec<Attack> {
    let of = |name, code, bytes| Attack::new(Class::Duplicate, name, code, bytes);
    let bytes = &scene.half;
    let (root, dictionary) = catalog(bytes);
    let (front, front_dictionary) = page(bytes, 0);
    let signed = field(bytes, FIRST);
    let update = || Draft::update(bytes);
    let trailer_with = |key: &str| {
        update()
            .alter(root, &[])
            .finish_with(|tail| tail.replacen(">>\nstartxref", &format!("{key}>>\nstartxref"), 1))
    };
    let twice_in_the_table = update().alter(root, &[]).finish_with(|tail| {
        let entry: String = tail.lines().skip(1).take(2).map(|line| format!("{line}\n")).collect();
        tail.replacen("trailer", &format!("{entry}trailer"), 1)
    });
    let twice_in_the_body = {
        let blank = altered(&front_dictionary, &[("Contents", "")]);
        let object = format!("{blank}\nendobj\n{} 0 obj\n{}", front.number, text(&front_dictionary));
        update().set(front, object).finish()
    };
    let two_faces = {
        let (issued_page, dictionary) = page(&scene.rendered, 0);
        let draft = Draft::anew(&scene.rendered);
        let content = draft.vacant();
        let page = doubled(&dictionary, &format!("/Contents {content}"));
        scene.sign(&draft.add(stream("", b"BT ET")).set(issued_page, page).finish())
    };
    vec![
        of(
            "key-twice-in-the-catalog",
            MALFORMED,
            update().set(root, doubled(&dictionary, "/Lang(en)")).finish(),
        ),
        of(
            "key-twice-in-another-spelling",
            MALFORMED,
            update().set(root, doubled(&dictionary, "/#4cang(en)")).finish(),
        ),
        of("key-twice-in-the-trailer", MALFORMED, trailer_with(&format!("/Root {front}"))),
        of(
            "key-twice-in-a-field",
            MALFORMED,
            update().set(signed.reference, doubled(&signed.dictionary, "/T(Lain)")).finish(),
        ),
        of(
            "key-twice-on-a-page",
            FORBIDDEN,
            update().set(front, doubled(&front_dictionary, "/Contents[]")).finish(),
        ),
        of("object-twice-in-the-table", MALFORMED, twice_in_the_table),
        of("object-twice-in-the-body", FORBIDDEN, twice_in_the_body),
        Attack::painted(Class::Duplicate, "key-twice-before-signing", two_faces),
    ]
}

fn tables(scene: &Scene) -> Vec<Attack> {
    let of = |name, code, bytes| Attack::new(Class::CrossReference, name, code, bytes);
    let bytes = &scene.half;
    let parsed = File::parse(bytes).unwrap();
    let xrefs: Vec<usize> =
        File::parse(&scene.complete).unwrap().revisions().iter().map(|revision| revision.xref).collect();
    let [_, issued, half, complete] = xrefs[..] else { panic!("two signatures") };
    let (root, dictionary) = catalog(bytes);
    let (front, front_dictionary) = page(bytes, 0);
    let blank = altered(&front_dictionary, &[("Contents", "")]);
    let update = || Draft::update(bytes).set(front, &blank);
    let at = |draft: &Draft<'_>| draft.body().0.len();
    let prev = |value: usize| update().trailer("Prev", i64::try_from(value).unwrap()).finish();
    let skipping = |value: usize| {
        let update = Draft::update(&scene.complete).set(front, &blank);
        update.finish_with(|tail| tail.replacen(&format!("/Prev {complete}"), &format!("/Prev {value}"), 1))
    };
    let offset_of = |reference| parsed.latest().body(reference).unwrap().span.start;
    let pointing = |number: u32, offset: usize, generation: u16| {
        update().entry(number, &format!("{offset:010} {generation:05} n")).finish()
    };
    let own = update().body().1[&front.number];
    // A table in the form of a stream, correct in every byte: the page is blank.
    let xref_stream = {
        let update = Draft::update(&scene.complete).set(front, &blank);
        let (mut out, offsets) = update.body();
        let (number, at) = (update.vacant().number, out.len());
        let row = |offset: usize| {
            let offset = u32::try_from(offset).unwrap().to_be_bytes();
            [&[1], offset.as_slice(), &[0]].concat()
        };
        let rows = [row(offsets[&front.number]), row(at)].concat();
        let index = format!("{} 1 {number} 1", front.number);
        let keys =
            format!("/Type/XRef/W[1 4 1]/Index[{index}]/Size {}/Root {root}/Prev {complete}", number + 1);
        out.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        out.extend_from_slice(&stream(&keys, &rows));
        out.extend_from_slice(format!("\nendobj\n{}", end(at)).as_bytes());
        out
    };
    // Instead of its identifier, the trailer of the signed revision 0 names an encryption.
    let encrypted = {
        let identifier = parsed.revisions()[0].trailer.span("ID").unwrap();
        over(&scene.complete, identifier.start - "/ID ".len()..identifier.end, "/Encrypt 1 0 R")
    };
    // The second of two updates points forwards, to itself by way of the first.
    let circle = {
        let first = update().finish();
        let second = Draft::update(&first).set(front, &blank).finish();
        let start = second.len() - first.len();
        let last = File::parse(&second).unwrap().revisions().last().unwrap().xref;
        let from = format!("/Prev {}", half);
        let (before, after) = second.split_at(second.len() - start);
        let (signed, update) = before.split_at(bytes.len());
        [signed, &replaced(update, from.as_bytes(), format!("/Prev {last}").as_bytes()), after].concat()
    };
    let tail = |from: &str, to: &str| {
        update().finish_with(|tail| {
            assert!(tail.contains(from));
            tail.replacen(from, to, 1)
        })
    };
    let xref = at(&update());
    vec![
        of(
            "hybrid-file",
            "document.hybrid",
            update().trailer("XRefStm", i64::try_from(issued).unwrap()).finish(),
        ),
        // Its first revisions are a document of ours, so it is no foreign file, but a changed one of ours.
        of("table-as-a-stream", FORBIDDEN, xref_stream),
        of("second-startxref", "document.trailing-bytes", [&scene.complete, end(issued).as_bytes()].concat()),
        of(
            "second-startxref-to-the-half",
            "document.trailing-bytes",
            [&scene.complete, end(half).as_bytes()].concat(),
        ),
        of("prev-to-itself", MALFORMED, prev(xref)),
        of("prev-forwards", MALFORMED, prev(xref + 10)),
        of("prev-in-a-circle", MALFORMED, circle),
        of("prev-over-the-second-signature", FORBIDDEN, skipping(half)),
        of("prev-over-both-signatures", FORBIDDEN, skipping(issued)),
        of("prev-over-the-only-signature", FORBIDDEN, prev(issued)),
        of("prev-to-nothing", MALFORMED, prev(9)),
        of("prev-not-a-number", MALFORMED, update().trailer("Prev", Object::name("Palsu")).finish()),
        of("prev-missing", MALFORMED, tail(&format!("/Prev {}", half), "")),
        of("size-too-small", MALFORMED, tail("/Size ", "/Size 1/Old ")),
        of("size-negative", MALFORMED, tail("/Size ", "/Size -1/Old ")),
        of("size-missing", MALFORMED, tail("/Size ", "/Old ")),
        of("entry-to-another-object", MALFORMED, pointing(root.number, own, 0)),
        of("entry-into-an-earlier-revision", MALFORMED, pointing(root.number, offset_of(front), 0)),
        of("entry-behind-the-table", MALFORMED, pointing(root.number, xref, 0)),
        of("entry-of-a-later-generation", MALFORMED, {
            update()
                .set(root, altered(&dictionary, &[]))
                .entry(root.number, &format!("{own:010} 00001 n"))
                .finish()
        }),
        of(
            "page-of-a-later-generation",
            FORBIDDEN,
            update().entry(front.number, &format!("{own:010} 00001 n")).finish(),
        ),
        of("object-zero-in-use", MALFORMED, pointing(0, own, 0)),
        of("catalog-freed", MALFORMED, update().entry(root.number, "0000000000 00001 f").finish()),
        of("entry-of-nineteen-bytes", MALFORMED, tail(" n \n", " n\n")),
        of("startxref-off-by-one", MALFORMED, tail(&end(xref), &end(xref + 1))),
        of("startxref-to-another-table", "document.trailing-bytes", tail(&end(xref), &end(issued))),
        of("encryption-in-place", "document.encrypted", encrypted).denied(Denied::Foreign),
        of("encryption-added", FORBIDDEN, update().trailer("Encrypt", Dictionary::new()).finish()),
    ]
}

fn polyglots(scene: &Scene) -> Vec<Attack> {
    let of = |name, code, bytes| Attack::new(Class::Polyglot, name, code, bytes);
    let bytes = &scene.complete;
    let before = |prefix: &[u8]| [prefix, bytes].concat();
    let behind = |suffix: &[u8]| [bytes, suffix].concat();
    // An archive without files: its end record alone, with the comment as long as is true.
    let zip = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    vec![
        of("line-before-the-header", "document.header", before(b"\n")),
        of("byte-order-mark-before-the-header", "document.header", before(b"\xEF\xBB\xBF")),
        of("web-page-before-the-header", "document.header", before(b"<html><script>1</script><!--")),
        of("script-before-the-header", "document.header", before(b"#!/bin/sh\nexit\n")),
        of("picture-before-the-header", "document.header", before(b"GIF89a\x01\0\x01\0\0\0\0")),
        of("archive-behind", "document.tail", behind(zip)),
        of("comment-behind", "document.tail", behind(b"% palsu\n")),
        of("line-behind", "document.tail", behind(b"\n")),
        of("document-behind", MALFORMED, behind(&scene.other)),
        of("document-before", MALFORMED, [scene.other.as_slice(), bytes].concat()),
        of(
            "unsigned-document-behind",
            "document.not-reproduced",
            Draft::anew(&scene.rendered).alter(page(&scene.rendered, 0).0, &[("Rotate", "90")]).behind(bytes),
        )
        .denied(Denied::Painted),
        of("header-of-another-version", "signature.digest", over(bytes, 5..8, "2.0")),
    ]
}

/// Each of them is to be answered at once; that is for the eyes of who runs the test.
fn bombs(scene: &Scene) -> Vec<Attack> {
    let of = |name, code, bytes| Attack::new(Class::Bomb, name, code, bytes);
    let bytes = &scene.half;
    let (root, dictionary) = catalog(bytes);
    let update = || Draft::update(bytes);
    let in_catalog =
        |value: &str| update().set(root, doubled(&dictionary, &format!("/Bom {value}"))).finish();
    let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep = format!("{}{}", "<</A".repeat(100_000), ">>".repeat(100_000));
    let keys = (0..20_000).map(|i| format!("/K{i} 0")).collect::<String>();
    let tree = target(&dictionary, "Pages");
    let form = |value: &str| update().alter(root, &[("AcroForm", value)]).finish();
    let signed = field(bytes, FIRST);
    let loop_of = |value: &dyn Fn(pk_trust::pdf::Ref) -> String| {
        let draft = update();
        let new = draft.vacant();
        draft.add(value(new)).alter(root, &[("AcroForm", &new.to_string())]).finish()
    };
    let counts = |count: &str| {
        update().alter(root, &[]).finish_with(|tail| tail.replacen(" 1\n", &format!(" {count}\n"), 1))
    };
    let mut updates = bytes.clone();
    let mut prev = File::parse(bytes).unwrap().revisions().last().unwrap().xref;
    for _ in 0..100_000 {
        let xref = updates.len();
        let trailer = format!("xref\ntrailer\n<</Size 999/Root {root}/Prev {prev}>>\n{}", end(xref));
        updates.extend_from_slice(trailer.as_bytes());
        prev = xref;
    }
    let mut hundred = scene.issued.clone();
    for _ in 0..100 {
        let field = pades::fields(File::parse(&hundred).unwrap().latest()).unwrap().remove(0);
        hundred = Draft::update(&hundred).set(field.reference, text(&field.dictionary)).finish();
    }
    let (_, signature) = signature(bytes, FIRST);
    let range = signature.span("ByteRange").unwrap();
    let inflated = miniz_oxide::deflate::compress_to_vec_zlib(&vec![b' '; 64 << 20], 6);
    let flate = stream("/Type/EmbeddedFile/Filter/FlateDecode", &inflated);
    let attached = |name: &str, object: &[u8]| {
        Draft::anew(&scene.rendered).set(super::attachment::file_of(&scene.rendered, name), object).finish()
    };
    let data = super::attachment::file_of(&scene.rendered, pk_trust::verify::DATA_NAME);
    vec![
        of("arrays-nested", MALFORMED, in_catalog(&nested)),
        of("dictionaries-nested", MALFORMED, in_catalog(&deep)),
        of("arrays-never-closed", MALFORMED, in_catalog(&"[".repeat(1 << 20))),
        of("string-never-closed", MALFORMED, in_catalog(&"(".repeat(1 << 20))),
        of(
            "arrays-nested-in-the-trailer",
            MALFORMED,
            update()
                .alter(root, &[])
                .finish_with(|tail| tail.replacen("/Size", &format!("/Bom {nested}/Size"), 1)),
        ),
        of("array-of-millions", MALFORMED, in_catalog(&format!("[{}]", "0 ".repeat(1_000_001)))),
        of("dictionary-of-thousands", MALFORMED, in_catalog(&format!("<<{keys}>>"))),
        of("spaces-by-the-million", FORBIDDEN, in_catalog(&format!("[{}]", " ".repeat(8 << 20)))),
        of("number-of-a-million-digits", MALFORMED, in_catalog(&"9".repeat(1 << 20))),
        of("table-of-billions", MALFORMED, counts("9999999999")),
        of("table-of-millions", MALFORMED, counts("8000000")),
        of(
            "page-tree-in-a-circle",
            FORBIDDEN,
            update().alter(tree, &[("Kids", &format!("[{tree}]"))]).finish(),
        ),
        of("field-in-a-circle", MALFORMED, {
            let own = format!("[{}]", signed.reference);
            update()
                .alter(signed.reference, &[("Kids", &own), ("Parent", &signed.reference.to_string())])
                .finish()
        }),
        of("fields-by-the-thousand", MALFORMED, {
            form(&format!("<</Fields[{}]/SigFlags 3>>", format!("{} ", signed.reference).repeat(100_000)))
        }),
        of("reference-to-itself", MALFORMED, loop_of(&|new| new.to_string())),
        of(
            "byte-range-of-many-digits",
            FORBIDDEN,
            over(bytes, range.start..range.start + 36, "[0 99999999999999999999999999 9 9]"),
        ),
        of(
            "byte-range-of-large-numbers",
            "signature.partial",
            over(bytes, range.start..range.start + 36, "[0 9223372036854775807 9 9]"),
        ),
        of("data-inflated", MALFORMED, attached(pk_trust::verify::DATA_NAME, &flate)),
        of("claim-inflated", MALFORMED, attached(pk_trust::verify::CLAIM_NAME, &flate)),
        of("stream-as-long-as-itself", MALFORMED, {
            let object = format!("<</Type/EmbeddedFile/Length {data}>>\nstream\n{{}}\nendstream");
            attached(pk_trust::verify::DATA_NAME, object.as_bytes())
        }),
        of("a-hundred-updates", FORBIDDEN, hundred),
        of("a-hundred-thousand-updates", MALFORMED, updates),
    ]
}
