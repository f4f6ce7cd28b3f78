//! Everything on a fresh machine, in one go: tools, build, servers, a simulated district, the page.

mod probe;
mod setup;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use self::setup::Setup;
use crate::{
    shell::{self, step},
    tools, web,
};

#[derive(clap::Args)]
#[command(after_help = "Examples:
  cargo xtask demo
  cargo xtask demo --map district.osm.pbf --speed 30
  cargo xtask demo --headless-seconds 60 --json summary.json")]
pub struct Options {
    /// Streets of your own: OpenStreetMap (.osm.pbf, .osm, .osm.gz). Without it streets are generated.
    #[arg(long, value_name = "FILE", conflicts_with = "day")]
    map: Option<PathBuf>,
    /// A day of your own instead of a generated one.
    #[arg(long, value_name = "FILE")]
    day: Option<PathBuf>,
    /// How many times faster than life the district runs: 60 to watch, 180 headless, so that a visit of an hour
    /// fits into the minute.
    #[arg(long)]
    speed: Option<f64>,
    /// Stop by itself so long after the page answers, and print a summary.
    #[arg(long, value_name = "SECONDS")]
    headless_seconds: Option<u64>,
    /// Write the summary here.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Serve the page here; a free port of this machine by default.
    #[arg(long)]
    listen: Option<std::net::SocketAddr>,
}

impl Options {
    fn speed(&self) -> f64 {
        self.speed.unwrap_or(if self.headless_seconds.is_some() { 180.0 } else { 60.0 })
    }
}

/// All of them, as `loadtest` builds them for its scenarios, so that one build serves both.
const PROGRAMS: &str = "cargo build --release --quiet --workspace --bins";
/// How long the district may take to come up.
const PATIENCE: Duration = Duration::from_mins(2);

/// Brings everything up, drives the day, takes everything down again.
pub fn run(root: &Path, options: &Options) -> Result<()> {
    let nats = tools::nats_server(root)?;
    web::build(root)?;
    step("building the district (minutes, the first time)");
    shell::run(PROGRAMS)?;

    let setup = Setup::prepare(root, options)?;
    step("starting nats-server and the district");
    let mut nats = Server::start(
        Command::new(nats).arg("--config").arg(setup.file("nats.conf")),
        &setup,
        "nats-server",
    )?;
    probe::port(setup.nats, PATIENCE, || nats.has_ended())?;
    let program = shell::built(root, "release", "district");
    let mut district = Server::start(
        Command::new(program).arg("--config").arg(setup.file("district.toml")),
        &setup,
        "district",
    )?;
    probe::page(setup.admin, "/readyz", PATIENCE, || district.has_ended())?;
    probe::page(setup.page, "/", PATIENCE, || district.has_ended())?;
    setup.tell();

    let outcome = drive(root, &setup, options)?;
    if options.headless_seconds.is_none() {
        step("the day is over; the page stays until you press Ctrl-C");
        while !district.has_ended() {
            thread::sleep(Duration::from_secs(1));
        }
    }
    if district.has_ended() {
        bail!("the district ended by itself; see {}", setup.file("district.log").display());
    }
    drop(district);
    drop(nats);
    summary(&outcome, options)
}

/// Plays the day as phones and desks would, in a process of its own.
fn drive(root: &Path, setup: &Setup, options: &Options) -> Result<PathBuf> {
    let outcome = setup.file("outcome.json");
    let mut drive = Command::new(shell::built(root, "release", "loadtest"));
    drive.arg("drive").arg(setup.file("day.json")).arg("--url").arg(format!("http://{}", setup.page));
    drive.arg("--users").arg(setup.file("users.json")).arg("--json").arg(&outcome);
    if let Some(seconds) = options.headless_seconds {
        drive.arg("--seconds").arg(seconds.to_string());
    }
    shell::run_command(&mut drive, "loadtest drive")?;
    Ok(outcome)
}

/// Tells what came of it; fails if anything was lost.
fn summary(outcome: &Path, options: &Options) -> Result<()> {
    let text = fs::read_to_string(outcome).context("the driver left no outcome")?;
    if let Some(path) = &options.json {
        fs::write(path, &text)?;
    }
    let outcome: serde_json::Value = serde_json::from_str(&text)?;
    let count = |key: &str| outcome.get(key).and_then(serde_json::Value::as_u64).unwrap_or(0);
    eprintln!(
        "orders: {} placed, {} done, {} lost; errors: {}",
        count("orders_placed"),
        count("orders_done"),
        count("orders_lost"),
        count("errors")
    );
    for (key, wrong) in [("orders_lost", "acknowledged orders were lost"), ("errors", "calls failed")] {
        if count(key) > 0 {
            bail!("{} {wrong}: {}", count(key), outcome.get("error_samples").unwrap_or_default());
        }
    }
    if count("orders_placed") > 0 && count("orders_done") == 0 && options.headless_seconds.is_none() {
        bail!("a whole day passed and not one visit was done");
    }
    Ok(())
}

/// A process that is stopped in order when it is no longer needed.
struct Server {
    child: Child,
}

impl Server {
    fn start(command: &mut Command, setup: &Setup, name: &str) -> Result<Self> {
        let log = fs::File::create(setup.file(&format!("{name}.log")))?;
        let child = command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn();
        Ok(Self { child: child.with_context(|| format!("cannot start {name}"))? })
    }

    fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGTERM first: what is in flight is finished. A process that is gone needs neither.
        let _ = shell::run(&format!("kill {}", self.child.id()));
        let asked = Instant::now();
        while !self.has_ended() && asked.elapsed() < Duration::from_secs(15) {
            thread::sleep(Duration::from_millis(50));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
