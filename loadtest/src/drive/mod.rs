//! `loadtest drive`: plays a day against the running system, in its own process, through HTTP and the live stream
//! only, as phones and desks would.

mod account;
mod hub;
mod outcome;
mod stream;

use std::{path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Context, Result};

use self::{account::Accounts, hub::Hub};
use crate::map;

/// Arguments of `loadtest drive`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: loadtest drive day.json --url http://127.0.0.1:8080 --users users.json --seconds 60"
)]
pub struct Args {
    /// The day to play, from the district's present time on.
    day: PathBuf,
    /// Where the system answers.
    #[arg(long)]
    url: String,
    /// Accounts: a JSON list of `{user, password, role, caregiver?}`; one operator, and one for each caregiver.
    #[arg(long, value_name = "FILE")]
    users: PathBuf,
    /// Stop after so many seconds of real time; without it when the day is over.
    #[arg(long)]
    seconds: Option<u64>,
    /// Write the outcome here, too.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// Runs `loadtest drive`.
pub fn run(args: &Args) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(drive(args))
}

async fn drive(args: &Args) -> Result<()> {
    let day = map::read_day(&args.day)?;
    let roads = Arc::new(map::roads_of(&day, &args.day)?);
    let accounts = Accounts::read(&args.users, &args.url)?;
    let hub =
        Hub::open(accounts, &day, roads).await.with_context(|| format!("cannot begin at {}", args.url))?;
    let limit = args.seconds.map_or(Duration::MAX, Duration::from_secs);
    let outcome = hub.play(day.ends_at, limit).await?;
    outcome.print();
    if let Some(path) = &args.json {
        std::fs::write(path, serde_json::to_string_pretty(&outcome)? + "\n")?;
    }
    Ok(())
}
