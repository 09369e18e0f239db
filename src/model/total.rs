//! Rows of a budget that state a sum, in the words that offices and spreadsheets have for it.

/// Words for a sum of everything. Compared without spaces, digits, punctuation and case.
const ALL: [&str; 8] = ["total", "jumlah", "jml", "jlh", "grandtotal", "jumlahtotal", "totaljumlah", "σ"];

/// Words for a sum of the lines above.
const PART: [&str; 4] = ["subtotal", "subjumlah", "subjml", "subjlh"];

/// What a row states the sum of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Total {
    /// Of all lines of the official.
    All,
    /// Of those since the last stated sum, or of all.
    Part,
}

/// Whether a row states a sum: `TOTAL`, `J u m l a h :`, `Grand Total`, and without a code `TOTAL ANGGARAN`,
/// `Sub Total Program`, or as spreadsheets write it below the lines of a group, `kominfo Total`.
pub(super) fn stated(text: &str, official: &str, without_code: bool) -> Option<Total> {
    let text = text.to_lowercase().replace('∑', "σ");
    let words = words(unnumbered(&text));
    if let Some(total) = of_word(&words.concat()) {
        return Some(total);
    }
    if !without_code {
        return None;
    }
    if let Some(rest) = text.strip_prefix(official)
        && of_word(&self::words(rest).concat()).is_some()
    {
        return Some(Total::Part);
    }
    let (first, second) = (words.first()?.as_str(), words.get(1).map_or("", String::as_str));
    match first {
        "sub" => of_word(second).map(|_| Total::Part),
        "grand" => of_word(second),
        _ => of_word(first),
    }
}

/// Without `A.` or `iv)` at the beginning; digits are no part of words anyway.
fn unnumbered(text: &str) -> &str {
    let Some((number, rest)) = text.split_once(['.', ')']) else { return text };
    let number = number.trim_matches(|c: char| !c.is_alphabetic());
    let roman = number.len() <= 4 && number.bytes().all(|byte| matches!(byte, b'i' | b'v' | b'x'));
    let letter = number.chars().nth(1).is_none();
    if (roman || letter) && rest.contains(char::is_alphabetic) { rest } else { text }
}

fn of_word(word: &str) -> Option<Total> {
    if ALL.contains(&word) {
        return Some(Total::All);
    }
    PART.contains(&word).then_some(Total::Part)
}

/// The words of a text; letters that stand alone, as in `J U M L A H`, make one.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut alone = false;
    for word in text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()) {
        let single = word.chars().nth(1).is_none();
        match words.last_mut().filter(|_| alone && single) {
            Some(last) => last.push_str(word),
            None => words.push(word.to_owned()),
        }
        alone = single;
    }
    words
}

/// The sums of an official's lines so far, to know a total that has no word for it.
#[derive(Debug, Default)]
pub(super) struct Running {
    all: Sum,
    since: Sum,
}

#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    amount: u64,
    lines: usize,
    coded: bool,
}

impl Sum {
    fn add(&mut self, amount: u64, coded: bool) {
        self.amount = self.amount.saturating_add(amount);
        self.lines += 1;
        self.coded |= coded;
    }

    const fn likeness(self, amount: u64) -> Option<Likeness> {
        match self.lines {
            _ if amount == 0 || amount != self.amount => None,
            // Two programmes may well cost the same, if both have codes or none has.
            1 if self.coded => Some(Likeness::OfOne),
            0 | 1 => None,
            _ => Some(Likeness::OfSeveral),
        }
    }
}

/// What a line without a code may be the sum of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Likeness {
    OfOne,
    OfSeveral,
}

impl Running {
    /// Another line on top.
    pub(super) fn add(&mut self, amount: u64, coded: bool) {
        self.all.add(amount, coded);
        self.since.add(amount, coded);
    }

    /// Whether an amount without a code is the sum of what stands above it.
    pub(super) fn likeness(&self, amount: u64) -> Option<Likeness> {
        self.all.likeness(amount).or_else(|| self.since.likeness(amount))
    }

    /// The sum since the last total, where a new one begins.
    pub(super) fn close(&mut self) -> u64 {
        std::mem::take(&mut self.since).amount
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_are_known_in_every_spelling() {
        for text in [
            "TOTAL",
            "Jumlah",
            "J U M L A H",
            "T o t a l :",
            "Jml.",
            "(Total)",
            "Σ",
            "∑ ",
            "Grand Total",
            "GRANDTOTAL",
            "1. Jumlah",
            "= JUMLAH =",
            "Jumlah Total",
            "G R A N D  T O T A L",
            "IV. Jumlah",
            "b) Total",
            "Σ.",
        ] {
            for without_code in [true, false] {
                assert_eq!(stated(text, "setda", without_code), Some(Total::All), "{text}");
            }
        }
        for text in ["Sub Total", "Subtotal", "SUB-TOTAL", "Sub Jumlah", "S u b  T o t a l"] {
            assert_eq!(stated(text, "setda", false), Some(Total::Part), "{text}");
        }
        for (text, expected) in [
            ("TOTAL ANGGARAN", Total::All),
            ("Jumlah Seluruhnya", Total::All),
            ("Total (A + B)", Total::All),
            ("Grand Total Anggaran", Total::All),
            ("A. Jumlah Program", Total::All),
            ("Sub Total Program I", Total::Part),
            ("setda Total", Total::Part),
            ("Setda Jumlah", Total::Part),
        ] {
            assert_eq!(stated(text, "setda", true), Some(expected), "{text}");
            assert_eq!(stated(text, "setda", false), None, "{text} with a code");
        }
        for text in [
            "Program Sanitasi Total Berbasis Masyarakat",
            "Totalitas Pelayanan",
            "Penjumlahan Suara",
            "Subtotalitas",
            "Kominfo Total Digital",
            "Rapat Koordinasi",
            "A. Program Jumlah",
            "2025",
            "",
        ] {
            assert_eq!(stated(text, "setda", true), None, "{text}");
        }
    }
}
