//! 长沙市社区居家养老服务机构运营管理办法(试行), Art. 36 and 47.

use schemas::account::assessment::Kind::ServiceAllowance;
use serde_json::json;

use crate::support::{holds, outcome, pack, person};

#[test]
fn two_years_then_it_has_lapsed() {
    let row = json!({ "categories": ["minimum_living"] });
    holds(
        "changsha",
        "430102",
        ServiceAllowance,
        &[
            (row.clone(), "2022-12-31", "not_yet_effective C14"),
            (row.clone(), "2023-01-01", "amount_not_configured C14"),
            (row.clone(), "2024-12-31", "amount_not_configured C14"),
            (row.clone(), "2025-01-01", "policy_lapsed C14"),
            (row, "2026-03-15", "policy_lapsed C14"),
        ],
    );
}

#[test]
fn hardship_is_not_what_is_served_first() {
    let on = "2024-03-15";
    let gap = "amount_not_configured C14";
    let is = |category: &str| json!({ "categories": [category] });
    holds(
        "changsha",
        "430102",
        ServiceAllowance,
        &[
            (is("destitute_scattered"), on, gap),
            (is("destitute_collective"), on, gap),
            (is("minimum_living_marginal"), on, gap),
            (is("low_income"), on, gap),
            (is("alone"), on, "not_eligible C14"),
            (is("special_family_planning"), on, "not_eligible C14"),
            (json!({ "birth_date": "1930-01-01", "handicap_grade": 1 }), on, "not_eligible C14"),
            (json!({ "categories": ["minimum_living"], "birth_date": "1970-01-01" }), on, "not_eligible C14"),
            // 也可用于服务对象入住养老机构和家庭养老床位的服务费用支出
            (
                json!({ "categories": ["low_income"], "institution_since": "2020-01-01", "family_bed_since": "2020-01-01" }),
                on,
                gap,
            ),
        ],
    );
}

#[test]
fn an_operator_may_extend_it_by_name() {
    let text = std::fs::read_to_string(crate::support::policies().join("changsha.toml")).unwrap();
    let extended = text.replace("# extension =", "extension =");
    assert_ne!(text, extended);
    let mut pack = accounts::policy::load::parse(&extended).unwrap();
    assert!(accounts::policy::check::check(&pack).is_empty());
    pack.versions[0].kinds[0].tiers[0].amount_fen = Some(20_000);
    let person = person("430102", &json!({ "categories": ["low_income"] }));
    assert_eq!(outcome(&pack, &person, "2026-12-31", ServiceAllowance), "20000 C14");
    assert_eq!(outcome(&pack, &person, "2027-01-01", ServiceAllowance), "policy_lapsed C14");
    let told = accounts::policy::explain::explain(&pack, &person, "2026-03-15".parse().unwrap()).unwrap();
    assert!(told.contains("extended by 长沙市民政局"), "{told}");
    assert_eq!(pack.city, pack_unchanged().city);
}

fn pack_unchanged() -> accounts::policy::Pack {
    pack("changsha")
}
