//! What people see: results on standard output, everything else on standard error.
//!
//! Messages carry no capital at their beginning and no full stop at their end. Colours only where a
//! terminal shows them (anstream takes them out elsewhere, and honours `NO_COLOR`).

use std::cell::Cell;
use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::failure::Failure;
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
        // A closed pipe (`pk status | head`) is no reason to complain. A full disk is: a script would
        // take an empty file for an answer.
        if let Err(error) = writeln!(anstream::stdout(), "{line}")
            && error.kind() != std::io::ErrorKind::BrokenPipe
        {
            self.unwritten.set(true);
        }
    }

    /// A result by its code.
    pub(super) fn say(&self, code: &str, values: &[(&'static str, String)]) {
        self.out(&self.text(code, values));
    }

    /// A remark by its code, on standard error.
    pub(super) fn note(&self, code: &str, values: &[(&'static str, String)]) {
        let _ = writeln!(anstream::stderr(), "{}", self.text(code, values));
    }

    /// A line on standard error, beside the result.
    #[expect(clippy::unused_self, reason = "all that people see goes through the terminal")]
    pub(super) fn aside(&self, line: &str) {
        let _ = writeln!(anstream::stderr(), "{line}");
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
            let mut err = anstream::stderr();
            let _ = writeln!(
                err,
                "{}: {}: {message} {}",
                Self::toned(tone, &label),
                self.place(&problem.place),
                Self::toned(Tone::Faint, &format!("[{}]", problem.code)),
            );
            if let Some(hint) = self.words.hint(problem.code, &values) {
                let _ = writeln!(err, "  {} {hint}", Self::toned(Tone::Faint, "→"));
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
    #[expect(clippy::unused_self, reason = "all that people see goes through the terminal")]
    pub(super) fn complain(&self, text: &str) {
        let _ = writeln!(anstream::stderr(), "{} {text}", Self::toned(Tone::Bad, "pk:"));
    }

    /// What went wrong, why, and what repairs it.
    pub(super) fn fail(&self, failure: &Failure) {
        let mut err = anstream::stderr();
        self.problems(&failure.problems, false);
        let message = self.words.text(failure.code, &failure.values);
        let _ = writeln!(err, "{} {message}", Self::toned(Tone::Bad, "pk:"));
        for cause in &failure.causes {
            let _ = writeln!(err, "  {} {cause}", Self::toned(Tone::Faint, "·"));
        }
        if let Some(hint) = self.words.hint(failure.code, &failure.values) {
            let _ = writeln!(err, "  {} {hint}", Self::toned(Tone::Faint, "→"));
        }
    }

    /// A progress bar on standard error, invisible where that is no terminal.
    pub(super) fn progress(&self, code: &str) -> Progress {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(10));
        if let Ok(style) = ProgressStyle::with_template("{prefix:<24} {bar:28} {pos}/{len} {elapsed}") {
            bar.set_style(style);
        }
        bar.set_prefix(self.words.plain(code));
        bar.enable_steady_tick(Duration::from_millis(100));
        Progress(bar)
    }

    /// Asks yes or no; without a terminal the answer is no.
    pub(super) fn confirm(&self, code: &str, values: &[(&'static str, String)]) -> bool {
        if !std::io::stdin().is_terminal() {
            return false;
        }
        let _ = write!(anstream::stderr(), "{} ", self.text(code, values));
        let _ = std::io::stderr().flush();
        let mut answer = String::new();
        if std::io::stdin().read_line(&mut answer).is_err() {
            return false;
        }
        matches!(answer.trim().to_lowercase().as_str(), "y" | "ya" | "yes")
    }
}

/// A progress bar that follows the events of a run.
#[derive(Debug)]
pub(super) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn event(&self, event: Event) {
        match event {
            Event::Started(length) => self.0.set_length(u64::try_from(length).unwrap_or(u64::MAX)),
            Event::Done => self.0.inc(1),
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
