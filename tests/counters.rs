//! Opened once, judged once: nobody parses a file or verifies a signature a second time.

use pk::audit::Answer;
use pk_browser::Verifier;
use pk_trust::claim::Kind;
use pk_trust::counters;
use pk_trust::verify::Document;

use crate::architecture::root;
use crate::fixture::{HOST, complete, now, record};

fn counted<T>(work: impl FnOnce() -> T) -> (usize, usize) {
    counters::take();
    work();
    counters::take()
}

#[test]
fn a_file_is_parsed_once_and_each_signature_verified_once() {
    let fixture = complete();
    let own = fixture.file("kominfo", Kind::Agreement);
    let foreign = std::fs::read(root().join("crates/trust/tests/vectors/foreign/pades-ed25519.pdf")).unwrap();
    // The seal and two parties; one signer.
    for (bytes, signatures) in [(&own, 3), (&foreign, 1)] {
        // With the register, without it, and with the pages rendered again, which happens in another thread.
        for auditor in [fixture.auditor(), fixture.outsider()] {
            let counted = counted(|| auditor.examine("x.pdf", bytes, now()).unwrap());
            assert_eq!(counted, (1, signatures));
        }
        let report = counted(|| {
            let document = Document::open(bytes);
            let answer = fixture.auditor().examine_opened("x.pdf", &document, now()).unwrap();
            assert!(matches!(answer, Answer::Document(_)));
            pk::report::Pages::of(&document)
        });
        assert_eq!(report, (1, signatures));
        let browser = counted(|| {
            let mut verifier = Verifier::default();
            verifier.trust(fixture.office.trust_bundle().unwrap().as_bytes());
            verifier.page(HOST.as_bytes());
            verifier.file(bytes, 1_800_000_000.0);
            verifier.record(record(&fixture.entry("kominfo", Kind::Agreement)).as_bytes());
            verifier.answer()
        });
        assert_eq!(browser, (1, signatures));
    }
}
