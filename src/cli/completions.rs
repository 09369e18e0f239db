//! `pk completions` and `pk man`, and the help in the user's language.

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Command, CommandFactory as _};
use clap_complete::Shell;

use super::Arguments;
use super::failure::Failure;
use crate::words::{Language, Words};

/// Print completions for a shell
#[derive(clap::Args, Debug)]
pub(super) struct Completions {
    /// Which shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Print the manual page
#[derive(clap::Args, Debug)]
pub(super) struct Man {}

pub(super) fn run(args: Completions) -> Result<ExitCode, Failure> {
    let mut out = Vec::new();
    clap_complete::generate(args.shell, &mut Arguments::command(), "pk", &mut out);
    let _ = std::io::stdout().write_all(&out);
    Ok(ExitCode::SUCCESS)
}

pub(super) fn man() -> Result<ExitCode, Failure> {
    let mut out = Vec::new();
    let _ = clap_mangen::Man::new(Arguments::command()).render(&mut out);
    let _ = std::io::stdout().write_all(&out);
    Ok(ExitCode::SUCCESS)
}

/// The command with its help in the language of `words`. The English help is what stands in the
/// code; the other one is kept with the other words, under `help.<command>[.<argument>]`.
pub(super) fn translated(command: Command, words: &Words) -> Command {
    match words.language() {
        Language::English => command,
        Language::Indonesian => translate(command, "help", words),
    }
}

fn translate(command: Command, path: &str, words: &Words) -> Command {
    let command = match words.knows(path) {
        true => command.about(words.plain(path)).long_about(None),
        false => command,
    };
    let command = command.mut_args(|argument| {
        let own = format!("{path}.{}", argument.get_id());
        // Arguments that several commands share have one text.
        let code = if words.knows(&own) { own } else { format!("help.*.{}", argument.get_id()) };
        if words.knows(&code) { argument.help(words.plain(&code)) } else { argument }
    });
    command.mut_subcommands(|sub| {
        let path = format!("{path}.{}", sub.get_name());
        translate(sub, &path, words)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every command and argument of ours has a text in both languages.
    #[test]
    fn help_is_complete() {
        fn visit(command: &Command, path: &str, words: &Words, missing: &mut Vec<String>) {
            if !words.knows(path) {
                missing.push(path.to_owned());
            }
            for argument in command.get_arguments() {
                let id = argument.get_id().to_string();
                if id == "help" || id == "version" {
                    continue;
                }
                assert!(argument.get_help().is_some(), "{path}.{id} has no help");
                if !words.knows(&format!("{path}.{id}")) && !words.knows(&format!("help.*.{id}")) {
                    missing.push(format!("{path}.{id}"));
                }
            }
            for sub in command.get_subcommands() {
                visit(sub, &format!("{path}.{}", sub.get_name()), words, missing);
            }
        }
        let words = Words::new(Language::Indonesian);
        let mut missing = Vec::new();
        visit(&Arguments::command(), "help", &words, &mut missing);
        assert_eq!(missing, Vec::<String>::new());
    }
}
