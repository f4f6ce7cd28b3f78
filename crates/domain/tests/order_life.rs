//! The life of an order: every stage, who may do what, and that no sequence of commands breaks it.

#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

use std::collections::BTreeSet;

use domain::{
    command::{
        ArrivalException, CancelReason, Change, DeclineReason, OrderAction, OrderCommand, Problem,
        Verification, VerificationMethod,
    },
    decision::{Decision, Method},
    geo::Wgs84,
    id::*,
    order::{
        Actor, Entry, Happening, Order, Refusal, Role, Stage,
        apply::Utterer,
        stage::{Seat, Waiting},
    },
    priority::Priority,
    service::{Requirement, ServiceKind},
    time::{Timestamp, Window},
    unit::{Metres, Seconds},
};
use proptest::prelude::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1000)
}

fn caregiver(n: usize) -> CaregiverId {
    CaregiverId::new(format!("c{n}")).unwrap()
}

fn actor(role: Role) -> Actor {
    Actor { role, user: Some(UserId::new("u").unwrap()) }
}

fn order(team_size: u8) -> Order {
    Order {
        id: OrderId::new("o").unwrap(),
        district: DistrictId::new("d").unwrap(),
        elder: ElderId::new("e").unwrap(),
        place: Wgs84::new(98.29, 39.77).unwrap(),
        street: StreetId::new("s").unwrap(),
        community: CommunityId::new("c").unwrap(),
        arrival_radius: Metres(150),
        service: ServiceKind::Bathing,
        requirement: Requirement {
            duration: Seconds::minutes(60),
            team_size,
            qualifications: BTreeSet::new(),
        },
        family_present: false,
        window: Window::new(at(0), at(3600)).unwrap(),
        priority: Priority::Ordinary,
        created_at: at(0),
        created_by: actor(Role::Elder),
        revision: 1,
        tries: 0,
        stage: Stage::Waiting(Waiting { since: at(0), seats: vec![], shortage: None, retry_at: at(0) }),
        ruled_out: vec![],
        applications: vec![],
        dispatch_overdue: false,
        acceptance_overdue: false,
        overdue: Vec::new(),
        first_offered_at: None,
        funding: None,
        timeline: vec![Entry {
            at: at(0),
            occurred_at: None,
            by: actor(Role::Elder),
            command: None,
            digest: None,
            what: Happening::Created,
        }],
    }
}

fn decision() -> Decision {
    Decision {
        id: DecisionId::new("d1").unwrap(),
        order: OrderId::new("o").unwrap(),
        at: at(0),
        method: Method::Insert,
        considered: 3,
        ranked: vec![],
        chosen: vec![],
        passed_over: None,
        reason: None,
        excluded: vec![],
        shortage: None,
    }
}

fn offered(team_size: u8) -> Order {
    let seats = (0..usize::from(team_size))
        .map(|n| Seat {
            offer: OfferId::derived("o", n as u64),
            caregiver: caregiver(n),
            offered_at: at(1),
            expires_at: at(61),
            start: at(300),
            leg: None,
            accepted_at: None,
        })
        .collect();
    order(team_size).offer(seats, &decision(), at(1))
}

fn say(
    order: &Order,
    who: Option<usize>,
    role: Role,
    action: OrderAction,
    now: i64,
) -> Result<Order, Refusal> {
    let id = CommandId::new(format!("k{}", order.timeline.len())).unwrap();
    let command = OrderCommand { id, order: order.id.clone(), occurred_at: None, if_revision: None, action };
    let who = who.map(caregiver);
    let actor = actor(role);
    order.clone().apply(&command, Utterer { actor: &actor, caregiver: who.as_ref() }, at(now))
}

fn verified() -> Verification {
    Verification { method: VerificationMethod::Face, receipt: Some("r1".into()) }
}

fn accept(n: usize) -> OrderAction {
    OrderAction::Accept { offer: OfferId::derived("o", n as u64) }
}

#[test]
fn from_offer_to_rating() {
    let care = |o: &Order, a, t| say(o, Some(0), Role::Caregiver, a, t).unwrap();
    let o = care(&offered(1), accept(0), 10);
    assert_eq!(o.stage.name(), "accepted");
    let o = care(&o, OrderAction::Depart, 20);
    let o = care(&o, OrderAction::Arrive { place: None, exception: None }, 300);
    assert_eq!(o.stage.name(), "arrived");
    let o = care(&o, OrderAction::Start { verification: verified() }, 310);
    let o = care(&o, OrderAction::Finish, 3000);
    let o = say(&o, None, Role::Elder, OrderAction::Confirm { verification: verified() }, 3010).unwrap();
    let o = say(&o, None, Role::Elder, OrderAction::Rate { stars: 5 }, 3020).unwrap();
    assert!(matches!(o.stage, Stage::Confirmed(ref c) if c.stars == Some(5)));
    let text = serde_json::to_string(&o).unwrap();
    assert_eq!(serde_json::from_str::<Order>(&text).unwrap(), o, "the whole order survives the wire");
}

