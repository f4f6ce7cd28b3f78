//! Stories with one point each: why nobody comes, why somebody else comes, who is named.

use std::{collections::BTreeSet, sync::Arc};

use domain::{
    caregiver::{CaregiverProfile, Certificate, Duty, Signal, TravelMode},
    decision::{Exclusion, Shortage},
    geo::Wgs84,
    id::{OrganisationId, StreetId},
    priority::Priority,
    service::{Qualification, Requirement},
    time::Window,
    unit::{Metres, Seconds},
};
use planner::{Commitment, KeptSeat, PlaceIx, Report, Task, Whereabouts, Worker};

use crate::world::{Size, World, caregiver, minutes, order};

/// A village street: house `i` stands `i` minutes from the door.
fn village(workers: usize) -> World {
    let mut world = World::random(1, Size { workers: 0, tasks: 0, largest_team: 1, grain: 60 });
    for rows in world.table.0.values_mut() {
        *rows = (0..24_i64).map(|i| (0..24_i64).map(|j| (i - j).abs() * 60).collect()).collect();
    }
    for i in 0..workers {
        world.board.upsert(villager(i), &world.table);
    }
    world
}

fn house(i: usize) -> Wgs84 {
    Wgs84::new(98.29, 39.77).unwrap().offset_m(200.0 * i as f64, 0.0)
}

fn villager(i: usize) -> Worker {
    let always = Window::new(minutes(-9999), minutes(9999)).unwrap();
    Worker {
        profile: Arc::new(CaregiverProfile {
            id: caregiver(i),
            organisation: OrganisationId::new("org").unwrap(),
            street: StreetId::new("street").unwrap(),
            mode: TravelMode::EBike,
            certificates: vec![Certificate { qualification: Qualification::ElderCare, valid: always }],
            health_certificate: Some(always),
            trained: true,
            shifts: vec![],
            breaks: vec![],
            off: Vec::new(),
            max_radius: Metres(8000),
            rating: Some(500),
            suspended: false,
        }),
        duty: Duty::On,
        signal: Signal::Fresh,
        whereabouts: Some(Whereabouts { place: PlaceIx(i as u32 + 1), coordinates: house(i + 1) }),
        holds_offer: false,
        worked_minutes: 0,
        commitments: vec![],
    }
}

/// Personal care at house 0, now.
fn visit(i: usize) -> Task {
    Task {
        order: order(i),
        place: PlaceIx(0),
        coordinates: house(0),
        window: Window::new(minutes(0), minutes(30)).unwrap(),
        latest: None,
        requirement: Requirement {
            duration: Seconds::minutes(45),
            team_size: 1,
            qualifications: BTreeSet::from([Qualification::ElderCare]),
        },
        priority: Priority::Ordinary,
        kept: vec![],
        ruled_out: vec![],
        blocked: BTreeSet::new(),
        preferred: BTreeSet::new(),
        told: None,
    }
}

fn change(world: &mut World, i: usize, how: impl FnOnce(&mut Worker)) {
    let mut worker = world.board.worker(&caregiver(i)).unwrap().clone();
    how(&mut worker);
    world.board.upsert(worker, &world.table);
}

fn change_profile(world: &mut World, i: usize, how: impl FnOnce(&mut CaregiverProfile)) {
    change(world, i, |w| how(Arc::make_mut(&mut w.profile)));
}

fn shortage(world: &World, task: &Task) -> Option<Shortage> {
    let report = world.insert(task);
    world.check(std::slice::from_ref(task), std::slice::from_ref(&report));
    report.decision.shortage
}

fn named(report: &Report, why: Exclusion) -> (u32, Vec<usize>) {
    let Some(e) = report.decision.excluded.iter().find(|e| e.reason == why) else { return (0, vec![]) };
    let number = |id: &domain::id::CaregiverId| id.as_str()[1..].parse().unwrap();
    (e.count, e.caregivers.iter().map(number).collect())
}

