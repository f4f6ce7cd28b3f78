use std::collections::BTreeMap;

use domain::{
    geo::Wgs84,
    id::{CommunityId, ElderId, StreetId},
    time::Timestamp,
};
use proptest::prelude::*;
use schemas::position::Position;

use super::*;
use crate::live::audience::Desk;

fn street(name: &str) -> StreetId {
    StreetId::new(name).unwrap()
}

fn on(name: &str) -> Belongs {
    Belongs { street: Some(street(name)), organisation: None }
}

fn caregiver(name: &str) -> CaregiverId {
    CaregiverId::new(name).unwrap()
}

/// The frame says which order event it is, so that a test reads what a client would.
fn order(sequence: u64, on: &str, people: &[&str]) -> Entry {
    let reach = Reach {
        street: street(on),
        community: CommunityId::new("c").unwrap(),
        elder: ElderId::new("e").unwrap(),
        caregivers: people.iter().map(|c| caregiver(c)).collect(),
        organisations: Vec::new(),
    };
    let whole = Bytes::from(format!("whole {sequence}"));
    Entry {
        target: Target::Order(sequence, reach),
        whole,
        field: Some(Bytes::from(format!("field {sequence}"))),
    }
}

fn hub(entries: usize) -> Hub {
    Hub::new(Limits { entries, bytes: usize::MAX })
}

fn desk(scope: Option<&str>) -> Audience {
    Audience::Staff(Desk::Command, Scope { street: scope.map(street), community: None })
}

fn texts(pulled: Pulled) -> Vec<String> {
    match pulled {
        Pulled::Frames(frames) => frames.iter().map(|f| String::from_utf8(f.to_vec()).unwrap()).collect(),
        Pulled::Nothing => Vec::new(),
        Pulled::Over => vec!["over".to_owned()],
    }
}

fn connect(hub: &mut Hub, audience: Audience) -> ClientId {
    let now = hub.now();
    hub.connect(audience, Vec::new(), now)
}

#[test]
fn everyone_gets_their_own_and_is_woken_once() {
    let mut hub = hub(100);
    let all = connect(&mut hub, desk(None));
    let elsewhere = connect(&mut hub, desk(Some("s2")));
    let mine = connect(&mut hub, Audience::Caregiver(caregiver("c1")));
    let other = connect(&mut hub, Audience::Caregiver(caregiver("c2")));

    let mut woken = hub.publish(order(1, "s1", &["c1"]));
    woken.sort_unstable();
    assert_eq!(woken, [all, mine]);
    assert!(hub.publish(order(2, "s1", &["c1"])).is_empty(), "who has not read yet is awake already");

    assert_eq!(texts(hub.pull(all)), ["whole 1", "whole 2"]);
    assert_eq!(texts(hub.pull(mine)), ["field 1", "field 2"]);
    for nothing in [elsewhere, other, all] {
        assert_eq!(hub.pull(nothing), Pulled::Nothing);
    }
}

#[test]
fn who_falls_behind_the_log_is_told_and_let_go_and_the_idle_are_not() {
    let mut hub = hub(3);
    let slow = connect(&mut hub, desk(Some("s1")));
    let idle = connect(&mut hub, desk(Some("s2")));
    for sequence in 1..=4 {
        hub.publish(order(sequence, "s1", &[]));
    }
    assert!(texts(hub.pull(slow))[0].contains("too_slow"));
    assert_eq!(hub.pull(slow), Pulled::Over);
    assert_eq!(hub.pull(idle), Pulled::Nothing);
    hub.publish(order(5, "s2", &[]));
    assert_eq!(texts(hub.pull(idle)), ["whole 5"]);
}

#[test]
fn a_cursor_resumes_while_the_log_reaches_back_to_it() {
    let mut hub = hub(3);
    for sequence in [10, 12, 15, 16, 20] {
        hub.publish(order(sequence, "s1", &[]));
    }
    assert_eq!(hub.resume(11), None, "12 is gone");
    assert_eq!(hub.resume(21), None, "of another stream");
    for (cursor, want) in [
        (12, vec!["whole 15", "whole 16", "whole 20"]),
        (14, vec!["whole 15", "whole 16", "whole 20"]),
        (16, vec!["whole 20"]),
        (20, vec![]),
    ] {
        let from = hub.resume(cursor).unwrap().from;
        let client = hub.connect(desk(None), Vec::new(), from);
        assert_eq!(texts(hub.pull(client)), want, "after {cursor}");
    }
}

