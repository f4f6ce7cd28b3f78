//! Ordering: what is refused and why, the cut-off, standing orders, dishes that are replaced.

use domain::{
    calendar::Weekday,
    meal::{Diet, order::stage::CalledOff},
};

use super::*;

fn code(outcome: Result<MealDone, Problem>) -> String {
    outcome.map_or_else(|problem| problem.code.into_owned(), |_| "ok".to_owned())
}

#[test]
fn what_cannot_be_had_is_refused_with_the_reason() {
    let mut w = World::new();
    w.ok(
        Role::FrontDesk,
        MealCommand::PutDiner {
            diner: Diner {
                allergies: BTreeSet::from([Allergen::Fish]),
                diets: BTreeSet::from([Diet::LowSalt]),
                ..Diner::of(id("e0"), id("north"))
            },
        },
    );
    assert_eq!(code(w.place("m", World::order("e0", "north", "b"))), "clashes");
    let despite = |name: &str| PlaceMeal { despite: true, ..World::order("e0", "north", name) };
    let refused = w.place("m", despite("b")).unwrap_err();
    assert!(
        refused.detail.contains("allergy: fish") && refused.detail.contains("choose another"),
        "{refused}"
    );
    assert_eq!(code(w.place("m", World::order("e0", "north", "a"))), "clashes");
    assert_eq!(code(w.place("m", despite("a"))), "ok");
    assert_eq!(code(w.place("n", despite("a"))), "already_ordered");
    assert_eq!(code(w.place("n", World::order("e2", "north", "z"))), "no_such_dish");
    assert_eq!(code(w.place("n", World::order("nobody", "north", "a"))), "unknown_elder");
    let large = PlaceMeal { size: Some(Size::Large), ..World::order("e2", "north", "a") };
    assert_eq!(code(w.place("n", large)), "no_such_size");
    assert_eq!(
        code(w.ask(Role::Courier, MealCommand::Order { meal: id("n"), order: despite("a") })),
        "not_allowed"
    );
    w.until(at(9, 0));
    assert_eq!(code(w.place("n", World::order("e2", "north", "a"))), "after_cut_off");
    assert_eq!(
        code(w.act(Role::Elder, "m", MealAction::CallOff { why: CalledOff::ElderWish })),
        "after_cut_off"
    );
}

#[test]
fn a_repeated_command_changes_nothing_and_its_key_is_its_own() {
    let mut w = World::new();
    let order = || MealCommand::Order { meal: id("m"), order: World::order("e0", "north", "a") };
    let first = w.send(Role::FrontDesk, None, "k", order()).unwrap();
    let written = w.log.len();
    let again = w.send(Role::FrontDesk, None, "k", order()).unwrap();
    assert!(!first.repeated && again.repeated && again.event == first.event);
    assert_eq!(w.log.len(), written);
    let other = MealCommand::Order { meal: id("m"), order: World::order("e0", "north", "b") };
    assert_eq!(code(w.send(Role::FrontDesk, None, "k", other)), "idempotency_key_reused");
}

#[test]
fn portions_end_where_the_pot_does() {
    let mut w = World::new();
    w.menu("north", vec![Dish { capacity: 2, ..dish("a", 1500, &[]) }, dish("b", 1200, &[])]);
    for n in [0, 2] {
        w.place(&format!("m{n}"), World::order(&format!("e{n}"), "north", "a")).unwrap();
    }
    assert_eq!(code(w.place("m4", World::order("e4", "north", "a"))), "dish_full");
    w.act(Role::Elder, "m0", MealAction::CallOff { why: CalledOff::ElderWish }).unwrap();
    assert_eq!(code(w.place("m4", World::order("e4", "north", "a"))), "ok");
    let menu = MealCommand::PutMenu { sitting: lunch("north"), dishes: vec![dish("b", 1200, &[])] };
    assert_eq!(code(w.ask(Role::Kitchen, menu)), "dish_ordered");
    let unpriced = Dish { prices: BTreeMap::new(), ..dish("b", 1, &[]) };
    let menu = MealCommand::PutMenu { sitting: lunch("south"), dishes: vec![dish("a", 1500, &[]), unpriced] };
    let refused = w.ask(Role::Kitchen, menu).unwrap_err();
    assert!(refused.detail.starts_with("row 2: the dish b has no price"), "{refused}");
}

#[test]
fn who_has_not_ordered_by_the_cut_off_has_given_the_day_up() {
    let mut w = World::new();
    w.place("m0", World::order("e0", "north", "a")).unwrap();
    w.until(at(9, 0));
    let cut_off = w.core.sitting(&lunch("north")).unwrap().cut_off.clone().unwrap();
    assert_eq!(cut_off.given_up.len(), 11);
    assert!(!cut_off.given_up.contains(&id("e0")) && cut_off.given_up.contains(&id("e2")));
    assert_eq!(w.core.count(&lunch("north")).unwrap().dishes[0].portions, 1);
}

