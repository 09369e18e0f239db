//! What an update may do to pages: enter further widgets of signature fields.

use super::{Comparison, What, differing};
use crate::pades::context::{Context, Contexts};
use crate::pdf::{self, Body, Object, Ref, Work};

impl Comparison<'_, '_> {
    pub(super) fn pages(&mut self) -> Result<(), pdf::Error> {
        // Where no node of the tree is touched it is the same tree; it may have a million pages.
        let pages = Contexts::of(&[Context::Page, Context::PageList]);
        let in_tree = |number: &u32| self.roles.contexts(*number).any(pages);
        let moved = self.before.trailer().get("Root") != self.after.trailer().get("Root");
        if moved || self.touched.iter().any(in_tree) {
            let before = self.before.pages()?;
            if before != self.after.pages()? {
                let root = before.first().map_or(0, |page| page.number);
                self.forbid(root, What::Pages, "Pages");
            }
        }
        // Pages that are touched, and those whose list is.
        let mut touched: Vec<u32> = self.touched.iter().copied().filter(in_tree).collect();
        for list in &self.touched {
            if self.roles.contexts(*list).has(Context::AnnotationList) {
                touched.extend(self.roles.sources(*list));
            }
        }
        touched.sort_unstable();
        touched.dedup();
        for number in touched {
            let (Some((old, _)), Some(page)) = (self.before.numbered(number)?, self.before.reference(number))
            else {
                continue;
            };
            // A stream is no page, whatever leads to it as to one: its data would go unseen.
            let is_leaf = old.value.as_dictionary().is_some_and(|d| d.get("Kids").is_none());
            if is_leaf && old.stream.is_none() && self.after.reference(number) == Some(page) {
                self.page(page, &old)?;
            }
        }
        Ok(())
    }

    /// A page may get further widgets of signature fields in its list of annotations, nothing else.
    fn page(&mut self, page: Ref, old: &Body) -> Result<(), pdf::Error> {
        let new = self.after.body(page)?;
        if new.stream.is_some() {
            return Ok(());
        }
        let (Some(old), Some(new)) = (old.value.as_dictionary(), new.value.as_dictionary()) else {
            return Ok(());
        };
        if self.is_touched(page.number) {
            self.explained.insert(page.number);
            for key in differing(old, new).into_iter().filter(|key| key != b"Annots") {
                let what = if key == b"Contents" { What::Content } else { What::Page };
                self.forbid(page.number, what, key);
            }
        }
        if let Some(list) = new.get("Annots").and_then(Object::as_reference)
            && self.is_touched(list.number)
        {
            self.explained.insert(list.number);
            if !self.roles.contexts(list.number).only(Contexts::of(&[Context::AnnotationList])) {
                self.forbid(list.number, What::Shared, "Annots");
            }
        }
        let before = self.before.array(old, "Annots")?.unwrap_or_default();
        let after = self.after.array(new, "Annots")?.unwrap_or_default();
        // Many pages may share one list, and each is compared.
        let weight = |list: &[Object]| list.iter().map(Object::weight).fold(0, usize::saturating_add);
        self.after.spend(Work::Compared, weight(&before).saturating_add(weight(&after)))?;
        let mut rest = before.iter().peekable();
        for item in &after {
            // A list of annotations holds annotations; what else there is may have another meaning elsewhere.
            let is_annotation = matches!(item, Object::Reference(_) | Object::Dictionary(_));
            if is_annotation && rest.next_if(|next| next.is_equivalent(item)).is_some() {
                continue;
            }
            // A widget is in one list, once.
            if !item.as_reference().is_some_and(|widget| self.widgets.remove(&widget)) {
                let number = item.as_reference().map_or(page.number, |r| r.number);
                // Named once, here.
                self.explained.insert(number);
                self.forbid(number, What::Annotation, "Annots");
            }
        }
        if rest.next().is_some() {
            self.forbid(page.number, What::Annotation, "Annots");
        }
        Ok(())
    }
}
