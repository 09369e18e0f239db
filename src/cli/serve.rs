//! `pk serve`

use std::net::SocketAddr;
use std::process::ExitCode;

use super::app::App;
use super::failure::Failure;
use super::term::Term;
use crate::office::SystemClock;
use crate::web::Server;

/// Show the public page on which anybody can check documents
///
/// Reads the office folder and writes nothing. Put a web server with https in front of it (docs/deploy.md).
#[derive(clap::Args, Debug)]
pub(super) struct Serve {
    /// Address and port to listen on; default: `dengar` in pk.toml
    #[arg(long, value_name = "ADDRESS:PORT", env = "PK_LISTEN")]
    listen: Option<SocketAddr>,
}

pub(super) fn run(app: &App, term: &mut Term, args: Serve) -> Result<ExitCode, Failure> {
    let office = app.office()?;
    let address = args.listen.unwrap_or(office.config().halaman.dengar);
    let host = office.config().instansi.host.clone();
    let program = crate::report::this_program().map_err(crate::web::Error::Runtime)?;
    let server = Server::new(office, Box::new(SystemClock), program)?;
    let documents = server.documents().to_string();
    let listening = |address: SocketAddr| {
        term.say(
            "serve.listening",
            &[("address", address.to_string()), ("host", host), ("documents", documents)],
        );
    };
    server.run(address, listening, stop())?;
    term.say("serve.stopped", &[]);
    Ok(ExitCode::SUCCESS)
}

/// Ends when the process is asked to end: Ctrl-C, or SIGTERM as systemd sends it.
async fn stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let (Ok(mut terminate), Ok(mut interrupt)) =
            (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
        {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            return;
        }
    }
    // Without a signal to wait for it ends when it is killed.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
