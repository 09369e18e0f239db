//! The answer about one document: lines, what the seal vouches for, signatures, checks.

use pk_trust::claim::Kind;
use pk_trust::present::{Tone, axis_code, is_changed_after, rupiah, worst};
use pk_trust::verify::{
    self, ChangesAfter, Code, Coverage, Detail, DocumentVerdict, Finding, Issued, Outcome, SignatureVerdict,
    Verdict,
};

use super::Page;
use crate::report::Entry;
use crate::report::sentences::{hint, kind_and_year, place, sentence, trusted};

impl Page<'_> {
    pub(super) fn document(&mut self, entry: &Entry, verdict: &Verdict) {
        self.raw("<dl>\n");
        self.hexadecimal("report.sha256", entry.sha256.as_deref().unwrap_or(&verdict.sha256));
        self.fact("report.at", &self.words.clock(&verdict.checked_at.to_string()));
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
            self.html.element("</td><td>", &sentence(self.words, line.code, &line.detail), "");
            if line.outcome != verify::Answer::Yes {
                self.hint(line.code, &line.detail);
            }
            self.raw("</td></tr>\n");
        }
        self.raw("</tbody>\n</table>\n");
    }

    /// What the seal vouches for, to be compared with the paper in one's hand.
    fn issued(&mut self, document: &DocumentVerdict, issued: &Issued) {
        self.heading("report.issued");
        let kind = kind_and_year(self.words, document.kind, document.year, issued.stage);
        self.raw("<dl>\n");
        self.fact("report.issued-by", &issued.by);
        self.fact("report.issued-on", &self.words.clock(&issued.on));
        self.fact("report.kind", &kind);
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
        let claimed = signature.claimed_time.map(|time| self.words.clock(&time.to_string()));
        self.fact("report.signature-time", claimed.as_deref().unwrap_or(&unknown));
        if let Some(time) = signature.proven_time {
            self.fact("report.signature-proven", &self.words.clock(&time.to_string()));
        }
        self.fact("report.algorithm", &signature.algorithm);
        if let Some(serial) = &signature.serial {
            self.hexadecimal("report.serial", serial);
        }
        self.raw("</dl>\n");
        self.findings(&signature.findings);
        self.raw("</div>\n");
    }

    /// What may help, below the sentence.
    fn hint(&mut self, code: Code, detail: &Detail) {
        if let Some(hint) = hint(self.words, code, detail) {
            self.html.element("<br><span class=\"hint\">\u{2192} ", &hint, "</span>");
        }
    }

    pub(super) fn findings(&mut self, findings: &[Finding]) {
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
            self.html.element("</td><td>", &sentence(self.words, finding.code, &finding.detail), " ");
            self.html.element("<code class=\"code\">", finding.code.as_str(), "</code>");
            if finding.outcome != Outcome::Pass {
                self.hint(finding.code, &finding.detail);
            }
            let place = finding.place.map(|p| place(self.words, p)).unwrap_or_default();
            self.html.element("</td><td class=\"narrow\">", &place, "");
            self.raw("</td></tr>\n");
        }
        self.raw("</tbody>\n</table>\n");
    }
}

/// A signature as a whole: its worst finding.
pub(super) fn state(signature: &SignatureVerdict) -> (Tone, &'static str) {
    let worst = worst(signature);
    let code = match worst {
        Outcome::Fail => "report.field-bad",
        Outcome::NotChecked if is_changed_after(signature) => "page.signature-changed",
        Outcome::NotChecked => "report.field-open",
        Outcome::Pass => "report.field-good",
    };
    (Tone::of_outcome(worst), code)
}
