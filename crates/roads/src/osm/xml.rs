//! The XML format, plain or unpacked from gzip.

use std::io::BufRead;

use quick_xml::{
    Reader, XmlVersion,
    events::{BytesStart, Event},
};

use super::{Damage, Element, Wanted};
use crate::rules::Tags;

/// The element being read: nodes and ways have their tags as children.
enum Open {
    Outside,
    Node {
        id: i64,
        lon: f64,
        lat: f64,
    },
    Way {
        nodes: Vec<i64>,
    },
    /// A relation, a changeset, a deleted element: read over.
    Other,
}

pub(super) fn each(
    file: impl BufRead,
    wanted: Wanted,
    sink: &mut dyn FnMut(Element<'_>),
) -> Result<(), Damage> {
    let mut reader = Reader::from_reader(file);
    let mut buffer = Vec::new();
    let mut document = Document { wanted, open: Open::Outside, tags: Tags::default(), in_osm: false };
    loop {
        buffer.clear();
        let position = reader.buffer_position();
        let damage = |reason: String| Damage(format!("at byte {position}: {reason}"));
        match reader.read_event_into(&mut buffer).map_err(|e| damage(e.to_string()))? {
            Event::Start(tag) => document.start(&tag).map_err(damage)?,
            Event::Empty(tag) => {
                document.start(&tag).map_err(damage)?;
                if document.end(tag.name().0, sink) {
                    return Ok(());
                }
            }
            Event::End(tag) if document.end(tag.name().0, sink) => return Ok(()),
            Event::Eof => return Err(damage("it ends before </osm>".to_owned())),
            _ => {}
        }
    }
}

struct Document {
    wanted: Wanted,
    open: Open,
    tags: Tags,
    in_osm: bool,
}

impl Document {
    fn start(&mut self, tag: &BytesStart<'_>) -> Result<(), String> {
        let name = tag.name().0;
        if !self.in_osm {
            self.in_osm = name == "osm";
            return if self.in_osm { Ok(()) } else { Err(format!("its root is <{name}>, not <osm>")) };
        }
        match (name, &mut self.open) {
            ("node" | "way", _) if is_deleted(tag)? => self.open = Open::Other,
            ("node", _) => {
                // Most nodes are never asked for; their position is parsed only in the pass for nodes.
                self.open = if self.wanted == Wanted::Nodes {
                    Open::Node { id: number(tag, "id")?, lon: number(tag, "lon")?, lat: number(tag, "lat")? }
                } else {
                    Open::Other
                };
                self.tags.clear();
            }
            ("way", _) => {
                self.open =
                    if self.wanted == Wanted::Ways { Open::Way { nodes: Vec::new() } } else { Open::Other };
                self.tags.clear();
            }
            ("relation" | "changeset", _) => self.open = Open::Other,
            ("nd", Open::Way { nodes }) => nodes.push(number(tag, "ref")?),
            ("tag", Open::Node { .. } | Open::Way { .. }) => {
                self.tags.push(attribute(tag, "k")?, attribute(tag, "v")?);
            }
            _ => {}
        }
        Ok(())
    }

    /// Returns whether the document is at its end.
    fn end(&mut self, name: &str, sink: &mut dyn FnMut(Element<'_>)) -> bool {
        if !matches!(name, "node" | "way" | "relation" | "changeset") {
            return name == "osm";
        }
        match std::mem::replace(&mut self.open, Open::Outside) {
            Open::Node { id, lon, lat } => sink(Element::Node { id, lon, lat, tags: &self.tags }),
            Open::Way { nodes } if self.tags.get("highway").is_some() => {
                sink(Element::Way { nodes, tags: &self.tags });
            }
            Open::Way { .. } | Open::Other | Open::Outside => {}
        }
        false
    }
}

/// Deleted in a full-history file, or in an editor that has not uploaded yet.
fn is_deleted(tag: &BytesStart<'_>) -> Result<bool, String> {
    let is = |key, value: &str| Ok::<_, String>(find(tag, key)?.is_some_and(|found| found == value));
    Ok(is("visible", "false")? || is("action", "delete")?)
}

fn find(tag: &BytesStart<'_>, key: &str) -> Result<Option<String>, String> {
    let found = tag.try_get_attribute(key).map_err(|e| format!("<{}>: {e}", tag.name().0))?;
    found
        .map(|a| a.normalized_value(XmlVersion::Implicit1_0).map(std::borrow::Cow::into_owned))
        .transpose()
        .map_err(|e| format!("<{}>: attribute {key}: {e}", tag.name().0))
}

fn attribute(tag: &BytesStart<'_>, key: &str) -> Result<String, String> {
    find(tag, key)?.ok_or_else(|| format!("<{}> without attribute {key}", tag.name().0))
}

fn number<N: std::str::FromStr>(tag: &BytesStart<'_>, key: &str) -> Result<N, String> {
    let value = attribute(tag, key)?;
    value.trim().parse().map_err(|_| format!("<{}>: {key}={value:?} is no number", tag.name().0))
}
