//! What an update may do to the structure tree: enter the widgets that it adds, and nothing that is read aloud.
//!
//! Programs that sign tagged documents give the new widget an element of its own (ISO 32000-2, 14.8.4.8.2, `Form`),
//! enter it in the parent tree (14.7.5.4), and often write that tree anew.

use std::collections::BTreeSet;

use super::{Comparison, differing};
use crate::pades::context::{Context, Contexts};
use crate::pdf::{self, Dictionary, Object, Ref, View, Work};

/// Nodes of a number tree below each other.
const MAX_DEPTH: usize = 32;

/// Roles of the objects of a structure tree.
const STRUCTURE: [Context; 3] = [Context::StructureRoot, Context::Element, Context::ElementTree];

impl Comparison<'_, '_> {
    /// Explains what an update did to the structure tree, if all of it is entering new widgets. What is left
    /// unexplained is a change like any other.
    pub(super) fn structure(&mut self, catalog: &Dictionary) -> Result<(), pdf::Error> {
        let structure = Contexts::of(&STRUCTURE);
        let in_tree = |number: &u32| {
            let roles = self.roles.contexts(*number);
            roles.any(structure) && roles.only(structure)
        };
        let touched: Vec<u32> = self.touched.iter().copied().filter(in_tree).collect();
        if touched.is_empty() || self.widgets.is_empty() {
            return Ok(());
        }
        let Some(root) = catalog.get("StructTreeRoot").and_then(Object::as_reference) else { return Ok(()) };
        if !self.root_is_kept(root)? {
            return Ok(());
        }
        let mut new = BTreeSet::new();
        for number in &touched {
            let (Some(reference), Some((body, _))) =
                (self.after.reference(*number), self.after.numbered(*number)?)
            else {
                return Ok(());
            };
            if self.is_new(*number) && self.is_entry(&body.value)? {
                new.insert(reference);
            }
        }
        if !self.parents_are_kept(root, &new)? {
            return Ok(());
        }
        let mut explained = Vec::new();
        for number in touched {
            let roles = self.roles.contexts(number);
            let is_tree = roles.only(Contexts::of(&[Context::ElementTree]));
            let kept = match self.after.reference(number) {
                Some(reference) if new.contains(&reference) || reference == root || is_tree => true,
                _ => self.element_is_kept(number, &new)?,
            };
            if kept {
                explained.push(number);
            }
        }
        self.explained.extend(explained);
        Ok(())
    }

    /// Whether the root says the same but for its parent tree, which is compared by itself.
    fn root_is_kept(&self, root: Ref) -> Result<bool, pdf::Error> {
        let (before, after) = (self.before.body(root)?, self.after.body(root)?);
        let (Some(old), Some(new)) = (before.value.as_dictionary(), after.value.as_dictionary()) else {
            return Ok(false);
        };
        let fine = |key: &[u8]| matches!(key, b"ParentTree" | b"ParentTreeNextKey");
        Ok(differing(old, new).iter().all(|key| fine(key)))
    }

    /// Whether a new object is an element for widgets that this update adds: without any text, which programs would
    /// read aloud in the place of what is shown.
    fn is_entry(&self, value: &Object) -> Result<bool, pdf::Error> {
        let Some(element) = value.as_dictionary() else { return Ok(false) };
        let known = |key: &[u8]| matches!(key, b"Type" | b"S" | b"P" | b"Pg" | b"K");
        let kind = element.get("S").and_then(Object::as_name);
        if kind != Some(b"Form") || !element.iter().all(|(key, _)| known(key)) {
            return Ok(false);
        }
        let Some(content) = element.get("K") else { return Ok(false) };
        let content = self.after.resolve(content)?.into_owned();
        let items = match &content {
            Object::Array(items) => items.as_slice(),
            single => std::slice::from_ref(single),
        };
        for item in items {
            let item = self.after.resolve(item)?;
            let Some(item) = item.as_dictionary() else { return Ok(false) };
            let widget = item.get("Obj").and_then(Object::as_reference);
            let is_reference = item.get("Type").and_then(Object::as_name) == Some(b"OBJR");
            let known = |key: &[u8]| matches!(key, b"Type" | b"Obj" | b"Pg");
            if !is_reference
                || !item.iter().all(|(key, _)| known(key))
                || widget.is_none_or(|widget| !self.widgets.contains(&widget))
            {
                return Ok(false);
            }
        }
        Ok(!items.is_empty())
    }

