//! The verifier and the reader of photographs for browsers: what [`pk_trust`] and [`pk_photo`] do,
//! behind functions that a script can call.
//!
//! A script asks for room ([`exports::reserve`]), writes bytes there, calls a function, and reads its
//! answer at [`exports::result_pointer`]: JSON, `{"ok": …}` or `{"error": "code"}`, where the codes are
//! those of the program's texts. Nothing is decided here, so a browser says what the command says.
//!
//! Two modules are made of this, one for each feature.

#![cfg_attr(
    target_arch = "wasm32",
    expect(unsafe_code, reason = "a function that is exported by its name could take the place of another")
)]

mod buffers;
pub mod exports;
#[cfg(feature = "verifier")]
mod verifier;

pub use buffers::{Answer, Buffers, MAX_INPUT};
#[cfg(feature = "verifier")]
pub use verifier::{Answered, Verifier};

/// Reads the QR codes of a picture, given as one grey level a dot, row by row.
#[cfg(feature = "photo")]
pub fn read_photo(levels: Vec<u8>, width: u32, height: u32) -> Answer<Vec<String>> {
    match pk_photo::qr_texts_of_levels(levels, width, height) {
        Ok(texts) => Answer::Ok(texts),
        Err(pk_photo::PictureError::NoCode) => Answer::Ok(Vec::new()),
        Err(_) => Answer::Error("fail.verify-picture"),
    }
}
