//! The money of orders: asked beside the offer, answered later, early, twice or never.

use domain::{
    command::{CancelReason, Change, OrderAction, PlaceOrder},
    id::{OrderId, OrganisationId},
    order::{FundingState, PayWith, Role, Stage, timeline::HandBack},
    priority::Urgency,
    service::ServiceKind,
    unit::{Fen, Seconds},
};

use super::{
    super::{Input, funding::Answer, settings::Settings},
    World,
};

fn world() -> World {
    World::with(Settings { funding: true, ..Settings::default() })
}

fn wish(w: &mut World, urgency: Urgency, agreed: i64) -> PlaceOrder {
    let elder = w.elder("e1", 0.0, 0.0);
    PlaceOrder {
        elder,
        service: ServiceKind::Cleaning,
        window: None,
        minutes: None,
        urgency,
        family_present: false,
        pay_with: PayWith::Allowance,
        self_pay_up_to: Fen(agreed),
    }
}

/// An order on offer to the only caregiver.
fn offered(w: &mut World, urgency: Urgency) -> OrderId {
    w.caregiver("c1", 100.0, 0.0);
    let wish = wish(w, urgency, 0);
    let order = w.place_with("o1", wish);
    assert_eq!(w.stage(&order), "offered");
    order
}

fn answer(w: &mut World, order: &OrderId, round: u16, answer: Answer) {
    w.give(Input::Funded { order: order.clone(), round, answer });
}

fn held() -> Answer {
    Answer::Held { allowance: 6000, self_pay: Fen(0) }
}

fn refused() -> Answer {
    Answer::Refused { code: "nothing_left".into() }
}

fn state(w: &World, order: &OrderId) -> FundingState {
    w.order(order).funding.clone().expect("money is kept here").state
}

fn reason(w: &World, order: &OrderId) -> Option<HandBack> {
    match &w.order(order).stage {
        Stage::AtDesk(desk) => Some(desk.reason),
        _ => None,
    }
}

#[test]
fn the_offer_is_one_decision_and_a_yes_rides_with_the_next() {
    let mut w = world();
    let order = offered(&mut w, Urgency::Normal);
    assert_eq!((w.events.len(), w.questions.len()), (1, 1));
    assert_eq!(w.events[0].order.funding.as_ref().map(domain::order::Funding::is_pending), Some(true));
    answer(&mut w, &order, 0, held());
    assert_eq!(w.events.len(), 1, "a yes changes nothing in the order's course");
    w.accept(&order);
    assert_eq!(w.events.len(), 2);
    assert_eq!(state(&w, &order), FundingState::Held { allowance: 6000, self_pay: Fen(0) });
    answer(&mut w, &order, 0, refused());
    assert_eq!(w.events.len(), 2, "an answer counts once");
    w.serve(&order);
    w.pass(Seconds::hours(2));
    assert_eq!(w.questions.len(), 1);
}

#[test]
fn a_no_is_the_desks_but_nobody_on_the_way_turns_round() {
    let mut w = world();
    let order = offered(&mut w, Urgency::Normal);
    answer(&mut w, &order, 0, refused());
    assert_eq!((w.stage(&order), reason(&w, &order)), ("at_desk", Some(HandBack::Unfunded)));
    assert!(w.asked(&order).is_empty());
    // The desk may send somebody all the same; nobody asks for the money again.
    w.command(Role::Operator, None, &order, OrderAction::Resume);
    assert_eq!(w.stage(&order), "offered");
    w.pass(Seconds(30));
    assert_eq!(w.questions.len(), 1);

    let mut w = world();
    let order = offered(&mut w, Urgency::Normal);
    w.accept(&order);
    let caregiver = w.team(&order)[0].clone();
    w.command(Role::Caregiver, Some(&caregiver), &order, OrderAction::Depart);
    answer(&mut w, &order, 0, refused());
    assert_eq!(w.stage(&order), "en_route");
    assert_eq!(state(&w, &order), FundingState::Refused { code: "nothing_left".into() });

    let mut w = world();
    let order = offered(&mut w, Urgency::Emergency);
    answer(&mut w, &order, 0, refused());
    assert_eq!(w.stage(&order), "offered", "danger waits for no money");
}

#[test]
fn who_agrees_to_pay_is_asked_for_again_and_goes_on() {
    let mut w = world();
    let order = offered(&mut w, Urgency::Normal);
    answer(&mut w, &order, 0, refused());
    let agree = |up_to| OrderAction::Change { change: Change::SelfPay { up_to: Fen(up_to) } };
    w.command(Role::FrontDesk, None, &order, agree(-1));
    assert_eq!(w.refused, ["self_pay_out_of_range"]);
    w.command(Role::FrontDesk, None, &order, agree(5000));
    let asked = w.questions.last().unwrap();
    assert_eq!((asked.round, asked.hold.self_pay_up_to, asked.hold.instead), (1, Fen(5000), true));
    assert_ne!(asked.hold.id, w.questions[0].hold.id);
    answer(&mut w, &order, 0, held());
    assert!(w.order(&order).funding.as_ref().unwrap().is_pending(), "that was the question before");
    answer(&mut w, &order, 1, Answer::Held { allowance: 0, self_pay: Fen(4800) });
    assert_eq!(w.stage(&order), "offered");
    w.accept(&order);
    assert_eq!(state(&w, &order), FundingState::Held { allowance: 0, self_pay: Fen(4800) });
}

