//! Files around the bytes that the fuzzer makes up: mutations break offsets before anything else, and
//! then only the first lines of the reader are tried.

use std::hint::black_box;

use pk_trust::pades;
use pk_trust::pdf::{File, Object, Work};
use pk_trust::verify::{DATA_NAME, attachment};

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

/// Levels of the score of one kind of work.
const LEVELS: usize = 24;

/// A function for each level: reaching one for the first time looks to the fuzzer like code that was never run, so it
/// keeps the input and goes on from there.
macro_rules! levels {
    ($($level:literal)*) => { [$(level::<$level>),*] };
}

const REACHED: [fn(); Work::ALL.len() * LEVELS] = levels!(
    0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35
    36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64 65 66 67 68 69 70 71
    72 73 74 75 76 77 78 79 80 81 82 83 84 85 86 87 88 89 90 91 92 93 94 95 96 97 98 99 100 101 102 103 104
    105 106 107 108 109 110 111 112 113 114 115 116 117 118 119
);

#[inline(never)]
fn level<const LEVEL: usize>() {
    black_box(LEVEL);
}

/// A file after everything was read that a verdict reads of it; nothing if it is none.
pub fn looked_at(bytes: &[u8]) -> Option<File<'_>> {
    let file = File::parse(bytes).ok()?;
    let _ = attachment(file.at(0), DATA_NAME);
    let _ = pades::examine(&file);
    let _ = pades::survey(&file);
    Some(file)
}

/// Tells the fuzzer what the work that a file caused is for each of its bytes: a level for each half of a power of
/// two. Says the highest.
pub fn score(file: &File<'_>) -> u64 {
    // Below this, the fixed costs of every file would be the whole score.
    let bytes = u64::try_from(file.bytes().len()).unwrap_or(u64::MAX).max(1_000);
    let mut highest = 0;
    for (kind, work) in Work::ALL.into_iter().enumerate() {
        let ratio = file.spent(work) / bytes;
        highest = highest.max(ratio);
        // The square has a bit for each half of a power of two.
        let bits = ratio.saturating_mul(ratio).checked_ilog2().map_or(0, |bits| bits + 1);
        let reached = usize::try_from(bits).unwrap_or(LEVELS).min(LEVELS - 1);
        for level in 0..=reached {
            REACHED[kind * LEVELS + level]();
        }
    }
    highest
}
