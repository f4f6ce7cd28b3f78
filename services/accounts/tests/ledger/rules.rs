//! Each rule of spending by itself.

use accounts::ledger::{book::Event, purse::Capture, split::Ask, terms::Figure};
use schemas::account::assessment::Kind::{ServiceAllowance, SilverPoints};

use crate::support::{Story, ask, day, order, plain, served};

fn hold(number: u8, price: i64, on: &str) -> Event {
    Event::Hold(order(number), ask(price, on))
}

#[test]
fn held_then_taken_the_rest_given_back() {
    let mut story = Story::of(ServiceAllowance, plain(), 20_000);
    story.then(hold(1, 6_000, "2026-03-10")).unwrap();
    assert_eq!(story.stands(), [14_000, 6_000, 0, 0]);
    let less = Capture { amount: Some(4_500), ..served("2026-03-10") };
    story.then(Event::Capture(order(1), less)).unwrap();
    assert_eq!(story.stands(), [15_500, 0, 4_500, 0]);
    assert_eq!(story.then(Event::Capture(order(1), served("2026-03-10"))), Err("already_captured"));
    assert_eq!(story.then(Event::Release(order(1))), Err("already_captured"));
    assert_eq!(story.then(hold(1, 1, "2026-03-10")), Err("already_held"));
    story.then(hold(2, 1_000, "2026-03-10")).unwrap();
    story.then(Event::Release(order(2))).unwrap();
    assert_eq!(story.then(Event::Capture(order(2), served("2026-03-10"))), Err("hold_released"));
    assert_eq!(story.then(Event::Capture(order(9), served("2026-03-10"))), Err("unknown_hold"));
    assert_eq!(story.stands(), [15_500, 0, 4_500, 0]);
}

#[test]
fn a_capture_above_its_hold_is_refused() {
    let mut story = Story::of(ServiceAllowance, plain(), 20_000);
    story.then(hold(1, 6_000, "2026-03-10")).unwrap();
    let more = Capture { amount: Some(6_001), ..served("2026-03-10") };
    assert_eq!(story.then(Event::Capture(order(1), more)), Err("over_hold"));
    let negative = Capture { amount: Some(-1), ..served("2026-03-10") };
    assert_eq!(story.then(Event::Capture(order(1), negative)), Err("negative_amount"));
}

#[test]
fn caps_of_an_order_and_of_a_day() {
    let terms = accounts::ledger::Terms {
        per_order_cap: Figure::Set(5_000),
        per_day_cap: Figure::Set(8_000),
        ..plain()
    };
    let mut story = Story::of(ServiceAllowance, terms, 30_000);
    assert_eq!(story.then(hold(1, 5_001, "2026-03-10")), Err("over_order_cap"));
    story.then(hold(1, 5_000, "2026-03-10")).unwrap();
    assert_eq!(story.then(hold(2, 3_001, "2026-03-10")), Err("over_day_cap"));
    story.then(hold(2, 3_000, "2026-03-10")).unwrap();
    story.then(hold(3, 5_000, "2026-03-11")).unwrap();
    // Served a day earlier than planned: that day is full.
    assert_eq!(story.then(Event::Capture(order(3), served("2026-03-10"))), Err("over_day_cap"));
    story.then(Event::Release(order(1))).unwrap();
    story.then(Event::Capture(order(3), served("2026-03-10"))).unwrap();
    assert_eq!(story.purse().used_on(day("2026-03-10")), 8_000);
}

#[test]
fn a_cap_the_document_speaks_of_and_nobody_set_is_a_refusal() {
    let rule = accounts::policy::load::load(std::path::Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../policies/jiayuguan.toml"
    )))
    .unwrap();
    let terms = accounts::ledger::Terms::of(&rule.versions[0], ServiceAllowance);
    let mut story = Story::of(ServiceAllowance, terms, 30_000);
    assert_eq!(story.then(hold(1, 1_000, "2026-03-10")), Err("amount_not_configured"));
}

#[test]
fn nothing_carries_over_and_what_was_held_lapses_with_its_month() {
    let mut story = Story::of(ServiceAllowance, plain(), 20_000);
    story.then(hold(1, 6_000, "2026-03-31")).unwrap();
    story.then(hold(2, 2_000, "2026-03-31")).unwrap();
    story.then(Event::Midnight(day("2026-03-31"))).unwrap();
    assert_eq!(story.stands(), [12_000, 8_000, 0, 0]);
    story.then(Event::Midnight(day("2026-04-01"))).unwrap();
    assert_eq!(story.stands(), [0, 0, 0, 20_000]);
    assert_eq!(story.then(hold(3, 1, "2026-03-31")), Err("month_closed"));
    assert_eq!(story.then(hold(1, 1, "2026-03-31")), Err("month_closed"));
    // Served on the 31st, confirmed on the 1st: the month that pays is the month of service.
    story.then(Event::Capture(order(1), served("2026-03-31"))).unwrap();
    assert_eq!(story.stands(), [0, 0, 6_000, 14_000]);
    // Served on the 1st: that is another month.
    assert_eq!(story.then(Event::Capture(order(2), served("2026-04-01"))), Err("other_month"));
    story.then(Event::Grant(20_000)).unwrap();
    assert_eq!(story.stands(), [0, 0, 6_000, 14_000]);
}

