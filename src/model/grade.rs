//! Rank and grade of civil servants: how they are written, and which of them go together (PP 11/2017; the table of
//! ranks has been the same since PP 3/1980).

/// Grade and the name of its rank.
const RANKS: [(&str, &str); 17] = [
    ("I/a", "Juru Muda"),
    ("I/b", "Juru Muda Tingkat I"),
    ("I/c", "Juru"),
    ("I/d", "Juru Tingkat I"),
    ("II/a", "Pengatur Muda"),
    ("II/b", "Pengatur Muda Tingkat I"),
    ("II/c", "Pengatur"),
    ("II/d", "Pengatur Tingkat I"),
    ("III/a", "Penata Muda"),
    ("III/b", "Penata Muda Tingkat I"),
    ("III/c", "Penata"),
    ("III/d", "Penata Tingkat I"),
    ("IV/a", "Pembina"),
    ("IV/b", "Pembina Tingkat I"),
    ("IV/c", "Pembina Utama Muda"),
    ("IV/d", "Pembina Utama Madya"),
    ("IV/e", "Pembina Utama"),
];

/// Grades of PPPK, who have no ranks.
const CONTRACT: [&str; 17] = [
    "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI",
    "XVII",
];

/// Whether a grade is one of PPPK: a Roman number alone.
pub(super) fn is_contract(grade: &str) -> bool {
    CONTRACT.contains(&grade)
}

/// The official form of a grade that is written in another: `3c`, `III.c`, `IV C`; `None` if it is in the official form.
/// What it could be is not known for a text that is no grade at all.
pub(super) fn other_form(grade: &str) -> Option<Option<&'static str>> {
    if is_contract(grade) || RANKS.iter().any(|(known, _)| *known == grade) {
        return None;
    }
    let plain: String =
        grade.chars().filter(|c| c.is_ascii_alphanumeric()).collect::<String>().to_ascii_lowercase();
    let plain = match plain.as_bytes().first() {
        Some(b'1') => plain.replacen('1', "i", 1),
        Some(b'2') => plain.replacen('2', "ii", 1),
        Some(b'3') => plain.replacen('3', "iii", 1),
        Some(b'4') => plain.replacen('4', "iv", 1),
        _ => plain,
    };
    let known = RANKS.iter().map(|(known, _)| *known).chain(CONTRACT);
    Some(known.into_iter().find(|known| known.replace('/', "").to_ascii_lowercase() == plain))
}

/// The rank that belongs to a grade, if another one is written beside it. `Tk. I` is as good as `Tingkat I`.
pub(super) fn other_rank(grade: &str, rank: &str) -> Option<&'static str> {
    let (_, own) = RANKS.iter().find(|(known, _)| *known == grade)?;
    let plain = |text: &str| {
        let words = text.to_lowercase().replace("tk.", "tingkat ").replace('.', " ");
        let words = words.split_whitespace().map(|word| match word {
            "tk" => "tingkat",
            "1" => "i",
            word => word,
        });
        words.collect::<Vec<_>>().join(" ")
    };
    (plain(rank) != plain(own)).then_some(*own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grades_are_known_by_their_official_form() {
        for grade in ["IV/c", "III/a", "I/d", "IX", "XVII", "V"] {
            assert_eq!(other_form(grade), None, "{grade}");
        }
        for (grade, form) in [
            ("3c", Some("III/c")),
            ("IVb", Some("IV/b")),
            ("IV.c", Some("IV/c")),
            ("IV C", Some("IV/c")),
            ("iii/d", Some("III/d")),
            ("ix", Some("IX")),
            ("IV/f", None),
            ("eselon II", None),
        ] {
            assert_eq!(other_form(grade), Some(form), "{grade}");
        }
    }

    #[test]
    fn ranks_belong_to_grades() {
        assert_eq!(other_rank("IV/b", "Pembina Tk. I"), None);
        assert_eq!(other_rank("IV/b", "Pembina Tk.I"), None);
        assert_eq!(other_rank("III/d", "penata tingkat 1"), None);
        assert_eq!(other_rank("IV/c", "Penata"), Some("Pembina Utama Muda"));
        assert_eq!(other_rank("IX", "Penata"), None);
    }
}
