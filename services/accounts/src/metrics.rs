//! The numbers accounts shows about itself.

use runtime::metrics::{
    KeyValue, Metric, counter, gauge,
    instruments::{Counter, Gauge},
};

/// Every metric of accounts.
#[derive(Debug, Clone, Copy)]
enum Name {
    Written,
    Batch,
    Published,
    Unpaid,
    Refusals,
}

impl Metric for Name {
    const SCOPE: &'static str = "accounts";

    fn name(self) -> &'static str {
        match self {
            Self::Written => "accounts.written",
            Self::Batch => "accounts.batch",
            Self::Published => "accounts.published",
            Self::Unpaid => "accounts.unpaid",
            Self::Refusals => "accounts.refusals",
        }
    }

    fn unit(self) -> &'static str {
        match self {
            Self::Written | Self::Batch => "{work}",
            Self::Published => "{event}",
            Self::Unpaid => "{order}",
            Self::Refusals => "{request}",
        }
    }

    fn help(self) -> &'static str {
        match self {
            Self::Written => "Pieces of work written to the books",
            Self::Batch => "Pieces of work in the last transaction",
            Self::Published => "Events published",
            Self::Unpaid => "Orders served that nothing pays for, by code",
            Self::Refusals => "Commands refused, by code",
        }
    }
}

/// The instruments. Clones share them.
#[derive(Debug, Clone)]
pub(crate) struct Metrics {
    written: Counter<u64>,
    batch: Gauge<f64>,
    published: Counter<u64>,
    unpaid: Counter<u64>,
    refusals: Counter<u64>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            written: counter(Name::Written),
            batch: gauge(Name::Batch),
            published: counter(Name::Published),
            unpaid: counter(Name::Unpaid),
            refusals: counter(Name::Refusals),
        }
    }
}

impl Metrics {
    /// So many pieces of work went into a transaction.
    pub fn batch(&self, count: usize) {
        self.written.add(count as u64, &[]);
        self.batch.record(count as f64, &[]);
    }

    /// So many events are on the bus.
    pub fn published(&self, count: usize) {
        self.published.add(count as u64, &[]);
    }

    /// An order was served and nothing pays for it.
    pub fn unpaid(&self, code: &'static str) {
        self.unpaid.add(1, &[KeyValue::new("code", code)]);
    }

    /// A command was refused.
    pub fn refused(&self, code: &str) {
        self.refusals.add(1, &[KeyValue::new("code", code.to_owned())]);
    }
}
