//! `loadtest plan-micro`: what one insertion, one match and one order cost the planner, on the streets of a generated
//! district, and whether a match is the best there is, by an outside solver's word on the same table.

mod district;
mod judge;

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use domain::{
    geo::Wgs84,
    id::{DecisionId, OrderId},
};
use planner::{Costs, Goals, Task};
use roads::{GenerateParams, Profile, Roads};

use self::district::{District, NOW, Streets};
use super::{
    pace::{Latencies, on_processor},
    report::{Bar, Output, Report},
};

/// Arguments of `loadtest plan-micro`.
#[derive(Debug, clap::Args)]
#[command(
    name = "plan-micro",
    after_help = "\
Insertions: 300 caregivers with ten stops each, visits for now and for the next eight hours in turns; each is planned
three times and the least time counts, for other work may share the processor.
Match: 1 000 waiting visits against the whole table of 1 000 caregivers, everyone's score for every visit. `match_1000_ms` is
the exact assignment of that table; `match_many_1000_ms` also finds the scores among the nearest and explains every
decision. Whether the assignment is the best is judged by scipy's linear_sum_assignment on the same table; without
Python the figure is left empty.
Orders: the same district of twelve by twelve kilometres with 100, 1 000 and 10 000 caregivers, so that density grows
with the staff; an order is one insertion and the changed round. Match and orders are counted in processor time.

Example: loadtest plan-micro --json plan-micro.json"
)]
pub struct Args {
    /// Of everything drawn.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many insertions of each kind.
    #[arg(long, default_value_t = 2000)]
    rounds: usize,
    /// Side of the district in kilometres.
    #[arg(long, default_value_t = 12.0)]
    side_km: f64,
    /// Where Python packages are kept, if they have to be fetched.
    #[arg(long, default_value = "target/tools", value_name = "FOLDER")]
    tools: PathBuf,
    #[command(flatten)]
    output: Output,
}

/// Orders per fresh board, and how many boards, when the cost of an order is measured.
const ORDERS: (usize, usize) = (50, 10);
/// A match is timed so many times, and the median counts.
const MATCHES: usize = 5;

/// Runs `loadtest plan-micro`.
pub fn run(args: &Args) -> Result<()> {
    let centre = Wgs84::new(98.29, 39.77)?;
    let params = GenerateParams { seed: args.seed, centre, side_km: args.side_km };
    let roads = Roads::prepare(&roads::generate(&params)?, &[Profile::EBike])?;
    let streets = Streets::on(&roads, args.seed, 5000)?;
    let goals = Goals::default();
    let mut report = Report::new("plan-micro");
    report.about(format!("{} km × {} km of generated streets, by e-bike", args.side_km, args.side_km));
    insertions(args, &streets, &goals, &mut report)?;
    matches(args, &streets, &goals, &mut report)?;
    orders(args, &streets, &goals, &mut report)?;
    report.publish(&args.output)
}

fn insertions(args: &Args, streets: &Streets<'_>, goals: &Goals, report: &mut Report) -> Result<()> {
    let mut district = District::new(args.seed, streets, 300, 10, 5)?;
    for (team, key, bar) in [(1, "insert", 1000.0), (2, "insert_team", 3000.0)] {
        let mut taken = Latencies::default();
        let mut placed = 0;
        for number in 0..args.rounds {
            let task = district.task(number, team, if number % 2 == 0 { 0 } else { 480 })?;
            let mut least = Duration::MAX;
            for run in 0..3 {
                let id = decision(&task.order)?;
                let begin = Instant::now();
                let found = planner::insert(&district.board, &task, goals, streets, NOW, id);
                least = least.min(begin.elapsed());
                placed += usize::from(run == 0 && !found.placements.is_empty());
            }
            taken.record(least);
        }
        report.figure(&format!("{key}_p50_us"), taken.us(0.5), "");
        report.held(
            &format!("{key}_p99_us"),
            taken.us(0.99),
            Bar::AtMost(bar),
            "300 caregivers, 3 000 stops",
        );
        report.figure(&format!("{key}_placed_share"), placed as f64 / args.rounds.max(1) as f64, "");
    }
    Ok(())
}

