//! What people see: results on standard output, everything else on standard error.
//!
//! Messages carry no capital at their beginning and no full stop at their end. Colours only where a
//! terminal shows them (anstream takes them out elsewhere, and honours `NO_COLOR`).

use std::cell::Cell;
use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::changed;
use super::failure::Failure;
use super::wrap::{width, wrapped};
use crate::batch::Event;
use crate::model::{Place, Problem};
use crate::words::{Values, Words, printable};

const BOLD: Style = Style::new().bold();
const GOOD: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Green)));
const BAD: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red))).bold();
const OPEN: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Yellow)));
const FAINT: Style = Style::new().dimmed();

/// How a line is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Good,
    Bad,
    Open,
    Bold,
    Faint,
}

impl Tone {
    const fn style(self) -> Style {
        match self {
            Self::Good => GOOD,
            Self::Bad => BAD,
            Self::Open => OPEN,
            Self::Bold => BOLD,
            Self::Faint => FAINT,
        }
    }
}

/// What a person chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    Yes,
    No,
    Show,
}

/// The terminal.
#[derive(Debug)]
pub(super) struct Term {
    pub(super) words: Words,
    unwritten: Cell<bool>,
}

impl Term {
    pub(super) const fn new(words: Words) -> Self {
        Self { words, unwritten: Cell::new(false) }
    }

    /// Whether a result could not be written.
    pub(super) fn lost_output(&self) -> bool {
        self.unwritten.get()
    }

    /// A line of result on standard output.
    pub(super) fn out(&self, line: &str) {
        let width = if std::io::stdout().is_terminal() { width() } else { None };
        self.write(&wrapped(line, width));
    }

    fn write(&self, text: &str) {
        // A closed pipe (`pk status | head`) is no reason to complain. A full disk is: a script would
        // take an empty file for an answer.
        if let Err(error) = writeln!(anstream::stdout(), "{text}")
            && error.kind() != std::io::ErrorKind::BrokenPipe
        {
            self.unwritten.set(true);
        }
    }

    /// A result for programs, as it is: no line of it is broken.
    pub(super) fn machine(&self, text: &str) {
        self.write(text);
    }

