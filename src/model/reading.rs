//! From cells to values: what is certain is read, what is not is reported.

use unicode_normalization::UnicodeNormalization;

use super::nip::Nip;
use super::{Cell, Date, Place, Problem, Problems, Row, Value};

/// Longest text of one cell. A statutory paragraph has 400 characters; more than this is a mistake
/// or an attack on the layout.
const MAX_TEXT: usize = 4_000;

/// Columns that are never shown in public: the NIP's own, and those of handles, which have stricter rules.
const PRIVATE: [&str; 4] = ["nip", "id", "atasan", "pejabat"];

/// Columns in which 0 is never meant.
const WORDS: [&str; 21] = [
    "nama",
    "gelar_depan",
    "gelar_belakang",
    "pangkat",
    "golongan",
    "jabatan",
    "unit",
    "jenjang",
    "kapasitas",
    "dokumen",
    "sasaran",
    "indikator",
    "satuan",
    "arah",
    "pola",
    "uraian",
    "sumber",
    "alamat",
    "pos_el",
    "laman",
    "lambang",
];

/// Most digits after the decimal comma that a number in a cell may have to be taken for what the
/// user typed. 14.987244897959181 is a result of arithmetic, not an agreement.
const MAX_DECIMALS: usize = 4;

/// Largest whole number that a spreadsheet keeps exactly: it stores 15 significant digits.
const MAX_EXACT: f64 = 999_999_999_999_999.0;

/// Reads cells and gathers what is wrong with them.
#[derive(Debug, Default)]
pub(super) struct Reading {
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
    /// How many there were, also of those that are not kept.
    problem_count: usize,
    warning_count: usize,
}

impl Reading {
    pub(super) fn report(&mut self, problem: Problem) {
        self.problem_count += 1;
        if self.problems.len() < Problems::MOST {
            self.problems.push(problem);
        }
    }

    pub(super) fn warn(&mut self, warning: Problem) {
        self.warning_count += 1;
        if self.warnings.len() < Problems::MOST {
            self.warnings.push(warning);
        }
    }

    /// How many problems there are so far.
    pub(super) const fn reported(&self) -> usize {
        self.problem_count
    }

    /// What was read at `place` is not used. If nothing has been said about it since there were `before` problems,
    /// this is: nothing may be missing from a document without a word.
    pub(super) fn set_aside(&mut self, before: usize, place: &Place) {
        if self.problem_count == before {
            self.report(Problem::new("row.unread", place));
        }
    }

    /// Problems and warnings; the last one of each says how many are not among them.
    pub(super) fn finish(mut self, place: &Place) -> (Vec<Problem>, Vec<Problem>) {
        for (list, count) in
            [(&mut self.problems, self.problem_count), (&mut self.warnings, self.warning_count)]
        {
            if let Some(more) = count.checked_sub(list.len()).filter(|more| *more > 0) {
                list.push(Problem::new("problems.more", place).with("count", more));
            }
        }
        (self.problems, self.warnings)
    }

    /// The text of a cell; `None` if it is empty or cannot be read (which is then reported).
    pub(super) fn text(&mut self, row: &Row, column: &str) -> Option<String> {
        let cell = row.cell(column)?;
        if WORDS.contains(&column) && self.lone_zero(&cell, column) {
            return None;
        }
        match cell.value {
            Value::Text(text) => self.clean(text, &cell.place),
            // A whole number is what was typed. A fraction may have been another text: code 2.10 becomes
            // 2,1.
            Value::Number(number) if number.fract() == 0.0 && exact(*number).is_some() => exact(*number),
            Value::Number(number) | Value::Percent(number) => {
                self.report(Problem::new("cell.number", &cell.place).with("value", spelled(*number)));
                None
            }
            Value::Date(date) => {
                self.report(Problem::new("cell.date", &cell.place).with("value", date));
                None
            }
            Value::Boolean(_) => {
                self.report(Problem::new("cell.boolean", &cell.place));
                None
            }
            Value::Error(error) => {
                self.report(Problem::new("cell.error", &cell.place).with("value", error));
                None
            }
            Value::Absent(code) => {
                self.report(Problem::new(code, &cell.place));
                None
            }
        }
    }

    /// Whether a cell for words holds nothing but 0, which is reported: a formula that looks up an empty cell
    /// gives 0, and so "0 Contoh Satu, 0" would be printed and signed.
    pub(super) fn lone_zero(&mut self, cell: &Cell<'_>, column: &str) -> bool {
        let zero = match cell.value {
            Value::Text(text) => matches!(text.trim(), "0" | "-0" | "0,0" | "0.0" | "0,00" | "0.00" | "00"),
            Value::Number(number) | Value::Percent(number) => *number == 0.0,
            _ => false,
        };
        if zero {
            self.report(Problem::new("cell.zero", &cell.place).with("column", column));
        }
        zero
    }

