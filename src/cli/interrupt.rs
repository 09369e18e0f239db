//! Ctrl-C during long work: the document in hand is finished and recorded, then the command says where it stands. A second
//! one ends the process at once, as everywhere; what was recorded stays.

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// Whether somebody has asked to stop.
static ASKED: AtomicBool = AtomicBool::new(false);

/// What a shell reports of a process that Ctrl-C has ended: 128 and the number of the signal.
const INTERRUPTED: u8 = 130;

/// Waits for Ctrl-C from now on. Where that cannot be done, it ends the process as it always did.
pub(super) fn listen() {
    let _ = thread::Builder::new().name("interrupt".to_owned()).spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let Ok(runtime) = runtime else { return };
        runtime.block_on(async {
            if tokio::signal::ctrl_c().await.is_ok() {
                ASKED.store(true, Ordering::Relaxed);
            }
            // The handler stays for as long as the process: whoever asks twice means it.
            if tokio::signal::ctrl_c().await.is_ok() {
                end();
            }
        });
    });
}

#[expect(clippy::disallowed_methods, reason = "whoever presses Ctrl-C twice waits for no destructor")]
fn end() {
    std::process::exit(i32::from(INTERRUPTED));
}

/// Whether to stop after the document in hand.
pub(super) fn asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}

/// The exit code of a command that stopped because it was asked to.
pub(super) fn code() -> ExitCode {
    ExitCode::from(INTERRUPTED)
}
