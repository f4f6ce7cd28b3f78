//! Somebody goes to an emergency: their visits are planned anew by what the stream of emergencies tells, and nothing else.

use std::collections::BTreeSet;

use domain::{
    command::OrderAction,
    id::{CaregiverId, IncidentId},
    order::{Happening, Role},
    service::ServiceKind,
    unit::Seconds,
};

use super::{super::Input, World, verified};

fn goes(w: &mut World, who: &[&CaregiverId]) {
    let responders: BTreeSet<_> = who.iter().map(|id| (*id).clone()).collect();
    w.give(Input::Emergency { incident: IncidentId::new("i1").unwrap(), responders });
}

#[test]
fn whoever_is_on_the_way_is_replaced_with_the_reason_and_asked_for_nothing_until_it_is_over() {
    let mut w = World::new();
    let elder = w.elder("e1", 0.0, 0.0);
    let near = w.caregiver("near", 300.0, 0.0);
    w.caregiver("far", 2000.0, 0.0);
    let order = w.place("o1", &elder, ServiceKind::Cleaning);
    w.accept(&order);
    w.command(Role::Caregiver, Some(&near), &order, OrderAction::Depart);
    assert_eq!(w.stage(&order), "en_route");
    goes(&mut w, &[&near]);
    assert_eq!((w.stage(&order), w.asked(&order)), ("offered", vec!["far".to_owned()]));
    let why = Happening::CalledAway { caregiver: near.clone(), incident: IncidentId::new("i1").unwrap() };
    assert!(w.order(&order).timeline.iter().any(|entry| entry.what == why));
    // Told again, it is no news; and a new order does not go to them.
    let before = w.events.len();
    goes(&mut w, &[&near]);
    assert_eq!(w.events.len(), before);
    let second = w.place("o2", &elder, ServiceKind::Cleaning);
    assert!(!w.asked(&second).contains(&"near".to_owned()));
    goes(&mut w, &[]);
    w.pass(Seconds(5));
    assert_eq!(w.asked(&second), ["near"], "it is over, and they are free again");
}

#[test]
fn without_a_replacement_the_order_waits() {
    let mut w = World::new();
    let elder = w.elder("e1", 0.0, 0.0);
    let near = w.caregiver("near", 300.0, 0.0);
    let order = w.place("o1", &elder, ServiceKind::Cleaning);
    w.accept(&order);
    goes(&mut w, &[&near]);
    assert_eq!(w.stage(&order), "waiting");
}

#[test]
fn an_elder_left_in_the_middle_of_a_service_is_a_humans() {
    let mut w = World::new();
    let elder = w.elder("e1", 0.0, 0.0);
    let near = w.caregiver("near", 300.0, 0.0);
    let order = w.place("o1", &elder, ServiceKind::Cleaning);
    w.accept(&order);
    w.command(Role::Caregiver, Some(&near), &order, OrderAction::Depart);
    w.command(Role::Caregiver, Some(&near), &order, OrderAction::Arrive { place: None, exception: None });
    w.command(Role::Caregiver, Some(&near), &order, OrderAction::Start { verification: verified() });
    assert_eq!(w.stage(&order), "in_service", "{:?}", w.refused);
    goes(&mut w, &[&near]);
    assert_eq!(w.stage(&order), "at_desk");
}

#[test]
fn a_process_that_takes_over_knows_who_is_away() {
    let mut w = World::new();
    let elder = w.elder("e1", 0.0, 0.0);
    let near = w.caregiver("near", 300.0, 0.0);
    goes(&mut w, &[&near]);
    let mut w = w.rebuilt();
    let order = w.place("o1", &elder, ServiceKind::Cleaning);
    assert_eq!(w.stage(&order), "waiting");
}
