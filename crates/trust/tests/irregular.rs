//! What other programs' files have otherwise, and what would hide behind it.

use std::path::PathBuf;

use pk_trust::Time;
use pk_trust::pdf::{ByteRange, Error, File, Irregularity, Object, Ref, Work};
use pk_trust::pki::Anchors;
use pk_trust::verify::{self, Evidence, Overall, Profile, Verdict};

use crate::trusting;

/// How a file of one revision is written.
#[derive(Clone, Copy)]
struct Shape {
    third_header: &'static str,
    stream_end: &'static str,
    before_xref: &'static str,
    after_xref: &'static str,
    subsection: &'static str,
    first_entry_end: &'static str,
    more_trailer: &'static str,
    startxref: &'static str,
    /// How many bytes before `xref` the number leads.
    back: usize,
    after_number: &'static str,
    end: &'static str,
}

const PLAIN: Shape = Shape {
    third_header: "3 0 obj\n",
    stream_end: "\n",
    before_xref: "\n",
    after_xref: "\n",
    subsection: "0 5\n",
    first_entry_end: " \n",
    more_trailer: "",
    startxref: "startxref\n",
    back: 0,
    after_number: "\n",
    end: "%%EOF\n",
};

/// A file being written: every place in it is known before it is named.
#[derive(Clone)]
struct Draft {
    bytes: Vec<u8>,
    /// Where the objects 1 to 4 stand.
    places: [usize; 4],
    /// Where the last table stands.
    xref: usize,
}

impl Draft {
    fn new(shape: Shape) -> Self {
        let Shape { third_header, stream_end, before_xref, after_xref, subsection, .. } = shape;
        let mut draft = Self { bytes: b"%PDF-1.7\n".to_vec(), places: [0; 4], xref: 0 };
        draft.places = [
            draft.put("1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"),
            draft.put("2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n"),
            draft.put(format!("{third_header}<</Type/Page/Parent 2 0 R/Contents 4 0 R>>\nendobj\n")),
            draft.put(format!("4 0 obj\n<</Length 3>>\nstream\nq Q{stream_end}endstream\nendobj")),
        ];
        draft.put(before_xref);
        let rows: String = draft.places.iter().map(|place| format!("{place:010} 00000 n \n")).collect();
        let first = shape.first_entry_end;
        draft.xref = draft.put(format!("xref{after_xref}{subsection}0000000000 65535 f{first}{rows}"));
        let Shape { more_trailer, startxref, after_number, end, back, .. } = shape;
        let named = draft.xref - back;
        draft.put(format!(
            "trailer\n<</Size 5/Root 1 0 R{more_trailer}>>\n{startxref}{named}{after_number}{end}"
        ));
        draft
    }

    /// Appends, and gives the place at which it stands.
    fn put(&mut self, text: impl AsRef<[u8]>) -> usize {
        let at = self.bytes.len();
        self.bytes.extend_from_slice(text.as_ref());
        at
    }

    /// Ends an update: its table with these subsections, and its trailer.
    fn end(mut self, rows: &str, size: u32, more_trailer: &str) -> Self {
        let previous = self.xref;
        self.xref = self
            .put(format!("xref\n{rows}trailer\n<</Size {size}/Root 1 0 R/Prev {previous}{more_trailer}>>\n"));
        let xref = self.xref;
        self.put(format!("startxref\n{xref}\n%%EOF\n"));
        self
    }
}

/// `number 1` and its entry.
fn row(number: u32, place: usize) -> String {
    format!("{number} 1\n{place:010} 00000 n \n")
}

const OTHER_PAGE: &str = "3 0 obj\n<</Type/Page/Parent 2 0 R/Rotate 180>>\nendobj\n";

/// A cross-reference stream, number 5, with one row for each of these objects: type, place, third field.
fn table_stream(rows: &[(u32, u8, usize, u8)]) -> Vec<u8> {
    let index: String = rows.iter().map(|(number, ..)| format!("{number} 1 ")).collect();
    let mut out =
        format!("5 0 obj\n<</Type/XRef/Size 9/W[1 2 1]/Index[{index}]/Length {}>>\nstream\n", rows.len() * 4)
            .into_bytes();
    for &(_, kind, place, third) in rows {
        let [high, low] = u16::try_from(place).unwrap().to_be_bytes();
        out.extend([kind, high, low, third]);
    }
    out.extend_from_slice(b"\nendstream\nendobj\n");
    out
}

/// An update with an empty table and these rows in the stream beside it; object 3 is written anew before it.
fn hybrid_update(in_table: bool, rows: impl Fn(&Draft, usize) -> Vec<(u32, u8, usize, u8)>) -> Vec<u8> {
    let mut draft = Draft::new(PLAIN);
    let page = draft.put(OTHER_PAGE);
    let rows = rows(&draft, page);
    let stream = draft.put(table_stream(&rows));
    let listed = if in_table { row(3, page) } else { "0 1\n0000000000 65535 f \n".to_owned() };
    draft.end(&listed, 9, &format!("/XRefStm {stream}")).bytes
}

/// The form in which office programs write: the table of the first part hides object 4, which the stream
/// beside the empty table of the second has.
fn office(rows: impl Fn(&Draft) -> Vec<(u32, u8, usize, u8)>, between: &str) -> Vec<u8> {
    let mut draft = Draft::new(Shape { subsection: "0 5\n", ..PLAIN });
    let visible = format!("{:010} 00000 n \ntrailer", draft.places[3]);
    let at = draft.bytes.windows(visible.len()).position(|part| part == visible.as_bytes()).unwrap();
    draft.bytes[at..at + 18].copy_from_slice(b"0000000000 65535 f");
    draft.put(between);
    let rows = rows(&draft);
    let stream = draft.put(table_stream(&rows));
    draft.end("0 0\n", 9, &format!("/XRefStm {stream}")).bytes
}

