//! The functions that a script calls. Outside of a browser they have no name of their own: one of them
//! would take the place of the operating system's `link`.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::Buffers;

static BUFFERS: Mutex<Buffers> = Mutex::new(Buffers::new());

/// What is behind a lock, whatever became of its last holder.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes room for an input of `length` bytes and says where; null if there is not as much. It stays
/// valid until the next call.
#[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
pub extern "C" fn reserve(length: u32) -> *mut u8 {
    locked(&BUFFERS).reserve(length).map_or(std::ptr::null_mut(), <[u8]>::as_mut_ptr)
}

/// Where the last answer is.
#[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
pub extern "C" fn result_pointer() -> *const u8 {
    locked(&BUFFERS).output().as_ptr()
}

/// How many bytes it has.
#[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
pub extern "C" fn result_length() -> usize {
    locked(&BUFFERS).output().len()
}

#[cfg(feature = "photo")]
mod photo {
    use super::{BUFFERS, locked};

    /// The input is a picture, one grey level a dot: answers with the texts of its QR codes.
    #[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
    pub extern "C" fn read(width: u32, height: u32) {
        let mut buffers = locked(&BUFFERS);
        let levels = buffers.take_input();
        buffers.answer(&crate::read_photo(levels, width, height));
    }
}

#[cfg(feature = "verifier")]
mod verifier {
    use std::sync::{LazyLock, Mutex};

    use serde::Serialize;

    use super::{BUFFERS, locked};
    use crate::{Answer, Verifier};

    static VERIFIER: LazyLock<Mutex<Verifier>> = LazyLock::new(Mutex::default);

    fn answer<T: Serialize>(ask: impl FnOnce(&mut Verifier, &[u8]) -> Answer<T>) {
        let mut buffers = locked(&BUFFERS);
        let answer = ask(&mut locked(&VERIFIER), buffers.input());
        buffers.answer(&answer);
    }

    /// The input is a trust file: from now on it is what is trusted.
    #[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
    pub extern "C" fn trust() {
        answer(Verifier::trust);
    }

    /// The input is the page that asks, a line each: host, id, state, words.
    #[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
    pub extern "C" fn page() {
        answer(Verifier::page);
    }

    /// The input is the registry's record of a document (`pk-record/1`); nothing if it was not asked.
    #[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
    pub extern "C" fn record() {
        answer(Verifier::record);
    }

    /// The input is a PDF file, looked at as of that many seconds since 1970: answers with the id of the document whose
    /// record may be asked for, or null.
    #[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
    pub extern "C" fn file(at_seconds: f64) {
        answer(|verifier, bytes| verifier.file(bytes, at_seconds));
    }

    /// The input is the text of a QR code, looked at in the same way.
    #[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
    pub extern "C" fn link(at_seconds: f64) {
        answer(|verifier, bytes| verifier.link(bytes, at_seconds));
    }

    /// Answers about what was looked at.
    #[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
    pub extern "C" fn conclude() {
        answer(|verifier, _| verifier.answer());
    }
}

#[cfg(feature = "photo")]
pub use photo::read;
#[cfg(feature = "verifier")]
pub use verifier::{conclude, file, link, page, record, trust};
