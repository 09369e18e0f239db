//! `pk history`

use std::process::ExitCode;

use pk_trust::claim::Id;
use serde_json::json;

use super::app::App;
use super::failure::Failure;
use super::term::{Term, Tone};
use crate::registry::{Deed, Event, deeds};
use crate::words::printable;

/// Show what happened to documents, and which key vouches for it
#[derive(clap::Args, Debug)]
pub(super) struct History {
    /// Ids of documents; default: all
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// One JSON object an event
    #[arg(long)]
    json: bool,
}

pub(super) fn run(app: &App, term: &mut Term, args: History) -> Result<ExitCode, Failure> {
    let office = app.office()?;
    let registry = app.registry_to_read(&office)?;
    let mut ids = Vec::new();
    for typed in &args.ids {
        let id: Id = typed.parse().map_err(|_| Failure::new("fail.no-id").with("id", typed))?;
        if registry.find(&id)?.is_none() {
            return Err(Failure::new("fail.unknown-document").with("id", id.grouped()));
        }
        ids.push(id.to_string());
    }
    // The chain of hashes is checked while it is read.
    let history = registry.history()?;
    for deed in deeds(history, &office.seals()?) {
        let (event, vouching) = match &deed {
            Deed::Plain(event) => (event, None),
            Deed::Sealed(event, serial) => (event, Some(Some(serial.as_str()))),
            Deed::Unsealed(event) => (event, Some(None)),
        };
        if !ids.is_empty() && !ids.contains(&event.id) {
            continue;
        }
        if args.json { print_json(term, event, vouching) } else { print(term, event, vouching) }
    }
    Ok(ExitCode::SUCCESS)
}

fn print(term: &Term, event: &Event, vouching: Option<Option<&str>>) {
    let id = event.id.parse::<Id>().map_or_else(|_| event.id.clone(), |id| id.grouped());
    let mut line = format!(
        "{}  {id}  {}",
        term.words.clock(&event.at.to_string()),
        term.words.plain(&format!("event.{}", event.what)),
    );
    // Hashes are for programs.
    let said = match event.what.as_str() {
        "signed" => event.detail.split_once(' ').map(|(field, rest)| {
            let serial = rest.split(' ').next().unwrap_or_default();
            term.text("event.certificate", &[("field", field.to_owned()), ("serial", serial.to_owned())])
        }),
        "superseded" => match event.detail.split_once(' ') {
            Some((by, reason)) => {
                let by = by.parse::<Id>().map_or_else(|_| by.to_owned(), |id| id.grouped());
                Some(format!("{by}: {reason}"))
            }
            None => event.detail.parse::<Id>().ok().map(|id| id.grouped()),
        },
        "revoked" | "visibility" => Some(event.detail.clone()),
        _ => None,
    };
    if let Some(said) = said.filter(|said| !said.is_empty()) {
        line.push_str(&format!(" ({})", printable(&said)));
    }
    match vouching {
        Some(Some(serial)) => line.push_str(&term.text("event.by-seal", &[("serial", serial.to_owned())])),
        Some(None) => line.push_str(&Term::toned(Tone::Bad, &term.words.plain("event.by-nobody"))),
        None => {}
    }
    term.out(&line);
}

fn print_json(term: &Term, event: &Event, vouching: Option<Option<&str>>) {
    let row = json!({
        "id": event.id,
        "what": event.what,
        "at": event.at.to_string(),
        "detail": event.detail,
        "hash": data_encoding::HEXLOWER.encode(&event.hash),
        "seal": vouching.map(|seal| seal.map_or(serde_json::Value::Bool(false), Into::into)),
    });
    term.machine(&row.to_string());
}
