//! The numbers the edge shows about itself.

use std::time::Duration;

use runtime::metrics::{
    KeyValue, Metric, counter, gauge,
    instruments::{Counter, Gauge, Histogram},
    latency,
};

/// Every metric of the edge.
#[derive(Debug, Clone, Copy)]
enum Name {
    Requests,
    RequestTime,
    Command,
    LiveClients,
    LiveOrders,
    LiveDelay,
    Positions,
}

impl Metric for Name {
    const SCOPE: &'static str = "command-center";

    fn name(self) -> &'static str {
        match self {
            Self::Requests => "edge.requests",
            Self::RequestTime => "edge.request_time",
            Self::Command => "edge.command_time",
            Self::LiveClients => "edge.live_clients",
            Self::LiveOrders => "edge.live_orders",
            Self::LiveDelay => "edge.live_delay",
            Self::Positions => "edge.positions",
        }
    }

    fn unit(self) -> &'static str {
        match self {
            Self::Requests => "{request}",
            Self::RequestTime | Self::Command | Self::LiveDelay => "ms",
            Self::LiveClients => "{client}",
            Self::LiveOrders => "{event}",
            Self::Positions => "{fix}",
        }
    }

    fn help(self) -> &'static str {
        match self {
            Self::Requests => "Requests answered, by route and status",
            Self::RequestTime => "Time to answer a request, by route",
            Self::Command => "Time a neighbour took over a command or question, by service",
            Self::LiveClients => "Live streams open",
            Self::LiveOrders => "Order events put on the live stream",
            Self::LiveDelay => {
                "From an order event's storage to the live stream, by the two machines' clocks"
            }
            Self::Positions => "Fixes taken from phones and tracker apps",
        }
    }
}

/// The instruments, made once.
#[derive(Debug, Clone)]
pub struct Metrics {
    requests: Counter<u64>,
    request_time: Histogram<f64>,
    command: Histogram<f64>,
    live_clients: Gauge<f64>,
    live_orders: Counter<u64>,
    live_delay: Histogram<f64>,
    positions: Counter<u64>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            requests: counter(Name::Requests),
            request_time: latency(Name::RequestTime),
            command: latency(Name::Command),
            live_clients: gauge(Name::LiveClients),
            live_orders: counter(Name::LiveOrders),
            live_delay: latency(Name::LiveDelay),
            positions: counter(Name::Positions),
        }
    }
}

impl Metrics {
    /// A request was answered.
    pub fn request(&self, route: &'static str, status: u16, took: Duration) {
        let route = KeyValue::new("route", route);
        self.requests.add(1, &[route.clone(), KeyValue::new("status", i64::from(status))]);
        self.request_time.record(took.as_secs_f64() * 1000.0, &[route]);
    }

    /// A neighbour answered, or did not.
    pub fn asked(&self, service: &'static str, took: Duration) {
        self.command.record(took.as_secs_f64() * 1000.0, &[KeyValue::new("service", service)]);
    }

    /// So many live streams are open.
    pub fn live_clients(&self, count: usize) {
        self.live_clients.record(count as f64, &[]);
    }

    /// An order event went out, so many milliseconds after it was stored.
    pub fn live_order(&self, delay_ms: i64) {
        self.live_orders.add(1, &[]);
        self.live_delay.record(delay_ms.max(0) as f64, &[]);
    }

    /// Fixes were taken.
    pub fn positions(&self, fixes: usize) {
        self.positions.add(fixes as u64, &[]);
    }
}
