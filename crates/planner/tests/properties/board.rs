//! The board answers by what is on it, not by how it came about.

use std::sync::Arc;

use crate::world::{Dice, NOW, Size, World, caregiver, decision_of};
use domain::caregiver::{CaregiverProfile, Duty, Signal};
use planner::{Board, Worker};
use proptest::prelude::*;

/// The same people by a detour: wrong at first, changed bit by bit, in another order, with guests who leave.
fn by_a_detour(world: &World, dice: &mut Dice) -> Board {
    let mut board = Board::new();
    let mut workers: Vec<&Worker> = world.workers.iter().collect();
    for i in (1..workers.len()).rev() {
        workers.swap(i, dice.roll(i as u64 + 1) as usize);
    }
    for (i, worker) in workers.iter().enumerate() {
        let id = &worker.profile.id;
        let wrong =
            CaregiverProfile { trained: dice.chance(50), breaks: vec![], ..(*worker.profile).clone() };
        let other = world.workers[dice.roll(world.workers.len() as u64) as usize].whereabouts;
        board.upsert(
            Worker {
                profile: Arc::new(wrong),
                duty: [Duty::On, Duty::Off, Duty::Break][dice.roll(3) as usize],
                signal: [Signal::Fresh, Signal::Lost][dice.roll(2) as usize],
                whereabouts: worker.whereabouts.and(other),
                holds_offer: dice.chance(50),
                worked_minutes: 17,
                commitments: vec![],
            },
            &world.table,
        );
        let guest = CaregiverProfile { id: caregiver(9000 + i), ..(*worker.profile).clone() };
        board.upsert(Worker { profile: Arc::new(guest), ..(*worker).clone() }, &world.table);
        board.set_commitments(id, worker.commitments.clone(), &world.table).unwrap();
        board.set_duty(id, worker.duty).unwrap();
        board.set_holds_offer(id, worker.holds_offer).unwrap();
        if let Some(here) = worker.whereabouts {
            board.move_worker(id, here, Signal::Fresh).unwrap();
        }
        board.set_signal(id, worker.signal).unwrap();
        board.set_worked_minutes(id, worker.worked_minutes).unwrap();
        board.set_profile(worker.profile.clone(), &world.table).unwrap();
    }
    for i in 0..workers.len() {
        assert!(board.remove(&caregiver(9000 + i)).is_some());
    }
    board
}

proptest! {
    #[test]
    fn history_does_not_matter(seed: u64, workers in 1_usize..60) {
        let world = World::random(seed, Size { workers, tasks: 4, largest_team: 2, grain: 1 });
        let board = by_a_detour(&world, &mut Dice(seed));
        prop_assert_eq!(board.len(), world.board.len());
        prop_assert_eq!(board.present(), world.board.present());
        prop_assert_eq!(board.average_worked(), world.board.average_worked());
        let reports = |board: &Board| -> Vec<_> {
            let mut all =
                planner::match_many(board, &world.tasks, &world.goals, &world.table, NOW, decision_of);
            for task in &world.tasks {
                let id = decision_of(&task.order);
                all.push(planner::insert(board, task, &world.goals, &world.table, NOW, id));
            }
            all
        };
        let (one, other) = (reports(&board), reports(&world.board));
        for (a, b) in one.iter().zip(&other) {
            // the detour may have met a larger radius, which only widens what is looked at one by one
            prop_assert_eq!(&a.placements, &b.placements);
            prop_assert_eq!(&a.decision, &b.decision);
        }
    }
}

#[test]
fn a_stranger_is_named() {
    let mut board = Board::new();
    let error = board.set_duty(&caregiver(1), Duty::On).unwrap_err();
    assert_eq!(error.to_string(), "caregiver c0001 is not on the board; upsert them first");
}