fn matches(args: &Args, streets: &Streets<'_>, goals: &Goals, report: &mut Report) -> Result<()> {
    let mut district = District::new(args.seed, streets, 1000, 1, 0)?;
    let tasks: Vec<Task> = (0..1000).map(|number| district.task(number, 1, 0)).collect::<Result<_>>()?;
    let costs = Costs::of(&district.board, &tasks, goals, streets, NOW);
    let mut pairs = Vec::new();
    let assign = median(|| pairs = costs.solve());
    let table = judge::Table { pairs: &costs.pairs, waiting: &costs.waiting, columns: costs.people.len() };
    let ours = table.value(&pairs);
    report.held("match_1000_ms", assign, Bar::AtMost(25.0), "1 000 × 1 000, the whole table");
    report.figure("match_served", ours.served as f64, "");
    match judge::best(&table, &args.tools) {
        Ok(best) => report.truth("match_optimal", Some(best == ours), "by scipy on the same table"),
        Err(error) => {
            report.about(format!("match_optimal was not judged: {error:#}"));
            report.truth("match_optimal", None, "not judged");
        }
    }
    let mut found = Vec::new();
    let name = |order: &OrderId| DecisionId::derived(order.as_str(), 0);
    let whole = median(|| found = planner::match_many(&district.board, &tasks, goals, streets, NOW, name));
    report.figure("match_many_1000_ms", whole, "with the scores, and explained");
    let column = |who| costs.people.iter().position(|c| c == who).and_then(|at| u32::try_from(at).ok());
    let chosen: Vec<_> = found.iter().map(|r| r.decision.chosen.first().and_then(column)).collect();
    let among_nearest = table.value(&chosen);
    report.figure("match_many_served", among_nearest.served as f64, "");
    let above = (among_nearest.cost - ours.cost) as f64 / ours.cost.max(1) as f64;
    report.figure("match_many_above_best_percent", above * 100.0, "what looking at the nearest only costs");
    Ok(())
}

fn orders(args: &Args, streets: &Streets<'_>, goals: &Goals, report: &mut Report) -> Result<()> {
    for staff in [100, 1000, 10_000] {
        let mut district = District::new(args.seed, streets, staff, 1, 5)?;
        let tasks: Vec<Task> =
            (0..ORDERS.0).map(|number| district.task(number, 1, 60)).collect::<Result<_>>()?;
        let mut taken = Duration::ZERO;
        for _ in 0..ORDERS.1 {
            let mut board = district.board.clone();
            let begin = on_processor();
            for task in &tasks {
                let found = planner::insert(&board, task, goals, streets, NOW, DecisionId::derived("d", 0));
                for placement in &found.placements {
                    district::promise(&mut board, placement, task, streets)?;
                }
            }
            taken += on_processor().saturating_sub(begin);
        }
        let each = taken.as_secs_f64() * 1e6 / (ORDERS.0 * ORDERS.1) as f64;
        report.figure(&format!("cpu_per_order_us_{staff}"), each, "");
    }
    report.quotient("cpu_per_order_us_10000", "cpu_per_order_us_100", Bar::AtMost(10.0));
    Ok(())
}

fn decision(order: &OrderId) -> Result<DecisionId> {
    DecisionId::new(order.as_str()).context("an order's id names its decision")
}

/// The median processor time of some runs, in milliseconds.
fn median(mut run: impl FnMut()) -> f64 {
    let mut times: Vec<Duration> = (0..MATCHES)
        .map(|_| {
            let begin = on_processor();
            run();
            on_processor().saturating_sub(begin)
        })
        .collect();
    times.sort_unstable();
    times.get(MATCHES / 2).map_or(f64::NAN, |t| t.as_secs_f64() * 1e3)
}
