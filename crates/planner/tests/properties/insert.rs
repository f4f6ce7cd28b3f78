//! Insertions are clean by the independent checker and the best there is by brute force.

use std::collections::{BTreeMap, BTreeSet};

use crate::world::{NOW, Size, World, keep};
use domain::{id::CaregiverId, time::Timestamp, unit::Seconds};
use plan_check::{Facts, Placed, check};
use planner::Task;
use proptest::prelude::*;

/// Everyone who could be placed alone at that instant, with every position that does.
fn able(facts: &Facts, start: Timestamp) -> BTreeMap<CaregiverId, Vec<Placed>> {
    let mut facts = facts.clone();
    facts.needs[0].requirement.team_size = 1;
    facts.needs[0].kept.clear();
    let mut able: BTreeMap<CaregiverId, Vec<Placed>> = BTreeMap::new();
    for person in &facts.people {
        for position in 0..=person.round.len() {
            let caregiver = person.profile.id.clone();
            let placed = Placed { order: facts.needs[0].order.clone(), caregiver, position, start };
            if check(&facts, std::slice::from_ref(&placed)).violations.is_empty() {
                able.entry(placed.caregiver.clone()).or_default().push(placed);
            }
        }
    }
    able
}

/// Every way to choose `size` people and a position for each.
fn teams(able: &[&Vec<Placed>], size: usize) -> Vec<Vec<Placed>> {
    if size == 0 {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for (i, options) in able.iter().enumerate() {
        for rest in teams(&able[i + 1..], size - 1) {
            all.extend(options.iter().map(|option| {
                let mut team = vec![option.clone()];
                team.extend(rest.iter().cloned());
                team
            }));
        }
    }
    all
}

/// The least score over every start on the grain, team and positions; and who could be of any team at all.
fn brute_force(world: &World, task: &Task, grain: i64) -> (Option<i64>, BTreeSet<CaregiverId>) {
    let facts = world.facts(std::slice::from_ref(task));
    let (mut best, mut people) = (None, BTreeSet::new());
    let mut start = NOW;
    while start <= facts.needs[0].latest {
        let able = able(&facts, start);
        people.extend(able.keys().cloned());
        for team in teams(&able.values().collect::<Vec<_>>(), task.missing()) {
            let findings = check(&facts, &team);
            if findings.violations.is_empty() {
                let score = findings.scores[&task.order];
                best = Some(best.map_or(score, |b: i64| b.min(score)));
            }
        }
        start = start + Seconds(grain);
    }
    (best, people)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_single_person_is_the_best_there_is(seed: u64, workers in 1_usize..7) {
        let world = World::random(seed, Size { workers, tasks: 1, largest_team: 1, grain: 60 });
        let task = &world.tasks[0];
        let report = world.insert(task);
        world.check(&world.tasks, std::slice::from_ref(&report));
        let (best, people) = brute_force(&world, task, 60);
        prop_assert_eq!(report.decision.ranked.first().map(|r| r.score), best);
        let ranked: BTreeSet<_> = report.decision.ranked.iter().flat_map(|r| r.team.clone()).collect();
        prop_assert_eq!(ranked, people);
        let excluded: u32 = report.decision.excluded.iter().map(|e| e.count).sum();
        prop_assert_eq!(excluded as usize + report.decision.ranked.len(), workers);
    }

    #[test]
    fn a_team_is_the_best_there_is(seed: u64, workers in 2_usize..6) {
        let world = World::random(seed, Size { workers, tasks: 1, largest_team: 3, grain: 60 });
        let task = &world.tasks[0];
        let report = world.insert(task);
        world.check(&world.tasks, std::slice::from_ref(&report));
        let (best, _) = brute_force(&world, task, 60);
        prop_assert_eq!(report.decision.ranked.first().map(|r| r.score), best);
    }

    #[test]
    fn a_free_seat_beside_a_kept_one_is_filled_as_well_as_can_be(seed: u64, workers in 2_usize..6) {
        let mut world = World::random(seed, Size { workers, tasks: 1, largest_team: 1, grain: 60 });
        let mut task = world.tasks[0].clone();
        task.requirement.team_size = 2 + (seed % 2) as u8;
        keep(&mut world, &mut task, 0);
        let report = world.insert(&task);
        world.check(std::slice::from_ref(&task), std::slice::from_ref(&report));
        let (best, _) = brute_force(&world, &task, 60);
        prop_assert_eq!(report.decision.ranked.first().map(|r| r.score), best);
    }

    #[test]
    fn a_larger_district_is_clean(seed: u64, workers in 0_usize..150) {
        let world = World::random(seed, Size { workers, tasks: 4, largest_team: 4, grain: 1 });
        for task in &world.tasks {
            let report = world.insert(task);
            world.check(std::slice::from_ref(task), std::slice::from_ref(&report));
        }
    }

    #[test]
    fn a_short_list_grows_until_somebody_suits(seed: u64, workers in 1_usize..60) {
        let mut world = World::random(seed, Size { workers, tasks: 2, largest_team: 2, grain: 1 });
        let wide: Vec<_> = world.tasks.iter().map(|t| world.insert(t)).collect();
        world.goals.shortlist = 1;
        for (task, wide) in world.tasks.iter().zip(wide) {
            let narrow = world.insert(task);
            world.check(std::slice::from_ref(task), std::slice::from_ref(&narrow));
            prop_assert_eq!(narrow.decision.chosen.is_empty(), wide.decision.chosen.is_empty());
            prop_assert_eq!(narrow.decision.shortage, wide.decision.shortage);
        }
    }
}