/// An update with something before its object, whose entry leads so many bytes before it.
fn early_entry(before: &str, back: usize) -> Vec<u8> {
    let mut draft = Draft::new(PLAIN);
    draft.put(before);
    let page = draft.put(OTHER_PAGE);
    draft.end(&row(3, page - back), 5, "").bytes
}

/// Reads everything there is, and gives what was tolerated.
fn tolerated(bytes: &[u8]) -> Result<Vec<Irregularity>, Error> {
    let file = File::parse_foreign(bytes)?;
    for revision in 0..file.revisions().len() {
        for reference in file.revisions()[revision].objects() {
            file.at(revision).body(reference)?;
        }
    }
    file.latest().pages()?;
    Ok(file.irregularities().into_keys().collect())
}

/// Whether the reader of pk's own documents gets through all of it.
fn is_strict(bytes: &[u8]) -> bool {
    let read = || -> Result<(), Error> {
        let file = File::parse(bytes)?;
        for revision in 0..file.revisions().len() {
            for reference in file.revisions()[revision].objects() {
                file.at(revision).body(reference)?;
            }
        }
        file.latest().pages().map(|_| ())
    };
    read().is_ok()
}

#[test]
fn forms_with_one_reading_are_read_and_named() {
    use Irregularity::{
        AfterEnd, EntryEnd, Hybrid, ObjectHeader, ObjectPlace, PrevZero, Repeated, SectionPlace, SizeBeyond,
        Spacing, StreamEnd,
    };
    let of = |shape| Draft::new(shape).bytes;
    let repeated = {
        let mut draft = Draft::new(PLAIN);
        let [a, b, _, d] = draft.places;
        let c = draft.put(OTHER_PAGE);
        let entries: String = [a, b, c, d].iter().map(|place| format!("{place:010} 00000 n \n")).collect();
        draft.end(&format!("0 5\n0000000000 65535 f \n{entries}"), 5, "").bytes
    };
    let early = {
        let mut draft = Draft::new(Shape { before_xref: "\r\n", ..PLAIN });
        draft.xref -= 2;
        draft.end("0 0\n", 5, "").bytes
    };
    let cases: Vec<(&str, Vec<u8>, Vec<Irregularity>)> = vec![
        ("nothing", of(PLAIN), vec![]),
        ("startxref one byte early", of(Shape { back: 1, ..PLAIN }), vec![SectionPlace]),
        (
            "white space before xref",
            of(Shape { before_xref: "\n \t\r\n\0\u{c}", back: 6, ..PLAIN }),
            vec![SectionPlace],
        ),
        ("/Prev two bytes early", early, vec![SectionPlace]),
        ("a carriage return after xref", of(Shape { after_xref: "\r", ..PLAIN }), vec![Spacing]),
        ("spaces after xref", of(Shape { after_xref: "  \r\n", ..PLAIN }), vec![Spacing]),
        ("an empty line after xref", of(Shape { after_xref: "\n\n", ..PLAIN }), vec![Spacing]),
        ("two spaces in a subsection's header", of(Shape { subsection: "0  5\n", ..PLAIN }), vec![Spacing]),
        ("spaces after a subsection's header", of(Shape { subsection: "0 5  \n", ..PLAIN }), vec![Spacing]),
        ("a line end before a space", of(Shape { first_entry_end: "\n ", ..PLAIN }), vec![EntryEnd]),
        ("two line ends of one byte", of(Shape { first_entry_end: "\n\n", ..PLAIN }), vec![EntryEnd]),
        ("a space and a carriage return", of(Shape { first_entry_end: " \r", ..PLAIN }), vec![]),
        ("startxref on one line", of(Shape { startxref: "startxref ", ..PLAIN }), vec![Spacing]),
        ("a carriage return after startxref", of(Shape { startxref: "startxref\r", ..PLAIN }), vec![]),
        ("spaces after the number", of(Shape { after_number: "  \r\n", ..PLAIN }), vec![Spacing]),
        ("an empty line before the end", of(Shape { after_number: "\n\n", ..PLAIN }), vec![Spacing]),
        ("two line ends at the end", of(Shape { end: "%%EOF\n\n", ..PLAIN }), vec![AfterEnd]),
        ("zeros at the end", of(Shape { end: "%%EOF\r\n\0\0\0 ", ..PLAIN }), vec![AfterEnd]),
        ("nothing at the end", of(Shape { end: "%%EOF", ..PLAIN }), vec![]),
        (
            "two spaces in an object's header",
            of(Shape { third_header: "3  0 obj\n", ..PLAIN }),
            vec![ObjectHeader],
        ),
        (
            "lines in an object's header",
            of(Shape { third_header: "3\r\n0\nobj", ..PLAIN }),
            vec![ObjectHeader],
        ),
        ("an entry that leads to white space", early_entry(" \r\n", 3), vec![ObjectPlace]),
        ("one that leads into what follows %%EOF", early_entry("", 1), vec![ObjectPlace]),
        ("a carriage return before endstream", of(Shape { stream_end: "\r", ..PLAIN }), vec![StreamEnd]),
        ("two line ends before endstream", of(Shape { stream_end: "\r\n\r\n", ..PLAIN }), vec![StreamEnd]),
        ("no line end before endstream", of(Shape { stream_end: "", ..PLAIN }), vec![]),
        ("/Prev 0", of(Shape { more_trailer: "/Prev 0", ..PLAIN }), vec![PrevZero]),
        ("a table that repeats everything", repeated, vec![Repeated]),
        ("numbers that are not used", Draft::new(PLAIN).end("0 0\n", 9, "").bytes, vec![SizeBeyond]),
        ("a hybrid update", hybrid_update(false, |_, page| vec![(3, 1, page, 0)]), vec![Hybrid]),
        (
            "a hybrid update that says it twice",
            hybrid_update(true, |_, page| vec![(3, 1, page, 0)]),
            vec![Hybrid],
        ),
        ("a hybrid file of an office program", office(|d| vec![(4, 1, d.places[3], 0)], ""), vec![Hybrid]),
        (
            "one that repeats its table",
            office(|d| (1..).zip(d.places).map(|(n, place)| (n, 1, place, 0)).collect(), "\r\n"),
            vec![Hybrid],
        ),
    ];
    for (what, bytes, expected) in cases {
        let found = tolerated(&bytes);
        let sized: Vec<_> =
            found.clone().unwrap_or_default().into_iter().filter(|i| *i != SizeBeyond).collect();
        assert!(found == Ok(expected.clone()) || sized == expected, "{what}: {found:?}");
        // An update of pk's own documents is compared byte by byte, whatever size it names.
        let strict = expected.is_empty() || expected == [SizeBeyond];
        assert_eq!(is_strict(&bytes), strict, "{what}, in pk's own documents");
    }
}

