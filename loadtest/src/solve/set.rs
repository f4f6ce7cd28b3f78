//! A folder of instances against its best known, and peers beside.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Serialize;

use super::{
    Format, SolveSet,
    known::{self, Known},
    one::{Outcome, solve},
    peer::Peer,
};

#[derive(Debug, Serialize)]
struct Row {
    instance: String,
    #[serde(flatten)]
    outcome: Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    best_known: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    best_known_vehicles: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gap_percent: Option<f64>,
}

#[derive(Debug, Serialize)]
struct Figures {
    solver: String,
    instances: usize,
    infeasible: usize,
    mean_gap_percent: f64,
    max_gap_percent: f64,
    mean_cost: f64,
    /// Share of instances with as many vehicles as the best known, or fewer.
    vehicles_equal_percent: f64,
    longest_seconds: f64,
    rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Whole {
    format: String,
    set: String,
    objective: &'static str,
    seconds: f64,
    threads: usize,
    seed: u64,
    #[serde(flatten)]
    ours: Figures,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    peers: Vec<Figures>,
}

/// Runs `loadtest solve-set`.
pub fn run(args: &SolveSet) -> Result<()> {
    let effort = &args.effort;
    let best = known::read(&args.dir, effort.objective)?;
    let mut files = Vec::new();
    find(&args.dir, effort.format, &mut files)?;
    files.retain(|f| {
        let name = name_of(f);
        (best.is_empty() || best.contains_key(&known::stem(&name)))
            && (args.only.is_empty() || args.only.iter().any(|o| name.contains(o.as_str())))
    });
    files.sort();
    if files.is_empty() {
        bail!("{} holds no instance of this format that best-known.csv names", args.dir.display());
    }
    let mut rows = Vec::new();
    let mut peers: Vec<(Peer, Vec<Row>)> = args.peer.iter().map(|p| (*p, Vec::new())).collect();
    for file in &files {
        let known = best.get(&known::stem(&name_of(file))).copied();
        let (outcome, _) = solve(file, effort)?;
        rows.push(tell("ours", row(file, outcome, known)));
        for (peer, rows) in &mut peers {
            let outcome = peer.solve(file, effort)?;
            rows.push(tell(peer.name(), row(file, outcome, known)));
        }
    }
    let whole = Whole {
        format: format!("{:?}", effort.format).to_lowercase(),
        set: args.dir.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default(),
        objective: effort.objective.name(),
        seconds: effort.seconds,
        threads: effort.threads,
        seed: effort.seed,
        ours: figures("ours", rows),
        peers: peers.into_iter().map(|(peer, rows)| figures(peer.name(), rows)).collect(),
    };
    for f in std::iter::once(&whole.ours).chain(&whole.peers) {
        println!(
            "{:>8}: {} instances, {} infeasible, mean gap {:.3} %, largest {:.3} %, mean cost {:.3}, vehicles equal on {:.1} %",
            f.solver,
            f.instances,
            f.infeasible,
            f.mean_gap_percent,
            f.max_gap_percent,
            f.mean_cost,
            f.vehicles_equal_percent
        );
    }
    if let Some(path) = &args.json {
        std::fs::write(path, serde_json::to_string_pretty(&whole)? + "\n")
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

fn tell(solver: &str, row: Row) -> Row {
    let gap = row.gap_percent.map_or_else(String::new, |g| format!(" ({g:+.3} %)"));
    let feasible = if row.outcome.feasible { "" } else { " NOT FEASIBLE" };
    println!(
        "{solver:>8} {:<60} {:>12.3}{gap} {} vehicles{feasible}, {:.1} s, {} steps",
        row.instance, row.outcome.cost, row.outcome.vehicles, row.outcome.seconds, row.outcome.iterations
    );
    row
}

fn name_of(file: &Path) -> String {
    file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

fn find(dir: &Path, format: Format, files: &mut Vec<PathBuf>) -> Result<()> {
    let entries = std::fs::read_dir(dir).with_context(|| format!("cannot read {}", dir.display()))?;
    for entry in entries {
        let path = entry?.path();
        let wanted = if format == Format::Hhcrsp { "json" } else { "txt" };
        if path.is_dir() {
            find(&path, format, files)?;
        } else if path.extension().is_some_and(|e| e.eq_ignore_ascii_case(wanted)) {
            files.push(path);
        }
    }
    Ok(())
}

fn row(file: &Path, outcome: Outcome, known: Option<Known>) -> Row {
    let gap = known.map(|k| (outcome.cost / k.cost - 1.0) * 100.0);
    Row {
        instance: name_of(file),
        best_known: known.map(|k| k.cost),
        best_known_vehicles: known.and_then(|k| k.vehicles),
        gap_percent: gap,
        outcome,
    }
}

fn figures(solver: &str, rows: Vec<Row>) -> Figures {
    let gaps = || rows.iter().filter_map(|r| r.gap_percent);
    let mean = |values: &mut dyn Iterator<Item = f64>| {
        let (sum, count) = values.fold((0.0, 0.0), |(s, c), v| (s + v, c + 1.0));
        if count > 0.0 { sum / count } else { 0.0 }
    };
    let equal = rows.iter().filter(|r| r.best_known_vehicles.is_none_or(|v| r.outcome.vehicles <= v)).count();
    Figures {
        solver: solver.to_owned(),
        instances: rows.len(),
        infeasible: rows.iter().filter(|r| !r.outcome.feasible).count(),
        mean_gap_percent: mean(&mut gaps()),
        max_gap_percent: gaps().fold(f64::NEG_INFINITY, f64::max).max(-100.0),
        mean_cost: mean(&mut rows.iter().map(|r| r.outcome.cost)),
        vehicles_equal_percent: 100.0 * equal as f64 / rows.len().max(1) as f64,
        longest_seconds: rows.iter().map(|r| r.outcome.seconds).fold(0.0, f64::max),
        rows,
    }
}
