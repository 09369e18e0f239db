//! One binary of tests for the pure crate.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod claim;
mod cms;
mod cost;
mod foreign;
mod irregular;
mod painted;
mod path;
mod pdf;
mod pki;
mod reported;
mod trust;

use pk_trust::pki::{Anchors, Certificate};
use pk_trust::verify::Trust;

/// All certificates in a file, without anything around them.
fn certificates(text: &str) -> Vec<Certificate> {
    let blocks = text.split_inclusive("-----END CERTIFICATE-----\n").filter(|block| !block.is_empty());
    blocks.map(|block| Certificate::from_pem(block).unwrap()).collect()
}

/// Trust in these anchors, and in no seal.
fn trusting(anchors: &Anchors) -> Trust {
    Trust { anchors: anchors.clone(), ..Trust::default() }
}