    /// The text of a cell that may not be empty.
    pub(super) fn required(&mut self, row: &Row, column: &str) -> Option<String> {
        if !row.has(column) {
            self.report(Problem::new("cell.empty", &row.place.column(column)).with("column", column));
            return None;
        }
        let before = self.reported();
        let text = self.text(row, column);
        // A cell of nothing but white space.
        if text.is_none() && self.reported() == before {
            self.report(Problem::new("cell.empty", &row.place_of(column)).with("column", column));
        }
        text
    }

    /// White space made plain, NFC; characters that could make a document read otherwise than it
    /// looks are refused.
    fn clean(&mut self, text: &str, place: &Place) -> Option<String> {
        if text.chars().count() > MAX_TEXT {
            self.report(Problem::new("text.too-long", place).with("limit", MAX_TEXT));
            return None;
        }
        let code = text.chars().find_map(|c| {
            let code = if is_bidi_control(c) {
                "text.bidi"
            } else if is_right_to_left(c) {
                "text.right-to-left"
            } else if c.is_control() && !c.is_whitespace() || is_invisible(c) {
                "text.control"
            } else {
                return None;
            };
            Some((code, format!("U+{:04X}", u32::from(c))))
        });
        if let Some((code, character)) = code {
            self.report(Problem::new(code, place).with("character", character));
            return None;
        }
        let trimmed = text.trim();
        if is_formula_error(trimmed) {
            self.report(Problem::new("cell.error", place).with("value", trimmed));
            return None;
        }
        // Typed into a cell of format Text, or protected from a spreadsheet in CSV: ="2.10".
        if is_formula(trimmed) {
            self.report(Problem::new("cell.formula-text", place));
            return None;
        }
        if is_nothing(trimmed) {
            self.report(Problem::new("cell.nothing", place).with("value", trimmed));
            return None;
        }
        // The word for nothing before or after a name that a program has put together.
        let mut ends =
            [trimmed.split_whitespace().next(), trimmed.split_whitespace().next_back()].into_iter();
        if let Some(word) = ends.find_map(|word| word.filter(|word| is_nothing(word))) {
            self.warn(Problem::new("text.nothing", place).with("value", word));
        }
        // Names, positions and objectives are shown in public.
        let private = place.column.as_deref().is_some_and(|column| PRIVATE.contains(&column));
        if !private && Nip::occurs_in(text) {
            self.report(Problem::new("text.nip", place));
            return None;
        }
        // Non-breaking spaces, line breaks and runs of spaces are accidents of typing and pasting.
        let words: Vec<&str> = text.split(|c: char| c.is_whitespace()).filter(|w| !w.is_empty()).collect();
        Some(words.join(" ").nfc().collect::<String>()).filter(|t| !t.is_empty())
    }

    /// A nomenclature code. Every number cell is suspect: 2.10 and 2.1 look the same in it.
    pub(super) fn code(&mut self, row: &Row, column: &str) -> Option<String> {
        let cell = row.cell(column)?;
        if self.lone_zero(&cell, column) {
            return None;
        }
        if let Value::Number(number) = cell.value {
            self.report(Problem::new("cell.number", &cell.place).with("value", spelled(*number)));
            return None;
        }
        let code = self.text(row, column)?;
        // The mark of a footnote: a spreadsheet shows it small, and it would be a part of the code.
        if code.contains(is_raised) {
            self.report(Problem::new("code.raised", &row.place_of(column)).with("value", code));
            return None;
        }
        Some(code)
    }

    /// Text in which a lone dash means that there is none.
    pub(super) fn optional(&mut self, row: &Row, column: &str) -> Option<String> {
        self.text(row, column).filter(|text| !matches!(text.as_str(), "-" | "–" | "—"))
    }

