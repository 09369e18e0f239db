//! Canonical JSON (RFC 8785) of values without fractions: the one encoding that attached data may have.
//!
//! `pk-data/1` has texts and whole numbers only, so nothing here knows how a fraction is written. A library
//! for all of JSON brings the tables of two algorithms for floating point into every browser.

use serde_json::{Map, Number, Value};

/// Largest whole number that every reader of JSON reads as itself (RFC 7493, 2.2).
const MAX_NUMBER: u64 = (1 << 53) - 1;

/// The encoding; `None` for a number that is not whole, negative or too large.
pub(super) fn encode(value: &Value) -> Option<Vec<u8>> {
    let mut out = String::new();
    write(value, &mut out)?;
    Some(out.into_bytes())
}

fn write(value: &Value, out: &mut String) -> Option<()> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => out.push_str(&whole(number)?.to_string()),
        Value::String(text) => string(text, out),
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write(item, out)?;
            }
            out.push(']');
        }
        Value::Object(members) => object(members, out)?,
    }
    Some(())
}

/// Members are sorted by the UTF-16 code units of their names (RFC 8785, 3.2.3).
fn object(members: &Map<String, Value>, out: &mut String) -> Option<()> {
    let mut members: Vec<(&String, &Value)> = members.iter().collect();
    members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
    out.push('{');
    for (i, (name, value)) in members.into_iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        string(name, out);
        out.push(':');
        write(value, out)?;
    }
    out.push('}');
    Some(())
}

fn whole(number: &Number) -> Option<u64> {
    number.as_u64().filter(|number| *number <= MAX_NUMBER)
}

/// RFC 8785, 3.2.2.2: only what has to be escaped is, in one way.
fn string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{C}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            c if c < ' ' => {
                const DIGITS: [char; 16] =
                    ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
                let code = u32::from(c);
                out.push_str("\\u00");
                out.push(if code < 16 { '0' } else { '1' });
                out.push(DIGITS.get(usize::try_from(code % 16).unwrap_or_default()).copied().unwrap_or('0'));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The library that writes the data is the oracle.
    #[test]
    fn it_is_the_encoding_of_the_library() {
        let every: String = (0..0x3000).filter_map(char::from_u32).chain(['\u{10000}', '\u{FFFD}']).collect();
        let value = serde_json::json!({
            "\u{10000}": 1, "\u{FB33}": 2, "z": [null, true, false, [], {}], "": {"b": {}, "a": [0]},
            "text": every, "\n\"\\": MAX_NUMBER, "1": 1_711_431_880_200_u64,
        });
        assert_eq!(encode(&value).unwrap(), serde_json_canonicalizer::to_vec(&value).unwrap());
    }

    #[test]
    fn other_numbers_have_no_place_in_data() {
        for number in ["1.5", "1e3", "-1", "9007199254740992", "18446744073709551615", "-0"] {
            let value: Value = serde_json::from_str(number).unwrap();
            assert_eq!(encode(&value), None, "{number}");
        }
    }
}