#[test]
fn the_nearest_comes_unless_a_wish_outweighs_the_way() {
    let mut world = village(3);
    assert_eq!(world.insert(&visit(0)).decision.chosen, [caregiver(0)]);
    let preferred = Task { preferred: BTreeSet::from([caregiver(2)]), ..visit(0) };
    assert_eq!(world.insert(&preferred).decision.chosen, [caregiver(2)]);
    let emergency = Task { priority: Priority::Emergency, ..preferred };
    assert_eq!(world.insert(&emergency).decision.chosen, [caregiver(0)]);
    change(&mut world, 0, |w| w.worked_minutes = 300);
    assert_eq!(world.insert(&visit(0)).decision.chosen, [caregiver(1)]);
    change(&mut world, 1, |w| w.signal = Signal::Stale);
    assert_eq!(world.insert(&visit(0)).decision.chosen, [caregiver(2)]);
    change(&mut world, 2, |w| w.signal = Signal::Lost);
    assert_eq!(world.insert(&visit(0)).decision.chosen, [caregiver(1)]);
}

#[test]
fn a_shortage_is_called_by_its_name() {
    let nurse =
        Requirement { qualifications: BTreeSet::from([Qualification::Nurse]), ..visit(0).requirement };
    let mut world = village(2);
    let task = Task { requirement: nurse, ..visit(0) };
    assert_eq!(shortage(&world, &task), Some(Shortage::NobodyQualified));
    assert_eq!(shortage(&village(0), &visit(0)), Some(Shortage::NobodyQualified));
    for i in 0..2 {
        change(&mut world, i, |w| w.duty = Duty::Off);
    }
    assert_eq!(shortage(&world, &visit(0)), Some(Shortage::NobodyOnShift));
    for i in 0..2 {
        change(&mut world, i, |w| w.duty = Duty::On);
        change_profile(&mut world, i, |p| p.max_radius = Metres(100));
    }
    assert_eq!(shortage(&world, &visit(0)), Some(Shortage::OutsideRadius));
    assert_eq!(named(&world.insert(&visit(0)), Exclusion::OutsideRadius), (2, vec![0, 1]));
    change_profile(&mut world, 0, |p| p.max_radius = Metres(8000));
    let declined = Task { ruled_out: vec![(caregiver(0), Exclusion::Declined)], ..visit(0) };
    assert_eq!(shortage(&world, &declined), Some(Shortage::AllDeclined));
    change(&mut world, 0, |w| w.holds_offer = true);
    assert_eq!(shortage(&world, &visit(0)), Some(Shortage::AllBusy));
    let mut pair = visit(0);
    pair.requirement.team_size = 2;
    change(&mut world, 0, |w| w.holds_offer = false);
    assert_eq!(shortage(&world, &pair), Some(Shortage::TeamIncomplete));
}

#[test]
fn everyone_left_out_is_named_nearest_first_with_the_reason() {
    let mut world = village(14);
    change_profile(&mut world, 0, |p| p.suspended = true);
    change_profile(&mut world, 1, |p| p.trained = false);
    change_profile(&mut world, 2, |p| p.health_certificate = None);
    change_profile(&mut world, 3, |p| p.certificates.clear());
    change(&mut world, 4, |w| w.duty = Duty::Break);
    change_profile(&mut world, 5, |p| {
        p.breaks = vec![Window::new(minutes(-5), minutes(100)).unwrap()];
    });
    change_profile(&mut world, 6, |p| p.shifts = vec![Window::new(minutes(-60), minutes(40)).unwrap()]);
    change(&mut world, 7, |w| {
        w.commitments = vec![Commitment::appointed(order(99), PlaceIx(9), minutes(10), Seconds::hours(3))];
    });
    change_profile(&mut world, 8, |p| {
        p.certificates[0].valid = Window::new(minutes(-99), minutes(30)).unwrap();
    });
    change(&mut world, 9, |w| w.whereabouts = None);
    let task = Task {
        latest: Some(minutes(13)),
        ruled_out: vec![(caregiver(10), Exclusion::TimedOut)],
        blocked: BTreeSet::from([caregiver(11)]),
        ..visit(0)
    };
    let report = world.insert(&task);
    world.check(std::slice::from_ref(&task), std::slice::from_ref(&report));
    assert_eq!(report.decision.chosen, [caregiver(12)]);
    for (why, who) in [
        (Exclusion::Suspended, vec![0]),
        (Exclusion::Untrained, vec![1]),
        (Exclusion::NoHealthCertificate, vec![2]),
        (Exclusion::Unqualified, vec![3, 8]),
        (Exclusion::OnBreak, vec![4, 5]),
        (Exclusion::ShiftEnds, vec![6]),
        (Exclusion::Committed, vec![7]),
        (Exclusion::PositionLost, vec![9]),
        (Exclusion::TimedOut, vec![10]),
        (Exclusion::Blocked, vec![11]),
        (Exclusion::TooLate, vec![13]),
    ] {
        assert_eq!(named(&report, why), (who.len() as u32, who), "{why:?}");
    }
}