    /// One of the choices of a column.
    /// Of several names for one value the first is told.
    pub(super) fn choice<T: Copy + PartialEq>(
        &mut self,
        row: &Row,
        column: &str,
        choices: &[(&'static str, T)],
    ) -> Option<T> {
        let text = self.text(row, column)?;
        let key = text.to_lowercase().replace([' ', '.'], "_");
        let found = choices.iter().find(|(name, _)| *name == key.trim_end_matches('_'));
        if found.is_none() {
            let names: Vec<&str> = first_names(choices);
            self.report(
                Problem::new("cell.choice", &row.place_of(column))
                    .with("value", &text)
                    .with("choices", names.join(", ")),
            );
        }
        found.map(|(_, value)| *value)
    }

    /// A date.
    pub(super) fn date(&mut self, row: &Row, column: &str) -> Option<Date> {
        let cell = row.cell(column)?;
        let text = match cell.value {
            Value::Date(date) => date.clone(),
            _ => self.text(row, column)?,
        };
        let date = Date::parse(&text);
        if date.is_none() {
            self.report(Problem::new("date.impossible", &cell.place).with("value", text));
        }
        date
    }

    /// A whole amount of rupiah.
    pub(super) fn rupiah(&mut self, row: &Row, column: &str) -> Option<u64> {
        if let Some(Cell { value: Value::Number(number), place }) = row.cell(column) {
            let code = if *number < 0.0 {
                "amount.negative"
            } else if number.fract() != 0.0 {
                "amount.fraction"
            } else if *number > MAX_EXACT {
                "amount.too-large"
            } else {
                // Positive, whole and below 2^53, so that its digits are those of an amount; what is not is a
                // problem all the same.
                match format!("{:.0}", no_sign_of_zero(*number)).parse() {
                    Ok(amount) => return Some(amount),
                    Err(_) => "amount.format",
                }
            };
            self.report(Problem::new(code, &place).with("value", spelled(*number)));
            return None;
        }
        let text = self.required(row, column)?;
        let place = row.place_of(column);
        match parse_rupiah(&text) {
            Ok(amount) => Some(amount),
            Err(code) => {
                self.report(Problem::new(code, &place).with("value", text));
                None
            }
        }
    }
}

/// The names of choices, each value once.
pub(super) fn first_names<T: PartialEq>(choices: &[(&'static str, T)]) -> Vec<&'static str> {
    let first = |i: &usize| !choices[..*i].iter().any(|(_, value)| *value == choices[*i].1);
    (0..choices.len()).filter(first).map(|i| choices[i].0).collect()
}

/// Reads `4.100.832.755`, `Rp 4.100.832.755`, `Rp 1.000,00`, `Rp1.000,-`, `4100832755`.
fn parse_rupiah(text: &str) -> Result<u64, &'static str> {
    let bare = text.trim_start_matches("Rp").trim_start_matches('.').trim();
    if let Some(rest) = bare.strip_prefix('-') {
        // A formula may give -0, and a spreadsheet saves it so.
        let nothing = !rest.starts_with('-') && parse_rupiah(rest) == Ok(0);
        return if nothing { Ok(0) } else { Err("amount.negative") };
    }
    if bare.starts_with('(') {
        return Err("amount.negative");
    }
    let whole = match bare.split_once(',') {
        Some((whole, "00" | "-" | "0")) => whole,
        Some(_) => return Err("amount.fraction"),
        None => bare,
    };
    let groups: Vec<&str> = whole.split('.').collect();
    // Points group thousands; 1.5 is no amount of rupiah that anybody could mean for certain.
    let grouped =
        groups.len() == 1 || (matches!(groups[0].len(), 1..=3) && groups[1..].iter().all(|g| g.len() == 3));
    if !grouped {
        return Err("amount.format");
    }
    let digits = groups.concat();
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err("amount.format");
    }
    if digits.len() > 15 {
        return Err("amount.too-large");
    }
    digits.parse().map_err(|_| "amount.too-large")
}

/// The Indonesian spelling of a number that a cell holds as a number, if it is certain.
pub(super) fn exact(number: f64) -> Option<String> {
    if !number.is_finite() || number.abs() > MAX_EXACT {
        return None;
    }
    let text = no_sign_of_zero(number).to_string();
    let decimals = text.split_once('.').map_or(0, |(_, d)| d.len());
    (decimals <= MAX_DECIMALS && !text.contains('e')).then(|| text.replace('.', ","))
}

/// A number for a message, with a decimal comma. What could be a NIP is not shown.
pub(super) fn spelled(number: f64) -> String {
    if number.abs() > MAX_EXACT {
        return "…".to_owned();
    }
    no_sign_of_zero(number).to_string().replace('.', ",")
}

/// -0 is 0: formulas give one for the other, and nobody sees which.
fn no_sign_of_zero(number: f64) -> f64 {
    if number == 0.0 { 0.0 } else { number }
}

/// Digits above or below the line.
const fn is_raised(c: char) -> bool {
    matches!(c, '²' | '³' | '¹' | '⁰' | '⁴'..='⁹' | '₀'..='₉')
}

/// What programs write where they have nothing: Python and pandas, JavaScript, databases. `Nan` is a name, and `nihil`
/// is somebody's word.
fn is_nothing(text: &str) -> bool {
    matches!(
        text,
        "None"
            | "nan"
            | "NaN"
            | "NAN"
            | "<NA>"
            | "NaT"
            | "null"
            | "Null"
            | "NULL"
            | "(null)"
            | "undefined"
            | "[object Object]"
            | "#NULL"
            | "#NA"
    )
}

/// A formula error that was saved as text (`#REF!`, `#NAME?`, `#N/A`, `Err:502`), or what stands in a column that is
/// too narrow for its number.
fn is_formula_error(text: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty()
            && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || matches!(b, b'/' | b'_'))
    };
    let Some(name) = text.strip_prefix('#') else {
        let number = text.strip_prefix("Err:").unwrap_or_default();
        return number.len() == 3 && number.bytes().all(|b| b.is_ascii_digit());
    };
    matches!(name, "N/A" | "GETTING_DATA")
        || name.strip_suffix(['!', '?']).is_some_and(word)
        || text.len() > 2 && text.bytes().all(|b| b == b'#')
}

/// A formula that is text: `=VLOOKUP(…)`, `=Data!B2`, `='Data 1'!B2`, `=$B$2`, `="2.10"`. A target of `= 5` is none.
fn is_formula(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('=') else { return false };
    let rest = rest.trim_start_matches(['+', '-', '(']);
    let name = rest.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '$')).count();
    let after = rest.chars().nth(name);
    if rest.starts_with(['"', '\'']) {
        return true;
    }
    let plain: String = rest.chars().take(name).filter(|c| *c != '$').collect();
    let plain = plain.trim_start_matches('_');
    let letters = plain.bytes().take_while(u8::is_ascii_alphabetic).count();
    let digits = plain.bytes().skip(letters).take_while(u8::is_ascii_digit).count();
    let cell = (1..=3).contains(&letters) && digits > 0 && letters + digits == plain.len();
    cell || letters > 0 && matches!(after, Some('(' | '!'))
}

