//! The questions that a page asks about documents and links.

use pk_trust::Time;
use pk_trust::claim::{Id, parse_link};
use pk_trust::verify::{self, Document, Evidence, Published, Trust, Verdict};

use crate::Answer;

/// What is known besides the file.
#[derive(Debug, Default)]
pub struct Verifier {
    trust: Trust,
    host: Option<String>,
    record: Published,
}

impl Verifier {
    /// Trusts whom a trust file names, and nobody else.
    pub fn trust(&mut self, bytes: &[u8]) -> Answer<()> {
        match Trust::parse(bytes) {
            Ok(trust) => {
                self.trust = trust;
                Answer::Ok(())
            }
            Err(_) => {
                self.trust = Trust::default();
                Answer::Error("fail.trust")
            }
        }
    }

    /// The host of the page that asks; links that lead elsewhere are remarked upon.
    pub fn host(&mut self, bytes: &[u8]) -> Answer<()> {
        let host = String::from_utf8_lossy(bytes).into_owned();
        self.host = (!host.is_empty()).then_some(host);
        Answer::Ok(())
    }

    /// What the registry says. A record that cannot be read counts as none that was reached, never as one
    /// that knows nothing against the document.
    pub fn record(&mut self, bytes: &[u8]) -> Answer<()> {
        match Published::parse(bytes) {
            Ok(record) => {
                self.record = record;
                Answer::Ok(())
            }
            Err(_) => {
                self.record = Published::unreachable();
                Answer::Error("status.unreachable")
            }
        }
    }

    /// The verdict about a PDF file.
    pub fn document(&mut self, bytes: &[u8], at_seconds: f64) -> Answer<Verdict> {
        let document = Document::open(bytes);
        let evidence = self.evidence(document.id().as_ref());
        Answer::Ok(document.examine(&self.trust, time(at_seconds)).judge(&evidence))
    }

    /// The verdict about the text of a QR code.
    pub fn link(&mut self, bytes: &[u8], at_seconds: f64) -> Answer<Verdict> {
        let Ok(text) = std::str::from_utf8(bytes) else { return Answer::Error("fail.verify-format") };
        let id = parse_link(text).ok().map(|(address, _)| address.id);
        let evidence = self.evidence(id.as_ref());
        Answer::Ok(verify::link(text, &self.trust, &evidence, time(at_seconds)))
    }

    fn evidence(&self, id: Option<&Id>) -> Evidence {
        Evidence { status: self.record.about(id), host: self.host.clone(), ..Evidence::default() }
    }
}

/// A moment as scripts count it.
#[expect(
    clippy::as_conversions,
    reason = "the cast clips: what is no number is 1970, when nothing was valid yet"
)]
const fn time(seconds: f64) -> Time {
    Time::from_unix(seconds as u64)
}
