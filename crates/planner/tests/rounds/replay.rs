//! Rounds replayed stop by stop, from the rules alone.

use planner::rounds::{Absence, Bond, Cost, Model, Part, Rounds, StopId};

/// Every broken rule in words, and the cost.
pub fn replay(model: &Model, rounds: &Rounds) -> (Vec<String>, Cost) {
    let mut broken = Vec::new();
    let mut cost = Cost::default();
    let mut worst = 0;
    let mut seen: Vec<Vec<Option<(usize, usize, i32)>>> =
        model.tasks.iter().map(|t| vec![None; t.parts.len()]).collect();
    for (w, round) in rounds.rounds.iter().enumerate().filter(|(_, r)| !r.is_empty()) {
        let worker = &model.workers[w];
        cost.workers += i64::from(model.goals.fewest_workers);
        cost.soft += worker.fixed_cost;
        let (mut at, mut free, mut load) = (worker.start, worker.shift.0, 0);
        let mut board: Vec<(usize, Option<i32>)> = Vec::new();
        for (position, planned) in round.iter().enumerate() {
            let StopId { task, part: index } = planned.stop;
            let part = &model.tasks[task].parts[index];
            let duration = part.durations.iter().rfind(|d| d.0 == w).map_or(part.duration, |d| d.1);
            let (time, price) = way(model, w, at, Some(part.place));
            cost.soft += price + part.affinity.iter().filter(|a| a.0 == w).map(|a| a.1).sum::<i64>();
            let say = |what: &str| format!("worker {w}, {task}.{index} at {}: {what}", planned.start);
            if planned.start < drive(&worker.breaks, free, time) {
                broken.push(say("not there yet"));
            }
            if planned.start < part.earliest || planned.start > part.latest {
                broken.push(say("outside its window"));
            }
            if worker
                .breaks
                .iter()
                .any(|b| planned.start < b.1 && planned.start.saturating_add(duration) > b.0)
            {
                broken.push(say("in a break"));
            }
            if !part.skills.iter().all(|s| worker.skills.contains(s)) || part.blocked.contains(&w) {
                broken.push(say("may not"));
            }
            load += part.load;
            if model.tasks.iter().flat_map(|t| &t.parts).any(|p| p.load != 0) && load > worker.capacity {
                broken.push(say("too heavy"));
            }
            let late = late(part, planned.start);
            cost.soft += i64::from(part.lateness) * i64::from(late);
            worst = worst.max(if part.lateness > 0 { late } else { 0 });
            if seen[task][index].replace((w, position, planned.start)).is_some() {
                broken.push(say("twice"));
            }
            let handed_over = model.tasks[task].bond == Bond::Transfer && index == 1;
            if handed_over || at != Some(part.place) {
                for item in &mut board {
                    item.1 = item.1.or(Some(planned.start - time));
                }
            }
            if handed_over {
                let left = board.iter().find(|item| item.0 == task).and_then(|item| item.1);
                let over = left.map_or(0, |left| (planned.start - left - part.ride.0).max(0));
                cost.soft += i64::from(over) * i64::from(part.ride.1);
            } else if model.tasks[task].bond == Bond::Transfer {
                board.push((task, None));
            }
            (at, free) = (Some(part.place), planned.start.saturating_add(duration));
        }
        let (time, price) = way(model, w, at, worker.end);
        cost.soft += price;
        if drive(&worker.breaks, free, time) > worker.shift.1 {
            broken.push(format!("worker {w}: back after the shift"));
        }
    }
    cost.soft += model.goals.worst_lateness * i64::from(worst);
    for (index, task) in model.tasks.iter().enumerate() {
        let done: Option<Vec<_>> = seen[index].iter().copied().collect();
        match done.filter(|d| !d.is_empty()) {
            Some(done) => bonds(index, task.bond, &done, &mut broken),
            None if seen[index].iter().any(Option::is_some) => {
                broken.push(format!("{index} is done in part"));
            }
            None => {}
        }
    }
    (broken, cost)
}

/// Adds what the tasks left out cost, of those that could be planned at all.
pub fn with_absent(model: &Model, cost: Cost, absent: impl Iterator<Item = usize>) -> Cost {
    absent.fold(cost, |mut cost, task| {
        match model.tasks[task].absence {
            Absence::Grave(weight) => cost.grave += weight,
            Absence::Costs(price) => cost.soft += price,
        }
        cost
    })
}

fn late(part: &Part, start: i32) -> i32 {
    (start - part.due.min(part.latest)).max(0)
}

fn bonds(index: usize, bond: Bond, done: &[(usize, usize, i32)], broken: &mut Vec<String>) {
    let people: std::collections::BTreeSet<usize> = done.iter().map(|d| d.0).collect();
    let pairs = || done.windows(2).map(|d| d[1].2 - d[0].2);
    let holds = match bond {
        Bond::Together => people.len() == done.len() && pairs().all(|apart| apart == 0),
        Bond::Apart { min, max } => {
            people.len() == done.len() && pairs().all(|apart| apart >= min && apart <= max)
        }
        Bond::Transfer => people.len() == 1 && done[0].1 < done[1].1,
    };
    if !holds {
        broken.push(format!("{index} is not {bond:?}: {done:?}"));
    }
}

/// Time and price of a way; nowhere is near everywhere.
pub fn way(model: &Model, worker: usize, from: Option<usize>, to: Option<usize>) -> (i32, i64) {
    let (Some(from), Some(to)) = (from, to) else { return (0, 0) };
    let profile = &model.profiles[model.workers[worker].profile];
    let at = from * model.places + to;
    match profile.time[at] {
        time if time >= 0 => (time, i64::from(profile.cost[at])),
        _ => (600_000_000, 0),
    }
}

/// When somebody arrives who neither drives in a break nor stops on the way.
pub fn drive(breaks: &[(i32, i32)], free: i32, time: i32) -> i32 {
    let mut leave = free;
    while let Some(b) = breaks.iter().find(|b| leave < b.1 && leave.saturating_add(time) > b.0) {
        leave = b.1;
    }
    leave.saturating_add(time)
}
