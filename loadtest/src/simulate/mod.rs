//! `loadtest simulate`: the sans-IO cores and the people of a day on a virtual clock. A day takes seconds, and the same
//! day gives the same bytes.

mod figures;
mod hindsight;
mod work;
mod world;

use std::{path::PathBuf, sync::Arc, time::Instant};

use anyhow::{Context, Result};
use dispatch::core::settings::{Policy, Settings};

use self::{
    figures::{Figures, Took},
    world::World,
};
use crate::{map, measure::on_processor};

/// Arguments of `loadtest simulate`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The same day and policy give the same bytes of JSON. Real and processor time, which no two runs share, stand there as
\"at most so many seconds\", in steps of 20; the table has them exactly, and so has the JSON with --exact-times.

Baselines: `greedy` gives each order at once to whoever serves it best, as far ahead as rounds reach, and waiting orders
one by one; `batch-2s` collects orders for two seconds and matches them together. Both use the same insertion, the same
matching and the same travel times as `rolling`. A day under pressure, with more work than people at its peaks:

  loadtest generate --elders 20000 --caregivers 170 --orders 2000 --out pressed.json
  loadtest simulate pressed.json --policy rolling --json rolling.json")]
pub struct Args {
    /// The day to play.
    day: PathBuf,
    /// How orders and people come together.
    #[arg(long, value_enum, default_value_t)]
    policy: PolicyName,
    /// Habits to try: a TOML file with the keys that stand under `dispatch.limits` in the configuration.
    #[arg(long, value_name = "FILE")]
    limits: Option<PathBuf>,
    /// Write the figures here, too. The same day gives the same bytes.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Solve the day once more as if all of it had been known in the morning.
    #[arg(long)]
    hindsight: bool,
    /// Steps of that search.
    #[arg(long, default_value_t = 100_000, requires = "hindsight")]
    steps: u64,
    /// Write exactly how long the run took into the JSON; two runs then differ in it.
    #[arg(long)]
    exact_times: bool,
    /// Seconds between two reports of a moving phone.
    #[arg(long, default_value_t = 30)]
    fix_every: i64,
}

/// [`Policy`] by name.
#[derive(Debug, Clone, Copy, Default, clap::ValueEnum)]
enum PolicyName {
    /// Each order at once, waiting ones one by one.
    Greedy,
    /// Orders of two seconds together.
    #[value(name = "batch-2s")]
    Batch,
    /// At once, promised late, planned anew as the day moves: what dispatch does.
    #[default]
    Rolling,
}

impl From<PolicyName> for Policy {
    fn from(name: PolicyName) -> Self {
        match name {
            PolicyName::Greedy => Self::Greedy,
            PolicyName::Batch => Self::Batch,
            PolicyName::Rolling => Self::Rolling,
        }
    }
}

/// Runs `loadtest simulate`.
pub fn run(args: &Args) -> Result<()> {
    let (started, on_processor) = (Instant::now(), on_processor());
    let day = map::read_day(&args.day)?;
    let roads = Arc::new(map::roads_of(&day, &args.day)?);
    let settings = Settings { policy: args.policy.into(), ..limits(args)? };
    let policy = settings.policy;
    let mut world = World::new(&day, Arc::clone(&roads), args.fix_every, settings);
    world.play(day.ends_at);
    let cpu_s = self::on_processor().saturating_sub(on_processor).as_secs_f64();
    let took = Took { seconds: started.elapsed().as_secs_f64(), cpu_s };
    let hindsight =
        args.hindsight.then(|| hindsight::solve(&day, &world.orders, &roads, args.steps)).transpose()?;
    let figures =
        Figures::of(&world, policy, hindsight, if args.exact_times { took } else { took.rounded() });
    figures.print(took);
    if let Some(path) = &args.json {
        std::fs::write(path, serde_json::to_string_pretty(&figures)? + "\n")?;
    }
    Ok(())
}

fn limits(args: &Args) -> Result<Settings> {
    let Some(file) = &args.limits else { return Ok(Settings::default()) };
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    toml::from_str(&text).with_context(|| format!("cannot make sense of {}", file.display()))
}

#[cfg(test)]
mod tests;
