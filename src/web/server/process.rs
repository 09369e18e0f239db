//! Checking an upload in a process of its own.
//!
//! A file that a stranger made may ask for any amount of work: what this program counts while it reads
//! (`pk_trust::pdf`, `pk_photo`) is the first line, this is the second. So the server starts itself once more, hands
//! over question and file, and ends that process when its time is up or nobody waits for the answer any more. Its
//! memory and its processor time are limited by the operating system, where there is such a limit. What ends it ends
//! nothing else.

use std::io::{self, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use tokio::time::timeout;

use super::limits::Sender;
use super::question::{Checked, Question};
use super::turns::{Turn, Turns};

/// Name of the hidden command that [`check`](super::check)s.
pub const COMMAND: &str = "check-upload";

/// Longest answer, in bytes. The page about a document with fifty signatures has some hundred thousand.
const MAX_ANSWER: u64 = 4 * 1024 * 1024;

/// Memory of one process. The largest picture takes 280 MB.
const MEMORY: u64 = 384 * 1024 * 1024;

/// How long a file waits for its turn.
const TURN: Duration = Duration::from_secs(10);

/// What one kind of turn gives a file.
#[derive(Clone, Copy, Debug)]
struct Lane {
    /// From the start of the process to its answer.
    deadline: Duration,
    /// Seconds of processor time.
    seconds: u64,
    /// How much the process steps back behind the server (`nice`).
    nice: i32,
}

/// The first look. Nearly every file is done with it: a document takes some 30 milliseconds. So whoever sends what
/// takes seconds keeps others waiting no longer than anybody else.
const QUICK: Lane = Lane { deadline: Duration::from_millis(250), seconds: 2, nice: 5 };

/// The second one, for what was not done by then: from the beginning, one file at a time, with what the first looks
/// leave of the processors.
const SLOW: Lane = Lane { deadline: Duration::from_secs(20), seconds: 10, nice: 15 };

/// First looks at the same time.
const QUICK_TURNS: usize = 2;

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unchecked {
    /// Too many files are waiting.
    Busy,
    /// It asks for more than a check may cost.
    Cost,
    /// The program failed.
    Failed,
}

/// The processes, and who may have one.
#[derive(Debug)]
pub(super) struct Checks {
    program: PathBuf,
    office: PathBuf,
    /// In the order in which a file gets them.
    lanes: [(Arc<Turns>, Lane); 2],
}

impl Checks {
    /// Of an office, by this program.
    pub(super) fn new(program: PathBuf, office: PathBuf) -> Self {
        let lanes = [(Turns::new(QUICK_TURNS), QUICK), (Turns::new(1), SLOW)];
        Self { program, office, lanes }
    }

    /// Answers about a file. Dropping the future ends the process.
    pub(super) async fn check(
        &self,
        question: Question,
        bytes: &Bytes,
        sender: Sender,
    ) -> Result<Checked, Unchecked> {
        for (turns, lane) in &self.lanes {
            let turn = timeout(TURN, turns.take(sender)).await.map_err(|_| Unchecked::Busy)?;
            match self.run(question, bytes.clone(), *lane, turn).await {
                // Its own limits may have been those of the first look.
                Ok(Checked::Cost) | Err(Unchecked::Cost) => {}
                done => return done,
            }
        }
        Err(Unchecked::Cost)
    }

    async fn run(
        &self,
        question: Question,
        bytes: Bytes,
        lane: Lane,
        turn: Turn,
    ) -> Result<Checked, Unchecked> {
        let question = Question { memory: MEMORY, seconds: lane.seconds, nice: lane.nice, ..question };
        let mut command = Command::new(&self.program);
        // The passphrases of the environment are none of its business. The allocator keeps room for a gigabyte at a
        // time, which counts as memory where that is limited.
        command
            .arg("--office")
            .arg(&self.office)
            .arg(COMMAND)
            .env_clear()
            .env("MIMALLOC_DISALLOW_ARENA_ALLOC", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let process = Arc::new(Process::default());
        let ending = Ending(Arc::clone(&process));
        let work = tokio::task::spawn_blocking(move || {
            let checked = process.converse(command, question, &bytes);
            // Only now: it is gone, and what it took is free.
            drop(turn);
            checked
        });
        let checked = timeout(lane.deadline, work).await;
        drop(ending);
        match checked {
            Ok(Ok(checked)) => checked,
            Ok(Err(_)) => Err(Unchecked::Failed),
            Err(_) => Err(Unchecked::Cost),
        }
    }
}

/// A process that may be ended while it is spoken with.
#[derive(Debug, Default)]
struct Process(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    child: Option<Child>,
    /// Nobody waits for it any more.
    over: bool,
}

/// Ends the process when it is dropped.
struct Ending(Arc<Process>);

impl Drop for Ending {
    fn drop(&mut self) {
        let mut state = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.over = true;
        if let Some(child) = &mut state.child {
            // Whoever speaks with it sees the end of its pipes, and takes its place from the table of processes.
            kill(child);
        }
    }
}

/// Ends a process and whatever it has started, which is in its group. Not yet waited for, so the number is its own.
fn kill(child: &mut Child) {
    #[cfg(unix)]
    {
        use rustix::process::{Pid, Signal, kill_process_group};
        let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
    }
    let _ = child.kill();
}

impl Process {
    /// Starts it, asks, listens, and waits for its end.
    fn converse(&self, mut command: Command, question: Question, bytes: &[u8]) -> Result<Checked, Unchecked> {
        let (stdin, stdout) = match self.start(&mut command) {
            Ok(Some(pipes)) => pipes,
            // Ended before it began.
            Ok(None) => return Err(Unchecked::Cost),
            Err(_) => return Err(Unchecked::Failed),
        };
        let answer = std::thread::scope(|scope| {
            let asking = std::thread::Builder::new().spawn_scoped(scope, move || {
                // It may end before it has read everything; then there is nothing more to be said to it.
                let _ = ask(stdin, question, bytes);
            });
            let mut answer = Vec::new();
            let listened = stdout.take(MAX_ANSWER + 1).read_to_end(&mut answer);
            // Nothing more will be read of it: the one who asks must not wait for it either.
            let by_signal = self.end();
            let complete = asking.is_ok()
                && listened.is_ok_and(|length| length.try_into().unwrap_or(u64::MAX) <= MAX_ANSWER);
            (complete, answer, by_signal)
        });
        match answer {
            (true, answer, by_signal) => match serde_json::from_slice(&answer) {
                Ok(checked) => Ok(checked),
                // Out of memory, out of time, or its stack was too small for what the file nests.
                Err(_) if by_signal => Err(Unchecked::Cost),
                Err(_) => Err(Unchecked::Failed),
            },
            (false, ..) => Err(Unchecked::Failed),
        }
    }

    fn start(&self, command: &mut Command) -> io::Result<Option<(ChildStdin, ChildStdout)>> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.over {
            return Ok(None);
        }
        let child = state.child.insert(command.spawn()?);
        match (child.stdin.take(), child.stdout.take()) {
            (Some(stdin), Some(stdout)) => Ok(Some((stdin, stdout))),
            _ => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    /// Ends it, whatever it still does, and says whether a signal had done so already.
    fn end(&self) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(mut child) = state.child.take() else { return false };
        kill(&mut child);
        child.wait().is_ok_and(|status| status.code().is_none())
    }
}

fn ask(mut stdin: ChildStdin, question: Question, bytes: &[u8]) -> io::Result<()> {
    serde_json::to_writer(&mut stdin, &question)?;
    stdin.write_all(b"\n")?;
    stdin.write_all(bytes)
}

#[cfg(all(test, unix))]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use std::fs;
    use std::net::IpAddr;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;

    use super::*;
    use crate::web::server::asked::Asked;
    use crate::words::Language;

    /// A program in the place of this one. It leaves the numbers of its processes behind.
    fn checks(folder: &Path, script: &str, deadline: Duration) -> Checks {
        let (program, seen) = (folder.join("program"), folder.join("seen"));
        let script = format!("#!/bin/sh\necho $$ >>{}\n{script}\n", seen.display());
        crate::office::durable::write_new(&program, script.as_bytes()).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
        let lanes = [QUICK, SLOW].map(|lane| (Turns::new(1), Lane { deadline, ..lane }));
        Checks { program, office: folder.to_owned(), lanes }
    }

    /// The processes that were started.
    fn seen(folder: &Path) -> Vec<String> {
        let seen = fs::read_to_string(folder.join("seen")).unwrap_or_default();
        seen.lines().map(str::to_owned).collect()
    }

    /// Whether a process is neither running nor a zombie that nobody has asked about.
    fn is_gone(process: &str) -> bool {
        let checked = Command::new("kill").args(["-0", process]).stderr(Stdio::null()).status();
        !checked.unwrap().success()
    }

    const LONG: Duration = Duration::from_secs(60);

    async fn ask(checks: &Checks) -> Result<Checked, Unchecked> {
        let asked = Asked { language: Language::English, chosen: false, json: true };
        let sender = Sender::of(IpAddr::from([192, 0, 2, 1]));
        let question = Question::new(pk_trust::Time::from_unix(1_767_571_200), true, asked);
        checks.check(question, &Bytes::from(vec![b'x'; 1_000_000]), sender).await
    }

    /// How a program ends, and what is answered then.
    #[tokio::test]
    async fn every_end_has_its_answer() {
        let answered = || Ok(Checked::Json("{}".to_owned()));
        for (script, expected, times) in [
            (r#"cat >/dev/null; echo '{"json":"{}"}'"#, answered(), 1),
            // Answered without having read everything.
            (r#"echo '{"json":"{}"}'"#, answered(), 1),
            (r#"echo '"format"'"#, Ok(Checked::Format), 1),
            // What was too much for a first look gets a second one.
            (r#"echo '"cost"'"#, Err(Unchecked::Cost), 2),
            ("kill -ABRT $$", Err(Unchecked::Cost), 2),
            ("kill -XCPU $$", Err(Unchecked::Cost), 2),
            ("exit 101", Err(Unchecked::Failed), 1),
            ("exit 0", Err(Unchecked::Failed), 1),
            ("echo nonsense", Err(Unchecked::Failed), 1),
            // An answer without end.
            ("exec yes", Err(Unchecked::Failed), 1),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let checks = checks(folder.path(), script, LONG);
            assert_eq!(ask(&checks).await, expected, "{script}");
            let seen = seen(folder.path());
            assert_eq!(seen.len(), times, "{script}");
            assert!(seen.iter().all(|process| is_gone(process)), "{script}");
        }
        let nowhere = tempfile::tempdir().unwrap();
        let checks = Checks::new(nowhere.path().join("none"), nowhere.path().to_owned());
        assert_eq!(ask(&checks).await, Err(Unchecked::Failed));
    }

    #[tokio::test]
    async fn what_does_not_end_is_ended_and_the_next_one_has_its_turn() {
        let folder = tempfile::tempdir().unwrap();
        // What it has started itself ends with it.
        let script = "sleep 1000 & echo $! >>${0%/*}/begun; wait";
        let checks = checks(folder.path(), script, Duration::from_millis(300));
        for _ in 0..2 {
            assert_eq!(ask(&checks).await, Err(Unchecked::Cost));
        }
        // The turns come back when the processes are gone.
        for (turns, _) in &checks.lanes {
            drop(turns.take(Sender::of(IpAddr::from([192, 0, 2, 1]))).await);
        }
        assert!(seen(folder.path()).iter().all(|process| is_gone(process)));
        let begun = fs::read_to_string(folder.path().join("begun")).unwrap();
        // They belong to nobody here any more, so whoever takes over such processes has to notice it first.
        let ended = |process: &str| {
            let state = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
            is_gone(process) || state.contains(") Z ")
        };
        assert!(begun.lines().all(ended), "{begun}");
    }

    #[tokio::test]
    async fn a_process_ends_with_its_client() {
        let folder = tempfile::tempdir().unwrap();
        let checks = checks(folder.path(), "exec sleep 1000", LONG);
        {
            let asking = ask(&checks);
            tokio::pin!(asking);
            while seen(folder.path()).is_empty() {
                let pause = tokio::time::sleep(Duration::from_millis(5));
                tokio::select! {
                    ended = &mut asking => panic!("{ended:?}"),
                    () = pause => {}
                }
            }
        }
        let [(turns, _), _] = &checks.lanes;
        drop(turns.take(Sender::of(IpAddr::from([192, 0, 2, 1]))).await);
        let seen = seen(folder.path());
        assert_eq!(seen.len(), 1, "and it gets no second look");
        assert!(is_gone(&seen[0]));
    }
}
