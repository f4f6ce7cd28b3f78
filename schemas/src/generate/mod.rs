//! The documents that follow from the types: JSON Schemas and the AsyncAPI document. `cargo xtask gen` writes them,
//! and CI fails when what is checked in differs.

mod asyncapi;
mod channels;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::catalog;

/// Every generated document: its path relative to `schemas/`, and its text.
pub fn generate() -> Vec<(String, String)> {
    let schemas = catalog::ALL.iter().map(|message| (schema_path(message), text(&message.schema())));
    let asyncapi = ("asyncapi.json".to_owned(), text(&asyncapi::document()));
    schemas.chain([asyncapi]).collect()
}

/// Where a message's schema stands, relative to `schemas/`.
fn schema_path(message: &catalog::Message) -> String {
    format!("json/{}.schema.json", message.full_name())
}

/// Indented, with a line end at the end; members sorted, whatever order this build of the JSON crate keeps them in.
fn text(document: &Value) -> String {
    format!("{:#}\n", sorted(document))
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let ordered: BTreeMap<&String, Value> =
                members.iter().map(|(key, value)| (key, sorted(value))).collect();
            ordered.into_iter().map(|(key, value)| (key.clone(), value)).collect()
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}
