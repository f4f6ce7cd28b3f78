//! The program as a shell sees it.

use std::{fs, process::Command};

use serde_json::{Value, json};

use crate::support::policies;

struct Ran {
    ok: bool,
    out: String,
    err: String,
}

fn accounts(arguments: &[&str]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_accounts")).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { ok: output.status.success(), out: text(output.stdout), err: text(output.stderr) }
}

fn assess(command: &str, city: &str, person: &Value, on: &str) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("P.json");
    fs::write(&file, person.to_string()).unwrap();
    let policy = policies().join(format!("{city}.toml"));
    accounts(&[command, "--policy", policy.to_str().unwrap(), "--person", file.to_str().unwrap(), "--on", on])
}

fn someone() -> Value {
    json!({
        "birth_date": "1950-05-05", "household_registration": "150603", "residence": "150603", "categories": [],
        "ability": "intact", "ability_assessed_on": null, "handicap_grade": null, "institution_since": null,
        "family_bed_since": null, "long_term_care_insured_since": null, "approved_on": null, "died_on": null,
    })
}

#[test]
fn assess_prints_one_document() {
    let ran = assess("assess", "kangbashi", &someone(), "2026-03-15");
    assert!(ran.ok, "{}", ran.err);
    let expected = json!({
        "on": "2026-03-15", "city": "kangbashi",
        "entitlements": [
            { "kind": "silver_points", "points": 15000, "period": "2026-03", "rule": "K3", "article": "三(三)" },
        ],
        "refused": [
            { "kind": "service_allowance", "code": "not_eligible", "rule": "K1", "article": "三(一)" },
            { "kind": "canteen_subsidy", "code": "amount_not_configured", "rule": "K2", "article": "三(二)" },
        ],
    });
    assert_eq!(serde_json::from_str::<Value>(&ran.out).unwrap(), expected);
}

#[test]
fn explain_cites_the_articles() {
    let ran = assess("explain", "kangbashi", &someone(), "2026-03-15");
    assert!(ran.ok && ran.out.contains("K3") && ran.out.contains("银发积分"), "{}{}", ran.out, ran.err);
}

#[test]
fn bad_input_is_refused_in_one_coded_sentence() {
    let changed = |key: &str, value: Value| {
        let mut person = someone();
        person[key] = value;
        person
    };
    let rows = [
        (changed("birth_date", json!("2026-03-16")), "2026-03-15", "born_in_future"),
        (changed("birth_date", json!("1950-02-30")), "2026-03-15", "person_malformed"),
        (changed("household_registration", json!("1506")), "2026-03-15", "household_registration"),
        (changed("categories", json!(["rich"])), "2026-03-15", "categories"),
        (changed("birthday", json!("1950-01-01")), "2026-03-15", "birthday"),
        (changed("handicap_grade", json!(5)), "2026-03-15", "invalid_handicap_grade"),
        (changed("died_on", json!("1949-01-01")), "2026-03-15", "before_birth"),
        (someone(), "2026-02-29", "2026-02-29"),
    ];
    for (person, on, told) in rows {
        let ran = assess("assess", "kangbashi", &person, on);
        assert!(!ran.ok && ran.out.is_empty() && ran.err.contains(told), "{person} on {on}: {}", ran.err);
    }
    let ran = accounts(&["check", "/nowhere/pack.toml"]);
    assert!(!ran.ok && ran.out.contains("policy_unreadable"), "{}", ran.out);
}
