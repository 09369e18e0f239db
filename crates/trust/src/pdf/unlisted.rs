//! Bytes of a revision that no cross-reference entry accounts for.
//!
//! Readers that build the table anew take whatever looks like an object: an unlisted `4 0 obj` in an update is
//! another page to them, though nothing that the update says refers to it.

use std::ops::Range;

use super::budget::Work;
use super::lexer::is_whitespace;
use super::xref::Entry;
use super::{Error, File, Object, Ref};

/// Ranges that are named; a thousand more tell no more.
const MAX_NAMED: usize = 32;

/// Words that make a comment readable as something else, by programs that look for them.
const WORDS: [&[u8]; 5] = [b"obj", b"stream", b"xref", b"trailer", b"%%EOF"];

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
            let kind = body.value.as_dictionary().and_then(|d| d.get("Type")).and_then(Object::as_name);
            if body.stream.is_some() && kind == Some(b"ObjStm") {
                let stream = view.object_stream(number, revision)?;
                let listed = |(index, inner)| {
                    updated.entries.get(&inner) == Some(&Entry::Compressed { container: number, index })
                };
                if !stream.numbers().enumerate().all(listed) {
                    found.push(body.span.clone());
                }
            }
        }
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
            let word = |word: &&[u8]| line.windows(word.len()).any(|part| part == *word);
            if !line.starts_with(b"%") || WORDS.iter().any(word) {
                return Some(at..gap.end);
            }
            at += line.len();
        }
        None
    }
}
