//! Money: asked for once durable, answered or not; kitchens do not stop.

use domain::{
    meal::order::stage::CalledOff,
    order::{Funding, FundingState},
};

use super::*;

fn paid() -> World {
    World::with(Settings { funding: true, ..Settings::default() })
}

fn state(w: &World, meal: &str) -> FundingState {
    w.core.meal(&id(meal)).unwrap().funding.clone().unwrap().state
}

fn answer(w: &mut World, answer: Answer) {
    let question = w.asked.remove(0);
    w.feed(Input::Funded { meal: question.meal, round: question.round, answer });
}

#[test]
fn the_menus_price_and_the_delivery_are_asked_for() {
    let mut w = paid();
    w.place("m0", World::order("e0", "north", "a")).unwrap();
    let hold = &w.asked[0].hold;
    assert_eq!((hold.price, hold.delivery, hold.self_pay_up_to), (Some(Fen(1500)), true, Fen(1000)));
    answer(&mut w, Answer::Held { allowance: 1200, self_pay: Fen(600) });
    assert_eq!(state(&w, "m0"), FundingState::Held { allowance: 1200, self_pay: Fen(600) });
    // Another dish costs otherwise: what was set aside is given back first.
    let change = MealAction::Change {
        dish: id("b"),
        size: Size::Regular,
        texture: Texture::Regular,
        serving: Serving::PickUp,
        despite: false,
    };
    w.act(Role::Elder, "m0", change).unwrap();
    let hold = &w.asked[0].hold;
    assert_eq!((hold.price, hold.delivery, hold.instead), (Some(Fen(1200)), false, true));
}

#[test]
fn while_accounts_is_away_the_kitchen_cooks_and_it_is_asked_again() {
    let mut w = paid();
    w.place("m0", World::order("e0", "north", "a")).unwrap();
    answer(&mut w, Answer::Away);
    assert!(w.asked.is_empty());
    w.until(w.now + Seconds(2));
    assert_eq!(w.asked.len(), 1);
    answer(&mut w, Answer::Away);
    w.until(at(9, 5));
    assert!(w.core.meal(&id("m0")).unwrap().is_open(), "it is cooked");
    w.restart();
    assert_eq!(w.asked.len(), 1, "who takes over asks again");
    answer(&mut w, Answer::Held { allowance: 1500, self_pay: Fen::ZERO });
    assert!(matches!(state(&w, "m0"), FundingState::Held { .. }));
}

#[test]
fn what_nothing_pays_for_is_the_elders_to_settle_until_the_cut_off() {
    let mut w = paid();
    for n in [0, 2] {
        w.place(&format!("m{n}"), World::order(&format!("e{n}"), "north", "a")).unwrap();
        answer(&mut w, Answer::Refused { code: "over_day_cap".to_owned() });
    }
    w.act(Role::Elder, "m2", MealAction::Agree { up_to: Fen(2000) }).unwrap();
    assert_eq!(w.asked[0].hold.self_pay_up_to, Fen(2000));
    answer(&mut w, Answer::Held { allowance: 0, self_pay: Fen(1800) });
    w.until(at(9, 0));
    assert!(
        matches!(&w.core.meal(&id("m0")).unwrap().stage, MealStage::Cancelled(c) if c.why == CalledOff::Unfunded)
    );
    assert!(w.core.meal(&id("m2")).unwrap().is_open());
}

#[test]
fn an_answer_to_an_older_question_changes_nothing() {
    let mut w = paid();
    w.place("m0", World::order("e0", "north", "a")).unwrap();
    let old = w.asked.remove(0);
    w.act(Role::Elder, "m0", MealAction::Agree { up_to: Fen(1) }).unwrap();
    w.feed(Input::Funded {
        meal: old.meal,
        round: old.round,
        answer: Answer::Held { allowance: 1, self_pay: Fen(9) },
    });
    let funding = w.core.meal(&id("m0")).unwrap().funding.clone().unwrap();
    assert!(Funding::is_pending(&funding));
    assert_eq!(w.asked.len(), 1);
}
