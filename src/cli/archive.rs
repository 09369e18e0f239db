//! `pk archive`

use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use zip::result::ZipError;

use super::app::{App, jobs};
use super::failure::Failure;
use super::passphrase::OfficePassphraseArgs;
use super::term::Term;
use crate::batch::{ArchiveError, ArchiveSummary, OpenArchive, Packing, write_archive};
use crate::office::{Office, durable};
use crate::registry::{Entry, Registry, Status};

/// Pack complete documents into a zip with a sealed manifest
#[derive(clap::Args, Debug)]
pub(super) struct Archive {
    /// File to write; default: archive/<year>.zip in the office folder
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Only this year
    #[arg(long)]
    year: Option<u16>,
    /// Also documents that are not complete
    #[arg(long)]
    incomplete: bool,
    #[command(flatten)]
    passphrase: OfficePassphraseArgs,
}

pub(super) fn run(app: &App, term: &mut Term, args: Archive) -> Result<ExitCode, Failure> {
    let office = app.office()?;
    let registry = app.registry(&office)?;
    let wanted = Wanted { year: args.year, incomplete: args.incomplete };
    let entries = wanted.entries(&registry)?;
    let Some(first) = entries.first() else { return Err(Failure::new("fail.nothing-to-pack")) };
    let path = args.out.unwrap_or_else(|| {
        let year = args.year.unwrap_or(first.slot.year);
        // What is not complete must not take the place of what is.
        let name = if args.incomplete { format!("{year}-sementara.zip") } else { format!("{year}.zip") };
        office.archive().join(name)
    });
    let seal = args.passphrase.open(term, |passphrase| office.open_seal(passphrase, app.clock.now()))?;
    let summary = pack(term, &office, &registry, wanted, &seal, &path)?;
    term.say(
        "archive.done",
        &[
            ("documents", summary.documents.to_string()),
            ("file", path.display().to_string()),
            ("size", (summary.size / 1024).to_string()),
        ],
    );
    let left = wanted.left_out(&registry)?;
    if left.iter().any(|(_, count)| *count > 0) {
        let values = left.map(|(key, count)| (key, count.to_string()));
        term.say("archive.left-out", &values);
    }
    Ok(ExitCode::SUCCESS)
}

/// Which documents go into an archive: the complete ones of all years, unless something else is said.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wanted {
    year: Option<u16>,
    incomplete: bool,
}

impl Wanted {
    /// The documents, in the order of their issue.
    pub(super) fn entries(self, registry: &dyn Registry) -> Result<Vec<Entry>, Failure> {
        let mut entries = registry.all()?;
        entries.retain(|entry| {
            self.year.is_none_or(|year| entry.slot.year == year)
                && (entry.status == Status::Complete || self.incomplete && entry.status.waits())
        });
        Ok(entries)
    }

    /// How many documents of the years in question are not packed, and why.
    fn left_out(self, registry: &dyn Registry) -> Result<[(&'static str, usize); 3], Failure> {
        let mut entries = registry.all()?;
        entries.retain(|entry| self.year.is_none_or(|year| entry.slot.year == year));
        let count = |wanted: fn(Status) -> bool| entries.iter().filter(|entry| wanted(entry.status)).count();
        let open = count(Status::waits);
        Ok([
            ("open", if self.incomplete { 0 } else { open }),
            ("revoked", count(|status| status == Status::Revoked)),
            ("superseded", count(|status| status == Status::Superseded)),
        ])
    }
}

/// Packs and writes an archive, with a progress bar.
pub(super) fn pack(
    term: &Term,
    office: &Office,
    registry: &dyn Registry,
    wanted: Wanted,
    seal: &dyn pk_trust::pki::Sign,
    path: &Path,
) -> Result<ArchiveSummary, Failure> {
    let _lock = office.lock()?;
    // With the lock: a document may have been revoked while somebody typed the passphrase.
    let entries = wanted.entries(registry)?;
    // What the last archive knew of the register: a tail that was cut off shows nowhere else.
    let noted = std::fs::read(path).ok().and_then(|bytes| OpenArchive::open(&bytes).ok()?.manifest.register);
    if let Some(mark) = noted.and_then(|register| register.mark())
        && !registry.holds(&mark)?
    {
        term.note("archive.events-missing", &[("event", mark.number.to_string())]);
    }
    let progress = term.progress("progress.archive");
    let trust = office.trust_bundle()?;
    let newest = registry.newest()?.map(|(mark, _)| mark);
    let packing = Packing { office, register: newest, trust: &trust, seal, jobs: jobs(None) };
    // An archive is derived and may be made again; the newest one counts.
    let written = durable::replace_by(path, |file| {
        write_archive(&entries, &packing, BufWriter::new(file), &mut |event| progress.event(event))
    });
    written.map_err(|error| match error {
        ArchiveError::Io(source) | ArchiveError::Zip(ZipError::Io(source)) => {
            crate::office::Error::Io { path: path.to_owned(), source }.into()
        }
        error => error.into(),
    })
}
