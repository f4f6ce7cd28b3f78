//! `loadtest settlement`: a month of a million entries is drawn, written as workbooks and approved, by the program itself
//! as an accountant would run it; how long that takes and how much memory.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use accounts::ledger::Work;
use anyhow::{Context, Result, anyhow, ensure};
use database::testing::PostgresServer;
use domain::{
    calendar::{Day, Month},
    id::{CommandId, OrganisationId},
};
use schemas::account::funding::CaptureRequest;

use super::{
    Database,
    books::{self, Books},
};
use crate::measure::{
    report::{Bar, Output, Report},
    stage,
};

/// Arguments of `loadtest settlement`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: loadtest settlement --entries 1000000 --json settlement.json")]
pub struct Args {
    /// Entries of the month.
    #[arg(long, default_value_t = 1_000_000)]
    entries: u64,
    /// Organisations that served.
    #[arg(long, default_value_t = 20)]
    organisations: u64,
    /// Where the books are.
    #[arg(long, value_enum, default_value_t = Database::Sqlite)]
    database: Database,
    #[command(flatten)]
    output: Output,
}

/// A month that is over whenever this runs.
const MONTH: &str = "2026-03";
/// Orders of one elder in the month.
const ORDERS_EACH: u64 = 20;
/// Pieces of work written at once.
const AT_ONCE: usize = 2_000;

/// Runs `loadtest settlement`.
pub(super) async fn run(args: &Args) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = match args.database {
        Database::Sqlite => None,
        Database::Postgres => Some(PostgresServer::try_start().map_err(|reason| anyhow!(reason))?),
    };
    // A hold and a capture for each order, and a grant for each elder.
    let orders = args.entries * ORDERS_EACH / (2 * ORDERS_EACH + 1);
    let elders = orders.div_ceil(ORDERS_EACH);
    let books = Books::prepare(folder.path(), server.as_ref(), elders).await?;
    let entries = fill(&books, orders, elders, args.organisations).await?;

    let mut took = Duration::ZERO;
    let mut memory: u64 = 0;
    let to = folder.path().join("statements");
    let to = to.to_str().context("the folder's name is no text")?;
    let commands: [&[&str]; 3] = [
        &["settle", "--period", MONTH, "--by", "accountant"],
        &["statement", "--period", MONTH, "--to", to],
        &["approve", "--period", MONTH, "--by", "bureau"],
    ];
    for command in commands {
        let (time, peak) = measured(&books, command)?;
        took += time;
        memory = memory.max(peak);
    }
    let store = books.open().await?;
    let paid: i64 = store
        .trial_balance()
        .await?
        .iter()
        .filter(|(account, ..)| account.starts_with("paid/"))
        .map(|(.., sum)| sum)
        .sum();
    let mut report = Report::new("settlement");
    report.about(format!("{:?}, {entries} entries, {} organisations", args.database, args.organisations));
    report.held(
        "settlement_s",
        took.as_secs_f64(),
        Bar::AtMost(60.0),
        "drawn, written as workbooks, approved",
    );
    report.held("peak_mb", memory as f64 / 1024.0, Bar::AtMost(500.0), "of the program, at most");
    report.figure("entries", entries as f64, "");
    let missing = (books::PRICE * i64::try_from(orders)?).abs_diff(paid);
    report.must_be_zero("fen_missing", usize::try_from(missing)?, "paid is not what was served");
    report.publish(&args.output)
}

/// Every order held and taken; returns how many entries that makes.
async fn fill(books: &Books, orders: u64, elders: u64, organisations: u64) -> Result<i64> {
    let (store, rules) = (books.open().await?, books.rules()?);
    let month: Month = MONTH.parse()?;
    let day: Day = month.first();
    let mut batch = Vec::with_capacity(AT_ONCE);
    for number in 0..orders {
        let order = format!("o{number}");
        let ask = books::ask(&order, number % elders, day)?;
        batch.push(Work::Hold(ask.clone()));
        batch.push(Work::Capture(CaptureRequest {
            id: CommandId::new(format!("c-{order}"))?,
            order: ask.order,
            organisation: OrganisationId::new(format!("org{}", number % organisations))?,
            served_on: day,
            amount: None,
        }));
        if batch.len() >= AT_ONCE || number + 1 == orders {
            let outcomes = store.work(&batch, &rules, day.begins()).await?;
            if let Some(refusal) = outcomes.into_iter().find_map(Result::err) {
                return Err(refusal.into());
            }
            batch.clear();
        }
    }
    let entries = store.last_entry().await?;
    store.close().await;
    Ok(entries)
}

/// Runs the program; how long it took and how much memory at most, in KiB.
fn measured(books: &Books, arguments: &[&str]) -> Result<(Duration, u64)> {
    let mut command = Command::new(stage::beside_this_program("accounts")?);
    command.args(arguments);
    for (key, value) in books.settings() {
        command.arg("--set").arg(format!("{key}={value}"));
    }
    let begun = Instant::now();
    let mut child = command.stdout(Stdio::null()).spawn()?;
    let mut peak = 0;
    let status = loop {
        peak = peak.max(peak_memory(&child).unwrap_or(0));
        if let Some(status) = child.try_wait()? {
            break status;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    ensure!(status.success(), "accounts {arguments:?} failed with {status}");
    Ok((begun.elapsed(), peak))
}

/// The most memory a process had so far, in KiB.
fn peak_memory(child: &Child) -> Option<u64> {
    let status =
        std::fs::read_to_string(Path::new("/proc").join(child.id().to_string()).join("status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}