#[test]
fn a_month_pays_for_its_own_services_or_for_its_quarters() {
    let mut story = Story::of(ServiceAllowance, plain(), 20_000);
    assert_eq!(story.then(hold(1, 1_000, "2026-02-28")), Err("other_month"));
    assert_eq!(story.then(hold(1, 1_000, "2026-04-01")), Err("other_month"));
    let quarter = accounts::ledger::Terms { lasts_the_quarter: true, ..plain() };
    let mut story = Story { terms: quarter, ..Story::of(ServiceAllowance, plain(), 20_000) };
    story.key.month = "2026-02".parse().unwrap();
    story.then(Event::Grant(20_000)).unwrap();
    story.then(hold(1, 1_000, "2026-03-31")).unwrap();
    assert_eq!(story.then(hold(2, 1_000, "2026-04-01")), Err("other_month"));
    story.then(Event::Midnight(day("2026-03-01"))).unwrap();
    assert_eq!(story.stands(), [19_000, 1_000, 0, 0]);
    story.then(Event::Midnight(day("2026-04-01"))).unwrap();
    assert_eq!(story.stands(), [0, 0, 0, 20_000]);
}

#[test]
fn the_highest_amount_stands_and_amounts_never_add_up() {
    let mut story = Story::of(ServiceAllowance, plain(), 15_000);
    story.then(Event::Grant(20_000)).unwrap();
    story.then(Event::Grant(20_000)).unwrap();
    assert_eq!(story.purse().granted, 20_000);
    story.then(hold(1, 18_000, "2026-03-10")).unwrap();
    // A lower one takes back what is free, never what is promised.
    story.then(Event::Grant(15_000)).unwrap();
    assert_eq!(story.stands(), [0, 18_000, 0, 0]);
}

#[test]
fn the_elder_pays_what_they_agreed_to_at_a_discount() {
    let terms = accounts::ledger::Terms {
        self_pay_discount: Figure::Set(15),
        delivery_fee: Figure::Set(300),
        ..plain()
    };
    let mut story = Story::of(ServiceAllowance, terms, 5_000);
    let asked = |price, agreed, delivery| {
        let ask = Ask { agreed, delivery, ..ask(price, "2026-03-10") };
        Event::Hold(order(1), ask)
    };
    assert_eq!(story.then(asked(6_000, 0, false)), Err("nothing_left"));
    assert_eq!(story.then(asked(6_000, 849, false)), Err("nothing_left"));
    // 1000 fen beyond the allowance, 15 % cheaper.
    story.then(asked(6_000, 850, false)).unwrap();
    assert_eq!(story.purse().holds[&order(1)].self_pay, 850);
    story.then(Event::Release(order(1))).unwrap();
    assert_eq!(story.then(asked(1_000, 0, true)), Err("self_pay_not_agreed"));
    story.then(asked(1_000, 300, true)).unwrap();
    let hold = story.purse().holds[&order(1)].clone();
    assert_eq!((hold.amount, hold.self_pay, hold.delivery_fee), (1_000, 300, 300));
}

#[test]
fn what_insurance_covers_is_not_paid_twice() {
    let terms = accounts::ledger::Terms { excludes_insured: true, ..plain() };
    let mut story = Story::of(ServiceAllowance, terms, 20_000);
    let covered = Ask { insured: true, ..ask(1_000, "2026-03-10") };
    assert_eq!(story.then(Event::Hold(order(1), covered)), Err("insurance_covers"));
    story.then(hold(1, 1_000, "2026-03-10")).unwrap();
}

#[test]
fn points_are_spent_at_designated_organisations_only() {
    let terms = accounts::ledger::Terms { designated_only: true, ..plain() };
    let mut story = Story::of(SilverPoints, terms, 10_000);
    story.then(hold(1, 4_000, "2026-03-10")).unwrap();
    let elsewhere = Capture { designated: false, ..served("2026-03-10") };
    assert_eq!(story.then(Event::Capture(order(1), elsewhere)), Err("not_designated"));
    story.then(Event::Capture(order(1), served("2026-03-10"))).unwrap();
    assert_eq!(story.stands(), [6_000, 0, 4_000, 0]);
}

#[test]
fn a_dispute_is_a_new_entry() {
    let terms = accounts::ledger::Terms { per_order_cap: Figure::Set(5_000), ..plain() };
    let mut story = Story::of(ServiceAllowance, terms, 10_000);
    story.then(hold(1, 4_000, "2026-03-10")).unwrap();
    assert_eq!(story.then(Event::Correct(order(1), -1)), Err("not_captured"));
    story.then(Event::Capture(order(1), served("2026-03-10"))).unwrap();
    let before = story.book.entries.clone();
    story.then(Event::Correct(order(1), -1_500)).unwrap();
    assert_eq!(story.stands(), [7_500, 0, 2_500, 0]);
    assert_eq!(story.book.entries[..before.len()], before);
    assert_eq!(story.then(Event::Correct(order(1), -2_501)), Err("impossible_correction"));
    assert_eq!(story.then(Event::Correct(order(1), 2_501)), Err("over_order_cap"));
    story.then(Event::Midnight(day("2026-04-01"))).unwrap();
    story.then(Event::Correct(order(1), 500)).unwrap();
    assert_eq!(story.stands(), [0, 0, 3_000, 7_000]);
}
