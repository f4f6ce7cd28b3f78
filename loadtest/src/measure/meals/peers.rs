//! The morning's question to other solvers: the same table of ways, the same seconds, one thread each, judged by the same
//! replay. PyVRP has it without second trips (every kitchen a depot with as many carriers as it likes, doors after their
//! hours not allowed), OR-Tools has all of it. A long way from the kitchen's door costs nobody anything here.

use std::{path::Path, process::Command, time::Instant};

use anyhow::{Context, Result, bail};
use meal_delivery::core::rounds::problem::Problem;
use plan_check::deliveries::{self, Carrier, Deliveries, Turn, Worth};
use planner::rounds::{Absence, Bond, FOREVER, Model, Part, Task, Worker, improve};
use serde_json::json;

use super::{
    super::report::{Bar, Report},
    judge, within,
};
use crate::solve::Peer;

/// How much, and by what chance.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// For each solver and question.
    pub seconds: f64,
    /// Of all of them.
    pub seed: u64,
}

/// A question in both languages, and who belongs to which group.
struct Question {
    model: Model,
    facts: Deliveries,
    /// Of each carrier, of each load.
    groups: (Vec<usize>, Vec<usize>),
    lateness: i32,
}

/// One trip each, against PyVRP.
pub fn single(problem: &Problem, model: &Model, effort: Effort, report: &mut Report) -> Result<()> {
    let question = one_trip(problem, model);
    let (ours, seconds) = search(&question.model, effort);
    let routes: Vec<Vec<Turn>> = ours
        .iter()
        .map(|round| {
            let turn = |at_door| round.iter().map(move |load| Turn { load: *load, at_door });
            turn(false).chain(turn(true)).collect()
        })
        .collect();
    let ours = deliveries::check(&question.facts, &routes);
    let peer = ask(Peer::Pyvrp, "rounds_pyvrp.py", &question, effort)?;
    tell(("single", question.facts.loads.len()), "PyVRP", (&ours, seconds), (&peer, effort.seconds), report);
    Ok(())
}

/// The whole question, against OR-Tools; where it has no answer in the seconds given, it gets twice as many, and so on.
pub fn full(problem: &Problem, model: &Model, effort: Effort, report: &mut Report) -> Result<()> {
    let mut model = model.clone();
    for part in model.tasks.iter_mut().flat_map(|task| &mut task.parts) {
        part.ride = (FOREVER, 0);
    }
    let groups = (vec![0; model.workers.len()], vec![0; model.tasks.len()]);
    let question =
        Question { facts: judge::facts(problem, &model), groups, lateness: problem.lateness, model };
    let began = Instant::now();
    let elapsed = move || began.elapsed().as_secs_f64();
    let improved = improve(&question.model, None, &within(effort.seconds, &elapsed), effort.seed, 1);
    let seconds = elapsed();
    let ours = deliveries::check(&question.facts, &judge::turns(&improved.rounds));
    let mut given = effort;
    let peer = loop {
        let peer = ask(Peer::Ortools, "rounds_ortools.py", &question, given)?;
        if peer.left_out == 0 || given.seconds > MOST_SECONDS {
            break peer;
        }
        given.seconds *= 2.0;
    };
    tell(("full", question.facts.loads.len()), "OR-Tools", (&ours, seconds), (&peer, given.seconds), report);
    Ok(())
}

/// A peer that has found no place for everything by then is compared by what it brings.
const MOST_SECONDS: f64 = 60.0;

fn tell(
    (what, loads): (&str, usize),
    who: &str,
    (ours, seconds): (&Worth, f64),
    (peer, given): (&Worth, f64),
    report: &mut Report,
) {
    report.about(format!(
        "{what}: {seconds:.1} s, {} left out, {} late; {who} {given:.0} s, {} left out, {} late",
        ours.left_out, ours.late, peer.left_out, peer.late
    ));
    let brought = |worth: &Worth| loads.saturating_sub(worth.left_out).max(1) as f64;
    let (own, theirs) = (format!("{what}_travel"), format!("{what}_peer_travel"));
    report.must_be_zero(
        &format!("{what}_broken"),
        ours.violations.len() + ours.left_out,
        "broken rules and loads left out, by plan-check",
    );
    report.figure(&format!("{what}_late"), ours.late as f64, "doors after their window");
    report.figure(&format!("{what}_peer_late"), peer.late as f64, "the same, of the peer");
    report.figure(&format!("{what}_peer_broken"), (peer.violations.len() + peer.left_out) as f64, "");
    report.figure(&own, ours.travel as f64 / brought(ours), "s on the road for each load brought");
    report.figure(&theirs, peer.travel as f64 / brought(peer), "the same, of the peer");
    report.quotient(&own, &theirs, Bar::AtMost(1.0));
    for violation in ours.violations.iter().chain(&peer.violations).take(5) {
        eprintln!("{what}: {violation}");
    }
}

