//! Reads OpenStreetMap files: `.osm.pbf`, `.osm`, `.osm.gz`, told apart by their first bytes.
//!
//! A file is streamed twice, first for its roads, then for the nodes those roads refer to, so that memory is taken
//! by roads only and not by the buildings, shops and trees that make up most of a map.

mod pbf;
mod xml;

use std::{
    collections::HashMap,
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
};

use domain::geo::Wgs84;

use crate::{
    cut::cut,
    error::RoadsError,
    network::{Network, RawNode, RawWay},
    rules::{Tags, barrier},
};

/// Which elements a pass over the file is for; readers may skip the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Ways,
    Nodes,
}

/// One element of the file.
enum Element<'a> {
    Node { id: i64, lon: f64, lat: f64, tags: &'a Tags },
    Way { nodes: Vec<i64>, tags: &'a Tags },
}

/// What a reader says of a damaged file: where and why.
struct Damage(String);

/// Reads the streets of an OpenStreetMap file.
///
/// # Errors
/// [`RoadsError::Unreadable`], [`RoadsError::UnknownFormat`] and [`RoadsError::DamagedMap`] for what is no sound
/// OpenStreetMap file; [`RoadsError::NoRoads`] when it holds none; [`RoadsError::MissingNodes`] when half or more of
/// the nodes its roads need are absent (an extract's roads may well end outside of it).
pub fn read_osm(path: impl AsRef<Path>) -> Result<Network, RoadsError> {
    let path = path.as_ref();
    let origin = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let mut ways = Vec::new();
    each(path, Wanted::Ways, &mut |element| {
        if let Element::Way { nodes, tags } = element {
            ways.extend(RawWay::judge(nodes, tags));
        }
    })?;
    if ways.is_empty() {
        return Err(RoadsError::NoRoads { origin });
    }

    let mut nodes: HashMap<i64, Option<RawNode>> =
        ways.iter().flat_map(|way| &way.nodes).map(|id| (*id, None)).collect();
    each(path, Wanted::Nodes, &mut |element| {
        if let Element::Node { id, lon, lat, tags } = element
            && let Some(slot) = nodes.get_mut(&id)
            && let Ok(at) = Wgs84::new(lon, lat)
        {
            *slot = Some(RawNode { at, blocked: barrier::blocked(tags) });
        }
    })?;
    let wanted = nodes.len();
    let found: HashMap<i64, RawNode> = nodes.into_iter().filter_map(|(id, node)| Some((id, node?))).collect();
    let missing = wanted - found.len();
    if missing * 2 >= wanted {
        return Err(RoadsError::MissingNodes { path: path.to_owned(), wanted, missing });
    }
    Ok(cut(origin, &found, &ways))
}

/// Streams the file's elements to `sink`.
fn each(path: &Path, wanted: Wanted, sink: &mut dyn FnMut(Element<'_>)) -> Result<(), RoadsError> {
    let unreadable = |source| RoadsError::Unreadable { path: path.to_owned(), source };
    let unknown = |found| RoadsError::UnknownFormat { path: path.to_owned(), found };
    let mut file = BufReader::with_capacity(1 << 16, File::open(path).map_err(unreadable)?);
    let head = file.fill_buf().map_err(unreadable)?;
    let read = match Format::of(head) {
        Ok(Format::Pbf) => pbf::each(file, wanted, sink),
        Ok(Format::Xml) => xml::each(file, wanted, sink),
        Ok(Format::Gzip) => {
            let mut unpacked = BufReader::with_capacity(1 << 16, flate2::bufread::MultiGzDecoder::new(file));
            match unpacked.fill_buf() {
                Err(error) => Err(Damage(format!("gzip: {error}"))),
                Ok(head) if !matches!(Format::of(head), Ok(Format::Xml)) => {
                    return Err(unknown("a gzip file that does not hold OpenStreetMap XML"));
                }
                Ok(_) => xml::each(unpacked, wanted, sink),
            }
        }
        Err(found) => return Err(unknown(found)),
    };
    read.map_err(|Damage(reason)| RoadsError::DamagedMap { path: path.to_owned(), reason })
}

enum Format {
    Pbf,
    Xml,
    Gzip,
}

impl Format {
    /// Tells the format by its first bytes, whatever the file is called.
    fn of(head: &[u8]) -> Result<Self, &'static str> {
        let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
        match head {
            [] => Err("an empty file"),
            [0x1f, 0x8b, ..] => Ok(Self::Gzip),
            [b'B', b'Z', b'h', ..] => Err("a bzip2 file (unpack it first)"),
            [b'P', b'K', 3, 4, ..] => Err("a zip file (unpack it first)"),
            // A length, then the first blob's header, which names itself.
            [0, 0, ..] if head.windows(9).take(64).any(|w| w == b"OSMHeader") => Ok(Self::Pbf),
            _ if text.first() == Some(&b'<') => Ok(Self::Xml),
            _ => Err("not the beginning of an OpenStreetMap file"),
        }
    }
}
