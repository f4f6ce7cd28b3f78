//! Whatever the file holds: a clear, coded error that names it, never a panic.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::{
    fs,
    path::{Path, PathBuf},
};

use proptest::prelude::*;
use roads::{FallbackModel, GenerateParams, Profile, Roads, RoadsError, generate, read_osm};
use support::{Map, at, gz, write};

fn small() -> Map {
    Map::default()
        .node(1, 0.0, 0.0)
        .node(2, 100.0, 0.0)
        .barrier(3, 100.0, 100.0, "barrier=gate")
        .way(&[1, 2, 3, 1], "highway=residential")
}

/// Reads the bytes as a file of that name; the error must name the file.
fn refusal(name: &str, bytes: &[u8]) -> RoadsError {
    let dir = tempfile::tempdir().unwrap();
    let error = read_osm(write(dir.path(), name, bytes)).unwrap_err();
    assert!(error.to_string().contains(name), "{error}");
    error
}

#[test]
fn every_kind_of_bad_map_has_its_code() {
    let xml = small().xml();
    let table: Vec<(&str, Vec<u8>, &str)> = vec![
        ("empty.osm", vec![], "roads.unknown_format"),
        ("text.osm", b"hello".to_vec(), "roads.unknown_format"),
        ("map.osm.bz2", b"BZh91AY&SY".to_vec(), "roads.unknown_format"),
        ("map.zip", b"PK\x03\x04".to_vec(), "roads.unknown_format"),
        ("zeros.osm.pbf", vec![0; 4096], "roads.unknown_format"),
        ("other.gz", gz("just text"), "roads.unknown_format"),
        ("page.osm", b"<html><body/></html>".to_vec(), "roads.damaged_map"),
        ("change.osm", b"<osmChange version='0.6'/>".to_vec(), "roads.damaged_map"),
        ("cut.osm", xml.as_bytes()[..xml.len() - 20].to_vec(), "roads.damaged_map"),
        ("tags.osm", xml.replace("</way>", "</node>").into_bytes(), "roads.damaged_map"),
        ("number.osm", xml.replace("ref=\"2\"", "ref=\"two\"").into_bytes(), "roads.damaged_map"),
        ("attribute.osm", xml.replace("lat=", "latitude=").into_bytes(), "roads.damaged_map"),
        ("entity.osm", xml.replace("residential", "&bomb;").into_bytes(), "roads.damaged_map"),
        ("cut.osm.gz", gz(&xml)[..60].to_vec(), "roads.damaged_map"),
        ("bare.osm", b"<osm version='0.6'></osm>".to_vec(), "roads.no_roads"),
        ("house.osm", xml.replace("highway", "building").into_bytes(), "roads.no_roads"),
        ("works.osm", xml.replace("residential", "construction").into_bytes(), "roads.no_roads"),
        ("nodeless.osm", xml.replace("<node id=\"", "<node id=\"77").into_bytes(), "roads.missing_nodes"),
        ("nowhere.osm", xml.replace("lat=\"", "lat=\"9").into_bytes(), "roads.missing_nodes"),
    ];
    for (name, bytes, code) in table {
        assert_eq!(refusal(name, &bytes).code(), code, "{name}");
    }
    assert_eq!(read_osm("no/such/map.osm.pbf").unwrap_err().code(), "roads.unreadable");
    assert_eq!(read_osm(std::env::temp_dir()).unwrap_err().code(), "roads.unreadable");
}

#[test]
fn a_pbf_that_requires_what_we_do_not_know_is_refused() {
    let mut pbf = small().pbf();
    let at = pbf.windows(10).position(|w| w == b"DenseNodes").unwrap();
    pbf[at..at + 10].copy_from_slice(b"LocationsX");
    let error = refusal("future.osm.pbf", &pbf);
    assert_eq!(error.code(), "roads.damaged_map");
    assert!(error.to_string().contains("LocationsX"), "{error}");
}

#[test]
fn a_pbf_cut_short_anywhere_never_panics() {
    let dir = tempfile::tempdir().unwrap();
    let whole = small().pbf();
    for length in 0..whole.len() {
        let path = write(dir.path(), "cut.osm.pbf", &whole[..length]);
        let error = read_osm(&path).unwrap_err();
        assert!(error.code().starts_with("roads."), "{error}");
    }
}

fn bench_map(name: &str) -> Option<Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/bench/osm").join(name);
    fs::read(path).map_err(|_| println!("skipped: ../shared/bench/osm/{name} is absent")).ok()
}

#[test]
fn a_real_pbf_cut_short_is_refused_or_read_up_to_a_whole_block() {
    let Some(whole) = bench_map("sao-paulo-centre.osm.pbf") else { return };
    let dir = tempfile::tempdir().unwrap();
    for tenth in 0..10 {
        let path = write(dir.path(), "cut.osm.pbf", &whole[..whole.len() * tenth / 10]);
        assert!(read_osm(&path).is_err(), "{tenth}/10");
    }
}

