//! What the events say of each document, and whether the rows say the same.
//!
//! The chain shows an event that was edited, removed or put in between. The rows beside it are what
//! everybody reads: status, hashes of files, times of signatures, what is shown in public. Everything in
//! them follows from the events, so a row that was set back from revoked to complete, or that names
//! another file, is found here.

use std::collections::{BTreeSet, HashMap};

use pk_trust::Time;
use pk_trust::claim::Id;
use rusqlite::Connection;

use super::read::{Scope, entries};
use super::{Entry, Error, Event, Mark, Status, Visibility, events, sealed};

/// Documents whose rows are in memory at once while a whole registry is compared.
const AT_ONCE: i64 = 1000;

/// What the events of a registry say.
#[derive(Default)]
pub(super) struct Told {
    documents: HashMap<String, Document>,
}

/// What the events of one document say.
#[derive(Default)]
struct Document {
    /// Whether its row was among those that were compared.
    compared: bool,
    digest: Option<[u8; 32]>,
    /// `None` until a registry of an earlier version was taken over.
    facts: Option<[u8; 32]>,
    files: Vec<[u8; 32]>,
    signed: Vec<(String, Time)>,
    complete: bool,
    ended: Option<End>,
    visibility: Option<Visibility>,
}

/// How a document came to its end.
struct End {
    status: Status,
    successor: Option<Id>,
    reason: Option<String>,
}

impl Told {
    /// Reads all events, once their chain of hashes holds; and gives the newest one.
    pub(super) fn read(connection: &Connection) -> Result<(Self, Option<Mark>), Error> {
        let mut told = Self::default();
        let newest = events::walk(connection, None, |event| told.take(event))?;
        Ok((told, newest))
    }

    /// Reads the events of the documents that have some after `mark`, and gives the newest one. Only what
    /// comes after the mark is checked as a chain: the caller has checked what is before it.
    pub(super) fn since(connection: &Connection, mark: Mark) -> Result<(Self, Option<Mark>), Error> {
        let newest = events::walk(connection, Some(mark), |_| Ok(()))?;
        let mut found = Self::default();
        events::of_documents_after(connection, mark, |event| found.take(event))?;
        Ok((found, newest))
    }

    /// Whether every row of a registry says what its events say, and there is one for each document.
    pub(super) fn compare_all(mut self, connection: &Connection) -> Result<(), Error> {
        let mut after = i64::MIN;
        while let Some(last) = last_of(connection, after)? {
            self.compare(&entries(connection, &Scope::numbers(after, last))?)?;
            after = last;
        }
        self.follow_successors()?;
        self.finish()
    }

    /// Whether these rows say what the events say.
    pub(super) fn compare(&mut self, entries: &[Entry]) -> Result<(), Error> {
        for entry in entries {
            let id = entry.reservation.id.to_string();
            let differs = |part| Err(Error::Row { id: id.clone(), part });
            let Some(told) = self.documents.get_mut(&id) else { return differs("no event") };
            if let Some(part) = told.difference(entry) {
                return differs(part);
            }
            told.compared = true;
        }
        Ok(())
    }

    /// Whether every successor is a document of this registry, and no chain of them a circle.
    fn follow_successors(&self) -> Result<(), Error> {
        // Those whose chain has an end; each is walked once.
        let mut ended: BTreeSet<&str> = BTreeSet::new();
        let firsts: BTreeSet<&String> = self.documents.keys().collect();
        for first in firsts {
            let (mut walked, mut id) = (BTreeSet::new(), first.clone());
            while !ended.contains(id.as_str()) {
                let known = self.documents.get_key_value(&id);
                let Some((id_of, document)) = known.filter(|(id, _)| walked.insert(id.as_str())) else {
                    return Err(Error::Row { id: first.clone(), part: "successor" });
                };
                match document.ended.as_ref().and_then(|end| end.successor) {
                    Some(successor) => id = successor.to_string(),
                    None => {
                        ended.insert(id_of);
                    }
                }
            }
            ended.append(&mut walked);
        }
        Ok(())
    }