#[test]
fn what_the_stream_beside_a_table_has_is_read() {
    let update = hybrid_update(false, |_, page| vec![(3, 1, page, 0)]);
    let file = File::parse_foreign(&update).unwrap();
    let rotated = |revision: usize| {
        let page = file.at(revision).body(Ref::new(3)).unwrap().value;
        page.as_dictionary().unwrap().get("Rotate").cloned()
    };
    assert_eq!((rotated(0), rotated(1)), (None, Some(Object::Integer(180))));
    assert!(file.revisions()[1].numbers().any(|number| number == 3), "a change like any other");

    let office = office(|d| vec![(4, 1, d.places[3], 0)], "");
    let file = File::parse_foreign(&office).unwrap();
    assert_eq!(file.revisions().len(), 1, "both parts are one revision");
    assert_eq!(file.revisions()[0].span, 0..office.len());
    let hidden = file.latest().body(Ref::new(4)).unwrap();
    assert_eq!(file.latest().encoded(&hidden), Some(b"q Q".as_slice()));
}

#[test]
fn nothing_hides_behind_what_is_tolerated() {
    let of = |shape| Draft::new(shape).bytes;
    let reverted = {
        // The second update says that the page is the first one again: bytes of another time, with a new meaning.
        let mut draft = Draft::new(PLAIN);
        let first = draft.places[2];
        let page = draft.put(OTHER_PAGE);
        draft.end(&row(3, page), 5, "").end(&row(3, first), 5, "").bytes
    };
    let two_tables = {
        // Who looks for the word finds the first, who counts bytes the second.
        let mut draft = Draft::new(PLAIN);
        let page = draft.put(OTHER_PAGE);
        let decoy = draft.put(format!("xref\n{}", row(3, page)));
        let update = draft.end("0 0\n", 5, "");
        let (at, number) = (update.xref, format!("startxref\n{}", update.xref));
        assert!(decoy < at);
        String::from_utf8(update.bytes).unwrap().replace(&number, &format!("startxref\n{decoy}")).into_bytes()
    };
    let skipped = {
        let mut draft = Draft::new(PLAIN);
        draft.xref = 0;
        let page = draft.put(OTHER_PAGE);
        draft.end(&row(3, page), 5, "").bytes
    };
    let beside = |place: &str| {
        Draft::new(PLAIN).end("0 1\n0000000000 65535 f \n", 5, &format!("/XRefStm {place}")).bytes
    };
    let old_stream = {
        let mut draft = Draft::new(PLAIN);
        let page = draft.put(OTHER_PAGE);
        let stream = draft.put(table_stream(&[(3, 1, page, 0)]));
        let more = format!("/XRefStm {stream}");
        draft.end("0 1\n0000000000 65535 f \n", 9, &more).end("0 1\n0000000000 65535 f \n", 9, &more).bytes
    };
    let other_way = |previous: &str| {
        let mut draft = Draft::new(PLAIN);
        let page = draft.put(OTHER_PAGE);
        let text = table_stream(&[(3, 1, page, 0)]);
        let at = text.windows(10).position(|part| part == b"/Type/XRef").unwrap();
        let stream = draft.put([&text[..at], previous.as_bytes(), &text[at..]].concat());
        draft.end("0 1\n0000000000 65535 f \n", 9, &format!("/XRefStm {stream}")).bytes
    };
    let same_way = format!("/Prev {}", Draft::new(PLAIN).xref);
    assert!(tolerated(&other_way(&same_way)).is_ok());
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("a stream that leads to another section", other_way("/Prev 15")),
        ("a comment before xref", of(Shape { before_xref: "\n% xref\n", back: 7, ..PLAIN })),
        ("a word before xref", of(Shape { before_xref: "\nx ", back: 2, ..PLAIN })),
        ("another table before xref", of(Shape { before_xref: "\nxref\n", back: 5, ..PLAIN })),
        ("a table and another one behind it", two_tables),
        ("a comment after xref", of(Shape { after_xref: " %\n", ..PLAIN })),
        ("a comment in a subsection's header", of(Shape { subsection: "0 %\n5\n", ..PLAIN })),
        ("an entry of 19 bytes", of(Shape { first_entry_end: "\n", ..PLAIN })),
        ("an entry of 21 bytes", of(Shape { first_entry_end: " \r\n", ..PLAIN })),
        ("a comment as the end of an entry", of(Shape { first_entry_end: "%\n", ..PLAIN })),
        ("two numbers after startxref", of(Shape { after_number: " 15\n", ..PLAIN })),
        ("a comment after the number", of(Shape { after_number: " %\n", ..PLAIN })),
        ("the end on the line of the number", of(Shape { after_number: " ", ..PLAIN })),
        ("a word after the end", of(Shape { end: "%%EOF\n\n0", ..PLAIN })),
        ("a comment after the end", of(Shape { end: "%%EOF\n%\n", ..PLAIN })),
        ("a comment in an object's header", of(Shape { third_header: "3%\n0 obj\n", ..PLAIN })),
        ("another number in an object's header", of(Shape { third_header: "4  0 obj\n", ..PLAIN })),
        ("no space in an object's header", of(Shape { third_header: "3 0obj\n", ..PLAIN })),
        ("data that is longer than it says", of(Shape { stream_end: "Q\n", ..PLAIN })),
        ("an entry that leads to a comment", early_entry("%\n", 2)),
        ("one that leads far away", early_entry("                    ", 17)),
        ("one that leads to the object before", early_entry("5 0 obj\n()\nendobj\n", 18)),
        ("one that leads into %%EOF", early_entry("", 2)),
        ("a space after the data", of(Shape { stream_end: " \n", ..PLAIN })),
        ("three line ends after the data", of(Shape { stream_end: "\r\n\r\n\n", ..PLAIN })),
        ("a comment after the data", of(Shape { stream_end: "\n%\n", ..PLAIN })),
        ("/Prev 0 in an update", skipped),
        ("a page that an update takes back", reverted),
        ("a huge /Size", Draft::new(PLAIN).end("0 0\n", 2_147_483_647, "").bytes),
        ("a /Size a thousand beyond", Draft::new(PLAIN).end("0 0\n", 1006, "").bytes),
        ("a huge /Size at first", {
            let text = String::from_utf8(of(PLAIN)).unwrap().replace("/Size 5", "/Size 2147483647");
            text.into_bytes()
        }),
        ("a stream that shows another page", hybrid_update(true, |d, _| vec![(3, 1, d.places[2], 0)])),
        ("one that shows it as free", hybrid_update(true, |_, _| vec![(3, 0, 0, 0)])),
        ("one that leads into what was before", hybrid_update(false, |d, _| vec![(3, 1, d.places[3], 0)])),
        ("an object stream of what was before", hybrid_update(false, |_, _| vec![(3, 2, 4, 0)])),
        ("a stream of another revision", old_stream),
        ("no stream there", beside("15")),
        ("a stream behind the table", beside("999999")),
        ("a negative place", beside("-1")),
        ("office: the stream shows another page", office(|d| vec![(3, 1, d.places[3], 0)], "")),
        ("office: the stream hides a page", office(|_| vec![(3, 0, 0, 0)], "")),
        (
            "office: bytes between the two parts",
            office(|d| vec![(4, 1, d.places[3], 0)], "9 0 obj\n()\nendobj\n"),
        ),
        ("office: a comment between them", office(|d| vec![(4, 1, d.places[3], 0)], "%\n")),
    ];
    for (what, bytes) in cases {
        assert!(tolerated(&bytes).is_err(), "{what}");
        assert!(!is_strict(&bytes) || what.contains("/Size"), "{what}, in pk's own documents");
    }
}

