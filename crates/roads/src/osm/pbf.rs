//! The binary format, through the `osmpbf` crate.

use std::{
    io::Read,
    panic::{AssertUnwindSafe, catch_unwind},
};

use osmpbf::{BlobDecode, BlobReader, PrimitiveBlock};

use super::{Damage, Element, Wanted};
use crate::rules::Tags;

/// Features of a file this reader understands; a file that requires another one must not be guessed at.
const UNDERSTOOD: [&str; 2] = ["OsmSchema-V0.6", "DenseNodes"];

pub(super) fn each(
    file: impl Read + Send,
    wanted: Wanted,
    sink: &mut dyn FnMut(Element<'_>),
) -> Result<(), Damage> {
    let mut tags = Tags::default();
    for (index, blob) in BlobReader::new(file).enumerate() {
        let damage = |error: osmpbf::Error| Damage(format!("blob {index}: {error}"));
        let blob = blob.map_err(damage)?;
        match blob.decode().map_err(damage)? {
            BlobDecode::OsmHeader(header) => {
                let features = header.required_features();
                if let Some(feature) = features.iter().find(|f| !UNDERSTOOD.contains(&f.as_str())) {
                    return Err(Damage(format!("it requires the feature {feature}, which is not supported")));
                }
            }
            BlobDecode::OsmData(block) => {
                // The crate adds up deltas unchecked: in a build with overflow checks, a hostile block panics.
                catch_unwind(AssertUnwindSafe(|| each_of_block(&block, wanted, &mut tags, sink)))
                    .map_err(|_| Damage(format!("blob {index}: its numbers overflow")))?;
            }
            BlobDecode::Unknown(_) => {}
        }
    }
    Ok(())
}

fn each_of_block(block: &PrimitiveBlock, wanted: Wanted, tags: &mut Tags, sink: &mut dyn FnMut(Element<'_>)) {
    for group in block.groups() {
        if wanted == Wanted::Ways {
            for way in group.ways() {
                fill(tags, way.tags());
                if tags.get("highway").is_some() {
                    sink(Element::Way { nodes: way.refs().collect(), tags });
                }
            }
            continue;
        }
        for node in group.dense_nodes() {
            fill(tags, node.tags());
            let (lon, lat) = (degrees(node.nano_lon()), degrees(node.nano_lat()));
            sink(Element::Node { id: node.id(), lon, lat, tags });
        }
        for node in group.nodes() {
            fill(tags, node.tags());
            let (lon, lat) = (degrees(node.nano_lon()), degrees(node.nano_lat()));
            sink(Element::Node { id: node.id(), lon, lat, tags });
        }
    }
}

/// Divided, not multiplied: the nearest number to the decimal, the same one that the XML of the map parses to.
fn degrees(nano: i64) -> f64 {
    nano as f64 / 1e9
}

fn fill<'a>(tags: &mut Tags, pairs: impl Iterator<Item = (&'a str, &'a str)>) {
    tags.clear();
    pairs.for_each(|(key, value)| tags.push(key, value));
}
