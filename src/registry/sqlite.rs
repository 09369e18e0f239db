//! The registry of one office: one SQLite file, backed up by copying it.

use std::cell::Cell;
use std::path::Path;
use std::time::Duration;

use pk_trust::Time;
use pk_trust::claim::Id;
use pk_trust::pki::Sign;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Transaction, TransactionBehavior, params};

use super::read::{Scope, entries, reservation, signed};
use super::schema::Schema;
use super::told::Told;
use super::upgrade::{VERSION, copy, upgrade, version};
use super::{
    Change, Entry, Error, Event, Mark, Registry, Reservation, Since, Slot, Status, Step, Visibility, events,
    sealed,
};

/// "PKRG", in `create.sql`.
const APPLICATION_ID: i64 = 0x504b_5247;

/// How long a writer waits for another one. Longer than any transaction here takes.
const BUSY: Duration = Duration::from_secs(10);

/// A registry in a file.
#[derive(Debug)]
pub struct SqliteRegistry {
    connection: Connection,
    /// SQLite's `data_version` when all of it was last compared with the chain of events. The number
    /// changes with every commit of somebody else (SQLite, PRAGMA data_version), so whatever is asked here
    /// is asked of rows that were compared, and a thousand questions cost one comparison.
    compared: Cell<Option<i64>>,
    schema: Schema,
}

impl SqliteRegistry {
    /// Makes a new registry.
    ///
    /// # Errors
    ///
    /// [`Error::Exists`] if there is one.
    pub fn create(path: &Path) -> Result<Self, Error> {
        let mut registry = Self::with(create_private(path)?, BUSY)?;
        // In one step: half the tables under a valid version would be a registry that nothing repairs.
        let transaction = registry.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(include_str!("create.sql"))?;
        transaction.commit()?;
        Ok(registry)
    }

