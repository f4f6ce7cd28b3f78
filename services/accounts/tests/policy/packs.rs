//! What makes a pack unusable, and what changes between two.

use accounts::policy::{
    check::{check, gaps},
    diff::diff,
    load::parse,
    trial::{Outcome, trial},
};
use schemas::account::assessment::{Kind, RefusalCode};

use crate::support::{pack, policies};

fn text(city: &str) -> String {
    std::fs::read_to_string(policies().join(format!("{city}.toml"))).unwrap()
}

fn changed(city: &str, from: &str, to: &str) -> String {
    let text = text(city);
    assert!(text.contains(from), "{from:?} stands in {city}");
    text.replacen(from, to, 1)
}

#[test]
fn all_five_are_sound_and_say_what_they_leave_unset() {
    for city in ["changji", "changsha", "jiayuguan", "kangbashi", "yuncheng"] {
        let pack = pack(city);
        assert_eq!(pack.city, city);
        assert!(check(&pack).is_empty());
    }
    assert!(gaps(&pack("changji")).is_empty());
    let jiayuguan = gaps(&pack("jiayuguan")).join("\n");
    for gap in
        ["per_order_cap_fen (J16)", "delivery_fee_fen (J3)", "service_allowance by J10", "percent (J1)"]
    {
        assert!(jiayuguan.contains(gap), "{jiayuguan}");
    }
}

#[test]
fn an_unknown_key_is_refused_with_its_place() {
    let error = parse(&changed("changji", "amount_fen = 30000", "amount_fan = 30000")).unwrap_err();
    assert!(error.contains("amount_fan") && error.contains("tier"), "{error}");
    let error = parse(&changed("changji", "name = ", "nome = ")).unwrap_err();
    assert!(error.contains("nome"), "{error}");
    let error =
        parse(&changed("kangbashi", "ability_from = \"moderate\"", "ability_from = \"bad\"")).unwrap_err();
    assert!(error.contains("bad"), "{error}");
    let error = parse(&changed("changji", "2021-05-30", "2021-13-30")).unwrap_err();
    assert!(error.contains("2021-13-30"), "{error}");
}

#[test]
fn what_contradicts_itself_is_refused_by_code() {
    let code = |text: String| check(&parse(&text).unwrap()).first().map(|fault| fault.code);
    let overlapping = text("changsha")
        + &text("changsha")
            .split_once("[[version]]")
            .map(|(_, version)| format!("\n[[version]]{version}"))
            .unwrap()
            .replace("2023-01-01", "2024-12-31")
            .replace("2025-01-01", "2026-01-01");
    assert_eq!(code(overlapping.clone()), Some("overlapping_dates"));
    let next_to_each_other = overlapping.replace("\"2024-12-31\"", "\"2025-01-01\"").replacen(
        "id = 1\ndocument",
        "id = 2\ndocument",
        1,
    );
    assert_eq!(code(next_to_each_other), None);
    assert_eq!(code(changed("changji", "amount_fen = 30000", "amount_fen = 29999")), Some("below_floor"));
    assert_eq!(code(changed("changji", "amount_fen = 30000", "amount_fen = 35000")), None);
    assert_eq!(code(changed("changji", "registered = \"G2\"", "registered = \"G99\"")), Some("unknown_rule"));
    assert_eq!(
        code(changed("changsha", "until = \"2025-01-01\"", "until = \"2023-01-01\"")),
        Some("empty_version")
    );
    assert_eq!(
        code(changed("jiayuguan", "at_most = 20", "at_most = 20, percent = 25")),
        Some("invalid_discount")
    );
    assert_eq!(code(changed("kangbashi", "points = 10000", "points = 0")), Some("invalid_amount"));
}

#[test]
fn every_row_id_of_the_five_documents_stands_in_its_pack() {
    for (city, letter, last) in [
        ("jiayuguan", 'J', 23),
        ("changsha", 'C', 18),
        ("changji", 'G', 26),
        ("yuncheng", 'Y', 9),
        ("kangbashi", 'K', 9),
    ] {
        let pack = pack(city);
        let ids: Vec<String> = pack.versions[0].rules.keys().map(ToString::to_string).collect();
        let all: Vec<String> = (1..=last).map(|number| format!("{letter}{number}")).collect();
        assert_eq!(ids, all);
    }
}

#[test]
fn a_difference_is_told_by_its_place() {
    let after = parse(&changed("changji", "amount_fen = 30000", "amount_fen = 35000")).unwrap();
    let changes: Vec<String> =
        diff(&pack("changji"), &after).unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(changes, ["~ version[1].kind[service_allowance].tier[G3].amount_fen: 30000 -> 35000"]);
    assert!(diff(&after, &after).unwrap().is_empty());
}

#[test]
fn a_pack_is_tried_on_a_recorded_month() {
    let stricter =
        parse(&changed("changji", "age_from = 90, age_below = 100", "age_from = 95, age_below = 100"))
            .unwrap();
    let record = r#"{"elder":"e1","person":{"birth_date":"1933-01-01","household_registration":"652301","residence":"652301","ability":"intact","approved_on":"2022-01-01"},"spent":{"service_allowance":12000}}
{"elder":"e2","person":{"birth_date":"1920-01-01","household_registration":"652301","residence":"652301","approved_on":"2022-01-01"}}
"#;
    let month = "2026-03".parse().unwrap();
    let told = trial(&pack("changji"), &stricter, month, record.as_bytes()).unwrap();
    assert_eq!(told.people, 2);
    assert_eq!(told.totals[&Kind::ServiceAllowance], (45_000, 30_000));
    let [one] = &told.differences[..] else { panic!("{told:?}") };
    assert_eq!((one.elder.as_str(), one.before, one.uncovered), ("e1", Outcome::Given(15_000), 12_000));
    assert_eq!(one.after, Outcome::Refused(RefusalCode::NotEligible));
    let error = trial(&pack("changji"), &stricter, month, "{}".as_bytes()).unwrap_err();
    assert!(error.to_string().contains("line 1"), "{error}");
}
