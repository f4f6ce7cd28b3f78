//! `loadtest meals`: a district's lunch on real streets, through the service's own core on a virtual clock: rounds planned
//! in so many seconds, couriers who drop out on the way, labels for every box.

mod day;
mod judge;
mod labels;
mod peers;
mod town;

use std::{path::PathBuf, sync::Arc, time::Instant};

use anyhow::{Context, Result};
use planner::rounds::Budget;
use roads::{GenerateParams, Profile, Roads};
use schemas::meal::{CourierTrouble, MealCommand};

use self::town::{Streets, Town, centre};
use super::{
    pace::Latencies,
    report::{Bar, Output, Report},
};

/// Arguments of `loadtest meals`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Everybody orders lunch to be brought; a meal is never older than two hours at the door, counted from the pot. `late` counts
doors after their window, `over_age` meals older than that, `long_way` meals more than 45 minutes from the kitchen's door.
Then couriers drop out on the way, one after the other: `replan_p99_ms` is the time from the word to the new rounds,
`stops_lost` counts meals that are on no stop afterwards or on two.

Example: loadtest meals --meals 2000 --kitchens 8 --couriers 60 --map city.osm.pbf")]
pub struct Args {
    /// How many meals, one for each elder.
    #[arg(long, default_value_t = 2000)]
    meals: usize,
    /// How many kitchens.
    #[arg(long, default_value_t = 8)]
    kitchens: usize,
    /// How many couriers.
    #[arg(long, default_value_t = 60)]
    couriers: usize,
    /// How many boxes each carries.
    #[arg(long, default_value_t = 20)]
    boxes: u16,
    /// The streets: OpenStreetMap or a prepared file; generated where there is none.
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// How long the planner may search.
    #[arg(long, default_value_t = 10.0)]
    seconds: f64,
    /// How long it may search when somebody drops out.
    #[arg(long, default_value_t = 0.2)]
    replan_seconds: f64,
    /// How many drop out.
    #[arg(long, default_value_t = 20)]
    drop_outs: usize,
    /// How many threads plan.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Of everything drawn.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Whether PyVRP and OR-Tools answer the same question; installed by pip where they are missing.
    #[arg(long, action = clap::ArgAction::Set, default_value_t = true)]
    peers: bool,
    #[command(flatten)]
    output: Output,
}

/// Runs `loadtest meals`.
pub fn run(args: &Args) -> Result<()> {
    let roads = if let Some(map) = &args.map {
        Roads::open(map)?
    } else {
        let params = GenerateParams { seed: args.seed, centre: centre()?, side_km: 8.0 };
        Roads::prepare(&roads::generate(&params)?, &[Profile::EBike, Profile::Walk])?
    };
    let streets: Streets = Arc::new(roads);
    let mut report = Report::new("meals");
    let (meals, kitchens, couriers) = (args.meals, args.kitchens, args.couriers);
    report
        .about(format!("{meals} meals, {kitchens} kitchens, {couriers} couriers with {} boxes", args.boxes));
    let mut town = Town::new(args, &streets)?;
    town.order_all()?;
    let took = town.plan(args.seconds);
    report.figure("plan_s", took.as_secs_f64(), "travel times and search");
    report.figure("plan_steps", town.last.as_ref().map_or(0, |plan| plan.steps) as f64, "of the search");
    let plan = town.last.clone().context("nothing was planned")?;
    let model = town.model(&plan.problem);
    let worth = judge::plan(&plan, &model);
    for violation in worth.violations.iter().take(5) {
        eprintln!("{violation}");
    }
    report.figure("travel", worth.travel as f64, "s on the road, everybody together");
    report.must_be_zero("broken", worth.violations.len(), "broken rules, by plan-check");
    report.must_be_zero("late", worth.late, "doors after their window");
    report.must_be_zero("over_age", worth.over_age, "meals older than two hours at the door");
    report.must_be_zero("left_out", worth.left_out, "meals no round brings");
    report.figure("long_way", worth.long as f64, "meals over 45 min from the kitchen's door");
    report.figure("long_way_s", worth.long_by as f64, "seconds of it");
    if args.peers {
        let effort = peers::Effort { seconds: args.seconds, seed: args.seed };
        peers::single(&plan.problem, &model, effort, &mut report)?;
        peers::full(&plan.problem, &model, effort, &mut report)?;
    }
    labels::measure(&town, &mut report)?;
    drop_out(args, &mut town, &mut report)?;
    day::measure(args, &streets, &mut report)?;
    report.publish(&args.output)
}

/// One courier after the other breaks down on the way; what they carry, and were to carry, goes to others.
fn drop_out(args: &Args, town: &mut Town, report: &mut Report) -> Result<()> {
    town.cook()?;
    town.plan(args.replan_seconds);
    town.depart_all()?;
    let mut taken = Latencies::default();
    let mut lost = 0;
    let mut left = 0;
    for courier in town.busiest().into_iter().take(args.drop_outs) {
        left += town.ahead(&courier);
        let began = Instant::now();
        let place = town.whereabouts(&courier);
        let out = MealCommand::Trouble { courier: courier.clone(), what: CourierTrouble::Out { place } };
        town.desk(out)?;
        town.plan(args.replan_seconds);
        taken.record(began.elapsed());
        lost = lost.max(town.lost());
        town.desk(MealCommand::Trouble { courier, what: CourierTrouble::Over })?;
        town.plan(args.replan_seconds);
    }
    report.figure(
        "drop_out_stops",
        left as f64 / args.drop_outs.max(1) as f64,
        "stops left, of each who dropped out",
    );
    report.held("replan_p99_ms", taken.ms(0.99), Bar::AtMost(500.0), "from the word to the new rounds");
    report.must_be_zero("stops_lost", lost, "meals on no stop, or on two");
    Ok(())
}

/// A search of so many seconds.
fn within(seconds: f64, elapsed: &(dyn Fn() -> f64 + Sync)) -> Budget<'_> {
    Budget { seconds: Some(seconds), elapsed: Some(elapsed), iterations: None }
}
