//! The page itself: what stands where.

mod document;
mod others;
mod pictures;

use data_encoding::BASE64;
use pk_trust::present::{Tone, headline};
use pk_trust::verify::{Outcome, Overall, Verdict};
use sha2::{Digest as _, Sha256};

use super::html::Html;
use super::sentences::{brief, document_reason, notices, trusted};
use super::{About, Entry};
use crate::audit::Answer;
use crate::words::{Language, Values, Words};

const STYLE: &str = include_str!("../style.css");

/// How something is meant: never by colour alone, always with a sign and a word too.
trait Shown: Copy {
    fn class(self) -> &'static str;
    fn sign(self) -> &'static str;
}

impl Shown for Tone {
    fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Open | Self::Moved => "open",
        }
    }

    fn sign(self) -> &'static str {
        match self {
            Self::Good => "\u{2713}",
            Self::Bad => "\u{2717}",
            Self::Open | Self::Moved => "?",
        }
    }
}

/// Writes the page.
pub(super) fn write(entries: &[Entry], about: &About, words: &Words) -> String {
    let mut page = Page { html: Html::default(), words };
    page.head();
    page.raw("<body>\n");
    page.header(entries, about);
    page.raw("<main>\n");
    if entries.len() > 1 {
        page.contents(entries);
    }
    for (number, entry) in (1..).zip(entries) {
        page.entry(number, entry);
    }
    page.raw("</main>\n");
    page.footer(about);
    page.raw("</body>\n</html>\n");
    page.html.finish()
}

struct Page<'w> {
    html: Html,
    words: &'w Words,
}

