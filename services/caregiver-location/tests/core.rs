//! The core as a whole: every rejection, any order of arrival, the shift.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use caregiver_location::core::{Bounds, Core, Door, Expected, Rules};
use domain::{
    caregiver::{CaregiverProfile, Certificate, Duty, Signal, TravelMode},
    geo::{Datum, Wgs84},
    id::{CaregiverId, CommandId, OrderId, OrganisationId, StreetId},
    order::Actor,
    priority::Priority,
    service::Qualification,
    time::{Timestamp, Window},
    unit::Metres,
};
use proptest::prelude::*;
use schemas::position::{DutyCommand, Fix, FixRejection, NearestQuery, Position};

const SHIFT_BEGINS: i64 = 1_000_000;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(SHIFT_BEGINS + seconds * 1000)
}

fn centre() -> Wgs84 {
    Wgs84::new(98.29, 39.77).unwrap()
}

fn id(n: usize) -> CaregiverId {
    CaregiverId::new(format!("c{n}")).unwrap()
}

fn fix(seconds: i64, east: f64, north: f64) -> Fix {
    let place = centre().offset_m(east, north);
    let (lon, lat) = (place.lon(), place.lat());
    Fix { at: at(seconds), lon, lat, datum: Some(Datum::Wgs84), accuracy: Some(10.0), battery: None }
}

fn profile(n: usize) -> CaregiverProfile {
    let valid = Window::new(at(0), at(3_600)).unwrap();
    CaregiverProfile {
        id: id(n),
        organisation: OrganisationId::new("o").unwrap(),
        street: StreetId::new("s").unwrap(),
        mode: TravelMode::EBike,
        certificates: vec![Certificate { qualification: Qualification::Nurse, valid }],
        health_certificate: None,
        trained: true,
        shifts: vec![],
        breaks: vec![],
        off: Vec::new(),
        max_radius: Metres(8000),
        rating: None,
        suspended: false,
    }
}

fn duty(core: &mut Core, n: usize, command: &str, duty: Duty, when: Timestamp) {
    let command = DutyCommand {
        id: CommandId::new(format!("{command}-{n}")).unwrap(),
        actor: Actor::SYSTEM,
        caregiver: id(n),
        duty,
        occurred_at: None,
    };
    core.duty(&command, when).unwrap();
}

/// The active process of a district with some people on shift.
fn core(people: usize) -> Core {
    let bounds = Bounds { west: 98.0, south: 39.5, east: 98.6, north: 40.0 };
    let mut core = Core::new(Rules::default(), bounds);
    core.take_over(at(0));
    for n in 0..people {
        core.profile(profile(n));
        duty(&mut core, n, "on", Duty::On, at(0));
    }
    core
}