/// Characters that turn the direction of writing: a name could read otherwise than it is stored.
pub(super) fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// The first character that may not stand in one printed line: a control or line break, one without a
/// picture, or one that makes the line read otherwise than it is stored.
pub fn unfit_for_line(text: &str) -> Option<char> {
    let separator = |c| matches!(c, '\u{2028}' | '\u{2029}');
    text.chars().find(|c| {
        c.is_control() || separator(*c) || is_bidi_control(*c) || is_right_to_left(*c) || is_invisible(*c)
    })
}

/// Scripts written from right to left.
pub(super) fn is_right_to_left(c: char) -> bool {
    matches!(c,
        '\u{0590}'..='\u{08FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFE}'
        | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}')
}

/// Characters without a picture, other than white space.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200D}'
        | '\u{2060}'..='\u{2065}' | '\u{206A}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
        | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFC}' | '\u{E0000}'..='\u{E0FFF}')
        || c == '\u{FFFD}'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_no_texts() {
        for text in [
            "=VLOOKUP(A2;Data!A:C;2;0)",
            "=Data!B2",
            "='Data 1'!B2",
            "=$B$2",
            "=b2",
            "=-A1",
            "=(A1+B1)/2",
            "=\"2.10\"",
            "=_xlfn.XLOOKUP(A1,B:B,C:C)",
        ] {
            assert!(is_formula(text), "{text}");
        }
        for text in ["= 5", "=5", "≥ 65", "=100%", "=", "= baik", "=BB", "A=B2", "naik = baik", "5 = A1"] {
            assert!(!is_formula(text), "{text}");
        }
    }

    #[test]
    fn amounts_are_read_as_indonesians_write_them() {
        for text in
            ["4100832755", "4.100.832.755", "Rp 4.100.832.755", "Rp. 4.100.832.755,-", "4.100.832.755,00"]
        {
            assert_eq!(parse_rupiah(text), Ok(4_100_832_755), "{text}");
        }
        for (text, code) in [
            ("-5", "amount.negative"),
            ("(5)", "amount.negative"),
            ("1.000,50", "amount.fraction"),
            ("1.5", "amount.format"),
            ("1,000,000", "amount.fraction"),
            ("1000.000", "amount.format"),
            ("lima", "amount.format"),
            ("", "amount.format"),
            ("9999999999999999", "amount.too-large"),
        ] {
            assert_eq!(parse_rupiah(text), Err(code), "{text}");
        }
    }

    #[test]
    fn numbers_are_spelled_only_when_certain() {
        assert_eq!(exact(100.0).as_deref(), Some("100"));
        assert_eq!(exact(65.5).as_deref(), Some("65,5"));
        assert_eq!(exact(-24.65).as_deref(), Some("-24,65"));
        assert_eq!(exact(14.987_244_897_959_181), None);
        assert_eq!(exact(1.999_999_999_999_999_6), None);
        assert_eq!(exact(f64::NAN), None);
    }
}
