//! What reading a file costs, as counts: work grows with the file, and not with its square.

use std::io::Write as _;

use miniz_oxide::deflate::compress_to_vec_zlib;
use pk_trust::pades;
use pk_trust::pdf::{Error, File, Work};
use pk_trust::verify::{DATA_NAME, attachment};

/// Objects with their numbers, and a table that fits. Further groups are updates.
fn pdf(groups: &[Vec<(usize, String)>]) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    let mut previous = String::new();
    let size = groups.iter().flatten().map(|(number, _)| number + 1).max().unwrap_or(1);
    for (at, objects) in groups.iter().enumerate() {
        let mut offsets = Vec::new();
        for (number, body) in objects {
            offsets.push((*number, out.len()));
            writeln!(out, "{number} 0 obj").unwrap();
            out.extend(body.chars().map(|byte| u8::try_from(u32::from(byte)).unwrap()));
            out.extend_from_slice(b"\nendobj\n");
        }
        offsets.sort_unstable();
        let table = out.len();
        out.extend_from_slice(b"xref\n");
        if at == 0 {
            out.extend_from_slice(b"0 1\n0000000000 65535 f \n");
        }
        for (number, offset) in offsets {
            write!(out, "{number} 1\n{offset:010} 00000 n \n").unwrap();
        }
        write!(out, "trailer\n<</Size {size}/Root 1 0 R{previous}>>\nstartxref\n{table}\n%%EOF\n").unwrap();
        previous = format!("/Prev {table}");
    }
    out
}

fn references(numbers: impl IntoIterator<Item = usize>) -> String {
    let list: Vec<String> = numbers.into_iter().map(|number| format!("{number} 0 R")).collect();
    format!("[{}]", list.join(" "))
}

fn page(more: &str) -> (usize, String) {
    (3, format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]{more}>>"))
}

/// A document with these further objects, where `catalog` is added to its catalog.
fn document(catalog: &str, more: impl IntoIterator<Item = (usize, String)>) -> Vec<(usize, String)> {
    let pages = (2, "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned());
    let mut objects = vec![(1, format!("<</Type/Catalog/Pages 2 0 R{catalog}>>")), pages, page("")];
    objects.extend(more);
    objects
}

/// The same with so many signature fields, all filled, from object 1,000; `lock` is in each of them.
fn signed(count: usize, lock: &str, more: Vec<(usize, String)>) -> Vec<(usize, String)> {
    let field = |i: usize| (1_000 + 2 * i, format!("<</FT/Sig/T(S{i})/V {} 0 R{lock}>>", 1_001 + 2 * i));
    let value = "<</Type/Sig/Filter/X/SubFilter/ETSI.CAdES.detached/ByteRange[0 1 2 3]/Contents<00>>>";
    let values = (0..count).map(|i| (1_001 + 2 * i, value.to_owned()));
    let form = format!("/AcroForm<</Fields{}/SigFlags 3>>", references((0..count).map(|i| 1_000 + 2 * i)));
    document(&form, (0..count).map(field).chain(values).chain(more))
}

/// A stream. Texts here are Latin-1: a character is a byte.
fn stream(content: &[u8]) -> String {
    let packed = compress_to_vec_zlib(content, 6);
    let text: String = packed.iter().copied().map(char::from).collect();
    format!("<</Filter/FlateDecode/Length {}>>\nstream\n{text}\nendstream", packed.len())
}

/// The work of everything that a verdict reads of a file, or the work that was refused.
fn spent(bytes: &[u8]) -> [u64; Work::ALL.len()] {
    let file = File::parse(bytes).unwrap();
    let read = |file: &File<'_>| -> Result<(), Error> {
        attachment(file.at(0), DATA_NAME)?;
        pades::examine(file)?;
        pades::survey(file)?;
        Ok(())
    };
    match read(&file) {
        // What is wrong with a file besides is no matter here.
        Ok(()) | Err(_) => Work::ALL.map(|work| file.spent(work)),
    }
}

