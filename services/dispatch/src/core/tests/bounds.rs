//! No client can grow an order until it cannot be stored, nor keep the desk from ending it.

use domain::{
    command::{CancelReason, Change, OrderAction, Problem},
    id::OrderId,
    order::{MAX_APPLICATIONS, MAX_COMMANDS, MAX_NOTES, Role},
    service::ServiceKind,
};

use super::World;

/// What the stream takes of one message.
const STORED: usize = 256 * 1024;

/// An accepted order of the caregiver `near`.
fn accepted() -> (World, OrderId) {
    let mut w = World::new();
    let elder = w.elder("e1", 0.0, 0.0);
    w.caregiver("near", 300.0, 0.0);
    let order = w.place("o1", &elder, ServiceKind::Cleaning);
    w.accept(&order);
    (w, order)
}

fn by_near(w: &mut World, order: &OrderId, action: OrderAction) {
    let near = domain::id::CaregiverId::new("near").unwrap();
    w.command(Role::Caregiver, Some(&near), order, action);
}

fn apply(reason: &str) -> OrderAction {
    OrderAction::Apply { change: Change::Add { minutes: 5 }, reason: reason.to_owned() }
}

fn full() -> (World, OrderId) {
    let (mut w, order) = accepted();
    let going_on = OrderAction::ReportProblem { problem: Problem::Other, can_continue: true };
    while w.refused.is_empty() {
        by_near(&mut w, &order, going_on.clone());
    }
    assert_eq!(w.refused, ["too_many_commands"]);
    assert_eq!(w.order(&order).commands(), MAX_COMMANDS);
    w.refused.clear();
    (w, order)
}

#[test]
fn staff_apply_a_bounded_number_of_times_and_in_writing() {
    let (mut w, order) = accepted();
    by_near(&mut w, &order, apply("\u{1}\u{1}"));
    assert_eq!(w.refused, ["control_character"]);
    for _ in 0..=MAX_APPLICATIONS {
        by_near(&mut w, &order, apply("needs longer"));
    }
    assert_eq!(w.refused, ["control_character", "too_many_applications"]);
    assert_eq!(w.order(&order).applications.len(), MAX_APPLICATIONS);
}

#[test]
fn whatever_is_written_can_be_stored() {
    let (mut w, order) = accepted();
    let longest = "\u{20000}".repeat(500);
    for _ in 0..MAX_APPLICATIONS {
        by_near(&mut w, &order, apply(&longest));
    }
    for n in 0..150 {
        let caregivers = vec![domain::id::CaregiverId::new("near").unwrap()];
        let assign = OrderAction::Assign { caregivers, reason: longest.clone() };
        w.command(Role::Operator, None, &order, assign);
        if n < MAX_APPLICATIONS {
            let application = w.order(&order).applications[n].id.clone();
            let answer = OrderAction::Answer { application, approve: false, reason: longest.clone() };
            w.command(Role::Operator, None, &order, answer);
        }
    }
    assert_eq!(w.refused, Vec::<String>::new());
    let largest = w.events.iter().map(|e| serde_json::to_vec(e).unwrap().len()).max().unwrap();
    assert!(largest < STORED, "{largest} bytes");
    let kept = &w.order(&order).timeline;
    assert!(kept.iter().filter(|e| e.command.is_none()).count() <= MAX_NOTES);
}

#[test]
fn a_full_order_can_still_be_assigned_taken_by_hand_and_cancelled() {
    let (mut w, order) = full();
    let near = domain::id::CaregiverId::new("near").unwrap();
    let assign = OrderAction::Assign { caregivers: vec![near], reason: "asked for".into() };
    w.command(Role::Operator, None, &order, assign);
    assert_eq!(w.stage(&order), "accepted");
    w.command(Role::Operator, None, &order, OrderAction::HandBack);
    assert_eq!(w.stage(&order), "at_desk");
    w.command(Role::Operator, None, &order, OrderAction::Cancel { reason: CancelReason::Other });
    assert_eq!(w.stage(&order), "cancelled");
    assert_eq!(w.refused, Vec::<String>::new());
}

#[test]
fn what_the_platform_notes_takes_no_commands_away_and_is_bounded() {
    let (mut w, order) = accepted();
    let near = domain::id::CaregiverId::new("near").unwrap();
    for _ in 0..100 {
        w.command(Role::Operator, None, &order, OrderAction::HandBack);
        let assign = OrderAction::Assign { caregivers: vec![near.clone()], reason: "again".into() };
        w.command(Role::Operator, None, &order, assign);
    }
    assert_eq!(w.refused, Vec::<String>::new());
    let notes = w.order(&order).timeline.iter().filter(|e| e.command.is_none()).count();
    assert!(notes <= MAX_NOTES, "{notes}");
}
