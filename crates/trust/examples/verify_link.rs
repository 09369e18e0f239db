//! Verifies the text of a QR code: who issued the content, and what the paper has to say.
//!
//! `cargo run -p pk-trust --example verify_link -- kantor/keys/trust.pem 'https://…/V/…#…'`

#![expect(clippy::disallowed_methods, reason = "the clock of the machine")]

use std::error::Error;
use std::time::{SystemTime, UNIX_EPOCH};

use pk_trust::Time;
use pk_trust::verify::{self, Answer, Evidence, Trust};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(keys), Some(link)) = (arguments.next(), arguments.next()) else {
        return Err("usage: verify_link trust.pem LINK".into());
    };
    let trust = Trust::parse(&std::fs::read(&keys)?)?;
    let now = Time::from_unix(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs());

    let verdict = verify::link(&link, &trust, &Evidence::default(), now);
    // A code never says "signed": signatures are in the file, not on the paper.
    match (&verdict.document, verdict.lines.issuer.outcome) {
        (Some(document), Answer::Yes) => match &document.issued {
            Some(issued) => println!(
                "issued by {} on {}: {} indicators, Rp {}",
                issued.by, issued.on, issued.indicators, issued.budget
            ),
            None => println!("nothing is sealed"),
        },
        _ => println!("not proven: {}", verdict.lines.issuer.code),
    }
    Ok(())
}
