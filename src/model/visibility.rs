//! How much of a document its public page shows.

/// What somebody who knows the id may see. Whether a document is in force is always shown: without that
/// the code on the paper would be of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Visibility {
    /// The file itself, with every NIP that is printed on it.
    Original,
    /// Parties, positions, objectives and sums, but no file.
    Fields,
    /// Only where it stands.
    Status,
}

impl Visibility {
    /// All of them, the most open one first.
    pub const ALL: [Self; 3] = [Self::Original, Self::Fields, Self::Status];

    /// The word in the registry and in `--json`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Fields => "fields",
            Self::Status => "status",
        }
    }

    /// The word in `pk.toml`.
    pub const fn as_indonesian(self) -> &'static str {
        match self {
            Self::Original => "asli",
            Self::Fields => "pokok",
            Self::Status => "status",
        }
    }

    /// Reads the word of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|v| v.as_str() == text)
    }

    /// Reads the word of [`Self::as_indonesian`].
    pub fn parse_indonesian(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|v| v.as_indonesian() == text)
    }
}
