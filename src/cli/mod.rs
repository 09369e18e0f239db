//! The `pk` command: what was typed becomes a call, what comes back becomes words and an exit code.

mod algorithm;
mod anchors;
mod answers;
mod app;
mod archive;
mod backup;
mod changed;
mod check;
mod check_upload;
mod completions;
mod configuration;
mod confined;
mod demo;
mod draw;
mod failure;
mod fsck;
mod generate;
mod history;
mod init;
mod inputs;
mod interrupt;
mod key;
mod moment;
mod passphrase;
mod preview;
mod publish;
mod reissue;
mod revoke;
mod schema;
mod serve;
mod set_pages;
mod sign;
mod standing;
mod status;
mod supersede;
mod term;
mod trust;
mod verify;
mod visibility;
mod wording;
mod wrap;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::parser::ValueSource;
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::words::{Language, Words};
use app::App;
use failure::Failure;
use term::Term;

/// Performance agreements: from data to signed, verifiable PDF
#[derive(Debug, Parser)]
#[command(name = "pk", version, disable_help_subcommand = true)]
struct Arguments {
    /// Language of messages: id or en
    // Read before clap reads anything, by `language`; here it is refused if there are no such messages.
    #[arg(long, global = true, value_name = "LANG", value_parser = ["id", "en"], hide_possible_values = true)]
    lang: Option<String>,
    /// Office folder
    #[arg(long, global = true, env = "PK_OFFICE", value_name = "FOLDER")]
    office: Option<OsString>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Demo),
    Init(init::Init),
    Key(key::Key),
    Check(check::Check),
    Preview(preview::Preview),
    Generate(generate::Generate),
    Sign(sign::Sign),
    Status(status::Status),
    History(history::History),
    Revoke(revoke::Revoke),
    Reissue(reissue::Reissue),
    Supersede(supersede::Supersede),
    Visibility(visibility::Visibility),
    Backup(backup::Backup),
    Fsck(fsck::Fsck),
    Archive(archive::Archive),
    Verify(verify::Verify),
    Trust(trust::Trust),
    Serve(serve::Serve),
    Publish(publish::Publish),
    #[command(name = crate::report::COMMAND, hide = true)]
    Draw(draw::Draw),
    #[command(name = crate::web::COMMAND, hide = true)]
    CheckUpload(check_upload::CheckUpload),
    #[command(name = crate::batch::COMMAND, hide = true)]
    SetPages(set_pages::SetPages),
    Schema(schema::Schema),
    Wording(wording::Wording),
    Completions(completions::Completions),
    Man(completions::Man),
}

/// Runs the command and gives the exit code: 0 done or valid, 1 not valid, 2 not done, 3
/// indeterminate.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut arguments: Vec<OsString> = arguments.into_iter().collect();
    // `pk help sign` is what many type first.
    if let Some(place) = command_at(&arguments).filter(|place| arguments[*place] == "help") {
        arguments.remove(place);
        arguments.push("--help".into());
    }
    let words = Words::new(language(&arguments));
    let command = completions::translated(Arguments::command(), &words);
    let matches = match command.try_get_matches_from(&arguments) {
        Ok(matches) => matches,
        Err(error) => {
            // Help and version go to standard output and are no failure; clap knows which is which.
            match completions::usage_error(&error, &words) {
                Some(text) => Term::new(words).complain(&text),
                None => {
                    let _ = error.print();
                }
            }
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let parsed = match Arguments::from_arg_matches(&matches) {
        Ok(parsed) => parsed,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(2);
        }
    };
    let by_variable = matches.value_source("office") == Some(ValueSource::EnvVariable);
    // `PK_OFFICE=""` is as good as unset.
    let office = parsed.office.filter(|office| !office.is_empty()).map(PathBuf::from);
    let app = App::new(office, by_variable, words);
    let mut term = Term::new(app.zone().map_or(words, |zone| words.in_zone(zone)));
    match dispatch(&app, &mut term, parsed.command) {
        Ok(_) if term.lost_output() => {
            term.fail(&Failure::new("fail.output"));
            ExitCode::from(2)
        }
        Ok(code) => code,
        Err(failure) => {
            term.fail(&failure);
            ExitCode::from(failure.exit())
        }
    }
}

fn dispatch(app: &App, term: &mut Term, command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Demo(args) => demo::run(app, term, args),
        Command::Init(args) => init::run(app, term, args),
        Command::Key(args) => key::run(app, term, args),
        Command::Check(args) => check::run(app, term, args),
        Command::Preview(args) => preview::run(app, term, args),
        Command::Generate(args) => generate::run(app, term, args),
        Command::Sign(args) => sign::run(app, term, args),
        Command::Status(args) => status::run(app, term, args),
        Command::History(args) => history::run(app, term, args),
        Command::Revoke(args) => revoke::run(app, term, args),
        Command::Reissue(args) => reissue::run(app, term, args),
        Command::Supersede(args) => supersede::run(app, term, args),
        Command::Visibility(args) => visibility::run(app, term, args),
        Command::Backup(args) => backup::run(app, term, &args),
        Command::Fsck(args) => fsck::run(app, term, &args),
        Command::Archive(args) => archive::run(app, term, args),
        Command::Verify(args) => verify::run(app, term, args),
        Command::Trust(args) => trust::run(app, term, args),
        Command::Publish(args) => publish::run(app, term, args),
        Command::Serve(args) => serve::run(app, term, args),
        Command::Draw(args) => draw::run(&args),
        Command::CheckUpload(_) => check_upload::run(app),
        Command::SetPages(args) => set_pages::run(&args),
        Command::Schema(args) => schema::run(term, args),
        Command::Wording(args) => wording::run(app, term, args),
        Command::Completions(args) => completions::run(args),
        Command::Man(_) => completions::man(),
    }
}

/// Where the command stands: behind options that every command has, and their values.
fn command_at(arguments: &[OsString]) -> Option<usize> {
    let value = |place: usize| arguments[place - 1] == "--lang" || arguments[place - 1] == "--office";
    (1..arguments.len()).find(|place| !arguments[*place].to_string_lossy().starts_with('-') && !value(*place))
}

/// The language, before clap has read anything: its own messages are in it too. Flag, then
/// `PK_LANG`, then the locale; Indonesian when nothing says English.
fn language(arguments: &[OsString]) -> Language {
    let mut typed = None;
    for pair in arguments.windows(2) {
        if pair[0] == "--lang" {
            typed = pair[1].to_str().and_then(Language::parse);
        }
    }
    for argument in arguments.iter().filter_map(|a| a.to_str()) {
        if let Some(value) = argument.strip_prefix("--lang=") {
            typed = Language::parse(value);
        }
    }
    let variable = |name| std::env::var(name).ok().and_then(|value| Language::parse(&value));
    typed
        .or_else(|| variable("PK_LANG"))
        .or_else(|| variable("LC_ALL"))
        .or_else(|| variable("LC_MESSAGES"))
        .or_else(|| variable("LANG"))
        .unwrap_or_default()
}
