//! What came of a simulated day.

use std::collections::BTreeMap;

use domain::{
    order::{Happening, Order, Stage},
    time::Timestamp,
};
use serde::Serialize;

use super::world::World;

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
    /// Share of services that began within their window, in ten-thousandths.
    on_time_per_10000: usize,
    /// Seconds begun after the window, over all.
    tardiness_s: i64,
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
    /// The run took at most so many seconds of real time, in steps of five so that two runs give the same bytes; the
    /// table has the exact figure.
    seconds: u64,
}

impl Figures {
    /// Of a world that has been played.
    pub fn of(world: &World, seconds: f64) -> Self {
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
            on_time_per_10000: on_time * 10_000 / begun.len().max(1),
            tardiness_s: begun.iter().map(late).sum(),
            offers_per_100: made * 100 / done.max(1),
            stages,
            events: world.events,
            decisions: world.decisions,
            unexplained: world.unexplained,
            refused: world.refused.clone(),
            seconds: (seconds / 5.0).ceil() as u64 * 5,
        }
    }

    /// For people.
    pub fn print(&self, seconds: f64) {
        let Self { orders, done, unassigned, events, decisions, .. } = self;
        println!("orders {orders}, served {done}, unassigned {unassigned}, by stage {:?}", self.stages);
        println!("placed → first offer: median {} s, 95 % {} s", self.offer_p50_s, self.offer_p95_s);
        println!("placed → service begins: median {} s, 95 % {} s", self.response_p50_s, self.response_p95_s);
        println!(
            "on time {:.2} %, tardiness {} s, offers per order {:.2}",
            self.on_time_per_10000 as f64 / 100.0,
            self.tardiness_s,
            self.offers_per_100 as f64 / 100.0
        );
        println!("{events} events, {decisions} decisions explained, {} not adding up", self.unexplained);
        println!("refused: {:?}", self.refused);
        println!("took {seconds:.2} s");
    }
}

fn begun(order: &Order) -> Option<Timestamp> {
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

fn quantile(values: &mut [i64], percent: usize) -> i64 {
    values.sort_unstable();
    let at = (values.len() * percent / 100).min(values.len().saturating_sub(1));
    values.get(at).copied().unwrap_or_default()
}
