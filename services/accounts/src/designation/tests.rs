use serde_json::{Value, json};

use super::*;

fn organisation(contract: &Value, more: Value) -> Organisation {
    let mut it = json!({ "id": "org1", "revision": 1, "name": "康乐", "contract": contract });
    let Value::Object(more) = more else { unreachable!("an object") };
    it.as_object_mut().unwrap().extend(more);
    serde_json::from_value(it).unwrap()
}

fn signed() -> Value {
    let term = json!({ "from": "2026-01-01", "until": "2026-12-31" });
    json!({ "is": "signed", "term": term, "checked_on": "2026-01-01" })
}

fn record(steps: &[(&str, &str)]) -> Value {
    let one = |(on, step): &(&str, &str)| json!({ "on": on, "by": { "role": "bureau" }, "step": step });
    steps.iter().map(one).collect()
}

/// On which of these days points may be spent there.
fn days(it: &Organisation, days: &[&str]) -> Vec<bool> {
    let designated = Designated::of(it);
    days.iter().map(|day| designated.on(day.parse().unwrap())).collect()
}

const SINCE: (&str, &str) = ("2026-02-01", "designate");

#[test]
fn from_the_designation_to_the_end_of_the_contract() {
    let now = json!({ "designated": { "since": "2026-02-01", "checked_on": "2026-06-01" } });
    let it = organisation(&signed(), now.clone());
    let around = ["2026-01-31", "2026-02-01", "2026-12-31", "2027-01-01"];
    assert_eq!(days(&it, &around), [false, true, true, false]);
    // The next contract waits for a second person; the one that runs still stands.
    let term = json!({ "from": "2026-01-01", "until": "2026-12-31" });
    let next = json!({ "from": "2027-01-01", "until": "2027-12-31" });
    let proposed = json!({ "is": "proposed", "term": next, "running": term });
    assert_eq!(days(&organisation(&proposed, now.clone()), &around), [false, true, true, false]);
    // Without a contract a designation is worth nothing.
    for nothing in [json!({ "is": "unregistered" }), json!({ "is": "registered" })] {
        assert_eq!(days(&organisation(&nothing, now.clone()), &["2026-03-01"]), [false]);
    }
    assert_eq!(days(&organisation(&signed(), json!({})), &["2026-03-01"]), [false]);
}

#[test]
fn withdrawn_counts_from_its_day_on_and_what_was_before_stands() {
    let dropped = record(&[SINCE, ("2026-04-01", "designate"), ("2026-05-10", "undesignate")]);
    let it = organisation(&signed(), json!({ "record": dropped }));
    assert_eq!(
        days(&it, &["2026-01-31", "2026-02-01", "2026-05-09", "2026-05-10"]),
        [false, true, true, false]
    );
    let again = record(&[SINCE, ("2026-05-10", "undesignate"), ("2026-06-01", "designate")]);
    let since = json!({ "since": "2026-06-01", "checked_on": "2026-06-01" });
    let it = organisation(&signed(), json!({ "record": again, "designated": since }));
    assert_eq!(
        days(&it, &["2026-05-09", "2026-05-10", "2026-05-31", "2026-06-01"]),
        [true, false, false, true]
    );
    // Designated and not, on one day: never.
    let it = organisation(&signed(), json!({ "record": record(&[SINCE, ("2026-02-01", "undesignate")]) }));
    assert_eq!(days(&it, &["2026-02-01"]), [false]);
}

#[test]
fn an_early_end_and_a_suspension_count_from_their_day_on() {
    let term = json!({ "from": "2026-01-01", "until": "2026-12-31" });
    let ended = json!({ "is": "ended", "term": term, "on": "2026-05-10" });
    let it = organisation(&ended, json!({ "record": record(&[SINCE, ("2026-05-10", "end_contract")]) }));
    assert_eq!(days(&it, &["2026-05-09", "2026-05-10"]), [true, false]);
    let stopped = json!({ "matter": "v1", "since": "2026-05-09T16:00:00Z" });
    let now = json!({ "since": "2026-02-01", "checked_on": "2026-02-01" });
    let it = organisation(&signed(), json!({ "designated": now, "stopped": stopped }));
    // 16:00 of the ninth is the tenth's first moment in the city.
    assert_eq!(days(&it, &["2026-05-09", "2026-05-10"]), [true, false]);
}

#[test]
fn an_organisation_nobody_published_is_not_designated_once_all_is_heard() {
    let (known, day) = (Designations::default(), "2026-03-01".parse().unwrap());
    let now = json!({ "designated": { "since": "2026-02-01", "checked_on": "2026-02-01" } });
    let (it, other) = (organisation(&signed(), now), OrganisationId::new("org2").unwrap());
    assert_eq!(known.on(&it.id, day), None);
    known.learn(&it);
    assert_eq!((known.on(&it.id, day), known.on(&other, day)), (Some(true), None));
    known.complete();
    assert_eq!(known.on(&other, day), Some(false));
    known.forget();
    assert_eq!(known.on(&it.id, day), None);
}
