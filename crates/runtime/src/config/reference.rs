//! The configuration reference, drawn from the types that read the configuration: a key can't be forgotten in it, nor
//! outlive itself.

use std::fmt::Write as _;

use serde_json::{Map, Value};

const HOW: &str = "\
A key is written in a TOML file (`--config FILE`), in the environment (`CARE_`, capitals, two underscores between
levels: `CARE_NATS__URL`) or on the command line (`--set nats.url=nats://host:4222`); the later wins. Unknown keys are
refused. `--print-config` shows what came of it all, `--explain-config` prints this page.
";

/// One line of the reference.
struct Row {
    key: String,
    kind: String,
    default: String,
    meaning: String,
}

/// Markdown: a section per top-level key, a table of the keys below it. `schema` is the JSON Schema of the program's
/// whole configuration.
#[must_use]
pub fn reference(program: &str, schema: &Value) -> String {
    let book = Book { definitions: schema.get("$defs") };
    let mut text = format!("# What `{program}` can be told\n\n{HOW}");
    for (section, property) in properties(schema) {
        let body = book.resolve(property);
        let mut rows = Vec::new();
        book.collect(body, section, property.get("default"), &mut rows);
        let _ = write!(text, "\n## `{section}`\n\n{}\n\n", said(property, body));
        text.push_str("| key | form | default | meaning |\n| --- | --- | --- | --- |\n");
        for Row { key, kind, default, meaning } in rows {
            let _ = writeln!(text, "| `{key}` | {kind} | {default} | {meaning} |");
        }
    }
    text
}

struct Book<'s> {
    definitions: Option<&'s Value>,
}

impl<'s> Book<'s> {
    /// Follows references, and looks through "or nothing".
    fn resolve(&self, schema: &'s Value) -> &'s Value {
        let name = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix("#/$defs/"));
        if let Some(meant) = name.and_then(|name| self.definitions?.get(name)) {
            return self.resolve(meant);
        }
        let some = schema.get("anyOf").and_then(Value::as_array).and_then(|ways| {
            let mut some = ways.iter().filter(|way| way.get("type").is_none_or(|kind| kind != "null"));
            some.next().filter(|_| some.next().is_none())
        });
        some.map_or(schema, |some| self.resolve(some))
    }

    fn collect(&self, schema: &'s Value, path: &str, defaults: Option<&Value>, rows: &mut Vec<Row>) {
        let required = |name: &String| {
            let names = schema.get("required").and_then(Value::as_array);
            names.is_some_and(|names| names.iter().any(|required| required == name))
        };
        for (name, property) in properties(schema) {
            let key = format!("{path}.{name}");
            let body = self.resolve(property);
            let default = defaults.and_then(|given| given.get(name)).or_else(|| property.get("default"));
            if body.get("properties").is_some() {
                self.collect(body, &key, default, rows);
                continue;
            }
            let default = match default {
                Some(Value::Null) => "none".to_owned(),
                Some(value) => format!("`{value}`"),
                None if required(name) => "must be given".to_owned(),
                None => "none".to_owned(),
            };
            rows.push(Row { key, kind: self.form(body), default, meaning: said(property, body) });
        }
    }

    /// What a value looks like.
    fn form(&self, schema: &'s Value) -> String {
        let words: Vec<String> = one_of(schema).map(|word| format!("`{word}`")).collect();
        if !words.is_empty() {
            return words.join(" or ");
        }
        match kind(schema) {
            Some("array") => match schema.get("items") {
                Some(items) => format!("list of {}", self.form(self.resolve(items))),
                None => "list".to_owned(),
            },
            Some("object") => "table".to_owned(),
            Some(kind) => kind.to_owned(),
            None => "text or table".to_owned(),
        }
    }
}

/// The words of an enumeration, whether each is described or not.
fn one_of(schema: &Value) -> impl Iterator<Item = &Value> {
    let plain = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
    let ways = schema.get("oneOf").and_then(Value::as_array).into_iter().flatten();
    plain.chain(ways.flat_map(|way| {
        let several = way.get("enum").and_then(Value::as_array).into_iter().flatten();
        several.chain(way.get("const"))
    }))
}

fn kind(schema: &Value) -> Option<&str> {
    match schema.get("type")? {
        Value::String(kind) => Some(kind),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
        _ => None,
    }
}

fn properties(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::iter)
}

/// What the documentation of the field says, else that of its type, on one line.
fn said(property: &Value, body: &Value) -> String {
    let text = property.get("description").or_else(|| body.get("description"));
    let text = text.and_then(Value::as_str).unwrap_or_default();
    let line = text.split("\n\n").next().unwrap_or_default();
    line.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace("[`", "`")
        .replace("`]", "`")
        .replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{NatsConfig, RuntimeConfig};

    #[derive(schemars::JsonSchema)]
    struct Whole {
        /// Itself.
        #[serde(default)]
        #[expect(dead_code, reason = "only its schema is used")]
        runtime: RuntimeConfig,
        #[serde(default)]
        #[expect(dead_code, reason = "only its schema is used")]
        nats: NatsConfig,
    }

    #[test]
    fn every_key_stands_with_form_default_and_meaning() {
        let text = reference("whole", schemars::schema_for!(Whole).as_value());
        for line in [
            "| `runtime.grace_seconds` | integer | `20` | How long a shutdown may take before what is left is cut off, in seconds. |",
            "| `runtime.telemetry.log_format` | `\"auto\"` or `\"human\"` or `\"json\"` | `\"auto\"` | The form of a log line. |",
            "| `nats.url` | string | `\"nats://127.0.0.1:4222\"` |",
            "| `runtime.clock.speed` | number | must be given |",
        ] {
            assert!(text.contains(line), "{line}\nis not in\n{text}");
        }
        assert!(text.contains("| `nats.password` | text or table | none |"), "{text}");
    }
}
