//! Lines that are broken between words, as wide as the terminal.

/// How wide the terminal is, if there is one.
pub(super) fn width() -> Option<usize> {
    terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)).filter(|width| *width >= 40)
}

/// A text whose lines are broken between words; what goes on stands a little further in than its line. Colours take no
/// room.
pub(super) fn wrapped(text: &str, width: Option<usize>) -> String {
    let Some(width) = width else { return text.to_owned() };
    // An amount stays in one piece.
    let text = &text.replace("Rp ", "Rp\u{e000}");
    let mut out = String::with_capacity(text.len());
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            out.push('\n');
        }
        let indent = line.chars().take_while(|c| *c == ' ').count();
        let further = " ".repeat((indent + 2).min(width / 2));
        let mut column = 0;
        for (i, word) in line.split(' ').enumerate() {
            let long = columns(word);
            if i > 0 {
                if column > indent && column + 1 + long > width {
                    out.push('\n');
                    out.push_str(&further);
                    column = further.len();
                } else {
                    out.push(' ');
                    column += 1;
                }
            }
            out.push_str(word);
            column += long;
        }
    }
    out.replace('\u{e000}', " ")
}

/// Letters that take room: what lies between an escape and its `m` is a colour.
fn columns(word: &str) -> usize {
    let mut colour = false;
    word.chars()
        .filter(|c| {
            let hidden = colour || *c == '\u{1b}';
            colour = hidden && *c != 'm';
            !hidden
        })
        .count()
}

#[cfg(test)]
mod tests {
    use super::super::term::{Term, Tone};
    use super::*;

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrapped("satu dua tiga", None), "satu dua tiga");
        assert_eq!(wrapped("  satu dua tiga empat", Some(14)), "  satu dua\n    tiga empat");
        assert_eq!(wrapped("a\nbb ccc", Some(40)), "a\nbb ccc");
        assert_eq!(
            wrapped("satu-kata-yang-sangat-panjang dua", Some(10)),
            "satu-kata-yang-sangat-panjang\n  dua"
        );
        assert_eq!(wrapped("sebesar Rp 1.000", Some(12)), "sebesar\n  Rp 1.000");
        let coloured = format!("{} dua", Term::toned(Tone::Bad, "satu"));
        assert_eq!(wrapped(&coloured, Some(9)), coloured);
    }
}
