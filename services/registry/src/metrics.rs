//! The numbers the registry shows about itself.

use runtime::metrics::{
    KeyValue, Metric, counter, gauge,
    instruments::{Counter, Gauge},
};

/// Every metric of the registry.
#[derive(Debug, Clone, Copy)]
enum Name {
    Published,
    Waiting,
    Readings,
    Refusals,
}

impl Metric for Name {
    const SCOPE: &'static str = "registry";

    fn name(self) -> &'static str {
        match self {
            Self::Published => "registry.published",
            Self::Waiting => "registry.waiting",
            Self::Readings => "registry.readings",
            Self::Refusals => "registry.refusals",
        }
    }

    fn unit(self) -> &'static str {
        match self {
            Self::Published | Self::Waiting => "{event}",
            Self::Readings => "{name}",
            Self::Refusals => "{request}",
        }
    }

    fn help(self) -> &'static str {
        match self {
            Self::Published => "Profiles published",
            Self::Waiting => "Profiles decided and not yet published",
            Self::Readings => "Names given out, by role's view",
            Self::Refusals => "Commands and questions refused, by code",
        }
    }
}

/// The instruments. Clones share them.
#[derive(Debug, Clone)]
pub(crate) struct Metrics {
    published: Counter<u64>,
    waiting: Gauge<f64>,
    readings: Counter<u64>,
    refusals: Counter<u64>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            published: counter(Name::Published),
            waiting: gauge(Name::Waiting),
            readings: counter(Name::Readings),
            refusals: counter(Name::Refusals),
        }
    }
}

impl Metrics {
    /// So many profiles are on the bus.
    pub fn published(&self, count: usize) {
        self.published.add(count as u64, &[]);
    }

    /// So many wait.
    pub fn waiting(&self, count: u64) {
        self.waiting.record(count as f64, &[]);
    }

    /// So many names were given out.
    pub fn read(&self, count: usize, masked: bool) {
        let view = if masked { "masked" } else { "full" };
        self.readings.add(count as u64, &[KeyValue::new("view", view)]);
    }

    /// A request was refused.
    pub fn refused(&self, code: &str) {
        self.refusals.add(1, &[KeyValue::new("code", code.to_owned())]);
    }
}
