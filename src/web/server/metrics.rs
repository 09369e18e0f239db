//! Numbers for the operator (OpenMetrics 1.0). Only sums: which document was looked at, and by whom, is
//! nobody's business.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// What kind of request it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelValue)]
pub(super) enum Route {
    Document,
    Check,
    Keys,
    Asset,
    Other,
}

impl Route {
    pub(super) fn of(path: &str) -> Self {
        match path.get(1..).unwrap_or_default() {
            "" | "periksa" => Self::Check,
            "sw.js" | "luring" => Self::Asset,
            rest if rest.starts_with("V/") || rest.starts_with("v/") => Self::Document,
            rest if rest.starts_with(".well-known/") => Self::Keys,
            rest if rest.starts_with("assets/") => Self::Asset,
            _ => Self::Other,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    route: Route,
    status: u16,
}

/// The numbers.
pub(super) struct Metrics {
    registry: Registry,
    requests: Family<Labels, Counter>,
    seconds: Histogram,
    connections: Gauge,
    documents: Gauge<i64>,
    reachable: Gauge<i64>,
    unreachable: Counter<u64, AtomicU64>,
}

impl Metrics {
    pub(super) fn new() -> Self {
        let requests = Family::<Labels, Counter>::default();
        let seconds = Histogram::new([0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0]);
        let (connections, documents, reachable) = (Gauge::default(), Gauge::default(), Gauge::default());
        let unreachable = Counter::default();
        let mut registry = Registry::with_prefix("pk");
        registry.register("requests", "Requests by kind and status", requests.clone());
        registry.register("request_seconds", "Time to answer, in seconds", seconds.clone());
        registry.register("connections", "Open connections", connections.clone());
        registry.register("documents", "Documents in the register", documents.clone());
        registry.register("register_reachable", "1 if the register could be read", reachable.clone());
        registry.register("register_failures", "Failed attempts to read the register", unreachable.clone());
        Self { registry, requests, seconds, connections, documents, reachable, unreachable }
    }

    pub(super) fn answered(&self, route: Route, status: u16, took: Duration) {
        self.requests.get_or_create(&Labels { route, status }).inc();
        self.seconds.observe(took.as_secs_f64());
    }

    pub(super) fn failed_to_read(&self) {
        self.unreachable.inc();
    }

    /// Counts a connection until the guard is dropped.
    pub(super) fn connected(&self) -> Connected {
        self.connections.inc();
        Connected(self.connections.clone())
    }

    /// The numbers as text.
    pub(super) fn text(&self, documents: usize, reachable: bool) -> String {
        self.documents.set(i64::try_from(documents).unwrap_or(i64::MAX));
        self.reachable.set(i64::from(reachable));
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

/// An open connection.
pub(super) struct Connected(Gauge);

impl Drop for Connected {
    fn drop(&mut self) {
        self.0.dec();
    }
}
