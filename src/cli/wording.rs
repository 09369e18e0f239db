//! `pk wording`

use std::process::ExitCode;

use clap::Subcommand;

use super::app::App;
use super::failure::Failure;
use super::term::Term;
use crate::office::durable;
use crate::render::Templates;

/// The official wordings of documents
#[derive(clap::Args, Debug)]
pub(super) struct Wording {
    #[command(subcommand)]
    command: WordingCommand,
}

#[derive(Debug, Subcommand)]
enum WordingCommand {
    List(List),
    Export(Export),
}

/// List the wordings that there are
#[derive(clap::Args, Debug)]
struct List {}

/// Write a wording to the office's templates, to be changed there
#[derive(clap::Args, Debug)]
struct Export {
    /// Name of the wording, e.g. standar
    name: String,
    /// Name of the office's own; default: the same, which takes the place of the built-in one
    #[arg(long = "as", value_name = "NAME")]
    own: Option<String>,
}

pub(super) fn run(app: &App, term: &Term, args: Wording) -> Result<ExitCode, Failure> {
    let office = app.office()?;
    let templates = Templates::with_folder(&office.templates())?;
    let Export { name, own } = match args.command {
        WordingCommand::List(_) => {
            for name in templates.wordings() {
                term.out(&name);
            }
            return Ok(ExitCode::SUCCESS);
        }
        WordingCommand::Export(export) => export,
    };
    let Some(text) = templates.wording_file(&name) else {
        let names = templates.wordings().join(", ");
        return Err(Failure::new("fail.no-wording").with("name", name).with("names", names));
    };
    let own = own.unwrap_or_else(|| name.clone());
    if !own.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') || own.is_empty() {
        return Err(Failure::new("fail.wording-name").with("name", own));
    }
    let folder = office.templates().join("wording");
    let path = folder.join(format!("{own}.toml"));
    let io = |source| crate::office::Error::Io { path: path.clone(), source };
    if path.exists() {
        return Err(Failure::new("fail.exists").with("path", path.display()));
    }
    for folder in [office.templates(), folder] {
        durable::create_private_dir(&folder).map_err(io)?;
    }
    durable::write_new(&path, text).map_err(io)?;
    term.say("wording.exported", &[("name", name), ("path", path.display().to_string()), ("own", own)]);
    Ok(ExitCode::SUCCESS)
}
