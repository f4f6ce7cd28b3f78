//! The streets of a day, ready for questions: what `simulate` and `drive` travel on and the services are given.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use roads::{FallbackModel, GenerateParams, Profile, Roads};
use schemas::day::{Day, GreatCircle, Network};

/// Reads and checks a day file.
pub fn read_day(path: &Path) -> Result<Day> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read the day {}", path.display()))?;
    Day::parse(&text).with_context(|| format!("{} is not a day that can be played", path.display()))
}

/// The roads of a day; a map named in it is looked up beside the day file.
pub fn roads_of(day: &Day, file: &Path) -> Result<Roads> {
    match &day.network {
        Network::Generated(params) => {
            let params = GenerateParams { seed: params.seed, centre: params.centre, side_km: params.side_km };
            Ok(Roads::prepare(&roads::generate(&params)?, &Profile::ALL)?)
        }
        Network::Osm(map) => Ok(Roads::open(beside(file, map))?),
        Network::GreatCircle(model) => Ok(Roads::fallback_only(fallback(model))),
        Network::Matrix(_) => {
            bail!("a day with explicit travel times has no streets to travel; it is for solvers")
        }
    }
}

fn beside(file: &Path, map: &str) -> PathBuf {
    file.parent().map_or_else(|| PathBuf::from(map), |folder| folder.join(map))
}

fn fallback(model: &GreatCircle) -> FallbackModel {
    FallbackModel {
        detour_factor: model.detour_factor,
        walk_kmh: model.walk_kmh,
        e_bike_kmh: model.e_bike_kmh,
        car_kmh: model.car_kmh,
    }
}

/// Arguments of `loadtest prepare`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: loadtest prepare day.json --out roads.bin")]
pub struct Args {
    /// The day whose streets to prepare.
    day: PathBuf,
    /// Where to write the prepared network.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Runs `loadtest prepare`: the services read the file as their map.
pub fn prepare(args: &Args) -> Result<()> {
    let day = read_day(&args.day)?;
    Ok(roads_of(&day, &args.day)?.save(&args.out)?)
}
