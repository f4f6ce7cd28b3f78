//! One instance: read, solve, write, and let `plan-check` judge what was written.

use std::path::Path;

use anyhow::{Context, Result};
use plan_check::published::{Verdict, hhcrsp as check_care, routing as check_routing};
use planner::rounds::{Budget, improve};
use serde::Serialize;

use super::{Effort, Format, Published, Solve, hhcrsp::HomeCare, routing::Routing, stopwatch::Stopwatch};

/// What one run came to.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    /// In the units of the benchmark.
    pub cost: f64,
    /// Rounds with any stop.
    pub vehicles: usize,
    /// Whether nothing is broken.
    pub feasible: bool,
    /// Wall time, reading and writing included.
    pub seconds: f64,
    /// Steps of the search.
    pub iterations: u64,
    /// What is broken.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub violations: Vec<String>,
}

/// Ours has to hold in double precision.
pub const EXACT: f64 = 1e-6;
/// The part of a second kept for writing the solution down.
const RESERVE: f64 = 0.01;

/// Runs `loadtest solve`.
pub fn run(args: &Solve) -> Result<()> {
    let (outcome, solution) = solve(&args.file, &args.effort)?;
    println!(
        "{}: cost {:.3}, {} vehicles, {} in {:.2} s, {} steps",
        args.file.display(),
        outcome.cost,
        outcome.vehicles,
        if outcome.feasible { "feasible" } else { "NOT FEASIBLE" },
        outcome.seconds,
        outcome.iterations
    );
    for violation in &outcome.violations {
        println!("  {violation}");
    }
    if let Some(path) = &args.solution {
        std::fs::write(path, solution).with_context(|| format!("cannot write {}", path.display()))?;
    }
    if let Some(path) = &args.json {
        std::fs::write(path, serde_json::to_string_pretty(&outcome)? + "\n")
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// Solves one instance; the outcome as `plan-check` sees it, and the solution as published.
pub fn solve(file: &Path, effort: &Effort) -> Result<(Outcome, String)> {
    let watch = Stopwatch::start(effort.processor_time.then_some(effort.threads));
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let about = || format!("cannot make sense of {}", file.display());
    let published: Box<dyn Published> = match effort.format {
        Format::Hhcrsp => Box::new(HomeCare::read(&text).with_context(about)?),
        Format::Solomon => Box::new(Routing::read(&text, false, effort.objective).with_context(about)?),
        Format::Lilim => Box::new(Routing::read(&text, true, effort.objective).with_context(about)?),
    };
    let elapsed = || watch.seconds();
    let seconds = (effort.seconds - RESERVE).max(0.0);
    let budget = Budget { seconds: Some(seconds), elapsed: Some(&elapsed), iterations: None };
    let improved = improve(published.model(), None, &budget, effort.seed, effort.threads);
    let solution = published.solution(&improved.rounds);
    let seconds = elapsed();
    let verdict = judge(effort.format, &text, &solution, EXACT)?;
    let outcome = Outcome {
        cost: verdict.cost,
        vehicles: verdict.vehicles,
        feasible: verdict.violations.is_empty(),
        seconds,
        iterations: improved.iterations,
        violations: verdict.violations,
    };
    Ok((outcome, solution))
}

/// What `plan-check` says of a solution.
pub fn judge(format: Format, instance: &str, solution: &str, tolerance: f64) -> Result<Verdict> {
    let verdict = match format {
        Format::Hhcrsp => check_care::check(instance, solution, tolerance),
        Format::Solomon => check_routing::check(check_routing::Form::Solomon, instance, solution, tolerance),
        Format::Lilim => check_routing::check(check_routing::Form::LiLim, instance, solution, tolerance),
    };
    Ok(verdict?)
}
