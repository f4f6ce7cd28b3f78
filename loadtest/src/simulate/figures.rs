//! What came of a simulated day.

use std::collections::BTreeMap;

use dispatch::core::settings::Policy;
use domain::{
    order::{Happening, Order, Stage},
    time::Timestamp,
};
use serde::Serialize;

use super::{hindsight::Hindsight, work, world::World};

/// Real times are told to so many seconds, unless asked for exactly.
const TIME_STEP: f64 = 20.0;

/// The figures of a day; times in seconds of the day.
#[derive(Debug, Serialize)]
pub struct Figures {
    /// Orders placed.
    orders: usize,
    /// Served: done or confirmed.
    done: usize,
    /// By stage at the end.
    stages: BTreeMap<&'static str, usize>,
    /// Never served, not called off: at the desk or still waiting.
    unassigned: usize,
    /// Placed → service begins, or start of the window → service begins for appointments.
    response_p50_s: i64,
    response_p95_s: i64,
    /// Placed → first offer.
    offer_p50_s: i64,
    offer_p95_s: i64,
    /// Share of the orders that were not called off whose service began within its window.
    on_time_share: f64,
    /// Seconds begun after the window, over all.
    tardiness_s: i64,
    /// On the road, over all.
    travel_s: i64,
    /// On duty, neither on the road nor serving, over all.
    idle_s: i64,
    /// How unequally service time falls to those who were on duty: 0 is equal.
    gini_work: f64,
    /// Of the visits to elders who ask for somebody or were served before on the day, those by such a person.
    continuity_share: f64,
    /// Promised visits moved to somebody else because that was better.
    changes_pushed: u64,
    /// Offers made per order served, in hundredths.
    offers_per_100: usize,
    /// Durable decisions.
    events: u64,
    /// Decisions with an explanation.
    decisions: u64,
    /// Explanations whose terms do not give the ranking again.
    unexplained: u64,
    /// Commands refused, by code.
    refused: BTreeMap<String, u64>,
    /// Real time the run took: exact where asked for, otherwise "at most so many", in steps of [`TIME_STEP`], so that
    /// two runs give the same bytes.
    seconds: f64,
    /// Processor time the run took, told like `seconds`.
    cpu_s: f64,
    /// How orders and people came together.
    policy: Policy,
    /// The day solved as if all had been known, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    hindsight: Option<Hindsight>,
}

/// What the run itself took, in seconds.
#[derive(Debug, Clone, Copy)]
pub struct Took {
    /// Of real time.
    pub seconds: f64,
    /// Of processor time.
    pub cpu_s: f64,
}

impl Took {
    /// At most so much, in steps of [`TIME_STEP`].
    pub fn rounded(self) -> Self {
        let up = |seconds: f64| (seconds / TIME_STEP).ceil() * TIME_STEP;
        Self { seconds: up(self.seconds), cpu_s: up(self.cpu_s) }
    }
}

impl Figures {
    /// Of a world that has been played.
    pub fn of(world: &World, policy: Policy, hindsight: Option<Hindsight>, took: Took) -> Self {
        let orders = || world.orders.values();
        let mut stages: BTreeMap<&'static str, usize> = BTreeMap::new();
        for order in orders() {
            *stages.entry(order.stage.name()).or_default() += 1;
        }
        let mut responses: Vec<i64> = orders().filter_map(response).collect();
        let mut offers: Vec<i64> = orders().filter_map(first_offer).collect();
        let begun: Vec<(&Order, Timestamp)> = orders().filter_map(|o| Some((o, begun(o)?))).collect();
        let on_time = begun.iter().filter(|(o, at)| *at <= o.window.latest).count();
        let late = |(o, at): &(&Order, Timestamp)| at.since(o.window.latest).get().max(0);
        let made = orders().map(|o| usize::from(o.tries)).sum::<usize>();
        let count = |names: &[&str]| names.iter().filter_map(|n| stages.get(n)).sum::<usize>();
        let done = count(&["done", "confirmed"]);
        Self {
            orders: world.orders.len(),
            done,
            unassigned: count(&["waiting", "offered", "at_desk"]),
            response_p50_s: quantile(&mut responses, 50),
            response_p95_s: quantile(&mut responses, 95),
            offer_p50_s: quantile(&mut offers, 50),
            offer_p95_s: quantile(&mut offers, 95),
            on_time_share: work::share(on_time, world.orders.len() - count(&["cancelled", "no_show"])),
            tardiness_s: begun.iter().map(late).sum(),
            offers_per_100: made * 100 / done.max(1),
            stages,
            events: world.events,
            decisions: world.decisions,
            unexplained: world.unexplained,
            refused: world.refused.clone(),
            seconds: took.seconds,
            cpu_s: took.cpu_s,
            policy,
            hindsight,
            travel_s: world.travelled() / 1000,
            idle_s: work::idle_s(world),
            gini_work: work::gini(world),
            continuity_share: work::continuity(world),
            changes_pushed: world.moved(),
        }
    }

    /// For people.
    pub fn print(&self, took: Took) {
        let Self { orders, done, unassigned, events, decisions, .. } = self;
        println!("orders {orders}, served {done}, unassigned {unassigned}, by stage {:?}", self.stages);
        println!("placed → first offer: median {} s, 95 % {} s", self.offer_p50_s, self.offer_p95_s);
        println!("placed → service begins: median {} s, 95 % {} s", self.response_p50_s, self.response_p95_s);
        println!(
            "on time {:.2} %, tardiness {} s, offers per order {:.2}",
            self.on_time_share * 100.0,
            self.tardiness_s,
            self.offers_per_100 as f64 / 100.0
        );
        println!("{events} events, {decisions} decisions explained, {} not adding up", self.unexplained);
        println!("refused: {:?}", self.refused);
        println!(
            "on the road {} s, idle {} s, gini of work {:.3}, familiar {:.1} %, moved {}",
            self.travel_s,
            self.idle_s,
            self.gini_work,
            self.continuity_share * 100.0,
            self.changes_pushed
        );
        if let Some(hindsight) = &self.hindsight {
            hindsight.print();
        }
        println!("took {:.2} s, {:.2} s of processor time", took.seconds, took.cpu_s);
    }
}

/// When the service began, if it did.
pub(super) fn begun(order: &Order) -> Option<Timestamp> {
    match &order.stage {
        Stage::InService(s) => Some(s.started_at),
        Stage::Done(d) => Some(d.service.started_at),
        Stage::Confirmed(c) => Some(c.done.service.started_at),
        _ => None,
    }
}

fn response(order: &Order) -> Option<i64> {
    Some(begun(order)?.since(order.created_at.max(order.window.earliest)).get())
}

fn first_offer(order: &Order) -> Option<i64> {
    let offered = order.timeline.iter().find(|e| matches!(e.what, Happening::Offered { .. }))?;
    let released = order.timeline.iter().find_map(|e| match e.what {
        Happening::Scheduled { release_at } => Some(release_at),
        _ => None,
    });
    Some(offered.at.since(released.unwrap_or(order.created_at)).get())
}

pub(super) fn quantile(values: &mut [i64], percent: usize) -> i64 {
    values.sort_unstable();
    let at = (values.len() * percent / 100).min(values.len().saturating_sub(1));
    values.get(at).copied().unwrap_or_default()
}