type Shape = (&'static str, fn(usize) -> Vec<u8>);

/// Files of which a part can be repeated.
const SHAPES: [Shape; 9] = [
    ("signatures", |n| pdf(&[signed(n.min(100), "", Vec::new())])),
    ("a list that all signatures share", |n| {
        let names = (9, format!("[{}]", "(name)".repeat(n)));
        pdf(&[signed(20, "/Lock<</Type/SigFieldLock/Action/Include/Fields 9 0 R>>", vec![names])])
    }),
    ("widgets of a field that is added", |n| {
        let widget = |i| (5_000 + i, "<</Parent 6 0 R/Subtype/Widget/Rect[0 0 9 9]/P 3 0 R>>".to_owned());
        let widgets = references((0..n).map(|i| 5_000 + i));
        let form = "/AcroForm<</Fields[1000 0 R 6 0 R]/SigFlags 3>>";
        let mut update = vec![(1, format!("<</Type/Catalog/Pages 2 0 R{form}>>")), page("/Annots 7 0 R")];
        update.extend([(6, "<</FT/Sig/T(X)/Kids 7 0 R>>".to_owned()), (7, widgets)]);
        update.extend((0..n).map(widget));
        pdf(&[signed(1, "", Vec::new()), update])
    }),
    ("fields", |n| {
        let fields = references([1_000].into_iter().chain((0..n).map(|i| 5_000 + i)));
        let mut objects = signed(1, "", (0..n).map(|i| (5_000 + i, format!("<</FT/Tx/T(f{i})>>"))).collect());
        objects[0].1 = format!("<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields{fields}/SigFlags 3>>>>");
        pdf(&[objects, vec![page("")]])
    }),
    ("references to one stream", |n| {
        let dss = format!("/DSS<</Certs{0}/CRLs{0}>>", references(std::iter::repeat_n(9, n)));
        pdf(&[document(&dss, [(9, stream(&[0; 100_000]))])])
    }),
    ("objects of which none is used", |n| {
        let objects = (0..n).map(|i| (5_000 + i, "null".to_owned())).collect();
        pdf(&[signed(1, "", objects), vec![page("")]])
    }),
    ("pages", |n| {
        let kids = (0..n).map(|i| (5_000 + i, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>".to_owned()));
        let mut objects = signed(1, "", kids.collect());
        objects[1].1 = format!("<</Type/Pages/Kids{}/Count {n}>>", references((0..n).map(|i| 5_000 + i)));
        pdf(&[objects, vec![page("")]])
    }),
    ("annotations", |n| {
        let notes = (0..n).map(|i| (5_000 + i, "<</Subtype/Text/Rect[0 0 9 9]>>".to_owned()));
        let mut objects = signed(1, "", notes.collect());
        objects[2] = page(&format!("/Annots{}", references((0..n).map(|i| 5_000 + i))));
        pdf(&[objects, vec![(1_001, "null".to_owned())]])
    }),
    ("a long array", |n| {
        let mut objects = signed(1, "", vec![(9, format!("[{}]", "0 ".repeat(20 * n)))]);
        objects[0].1 = objects[0].1.replace("/Pages 2 0 R", "/Pages 2 0 R/X 9 0 R");
        pdf(&[objects, vec![page("")]])
    }),
];

#[test]
fn twice_as_much_costs_twice_as_much() {
    for (name, shape) in SHAPES {
        let [once, twice] = [shape(400), shape(800)];
        for (work, (once, twice)) in Work::ALL.into_iter().zip(spent(&once).into_iter().zip(spent(&twice))) {
            // Twice the fixed part is in it already; the third is for logarithms.
            assert!(twice <= once * 7 / 3 + 1_000, "{name}, {work:?}: {once}, then {twice}");
        }
    }
}

/// However often a stream is named, it is unpacked once.
#[test]
fn what_is_shared_is_unpacked_once() {
    let (_, shape) = SHAPES[4];
    let [few, many] = [shape(1), shape(2_000)].map(|bytes| spent(&bytes)[0]);
    assert_eq!(few, many);
    assert!((100_000..300_000).contains(&few), "{few}");
}

/// Ordinary files stay far below every limit, and what goes beyond is refused where it begins.
#[test]
fn work_ends_where_it_is_refused() {
    for (name, shape) in SHAPES {
        let bytes = shape(50);
        let file = File::parse(&bytes).unwrap();
        let refused = matches!(pades::survey(&file), Err(Error::Cost { .. }));
        assert!(!refused, "{name}");
    }
    let bombs: Vec<usize> = (0..40).map(|i| 5_000 + i).collect();
    let objects = bombs.iter().map(|number| (*number, stream(&vec![0; 8_000_000])));
    let bytes = pdf(&[document(&format!("/DSS<</Certs{}>>", references(bombs.clone())), objects)]);
    let [inflated, ..] = spent(&bytes);
    // The limit, and the stream with which it was reached.
    assert!(inflated <= (64 << 20) + 16_000_000, "{inflated}");
}
