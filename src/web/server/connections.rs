//! Connections: how many, for how long, and how they end.
//!
//! Ten thousand clients that open a connection and say nothing must not keep anybody else out, nor may one
//! that sends a byte a minute. So headers have a deadline, and every connection an end.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};
use tower::ServiceExt as _;

use super::metrics::Metrics;

/// From the first byte, or the end of the answer before, to the end of the headers. It also ends
/// connections that are kept open and say nothing.
const HEADERS: Duration = Duration::from_secs(10);

/// How long a connection may ask again. A proxy keeps its own busy for hours: it is told to open another one.
const LIFE: Duration = Duration::from_secs(300);

/// How long the answer that is on its way may take once a connection is at its end, or the server is told to
/// stop. It ends clients that read their answer a byte at a time.
const FAREWELL: Duration = Duration::from_secs(20);

/// Bytes of request line and headers.
const MAX_HEAD: usize = 32 * 1024;

/// Headers of one request.
const MAX_HEADERS: usize = 64;

/// After an error of the listener that concerns all connections (no file handles left).
const BREATH: Duration = Duration::from_millis(50);

/// Answers until `stop`; then lets the answers on their way arrive.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    metrics: Arc<Metrics>,
    most: usize,
    stop: impl Future<Output = ()>,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEADERS)
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEAD);
    let (stopping, stopped) = watch::channel(());
    let slots = Arc::new(Semaphore::new(most));
    tokio::pin!(stop);
    loop {
        let accepted = async {
            // Closed by nobody, so there always comes a slot. Waiting for it leaves further clients in the
            // queue of the operating system, where they cost nothing.
            let slot = Arc::clone(&slots).acquire_owned().await;
            (listener.accept().await, slot)
        };
        let (accepted, slot) = tokio::select! {
            accepted = accepted => accepted,
            () = &mut stop => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                if !is_of_one_connection(&error) {
                    sleep(BREATH).await;
                }
                continue;
            }
        };
        // An answer is one write; waiting for more only delays it. Failing here does no harm.
        let _ = stream.set_nodelay(true);
        let service = router.clone().map_request(move |request: Request<hyper::body::Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(Peer(peer.ip()));
            request
        });
        let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        let connected = metrics.connected();
        let mut stopped = stopped.clone();
        tokio::spawn(async move {
            // How it ended is between the client and the network.
            tokio::pin!(connection);
            let ended = tokio::select! {
                _ = connection.as_mut() => true,
                () = sleep(LIFE) => false,
                _ = stopped.changed() => false,
            };
            if !ended {
                connection.as_mut().graceful_shutdown();
                let _ = timeout(FAREWELL, connection).await;
            }
            drop((connected, slot, stopped));
        });
    }
    drop((listener, stopped));
    let _ = stopping.send(());
    // Closed once no connection listens any more.
    let _ = timeout(FAREWELL, stopping.closed()).await;
}

/// The address at the other end of the connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub(super) std::net::IpAddr);

fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::Interrupted
    )
}

/// How many connections the system lets this process have, after asking for as many as it may. Some handles
/// are for the registry and for files.
pub(super) fn most_connections() -> usize {
    const WANTED: u64 = 16_384;
    const KEPT_BACK: u64 = 64;
    usize::try_from(file_handles(WANTED + KEPT_BACK).saturating_sub(KEPT_BACK).clamp(16, WANTED))
        .unwrap_or(usize::MAX)
}

#[cfg(unix)]
fn file_handles(wanted: u64) -> u64 {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let current = limit.current.unwrap_or(u64::MAX);
    let raised = wanted.min(limit.maximum.unwrap_or(u64::MAX));
    if current >= raised {
        return current;
    }
    match setrlimit(Resource::Nofile, Rlimit { current: Some(raised), maximum: limit.maximum }) {
        Ok(()) => raised,
        Err(_) => current,
    }
}

#[cfg(not(unix))]
fn file_handles(wanted: u64) -> u64 {
    wanted
}
