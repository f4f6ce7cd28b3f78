//! Whatever happens in whatever order, however often, with processes dying in between: the same incidents, nothing lost.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
enum Step {
    Press(u8, u8),
    Bare(u8),
    Alive(u8),
    Reset(u8),
    Found(u8),
    Claim(u8, bool),
    Acknowledge(u8),
    Accept(u8, u8),
    Decline(u8, u8),
    Arrive(u8, u8),
    Close(u8),
    Note(u8),
    Wait(u16),
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => (0..4u8, 0..12u8).prop_map(|(d, k)| Step::Press(d, k)),
        1 => (0..4u8).prop_map(Step::Bare),
        1 => (0..4u8).prop_map(Step::Alive),
        1 => (0..4u8).prop_map(Step::Reset),
        2 => (0..4u8).prop_map(Step::Found),
        2 => (any::<u8>(), any::<bool>()).prop_map(|(n, t)| Step::Claim(n, t)),
        2 => any::<u8>().prop_map(Step::Acknowledge),
        2 => (any::<u8>(), 0..3u8).prop_map(|(n, c)| Step::Accept(n, c)),
        1 => (any::<u8>(), 0..3u8).prop_map(|(n, c)| Step::Decline(n, c)),
        1 => (any::<u8>(), 0..3u8).prop_map(|(n, c)| Step::Arrive(n, c)),
        1 => any::<u8>().prop_map(Step::Close),
        1 => any::<u8>().prop_map(Step::Note),
        3 => (1..200u16).prop_map(Step::Wait),
        2 => Just(Step::Restart),
    ]
}

fn nth(w: &World, n: u8) -> Option<IncidentId> {
    let mut ids: Vec<_> = w.core.incidents().map(|i| i.id.clone()).collect();
    ids.sort();
    (!ids.is_empty()).then(|| ids[usize::from(n) % ids.len()].clone())
}

fn play(w: &mut World, steps: &[Step]) -> BTreeSet<(String, String)> {
    let mut pressed = BTreeSet::new();
    for step in steps {
        let deed = |w: &mut World, n: u8, caregiver: Option<u8>, action: IncidentAction| {
            let Some(id) = nth(w, n) else { return };
            let name = caregiver.map(|c| format!("c{c}"));
            let role = if name.is_some() { Role::Caregiver } else { Role::Operator };
            let actor =
                user(role, name.as_deref().unwrap_or(if n.is_multiple_of(2) { "li" } else { "wang" }));
            let _ = w.deed(&actor, name.as_deref(), &id, action);
        };
        match step {
            Step::Press(d, k) => {
                let (device, key) = (format!("b{d}"), format!("k{k}"));
                w.signal(sos(&device, Some(&key)));
                pressed.insert((device, key));
            }
            Step::Bare(d) => {
                w.signal(sos(&format!("b{d}"), None));
            }
            Step::Alive(d) => {
                w.signal(alive(&format!("b{d}")));
            }
            Step::Reset(d) => {
                w.signal(Signal { says: Says::Cleared, ..sos(&format!("b{d}"), None) });
            }
            Step::Found(n) if !w.searches.is_empty() => {
                let names: Vec<String> = (0..*n).map(|c| format!("c{c}")).collect();
                w.found(&names.iter().map(String::as_str).collect::<Vec<_>>());
            }
            Step::Found(_) => {}
            Step::Claim(n, take_over) => deed(w, *n, None, IncidentAction::Claim { take_over: *take_over }),
            Step::Acknowledge(n) => deed(w, *n, None, IncidentAction::Acknowledge),
            Step::Accept(n, c) => deed(w, *n, Some(*c), IncidentAction::Accept { caregiver: None }),
            Step::Decline(n, c) => deed(w, *n, Some(*c), IncidentAction::Decline),
            Step::Arrive(n, c) => deed(w, *n, Some(*c), IncidentAction::Arrive { caregiver: None }),
            Step::Close(n) => deed(w, *n, None, IncidentAction::Resolve { note: "done".to_owned() }),
            Step::Note(n) => deed(w, *n, None, IncidentAction::Note { text: "note".to_owned() }),
            Step::Wait(seconds) => w.pass(Seconds(i64::from(*seconds))),
            Step::Restart => w.restart(),
        }
    }
    pressed
}

fn populated() -> World {
    let mut w = World::new();
    for n in 0..3 {
        w.pendant(&format!("b{n}"), "s");
    }
    w
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_must_always_hold(steps in prop::collection::vec(step(), 1..80)) {
        let mut w = populated();
        let pressed = play(&mut w, &steps);
        let mut latest: BTreeMap<IncidentId, Incident> = BTreeMap::new();
        for incident in &w.commits {
            let before = latest.insert(incident.id.clone(), incident.clone());
            prop_assert_eq!(incident.revision, before.as_ref().map_or(1, |b| b.revision + 1), "no gap");
            if let Some(before) = before {
                prop_assert!(!before.stage.is_closed() || incident.stage.is_closed(), "what is closed stays so");
                prop_assert!(incident.timeline.len() > before.timeline.len() || incident.more_presses > 0);
            }
        }
        for incident in w.core.incidents() {
            prop_assert_eq!(latest.get(&incident.id), Some(incident), "what the core holds is what is durable");
        }
        for (device, key) in &pressed {
            let device = DeviceId::new(device).unwrap();
            prop_assert!(latest.values().any(|i| i.has_press(&device, key)), "{} {} is lost", device, key);
        }
        let mut open = BTreeSet::new();
        for incident in latest.values().filter(|i| !i.stage.is_closed()) {
            prop_assert!(open.insert((format!("{:?}", incident.subject), incident.drill)), "one emergency each");
            let ends = incident.escalation.exhausted || incident.escalation.due.is_some()
                || !incident.stage.responders().is_empty();
            prop_assert!(ends, "nobody is forgotten half way up: {:?}", incident);
        }
    }

    /// Every press sent twice, and a new process after every step: the same incidents as without either.
    #[test]
    fn duplicates_and_restarts_change_nothing(presses in prop::collection::vec((0..4u8, 0..50u8, 0..20u16), 1..30)) {
        let run = |twice: bool, restart: bool| {
            let mut w = populated();
            for (device, key, wait) in &presses {
                for _ in 0..=usize::from(twice) {
                    w.signal(sos(&format!("b{device}"), Some(&format!("k{key}"))));
                    if restart {
                        w.restart();
                    }
                }
                w.pass(Seconds(i64::from(*wait)));
            }
            let mut incidents: Vec<_> = w.core.incidents().map(|i| (i.id.clone(), i.presses.clone())).collect();
            incidents.sort_by(|a, b| a.0.cmp(&b.0));
            incidents
        };
        let plain = run(false, false);
        prop_assert_eq!(&plain, &run(true, false));
        prop_assert_eq!(&plain, &run(false, true));
        prop_assert_eq!(&plain, &run(true, true));
    }
}