    /// Opens a registry that exists; one of an earlier version becomes one of this. It is never made by
    /// accident: an empty one would hand out new ids for documents that are already signed.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] if there is none.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let mut registry = Self::open_with(path, OpenFlags::SQLITE_OPEN_READ_WRITE, BUSY)?;
        if version(&registry.connection)? != VERSION {
            upgrade(&mut registry.connection, &registry.schema)?;
        }
        Ok(registry)
    }

    /// Opens a registry only to read it: a backup on a disk that cannot be written, for example. One of an
    /// earlier version is read into memory and upgraded there: whoever waits for changes of it
    /// ([`super::Watch`]) has to open it again after each.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] if there is none.
    pub fn open_to_read(path: &Path) -> Result<Self, Error> {
        Self::open_to_read_within(path, BUSY)
    }

    /// The same for somebody who cannot wait longer than `patience` for a writer.
    ///
    /// # Errors
    ///
    /// [`Error::Missing`] if there is none; [`Error::Database`] if a writer kept it for too long.
    pub fn open_to_read_within(path: &Path, patience: Duration) -> Result<Self, Error> {
        // After a crash the journal has to be rolled back first, and only a writer may do that.
        Self::reader(path, OpenFlags::SQLITE_OPEN_READ_ONLY, patience).or_else(|error| match error {
            Error::Database(database)
                if database.sqlite_error_code() != Some(rusqlite::ErrorCode::DatabaseBusy) =>
            {
                Self::reader(path, OpenFlags::SQLITE_OPEN_READ_WRITE, patience)
            }
            other => Err(other),
        })
    }

    fn reader(path: &Path, mode: OpenFlags, patience: Duration) -> Result<Self, Error> {
        let registry = Self::open_with(path, mode, patience)?;
        if version(&registry.connection)? == VERSION {
            return Ok(registry);
        }
        let mut memory = Connection::open_in_memory()?;
        copy(&registry.connection, &mut memory)?;
        let mut registry = Self::with(memory, patience)?;
        upgrade(&mut registry.connection, &registry.schema)?;
        Ok(registry)
    }

    /// Opens a file that is a registry of a version known here, and holds nothing that works by itself.
    fn open_with(path: &Path, mode: OpenFlags, patience: Duration) -> Result<Self, Error> {
        if !path.exists() {
            return Err(Error::Missing(path.display().to_string()));
        }
        let connection = Connection::open_with_flags(path, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        let registry = Self::with(connection, patience)?;
        let application: i64 =
            registry.connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
        if application != APPLICATION_ID {
            return Err(Error::Damaged(format!("{} is no registry", path.display())));
        }
        match version(&registry.connection)? {
            known @ 1..=VERSION => registry.schema.check(&registry.connection, known)?,
            other => return Err(Error::Version(other)),
        }
        Ok(registry)
    }

    fn with(connection: Connection, patience: Duration) -> Result<Self, Error> {
        connection.busy_timeout(patience)?;
        connection.set_prepared_statement_cache_capacity(64);
        // A rollback journal, not WAL: the registry stays one file, so that copying it is a backup and
        // a disk that cannot be written is enough to read it. FULL, so that what is reported as
        // recorded survives a power cut.
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", "ON")?;
        // Nothing in the file may call what acts outside of it, and its structure is changed by statements
        // only (SQLite, PRAGMA trusted_schema and writable_schema).
        connection.pragma_update(None, "trusted_schema", "OFF")?;
        connection.pragma_update(None, "writable_schema", "OFF")?;
        Ok(Self { connection, compared: Cell::new(None), schema: Schema::expected()? })
    }

    /// Copies the registry as it is at one moment into a new file, while others may be writing to it.
    ///
    /// # Errors
    ///
    /// [`Error::Exists`] if there is a file already.
    pub fn copy_to(&self, path: &Path) -> Result<(), Error> {
        let mut target = create_private(path)?;
        copy(&self.connection, &mut target)?;
        target.close().map_err(|(_, error)| error.into())
    }

    /// Whether the database itself is sound (SQLite, PRAGMA integrity_check).
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] with the first thing that is not.
    pub fn integrity(&self) -> Result<(), Error> {
        let said: String = self.connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        if said == "ok" { Ok(()) } else { Err(Error::Damaged(said)) }
    }

    /// Makes changes, all of them or none, each with the word of the seal if there is one.
    fn make(&mut self, steps: &[Step], at: Time, seal: Option<&dyn Sign>) -> Result<(), Error> {
        let transaction = self.write()?;
        let before = events::newest(&transaction)?.map(|(mark, _)| mark);
        let mut last = None;
        for Step { id, expected, change } in steps {
            let id = id.to_string();
            let document = Document { transaction: &transaction, id: &id, expected: *expected, at };
            let event = match change {
                Change::Signed { field, serial, file } => document.sign(field, serial, file)?,
                Change::Revoked { reason } => document.revoke(reason)?,
                Change::Superseded { by, reason } => document.supersede(by, reason)?,
                Change::Visibility { to, reason } => document.show(*to, reason)?,
            };
            let event = match seal {
                Some(seal) => document.event("sealed", &sealed::detail(&event.hash, seal)?)?,
                None => event,
            };
            last = Some((event, id));
        }
        last.map_or(Ok(()), |(event, id)| settle(transaction, before, event, &id))
    }

    /// Begins to write. Nothing is written behind events that do not hold.
    fn write(&mut self) -> Result<Transaction<'_>, Error> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        compare(&transaction, &self.compared, &self.schema)?;
        Ok(transaction)
    }

    /// Reads as of one moment, however many questions that takes.
    fn read<T>(&self, ask: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, Error> {
        let transaction = self.connection.unchecked_transaction()?;
        compare(&transaction, &self.compared, &self.schema)?;
        let answer = ask(&transaction)?;
        transaction.commit()?;
        Ok(answer)
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

    fn record_all(&mut self, entries: &[Entry], at: Time) -> Result<usize, Error> {
        let transaction = self.write()?;
        let before = events::newest(&transaction)?.map(|(mark, _)| mark);
        let (mut superseded, mut newest) = (0, None);
        for entry in entries {
            let id = entry.reservation.id.to_string();
            let known: Option<Vec<u8>> = transaction
                .prepare_cached("SELECT digest FROM documents WHERE id = ?1")?
                .query_row([&id], |row| row.get(0))
                .optional()?;
            match known {
                // Recorded by a run that was stopped right after: nothing is missing.
                Some(digest) if digest == entry.digest => continue,
                Some(_) => return Err(Error::Conflict { id, expected: 0 }),
                None => {}
            }
            superseded += supersede_slot(&transaction, entry, &id, at)?;
            insert(&transaction, entry, &id)?;
            let file = entry.files.first().ok_or_else(|| Error::Damaged(format!("{id} without a file")))?;
            let [digest, facts, file] =
                [&entry.digest, &entry.facts(), file].map(|hash| data_encoding::HEXLOWER.encode(hash));
            let detail = format!("{digest} facts {facts} file {file}");
            newest = Some((events::append(&transaction, &id, "issued", at, &detail)?, id));
        }
        match newest {
            Some((event, id)) => settle(transaction, before, event, &id)?,
            None => drop(transaction),
        }
        Ok(superseded)
    }

    fn find(&self, id: &Id) -> Result<Option<Entry>, Error> {
        Ok(self.read(|connection| entries(connection, &Scope::id(id)))?.pop())
    }

    fn in_slot(&self, slot: &Slot) -> Result<Vec<Entry>, Error> {
        self.read(|connection| entries(connection, &Scope::slot(slot)))
    }

    fn all(&self) -> Result<Vec<Entry>, Error> {
        self.read(|connection| entries(connection, &Scope::all()))
    }

    fn advance_all(&mut self, steps: &[Step], at: Time) -> Result<(), Error> {
        self.make(steps, at, None)
    }

    fn decide_all(&mut self, steps: &[Step], at: Time, seal: &dyn Sign) -> Result<(), Error> {
        self.make(steps, at, Some(seal))
    }

    fn since(&self, mark: Option<&Mark>) -> Result<Since, Error> {
        let transaction = self.connection.unchecked_transaction()?;
        self.schema.check(&transaction, VERSION)?;
        let known = match mark {
            Some(mark) if events::holds(&transaction, mark)? => Some(*mark),
            _ => None,
        };
        let (mut told, mark, scope) = match known {
            None => {
                let (told, newest) = Told::read(&transaction)?;
                (told, newest, Scope::all())
            }
            Some(known) => {
                let (told, newest) = Told::since(&transaction, known)?;
                (told, newest, Scope::after(known.number))
            }
        };
        let entries = entries(&transaction, &scope)?;
        told.compare(&entries)?;
        told.finish()?;
        transaction.commit()?;
        Ok(Since { entries, mark, whole: known.is_none() })
    }

    fn history(&self) -> Result<Vec<Event>, Error> {
        let mut history = Vec::new();
        self.read(|connection| {
            events::walk(connection, None, |event| {
                history.push(event);
                Ok(())
            })
        })?;
        Ok(history)
    }

    fn newest(&self) -> Result<Option<(Mark, Time)>, Error> {
        self.read(events::newest)
    }

    fn holds(&self, mark: &Mark) -> Result<bool, Error> {
        self.read(|connection| events::holds(connection, mark))
    }
}

/// A connection to a file that does not exist yet. Names, positions and sums will lie in it: only its owner
/// may read it, before there is anything in it. SQLite gives its journal the same permissions.
fn create_private(path: &Path) -> Result<Connection, Error> {
    if path.exists() {
        return Err(Error::Exists(path.display().to_string()));
    }
    let connection = Connection::open(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let private = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(path, private)
            .map_err(|source| Error::File { path: path.display().to_string(), source })?;
    }
    Ok(connection)
}

/// Compares everything with the chain of events, unless that was done and nobody has committed since.
fn compare(connection: &Connection, compared: &Cell<Option<i64>>, schema: &Schema) -> Result<(), Error> {
    let version: i64 = connection.query_row("PRAGMA data_version", [], |row| row.get(0))?;
    if compared.get() != Some(version) {
        schema.check(connection, VERSION)?;
        let (told, _) = Told::read(connection)?;
        told.compare_all(connection)?;
        compared.set(Some(version));
    }
    Ok(())
}

/// Commits what was changed after the event `before`, once it is read back: the `last` event, those between
/// by its hash, and rows that say the same. A statement that succeeds says nothing of what a clause in the
/// file (`ON CONFLICT IGNORE`, a trigger) made of it, and whoever revokes must not be told so in vain.
fn settle(transaction: Transaction<'_>, before: Option<Mark>, last: Mark, id: &str) -> Result<(), Error> {
    let (mut told, newest) = match before {
        Some(before) => Told::since(&transaction, before)?,
        None => Told::read(&transaction)?,
    };
    if newest != Some(last) {
        return Err(Error::Row { id: id.to_owned(), part: "its newest event is not there" });
    }
    told.compare(&entries(&transaction, &Scope::after(before.map_or(0, |before| before.number)))?)?;
    told.finish()?;
    Ok(transaction.commit()?)
}

/// A document that is being changed. Each change is a compare-and-swap in the statement itself: a
/// document that was revoked or signed meanwhile is left alone, whatever was read before.
struct Document<'a> {
    transaction: &'a Transaction<'a>,
    id: &'a str,
    expected: u32,
    at: Time,
}

