//! The floor under `pk serve`: a bare axum server that says hello. `.ci/bench/web.py` compares the two in one run.
//!
//! ```text
//! cargo run --release --manifest-path .ci/bench/hello/Cargo.toml -- 127.0.0.1:8081
//! ```

use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8081".to_owned());
    let router = Router::new().fallback(get(|| async { "hello" }));
    axum::serve(TcpListener::bind(address).await?, router).await
}
