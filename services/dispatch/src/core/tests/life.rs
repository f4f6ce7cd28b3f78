//! One order from placing to confirming, and what may come between.

use domain::{
    command::{CancelReason, Change, DeclineReason, OrderAction, Problem},
    decision::Exclusion,
    order::{Happening, Role},
    service::ServiceKind,
    unit::Seconds,
};
use schemas::position::{Crossing, GeofenceCrossed};

use super::{super::Input, World, centre};

#[test]
fn the_nearest_is_asked_in_the_same_message_that_creates_the_order() {
    let mut w = World::new();
    let elder = w.elder("e1", 0.0, 0.0);
    w.caregiver("far", 3000.0, 0.0);
    w.caregiver("near", 300.0, 0.0);
    let order = w.place("o1", &elder, ServiceKind::Cleaning);
    assert_eq!(w.asked(&order), ["near"]);
    assert_eq!(w.events.len(), 1, "one durable write per decision");
    let decision = w.events[0].decision.as_ref().expect("explained");
    assert_eq!(decision.ranked.len(), 2);
    w.accept(&order);
    w.serve(&order);
}

#[test]
fn declining_and_offering_anew_is_one_message() {
    let mut w = World::new();
    let elder = w.elder("e1", 0.0, 0.0);
    let near = w.caregiver("near", 300.0, 0.0);
    w.caregiver("far", 3000.0, 0.0);
    let order = w.place("o1", &elder, ServiceKind::Cleaning);
    let offer = w.order(&order).stage.seats()[0].offer.clone();
    let before = w.events.len();
    w.command(
        Role::Caregiver,
        Some(&near),
        &order,
        OrderAction::Decline { offer, reason: DeclineReason::Busy },
    );
    assert_eq!(w.events.len(), before + 1);
    assert_eq!(w.asked(&order), ["far"]);
    let excluded = &w.events[before].decision.as_ref().unwrap().excluded;
    assert!(excluded.iter().any(|x| x.reason == Exclusion::Declined && x.caregivers.contains(&near)));
}

#[test]
fn an_offer_runs_out_and_goes_to_the_next_then_to_a_human() {
    let mut w = World::new();
    let elder = w.elder("e1", 0.0, 0.0);
    let near = w.caregiver("near", 300.0, 0.0);
    w.caregiver("far", 3000.0, 0.0);
    let order = w.place("o1", &elder, ServiceKind::Cleaning);
    let late = w.order(&order).stage.seats()[0].offer.clone();
    w.pass(Seconds(61));
    assert_eq!(w.asked(&order), ["far"]);
    w.command(Role::Caregiver, Some(&near), &order, OrderAction::Accept { offer: late });
    assert_eq!(w.refused, ["offer_gone"]);
    w.pass(Seconds::hours(2));
    assert_eq!(w.stage(&order), "at_desk", "nobody is left and the window is over");
    assert!(w.order(&order).acceptance_overdue, "a warning came before");
}

#[test]
fn bathing_takes_two_who_arrive_together() {
    let mut w = World::new();
    let elder = w.elder("e1", 0.0, 0.0);
    for (name, east) in [("a", 300.0), ("b", 600.0), ("c", 2500.0)] {
        w.caregiver(name, east, 0.0);
    }
    let order = w.place("o1", &elder, ServiceKind::Bathing);
    let mut asked = w.asked(&order);
    asked.sort();
    assert_eq!(asked, ["a", "b"]);
    let seats = w.order(&order).stage.seats().to_vec();
    assert_eq!(seats[0].start, seats[1].start);
    // One declines: the other keeps the seat, a third is asked.
    let b = seats.iter().find(|s| s.caregiver.as_str() == "b").unwrap().clone();
    w.command(
        Role::Caregiver,
        Some(&b.caregiver),
        &order,
        OrderAction::Decline { offer: b.offer, reason: DeclineReason::Unwell },
    );
    let mut asked = w.asked(&order);
    asked.sort();
    assert_eq!(asked, ["a", "c"]);
    w.accept(&order);
    assert_eq!(w.stage(&order), "accepted");
    w.serve(&order);
}

