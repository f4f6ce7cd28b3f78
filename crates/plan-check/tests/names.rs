//! Every rule is broken once, and the checker says so by name; a sound plan passes with the costs counted by hand.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    caregiver::{CaregiverProfile, Certificate, Duty, Signal, TravelMode},
    decision::TermKind,
    geo::Wgs84,
    id::{CaregiverId, OrderId, OrganisationId, StreetId},
    service::{Qualification, Requirement},
    time::{Timestamp, Window},
    unit::{Metres, Seconds},
};
use plan_check::{Facts, Findings, Need, Person, Placed, Promise, Stage, Violation as V, check};

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_millis(1_800_000_000_000) + Seconds::minutes(minutes)
}

fn window(from: i64, to: i64) -> Window {
    Window::new(at(from), at(to)).unwrap()
}

fn who(name: &str) -> CaregiverId {
    CaregiverId::new(name).unwrap()
}

fn order(name: &str) -> OrderId {
    OrderId::new(name).unwrap()
}

fn here() -> Wgs84 {
    Wgs84::new(98.29, 39.77).unwrap()
}

/// Someone at place 0 who can do everything until minute 480, with a break at 100–130.
fn person(name: &str) -> Person {
    Person {
        profile: CaregiverProfile {
            id: who(name),
            organisation: OrganisationId::new("org").unwrap(),
            street: StreetId::new("street").unwrap(),
            mode: TravelMode::EBike,
            certificates: vec![Certificate {
                qualification: Qualification::ElderCare,
                valid: window(-1000, 1000),
            }],
            health_certificate: Some(window(-1000, 1000)),
            trained: true,
            shifts: vec![window(-60, 480)],
            breaks: vec![window(100, 130)],
            off: Vec::new(),
            max_radius: Metres(5000),
            rating: Some(480),
            suspended: false,
        },
        duty: Duty::On,
        signal: Signal::Fresh,
        at: Some((0, here())),
        holds_offer: false,
        worked_minutes: 60,
        round: vec![],
    }
}

fn promise(name: &str, place: usize, earliest: i64, due: i64, latest: i64) -> Promise {
    Promise {
        order: order(name),
        place,
        earliest: at(earliest),
        due: at(due),
        latest: at(latest),
        duration: Seconds::minutes(20),
        stage: Stage::Ahead,
    }
}

/// Ann and Bo, ten minutes from everywhere; one visit `o` of thirty minutes at place 1, window 0–30, latest 90.
fn facts() -> Facts {
    let ways = (0..4).map(|i| (0..4).map(|j| Seconds::minutes(if i == j { 0 } else { 10 })).collect());
    Facts {
        now: at(0),
        people: vec![person("ann"), person("bo")],
        needs: vec![Need {
            order: order("o"),
            place: 1,
            coordinates: here().offset_m(1000.0, 0.0),
            window: window(0, 30),
            latest: at(90),
            requirement: Requirement {
                duration: Seconds::minutes(30),
                team_size: 1,
                qualifications: BTreeSet::from([Qualification::ElderCare]),
            },
            kept: vec![],
            unwanted: BTreeSet::new(),
            preferred: BTreeSet::from([who("ann")]),
            weights: BTreeMap::from([(TermKind::Response, 1000), (TermKind::Continuity, -300_000)]),
        }],
        ways: BTreeMap::from([(TravelMode::EBike, ways.collect())]),
        most_promises: 3,
        unrated: 450,
    }
}

fn placed(name: &str, position: usize, start: i64) -> Placed {
    Placed { order: order("o"), caregiver: who(name), position, start: at(start) }
}

fn ann_at(facts: &Facts, start: i64) -> Findings {
    check(facts, &[placed("ann", 0, start)])
}

/// The plan that is sound in the plain facts breaks exactly these rules once the facts are changed.
fn breaks(change: impl FnOnce(&mut Facts), expected: &[V]) {
    let mut facts = facts();
    change(&mut facts);
    assert_eq!(ann_at(&facts, 10).violations, expected);
}

