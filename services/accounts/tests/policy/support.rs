//! One person, changed row by row, and what comes of it.

use std::path::PathBuf;

use accounts::policy::{self, Pack};
use schemas::account::{
    assessment::{Amount, Kind},
    person::Person,
};
use serde_json::{Value, json};

/// The folder of the packs.
pub fn policies() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../policies")
}

/// A city's pack as it is checked in.
pub fn pack(city: &str) -> Pack {
    policy::load(&policies().join(format!("{city}.toml"))).unwrap()
}

/// Someone of 66 years in March 2026, registered and living there, approved long ago, with nothing special.
pub fn person(code: &str, changes: &Value) -> Person {
    let mut person = json!({
        "birth_date": "1960-01-01", "household_registration": code, "residence": code, "categories": [],
        "ability": "intact", "ability_assessed_on": null, "handicap_grade": null, "institution_since": null,
        "family_bed_since": null, "long_term_care_insured_since": null, "approved_on": "2022-01-31", "died_on": null,
    });
    for (key, value) in changes.as_object().unwrap() {
        person[key] = value.clone();
    }
    serde_json::from_value(person).unwrap()
}

/// What comes of it for one kind, in short: `30000 G3`, `20000p K3`, `not_eligible G2`.
pub fn outcome(pack: &Pack, person: &Person, on: &str, kind: Kind) -> String {
    let assessment = policy::assess(pack, person, on.parse().unwrap()).unwrap();
    let given =
        assessment.entitlements.iter().filter(|given| given.kind == kind).map(|given| match given.amount {
            Amount::AmountFen(fen) => format!("{fen} {}", given.rule),
            Amount::Points(points) => format!("{points}p {}", given.rule),
        });
    let refused = assessment.refused.iter().filter(|refused| refused.kind == kind);
    let all: Vec<String> =
        given.chain(refused.map(|refused| format!("{} {}", refused.code.as_str(), refused.rule))).collect();
    assert_eq!(all.len(), 1, "{kind:?} stands in exactly one list: {all:?}");
    all[0].clone()
}

/// A table: what changes, on which day, what comes of it.
pub fn holds(city: &str, code: &str, kind: Kind, rows: &[(Value, &str, &str)]) {
    let pack = pack(city);
    for (changes, on, expected) in rows {
        let person = person(code, changes);
        assert_eq!(outcome(&pack, &person, on, kind), *expected, "{changes} on {on}");
    }
}
