//! Whatever happens in whatever order: what must always hold holds, and a core rebuilt from what was committed goes on
//! exactly like the one it replaces.

use std::collections::HashMap;

use domain::{
    command::{CancelReason, Change, DeclineReason, OrderAction, PlaceOrder, Problem},
    id::{CaregiverId, OrderId},
    order::{Order, PayWith, Role, Stage},
    priority::Urgency,
    service::ServiceKind,
    unit::{Fen, Seconds},
};
use proptest::prelude::*;

use super::World;

#[derive(Debug, Clone)]
enum Step {
    Place(u8, u8),
    Accept(u8),
    Decline(u8),
    Cancel(u8),
    Serve(u8),
    Resume(u8),
    Depart(u8),
    Confirm(u8),
    Problem(u8, bool),
    Change(u8, u8),
    Duty(u8, bool),
    Move(u8, i16, i16),
    Wait(u16),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..4u8, 0..13u8).prop_map(|(e, s)| Step::Place(e, s)),
        4 => any::<u8>().prop_map(Step::Accept),
        1 => any::<u8>().prop_map(Step::Decline),
        1 => any::<u8>().prop_map(Step::Cancel),
        2 => any::<u8>().prop_map(Step::Serve),
        1 => any::<u8>().prop_map(Step::Resume),
        2 => any::<u8>().prop_map(Step::Depart),
        1 => any::<u8>().prop_map(Step::Confirm),
        1 => (any::<u8>(), any::<bool>()).prop_map(|(n, go_on)| Step::Problem(n, go_on)),
        1 => (any::<u8>(), 0..4u8).prop_map(|(n, what)| Step::Change(n, what)),
        1 => (0..5u8, any::<bool>()).prop_map(|(c, on)| Step::Duty(c, on)),
        1 => (0..5u8, -3000..3000i16, -3000..3000i16).prop_map(|(c, x, y)| Step::Move(c, x, y)),
        2 => (1..400u16).prop_map(Step::Wait),
    ]
}

fn nth(w: &World, n: u8) -> Option<OrderId> {
    let mut ids: Vec<_> = w.core.orders().map(|o| o.id.clone()).collect();
    ids.sort();
    (!ids.is_empty()).then(|| ids[usize::from(n) % ids.len()].clone())
}

/// The first of the team, if there is one.
fn leader(w: &World, id: &OrderId) -> Option<CaregiverId> {
    Some(w.order(id).stage.visit()?.team.first()?.caregiver.clone())
}

