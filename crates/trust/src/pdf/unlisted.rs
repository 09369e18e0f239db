//! Bytes of a revision that no cross-reference entry accounts for.
//!
//! Readers that build the table anew take whatever looks like an object: an unlisted `4 0 obj` in an update is
//! another page to them, though nothing that the update says refers to it.

use std::collections::BTreeSet;
use std::ops::Range;

use super::budget::Work;
use super::lexer::is_whitespace;
use super::xref::Entry;
use super::{Error, File, Ref, Revision};

/// Ranges that are named; a thousand more tell no more.
const MAX_NAMED: usize = 32;

/// Words that make a comment readable as something else, by programs that look for them.
const WORDS: [&[u8]; 5] = [b"obj", b"stream", b"xref", b"trailer", b"%%EOF"];

/// Where a word stands.
pub(super) fn places<'b>(
    bytes: &'b [u8],
    word: &'static [u8],
) -> impl DoubleEndedIterator<Item = usize> + 'b {
    bytes.windows(word.len()).enumerate().filter(move |(_, part)| *part == word).map(|(at, _)| at)
}

impl File<'_> {
    /// The bytes of a revision that belong to no listed object, nor to its cross-reference sections, and are no
    /// white space and no harmless comment. Bytes that two of them claim count as well, and an object stream
    /// with objects that no entry names. At most 32 ranges.
    ///
    /// # Errors
    ///
    /// If a listed object cannot be read, or all of it costs too much.
    pub fn unlisted(&self, revision: usize) -> Result<Vec<Range<usize>>, Error> {
        let Some(updated) = self.revisions().get(revision) else { return Ok(Vec::new()) };
        self.spend(Work::Read, updated.span.len())?;
        let view = self.at(revision);
        let mut owned: Vec<_> = updated.sections.iter().map(|part| part.span.clone()).collect();
        let mut found = Vec::new();
        for (&number, entry) in &updated.entries {
            let Entry::InUse { offset, generation } = *entry else { continue };
            // A cross-reference stream is a section, and may list itself.
            if updated.sections.iter().any(|part| part.span.start == offset) {
                continue;
            }
            let body = view.shared(Ref { number, generation })?;
            owned.push(body.span.clone());
            if body.stream.is_some() && body.value.kind() == Some(b"ObjStm") {
                let stream = view.object_stream(number, revision)?;
                let listed = |(index, inner)| {
                    updated.entries.get(&inner) == Some(&Entry::Compressed { container: number, index })
                };
                if !stream.numbers().enumerate().all(listed) {
                    found.push(body.span.clone());
                }
            }
        }
        found.extend(self.hidden(updated, &owned));
        owned.sort_by_key(|range| (range.start, range.end));
        let mut at = updated.span.start;
        for range in owned {
            if range.start < at {
                found.push(range.start..range.end.min(at));
            } else {
                found.extend(self.unaccounted(at..range.start));
            }
            at = at.max(range.end);
        }
        found.extend(self.unaccounted(at..updated.span.end));
        found.extend(updated.gaps.iter().filter_map(|gap| self.unaccounted(gap.clone())));
        found.truncate(MAX_NAMED);
        Ok(found)
    }

    /// Heads of objects and trailers inside of what is listed: in the data of a stream, a string, a comment. Readers that
    /// build the table anew take them for objects.
    fn hidden(&self, updated: &Revision, owned: &[Range<usize>]) -> Vec<Range<usize>> {
        let span = &updated.span;
        let listed: BTreeSet<usize> =
            owned.iter().map(|part| part.start.saturating_sub(span.start)).collect();
        let bytes = self.bytes().get(span.clone()).unwrap_or_default();
        let blank = |at: usize| bytes.get(at).copied().is_none_or(is_whitespace);
        let back = |mut at: usize, is: fn(&u8) -> bool| {
            while at > 0 && bytes.get(at - 1).is_some_and(is) {
                at -= 1;
            }
            at
        };
        let space: fn(&u8) -> bool = |byte| is_whitespace(*byte);
        let mut found = Vec::new();
        for at in places(bytes, b"obj") {
            let generation = back(at, space);
            let digits = back(generation, u8::is_ascii_digit);
            let number = back(digits, space);
            let start = back(number, u8::is_ascii_digit);
            let is_head = generation < at && digits < generation && number < digits && start < number;
            // An entry may lead to the white space before its object.
            let before = listed.range(..=start).next_back();
            let is_listed = before.is_some_and(|&before| (before..start).all(blank));
            if is_head && !is_listed {
                found.push(span.start + start..span.start + at + 3);
            }
        }
        for at in places(bytes, b"trailer") {
            let section = updated.sections.iter().any(|part| part.span.contains(&(span.start + at)));
            if !section && (at == 0 || blank(at - 1)) {
                found.push(span.start + at..span.start + at + 7);
            }
        }
        found
    }

    /// The first byte in a gap that is neither white space nor a harmless comment, up to the end of the gap.
    fn unaccounted(&self, gap: Range<usize>) -> Option<Range<usize>> {
        let mut at = gap.start;
        while let Some(rest) = self.bytes().get(at..gap.end).filter(|rest| !rest.is_empty()) {
            let spaces = rest.iter().take_while(|byte| is_whitespace(**byte)).count();
            let rest = rest.get(spaces..).unwrap_or_default();
            at += spaces;
            if rest.is_empty() {
                break;
            }
            // A comment ends at the first of both ends of line: there some would begin to read.
            let line: &[u8] = rest.split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or_default();
            let word = |word: &&'static [u8]| places(line, word).next().is_some();
            if !line.starts_with(b"%") || WORDS.iter().any(word) {
                return Some(at..gap.end);
            }
            at += line.len();
        }
        None
    }
}
