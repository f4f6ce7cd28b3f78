//! Devices: heard, silent, flapping, a mast down, inactive.

use domain::alarm::Fault;

use super::*;

fn id(device: &str) -> DeviceId {
    DeviceId::new(device).unwrap()
}

fn faults(w: &World, device: &str) -> Vec<Fault> {
    w.core.device(&id(device)).unwrap().condition.faults.keys().copied().collect()
}

/// Every device but these is heard every five minutes.
fn minutes(w: &mut World, devices: &[String], but: &[&str], minutes: i64) {
    for _ in 0..minutes / 5 {
        for device in devices.iter().filter(|d| !but.contains(&d.as_str())) {
            w.signal(alive(device));
        }
        w.pass(Seconds::minutes(5));
    }
}

fn street(w: &mut World, n: usize) -> Vec<String> {
    let devices: Vec<String> = (0..n).map(|n| format!("b{n}")).collect();
    for device in &devices {
        w.pendant(device, "s");
    }
    devices
}

#[test]
fn silence_is_a_fault_after_interval_and_grace_and_ends_with_a_sign_of_life() {
    let mut w = World::new();
    let devices = street(&mut w, 3);
    minutes(&mut w, &devices, &["b1"], 15);
    assert_eq!(faults(&w, "b1"), []);
    minutes(&mut w, &devices, &["b1"], 10);
    assert_eq!(faults(&w, "b1"), [Fault::Silent]);
    assert_eq!(faults(&w, "b2"), []);
    assert_eq!(w.core.shares(w.now).streets[0].proved, 2);
    minutes(&mut w, &devices, &["b1"], 120);
    let standing = w.core.device(&id("b1")).unwrap().condition.faults[&Fault::Silent].clone();
    assert!(standing.overdue, "two hours and no substitute");
    w.signal(alive("b1"));
    assert_eq!(faults(&w, "b1"), []);
}

#[test]
fn silence_is_noticed_across_a_restart() {
    let mut w = World::new();
    let devices = street(&mut w, 3);
    // Before its next sign of life is due; one due while nobody listens would be excused.
    minutes(&mut w, &devices, &["b1"], 5);
    w.restart();
    minutes(&mut w, &devices, &["b1"], 20);
    assert_eq!(faults(&w, "b1"), [Fault::Silent]);
    assert_eq!((faults(&w, "b0"), faults(&w, "b2")), (vec![], vec![]));
    w.restart();
    minutes(&mut w, &devices, &["b1"], 15);
    assert_eq!(w.devices.iter().filter(|d| !d.condition.faults.is_empty()).count(), 1, "told once");
}

#[test]
fn a_mast_down_is_one_event() {
    let mut settings = Settings::default();
    // Test calls that fall into the hour would be told of, too.
    settings.supervision.test_classes.clear();
    let mut w = World::with(settings);
    let devices = street(&mut w, 200);
    minutes(&mut w, &devices, &[], 20);
    let (registered, told) = (w.devices.len(), w.outages.len());
    assert_eq!(told, 0);
    w.pass(Seconds::minutes(60));
    assert_eq!((w.devices.len(), w.outages.len()), (registered, 1));
    assert_eq!(w.outages[0].devices, 200);
    assert_eq!(w.core.shares(w.now).streets[0].silent, 200);
    w.restart();
    w.pass(Seconds::minutes(60));
    assert_eq!((w.devices.len(), w.outages.len()), (registered, 1), "nor after a restart");
    // Back, but for five: those are told of one by one, after their usual time.
    let but = ["b1", "b2", "b3", "b4", "b5"];
    minutes(&mut w, &devices, &but, 60);
    assert_eq!(w.outages.len(), 2);
    assert!(w.outages[1].ended.is_some());
    let silent: Vec<_> = devices.iter().filter(|d| !faults(&w, d).is_empty()).cloned().collect();
    assert_eq!(silent, but);
}

