//! Reading documents, many at a time: three queries in the same order, joined here. Two queries a
//! document would be 200,000 for the page of a large office.

use pk_trust::Time;
use pk_trust::claim::{Id, Kind};
use rusqlite::{Connection, Row, ToSql};

use super::{Entry, Error, Reservation, Signer, Slot, Status, Visibility};
use crate::model::Stage;

/// Which documents are read: the end of a query, and the values in it.
pub(super) struct Scope<'a> {
    condition: &'static str,
    values: Vec<Box<dyn ToSql + 'a>>,
}

impl<'a> Scope<'a> {
    pub(super) const fn all() -> Self {
        Self { condition: "", values: Vec::new() }
    }

    pub(super) fn id(id: &Id) -> Self {
        Self { condition: "WHERE documents.id = ?1", values: vec![Box::new(id.to_string())] }
    }

    pub(super) fn slot(slot: &'a Slot) -> Self {
        Self {
            condition: "WHERE documents.official = ?1 AND year = ?2 AND kind = ?3 AND stage = ?4",
            values: vec![
                Box::new(&slot.official),
                Box::new(slot.year),
                Box::new(slot.kind.as_str()),
                Box::new(slot.stage.0),
            ],
        }
    }

    /// Documents behind one place in the order of issue, up to another one.
    pub(super) fn numbers(after: i64, last: i64) -> Self {
        Self {
            condition: "WHERE documents.number > ?1 AND documents.number <= ?2",
            values: vec![Box::new(after), Box::new(last)],
        }
    }

    /// Documents with events after this one.
    pub(super) fn after(event: i64) -> Self {
        Self {
            condition: "WHERE documents.id IN (SELECT id FROM events WHERE number > ?1)",
            values: vec![Box::new(event)],
        }
    }
}

const DOCUMENTS: &str = "SELECT documents.number, id, salt, day, year, kind, stage, official, unit, position,
  name, digest, indicators, budget, revision, status, remark, successor, visibility, first_objective,
  last_objective, date,
  (SELECT at FROM events WHERE events.id = documents.id AND what <> 'adopted'
    ORDER BY events.number DESC LIMIT 1),
  CASE WHEN status IN ('revoked', 'superseded') THEN (SELECT at FROM events
    WHERE events.id = documents.id AND what = status ORDER BY events.number DESC LIMIT 1) END
  FROM documents";

// CROSS JOIN: SQLite reads the documents in their order, and for each its rows by primary key.
const SIGNERS: &str =
    "SELECT documents.number, field, signers.official, signers.name, signers.position, signed
  FROM documents CROSS JOIN signers ON signers.id = documents.id";

const FILES: &str =
    "SELECT documents.number, sha256 FROM documents CROSS JOIN files ON files.id = documents.id";

/// The documents of a scope in the order of their issue. The caller holds a transaction: the three
/// queries have to see the same moment.
pub(super) fn entries(connection: &Connection, scope: &Scope<'_>) -> Result<Vec<Entry>, Error> {
    let mut read = Reading::default();
    let each = |query: &str, order: &str, take: &mut dyn FnMut(&Row<'_>) -> Result<(), Error>| {
        let condition = scope.condition;
        let mut statement =
            connection.prepare_cached(&format!("{query} {condition} ORDER BY documents.number{order}"))?;
        let values: Vec<&dyn ToSql> = scope.values.iter().map(|value| &**value).collect();
        let mut rows = statement.query(values.as_slice())?;
        while let Some(row) = rows.next()? {
            take(row)?;
        }
        Ok::<(), Error>(())
    };
    each(DOCUMENTS, "", &mut |row| {
        read.numbers.push(row.get(0)?);
        read.entries.push(entry(row)?);
        Ok(())
    })?;
    each(SIGNERS, ", place", &mut |row| {
        let signer = signer(row)?;
        read.of(row)?.signers.push(signer);
        Ok(())
    })?;
    read.turn = 0;
    each(FILES, ", files.revision", &mut |row| {
        let file = row.get(1)?;
        read.of(row)?.files.push(file);
        Ok(())
    })?;
    Ok(read.entries)
}

