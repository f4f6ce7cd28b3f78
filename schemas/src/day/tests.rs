use serde_json::{Value, json};

use super::*;

fn small() -> Value {
    json!({
        "format": "care-day/1",
        "district": { "id": "jiayuguan", "name": "嘉峪关市", "name_en": "Jiayuguan" },
        "starts_at": "2026-11-22T23:00:00Z",
        "ends_at": "2026-11-23T12:00:00Z",
        "network": { "generated": { "seed": 1, "side_km": 4.0, "centre": { "lon": 98.29, "lat": 39.77 } } },
        "streets": [{ "id": "s1", "name": "新华街道", "communities": [{ "id": "s1-c1", "name": "新华社区" }] }],
        "elders": [{
            "profile": {
                "id": "e1", "place": { "lon": 98.29, "lat": 39.77 }, "street": "s1", "community": "s1-c1"
            },
            "name": "张秀英"
        }],
        "caregivers": [{
            "profile": {
                "id": "c1", "organisation": "o1", "street": "s1",
                "shifts": [{ "earliest": "2026-11-23T00:00:00Z", "latest": "2026-11-23T08:00:00Z" }]
            },
            "start": { "lon": 98.29, "lat": 39.77 }
        }],
        "orders": [{
            "id": "w1",
            "release_at": "2026-11-23T00:30:00Z",
            "place": { "elder": "e1", "service": "cleaning" },
            "truth": { "answers": [{ "answer": "decline", "after": 10, "reason": "busy" }], "stars": 5 }
        }]
    })
}

/// Changes the member the pointer names and returns what is found wrong.
fn broken(pointer: &str, value: Value) -> DayProblems {
    let mut day = small();
    *day.pointer_mut(pointer).unwrap() = value;
    Day::parse(&day.to_string()).unwrap_err()
}

#[test]
fn a_day_reads_checks_and_writes_back_the_same() {
    let day = Day::parse(&small().to_string()).unwrap();
    let again = Day::parse(&day.to_json().unwrap()).unwrap();
    assert_eq!(day, again);
}

#[test]
fn a_wrong_member_is_named_by_pointer_with_advice() {
    let cases = [
        ("/orders/0/place/elder", json!("e9"), "/orders/0/place/elder"),
        ("/orders/0/place/elder", json!("张"), "/orders/0/place/elder"),
        ("/orders/0/release_at", json!("2026-11-22T00:30:00Z"), "/orders/0/release_at"),
        ("/orders/0/truth/stars", json!(6), "/orders/0/truth/stars"),
        ("/orders/0/truth/answers/0/after", json!(-1), "/orders/0/truth/answers/0/after"),
        ("/elders/0/profile/place/lat", json!(97.0), "/elders/0/profile/place"),
        ("/elders/0/profile/community", json!("s1-c9"), "/elders/0/profile/community"),
        ("/caregivers/0/profile/id", json!("e1"), "/caregivers/0/profile/id"),
        ("/network", json!({ "osm": "" }), "/network/osm"),
        ("/network/generated/side_km", json!(900), "/network/generated/side_km"),
        ("/ends_at", json!("2026-11-21T00:00:00Z"), "/ends_at"),
        ("/format", json!("care-day/9"), "/format"),
    ];
    for (pointer, value, blamed) in cases {
        let problems = broken(pointer, value.clone());
        let found = problems.problems.iter().find(|p| p.pointer == blamed);
        let found =
            found.unwrap_or_else(|| panic!("{pointer} = {value} is not blamed on {blamed}: {problems}"));
        assert!(!found.what.is_empty() && !found.advice.is_empty());
    }
}

#[test]
fn a_misspelt_member_is_refused() {
    let problems = broken("/orders/0/truth", json!({ "noshow": true }));
    assert!(problems.to_string().contains("noshow"), "{problems}");
}

#[test]
fn everything_wrong_is_told_at_once_up_to_a_limit() {
    let mut day = small();
    let order = day["orders"][0].clone();
    day["orders"] = Value::Array((0..80).map(|_| order.clone()).collect());
    let problems = Day::parse(&day.to_string()).unwrap_err();
    assert_eq!((problems.problems.len(), problems.more), (50, 29));
}

#[test]
fn half_a_file_is_said_to_be_half_a_file() {
    let text = small().to_string();
    let problems = Day::parse(&text[..text.len() / 2]).unwrap_err();
    assert!(problems.to_string().contains("written to its end"), "{problems}");
}

#[test]
fn answers_take_turns_and_personal_ones_take_none() {
    let id = |text: &str| domain::id::CaregiverId::new(text).unwrap();
    let truth = OrderTruth {
        answers: vec![Reaction::Ignore],
        personal: vec![PersonalAnswer { caregiver: id("c2"), reaction: Reaction::Ignore }],
        ..OrderTruth::default()
    };
    assert_eq!(truth.reaction(&id("c1"), 0), Reaction::Ignore);
    assert_eq!(truth.reaction(&id("c1"), 1), Reaction::Accept { after: truth.answer_after });
    assert_eq!(truth.reaction(&id("c2"), 1), Reaction::Ignore);
}