impl Page<'_> {
    fn raw(&mut self, markup: &'static str) {
        self.html.raw(markup);
    }

    fn say(&mut self, code: &str) {
        self.html.text(&self.words.plain(code));
    }

    fn said(&self, code: &str, values: &[(&'static str, String)]) -> String {
        self.words.text(code, &values.iter().cloned().collect::<Values>())
    }

    /// A row of a list of facts.
    fn fact(&mut self, label: &str, value: &str) {
        self.raw("<dt>");
        self.say(label);
        self.html.element("</dt><dd>", value, "</dd>\n");
    }

    /// A row whose value is a hash or a number in hexadecimal.
    fn hexadecimal(&mut self, label: &str, value: &str) {
        self.raw("<dt>");
        self.say(label);
        self.html.element("</dt><dd class=\"hex\">", value, "</dd>\n");
    }

    fn heading(&mut self, code: &str) {
        self.raw("<h3>");
        self.say(code);
        self.raw("</h3>\n");
    }

    /// Sign and word, e.g. `✓ yes`.
    fn mark(&mut self, tone: Tone, code: &str) {
        self.raw("<span class=\"mark ");
        self.raw(tone.class());
        self.raw("\"><span aria-hidden=\"true\">");
        self.raw(tone.sign());
        self.raw("</span> ");
        self.say(code);
        self.raw("</span>");
    }

    fn outcome(&mut self, outcome: Outcome) {
        let code = match outcome {
            Outcome::Pass => "report.pass",
            Outcome::Fail => "report.fail",
            Outcome::NotChecked => "report.not-checked",
        };
        self.mark(Tone::of_outcome(outcome), code);
    }

    fn head(&mut self) {
        self.raw("<!DOCTYPE html>\n<html lang=\"");
        self.raw(match self.words.language() {
            Language::Indonesian => "id",
            Language::English => "en",
        });
        self.raw("\">\n<head>\n<meta charset=\"utf-8\">\n");
        // Nothing is fetched and nothing runs, also if something in here should turn out to be markup.
        self.raw(
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; ",
        );
        self.raw("base-uri 'none'; form-action 'none'; style-src 'sha256-");
        self.html.text(&BASE64.encode(&Sha256::digest(STYLE)));
        self.raw("'\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        self.raw("<meta name=\"color-scheme\" content=\"light\">\n<title>");
        self.say("report.title");
        self.raw("</title>\n<style>");
        self.raw(STYLE);
        self.raw("</style>\n</head>\n");
    }

    fn header(&mut self, entries: &[Entry], about: &About) {
        self.raw("<header>\n<h1>");
        self.say("report.title");
        self.raw("</h1>\n");
        if entries.len() > 1 {
            let number = |wanted: Option<Overall>| {
                let overall = |entry: &Entry| entry.answer.as_ref().ok().map(Answer::overall);
                entries.iter().filter(|entry| overall(entry) == wanted).count().to_string()
            };
            let summary = self.said(
                "verify.summary",
                &[
                    ("files", entries.len().to_string()),
                    ("passed", number(Some(Overall::Passed))),
                    ("failed", number(Some(Overall::Failed))),
                    ("indeterminate", number(Some(Overall::Indeterminate))),
                    ("ended", number(Some(Overall::Ended))),
                    ("unread", number(None)),
                ],
            );
            self.html.element("<p>", &summary, "</p>\n");
        }
        if about.older > 0 {
            let text = self.said("verify.older", &[("count", about.older.to_string())]);
            self.html.element("<p>", &text, "</p>\n");
        }
        if about.passed_over > 0 {
            let text = self.said("verify.passed-over", &[("count", about.passed_over.to_string())]);
            self.html.element("<p>", &text, "</p>\n");
        }
        self.raw("</header>\n");
    }

    /// The head of a table with one line a file.
    fn answers_head(&mut self) {
        self.raw("<table>\n<thead><tr><th scope=\"col\" class=\"narrow\">");
        self.say("report.answer");
        self.raw("</th><th scope=\"col\">");
        self.say("report.file");
        self.raw("</th><th scope=\"col\">");
        self.say("report.reason");
        self.raw("</th></tr></thead>\n<tbody>\n");
    }

    /// One line a file, each leading to its section.
    fn contents(&mut self, entries: &[Entry]) {
        self.raw("<nav aria-labelledby=\"contents\">\n<h2 id=\"contents\">");
        self.say("report.contents");
        self.raw("</h2>\n");
        self.answers_head();
        for (number, entry) in (1_usize..).zip(entries) {
            self.raw("<tr><td class=\"narrow\">");
            let reason = match &entry.answer {
                Ok(answer) => {
                    self.mark(Tone::of_overall(answer.overall()), headline(answer.overall()));
                    brief(self.words, answer)
                }
                Err(unread) => {
                    self.mark(Tone::Bad, "verdict.none");
                    Some(unread.message.clone())
                }
            };
            self.raw("</td><td><a href=\"#f");
            self.html.text(&number.to_string());
            self.html.element("\">", &entry.name, "</a></td>");
            self.html.element("<td>", &reason.unwrap_or_default(), "</td></tr>\n");
        }
        self.raw("</tbody>\n</table>\n</nav>\n");
    }

    fn entry(&mut self, number: usize, entry: &Entry) {
        self.raw("<section class=\"file\" aria-labelledby=\"f");
        self.html.text(&number.to_string());
        self.raw("\">\n<h2 id=\"f");
        self.html.text(&number.to_string());
        self.html.element("\">", &entry.name, "</h2>\n");
        match &entry.answer {
            Ok(Answer::Document(verdict)) => {
                self.document_banner(verdict);
                self.document(entry, verdict);
            }
            Ok(Answer::Picture(verdict)) => self.picture(entry, verdict),
            Ok(Answer::Archive(verdict)) => self.archive(entry, verdict),
            Err(unread) => self.unread(entry, unread),
        }
        if let (Some(pages), Ok(Answer::Document(verdict))) = (&entry.pages, &entry.answer) {
            self.pages(pages, verdict);
        }
        self.raw("</section>\n");
    }

    fn document_banner(&mut self, verdict: &Verdict) {
        self.banner_with(
            verdict.overall,
            document_reason(self.words, verdict),
            &notices(self.words, verdict),
        );
    }

    fn banner(&mut self, overall: Overall, reason: Option<String>) {
        self.banner_with(overall, reason, &[]);
    }

    fn banner_with(&mut self, overall: Overall, reason: Option<String>, notices: &[String]) {
        let tone = Tone::of_overall(overall);
        self.raw("<div class=\"banner ");
        self.raw(tone.class());
        self.raw("\">\n<strong>");
        self.mark(tone, headline(overall));
        self.raw("</strong>\n");
        let sentence = reason.unwrap_or_else(|| self.words.plain("report.everything-holds"));
        self.html.element("<p>", &sentence, "</p>\n");
        for notice in notices {
            self.html.element("<p>", notice, "</p>\n");
        }
        self.raw("</div>\n");
    }

    fn footer(&mut self, about: &About) {
        self.raw("<footer>\n<h2>");
        self.say("report.about");
        self.raw("</h2>\n<dl>\n");
        self.fact("report.at", &self.words.clock(&about.at.to_string()));
        self.fact("report.made", &self.words.clock(&about.made.to_string()));
        self.fact("report.program", concat!("pk ", env!("CARGO_PKG_VERSION")));
        let registry = if about.registry { "report.registry-asked" } else { "report.registry-not-asked" };
        let registry = self.words.plain(registry);
        self.fact("report.registry", &registry);
        if about.roots.is_empty() {
            let nobody = self.words.plain("report.no-roots");
            self.fact("report.root", &nobody);
        }
        for root in &about.roots {
            self.raw("<dt>");
            self.say("report.root");
            self.html.element("</dt><dd>", &trusted(self.words, root), "<br>");
            self.html.element("<span class=\"hex\">", &root.fingerprint, "</span></dd>\n");
        }
        self.raw("</dl>\n");
        if let Some(office) = &about.office_here {
            self.html.element("<p>", office, "</p>\n");
        }
        self.raw("<p>");
        self.say("report.note");
        self.raw("</p>\n</footer>\n");
    }
}
