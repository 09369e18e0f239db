//! The pages as pictures, with the signature fields marked.

use pk_trust::present::Tone;
use pk_trust::verify::{Overall, Verdict};

use super::document::state;
use super::{Page, Shown};
use crate::report::Pages;
use crate::report::draw::{MAX_PAGES, Picture};
use crate::report::fields::Widget;

/// Size of the number beside a field, in dots of the picture.
const BADGE_WIDTH: f64 = 36.0;
const BADGE_HEIGHT: f64 = 22.0;

impl Page<'_> {
    pub(super) fn pages(&mut self, pages: &Pages, verdict: &Verdict) {
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