#[test]
fn a_profile_without_roads_is_named() {
    let footpaths = Map::default().node(1, 0.0, 0.0).node(2, 100.0, 0.0).way(&[1, 2], "highway=steps");
    let dir = tempfile::tempdir().unwrap();
    let network = read_osm(footpaths.write_xml(dir.path())).unwrap();
    assert!(Roads::prepare(&network, &[Profile::Walk]).is_ok());
    let error = Roads::prepare(&network, &[Profile::Walk, Profile::Car]).unwrap_err();
    assert_eq!(error.code(), "roads.no_roads_for_profile");
    assert!(error.to_string().contains("car") && error.to_string().contains("map.osm"), "{error}");

    // One-way all along: no two junctions reach each other.
    let map = Map::default().node(1, 0.0, 0.0).node(2, 100.0, 0.0).way(&[1, 2], "highway=service oneway=yes");
    let network = read_osm(map.write_xml(dir.path())).unwrap();
    assert_eq!(Roads::prepare(&network, &[Profile::Car]).unwrap_err().code(), "roads.no_roads_for_profile");
}

#[test]
fn a_map_beyond_the_arithmetic_is_refused() {
    // Beijing to Lisbon on foot.
    let map = Map::default().node(1, 0.0, 0.0).node(2, -8_000_000.0, 0.0).way(&[1, 2], "highway=path");
    let dir = tempfile::tempdir().unwrap();
    let network = read_osm(map.write_xml(dir.path())).unwrap();
    assert_eq!(Roads::prepare(&network, &[Profile::Walk]).unwrap_err().code(), "roads.too_large");
}

#[test]
fn no_district_is_generated_from_nonsense() {
    for (side_km, centre) in [(0.0, at(0.0, 0.0)), (f64::NAN, at(0.0, 0.0)), (1e9, at(0.0, 0.0))] {
        assert_eq!(
            generate(&GenerateParams { seed: 1, centre, side_km }).unwrap_err().code(),
            "roads.bad_params"
        );
    }
}

fn prepared_file(dir: &Path) -> (PathBuf, Vec<u8>) {
    let network = read_osm(small().write_xml(dir)).unwrap();
    let path = dir.join("small.roads");
    Roads::prepare(&network, &Profile::ALL).unwrap().save(&path).unwrap();
    let bytes = fs::read(&path).unwrap();
    (path, bytes)
}

#[test]
fn a_stale_or_corrupt_prepared_file_is_told_from_a_good_one() {
    let dir = tempfile::tempdir().unwrap();
    let (path, good) = prepared_file(dir.path());
    assert!(Roads::load(&path).is_ok());

    let code = |bytes: &[u8]| Roads::load(write(dir.path(), "bad.roads", bytes)).unwrap_err().code();
    assert_eq!(code(b""), "roads.not_prepared");
    assert_eq!(code(small().xml().as_bytes()), "roads.not_prepared");
    let mut stale = good.clone();
    stale[8] ^= 0xff;
    assert_eq!(code(&stale), "roads.stale_prepared");
    for length in 8..good.len() {
        assert_eq!(code(&good[..length]), "roads.corrupt_prepared", "cut at {length}");
    }
    let mut longer = good.clone();
    longer.push(0);
    assert_eq!(code(&longer), "roads.corrupt_prepared");
    assert_eq!(Roads::load("no/such.roads").unwrap_err().code(), "roads.unreadable");
    let nowhere = Roads::fallback_only(FallbackModel::default()).save("no/such/folder.roads");
    assert_eq!(nowhere.unwrap_err().code(), "roads.unwritable");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn flipped_bits_never_panic(flips in proptest::collection::vec((0..2000usize, 0..8u8), 1..6), pbf: bool) {
        let mut bytes = if pbf { small().pbf() } else { small().xml().into_bytes() };
        for (at, bit) in flips {
            let at = at % bytes.len();
            bytes[at] ^= 1 << bit;
        }
        let dir = tempfile::tempdir().unwrap();
        match read_osm(write(dir.path(), "flipped", &bytes)) {
            Ok(network) => drop(Roads::prepare(&network, &Profile::ALL)),
            Err(error) => prop_assert!(error.code().starts_with("roads.")),
        }
    }

    #[test]
    fn no_flipped_bit_in_a_prepared_file_goes_unseen(at: prop::sample::Index, bit in 0..8u8) {
        let dir = tempfile::tempdir().unwrap();
        let (path, mut bytes) = prepared_file(dir.path());
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        fs::write(&path, &bytes).unwrap();
        prop_assert!(Roads::load(&path).is_err());
    }
}
