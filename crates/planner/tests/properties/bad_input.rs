//! Days that cannot work out: every visit nobody gets has a reason, and nothing panics.

use crate::world::{NOW, Size, World, decision_of, minutes};
use domain::{
    decision::Shortage,
    time::{Timestamp, Window},
    unit::Seconds,
};
use planner::{Report, Task};
use proptest::prelude::*;

fn reasoned(tasks: &[Task], reports: &[Report]) {
    assert_eq!(reports.len(), tasks.len());
    for (task, report) in tasks.iter().zip(reports) {
        let unserved = report.placements.is_empty() && task.missing() > 0;
        assert_eq!(report.decision.shortage.is_some(), unserved, "{:#?}", report.decision);
        report.decision.verify().unwrap();
    }
}

/// What a broken client, a broken clock or a broken import may bring.
fn spoil(task: &mut Task, how: u8) {
    match how % 8 {
        0 => task.window = Window { earliest: minutes(90), latest: minutes(-90) },
        1 => task.latest = Some(minutes(-1)),
        2 => task.requirement.duration = Seconds(-600),
        3 => task.requirement.duration = Seconds::hours(1000),
        4 => task.requirement.team_size = 0,
        5 => task.requirement.team_size = 200,
        6 => task.window = Window { earliest: minutes(-500_000), latest: minutes(-400_000) },
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn spoilt_visits_are_served_or_told_why(
        seed: u64, workers in 0_usize..20, spoilt in prop::collection::vec(any::<u8>(), 1..12),
    ) {
        let mut world = World::random(seed, Size { workers, tasks: spoilt.len(), largest_team: 2, grain: 1 });
        for (task, how) in world.tasks.iter_mut().zip(&spoilt) {
            spoil(task, *how);
        }
        reasoned(&world.tasks, &world.match_many(&world.tasks));
        let alone: Vec<Report> = world.tasks.iter().map(|task| world.insert(task)).collect();
        reasoned(&world.tasks, &alone);
    }

    #[test]
    fn without_anybody_nobody_is_qualified(seed: u64, tasks in 1_usize..10) {
        let world = World::random(seed, Size { workers: 0, tasks, largest_team: 2, grain: 1 });
        for report in world.match_many(&world.tasks) {
            prop_assert_eq!(report.decision.shortage, Some(Shortage::NobodyQualified));
        }
    }

    #[test]
    fn a_clock_that_steps_back_changes_nothing_about_the_rules(seed: u64, back in 0_i64..10_000) {
        let world = World::random(seed, Size { workers: 12, tasks: 8, largest_team: 2, grain: 1 });
        let now: Timestamp = NOW - Seconds(back);
        let World { board, tasks, table, goals, .. } = &world;
        reasoned(tasks, &planner::match_many(board, tasks, goals, table, now, decision_of));
    }

    #[test]
    fn what_was_told_is_not_told_again(seed: u64, workers in 0_usize..12, tasks in 1_usize..12) {
        let world = World::random(seed, Size { workers, tasks, largest_team: 1, grain: 1 });
        let first = world.match_many(&world.tasks);
        let told: Vec<Task> = world.tasks.iter().zip(&first).map(|(task, report)| {
            Task { told: report.decision.shortage, ..task.clone() }
        }).collect();
        for (first, again) in first.iter().zip(world.match_many(&told)) {
            prop_assert_eq!(&first.placements, &again.placements);
            prop_assert_eq!(first.decision.shortage, again.decision.shortage);
            prop_assert!(first.decision.shortage.is_none() || again.decision.excluded.is_empty());
        }
    }
}

#[test]
fn two_thousand_visits_at_one_door_end() {
    let world = World::random(3, Size { workers: 40, tasks: 1, largest_team: 1, grain: 1 });
    let tasks: Vec<Task> = (0..2000)
        .map(|number| Task { order: crate::world::order(number), ..world.tasks[0].clone() })
        .collect();
    let reports = world.match_many(&tasks);
    reasoned(&tasks, &reports);
    assert!(reports.iter().filter(|r| !r.placements.is_empty()).count() <= 40);
}