#[test]
fn the_fence_says_arrived_once_the_caregiver_has_set_off() {
    let mut w = World::new();
    let elder = w.elder("e1", 0.0, 0.0);
    let near = w.caregiver("near", 300.0, 0.0);
    let order = w.place("o1", &elder, ServiceKind::Cleaning);
    w.accept(&order);
    let crossed = GeofenceCrossed {
        caregiver: near.clone(),
        fence: domain::id::GeofenceId::new("o1").unwrap(),
        order: Some(order.clone()),
        crossing: Crossing::Enter,
        at: w.now,
        place: centre(),
    };
    w.give(Input::Geofence(crossed.clone()));
    assert_eq!(w.stage(&order), "accepted", "passing by is not arriving");
    w.command(Role::Caregiver, Some(&near), &order, OrderAction::Depart);
    w.give(Input::Geofence(crossed.clone()));
    assert_eq!(w.stage(&order), "arrived");
    let events = w.events.len();
    w.give(Input::Geofence(crossed));
    assert_eq!(w.events.len(), events, "twice is once");
}

#[test]
fn a_repeated_command_answers_and_does_nothing() {
    let mut w = World::new();
    let elder = w.elder("e1", 0.0, 0.0);
    w.caregiver("near", 300.0, 0.0);
    w.place("o1", &elder, ServiceKind::Cleaning);
    let events = w.events.len();
    w.place("o1", &elder, ServiceKind::Cleaning);
    assert_eq!((w.events.len(), w.repeated), (events, 1));
}

#[test]
fn the_desk_assigns_but_not_what_the_law_forbids() {
    let mut w = World::new();
    let elder = w.elder("e1", 0.0, 0.0);
    w.caregiver("near", 300.0, 0.0);
    let far = w.caregiver("far", 5000.0, 0.0);
    let order = w.place("o1", &elder, ServiceKind::Cleaning);
    let mut lapsed = w.profile("lapsed");
    lapsed.health_certificate = None;
    let lapsed_id = lapsed.id.clone();
    w.give(Input::Caregiver(Box::new(lapsed)));
    let assign = |who| OrderAction::Assign { caregivers: vec![who], reason: "asked for".into() };
    w.command(Role::Operator, None, &order, assign(lapsed_id));
    assert_eq!(w.refused, ["cannot_serve"]);
    w.command(Role::Operator, None, &order, assign(far.clone()));
    assert_eq!(w.team(&order), [far]);
    let last = &w.order(&order).timeline.last().unwrap().what;
    assert!(matches!(last, Happening::Assigned { .. }), "{last:?}");
}

#[test]
fn a_breakdown_on_the_way_finds_a_replacement() {
    let mut w = World::new();
    let elder = w.elder("e1", 0.0, 0.0);
    let near = w.caregiver("near", 300.0, 0.0);
    w.caregiver("far", 3000.0, 0.0);
    let order = w.place("o1", &elder, ServiceKind::Cleaning);
    w.accept(&order);
    w.command(Role::Caregiver, Some(&near), &order, OrderAction::Depart);
    let report = OrderAction::ReportProblem { problem: Problem::Breakdown, can_continue: false };
    w.command(Role::Caregiver, Some(&near), &order, report);
    assert_eq!(w.asked(&order), ["far"]);
}

#[test]
fn a_changed_service_may_take_other_people_and_a_later_window_waits() {
    let mut w = World::new();
    let elder = w.elder("e1", 0.0, 0.0);
    w.caregiver("near", 300.0, 0.0);
    let order = w.place("o1", &elder, ServiceKind::Cleaning);
    w.accept(&order);
    let nursing = Change::Service { service: ServiceKind::Nursing };
    w.command(Role::Elder, None, &order, OrderAction::Change { change: nursing });
    assert_eq!(w.stage(&order), "waiting", "nobody here is a nurse");
    let walking = Change::Service { service: ServiceKind::Walking };
    w.command(Role::Elder, None, &order, OrderAction::Change { change: walking });
    assert_eq!(w.asked(&order), ["near"]);
    w.command(Role::Elder, None, &order, OrderAction::Cancel { reason: CancelReason::ElderWish });
    assert_eq!(w.stage(&order), "cancelled");
    let other = w.place("o2", &elder, ServiceKind::Cleaning);
    assert_eq!(w.asked(&other), ["near"], "a cancelled order frees its people");
}