/// Every change of a byte gives an answer, and soon.
#[test]
fn damaged_files_never_panic() {
    let files = [
        Draft::new(Shape { third_header: "3  0 obj\n", stream_end: "\r", back: 1, ..PLAIN }).bytes,
        hybrid_update(true, |_, page| vec![(3, 1, page, 0)]),
        office(|d| vec![(4, 1, d.places[3], 0)], ""),
    ];
    for bytes in files {
        for at in 0..bytes.len() {
            for value in [0, b' ', b'\r', b'/', b'<', b'9', 255] {
                let mut changed = bytes.clone();
                changed[at] = value;
                let _ = tolerated(&changed);
                if let Ok(file) = File::parse_foreign(&changed) {
                    for revision in 0..=file.revisions().len() {
                        let _ = file.unlisted(revision);
                    }
                }
            }
        }
    }
}

fn read(name: &str) -> Vec<u8> {
    std::fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/foreign").join(name)).unwrap()
}

fn judge(bytes: &[u8]) -> Verdict {
    let anchors = Anchors { roots: Vec::new(), ..Anchors::default() };
    verify::document(bytes, &trusting(&anchors), &Evidence::default(), Time::parse("2027-06-01").unwrap())
}

fn codes(verdict: &Verdict) -> Vec<&'static str> {
    verdict.all_findings().map(|finding| finding.code.as_str()).collect()
}

/// A signed file with an update after it: what it writes before its table, and what that lists.
fn updated(write: impl Fn(&mut Draft) -> String) -> Vec<u8> {
    let bytes = read("pades-p-256-sha-256.pdf");
    let (xref, size, root) = {
        let file = File::parse(&bytes).unwrap();
        let trailer = file.latest().trailer().clone();
        let size = trailer.get("Size").and_then(Object::as_integer).unwrap();
        (
            file.latest().xref(),
            u32::try_from(size).unwrap(),
            trailer.get("Root").unwrap().as_reference().unwrap(),
        )
    };
    let mut draft = Draft { bytes, places: [0; 4], xref };
    let rows = write(&mut draft);
    let bytes = draft.end(&rows, size + 99, "").bytes;
    let root = format!("/Root {root}/Prev");
    let at = bytes.windows(15).rposition(|part| part == b"/Root 1 0 R/Pre").unwrap();
    [&bytes[..at], root.as_bytes(), &bytes[at + 16..]].concat()
}

/// Writes an update, and gives the rows of its table.
type Write = fn(&mut Draft) -> String;

