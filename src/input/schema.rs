//! The JSON Schema of the data, made from the same table as the workbook.

use serde_json::{Value, json};

use crate::model::{SHEETS, Sheet, SheetName};

/// The schema of a YAML or JSON file (JSON Schema 2020-12).
pub fn data_schema() -> Value {
    let mut properties = serde_json::Map::new();
    for sheet in &SHEETS {
        let rows = json!({"type": "array", "items": row(sheet)});
        let section = if sheet.name == SheetName::Pengaturan {
            json!({"anyOf": [
                {"type": "object", "additionalProperties": {"type": ["string", "integer", "null"]}},
                rows,
            ]})
        } else {
            rows
        };
        properties.insert(sheet.name.as_str().to_lowercase(), section);
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "pk: data perjanjian kinerja",
        "type": "object",
        "additionalProperties": false,
        "required": ["pengaturan", "pejabat", "sasaran"],
        "properties": properties,
    })
}

fn row(sheet: &Sheet) -> Value {
    let mut properties = serde_json::Map::new();
    for column in sheet.columns {
        let types = if column.name == "anggaran" {
            json!(["integer", "string"])
        } else {
            json!(["string", "integer", "null"])
        };
        let mut property = json!({"type": types, "description": column.help});
        if !column.choices.is_empty() {
            property["enum"] = column
                .choices
                .iter()
                .map(|c| json!(c))
                .chain((!column.required).then_some(Value::Null))
                .collect();
        }
        properties.insert(column.name.to_owned(), property);
    }
    // `sasaran` and `pejabat` may be left out where they mean "as above".
    let required: Vec<&str> = sheet
        .columns
        .iter()
        .filter(|c| {
            c.required && !(sheet.name == SheetName::Sasaran && matches!(c.name, "sasaran" | "pejabat"))
        })
        .filter(|c| !(sheet.name == SheetName::Anggaran && c.name == "pejabat"))
        .map(|c| c.name)
        .collect();
    json!({"type": "object", "additionalProperties": false, "properties": properties, "required": required})
}
