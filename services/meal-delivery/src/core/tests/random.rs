//! Whatever happens in whatever order, with processes dying in between: no meal is lost, none is handed over twice, and the
//! books hear of each once.

use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
enum Deed {
    Order(u8, bool),
    CallOff(u8),
    Step(u8),
    NoAnswer(u8),
    Out(u8),
    Over(u8),
    Late(u8),
    Substitute,
    Delay(u8),
    Move(u8, u8, u8),
    Plan,
    Wait(u16),
    Restart,
    /// A death between two messages of one decision: only the first so many of the last are durable.
    Torn(u8),
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        4 => (0..24u8, any::<bool>()).prop_map(|(n, b)| Deed::Order(n, b)),
        1 => (0..24u8).prop_map(Deed::CallOff),
        8 => any::<u8>().prop_map(Deed::Step),
        1 => any::<u8>().prop_map(Deed::NoAnswer),
        1 => (0..3u8).prop_map(Deed::Out),
        1 => (0..3u8).prop_map(Deed::Over),
        1 => (0..3u8).prop_map(Deed::Late),
        1 => Just(Deed::Substitute),
        1 => (0..60u8).prop_map(Deed::Delay),
        1 => any::<(u8, u8, u8)>().prop_map(|(a, b, c)| Deed::Move(a, b, c)),
        3 => Just(Deed::Plan),
        3 => (1..40u16).prop_map(Deed::Wait),
        1 => Just(Deed::Restart),
        1 => (0..4u8).prop_map(Deed::Torn),
    ]
}

fn pick<T: Clone>(all: &[T], n: u8) -> Option<T> {
    (!all.is_empty()).then(|| all[usize::from(n) % all.len()].clone())
}

fn play(w: &mut World, deed: &Deed) {
    let durable = w.log.len();
    match deed {
        Deed::Order(n, fish) => {
            let kitchen = if n.is_multiple_of(2) { "north" } else { "south" };
            let order = World::order(&format!("e{n}"), kitchen, if *fish { "b" } else { "a" });
            let _ = w.place(&format!("m{n}"), order);
        }
        Deed::CallOff(n) => {
            let why = domain::meal::order::stage::CalledOff::ElderWish;
            let _ = w.act(Role::Elder, &format!("m{n}"), MealAction::CallOff { why });
        }
        Deed::Step(n) => {
            if let Some(round) = pick(&w.open_rounds(), *n) {
                w.cook_all();
                w.step(&round);
            }
        }
        Deed::NoAnswer(n) => {
            let rounds: Vec<Round> = w.open_rounds().into_iter().filter(Round::has_departed).collect();
            if let Some((round, meal)) =
                pick(&rounds, *n).and_then(|r| Some((r.clone(), r.ahead().next()?.meals.first()?.clone())))
            {
                let action = MealAction::NoAnswer { seen: "x".to_owned(), photo: None };
                let _ = w.by_courier(
                    round.courier.as_str(),
                    MealCommand::Meal { meal, action, occurred_at: None },
                );
            }
        }
        Deed::Out(n) => trouble(w, *n, CourierTrouble::Out { place: Some(World::center()) }),
        Deed::Over(n) => trouble(w, *n, CourierTrouble::Over),
        Deed::Late(n) => trouble(w, *n, CourierTrouble::Late { by: Seconds::minutes(9) }),
        Deed::Substitute => {
            let _ = w.ask(
                Role::Kitchen,
                MealCommand::Substitute { sitting: lunch("north"), dish: id("a"), by: vec![id("b")] },
            );
        }
        Deed::Delay(n) => {
            let until = w.now + Seconds::minutes(i64::from(*n));
            let _ = w.ask(Role::Kitchen, MealCommand::Delay { sitting: lunch("south"), until });
        }
        Deed::Move(a, b, c) => {
            let rounds = w.open_rounds();
            if let (Some(from), Some(to)) = (pick(&rounds, *a), pick(&rounds, *b)) {
                let doors: Vec<ElderId> = from
                    .stops
                    .iter()
                    .filter_map(|s| match &s.at {
                        domain::meal::At::Door { elder } => Some(elder.clone()),
                        _ => None,
                    })
                    .collect();
                if let Some(elder) = pick(&doors, *c) {
                    let _ = w.ask(
                        Role::Operator,
                        MealCommand::Move { elder, from: from.id, to: to.id, before: u16::from(*c % 4) },
                    );
                }
            }
        }
        Deed::Plan => w.plan(),
        Deed::Wait(minutes) => w.until(w.now + Seconds::minutes(i64::from(*minutes))),
        Deed::Restart => w.restart(),
        Deed::Torn(kept) => {
            w.ok(Role::Operator, MealCommand::Plan { day: today(), slot: Slot::Lunch });
            w.plan();
            w.log.truncate(w.log.len().min(durable + usize::from(*kept)));
            w.restart();
        }
    }
}

