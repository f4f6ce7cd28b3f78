//! The generated documents are those checked in, every golden sample ever kept still decodes, and an outside validator
//! finds the samples valid.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::{collections::BTreeSet, fs, path::Path};

use schemas::catalog::{self, Message};
use serde_json::Value;

/// Every sample: its file name, its message, its text.
fn samples() -> Vec<(String, Message, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let message = catalog::ALL.into_iter().find(|m| name.starts_with(&format!("{}.", m.full_name())));
            let message = message.unwrap_or_else(|| panic!("{name} is named after no message"));
            (name, message, fs::read_to_string(path).unwrap())
        })
        .collect()
}

/// Everything of `old` stands in `new`; members added since may stand there too.
fn keeps(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            old.iter().all(|(key, value)| new.get(key).is_some_and(|now| keeps(value, now)))
        }
        (Value::Array(old), Value::Array(new)) => {
            old.len() == new.len() && old.iter().zip(new).all(|(o, n)| keeps(o, n))
        }
        _ => old == new,
    }
}

#[test]
fn every_sample_decodes_and_encodes_to_the_same() {
    for (name, message, text) in samples() {
        let again = message.recode(&text).unwrap_or_else(|e| panic!("{name} does not decode: {e}"));
        let kept: Value = serde_json::from_str(&text).unwrap();
        assert!(keeps(&kept, &again), "{name} comes back changed:\n{again:#}");
    }
}

#[test]
fn every_message_has_a_sample() {
    let sampled: BTreeSet<String> = samples().iter().map(|(_, message, _)| message.full_name()).collect();
    let all: BTreeSet<String> = catalog::ALL.iter().map(Message::full_name).collect();
    assert_eq!(sampled, all);
}

#[test]
fn an_outside_validator_finds_the_samples_valid() {
    for (name, message, text) in samples() {
        let schema = message.schema();
        let validator =
            jsonschema::draft202012::options().should_validate_formats(true).build(&schema).unwrap();
        let sample: Value = serde_json::from_str(&text).unwrap();
        let errors: Vec<String> =
            validator.iter_errors(&sample).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
}

#[test]
fn the_validator_does_find_fault() {
    let validator = jsonschema::draft202012::new(&catalog::ORDER_EVENT.schema()).unwrap();
    let (_, _, text) = samples().into_iter().find(|(_, m, _)| m.name == "order-event").unwrap();
    let mut sample: Value = serde_json::from_str(&text).unwrap();
    sample["data"]["order"]["elder"] = "a.b".into();
    assert!(!validator.is_valid(&sample));
}

#[test]
fn what_is_checked_in_is_what_is_generated() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (path, text) in schemas::generate() {
        let kept = fs::read_to_string(root.join(&path)).unwrap_or_default();
        assert!(kept == text, "schemas/{path} is not what the types say; run `cargo xtask gen`");
    }
}

#[test]
fn the_asyncapi_document_refers_only_to_what_exists() {
    let documents = schemas::generate();
    let (_, text) = documents.iter().find(|(path, _)| path == "asyncapi.json").unwrap();
    let document: Value = serde_json::from_str(text).unwrap();
    assert!(document["channels"].as_object().unwrap().len() > 10);
    let mut todo = vec![&document];
    while let Some(value) = todo.pop() {
        match value {
            Value::Array(items) => todo.extend(items),
            Value::Object(members) => todo.extend(members.values()),
            Value::String(text) if text.starts_with("#/") => {
                assert!(document.pointer(&text[1..]).is_some(), "{text} leads nowhere");
            }
            Value::String(text) if text.starts_with("./") => {
                assert!(documents.iter().any(|(path, _)| *path == text[2..]), "{text} leads nowhere");
            }
            _ => {}
        }
    }
}

#[test]
fn the_sampled_days_are_sound() {
    for (name, _, text) in samples().into_iter().filter(|(_, message, _)| message.name == "day") {
        schemas::day::Day::parse(&text).unwrap_or_else(|problems| panic!("{name}: {problems}"));
    }
}
