//! What people do: claims, stages, repetitions.

use domain::incident::Stage;

use super::*;

#[test]
fn a_claim_is_kept_for_twenty_seconds_then_amber_and_never_moved_by_itself() {
    let mut w = World::new();
    w.signal(sos("b1", None));
    let id = w.only();
    let (li, wang) = (user(Role::Operator, "li"), user(Role::Operator, "wang"));
    let claim = |take_over| IncidentAction::Claim { take_over };
    w.deed(&li, None, &id, claim(false)).unwrap();
    assert_eq!(w.deed(&wang, None, &id, claim(true)), Err("claimed_by_another".to_owned()));
    let boss = user(Role::Supervisor, "boss");
    w.pass(Seconds(20));
    let kept = w.incident(&id).claim.clone().unwrap();
    assert!(kept.stale && kept.by.as_str() == "li");
    assert_eq!(w.deed(&wang, None, &id, claim(false)), Err("claimed_by_another".to_owned()));
    assert_eq!(w.deed(&wang, None, &id, claim(true)), Ok(true));
    assert_eq!(w.deed(&boss, None, &id, claim(true)), Ok(true), "a supervisor at any time");
    assert_eq!(w.deed(&wang, None, &id, IncidentAction::Release), Err("not_claimed".to_owned()));
    assert!(w.happened(&id).contains(&"claim_stale"));
}

#[test]
fn an_acknowledged_claim_does_not_turn_amber_and_can_be_handed_on() {
    let mut w = World::new();
    w.signal(sos("b1", None));
    let id = w.only();
    w.desk(&id, IncidentAction::Claim { take_over: false }).unwrap();
    w.desk(&id, IncidentAction::Acknowledge).unwrap();
    w.pass(Seconds(60));
    assert!(!w.incident(&id).claim.as_ref().unwrap().stale);
    assert_eq!(w.desk(&id, IncidentAction::Acknowledge), Err("wrong_stage".to_owned()));
    let next = UserId::new("zhao").unwrap();
    w.desk(&id, IncidentAction::HandOn { to: next.clone() }).unwrap();
    assert_eq!(w.incident(&id).claim.as_ref().unwrap().by, next);
}

#[test]
fn a_whole_life() {
    let mut w = World::new();
    w.pendant("b1", "s");
    w.signal(sos("b1", None));
    w.found(&["c1", "c2"]);
    let id = w.only();
    w.pass(Seconds(9));
    w.desk(&id, IncidentAction::Acknowledge).unwrap();
    assert_eq!(w.incident(&id).answered_after(), Some(Seconds(9)));
    w.goes("c1", &id).unwrap();
    let c1 = user(Role::Caregiver, "c1");
    let arrive = IncidentAction::Arrive { caregiver: None };
    let c2 = user(Role::Caregiver, "c2");
    assert_eq!(w.deed(&c2, Some("c2"), &id, arrive.clone()), Err("wrong_stage".to_owned()));
    let resolve = IncidentAction::Resolve { note: "helped up".to_owned() };
    assert_eq!(w.deed(&c1, Some("c1"), &id, resolve.clone()), Err("not_on_scene".to_owned()));
    w.deed(&c1, Some("c1"), &id, arrive).unwrap();
    assert_eq!(w.incident(&id).stage.name(), "on_scene");
    assert_eq!(w.deed(&c2, Some("c2"), &id, resolve.clone()), Err("not_on_scene".to_owned()));
    w.deed(&c1, Some("c1"), &id, resolve).unwrap();
    let Stage::Closed(closed) = &w.incident(&id).stage else { panic!("not closed") };
    assert_eq!(closed.responders.len(), 1);
    assert_eq!(w.core.open_count(), 0);
    w.desk(&id, IncidentAction::Note { text: "family told".to_owned() }).unwrap();
    assert_eq!(w.desk(&id, IncidentAction::Acknowledge), Err("wrong_stage".to_owned()));
}

#[test]
fn a_repeated_command_is_answered_and_nothing_more() {
    let mut w = World::new();
    w.signal(sos("b1", None));
    let incident = w.only();
    let command = IncidentCommand {
        id: CommandId::new("same").unwrap(),
        incident: incident.clone(),
        action: IncidentAction::HandTo120 { reference: "120-7".to_owned() },
        means: Means::Desk,
        occurred_at: None,
    };
    let actor = user(Role::Operator, "li");
    let request =
        EmergencyRequest { actor, caregiver: None, request: EmergencyCommand::Incident { command } };
    assert_eq!(w.request(request.clone()), Ok(true));
    w.restart();
    assert_eq!(w.request(request), Ok(false));
    assert_eq!(w.happened(&incident).iter().filter(|h| **h == "closed").count(), 1);
}

#[test]
fn what_is_not_allowed_or_makes_no_sense_is_refused() {
    let mut w = World::new();
    w.signal(sos("b1", None));
    let id = w.only();
    let empty = IncidentAction::Note { text: "  ".to_owned() };
    assert_eq!(w.desk(&id, empty), Err("text_length".to_owned()));
    let auditor = user(Role::Auditor, "a");
    assert_eq!(w.deed(&auditor, None, &id, IncidentAction::Acknowledge), Err("not_allowed".to_owned()));
    let unknown = IncidentId::new("x").unwrap();
    assert_eq!(w.desk(&unknown, IncidentAction::Acknowledge), Err("unknown_incident".to_owned()));
    let elder = user(Role::Elder, "e");
    let alive = EmergencyCommand::Raise { signal: alive("b1"), about: None, street: None };
    let request = EmergencyRequest { actor: elder, caregiver: None, request: alive };
    assert_eq!(w.request(request), Err("no_alarm".to_owned()));
}