    /// A result by its code.
    pub(super) fn say(&self, code: &str, values: &[(&'static str, String)]) {
        self.out(&self.text(code, values));
    }

    /// A remark by its code, on standard error.
    pub(super) fn note(&self, code: &str, values: &[(&'static str, String)]) {
        self.aside(&self.text(code, values));
    }

    /// A line on standard error, beside the result.
    #[expect(clippy::unused_self, reason = "all that people see goes through the terminal")]
    pub(super) fn aside(&self, line: &str) {
        let width = if std::io::stderr().is_terminal() { width() } else { None };
        let _ = writeln!(anstream::stderr(), "{}", wrapped(line, width));
    }

    pub(super) fn text(&self, code: &str, values: &[(&'static str, String)]) -> String {
        self.words.text(code, &values.iter().cloned().collect())
    }

    /// Text in a tone.
    pub(super) fn toned(tone: Tone, text: &str) -> String {
        let style = tone.style();
        format!("{style}{text}{style:#}")
    }

    /// All problems with place, message and hint.
    pub(super) fn problems(&self, problems: &[Problem], warnings: bool) {
        let tone = if warnings { Tone::Open } else { Tone::Bad };
        let label = self.words.plain(if warnings { "term.warning" } else { "term.problem" });
        for problem in problems {
            let values: Values = problem.detail.clone();
            let message = self.words.text(problem.code, &values);
            self.aside(&format!(
                "{}: {}: {message} {}",
                Self::toned(tone, &label),
                self.place(&problem.place),
                Self::toned(Tone::Faint, &format!("[{}]", problem.code)),
            ));
            if let Some(hint) = self.words.hint(problem.code, &values) {
                self.aside(&format!("  {} {hint}", Self::toned(Tone::Faint, "→")));
            }
        }
    }

    /// A place as a person would say it.
    pub(super) fn place(&self, place: &Place) -> String {
        let mut text = printable(&place.file).into_owned();
        if let Some(sheet) = &place.sheet {
            text.push_str(&self.text("term.sheet", &[("sheet", sheet.clone())]));
        }
        if let Some(row) = place.row {
            text.push_str(&self.text("term.row", &[("row", row.to_string())]));
        }
        if let Some(column) = &place.column {
            text.push_str(&self.text("term.column", &[("column", column.clone())]));
        }
        text
    }

    /// What was wrong with the arguments.
    pub(super) fn complain(&self, text: &str) {
        self.aside(&format!("{} {text}", Self::toned(Tone::Bad, "pk:")));
    }

    /// What went wrong, why, and what repairs it.
    pub(super) fn fail(&self, failure: &Failure) {
        self.problems(&failure.problems, false);
        let values = self.for_people(&failure.values);
        let message = self.words.text(failure.code, &values);
        self.aside(&format!("{} {message}", Self::toned(Tone::Bad, "pk:")));
        changed::show(self, &failure.changed);
        for cause in failure.causes(&self.words, &values) {
            self.aside(&format!("  {} {cause}", Self::toned(Tone::Faint, "·")));
        }
        if let Some(hint) = self.words.hint(failure.code, &values) {
            self.aside(&format!("  {} {hint}", Self::toned(Tone::Faint, "→")));
        }
    }

    /// The values of a message, with the office's own keys by the names that people have for them.
    fn for_people(&self, values: &Values) -> Values {
        let mut values = values.clone();
        if let Some(whose) = values.get_mut("whose") {
            *whose = self.owner(whose);
        }
        values
    }

    /// The name of a key's owner for people: the office's own keys have handles of the program.
    pub(super) fn owner(&self, owner: &str) -> String {
        match owner {
            "root" => self.words.plain("owner.root"),
            "issuing" => self.words.plain("owner.issuing"),
            "seal" => self.words.plain("owner.seal"),
            other => other.to_owned(),
        }
    }

    /// Asks yes, no, or to be shown more first; without a terminal the answer is no.
    pub(super) fn choose(&self, code: &str, values: &[(&'static str, String)]) -> Choice {
        if !std::io::stdin().is_terminal() {
            return Choice::No;
        }
        let _ = write!(anstream::stderr(), "{} ", self.text(code, values));
        let _ = std::io::stderr().flush();
        let mut answer = String::new();
        if std::io::stdin().read_line(&mut answer).is_err() {
            return Choice::No;
        }
        match answer.trim().to_lowercase().as_str() {
            "y" | "ya" | "yes" => Choice::Yes,
            "l" | "lihat" | "s" | "show" => Choice::Show,
            _ => Choice::No,
        }
    }

    /// A progress bar on standard error, invisible where that is no terminal, and until there is something to count:
    /// a full bar of nothing looks as if all was done.
    pub(super) fn progress(&self, code: &str) -> Progress {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("{prefix:<24} {bar:28} {pos}/{len} {elapsed}") {
            bar.set_style(style);
        }
        bar.set_prefix(self.words.plain(code));
        Progress(bar)
    }

    /// Asks yes or no; without a terminal the answer is no.
    pub(super) fn confirm(&self, code: &str, values: &[(&'static str, String)]) -> bool {
        self.choose(code, values) == Choice::Yes
    }
}

/// A progress bar that follows the events of a run.
#[derive(Debug)]
pub(super) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn event(&self, event: Event) {
        match event {
            Event::Started(length) => {
                self.0.set_length(u64::try_from(length).unwrap_or(u64::MAX));
                if length > 0 {
                    self.0.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
                    self.0.enable_steady_tick(Duration::from_millis(100));
                }
            }
            Event::Done | Event::Failed => self.0.inc(1),
        }
    }

    /// Prints while the bar is out of the way.
    pub(super) fn aside<T>(&self, print: impl FnOnce() -> T) -> T {
        self.0.suspend(print)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
