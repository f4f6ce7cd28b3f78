//! Writes a day file: elders and staff placed along residential streets of a real or a generated map, a roster, and
//! a day's demand with how it turns out. The same arguments write the same bytes.
//!
//! | file | makes |
//! | --- | --- |
//! | `homes.rs` | front doors along the streets where people live |
//! | `quarters.rs` | streets (街道) and communities (社区) around them |
//! | `elders.rs` | who lives there, what they need and wish |
//! | `caregivers.rs` | who serves them, qualifications, roster |
//! | `demand.rs` | who orders what, and when |
//! | `truth.rs` | how each order turns out |

mod calendar;
mod caregivers;
mod demand;
mod elders;
mod homes;
mod names;
mod quarters;
mod random;
mod truth;

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, bail, ensure};
use domain::{geo::Wgs84, id::DistrictId};
use schemas::day::{Day, DayDistrict, DayFormat, GeneratedNetwork, Network};

use self::{calendar::Calendar, random::Dice};

/// Arguments of `loadtest generate`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  loadtest generate --out day.json
  loadtest generate --map district.osm.pbf --elders 20000 --caregivers 400 --orders 2000 --out day.json
  loadtest generate --seed 7 --side-km 6 --orders 300 --district demo --name 示范区 --name-en 'Demo District'")]
pub struct Args {
    /// The same seed and sizes write the same day.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// How many elders live in the district.
    #[arg(long, default_value_t = 3000)]
    pub elders: usize,
    /// How many caregivers serve it.
    #[arg(long, default_value_t = 300)]
    pub caregivers: usize,
    /// How many orders are placed in the day.
    #[arg(long, default_value_t = 1000)]
    pub orders: usize,
    /// Place people on this map (.osm.pbf, .osm, .osm.gz) instead of on generated streets.
    #[arg(long, value_name = "FILE")]
    pub map: Option<PathBuf>,
    /// Side of the generated district in kilometres, 1 to 40.
    #[arg(long, default_value_t = 8.0, conflicts_with = "map")]
    pub side_km: f64,
    /// Middle of the generated district, `longitude,latitude` in WGS-84.
    #[arg(long, default_value = "98.29,39.77", value_parser = parse_place, conflicts_with = "map", allow_hyphen_values = true)]
    pub centre: Wgs84,
    /// The day, in Chinese time.
    #[arg(long, default_value = "2026-11-23")]
    pub date: jiff::civil::Date,
    /// The district's id, a token of every subject.
    #[arg(long, default_value = "jiayuguan")]
    pub district: DistrictId,
    /// The district's name.
    #[arg(long, default_value = "嘉峪关市")]
    pub name: String,
    /// The district's name in English.
    #[arg(long, default_value = "Jiayuguan")]
    pub name_en: String,
    /// Where to write; standard output when left out.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

#[cfg(test)]
impl Args {
    /// A small day for tests.
    pub fn small(out: PathBuf) -> Self {
        use clap::Parser;
        #[derive(Parser)]
        struct Wrap {
            #[command(flatten)]
            args: Args,
        }
        let line = "generate --elders 200 --caregivers 25 --orders 120 --side-km 3";
        let args = Wrap::parse_from(line.split(' ')).args;
        Self { out: Some(out), ..args }
    }
}

/// Runs `loadtest generate`.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let day = generate(args)?;
    let text = day.to_json()?;
    let Some(out) = &args.out else {
        return Ok(io::stdout().write_all(text.as_bytes())?);
    };
    fs::write(out, text).with_context(|| format!("writing {}", out.display()))?;
    writeln!(
        io::stderr(),
        "{}: {} elders, {} caregivers, {} orders, {} streets",
        out.display(),
        day.elders.len(),
        day.caregivers.len(),
        day.orders.len(),
        day.streets.len(),
    )?;
    Ok(())
}

/// Makes the day.
pub fn generate(args: &Args) -> anyhow::Result<Day> {
    ensure!(args.elders > 0, "--elders is 0: a district without elders places no orders");
    let (streets_map, network) = map(args)?;
    let dice = Dice::new(args.seed);
    let homes = homes::place(&streets_map, args.elders, &mut dice.of("homes"))?;
    let quarters = quarters::around(&homes, args.elders, &mut dice.of("quarters"))?;
    let calendar = Calendar::of(args.date)?;
    let caregivers = caregivers::employ(args.caregivers, &homes, &quarters, &calendar, &dice)?;
    let elders = elders::settle(args.elders, &homes, &quarters, &caregivers, &dice)?;
    let orders = demand::orders(args.orders, &elders, &calendar, &dice)?;
    let day = Day {
        format: DayFormat::V1,
        district: DayDistrict {
            id: args.district.clone(),
            name: args.name.clone(),
            name_en: args.name_en.clone(),
        },
        starts_at: calendar.starts_at(),
        ends_at: calendar.ends_at(),
        network,
        streets: quarters.streets(),
        elders,
        caregivers,
        kitchens: Vec::new(),
        couriers: Vec::new(),
        devices: Vec::new(),
        orders,
    };
    day.check()?;
    Ok(day)
}

/// The streets to place people on, and how the day file names them.
fn map(args: &Args) -> anyhow::Result<(roads::Network, Network)> {
    if let Some(file) = &args.map {
        let streets = roads::read_osm(file).with_context(|| format!("reading the map {}", file.display()))?;
        let path = path_from_day(file, args.out.as_deref())?;
        return Ok((streets, Network::Osm(path)));
    }
    let (seed, side_km, centre) = (args.seed, args.side_km, args.centre);
    let streets = roads::generate(&roads::GenerateParams { seed, centre, side_km })?;
    Ok((streets, Network::Generated(GeneratedNetwork { seed, side_km, centre })))
}

/// The map's path as the day file will name it: relative to the day file.
fn path_from_day(map: &Path, out: Option<&Path>) -> anyhow::Result<String> {
    let map = map.canonicalize()?;
    let folder = match out.and_then(Path::parent) {
        Some(folder) if !folder.as_os_str().is_empty() => folder.canonicalize()?,
        _ => std::env::current_dir()?.canonicalize()?,
    };
    let shared = map.components().zip(folder.components()).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n(Path::new(".."), folder.components().count() - shared);
    let path: PathBuf =
        up.map(Path::to_owned).chain(map.components().skip(shared).map(|c| c.as_os_str().into())).collect();
    match path.to_str() {
        Some(text) => Ok(text.to_owned()),
        None => bail!("the path {} is not UTF-8, which a day file must be; rename it", path.display()),
    }
}

fn parse_place(text: &str) -> Result<Wgs84, String> {
    let (lon, lat) = text.split_once(',').ok_or("write it as longitude,latitude, e.g. 98.29,39.77")?;
    let number = |t: &str| t.trim().parse::<f64>().map_err(|e| format!("{t:?} is no number: {e}"));
    Wgs84::new(number(lon)?, number(lat)?).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests;
