//! Snapshots from a seed.

use std::sync::Arc;

use planner::rounds::{Absence, Bond, FOREVER, Goals, Model, Part, Profile, Task, Worker};

/// A generator good enough for test data (Knuth's MMIX constants).
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, n: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as i64) % n.max(1)
    }

    pub fn one_in(&mut self, n: i64) -> bool {
        self.below(n) == 0
    }

    fn small(&mut self, n: i64) -> i32 {
        self.below(n) as i32
    }
}

/// What a snapshot may have.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub places: usize,
    pub workers: usize,
    pub tasks: usize,
}

/// A snapshot of everything the model knows, much of it contradictory.
pub fn world(seed: u64, size: Size) -> Model {
    let mut dice = Dice(seed);
    let profiles = (0..2).map(|_| profile(&mut dice, size.places)).collect();
    let workers = (0..size.workers).map(|_| worker(&mut dice, size.places)).collect();
    let tasks = (0..size.tasks).map(|_| task(&mut dice, size)).collect();
    let goals = Goals { worst_lateness: dice.below(3), fewest_workers: dice.one_in(3) };
    Model { places: size.places, profiles, workers, tasks, goals }
}

fn profile(dice: &mut Dice, places: usize) -> Profile {
    let mut way = |i: usize| {
        if i.is_multiple_of(places + 1) {
            0
        } else if dice.one_in(30) {
            -1
        } else {
            dice.small(40)
        }
    };
    let time: Arc<[i32]> = (0..places * places).map(&mut way).collect();
    let cost: Arc<[i32]> =
        if dice.one_in(2) { Arc::clone(&time) } else { time.iter().map(|t| 2 * t + 1).collect() };
    Profile { time, cost }
}

fn worker(dice: &mut Dice, places: usize) -> Worker {
    let mut place = || (!dice.one_in(5)).then(|| dice.below(places as i64) as usize);
    let (start, end) = (place(), place());
    let from = dice.small(50);
    let breaks = if dice.one_in(3) {
        let at = 60 + dice.small(100);
        vec![(at, at + 20), (at + 5, at + 30)]
    } else {
        Vec::new()
    };
    Worker {
        profile: dice.below(2) as usize,
        start,
        end,
        shift: (from, from + 50 + dice.small(300)),
        breaks,
        skills: (0..3).filter(|_| !dice.one_in(3)).collect(),
        capacity: dice.small(10),
        fixed_cost: dice.below(20),
    }
}

fn task(dice: &mut Dice, size: Size) -> Task {
    let bond = match dice.below(6) {
        0 => Bond::Transfer,
        1 => Bond::Apart { min: dice.small(20), max: 5 + dice.small(30) },
        _ => Bond::Together,
    };
    let count = match bond {
        Bond::Transfer => 2,
        Bond::Apart { .. } => 2 + dice.below(2),
        Bond::Together => 1 + dice.below(8).saturating_sub(5),
    };
    let load = dice.small(4);
    let mut parts: Vec<Part> = (0..count).map(|_| part(dice, size)).collect();
    if bond == Bond::Transfer {
        parts[0].load = load;
        parts[1].load = -load;
        parts[1].ride = (dice.small(40), dice.small(3));
    } else {
        for part in &mut parts {
            part.load = if dice.one_in(2) { 0 } else { load };
        }
    }
    let absence =
        if dice.one_in(4) { Absence::Costs(dice.below(60)) } else { Absence::Grave(1 + dice.below(3)) };
    Task { parts, bond, absence, pinned: dice.one_in(20) }
}

fn part(dice: &mut Dice, size: Size) -> Part {
    let earliest = dice.small(200);
    let due = earliest - 5 + dice.small(100);
    let latest = if dice.one_in(2) { FOREVER } else { due + dice.small(30) };
    let worker = dice.below(size.workers.max(1) as i64) as usize;
    Part {
        place: dice.below(size.places as i64) as usize,
        duration: dice.small(20),
        durations: if dice.one_in(4) { vec![(worker, dice.small(40))] } else { Vec::new() },
        earliest,
        due,
        latest,
        lateness: dice.small(3),
        skills: if dice.one_in(2) { vec![dice.below(3) as u32] } else { Vec::new() },
        blocked: if dice.one_in(6) { vec![worker] } else { Vec::new() },
        load: 0,
        ride: (FOREVER, 0),
        affinity: if dice.one_in(4) { vec![(worker, dice.below(30) - 15)] } else { Vec::new() },
    }
}
