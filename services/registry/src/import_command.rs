//! `registry import`: brings people into the database from files. A running registry publishes them by itself.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::Parser;
use registry::{
    ProgramConfig,
    import::{self, Report},
    open,
};
use runtime::{
    Context,
    config::{Cli, EXIT_BAD_CONFIG},
};

/// Not everything was imported: some rows were refused.
const EXIT_SOME_REFUSED: u8 = 2;

/// Brings people into the registry; rows that are wrong are named, the others go through.
#[derive(Debug, Parser)]
#[command(
    name = "registry import",
    after_help = "Examples:
  registry import --config registry.toml --day day.json
  registry import --config registry.toml --elders elders.csv --caregivers caregivers.xlsx --dry-run

Tables are CSV in UTF-8 or GB 18030, or the first sheet of an Excel workbook; merged cells are refused row by row, a
merged title above the head is passed over. Columns may also have their Chinese names (编号, 姓名, 身份证号, …).

Columns of elders: id,name,phone,identity,address,lon,lat,datum,street,community,ability,priority_classes,
blocked,preferred,arrival_radius,closed. Columns of caregivers: id,name,phone,identity,address,organisation,street,
mode,certificates,health_certificate,trained,shifts,breaks,max_radius,rating,suspended. Broken off, an import is begun
again from the start: what stands already is passed over. Lists are separated by ';', spans are written FROM/TO (RFC 3339),
a certificate is QUALIFICATION=FROM/TO. Exit code 2 tells that some rows were refused."
)]
struct Args {
    #[command(flatten)]
    program: Cli,
    /// Take elders and caregivers from a day file.
    #[arg(long, value_name = "FILE", required_unless_present_any = ["elders", "caregivers"])]
    day: Option<PathBuf>,
    /// Take elders from a CSV file or an Excel workbook.
    #[arg(long, value_name = "FILE")]
    elders: Option<PathBuf>,
    /// Take caregivers from a CSV file or an Excel workbook.
    #[arg(long, value_name = "FILE")]
    caregivers: Option<PathBuf>,
    /// Read and check everything, change nothing.
    #[arg(long)]
    dry_run: bool,
}

/// Runs the command.
pub fn run() -> ExitCode {
    let args = Args::parse_from(std::env::args().skip(1));
    let config: ProgramConfig = match runtime::config::load(&args.program) {
        Ok(config) => config,
        Err(error) => return refuse(&error, EXIT_BAD_CONFIG),
    };
    let outcome = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(import_all(&args, &config)));
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(EXIT_SOME_REFUSED),
        Err(error) => refuse(&*error, 1),
    }
}

/// Whether every row was taken.
async fn import_all(args: &Args, config: &ProgramConfig) -> anyhow::Result<bool> {
    let mut rows = Vec::new();
    if let Some(file) = &args.day {
        rows.extend(import::read_day(file)?);
    }
    if let Some(file) = &args.elders {
        rows.extend(import::read_elders(file)?);
    }
    if let Some(file) = &args.caregivers {
        rows.extend(import::read_caregivers(file)?);
    }
    let report = if args.dry_run {
        import::check(rows)
    } else {
        let ctx = Context::system();
        let store = open(&config.registry, &ctx).await?;
        let report = import::store(&store, rows, ctx.clock.now()).await?;
        store.close().await;
        report
    };
    tell(&report, args.dry_run)?;
    Ok(report.refused.is_empty())
}

fn tell(report: &Report, dry_run: bool) -> io::Result<()> {
    let mut out = io::stderr().lock();
    for row in &report.refused {
        writeln!(out, "{row}")?;
    }
    let Report { changed, unchanged, refused } = report;
    if dry_run {
        writeln!(out, "{changed} rows would be taken, {} refused; nothing was changed", refused.len())
    } else {
        writeln!(out, "{changed} people set, {unchanged} were so already, {} rows refused", refused.len())
    }
}

fn refuse(error: &(impl std::fmt::Display + ?Sized), code: u8) -> ExitCode {
    // Nobody left to tell if standard error is closed.
    let _ = writeln!(io::stderr(), "registry import: {error:#}");
    ExitCode::from(code)
}
