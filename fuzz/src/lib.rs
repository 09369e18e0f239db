//! Files around the bytes that the fuzzer makes up: mutations break offsets before anything else, and
//! then only the first lines of the reader are tried.

use pk_trust::pdf::{File, Object};

/// Between two objects in the fuzzer's bytes.
const BORDER: &[u8] = b"%%\n";

/// A file whose objects are the parts of `data`, with a table that fits. The parts after an empty one
/// become an update.
pub fn assemble(data: &[u8]) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    let mut previous = None;
    let mut first = 1;
    for revision in parts(data).split(|part| part.is_empty()).take(4) {
        previous = Some(append(&mut out, revision, first, previous, "1 0 R"));
        first = 2;
    }
    out
}

/// A signed document with an update of the objects in `data`. The first byte says at which number they
/// begin.
pub fn update(signed: &[u8], data: &[u8]) -> Vec<u8> {
    let mut out = signed.to_vec();
    let Ok(file) = File::parse(signed) else { return out };
    let trailer = file.latest().trailer();
    let root = trailer.get("Root").and_then(Object::as_reference).map(|r| r.to_string()).unwrap_or_default();
    let previous = file.revisions().last().map(|r| r.xref);
    let (number, data) = data.split_first().map_or((1, data), |(n, rest)| (u32::from(*n).max(1), rest));
    append(&mut out, &parts(data), number, previous, &root);
    out
}

fn parts(data: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    let mut rest = data;
    while let Some(at) = rest.windows(BORDER.len()).position(|window| window == BORDER) {
        parts.push(&rest[..at]);
        rest = &rest[at + BORDER.len()..];
        if parts.len() >= 200 {
            break;
        }
    }
    parts.push(rest);
    parts
}

fn append(out: &mut Vec<u8>, objects: &[&[u8]], first: u32, previous: Option<usize>, root: &str) -> usize {
    let mut offsets = Vec::new();
    for (number, object) in (first..).zip(objects) {
        offsets.push(out.len());
        out.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        out.extend_from_slice(object);
        out.extend_from_slice(b"\nendobj\n");
    }
    let xref = out.len();
    out.extend_from_slice(format!("xref\n0 1\n0000000000 65535 f \n{first} {}\n", offsets.len()).as_bytes());
    for offset in &offsets {
        out.extend_from_slice(format!("{offset:010} 00000 n \n").as_bytes());
    }
    let previous = previous.map(|p| format!("/Prev {p}")).unwrap_or_default();
    out.extend_from_slice(
        format!("trailer\n<</Size 1000/Root {root}{previous}>>\nstartxref\n{xref}\n%%EOF\n").as_bytes(),
    );
    xref
}
