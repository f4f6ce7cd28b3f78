//! Figures of one map: how long it takes to prepare, how large it becomes, and how its many-to-one compares with a
//! plain Dijkstra on the same graph.
//!
//! ```text
//! cargo run --release -p roads --example figures -- MAP [e_bike] [PREPARED]
//! cargo run --release -p roads --example figures -- generate:20 walk
//! ```

use std::{error::Error, time::Instant};

use domain::geo::Wgs84;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use roads::{
    GenerateParams, Options, Place, Profile, Roads,
    dijkstra::{Dijkstra, Direction},
    generate, read_osm,
};

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let map = args.next().ok_or("which map?")?;
    let profile: Profile = args.next().as_deref().unwrap_or("e_bike").parse()?;
    let prepared = args.next();

    let began = Instant::now();
    let network = match map.strip_prefix("generate:") {
        Some(side) => {
            generate(&GenerateParams { seed: 1, centre: Wgs84::new(98.29, 39.77)?, side_km: side.parse()? })?
        }
        None => read_osm(&map)?,
    };
    println!("{map}, {profile}");
    println!("  read       {:.3} s, {} edges", began.elapsed().as_secs_f64(), network.edges().len());
    for label_budget_mib in [512, 0] {
        let began = Instant::now();
        let options = Options { label_budget_mib, ..Options::default() };
        let roads = Roads::prepare_with(&network, &[profile], options)?;
        println!(
            "  prepare    {:.3} s with {label_budget_mib} MiB for labels",
            began.elapsed().as_secs_f64()
        );
        measure(&roads, profile)?;
        if let Some(prepared) = prepared.as_deref().filter(|_| label_budget_mib > 0) {
            roads.save(prepared)?;
            let began = Instant::now();
            Roads::load(prepared)?;
            let mib = std::fs::metadata(prepared)?.len() as f64 / 1_048_576.0;
            println!("  load       {:.3} s, {mib:.1} MiB", began.elapsed().as_secs_f64());
        }
    }
    Ok(())
}

fn measure(roads: &Roads, profile: Profile) -> Result<(), Box<dyn Error>> {
    let engine = roads.engine(profile).ok_or("not prepared")?;
    let graph = engine.graph();
    println!(
        "  graph      {} nodes, {} arcs; hierarchy {} arcs; {} label entries",
        graph.nodes(),
        graph.arcs(),
        engine.hierarchy_arcs(),
        engine.label_entries().unwrap_or(0),
    );
    let junctions = roads.network().map(roads::Network::junctions).unwrap_or_default();
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut places = |count: usize| -> Vec<Place> {
        let mut some = || junctions.get(rng.random_range(0..junctions.len())).copied();
        let mut near = || Some(some()?.offset_m(35.0, 20.0));
        std::iter::repeat_with(|| near().map(|at| roads.snap(profile, at))).flatten().take(count).collect()
    };

    let mut search = Dijkstra::default();
    let (mut plain, mut fast, mut snaps) = (Vec::new(), Vec::new(), Vec::new());
    let mut answers = Vec::new();
    for round in 0..2000_u32 {
        let began = Instant::now();
        let sources = places(100);
        snaps.push(began.elapsed().as_nanos() as f64 / 100_000.0);
        let target = *places(1).first().ok_or("no place")?;
        let began = Instant::now();
        roads.many_to_one_into(profile, &sources, &target, &mut answers);
        fast.push(began.elapsed().as_nanos() as f64 / 1000.0);
        let began = Instant::now();
        search.one_to_all(graph, round.wrapping_mul(7919) % graph.nodes(), Direction::Backward);
        plain.push(began.elapsed().as_nanos() as f64 / 1000.0);
    }
    let (fast50, fast99) = percentiles(&mut fast);
    let (plain50, plain99) = percentiles(&mut plain);
    let (snap50, snap99) = percentiles(&mut snaps);
    println!("  snap one            p50 {snap50:.2} µs   p99 {snap99:.2} µs");
    println!("  many_to_one_100     p50 {fast50:.1} µs   p99 {fast99:.1} µs");
    println!("  dijkstra one-to-all p50 {plain50:.1} µs   p99 {plain99:.1} µs");
    println!("  ratio               p50 {:.3}   p99 {:.3}", fast50 / plain50, fast99 / plain99);
    Ok(())
}

fn percentiles(samples: &mut [f64]) -> (f64, f64) {
    samples.sort_by(f64::total_cmp);
    let at = |share: f64| samples.get((samples.len() as f64 * share) as usize).copied().unwrap_or(f64::NAN);
    (at(0.5), at(0.99))
}
