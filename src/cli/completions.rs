//! `pk completions` and `pk man`, and the help in the user's language.

use std::io::Write as _;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory as _};
use clap_complete::Shell;

use super::Arguments;
use super::failure::Failure;
use crate::words::{Language, Values, Words};

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
        Language::Indonesian => {
            // Building adds the arguments that every command has, so that they can be renamed too.
            let mut command = command;
            command.build();
            translate(command, "help", words)
        }
    }
}

/// What was wrong with the arguments, in the language of `words`; `None` where clap's own English is
/// meant, or where it is no mistake (help, version).
pub(super) fn usage_error(error: &clap::Error, words: &Words) -> Option<String> {
    if words.language() == Language::English || !error.use_stderr() {
        return None;
    }
    let code = match error.kind() {
        ErrorKind::UnknownArgument => "usage.unknown",
        ErrorKind::InvalidSubcommand => "usage.command",
        ErrorKind::InvalidValue if no_value(error) => "usage.no-value",
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => "usage.value",
        ErrorKind::MissingRequiredArgument => "usage.missing",
        ErrorKind::ArgumentConflict => "usage.conflict",
        ErrorKind::InvalidUtf8 => "usage.utf8",
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => "usage.count",
        // Called without a command: clap shows the help.
        _ => return None,
    };
    let shown = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(list)) => list.join(", "),
        _ => String::new(),
    };
    let mut argument = shown(ContextKind::InvalidArg);
    if argument.is_empty() {
        argument = shown(ContextKind::InvalidSubcommand);
    }
    let values = Values::from([("argument", argument), ("value", shown(ContextKind::InvalidValue))]);
    let mut text = words.text(code, &values);
    let suggested = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg].map(shown);
    // Of several the nearest comes last.
    if let Some(near) =
        suggested.iter().filter_map(|list| list.rsplit(", ").next()).find(|near| !near.is_empty())
    {
        text.push_str(&words.text("usage.near", &Values::from([("near", near.to_owned())])));
    }
    if let Some(ContextValue::Strings(valid)) = error.get(ContextKind::ValidValue)
        && !valid.is_empty()
    {
        text.push_str(&words.text("usage.choices", &Values::from([("choices", valid.join(", "))])));
    }
    Some(text)
}

/// Whether an option stands there without its value.
fn no_value(error: &clap::Error) -> bool {
    matches!(error.get(ContextKind::InvalidValue), None | Some(ContextValue::None))
        || matches!(error.get(ContextKind::InvalidValue), Some(ContextValue::String(text)) if text.is_empty())
}

fn translate(command: Command, path: &str, words: &Words) -> Command {
    let command = match words.knows(path) {
        true => command.about(words.plain(path)).long_about(None),
        false => command,
    };
    let usage = words.plain("usage.usage");
    let line = command.clone().render_usage().to_string();
    let line = line.trim_start_matches("Usage:").trim();
    let line = line
        .split(' ')
        .map(|word| match word.split_once(['<', '[']).and_then(|(_, rest)| rest.split_once(['>', ']'])) {
            Some((name, _)) => word.replacen(name, &value_name(name, words), 1),
            None => word.to_owned(),
        })
        .collect::<Vec<_>>()
        .join(" ");
    let command = command
        .override_usage(line)
        .help_template(format!("{{about-with-newline}}\n{usage}: {{usage}}\n\n{{all-args}}{{after-help}}"))
        .subcommand_help_heading(words.plain("usage.commands"));
    let command = command.mut_args(|argument| {
        let heading = if argument.is_positional() { "usage.arguments" } else { "usage.options" };
        let argument = argument.help_heading(words.plain(heading)).hide_env(true);
        match argument.get_id().as_str() {
            "help" => {
                return argument.help(words.plain("usage.help")).long_help(words.plain("usage.help"));
            }
            "version" => return argument.help(words.plain("usage.version")),
            _ => {}
        }
        let names: Option<Vec<String>> = argument
            .get_value_names()
            .map(|names| names.iter().map(|name| value_name(name, words)).collect());
        let argument = match names {
            Some(names) => argument.value_names(names),
            None => argument,
        };
        let own = format!("{path}.{}", argument.get_id());
        // Arguments that several commands share have one text.
        let code = if words.knows(&own) { own } else { format!("help.*.{}", argument.get_id()) };
        if !words.knows(&code) {
            return argument;
        }
        let choices: Vec<String> =
            argument.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
        if choices.is_empty()
            || argument.is_hide_possible_values_set()
            || !argument.get_action().takes_values()
        {
            return argument.help(words.plain(&code));
        }
        let choices = words.text("usage.choices", &Values::from([("choices", choices.join(", "))]));
        argument.hide_possible_values(true).help(format!("{}{choices}", words.plain(&code)))
    });
    command.mut_subcommands(|sub| {
        let path = format!("{path}.{}", sub.get_name());
        translate(sub, &path, words)
    })
}

/// The name of a value in the language of the help: `<FILE>` is `<BERKAS>`. A name without a word stays.
fn value_name(name: &str, words: &Words) -> String {
    let code = format!("value.{}", name.to_lowercase());
    if words.knows(&code) { words.plain(&code) } else { name.to_owned() }
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
