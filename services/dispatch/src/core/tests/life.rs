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

#[test]
fn whoever_is_sent_in_somebodys_place_arrives_by_the_fence_too() {
    let mut w = World::new();
    let elder = w.elder("e1", 0.0, 0.0);
    let near = w.caregiver("near", 300.0, 0.0);
    let far = w.caregiver("far", 3000.0, 0.0);
    let order = w.place("o1", &elder, ServiceKind::Cleaning);
    w.accept(&order);
    for who in [&near, &far] {
        w.command(Role::Caregiver, Some(who), &order, OrderAction::Depart);
        w.give(Input::Geofence(GeofenceCrossed {
            caregiver: who.clone(),
            fence: domain::id::GeofenceId::new("o1").unwrap(),
            order: Some(order.clone()),
            crossing: Crossing::Enter,
            at: w.now,
            place: centre(),
        }));
        assert_eq!(w.stage(&order), "arrived", "{who}");
        let assign = OrderAction::Assign { caregivers: vec![far.clone()], reason: "unwell".into() };
        w.command(Role::Operator, None, &order, assign);
    }
}

#[test]
fn whoever_is_at_the_door_already_arrives_as_they_set_off() {
    let mut w = World::new();
    let elder = w.elder("e1", 0.0, 0.0);
    let near = w.caregiver("near", 10.0, 0.0);
    let order = w.place("o1", &elder, ServiceKind::Cleaning);
    w.accept(&order);
    let crossed = |crossing| GeofenceCrossed {
        caregiver: near.clone(),
        fence: domain::id::GeofenceId::new("o1").unwrap(),
        order: Some(order.clone()),
        crossing,
        at: w.now,
        place: centre(),
    };
    let (enter, exit) = (crossed(Crossing::Enter), crossed(Crossing::Exit));
    w.give(Input::Geofence(enter.clone()));
    w.give(Input::Geofence(exit));
    w.give(Input::Geofence(enter));
    w.pass(Seconds(60));
    w.command(Role::Caregiver, Some(&near), &order, OrderAction::Depart);
    assert_eq!(w.stage(&order), "arrived", "{:?}", w.refused);
}

#[test]
fn a_command_id_stands_for_one_request_of_one_person() {
    let mut w = World::new();
    let elder = w.elder("e1", 0.0, 0.0);
    let other = w.elder("e2", 900.0, 0.0);
    w.caregiver("near", 300.0, 0.0);
    let order = w.place("o1", &elder, ServiceKind::Cleaning);
    w.place("o1", &other, ServiceKind::Cleaning);
    assert_eq!(w.refused, ["idempotency_key_reused"]);
    w.place("o1", &elder, ServiceKind::Cleaning);
    assert_eq!(w.repeated, 1, "the same again is a repetition");
    let (offer, near) = {
        let seat = &w.order(&order).stage.seats()[0];
        (seat.offer.clone(), seat.caregiver.clone())
    };
    let accept = |offer| OrderAction::Accept { offer };
    w.command(Role::Caregiver, Some(&near), &order, accept(offer.clone()));
    w.commands -= 1;
    w.command(Role::Caregiver, Some(&near), &order, OrderAction::Depart);
    assert_eq!(w.refused.last().unwrap(), "idempotency_key_reused");
    w.commands -= 1;
    w.user = "somebody-else";
    w.command(Role::Caregiver, Some(&near), &order, accept(offer));
    assert_eq!((w.refused.len(), w.repeated), (3, 1));
}

#[test]
fn a_decision_by_hand_says_what_the_matcher_would_have_said() {
    let mut w = World::new();
    let elder = w.elder("e1", 0.0, 0.0);
    w.caregiver("near", 300.0, 0.0);
    let far = w.caregiver("far", 5000.0, 0.0);
    let order = w.place("o1", &elder, ServiceKind::Rehabilitation);
    w.command(Role::Operator, None, &order, OrderAction::HandBack);
    let walking = Change::Service { service: ServiceKind::Walking };
    w.command(Role::Elder, None, &order, OrderAction::Change { change: walking });
    assert_eq!(w.stage(&order), "at_desk", "a change leaves a human's order theirs");
    let assign = OrderAction::Assign { caregivers: vec![far], reason: "asked for".into() };
    w.command(Role::Operator, None, &order, assign);
    let decision = w.events.last().unwrap().decision.as_ref().unwrap();
    assert_eq!(decision.ranked[0].team[0].as_str(), "near");
    assert_eq!((decision.reason.as_deref(), &decision.passed_over), (Some("asked for"), &None));
}

#[test]
fn a_change_minds_the_horizon_and_the_next_visit() {
    let mut w = World::new();
    let elder = w.elder("e1", 0.0, 0.0);
    let near = w.caregiver("near", 300.0, 0.0);
    let order = w.place("o1", &elder, ServiceKind::Cleaning);
    w.accept(&order);
    let earliest = w.now + Seconds::hours(24 * 90);
    let window = domain::time::Window::new(earliest, earliest + Seconds::hours(1)).unwrap();
    w.command(Role::Elder, None, &order, OrderAction::Change { change: Change::Window { window } });
    assert_eq!(w.refused, ["window_too_far"]);
    let earliest = w.now + Seconds::hours(2);
    let window = domain::time::Window::new(earliest, earliest + Seconds::hours(1)).unwrap();
    let later = domain::command::PlaceOrder {
        elder: elder.clone(),
        service: ServiceKind::Cleaning,
        window: Some(window),
        minutes: None,
        urgency: domain::priority::Urgency::Normal,
        family_present: false,
        pay_with: domain::order::PayWith::Allowance,
        self_pay_up_to: domain::unit::Fen::ZERO,
    };
    let next = w.place_with("o2", later);
    let assign = OrderAction::Assign { caregivers: vec![near], reason: "asked for".into() };
    w.command(Role::Operator, None, &next, assign);
    let add = |minutes| OrderAction::Change { change: Change::Add { minutes } };
    w.command(Role::Elder, None, &order, add(240));
    assert_eq!(w.refused.last().unwrap(), "next_visit_too_late");
    w.command(Role::Operator, None, &next, OrderAction::HandBack);
    w.command(Role::Elder, None, &order, add(240));
    assert_eq!(w.refused.len(), 2);
}

#[test]
fn orders_follow_an_elder_who_moves_and_are_a_humans_when_the_elder_leaves() {
    let mut w = World::new();
    let elder = w.elder("e1", 0.0, 0.0);
    w.caregiver("near", 300.0, 0.0);
    let order = w.place("o1", &elder, ServiceKind::Cleaning);
    w.accept(&order);
    w.elder("e1", 700.0, 0.0);
    assert_eq!(w.order(&order).place, centre().offset_m(700.0, 0.0));
    let mut closed = World::elder_profile("e1", 700.0, 0.0);
    closed.closed = true;
    w.give(Input::Elder(Box::new(closed)));
    assert_eq!(w.stage(&order), "at_desk");
}