#[test]
fn a_team_arrives_together() {
    let o = say(&offered(2), Some(0), Role::Caregiver, accept(0), 10).unwrap();
    assert_eq!(o.stage.name(), "offered", "one of two is not a team");
    let o = say(&o, Some(1), Role::Caregiver, accept(1), 11).unwrap();
    assert_eq!(o.stage.name(), "accepted");
    let arrive = OrderAction::Arrive { place: None, exception: None };
    let o = say(&o, Some(0), Role::Caregiver, arrive.clone(), 300).unwrap();
    assert_eq!(o.stage.name(), "en_route", "the first waits for the second");
    let start = OrderAction::Start { verification: verified() };
    assert_eq!(say(&o, Some(0), Role::Caregiver, start, 301).unwrap_err().code(), "wrong_stage");
    let o = say(&o, Some(1), Role::Caregiver, arrive, 310).unwrap();
    assert_eq!(o.stage.name(), "arrived");
}

#[test]
fn one_of_a_team_declines_and_the_other_keeps_the_seat() {
    let o = say(&offered(2), Some(0), Role::Caregiver, accept(0), 10).unwrap();
    let decline = OrderAction::Decline { offer: OfferId::derived("o", 1), reason: DeclineReason::TooFar };
    let o = say(&o, Some(1), Role::Caregiver, decline, 11).unwrap();
    assert_eq!((o.stage.name(), o.missing()), ("waiting", 1));
    assert_eq!(o.people().collect::<Vec<_>>(), [&caregiver(0)]);
    assert_eq!(o.ruled_out.len(), 1);
}

#[test]
fn a_withdrawn_or_expired_offer_cannot_be_accepted() {
    assert_eq!(say(&offered(1), Some(0), Role::Caregiver, accept(0), 61).unwrap_err(), Refusal::OfferGone);
    assert_eq!(say(&offered(1), Some(1), Role::Caregiver, accept(0), 10).unwrap_err(), Refusal::OfferGone);
    let o = offered(1).expire_offers(at(61));
    assert_eq!(o.stage.name(), "waiting");
    assert_eq!(say(&o, Some(0), Role::Caregiver, accept(0), 62).unwrap_err(), Refusal::OfferGone);
}

#[test]
fn staff_apply_and_the_platform_decides() {
    let o = say(&offered(1), Some(0), Role::Caregiver, accept(0), 10).unwrap();
    let cancel = OrderAction::Cancel { reason: CancelReason::Mistake };
    assert_eq!(say(&o, Some(0), Role::Caregiver, cancel, 11).unwrap_err().code(), "not_allowed");
    let apply = OrderAction::Apply { change: Change::Add { minutes: 30 }, reason: "needs longer".into() };
    let o = say(&o, Some(0), Role::Caregiver, apply, 12).unwrap();
    assert_eq!(o.requirement.duration, Seconds::minutes(60), "nothing changes before the answer");
    let application = o.applications[0].id.clone();
    let answer = OrderAction::Answer { application, approve: true, reason: String::new() };
    let o = say(&o, None, Role::Operator, answer.clone(), 13).unwrap();
    assert_eq!(o.requirement.duration, Seconds::minutes(90));
    assert_eq!(say(&o, None, Role::Operator, answer, 14).unwrap_err(), Refusal::NoSuchApplication);
}

#[test]
fn the_platform_takes_back_what_it_placed_until_somebody_is_at_the_door() {
    let cancel = || OrderAction::Cancel { reason: CancelReason::Other };
    assert_eq!(say(&offered(1), None, Role::System, cancel(), 2).unwrap_err().code(), "not_allowed");
    let placed = Order { created_by: Actor::SYSTEM, ..offered(1) };
    assert_eq!(say(&placed, None, Role::System, cancel(), 2).unwrap().stage.name(), "cancelled");
    let o = say(&placed, Some(0), Role::Caregiver, accept(0), 10).unwrap();
    let o = say(&o, Some(0), Role::Caregiver, OrderAction::Depart, 20).unwrap();
    assert_eq!(say(&o, None, Role::System, cancel(), 21).unwrap().stage.name(), "cancelled");
    let arrive = OrderAction::Arrive { place: None, exception: None };
    let o = say(&o, Some(0), Role::Caregiver, arrive, 300).unwrap();
    assert_eq!(say(&o, None, Role::System, cancel(), 301).unwrap_err().code(), "wrong_stage");
    assert_eq!(say(&o, None, Role::Operator, cancel(), 302).unwrap().stage.name(), "cancelled");
}

