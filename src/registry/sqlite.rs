//! The registry of one office: one SQLite file, backed up by copying it.

use std::path::Path;
use std::time::Duration;

use pk_trust::Time;
use pk_trust::claim::{Id, Kind};
use rusqlite::{
    Connection, OpenFlags, OptionalExtension as _, Row, Transaction, TransactionBehavior, params,
};
use sha2::{Digest, Sha256};

use super::{Change, Entry, Error, Event, Registry, Reservation, Signer, Slot, Status};
use crate::model::Stage;

/// "PKRG", in `create.sql`.
const APPLICATION_ID: i64 = 0x504b_5247;

/// How long a writer waits for another one. Longer than any transaction here takes.
const BUSY: Duration = Duration::from_secs(10);

/// A registry in a file.
#[derive(Debug)]
pub struct SqliteRegistry {
    connection: Connection,
}

impl SqliteRegistry {
    /// Makes a new registry.
    ///
    /// # Errors
    ///
    /// [`Error::Exists`] if there is one.
    pub fn create(path: &Path) -> Result<Self, Error> {
        if path.exists() {
            return Err(Error::Exists(path.display().to_string()));
        }
        let connection = Connection::open(path)?;
        let registry = Self::with(connection)?;
        registry.connection.execute_batch(include_str!("create.sql"))?;
        Ok(registry)
    }

    /// Opens a registry that exists. It is never made by accident: an empty one would hand out new
    /// ids for documents that are already signed.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] if there is none.
    pub fn open(path: &Path) -> Result<Self, Error> {
        Self::open_with(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
    }

    /// Opens a registry only to read it: a backup on a disk that cannot be written, for example.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] if there is none.
    pub fn open_to_read(path: &Path) -> Result<Self, Error> {
        // After a crash the journal has to be rolled back first, and only a writer may do that.
        Self::open_with(path, OpenFlags::SQLITE_OPEN_READ_ONLY).or_else(|error| match error {
            Error::Database(_) => Self::open(path),
            other => Err(other),
        })
    }

    fn open_with(path: &Path, mode: OpenFlags) -> Result<Self, Error> {
        if !path.exists() {
            return Err(Error::Missing(path.display().to_string()));
        }
        let connection = Connection::open_with_flags(path, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        let registry = Self::with(connection)?;
        let pragma = |name| registry.connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0));
        let application: i64 = pragma("application_id")?;
        if application != APPLICATION_ID {
            return Err(Error::Damaged(format!("{} is no registry", path.display())));
        }
        let version: i64 = pragma("user_version")?;
        if version == 1 { Ok(registry) } else { Err(Error::Version(version)) }
    }

    fn with(connection: Connection) -> Result<Self, Error> {
        connection.busy_timeout(BUSY)?;
        // A rollback journal, not WAL: the registry stays one file, so that copying it is a backup and
        // a disk that cannot be written is enough to read it. FULL, so that what is reported as
        // recorded survives a power cut.
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", "ON")?;
        Ok(Self { connection })
    }

    fn write(&mut self) -> Result<Transaction<'_>, Error> {
        Ok(self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?)
    }
}