impl Document<'_> {
    fn sign(&self, field: &str, serial: &str, file: &[u8; 32]) -> Result<Mark, Error> {
        let Self { transaction, id, expected, at } = *self;
        self.swap(
            transaction
                .prepare_cached(
                    "UPDATE documents SET revision = revision + 1 WHERE id = ?1 AND revision = ?2
               AND status IN ('issued', 'partly-signed')",
                )?
                .execute(params![id, expected])?,
        )?;
        self.swap(
            transaction
                .prepare_cached(
                    "UPDATE signers SET signed = ?3 WHERE id = ?1 AND field = ?2 AND signed IS NULL",
                )?
                .execute(params![id, field, signed(at.unix())])?,
        )?;
        transaction
            .prepare_cached("INSERT INTO files (id, revision, sha256) VALUES (?1, ?2, ?3)")?
            .execute(params![id, expected + 1, file])?;
        let file = data_encoding::HEXLOWER.encode(file);
        let event = self.event("signed", &format!("{field} {serial} file {file}"))?;
        let open: u32 = transaction
            .prepare_cached("SELECT count(*) FROM signers WHERE id = ?1 AND signed IS NULL")?
            .query_row([id], |row| row.get(0))?;
        let status = if open == 0 { Status::Complete } else { Status::PartlySigned };
        transaction
            .prepare_cached("UPDATE documents SET status = ?2 WHERE id = ?1")?
            .execute(params![id, status.as_str()])?;
        if open == 0 { self.event("completed", "") } else { Ok(event) }
    }

    fn revoke(&self, reason: &str) -> Result<Mark, Error> {
        self.swap(
            self.transaction
                .prepare_cached(
                    "UPDATE documents SET status = 'revoked', remark = ?3 WHERE id = ?1 AND revision = ?2
               AND status NOT IN ('revoked', 'superseded')",
                )?
                .execute(params![self.id, self.expected, reason])?,
        )?;
        self.event(Status::Revoked.as_str(), reason)
    }

    fn supersede(&self, by: &Id, reason: &str) -> Result<Mark, Error> {
        let by = by.to_string();
        self.swap(
            self.transaction
                .prepare_cached(
                    "UPDATE documents SET status = 'superseded', successor = ?3, remark = ?4
               WHERE id = ?1 AND revision = ?2 AND status NOT IN ('revoked', 'superseded') AND id <> ?3
               AND EXISTS (SELECT 1 FROM documents AS other
                 WHERE other.id = ?3 AND other.status NOT IN ('revoked', 'superseded'))",
                )?
                .execute(params![self.id, self.expected, by, reason])?,
        )?;
        self.event(Status::Superseded.as_str(), &format!("{by} {reason}"))
    }

    fn show(&self, to: Option<Visibility>, reason: &str) -> Result<Mark, Error> {
        let word = to.map(Visibility::as_str);
        self.swap(
            self.transaction
                .prepare_cached("UPDATE documents SET visibility = ?3 WHERE id = ?1 AND revision = ?2")?
                .execute(params![self.id, self.expected, word])?,
        )?;
        self.event("visibility", &format!("{} {reason}", word.unwrap_or("default")))
    }

    /// Exactly one row, or somebody else was faster.
    fn swap(&self, changed: usize) -> Result<(), Error> {
        if changed == 1 {
            return Ok(());
        }
        Err(Error::Conflict { id: self.id.to_owned(), expected: self.expected })
    }

    fn event(&self, what: &str, detail: &str) -> Result<Mark, Error> {
        events::append(self.transaction, self.id, what, self.at, detail)
    }
}

