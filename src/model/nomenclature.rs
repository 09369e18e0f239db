//! Programmes, activities and sub-activities: what a code of the nomenclature says (Permendagri 90/2019).

/// What a line of a budget is, from the top.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// Program, `U.BB.PP`.
    Programme,
    /// Kegiatan, a programme with `.K.KK`.
    Activity,
    /// Subkegiatan, an activity with `.SSSS`.
    SubActivity,
}

impl Rank {
    const ALL: [Self; 3] = [Self::Programme, Self::Activity, Self::SubActivity];

    /// What a code says; `None` if it is none of the nomenclature.
    pub(super) fn of_code(code: &str) -> Option<Self> {
        // `X.XX.01.2.01`: the same in every field of government.
        let part = |part: &str| {
            (1..=4).contains(&part.len())
                && part.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'X' | b'x'))
        };
        let parts: Vec<&str> = code.trim_end_matches('.').split('.').collect();
        if !parts.iter().all(|text| part(text)) {
            return None;
        }
        match parts.len() {
            3 => Some(Self::Programme),
            5 => Some(Self::Activity),
            6 => Some(Self::SubActivity),
            _ => None,
        }
    }

    /// As the form heads it.
    pub(super) const fn heading(self) -> &'static str {
        match self {
            Self::Programme => "Program",
            Self::Activity => "Kegiatan",
            Self::SubActivity => "Sub Kegiatan",
        }
    }

    /// Some steps up, not over the top.
    pub(super) fn above(self, steps: u8) -> Self {
        Self::ALL[self.index().saturating_sub(usize::from(steps))]
    }

    /// Some steps down, not under the bottom.
    pub(super) fn below(self, steps: u8) -> Self {
        Self::ALL[(self.index() + usize::from(steps)).min(Self::ALL.len() - 1)]
    }

    fn index(self) -> usize {
        Self::ALL.iter().position(|rank| *rank == self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_say_what_a_line_is() {
        for (code, rank) in [
            ("2.16.02", Some(Rank::Programme)),
            ("X.XX.01", Some(Rank::Programme)),
            ("1.01.02.2.01", Some(Rank::Activity)),
            ("1.01.02.2.01.", Some(Rank::Activity)),
            ("1.01.02.2.01.0006", Some(Rank::SubActivity)),
            ("1.01.02.2.01.06", Some(Rank::SubActivity)),
            ("1.01", None),
            ("1.01.02.2", None),
            ("A.1.b", None),
            ("1..02", None),
            ("", None),
        ] {
            assert_eq!(Rank::of_code(code), rank, "{code}");
        }
    }

    #[test]
    fn steps_end_at_top_and_bottom() {
        assert_eq!(Rank::SubActivity.above(1), Rank::Activity);
        assert_eq!(Rank::Programme.above(1), Rank::Programme);
        assert_eq!(Rank::Activity.below(5), Rank::SubActivity);
    }
}
