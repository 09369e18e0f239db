//! Files of version 1, made before the public page, of version 2, whose events held neither what is shown of a
//! document nor the hashes of its files, and of version 3, which did not know the date that is printed.

use std::ffi::c_int;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, TransactionBehavior, ffi};

use super::schema::Schema;
use super::{Error, told};

/// The version that `create.sql` makes.
pub(super) const VERSION: i64 = 4;

/// The version of a registry.
pub(super) fn version(connection: &Connection) -> Result<i64, Error> {
    Ok(connection.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

/// Brings a registry of an earlier version to the present one: all of it, or nothing if the process dies.
pub(super) fn upgrade(connection: &mut Connection, schema: &Schema) -> Result<(), Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have done it while this one waited to write.
    if version(&transaction)? == 1 {
        transaction.execute_batch(include_str!("upgrade.sql"))?;
    }
    let before = version(&transaction)?;
    if before < VERSION && !has_date(&transaction)? {
        transaction.execute_batch("ALTER TABLE documents ADD COLUMN date TEXT")?;
    }
    if before == 2 {
        told::adopt(&transaction)?;
    }
    if before < VERSION {
        transaction.pragma_update(None, "user_version", VERSION)?;
    }
    schema.check(&transaction, VERSION)?;
    transaction.commit()?;
    Ok(())
}

/// Whether the column is there already: somebody may have set the version back.
fn has_date(connection: &Connection) -> Result<bool, Error> {
    let query = "SELECT count(*) FROM pragma_table_info('documents') WHERE name = 'date'";
    let count: i64 = connection.query_row(query, [], |row| row.get(0))?;
    Ok(count > 0)
}

/// Copies a database as it is at one moment, while others may be writing to it: SQLite's own online
/// backup, in one step, so that the moment lies inside one lock.
pub(super) fn copy(from: &Connection, to: &mut Connection) -> Result<(), Error> {
    const ALL_PAGES: c_int = -1;
    match Backup::new(from, to)?.step(ALL_PAGES)? {
        StepResult::Done => Ok(()),
        // The patience of the connection is over.
        _ => Err(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_BUSY), None).into()),
    }
}
