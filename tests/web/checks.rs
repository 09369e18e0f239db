//! The process that checks one upload: what it answers, and what it may take.

use std::io::{Cursor, Read as _, Write as _};
use std::process::{Command, ExitStatus, Stdio};

use image::{DynamicImage, ImageFormat};
use pk_trust::claim::Kind;

use crate::fixture::{complete, now};

/// Asks the process as the server does. `memory` is in megabytes.
fn ask(memory: u64, seconds: u64, file: &[u8]) -> (ExitStatus, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_pk"))
        .env_clear()
        .env("MIMALLOC_DISALLOW_ARENA_ALLOC", "1")
        .arg("--office")
        .arg(complete().office.root())
        .arg("check-upload")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let question = serde_json::json!({
        "at": now().unix(), "pdf": false, "english": true, "chosen": false, "json": true,
        "memory": memory * 1024 * 1024, "seconds": seconds, "nice": 1,
    });
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "{question}").unwrap();
    // It may be ended before it has read everything.
    let _ = stdin.write_all(file);
    drop(stdin);
    let mut answer = String::new();
    child.stdout.take().unwrap().read_to_string(&mut answer).unwrap();
    (child.wait().unwrap(), answer)
}

/// A white picture with so many dots on a side.
fn white(side: u32) -> Vec<u8> {
    let mut png = Cursor::new(Vec::new());
    DynamicImage::new_rgb8(side, side).write_to(&mut png, ImageFormat::Png).unwrap();
    png.into_inner()
}

#[test]
fn a_document_is_checked_within_the_limits_of_the_server() {
    let file = complete().file("kominfo", Kind::Agreement);
    let (status, answer) = ask(384, 10, &file);
    assert!(status.success(), "{status}");
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    let verdict: serde_json::Value = serde_json::from_str(answer["json"].as_str().unwrap()).unwrap();
    assert_eq!(verdict["overall"], "TOTAL-PASSED");
    let (status, answer) = ask(384, 10, b"neither this nor that");
    assert!(status.success());
    assert_eq!(answer, "\"format\"");
    // The largest picture that is looked at.
    assert_eq!(ask(384, 60, &white(7_200)).1, "\"no-code\"");
    assert_eq!(ask(384, 60, &white(7_300)).1, "\"cost\"");
}

/// What asks for more ends alone: without an answer, or by saying so.
#[cfg(unix)]
#[test]
fn more_memory_than_allowed_ends_the_process() {
    let (status, answer) = ask(64, 60, &white(7_000));
    assert!(answer == "\"cost\"" || (answer.is_empty() && status.code().is_none()), "{status}: {answer}");
}

#[cfg(unix)]
#[test]
fn more_processor_time_than_allowed_ends_the_process() {
    let (status, answer) = ask(384, 0, &white(7_000));
    assert!(answer.is_empty() && status.code().is_none(), "{status}: {answer}");
}