/// Documents that were read, and the one whose turn it is to get its signers or files.
#[derive(Default)]
struct Reading {
    numbers: Vec<i64>,
    entries: Vec<Entry>,
    turn: usize,
}

impl Reading {
    /// The document to which a row belongs. Rows come in the order of the documents.
    fn of(&mut self, row: &Row<'_>) -> Result<&mut Entry, Error> {
        let number: i64 = row.get(0)?;
        while self.numbers.get(self.turn).is_some_and(|turn| *turn < number) {
            self.turn += 1;
        }
        let same = self.numbers.get(self.turn) == Some(&number);
        let entry = self.entries.get_mut(self.turn).filter(|_| same);
        entry.ok_or_else(|| Error::Damaged(format!("rows of document number {number} out of order")))
    }
}

fn entry(row: &Row<'_>) -> Result<Entry, Error> {
    let id: String = row.get(1)?;
    let damaged = |what: &str| Error::Damaged(format!("{id}: {what}"));
    let kind: String = row.get(5)?;
    let status: String = row.get(15)?;
    let successor: Option<String> = row.get(17)?;
    let visibility: Option<String> = row.get(18)?;
    let changed: Option<i64> = row.get(22)?;
    let ended: Option<i64> = row.get(23)?;
    Ok(Entry {
        reservation: reservation(row, 1)??,
        slot: Slot {
            year: row.get(4)?,
            kind: Kind::parse(&kind).ok_or_else(|| damaged(&kind))?,
            stage: Stage(row.get(6)?),
            official: row.get(7)?,
        },
        unit: row.get(8)?,
        position: row.get(9)?,
        name: row.get(10)?,
        digest: row.get(11)?,
        indicators: row.get(12)?,
        budget: unsigned(row.get(13)?)?,
        revision: row.get(14)?,
        status: Status::parse(&status).ok_or_else(|| damaged(&status))?,
        remark: row.get(16)?,
        successor: successor.map(|id| Id::parse_strict(&id).map_err(|_| damaged(&id))).transpose()?,
        // A word that is not known must not open a document that somebody has closed.
        visibility: visibility
            .map(|word| Visibility::parse(&word).ok_or_else(|| damaged(&word)))
            .transpose()?,
        first_objective: row.get(19)?,
        last_objective: row.get(20)?,
        date: row.get(21)?,
        changed: Time::from_unix(unsigned(changed.ok_or_else(|| damaged("no event"))?)?),
        ended: ended.map(unsigned).transpose()?.map(Time::from_unix),
        signers: Vec::new(),
        files: Vec::new(),
    })
}

fn signer(row: &Row<'_>) -> Result<Signer, Error> {
    let signed: Option<i64> = row.get(5)?;
    Ok(Signer {
        field: row.get(1)?,
        official: row.get(2)?,
        name: row.get(3)?,
        position: row.get(4)?,
        signed: signed.map(unsigned).transpose()?.map(Time::from_unix),
    })
}

/// Id, salt and day in three columns beginning at `first`.
pub(super) fn reservation(row: &Row<'_>, first: usize) -> rusqlite::Result<Result<Reservation, Error>> {
    let id: String = row.get(first)?;
    let salt = row.get(first + 1)?;
    let day: i64 = row.get(first + 2)?;
    Ok(match (Id::parse_strict(&id), unsigned(day)) {
        (Ok(id), Ok(day)) => Ok(Reservation { id, salt, day }),
        _ => Err(Error::Damaged(id)),
    })
}

/// SQLite has signed integers only. Days, seconds and rupiah stay far below the border.
pub(super) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(super) fn unsigned(value: i64) -> Result<u64, Error> {
    u64::try_from(value).map_err(|_| Error::Damaged(format!("negative number {value}")))
}
