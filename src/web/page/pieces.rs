//! What is the same on many pages, made once: it is two thirds of the bytes of a document's page, and making
//! it anew each time was more than half of the work.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use maud::{Markup, PreEscaped};

use crate::web::links::Links;
use crate::web::record::State;

/// A part of a page that depends on the site, on the form of the page, and on nothing else than what stands here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Piece {
    /// Within `head`.
    Head { is_check: bool },
    /// Above the content.
    Top { is_check: bool },
    /// Below the content.
    Foot,
    /// The headline of a document in force.
    InForce,
    /// The head of the list of what has to be the same on paper.
    Compare { shows_fields: bool },
    /// The four questions.
    Lines(State),
    /// By whose authority the certificates are.
    Certificates,
}

/// The pieces of a site. There are as many as forms of pages, a few dozen.
#[derive(Debug, Default)]
pub(in crate::web) struct Pieces(RwLock<HashMap<(Links, Piece), Arc<str>>>);

impl Pieces {
    /// A piece, made now if it is the first time.
    pub(super) fn get(
        &self,
        links: Links,
        piece: Piece,
        make: impl FnOnce() -> Markup,
    ) -> PreEscaped<Arc<str>> {
        let key = (links, piece);
        if let Some(made) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return PreEscaped(Arc::clone(made));
        }
        let made: Arc<str> = make().into_string().into();
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&made));
        PreEscaped(made)
    }
}
