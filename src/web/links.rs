//! Addresses of pages, for the server and for the static site.
//!
//! The server knows one address for each thing and takes the language from the request. A static site has
//! one file a language, and every link is relative, so that it works at any place of any host.

use pk_trust::claim::Id;

use crate::words::Language;

/// Where the pages are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Place {
    /// Behind `pk serve`, at the root of the host.
    Server {
        /// Whether the reader chose the language by a link; then every link keeps it.
        chosen: bool,
    },
    /// In a file this many folders below the root of a static site.
    Static {
        /// Folders.
        depth: usize,
    },
}

/// Links of one page in one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Links {
    place: Place,
    language: Language,
}

impl Links {
    /// Links from a page.
    pub(super) const fn new(place: Place, language: Language) -> Self {
        Self { place, language }
    }

    /// The way to the root of the site, ending with a slash.
    pub(super) fn root(&self) -> String {
        match self.place {
            Place::Server { .. } => "/".to_owned(),
            Place::Static { depth: 0 } => "./".to_owned(),
            Place::Static { depth } => "../".repeat(depth),
        }
    }

    /// Whether the pages are files.
    pub(super) const fn is_static(&self) -> bool {
        matches!(self.place, Place::Static { .. })
    }

    /// The page on which one checks.
    pub(super) fn check(&self) -> String {
        self.page("periksa")
    }

    /// The page of a document.
    pub(super) fn document(&self, id: &Id) -> String {
        self.page(&format!("V/{id}"))
    }

    /// Something beside the page of a document: `json`, `pdf` or `png`.
    pub(super) fn of_document(&self, id: &Id, ending: &str) -> String {
        format!("{}V/{id}.{ending}", self.root())
    }

    /// A file at a fixed place.
    pub(super) fn file(&self, path: &str) -> String {
        format!("{}{path}", self.root())
    }

    /// This page in the other language, whatever page it is.
    pub(super) fn other_language(&self) -> &'static str {
        match (self.place, self.language) {
            (Place::Server { .. }, Language::Indonesian) => "?lang=en",
            (Place::Server { .. }, Language::English) => "?lang=id",
            (Place::Static { .. }, Language::Indonesian) => "en.html",
            (Place::Static { .. }, Language::English) => "./",
        }
    }

    fn page(&self, path: &str) -> String {
        let root = self.root();
        match (self.place, self.language) {
            (Place::Server { chosen: false }, _) => format!("{root}{path}"),
            (Place::Server { chosen: true }, Language::Indonesian) => format!("{root}{path}?lang=id"),
            (Place::Server { chosen: true }, Language::English) => format!("{root}{path}?lang=en"),
            (Place::Static { .. }, Language::Indonesian) => format!("{root}{path}/"),
            (Place::Static { .. }, Language::English) => format!("{root}{path}/en.html"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn static_links_are_relative() {
        let id = Id::parse_strict("MI64IHBKPWPETJ5Y").unwrap();
        let links = |place, language| Links::new(place, language);
        let server = links(Place::Server { chosen: true }, Language::English);
        assert_eq!(server.document(&id), "/V/MI64IHBKPWPETJ5Y?lang=en");
        assert_eq!(server.of_document(&id, "json"), "/V/MI64IHBKPWPETJ5Y.json");
        let deep = links(Place::Static { depth: 2 }, Language::Indonesian);
        assert_eq!(deep.document(&id), "../../V/MI64IHBKPWPETJ5Y/");
        assert_eq!(deep.file("sw.js"), "../../sw.js");
        assert_eq!(links(Place::Static { depth: 0 }, Language::English).check(), "./periksa/en.html");
    }
}
