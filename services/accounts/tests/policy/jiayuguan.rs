//! 嘉峪关市社区养老服务实施办法, Art. 4, 15, 23.

use schemas::account::assessment::Kind::ServiceAllowance;
use serde_json::json;

use crate::support::{holds, outcome, pack, person};

#[test]
fn any_elder_of_the_city_but_the_amount_is_not_there() {
    let gap = "amount_not_configured J10";
    holds(
        "jiayuguan",
        "620200",
        ServiceAllowance,
        &[
            (json!({}), "2026-03-15", gap),
            (json!({ "residence": "620201", "household_registration": "620201" }), "2026-03-15", gap),
            (json!({ "household_registration": "620102" }), "2026-03-15", gap),
            (json!({ "residence": "620102" }), "2026-03-15", "not_resident J1"),
            (json!({ "birth_date": "1966-03-31" }), "2026-03-01", gap),
            (json!({ "birth_date": "1966-04-01" }), "2026-03-31", "not_eligible J10"),
            (json!({ "approved_on": null }), "2026-03-15", gap),
            (json!({ "died_on": "2026-02-28" }), "2026-03-01", "ended J10"),
            (json!({ "died_on": "2026-02-28" }), "2026-02-28", gap),
        ],
    );
}

#[test]
fn five_years() {
    holds(
        "jiayuguan",
        "620200",
        ServiceAllowance,
        &[
            (json!({}), "2024-04-22", "not_yet_effective J10"),
            (json!({}), "2024-04-23", "amount_not_configured J10"),
            (json!({}), "2029-04-22", "amount_not_configured J10"),
            (json!({}), "2029-04-23", "policy_lapsed J10"),
        ],
    );
}

#[test]
fn once_set_the_amount_is_given() {
    let mut pack = pack("jiayuguan");
    pack.versions[0].kinds[0].tiers[0].amount_fen = Some(12_300);
    assert_eq!(outcome(&pack, &person("620200", &json!({})), "2026-03-15", ServiceAllowance), "12300 J10");
}
