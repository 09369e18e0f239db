//! The page tree (ISO 32000-2, 7.7.3).

use std::collections::BTreeSet;
use std::sync::Arc;

use super::body::MAX_INDIRECTION;
use super::budget::Work;
use super::revision::Revision;
use super::view::View;
use super::{Error, Object, Ref};

/// The pages of one or more revisions.
#[derive(Debug)]
pub(super) struct PageTree {
    root: Ref,
    pages: Vec<Ref>,
    /// The objects that say so, pages and lists of kids among them.
    nodes: BTreeSet<u32>,
}

impl View<'_, '_> {
    /// The page objects in order.
    ///
    /// # Errors
    ///
    /// If the page tree is not a tree.
    pub fn pages(&self) -> Result<Vec<Ref>, Error> {
        let (_, catalog) = self.catalog()?;
        let Some(Object::Reference(root)) = catalog.get("Pages") else {
            return Err(Error::WrongType { key: "Pages", expected: "reference" });
        };
        let tree = match self.known_pages(*root) {
            Some(known) => known,
            None => Arc::new(self.page_tree(*root)?),
        };
        self.file.kept().pages.insert(self.revision, Arc::clone(&tree));
        // A page takes as long to copy as some bytes take to read.
        self.file.spend(Work::Read, tree.pages.len())?;
        Ok(tree.pages.clone())
    }

    /// The pages as of an earlier revision, if nothing that says so was touched since. Many small updates of a
    /// document of many pages would else cost a walk through all of them each.
    fn known_pages(&self, root: Ref) -> Option<Arc<PageTree>> {
        let (earlier, tree) = {
            let kept = self.file.kept();
            let (earlier, tree) = kept.pages.range(..=self.revision).next_back()?;
            (*earlier, Arc::clone(tree))
        };
        let updates = self.file.revisions.get(earlier + 1..=self.revision)?;
        let touched = updates.iter().flat_map(Revision::numbers).any(|number| tree.nodes.contains(&number));
        (tree.root == root && !touched).then_some(tree)
    }

    fn page_tree(&self, root: Ref) -> Result<PageTree, Error> {
        let mut tree = PageTree { root, pages: Vec::new(), nodes: BTreeSet::new() };
        let mut seen = BTreeSet::new();
        let mut stack = vec![root];
        while let Some(reference) = stack.pop() {
            if !seen.insert(reference) {
                return Err(Error::Loop { what: "page tree" });
            }
            tree.nodes.insert(reference.number);
            let body = self.shared(reference)?;
            let node =
                body.value.as_dictionary().ok_or(Error::WrongType { key: "Kids", expected: "dictionary" })?;
            let mut list = node.get("Kids");
            let mut shared;
            for _ in 0..MAX_INDIRECTION {
                let Some(Object::Reference(elsewhere)) = list else { break };
                tree.nodes.insert(elsewhere.number);
                shared = self.shared(*elsewhere)?;
                list = Some(&shared.value);
            }
            match list {
                None => tree.pages.push(reference),
                Some(Object::Array(kids)) => {
                    for kid in kids.iter().rev() {
                        stack.push(
                            kid.as_reference()
                                .ok_or(Error::WrongType { key: "Kids", expected: "reference" })?,
                        );
                    }
                }
                Some(_) => return Err(Error::WrongType { key: "Kids", expected: "array" }),
            }
        }
        Ok(tree)
    }
}
