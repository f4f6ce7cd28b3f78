//! Waiting: for capacity, for its time; and who goes first when someone becomes free.

use domain::{
    caregiver::Duty,
    command::{OrderAction, PlaceOrder},
    decision::Shortage,
    order::{PayWith, Role, Stage},
    priority::Urgency,
    service::ServiceKind,
    time::Window,
    unit::{Fen, Seconds},
};

use super::World;

fn placed(elder: &domain::id::ElderId, urgency: Urgency) -> PlaceOrder {
    PlaceOrder {
        elder: elder.clone(),
        service: ServiceKind::Cleaning,
        window: None,
        minutes: None,
        urgency,
        family_present: false,
        pay_with: PayWith::Allowance,
        self_pay_up_to: Fen::ZERO,
    }
}

#[test]
fn a_waiting_order_is_offered_the_moment_someone_comes() {
    let mut w = World::new();
    let elder = w.elder("e1", 0.0, 0.0);
    let order = w.place("o1", &elder, ServiceKind::Cleaning);
    assert!(matches!(&w.order(&order).stage, Stage::Waiting(x) if x.shortage.is_some()));
    w.caregiver("near", 300.0, 0.0);
    w.pass(Seconds(1));
    assert_eq!(w.asked(&order), ["near"]);
}

#[test]
fn who_leaves_is_not_asked() {
    let mut w = World::new();
    let elder = w.elder("e1", 0.0, 0.0);
    let near = w.caregiver("near", 300.0, 0.0);
    w.duty(&near, Duty::Break);
    let order = w.place("o1", &elder, ServiceKind::Cleaning);
    assert_eq!(w.stage(&order), "waiting");
    w.duty(&near, Duty::On);
    w.pass(Seconds(1));
    assert_eq!(w.asked(&order), ["near"]);
}

#[test]
fn an_emergency_that_came_last_is_served_first() {
    let mut w = World::new();
    let elder = w.elder("e1", 0.0, 0.0);
    let ordinary = w.place("o1", &elder, ServiceKind::Cleaning);
    let emergency = w.place_with("o2", placed(&elder, Urgency::Emergency));
    w.caregiver("only", 300.0, 0.0);
    w.pass(Seconds(1));
    assert_eq!(w.asked(&emergency), ["only"]);
    assert_eq!(w.stage(&ordinary), "waiting");
}

#[test]
fn nobody_qualified_is_said_so() {
    let mut w = World::new();
    let elder = w.elder("e1", 0.0, 0.0);
    w.caregiver("near", 300.0, 0.0);
    let order = w.place("o1", &elder, ServiceKind::Rehabilitation);
    let Stage::Waiting(waiting) = &w.order(&order).stage else { panic!("waits") };
    assert_eq!(waiting.shortage, Some(Shortage::NobodyQualified));
}

#[test]
fn an_appointment_is_offered_when_its_time_comes() {
    let mut w = World::new();
    let elder = w.elder("e1", 0.0, 0.0);
    w.caregiver("near", 300.0, 0.0);
    let earliest = w.now + Seconds::hours(3);
    let window = Window::new(earliest, earliest + Seconds::minutes(30)).unwrap();
    let order = w.place_with("o1", PlaceOrder { window: Some(window), ..placed(&elder, Urgency::Normal) });
    assert_eq!(w.stage(&order), "waiting");
    w.pass(Seconds::hours(2));
    assert_eq!(w.stage(&order), "waiting");
    w.pass(Seconds::minutes(15) + Seconds(30));
    assert_eq!(w.asked(&order), ["near"]);
    let seat = &w.order(&order).stage.seats()[0];
    assert!(seat.start >= earliest, "never before its window");
}

#[test]
fn waiting_for_ever_writes_nothing_new() {
    let mut w = World::new();
    let elder = w.elder("e1", 0.0, 0.0);
    w.place("o1", &elder, ServiceKind::Cleaning);
    w.pass(Seconds::minutes(4));
    assert_eq!(w.events.len(), 1, "retrying in vain is no event");
    w.pass(Seconds::minutes(2));
    assert_eq!(w.events.len(), 2, "but the warning is");
    assert!(w.order(&domain::id::OrderId::new("o1").unwrap()).dispatch_overdue);
}

#[test]
fn a_human_can_give_it_back_to_the_matcher() {
    let mut w = World::new();
    let elder = w.elder("e1", 0.0, 0.0);
    let order = w.place("o1", &elder, ServiceKind::Cleaning);
    w.pass(Seconds::hours(3));
    assert_eq!(w.stage(&order), "at_desk");
    w.caregiver("near", 300.0, 0.0);
    w.command(Role::Operator, None, &order, OrderAction::Resume);
    assert_eq!(w.asked(&order), ["near"], "{:?}", w.refused);
}

#[test]
fn the_familiar_caregiver_comes_again_when_it_hardly_matters() {
    let mut w = World::new();
    let elder = w.elder("e1", 0.0, 0.0);
    w.caregiver("first", 300.0, 0.0);
    let order = w.place("o1", &elder, ServiceKind::Cleaning);
    w.accept(&order);
    w.serve(&order);
    w.caregiver("other", 0.0, 290.0);
    let order = w.place("o2", &elder, ServiceKind::Cleaning);
    assert_eq!(w.asked(&order), ["first"]);
}

#[test]
fn a_vain_try_is_not_repeated_at_once() {
    let mut w = World::new();
    let elder = w.elder("e1", 0.0, 0.0);
    w.place("o1", &elder, ServiceKind::Cleaning);
    let next = w.core.next_deadline().unwrap();
    assert_eq!(next, w.now + Seconds(30), "the next try is a retry away");
    let now = w.now;
    w.place("o2", &elder, ServiceKind::Cleaning);
    assert_eq!(w.core.next_deadline(), Some(now + Seconds(30)), "and another order does not hurry it");
}

#[test]
fn a_crowd_in_front_keeps_nobody_behind_from_being_tried() {
    let mut w = World::with(super::Settings { match_limit: 4, ..super::Settings::default() });
    let elder = w.elder("e1", 0.0, 0.0);
    for n in 0..12 {
        w.place(&format!("o{n:02}"), &elder, ServiceKind::Rehabilitation);
        w.now = w.now.plus_millis(1);
    }
    let behind = w.place("p", &elder, ServiceKind::Cleaning);
    w.caregiver("near", 300.0, 0.0);
    w.pass(Seconds(5));
    assert_eq!(w.asked(&behind), ["near"], "twelve that nobody here can do wait in front");
}
