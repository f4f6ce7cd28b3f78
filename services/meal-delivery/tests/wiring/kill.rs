//! The program and the server die at any instant of a lunch; whoever asked repeats until answered. No meal is lost, and the
//! books hear of each one once.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use bus::StartFrom;
use domain::{
    meal::{MealAction, MealStage, Round, RoundStage, order::Proof},
    order::Role,
};
use schemas::meal::{MealCommand, MealEvent};
use tokio::task::JoinSet;

use super::world::{LIMIT, Program, World, eventually, id, lunch, order};

const MEALS: u32 = 24;

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_random_no_meal_is_lost_or_handed_over_twice() {
    let mut w = World::new(MEALS).await;
    let mut program = Program::start(&w, &[]);
    w.open(MEALS).await;
    // Everybody orders while the program dies.
    for n in 0..MEALS {
        if n % 8 == 4 {
            program.kill();
            program = Program::start(&w, &[]);
        }
        w.say(Role::FrontDesk, None, order(n)).await.unwrap();
    }
    eventually("rounds for everybody", async || {
        let durable = w.durable().await;
        let planned: usize =
            durable.rounds.iter().filter(|r| !r.stage.is_over()).map(|r| r.meals().count()).sum();
        (planned == MEALS as usize).then_some(())
    })
    .await;
    let cook = MealCommand::Cook { sitting: lunch(), dish: id("a"), done: true };
    w.say(Role::Kitchen, None, cook).await.unwrap();
    // Each courier makes one round after the other, while program and server die.
    let deadline = tokio::time::Instant::now() + LIMIT * 2;
    let mut steps = 0_u32;
    loop {
        assert!(tokio::time::Instant::now() < deadline, "the lunch has no end");
        let durable = w.durable().await;
        let mut open: Vec<Round> = durable.rounds.into_iter().filter(|r| !r.stage.is_over()).collect();
        open.sort_by_key(|round| (round.stage == RoundStage::Planned, round.trip));
        if open.is_empty() && durable.meals.values().all(|meal| meal.stage.is_closed()) {
            break;
        }
        steps += 1;
        match steps % 9 {
            3 | 7 => {
                program.kill();
                program = Program::start(&w, &[]);
            }
            5 if steps < 10 => w.server.restart(),
            _ => {}
        }
        for round in open.into_iter().take(2) {
            step(&w, &round).await;
        }
    }
    let mut handed: BTreeMap<String, u32> = BTreeMap::new();
    for event in w.history(StartFrom::First).await {
        if let MealEvent::Meal(meal) = event
            && matches!(meal.stage, MealStage::Delivered(_))
        {
            *handed.entry(meal.id.to_string()).or_default() += 1;
        }
    }
    assert_eq!(handed.len(), MEALS as usize);
    assert!(handed.values().all(|times| *times == 1), "{handed:?}");
    drop(program);
}

/// The next thing of a round, said until it is answered. What another has done meanwhile is refused, and that is fine.
async fn step(w: &World, round: &Round) {
    let Some(stop) = round.ahead().next() else { return };
    let courier = Some(round.courier.as_str());
    if !stop.at.is_door() || round.stage == RoundStage::Planned {
        let _ = w.say(Role::Courier, courier, MealCommand::Depart { round: round.id.clone() }).await;
        return;
    }
    for meal in &stop.meals {
        let proof = Proof::Code { code: w.code(meal).await.code };
        let action = MealAction::Deliver { proof };
        let command = MealCommand::Meal { meal: meal.clone(), action, occurred_at: None };
        let _ = w.say(Role::Courier, courier, command).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_processes_one_acts_and_the_other_takes_over_at_once() {
    let w = Arc::new(World::new(8).await);
    let mut first = Program::start(&w, &[]);
    w.open(8).await;
    let second = Program::start(&w, &[]);
    let mut asking = JoinSet::new();
    for n in 0..8 {
        let w = Arc::clone(&w);
        asking.spawn(async move { w.say(Role::FrontDesk, None, order(n)).await });
    }
    tokio::time::sleep(Duration::from_millis(20)).await;
    first.kill();
    while let Some(done) = asking.join_next().await {
        done.unwrap().unwrap();
    }
    assert_eq!(w.durable().await.meals.len(), 8);
    drop(second);
}
