//! The answers about pictures and archives, and about files without an answer.

use pk_trust::present::{Tone, headline};
use pk_trust::verify::{Overall, Verdict};

use super::Page;
use crate::audit::{Answer, ArchiveVerdict, PictureVerdict};
use crate::report::sentences::{archive_reason, count, difference, document_reason, picture_reason, seal};
use crate::report::{Entry, Unread};

impl Page<'_> {
    /// A picture with the codes of several documents: each of them, then the other codes.
    pub(super) fn picture(&mut self, entry: &Entry, verdict: &PictureVerdict) {
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

    pub(super) fn archive(&mut self, entry: &Entry, verdict: &ArchiveVerdict) {
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

    pub(super) fn unread(&mut self, entry: &Entry, unread: &Unread) {
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
}

impl Entry {
    /// A document of an archive, whose bytes are not kept.
    fn inside(verdict: &Verdict) -> Self {
        let name = verdict.file.clone();
        let answer = Ok(Answer::Document(Box::new(verdict.clone())));
        Self { name, sha256: Some(verdict.sha256.clone()), answer, pages: None }
    }
}
