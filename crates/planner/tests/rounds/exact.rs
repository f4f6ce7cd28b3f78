//! Small snapshots against every plan there is: all ways to leave tasks out, to share the others out and to order them.

use planner::rounds::{
    Absence, Bond, Cost, FOREVER, Goals, Model, Part, Planned, Rounds, StopId, Task, improve,
};

use crate::{
    properties::{sound, steps},
    replay::{drive, replay, way, with_absent},
    world::{Dice, Size, world},
};

/// Single visits, and visits of two people, without breaks, loads and contradictions.
fn small(seed: u64) -> Model {
    let mut model = world(seed, Size { places: 5, workers: 2, tasks: 0 });
    let mut dice = Dice(seed);
    model.goals = Goals { worst_lateness: dice.below(2), fewest_workers: false };
    for worker in &mut model.workers {
        worker.breaks.clear();
        worker.shift = (0, 250);
    }
    for _ in 0..4 {
        let earliest = dice.below(120) as i32;
        let part = Part {
            place: dice.below(5) as usize,
            duration: 1 + dice.below(15) as i32,
            earliest,
            due: earliest + dice.below(40) as i32,
            latest: FOREVER,
            lateness: 1,
            ..Part::default()
        };
        let (parts, bond) = match dice.below(4) {
            0 => (vec![part.clone(), part], Bond::Together),
            1 => (vec![part.clone(), part], Bond::Apart { min: 5, max: 20 }),
            _ => (vec![part], Bond::Together),
        };
        model.tasks.push(Task { parts, bond, absence: Absence::Costs(60), pinned: false });
    }
    model
}

/// The cheapest of all plans.
fn cheapest(model: &Model) -> Cost {
    let mut best: Option<Cost> = None;
    let stops: Vec<StopId> = (0..model.tasks.len())
        .flat_map(|task| (0..model.tasks[task].parts.len()).map(move |part| StopId { task, part }))
        .collect();
    let mut rounds = vec![Vec::new(); model.workers.len()];
    place(model, &stops, &mut rounds, &mut best);
    best.unwrap()
}

fn place(model: &Model, stops: &[StopId], rounds: &mut Vec<Vec<StopId>>, best: &mut Option<Cost>) {
    let Some((stop, rest)) = stops.split_first() else {
        if let Some(cost) = schedule(model, rounds) {
            *best = Some(best.map_or(cost, |b| b.min(cost)));
        }
        return;
    };
    place(model, rest, rounds, best);
    for worker in 0..rounds.len() {
        for position in 0..=rounds[worker].len() {
            rounds[worker].insert(position, *stop);
            place(model, rest, rounds, best);
            rounds[worker].remove(position);
        }
    }
}

/// Earliest starts by going round and round until nothing moves; `None` if that never ends or a rule is broken.
fn schedule(model: &Model, rounds: &[Vec<StopId>]) -> Option<Cost> {
    let mut starts: Vec<Vec<i32>> = model.tasks.iter().map(|t| vec![0; t.parts.len()]).collect();
    for turn in 0.. {
        let before = starts.clone();
        for (w, round) in rounds.iter().enumerate() {
            let (mut at, mut free) = (model.workers[w].start, model.workers[w].shift.0);
            for stop in round {
                let part = &model.tasks[stop.task].parts[stop.part];
                let there = drive(&[], free, way(model, w, at, Some(part.place)).0);
                let start = &mut starts[stop.task][stop.part];
                *start = (*start).max(there).max(part.earliest);
                (at, free) = (Some(part.place), start.saturating_add(part.duration));
            }
        }
        for (task, starts) in model.tasks.iter().zip(&mut starts).filter(|(_, s)| s.len() == 2) {
            let (min, max) = match task.bond {
                Bond::Apart { min, max } => (min, max),
                _ => (0, 0),
            };
            starts[1] = starts[1].max(starts[0].saturating_add(min));
            starts[0] = starts[0].max(starts[1].saturating_sub(max));
        }
        if starts == before {
            break;
        }
        if turn > 200 {
            return None;
        }
    }
    let plan =
        |r: &Vec<StopId>| r.iter().map(|s| Planned { stop: *s, start: starts[s.task][s.part] }).collect();
    let plan = Rounds { rounds: rounds.iter().map(plan).collect() };
    let (broken, cost) = replay(model, &plan);
    let absent = (0..model.tasks.len()).filter(|t| !plan.rounds.iter().flatten().any(|p| p.stop.task == *t));
    broken.is_empty().then(|| with_absent(model, cost, absent))
}

#[test]
fn small_days_are_solved_to_the_optimum() {
    for seed in 0..16 {
        let model = small(seed);
        let improved = improve(&model, None, &steps(2000), seed, 1);
        sound(&model, &improved);
        assert_eq!(improved.cost, cheapest(&model), "seed {seed}");
    }
}
