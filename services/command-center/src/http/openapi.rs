//! The OpenAPI 3.1 document, made from the table.

use axum::Json;
use schemars::generate::SchemaSettings;
use schemas::problem::Problem;
use serde_json::{Map, Value, json};

use super::endpoint::{Content, Endpoint, Who, table};
use crate::store::users::role_name;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/openapi.json", Who::Anyone, async || Json(openapi()))
            .about("This document")
            .answers_other("application/json"),
    ]
}

/// The document.
pub fn openapi() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|s| {
        s.definitions_path = "/components/schemas".into();
        s.meta_schema = None;
    });
    let mut generator = settings.into_generator();
    let problem = generator.subschema_for::<Problem>();
    let mut paths: Map<String, Value> = Map::new();
    for endpoint in table() {
        let item = paths.entry(endpoint.path.to_owned()).or_insert_with(|| json!({}));
        if let Some(item) = item.as_object_mut() {
            let method = endpoint.method.as_str().to_ascii_lowercase();
            item.insert(method, operation(&endpoint, &mut generator));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "care-dispatch: the edge of a district",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
            "description": "Sign in with POST /api/v1/session. Every error is application/problem+json with a stable `code`. \
                            Repeating a command with the same id is safe.",
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": generator.take_definitions(true),
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer" },
                "cookie": { "type": "apiKey", "in": "cookie", "name": super::guard::COOKIE },
            },
            "responses": {
                "Problem": {
                    "description": "What went wrong, and what to do",
                    "content": { "application/problem+json": { "schema": problem } },
                },
            },
        },
    })
}

fn operation(endpoint: &Endpoint, generator: &mut schemars::SchemaGenerator) -> Value {
    let mut parameters: Vec<Value> = path_parameters(endpoint.path);
    parameters.extend(endpoint.query.map(|schema| query_parameters(&schema(generator))).unwrap_or_default());
    if endpoint.idempotent {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "The command's id, where the body names none; repeating it is safe",
            "schema": { "type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$" },
        }));
    }
    let content = match endpoint.content {
        Content::Json(schema) => json!({ "application/json": { "schema": schema(generator) } }),
        Content::Other(kind) => json!({ kind: {} }),
        Content::Empty => json!({}),
    };
    let mut operation = Map::from_iter([
        ("summary".to_owned(), endpoint.summary.into()),
        ("operationId".to_owned(), operation_id(endpoint).into()),
        ("parameters".to_owned(), parameters.into()),
    ]);
    if let Some(schema) = endpoint.body {
        let content = json!({ "application/json": { "schema": schema(generator) } });
        operation.insert("requestBody".to_owned(), json!({ "required": true, "content": content }));
    }
    let responses = json!({
        endpoint.status.to_string(): { "description": "As asked", "content": content },
        "default": { "$ref": "#/components/responses/Problem" },
    });
    operation.insert("responses".to_owned(), responses);
    if endpoint.who != Who::Anyone {
        operation.insert("security".to_owned(), json!([{ "bearer": [] }, { "cookie": [] }]));
    }
    if let Who::Roles(roles) = endpoint.who {
        operation
            .insert("x-roles".to_owned(), roles.iter().map(|role| Value::from(role_name(*role))).collect());
    }
    operation.into()
}

fn operation_id(endpoint: &Endpoint) -> String {
    let path =
        endpoint.path.trim_start_matches("/api/v1").replace(['/', '.', '-'], "_").replace(['{', '}'], "");
    format!("{}{path}", endpoint.method.as_str().to_ascii_lowercase())
}

fn path_parameters(path: &str) -> Vec<Value> {
    let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    names
        .map(|name| {
            json!({
                "name": name, "in": "path", "required": true,
                "schema": { "type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$" },
            })
        })
        .collect()
}

/// The properties of a query's schema, one parameter each.
fn query_parameters(schema: &schemars::Schema) -> Vec<Value> {
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    properties
        .map(|(name, schema)| {
            json!({ "name": name, "in": "query", "required": required.contains(&name.as_str()), "schema": schema })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_reference_leads_somewhere_and_every_operation_is_described() {
        let document = openapi();
        let mut references = BTreeSet::new();
        collect(&document, &mut references);
        for reference in references {
            let pointer = reference.trim_start_matches('#');
            assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
        }
        let mut ids = BTreeSet::new();
        for endpoint in table() {
            assert!(!endpoint.summary.is_empty(), "{} {} says nothing", endpoint.method, endpoint.path);
            assert!(ids.insert(operation_id(&endpoint)), "{} twice", endpoint.path);
        }
    }

    fn collect(value: &Value, into: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    match member.as_str() {
                        Some(text) if name == "$ref" => {
                            into.insert(text.to_owned());
                        }
                        _ => collect(member, into),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| collect(item, into)),
            _ => {}
        }
    }
}
