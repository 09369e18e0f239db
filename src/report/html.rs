//! Writing HTML. Markup can only be a literal of the program; everything else is escaped, because
//! every name in a file may be one that somebody made up to be read as markup.

/// A page that grows.
#[derive(Debug, Default)]
pub(super) struct Html(String);

impl Html {
    /// Markup.
    pub(super) fn raw(&mut self, markup: &'static str) {
        self.0.push_str(markup);
    }

    /// Text, between tags or in a quoted attribute.
    pub(super) fn text(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                // Control characters are not allowed in HTML, and some would turn the text around.
                c if c.is_control() && c != '\n' => self.0.push('\u{FFFD}'),
                '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => self.0.push('\u{FFFD}'),
                c => self.0.push(c),
            }
        }
    }

    /// Text in an element; `open` and `close` are its tags.
    pub(super) fn element(&mut self, open: &'static str, text: &str, close: &'static str) {
        self.raw(open);
        self.text(text);
        self.raw(close);
    }

    /// A number with one decimal, as SVG wants it.
    pub(super) fn number(&mut self, value: f64) {
        self.0.push_str(&format!("{value:.1}"));
    }

    /// The page.
    pub(super) fn finish(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_never_markup() {
        let mut html = Html::default();
        html.element("<td title=\"", "\"><script>'&\u{202E}\u{1b}", "\">");
        assert_eq!(html.finish(), "<td title=\"&quot;&gt;&lt;script&gt;&#39;&amp;\u{FFFD}\u{FFFD}\">");
    }
}