fn trouble(w: &mut World, n: u8, what: CourierTrouble) {
    let _ = w.ask(Role::Operator, MealCommand::Trouble { courier: id(&format!("c{n}")), what });
}

impl World {
    fn cook_all(&mut self) {
        for kitchen in ["north", "south"] {
            for name in ["a", "b"] {
                let _ = self.ask(
                    Role::Kitchen,
                    MealCommand::Cook { sitting: lunch(kitchen), dish: id(name), done: true },
                );
            }
        }
    }
}

/// How often each meal was said to be over.
fn closings(w: &World) -> BTreeMap<MealId, u32> {
    let mut closings = BTreeMap::new();
    let mut over: BTreeSet<MealId> = BTreeSet::new();
    for event in &w.log {
        if let MealEvent::Meal(meal) = event
            && meal.stage.is_closed()
            && over.insert(meal.id.clone())
        {
            *closings.entry(meal.id.clone()).or_insert(0) += 1;
        }
        if let MealEvent::Meal(meal) = event {
            assert!(meal.stage.is_closed() || !over.contains(&meal.id), "{} came back", meal.id);
        }
    }
    closings
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 300, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_lost_and_nothing_comes_twice(early in proptest::collection::vec(deed(), 0..12), late in proptest::collection::vec(deed(), 5..60)) {
        let mut w = World::new();
        for deed in &early {
            play(&mut w, deed);
        }
        // Whoever has not ordered yet does: there is a whole lunch to lose something of.
        for n in 0..24 {
            play(&mut w, &Deed::Order(n, n.is_multiple_of(3)));
        }
        w.until(w.now.max(at(9, 1)));
        w.plan();
        for deed in &late {
            play(&mut w, deed);
            let mut seen: BTreeMap<MealId, BTreeSet<String>> = BTreeMap::new();
            for round in w.open_rounds() {
                for stop in round.ahead().filter(|stop| stop.at.is_door()) {
                    for meal in &stop.meals {
                        seen.entry(meal.clone()).or_default().insert(round.id.to_string());
                    }
                }
            }
            closings(&w);
        }
        // Everybody is well again and the day is carried to its end.
        for n in 0..3 {
            trouble(&mut w, n, CourierTrouble::Over);
        }
        w.cook_all();
        w.plan();
        // What is with somebody is on exactly one stop, whatever happened.
        let on_board: Vec<MealId> = w.core.meals().filter(|m| matches!(m.stage, MealStage::OnTheWay(_))).map(|m| m.id.clone()).collect();
        for meal in on_board {
            let stops = w.open_rounds().iter().flat_map(|r| r.ahead().cloned().collect::<Vec<_>>()).filter(|s| s.at.is_door() && s.meals.contains(&meal)).count();
            prop_assert_eq!(stops, 1, "{} is on board", meal);
        }
        w.carry();
        let left: Vec<_> = w.core.meals().filter(|m| matches!(m.stage, MealStage::OnTheWay(_))).collect();
        prop_assert!(left.is_empty(), "{:?}", left);
        for (meal, times) in closings(&w) {
            prop_assert_eq!(times, 1, "{}", meal);
        }
    }
}
