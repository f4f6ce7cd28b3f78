//! Nobody goes: it is noticed, said, and in the end a human's.

use domain::{
    caregiver::Duty,
    command::OrderAction,
    id::{CaregiverId, OrderId},
    order::{Role, timeline::Limit},
    service::ServiceKind,
    unit::Seconds,
};

use super::{super::Input, World};

fn accepted() -> (World, CaregiverId, OrderId) {
    let mut w = World::new();
    let elder = w.elder("e1", 0.0, 0.0);
    let near = w.caregiver("near", 300.0, 0.0);
    let order = w.place("o1", &elder, ServiceKind::Cleaning);
    w.accept(&order);
    (w, near, order)
}

#[test]
fn an_accepted_visit_nobody_goes_to_is_said_and_then_a_humans() {
    let (mut w, _, order) = accepted();
    w.pass(Seconds::minutes(20));
    assert_eq!(w.order(&order).overdue, [Limit::Departure]);
    assert_eq!(w.stage(&order), "accepted");
    w.pass(Seconds::hours(2));
    assert_eq!(w.stage(&order), "at_desk");
}

#[test]
fn a_team_that_never_arrives_and_a_service_that_never_ends_are_said_once() {
    let (mut w, near, order) = accepted();
    w.command(Role::Caregiver, Some(&near), &order, OrderAction::Depart);
    w.pass(Seconds::hours(1));
    assert_eq!(w.order(&order).overdue, [Limit::Arrival]);
    let arrive = OrderAction::Arrive { place: None, exception: None };
    w.command(Role::Caregiver, Some(&near), &order, arrive);
    w.pass(Seconds::hours(1));
    assert_eq!(w.order(&order).overdue, [Limit::Arrival, Limit::Start]);
    let start = OrderAction::Start { verification: super::verified() };
    w.command(Role::Caregiver, Some(&near), &order, start);
    let events = w.events.len();
    w.pass(Seconds::hours(9));
    assert_eq!(w.order(&order).overdue, [Limit::Arrival, Limit::Start, Limit::Overrun]);
    assert_eq!(w.events.len(), events + 1);
    assert_eq!(w.stage(&order), "in_service", "it is not taken from those who serve");
}

#[test]
fn the_offer_of_somebody_who_goes_home_is_the_next_ones_at_once() {
    let mut w = World::new();
    let elder = w.elder("e1", 0.0, 0.0);
    let near = w.caregiver("near", 300.0, 0.0);
    w.caregiver("far", 3000.0, 0.0);
    let order = w.place("o1", &elder, ServiceKind::Cleaning);
    assert_eq!(w.asked(&order), ["near"]);
    w.duty(&near, Duty::Off);
    assert_eq!(w.asked(&order), ["far"]);
}

#[test]
fn the_visit_of_somebody_who_goes_home_unrostered_is_a_humans() {
    let (mut w, near, order) = accepted();
    let mut profile = w.profile("near");
    profile.shifts.clear();
    w.give(Input::Caregiver(Box::new(profile)));
    w.duty(&near, Duty::Off);
    assert_eq!(w.stage(&order), "at_desk");
}

#[test]
fn whoever_is_suspended_goes_to_nobody() {
    let (mut w, _, order) = accepted();
    let mut profile = w.profile("near");
    profile.suspended = true;
    w.give(Input::Caregiver(Box::new(profile)));
    assert_eq!(w.stage(&order), "at_desk");
}

#[test]
fn acceptance_is_overdue_counted_from_the_first_offer() {
    let mut w = World::new();
    let elder = w.elder("e1", 0.0, 0.0);
    let order = w.place("o1", &elder, ServiceKind::Cleaning);
    w.pass(Seconds::minutes(10));
    assert!(w.order(&order).dispatch_overdue);
    w.caregiver("near", 300.0, 0.0);
    w.pass(Seconds(10));
    assert_eq!(w.asked(&order), ["near"]);
    assert!(!w.order(&order).acceptance_overdue, "it was offered ten seconds ago");
    w.command(Role::Operator, None, &order, OrderAction::HandBack);
    w.command(Role::Operator, None, &order, OrderAction::Resume);
    assert!(!w.order(&order).dispatch_overdue, "a human gave it a new start");
}
