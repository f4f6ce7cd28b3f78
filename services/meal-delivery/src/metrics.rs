//! The numbers meal-delivery shows about itself.

use runtime::metrics::{
    KeyValue, Metric, counter, gauge,
    instruments::{Counter, Gauge, Histogram},
    latency,
};
use schemas::{envelope::EventData, meal::MealEvent};

/// Every metric of meal-delivery.
#[derive(Debug, Clone, Copy)]
enum Name {
    Events,
    Refusals,
    Open,
    Commit,
    Plan,
    StepDowns,
    Active,
}

impl Metric for Name {
    const SCOPE: &'static str = "meal-delivery";

    fn name(self) -> &'static str {
        match self {
            Self::Events => "meals.events",
            Self::Refusals => "meals.refusals",
            Self::Open => "meals.open",
            Self::Commit => "meals.commit",
            Self::Plan => "meals.plan",
            Self::StepDowns => "meals.step_downs",
            Self::Active => "meals.active",
        }
    }

    fn unit(self) -> &'static str {
        match self {
            Self::Events | Self::StepDowns => "{event}",
            Self::Refusals => "{command}",
            Self::Open => "{meal}",
            Self::Commit | Self::Plan => "ms",
            Self::Active => "{process}",
        }
    }

    fn help(self) -> &'static str {
        match self {
            Self::Events => "Durable decisions, by what happened",
            Self::Refusals => "Commands refused, by code",
            Self::Open => "Meals neither handed over nor given up",
            Self::Commit => "Time from sending a decision to its acknowledgement",
            Self::Plan => "Time from asking for rounds to having them",
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
    pub open: Gauge<f64>,
    pub commit: Histogram<f64>,
    pub plan: Histogram<f64>,
    pub step_downs: Counter<u64>,
    pub active: Gauge<f64>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            events: counter(Name::Events),
            refusals: counter(Name::Refusals),
            open: gauge(Name::Open),
            commit: latency(Name::Commit),
            plan: latency(Name::Plan),
            step_downs: counter(Name::StepDowns),
            active: gauge(Name::Active),
        }
    }
}

impl Metrics {
    /// Counts a decision.
    pub fn event(&self, event: &MealEvent) {
        self.events.add(1, &[KeyValue::new("what", event.event_type())]);
    }

    /// Counts a refusal by its code.
    pub fn refusal(&self, code: &str) {
        self.refusals.add(1, &[KeyValue::new("code", code.to_owned())]);
    }
}
