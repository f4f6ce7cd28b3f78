//! Fast answers equal plain Dijkstra's to the millisecond and the decimetre, on real cities and on a generated one.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::path::{Path, PathBuf};

use domain::geo::Wgs84;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use roads::{
    Engine, GenerateParams, Network, Options, Place, Profile, Roads,
    dijkstra::{Dijkstra, Direction},
    generate, read_osm,
};

/// So many targets with so many sources each: 10 000 pairs.
const ROUNDS: usize = 100;

fn bench_map(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/bench/osm").join(name);
    if !path.exists() {
        println!(
            "skipped: ../shared/bench/osm/{name} is absent (benchmark maps are not part of the project)"
        );
        return None;
    }
    Some(path)
}

fn check_city(name: &str, profiles: &[Profile]) {
    let Some(path) = bench_map(name) else { return };
    let network = read_osm(path).unwrap();
    let roads = Roads::prepare(&network, profiles).unwrap();
    for profile in profiles {
        let engine = roads.engine(*profile).unwrap();
        assert!(engine.label_entries().is_some());
        check_nodes(engine, ROUNDS);
        check_places(&roads, *profile, ROUNDS);
    }
}

fn check_nodes(engine: &Engine, rounds: usize) {
    let graph = engine.graph();
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let mut search = Dijkstra::default();
    for _ in 0..rounds {
        let target = rng.random_range(0..graph.nodes());
        let sources: Vec<u32> = (0..rounds).map(|_| rng.random_range(0..graph.nodes())).collect();
        let plain = search.one_to_all(graph, target, Direction::Backward);
        let fast = engine.nodes_to_one(&sources, target);
        for (source, cost) in sources.iter().zip(fast) {
            assert!(cost.is_reached());
            assert_eq!(cost, plain[*source as usize], "{} {source} -> {target}", graph.profile());
        }
    }
}

fn some_places(roads: &Roads, profile: Profile, count: usize, rng: &mut ChaCha8Rng) -> Vec<Place> {
    let junctions = roads.network().unwrap().junctions();
    let near = |rng: &mut ChaCha8Rng| -> Wgs84 {
        let at = junctions[rng.random_range(0..junctions.len())];
        at.offset_m(rng.random_range(-80.0..80.0), rng.random_range(-80.0..80.0))
    };
    (0..count).map(|_| roads.snap(profile, near(rng))).collect()
}

fn check_places(roads: &Roads, profile: Profile, rounds: usize) {
    let mut rng = ChaCha8Rng::seed_from_u64(8);
    let mut search = Dijkstra::default();
    for round in 0..rounds {
        let sources = some_places(roads, profile, rounds, &mut rng);
        let target = some_places(roads, profile, 1, &mut rng)[0];
        let fast = roads.many_to_one(profile, &sources, &target);
        assert_eq!(fast, roads.many_to_one_by_dijkstra(&mut search, profile, &sources, &target));
        if round == 0 {
            let matrix = roads.matrix(profile, &sources, &[target, sources[0]]);
            let onward = roads.one_to_many(profile, &target, &sources);
            for (i, source) in sources.iter().enumerate() {
                assert_eq!(matrix.get(i, 0), Some(fast[i]));
                assert_eq!(matrix.get(i, 1), Some(roads.travel(profile, source, &sources[0])));
                assert_eq!(onward[i], roads.travel(profile, &target, source));
            }
        }
    }
}

#[test]
fn sao_paulo() {
    check_city("sao-paulo-centre.osm.pbf", &Profile::ALL);
}

#[test]
fn baltimore() {
    check_city("baltimore.osm.pbf", &Profile::ALL);
}

#[test]
fn shanghai() {
    check_city("shanghai-huangpu.osm.gz", &Profile::ALL);
}

fn district() -> Network {
    let centre = Wgs84::new(98.29, 39.77).unwrap();
    generate(&GenerateParams { seed: 5, centre, side_km: 4.0 }).unwrap()
}

#[test]
fn a_generated_district() {
    let roads = Roads::prepare(&district(), &Profile::ALL).unwrap();
    for profile in Profile::ALL {
        check_nodes(roads.engine(profile).unwrap(), ROUNDS);
        check_places(&roads, profile, ROUNDS);
    }
}

#[test]
fn without_memory_for_labels() {
    let options = Options { label_budget_mib: 0, ..Options::default() };
    let roads = Roads::prepare_with(&district(), &[Profile::EBike], options).unwrap();
    assert_eq!(roads.engine(Profile::EBike).unwrap().label_entries(), None);
    check_nodes(roads.engine(Profile::EBike).unwrap(), 30);
    check_places(&roads, Profile::EBike, 30);
}