#[test]
fn a_log_rebuilt_from_history_resumes_and_says_that_other_things_may_have_happened() {
    let mut hub = hub(100);
    hub.rebuild(7, vec![order(8, "s1", &[]), order(9, "s1", &[])], 11);
    assert_eq!(hub.resume(6), None);
    let Resumed { from, refresh } = hub.resume(8).unwrap();
    let client = hub.connect(desk(None), Vec::new(), from);
    assert_eq!(texts(hub.pull(client)), ["whole 9"]);
    assert!(refresh);
    assert!(hub.resume(11).unwrap().refresh, "seen everything, but not what happened to people since");
    hub.publish(order(12, "s1", &[]));
    assert!(!hub.resume(12).unwrap().refresh, "connected after the restart: nothing was missed");
}

#[test]
fn what_else_left_the_log_with_the_last_order_seen_is_told_anew() {
    let mut hub = hub(2);
    hub.publish(order(1, "s1", &[]));
    let target = Target::Person(caregiver("c1"), on("s1"));
    hub.publish(Entry { target, whole: Bytes::from("presence"), field: None });
    assert!(!hub.resume(1).unwrap().refresh, "it is in the log still");
    hub.publish(order(2, "s1", &[]));
    hub.publish(order(3, "s1", &[]));
    let resumed = hub.resume(1).unwrap();
    assert!(resumed.refresh, "the presence is gone, though no order event is missing");
    let client = hub.connect(desk(None), Vec::new(), resumed.from);
    assert_eq!(texts(hub.pull(client)), ["whole 2", "whole 3"]);
}

#[test]
fn who_moved_while_a_client_was_away_is_told_when_it_comes_back() {
    let mut hub = hub(100);
    let street = on("s1");
    hub.publish(order(1, "s1", &[]));
    for (who, at) in [("c1", 1000), ("c2", 2000), ("c3", 3000)] {
        hub.positions.put(position(who, at), street.clone());
        hub.turn_positions();
    }
    let back = hub.resume(1).unwrap();
    let client = hub.connect(desk(None), Vec::new(), back.from);
    let batches = moved(hub.pull(client));
    assert_eq!(batches.len(), 1);
    assert_eq!(batches[0].keys().collect::<Vec<_>>(), ["c1", "c2", "c3"]);
}

#[test]
fn who_moves_while_a_snapshot_is_on_its_way_is_told_after_it() {
    let mut hub = hub(100);
    let snapshot = hub.now();
    hub.positions.put(position("c1", 1000), on("s1"));
    hub.turn_positions();
    let client = hub.connect(desk(None), vec![Bytes::from("data: {\"positions\":[]}")], snapshot);
    let batches = moved(hub.pull(client));
    assert_eq!(
        batches.iter().map(BTreeMap::len).collect::<Vec<_>>(),
        [0, 1],
        "after the snapshot, not before"
    );
}

fn position(who: &str, at: i64) -> Position {
    let place = Wgs84::new(98.0, 39.0).unwrap();
    Position {
        caregiver: caregiver(who),
        at: Timestamp::from_millis(at),
        place,
        accuracy: None,
        battery: None,
    }
}

/// The people in a client's batches of positions, with the time of each.
fn moved(pulled: Pulled) -> Vec<BTreeMap<String, String>> {
    texts(pulled)
        .iter()
        .map(|text| {
            let json = text.lines().find_map(|l| l.strip_prefix("data: ")).unwrap();
            let batch: serde_json::Value = serde_json::from_str(json).unwrap();
            let each = batch["positions"].as_array().unwrap().iter();
            each.map(|p| (p["caregiver"].as_str().unwrap().to_owned(), p["at"].as_str().unwrap().to_owned()))
                .collect()
        })
        .collect()
}

#[test]
fn positions_come_in_rounds_and_a_slow_client_gets_the_latest_of_each_once() {
    let mut hub = hub(100);
    let quick = connect(&mut hub, desk(None));
    let slow = connect(&mut hub, desk(None));
    let me = connect(&mut hub, Audience::Caregiver(caregiver("c2")));
    let street = on("s1");
    for round in 1..=3_i64 {
        hub.positions.put(position("c1", round * 1000), street.clone());
        hub.positions.put(position("c1", round * 1000 + 500), street.clone());
        if round == 1 {
            hub.positions.put(position("c2", 1000), street.clone());
        }
        hub.turn_positions();
        let batches = moved(hub.pull(quick));
        assert_eq!(batches.len(), 1);
        assert!(batches[0]["c1"].ends_with(&format!("0{round}.500Z")), "{batches:?}");
        assert_eq!(batches[0].contains_key("c2"), round == 1);
    }
    assert!(!hub.positions.turn(), "nobody moved");
    let batches = moved(hub.pull(slow));
    assert_eq!(batches.len(), 1, "three rounds in one batch");
    assert_eq!(batches[0].len(), 2);
    let mine = moved(hub.pull(me));
    assert_eq!(mine, [BTreeMap::from([("c2".to_owned(), "1970-01-01T00:00:01.000Z".to_owned())])]);
    assert_eq!(hub.pull(slow), Pulled::Nothing);
}

