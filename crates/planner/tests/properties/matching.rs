//! Waiting orders solved together: clean, in layers, and the best assignment by brute force.

use crate::world::{NOW, Size, World};
use domain::{id::CaregiverId, priority::Priority};
use planner::{Report, Task};
use proptest::prelude::*;

/// The most visits served and then the least cost, over every way to give each a different person.
fn brute_force(edges: &[(Vec<(CaregiverId, i64)>, i64)], taken: &mut Vec<CaregiverId>) -> (usize, i64) {
    let Some(((first, waiting), rest)) = edges.split_first() else { return (0, 0) };
    let mut best = brute_force(rest, taken);
    best.1 += waiting;
    for (who, score) in first {
        if taken.contains(who) {
            continue;
        }
        taken.push(who.clone());
        let (served, cost) = brute_force(rest, taken);
        taken.pop();
        let this = (served + 1, cost + score);
        if this.0 > best.0 || (this.0 == best.0 && this.1 < best.1) {
            best = this;
        }
    }
    best
}

fn chosen_score(report: &Report) -> Option<i64> {
    let chosen = &report.decision.chosen;
    report.decision.ranked.iter().find(|r| r.team == *chosen).map(|r| r.score)
}

fn edges(world: &World, task: &Task) -> Vec<(CaregiverId, i64)> {
    let ranked = world.insert(task).decision.ranked;
    ranked.into_iter().map(|r| (r.team[0].clone(), r.score)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn one_layer_is_the_best_assignment(seed: u64, workers in 1_usize..9, tasks in 1_usize..6) {
        let mut world = World::random(seed, Size { workers, tasks, largest_team: 1, grain: 1 });
        for task in &mut world.tasks {
            task.priority = Priority::Ordinary;
        }
        let reports = world.match_many(&world.tasks);
        world.check(&world.tasks, &reports);
        let waiting = |t: &Task| world.goals.price_of_waiting(t, NOW);
        let edges: Vec<_> = world.tasks.iter().map(|t| (edges(&world, t), waiting(t))).collect();
        let scores: Vec<Option<i64>> = reports.iter().map(chosen_score).collect();
        let served = scores.iter().flatten().count();
        let cost = scores.iter().zip(&world.tasks).map(|(score, t)| score.unwrap_or_else(|| waiting(t))).sum();
        prop_assert_eq!((served, cost), brute_force(&edges, &mut Vec::new()));
    }

    #[test]
    fn many_of_all_kinds_are_clean_and_explained(seed: u64, workers in 0_usize..80, tasks in 0_usize..40) {
        let world = World::random(seed, Size { workers, tasks, largest_team: 3, grain: 1 });
        let reports = world.match_many(&world.tasks);
        prop_assert_eq!(reports.len(), tasks);
        world.check(&world.tasks, &reports);
        for (task, report) in world.tasks.iter().zip(&reports) {
            let decision = &report.decision;
            prop_assert_eq!(&decision.order, &task.order);
            let first = decision.ranked.first().map(|r| &r.team);
            let best = first.is_none_or(|team| *team == decision.chosen);
            prop_assert_eq!(decision.passed_over.is_none(), best, "{:#?}", decision);
        }
    }

    #[test]
    fn the_order_of_the_tasks_does_not_matter(seed: u64, workers in 1_usize..40, tasks in 1_usize..20) {
        let world = World::random(seed, Size { workers, tasks, largest_team: 2, grain: 1 });
        let forward = world.match_many(&world.tasks);
        let turned: Vec<Task> = world.tasks.iter().rev().cloned().collect();
        let mut backward = world.match_many(&turned);
        backward.reverse();
        prop_assert_eq!(forward, backward);
    }

    #[test]
    fn a_lower_layer_takes_nothing_from_a_higher(seed: u64, workers in 1_usize..30, tasks in 1_usize..20) {
        let world = World::random(seed, Size { workers, tasks, largest_team: 2, grain: 1 });
        let all = world.match_many(&world.tasks);
        for rank in [Priority::Emergency, Priority::Urgent, Priority::Guaranteed] {
            let higher: Vec<Task> = world.tasks.iter().filter(|t| t.priority <= rank).cloned().collect();
            let alone = world.match_many(&higher);
            let among = all.iter().filter(|r| higher.iter().any(|t| t.order == r.decision.order));
            prop_assert!(alone.iter().eq(among));
        }
    }

    #[test]
    fn short_lists_leave_nobody_unserved(seed: u64, workers in 1_usize..30, tasks in 1_usize..12) {
        let mut world = World::random(seed, Size { workers, tasks, largest_team: 1, grain: 1 });
        for task in &mut world.tasks {
            task.priority = Priority::Guaranteed;
        }
        let served = |reports: &[Report]| reports.iter().filter(|r| !r.placements.is_empty()).count();
        let wide = served(&world.match_many(&world.tasks));
        world.goals.shortlist = 1;
        let narrow = world.match_many(&world.tasks);
        world.check(&world.tasks, &narrow);
        prop_assert_eq!(served(&narrow), wide);
    }
}