/// The other documents of a slot give way to the one that is being recorded.
fn supersede_slot(transaction: &Transaction<'_>, entry: &Entry, id: &str, at: Time) -> Result<usize, Error> {
    let slot = &entry.slot;
    let mut find = transaction.prepare_cached(
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
        transaction
            .prepare_cached("UPDATE documents SET status = 'superseded', successor = ?2 WHERE id = ?1")?
            .execute(params![other, id])?;
        events::append(transaction, &other, Status::Superseded.as_str(), at, id)?;
        superseded += 1;
    }
    let mut reserve = transaction.prepare_cached(
        "INSERT OR REPLACE INTO reservations (year, kind, stage, official, id, salt, day)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    reserve.execute(params![
        slot.year,
        slot.kind.as_str(),
        slot.stage.0,
        slot.official,
        id,
        entry.reservation.salt,
        signed(entry.reservation.day),
    ])?;
    Ok(superseded)
}

/// The rows of a new document.
fn insert(transaction: &Transaction<'_>, entry: &Entry, id: &str) -> Result<(), Error> {
    transaction
        .prepare_cached(
            "INSERT INTO documents (id, year, kind, stage, official, salt, day, unit, position, name, digest,
           indicators, budget, first_objective, last_objective, date, revision, status)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, 0, 'issued')",
        )?
        .execute(params![
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
            entry.first_objective,
            entry.last_objective,
            entry.date,
        ])?;
    for (place, signer) in (0_u32..).zip(&entry.signers) {
        transaction.prepare_cached("INSERT INTO signers (id, place, field, official, name, position) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?.execute(params![id, place, signer.field, signer.official, signer.name, signer.position],
        )?;
    }
    let file = entry.files.first().ok_or_else(|| Error::Damaged(format!("{id} without a file")))?;
    transaction
        .prepare_cached("INSERT INTO files (id, revision, sha256) VALUES (?1, 0, ?2)")?
        .execute(params![id, file])?;
    Ok(())
}