#[test]
fn a_device_that_comes_and_goes_is_told_of_thrice() {
    let mut w = World::new();
    let devices = street(&mut w, 3);
    for _ in 0..8 {
        w.signal(alive("b1"));
        minutes(&mut w, &devices, &["b1"], 25);
    }
    let condition = w.core.device(&id("b1")).unwrap().condition;
    assert!(condition.flapping);
    let told = w.devices.iter().filter(|d| d.device.id == id("b1")).count();
    assert!(told <= 1 + 2 * 3 + 1, "{told}");
    // Heard steadily for two hours it is sound again.
    minutes(&mut w, &devices, &[], 130);
    let condition = w.core.device(&id("b1")).unwrap().condition;
    assert!(condition.is_sound() && !condition.flapping, "{condition:?}");
}

#[test]
fn no_motion_for_five_hours_calls_once_and_survives_a_restart() {
    let mut w = World::new();
    let motion = Device {
        class: DeviceClass::MotionSensor,
        elder: Some(ElderId::new("e").unwrap()),
        ..Device::unknown(id("m"), Channel::Mqtt)
    };
    w.register(motion);
    let moved = Signal { says: Says::Activity { amount: 1000 }, ..alive("m") };
    w.signal(moved.clone());
    for _ in 0..6 {
        w.pass(Seconds::minutes(40));
        w.signal(alive("m"));
    }
    assert_eq!(w.core.incidents().count(), 0);
    w.restart();
    for _ in 0..3 {
        w.pass(Seconds::minutes(40));
        w.signal(alive("m"));
    }
    assert_eq!(w.incident(&w.only()).cause, AlarmCause::Inactivity);
    w.restart();
    w.pass(Seconds::minutes(5));
    assert_eq!(w.incident(&w.only()).presses.len(), 1);
}

#[test]
fn a_low_battery_does_not_come_and_go() {
    let mut w = World::new();
    w.pendant("b", "s");
    let with = |battery| Signal { battery: Some(battery), ..alive("b") };
    for battery in [80, 15, 16, 14, 20] {
        w.signal(with(battery));
    }
    assert_eq!(faults(&w, "b"), [Fault::LowBattery]);
    assert_eq!(w.devices.len(), 2);
    w.signal(with(90));
    assert_eq!(faults(&w, "b"), []);
}

#[test]
fn a_substitute_is_written_down() {
    let mut w = World::new();
    w.pendant("b", "s");
    w.pendant("spare", "s");
    w.signal(Signal { says: Says::Fault { fault: Fault::Tamper }, ..alive("b") });
    let request =
        EmergencyCommand::Substitute { id: CommandId::new("c").unwrap(), device: id("b"), by: id("spare") };
    let request = EmergencyRequest { actor: user(Role::Operator, "li"), caregiver: None, request };
    assert_eq!(w.request(request.clone()), Ok(true));
    assert_eq!(w.request(request), Ok(false));
    let condition = w.core.device(&id("b")).unwrap().condition;
    assert_eq!(condition.faults[&Fault::Tamper].substitute, Some(id("spare")));
}

#[test]
fn heartbeats_that_come_together_leave_pauses_that_are_no_outage() {
    let mut settings = Settings::default();
    settings.supervision.test_classes.clear();
    settings.supervision.grace = Seconds::minutes(5);
    let mut w = World::with(settings);
    // After a power cut all of a street's devices beat in the same minute, every ten.
    let devices = street(&mut w, 300);
    let but = ["b1", "b2", "b3"];
    for _ in 0..4 {
        for device in devices.iter().filter(|d| !but.contains(&d.as_str())) {
            w.signal(alive(device));
        }
        w.pass(Seconds::minutes(10));
    }
    assert_eq!(w.outages, []);
    let silent: Vec<_> = devices.iter().filter(|d| !faults(&w, d).is_empty()).cloned().collect();
    assert_eq!(silent, but, "told one by one");
    w.pass(Seconds::minutes(10));
    assert_eq!(w.outages.len(), 1, "and when all of them are missed, the street is");
}

