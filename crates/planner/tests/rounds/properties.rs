//! What holds for every snapshot.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicU64, Ordering},
};

use planner::rounds::{Absence, Budget, Improved, Model, Reason, improve};
use proptest::prelude::*;

use crate::{
    replay::{replay, with_absent},
    world::{Size, world},
};

pub fn steps(iterations: u64) -> Budget<'static> {
    Budget { iterations: Some(iterations), ..Budget::default() }
}

/// Every task is in the plan or left out with a reason; no rule is broken; the cost is what the replay says.
pub fn sound(model: &Model, improved: &Improved) {
    let (broken, cost) = replay(model, &improved.rounds);
    assert!(broken.is_empty(), "{broken:#?}");
    let planned: BTreeSet<usize> = improved.rounds.rounds.iter().flatten().map(|p| p.stop.task).collect();
    let left_out: BTreeSet<usize> = improved.left_out.iter().map(|l| l.task).collect();
    assert!(planned.is_disjoint(&left_out));
    assert_eq!(planned.len() + left_out.len(), model.tasks.len());
    let possible = improved.left_out.iter().filter(|l| {
        !matches!(
            l.reason,
            Reason::NoWorkers
                | Reason::Malformed
                | Reason::UnknownPlace
                | Reason::EmptyWindow
                | Reason::NobodyMay
        )
    });
    assert_eq!(improved.cost, with_absent(model, cost, possible.map(|l| l.task)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn plans_are_sound(seed: u64, places in 1_usize..9, workers in 0_usize..5, tasks in 0_usize..16) {
        let model = world(seed, Size { places, workers, tasks });
        let first = improve(&model, None, &steps(120), seed, 1);
        sound(&model, &first);
        let held = improve(&model, Some(&first.rounds), &Budget::default(), seed ^ 1, 1);
        sound(&model, &held);
        prop_assert!(held.cost <= first.cost, "{:?} after {:?}", held.cost, first.cost);
        let again = improve(&model, Some(&first.rounds), &steps(40), seed ^ 1, 1);
        sound(&model, &again);
        prop_assert!(again.cost <= first.cost, "{:?} after {:?}", again.cost, first.cost);
    }

}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn threads_change_nothing(seed: u64) {
        let model = world(seed, Size { places: 8, workers: 4, tasks: 14 });
        let one = improve(&model, None, &steps(200), seed, 1);
        for threads in [2, 3, 8] {
            prop_assert_eq!(&improve(&model, None, &steps(200), seed, threads), &one);
        }
    }
}

/// Half of these rounds break rules that the whole of them keep: detours are quicker than direct ways.
#[test]
fn a_plan_is_taken_over_as_a_whole() {
    let seed = 10_417_339_154_824_889_313;
    let model = world(seed, Size { places: 6, workers: 4, tasks: 12 });
    let first = improve(&model, None, &steps(120), seed, 1);
    let held = improve(&model, Some(&first.rounds), &Budget::default(), 0, 1);
    assert_eq!(held.cost, first.cost);
}

/// The latest visit comes earlier when another one is put in before it.
#[test]
fn the_largest_lateness_may_fall_when_a_visit_is_added() {
    let seed = 4_004_195_860_872_454_471;
    let model = world(seed, Size { places: 6, workers: 4, tasks: 14 });
    let first = improve(&model, None, &steps(120), seed, 1);
    sound(&model, &first);
    sound(&model, &improve(&model, Some(&first.rounds), &steps(40), seed ^ 1, 1));
}

#[test]
fn ten_thousand_tasks_at_one_door_stop_in_time() {
    let mut model = world(7, Size { places: 1, workers: 6, tasks: 10_000 });
    for task in &mut model.tasks {
        task.absence = Absence::Grave(1);
    }
    // every look at the clock is a millisecond
    let looks = AtomicU64::new(0);
    let elapsed = || looks.fetch_add(1, Ordering::Relaxed) as f64 / 1000.0;
    let budget = Budget { seconds: Some(0.05), elapsed: Some(&elapsed), iterations: None };
    let improved = improve(&model, None, &budget, 1, 1);
    sound(&model, &improved);
    assert!(looks.load(Ordering::Relaxed) < 120, "{looks:?} looks at the clock for a budget of 50");
}

#[test]
fn nothing_to_do_and_nobody_to_do_it() {
    let empty = improve(&Model::default(), None, &steps(10), 1, 2);
    assert!(empty.left_out.is_empty() && empty.rounds.rounds.is_empty());
    let nobody = improve(&world(3, Size { places: 3, workers: 0, tasks: 5 }), None, &steps(10), 1, 2);
    assert!(nobody.left_out.len() == 5 && nobody.left_out.iter().all(|l| l.reason == Reason::NoWorkers));
}
