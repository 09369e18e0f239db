//! Reading JSON.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::tree::{self, Kind, MAX_DEPTH, MAX_KEYS, Node};
use super::{Outcome, fatal};
use crate::model::{Place, Problem, Value};

pub(super) fn read(bytes: &[u8], place: &Place) -> Outcome {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let node =
        NodeSeed { line: 1, depth: 0 }.deserialize(&mut json).and_then(|node| json.end().map(|()| node));
    match node {
        Ok(node) => tree::draft(node, place),
        Err(error) => {
            let line = u32::try_from(error.line()).unwrap_or(u32::MAX);
            let text = error.to_string();
            let problem = match text.strip_prefix(TWICE) {
                Some(rest) => {
                    let key = rest.split(" at line ").next().unwrap_or(rest).to_owned();
                    Problem::new("key.twice", &place.row(line)).with("key", key)
                }
                None if text.starts_with(TOO_DEEP) => Problem::new("tree.too-deep", &place.row(line)),
                None => Problem::new("json.syntax", &place.row(line)).with("error", text),
            };
            fatal(problem)
        }
    }
}

const TWICE: &str = "the same key twice: ";
const TOO_DEEP: &str = "nesting too deep or too many keys";

/// JSON has no lines worth naming, so a node carries its position in its list, from 1.
#[derive(Clone, Copy)]
struct NodeSeed {
    line: u32,
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for NodeSeed {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl NodeSeed {
    fn node(self, kind: Kind) -> Node {
        Node { line: self.line, kind }
    }
}

impl<'de> Visitor<'de> for NodeSeed {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(self.node(Kind::Empty))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(self.node(Kind::Value(Value::Boolean(value))))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(self.node(Kind::Value(Value::Text(value.to_string()))))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(self.node(Kind::Value(Value::Text(value.to_string()))))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        // -0 and 0 make 0.
        Ok(self.node(Kind::Value(Value::Number(value + 0.0))))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(self.node(Kind::Value(Value::Text(value.to_owned()))))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        if self.depth > MAX_DEPTH {
            return Err(A::Error::custom(TOO_DEEP));
        }
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(NodeSeed {
            line: u32::try_from(items.len() + 1).unwrap_or(u32::MAX),
            depth: self.depth + 1,
        })? {
            items.push(item);
        }
        Ok(self.node(Kind::List(items)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        if self.depth > MAX_DEPTH {
            return Err(A::Error::custom(TOO_DEEP));
        }
        let mut entries: Vec<(String, Node)> = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            if entries.len() >= MAX_KEYS {
                return Err(A::Error::custom(TOO_DEEP));
            }
            if entries.iter().any(|(known, _)| *known == key) {
                return Err(A::Error::custom(format!("{TWICE}{key}")));
            }
            let value = map.next_value_seed(NodeSeed { line: self.line, depth: self.depth + 1 })?;
            entries.push((key, value));
        }
        Ok(self.node(Kind::Map(entries)))
    }
}
