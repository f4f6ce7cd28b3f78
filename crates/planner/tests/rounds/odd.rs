//! Snapshots of pure noise: whatever the numbers are, there is an answer and no panic.

use std::sync::Arc;

use planner::rounds::{
    Absence, Bond, Goals, Model, Part, Planned, Profile, Rounds, StopId, Task, Worker, improve,
};
use proptest::prelude::*;

use crate::properties::steps;

fn number() -> impl Strategy<Value = i32> {
    prop_oneof![Just(0), Just(i32::MIN), Just(i32::MAX), -100..100_i32, any::<i32>()]
}

fn index() -> impl Strategy<Value = usize> {
    prop_oneof![8 => 0_usize..4, 1 => Just(usize::MAX)]
}

prop_compose! {
    fn profile()(time in proptest::collection::vec(number(), 0..20), cost in proptest::collection::vec(number(), 0..20))
        -> Profile
    {
        let time: Arc<[i32]> = time.into();
        Profile { time, cost: cost.into() }
    }
}

prop_compose! {
    fn worker()(
        profile in index(), start in proptest::option::of(index()), end in proptest::option::of(index()),
        shift in (number(), number()), breaks in proptest::collection::vec((number(), number()), 0..3),
        skills in proptest::collection::vec(0_u32..3, 0..3), capacity in number(), fixed_cost in number()
    ) -> Worker {
        Worker { profile, start, end, shift, breaks, skills, capacity, fixed_cost: i64::from(fixed_cost) }
    }
}

prop_compose! {
    fn part()(
        place in index(), times in (number(), number(), number(), number()), lateness in number(),
        who in (index(), index(), index()), numbers in (number(), number(), number()),
        skills in proptest::collection::vec(0_u32..3, 0..2)
    ) -> Part {
        Part {
            place, duration: times.0, durations: vec![(who.0, numbers.0)], earliest: times.1, due: times.2,
            latest: times.3, lateness, skills, blocked: vec![who.1], load: numbers.1, ride: (numbers.0, numbers.2),
            affinity: vec![(who.2, i64::from(numbers.2))],
        }
    }
}

fn bond() -> impl Strategy<Value = Bond> {
    prop_oneof![
        Just(Bond::Together),
        Just(Bond::Transfer),
        (number(), number()).prop_map(|(min, max)| Bond::Apart { min, max })
    ]
}

prop_compose! {
    fn task()(
        parts in prop_oneof![9 => proptest::collection::vec(part(), 0..4), 1 => proptest::collection::vec(part(), 9..10)],
        bond in bond(), weight in number(), grave: bool, pinned: bool
    ) -> Task {
        let weight = i64::from(weight);
        let absence = if grave { Absence::Grave(weight) } else { Absence::Costs(weight) };
        Task { parts, bond, absence, pinned }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 384, ..ProptestConfig::default() })]

    #[test]
    fn noise_gets_an_answer(
        places in 0_usize..5,
        profiles in proptest::collection::vec(profile(), 0..3),
        workers in proptest::collection::vec(worker(), 0..4),
        tasks in proptest::collection::vec(task(), 0..8),
        worst in number(), fewest_workers: bool,
        warm in proptest::collection::vec(proptest::collection::vec((index(), index()), 0..6), 0..5),
    ) {
        let goals = Goals { worst_lateness: i64::from(worst), fewest_workers };
        let model = Model { places, profiles, workers, tasks, goals };
        let planned = |(task, part)| Planned { stop: StopId { task, part }, start: 0 };
        let warm = Rounds { rounds: warm.into_iter().map(|r| r.into_iter().map(planned).collect()).collect() };
        let improved = improve(&model, Some(&warm), &steps(60), 1, 1);
        let stops: usize = improved.rounds.rounds.iter().map(Vec::len).sum();
        let out: usize = improved.left_out.iter().map(|l| model.tasks[l.task].parts.len()).sum();
        prop_assert_eq!(stops + out, model.tasks.iter().map(|t| t.parts.len()).sum::<usize>());
    }
}
