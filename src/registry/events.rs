//! The chain of events: each carries the hash of the one before.

use pk_trust::Time;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use sha2::{Digest as _, Sha256};

use super::read::{signed, unsigned};
use super::{Error, Event, Mark};

/// Appends an event to the chain, inside the transaction that makes it true. Gives where it has to be.
pub(super) fn append(
    transaction: &Transaction<'_>,
    id: &str,
    what: &str,
    at: Time,
    detail: &str,
) -> Result<Mark, Error> {
    let previous = newest(transaction)?.map(|(mark, _)| mark);
    let hash = hash(&previous.map(|mark| mark.hash).unwrap_or_default(), id, what, at, detail);
    let mark = Mark { number: after(previous), hash };
    transaction
        .prepare_cached(
            "INSERT INTO events (number, id, what, at, detail, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![mark.number, id, what, signed(at.unix()), detail, hash])?;
    Ok(mark)
}

/// The number of the event after this one: from 1, without a gap.
fn after(mark: Option<Mark>) -> i64 {
    mark.map_or(1, |mark| mark.number.saturating_add(1))
}

/// Whether an event is still there as it was.
pub(super) fn holds(connection: &Connection, mark: &Mark) -> Result<bool, Error> {
    let stored: Option<Vec<u8>> = connection
        .query_row("SELECT hash FROM events WHERE number = ?1", [mark.number], |row| row.get(0))
        .optional()?;
    Ok(stored.is_some_and(|stored| stored == mark.hash))
}

/// The newest event and its time.
pub(super) fn newest(connection: &Connection) -> Result<Option<(Mark, Time)>, Error> {
    let found: Option<(i64, [u8; 32], i64)> = connection
        .prepare_cached("SELECT number, hash, at FROM events ORDER BY number DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    found.map(|(number, hash, at)| Ok((Mark { number, hash }, Time::from_unix(unsigned(at)?)))).transpose()
}

/// Gives every event after `mark` to `each`, oldest first, once its number and hash were checked; and the
/// newest event.
pub(super) fn walk(
    connection: &Connection,
    mark: Option<Mark>,
    mut each: impl FnMut(Event) -> Result<(), Error>,
) -> Result<Option<Mark>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT number, id, what, at, detail, hash FROM events WHERE number >= ?1 ORDER BY number",
    )?;
    // From the very first: an event before number 1 has no hash that anybody checks, and is read as well.
    let mut rows = statement.query([mark.map_or(i64::MIN, |_| after(mark))])?;
    let mut newest = mark;
    while let Some(row) = rows.next()? {
        let (id, what, detail): (String, String, String) = (row.get(1)?, row.get(2)?, row.get(4)?);
        let at = Time::from_unix(unsigned(row.get(3)?)?);
        let stored: Vec<u8> = row.get(5)?;
        let hash = hash(&newest.map(|mark| mark.hash).unwrap_or_default(), &id, &what, at, &detail);
        let number: i64 = row.get(0)?;
        if stored != hash || number != after(newest) {
            return Err(Error::Chain { number, id, what });
        }
        newest = Some(Mark { number, hash });
        each(Event { id, what, at, detail, hash })?;
    }
    Ok(newest)
}

/// Gives all events of the documents that have some after `mark`, in the order in which they happened.
pub(super) fn of_documents_after(
    connection: &Connection,
    mark: Mark,
    mut each: impl FnMut(Event) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut statement = connection.prepare_cached(
        "SELECT id, what, at, detail, hash FROM events
           WHERE id IN (SELECT id FROM events WHERE number > ?1) ORDER BY number",
    )?;
    let mut rows = statement.query([mark.number])?;
    while let Some(row) = rows.next()? {
        each(Event {
            id: row.get(0)?,
            what: row.get(1)?,
            at: Time::from_unix(unsigned(row.get(2)?)?),
            detail: row.get(3)?,
            hash: row.get(4)?,
        })?;
    }
    Ok(())
}

/// Parts separated by a byte that no part before the last contains, so that no two events share an
/// encoding.
fn hash(previous: &[u8; 32], id: &str, what: &str, at: Time, detail: &str) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(previous);
    for part in [id, what, &at.unix().to_string(), detail] {
        hasher.update(part.as_bytes());
        hasher.update([0]);
    }
    hasher.finalize().into()
}
