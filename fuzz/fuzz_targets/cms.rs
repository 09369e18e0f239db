//! Signatures and time stamps.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pk_trust::cms::{General, Profile, Signature, TimeStamp};
use pk_trust::pki::Effort;

fuzz_target!(|data: &[u8]| {
    // A signature that verifies has been made by somebody; no mutation may make one over these.
    let content: [&[u8]; 2] = [b"content that nobody", b" ever signed"];
    if let Ok(signature) = Signature::parse(data) {
        assert!(signature.verify(&[7; 32]).is_err());
    }
    for profile in [Profile::Pades, Profile::Pkcs7, Profile::TimeStamp] {
        if let Ok(general) = General::parse(data, profile, &Effort::of_a_file()) {
            assert!(general.verify(&content).is_err());
        }
    }
    if let Ok(stamp) = TimeStamp::parse(data, &Effort::of_a_file()) {
        assert!(stamp.verify(&content).is_err());
    }
});
