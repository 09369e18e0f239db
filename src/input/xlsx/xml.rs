//! Walking through the elements of a part, without recursion and without copying it.

use std::borrow::Cow;

use quick_xml::NsReader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};

use super::Fault;

/// Namespaces of spreadsheets: ECMA-376 as everybody writes it, ISO/IEC 29500 Strict, and relationships.
const OURS: [&str; 4] = [
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "http://schemas.openxmlformats.org/package/2006/relationships",
    "http://purl.oclc.org/ooxml/package/relationships",
];

/// A part, element by element. Whoever opens one (`root`, `child`) has to leave it by going through its children
/// to the end, or by `skip` or `text`.
pub(super) struct Xml<'a> {
    reader: NsReader<&'a [u8]>,
}

/// A start tag.
pub(super) struct Element<'a>(BytesStart<'a>);

impl Element<'_> {
    /// Its name without prefix.
    pub(super) fn name(&self) -> &str {
        self.0.local_name().into_inner()
    }

    /// The value of an attribute without prefix.
    pub(super) fn attribute(&self, name: &str) -> Result<Option<Cow<'_, str>>, Fault> {
        self.find(|key, prefixed| !prefixed && key == name)
    }

    /// The value of an attribute with a prefix: `r:id` is not `id`.
    pub(super) fn prefixed(&self, name: &str) -> Result<Option<Cow<'_, str>>, Fault> {
        self.find(|key, prefixed| prefixed && key == name)
    }

    /// Whether an attribute that says yes or no says yes.
    pub(super) fn says(&self, name: &str) -> Result<bool, Fault> {
        Ok(self.attribute(name)?.is_some_and(|value| is_true(&value)))
    }

    fn find(&self, wanted: impl Fn(&str, bool) -> bool) -> Result<Option<Cow<'_, str>>, Fault> {
        let mut found = None;
        // The reader's own check for doubled attributes compares each with all others.
        for attribute in self.0.attributes().with_checks(false) {
            let attribute = attribute.map_err(Fault::damaged)?;
            let (name, prefix) = attribute.key.decompose();
            if !wanted(name.into_inner(), prefix.is_some()) {
                continue;
            }
            if found.is_some() {
                return Err(Fault::damaged(format_args!("the attribute {} twice", attribute.key.0)));
            }
            let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0);
            found = Some(value.map_err(Fault::damaged)?);
        }
        Ok(found)
    }
}

/// `1`, `true`, and what some programs write.
pub(super) fn is_true(value: &str) -> bool {
    matches!(value.trim(), "1" | "true" | "TRUE" | "True" | "on")
}

impl<'a> Xml<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut reader = NsReader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Self { reader }
    }

    /// Opens the root, which has to have this name.
    pub(super) fn root(&mut self, name: &str) -> Result<Element<'a>, Fault> {
        loop {
            let (namespace, event) = self.reader.read_resolved_event().map_err(Fault::damaged)?;
            let ours = is_ours(&namespace);
            match event {
                Event::Start(element) if ours && element.local_name().into_inner() == name => {
                    return Ok(Element(element));
                }
                Event::Start(element) => {
                    let found = element.name().0;
                    return Err(Fault::damaged(format_args!("<{found}> where <{name}> belongs")));
                }
                // Entities are defined there, and grow.
                Event::DocType(_) => return Err(Fault::damaged("a document type")),
                Event::Eof => return Err(Fault::damaged(format_args!("no <{name}>"))),
                _ => {}
            }
        }
    }

    /// Opens the next child of the element that is open; `None` closes that one. What belongs to other
    /// namespaces is extensions that a reader may ignore.
    pub(super) fn child(&mut self) -> Result<Option<Element<'a>>, Fault> {
        loop {
            let (namespace, event) = self.reader.read_resolved_event().map_err(Fault::damaged)?;
            let ours = is_ours(&namespace);
            match event {
                Event::Start(element) if ours => return Ok(Some(Element(element))),
                Event::Start(_) => self.skip()?,
                Event::End(_) => return Ok(None),
                Event::Eof => return Err(Fault::damaged("it ends too early")),
                _ => {}
            }
        }
    }

    /// Closes the element that was opened last, whatever is in it.
    pub(super) fn skip(&mut self) -> Result<(), Fault> {
        let mut depth = 0_usize;
        loop {
            match self.reader.read_event().map_err(Fault::damaged)? {
                Event::Start(_) => depth += 1,
                Event::End(_) if depth == 0 => return Ok(()),
                Event::End(_) => depth -= 1,
                Event::Eof => return Err(Fault::damaged("it ends too early")),
                _ => {}
            }
        }
    }

    /// Closes the element that was opened last, and gives the text that stands directly in it, as far as it is
    /// [enough](Kept).
    pub(super) fn text(&mut self) -> Result<String, Fault> {
        let mut kept = Kept::default();
        loop {
            match self.reader.read_event().map_err(Fault::damaged)? {
                Event::Text(piece) => kept.push_lines(&piece),
                Event::CData(piece) => kept.push_lines(&piece),
                Event::GeneralRef(reference) => {
                    let character = match &*reference {
                        "lt" => '<',
                        "gt" => '>',
                        "amp" => '&',
                        "quot" => '"',
                        "apos" => '\'',
                        other => reference
                            .resolve_char_ref()
                            .map_err(Fault::damaged)?
                            .ok_or_else(|| Fault::damaged(format_args!("the entity {other}")))?,
                    };
                    kept.push(character.encode_utf8(&mut [0; 4]));
                }
                Event::Start(_) => self.skip()?,
                Event::End(_) => return Ok(kept.finish()),
                Event::Eof => return Err(Fault::damaged("it ends too early")),
                _ => {}
            }
        }
    }
}

/// Characters of a text that are kept. Longer ones are refused by the model (4,000), and one string of megabytes
/// in many cells must not be kept as often.
pub(super) const ENOUGH: usize = 5_000;

/// Bytes of a text with escapes that are kept: `_xD83D__xDE00_` is one character.
const ENOUGH_ESCAPED: usize = 14 * ENOUGH;

/// The beginning of a text, as long as is enough. What was cut ends in U+FFFD, so that nobody takes it for the
/// whole: it is no number, not blank, and no text that the model takes.
#[derive(Default)]
pub(super) struct Kept {
    text: String,
    cut: bool,
}

impl Kept {
    pub(super) fn push(&mut self, piece: &str) {
        let room = ENOUGH_ESCAPED.saturating_sub(self.text.len());
        self.cut |= piece.len() > room;
        self.text.push_str(piece.get(..piece.floor_char_boundary(room)).unwrap_or_default());
    }

    /// A piece of XML, in which every kind of line end means the same (XML 1.0, 2.11).
    fn push_lines(&mut self, piece: &str) {
        let room = ENOUGH_ESCAPED.saturating_sub(self.text.len());
        self.cut |= piece.len() > room;
        let head = piece.get(..piece.floor_char_boundary(room)).unwrap_or_default();
        match head.contains('\r') {
            true => self.push(&head.replace("\r\n", "\n").replace('\r', "\n")),
            false => self.push(head),
        }
    }

    pub(super) fn finish(mut self) -> String {
        if self.cut {
            self.text.push(char::REPLACEMENT_CHARACTER);
        }
        self.text
    }
}

fn is_ours(namespace: &ResolveResult<'_>) -> bool {
    match namespace {
        ResolveResult::Bound(Namespace(name)) => OURS.contains(name),
        // Some programs leave the namespace out; there is nothing else that it could mean.
        ResolveResult::Unbound => true,
        ResolveResult::Unknown(_) => false,
    }
}