fn play(w: &mut World, first: usize, steps: &[Step]) {
    for (n, step) in steps.iter().enumerate() {
        let n = first + n;
        match step {
            Step::Place(elder, service) => {
                let elder = domain::id::ElderId::new(format!("e{elder}")).unwrap();
                let service = ServiceKind::ALL[usize::from(*service)];
                w.place_with(
                    &format!("o{n}"),
                    PlaceOrder {
                        elder,
                        service,
                        window: None,
                        minutes: None,
                        urgency: Urgency::Normal,
                        family_present: false,
                        pay_with: PayWith::Allowance,
                        self_pay_up_to: Fen::ZERO,
                    },
                );
            }
            Step::Accept(n) => {
                if let Some(id) = nth(w, *n) {
                    w.accept(&id);
                }
            }
            Step::Decline(n) => {
                let Some(id) = nth(w, *n) else { continue };
                let Some(seat) = w.order(&id).stage.seats().first().cloned() else { continue };
                let decline = OrderAction::Decline { offer: seat.offer, reason: DeclineReason::Other };
                w.command(Role::Caregiver, Some(&seat.caregiver), &id, decline);
            }
            Step::Cancel(n) => {
                if let Some(id) = nth(w, *n) {
                    w.command(Role::Operator, None, &id, OrderAction::Cancel { reason: CancelReason::Other });
                }
            }
            Step::Serve(n) => {
                let Some(id) = nth(w, *n) else { continue };
                if matches!(w.order(&id).stage, Stage::Accepted(_)) {
                    w.serve(&id);
                }
            }
            Step::Resume(n) => {
                if let Some(id) = nth(w, *n) {
                    w.command(Role::Operator, None, &id, OrderAction::Resume);
                }
            }
            Step::Depart(n) => {
                let Some(id) = nth(w, *n) else { continue };
                if let Some(who) = leader(w, &id) {
                    w.command(Role::Caregiver, Some(&who), &id, OrderAction::Depart);
                }
            }
            Step::Confirm(n) => {
                let Some(id) = nth(w, *n) else { continue };
                let verification = super::verified();
                w.command(Role::Elder, None, &id, OrderAction::Confirm { verification });
            }
            Step::Problem(n, can_continue) => {
                let Some(id) = nth(w, *n) else { continue };
                let Some(who) = leader(w, &id) else { continue };
                let report =
                    OrderAction::ReportProblem { problem: Problem::Breakdown, can_continue: *can_continue };
                w.command(Role::Caregiver, Some(&who), &id, report);
            }
            Step::Change(n, what) => {
                let Some(id) = nth(w, *n) else { continue };
                let change = match what {
                    0 => Change::Add { minutes: 15 },
                    1 => Change::Reduce { minutes: 10 },
                    2 => Change::Service { service: ServiceKind::Walking },
                    _ => {
                        let earliest = w.now + Seconds::minutes(30);
                        let latest = earliest + Seconds::minutes(30);
                        Change::Window { window: domain::time::Window::new(earliest, latest).unwrap() }
                    }
                };
                w.command(Role::Elder, None, &id, OrderAction::Change { change });
            }
            Step::Duty(c, on) => {
                let id = CaregiverId::new(format!("c{c}")).unwrap();
                let duty = if *on { domain::caregiver::Duty::On } else { domain::caregiver::Duty::Off };
                w.duty(&id, duty);
                w.at(&id, f64::from(*c) * 100.0, 0.0);
            }
            Step::Move(c, east, north) => {
                let id = CaregiverId::new(format!("c{c}")).unwrap();
                w.at(&id, f64::from(*east), f64::from(*north));
            }
            Step::Wait(seconds) => w.pass(Seconds(i64::from(*seconds))),
        }
    }
}

fn populated() -> World {
    let mut w = World::new();
    for n in 0..4 {
        w.elder(&format!("e{n}"), f64::from(n) * 500.0, 200.0);
    }
    for n in 0..5 {
        w.caregiver(&format!("c{n}"), f64::from(n) * 400.0, -300.0);
    }
    w
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_must_always_hold(steps in prop::collection::vec(step(), 1..60)) {
        let mut w = populated();
        play(&mut w, 0, &steps);
        let mut latest: HashMap<OrderId, Order> = HashMap::new();
        for event in &w.events {
            let before = latest.insert(event.order.id.clone(), event.order.clone());
            let expected = before.map_or(1, |b| b.revision + 1);
            prop_assert_eq!(event.order.revision, expected, "revisions have no gap");
        }
        for order in w.core.orders() {
            prop_assert_eq!(latest.get(&order.id), Some(order), "what the core holds is what was committed");
        }
        let mut offers: HashMap<CaregiverId, usize> = HashMap::new();
        for order in w.core.orders() {
            for seat in order.stage.seats().iter().filter(|s| s.accepted_at.is_none()) {
                *offers.entry(seat.caregiver.clone()).or_default() += 1;
            }
        }
        prop_assert!(offers.values().all(|n| *n == 1), "nobody considers two offers at once: {:?}", offers);
    }

    #[test]
    fn a_rebuilt_core_goes_on_alike(steps in prop::collection::vec(step(), 1..40), more in prop::collection::vec(step(), 1..15)) {
        let mut old = populated();
        play(&mut old, 0, &steps);
        // Whatever was about to be solved together is solved.
        old.pass(Seconds(1));
        let mut new = old.rebuilt();
        let before = old.events.len();
        // A take-over tries all that waits; so does the other when somebody comes back.
        for w in [&mut old, &mut new] {
            let id = CaregiverId::new("c0").unwrap();
            w.duty(&id, domain::caregiver::Duty::Break);
            w.duty(&id, domain::caregiver::Duty::On);
            w.pass(Seconds(1));
            play(w, steps.len(), &more);
        }
        prop_assert_eq!(&old.events[before..], &new.events[before..]);
        prop_assert_eq!(&old.refused, &new.refused);
        prop_assert_eq!(old.repeated, new.repeated);
    }
}