#[test]
fn what_was_seen_is_what_is_changed() {
    let o = offered(1);
    let mut command = OrderCommand {
        id: CommandId::new("x").unwrap(),
        order: o.id.clone(),
        occurred_at: None,
        if_revision: Some(7),
        action: OrderAction::Cancel { reason: CancelReason::ElderWish },
    };
    let operator = actor(Role::Operator);
    let by = Utterer { actor: &operator, caregiver: None };
    assert_eq!(o.clone().apply(&command, by, at(5)).unwrap_err().code(), "stale_revision");
    command.if_revision = None;
    command.occurred_at = Some(at(5000));
    assert_eq!(o.apply(&command, by, at(5)).unwrap_err().code(), "from_the_future");
}

#[test]
fn an_arrival_is_what_the_place_says_it_is() {
    let care = |o: &Order, a, t| say(o, Some(0), Role::Caregiver, a, t).unwrap();
    let o = care(&offered(1), accept(0), 10);
    let exception = |role: Role, place: Option<Wgs84>| {
        let arrive = OrderAction::Arrive { place, exception: None };
        let o = say(&o, Some(0), role, arrive, 300).unwrap();
        assert_eq!(o.is_exception(), o.stage.visit().unwrap().team[0].exception.is_some());
        o.stage.visit().unwrap().team[0].exception
    };
    let door = o.place;
    assert_eq!(exception(Role::Caregiver, Some(door.offset_m(100.0, 0.0))), None);
    let elsewhere = Some(door.offset_m(400.0, 0.0));
    assert_eq!(exception(Role::Caregiver, elsewhere), Some(ArrivalException::OutsideRadius));
    assert_eq!(exception(Role::Caregiver, None), Some(ArrivalException::EnteredByHand));
    assert_eq!(exception(Role::Operator, Some(door)), Some(ArrivalException::EnteredByHand));
    assert_eq!(exception(Role::System, elsewhere), None, "the geofence knows");
}

#[test]
fn a_proof_has_a_receipt_and_a_caregivers_word_is_none() {
    let o = in_service();
    let o = say(&o, Some(0), Role::Caregiver, OrderAction::Finish, 3000).unwrap();
    let confirm = |who, role, method, receipt: Option<&str>| {
        let verification = Verification { method, receipt: receipt.map(str::to_owned) };
        say(&o, who, role, OrderAction::Confirm { verification }, 3010)
    };
    let by_caregiver = |method, receipt| confirm(Some(0), Role::Caregiver, method, receipt).map(|_| ());
    let refused = |r: Result<(), Refusal>| r.unwrap_err().code();
    assert_eq!(refused(by_caregiver(VerificationMethod::Face, None)), "receipt_missing");
    assert_eq!(refused(by_caregiver(VerificationMethod::Manual, None)), "elders_proof_needed");
    assert_eq!(refused(by_caregiver(VerificationMethod::Face, Some("r1"))), "elders_proof_needed");
    by_caregiver(VerificationMethod::Card, Some("r2")).unwrap();
    let by_desk = confirm(None, Role::Operator, VerificationMethod::Telephone, None).unwrap();
    assert!(by_desk.is_exception(), "taken, and a supervisor sees it");
}

fn in_service() -> Order {
    let care = |o: &Order, a, t| say(o, Some(0), Role::Caregiver, a, t).unwrap();
    let o = care(&offered(1), accept(0), 10);
    let o = care(&o, OrderAction::Depart, 20);
    let o = care(&o, OrderAction::Arrive { place: None, exception: None }, 300);
    care(&o, OrderAction::Start { verification: verified() }, 310)
}