impl Registry for SqliteRegistry {
    fn reserve(&mut self, proposals: &[(Slot, Reservation)]) -> Result<Vec<Reservation>, Error> {
        let transaction = self.write()?;
        let mut reservations = Vec::new();
        {
            let mut find = transaction.prepare(
                "SELECT id, salt, day FROM reservations WHERE year = ?1 AND kind = ?2 AND stage = ?3 AND official = ?4",
            )?;
            let mut insert = transaction.prepare(
                "INSERT INTO reservations (year, kind, stage, official, id, salt, day) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?;
            for (slot, new) in proposals {
                let key = params![slot.year, slot.kind.as_str(), slot.stage.0, slot.official];
                let known = find.query_row(key, |row| reservation(row, 0)).optional()?;
                if let Some(reservation) = known {
                    reservations.push(reservation?);
                    continue;
                }
                insert.execute(params![
                    slot.year,
                    slot.kind.as_str(),
                    slot.stage.0,
                    slot.official,
                    new.id.to_string(),
                    new.salt,
                    signed(new.day),
                ])?;
                reservations.push(*new);
            }
        }
        transaction.commit()?;
        Ok(reservations)
    }

    fn record(&mut self, entry: &Entry, at: Time) -> Result<usize, Error> {
        let id = entry.reservation.id.to_string();
        let transaction = self.write()?;
        let known: Option<Vec<u8>> = transaction
            .query_row("SELECT digest FROM documents WHERE id = ?1", [&id], |row| row.get(0))
            .optional()?;
        if let Some(digest) = known {
            // Recorded by a run that was stopped right after: nothing is missing.
            return if digest == entry.digest { Ok(0) } else { Err(Error::Conflict { id, expected: 0 }) };
        }
        let superseded = supersede_slot(&transaction, entry, &id, at)?;
        insert(&transaction, entry, &id)?;
        append(&transaction, &id, "issued", at, &data_encoding::HEXLOWER.encode(&entry.digest))?;
        transaction.commit()?;
        Ok(superseded)
    }

    fn find(&self, id: &Id) -> Result<Option<Entry>, Error> {
        let mut statement =
            self.connection.prepare_cached(&format!("SELECT {COLUMNS} FROM documents WHERE id = ?1"))?;
        let found = statement.query_row([id.to_string()], |row| Ok(entry(row))).optional()?;
        found.map(|entry| self.complete(entry?)).transpose()
    }

    fn in_slot(&self, slot: &Slot) -> Result<Vec<Entry>, Error> {
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM documents
             WHERE official = ?1 AND year = ?2 AND kind = ?3 AND stage = ?4 ORDER BY number"
        ))?;
        let key = params![slot.official, slot.year, slot.kind.as_str(), slot.stage.0];
        let rows = statement.query_map(key, |row| Ok(entry(row)))?;
        rows.map(|row| self.complete(row??)).collect()
    }

    fn all(&self) -> Result<Vec<Entry>, Error> {
        let mut statement =
            self.connection.prepare(&format!("SELECT {COLUMNS} FROM documents ORDER BY number"))?;
        let rows = statement.query_map([], |row| Ok(entry(row)))?;
        rows.map(|row| self.complete(row??)).collect()
    }

    fn advance(&mut self, id: &Id, expected: u32, change: &Change, at: Time) -> Result<(), Error> {
        let id = id.to_string();
        let transaction = self.write()?;
        let conflict = || Error::Conflict { id: id.clone(), expected };
        match change {
            Change::Signed { field, serial, file } => {
                // Compare-and-swap in the statement itself: a document revoked or signed meanwhile is
                // left alone, whatever was read before.
                let changed = transaction.execute(
                    "UPDATE documents SET revision = revision + 1 WHERE id = ?1 AND revision = ?2
                       AND status IN ('issued', 'partly-signed')",
                    params![id, expected],
                )?;
                let fields = transaction.execute(
                    "UPDATE signers SET signed = ?3 WHERE id = ?1 AND field = ?2 AND signed IS NULL",
                    params![id, field, signed(at.unix())],
                )?;
                if changed != 1 || fields != 1 {
                    return Err(conflict());
                }
                transaction.execute(
                    "INSERT INTO files (id, revision, sha256) VALUES (?1, ?2, ?3)",
                    params![id, expected + 1, file],
                )?;
                append(&transaction, &id, "signed", at, &format!("{field} {serial}"))?;
                let open: u32 = transaction.query_row(
                    "SELECT count(*) FROM signers WHERE id = ?1 AND signed IS NULL",
                    [&id],
                    |row| row.get(0),
                )?;
                let status = if open == 0 { Status::Complete } else { Status::PartlySigned };
                transaction.execute(
                    "UPDATE documents SET status = ?2 WHERE id = ?1",
                    params![id, status.as_str()],
                )?;
                if open == 0 {
                    append(&transaction, &id, "completed", at, "")?;
                }
            }
            Change::Revoked { .. } | Change::Superseded { .. } => {
                let (status, remark) = match change {
                    Change::Superseded { by } => (Status::Superseded, by.to_string()),
                    Change::Revoked { reason } => (Status::Revoked, reason.clone()),
                    Change::Signed { .. } => return Err(conflict()),
                };
                let changed = transaction.execute(
                    "UPDATE documents SET status = ?3, remark = ?4 WHERE id = ?1 AND revision = ?2
                       AND status NOT IN ('revoked', 'superseded')",
                    params![id, expected, status.as_str(), remark],
                )?;
                if changed != 1 {
                    return Err(conflict());
                }
                append(&transaction, &id, status.as_str(), at, &remark)?;
            }
        }
        transaction.commit()?;
        Ok(())
    }

    fn history(&self) -> Result<Vec<Event>, Error> {
        let mut statement =
            self.connection.prepare("SELECT id, what, at, detail, hash FROM events ORDER BY number")?;
        let rows = statement.query_map([], |row| {
            let at: i64 = row.get(2)?;
            let hash: Vec<u8> = row.get(4)?;
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, at, row.get::<_, String>(3)?, hash))
        })?;
        let mut previous = [0; 32];
        let mut events = Vec::new();
        for row in rows {
            let (id, what, at, detail, stored) = row?;
            let at = Time::from_unix(unsigned(at)?);
            let hash = event_hash(&previous, &id, &what, at, &detail);
            if stored != hash {
                return Err(Error::Damaged(format!("the chain of events is broken at {id}, {what}")));
            }
            previous = hash;
            events.push(Event { id, what, at, detail, hash });
        }
        Ok(events)
    }
}

