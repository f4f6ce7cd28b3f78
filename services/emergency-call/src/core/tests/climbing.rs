//! The ladder: who is called when, and what ends it.

use domain::incident::{Answer, Callee};

use super::*;

fn called(w: &World) -> Vec<String> {
    let name = |callee: &Callee| match callee {
        Callee::Caregiver { caregiver } => caregiver.to_string(),
        Callee::Family { order } => format!("family {order}"),
        other => format!("{other:?}").to_lowercase(),
    };
    w.calls.iter().filter(|c| c.answer == Answer::Waiting).map(|c| name(&c.callee)).collect()
}

#[test]
fn the_desk_rings_at_once_and_the_nearest_as_soon_as_they_are_found() {
    let mut w = World::new();
    w.pendant("b1", "s");
    w.signal(sos("b1", None));
    assert_eq!(called(&w), ["desk"]);
    assert_eq!(w.searches.len(), 1);
    w.found(&["c1", "c2", "c3"]);
    assert_eq!(called(&w), ["desk", "c1", "c2", "c3"]);
    w.found(&["c9"]);
    assert_eq!(called(&w).len(), 4, "a second answer to the same search is nothing");
}

#[test]
fn unanswered_it_climbs_to_the_end_and_says_so() {
    let mut w = World::new();
    w.pendant("b1", "s");
    w.signal(sos("b1", None));
    w.found(&["c1"]);
    w.pass(Seconds(44));
    assert_eq!(called(&w), ["desk", "c1"]);
    w.pass(Seconds(1));
    assert_eq!(called(&w), ["desk", "c1", "desk", "family 1"]);
    w.found(&["c2"]);
    w.pass(Seconds(105));
    assert!(called(&w).contains(&"ambulance".to_owned()), "{:?}", called(&w));
    w.pass(Seconds::hours(1));
    let incident = w.incident(&w.only()).clone();
    assert!(incident.escalation.exhausted && incident.escalation.due.is_none());
    let before = w.calls.len();
    w.signal(sos("b1", Some("again")));
    assert!(w.calls.len() > before, "a new press begins the ladder anew");
}

#[test]
fn the_first_to_accept_goes_and_the_others_are_stood_down() {
    let mut w = World::new();
    w.pendant("b1", "s");
    w.signal(sos("b1", None));
    w.found(&["c1", "c2"]);
    let id = w.only();
    assert_eq!(w.goes("c3", &id), Err("not_called".to_owned()));
    assert_eq!(w.goes("c2", &id), Ok(true));
    assert_eq!(w.goes("c1", &id), Err("taken".to_owned()));
    let down: Vec<_> = w.calls.iter().filter(|c| c.answer == Answer::StoodDown).collect();
    assert_eq!(down.len(), 1);
    let before = w.calls.len();
    w.pass(Seconds::hours(1));
    assert_eq!(w.calls.len(), before, "nobody else is called");
}

#[test]
fn whoever_calls_for_help_or_goes_to_somebody_else_is_not_asked() {
    let mut w = World::new();
    w.pendant("b1", "s");
    w.pendant("b2", "s");
    w.signal(sos("b1", None));
    w.found(&["c1", "c2"]);
    let first = w.only();
    w.goes("c1", &first).unwrap();
    let before = called(&w).len();
    w.signal(sos("b2", None));
    w.found(&["c1", "c2"]);
    assert_eq!(called(&w)[before..], ["desk", "c2"]);
}

#[test]
fn when_all_decline_the_next_rung_comes_at_once() {
    let mut w = World::new();
    w.pendant("b1", "s");
    w.signal(sos("b1", None));
    w.found(&["c1", "c2"]);
    let id = w.only();
    let decline = |w: &mut World, c: &str| {
        w.deed(&user(Role::Caregiver, c), Some(c), &id, IncidentAction::Decline).unwrap();
    };
    decline(&mut w, "c1");
    assert_eq!(called(&w), ["desk", "c1", "c2"]);
    decline(&mut w, "c2");
    assert_eq!(called(&w), ["desk", "c1", "c2", "desk", "family 1"]);
}

#[test]
fn when_nobody_is_near_the_next_rung_comes_at_once() {
    let mut w = World::new();
    w.pendant("b1", "s");
    w.signal(sos("b1", None));
    w.found(&[]);
    assert_eq!(called(&w), ["desk", "desk", "family 1"]);
}

#[test]
fn an_acknowledgement_gives_the_desk_time_but_somebody_must_go() {
    let mut w = World::new();
    w.pendant("b1", "s");
    w.signal(sos("b1", None));
    w.found(&["c1"]);
    let id = w.only();
    w.pass(Seconds(10));
    w.desk(&id, IncidentAction::Acknowledge).unwrap();
    w.pass(Seconds(90));
    assert_eq!(called(&w), ["desk", "c1"]);
    w.pass(Seconds(6));
    assert_eq!(called(&w).len(), 4, "{:?}", called(&w));
}

#[test]
fn a_process_that_takes_over_keeps_the_deadline_and_takes_up_the_search() {
    let mut w = World::new();
    w.pendant("b1", "s");
    w.signal(sos("b1", None));
    w.pass(Seconds(30));
    let before = w.searches.len();
    w.restart();
    assert_eq!(w.searches.len(), before + 1, "the unanswered search is made again");
    w.found(&["c1"]);
    assert_eq!(called(&w), ["desk", "c1"]);
    w.pass(Seconds(14));
    assert_eq!(called(&w).len(), 2);
    w.pass(Seconds(1));
    assert_eq!(called(&w), ["desk", "c1", "desk", "family 1"]);
}

#[test]
fn a_rung_missed_while_nobody_was_there_is_taken_on_arrival() {
    let mut w = World::new();
    w.signal(sos("b1", None));
    w.now = w.now + Seconds(500);
    w.restart();
    assert!(called(&w).len() >= 3, "{:?}", called(&w));
}