#[test]
fn every_byte_of_an_update_is_accounted_for() {
    let honest: [(&str, Write); 5] = [
        ("nothing but a table", |_| "0 1\n0000000000 65535 f \n".to_owned()),
        ("white space", |draft| {
            draft.put("\r\n\0\t\u{c}  \n");
            "0 0\n".to_owned()
        }),
        ("a comment of four bytes", |draft| {
            draft.put(b"%\xE2\xE3\xCF\xD3\n");
            "0 0\n".to_owned()
        }),
        ("an object that was never there, freed", |_| "91 1\n0000000000 00001 f \n".to_owned()),
        ("a comment that names a program", |draft| {
            draft.put("% written by Contoh 1.0\r");
            "0 0\n".to_owned()
        }),
    ];
    for (what, write) in honest {
        let verdict = judge(&updated(write));
        assert!(!codes(&verdict).contains(&"changes.unlisted"), "{what}");
        assert!(!codes(&verdict).contains(&"document.malformed"), "{what}");
    }
    let hostile: [(&str, Write); 8] = [
        ("another page", |draft| {
            draft.put("3 0 obj\n<</Type/Page>>\nendobj\n");
            "0 0\n".to_owned()
        }),
        ("another page in a comment", |draft| {
            draft.put("%3 0 obj<</Type/Page>>endobj\n");
            "0 0\n".to_owned()
        }),
        ("a comment that ends for some readers only", |draft| {
            draft.put("% nothing\r3 0 obj <</Type/Page>> endobj\n");
            "0 0\n".to_owned()
        }),
        ("another table in a comment", |draft| {
            draft.put("% xref\n");
            "0 0\n".to_owned()
        }),
        ("an end in a comment", |draft| {
            draft.put("%%EOF\n");
            "0 0\n".to_owned()
        }),
        ("a word", |draft| {
            draft.put("q\n");
            "0 0\n".to_owned()
        }),
        ("an older writing of a listed object", |draft| {
            draft.put("91 0 obj\n<</Nothing false>>\nendobj\n");
            let at = draft.put("91 0 obj\n<</Nothing true>>\nendobj\n");
            row(91, at)
        }),
        ("an object in the data of another", |draft| {
            let data = "91 0 obj\n<<>>\nendobj";
            let outer = draft.put(format!("92 0 obj\n<</Length {}>>\nstream\n", data.len()));
            let inner = draft.put(data);
            draft.put("\nendstream\nendobj\n");
            format!("{}{}", row(91, inner), row(92, outer))
        }),
    ];
    for (what, write) in hostile {
        let verdict = judge(&updated(write));
        assert!(codes(&verdict).contains(&"changes.unlisted"), "{what}: {:?}", codes(&verdict));
        assert_eq!(verdict.overall, Overall::Failed, "{what}");
        assert_eq!(verdict.signatures[0].changes_after, verify::ChangesAfter::Forbidden, "{what}");
    }
}

#[test]
fn object_streams_list_all_that_is_in_them() {
    let stream = |draft: &mut Draft, rows: &dyn Fn(usize) -> Vec<(u32, u8, usize, u8)>| {
        let at = draft.put(
            "6 0 obj\n<</Type/ObjStm/N 2/First 8/Length 16>>\nstream\n7 0 8 4 (a) (b) \nendstream\nendobj\n",
        );
        let table = draft.bytes.len();
        let mut rows = rows(at);
        rows.push((5, 1, table, 0));
        let previous = draft.xref;
        let text = table_stream(&rows);
        let head = format!("/Root 1 0 R/Prev {previous}/Type/XRef");
        let at = text.windows(10).position(|part| part == b"/Type/XRef").unwrap();
        draft.put([&text[..at], head.as_bytes(), &text[at + 10..]].concat());
        draft.put(format!("startxref\n{table}\n%%EOF\n"));
    };
    let unlisted = |rows: &dyn Fn(usize) -> Vec<(u32, u8, usize, u8)>| {
        let mut draft = Draft::new(PLAIN);
        stream(&mut draft, rows);
        File::parse_foreign(&draft.bytes).unwrap().unlisted(1).map(|found| found.len())
    };
    let both = |at| vec![(6, 1, at, 0), (7, 2, 6, 0), (8, 2, 6, 1)];
    assert_eq!(unlisted(&both), Ok(0));
    assert_eq!(unlisted(&|at| vec![(6, 1, at, 0), (7, 2, 6, 0)]), Ok(1), "the second is not listed");
    assert_eq!(unlisted(&|at| vec![(6, 1, at, 0)]), Ok(1), "none is listed");
    // The bytes that belong to nothing, and the head of an object among them.
    assert_eq!(unlisted(&|_| vec![]), Ok(2), "nor the stream itself");
    assert_eq!(unlisted(&|at| vec![(6, 1, at, 0), (7, 2, 6, 1), (8, 2, 6, 0)]), Ok(1), "exchanged");
}

#[test]
fn a_file_that_cannot_be_read_is_no_document_of_pk() {
    let broken = |producer: &str, more: &str| {
        let text = String::from_utf8(Draft::new(Shape { first_entry_end: "\n", ..PLAIN }).bytes).unwrap();
        text.replace("%PDF-1.7\n", &format!("%PDF-1.7\n<</Producer ({producer})>>\n{more}")).into_bytes()
    };
    let verdict = judge(&broken("Contoh 1.0", ""));
    assert_eq!((verdict.profile, verdict.overall), (Profile::Foreign, Overall::Failed));
    assert_eq!(verdict.lines.integrity.code.as_str(), "document.malformed-by");
    assert_eq!(verdict.lines.integrity.detail.texts()["producer"], "Contoh 1.0");
    let verdict = judge(&broken("", ""));
    assert_eq!(
        (verdict.profile, verdict.lines.integrity.code.as_str()),
        (Profile::Foreign, "document.malformed")
    );
    // One of pk's own does not become another program's by being damaged.
    let verdict = judge(&broken("Contoh 1.0", "(pk-data.json)"));
    assert_eq!(
        (verdict.profile, verdict.lines.integrity.code.as_str()),
        (Profile::Own, "document.malformed")
    );
}

