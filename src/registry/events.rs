//! The chain of events: each carries the hash of the one before.

use pk_trust::Time;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use sha2::{Digest as _, Sha256};

use super::read::{signed, unsigned};
use super::{Error, Event, Mark};

/// Appends an event to the chain, inside the transaction that makes it true.
pub(super) fn append(
    transaction: &Transaction<'_>,
    id: &str,
    what: &str,
    at: Time,
    detail: &str,
) -> Result<(), Error> {
    let previous: Option<[u8; 32]> = transaction
        .query_row("SELECT hash FROM events ORDER BY number DESC LIMIT 1", [], |row| row.get(0))
        .optional()?;
    let hash = hash(&previous.unwrap_or_default(), id, what, at, detail);
    transaction.execute(
        "INSERT INTO events (id, what, at, detail, hash) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![id, what, signed(at.unix()), detail, hash],
    )?;
    Ok(())
}

/// Whether an event is still there as it was.
pub(super) fn holds(connection: &Connection, mark: &Mark) -> Result<bool, Error> {
    let stored: Option<Vec<u8>> = connection
        .query_row("SELECT hash FROM events WHERE number = ?1", [mark.number], |row| row.get(0))
        .optional()?;
    Ok(stored.is_some_and(|stored| stored == mark.hash))
}

/// Gives every event after `mark` to `each`, oldest first, once its hash was checked; and the newest
/// event.
pub(super) fn walk(
    connection: &Connection,
    mark: Option<Mark>,
    mut each: impl FnMut(Event),
) -> Result<Option<Mark>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT number, id, what, at, detail, hash FROM events WHERE number > ?1 ORDER BY number",
    )?;
    let mut rows = statement.query([mark.map_or(0, |mark| mark.number)])?;
    let mut newest = mark;
    while let Some(row) = rows.next()? {
        let (id, what, detail): (String, String, String) = (row.get(1)?, row.get(2)?, row.get(4)?);
        let at = Time::from_unix(unsigned(row.get(3)?)?);
        let stored: Vec<u8> = row.get(5)?;
        let hash = hash(&newest.map(|mark| mark.hash).unwrap_or_default(), &id, &what, at, &detail);
        if stored != hash {
            return Err(Error::Damaged(format!("the chain of events is broken at {id}, {what}")));
        }
        newest = Some(Mark { number: row.get(0)?, hash });
        each(Event { id, what, at, detail, hash });
    }
    Ok(newest)
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
