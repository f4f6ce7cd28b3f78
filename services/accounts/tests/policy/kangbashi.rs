//! 康巴什区居家社区养老服务实施方案(审议稿), § 3.

use schemas::account::assessment::Kind::{CanteenSubsidy, ServiceAllowance, SilverPoints};
use serde_json::json;

use crate::support::holds;

const HERE: &str = "150603";
const DAY: &str = "2026-03-15";

#[test]
fn government_purchase() {
    let (gap, no) = ("amount_not_configured K1", "not_eligible K1");
    let is = |category: &str| json!({ "categories": [category] });
    let rows = [
        (json!({}), DAY, no),
        (json!({ "birth_date": "1941-03-31" }), "2026-03-01", gap),
        (json!({ "birth_date": "1941-04-01" }), "2026-03-31", no),
        (is("destitute_scattered"), DAY, gap),
        (is("destitute_collective"), DAY, gap),
        (is("alone"), DAY, gap),
        (is("minimum_living"), DAY, gap),
        (is("minimum_living_marginal"), DAY, gap),
        (is("special_care"), DAY, gap),
        (is("key_special_care"), DAY, gap),
        (is("special_family_planning"), DAY, gap),
        (is("low_income"), DAY, no),
        (json!({ "categories": ["alone"], "birth_date": "1966-04-01" }), "2026-03-31", no),
        (json!({ "categories": ["alone"], "birth_date": "1966-03-31" }), "2026-03-01", gap),
        (json!({ "ability": "moderate", "ability_assessed_on": "2026-01-01" }), DAY, gap),
        (json!({ "ability": "mild", "ability_assessed_on": "2026-01-01" }), DAY, no),
        (json!({ "ability": "moderate" }), DAY, "not_assessed K1"),
        (json!({ "categories": ["alone"], "household_registration": "150602" }), DAY, "not_registered K1"),
        // 须具有康巴什区户籍: where they live does not matter.
        (json!({ "categories": ["alone"], "residence": "150602" }), DAY, gap),
        (json!({ "categories": ["alone"], "approved_on": null }), DAY, gap),
        (json!({ "categories": ["alone"], "died_on": "2026-02-01" }), DAY, "ended K1"),
    ];
    holds("kangbashi", HERE, ServiceAllowance, &rows);
}

#[test]
fn the_canteen_is_for_residents() {
    let gap = "amount_not_configured K2";
    holds(
        "kangbashi",
        HERE,
        CanteenSubsidy,
        &[
            (json!({}), DAY, gap),
            (json!({ "household_registration": "150602" }), DAY, gap),
            (json!({ "residence": "150602" }), DAY, "not_resident K2"),
            (json!({ "birth_date": "1966-03-31" }), "2026-03-01", gap),
            (json!({ "birth_date": "1966-04-01" }), "2026-03-31", "not_eligible K2"),
        ],
    );
}

#[test]
fn silver_points_by_age() {
    let born = |date: &str| json!({ "birth_date": date });
    holds(
        "kangbashi",
        HERE,
        SilverPoints,
        &[
            (born("1956-04-01"), "2026-03-31", "not_eligible K3"),
            (born("1956-04-01"), "2026-04-01", "10000p K3"),
            (born("1956-03-31"), "2026-03-01", "10000p K3"),
            (born("1951-04-01"), "2026-03-31", "10000p K3"),
            (born("1951-03-31"), "2026-03-01", "15000p K3"),
            (born("1946-04-01"), "2026-03-31", "15000p K3"),
            (born("1946-03-31"), "2026-03-01", "20000p K3"),
            (born("1926-01-01"), DAY, "20000p K3"),
            (born("1956-02-29"), "2026-02-28", "not_eligible K3"),
            (born("1956-02-29"), "2026-03-01", "10000p K3"),
            (
                json!({ "birth_date": "1950-01-01", "household_registration": "150602" }),
                DAY,
                "not_registered K3",
            ),
            (json!({ "birth_date": "1950-01-01", "residence": "150602" }), DAY, "15000p K3"),
            (json!({ "birth_date": "1950-01-01", "approved_on": null }), DAY, "15000p K3"),
            (json!({ "birth_date": "1950-01-01", "died_on": "2026-03-02" }), "2026-03-31", "15000p K3"),
            (json!({ "birth_date": "1950-01-01", "died_on": "2026-03-02" }), "2026-04-01", "ended K3"),
            // The document says nothing of institutions.
            (json!({ "birth_date": "1950-01-01", "institution_since": "2020-01-01" }), DAY, "15000p K3"),
        ],
    );
}
