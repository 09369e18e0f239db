//! The questions that a page asks about documents and links.
//!
//! A question has two parts. First what is given is looked at, once, and the page is told which document it may ask the
//! register about; then the answer is made of that and of what the register said.

use pk_trust::Time;
use pk_trust::claim::Id;
use pk_trust::present::{self, ClaimAnswer, OriginalAnswer, PageAnswer, PageShown, Reader};
use pk_trust::verify::{Document, Evidence, Examined, ExaminedLink, Published, Trust, Verdict};
use serde::Serialize;

use crate::Answer;

/// What is known besides the file.
#[derive(Debug, Default)]
pub struct Verifier {
    trust: Trust,
    page: Page,
    record: Published,
    asked: Asked,
}

/// The page that asks.
#[derive(Debug, Default)]
struct Page {
    /// The host that it is for; empty if it has none.
    host: String,
    /// The document that it is about.
    id: Option<Id>,
    /// The state of that document, as the page shows it.
    state: String,
    /// Whether it is the page of a record, and not one in its place.
    record: bool,
    /// Whether it stands in for a page that could not be reached.
    offline: bool,
    /// Whether the keys are those of today.
    fresh: bool,
}

/// What was looked at.
#[derive(Debug, Default)]
enum Asked {
    #[default]
    Nothing,
    File(Box<Examined>, Option<Id>),
    Link(Box<ExaminedLink>),
}

/// An answer: the verdict, and what a page shows of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answered {
    /// `pk-verdict/1`
    pub verdict: Verdict,
    /// How it is shown.
    pub shown: PageAnswer,
    /// Of a claim on the page of its document: how that is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claim: Option<ClaimAnswer>,
    /// Of the file that the page of a document shows: what there is to be said besides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original: Option<OriginalAnswer>,
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

    /// The page that asks, a line each: its host, the id of its document, the state of that document as it shows it, and
    /// words for what else is so: `record`, `offline`, `fresh`. What does not apply is empty or left out.
    pub fn page(&mut self, bytes: &[u8]) -> Answer<()> {
        let text = std::str::from_utf8(bytes).unwrap_or_default();
        let mut lines = text.lines();
        let mut line = || lines.next().unwrap_or_default().to_owned();
        let (host, id, state, rest) = (line(), line(), line(), line());
        let is = |word| rest.split(' ').any(|part| part == word);
        let id = Id::parse_strict(&id).ok();
        self.page =
            Page { host, id, state, record: is("record"), offline: is("offline"), fresh: is("fresh") };
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

    /// Looks at a PDF file. The answer is the document that its register can be asked about here: not if another host
    /// issued it, of which nobody here knows.
    pub fn file(&mut self, bytes: &[u8], at_seconds: f64) -> Answer<Option<Id>> {
        let document = Document::open(bytes);
        let examined = document.examine(&self.trust, time(at_seconds));
        let elsewhere = examined.issued_at().is_some_and(|host| host != self.page.host);
        let id = document.id();
        self.asked = Asked::File(Box::new(examined), id);
        Answer::Ok(id.filter(|_| !elsewhere))
    }

    /// Looks at the text of a QR code, in the same way.
    pub fn link(&mut self, bytes: &[u8], at_seconds: f64) -> Answer<Option<Id>> {
        let Ok(text) = std::str::from_utf8(bytes) else { return Answer::Error("fail.verify-format") };
        let examined = ExaminedLink::examine(text, &self.trust, time(at_seconds));
        let here = examined.issued().filter(|address| address.host == self.page.host);
        let id = here.map(|address| address.id);
        self.asked = Asked::Link(Box::new(examined));
        Answer::Ok(id)
    }

    /// The answer about what was looked at.
    pub fn answer(&self) -> Answer<Answered> {
        let evidence = |id: Option<&Id>| Evidence {
            status: self.record.about(id),
            host: Some(self.page.host.clone()).filter(|host| !host.is_empty()),
            ..Evidence::default()
        };
        let (verdict, is_file) = match &self.asked {
            Asked::Nothing => return Answer::Error("fail.verify-format"),
            Asked::File(examined, id) => (examined.judge(&evidence(id.as_ref())), true),
            Asked::Link(examined) => (examined.judge(&evidence(examined.id().as_ref())), false),
        };
        let shown = present::page(&verdict, Reader { host: &self.page.host, fresh: self.page.fresh });
        let id = self.page.id;
        let page = PageShown {
            state: &self.page.state,
            is_record: self.page.record,
            is_offline: self.page.offline,
            fresh: self.page.fresh,
        };
        let claim = id.filter(|_| !is_file).map(|_| present::claim(&verdict, &self.record, &page));
        let original = id.filter(|_| is_file).map(|id| present::original(&verdict, &self.record, &id));
        Answer::Ok(Answered { verdict, shown, claim, original })
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
