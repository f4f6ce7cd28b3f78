//! 昌吉市政府购买居家和社区养老服务实施办法(试行), § 2 and § 5.

use schemas::account::assessment::Kind::ServiceAllowance;
use serde_json::json;

use crate::support::{holds, pack, person};

const HERE: &str = "652301";
const DAY: &str = "2026-03-15";

#[test]
fn who_gets_how_much() {
    let no = "not_eligible G2";
    holds(
        "changji",
        HERE,
        ServiceAllowance,
        &[
            // 二(一)
            (json!({ "categories": ["destitute_scattered"] }), DAY, "30000 G3"),
            (json!({ "categories": ["destitute_collective"] }), DAY, no),
            (
                json!({ "categories": ["destitute_scattered"], "birth_date": "1966-03-31" }),
                "2026-03-01",
                "30000 G3",
            ),
            (json!({ "categories": ["destitute_scattered"], "birth_date": "1966-04-01" }), "2026-03-31", no),
            (json!({ "birth_date": "1926-03-31" }), "2026-03-01", "30000 G3"),
            (json!({ "birth_date": "1926-04-01" }), "2026-03-31", "15000 G5"),
            // 二(二)
            (json!({ "categories": ["minimum_living"] }), DAY, "20000 G4"),
            (json!({ "categories": ["minimum_living"], "birth_date": "1970-01-01" }), DAY, no),
            (json!({ "categories": ["key_special_care"] }), DAY, "20000 G4"),
            (json!({ "categories": ["special_care"] }), DAY, no),
            // 二(三)
            (json!({ "categories": ["low_income"] }), DAY, "15000 G5"),
            (json!({ "categories": ["minimum_living_marginal"] }), DAY, no),
            (json!({ "categories": ["alone"] }), DAY, no),
            (
                json!({ "categories": ["special_family_planning"], "birth_date": "1956-03-31" }),
                DAY,
                "15000 G5",
            ),
            (json!({ "categories": ["special_family_planning"], "birth_date": "1956-04-01" }), DAY, no),
            (json!({ "birth_date": "1936-03-31" }), "2026-03-01", "15000 G5"),
            (json!({ "birth_date": "1936-04-01" }), "2026-03-31", no),
        ],
    );
}

#[test]
fn severe_loss_of_ability_is_assessed_and_is_no_handicap() {
    let born = "1946-03-31";
    let severe = |assessed: Option<&str>| json!({ "birth_date": born, "ability": "severe", "ability_assessed_on": assessed });
    holds(
        "changji",
        HERE,
        ServiceAllowance,
        &[
            (severe(Some("2025-12-01")), "2026-03-01", "15000 G5"),
            (severe(Some("2025-12-01")), "2026-02-28", "not_eligible G2"),
            (severe(None), DAY, "not_assessed G5"),
            (severe(Some("2026-03-16")), DAY, "not_assessed G5"),
            (severe(Some("2026-03-15")), DAY, "15000 G5"),
            (
                json!({ "birth_date": born, "ability": "complete", "ability_assessed_on": "2025-12-01" }),
                DAY,
                "15000 G5",
            ),
            (
                json!({ "birth_date": born, "ability": "moderate", "ability_assessed_on": "2025-12-01" }),
                DAY,
                "not_eligible G2",
            ),
            (json!({ "birth_date": born, "handicap_grade": 1 }), DAY, "not_eligible G2"),
            (json!({ "birth_date": born, "ability": null }), DAY, "not_assessed G5"),
            // 长期护理保险失能人员评定结果可以作为申请的依据
            (
                json!({ "birth_date": born, "ability": "severe", "long_term_care_insured_since": "2025-12-01" }),
                DAY,
                "15000 G5",
            ),
            // What is not assessed does not take away what holds anyway.
            (
                json!({ "birth_date": born, "ability": "severe", "categories": ["low_income"] }),
                DAY,
                "15000 G5",
            ),
        ],
    );
}

#[test]
fn of_several_the_highest_only() {
    holds(
        "changji",
        HERE,
        ServiceAllowance,
        &[
            (json!({ "categories": ["low_income", "minimum_living"] }), DAY, "20000 G4"),
            (
                json!({ "categories": ["low_income", "minimum_living", "destitute_scattered"] }),
                DAY,
                "30000 G3",
            ),
            (json!({ "birth_date": "1930-01-01", "categories": ["key_special_care"] }), DAY, "20000 G4"),
            (json!({ "birth_date": "1920-01-01", "categories": ["low_income"] }), DAY, "30000 G3"),
        ],
    );
}

