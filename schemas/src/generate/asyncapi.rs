//! The AsyncAPI 3 document: every subject as a channel, and who sends and receives what there.

use serde_json::{Map, Value, json};

use super::{
    channels::{self, Channel, Use},
    schema_path,
};
use crate::catalog::{self, Message};

/// The document.
pub(super) fn document() -> Value {
    // The ids below are valid, so this is never empty; a test holds it to that.
    let channels = channels::all().unwrap_or_default();
    let mut listed = Map::new();
    let mut operations = Map::new();
    for channel in &channels {
        listed.insert(channel.name.clone(), describe(channel));
        operate(channel, &mut operations);
    }
    let messages: Map<String, Value> = catalog::ALL
        .iter()
        .filter(|m| channels.iter().any(|c| c.carries(m)))
        .map(|m| (m.full_name(), message(m)))
        .collect();
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "care-dispatch",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "What the services of a district say to each other over NATS. Events are CloudEvents 1.0 \
                in structured JSON mode, kept on JetStream streams; an event's id is its Nats-Msg-Id. Commands and \
                questions are core requests. Readers ignore unknown members.",
            "license": { "name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0" },
        },
        "defaultContentType": "application/json",
        "servers": {
            "nats": { "host": "127.0.0.1:4222", "protocol": "nats", "description": "The district's NATS server." },
        },
        "channels": listed,
        "operations": operations,
        "components": { "messages": messages },
    })
}

const PLACEHOLDERS: [(&str, &str, &str); 7] = [
    ("DISTRICT", "district", "The district's id."),
    ("ORDER", "order", "The order's id."),
    ("INCIDENT", "incident", "The incident's id."),
    ("DEVICE", "device", "The device's id."),
    ("STREET", "street", "The street's id."),
    ("ELDER", "elder", "The elder's id."),
    ("CAREGIVER", "caregiver", "The caregiver's id."),
];

fn describe(channel: &Channel) -> Value {
    let mut address = channel.address.clone();
    let mut parameters = Map::new();
    for (id, name, description) in PLACEHOLDERS {
        if address.contains(id) {
            address = address.replace(id, &format!("{{{name}}}"));
            parameters.insert(name.to_owned(), json!({ "description": description }));
        }
    }
    let messages: Map<String, Value> =
        [(channel.message.full_name(), reference("components/messages", &channel.message.full_name()))]
            .into_iter()
            .collect();
    json!({ "address": address, "summary": channel.summary, "messages": messages, "parameters": parameters })
}

fn operate(channel: &Channel, operations: &mut Map<String, Value>) {
    let on = reference("channels", &channel.name);
    let (who, verb, operation) = match &channel.used {
        Use::Publish { writer } => (writer, "publishes", json!({ "action": "send", "channel": on })),
        Use::Report { reader } => (reader, "hears", json!({ "action": "receive", "channel": on })),
        Use::Request { owner, .. } => (owner, "answers", json!({ "action": "receive", "channel": on })),
    };
    let mut operation = operation;
    if let (Use::Request { reply, .. }, Some(operation)) = (&channel.used, operation.as_object_mut()) {
        operation.insert(
            "reply".to_owned(),
            json!({
                "address": { "location": "$message.header#/reply", "description": "The requester's inbox." },
                "messages": [reference("components/messages", &reply.full_name())],
            }),
        );
    }
    operations.insert(format!("{}-{verb}-{}", who.as_str(), channel.name), operation);
}

fn message(message: &Message) -> Value {
    json!({
        "name": message.full_name(),
        "summary": message.summary,
        "contentType": "application/json",
        "payload": {
            "schemaFormat": "application/schema+json;version=2020-12",
            "schema": { "$ref": format!("./{}", schema_path(message)) },
        },
    })
}

fn reference(section: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/{section}/{name}") })
}
