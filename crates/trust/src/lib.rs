//! What makes a document believable: PDF revisions, signatures, certificates, QR claims, and the
//! verdict that joins them.
//!
//! Bytes in, values out: no files, no clock, no network, no randomness of its own. The same source
//! serves the command, the server and the browser.
//!
//! - [`verify`] answers the question whether a document holds: start here. [`present`] is what is said of the answer.
//! - [`pades`] signs and examines signatures in PDF files; [`claim`] is the QR code.
//! - [`pdf`], [`cms`] and [`pki`] are what these are made of.
//!
//! # Verify a document
//!
//! Three steps: the file is parsed, then the signatures and certificates are looked at, then that is joined with what a
//! register says. Each is done once; the last one may be asked again and again.
//!
//! ```
//! use pk_trust::Time;
//! use pk_trust::verify::{Document, Evidence, Overall, Trust};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let file = include_bytes!("../tests/vectors/own/signed.pdf");
//! let trust = Trust::parse(include_bytes!("../tests/vectors/own/trust.pem"))?;
//! let at = Time::parse("2026-12-02").ok_or("no time")?;
//!
//! let document = Document::open(file);
//! let id = document.id().ok_or("no id")?;
//! assert_eq!(id.grouped(), "ECJX-TQYY-QOUU-SKSP");
//! let verdict = document.examine(&trust, at).judge(&Evidence::default());
//! // Everything holds; but whether it is in force is for the register to say.
//! assert_eq!(verdict.overall, Overall::Indeterminate);
//! assert_eq!(verdict.lines.status.code.as_str(), "status.not-asked");
//! assert_eq!(verdict.signatures.len(), 3);
//! # Ok(())
//! # }
//! ```
//!
//! # Verify the text of a QR code
//!
//! ```
//! use pk_trust::Time;
//! use pk_trust::verify::{self, Answer, Evidence, Trust};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let trust = Trust::parse(include_bytes!("../tests/vectors/own/trust.pem"))?;
//! # let at = Time::parse("2026-12-02").ok_or("no time")?;
//! let text = include_str!("../tests/vectors/own/claim.txt");
//! let verdict = verify::link(text, &trust, &Evidence::default(), at);
//! assert_eq!(verdict.lines.issuer.outcome, Answer::Yes);
//! # Ok(())
//! # }
//! ```
//!
//! # Read a claim
//!
//! What a claim says is out of reach until its seal has been verified.
//!
//! ```
//! use pk_trust::claim::{Sealed, Signed};
//! use pk_trust::verify::Trust;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let trust = Trust::parse(include_bytes!("../tests/vectors/own/trust.pem"))?;
//! let signed = Signed::parse(include_str!("../tests/vectors/own/claim.txt"))?;
//! let (Sealed::Claim(claim), seal) = signed.verify(&trust.seals)? else {
//!     return Err("made by rules that are newer than this program".into());
//! };
//! assert_eq!(seal.subject().organization, "Pemerintah Kabupaten Contoh");
//! assert_eq!(claim.indicators, 6);
//! # Ok(())
//! # }
//! ```
//!
//! # Sign
//!
//! The key may be elsewhere: its keeper needs the attributes to be signed, and gives 64 bytes back. With a key at hand
//! [`pades::sign`] does both steps.
//!
//! ```
//! use pk_trust::{Time, pades, pki};
//!
//! fn sign(file: &[u8], signer: &dyn pki::Sign, at: Time) -> Result<Vec<u8>, pades::Error> {
//!     let prepared = pades::prepare(file, "PihakPertama", signer.chain(), at)?;
//!     let signature = signer.sign(prepared.attributes())?;
//!     prepared.complete(&signature)
//! }
//! ```

pub mod claim;
pub mod cms;
pub mod counters;
mod digits;
pub mod pades;
pub mod pdf;
pub mod pki;
pub mod present;
pub mod time;
pub mod verify;

pub use time::{Time, When};
