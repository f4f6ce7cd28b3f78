//! What changes between two packs, setting by setting.

use std::collections::BTreeMap;

use serde_json::Value;

use super::pack::Pack;

/// One setting that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Where, e.g. `version[1].kind[service_allowance].tier[G3].amount_fen`.
    pub place: String,
    /// What stood there.
    pub before: Option<String>,
    /// What stands there.
    pub after: Option<String>,
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { place, before, after } = self;
        match (before, after) {
            (Some(before), Some(after)) => write!(f, "~ {place}: {before} -> {after}"),
            (Some(before), None) => write!(f, "- {place}: {before}"),
            (None, Some(after)) => write!(f, "+ {place}: {after}"),
            (None, None) => write!(f, "  {place}"),
        }
    }
}

/// Everything that differs, by place.
///
/// # Errors
/// [`serde_json::Error`] if a pack cannot be written as JSON, which no readable pack does.
pub fn diff(before: &Pack, after: &Pack) -> Result<Vec<Change>, serde_json::Error> {
    let (before, after) = (settings(before)?, settings(after)?);
    let places: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let changes = places.into_iter().filter_map(|place| {
        let (before, after) = (before.get(place).cloned(), after.get(place).cloned());
        (before != after).then(|| Change { place: place.clone(), before, after })
    });
    Ok(changes.collect())
}

fn settings(pack: &Pack) -> Result<BTreeMap<String, String>, serde_json::Error> {
    let mut settings = BTreeMap::new();
    flatten("", &serde_json::to_value(pack)?, &mut settings);
    Ok(settings)
}

fn flatten(place: &str, value: &Value, settings: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                let place = if place.is_empty() { key.clone() } else { format!("{place}.{key}") };
                flatten(&place, value, settings);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            for (index, item) in items.iter().enumerate() {
                // A list of tables is told apart by what names its tables, so that an insertion moves nothing.
                let name = ["id", "kind", "rule", "facility"].iter().find_map(|key| item.get(key));
                let name = match name {
                    Some(Value::String(text)) => text.clone(),
                    Some(Value::Number(number)) => number.to_string(),
                    _ => index.to_string(),
                };
                let named = format!("{place}[{name}]");
                let taken = settings.keys().any(|key| key.starts_with(&format!("{named}.")));
                flatten(&if taken { format!("{place}[{name}#{index}]") } else { named }, item, settings);
            }
        }
        Value::Null => {}
        other => {
            settings.insert(place.to_owned(), other.to_string());
        }
    }
}
