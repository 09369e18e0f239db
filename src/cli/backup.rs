//! `pk backup`

use std::path::PathBuf;
use std::process::ExitCode;

use super::app::App;
use super::failure::Failure;
use super::term::Term;
use crate::registry::{Registry as _, SqliteRegistry};

/// Copy the whole office into a new folder, while no other command changes it
#[derive(clap::Args, Debug)]
pub(super) struct Backup {
    /// Folder to make, outside the office; to restore, it is put in the place of the office
    folder: PathBuf,
    /// Also the encrypted private keys (folder private/), which are left out otherwise
    #[arg(long)]
    with_private_keys: bool,
}

pub(super) fn run(app: &App, term: &mut Term, args: &Backup) -> Result<ExitCode, Failure> {
    let office = app.office()?;
    let backup = office.begin_backup(&args.folder, args.with_private_keys)?;
    // Opened under the lock: while this process waited, the registry may have changed.
    let registry = SqliteRegistry::open_to_read(&office.registry())?;
    // One that was edited must not take the place of an older, good backup unnoticed.
    registry.history()?;
    registry.copy_to(&backup.registry())?;
    let files = backup.files() + 1;
    backup.finish()?;
    term.say("backup.done", &[("files", files.to_string()), ("folder", args.folder.display().to_string())]);
    term.note(if args.with_private_keys { "backup.with-keys" } else { "backup.without-keys" }, &[]);
    Ok(ExitCode::SUCCESS)
}