/// Every kitchen's loads, each with the carriers it takes and a quarter more, loaded when the pots are done.
fn one_trip(problem: &Problem, model: &Model) -> Question {
    let whole = judge::facts(problem, model);
    let mut kitchens: Vec<usize> = whole.loads.iter().map(|load| load.from).collect();
    kitchens.sort_unstable();
    kitchens.dedup();
    let group = |from: usize| kitchens.binary_search(&from).unwrap_or_default();
    let boxes = whole.carriers.iter().map(|carrier| carrier.boxes).max().unwrap_or(1).max(1);
    let mut carriers = Vec::new();
    let mut theirs = Vec::new();
    for (number, kitchen) in kitchens.iter().enumerate() {
        let own = || whole.loads.iter().filter(|load| load.from == *kitchen);
        let least = own().map(|load| load.boxes).sum::<i64>().div_euclid(boxes) + 1;
        let from = own().map(|load| load.ready).max().unwrap_or(0).max(0);
        let carrier = Carrier { mode: 0, start: *kitchen, from, until: i64::from(FOREVER), boxes };
        for _ in 0..=least + least.div_euclid(4) {
            carriers.push(carrier);
            theirs.push(number);
        }
    }
    let loads: Vec<deliveries::Load> = whole
        .loads
        .iter()
        .map(|load| deliveries::Load { loading: 0, ready: load.ready.max(0), ..*load })
        .collect();
    let worker = |(carrier, number): (&Carrier, &usize)| Worker {
        start: Some(carrier.start),
        shift: (carrier.from as i32, carrier.until as i32),
        skills: vec![*number as u32],
        capacity: carrier.boxes as i32,
        ..Worker::default()
    };
    let task = |load: &deliveries::Load| {
        let latest = load.closes.min(load.expires) as i32;
        let door = Part {
            place: load.door,
            duration: load.at_door as i32,
            earliest: load.opens as i32,
            due: latest,
            latest,
            skills: vec![group(load.from) as u32],
            load: load.boxes as i32,
            ..Part::default()
        };
        Task { parts: vec![door], bond: Bond::Together, absence: Absence::Grave(1), pinned: false }
    };
    let model = Model {
        places: model.places,
        profiles: model.profiles.clone(),
        workers: carriers.iter().zip(&theirs).map(worker).collect(),
        tasks: loads.iter().map(task).collect(),
        goals: planner::rounds::Goals::default(),
    };
    let groups = (theirs, loads.iter().map(|load| group(load.from)).collect());
    let facts = Deliveries { carriers, loads, ..whole };
    Question { model, facts, groups, lateness: 0 }
}

/// Our rounds, as loads, and how long they took.
fn search(model: &Model, effort: Effort) -> (Vec<Vec<usize>>, f64) {
    let began = Instant::now();
    let elapsed = move || began.elapsed().as_secs_f64();
    let improved = improve(model, None, &within(effort.seconds, &elapsed), effort.seed, 1);
    let loads = improved.rounds.rounds.iter().map(|round| round.iter().map(|p| p.stop.task).collect());
    (loads.collect(), elapsed())
}

fn ask(peer: Peer, driver: &str, question: &Question, effort: Effort) -> Result<Worth> {
    let scratch = tempfile::tempdir()?;
    write(scratch.path(), question)?;
    let mut command = Command::new(peer.python()?);
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("peers").join(driver)).arg(scratch.path());
    command.arg(effort.seconds.to_string()).arg(effort.seed.to_string());
    let status = command.status().with_context(|| format!("cannot start {command:?}"))?;
    if !status.success() {
        bail!("{} failed: {status}", peer.name());
    }
    let text = std::fs::read_to_string(scratch.path().join("answer.json"))?;
    let answer: Vec<(usize, Vec<(usize, bool)>)> = serde_json::from_str(&text)?;
    let mut routes = vec![Vec::new(); question.facts.carriers.len()];
    for (carrier, turns) in answer {
        let route = routes.get_mut(carrier).with_context(|| format!("there is no carrier {carrier}"))?;
        *route = turns.into_iter().map(|(load, at_door)| Turn { load, at_door }).collect();
    }
    Ok(deliveries::check(&question.facts, &routes))
}

fn write(folder: &Path, question: &Question) -> Result<()> {
    let (carriers, loads) = &question.groups;
    let carriers = question.facts.carriers.iter().zip(carriers).map(|(c, group)| {
        json!({ "start": c.start, "from": c.from, "until": c.until, "boxes": c.boxes, "group": group })
    });
    let loads = question.facts.loads.iter().zip(loads).map(|(l, group)| {
        json!({
            "from": l.from, "ready": l.ready, "loading": l.loading, "boxes": l.boxes, "door": l.door, "opens": l.opens,
            "closes": l.closes, "expires": l.expires, "at_door": l.at_door, "group": group,
        })
    });
    let instance = json!({
        "places": question.model.places,
        "carriers": carriers.collect::<Vec<_>>(),
        "loads": loads.collect::<Vec<_>>(),
        "lateness": question.lateness,
    });
    std::fs::write(folder.join("instance.json"), instance.to_string())?;
    let table = question.model.profiles.first().context("there are no ways")?;
    let bytes: Vec<u8> = table.time.iter().flat_map(|time| time.to_le_bytes()).collect();
    std::fs::write(folder.join("ways.i32"), bytes)?;
    Ok(())
}
