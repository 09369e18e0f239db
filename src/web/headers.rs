//! Headers of answers, and the same rules for a static site.

/// What a page may load and do (Content Security Policy 3): only what comes from here; no frames, no base,
/// no inline script or style. `wasm-unsafe-eval` allows WebAssembly and nothing else.
pub(super) const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' blob: data:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; \
    form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// The same without what browsers ignore in a page.
pub(super) const POLICY_IN_PAGE: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; \
    style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; worker-src 'self'; \
    form-action 'self'; base-uri 'none'";

/// Headers of every answer.
pub(super) const ALWAYS: [(&str, &str); 6] = [
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    // The address of a page is the id of a document; nobody else needs to know where the reader was.
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(self), geolocation=(), microphone=(), payment=(), usb=()"),
];

/// Only where pages are reached by https (RFC 6797): two years.
pub(super) const TRANSPORT_SECURITY: (&str, &str) =
    ("strict-transport-security", "max-age=63072000; includeSubDomains");

/// Documents belong to those who hold them, not into the index of a search engine.
pub(super) const NOT_INDEXED: (&str, &str) = ("x-robots-tag", "noindex");

/// What a file is named by its content may be kept for ever (RFC 8246).
pub(super) const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// To be asked for again each time (RFC 9111, 5.2.2.4).
pub(super) const ASK_AGAIN: &str = "no-cache";
