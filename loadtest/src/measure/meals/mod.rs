//! `loadtest meals`: a district's lunch on real streets, through the service's own core on a virtual clock: rounds planned
//! in so many seconds, couriers who drop out on the way, labels for every box.

mod town;

use std::{
    collections::BTreeMap,
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use domain::{id::MealId, meal::MealStage, unit::Seconds};
use meal_delivery::core::codes::Codes;
use paper::{Typeface, labels::Label};
use planner::rounds::Budget;
use roads::{GenerateParams, Profile, Roads};
use schemas::meal::{CourierTrouble, MealCommand};

use self::town::{KEY, Town, centre};
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
    let mut report = Report::new("meals");
    let (meals, kitchens, couriers) = (args.meals, args.kitchens, args.couriers);
    report
        .about(format!("{meals} meals, {kitchens} kitchens, {couriers} couriers with {} boxes", args.boxes));
    let mut town = Town::new(args, roads)?;
    town.order_all()?;
    let took = town.plan(args.seconds);
    report.figure("plan_s", took.as_secs_f64(), "travel times and search");
    let day = town.figures();
    report.figure("travel", day.travel.as_f64(), "s on the road, everybody together");
    report.held("late", day.late as f64, Bar::Zero, "doors after their window");
    report.held("over_age", day.over_age as f64, Bar::Zero, "meals older than two hours at the door");
    report.figure("long_way", day.long_way as f64, "meals over 45 min from the kitchen's door");
    report.figure("unassigned", day.unassigned as f64, "meals no round brings");
    labels(&town, &mut report)?;
    drop_out(args, &mut town, &mut report)?;
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

/// A label for every box.
fn labels(town: &Town, report: &mut Report) -> Result<()> {
    let face = Typeface::open(None).context("labels need a Chinese font")?;
    let codes = Codes::new(KEY);
    let stops: BTreeMap<&MealId, (String, u16)> = town
        .core
        .rounds()
        .flat_map(|round| {
            let doors = round.stops.iter().filter(|stop| stop.at.is_door()).zip(1..);
            let name = format!("{} 第{}趟", round.courier, round.trip);
            doors.flat_map(move |(stop, number)| {
                let name = name.clone();
                stop.meals.iter().map(move |meal| (meal, (name.clone(), number)))
            })
        })
        .collect();
    let mut all: Vec<Label> = Vec::new();
    for meal in town.core.meals().filter(|meal| meal.stage == MealStage::Ordered) {
        let (round, stop) = stops.get(&meal.id).cloned().unwrap_or_else(|| ("自取".to_owned(), 0));
        all.push(Label {
            round,
            stop: Some(stop),
            name: format!("{} 老人", meal.elder),
            dish: "清炒时蔬套餐".to_owned(),
            size: meal.size,
            texture: meal.texture,
            clashes: town.core.watch(meal),
            code: codes.of(&meal.id).label,
        });
    }
    all.sort_by(|a, b| (&a.round, a.stop).cmp(&(&b.round, b.stop)));
    let began = Instant::now();
    let pdf = paper::labels::print(&face, &all)?;
    let took: Duration = began.elapsed();
    if !pdf.starts_with(b"%PDF") {
        bail!("the labels are no PDF");
    }
    report.held("labels_pdf_s", took.as_secs_f64(), Bar::AtMost(5.0), "labels of all boxes");
    report.figure("labels_pdf_kib", pdf.len() as f64 / 1024.0, "");
    Ok(())
}

/// A search of so many seconds.
fn within(seconds: f64, elapsed: &(dyn Fn() -> f64 + Sync)) -> Budget<'_> {
    Budget { seconds: Some(seconds), elapsed: Some(elapsed), iterations: None }
}

/// How long food may be on the way before it is told.
const LONG_WAY: Seconds = Seconds::minutes(45);
