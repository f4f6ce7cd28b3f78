//! What a process that takes over still knows.

use domain::{caregiver::Duty, order::Role, service::ServiceKind, unit::Seconds};

use super::{super::Input, World};

#[test]
fn who_came_before_is_familiar_after_a_restart_however_long_ago() {
    let mut w = World::new();
    let elder = w.elder("e1", 0.0, 0.0);
    w.caregiver("first", 300.0, 0.0);
    let order = w.place("o1", &elder, ServiceKind::Cleaning);
    w.accept(&order);
    w.serve(&order);
    assert_eq!(w.stage(&order), "confirmed");
    w.caregiver("other", 0.0, 290.0);
    w.pass(Seconds::hours(30));
    let mut w = w.rebuilt();
    let order = w.place("o2", &elder, ServiceKind::Cleaning);
    assert_eq!(w.asked(&order), ["first"]);
}

#[test]
fn work_of_this_shift_counts_once_and_that_of_yesterday_not_at_all() {
    let mut w = World::new();
    let elder = w.elder("e1", 0.0, 0.0);
    let near = w.caregiver("near", 300.0, 0.0);
    let mut profile = w.profile("near");
    let shift = |from: i64, to: i64| {
        domain::time::Window::new(w.now + Seconds::hours(from), w.now + Seconds::hours(to)).unwrap()
    };
    profile.shifts = vec![shift(-1, 8), shift(15, 24)];
    w.give(Input::Caregiver(Box::new(profile)));
    let worked = |w: &World| w.core.roster.worked_minutes(&near);
    let order = w.place("o1", &elder, ServiceKind::Cleaning);
    w.accept(&order);
    w.serve(&order);
    w.command(Role::Elder, None, &order, domain::command::OrderAction::Rate { stars: 5 });
    assert_eq!((worked(&w), worked(&w.rebuilt())), (30, 30));
    w.duty(&near, Duty::Off);
    w.pass(Seconds::hours(16));
    w.duty(&near, Duty::On);
    assert_eq!((worked(&w), worked(&w.rebuilt())), (0, 0));
}

#[test]
fn an_order_can_be_confirmed_days_later_and_its_key_makes_no_second_one() {
    let mut w = World::new();
    let elder = w.elder("e1", 0.0, 0.0);
    w.caregiver("near", 300.0, 0.0);
    let order = w.place("o1", &elder, ServiceKind::Cleaning);
    w.accept(&order);
    w.serve_unconfirmed(&order);
    w.pass(Seconds::hours(50));
    w.place("o2", &elder, ServiceKind::Cleaning);
    assert!(w.core.order(&order).is_none(), "forgotten");
    for mut w in [w.rebuilt(), w] {
        let events = w.events.len();
        w.place("o1", &elder, ServiceKind::Cleaning);
        assert_eq!((w.events.len(), w.repeated), (events, 1));
        let verification = super::verified();
        w.command(Role::Elder, None, &order, domain::command::OrderAction::Confirm { verification });
        assert_eq!(w.stage(&order), "confirmed", "{:?}", w.refused);
    }
}
