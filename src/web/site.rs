//! Whose page it is, and what it shows.

use std::sync::Arc;

use pk_trust::claim::Kind;
use pk_trust::pki::Certificate;

use super::links::Links;
use super::page::{Context, Pieces};
use crate::model::Visibility;
use crate::office::{Office, Page};
use crate::words::{Words, Zone};

/// The institution and its choices.
#[derive(Clone, Debug)]
pub struct Site {
    /// `Pemerintah Kabupaten Contoh`
    pub institution: String,
    /// The host that is printed on the documents.
    pub host: String,
    /// SHA-256 of the roots, hexadecimal, for comparing with what the institution has printed elsewhere.
    pub roots: Vec<String>,
    /// The clock by which it tells times.
    pub(super) zone: Zone,
    page: Page,
    /// What is the same on many pages.
    pub(super) pieces: Arc<Pieces>,
}

impl Site {
    /// The site of an office.
    pub fn new(office: &Office, roots: &[Certificate]) -> Self {
        let config = office.config();
        Self {
            institution: config.instansi.nama.clone(),
            host: config.instansi.host.clone(),
            roots: roots.iter().map(|root| data_encoding::HEXLOWER.encode(&root.fingerprint())).collect(),
            zone: config.instansi.zona.parse().unwrap_or_default(),
            page: config.halaman.clone(),
            pieces: Arc::default(),
        }
    }

    /// Who speaks to whom, by the clock of the institution.
    pub(super) const fn context(&self, words: Words, links: Links) -> Context<'_> {
        Context { site: self, words: words.in_zone(self.zone), links }
    }

    /// What is shown of a kind of document, where nothing else was said of the document itself.
    pub fn visibility(&self, kind: Kind) -> Visibility {
        self.page.visibility(kind)
    }

    /// How the page is reached, and how often.
    pub(super) const fn page(&self) -> &Page {
        &self.page
    }
}
