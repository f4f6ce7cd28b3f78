//! The day moves: what is promised late, and what of the promised moves to somebody else.

use domain::{
    command::OrderAction,
    id::{CaregiverId, OrderId},
    order::Role,
    service::ServiceKind,
    unit::Seconds,
};

use super::{Settings, World};
use crate::core::settings::Policy;

/// An order that somebody four kilometres away has accepted, and has not set off to.
fn promised(settings: Settings) -> (World, OrderId, CaregiverId) {
    let mut w = World::with(settings);
    let elder = w.elder("e1", 0.0, 0.0);
    let far = w.caregiver("far", 4000.0, 0.0);
    let order = w.place("o1", &elder, ServiceKind::Cleaning);
    w.accept(&order);
    assert_eq!(w.team(&order), std::slice::from_ref(&far));
    (w, order, far)
}

#[test]
fn a_promise_moves_where_much_is_gained_and_says_so() {
    let (mut w, order, far) = promised(Settings::default());
    w.caregiver("near", 100.0, 0.0);
    w.pass(Seconds(30));
    assert_eq!(w.asked(&order), ["near"]);
    let decision = w.events.last().unwrap().decision.as_ref().unwrap();
    assert_eq!(decision.chosen, [CaregiverId::new("near").unwrap()]);
    assert!(decision.passed_over.as_ref().unwrap().contains(far.as_str()), "{decision:?}");
    assert_eq!(w.core.moved(), 1);
    w.accept(&order);
    w.pass(Seconds(120));
    assert_eq!((w.core.moved(), w.asked(&order).len()), (1, 0), "once is enough");
}

#[test]
fn a_promise_stays_where_little_is_gained() {
    let (mut w, order, far) = promised(Settings::default());
    w.caregiver("nearer", 3600.0, 0.0);
    w.pass(Seconds(120));
    assert_eq!(w.team(&order), [far]);
    assert_eq!(w.core.moved(), 0);
}

#[test]
fn whoever_has_set_off_arrives() {
    let (mut w, order, far) = promised(Settings::default());
    w.command(Role::Caregiver, Some(&far), &order, OrderAction::Depart);
    w.caregiver("near", 100.0, 0.0);
    w.pass(Seconds(120));
    assert_eq!(w.team(&order), [far]);
}

#[test]
fn baselines_keep_their_promises() {
    for policy in [Policy::Greedy, Policy::Batch] {
        let mut w = World::with(Settings { policy, ..Settings::default() });
        let elder = w.elder("e1", 0.0, 0.0);
        let far = w.caregiver("far", 4000.0, 0.0);
        let order = w.place("o1", &elder, ServiceKind::Cleaning);
        w.pass(Seconds(2));
        w.accept(&order);
        w.caregiver("near", 100.0, 0.0);
        w.pass(Seconds(120));
        assert_eq!(w.team(&order), [far], "{policy:?}");
    }
}

#[test]
fn another_process_finds_what_may_move() {
    let (mut w, order, _) = promised(Settings::default());
    w.caregiver("near", 100.0, 0.0);
    let mut w = w.rebuilt();
    w.pass(Seconds(30));
    assert_eq!(w.asked(&order), ["near"]);
}

#[test]
fn who_is_free_only_in_an_hour_is_not_asked_yet() {
    let two = |policy| {
        let mut w = World::with(Settings { policy, ..Settings::default() });
        let elder = w.elder("e1", 0.0, 0.0);
        w.caregiver("only", 300.0, 0.0);
        let first = w.place("o1", &elder, ServiceKind::Cleaning);
        w.pass(Seconds(2));
        w.accept(&first);
        let second = w.place("o2", &elder, ServiceKind::Cleaning);
        w.pass(Seconds(2));
        (w, first, second)
    };
    let (w, _, second) = two(Policy::Greedy);
    assert_eq!(w.asked(&second), ["only"]);
    let (mut w, first, second) = two(Policy::Rolling);
    assert_eq!(w.stage(&second), "waiting");
    w.serve(&first);
    w.pass(Seconds(5));
    assert_eq!(w.asked(&second), ["only"]);
}

#[test]
fn a_batch_is_planned_when_it_is_full() {
    let mut w = World::with(Settings { policy: Policy::Batch, ..Settings::default() });
    let elder = w.elder("e1", 0.0, 0.0);
    w.caregiver("near", 300.0, 0.0);
    w.now = w.now.plus_millis(300);
    let order = w.place("o1", &elder, ServiceKind::Cleaning);
    assert_eq!(w.stage(&order), "waiting");
    w.pass(Seconds(2));
    assert_eq!(w.asked(&order), ["near"]);
}