/// The other documents of a slot give way to the one that is being recorded.
fn supersede_slot(transaction: &Transaction<'_>, entry: &Entry, id: &str, at: Time) -> Result<usize, Error> {
    let slot = &entry.slot;
    let mut find = transaction.prepare(
        "SELECT id, status FROM documents WHERE official = ?1 AND year = ?2 AND kind = ?3 AND stage = ?4
           AND status NOT IN ('revoked', 'superseded')",
    )?;
    let key = params![slot.official, slot.year, slot.kind.as_str(), slot.stage.0];
    let others = find.query_map(key, |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
    let mut superseded = 0;
    for other in others {
        let (other, status) = other?;
        if status == Status::Complete.as_str() {
            return Err(Error::Conflict { id: other, expected: 0 });
        }
        transaction.execute(
            "UPDATE documents SET status = 'superseded', remark = ?2 WHERE id = ?1",
            params![other, id],
        )?;
        append(transaction, &other, Status::Superseded.as_str(), at, id)?;
        superseded += 1;
    }
    transaction.execute(
        "INSERT OR REPLACE INTO reservations (year, kind, stage, official, id, salt, day)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            slot.year,
            slot.kind.as_str(),
            slot.stage.0,
            slot.official,
            id,
            entry.reservation.salt,
            signed(entry.reservation.day),
        ],
    )?;
    Ok(superseded)
}

/// The rows of a new document.
fn insert(transaction: &Transaction<'_>, entry: &Entry, id: &str) -> Result<(), Error> {
    transaction.execute(
        "INSERT INTO documents (id, year, kind, stage, official, salt, day, unit, position, name, digest,
           indicators, budget, revision, status)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 0, 'issued')",
        params![
            id,
            entry.slot.year,
            entry.slot.kind.as_str(),
            entry.slot.stage.0,
            entry.slot.official,
            entry.reservation.salt,
            signed(entry.reservation.day),
            entry.unit,
            entry.position,
            entry.name,
            entry.digest,
            entry.indicators,
            signed(entry.budget),
        ],
    )?;
    for (place, signer) in (0_u32..).zip(&entry.signers) {
        transaction.execute(
            "INSERT INTO signers (id, place, field, official, name) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![id, place, signer.field, signer.official, signer.name],
        )?;
    }
    let file = entry.files.first().ok_or_else(|| Error::Damaged(format!("{id} without a file")))?;
    transaction.execute("INSERT INTO files (id, revision, sha256) VALUES (?1, 0, ?2)", params![id, file])?;
    Ok(())
}

