//! The texts for people, in Indonesian and English, by code.
//!
//! Libraries make codes and values; only here do they become sentences. A code without a text is a
//! mistake that a test finds.

mod zone;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::OnceLock;

use pk_trust::Time;
use pk_trust::claim::Id;

pub use zone::{Zone, date};

/// A language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// Bahasa Indonesia.
    #[default]
    Indonesian,
    /// English.
    English,
}

impl Language {
    /// Reads `id`, `en`, or a locale such as `en_US.UTF-8`.
    pub fn parse(text: &str) -> Option<Self> {
        let language = text.split(['_', '-', '.', '@']).next().unwrap_or_default().to_lowercase();
        match language.as_str() {
            "id" | "in" | "ind" => Some(Self::Indonesian),
            "en" | "eng" => Some(Self::English),
            _ => None,
        }
    }
}

#[derive(Debug)]
struct Entry {
    /// Whether the scripts of the public pages need it.
    public: bool,
    id: &'static str,
    en: &'static str,
    hint_id: Option<&'static str>,
    hint_en: Option<&'static str>,
}

/// All texts, sorted by code; `build.rs` makes the table from the files beside this one.
static ENTRIES: &[(&str, Entry)] = include!(concat!(env!("OUT_DIR"), "/words.rs"));

/// FNV-1a. The codes are our own, so nobody can choose them to collide.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xCBF2_9CE4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// The texts of one language.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    language: Language,
    zone: Zone,
}

/// Values for the places `{key}` of a text.
pub type Values = BTreeMap<&'static str, String>;

impl Words {
    /// The texts of a language.
    pub const fn new(language: Language) -> Self {
        Self { language, zone: Zone::West }
    }

    /// With the clock of an office.
    #[must_use]
    pub const fn in_zone(self, zone: Zone) -> Self {
        Self { zone, ..self }
    }

    /// The clock.
    pub const fn zone(&self) -> Zone {
        self.zone
    }

    /// A time as people are told it; what is no time as it is.
    pub fn clock(&self, text: &str) -> String {
        self.zone.clock(text, self.language).unwrap_or_else(|| text.to_owned())
    }

    /// The day of a time, as people are told it.
    pub fn date(&self, time: Time) -> String {
        self.zone.date(time, self.language)
    }

    fn entry(code: &str) -> Option<&'static Entry> {
        // A public page has some sixty texts and is made a thousand times a second: searching the sorted
        // table took a tenth of that time.
        static INDEX: OnceLock<HashMap<&'static str, &'static Entry, BuildHasherDefault<Fnv>>> =
            OnceLock::new();
        INDEX.get_or_init(|| ENTRIES.iter().map(|(code, entry)| (*code, entry)).collect()).get(code).copied()
    }

    /// A sentence without values, as it is kept; the code itself if there is none.
    pub fn fixed(&self, code: &'static str) -> &'static str {
        self.raw(code)
    }

    /// The language.
    pub const fn language(&self) -> Language {
        self.language
    }

    /// Whether there is a text for a code.
    pub fn knows(&self, code: &str) -> bool {
        Self::entry(code).is_some()
    }

    /// The sentence of a code, with its values filled in; the code itself if there is none.
    pub fn text(&self, code: &str, values: &Values) -> String {
        self.fill(self.raw(code), &|key| values.get(key).map(String::as_str))
    }

    /// A cause: the sentence of its code, or what a library said, as it is.
    pub fn cause(&self, cause: &str, values: &Values) -> String {
        if self.knows(cause) { self.text(cause, values) } else { cause.to_owned() }
    }

    /// As [`text`](Self::text), for a few values that are at hand.
    pub fn filled(&self, code: &str, values: &[(&str, &str)]) -> String {
        self.fill(self.raw(code), &|key| {
            values.iter().find(|(name, _)| *name == key).map(|(_, value)| *value)
        })
    }

    /// A sentence without values.
    pub fn plain(&self, code: &str) -> String {
        self.text(code, &Values::new())
    }

    /// The texts for the scripts of the public pages, as a JSON object by code; what may help stands under the code with
    /// `.hint`.
    pub fn public_json(&self) -> String {
        let public = || ENTRIES.iter().filter(|(_, entry)| entry.public).map(|(code, _)| *code);
        let mut texts: BTreeMap<String, &str> =
            public().map(|code| (code.to_owned(), self.raw(code))).collect();
        texts.extend(public().filter_map(|code| Some((format!("{code}.hint"), self.public_hint(code)?))));
        // Texts only: encoding cannot fail.
        serde_json::to_string(&texts).unwrap_or_default()
    }

    /// The sentence of a code with its places `{key}` as they are.
    fn raw<'c>(&self, code: &'c str) -> &'c str {
        Self::entry(code).map_or(code, |entry| match self.language {
            Language::Indonesian => entry.id,
            Language::English => entry.en,
        })
    }

    /// The hint of a code, if it has one.
    pub fn hint(&self, code: &str, values: &Values) -> Option<String> {
        self.raw_hint(code).map(|text| self.fill(text, &|key| values.get(key).map(String::as_str)))
    }

    /// The same for somebody at a page, who has no command line.
    pub fn advice(&self, code: &str, values: &Values) -> Option<String> {
        self.public_hint(code).map(|text| self.fill(text, &|key| values.get(key).map(String::as_str)))
    }

    fn public_hint(&self, code: &str) -> Option<&'static str> {
        self.raw_hint(code).filter(|text| !text.contains("--") && !text.contains("pk "))
    }

    fn raw_hint(&self, code: &str) -> Option<&'static str> {
        let entry = Self::entry(code)?;
        match self.language {
            Language::Indonesian => entry.hint_id,
            Language::English => entry.hint_en,
        }
    }

    /// The names of signature fields as people call them, where they are ours: `PihakKedua` is a name for programs.
    pub fn field_names(&self, fields: &str) -> String {
        fields.split(", ").map(|field| self.named("field", field)).collect::<Vec<_>>().join(", ")
    }

    /// The text of `kind.name`, or the name if there is none.
    fn named(&self, kind: &str, name: &str) -> String {
        let code = format!("{kind}.{name}");
        if self.knows(&code) { self.raw(&code).to_owned() } else { printable(name).into_owned() }
    }

    /// Whether it is the code of what a reader of files may say. As `value` in `page.js`.
    fn is_error(&self, value: &str) -> bool {
        (value.starts_with("error.") || value.starts_with("cost.")) && self.knows(value)
    }

    /// Fills in values once: a value that contains `{…}` stays as it is. Times are told by the office's clock, and errors
    /// by their own texts, with the same values.
    fn fill<'v>(&self, text: &str, value_of: &dyn Fn(&str) -> Option<&'v str>) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find('{') {
            let (before, after) = rest.split_at(start);
            out.push_str(before);
            let Some(end) = after.find('}') else { break };
            let key = &after[1..end];
            match value_of(key) {
                Some(value) if matches!(key, "field" | "fields") => out.push_str(&self.field_names(value)),
                Some(value) if matches!(key, "error" | "what") && self.is_error(value) => {
                    // Without the key itself, so that it ends.
                    let others = |other: &str| if other == key { None } else { value_of(other) };
                    out.push_str(&self.fill(self.raw(value), &others));
                }
                // A column of the register; a file may name its fields as it likes.
                Some(value) if key == "differing" => out.push_str(&self.named("row", value)),
                Some(value) if matches!(key, "id" | "by") => out.push_str(&printable(&grouped(value))),
                Some(value) => match self.zone.clock(value, self.language) {
                    Some(clock) => out.push_str(&clock),
                    None => out.push_str(&printable(value)),
                },
                None => out.push_str(&after[..=end]),
            }
            rest = &after[end + 1..];
        }
        out.push_str(rest);
        out
    }
}

