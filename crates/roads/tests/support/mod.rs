//! Small maps for the tests, written as OpenStreetMap XML or PBF.

use std::{
    fmt::Write as _,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use domain::geo::Wgs84;
use flate2::{Compression, write::GzEncoder};

/// A map in the making. Nodes lie on a plane of metres around a middle.
#[derive(Default)]
pub struct Map {
    nodes: Vec<(i64, f64, f64, Tags)>,
    ways: Vec<(Vec<i64>, Tags)>,
}

type Tags = Vec<(String, String)>;

fn tags(line: &str) -> Tags {
    line.split_whitespace().filter_map(|p| p.split_once('=')).map(|(k, v)| (k.into(), v.into())).collect()
}

/// The place so many metres east and north of the middle of the test maps.
pub fn at(east: f64, north: f64) -> Wgs84 {
    Wgs84::new(98.29, 39.77).unwrap().offset_m(east, north)
}

impl Map {
    pub fn node(mut self, id: i64, east: f64, north: f64) -> Self {
        self.nodes.push((id, east, north, Vec::new()));
        self
    }

    pub fn barrier(mut self, id: i64, east: f64, north: f64, line: &str) -> Self {
        self.nodes.push((id, east, north, tags(line)));
        self
    }

    pub fn way(mut self, nodes: &[i64], line: &str) -> Self {
        self.ways.push((nodes.to_vec(), tags(line)));
        self
    }

    /// Seven decimals, as in real files.
    fn position(east: f64, north: f64) -> (i64, i64) {
        let at = at(east, north);
        ((at.lon() * 1e7).round() as i64, (at.lat() * 1e7).round() as i64)
    }

    pub fn xml(&self) -> String {
        let mut xml = String::from("<?xml version='1.0' encoding='UTF-8'?>\n<osm version=\"0.6\">\n");
        let tag_lines = |tags: &Tags| -> String {
            tags.iter().fold(String::new(), |mut all, (k, v)| {
                let _ = writeln!(all, "  <tag k=\"{k}\" v=\"{v}\"/>");
                all
            })
        };
        for (id, east, north, tags) in &self.nodes {
            let (lon, lat) = Self::position(*east, *north);
            let (lon, lat) = (lon as f64 / 1e7, lat as f64 / 1e7);
            let inner = tag_lines(tags);
            let _ = writeln!(xml, " <node id=\"{id}\" lon=\"{lon:.7}\" lat=\"{lat:.7}\">{inner}</node>");
        }
        for (id, (nodes, tags)) in self.ways.iter().enumerate() {
            let _ = writeln!(xml, " <way id=\"{id}\">");
            for node in nodes {
                let _ = writeln!(xml, "  <nd ref=\"{node}\"/>");
            }
            let _ = writeln!(xml, "{} </way>", tag_lines(tags));
        }
        xml + "</osm>\n"
    }

    pub fn write_xml(&self, dir: &Path) -> PathBuf {
        write(dir, "map.osm", self.xml().as_bytes())
    }

    /// A header, a blob of dense nodes and a blob of ways, written by the format's definition.
    pub fn pbf(&self) -> Vec<u8> {
        let mut header = Vec::new();
        for feature in ["OsmSchema-V0.6", "DenseNodes"] {
            field(&mut header, 4, feature.as_bytes());
        }
        let mut file = blob("OSMHeader", &header);

        let mut strings = vec![String::new()];
        let mut string = |text: &String| -> u64 {
            let known = strings.iter().position(|s| s == text).unwrap_or_else(|| {
                strings.push(text.clone());
                strings.len() - 1
            });
            known as u64
        };
        let (mut ids, mut lons, mut lats, mut keys) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut before = (0, 0, 0);
        for (id, east, north, tags) in &self.nodes {
            let (lon, lat) = Self::position(*east, *north);
            varint(&mut ids, zigzag(id - before.0));
            varint(&mut lons, zigzag(lon - before.1));
            varint(&mut lats, zigzag(lat - before.2));
            before = (*id, lon, lat);
            for (key, value) in tags {
                varint(&mut keys, string(key));
                varint(&mut keys, string(value));
            }
            varint(&mut keys, 0);
        }
        let mut dense = Vec::new();
        field(&mut dense, 1, &ids);
        field(&mut dense, 8, &lats);
        field(&mut dense, 9, &lons);
        field(&mut dense, 10, &keys);
        let mut nodes = Vec::new();
        field(&mut nodes, 2, &dense);

        let mut ways = Vec::new();
        for (id, (refs, tags)) in (0_u64..).zip(&self.ways) {
            let (mut way, mut keys, mut values, mut deltas) =
                (Vec::new(), Vec::new(), Vec::new(), Vec::new());
            varint(&mut way, 1 << 3);
            varint(&mut way, id);
            for (key, value) in tags {
                varint(&mut keys, string(key));
                varint(&mut values, string(value));
            }
            let mut before = 0;
            for node in refs {
                varint(&mut deltas, zigzag(node - before));
                before = *node;
            }
            field(&mut way, 2, &keys);
            field(&mut way, 3, &values);
            field(&mut way, 8, &deltas);
            field(&mut ways, 3, &way);
        }

        let mut table = Vec::new();
        for string in &strings {
            field(&mut table, 1, string.as_bytes());
        }
        for group in [nodes, ways] {
            let mut block = Vec::new();
            field(&mut block, 1, &table);
            field(&mut block, 2, &group);
            file.extend(blob("OSMData", &block));
        }
        file
    }
}

/// Text, packed.
pub fn gz(text: &str) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(text.as_bytes()).unwrap();
    packed.finish().unwrap()
}

/// Writes a file into a folder; returns where.
pub fn write(dir: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = dir.join(name);
    fs::write(&path, bytes).unwrap();
    path
}

fn blob(kind: &str, content: &[u8]) -> Vec<u8> {
    let mut blob = Vec::new();
    field(&mut blob, 1, content);
    let mut header = Vec::new();
    field(&mut header, 1, kind.as_bytes());
    varint(&mut header, 3 << 3);
    varint(&mut header, blob.len() as u64);
    let mut all = (header.len() as u32).to_be_bytes().to_vec();
    all.extend(header);
    all.extend(blob);
    all
}

fn field(into: &mut Vec<u8>, number: u64, bytes: &[u8]) {
    varint(into, number << 3 | 2);
    varint(into, bytes.len() as u64);
    into.extend(bytes);
}

fn zigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63) as u64
}

fn varint(into: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        into.push(value as u8 | 0x80);
        value >>= 7;
    }
    into.push(value as u8);
}