const COLUMNS: &str = "id, salt, day, year, kind, stage, official, unit, position, name, digest, indicators,
  budget, revision, status, remark";

impl SqliteRegistry {
    /// Adds signers and files to a row of `documents`.
    fn complete(&self, mut entry: Entry) -> Result<Entry, Error> {
        let id = entry.reservation.id.to_string();
        let mut signers = self.connection.prepare_cached(
            "SELECT field, official, name, signed FROM signers WHERE id = ?1 ORDER BY place",
        )?;
        let rows = signers.query_map([&id], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get::<_, Option<i64>>(3)?))
        })?;
        for row in rows {
            let (field, official, name, signed) = row?;
            let signed = signed.map(unsigned).transpose()?.map(Time::from_unix);
            entry.signers.push(Signer { field, official, name, signed });
        }
        let mut files =
            self.connection.prepare_cached("SELECT sha256 FROM files WHERE id = ?1 ORDER BY revision")?;
        let rows = files.query_map([&id], |row| row.get::<_, [u8; 32]>(0))?;
        entry.files = rows.collect::<Result<_, _>>()?;
        Ok(entry)
    }
}

fn entry(row: &Row<'_>) -> Result<Entry, Error> {
    let damaged = |what: &str| Error::Damaged(what.to_owned());
    let kind: String = row.get(4)?;
    let status: String = row.get(14)?;
    Ok(Entry {
        reservation: reservation(row, 0)??,
        slot: Slot {
            year: row.get(3)?,
            kind: Kind::parse(&kind).ok_or_else(|| damaged(&kind))?,
            stage: Stage(row.get(5)?),
            official: row.get(6)?,
        },
        unit: row.get(7)?,
        position: row.get(8)?,
        name: row.get(9)?,
        digest: row.get(10)?,
        indicators: row.get(11)?,
        budget: unsigned(row.get(12)?)?,
        revision: row.get(13)?,
        status: Status::parse(&status).ok_or_else(|| damaged(&status))?,
        remark: row.get(15)?,
        signers: Vec::new(),
        files: Vec::new(),
    })
}

/// Id, salt and day in three columns beginning at `first`.
fn reservation(row: &Row<'_>, first: usize) -> rusqlite::Result<Result<Reservation, Error>> {
    let id: String = row.get(first)?;
    let salt = row.get(first + 1)?;
    let day: i64 = row.get(first + 2)?;
    Ok(match (Id::parse_strict(&id), unsigned(day)) {
        (Ok(id), Ok(day)) => Ok(Reservation { id, salt, day }),
        _ => Err(Error::Damaged(id)),
    })
}

/// Appends an event to the chain, inside the transaction that makes it true.
fn append(transaction: &Transaction<'_>, id: &str, what: &str, at: Time, detail: &str) -> Result<(), Error> {
    let previous: Option<[u8; 32]> = transaction
        .query_row("SELECT hash FROM events ORDER BY number DESC LIMIT 1", [], |row| row.get(0))
        .optional()?;
    let hash = event_hash(&previous.unwrap_or_default(), id, what, at, detail);
    transaction.execute(
        "INSERT INTO events (id, what, at, detail, hash) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![id, what, signed(at.unix()), detail, hash],
    )?;
    Ok(())
}

/// Parts separated by a byte that no part contains, so that no two events share an encoding.
fn event_hash(previous: &[u8; 32], id: &str, what: &str, at: Time, detail: &str) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(previous);
    for part in [id, what, &at.unix().to_string(), detail] {
        hasher.update(part.as_bytes());
        hasher.update([0]);
    }
    hasher.finalize().into()
}

/// SQLite has signed integers only. Days, seconds and rupiah stay far below the border.
fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn unsigned(value: i64) -> Result<u64, Error> {
    u64::try_from(value).map_err(|_| Error::Damaged(format!("negative number {value}")))
}
