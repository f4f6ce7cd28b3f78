//! A lunch as it should be: planned, cooked, carried, handed over.

use domain::meal::RoundStage;

use super::*;

#[test]
fn a_lunch_arrives_hot_and_every_meal_once() {
    let mut w = World::cooked();
    each_once(&w);
    for round in w.open_rounds() {
        let boxes = round.stops.iter().filter(|stop| !stop.at.is_door()).map(|stop| stop.meals.len()).max();
        assert!(boxes.unwrap() <= 8, "{round:?}");
    }
    w.carry();
    for meal in w.core.meals() {
        assert!(matches!(meal.stage, MealStage::Delivered(_)), "{meal:?}");
        assert!(meal.age_at_door().unwrap() <= Seconds::hours(2));
        let delivered = w.log.iter().filter(|event| {
            matches!(event, MealEvent::Meal(m) if m.id == meal.id && matches!(m.stage, MealStage::Delivered(_)))
        });
        assert_eq!(delivered.count(), 1, "the books hear of it once");
    }
    assert!(w.open_rounds().is_empty());
}

#[test]
fn nobody_sets_off_with_raw_food_and_what_has_departed_stays() {
    let mut w = World::new();
    w.all_order();
    w.until(at(9, 1));
    w.plan();
    w.until(at(10, 45));
    let round = w.open_rounds().into_iter().find(|round| round.trip == 1).unwrap();
    let depart = || MealCommand::Depart { round: round.id.clone() };
    let raw = w.by_courier(round.courier.as_str(), depart()).unwrap_err();
    assert_eq!(raw.code, "not_cooked");
    w.cook();
    let other = if round.courier.as_str() == "c0" { "c1" } else { "c0" };
    assert_eq!(w.by_courier(other, depart()).unwrap_err().code, "not_yours");
    w.by_courier(round.courier.as_str(), depart()).unwrap();
    let doors = |w: &World| w.core.round(&round.id).unwrap().meals().cloned().collect::<Vec<_>>();
    let frozen = doors(&w);
    w.ok(Role::Operator, MealCommand::Plan { day: today(), slot: Slot::Lunch });
    w.plan();
    assert_eq!(doors(&w), frozen);
    assert!(matches!(w.core.round(&round.id).unwrap().stage, RoundStage::Departed { .. }));
    each_once(&w);
}

#[test]
fn a_door_is_moved_by_hand_only_where_that_can_be() {
    let mut w = World::cooked();
    let rounds = w.open_rounds();
    let (from, to) = rounds
        .iter()
        .flat_map(|a| rounds.iter().map(move |b| (a, b)))
        .find(|(a, b)| a.id != b.id && b.meals().count() < 8)
        .unwrap();
    let door = from.stops.iter().find(|stop| stop.at.is_door()).unwrap();
    let domain::meal::At::Door { elder } = door.at.clone() else { unreachable!() };
    let command = MealCommand::Move { elder, from: from.id.clone(), to: to.id.clone(), before: 0 };
    w.ok(Role::Operator, command.clone());
    each_once(&w);
    let moved = w.core.round(&to.id).unwrap().clone();
    assert!(moved.pinned && moved.meals().any(|meal| *meal == door.meals[0]));
    w.ok(Role::Operator, MealCommand::Plan { day: today(), slot: Slot::Lunch });
    w.plan();
    let kept: Vec<_> = w.core.round(&to.id).unwrap().meals().cloned().collect();
    assert_eq!(kept, moved.meals().cloned().collect::<Vec<_>>(), "planning leaves a pinned round alone");
    each_once(&w);
    // Somebody else has changed it meanwhile.
    let back = MealCommand::Pin { round: to.id.clone(), doors: vec![], pinned: true };
    assert_eq!(w.ask(Role::Operator, back).unwrap_err().code, "other_meals");
}

#[test]
fn the_code_and_the_label_prove_it_and_nothing_else() {
    let mut w = World::cooked();
    let round = w.open_rounds().remove(0);
    w.by_courier(round.courier.as_str(), MealCommand::Depart { round: round.id.clone() }).unwrap();
    let meal = round.meals().next().unwrap().clone();
    let deliver = |proof| MealCommand::Meal {
        meal: meal.clone(),
        action: MealAction::Deliver { proof },
        occurred_at: None,
    };
    let wrong = w.by_courier(round.courier.as_str(), deliver(Proof::Scan { label: "X".to_owned() }));
    assert_eq!(wrong.unwrap_err().code, "wrong_proof");
    let label = w.core.codes.of(&meal).label;
    w.by_courier(round.courier.as_str(), deliver(Proof::Scan { label })).unwrap();
    assert!(matches!(w.core.meal(&meal).unwrap().stage, MealStage::Delivered(_)));
}

#[test]
fn a_guest_at_the_table_is_served_by_the_kitchen() {
    let mut w = World::new();
    let order = PlaceMeal { serving: Serving::DineIn, ..World::order("e0", "north", "a") };
    w.place("m0", order).unwrap();
    w.until(at(11, 0));
    w.plan();
    assert!(w.open_rounds().is_empty(), "nobody carries it");
    w.act(Role::Kitchen, "m0", MealAction::Deliver { proof: Proof::Counter }).unwrap();
    assert!(matches!(w.core.meal(&id("m0")).unwrap().stage, MealStage::Delivered(_)));
}