    /// Whether each document of which there are events was among the rows.
    pub(super) fn finish(self) -> Result<(), Error> {
        let missing = self.documents.into_iter().filter(|(_, told)| !told.compared).map(|(id, _)| id).min();
        missing.map_or(Ok(()), |id| Err(Error::Row { id, part: "it is missing" }))
    }

    fn take(&mut self, event: Event) -> Result<(), Error> {
        let document = self.documents.entry(event.id.clone()).or_default();
        document.take(&event).ok_or_else(|| {
            Error::Damaged(format!(
                "an event of document {} cannot be what it says: {}",
                event.id, event.what
            ))
        })
    }
}

impl Document {
    /// Takes over what an event says; `None` if it cannot be.
    fn take(&mut self, event: &Event) -> Option<()> {
        if (event.what == "issued") == self.digest.is_some() {
            return None;
        }
        let words: Vec<&str> = event.detail.split(' ').collect();
        match event.what.as_str() {
            "issued" => match words.as_slice() {
                // Before version 3 the first event held the digest alone.
                [digest] => self.digest = Some(hash(digest)?),
                [digest, "facts", facts, "file", file] => {
                    self.digest = Some(hash(digest)?);
                    self.facts = Some(hash(facts)?);
                    self.files.push(hash(file)?);
                }
                _ => return None,
            },
            "adopted" => {
                let ["facts", facts, "files", files @ ..] = words.as_slice() else { return None };
                if self.facts.is_some() || files.len() != self.signed.len() + 1 {
                    return None;
                }
                self.facts = Some(hash(facts)?);
                self.files = files.iter().map(|file| hash(file)).collect::<Option<_>>()?;
            }
            "signed" => {
                match words.as_slice() {
                    [_, _] if self.facts.is_none() => {}
                    [_, _, "file", file] if self.facts.is_some() => self.files.push(hash(file)?),
                    _ => return None,
                }
                self.signed.push(((*words.first()?).to_owned(), event.at));
            }
            "completed" => self.complete = true,
            "revoked" => self.end(Status::Revoked, None, Some(&event.detail))?,
            "superseded" => {
                let (by, reason) = match event.detail.split_once(' ') {
                    Some((by, reason)) => (by, Some(reason)),
                    None => (event.detail.as_str(), None),
                };
                self.end(Status::Superseded, Some(Id::parse_strict(by).ok()?), reason)?;
            }
            // Of what was done before it says nothing else; whether it holds is asked where the seals are known.
            "sealed" => sealed::is_detail(&event.detail).then_some(())?,
            "visibility" => {
                self.visibility = match *words.first()? {
                    "default" => None,
                    word => Some(Visibility::parse(word)?),
                };
            }
            _ => return None,
        }
        Some(())
    }

    /// Once for ever.
    fn end(&mut self, status: Status, successor: Option<Id>, reason: Option<&str>) -> Option<()> {
        let end = End { status, successor, reason: reason.map(str::to_owned) };
        self.ended.replace(end).is_none().then_some(())
    }

    fn status(&self) -> Status {
        match &self.ended {
            Some(end) => end.status,
            None if self.complete => Status::Complete,
            None if self.signed.is_empty() => Status::Issued,
            None => Status::PartlySigned,
        }
    }

