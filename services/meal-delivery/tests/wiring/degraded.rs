//! Neighbours away: kitchens do not stop when billing does, and that nobody opened is durable before anybody is asked. What
//! the neighbours make of it is tested where they are: in `district`.

use domain::{
    meal::{MealAction, MealStage, order::Welfare},
    order::{FundingState, Role},
};
use schemas::meal::MealCommand;

use super::world::{Program, World, eventually, id, lunch, order};

#[tokio::test(flavor = "multi_thread")]
async fn a_lunch_goes_on_without_its_neighbours() {
    let w = World::new(4).await;
    let program = Program::start(&w, &["meals.rules.funding=true"]);
    w.open(4).await;
    for n in 0..4 {
        w.say(Role::FrontDesk, None, order(n)).await.unwrap();
    }
    let rounds = eventually("rounds", async || {
        let rounds = w.durable().await.rounds;
        let planned: usize = rounds.iter().map(|round| round.meals().count()).sum();
        (planned == 4).then_some(rounds)
    })
    .await;
    let durable = w.durable().await;
    for meal in durable.meals.values() {
        assert_eq!(meal.funding.as_ref().unwrap().state, FundingState::Pending, "cooked all the same");
    }
    w.say(Role::Kitchen, None, MealCommand::Cook { sitting: lunch(), dish: id("a"), done: true })
        .await
        .unwrap();
    let round = &rounds[0];
    let courier = Some(round.courier.as_str());
    w.say(Role::Courier, courier, MealCommand::Depart { round: round.id.clone() }).await.unwrap();
    let meal = round.meals().next().unwrap().clone();
    let action = MealAction::NoAnswer { seen: "没有声音".to_owned(), photo: None };
    w.say(Role::Courier, courier, MealCommand::Meal { meal: meal.clone(), action, occurred_at: None })
        .await
        .unwrap();
    let welfare = async || w.durable().await.meals.get(&meal).and_then(|meal| meal.welfare.clone());
    assert!(matches!(welfare().await, Some(Welfare { incident: None, .. })));
    assert!(matches!(&w.durable().await.meals[&meal].stage, MealStage::OnTheWay(trip) if trip.attempts == 1));
    drop(program);
}
