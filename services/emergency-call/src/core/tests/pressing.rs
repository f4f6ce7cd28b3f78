//! Presses become incidents, join them, or repeat.

use super::*;

#[test]
fn ten_presses_are_one_incident_with_ten_entries() {
    let mut w = World::new();
    w.pendant("b1", "s");
    for n in 0..10 {
        assert!(w.signal(sos("b1", Some(&n.to_string()))));
        w.pass(Seconds(1));
    }
    let id = w.only();
    assert_eq!(w.incident(&id).presses.len(), 10);
    assert_eq!(w.happened(&id).iter().filter(|h| **h == "pressed").count(), 9);
}

#[test]
fn a_repetition_is_answered_and_nothing_more() {
    let mut w = World::new();
    w.pendant("b1", "s");
    assert!(w.signal(sos("b1", Some("7"))));
    assert!(!w.signal(sos("b1", Some("7"))));
    w.restart();
    assert!(!w.signal(sos("b1", Some("7"))));
    assert_eq!(w.incident(&w.only()).presses.len(), 1);
}

#[test]
fn a_late_repetition_after_the_end_opens_nothing() {
    let mut w = World::new();
    w.signal(sos("b1", Some("7")));
    let id = w.only();
    w.desk(&id, IncidentAction::Resolve { note: "helped up".to_owned() }).unwrap();
    assert!(!w.signal(sos("b1", Some("7"))));
    assert!(w.signal(sos("b1", Some("8"))), "a new press is a new emergency");
    assert_eq!(w.core.incidents().count(), 2);
    // A counter that began anew: after an hour the name is free.
    w.pass(Seconds::minutes(61));
    assert!(w.signal(sos("b1", Some("7"))));
}

#[test]
fn without_a_name_of_its_own_a_signal_repeats_within_a_window() {
    let mut w = World::new();
    assert!(w.signal(sos("b1", None)));
    w.pass(Seconds(2));
    assert!(!w.signal(sos("b1", None)));
    w.pass(Seconds(4));
    assert!(w.signal(sos("b1", None)));
    assert_eq!(w.incident(&w.only()).presses.len(), 2);
}

#[test]
fn a_device_nobody_knows_still_calls() {
    let mut w = World::new();
    assert!(w.signal(sos("stranger", None)));
    let incident = w.incident(&w.only()).clone();
    assert!(!incident.registered);
    assert!(!w.calls.is_empty(), "the desk rings");
}

#[test]
fn two_devices_of_one_elder_are_one_emergency_and_a_drill_is_another() {
    let mut w = World::new();
    for device in ["pendant", "smoke"] {
        let id = DeviceId::new(device).unwrap();
        let elder = Some(ElderId::new("e1").unwrap());
        w.register(Device { elder, ..Device::unknown(id, Channel::Mqtt) });
    }
    w.signal(sos("pendant", Some("1")));
    let mut smoke = sos("smoke", Some("1"));
    smoke.says = Says::Alarm { cause: AlarmCause::Smoke };
    w.signal(smoke);
    let id = w.only();
    assert_eq!(w.incident(&id).cause, AlarmCause::Smoke, "the more urgent cause counts");
    let mut test = sos("pendant", Some("2"));
    test.test = true;
    w.signal(test);
    assert_eq!(w.core.incidents().filter(|i| i.drill).count(), 1);
    assert_eq!(w.core.incidents().count(), 2);
}

#[test]
fn a_stuck_button_stays_within_bounds() {
    let mut w = World::new();
    for n in 0..1000 {
        w.signal(sos("b1", Some(&n.to_string())));
    }
    let incident = w.incident(&w.only()).clone();
    assert_eq!(incident.presses.len() + incident.more_presses as usize, 1000);
    assert!(serde_json::to_vec(&incident).unwrap().len() < 200_000);
    let done = w.desk(&incident.id, IncidentAction::FalseAlarm { reason: "stuck".to_owned() });
    assert_eq!(done, Ok(true));
}

#[test]
fn a_device_that_takes_it_back_closes_nothing() {
    let mut w = World::new();
    w.signal(sos("b1", None));
    let reset = Signal { says: Says::Cleared, ..sos("b1", None) };
    assert!(w.signal(reset.clone()));
    assert!(!w.signal(reset), "told once");
    let id = w.only();
    assert_eq!(w.incident(&id).stage.name(), "open");
    assert!(w.happened(&id).contains(&"cleared"));
}