    /// In what a row differs from the events.
    fn difference(&self, entry: &Entry) -> Option<&'static str> {
        if let Some(part) = self.course(entry) {
            return Some(part);
        }
        if self.facts != Some(entry.facts()) {
            return Some("what was issued");
        }
        (self.files != entry.files).then_some("files")
    }

    /// The same for what events of every version say: what became of the document.
    fn course(&self, entry: &Entry) -> Option<&'static str> {
        let end = self.ended.as_ref();
        let times: Vec<(&str, Time)> =
            entry.signers.iter().filter_map(|s| Some((s.field.as_str(), s.signed?))).collect();
        let same_times = times.len() == self.signed.len()
            && self.signed.iter().all(|(field, at)| times.contains(&(field.as_str(), *at)));
        let revision = usize::try_from(entry.revision).is_ok_and(|revision| revision == self.signed.len());
        let complete = self.complete == (!times.is_empty() && times.len() == entry.signers.len());
        let reason = end.and_then(|end| end.reason.as_deref());
        [
            (self.digest == Some(entry.digest), "digest"),
            (self.status() == entry.status, "status"),
            (same_times && complete, "signatures"),
            (revision, "revision"),
            (end.and_then(|end| end.successor) == entry.successor, "successor"),
            (reason == entry.remark.as_deref(), "reason"),
            (self.visibility == entry.visibility, "visibility"),
        ]
        .into_iter()
        .find_map(|(same, part)| (!same).then_some(part))
    }
}

/// Takes over a registry whose events do not hold what is shown and which files there are: appends what
/// the rows say of it now, once the chain and all that it does hold agree with them.
///
/// # Errors
///
/// Also where any event is of the present version: somebody has set the version back, to have rows taken
/// over that the events speak against.
pub(super) fn adopt(transaction: &rusqlite::Transaction<'_>) -> Result<(), Error> {
    let (mut told, _) = Told::read(transaction)?;
    let newest: Option<i64> = transaction.query_row("SELECT max(at) FROM events", [], |row| row.get(0))?;
    let at = Time::from_unix(super::read::unsigned(newest.unwrap_or_default())?);
    let rows = entries(transaction, &Scope::all())?;
    for entry in &rows {
        let id = entry.reservation.id.to_string();
        let document = told.documents.get_mut(&id).filter(|document| document.facts.is_none());
        let document = document.ok_or(Error::Row { id: id.clone(), part: "version of its events" })?;
        if let Some(part) = document.course(entry) {
            return Err(Error::Row { id, part });
        }
        if entry.files.len() != document.signed.len() + 1 {
            return Err(Error::Row { id, part: "files" });
        }
        let files: Vec<String> = entry.files.iter().map(|f| data_encoding::HEXLOWER.encode(f)).collect();
        let facts = data_encoding::HEXLOWER.encode(&entry.facts());
        events::append(transaction, &id, "adopted", at, &format!("facts {facts} files {}", files.join(" ")))?;
        document.compared = true;
    }
    told.finish()
}

/// The number of the last of the next documents.
fn last_of(connection: &Connection, after: i64) -> Result<Option<i64>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT max(number) FROM (SELECT number FROM documents WHERE number > ?1 ORDER BY number LIMIT ?2)",
    )?;
    Ok(statement.query_row([after, AT_ONCE], |row| row.get(0))?)
}

/// 64 hexadecimal digits.
fn hash(text: &str) -> Option<[u8; 32]> {
    data_encoding::HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(pairs: &[(u8, Option<u8>)]) -> Told {
        let id = |byte: u8| Id::from_random([byte; 10]);
        let documents = pairs.iter().map(|(old, by)| {
            let end = by.map(|by| End { status: Status::Superseded, successor: Some(id(by)), reason: None });
            (id(*old).to_string(), Document { ended: end, ..Document::default() })
        });
        Told { documents: documents.collect() }
    }

    #[test]
    fn every_chain_of_successors_has_an_end() {
        for good in [&[(1, None)][..], &[(1, Some(2)), (2, Some(3)), (3, None), (4, Some(3)), (5, Some(2))]] {
            assert!(told(good).follow_successors().is_ok(), "{good:?}");
        }
        for wrong in [
            &[(1, Some(1))][..],
            &[(1, Some(2))],
            &[(1, Some(2)), (2, Some(1))],
            &[(1, None), (2, Some(3)), (3, Some(4)), (4, Some(3))],
        ] {
            let found = told(wrong).follow_successors();
            assert!(matches!(found, Err(Error::Row { part: "successor", .. })), "{wrong:?}");
        }
    }
}