#[test]
fn a_problem_during_the_service_keeps_the_service() {
    let report = OrderAction::ReportProblem { problem: Problem::ElderUnwell, can_continue: false };
    let o = say(&in_service(), Some(0), Role::Caregiver, report, 600).unwrap();
    assert_eq!(o.stage.name(), "at_desk");
    assert!(matches!(o.timeline.last().unwrap().what, Happening::HandedBack { .. }));
    assert_eq!(o.people().collect::<Vec<_>>(), [&caregiver(0)], "they are still there");
    let text = serde_json::to_string(&o).unwrap();
    assert_eq!(serde_json::from_str::<Order>(&text).unwrap(), o);
    let resumed = say(&o, None, Role::Operator, OrderAction::Resume, 610).unwrap();
    assert_eq!(resumed.stage.name(), "in_service", "nobody else is sent");
    let done = say(&o, Some(0), Role::Caregiver, OrderAction::Finish, 620).unwrap();
    assert!(matches!(&done.stage, Stage::Done(d) if d.service.started_at == at(310)));
}

fn finished_at(order: &Order, occurred: i64, now: i64) -> Result<Order, Refusal> {
    let command = OrderCommand {
        id: CommandId::new("x").unwrap(),
        order: order.id.clone(),
        occurred_at: Some(at(occurred)),
        if_revision: None,
        action: OrderAction::Finish,
    };
    let by = Utterer { actor: &actor(Role::Caregiver), caregiver: Some(&caregiver(0)) };
    order.clone().apply(&command, by, at(now))
}

#[test]
fn no_step_happens_before_the_one_it_follows() {
    let o = in_service();
    let before = finished_at(&o, 100, 4000).unwrap_err();
    assert_eq!(before.code(), "before_previous_step");
    let slow_clock = finished_at(&o, 300, 4000).unwrap();
    assert!(matches!(&slow_clock.stage, Stage::Done(d) if d.finished_at == at(310)), "put right");
    let replayed = finished_at(&o, 3000, 20_000).unwrap();
    assert!(matches!(&replayed.stage, Stage::Done(d) if d.finished_at == at(3000)), "hours later");
    assert_eq!(finished_at(&o, 400, 100_000).unwrap_err().code(), "too_long_ago");
}

fn any_action() -> impl Strategy<Value = OrderAction> {
    prop_oneof![
        (0..3usize).prop_map(accept),
        (0..3usize).prop_map(|n| OrderAction::Decline {
            offer: OfferId::derived("o", n as u64),
            reason: DeclineReason::Busy
        }),
        Just(OrderAction::Depart),
        Just(OrderAction::Arrive { place: None, exception: None }),
        Just(OrderAction::Start { verification: verified() }),
        Just(OrderAction::Finish),
        Just(OrderAction::Confirm { verification: verified() }),
        (0..7u8).prop_map(|stars| OrderAction::Rate { stars }),
        Just(OrderAction::NoShow),
        any::<bool>()
            .prop_map(|can_continue| OrderAction::ReportProblem { problem: Problem::Other, can_continue }),
        (0..600u16).prop_map(|minutes| OrderAction::Change { change: Change::Reduce { minutes } }),
        Just(OrderAction::Change { change: Change::Service { service: ServiceKind::Walking } }),
        Just(OrderAction::Cancel { reason: CancelReason::Other }),
        Just(OrderAction::HandBack),
        Just(OrderAction::Resume),
    ]
}

fn any_role() -> impl Strategy<Value = Role> {
    prop_oneof![
        Just(Role::Caregiver),
        Just(Role::Operator),
        Just(Role::Elder),
        Just(Role::System),
        Just(Role::Auditor)
    ]
}

proptest! {
    #[test]
    fn no_sequence_of_commands_breaks_an_order(
        team in 1..3u8,
        steps in prop::collection::vec((any_action(), any_role(), prop::option::of(0..3usize)), 0..40),
    ) {
        let mut order = offered(team);
        for (step, (action, role, who)) in steps.into_iter().enumerate() {
            let was_closed = order.stage.is_closed();
            let allowed = action.allowed(role);
            let Ok(next) = say(&order, who, role, action, 2 + step as i64) else { continue };
            prop_assert!(allowed, "a role did what it may not");
            prop_assert_eq!(next.timeline.len(), order.timeline.len() + 1 + next.timeline.iter().skip(order.timeline.len()).filter(|e| e.command.is_none()).count());
            if was_closed {
                prop_assert!(next.stage.is_closed(), "a closed order was reopened");
            }
            let people: Vec<_> = next.people().collect();
            let distinct: BTreeSet<_> = people.iter().collect();
            prop_assert_eq!(distinct.len(), people.len(), "nobody sits twice");
            prop_assert!(people.len() <= usize::from(next.requirement.team_size.max(team)));
            if let Some(visit) = next.stage.visit() {
                prop_assert_eq!(visit.team.len(), usize::from(team), "a visit has its whole team");
            }
            let text = serde_json::to_string(&next).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Order>(&text).unwrap(), &next);
            order = next;
        }
    }
}
