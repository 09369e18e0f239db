//! `pk backup`

use std::path::PathBuf;
use std::process::ExitCode;

use super::app::App;
use super::failure::Failure;
use super::term::Term;
use crate::office::Links;
use crate::registry::{Registry as _, SqliteRegistry};

/// Copy the whole office into a new folder, while no other command changes it
#[derive(clap::Args, Debug)]
pub(super) struct Backup {
    /// Folder to make, outside the office; to restore, it is put in the place of the office
    folder: PathBuf,
    /// Also the encrypted private keys (folder private/), which are left out otherwise
    #[arg(long)]
    with_private_keys: bool,
    /// Also copy what links in the office lead to, outside it; without this a link is an error
    #[arg(long)]
    follow_links: bool,
}

pub(super) fn run(app: &App, term: &mut Term, args: &Backup) -> Result<ExitCode, Failure> {
    let office = app.office()?;
    let links = if args.follow_links { Links::Follow } else { Links::Refuse };
    let backup = office.begin_backup(&args.folder, args.with_private_keys, links)?;
    // Opened under the lock: while this process waited, the registry may have changed.
    let registry = SqliteRegistry::open_to_read(&office.registry())?;
    // One that was edited must not take the place of an older, good backup unnoticed.
    registry.history()?;
    registry.copy_to(&backup.registry())?;
    let files = backup.files() + 1;
    for (path, target) in backup.links() {
        let values = [("path", path.display().to_string()), ("target", target.display().to_string())];
        term.note("backup.followed", &values);
    }
    backup.finish()?;
    term.say("backup.done", &[("files", files.to_string()), ("folder", args.folder.display().to_string())]);
    term.note(if args.with_private_keys { "backup.with-keys" } else { "backup.without-keys" }, &[]);
    Ok(ExitCode::SUCCESS)
}
