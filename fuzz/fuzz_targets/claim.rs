//! QR claims and document ids.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pk_trust::Time;
use pk_trust::claim::{Id, Signed, parse_link};
use pk_trust::verify::{self, Evidence, Overall, Trust};

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(id) = text.parse::<Id>() {
        // Whatever spelling was read, the printed one means the same.
        assert_eq!(id.grouped().parse::<Id>().ok(), Some(id));
        assert_eq!(Id::parse_strict(&id.to_string()).ok(), Some(id));
    }
    if let Ok((address, _)) = parse_link(text) {
        let again = address.to_string();
        assert_eq!(parse_link(&again).map(|(a, _)| a.to_string()).ok(), Some(again));
    }
    let _ = Signed::parse(text);
    let verdict = verify::link(text, &Trust::default(), &Evidence::default(), Time::from_unix(0));
    // Without a trusted seal nothing is ever passed.
    assert_ne!(verdict.overall, Overall::Passed);
});
