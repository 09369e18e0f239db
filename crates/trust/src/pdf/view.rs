//! The document as of one revision: trailer, catalog, and the values behind keys and references.

use std::borrow::Cow;

use super::body::{Body, MAX_INDIRECTION};
use super::budget::{VALUE, Work};
use super::file::File;
use super::{Dictionary, Error, Object, Ref};

/// The document as of one revision.
#[derive(Clone, Copy, Debug)]
pub struct View<'f, 'a> {
    pub(super) file: &'f File<'a>,
    pub(super) revision: usize,
}

impl<'f, 'a> View<'f, 'a> {
    /// As of a revision, or of the newest where there are not as many.
    pub(super) fn new(file: &'f File<'a>, revision: usize) -> Self {
        Self { file, revision: revision.min(file.revisions.len() - 1) }
    }

    /// Counts work, as [`File::spend`].
    ///
    /// # Errors
    ///
    /// [`Error::Cost`] where all of it together is more than a check may cost.
    pub fn spend(&self, work: Work, amount: usize) -> Result<(), Error> {
        self.file.spend(work, amount)
    }

    /// The trailer dictionary of this revision.
    pub fn trailer(&self) -> &'f Dictionary {
        &self.file.revisions[self.revision].trailer
    }

    /// The bytes of the file up to the end of this revision.
    pub fn bytes(&self) -> &'a [u8] {
        self.file.bytes.get(..self.file.revisions[self.revision].span.end).unwrap_or_default()
    }

    /// Where the cross-reference section of this revision begins.
    pub fn xref(&self) -> usize {
        self.file.revisions[self.revision].xref
    }

    /// The revision that this is a view of.
    pub fn revision(&self) -> usize {
        self.revision
    }

    /// The object of this number as it is here, and the revision that made it so; `None` if it does
    /// not exist.
    ///
    /// # Errors
    ///
    /// As [`View::body`], if it cannot be read.
    pub fn numbered(&self, number: u32) -> Result<Option<(Body, usize)>, Error> {
        let Some((entry, made)) = self.file.entry(number, self.revision) else { return Ok(None) };
        let Some(generation) = entry.generation() else { return Ok(None) };
        Ok(Some((self.body(Ref { number, generation })?, made)))
    }

    /// The number with the generation under which the object is found here; `None` if there is none.
    pub fn reference(&self, number: u32) -> Option<Ref> {
        let generation = self.file.entry(number, self.revision)?.0.generation()?;
        Some(Ref { number, generation })
    }

    /// Whether there is an object of this number.
    pub fn has(&self, number: u32) -> bool {
        self.reference(number).is_some()
    }

    /// Follows a reference; a direct value is given back as it is.
    ///
    /// # Errors
    ///
    /// As [`View::body`].
    pub fn resolve<'o>(&self, object: &'o Object) -> Result<Cow<'o, Object>, Error> {
        let mut current = match object {
            Object::Reference(reference) => self.body(*reference)?.value,
            direct => return Ok(Cow::Borrowed(direct)),
        };
        for _ in 0..MAX_INDIRECTION {
            let Object::Reference(reference) = current else { return Ok(Cow::Owned(current)) };
            current = self.body(reference)?.value;
        }
        Err(Error::Loop { what: "reference" })
    }

    /// The dictionary under `key`, directly or by reference; `None` if there is no such key.
    ///
    /// # Errors
    ///
    /// If there is something else under the key.
    pub fn dictionary(&self, parent: &Dictionary, key: &'static str) -> Result<Option<Dictionary>, Error> {
        match self.value(parent, key)? {
            None => Ok(None),
            Some(Object::Dictionary(dictionary)) => Ok(Some(dictionary)),
            Some(_) => Err(Error::WrongType { key, expected: "dictionary" }),
        }
    }

    /// The array under `key`, directly or by reference; `None` if there is no such key.
    ///
    /// # Errors
    ///
    /// If there is something else under the key.
    pub fn array(&self, parent: &Dictionary, key: &'static str) -> Result<Option<Vec<Object>>, Error> {
        match self.value(parent, key)? {
            None => Ok(None),
            Some(Object::Array(items)) => Ok(Some(items)),
            Some(_) => Err(Error::WrongType { key, expected: "array" }),
        }
    }

    /// A copy of the value under `key`, directly or by reference. A direct one may have half a million values in it.
    ///
    /// # Errors
    ///
    /// As [`View::resolve`].
    pub fn value(&self, parent: &Dictionary, key: &str) -> Result<Option<Object>, Error> {
        let Some(object) = parent.get(key) else { return Ok(None) };
        let resolved = self.resolve(object)?;
        if matches!(resolved, Cow::Borrowed(_)) {
            self.file.spend(Work::Read, VALUE.saturating_mul(resolved.values()))?;
        }
        Ok(Some(resolved.into_owned()))
    }

    /// The document catalog.
    ///
    /// # Errors
    ///
    /// If `/Root` does not lead to a dictionary.
    pub fn catalog(&self) -> Result<(Ref, Dictionary), Error> {
        let wrong = Error::WrongType { key: "Root", expected: "dictionary" };
        let Some(Object::Reference(reference)) = self.trailer().get("Root") else {
            return Err(wrong);
        };
        match self.body(*reference)?.value {
            Object::Dictionary(dictionary) => Ok((*reference, dictionary)),
            _ => Err(wrong),
        }
    }
}
