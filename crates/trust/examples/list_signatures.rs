//! Lists the signatures in any PDF file, and what later updates did to it. Says nothing of whom to
//! trust.
//!
//! `cargo run -p pk-trust --example list_signatures -- file.pdf`

use std::error::Error;

use pk_trust::pades::{self, Content};
use pk_trust::pdf::File;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: list_signatures FILE.pdf")?;
    let bytes = std::fs::read(&path)?;
    let file = File::parse_foreign(&bytes)?;
    println!("{path}: {} revisions", file.revisions().len());

    let survey = pades::survey(&file)?;
    for signed in &survey.signatures {
        let holds = match (&signed.coverage, &signed.content) {
            (Err(error), _) => error.to_string(),
            (_, Some(Err(error))) => error.to_string(),
            (_, None) => "of an unknown kind".to_owned(),
            (_, Some(Ok(Content::TimeStamp(stamp)))) => format!("time stamp of {}", stamp.time),
            (_, Some(Ok(Content::Signature { verified, .. }))) => {
                format!("by {}, {}", verified.leaf.subject().name, verified.algorithm.name())
            }
        };
        println!("  {} (revision {}): {holds}", signed.field, signed.revision);
    }
    for change in &survey.changes.forbidden {
        println!("  revision {} changed object {}: {:?}", change.revision, change.object, change.what);
    }
    for conflict in &survey.conflicts {
        println!("  {conflict:?}");
    }
    Ok(())
}
