//! A file, its revisions, and what was read of it once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::body::Body;
use super::budget::Work;
use super::crypt::Crypt;
use super::irregular::{Irregularity, Reading};
use super::object_stream::ObjectStream;
use super::pages::PageTree;
use super::revision::{Revision, revisions};
use super::view::View;
use super::xref::Entry;
use super::{Error, Object, Ref};

/// A parsed file.
#[derive(Debug)]
pub struct File<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) revisions: Vec<Revision>,
    /// Every number with the revisions that define or free it, in order.
    index: Vec<(u32, u32)>,
    pub(super) reading: Reading,
    kept: Mutex<Kept>,
    /// The key of a file that is encrypted without a password, and the object that says how.
    pub(super) crypt: Option<(Crypt, Option<Ref>)>,
}

/// What was read once and may be asked for again.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// Decoded object streams, by the byte at which they stand.
    pub(super) streams: BTreeMap<usize, Arc<ObjectStream>>,
    /// Objects, by their numbers and the revisions that made them.
    pub(super) bodies: BTreeMap<(u32, usize), Arc<Body>>,
    /// What reading these objects cost.
    pub(super) cost: usize,
    /// Page trees, by the revision for which they were read.
    pub(super) pages: BTreeMap<usize, Arc<PageTree>>,
}

impl<'a> File<'a> {
    /// Parses the structure of a file: header, and every revision from the last to the first.
    ///
    /// # Errors
    ///
    /// Whatever ISO 32000-2, 7.5 does not allow, and what this reader does not read: hybrid and
    /// encrypted files.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        Self::read(bytes, Reading::default())
    }

    /// As [`File::parse`], for other programs' files: what has one reading only is noted
    /// ([`File::irregularities`]) and read.
    ///
    /// # Errors
    ///
    /// What readers disagree on, and files that are encrypted with a user's password.
    pub fn parse_foreign(bytes: &'a [u8]) -> Result<Self, Error> {
        Self::read(bytes, Reading::foreign())
    }

    fn read(bytes: &'a [u8], reading: Reading) -> Result<Self, Error> {
        let revisions = revisions(bytes, &reading)?;
        let numbers =
            |(i, revision): (u32, &Revision)| revision.numbers().map(move |n| (n, i)).collect::<Vec<_>>();
        let mut index: Vec<(u32, u32)> = (0..).zip(&revisions).flat_map(numbers).collect();
        index.sort_unstable();
        let mut file = Self { bytes, revisions, index, reading, kept: Mutex::default(), crypt: None };
        file.crypt = file.key()?;
        // What was read for that was not decrypted.
        file.kept = Mutex::default();
        crate::counters::file();
        Ok(file)
    }

    /// The same file, read as other programs' files are ([`File::parse_foreign`]) from now on.
    #[must_use]
    pub fn tolerant(self) -> Self {
        Self { reading: Reading::foreign(), kept: Mutex::default(), ..self }
    }

    /// The key of an encrypted file. An encryption that an update adds is a change like any other, and makes
    /// nothing unreadable before it.
    fn key(&self) -> Result<Option<(Crypt, Option<Ref>)>, Error> {
        let view = self.at(0);
        let Some(encryption) = view.trailer().get("Encrypt") else { return Ok(None) };
        if !self.reading.is_foreign() {
            return Err(Error::Encrypted);
        }
        let own = encryption.as_reference();
        // An update that says anew how the file is encrypted would give what was signed another meaning.
        let again = |r: &Revision| own.is_some_and(|own| r.entries.contains_key(&own.number));
        if self.revisions.iter().skip(1).any(again) {
            return Err(Error::Encrypted);
        }
        let encryption = view.resolve(encryption)?;
        let id = view.array(view.trailer(), "ID")?.unwrap_or_default();
        let id = id.first().and_then(Object::as_string).unwrap_or_default();
        let crypt = Crypt::open(encryption.as_dictionary().ok_or(Error::Encrypted)?, id)?;
        Ok(Some((crypt, own)))
    }

    /// Whether the file is encrypted, without a password.
    pub const fn is_encrypted(&self) -> bool {
        self.crypt.is_some()
    }

    /// The forms that were tolerated so far, each with the first and the last byte at which it stands. Objects are read
    /// when they are asked for, so there may be more of them later.
    pub fn irregularities(&self) -> BTreeMap<Irregularity, (usize, usize)> {
        self.reading.found()
    }

    /// All bytes of the file.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Counts work that this file causes, before it is done.
    ///
    /// # Errors
    ///
    /// [`Error::Cost`] where all of it together is more than a check may cost.
    pub fn spend(&self, work: Work, amount: usize) -> Result<(), Error> {
        self.reading.spend(work, amount)
    }

    /// How much of a kind of work this file has caused so far; what was refused counts too.
    pub fn spent(&self, work: Work) -> u64 {
        self.reading.spent(work)
    }

    /// The revisions, oldest first; at least one.
    pub fn revisions(&self) -> &[Revision] {
        &self.revisions
    }

    /// The newest revision.
    pub fn latest(&self) -> View<'_, 'a> {
        self.at(self.revisions.len() - 1)
    }

    /// The document as it was when revision `index` was the last one.
    pub fn at(&self, index: usize) -> View<'_, 'a> {
        View::new(self, index)
    }

    /// Where an object is as of a revision, and the revision that says so.
    pub(super) fn entry(&self, number: u32, revision: usize) -> Option<(Entry, usize)> {
        let newest = u32::try_from(revision).unwrap_or(u32::MAX);
        let after = self.index.partition_point(|known| *known <= (number, newest));
        let (known, made) = *self.index.get(after.checked_sub(1)?)?;
        let made = usize::try_from(made).ok().filter(|_| known == number)?;
        Some((*self.revisions.get(made)?.entries.get(&number)?, made))
    }

    pub(super) fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
