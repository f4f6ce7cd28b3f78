//! What was acknowledged, and whether the streams and the API still know it at the end.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use bus::{Followed, StartFrom};
use domain::{
    id::{CommandId, OrderId},
    order::{Happening, Order},
};
use schemas::{
    envelope::CloudEvent,
    order::{OrderEvent, Takeover},
    subject::{self, StreamKind},
};

use crate::{
    account::Account,
    live::Seen,
    town::{Town, district},
};

/// Everything somebody was told was done. Clones share it.
#[derive(Clone, Default)]
pub struct Acknowledged(Arc<Mutex<BTreeMap<OrderId, BTreeSet<String>>>>);

impl Acknowledged {
    pub fn placed(&self, order: &OrderId) {
        self.lock().entry(order.clone()).or_default();
    }

    pub fn uttered(&self, order: &OrderId, command: &str) {
        self.lock().entry(order.clone()).or_default().insert(command.to_owned());
    }

    /// How much there is.
    pub fn count(&self) -> usize {
        self.lock().values().map(|commands| 1 + commands.len()).sum()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<OrderId, BTreeSet<String>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The ORDERS stream as it is at the end.
struct Ledger {
    /// Sequences of order events.
    sequences: BTreeSet<u64>,
    histories: BTreeMap<OrderId, Vec<Order>>,
    takeovers: Vec<Takeover>,
}

async fn read(town: &Town) -> Ledger {
    let bus = town.nats.connect("audit").await;
    let stream = StreamKind::Orders.name(&district());
    let mut follower = bus.follow(stream, &[], StartFrom::First).await.unwrap();
    let mut ledger = Ledger { sequences: BTreeSet::new(), histories: BTreeMap::new(), takeovers: Vec::new() };
    let mark = subject::takeover(&district());
    loop {
        match follower.next().await {
            Followed::Message(message) if message.subject.as_str() == mark => {
                ledger.takeovers.push(message.decode::<CloudEvent<Takeover>>().unwrap().data);
            }
            Followed::Message(message) => {
                let order = message.decode::<CloudEvent<OrderEvent>>().unwrap().data.order;
                ledger.sequences.insert(message.sequence.0);
                ledger.histories.entry(order.id.clone()).or_default().push(order);
            }
            Followed::CaughtUp { .. } => return ledger,
            Followed::Reset => panic!("ORDERS was made anew"),
        }
    }
}

/// Nothing acknowledged is lost, nothing was decided or offered twice, and the desk saw all of it. Returns the
/// takeovers.
pub async fn audit(town: &Town, desk: &Account, acknowledged: &Acknowledged, seen: &Seen) -> Vec<Takeover> {
    let ledger = read(town).await;
    for (id, history) in &ledger.histories {
        let revisions: Vec<u32> = history.iter().map(|order| order.revision).collect();
        let consecutive: Vec<u32> = (1..=history.len() as u32).collect();
        assert_eq!(revisions, consecutive, "{id}: each decision once, in order");
        once_each(history.last().expect("a history is not empty"));
    }
    let acknowledged = acknowledged.lock().clone();
    for (id, commands) in &acknowledged {
        let history = ledger.histories.get(id).unwrap_or_else(|| panic!("{id} was acknowledged and is lost"));
        let last = history.last().expect("a history is not empty");
        let known: BTreeSet<&str> =
            last.timeline.iter().filter_map(|entry| entry.command.as_ref()).map(CommandId::as_str).collect();
        for command in commands {
            assert!(known.contains(command.as_str()), "{id}: {command} was acknowledged and is lost");
        }
        let told: Order = serde_json::from_value(
            desk.get(&format!("/api/v1/orders/{id}")).await.expect("the order is known"),
        )
        .unwrap();
        assert_eq!(&told, last, "what the edge tells is what is stored");
    }
    let orders: BTreeSet<&OrderId> = acknowledged.keys().collect();
    assert_eq!(ledger.histories.keys().collect::<BTreeSet<_>>(), orders, "no order came of nothing");
    complete(seen, &ledger.sequences);
    let epochs: Vec<u64> = ledger.takeovers.iter().map(|takeover| takeover.epoch).collect();
    assert!(epochs.is_sorted(), "who came later has the larger epoch: {epochs:?}");
    println!(
        "{} orders, {} decisions, {} acknowledged, {} takeovers; the desk's stream: {} events, resumed {} times, {} snapshots",
        ledger.histories.len(),
        ledger.sequences.len(),
        acknowledged.values().map(|commands| 1 + commands.len()).sum::<usize>(),
        epochs.len(),
        seen.events.len(),
        seen.resumed,
        seen.snapshots.len(),
    );
    ledger.takeovers
}

/// Each command had its effect once, and the order was offered anew only after the offer before had ended.
fn once_each(order: &Order) {
    let commands: Vec<_> = order.timeline.iter().filter_map(|entry| entry.command.as_ref()).collect();
    assert_eq!(commands.len(), commands.iter().collect::<BTreeSet<_>>().len(), "{}: {commands:?}", order.id);
    let count = |wanted: fn(&Happening) -> bool| order.timeline.iter().filter(|e| wanted(&e.what)).count();
    let offered = count(|what| matches!(what, Happening::Offered { .. }));
    let ended = count(|what| {
        matches!(what, Happening::Declined { .. } | Happening::TimedOut { .. } | Happening::Released { .. })
    });
    assert!(offered <= 1 + ended, "{}: offered {offered} times, {ended} offers ended", order.id);
    for step in [
        (|what| matches!(what, Happening::Accepted { .. })) as fn(&Happening) -> bool,
        |what| matches!(what, Happening::EnRoute { .. }),
        |what| matches!(what, Happening::Arrived { .. }),
        |what| matches!(what, Happening::InService { .. }),
        |what| matches!(what, Happening::Done),
        |what| matches!(what, Happening::Confirmed { .. }),
    ] {
        assert_eq!(count(step), 1, "{}: every step once: {:#?}", order.id, order.timeline);
    }
}

/// Every event after the first snapshot came, or a later snapshot stood for it.
fn complete(seen: &Seen, sequences: &BTreeSet<u64>) {
    let (first, later) = seen.snapshots.split_first().expect("a live stream begins with a snapshot");
    let covered = later.iter().max().copied().unwrap_or(0);
    let missing: Vec<_> = sequences
        .iter()
        .filter(|sequence| *sequence > first && **sequence > covered && !seen.events.contains(sequence))
        .collect();
    assert!(missing.is_empty(), "the desk's live stream left out {missing:?}");
}
