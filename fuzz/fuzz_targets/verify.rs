//! The whole verdict.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pk_fuzz::{assemble, update};
use pk_trust::Time;
use pk_trust::verify::{self, Answer, Evidence, Outcome, Overall, Trust};

/// One of pk's documents with the seal and both signatures.
const SIGNED: &[u8] = include_bytes!("../../crates/trust/tests/vectors/own/signed.pdf");

fuzz_target!(|data: &[u8]| {
    for bytes in [data.to_vec(), assemble(data)] {
        let verdict = judge(&bytes);
        assert_ne!(verdict.overall, Overall::Passed, "nothing is trusted here");
        // No line says yes without a check behind it.
        for (axis, line) in verdict.lines.all() {
            if line.outcome == Answer::Yes {
                assert!(verdict.all_findings().any(|f| f.axis == axis && f.outcome == Outcome::Pass));
            }
        }
    }
    // Whatever is appended to a signed document, its integrity is gone; or it is what a later version may add, which shows
    // nothing, and then it is not certain.
    let appended = update(SIGNED, data);
    let verdict = judge(&appended);
    let newer = || verdict.findings.iter().any(|finding| finding.code.as_str() == "changes.newer");
    match verdict.lines.integrity.outcome {
        Answer::No => {}
        Answer::Unknown => assert!(newer(), "{verdict:?}"),
        Answer::Yes => panic!("{verdict:?}"),
    }
});

fn judge(bytes: &[u8]) -> verify::Verdict {
    let evidence = Evidence { reproduced: Some(true), ..Evidence::default() };
    verify::document(bytes, &Trust::default(), &evidence, Time::from_unix(1_767_571_200))
}