#[test]
fn while_accounts_is_away_it_is_asked_again_and_care_goes_on() {
    let mut w = world();
    let order = offered(&mut w, Urgency::Normal);
    answer(&mut w, &order, 0, Answer::Away);
    w.pass(Seconds(1));
    assert_eq!(w.questions.len(), 1);
    w.pass(Seconds(2));
    assert_eq!(w.questions.len(), 2);
    assert_eq!(w.questions[0], w.questions[1], "the same question by the same name");
    answer(&mut w, &order, 0, Answer::Away);
    w.pass(Seconds(3));
    assert_eq!(w.questions.len(), 2, "the pause has doubled");
    w.pass(Seconds(2));
    assert_eq!(w.questions.len(), 3);
    w.accept(&order);
    assert_eq!(w.stage(&order), "accepted");
    // Whoever takes over asks as well.
    let mut next = w.rebuilt();
    next.questions.clear();
    next.pass(Seconds(1));
    assert_eq!(next.questions.len(), 1);
    answer(&mut next, &order, 0, held());
    assert_eq!(state(&next, &order), FundingState::Held { allowance: 6000, self_pay: Fen(0) });
    w.command(Role::Operator, None, &order, OrderAction::Cancel { reason: CancelReason::ElderWish });
    answer(&mut w, &order, 0, held());
    w.pass(Seconds::hours(1));
    assert_eq!((w.stage(&order), w.questions.len()), ("cancelled", 3));
}

#[test]
fn another_service_or_day_is_another_price() {
    let mut w = world();
    let order = offered(&mut w, Urgency::Normal);
    answer(&mut w, &order, 0, held());
    let change = Change::Service { service: ServiceKind::PersonalCare };
    w.command(Role::Elder, None, &order, OrderAction::Change { change });
    let asked = w.questions.last().unwrap();
    assert_eq!((asked.round, asked.hold.service, asked.hold.instead), (1, ServiceKind::PersonalCare, true));
    let window = domain::time::Window::new(w.now + Seconds::hours(30), w.now + Seconds::hours(31)).unwrap();
    w.command(Role::Elder, None, &order, OrderAction::Change { change: Change::Window { window } });
    answer(&mut w, &order, 1, held());
    assert_eq!(w.questions.last().unwrap().round, 2);
}

#[test]
fn a_crowd_is_asked_for_a_few_at_a_time() {
    let mut w = world();
    let wish = wish(&mut w, Urgency::Normal, 0);
    for n in 0..100 {
        w.place_with(&format!("o{n}"), wish.clone());
    }
    assert_eq!(w.questions.len(), 64);
    let first = OrderId::new("o0").unwrap();
    answer(&mut w, &first, 0, held());
    assert_eq!(w.questions.len(), 65);
}

#[test]
fn a_district_without_accounts_asks_nobody() {
    let mut w = World::new();
    let order = offered(&mut w, Urgency::Normal);
    let agree = OrderAction::Change { change: Change::SelfPay { up_to: Fen(1) } };
    w.command(Role::Elder, None, &order, agree);
    assert!(w.questions.is_empty() && w.order(&order).funding.is_none());
    assert_eq!(w.refused, ["not_paid_here"]);
}

#[test]
fn an_organisation_that_is_stopped_gets_no_orders_until_it_may_again() {
    let mut w = world();
    let order = offered(&mut w, Urgency::Normal);
    let stand = |w: &mut World, stopped| {
        let organisation = OrganisationId::new("org").unwrap();
        w.give(Input::Standing { organisation, stopped });
    };
    stand(&mut w, true);
    assert!(w.asked(&order).is_empty());
    // What the registry says of them meanwhile does not bring them back.
    let profile = w.profile("c1");
    w.give(Input::Caregiver(Box::new(profile)));
    w.pass(Seconds(40));
    assert!(w.asked(&order).is_empty());
    stand(&mut w, true);
    stand(&mut w, false);
    w.pass(Seconds(40));
    assert_eq!(w.asked(&order), ["c1"]);
}

#[test]
fn outside_its_contract_an_organisations_people_are_not_sent() {
    use schemas::registry::organisation::{Contract, Organisation, Term};
    let mut w = world();
    let order = offered(&mut w, Urgency::Normal);
    let day = domain::calendar::Day::of(w.now);
    let organisation = |contract| Organisation {
        id: OrganisationId::new("org").unwrap(),
        revision: 1,
        name: "org".to_owned(),
        contract,
        designated: None,
        stars: None,
        stopped: None,
        due: None,
        record: Vec::new(),
    };
    let running = Term { from: day.before_months(12), until: day.plus_months(12) };
    let signed = |term| Contract::Signed { term, checked_on: day };
    w.give(Input::Organisation(Box::new(organisation(signed(running)))));
    assert_eq!(w.asked(&order), ["c1"], "a contract that covers the day changes nothing");
    w.give(Input::Organisation(Box::new(organisation(Contract::Ended { term: running, on: day }))));
    assert!(w.asked(&order).is_empty(), "an end takes effect at once");
    let over = Term { from: day.before_months(12), until: day.before_months(1) };
    w.give(Input::Organisation(Box::new(organisation(signed(over)))));
    w.pass(Seconds(40));
    assert!(w.asked(&order).is_empty(), "a day past the term is not covered");
    w.give(Input::Organisation(Box::new(organisation(signed(running)))));
    w.pass(Seconds(40));
    assert_eq!(w.asked(&order), ["c1"]);
}
