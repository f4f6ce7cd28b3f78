//! The numbers dispatch shows about itself.

use domain::order::Happening;
use runtime::metrics::{
    KeyValue, Metric, counter, gauge,
    instruments::{Counter, Gauge, Histogram},
    latency,
};
use schemas::order::OrderEvent;

/// Every metric of dispatch.
#[derive(Debug, Clone, Copy)]
enum Name {
    Events,
    Refusals,
    Waiting,
    Decide,
    Commit,
    StepDowns,
    Active,
}

impl Metric for Name {
    const SCOPE: &'static str = "dispatch";

    fn name(self) -> &'static str {
        match self {
            Self::Events => "dispatch.events",
            Self::Refusals => "dispatch.refusals",
            Self::Waiting => "dispatch.waiting",
            Self::Decide => "dispatch.decide",
            Self::Commit => "dispatch.commit",
            Self::StepDowns => "dispatch.step_downs",
            Self::Active => "dispatch.active",
        }
    }

    fn unit(self) -> &'static str {
        match self {
            Self::Events | Self::StepDowns => "{event}",
            Self::Refusals => "{command}",
            Self::Waiting => "{order}",
            Self::Decide | Self::Commit => "ms",
            Self::Active => "{process}",
        }
    }

    fn help(self) -> &'static str {
        match self {
            Self::Events => "Durable decisions, by what happened",
            Self::Refusals => "Commands refused, by code",
            Self::Waiting => "Orders with free seats",
            Self::Decide => "Time the core takes for one input",
            Self::Commit => "Time from sending a decision to its acknowledgement",
            Self::StepDowns => "How often this process lost the district and rebuilt",
            Self::Active => "1 while this process acts for the district",
        }
    }
}

/// The instruments, made once.
#[derive(Debug, Clone)]
pub struct Metrics {
    events: Counter<u64>,
    refusals: Counter<u64>,
    pub waiting: Gauge<f64>,
    pub decide: Histogram<f64>,
    pub commit: Histogram<f64>,
    pub step_downs: Counter<u64>,
    pub active: Gauge<f64>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            events: counter(Name::Events),
            refusals: counter(Name::Refusals),
            waiting: gauge(Name::Waiting),
            decide: latency(Name::Decide),
            commit: latency(Name::Commit),
            step_downs: counter(Name::StepDowns),
            active: gauge(Name::Active),
        }
    }
}

impl Metrics {
    /// Counts a decision by its latest happening.
    pub fn event(&self, event: &OrderEvent) {
        let what = event.order.timeline.last().map(|e| &e.what).map_or("changed", Happening::name);
        self.events.add(1, &[KeyValue::new("what", what)]);
    }

    /// Counts a refusal by its code.
    pub fn refusal(&self, code: &str) {
        self.refusals.add(1, &[KeyValue::new("code", code.to_owned())]);
    }
}
