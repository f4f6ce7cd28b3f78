//! 运城市加快城市社区居家养老服务发展的实施方案, § 2(4).

use domain::elder::Ability;
use schemas::account::assessment::Kind::BedGrant;
use serde_json::json;

use crate::support::{holds, pack};

#[test]
fn the_bed_grant_goes_to_the_facility() {
    let facility = "paid_to_facility Y5";
    holds(
        "yuncheng",
        "140802",
        BedGrant,
        &[
            (json!({ "institution_since": "2025-01-01" }), "2026-03-15", facility),
            (json!({}), "2026-03-15", facility),
            (json!({ "ability": "severe", "institution_since": "2025-01-01" }), "2026-03-15", facility),
            (json!({ "birth_date": "1970-01-01" }), "2026-03-15", "not_eligible Y5"),
            (json!({ "died_on": "2026-03-31" }), "2026-03-31", facility),
            (json!({ "died_on": "2026-03-31" }), "2026-04-01", "ended Y5"),
            (json!({}), "2021-03-28", "not_yet_effective Y5"),
            (json!({}), "2021-03-29", facility),
        ],
    );
}

#[test]
fn so_much_for_each_housed_by_ability() {
    let pack = pack("yuncheng");
    let fen = &pack.versions[0].kinds[0].tiers[0].facility_fen;
    let expected = [
        (Ability::Intact, 10_000),
        (Ability::Mild, 20_000),
        (Ability::Moderate, 20_000),
        (Ability::Severe, 30_000),
        (Ability::Complete, 30_000),
    ];
    assert_eq!(*fen, expected.into());
}
