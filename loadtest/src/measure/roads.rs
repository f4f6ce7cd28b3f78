//! `loadtest roads`: a hundred people, one front door, who is how far by road? Against one plain Dijkstra from a
//! junction to all others on the same graph, in turns, so that both meet the same machine.

use std::{path::PathBuf, time::Instant};

use anyhow::{Context, Result, bail};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use roads::{
    Profile, Roads,
    dijkstra::{Dijkstra, Direction},
};

use super::{
    pace::Latencies,
    place::somewhere,
    report::{Bar, Output, Report},
};

/// Arguments of `loadtest roads`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: loadtest roads --map district.osm.pbf --json roads.json")]
pub struct Args {
    /// The map: .osm.pbf, .osm, .osm.gz, or prepared.
    #[arg(long, value_name = "FILE")]
    map: PathBuf,
    /// How to travel: walk, e_bike or car.
    #[arg(long, default_value = "e_bike")]
    profile: Profile,
    /// How many questions.
    #[arg(long, default_value_t = 2000)]
    rounds: u32,
    /// Of where people and doors are.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    output: Output,
}

/// People of one question.
const SOURCES: usize = 100;

/// Runs `loadtest roads`.
pub fn run(args: &Args) -> Result<()> {
    let roads = Roads::open(&args.map).with_context(|| format!("cannot open {}", args.map.display()))?;
    let measured = measure(&roads, args)?;
    let engine = roads.engine(args.profile).context("the map was not prepared for this profile")?;
    let graph = engine.graph();
    let mut report = Report::new("roads");
    report.about(format!(
        "{}, {}: {} nodes, {} arcs; {} rounds of {SOURCES} snapped places to one",
        args.map.display(),
        args.profile,
        graph.nodes(),
        graph.arcs(),
        args.rounds
    ));
    let Measured { many_to_one, one_to_all, mismatches } = measured;
    report.figure("many_to_one_100_us", many_to_one.us(0.99), "p99");
    report.figure("many_to_one_100_p50_us", many_to_one.us(0.5), "");
    report.figure("dijkstra_one_to_all_us", one_to_all.us(0.99), "p99");
    report.figure("dijkstra_one_to_all_p50_us", one_to_all.us(0.5), "");
    report.quotient("many_to_one_100_us", "dijkstra_one_to_all_us", Bar::AtMost(0.2));
    report.figure("pairs", f64::from(args.rounds) * SOURCES as f64, "compared with plain Dijkstra");
    report.must_be_zero("mismatches", mismatches, "");
    report.publish(&args.output)
}

struct Measured {
    many_to_one: Latencies,
    one_to_all: Latencies,
    mismatches: usize,
}

fn measure(roads: &Roads, args: &Args) -> Result<Measured> {
    let profile = args.profile;
    let Some(engine) = roads.engine(profile) else {
        bail!("{} has no roads for {profile}", args.map.display());
    };
    let graph = engine.graph();
    let mut rng = ChaCha8Rng::seed_from_u64(args.seed);
    let mut search = Dijkstra::default();
    let mut measured =
        Measured { many_to_one: Latencies::default(), one_to_all: Latencies::default(), mismatches: 0 };
    let (mut sources, mut answers) = (Vec::new(), Vec::new());
    for _ in 0..args.rounds {
        sources.clear();
        for _ in 0..SOURCES {
            sources.push(roads.snap(profile, somewhere(roads, &mut rng)?));
        }
        let target = roads.snap(profile, somewhere(roads, &mut rng)?);
        let start = rng.random_range(0..graph.nodes());

        let began = Instant::now();
        roads.many_to_one_into(profile, &sources, &target, &mut answers);
        measured.many_to_one.record(began.elapsed());
        let began = Instant::now();
        search.one_to_all(graph, start, Direction::Backward);
        measured.one_to_all.record(began.elapsed());

        let reference = roads.many_to_one_by_dijkstra(&mut search, profile, &sources, &target);
        measured.mismatches += answers.iter().zip(&reference).filter(|(fast, plain)| fast != plain).count();
    }
    Ok(measured)
}