#[test]
fn what_stays_broken_gets_one_work_order_however_often_it_is_asked() {
    use crate::core::Ordered;
    let mut w = World::new();
    let devices = street(&mut w, 3);
    minutes(&mut w, &devices, &["b1"], 25);
    assert_eq!(faults(&w, "b1"), [Fault::Silent]);
    assert_eq!(w.repairs, [], "it may mend itself");
    minutes(&mut w, &devices, &["b1"], 15);
    let order = w.repairs[0].clone();
    assert_eq!(order.0, id("b1"));
    w.ordered(Ordered::Away);
    w.restart();
    minutes(&mut w, &devices, &["b1"], 5);
    assert!(w.repairs.len() > 1 && w.repairs.iter().all(|again| *again == order), "{:?}", w.repairs);
    w.ordered(Ordered::Taken);
    let asked = w.repairs.len();
    w.restart();
    minutes(&mut w, &devices, &["b1"], 60);
    assert_eq!(w.repairs.len(), asked, "dispatch has it");
    let standing = w.core.device(&id("b1")).unwrap().condition.faults[&Fault::Silent].clone();
    assert_eq!(standing.order, Some(order.1));
}

#[test]
fn a_mast_down_orders_no_repairs() {
    let mut w = World::new();
    let devices = street(&mut w, 40);
    minutes(&mut w, &devices, &[], 10);
    let all: Vec<&str> = devices.iter().map(String::as_str).collect();
    minutes(&mut w, &devices, &all, 90);
    assert_eq!(w.outages.len(), 1);
    assert_eq!(w.repairs, []);
}

#[test]
fn a_press_proves_the_whole_way_and_that_outlives_a_restart() {
    let mut w = World::new();
    street(&mut w, 1);
    assert_eq!(w.core.shares(w.now).streets[0].tested, 0);
    w.signal(Signal { test: true, ..sos("b0", Some("t1")) });
    w.restart();
    assert_eq!(w.core.shares(w.now).streets[0].tested, 1);
    let later = w.now + Seconds::hours(7 * 24 + 1);
    assert_eq!(w.core.shares(later).streets[0].tested, 0);
}

#[test]
fn each_is_asked_for_a_test_call_once_a_week_and_who_does_not_press_has_failed() {
    let mut w = World::new();
    let devices = street(&mut w, 3);
    // A button on the wall of nobody's, and a sensor: nobody can be asked to press them.
    w.register(Device { class: DeviceClass::Cord, ..Device::unknown(id("c"), Channel::Mqtt) });
    let hour = |w: &mut World| {
        minutes(w, &devices, &[], 60);
        w.signal(alive("c"));
    };
    for _ in 0..=7 * 24 {
        hour(&mut w);
        if w.trials.contains(&id("b1")) {
            w.signal(Signal { test: true, ..sos("b1", None) });
        }
    }
    let mut asked: Vec<String> = w.trials.iter().map(ToString::to_string).collect();
    asked.sort();
    asked.dedup();
    assert_eq!(asked, ["b0", "b1", "b2"]);
    w.restart();
    for _ in 0..49 {
        hour(&mut w);
    }
    let trial = |w: &World, device: &str| w.core.device(&id(device)).unwrap().condition.trial;
    assert_eq!(trial(&w, "b1"), None, "pressed");
    assert!(trial(&w, "b0").unwrap().failed && trial(&w, "b2").unwrap().failed);
    let share = w.core.shares(w.now).streets.into_iter().find(|s| s.street.is_some()).unwrap();
    assert_eq!((share.devices, share.failed, share.tested, share.proved), (3, 2, 1, 1));
    w.signal(sos("b0", None));
    assert_eq!(trial(&w, "b0"), None, "a press is a press");
}

#[test]
fn a_press_that_was_asked_for_rings_and_says_so() {
    use domain::incident::Happening;
    let mut w = World::new();
    let devices = street(&mut w, 1);
    let hint = |w: &World| {
        let asked = |what: &Happening| matches!(what, Happening::TestAsked { .. });
        w.commits.last().unwrap().timeline.iter().any(|entry| asked(&entry.what))
    };
    while w.trials.is_empty() {
        minutes(&mut w, &devices, &[], 60);
    }
    w.signal(sos("b0", Some("first")));
    assert!(hint(&w) && !w.commits.last().unwrap().drill, "a real alarm that may be a test");
    assert!(!w.calls.is_empty(), "it rings like any other");
    let incident = w.commits.last().unwrap().id.clone();
    let desk = user(Role::Operator, "li");
    let reason = "a test call".to_owned();
    w.deed(&desk, None, &incident, IncidentAction::FalseAlarm { reason }).unwrap();
    w.pass(Seconds::hours(1));
    w.signal(sos("b0", Some("second")));
    assert!(!hint(&w), "nobody asked for the second");
}
