//! Reading YAML. Scalars keep the text that was typed: `target: 65.50` stays `65.50`.

use saphyr_parser::{Event, Parser, ScalarStyle};

use super::tree::{self, Kind, MAX_DEPTH, MAX_KEYS, Node};
use super::{Outcome, fatal};
use crate::model::{Place, Problem, Value};

/// Nodes of one file.
const MAX_NODES: usize = 1_000_000;

pub(super) fn read(bytes: &[u8], place: &Place) -> Outcome {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return fatal(Problem::new("text.encoding", place));
    };
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut reader = YamlReader { parser: Parser::new_from_str(text), nodes: 0, place };
    match reader.document() {
        Ok(node) => tree::draft(node, place),
        Err(problem) => fatal(problem),
    }
}

struct YamlReader<'a> {
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
    nodes: usize,
    place: &'a Place,
}

impl<'a> YamlReader<'a> {
    fn next(&mut self) -> Result<(Event<'a>, u32), Problem> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => Ok((event, u32::try_from(span.start.line()).unwrap_or(u32::MAX))),
            Some(Err(error)) => {
                let line = u32::try_from(error.marker().line()).unwrap_or(u32::MAX);
                Err(Problem::new("yaml.syntax", &self.place.row(line)).with("error", error.info()))
            }
            None => Err(Problem::new("file.empty", self.place)),
        }
    }

    fn document(&mut self) -> Result<Node, Problem> {
        loop {
            match self.next()? {
                (Event::StreamStart | Event::DocumentStart(_) | Event::Nothing, _) => {}
                (Event::StreamEnd, _) => return Err(Problem::new("file.empty", self.place)),
                (event, line) => {
                    let node = self.node(event, line, 0)?;
                    // A second document would be read by nobody.
                    loop {
                        match self.next()? {
                            (Event::StreamEnd, _) => return Ok(node),
                            (Event::DocumentStart(_), line) => {
                                return Err(Problem::new("yaml.documents", &self.place.row(line)));
                            }
                            _ => {}
                        }
                    }
                }
            }
        }
    }

    fn node(&mut self, event: Event<'a>, line: u32, depth: usize) -> Result<Node, Problem> {
        self.nodes += 1;
        if depth > MAX_DEPTH || self.nodes > MAX_NODES {
            return Err(Problem::new("tree.too-deep", &self.place.row(line)));
        }
        let kind = match event {
            Event::Scalar(text, style, _, _) => {
                let empty =
                    style == ScalarStyle::Plain && matches!(&*text, "" | "~" | "null" | "Null" | "NULL");
                if empty { Kind::Empty } else { Kind::Value(Value::Text(text.into_owned())) }
            }
            Event::SequenceStart(..) => {
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, _) => break Kind::List(items),
                        (event, line) => items.push(self.node(event, line, depth + 1)?),
                    }
                }
            }
            Event::MappingStart(..) => self.map(depth)?,
            // Aliases repeat what was written elsewhere; ten lines of them make a billion nodes.
            Event::Alias(_) => return Err(Problem::new("yaml.alias", &self.place.row(line))),
            _ => return Err(Problem::new("yaml.syntax", &self.place.row(line)).with("error", "")),
        };
        Ok(Node { line, kind })
    }

    fn map(&mut self, depth: usize) -> Result<Kind, Problem> {
        let mut entries: Vec<(String, Node)> = Vec::new();
        loop {
            match self.next()? {
                (Event::MappingEnd, _) => return Ok(Kind::Map(entries)),
                (Event::Scalar(key, ..), line) => {
                    if entries.len() >= MAX_KEYS {
                        return Err(Problem::new("tree.too-deep", &self.place.row(line)));
                    }
                    if entries.iter().any(|(known, _)| *known == key) {
                        return Err(Problem::new("key.twice", &self.place.row(line)).with("key", key));
                    }
                    let (event, value_line) = self.next()?;
                    let value = self.node(event, value_line, depth + 1)?;
                    entries.push((key.into_owned(), value));
                }
                (_, line) => return Err(Problem::new("tree.key", &self.place.row(line))),
            }
        }
    }
}
