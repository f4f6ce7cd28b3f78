//! People reached away from the screens: who, one phone at a time, what a key does, and what a new process takes up.

use domain::{
    incident::Answer,
    reach::{Came, Medium, Reason},
};

use super::*;

fn nurse(name: &str) -> Callee {
    Callee::Caregiver { caregiver: CaregiverId::new(name).unwrap() }
}

const FAMILY: Callee = Callee::Family { order: 1 };

fn reached(w: &World) -> Vec<Callee> {
    w.reaches.iter().map(|(_, callee, _)| callee.clone()).collect()
}

fn pressed() -> World {
    let mut w = World::with_outreach();
    w.pendant("b1", "s");
    w.signal(sos("b1", None));
    w.found(&["c1", "c2"]);
    w
}

#[test]
fn whoever_is_called_is_reached_but_neither_the_desk_nor_in_a_drill() {
    let mut w = pressed();
    assert_eq!(reached(&w), [nurse("c1"), nurse("c2")]);
    w.pass(Seconds(45));
    assert_eq!(reached(&w), [nurse("c1"), nurse("c2"), FAMILY]);

    let mut drill = World::with_outreach();
    drill.pendant("b1", "s");
    drill.signal(Signal { test: true, ..sos("b1", None) });
    drill.found(&["c1"]);
    drill.pass(Seconds::hours(1));
    assert!(drill.reaches.is_empty());

    let mut without = World::new();
    without.signal(sos("b1", None));
    without.found(&["c1"]);
    assert!(without.reaches.is_empty(), "a district without channels asks nobody in vain");
}

#[test]
fn a_key_is_the_same_as_a_tap_and_the_others_stop_ringing() {
    let mut w = pressed();
    let id = w.only();
    w.tells(&nurse("c2"), &[News::Asked(Medium::Call)], false);
    w.tells(&nurse("c2"), &[News::Reached(Medium::Call, Came::Accepted)], true);
    let incident = w.incident(&id);
    assert_eq!(incident.stage.name(), "responding");
    assert_eq!(incident.stage.responders()[0].accepted.means, Means::Phone);
    let told = w.happened(&id);
    assert_eq!(told[told.len() - 3..], ["asked", "reached", "accepted"]);
    assert_eq!(w.let_go.len(), 2, "their own call is over, and the other's is let go");
    let down: Vec<_> = w.calls.iter().filter(|call| call.answer == Answer::StoodDown).collect();
    assert_eq!(down.len(), 1, "the other's app hears it, too");
    // The other pressed the key in the same breath: written down is nothing, nobody is sent twice.
    w.tells(&nurse("c1"), &[News::Reached(Medium::Call, Came::Accepted)], true);
    assert_eq!(w.incident(&id).stage.responders().len(), 1);
}

#[test]
fn a_tap_in_the_app_stops_the_ringing() {
    let mut w = pressed();
    let id = w.only();
    w.tells(&nurse("c1"), &[News::Asked(Medium::Call)], false);
    w.goes("c1", &id).unwrap();
    assert_eq!(w.let_go.len(), 2);
}

#[test]
fn when_all_press_two_the_next_rung_comes_at_once() {
    let mut w = pressed();
    for name in ["c1", "c2"] {
        w.tells(&nurse(name), &[News::Reached(Medium::Call, Came::Declined)], true);
    }
    assert_eq!(reached(&w).last(), Some(&FAMILY));
}

#[test]
fn family_that_knows_does_not_end_the_ladder_and_the_supervisor_answers_it() {
    let mut w = pressed();
    let id = w.only();
    w.pass(Seconds(45));
    w.tells(&FAMILY, &[News::Reached(Medium::Call, Came::Accepted)], true);
    assert_eq!(w.incident(&id).stage.name(), "open");
    w.found(&[]);
    w.pass(Seconds(45));
    assert!(reached(&w).contains(&Callee::Doctor));
    w.tells(&Callee::Supervisor, &[News::Reached(Medium::Call, Came::Accepted)], true);
    let acknowledged = w.incident(&id).stage.acknowledged().unwrap();
    assert_eq!((acknowledged.means, acknowledged.by.role), (Means::Phone, Role::Supervisor));
}

#[test]
fn one_person_has_one_phone() {
    let mut w = pressed();
    w.pass(Seconds(45));
    w.found(&["c1"]);
    assert_eq!(reached(&w).iter().filter(|who| **who == nurse("c1")).count(), 1);
    let missing = [News::Unreached(Medium::Call, Reason::NoAnswer)];
    w.tells(&nurse("c1"), &missing, true);
    assert_eq!(reached(&w).iter().filter(|who| **who == nurse("c1")).count(), 2, "the second call follows");
}

#[test]
fn a_new_process_takes_up_what_was_begun_and_nothing_that_is_over() {
    let mut w = pressed();
    w.tells(&nurse("c1"), &[News::Asked(Medium::Call)], false);
    w.tells(&nurse("c2"), &[News::Unreached(Medium::Call, Reason::NoAddress)], true);
    w.reaches.clear();
    w.restart();
    let [(call, callee, kept)] = &w.reaches[..] else { panic!("{:?}", w.reaches) };
    assert_eq!((callee, call.1), (&nurse("c1"), 1));
    assert!(kept.as_ref().unwrap().state.is_some());
}

#[test]
fn what_outreach_tells_leaves_room_for_people() {
    let mut w = pressed();
    let id = w.only();
    for _ in 0..500 {
        w.tells(&nurse("c1"), &[News::Asked(Medium::Call)], false);
    }
    assert!(w.incident(&id).timeline.len() <= domain::incident::MAX_TOLD);
    w.goes("c1", &id).unwrap();
}

#[test]
fn the_desk_calls_back_whoever_called_whatever_the_ladder_does() {
    let mut w = pressed();
    let id = w.only();
    w.goes("c1", &id).unwrap();
    w.desk(&id, IncidentAction::CallBack).unwrap();
    assert_eq!(reached(&w).last(), Some(&Callee::Home));
    w.tells(&Callee::Home, &[News::Asked(Medium::Call)], false);
    w.tells(&Callee::Home, &[News::Reached(Medium::Call, Came::Declined)], true);
    let told = w.happened(&id);
    assert_eq!(told[told.len() - 3..], ["called_back", "asked", "reached"]);
    assert_eq!(w.incident(&id).calls.last().unwrap().answer, Answer::Declined, "no help is needed, they say");
    assert_eq!(w.incident(&id).stage.name(), "responding", "a human judges");

    let mut without = World::new();
    without.signal(sos("b1", None));
    let id = without.only();
    assert_eq!(without.desk(&id, IncidentAction::CallBack), Err("no_channel".to_owned()));
}
