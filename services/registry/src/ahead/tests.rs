use schemas::registry::plan::PlanStage;

use super::*;

fn plan(stage: PlanStage) -> CarePlan {
    serde_json::from_value(serde_json::json!({
        "id": "p1", "elder": "e1", "revision": 1, "stage": stage, "skipped": ["2026-03-20"],
        "visit": { "service": "bathing", "weekdays": ["tuesday", "friday"], "starts": 540, "within": 60,
                   "from": "2026-03-01" },
    }))
    .unwrap()
}

fn day(day: &str, came: Came, round: u32) -> PlanDay {
    let day = day.parse().unwrap();
    let order = plan(PlanStage::Running).names(day, round).1;
    PlanDay { made: Made { day, order, came }, round }
}

/// `+day/round` where an order is wanted, `-day/round` where one goes back.
fn at(now: &str, stage: PlanStage, days: &[PlanDay]) -> Vec<String> {
    let all = errands(&plan(stage), days, now.parse().unwrap(), 7);
    let told = all.iter().map(|errand| match errand {
        Errand::Place { day, round } => format!("+{day}/{round}"),
        Errand::Withdraw(PlanDay { made, round }) => format!("-{}/{round}", made.day),
    });
    told.collect()
}

/// A Monday; Friday the 20th is left out.
const MONDAY: &str = "2026-03-16T00:00:00Z";
const TUESDAY: &str = "2026-03-17";
const NOTHING: [&str; 0] = [];

#[test]
fn each_day_ahead_wants_one_order() {
    let running = PlanStage::Running;
    assert_eq!(at(MONDAY, running, &[]), ["+2026-03-17/0"]);
    assert_eq!(at(MONDAY, running, &[day(TUESDAY, Came::Ordered, 0)]), NOTHING);
    let refused = Came::Refused { refused: "unknown_elder".to_owned() };
    assert_eq!(at(MONDAY, running, &[day(TUESDAY, refused, 0)]), NOTHING);
    // Asked, and the answer was never noted: asked again under the same names.
    assert_eq!(at(MONDAY, running, &[day(TUESDAY, Came::Asked, 3)]), ["+2026-03-17/3"]);
    // Tuesday, 10:00 and 10:01 in the city.
    assert_eq!(at("2026-03-17T02:00:00Z", running, &[]), ["+2026-03-17/0", "+2026-03-24/0"]);
    assert_eq!(at("2026-03-17T02:01:00Z", running, &[]), ["+2026-03-24/0"]);
}

#[test]
fn what_is_not_wanted_goes_back_and_is_made_again_under_another_name() {
    for stage in [PlanStage::Paused, PlanStage::Ended] {
        // What may be with dispatch without our knowing goes back as well.
        for came in [Came::Ordered, Came::Asked] {
            assert_eq!(at(MONDAY, stage, &[day(TUESDAY, came, 0)]), ["-2026-03-17/0"]);
        }
        for came in [Came::Withdrawn, Came::Stays { stays: "wrong_stage".to_owned() }] {
            assert_eq!(at(MONDAY, stage, &[day(TUESDAY, came, 0)]), NOTHING);
        }
    }
    let running = PlanStage::Running;
    assert_eq!(at(MONDAY, running, &[day(TUESDAY, Came::Withdrawn, 0)]), ["+2026-03-17/1"]);
    // Somebody was at the door: that day has had its order.
    let stays = Came::Stays { stays: "wrong_stage".to_owned() };
    assert_eq!(at(MONDAY, running, &[day(TUESDAY, stays, 0)]), NOTHING);
    // The Friday that is left out had its order already.
    assert_eq!(
        at(MONDAY, running, &[day("2026-03-20", Came::Ordered, 0)]),
        ["-2026-03-20/0", "+2026-03-17/0"]
    );
}

#[test]
fn a_day_has_the_same_names_each_round() {
    let (plan, day, next) =
        (plan(PlanStage::Running), TUESDAY.parse().unwrap(), "2026-03-18".parse().unwrap());
    assert_eq!(plan.names(day, 0), plan.names(day, 0));
    assert_ne!(plan.names(day, 0), plan.names(next, 0));
    assert_ne!(plan.names(day, 0), plan.names(day, 1));
}
