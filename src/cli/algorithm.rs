//! `--algorithm`

use clap::ValueEnum;
use pk_trust::pki::KeyAlgorithm;

/// What a key signs with.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum AlgorithmArg {
    /// Ed25519 (RFC 8032)
    #[default]
    Ed25519,
    /// ECDSA on P-256 with SHA-256 (FIPS 186-5)
    #[value(name = "p256", alias = "p-256")]
    P256,
}

impl From<AlgorithmArg> for KeyAlgorithm {
    fn from(argument: AlgorithmArg) -> Self {
        match argument {
            AlgorithmArg::Ed25519 => Self::Ed25519,
            AlgorithmArg::P256 => Self::P256,
        }
    }
}
