//! What goes wrong on the way.

use super::*;

/// Everybody has set off on their first round.
fn under_way() -> World {
    let mut w = World::cooked();
    for round in w.open_rounds().into_iter().filter(|round| round.trip == 1) {
        w.by_courier(round.courier.as_str(), MealCommand::Depart { round: round.id }).unwrap();
    }
    w
}

#[test]
fn what_a_courier_who_breaks_down_carries_is_fetched_by_others() {
    let mut w = under_way();
    let stranded = w.open_rounds().into_iter().find(Round::has_departed).unwrap();
    w.step(&stranded);
    let courier = stranded.courier.clone();
    let place = Some(World::center());
    w.by_courier(
        courier.as_str(),
        MealCommand::Trouble { courier: courier.clone(), what: CourierTrouble::Out { place } },
    )
    .unwrap();
    w.plan();
    each_once(&w);
    for round in w.open_rounds() {
        assert!(round.courier != courier || round.ahead().next().is_none(), "{round:?}");
    }
    w.carry();
    for meal in w.core.meals() {
        assert!(matches!(meal.stage, MealStage::Delivered(_)), "{meal:?}");
    }
}

#[test]
fn what_was_fetched_stays_with_who_fetched_it_across_a_restart() {
    let mut w = World::cooked();
    let stranded = w.open_rounds().into_iter().max_by_key(|round| round.meals().count()).unwrap();
    let courier = stranded.courier.clone();
    w.by_courier(courier.as_str(), MealCommand::Depart { round: stranded.id.clone() }).unwrap();
    // Nobody else can carry all of it at once.
    for other in ["c0", "c1", "c2"].into_iter().filter(|other| *other != courier.as_str()) {
        let courier = Courier { boxes: 3, ..World::courier(other, "north") };
        w.ok(Role::Operator, MealCommand::PutCourier { courier });
    }
    let what = CourierTrouble::Out { place: Some(World::center()) };
    w.by_courier(courier.as_str(), MealCommand::Trouble { courier: courier.clone(), what }).unwrap();
    w.plan();
    let fetches =
        |round: &Round| round.ahead().any(|stop| matches!(stop.at, domain::meal::At::Courier { .. }));
    let carried = |w: &World| -> BTreeMap<MealId, CaregiverId> {
        let with = |meal: &Meal| Some((meal.id.clone(), meal.stage.trip()?.courier.clone()));
        w.core.meals().filter(|meal| matches!(meal.stage, MealStage::OnTheWay(_))).filter_map(with).collect()
    };
    let mut shared = false;
    while let Some(round) = w.open_rounds().into_iter().find(fetches) {
        w.step(&round);
        let before = carried(&w);
        shared |= stranded.meals().any(|meal| before.get(meal) == Some(&courier))
            && stranded.meals().any(|meal| before.get(meal).is_some_and(|with| *with != courier));
        w.restart();
        assert_eq!(carried(&w), before);
    }
    assert!(shared, "at some time one has fetched a part and the rest is still to be fetched");
}

#[test]
fn who_does_not_open_is_tried_again_and_somebody_looks_at_once() {
    let mut w = under_way();
    let round = w.open_rounds().into_iter().find(Round::has_departed).unwrap();
    let meal = round.meals().next().unwrap().clone();
    let nobody = || {
        let action = MealAction::NoAnswer { seen: "窗帘拉着".to_owned(), photo: None };
        MealCommand::Meal { meal: meal.clone(), action, occurred_at: None }
    };
    w.by_courier(round.courier.as_str(), nobody()).unwrap();
    assert_eq!(w.raised.len(), 1);
    assert_eq!(w.raised[0].meal, meal);
    w.feed(Input::Raised { meal: meal.clone(), outcome: Raised::Away });
    w.until(w.now + Seconds(3));
    assert_eq!(w.raised.len(), 2, "asked again");
    w.restart();
    assert_eq!(w.raised.len(), 3, "and by whoever takes over");
    w.feed(Input::Raised { meal: meal.clone(), outcome: Raised::Taken(id("i1")) });
    w.until(w.now + Seconds::minutes(10));
    assert_eq!(w.raised.len(), 3);
    w.plan();
    each_once(&w);
    let stop = w
        .core
        .round(&round.id)
        .unwrap()
        .stops
        .iter()
        .find(|stop| stop.at.is_door() && stop.meals.contains(&meal));
    assert!(stop.is_some(), "it stays with who has it");
    w.by_courier(round.courier.as_str(), nobody()).unwrap();
    let failed = w.core.meal(&meal).unwrap();
    assert!(matches!(&failed.stage, MealStage::Undelivered(u) if u.why == WhyNot::NoAnswer), "{failed:?}");
    assert_eq!(failed.welfare.as_ref().unwrap().incident, Some(id("i1")));
}

#[test]
fn a_late_kitchen_and_a_late_courier_move_the_arrivals() {
    let mut w = World::new();
    w.all_order();
    w.until(at(9, 1));
    w.plan();
    let first =
        |w: &World| w.open_rounds().iter().filter_map(|r| r.stops.get(1).map(|s| s.eta)).min().unwrap();
    let planned = first(&w);
    w.ok(Role::Kitchen, MealCommand::Delay { sitting: lunch("north"), until: at(11, 30) });
    w.ok(Role::Kitchen, MealCommand::Delay { sitting: lunch("south"), until: at(11, 30) });
    w.plan();
    assert!(first(&w) >= at(11, 30) && planned < at(11, 30), "{planned} {}", first(&w));
    w.until(at(11, 30));
    w.cook();
    w.plan();
    let round = w.open_rounds().into_iter().find(|round| round.trip == 1).unwrap();
    w.by_courier(round.courier.as_str(), MealCommand::Depart { round: round.id.clone() }).unwrap();
    let next = |w: &World| w.core.round(&round.id).unwrap().ahead().next().unwrap().eta;
    let expected = next(&w);
    w.until(expected + Seconds::minutes(6));
    assert!(next(&w) > expected, "nobody knows better than that it has not happened yet");
    let by = Seconds::minutes(20);
    let late = MealCommand::Trouble { courier: round.courier.clone(), what: CourierTrouble::Late { by } };
    w.by_courier(round.courier.as_str(), late).unwrap();
    assert!(next(&w) >= w.now + by);
    w.plan();
    each_once(&w);
}

#[test]
fn a_wrong_address_is_corrected_on_the_way() {
    let mut w = under_way();
    let round = w.open_rounds().into_iter().find(Round::has_departed).unwrap();
    let meal = round.meals().next().unwrap().clone();
    let place = World::center().offset_m(300.0, 300.0);
    w.act(Role::Operator, meal.as_str(), MealAction::Relocate { place }).unwrap();
    w.plan();
    each_once(&w);
    let round = w.core.round(&round.id).unwrap();
    let stop = round.ahead().find(|stop| stop.at.is_door() && stop.meals.contains(&meal)).unwrap();
    assert_eq!(stop.place, place);
    w.carry();
    assert!(matches!(w.core.meal(&meal).unwrap().stage, MealStage::Delivered(_)));
}

#[test]
fn a_phone_near_the_door_counts_as_there() {
    let mut w = under_way();
    let round = w.open_rounds().into_iter().find(Round::has_departed).unwrap();
    let next = round.ahead().next().unwrap();
    let position = Position {
        caregiver: round.courier.clone(),
        at: w.now,
        place: next.place.offset_m(20.0, 0.0),
        accuracy: None,
        battery: None,
    };
    w.feed(Input::Moved(vec![position]));
    assert!(w.core.round(&round.id).unwrap().ahead().next().unwrap().reached_at.is_some());
}
