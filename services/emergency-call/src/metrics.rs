//! The numbers emergency-call shows about itself.

use domain::incident::Happening;
use runtime::metrics::{
    KeyValue, Metric, counter, gauge,
    instruments::{Counter, Gauge, Histogram},
    latency,
};

use crate::{core::News, decode::Garbage};

/// Every metric of emergency-call.
#[derive(Debug, Clone, Copy)]
enum Name {
    Events,
    Signals,
    Garbage,
    Refusals,
    Open,
    Devices,
    Ack,
    Search,
    Outreach,
    StepDowns,
    Active,
}

impl Metric for Name {
    const SCOPE: &'static str = "emergency";

    fn name(self) -> &'static str {
        match self {
            Self::Events => "emergency.events",
            Self::Signals => "emergency.signals",
            Self::Garbage => "emergency.garbage",
            Self::Refusals => "emergency.refusals",
            Self::Open => "emergency.open",
            Self::Devices => "emergency.devices",
            Self::Ack => "emergency.ack",
            Self::Search => "emergency.search",
            Self::Outreach => "emergency.outreach",
            Self::StepDowns => "emergency.step_downs",
            Self::Active => "emergency.active",
        }
    }

    fn unit(self) -> &'static str {
        match self {
            Self::Events | Self::StepDowns => "{event}",
            Self::Signals => "{signal}",
            Self::Garbage => "{frame}",
            Self::Refusals => "{command}",
            Self::Open => "{incident}",
            Self::Devices => "{device}",
            Self::Ack | Self::Search => "ms",
            Self::Active => "{process}",
            Self::Outreach => "{try}",
        }
    }

    fn help(self) -> &'static str {
        match self {
            Self::Events => "Durable decisions about incidents, by what happened",
            Self::Signals => "Signals of devices, by way in",
            Self::Garbage => "Frames not understood, by way in and reason",
            Self::Refusals => "Commands refused, by code",
            Self::Open => "Incidents that are open",
            Self::Devices => "Devices under watch",
            Self::Ack => "Time from a signal's arrival to its answer",
            Self::Search => "Time the search for the nearest takes",
            Self::Outreach => "Tries to reach people away from the screens, by medium and what came of them",
            Self::StepDowns => "How often this process lost the district and rebuilt",
            Self::Active => "1 while this process acts for the district",
        }
    }
}

/// The instruments, made once.
#[derive(Debug, Clone)]
pub struct Metrics {
    events: Counter<u64>,
    signals: Counter<u64>,
    garbage: Counter<u64>,
    refusals: Counter<u64>,
    pub open: Gauge<f64>,
    pub devices: Gauge<f64>,
    pub ack: Histogram<f64>,
    pub search: Histogram<f64>,
    outreach: Counter<u64>,
    pub step_downs: Counter<u64>,
    pub active: Gauge<f64>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            events: counter(Name::Events),
            signals: counter(Name::Signals),
            garbage: counter(Name::Garbage),
            refusals: counter(Name::Refusals),
            open: gauge(Name::Open),
            devices: gauge(Name::Devices),
            ack: latency(Name::Ack),
            search: latency(Name::Search),
            outreach: counter(Name::Outreach),
            step_downs: counter(Name::StepDowns),
            active: gauge(Name::Active),
        }
    }
}

impl Metrics {
    /// Counts a decision by its latest happening.
    pub fn event(&self, what: Option<&Happening>) {
        self.events.add(1, &[KeyValue::new("what", what.map_or("changed", Happening::name))]);
    }

    /// Counts signals by way in.
    pub fn signals(&self, via: &'static str, count: usize) {
        self.signals.add(count as u64, &[KeyValue::new("via", via)]);
    }

    /// Counts a frame that was not understood.
    pub fn garbage(&self, via: &'static str, garbage: Garbage) {
        self.garbage.add(1, &[KeyValue::new("via", via), KeyValue::new("reason", garbage.reason())]);
    }

    /// Counts what outreach tells.
    pub fn outreach(&self, news: News) {
        let (medium, came) = match news {
            News::Asked(medium) => (medium, "asked"),
            News::Reached(medium, came) => (medium, came.name()),
            News::Unreached(medium, _) => (medium, "unreached"),
        };
        self.outreach.add(1, &[KeyValue::new("medium", medium.name()), KeyValue::new("came", came)]);
    }

    /// Counts a refusal by its code.
    pub fn refusal(&self, code: &str) {
        self.refusals.add(1, &[KeyValue::new("code", code.to_owned())]);
    }
}
