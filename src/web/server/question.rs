//! What the server asks of the process that checks an upload, and what comes back. Both are this program, so the
//! answer is believed.

use std::io::{self, BufRead, Read as _};
use std::sync::Arc;

use pk_trust::Time;
use serde::{Deserialize, Serialize};

use super::asked::Asked;
use super::upload::MAX_FILE;
use crate::audit::{Answer, Auditor, PictureError, Unanswered};
use crate::office::Office;
use crate::registry::SqliteRegistry;
use crate::render::Templates;
use crate::web::page;
use crate::web::records::PATIENCE;
use crate::web::site::Site;
use crate::words::Language;

/// Longest line with a question, in bytes.
const MAX_QUESTION: u64 = 1_000;

/// What is asked about a file, and what the answer may cost.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Question {
    /// The moment for which it is asked, in seconds since 1970.
    pub(super) at: u64,
    /// Whether it is called a PDF.
    pub(super) pdf: bool,
    /// Whether the answer is English.
    pub(super) english: bool,
    /// Whether the language was chosen by a link.
    pub(super) chosen: bool,
    /// Whether the answer is JSON instead of a page.
    pub(super) json: bool,
    /// Memory, in bytes.
    pub memory: u64,
    /// Processor time, in seconds.
    pub seconds: u64,
    /// How much the process steps back behind others.
    pub nice: i32,
}

/// What is answered about a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Checked {
    /// The headline and the content of a page.
    Page(page::Answered),
    /// A verdict as JSON.
    Json(String),
    /// Neither a PDF nor a picture or a link.
    Format,
    /// No code in the picture.
    NoCode,
    /// It asks for more than a check may cost.
    Cost,
    /// The registry or the keys cannot be read now.
    Unreachable,
}

impl Question {
    /// About a file, as it was asked.
    pub(super) const fn new(at: Time, pdf: bool, asked: Asked) -> Self {
        Self {
            at: at.unix(),
            pdf,
            english: matches!(asked.language, Language::English),
            chosen: asked.chosen,
            json: asked.json,
            memory: 0,
            seconds: 0,
            nice: 0,
        }
    }

    /// Reads a question. What follows is the file.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn read(input: &mut impl BufRead) -> io::Result<Self> {
        let mut line = Vec::new();
        input.by_ref().take(MAX_QUESTION).read_until(b'\n', &mut line)?;
        Ok(serde_json::from_slice(&line)?)
    }

    const fn asked(self) -> Asked {
        let language = if self.english { Language::English } else { Language::Indonesian };
        Asked { language, chosen: self.chosen, json: self.json }
    }
}

/// Answers a question about the file on `input`, with what the office knows, for the server that started this
/// process. Nothing is kept.
///
/// # Errors
///
/// If the file cannot be read, or the answer not be written.
pub fn check(
    office: &Office,
    question: Question,
    input: &mut impl io::Read,
    output: &mut impl io::Write,
) -> io::Result<()> {
    // Written when it is complete: half an answer would be none.
    output.write_all(&serde_json::to_vec(&examine(office, question, input)?)?)
}

fn examine(office: &Office, question: Question, input: &mut impl io::Read) -> io::Result<Checked> {
    let mut bytes = Vec::new();
    let most = u64::try_from(MAX_FILE).unwrap_or(u64::MAX);
    input.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.starts_with(b"PK\x03\x04") {
        // An archive of 10 MB can hold thousands of documents. Those have `pk verify`.
        return Ok(Checked::Format);
    }
    let Some(auditor) = auditor(office) else { return Ok(Checked::Unreachable) };
    // A name that says no more than its kind: a file that is called a PDF and does not begin like one was changed at
    // its beginning.
    let name = if question.pdf { ".pdf" } else { "" };
    Ok(match auditor.examine(name, &bytes, Time::from_unix(question.at)) {
        Ok(answer) => answered(&Site::new(office, &[]), question.asked(), answer),
        Err(Unanswered::Format) => Checked::Format,
        Err(Unanswered::Picture(
            PictureError::TooLarge | PictureError::Decode(image::ImageError::Limits(_)),
        )) => Checked::Cost,
        // A registry that contradicts itself, or the sealed data, is no authority on any document.
        Err(Unanswered::Registry(_) | Unanswered::Differs { .. }) => Checked::Unreachable,
        Err(_) => Checked::NoCode,
    })
}

/// Everything that the office knows; `None` if something of it cannot be read now.
fn auditor(office: &Office) -> Option<Auditor> {
    let registry = SqliteRegistry::open_to_read_within(&office.registry(), PATIENCE).ok()?;
    Some(Auditor {
        trust: office.trust().ok()?,
        registry: Some(Box::new(registry)),
        host: Some(office.config().instansi.host.clone()),
        templates: Some(Templates::with_folder(&office.templates()).ok()?),
        renderer: Arc::default(),
        ..Auditor::default()
    })
}

/// An answer in the form that was asked for.
pub(super) fn answered(site: &Site, asked: Asked, mut answer: Answer) -> Checked {
    if let Answer::Document(verdict) = &mut answer {
        // The name was our own.
        verdict.file.clear();
    }
    if asked.json {
        let json = match &answer {
            Answer::Document(verdict) => serde_json::to_string(verdict),
            Answer::Picture(verdict) => serde_json::to_string(verdict),
            Answer::Archive(verdict) => serde_json::to_string(verdict),
        };
        return Checked::Json(json.unwrap_or_default());
    }
    Checked::Page(page::answer(&site.context(asked.words(), asked.links()), &answer))
}
