//! The memory that a script writes to and reads from.

use serde::Serialize;

/// Largest input: as much as a telephone can spare. A document has some hundred kilobytes.
pub const MAX_INPUT: u32 = 256 * 1024 * 1024;

/// The answer of a function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer<T> {
    /// What was asked for.
    Ok(T),
    /// Why there is no answer, by the code of its text.
    Error(&'static str),
}

/// What was handed over, and the last answer.
#[derive(Debug, Default)]
pub struct Buffers {
    input: Vec<u8>,
    output: Vec<u8>,
}

impl Buffers {
    /// Nothing yet.
    pub const fn new() -> Self {
        Self { input: Vec::new(), output: Vec::new() }
    }

    /// Makes room for an input; `None` if there is not as much.
    pub fn reserve(&mut self, length: u32) -> Option<&mut [u8]> {
        // The old input goes first: two large files may be more than there is memory.
        self.input = Vec::new();
        if length > MAX_INPUT {
            return None;
        }
        let length = usize::try_from(length).ok()?;
        self.input.try_reserve_exact(length).ok()?;
        self.input.resize(length, 0);
        Some(&mut self.input)
    }

    /// What was handed over.
    pub fn input(&self) -> &[u8] {
        &self.input
    }

    /// What was handed over, for one who needs it alone.
    pub fn take_input(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.input)
    }

    /// Writes an answer.
    pub fn answer<T: Serialize>(&mut self, answer: &Answer<T>) {
        // Values of our own types, text keys only: this cannot fail, and nothing is no JSON.
        self.output = serde_json::to_vec(answer).unwrap_or_default();
    }

    /// The last answer.
    pub fn output(&self) -> &[u8] {
        &self.output
    }
}
