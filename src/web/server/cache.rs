//! Pages that were made lately. On signing day everybody looks at the same fifty documents.

use std::collections::HashMap;
use std::mem;
use std::sync::{PoisonError, RwLock};

use axum::body::Bytes;
use pk_trust::claim::Id;

/// Bytes of pages that are kept.
const MAX_KEPT: usize = 16 * 1024 * 1024;

/// Pages by document and form, each with its tag: a page whose tag is not the present one is no page.
#[derive(Debug, Default)]
pub(super) struct Cache(RwLock<Generations>);

/// What was asked for since the last change of generation, and what was before.
#[derive(Debug, Default)]
struct Generations {
    young: HashMap<(Id, &'static str), (String, Bytes)>,
    old: HashMap<(Id, &'static str), (String, Bytes)>,
    young_bytes: usize,
}

impl Cache {
    /// The page of a document in a form, if it was made with this tag.
    pub(super) fn find(&self, id: Id, form: &'static str, tag: &str) -> Option<Bytes> {
        let generations = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let key = (id, form);
        let (kept, page) = generations.young.get(&key).or_else(|| generations.old.get(&key))?;
        (kept == tag).then(|| page.clone())
    }

    /// Keeps a page. Half of what is kept is forgotten at once when there is too much: no list of what was
    /// used when has to be written with every look.
    pub(super) fn keep(&self, id: Id, form: &'static str, tag: &str, page: &Bytes) {
        let mut generations = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if generations.young_bytes > MAX_KEPT / 2 {
            generations.old = mem::take(&mut generations.young);
            generations.young_bytes = 0;
        }
        generations.young_bytes += page.len();
        generations.young.insert((id, form), (tag.to_owned(), page.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_found_by_its_tag_only_and_memory_has_an_end() {
        let cache = Cache::default();
        let page = Bytes::from(vec![b'x'; 64 * 1024]);
        let id = |i: u16| {
            let [a, b] = i.to_be_bytes();
            Id::from_random([a, b, 0, 0, 0, 0, 0, 0, 0, 0])
        };
        cache.keep(id(1), "id", "v1", &page);
        assert!(cache.find(id(1), "id", "v1").is_some());
        assert!(cache.find(id(1), "id", "v2").is_none(), "changed since");
        assert!(cache.find(id(1), "en", "v1").is_none(), "another form");
        for i in 0..4_000 {
            cache.keep(id(i), "id", "v1", &page);
        }
        let kept = (0..4_000).filter(|i| cache.find(id(*i), "id", "v1").is_some()).count();
        assert!((120..=280).contains(&kept), "{kept}");
    }
}
