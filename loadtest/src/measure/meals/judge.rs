//! The service's questions and answers in the plain words of `plan-check`, so that every plan, ours or a peer's, is judged
//! by the same independent replay.

use meal_delivery::core::rounds::problem::{Load, Plan, Problem, Source, Turn as Served};
use plan_check::deliveries::{self, Carrier, Deliveries, Turn, Worth};
use planner::rounds::{Model, Rounds};

/// What a question says, with the ways of the model that was made of it.
pub fn facts(problem: &Problem, model: &Model) -> Deliveries {
    let tick = |at: domain::time::Timestamp| at.since(problem.now).get();
    let load = |load: &Load| deliveries::Load {
        from: load.from,
        ready: tick(load.ready),
        loading: match load.source {
            Source::OnBoard(_) => 0,
            Source::Kitchen(_) | Source::Stranded(_) => problem.per_box.get() * load.meals.len() as i64,
        },
        boxes: load.meals.len() as i64,
        door: load.door,
        opens: tick(load.window.earliest),
        closes: tick(load.window.latest),
        expires: tick(load.expires),
        at_door: load.at_door.get(),
        on_board: match load.source {
            Source::OnBoard(carrier) => Some(carrier),
            Source::Kitchen(_) | Source::Stranded(_) => None,
        },
    };
    let carriers = problem.carriers.iter().zip(&model.workers).map(|(carrier, worker)| Carrier {
        mode: worker.profile,
        start: carrier.start,
        from: tick(carrier.from).max(0),
        until: tick(carrier.until),
        boxes: i64::from(carrier.boxes),
    });
    Deliveries {
        ways: ways(model),
        carriers: carriers.collect(),
        loads: problem.loads.iter().map(load).collect(),
        on_the_way: problem.on_the_way.get(),
    }
}

/// The tables of a model, row by row.
pub fn ways(model: &Model) -> Vec<Vec<Vec<i64>>> {
    let rows = |times: &[i32]| {
        times.chunks(model.places.max(1)).map(|row| row.iter().map(|t| i64::from(*t)).collect()).collect()
    };
    model.profiles.iter().map(|profile| rows(&profile.time)).collect()
}

/// What the service's own plan is worth.
pub fn plan(plan: &Plan, model: &Model) -> Worth {
    let turn = |turn: &Served| Turn { load: turn.load, at_door: turn.at_door };
    let routes: Vec<Vec<Turn>> = plan.routes.iter().map(|route| route.iter().map(turn).collect()).collect();
    deliveries::check(&facts(&plan.problem, model), &routes)
}

/// Rounds of pairs as turns: the first part is taken, the second handed over.
pub fn turns(rounds: &Rounds) -> Vec<Vec<Turn>> {
    let turn = |planned: &planner::rounds::Planned| Turn {
        load: planned.stop.task,
        at_door: planned.stop.part == 1,
    };
    rounds.rounds.iter().map(|round| round.iter().map(turn).collect()).collect()
}