#[test]
fn registered_and_resident() {
    let with = |registration: &str, residence: &str| json!({ "categories": ["low_income"], "household_registration": registration, "residence": residence });
    holds(
        "changji",
        HERE,
        ServiceAllowance,
        &[
            (with("652301", "652301"), DAY, "15000 G5"),
            (with("652302", "652301"), DAY, "not_registered G2"),
            (with("652301", "650104"), DAY, "not_resident G2"),
            // The prefecture is not the city.
            (with("652300", "652301"), DAY, "not_registered G2"),
            (with("650104", "650104"), DAY, "not_registered G2"),
        ],
    );
}

#[test]
fn approval_takes_effect_with_the_next_month() {
    let approved = |on: Option<&str>| json!({ "categories": ["low_income"], "approved_on": on });
    holds(
        "changji",
        HERE,
        ServiceAllowance,
        &[
            (approved(None), DAY, "not_approved G16"),
            (approved(Some("2026-03-01")), "2026-03-31", "not_yet_effective G16"),
            (approved(Some("2026-03-31")), "2026-03-31", "not_yet_effective G16"),
            (approved(Some("2026-03-31")), "2026-04-01", "15000 G5"),
            (approved(Some("2026-03-01")), "2026-04-01", "15000 G5"),
            (approved(Some("2025-12-31")), "2026-01-01", "15000 G5"),
            (approved(Some("2024-02-29")), "2024-03-01", "15000 G5"),
            (approved(Some("2024-02-29")), "2024-02-29", "not_yet_effective G16"),
        ],
    );
}

#[test]
fn an_end_takes_effect_with_the_next_month() {
    let mut rows = Vec::new();
    for (member, refusal) in [
        ("died_on", "ended G19"),
        ("institution_since", "in_institution G9"),
        ("family_bed_since", "family_bed G9"),
    ] {
        let since = |on: &str| json!({ "categories": ["low_income"], member: on });
        rows.extend([
            (since("2026-03-01"), "2026-03-31", "15000 G5"),
            (since("2026-03-31"), "2026-03-31", "15000 G5"),
            (since("2026-03-31"), "2026-04-01", refusal),
            (since("2026-03-01"), "2026-04-01", refusal),
            (since("2026-04-01"), "2026-04-01", "15000 G5"),
            (since("2025-12-31"), "2026-01-01", refusal),
        ]);
    }
    // Insured: the amount stays; what the insurance covers is not paid for, see the ledger.
    rows.push((
        json!({ "categories": ["low_income"], "long_term_care_insured_since": "2025-01-01" }),
        DAY,
        "15000 G5",
    ));
    holds("changji", HERE, ServiceAllowance, &rows);
}

#[test]
fn the_leap_day() {
    holds(
        "changji",
        HERE,
        ServiceAllowance,
        &[
            // 90 on 29 February 2026 does not exist: 1 March.
            (json!({ "birth_date": "1936-02-29" }), "2026-02-28", "not_eligible G2"),
            (json!({ "birth_date": "1936-02-29" }), "2026-03-01", "15000 G5"),
            // 100 on 29 February 2024 does.
            (json!({ "birth_date": "1924-02-29" }), "2024-02-01", "30000 G3"),
            (json!({ "birth_date": "1924-02-29" }), "2024-01-31", "15000 G5"),
        ],
    );
}

#[test]
fn the_first_day() {
    let row = json!({ "categories": ["low_income"], "approved_on": "2021-04-30" });
    holds(
        "changji",
        HERE,
        ServiceAllowance,
        &[(row.clone(), "2021-05-29", "not_yet_effective G2"), (row, "2021-05-30", "15000 G5")],
    );
}

#[test]
fn readings_can_be_switched() {
    let mut pack = pack("changji");
    let marginal = person(HERE, &json!({ "categories": ["minimum_living_marginal"] }));
    let in_bed = person(HERE, &json!({ "categories": ["low_income"], "family_bed_since": "2020-01-01" }));
    pack.versions[0].readings.marginal_is_low_income = true;
    pack.versions[0].readings.family_bed_ends = false;
    for person in [marginal, in_bed] {
        assert_eq!(crate::support::outcome(&pack, &person, DAY, ServiceAllowance), "15000 G5");
    }
}