#[test]
fn beyond_the_shortlist_people_are_only_counted() {
    let mut world = village(9);
    world.goals.shortlist = 4;
    let report = world.insert(&visit(0));
    assert_eq!(report.decision.ranked.len(), 4);
    assert_eq!(named(&report, Exclusion::BeyondShortlist), (5, vec![]));
}

#[test]
fn a_newcomer_joins_at_the_hour_those_who_stayed_agreed_on() {
    let mut world = village(3);
    let mut task = visit(0);
    task.requirement.team_size = 2;
    let start = minutes(12);
    let duration = task.requirement.duration;
    let agreed = Commitment::appointed(task.order.clone(), task.place, start, duration);
    change(&mut world, 2, |w| w.commitments = vec![agreed]);
    task.kept = vec![KeptSeat { caregiver: caregiver(2), start }];
    let report = world.insert(&task);
    world.check(std::slice::from_ref(&task), std::slice::from_ref(&report));
    assert_eq!(report.decision.chosen, [caregiver(0)]);
    assert_eq!(report.placements[0].start, start);
    task.kept.push(KeptSeat { caregiver: caregiver(1), start });
    assert_eq!(world.insert(&task).decision.shortage, None, "nobody is missing");
}

#[test]
fn who_is_passed_over_is_told_for_whom() {
    let mut world = village(2);
    change_profile(&mut world, 1, |p| p.certificates.clear());
    let cleaning = Task {
        requirement: Requirement { qualifications: BTreeSet::new(), ..visit(1).requirement },
        ..visit(1)
    };
    let tasks = [visit(0), cleaning];
    let reports = world.match_many(&tasks);
    world.check(&tasks, &reports);
    assert_eq!(reports[0].decision.chosen, [caregiver(0)]);
    assert_eq!(reports[0].decision.passed_over, None);
    assert_eq!(reports[1].decision.chosen, [caregiver(1)]);
    assert_eq!(
        reports[1].decision.passed_over.as_deref(),
        Some(
            "c0000 serves order o0000: all waiting orders together are served better this way; the chosen costs \
             this one 150 s more"
        )
    );
    let tasks = [visit(0), visit(1)];
    let reports = world.match_many(&tasks);
    assert_eq!(reports[1].decision.shortage, Some(Shortage::AllBusy));
    assert!(reports[1].decision.passed_over.as_deref().unwrap().ends_with("this one has to wait"));
}

#[test]
fn an_emergency_takes_the_nearest_from_an_ordinary_visit() {
    let world = village(2);
    let emergency = Task { priority: Priority::Emergency, ..visit(1) };
    let tasks = [visit(0), emergency];
    let reports = world.match_many(&tasks);
    world.check(&tasks, &reports);
    assert_eq!(reports[1].decision.chosen, [caregiver(0)]);
    assert_eq!(reports[0].decision.chosen, [caregiver(1)]);
    assert_eq!(named(&reports[0], Exclusion::HoldsOffer), (1, vec![0]));
}

#[test]
fn the_longest_overdue_is_served_before_the_cheapest() {
    let world = village(1);
    let overdue = Task { window: Window::new(minutes(-60), minutes(-30)).unwrap(), ..visit(0) };
    let tasks = [visit(1), overdue];
    let reports = world.match_many(&tasks);
    assert!(reports[0].decision.chosen.is_empty());
    assert_eq!(reports[1].decision.chosen, [caregiver(0)]);
}
