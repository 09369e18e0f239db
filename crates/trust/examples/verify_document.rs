//! Verifies one of pk's documents against the keys of the office that issued it.
//!
//! `cargo run -p pk-trust --example verify_document -- kantor/keys/trust.pem kantor/documents/ID/2.pdf`

#![expect(clippy::disallowed_methods, reason = "the clock of the machine")]

use std::error::Error;
use std::time::{SystemTime, UNIX_EPOCH};

use pk_trust::Time;
use pk_trust::verify::{self, Evidence, Trust};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(keys), Some(file)) = (arguments.next(), arguments.next()) else {
        return Err("usage: verify_document trust.pem FILE.pdf".into());
    };

    // Whom to trust: this comes from you, never from the file.
    let trust = Trust::parse(&std::fs::read(&keys)?)?;
    // What else is known. A program with access to the register would fill in `status`, one with the
    // templates `reproduced`.
    let evidence = Evidence::default();

    let now = Time::from_unix(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs());
    let verdict = verify::document(&std::fs::read(&file)?, &trust, &evidence, now);

    println!("{file}: {:?}", verdict.overall);
    for (axis, line) in verdict.lines.all() {
        println!("  {axis:?}: {:?} ({})", line.outcome, line.code);
    }
    Ok(())
}