    /// Whether the parent tree leads where it led, and from new numbers to new elements.
    fn parents_are_kept(&self, root: Ref, new: &BTreeSet<Ref>) -> Result<bool, pdf::Error> {
        let (old, after) = (parents(self.before, root)?, parents(self.after, root)?);
        let (Some(old), Some(after)) = (old, after) else { return Ok(false) };
        self.after.spend(Work::Compared, old.len() + after.len())?;
        let of = |tree: &[(i64, Object)], number: i64| {
            tree.binary_search_by_key(&number, |(number, _)| *number).ok()
        };
        let is_kept = |(number, value): &(i64, Object)| {
            let found = of(&after, *number).and_then(|at| after.get(at));
            found.is_some_and(|(_, found)| found.is_equivalent(value))
        };
        let mut added = after.iter().filter(|(number, _)| of(&old, *number).is_none());
        let entered = added.all(|(_, value)| value.as_reference().is_some_and(|r| new.contains(&r)));
        Ok(entered && old.iter().all(is_kept))
    }

    /// Whether an element, or a list of them, says the same but for new elements in its list of kids.
    fn element_is_kept(&self, number: u32, new: &BTreeSet<Ref>) -> Result<bool, pdf::Error> {
        let (Some((before, _)), Some((after, _))) =
            (self.before.numbered(number)?, self.after.numbered(number)?)
        else {
            // A list that only the parent tree names, written anew.
            return Ok(self.is_new(number)
                && self.after.numbered(number)?.is_some_and(|(body, _)| body.value.as_array().is_some()));
        };
        if self.generations_differ(number) {
            return Ok(false);
        }
        let (Some(old), Some(with)) = (before.value.as_dictionary(), after.value.as_dictionary()) else {
            return Ok(self.is_same(&before, &after));
        };
        if differing(old, with).iter().any(|key| key != b"K") {
            return Ok(false);
        }
        let (old, with) = (kids(self.before, old)?, kids(self.after, with)?);
        self.after.spend(Work::Compared, with.len())?;
        let mut rest = old.iter().peekable();
        for kid in &with {
            if rest.next_if(|next| next.is_equivalent(kid)).is_none()
                && !kid.as_reference().is_some_and(|kid| new.contains(&kid))
            {
                return Ok(false);
            }
        }
        Ok(rest.next().is_none())
    }
}

/// `/K` of an element as a list.
fn kids(view: View<'_, '_>, element: &Dictionary) -> Result<Vec<Object>, pdf::Error> {
    let Some(value) = element.get("K") else { return Ok(Vec::new()) };
    Ok(match view.resolve(value)?.into_owned() {
        Object::Array(items) => items,
        _ => vec![value.clone()],
    })
}

/// The parent tree: elements, or lists of them, in the order of their numbers; `None` if it is no such tree.
fn parents(view: View<'_, '_>, root: Ref) -> Result<Option<Vec<(i64, Object)>>, pdf::Error> {
    let body = view.body(root)?;
    let Some(dictionary) = body.value.as_dictionary() else { return Ok(None) };
    let mut found = Vec::new();
    let Some(tree) = view.dictionary(dictionary, "ParentTree")? else { return Ok(Some(found)) };
    let mut pending = vec![(tree, 0)];
    while let Some((node, depth)) = pending.pop() {
        if depth > MAX_DEPTH {
            return Ok(None);
        }
        for pair in view.array(&node, "Nums")?.unwrap_or_default().chunks(2) {
            let [Object::Integer(number), value] = pair else { return Ok(None) };
            // A list by itself is as good as a reference to it.
            let value = match view.resolve(value)?.into_owned() {
                list @ Object::Array(_) => list,
                _ => value.clone(),
            };
            found.push((*number, value));
        }
        for kid in view.array(&node, "Kids")?.unwrap_or_default() {
            match view.resolve(&kid)?.into_owned() {
                Object::Dictionary(kid) => pending.push((kid, depth + 1)),
                _ => return Ok(None),
            }
        }
    }
    found.sort_by_key(|(number, _)| *number);
    let twice = found.windows(2).any(|pair| pair.first().map(|(n, _)| n) == pair.get(1).map(|(n, _)| n));
    Ok((!twice).then_some(found))
}