/// A document code in the form in which it is printed; anything else as it is.
fn grouped(value: &str) -> Cow<'_, str> {
    Id::parse_strict(value).map_or(Cow::Borrowed(value), |id| Cow::Owned(id.grouped()))
}

/// Longest value in bytes that is shown as it is: the reason of a revocation may have as many.
pub const LONGEST: usize = 500;

/// Values come from files: control characters could rewrite the terminal.
pub fn printable(value: &str) -> Cow<'_, str> {
    if value.len() <= LONGEST && value.bytes().all(|byte| (0x20..0x7F).contains(&byte)) {
        return Cow::Borrowed(value);
    }
    let mut text: String = value
        .chars()
        .take(LONGEST)
        .map(|c| {
            if c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}') {
                '\u{FFFD}'
            } else {
                c
            }
        })
        .collect();
    if value.chars().nth(LONGEST).is_some() {
        text.push('…');
    }
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_found() {
        for (code, entry) in ENTRIES {
            assert_eq!(Words::new(Language::English).plain(code), entry.en, "{code}");
        }
    }

    #[test]
    fn values_are_filled_in_once_and_made_harmless() {
        let values = Values::from([("a", "{b}\u{1b}[2J".to_owned()), ("b", "x".to_owned())]);
        let words = Words::new(Language::Indonesian);
        let filled = words.fill("<{a}> {b} {c}", &|key| values.get(key).map(String::as_str));
        assert_eq!(filled, "<{b}\u{FFFD}[2J> x {c}");
    }

    #[test]
    fn errors_are_told_with_the_same_values() {
        let finding = Values::from([("error", "error.pdf-header".to_owned())]);
        let cost = Values::from([("what", "cost.read".to_owned()), ("error", "error.pdf-cost".to_owned())]);
        let nested = Values::from([
            ("line", "7".to_owned()),
            ("error", "error.pem-label".to_owned()),
            ("block", "PRIVATE KEY".to_owned()),
        ]);
        let endless = Values::from([("line", "7".to_owned()), ("error", "error.pem-line".to_owned())]);
        let words = Words::new(Language::English);
        let fill = |text, values: &Values| words.fill(text, &|key| values.get(key).map(String::as_str));
        assert_eq!(fill("({error})", &finding), "(no PDF header at byte 0)");
        assert_eq!(fill("{error}", &cost), "this file asks for more than a check may cost (objects to read)");
        assert_eq!(
            words.text("error.pem-line", &nested),
            "line 7: a PEM block PRIVATE KEY does not belong here"
        );
        assert_eq!(fill("{error}", &endless), "line 7: {error}");
        // Any other text is the value itself.
        let text = Values::from([("error", "fail.archive".to_owned())]);
        assert_eq!(fill("{error}", &text), "fail.archive");
    }

    #[test]
    fn languages_are_read_from_locales() {
        assert_eq!(Language::parse("id_ID.UTF-8"), Some(Language::Indonesian));
        assert_eq!(Language::parse("en"), Some(Language::English));
        assert_eq!(Language::parse("C.UTF-8"), None);
    }
}
