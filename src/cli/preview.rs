//! `pk preview`

use std::path::PathBuf;
use std::process::ExitCode;

use pk_trust::claim::Kind;

use super::app::{self, App, proposals};
use super::failure::Failure;
use super::term::Term;
use crate::batch::Plan;
use crate::office::durable;
use crate::render::{Renderer, Templates, on_stack};

/// Render pages to PNG, to look at before anything is issued; the QR code on them is a specimen
#[derive(clap::Args, Debug)]
pub(super) struct Preview {
    /// Workbook (xlsx), folder of CSV files, YAML or JSON; default: the one in data/
    data: Option<PathBuf>,
    /// Only documents of these officials
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    only: Vec<String>,
    /// Folder for the pictures
    #[arg(long, value_name = "FOLDER", default_value = "preview")]
    out: PathBuf,
    /// Dots an inch
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(36..=600))]
    dpi: u32,
}

pub(super) fn run(app: &App, term: &mut Term, args: Preview) -> Result<ExitCode, Failure> {
    let office = app.office()?;
    let renderer = Renderer::for_preview(Templates::with_folder(&office.templates())?);
    let path = app::workbook(&office, args.data, "pk preview")?;
    let mut cycle = app::cycle(term, &office, &path, &renderer)?;
    if !args.only.is_empty() {
        if let Some(unknown) = args.only.iter().find(|id| cycle.officials.find(id).is_none()) {
            return Err(Failure::new("fail.unknown-official").with("id", unknown));
        }
        cycle.documents.retain(|document| args.only.contains(&document.owner().id));
    }
    // Ids that are never recorded: a preview must not look like something that was issued.
    let reservations = proposals(cycle.documents.len(), term.words.zone(), app.clock.as_ref())?;
    let host = office.config().instansi.host.clone();
    let plan = Plan::with(cycle.documents, &reservations, &host);
    std::fs::create_dir_all(&args.out)
        .map_err(|source| crate::office::Error::Io { path: args.out.clone(), source })?;
    let progress = term.progress("progress.preview");
    progress.event(crate::batch::Event::Started(plan.items.len()));
    let mut count = 0;
    for item in &plan.items {
        let link = format!("https://{host}/V/{}#{}", item.reservation.id, "SPECIMEN".repeat(26));
        let pictures = on_stack(|| renderer.pictures(&item.data.bytes, &link, args.dpi))
            .ok_or_else(|| Failure::new("fail.generate"))??;
        for (page, picture) in (1..).zip(&pictures) {
            let owner = item.document.owner();
            let kind = term.words.plain(match item.document.kind() {
                Kind::Agreement => "kind.file-agreement",
                Kind::Pledge => "kind.file-pledge",
                Kind::ActionPlan => "kind.file-action-plan",
            });
            let name = format!("{}-{kind}-{page}.png", owner.id);
            let path = args.out.join(name);
            durable::replace_shared(&path, picture)
                .map_err(|source| crate::office::Error::Io { path, source })?;
            count += 1;
        }
        progress.event(crate::batch::Event::Done);
    }
    drop(progress);
    term.say("preview.done", &[("count", count.to_string()), ("folder", args.out.display().to_string())]);
    Ok(ExitCode::SUCCESS)
}
