//! The JSON Schema of the verdicts: real verdicts follow it, others do not.
//!
//! The validators of the ecosystem would make `cargo test` build Typst a second time (they switch on
//! features of crates that Typst uses too), so the keywords that this one schema uses are checked here;
//! one that is not known is a failure. `.ci/interop/check.py` asks an implementation of others.

use std::fs;

use serde_json::{Value, json};

use crate::commands::{demo, pk, stdout};

fn schema() -> Value {
    serde_json::from_str(&stdout(&pk(&["schema", "verdict"]))).unwrap()
}

/// Whether `value` is valid under `schema`, a part of `root`.
fn valid(root: &Value, schema: &Value, value: &Value) -> bool {
    let Some(keywords) = schema.as_object() else { return schema.as_bool().unwrap() };
    keywords.iter().all(|(keyword, rule)| holds(root, keyword, rule, value))
}

fn holds(root: &Value, keyword: &str, rule: &Value, value: &Value) -> bool {
    let of_type = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "null" => value.is_null(),
        other => panic!("type {other}"),
    };
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    match keyword {
        "$schema" | "$id" | "$defs" | "title" | "description" => true,
        "$ref" => {
            valid(root, root.pointer(rule.as_str().unwrap().strip_prefix('#').unwrap()).unwrap(), value)
        }
        "oneOf" => rule.as_array().unwrap().iter().filter(|one| valid(root, one, value)).count() == 1,
        "const" => value == rule,
        "enum" => rule.as_array().unwrap().contains(value),
        "type" => match rule {
            Value::String(name) => of_type(name),
            names => names.as_array().unwrap().iter().any(|name| of_type(name.as_str().unwrap())),
        },
        "required" => value.as_object().is_none_or(|object| {
            rule.as_array().unwrap().iter().all(|key| object.contains_key(key.as_str().unwrap()))
        }),
        "properties" => value.as_object().is_none_or(|object| {
            object.iter().all(|(key, value)| rule.get(key).is_none_or(|rule| valid(root, rule, value)))
        }),
        // Only used where there are no "properties".
        "additionalProperties" => {
            value.as_object().is_none_or(|object| object.values().all(|value| valid(root, rule, value)))
        }
        "items" => items.iter().all(|item| valid(root, rule, item)),
        "prefixItems" => {
            rule.as_array().unwrap().iter().zip(items).all(|(rule, item)| valid(root, rule, item))
        }
        "minItems" => !value.is_array() || items.len() >= usize::try_from(rule.as_u64().unwrap()).unwrap(),
        "maxItems" => !value.is_array() || items.len() <= usize::try_from(rule.as_u64().unwrap()).unwrap(),
        "minimum" => value.as_i64().is_none_or(|number| number >= rule.as_i64().unwrap()),
        "maximum" => value.as_i64().is_none_or(|number| number <= rule.as_i64().unwrap()),
        "pattern" => value.as_str().is_none_or(|text| matches(rule.as_str().unwrap(), text)),
        other => panic!("keyword {other}"),
    }
}

/// Characters, classes and counts between `^` and `$`: what the patterns of this schema are made of.
fn matches(pattern: &str, text: &str) -> bool {
    let mut pattern = pattern.strip_prefix('^').unwrap().strip_suffix('$').unwrap().chars().peekable();
    let mut text = text.chars().peekable();
    while let Some(c) = pattern.next() {
        let class: Vec<char> = match c {
            '[' => pattern.by_ref().take_while(|&c| c != ']').collect(),
            '\\' => vec![pattern.next().unwrap()],
            c => vec![c],
        };
        let (least, most) = match pattern.peek() {
            Some('+') => {
                pattern.next();
                (1, usize::MAX)
            }
            Some('{') => {
                pattern.next();
                let count: String = pattern.by_ref().take_while(|&c| c != '}').collect();
                (count.parse().unwrap(), count.parse().unwrap())
            }
            _ => (1, 1),
        };
        let mut found = 0;
        while found < most && text.peek().is_some_and(|&c| in_class(&class, c)) {
            text.next();
            found += 1;
        }
        if found < least {
            return false;
        }
    }
    text.next().is_none()
}

fn in_class(class: &[char], c: char) -> bool {
    let ranges = class.windows(3).any(|w| w[1] == '-' && (w[0]..=w[2]).contains(&c));
    ranges || class.contains(&c)
}

/// The lines of `pk verify --json`, with the office.
fn verdicts(files: &[&str]) -> Vec<Value> {
    let output = pk(&[&["verify", "--json", "--office", demo().office()], files].concat());
    stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn real_verdicts_follow_the_schema() {
    let demo = demo();
    let folder = tempfile::TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (passed, open) = (demo.file("kominfo", "2.pdf"), demo.file("kominfo", "1.pdf"));
    let mut bytes = fs::read(&passed).unwrap();
    bytes[3000] ^= 1;
    fs::write(path("failed.pdf"), bytes).unwrap();
    fs::write(path("picture.png"), b"\x89PNG damaged").unwrap();
    fs::write(path("truncated.pdf"), b"%PDF-1.7\n").unwrap();
    let archive = fs::read_dir(demo.office.join("archive")).unwrap().next().unwrap().unwrap().path();
    let link = "https://cek.contoh.example/V/AAAAAAAAAAAAAAAA";
    let found = verdicts(&[
        &passed,
        &open,
        &path("failed.pdf"),
        &path("picture.png"),
        &path("truncated.pdf"),
        archive.to_str().unwrap(),
        link,
        "/nonexistent.pdf",
    ]);
    let overall: Vec<&str> = found.iter().map(|v| v["overall"].as_str().unwrap_or("none")).collect();
    assert_eq!(
        overall,
        [
            "TOTAL-PASSED",
            "INDETERMINATE",
            "TOTAL-FAILED",
            "none",
            "TOTAL-FAILED",
            "TOTAL-PASSED",
            "INDETERMINATE",
            "none"
        ]
    );
    let schema = schema();
    for verdict in &found {
        assert!(valid(&schema, &schema, verdict), "{verdict:#}");
    }
}

#[test]
fn other_values_do_not_follow_the_schema() {
    let schema = schema();
    let verdict = verdicts(&[&demo().file("kominfo", "2.pdf")]).remove(0);
    let spoiled = |pointer: &str, value: Value| {
        let mut verdict = verdict.clone();
        *verdict.pointer_mut(pointer).unwrap() = value;
        verdict
    };
    for (pointer, value) in [
        ("/overall", json!("PASSED")),
        ("/lines/integrity/outcome", json!("maybe")),
        ("/findings/0/outcome", json!("passed")),
        ("/findings/0/code", json!("Not a code")),
        ("/signatures/0/chain", json!("unknown")),
        ("/signatures/0/changes_after", json!(null)),
        ("/document/reproduced", json!(true)),
        ("/sha256", json!("AB")),
        ("/checked_at", json!("5 January 2026")),
        ("/format", json!("pk-verdict/2")),
    ] {
        assert!(!valid(&schema, &schema, &spoiled(pointer, value)), "{pointer}");
    }
    let mut without = verdict.clone();
    without.as_object_mut().unwrap().remove("lines");
    assert!(!valid(&schema, &schema, &without), "a verdict without lines");
    // New keys may come: a reader ignores what it does not know.
    let mut with = verdict;
    with["later"] = json!(1);
    assert!(valid(&schema, &schema, &with));
}
