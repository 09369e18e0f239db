//! Who sets the pages: this process, or others of the same program beside it.
//!
//! Typst remembers what it has laid out in one memory for all threads of a process, behind locks, and frees what one
//! thread has made from another one. Processes do not meet (`docs/performance.md` has the figures). And a process that
//! dies, because its stack or the machine's memory is at an end or somebody has killed it, takes one document along: that
//! one is tried once more in a fresh process, and then named.

use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use pk_trust::verify::ContentError;
use serde::{Deserialize, Serialize};

use crate::render::{self, Renderer, Revision0};

/// Name of the hidden command that [`serve`]s.
pub const COMMAND: &str = "set-pages";

/// Largest message: data and pages of a document have some hundred kilobytes.
const MAX_MESSAGE: u32 = 256 * 1024 * 1024;

/// Times that a document is begun. One that has ended two processes would end the next one too.
const ATTEMPTS: usize = 2;

/// Where pages are set.
#[derive(Clone, Debug)]
pub enum Press<'a> {
    /// In this process.
    Here(&'a Renderer),
    /// In others: the program, and the folder of the office's templates.
    Beside {
        /// This program.
        program: PathBuf,
        /// Its templates.
        templates: PathBuf,
    },
}

impl<'a> Press<'a> {
    /// Processes of this program; this process where it does not know its own file.
    pub fn beside(renderer: &'a Renderer, templates: PathBuf) -> Self {
        std::env::current_exe().map_or(Self::Here(renderer), |program| Self::Beside { program, templates })
    }

    /// One worker.
    pub(super) fn hand(&self) -> Hand<'_> {
        match self {
            Self::Here(renderer) => Hand::Here(renderer),
            Self::Beside { program, templates } => Hand::Beside { program, templates, worker: None },
        }
    }
}

/// One worker, begun with its first document.
pub(super) enum Hand<'a> {
    Here(&'a Renderer),
    Beside { program: &'a PathBuf, templates: &'a PathBuf, worker: Option<Worker> },
}

impl Hand<'_> {
    /// Revision 0 of a document, without the seal.
    pub(super) fn render(&mut self, data: &[u8], claim: &str) -> Result<Revision0, render::Error> {
        let (program, templates, worker) = match self {
            Self::Here(renderer) => return renderer.render(data, claim),
            Self::Beside { program, templates, worker } => (program, templates, worker),
        };
        for _ in 0..ATTEMPTS {
            let mut running = match worker.take() {
                Some(running) => running,
                None => Worker::start(program, templates).map_err(|_| render::Error::Died)?,
            };
            // A worker that does not answer is dropped, and so ended.
            if let Ok(answer) = running.ask(data, claim) {
                *worker = Some(running);
                return answer.into_result();
            }
        }
        Err(render::Error::Died)
    }
}

/// A process that sets pages.
pub(super) struct Worker {
    child: Child,
    questions: BufWriter<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Worker {
    fn start(program: &PathBuf, templates: &PathBuf) -> io::Result<Self> {
        let mut command = Command::new(program);
        // Ctrl-C in a terminal reaches every process of a group: the document in hand is to be finished.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command
            .arg(COMMAND)
            .arg(templates)
            // The passphrases of the environment are none of its business.
            .env_clear()
            // Typst would share one document among all processors, which others are at work on already.
            .env("RAYON_NUM_THREADS", "1")
            // Each document takes the memory of the one before it: giving it back in between cost an eighth of the time.
            .env("MIMALLOC_PURGE_DELAY", "-1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let missing = || io::Error::from(io::ErrorKind::BrokenPipe);
        let questions = BufWriter::new(child.stdin.take().ok_or_else(missing)?);
        let answers = BufReader::new(child.stdout.take().ok_or_else(missing)?);
        Ok(Self { child, questions, answers })
    }

    fn ask(&mut self, data: &[u8], claim: &str) -> io::Result<Answer> {
        send(&mut self.questions, data)?;
        send(&mut self.questions, claim.as_bytes())?;
        self.questions.flush()?;
        let kind = receive(&mut self.answers)?;
        let body = receive(&mut self.answers)?;
        Ok(match kind.as_slice() {
            [] => Answer::Pages(body),
            code => Answer::Refused {
                code: String::from_utf8_lossy(code).into_owned(),
                messages: serde_json::from_slice(&body).unwrap_or_default(),
            },
        })
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a process said.
enum Answer {
    Pages(Vec<u8>),
    Refused { code: String, messages: Vec<String> },
}

impl Answer {
    fn into_result(self) -> Result<Revision0, render::Error> {
        let (code, messages) = match self {
            Self::Pages(pages) => return Ok(Revision0(pages)),
            Self::Refused { code, messages } => (code, messages),
        };
        let first = messages.first().cloned().unwrap_or_default();
        // The same error as in this process; of those with causes of their own, the cause as text.
        Err(match code.as_str() {
            "error.render-template" => render::Error::Template(messages),
            "error.render-field" => render::Error::Box(first),
            "error.render-qr" => render::Error::Qr,
            "error.render-data" => render::Error::Data(ContentError::Format),
            _ => render::Error::Export(messages),
        })
    }
}

/// What an error says beside its code.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Messages(Vec<String>);

impl From<&render::Error> for Messages {
    fn from(error: &render::Error) -> Self {
        Self(match error {
            render::Error::Template(messages) | render::Error::Export(messages) => messages.clone(),
            render::Error::Box(field) => vec![field.clone()],
            other => vec![other.to_string()],
        })
    }
}

/// Answers questions until there are no more.
///
/// # Errors
///
/// If the other process is gone.
pub fn serve(renderer: &Renderer, questions: impl Read, answers: impl Write) -> io::Result<()> {
    let (mut questions, mut answers) = (BufReader::new(questions), BufWriter::new(answers));
    loop {
        let data = match receive(&mut questions) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            data => data?,
        };
        let claim = String::from_utf8(receive(&mut questions)?)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        match renderer.render(&data, &claim) {
            Ok(Revision0(pages)) => {
                send(&mut answers, b"")?;
                send(&mut answers, &pages)?;
            }
            Err(error) => {
                send(&mut answers, error.code().as_bytes())?;
                send(&mut answers, &serde_json::to_vec(&Messages::from(&error)).unwrap_or_default())?;
            }
        }
        answers.flush()?;
    }
}

/// Its length in four bytes, then the message.
fn send(to: &mut impl Write, message: &[u8]) -> io::Result<()> {
    let length = u32::try_from(message.len()).map_err(|_| io::ErrorKind::InvalidData)?;
    to.write_all(&length.to_be_bytes())?;
    to.write_all(message)
}

fn receive(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length);
    if length > MAX_MESSAGE {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut message = Vec::new();
    from.take(length.into()).read_to_end(&mut message)?;
    if message.len() == usize::try_from(length).unwrap_or(usize::MAX) {
        Ok(message)
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}