fn standing(elder: &str) -> Standing {
    Standing {
        id: id(&format!("st-{elder}")),
        elder: id(elder),
        kitchen: id("north"),
        slot: Slot::Lunch,
        weekdays: BTreeSet::from([Weekday::Tuesday]),
        from: today(),
        until: None,
        pauses: vec![],
        preferred: vec![id("b"), id("a")],
        serving: Serving::Delivery,
        pay_with: PayWith::Allowance,
        self_pay_up_to: Fen(500),
        ended: false,
    }
}

#[test]
fn a_standing_order_becomes_one_meal_a_day_that_suits() {
    let mut w = World::new();
    let fish = Diner { allergies: BTreeSet::from([Allergen::Fish]), ..Diner::of(id("e0"), id("north")) };
    w.ok(Role::FrontDesk, MealCommand::PutDiner { diner: fish });
    for elder in ["e0", "e2"] {
        w.ok(Role::FrontDesk, MealCommand::PutStanding { standing: standing(elder) });
    }
    let dishes = |w: &World| {
        let mut dishes: Vec<_> = w
            .core
            .meals()
            .filter(|m| m.is_open())
            .map(|m| (m.elder.to_string(), m.dish.to_string()))
            .collect();
        dishes.sort();
        dishes
    };
    let wanted = [("e0".to_owned(), "a".to_owned()), ("e2".to_owned(), "b".to_owned())];
    assert_eq!(dishes(&w), wanted);
    w.restart();
    assert_eq!(dishes(&w), wanted);
    // What is called off stays called off, whatever is published.
    let meal = w.core.meals().find(|m| m.elder.as_str() == "e2").unwrap().id.to_string();
    w.act(Role::Elder, &meal, MealAction::CallOff { why: CalledOff::ElderWish }).unwrap();
    w.menu("north", vec![dish("a", 1500, &[]), dish("b", 1300, &[Allergen::Fish])]);
    w.restart();
    assert_eq!(dishes(&w), wanted[..1]);
    // A pause takes back what can still be helped.
    w.ok(Role::FrontDesk, MealCommand::PutStanding { standing: Standing { ended: true, ..standing("e0") } });
    assert!(dishes(&w).is_empty());
}

#[test]
fn a_dish_that_is_not_cooked_is_replaced_by_what_suits_and_costs_no_more() {
    let mut w = World::new();
    let fish = Diner { allergies: BTreeSet::from([Allergen::Fish]), ..Diner::of(id("e0"), id("north")) };
    w.ok(Role::FrontDesk, MealCommand::PutDiner { diner: fish });
    for elder in ["e0", "e2"] {
        w.place(&format!("m-{elder}"), World::order(elder, "north", "a")).unwrap();
    }
    w.until(at(9, 30));
    let substitute = || MealCommand::Substitute { sitting: lunch("north"), dish: id("a"), by: vec![id("b")] };
    w.ok(Role::Kitchen, substitute());
    let meal = |name: &str| w.core.meal(&id(name)).unwrap();
    assert!(matches!(&meal("m-e0").stage, MealStage::Cancelled(c) if c.why == CalledOff::NothingSuits));
    assert_eq!((meal("m-e2").dish.as_str(), meal("m-e2").price), ("b", Fen(1200)));
    assert!(w.core.sitting(&lunch("north")).unwrap().unmet.contains(&id::<ElderId>("e0")));
    assert!(w.ok(Role::Kitchen, substitute()).repeated);
    let count = w.core.count(&lunch("north")).unwrap();
    assert_eq!(count.dishes.iter().map(|d| (d.dish.as_str(), d.portions)).collect::<Vec<_>>(), [("b", 1)]);
}

#[test]
fn a_new_allergy_is_heeded_in_what_is_ordered_already() {
    let mut w = World::new();
    w.place("m0", World::order("e0", "north", "b")).unwrap();
    let fish = Diner { allergies: BTreeSet::from([Allergen::Fish]), ..Diner::of(id("e0"), id("north")) };
    w.ok(Role::FrontDesk, MealCommand::PutDiner { diner: fish });
    assert_eq!(w.core.meal(&id("m0")).unwrap().dish.as_str(), "a");
    let watched = &w.core.count(&lunch("north")).unwrap().dishes[0].clashes;
    assert_eq!((watched.len(), watched[0].portions), (1, 1));
}
