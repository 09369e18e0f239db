//! What a file costs: the score is the work that is counted (`pdf::Work`), for each byte of the input. What is found is
//! kept in `corpus/cost`, and `fuzz/run 0 rank` says what of it costs most; that belongs into
//! `crates/trust/tests/cost.rs`, as counts.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pk_fuzz::{assemble, looked_at, score};
use pk_trust::pdf::Work;

/// Above the limit of every kind of work together with the largest piece that may go beyond it.
const MOST: u64 = 1 << 30;

fuzz_target!(|data: &[u8]| {
    look(data);
    // Mutations break offsets first of all; with a fresh table they reach what lies behind it.
    look(&assemble(data));
});

fn look(bytes: &[u8]) {
    let Some(file) = looked_at(bytes) else { return };
    let highest = score(&file);
    if std::env::var_os("PK_FUZZ_RANK").is_some() {
        let work = Work::ALL.map(|work| format!("{work:?} {}", file.spent(work))).join(", ");
        println!("{highest} for each of {} bytes: {work}: {}", bytes.len(), bytes.escape_ascii());
    }
    for work in Work::ALL {
        assert!(file.spent(work) < MOST, "{work:?}: {}", file.spent(work));
    }
}
