//! Verifies the text of a QR code: who issued the content, and what the paper has to say.
//!
//! `cargo run -p pk-trust --example verify_link -- kantor/keys 'https://…/V/…#…'`

#![expect(clippy::disallowed_methods, reason = "the clock of the machine")]

use std::error::Error;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use pk_trust::Time;
use pk_trust::pki::{Anchors, Certificate, Crl};
use pk_trust::verify::{self, Answer, Evidence};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(keys), Some(link)) = (arguments.next(), arguments.next()) else {
        return Err("usage: verify_link KEYS LINK".into());
    };
    let read = |name: &str| std::fs::read_to_string(Path::new(&keys).join(name));
    let anchors = Anchors {
        roots: vec![Certificate::from_pem(&read("root.pem")?)?],
        intermediates: vec![Certificate::from_pem(&read("issuing.pem")?)?],
        crls: vec![Crl::from_pem(&read("root.crl")?)?, Crl::from_pem(&read("issuing.crl")?)?],
        ..Anchors::default()
    };
    let evidence =
        Evidence { seals: vec![Certificate::from_pem(&read("seal.pem")?)?], ..Evidence::default() };
    let now = Time::from_unix(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs());

    let verdict = verify::link(&link, &anchors, &evidence, now);
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
