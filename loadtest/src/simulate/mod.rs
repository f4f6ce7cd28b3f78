//! `loadtest simulate`: the sans-IO cores and the people of a day on a virtual clock. A day takes seconds, and the same
//! day gives the same bytes.

mod figures;
mod world;

use std::{path::PathBuf, sync::Arc, time::Instant};

use anyhow::Result;

use self::{figures::Figures, world::World};
use crate::map;

/// Arguments of `loadtest simulate`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: loadtest simulate day.json --json result.json")]
pub struct Args {
    /// The day to play.
    day: PathBuf,
    /// Write the figures here, too. The same day gives the same bytes.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Seconds between two reports of a moving phone.
    #[arg(long, default_value_t = 30)]
    fix_every: i64,
}

/// Runs `loadtest simulate`.
pub fn run(args: &Args) -> Result<()> {
    let started = Instant::now();
    let day = map::read_day(&args.day)?;
    let roads = Arc::new(map::roads_of(&day, &args.day)?);
    let mut world = World::new(&day, roads, args.fix_every);
    world.play(day.ends_at);
    let seconds = started.elapsed().as_secs_f64();
    let figures = Figures::of(&world, seconds);
    figures.print(seconds);
    if let Some(path) = &args.json {
        std::fs::write(path, serde_json::to_string_pretty(&figures)? + "\n")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