#[test]
fn a_sound_plan_passes_and_its_costs_are_those_counted_by_hand() {
    let mut facts = facts();
    facts.people[1].worked_minutes = 20;
    let findings = ann_at(&facts, 40);
    assert_eq!(findings.violations, []);
    let expected = BTreeMap::from([
        (TermKind::Response, 2400),
        (TermKind::Tardiness, 600),
        (TermKind::Detour, 600),
        (TermKind::Displacement, 0),
        (TermKind::Idle, 1800),
        (TermKind::Workload, 20),
        (TermKind::Continuity, 1),
        (TermKind::Rating, 20),
        (TermKind::Staleness, 0),
    ]);
    assert_eq!(findings.amounts[&order("o")], expected);
    assert_eq!(findings.scores[&order("o")], 2_400_000 - 300_000);
}

#[test]
fn papers_are_checked_at_the_start_and_at_the_end() {
    let ann = || who("ann");
    breaks(|f| f.people[0].profile.suspended = true, &[V::Suspended(ann())]);
    breaks(|f| f.people[0].profile.trained = false, &[V::Untrained(ann())]);
    let lapsed = V::HealthCertificate { who: ann(), at: at(40) };
    breaks(|f| f.people[0].profile.health_certificate = Some(window(-9, 39)), &[lapsed]);
    let what = Qualification::ElderCare;
    let none = V::Unqualified { who: ann(), what };
    breaks(|f| f.people[0].profile.certificates.clear(), &[none.clone(), none]);
    let early = V::CertificateLapsed { who: ann(), what, at: at(10) };
    breaks(|f| f.people[0].profile.certificates[0].valid = window(11, 99), &[early]);
}

#[test]
fn nobody_is_asked_who_cannot_be() {
    let ann = || who("ann");
    breaks(|f| f.people[0].duty = Duty::Off, &[V::OffDuty(ann())]);
    breaks(|f| f.people[0].duty = Duty::Break, &[V::OnBreak(ann())]);
    breaks(|f| f.people[0].signal = Signal::Lost, &[V::NoPosition(ann())]);
    breaks(|f| f.people[0].holds_offer = true, &[V::HoldsOffer(ann())]);
    breaks(|f| f.most_promises = 0, &[V::TooManyPromises(ann())]);
    let unwanted = V::Unwanted { who: ann(), order: order("o") };
    breaks(|f| f.needs[0].unwanted = BTreeSet::from([who("ann")]), &[unwanted]);
    let far = V::OutsideRadius { who: ann(), order: order("o"), distance: Metres(1000), radius: Metres(900) };
    breaks(|f| f.people[0].profile.max_radius = Metres(900), &[far]);
}

#[test]
fn times_are_kept() {
    let o = || order("o");
    let (ann, start) = (|| who("ann"), at(9));
    let late = V::NotThere { who: ann(), order: o(), arrive: Some(at(10)), start };
    assert_eq!(ann_at(&facts(), 9).violations, [late]);
    let too_late = V::TooLate { order: o(), start: at(140), latest: at(90) };
    assert_eq!(ann_at(&facts(), 140).violations, [too_late]);
    breaks(|f| f.needs[0].window = window(20, 30), &[V::TooEarly { order: o(), start: at(10) }]);
    let in_break = V::DuringBreak { who: ann(), order: o() };
    assert_eq!(ann_at(&facts(), 80).violations, [in_break]);
    breaks(
        |f| f.people[0].profile.shifts = vec![window(-60, 39)],
        &[V::OutsideShift { who: ann(), order: o() }],
    );
}

#[test]
fn a_way_is_not_travelled_in_a_break() {
    let arrive = Some(at(25));
    let waits = V::NotThere { who: who("ann"), order: order("o"), arrive, start: at(10) };
    let in_break = V::DuringBreak { who: who("ann"), order: order("o") };
    breaks(|f| f.people[0].profile.breaks = vec![window(5, 15)], &[in_break, waits]);
}