#[test]
fn numbers_are_compared_by_their_value() {
    let value = |text: &str| {
        let mut draft = Draft::new(PLAIN);
        let at = draft.put(format!("6 0 obj\n{text}\nendobj\n"));
        let bytes = draft.end(&row(6, at), 7, "").bytes;
        File::parse(&bytes).unwrap().latest().body(Ref::new(6)).unwrap().value
    };
    let same = [
        ("[+1 -0 007]", "[1 0 7]"),
        ("[1. .50 -.5]", "[1.0 0.5 -0.50]"),
        ("[-0.0 00.0]", "[0.0 0.0]"),
        ("<</A 1.50>>", "<</A 1.5>>"),
        ("<</A(ab)>>", "<</A<6162>>>"),
        ("(a\\142)", "<61 62>"),
        ("/Na#6de", "/Name"),
        ("<</A 1/#42[2.0]>>", "<</B[2.]/A 1>>"),
    ];
    for (one, other) in same {
        assert!(
            value(one).is_equivalent(&value(other)) && value(other).is_equivalent(&value(one)),
            "{one} {other}"
        );
    }
    let other = [
        ("[612.0]", "[612.01]"),
        // Where an integer is due, some readers take a real for none: another digit, another colour.
        ("[49.0/nine]", "[49/nine]"),
        ("[/Indexed/DeviceRGB 1.0 (a)]", "[/Indexed/DeviceRGB 1 (a)]"),
        ("[612.0]", "[612]"),
        ("[1]", "[-1]"),
        ("[0.1]", "[0.10000000000000000001]"),
        ("[10]", "[1]"),
        ("[.5]", "[5]"),
        ("<</Rotate 90>>", "<</Rotate 90.0>>"),
        ("[1]", "[(1)]"),
        ("[1 2]", "[1 2 3]"),
        ("(ab)", "/ab"),
    ];
    for (one, other) in other {
        assert!(
            !value(one).is_equivalent(&value(other)) && !value(other).is_equivalent(&value(one)),
            "{one} {other}"
        );
    }
    for (one, other) in [("[0 0 595.0 842]", "[0 0 595 842.00]"), ("[+1 -0 007 1]", "[1 0.0 7 1.]")] {
        assert!(value(one).is_same_box(&value(other)), "{one} {other}");
    }
    for (one, other) in
        [("[0 0 595.0 842]", "[0 0 595 843]"), ("[1 2 3]", "[1 2 3]"), ("[1 2 3 (4)]", "[1 2 3 4]")]
    {
        assert!(!value(one).is_same_box(&value(other)), "{one} {other}");
    }
}

/// What readers take for something else: a name that ends before its end, a number longer than their buffer.
#[test]
fn names_and_numbers_have_one_reading() {
    let reads = |text: &str| {
        let mut draft = Draft::new(PLAIN);
        let at = draft.put(format!("6 0 obj\n{text}\nendobj\n"));
        let bytes = draft.end(&row(6, at), 7, "").bytes;
        File::parse_foreign(&bytes).unwrap().latest().body(Ref::new(6)).is_ok()
    };
    for good in ["<</AP#20 1>>", &format!("[0.{}]", "3".repeat(40)), "<</A 0000000004 0 R>>"] {
        assert!(reads(good), "{good}");
    }
    for bad in
        ["<</AP#00 1>>", "/#00", &format!("[595.{}]", "0".repeat(70)), &format!("[{}4 0 R]", "0".repeat(70))]
    {
        assert!(!reads(bad), "{bad}");
    }
}

/// A document of pages in object streams, signed, with small updates after it: what it costs is counted.
#[test]
fn small_updates_of_many_pages_cost_little() {
    let mut draft = Draft { bytes: b"%PDF-1.7\n".to_vec(), places: [0; 4], xref: 0 };
    let pages = 2_000;
    let kids: String = (0..pages).map(|i| format!("{} 0 R ", 10 + i)).collect();
    let mut rows = String::new();
    let mut object = |draft: &mut Draft, number: u32, text: &str| {
        let at = draft.put(format!("{number} 0 obj\n{text}\nendobj\n"));
        rows.push_str(&row(number, at));
    };
    object(&mut draft, 1, "<</Type/Catalog/Pages 2 0 R>>");
    object(&mut draft, 2, &format!("<</Type/Pages/Kids[{kids}]/Count {pages}>>"));
    for i in 0..pages {
        object(&mut draft, 10 + i, "<</Type/Page/Parent 2 0 R>>");
    }
    draft.xref = draft.put(format!("xref\n{rows}trailer\n<</Size 2010/Root 1 0 R>>\n"));
    let xref = draft.xref;
    draft.put(format!("startxref\n{xref}\n%%EOF\n"));
    for i in 0..100 {
        let at = draft.put(format!("{} 0 obj\n{i}\nendobj\n", 3 + i % 5));
        draft = draft.end(&row(3 + i % 5, at), 2010, "");
    }
    let file = File::parse(&draft.bytes).unwrap();
    for revision in 0..file.revisions().len() {
        assert_eq!(file.at(revision).pages().unwrap().len(), 2_000);
    }
    // One walk through them, and a hundred copies of the list: less than a megabyte of the 128.
    assert_eq!(file.spend(Work::Read, 127 * 1024 * 1024), Ok(()));
    assert_eq!(file.spend(Work::Read, 1024 * 1024), Err(Error::Cost { what: "cost.read" }));
}

