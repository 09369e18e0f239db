//! Verifies one of pk's documents against the keys of the office that issued it.
//!
//! `cargo run -p pk-trust --example verify_document -- kantor/keys kantor/documents/ID/2.pdf`

#![expect(clippy::disallowed_methods, reason = "the clock of the machine")]

use std::error::Error;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use pk_trust::Time;
use pk_trust::pki::{Anchors, Certificate, Crl};
use pk_trust::verify::{self, Evidence};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(keys), Some(file)) = (arguments.next(), arguments.next()) else {
        return Err("usage: verify_document KEYS FILE.pdf".into());
    };
    let read = |name: &str| std::fs::read_to_string(Path::new(&keys).join(name));

    // Whom to trust: this comes from you, never from the file.
    let anchors = Anchors {
        roots: vec![Certificate::from_pem(&read("root.pem")?)?],
        intermediates: vec![Certificate::from_pem(&read("issuing.pem")?)?],
        crls: vec![Crl::from_pem(&read("root.crl")?)?, Crl::from_pem(&read("issuing.crl")?)?],
        ..Anchors::default()
    };
    // What else is known. A program with access to the register would fill in `status`, one with the
    // templates `reproduced`.
    let evidence =
        Evidence { seals: vec![Certificate::from_pem(&read("seal.pem")?)?], ..Evidence::default() };

    let now = Time::from_unix(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs());
    let verdict = verify::document(&std::fs::read(&file)?, &anchors, &evidence, now);

    println!("{file}: {:?}", verdict.overall);
    for (axis, line) in verdict.lines.all() {
        println!("  {axis:?}: {:?} ({})", line.outcome, line.code);
    }
    Ok(())
}