#[test]
fn teams_are_whole_together_and_distinct() {
    let mut facts = facts();
    facts.needs[0].requirement.team_size = 2;
    let o = || order("o");
    let both = check(&facts, &[placed("ann", 0, 10), placed("bo", 0, 10)]);
    assert_eq!(both.violations, []);
    assert_eq!(both.amounts[&o()][&TermKind::Detour], 1200);
    let alone = check(&facts, &[placed("ann", 0, 10)]).violations;
    assert_eq!(alone, [V::TeamSize { order: o(), needed: 2, given: 1 }]);
    let apart = check(&facts, &[placed("ann", 0, 10), placed("bo", 0, 11)]).violations;
    assert_eq!(apart, [V::NotTogether { order: o() }]);
    let twice = check(&facts, &[placed("ann", 0, 10), placed("ann", 0, 10)]).violations;
    assert_eq!(twice, [V::PlacedTwice(who("ann")), V::TwiceInTeam { who: who("ann"), order: o() }]);
}

#[test]
fn whoever_kept_a_seat_waits_and_their_round_must_bear_it() {
    let mut facts = facts();
    facts.needs[0].requirement.team_size = 2;
    facts.needs[0].kept = vec![(who("bo"), at(20))];
    facts.people[1].round = vec![promise("o", 1, 20, 20, 20), promise("p", 2, 60, 70, 75)];
    facts.people[1].round[0].duration = Seconds::minutes(30);
    let early = check(&facts, &[placed("ann", 0, 10)]).violations;
    assert!(early.contains(&V::NotTogether { order: order("o") }), "{early:?}");
    let in_time = check(&facts, &[placed("ann", 0, 33)]);
    assert_eq!(in_time.violations, []);
    assert_eq!(in_time.amounts[&order("o")][&TermKind::Idle], (23 + 13) * 60);
    assert_eq!(in_time.amounts[&order("o")][&TermKind::Displacement], 180);
    let broken = V::PromiseBroken { who: who("bo"), order: order("p"), latest: at(75), start: at(80) };
    assert_eq!(check(&facts, &[placed("ann", 0, 40)]).violations, [broken]);
}

#[test]
fn a_promise_is_not_broken_nor_pushed_into_a_break() {
    let mut facts = facts();
    facts.people[0].round = vec![promise("p", 2, 30, 40, 60)];
    let fits = ann_at(&facts, 10);
    assert_eq!(fits.violations, []);
    assert_eq!(fits.moved, BTreeMap::from([((who("ann"), order("p")), at(50))]));
    assert_eq!(fits.amounts[&order("o")][&TermKind::Displacement], 600);
    let broken = V::PromiseBroken { who: who("ann"), order: order("p"), latest: at(60), start: at(65) };
    assert_eq!(ann_at(&facts, 25).violations, [broken]);
    facts.people[0].round = vec![promise("p", 2, 30, 130, 129)];
    let off_hours = V::PromiseOffHours { who: who("ann"), order: order("p") };
    assert_eq!(ann_at(&facts, 45).violations, [off_hours]);
}

#[test]
fn what_is_under_way_comes_first_and_what_is_served_is_finished() {
    let mut facts = facts();
    facts.people[0].round = vec![promise("p", 2, 0, 10, 30)];
    facts.people[0].round[0].stage = Stage::Begun;
    assert_eq!(ann_at(&facts, 10).violations, [V::Position { who: who("ann"), position: 0 }]);
    assert_eq!(check(&facts, &[placed("ann", 1, 40)]).violations, []);
    facts.people[0].round[0].stage = Stage::Served(at(-15));
    let soon = check(&facts, &[placed("ann", 1, 14)]).violations;
    let arrive = Some(at(15));
    assert_eq!(soon, [V::NotThere { who: who("ann"), order: order("o"), arrive, start: at(14) }]);
    assert_eq!(
        check(&facts, &[placed("ann", 2, 40)]).violations,
        [V::Position { who: who("ann"), position: 2 }]
    );
}

#[test]
fn strangers_and_holes_are_named() {
    let stranger = check(&facts(), &[placed("eve", 0, 10)]).violations;
    assert_eq!(stranger, [V::UnknownCaregiver(who("eve"))]);
    let nowhere = Placed { order: order("x"), ..placed("ann", 0, 10) };
    assert_eq!(check(&facts(), &[nowhere]).violations, [V::UnknownOrder(order("x"))]);
    breaks(|f| f.needs[0].place = 9, &[V::NoWay { who: who("ann"), order: order("o") }]);
    assert_eq!(V::OffDuty(who("ann")).to_string(), "ann is off duty");
}