/// A value takes up to a hundred bytes of memory and two of the file.
#[test]
fn values_are_counted_as_well_as_bytes() {
    let mut draft = Draft::new(PLAIN);
    let at = draft.put(format!("6 0 obj\n[{}]\nendobj\n", "1 ".repeat(200_000)));
    let bytes = draft.end(&row(6, at), 7, "").bytes;
    let rest = |read: bool| {
        let file = File::parse(&bytes).unwrap();
        if read {
            assert_eq!(
                file.latest().body(Ref::new(6)).unwrap().value.as_array().map(<[Object]>::len),
                Some(200_000)
            );
        }
        file.spend(Work::Read, 127 * 1024 * 1024)
    };
    assert_eq!(rest(false), Ok(()));
    assert_eq!(rest(true), Err(Error::Cost { what: "cost.read" }));
    let many = format!("6 0 obj\n[{}]\nendobj\n", "[]".repeat(500_000));
    let mut draft = Draft::new(PLAIN);
    let at = draft.put(many);
    let bytes = draft.end(&row(6, at), 7, "").bytes;
    let error = File::parse(&bytes).unwrap().latest().body(Ref::new(6)).unwrap_err();
    assert!(matches!(error, Error::TooMany { what: "values in one object", .. }));
}

#[test]
fn long_lists_and_streams_are_counted_before_they_are_kept() {
    let listing = |count: usize, data: &[u8]| {
        let mut draft = Draft::new(PLAIN);
        let previous = draft.xref;
        let at = draft.put(format!(
            "5 0 obj\n<</Type/XRef/Size 8388608/W[1 1 1]/Index[100 {count}]/Root 1 0 R/Prev {previous}\
             /Filter/FlateDecode/Length {}>>\nstream\n",
            data.len()
        ));
        draft.put(data);
        draft.put(format!("\nendstream\nendobj\nstartxref\n{at}\n%%EOF\n"));
        draft.bytes
    };
    let zeros = |count: usize| miniz_oxide::deflate::compress_to_vec_zlib(&vec![0; count * 3], 6);
    let many = 1_000_001;
    let error = File::parse_foreign(&listing(many, &zeros(many))).unwrap_err();
    assert_eq!(error, Error::Cost { what: "cost.listed" });
    // Of a stream that inflates without end, nothing beyond the limit of one stream is kept.
    let endless = miniz_oxide::deflate::compress_to_vec_zlib(&vec![0; 40 * 1024 * 1024], 6);
    assert_eq!(File::parse_foreign(&listing(10, &endless)).unwrap_err(), Error::Inflate);
}

/// Signed twice by pyHanko in files that qpdf encrypted; only `password.pdf` has one to open it.
#[test]
fn files_that_are_encrypted_without_a_password_are_read() {
    let read = |name: &str| {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/encrypted");
        std::fs::read(folder.join(name)).unwrap()
    };
    for name in ["rc4-40.pdf", "rc4-128.pdf", "aes-128.pdf", "aes-256.pdf"] {
        let bytes = read(name);
        let verdict = judge(&bytes);
        assert_eq!(
            verdict.lines.integrity.code.as_str(),
            "signature.intact",
            "{name}: {:?}",
            codes(&verdict)
        );
        assert!(codes(&verdict).contains(&"document.without-password"), "{name}");
        assert_eq!(verdict.signatures.len(), 2, "{name}");
        assert_eq!(verdict.signatures[1].field, "Tanda2", "{name}: a text of it");
        let file = File::parse_foreign(&bytes).unwrap();
        let view = file.at(0);
        let information = view.dictionary(view.trailer(), "Info").unwrap().unwrap();
        assert_eq!(information.get("Title"), Some(&Object::String(b"Judul rahasia".to_vec())), "{name}");
        let page = view.body(view.pages().unwrap()[0]).unwrap();
        let content = page.value.as_dictionary().unwrap().get("Contents").unwrap().as_reference().unwrap();
        let content = view.decoded(&view.body(content).unwrap()).unwrap();
        assert_eq!(content, b"q 0 0 10 10 re f Q", "{name}");
        assert_eq!(File::parse(&bytes).err(), Some(Error::Encrypted), "{name}: never one of pk's own");
    }
    let verdict = judge(&read("password.pdf"));
    assert_eq!(verdict.lines.integrity.code.as_str(), "document.encrypted");
    assert_eq!((verdict.profile, verdict.overall), (Profile::Foreign, Overall::Indeterminate));
}

#[test]
fn an_encrypted_file_stays_as_it_was_encrypted() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/encrypted");
    let bytes = std::fs::read(folder.join("rc4-128.pdf")).unwrap();
    let (xref, trailer) = {
        let file = File::parse_foreign(&bytes).unwrap();
        (file.latest().xref(), file.latest().trailer().clone())
    };
    let encryption = trailer.get("Encrypt").unwrap().as_reference().unwrap();
    let update = |with: &str, touched: Option<u32>| {
        let mut draft = Draft { bytes: bytes.clone(), places: [0; 4], xref };
        let rows = match touched {
            Some(number) => {
                let at = draft.put(format!("{number} 0 obj\n<</Filter/Standard/V 1/R 2>>\nendobj\n"));
                row(number, at)
            }
            None => "0 0\n".to_owned(),
        };
        let size = u32::try_from(trailer.get("Size").and_then(Object::as_integer).unwrap()).unwrap();
        let root = trailer.get("Root").unwrap().as_reference().unwrap();
        let bytes = draft.end(&rows, size, with).bytes;
        let wrong = b"/Root 1 0 R/Prev";
        let at = bytes.windows(wrong.len()).rposition(|part| part == wrong).unwrap();
        [&bytes[..at], format!("/Root {root}/Prev").as_bytes(), &bytes[at + wrong.len()..]].concat()
    };
    let kept = format!("/Encrypt {encryption}");
    assert_eq!(judge(&update(&kept, None)).lines.integrity.code.as_str(), "signature.intact");
    assert!(codes(&judge(&update("", None))).contains(&"changes.root"), "no longer encrypted");
    assert!(
        codes(&judge(&update("/Encrypt 1 0 R", None))).contains(&"changes.root"),
        "by another dictionary"
    );
    let again = judge(&update(&kept, Some(encryption.number)));
    assert_ne!(again.lines.integrity.code.as_str(), "signature.intact", "the dictionary itself written anew");
}

