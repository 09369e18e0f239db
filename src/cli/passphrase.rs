//! Where passphrases come from: file, descriptor, environment, prompt. Never from an argument, which
//! every user of the machine can see.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, IsTerminal as _, Read as _};
use std::path::PathBuf;

use zeroize::Zeroizing;

use super::failure::Failure;
use super::term::Term;
use crate::office::{AuthorityError, Passphrase, PassphraseError};

/// Longest passphrase that is read.
const MAX: u64 = 4096;

/// Passphrase of the person's key.
#[derive(clap::Args, Debug, Default)]
pub(super) struct PassphraseArgs {
    /// Read the passphrase from the first line of a file
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Read the passphrase from an open file descriptor
    #[arg(long, value_name = "N", conflicts_with = "passphrase_file")]
    passphrase_fd: Option<u32>,
}

/// Passphrase of the office's own keys.
#[derive(clap::Args, Debug, Default)]
pub(super) struct OfficePassphraseArgs {
    /// Read the passphrase of the office's keys from the first line of a file
    #[arg(long, value_name = "FILE")]
    office_passphrase_file: Option<PathBuf>,
    /// Read the passphrase of the office's keys from an open file descriptor
    #[arg(long, value_name = "N", conflicts_with = "office_passphrase_file")]
    office_passphrase_fd: Option<u32>,
}

/// How often a person may type. A slip of the finger must not end the command: what is typed next would land in the
/// shell, on the screen and in its history.
const TRIES: usize = 3;

impl PassphraseArgs {
    /// The passphrase of a key that somebody brings along.
    pub(super) fn existing(&self, term: &Term, whose: &str) -> Result<Passphrase, PassphraseError> {
        source(self.passphrase_file.clone(), self.passphrase_fd, "PK_PASSPHRASE")?
            .map_or_else(|| prompt(term, "prompt.passphrase", whose), Ok)
    }

    /// Opens an existing key with its passphrase.
    pub(super) fn open<T>(
        &self,
        term: &Term,
        whose: &str,
        open: impl FnMut(&Passphrase) -> Result<T, AuthorityError>,
    ) -> Result<T, Failure> {
        let given = source(self.passphrase_file.clone(), self.passphrase_fd, "PK_PASSPHRASE")?;
        open_with(given, term, whose, open)
    }

    /// The passphrase for a new key, asked twice.
    pub(super) fn new_key(&self, term: &Term, whose: &str) -> Result<Passphrase, PassphraseError> {
        new_passphrase(
            source(self.passphrase_file.clone(), self.passphrase_fd, "PK_PASSPHRASE")?,
            term,
            whose,
        )
    }
}

impl OfficePassphraseArgs {
    /// Opens keys of the office with their passphrase.
    pub(super) fn open<T>(
        &self,
        term: &Term,
        open: impl FnMut(&Passphrase) -> Result<T, AuthorityError>,
    ) -> Result<T, Failure> {
        let whose = term.words.plain("term.office-keys");
        let given =
            source(self.office_passphrase_file.clone(), self.office_passphrase_fd, "PK_OFFICE_PASSPHRASE")?;
        open_with(given, term, &whose, open)
    }

    /// The passphrase for new keys of the office, asked twice.
    pub(super) fn new_key(&self, term: &Term) -> Result<Passphrase, PassphraseError> {
        let whose = term.words.plain("term.office-keys");
        let given =
            source(self.office_passphrase_file.clone(), self.office_passphrase_fd, "PK_OFFICE_PASSPHRASE")?;
        new_passphrase(given, term, &whose)
    }
}

/// Opens with the passphrase that was given, or with one that is asked for until it opens.
fn open_with<T>(
    given: Option<Passphrase>,
    term: &Term,
    whose: &str,
    mut open: impl FnMut(&Passphrase) -> Result<T, AuthorityError>,
) -> Result<T, Failure> {
    if let Some(passphrase) = given {
        return Ok(open(&passphrase)?);
    }
    let mut tried = 0;
    loop {
        let failure = match open(&prompt(term, "prompt.passphrase", whose)?) {
            Ok(opened) => return Ok(opened),
            Err(error) => Failure::from(error),
        };
        tried += 1;
        if failure.code != "fail.passphrase" || tried == TRIES {
            return Err(failure);
        }
        term.note("prompt.wrong", &[]);
    }
}

fn new_passphrase(
    given: Option<Passphrase>,
    term: &Term,
    whose: &str,
) -> Result<Passphrase, PassphraseError> {
    if let Some(passphrase) = given {
        return passphrase.for_new_key();
    }
    let ask = || {
        let first = prompt(term, "prompt.new-passphrase", whose)?.for_new_key()?;
        let second = prompt(term, "prompt.repeat-passphrase", whose)?;
        if first == second { Ok(first) } else { Err(PassphraseError::Differ) }
    };
    let mut tried = 0;
    loop {
        tried += 1;
        match ask() {
            Err(error @ (PassphraseError::TooShort | PassphraseError::Differ)) if tried < TRIES => {
                term.note(Failure::from(error).code, &[]);
            }
            done => return done,
        }
    }
}

fn source(
    file: Option<PathBuf>,
    fd: Option<u32>,
    variable: &str,
) -> Result<Option<Passphrase>, PassphraseError> {
    // The descriptor is opened by its name, so that no unsafe code has to take it over.
    let path = file.or_else(|| fd.map(|fd| PathBuf::from(format!("/dev/fd/{fd}"))));
    if let Some(path) = path {
        return first_line(File::open(path)?).map(Some);
    }
    match std::env::var(variable) {
        Ok(value) => Ok(Some(Passphrase::new(Zeroizing::new(value)))),
        Err(_) => Ok(None),
    }
}

fn first_line(file: File) -> Result<Passphrase, PassphraseError> {
    let mut line = Zeroizing::new(String::new());
    BufReader::new(file.take(MAX)).read_line(&mut line)?;
    Ok(Passphrase::new(line))
}

fn prompt(term: &Term, code: &str, whose: &str) -> Result<Passphrase, PassphraseError> {
    if !io::stdin().is_terminal() {
        return Err(PassphraseError::NoTerminal(whose.to_owned()));
    }
    let text = format!("{}: ", term.text(code, &[("whose", whose.to_owned())]));
    Ok(Passphrase::new(Zeroizing::new(rpassword::prompt_password(text)?)))
}
