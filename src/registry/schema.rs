//! What is in a registry beside its rows: nothing but what `create.sql` makes.
//!
//! A trigger takes back what was just written, and a view in the place of a table answers what it likes.
//! Both work inside the statements of this program, so they are looked for before any of these runs.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::Error;
use super::upgrade::VERSION;

/// Tables, columns, indexes and triggers by kind and name, as in `table documents`, and what they are.
#[derive(Debug)]
pub(super) struct Schema(BTreeMap<String, String>);

impl Schema {
    /// What `create.sql` makes.
    pub(super) fn expected() -> Result<Self, Error> {
        let made = Connection::open_in_memory()?;
        made.execute_batch(include_str!("create.sql"))?;
        Ok(Self(columns(&made, objects(&made)?)?))
    }

    /// Whether a registry holds this and nothing else. A version before the present one may lack columns.
    /// Any version may lack indexes and triggers: these only make it faster and keep slips of hand away.
    ///
    /// # Errors
    ///
    /// [`Error::Schema`]
    pub(super) fn check(&self, connection: &Connection, version: i64) -> Result<(), Error> {
        // First without the columns: SQLite would begin to work a view or a virtual table to tell them.
        let found = objects(connection)?;
        self.nothing_else(&found)?;
        let found = columns(connection, found)?;
        self.nothing_else(&found)?;
        let missing = self.0.keys().rev().find(|name| {
            let needed = name.starts_with("table ") || (version == VERSION && name.starts_with("column "));
            needed && !found.contains_key(*name)
        });
        missing.map_or(Ok(()), |name| Err(Error::Schema(name.clone())))
    }

    fn nothing_else(&self, found: &BTreeMap<String, String>) -> Result<(), Error> {
        // From the end of the alphabet: a view or a trigger is what a reader has to know of first.
        let other = found.iter().rev().find(|(name, what)| self.0.get(*name) != Some(*what));
        other.map_or(Ok(()), |(name, _)| Err(Error::Schema(name.clone())))
    }
}

/// Everything in `sqlite_schema`, with its statement. Of a table only the beginning, because an upgrade
/// changes the rest: it tells a virtual one. SQLite refuses a statement that makes something else than its
/// row says.
fn objects(connection: &Connection) -> Result<BTreeMap<String, String>, Error> {
    let mut statement =
        connection.prepare_cached("SELECT type, name, coalesce(sql, '') FROM sqlite_schema")?;
    let found = statement.query_map([], |row| {
        let (kind, name, sql): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let words = if kind == "table" { 2 } else { usize::MAX };
        let sql: Vec<&str> = sql.split_whitespace().take(words).collect();
        Ok((format!("{kind} {name}"), sql.join(" ")))
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// The columns of all tables beside what else was found. A column that is computed is hidden (SQLite,
/// PRAGMA table_xinfo).
fn columns(
    connection: &Connection,
    mut found: BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT 'column ' || object.name || '.' || field.name,
           field.type || ' ' || field.\"notnull\" || ' ' || field.pk || ' ' || field.hidden
         FROM sqlite_schema AS object JOIN pragma_table_xinfo(object.name) AS field
         WHERE object.type = 'table'",
    )?;
    let fields = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for field in fields {
        let (name, what) = field?;
        found.insert(name, what);
    }
    Ok(found)
}