/// Whether a signature holds that covers so many bytes after `%%EOF`, where these stand there.
fn covers(after: &str, covered: usize, updated: bool) -> bool {
    let written = |range: [usize; 3]| {
        let [first, second, length] = range;
        let mut draft = Draft { bytes: b"%PDF-1.7\n".to_vec(), places: [0; 4], xref: 0 };
        let object =
            draft.put(format!("1 0 obj\n<</ByteRange[0 {first:04} {second:04} {length:04}]/Contents "));
        let contents = draft.put("<00>");
        draft.put(">>\nendobj\n");
        draft.xref = draft.put(format!("xref\n0 2\n0000000000 65535 f \n{object:010} 00000 n \n"));
        let xref = draft.xref;
        draft.put(format!("trailer\n<</Size 2/Root 1 0 R>>\nstartxref\n{xref}\n%%EOF"));
        let eof = draft.put(after);
        let bytes = if updated { draft.end("0 0\n", 2, "").bytes } else { draft.bytes };
        (bytes, contents, eof)
    };
    let (_, contents, eof) = written([0; 3]);
    let (bytes, ..) = written([contents, contents + 4, (eof + covered).saturating_sub(contents + 4)]);
    let file = File::parse_foreign(&bytes).unwrap();
    let body = file.at(0).body(Ref::new(1)).unwrap();
    let end = file.revisions()[0].span.end;
    ByteRange::parse_foreign(body.value.as_dictionary().unwrap(), &bytes, end).is_ok()
}

#[test]
fn white_space_after_the_end_is_signed_or_belongs_to_an_update() {
    let honest = [
        ("", 0, false),
        ("\n", 1, false),
        ("\n", 0, false),
        ("\r\n", 0, false),
        ("\r\n", 2, false),
        ("\n\n", 2, false),
        ("\r\n\0\0 ", 5, false),
        ("\n", 0, true),
        ("\n\n", 1, true),
        ("\n\n", 2, true),
        ("\r\n \n", 0, true),
        ("\n\n", 1, false),
        ("\n\n", 0, false),
        ("\r\n", 1, false),
        ("\n ", 1, false),
        ("\r\n\r\n", 2, false),
        (" ", 0, false),
        ("\0", 0, false),
    ];
    for (after, covered, updated) in honest {
        assert!(covers(after, covered, updated), "{covered} of {after:?}, {updated}");
    }
    let hostile = [("\n", 2, true), ("\n\n", 3, true)];
    for (after, covered, updated) in hostile {
        assert!(!covers(after, covered, updated), "{covered} of {after:?}, {updated}");
    }
}

/// Objects that begin at many places and fail at one: each failure has read all that lies between.
#[test]
fn failures_are_counted_too() {
    let mut draft = Draft::new(PLAIN);
    let places: Vec<(u32, usize)> =
        (10..400).map(|number| (number, draft.put(format!("{number} 0 obj ( ")))).collect();
    draft.put("x".repeat(500_000));
    let rows: String = places.iter().map(|(number, place)| row(*number, *place)).collect();
    let bytes = draft.end(&rows, 400, "").bytes;
    let file = File::parse(&bytes).unwrap();
    let error = |number: u32| file.latest().body(Ref::new(number)).unwrap_err();
    assert!(matches!(error(10), Error::Syntax { what: "string not closed", .. }));
    let last = (11..400).map(error).last().unwrap();
    assert_eq!(last, Error::Cost { what: "cost.read" });
}

/// An update that says it is the first revision would take what was signed for its own.
#[test]
fn an_update_does_not_become_the_first_revision() {
    let bytes = read("pades-p-256-sha-256.pdf");
    let (rows, root, size) = {
        let file = File::parse(&bytes).unwrap();
        let view = file.latest();
        let places = (0..file.revisions().len())
            .flat_map(|revision| file.revisions()[revision].numbers())
            .filter_map(|number| view.numbered(number).unwrap().map(|(body, _)| (number, body.span.start)))
            .collect::<std::collections::BTreeMap<_, _>>();
        let size = places.keys().next_back().unwrap() + 1;
        let rows: String = places.into_iter().map(|(number, place)| row(number, place)).collect();
        (rows, view.catalog().unwrap().0, size)
    };
    let mut draft = Draft { bytes, places: [0; 4], xref: 0 };
    let xref = draft.put(format!("xref\n{rows}trailer\n<</Size {size}/Root {root}/Prev 0>>\n"));
    draft.put(format!("startxref\n{xref}\n%%EOF\n"));
    assert_eq!(File::parse_foreign(&draft.bytes).unwrap().revisions().len(), 1);
    let verdict = judge(&draft.bytes);
    assert!(codes(&verdict).contains(&"document.tolerated-prev-zero"));
    assert!(codes(&verdict).contains(&"signature.partial"), "{:?}", codes(&verdict));
    assert_eq!(verdict.overall, Overall::Failed);
}