fn everyone(core: &Core, now: Timestamp) -> Vec<(CaregiverId, Timestamp, Wgs84)> {
    let query = NearestQuery {
        place: centre(),
        k: 100,
        within: Metres(100_000),
        by_road: false,
        qualifications: vec![],
        available: false,
        spare: None,
    };
    let mut all: Vec<_> = core
        .nearest(&query, now)
        .unwrap()
        .found
        .into_iter()
        .map(|near| (near.caregiver, near.at, near.place))
        .collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

#[test]
fn every_fix_that_is_not_believed_says_why() {
    use FixRejection as R;
    let good = fix(100, 0.0, 0.0);
    let elsewhere = Wgs84::new(0.0, 0.0).unwrap();
    let cases = [
        (R::MissingDatum, Fix { datum: None, ..good }),
        (R::OutsideTheWorld, Fix { lon: 200.0, ..good }),
        (R::OutsideTheDistrict, Fix { lon: elsewhere.lon(), lat: elsewhere.lat(), ..good }),
        (R::FutureClock, fix(200, 0.0, 0.0)),
        (R::Inaccurate, Fix { accuracy: Some(5_000.0), ..good }),
        (R::OffDuty, fix(-1, 0.0, 0.0)),
    ];
    for (why, bad) in cases {
        let mut core = core(1);
        core.report("c0", &mut [bad], at(100));
        assert_eq!((core.counts().rejected(why), core.counts().accepted), (1, 0), "{why:?}");
        core.report("c0", &mut [good], at(100));
        assert_eq!(core.counts().accepted, 1, "after {why:?}");
    }

    let mut core = core(1);
    core.report("c0", &mut [fix(100, 0.0, 0.0)], at(100));
    core.report("c0", &mut [fix(100, 0.0, 0.0)], at(100));
    core.report("c0", &mut [fix(99, 0.0, 0.0)], at(100));
    core.report("c0", &mut [fix(101, 9_000.0, 0.0)], at(101));
    core.report("c0", &mut [fix(100, 0.0, 0.0)], at(2_000));
    core.report("nobody", &mut [fix(100, 0.0, 0.0); 3], at(100));
    core.malformed();
    duty(&mut core, 0, "off", Duty::Off, at(2_000));
    core.report("c0", &mut [fix(2_000, 0.0, 0.0)], at(2_000));
    let counts = core.counts();
    for (why, count) in [
        (R::Duplicate, 1),
        (R::OutOfOrder, 1),
        (R::Teleport, 1),
        (R::TooOld, 1),
        (R::UnknownCaregiver, 3),
        (R::Malformed, 1),
        (R::OffDuty, 1),
    ] {
        assert_eq!(counts.rejected(why), count, "{why:?}");
    }
}

#[test]
fn chinese_maps_coordinates_are_brought_home() {
    let mut core = core(1);
    let shown = centre().to_gcj02();
    let fix = Fix { lon: shown.lon, lat: shown.lat, datum: Some(Datum::Gcj02), ..fix(1, 0.0, 0.0) };
    core.report("c0", &mut [fix], at(1));
    let (_, _, place) = everyone(&core, at(1)).remove(0);
    assert!(place.distance_m(centre()) < 1.0, "{place:?}");
}

#[test]
fn signals_are_told_once_and_filters_hold() {
    let mut core = core(2);
    core.take_presences(100);
    core.report("c0", &mut [fix(1, 0.0, 0.0)], at(1));
    core.report("c0", &mut [fix(2, 1.0, 0.0)], at(2));
    let told = core.take_presences(100);
    assert_eq!(told.iter().map(|p| p.signal).collect::<Vec<_>>(), [Signal::Fresh]);
    core.tick(at(3));
    assert_eq!(core.take_presences(100), []);
    core.tick(at(100));
    assert_eq!(core.take_presences(100)[0].signal, Signal::Stale);

    let query = NearestQuery {
        place: centre(),
        k: 5,
        within: Metres(1_000),
        by_road: false,
        qualifications: vec![Qualification::Nurse],
        available: true,
        spare: None,
    };
    let found = |core: &Core, query: &NearestQuery, now| core.nearest(query, now).unwrap().found.len();
    assert_eq!(found(&core, &query, at(100)), 1, "stale is still matched");
    assert_eq!(found(&core, &query, at(500)), 0, "lost is not");
    let other = NearestQuery { qualifications: vec![Qualification::Repair], ..query.clone() };
    assert_eq!(found(&core, &other, at(100)), 0);
    let anyone = NearestQuery { available: false, ..query.clone() };
    assert_eq!(found(&core, &anyone, at(500)), 1);
    assert_eq!(found(&core, &anyone, at(4_000)), 0, "the certificate has lapsed");
    duty(&mut core, 0, "break", Duty::Break, at(101));
    assert_eq!(found(&core, &query, at(101)), 0, "a break is a break");
}

#[test]
fn whoever_is_on_a_pressing_visit_is_not_to_spare() {
    let mut core = core(2);
    core.report("c0", &mut [fix(1, 0.0, 0.0)], at(1));
    core.report("c1", &mut [fix(1, 5.0, 0.0)], at(1));
    let spare = |core: &Core| {
        let query = NearestQuery {
            place: centre(),
            k: 5,
            within: Metres(1_000),
            by_road: false,
            qualifications: vec![],
            available: true,
            spare: Some(Priority::Urgent),
        };
        core.nearest(&query, at(2)).unwrap().found.len()
    };
    let order = OrderId::new("o1").unwrap();
    let visit = |core: &mut Core, binds| {
        let team = vec![Expected { caregiver: id(0), arrived_at: None, by_exception: false }];
        let door = Door { order: order.clone(), place: centre(), radius: Metres(100), binds, team };
        core.visit(&order, Some(&door), at(2));
    };
    visit(&mut core, None);
    assert_eq!(spare(&core), 2, "promised, and not under way");
    visit(&mut core, Some(Priority::Ordinary));
    assert_eq!(spare(&core), 2, "it can wait");
    visit(&mut core, Some(Priority::Urgent));
    assert_eq!(spare(&core), 1);
    core.visit(&order, None, at(3));
    assert_eq!(spare(&core), 2, "over");
}

#[test]
fn nobody_is_tracked_off_duty() {
    let mut core = core(1);
    core.report("c0", &mut [fix(1, 0.0, 0.0)], at(1));
    assert_eq!(core.take_unsaved(at(1), 10).len(), 1);
    duty(&mut core, 0, "off", Duty::Off, at(10));
    core.report("c0", &mut [fix(9, 0.0, 0.0)], at(11));
    assert_eq!(everyone(&core, at(11)), []);
    assert_eq!(core.take_moved(10), []);
    assert_eq!(core.take_forgotten(10), [id(0)]);
    duty(&mut core, 0, "again", Duty::On, at(20));
    core.report("c0", &mut [fix(8, 0.0, 0.0)], at(21));
    assert_eq!(everyone(&core, at(21)), [], "a late fix of the shift before");
}

#[test]
fn positions_are_written_down_now_and_then() {
    let mut core = core(1);
    let mut saved = 0;
    for second in 1..=20 {
        core.report("c0", &mut [fix(second, second as f64, 0.0)], at(second));
        saved += core.take_unsaved(at(second), 10).len();
    }
    assert_eq!(saved, 4);
    core.report("c0", &mut [fix(32, 450.0, 0.0)], at(32));
    core.take_unsaved(at(32), 10);
    core.report("c0", &mut [fix(33, 440.0, 0.0)], at(33));
    assert_eq!(core.take_unsaved(at(33), 10).len(), 0);
    core.take_unsaved(at(40), 10);
    assert_eq!(core.take_unsaved(at(50), 10).len(), 0);
    assert_eq!(core.take_unsaved(at(80), 10).len(), 1, "everyone's again");
}

#[test]
fn a_standby_knows_and_does_nothing_until_it_takes_over() {
    let mut active = core(1);
    active.report("c0", &mut [fix(1, 0.0, 0.0)], at(1));
    let mut standby = Core::new(Rules::default(), Bounds::WORLD);
    standby.profile(profile(0));
    standby.restore_presences(&active.take_presences(10));
    standby.report("c0", &mut [fix(2, 5.0, 0.0)], at(2));
    standby.tick(at(200));
    assert!(!standby.has_durable_work());
    assert_eq!(everyone(&standby, at(2)).len(), 1);
    standby.take_over(at(200));
    let told: Vec<Signal> = standby.take_presences(10).iter().map(|p| p.signal).collect();
    assert_eq!(told, [Signal::Stale]);
    assert_eq!(standby.take_moved(10).len(), 1);
    // What was never stored is not believed after a rebuild.
    standby.restore_presences(&[]);
    assert_eq!(everyone(&standby, at(200)), []);
}

#[test]
fn an_old_position_of_someone_off_duty_is_forgotten() {
    let mut core = core(0);
    core.profile(profile(0));
    core.restore_position(&Position {
        caregiver: id(0),
        at: at(1),
        place: centre(),
        accuracy: None,
        battery: None,
    });
    assert_eq!(everyone(&core, at(1)), []);
    assert_eq!(core.take_forgotten(10), [id(0)]);
}

prop_compose! {
    /// Ways at walking to driving pace: of each caregiver a place every ten seconds.
    fn ways()(steps in prop::collection::vec(
        prop::collection::vec((-200.0..200.0f64, -200.0..200.0f64), 1..12), 1..6,
    )) -> Vec<(usize, Fix)> {
        let mut fixes = Vec::new();
        for (who, steps) in steps.iter().enumerate() {
            let (mut east, mut north) = (0.0, 0.0);
            for (step, (de, dn)) in steps.iter().enumerate() {
                (east, north) = (east + de, north + dn);
                fixes.push((who, fix(1 + step as i64 * 10, east, north)));
            }
        }
        fixes
    }
}

proptest! {
    /// However reports arrive, batched, doubled, in any order: the index ends with everyone's newest fix.
    #[test]
    fn the_order_of_arrival_does_not_matter(
        fixes in ways(), order in prop::collection::vec(any::<prop::sample::Index>(), 0..120), batch in 1..5usize,
    ) {
        let now = at(130);
        let mut arrivals: Vec<(usize, Fix)> = order.iter().map(|i| *i.get(&fixes)).collect();
        arrivals.extend(fixes.iter().rev());
        let mut core = core(6);
        for who in 0..6 {
            let mut own: Vec<Fix> = arrivals.iter().filter(|(w, _)| *w == who).map(|(_, f)| *f).collect();
            for batch in own.chunks_mut(batch) {
                core.report(id(who).as_str(), batch, now);
            }
        }
        let mut reference: Vec<(CaregiverId, Timestamp, Wgs84)> = Vec::new();
        for who in 0..6 {
            let newest = fixes.iter().filter(|(w, _)| *w == who).map(|(_, f)| f).max_by_key(|f| f.at);
            reference.extend(newest.map(|f| (id(who), f.at, Wgs84::new(f.lon, f.lat).unwrap())));
        }
        prop_assert_eq!(everyone(&core, now), reference);
        let counts = core.counts();
        prop_assert_eq!(counts.rejected(FixRejection::Teleport), 0);
    }
}
