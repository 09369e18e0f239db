//! Object streams (ISO 32000-2, 7.5.7).

use std::ops::Range;

use super::budget::{VALUE, Work};
use super::irregular::Reading;
use super::lexer::Lexer;
use super::{Dictionary, Error, Object, Ref, place};

/// Objects in one object stream. ISO 32000-2, 7.5.7 names no limit; producers write 100 to 200.
const MAX_IN_STREAM: usize = 100_000;

/// A decoded object stream.
#[derive(Debug)]
pub(super) struct ObjectStream {
    data: Vec<u8>,
    /// Numbers of its objects, and where they begin.
    objects: Vec<(u32, usize)>,
    /// Where it stands in the file.
    pub(super) span: Range<usize>,
}

impl ObjectStream {
    /// Reads the list of its objects.
    ///
    /// # Errors
    ///
    /// If it is none, or its objects are not in order.
    pub(super) fn parse(
        dictionary: &Dictionary,
        data: Vec<u8>,
        span: Range<usize>,
        reading: &Reading,
    ) -> Result<Self, Error> {
        let wrong = Error::WrongType { key: "ObjStm", expected: "object stream" };
        let number = |key| dictionary.get(key).and_then(Object::as_place).ok_or(wrong.clone());
        let (count, first) = (number("N")?, number("First")?);
        if count > MAX_IN_STREAM {
            return Err(Error::TooMany { what: "objects in a stream", offset: 0 });
        }
        reading.spend(Work::Listed, count)?;
        let mut lexer = Lexer::new(&data, 0..first);
        let mut objects = Vec::new();
        for _ in 0..count {
            lexer.skip_whitespace();
            let number = u32::try_from(lexer.unsigned(10)?).map_err(|_| wrong.clone())?;
            lexer.skip_whitespace();
            let offset = place(lexer.unsigned(10)?);
            let start =
                first.checked_add(offset).filter(|&start| start <= data.len()).ok_or(wrong.clone())?;
            // In order, so that each object ends where the next begins.
            if objects.last().is_some_and(|&(_, before)| start < before) {
                return Err(wrong);
            }
            objects.push((number, start));
        }
        Ok(Self { data, objects, span })
    }

    /// The object at this place of the list, and what reading it costs.
    ///
    /// # Errors
    ///
    /// If another one stands there, or something after it.
    pub(super) fn object(&self, reference: Ref, index: usize) -> Result<(Object, usize), Error> {
        let wrong = Error::WrongObject { reference, offset: self.span.start };
        let &(number, start) = self.objects.get(index).ok_or(wrong.clone())?;
        if number != reference.number {
            return Err(wrong);
        }
        let end = self.objects.get(index + 1).map_or(self.data.len(), |next| next.1);
        let mut lexer = Lexer::new(&self.data, start..end);
        let (value, _) = lexer.object()?;
        lexer.skip_whitespace();
        // Anything else there would be another object to a reader that counts from the end.
        if !lexer.rest().is_empty() {
            return Err(wrong);
        }
        Ok((value, (end - start).saturating_add(VALUE.saturating_mul(lexer.values()))))
    }

    /// The numbers of its objects, in order.
    pub(super) fn numbers(&self) -> impl Iterator<Item = u32> + '_ {
        self.objects.iter().map(|(number, _)| *number)
    }
}