#[test]
fn an_older_position_never_replaces_a_newer_one() {
    let mut hub = hub(100);
    hub.positions.put(position("c1", 2000), Belongs::default());
    hub.positions.put(position("c1", 1000), Belongs::default());
    assert_eq!(hub.position(&caregiver("c1")).unwrap().at, Timestamp::from_millis(2000));
}

#[test]
fn only_the_quiet_are_pinged() {
    let mut hub = hub(100);
    let busy = connect(&mut hub, desk(None));
    let quiet = connect(&mut hub, Audience::Nobody);
    assert!(hub.ping().is_empty(), "just connected");
    hub.publish(order(1, "s1", &[]));
    hub.pull(busy);
    assert_eq!(hub.ping(), [quiet]);
    assert_eq!(texts(hub.pull(quiet)), [": ping\n\n"]);
}

#[test]
fn everyone_is_told_before_the_end() {
    let mut hub = hub(100);
    let client = connect(&mut hub, desk(None));
    hub.publish(order(1, "s1", &[]));
    assert_eq!(hub.close_all("restarted"), [client]);
    assert!(texts(hub.pull(client))[0].contains("restarted"));
    assert_eq!(hub.pull(client), Pulled::Over);
    hub.disconnect(client);
    assert_eq!(hub.clients(), 0);
    assert!(hub.audiences().next().is_none());
}

#[derive(Debug, Clone)]
enum Step {
    Publish { street: usize, caregiver: usize },
    Pull(usize),
    Cut(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..3_usize, 0..3_usize).prop_map(|(street, caregiver)| Step::Publish { street, caregiver }),
        3 => (0..6_usize).prop_map(Step::Pull),
        1 => (0..6_usize).prop_map(Step::Cut),
    ]
}

proptest! {
    /// Whatever the order of events, reads, cuts and resumptions: a client has seen exactly its own events, each
    /// once, in order, or was told to begin anew.
    #[test]
    fn no_gap_no_repetition_no_reordering(steps in proptest::collection::vec(step(), 1..300), room in 1..40_usize) {
        let streets = ["s0", "s1", "s2"];
        let people = ["c0", "c1", "c2"];
        let audiences: Vec<Audience> = streets.iter().map(|s| desk(Some(s)))
            .chain(people.iter().map(|c| Audience::Caregiver(caregiver(c)))).collect();
        let mut hub = hub(room);
        let mut clients: Vec<ClientId> = audiences.iter().map(|a| connect(&mut hub, a.clone())).collect();
        let mut wanted: Vec<Vec<u64>> = vec![Vec::new(); 6];
        let mut seen: Vec<Vec<u64>> = vec![Vec::new(); 6];
        let mut sequence = 0;
        for step in steps {
            match step {
                Step::Publish { street, caregiver } => {
                    sequence += 1 + (sequence % 3);
                    hub.publish(order(sequence, streets[street], &[people[caregiver]]));
                    wanted[street].push(sequence);
                    wanted[3 + caregiver].push(sequence);
                }
                Step::Pull(who) => read(&mut hub, clients[who], &mut seen[who], &mut wanted[who], false),
                Step::Cut(who) => {
                    hub.disconnect(clients[who]);
                    let cursor = seen[who].last().copied().unwrap_or(0);
                    clients[who] = if let Some(resumed) = hub.resume(cursor) {
                        hub.connect(audiences[who].clone(), Vec::new(), resumed.from)
                    } else {
                        // A snapshot: everything up to now is known.
                        seen[who].clone_from(&wanted[who]);
                        connect(&mut hub, audiences[who].clone())
                    };
                }
            }
        }
        for who in 0..6 {
            read(&mut hub, clients[who], &mut seen[who], &mut wanted[who], true);
            prop_assert_eq!(&seen[who], &wanted[who]);
        }
    }
}

fn read(hub: &mut Hub, client: ClientId, seen: &mut Vec<u64>, wanted: &mut Vec<u64>, to_the_end: bool) {
    loop {
        match hub.pull(client) {
            Pulled::Frames(frames) => {
                for frame in frames {
                    let text = String::from_utf8(frame.to_vec()).unwrap();
                    match text.split(' ').nth(1).and_then(|n| n.parse().ok()) {
                        Some(sequence) => seen.push(sequence),
                        // Told that it was too slow: what it has does not count any more.
                        None => wanted.clone_from(seen),
                    }
                }
            }
            Pulled::Over => wanted.clone_from(seen),
            Pulled::Nothing => {}
        }
        if !to_the_end || matches!(hub.pull(client), Pulled::Nothing | Pulled::Over) {
            return;
        }
    }
}
