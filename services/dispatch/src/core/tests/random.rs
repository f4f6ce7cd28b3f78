//! Whatever happens in whatever order: what must always hold holds, and a core rebuilt from what was committed goes on
//! exactly like the one it replaces.

use std::collections::HashMap;

use domain::{
    command::{CancelReason, DeclineReason, OrderAction, PlaceOrder},
    id::{CaregiverId, OrderId},
    order::{Order, Role, Stage},
    priority::Urgency,
    service::ServiceKind,
    unit::Seconds,
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

fn play(w: &mut World, steps: &[Step]) {
    for (n, step) in steps.iter().enumerate() {
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
        play(&mut w, &steps);
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
        let mut w = populated();
        play(&mut w, &steps);
        // A new process: the people as they announce themselves, the orders as committed.
        let old = std::mem::replace(&mut w.core, populated().core);
        let mut orders: Vec<Order> = old.orders().cloned().collect();
        orders.sort_by(|a, b| a.id.cmp(&b.id));
        for order in orders {
            w.core.restore(order, w.now);
        }
        w.pass(Seconds::ZERO);
        play(&mut w, &more);
        for order in w.core.orders() {
            if let Some(decision) = w.events.iter().rev().find(|e| e.order.id == order.id) {
                prop_assert_eq!(&decision.order, order);
            }
        }
    }
}
