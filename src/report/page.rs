//! The page itself: what stands where.

use data_encoding::BASE64;
use pk_trust::claim::Kind;
use pk_trust::present::{Tone, axis_code, headline, is_changed_after, rupiah, worst};
use pk_trust::verify::{
    self, ChangesAfter, Coverage, DocumentVerdict, Finding, Issued, Outcome, Overall, SignatureVerdict,
    Verdict,
};
use sha2::{Digest as _, Sha256};

use super::draw::{MAX_PAGES, Picture};
use super::fields::Widget;
use super::html::Html;
use super::sentences::{
    archive_reason, brief, count, difference, document_reason, notices, picture_reason, place, seal, trusted,
};
use super::{About, Entry, Pages, Unread};
use crate::audit::{Answer, ArchiveVerdict, PictureVerdict};
use crate::words::{Language, Values, Words};

const STYLE: &str = include_str!("style.css");

/// Size of the number beside a field, in dots of the picture.
const BADGE_WIDTH: f64 = 36.0;
const BADGE_HEIGHT: f64 = 22.0;

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

    fn document(&mut self, entry: &Entry, verdict: &Verdict) {
        self.raw("<dl>\n");
        self.hexadecimal("report.sha256", entry.sha256.as_deref().unwrap_or(&verdict.sha256));
        self.fact("report.at", &verdict.checked_at.to_string());
        for root in verdict.roots() {
            let sentence = trusted(self.words, root);
            self.fact("report.root", &sentence);
        }
        self.raw("</dl>\n");
        self.lines(verdict);
        if let Some(document) = &verdict.document
            && let Some(issued) = &document.issued
        {
            self.issued(document, issued);
        }
        if !verdict.signatures.is_empty() {
            self.heading("report.signatures");
            for signature in &verdict.signatures {
                self.signature(signature);
            }
        }
        if !verdict.findings.is_empty() {
            self.heading("report.findings");
            self.findings(&verdict.findings);
        }
    }

    fn lines(&mut self, verdict: &Verdict) {
        self.heading("report.lines");
        self.raw("<table>\n<tbody>\n");
        for (axis, line) in verdict.lines.all() {
            let (tone, answer) = match line.outcome {
                verify::Answer::Yes => (Tone::Good, "answer.yes"),
                verify::Answer::No => (Tone::Bad, "answer.no"),
                verify::Answer::Unknown => (Tone::Open, "answer.unknown"),
            };
            self.raw("<tr><th scope=\"row\" class=\"narrow\">");
            self.say(axis_code(axis));
            self.raw("</th><td class=\"narrow\">");
            self.mark(tone, answer);
            self.html.element("</td><td>", &self.words.text(line.code.as_str(), &line.detail.texts()), "");
            if line.outcome != verify::Answer::Yes
                && let Some(hint) = self.words.hint(line.code.as_str(), &line.detail.texts())
            {
                self.html.element("<br><span class=\"hint\">\u{2192} ", &hint, "</span>");
            }
            self.raw("</td></tr>\n");
        }
        self.raw("</tbody>\n</table>\n");
    }

    /// What the seal vouches for, to be compared with the paper in one's hand.
    fn issued(&mut self, document: &DocumentVerdict, issued: &Issued) {
        self.heading("report.issued");
        let kind = self.words.plain(&format!("kind.{}", document.kind));
        self.raw("<dl>\n");
        self.fact("report.issued-by", &issued.by);
        self.fact("report.issued-on", &issued.on);
        self.fact("report.kind", &format!("{kind} {}", document.year));
        if let Some(number) = &issued.number {
            self.fact("report.number", number);
        }
        self.fact("report.id", &document.id.grouped());
        self.fact("report.host", &issued.host);
        if document.kind == Kind::Agreement {
            self.fact("report.indicators", &issued.indicators.to_string());
            if issued.budget > 0 {
                self.fact("report.budget", &rupiah(issued.budget));
            }
        }
        self.hexadecimal("report.digest", &document.digest);
        self.raw("</dl>\n<p class=\"hint\">");
        self.say("report.compare");
        self.raw("</p>\n");
    }

    /// One signature on its separate axes.
    fn signature(&mut self, signature: &SignatureVerdict) {
        let (tone, state) = state(signature);
        self.raw("<div class=\"signature\">\n<h4>");
        self.html.text(&self.words.field_names(&signature.field));
        self.raw(": ");
        self.mark(tone, state);
        self.raw("</h4>\n<dl>\n");
        let unknown = self.words.plain("report.unknown");
        self.fact("report.signer", signature.signer.as_deref().unwrap_or(&unknown));
        for (label, outcome) in [
            ("report.signature-integrity", signature.integrity),
            ("report.signature-chain", signature.chain),
            ("report.signature-revocation", signature.revocation),
        ] {
            self.raw("<dt>");
            self.say(label);
            self.raw("</dt><dd>");
            self.outcome(outcome);
            self.raw("</dd>\n");
        }
        let coverage = match signature.coverage {
            Coverage::Revision => "report.coverage-revision",
            Coverage::Partial => "report.coverage-partial",
        };
        self.fact("report.signature-coverage", &self.words.plain(coverage));
        let changes = match signature.changes_after {
            ChangesAfter::None => "report.changes-none",
            ChangesAfter::Allowed => "report.changes-allowed",
            ChangesAfter::Forbidden => "report.changes-forbidden",
        };
        self.fact("report.signature-changes", &self.words.plain(changes));
        let claimed = signature.claimed_time.map(|time| time.to_string());
        self.fact("report.signature-time", claimed.as_deref().unwrap_or(&unknown));
        if let Some(time) = signature.proven_time {
            self.fact("report.signature-proven", &time.to_string());
        }
        self.fact("report.algorithm", &signature.algorithm);
        if let Some(serial) = &signature.serial {
            self.hexadecimal("report.serial", serial);
        }
        self.raw("</dl>\n");
        self.findings(&signature.findings);
        self.raw("</div>\n");
    }

    fn findings(&mut self, findings: &[Finding]) {
        self.raw("<table>\n<thead><tr><th scope=\"col\" class=\"narrow\">");
        self.say("report.result");
        self.raw("</th><th scope=\"col\">");
        self.say("report.finding");
        self.raw("</th><th scope=\"col\" class=\"narrow\">");
        self.say("report.place");
        self.raw("</th></tr></thead>\n<tbody>\n");
        for finding in findings {
            self.raw("<tr><td class=\"narrow\">");
            self.outcome(finding.outcome);
            self.html.element(
                "</td><td>",
                &self.words.text(finding.code.as_str(), &finding.detail.texts()),
                " ",
            );
            self.html.element("<code class=\"code\">", finding.code.as_str(), "</code>");
            if finding.outcome != Outcome::Pass
                && let Some(hint) = self.words.hint(finding.code.as_str(), &finding.detail.texts())
            {
                self.html.element("<br><span class=\"hint\">\u{2192} ", &hint, "</span>");
            }
            let place = finding.place.map(|p| place(self.words, p)).unwrap_or_default();
            self.html.element("</td><td class=\"narrow\">", &place, "");
            self.raw("</td></tr>\n");
        }
        self.raw("</tbody>\n</table>\n");
    }

    /// A picture with the codes of several documents: each of them, then the other codes.
    fn picture(&mut self, entry: &Entry, verdict: &PictureVerdict) {
        self.banner(verdict.overall, picture_reason(self.words, verdict));
        for document in &verdict.documents {
            let id = document.document.as_ref().map(|document| document.id.to_string());
            self.html.element("<h2>", &id.unwrap_or_default(), "</h2>\n");
            self.document_banner(document);
            self.document(entry, document);
        }
        if !verdict.remarks.is_empty() {
            self.findings(&verdict.remarks);
        }
    }

    fn archive(&mut self, entry: &Entry, verdict: &ArchiveVerdict) {
        self.banner(verdict.overall, archive_reason(self.words, verdict));
        self.raw("<dl>\n");
        if let Some(sha256) = &entry.sha256 {
            self.hexadecimal("report.sha256", sha256);
        }
        self.fact("report.institution", &verdict.institution);
        self.raw("</dl>\n");
        self.heading("report.archive-seal");
        self.raw("<p>");
        self.outcome(verdict.seal.1);
        self.raw(" ");
        self.html.text(&seal(self.words, verdict));
        self.html.element(" <code class=\"code\">", verdict.seal.0.as_str(), "</code></p>\n");
        if !verdict.differences.is_empty() {
            self.heading("report.differences");
            self.raw("<ul>\n");
            for one in &verdict.differences {
                self.html.element("<li>", &difference(self.words, one), "</li>\n");
            }
            self.raw("</ul>\n");
        }
        self.heading("report.archive-documents");
        self.html.element("<p>", count(self.words, verdict).trim(), "</p>\n");
        self.answers_head();
        for document in &verdict.documents {
            self.raw("<tr><td class=\"narrow\">");
            self.mark(Tone::of_overall(document.overall), headline(document.overall));
            self.html.element("</td><td>", &document.file, "</td><td>");
            self.html.text(&document_reason(self.words, document).unwrap_or_default());
            self.raw("</td></tr>\n");
        }
        self.raw("</tbody>\n</table>\n");
        // What broke is told in full. What is only not certain is so for a reason that stands in the
        // table, the same for each.
        for document in verdict.documents.iter().filter(|d| d.overall == Overall::Failed) {
            self.html.element("<h2>", &document.file, "</h2>\n");
            self.document_banner(document);
            self.document(&Entry::inside(document), document);
        }
    }

    fn unread(&mut self, entry: &Entry, unread: &Unread) {
        self.raw("<div class=\"banner bad\">\n<strong>");
        self.mark(Tone::Bad, "verdict.none");
        self.html.element("</strong>\n<p>", &unread.message, "</p>\n");
        for cause in &unread.causes {
            self.html.element("<p class=\"code\">", cause, "</p>\n");
        }
        if let Some(hint) = &unread.hint {
            self.html.element("<p class=\"hint\">\u{2192} ", hint, "</p>\n");
        }
        self.raw("</div>\n");
        if let Some(sha256) = &entry.sha256 {
            self.raw("<dl>\n");
            self.hexadecimal("report.sha256", sha256);
            self.raw("</dl>\n");
        }
    }

    fn pages(&mut self, pages: &Pages, verdict: &Verdict) {
        self.raw("<div class=\"pages\">\n");
        self.heading("report.pages");
        self.page_pictures(pages, verdict);
        self.raw("</div>\n");
    }

    fn page_pictures(&mut self, pages: &Pages, verdict: &Verdict) {
        if pages.left_out {
            self.raw("<p>");
            self.say("report.pictures-left-out");
            self.raw("</p>\n");
            return;
        }
        if pages.drawing.total == 0 {
            self.raw("<p>");
            self.say("report.no-pages");
            self.raw("</p>\n");
            return;
        }
        self.raw("<p class=\"hint\">");
        self.say("report.pages-note");
        self.raw("</p>\n");
        for (index, picture) in pages.drawing.pages.iter().enumerate() {
            let here: Vec<&Widget> = pages.widgets.iter().filter(|widget| widget.page == index).collect();
            self.figure(index, pages.drawing.total, picture.as_ref(), &here, verdict);
        }
        if pages.drawing.total > pages.drawing.pages.len() {
            let values = [("shown", MAX_PAGES.to_string()), ("total", pages.drawing.total.to_string())];
            let text = self.said("report.pages-cut", &values);
            self.html.element("<p>", &text, "</p>\n");
        }
    }

    fn figure(
        &mut self,
        index: usize,
        total: usize,
        picture: Option<&Picture>,
        widgets: &[&Widget],
        verdict: &Verdict,
    ) {
        let number = [("page", (index + 1).to_string()), ("total", total.to_string())];
        let name = self.said("report.page", &number);
        self.raw("<figure>\n");
        match picture {
            Some(picture) => {
                self.raw("<div class=\"page\"><img alt=\"");
                let alt = self.said("report.page-alt", &number);
                self.html.text(&alt);
                self.raw("\" width=\"");
                self.html.text(&picture.width.to_string());
                self.raw("\" height=\"");
                self.html.text(&picture.height.to_string());
                self.raw("\" src=\"data:image/png;base64,");
                self.html.text(picture.base64());
                self.raw("\">");
                self.marks(picture, widgets, verdict);
                self.raw("</div>\n");
            }
            None => {
                self.raw("<p class=\"banner open\">");
                self.say("report.page-not-drawn");
                self.raw("</p>\n");
            }
        }
        self.html.element("<figcaption>", &name, "");
        if !widgets.is_empty() {
            self.raw("\n<ol>\n");
            for widget in widgets {
                let (tone, state, signer) = self.occupant(widget, verdict);
                self.html.element("<li>", &self.words.field_names(&widget.field), ": ");
                if let Some(signer) = signer {
                    self.html.element("", &signer, ", ");
                }
                self.mark(tone, state);
                self.raw("</li>\n");
            }
            self.raw("</ol>\n");
        }
        self.raw("</figcaption>\n</figure>\n");
    }

    /// The rectangles of the fields over the picture. The caption below says the same in words.
    fn marks(&mut self, picture: &Picture, widgets: &[&Widget], verdict: &Verdict) {
        if widgets.is_empty() {
            return;
        }
        self.raw("<svg aria-hidden=\"true\" viewBox=\"0 0 ");
        self.html.text(&format!("{} {}", picture.width, picture.height));
        self.raw("\">");
        for (number, widget) in (1..).zip(widgets) {
            let (tone, state, signer) = self.occupant(widget, verdict);
            let signer = signer.map(|signer| format!(", {signer}")).unwrap_or_default();
            let field = self.words.field_names(&widget.field);
            let label = format!("{field}{signer}: {}", self.words.plain(state));
            let [x, y, width, height] = on_picture(picture, widget.rect);
            for (before, value) in
                [("<rect x=\"", x), ("\" y=\"", y), ("\" width=\"", width), ("\" height=\"", height)]
            {
                self.raw(before);
                self.html.number(value);
            }
            self.raw("\" class=\"field ");
            self.raw(tone.class());
            self.html.element("\"><title>", &label, "</title></rect>");
            self.badge(&format!("{number} {}", tone.sign()), tone, x, y);
        }
        self.raw("</svg>");
    }

    /// Number and sign of a field, to the left of it: a longer label would hide what the document
    /// itself has around its signatures. The caption says the rest.
    fn badge(&mut self, text: &str, tone: Tone, x: f64, y: f64) {
        let left = (x - BADGE_WIDTH).max(0.0);
        self.raw("<rect x=\"");
        self.html.number(left);
        self.raw("\" y=\"");
        self.html.number(y);
        self.raw("\" width=\"");
        self.html.number(BADGE_WIDTH);
        self.raw("\" height=\"");
        self.html.number(BADGE_HEIGHT);
        self.raw("\" class=\"badge ");
        self.raw(tone.class());
        self.raw("\"/><text x=\"");
        self.html.number(left + BADGE_WIDTH / 2.0);
        self.raw("\" y=\"");
        self.html.number(y + BADGE_HEIGHT - 6.0);
        self.html.element("\" class=\"number\">", text, "</text>");
    }

    /// What became of a field: how it is meant, the word for it, and who signed there.
    fn occupant(&self, widget: &Widget, verdict: &Verdict) -> (Tone, &'static str, Option<String>) {
        match verdict.signatures.iter().find(|signature| signature.field == widget.field) {
            Some(signature) => {
                let (tone, code) = state(signature);
                (tone, code, signature.signer.clone())
            }
            // Filled, and no signature in it was judged: those of foreign documents, to which our rules
            // do not apply. In a document that failed the findings say what was found instead.
            None if widget.filled && verdict.overall == Overall::Failed => {
                (Tone::Bad, "report.field-strange", None)
            }
            None if widget.filled => (Tone::Open, "report.field-strange", None),
            None => (Tone::Open, "report.field-empty", None),
        }
    }

    fn footer(&mut self, about: &About) {
        self.raw("<footer>\n<h2>");
        self.say("report.about");
        self.raw("</h2>\n<dl>\n");
        self.fact("report.at", &about.at.to_string());
        self.fact("report.made", &about.made.to_string());
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

impl Entry {
    /// A document of an archive, whose bytes are not kept.
    fn inside(verdict: &Verdict) -> Self {
        let name = verdict.file.clone();
        let answer = Ok(Answer::Document(Box::new(verdict.clone())));
        Self { name, sha256: Some(verdict.sha256.clone()), answer, pages: None }
    }
}

/// A signature as a whole: its worst finding.
fn state(signature: &SignatureVerdict) -> (Tone, &'static str) {
    let worst = worst(signature);
    let code = match worst {
        Outcome::Fail => "report.field-bad",
        Outcome::NotChecked if is_changed_after(signature) => "page.signature-changed",
        Outcome::NotChecked => "report.field-open",
        Outcome::Pass => "report.field-good",
    };
    (Tone::of_outcome(worst), code)
}

/// A rectangle of the page in dots of its picture: left, top, width, height; kept on the picture.
fn on_picture(picture: &Picture, [x0, y0, x1, y1]: [f64; 4]) -> [f64; 4] {
    let [a, b, c, d, e, f] = picture.transform;
    let (u0, v0) = (a * x0 + c * y0 + e, b * x0 + d * y0 + f);
    let (u1, v1) = (a * x1 + c * y1 + e, b * x1 + d * y1 + f);
    let inside = |value: f64, end: u16| value.clamp(0.0, f64::from(end));
    let (left, right) = (inside(u0.min(u1), picture.width), inside(u0.max(u1), picture.width));
    let (top, bottom) = (inside(v0.min(v1), picture.height), inside(v0.max(v1), picture.height));
    [left, top, right - left, bottom - top]
}
