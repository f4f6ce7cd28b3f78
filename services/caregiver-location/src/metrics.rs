//! The numbers the service shows about itself.

use std::time::Duration;

use domain::caregiver::{Duty, Signal};
use runtime::metrics::{
    KeyValue, Metric, counter, gauge,
    instruments::{Counter, Gauge, Histogram},
    latency,
};

use crate::core::{Counts, REJECTIONS, code};

#[derive(Debug, Clone, Copy)]
enum Name {
    Accepted,
    Rejected,
    Caregivers,
    Nearest,
    Active,
    StepDowns,
    Mirror,
}

impl Metric for Name {
    const SCOPE: &'static str = "caregiver-location";

    fn name(self) -> &'static str {
        match self {
            Self::Accepted => "location.fixes.accepted",
            Self::Rejected => "location.fixes.rejected",
            Self::Caregivers => "location.caregivers",
            Self::Nearest => "location.nearest",
            Self::Active => "location.active",
            Self::StepDowns => "location.step_downs",
            Self::Mirror => "location.mirror.up",
        }
    }

    fn unit(self) -> &'static str {
        match self {
            Self::Accepted | Self::Rejected => "{fix}",
            Self::Caregivers => "{caregiver}",
            Self::Nearest => "ms",
            Self::Active | Self::Mirror => "1",
            Self::StepDowns => "{event}",
        }
    }

    fn help(self) -> &'static str {
        match self {
            Self::Accepted => "Fixes that were believed",
            Self::Rejected => "Fixes that were rejected, by code",
            Self::Caregivers => "Caregivers by duty and signal",
            Self::Nearest => "Time to answer who is nearest",
            Self::Active => "1 while this process acts for the district",
            Self::StepDowns => "How often this process ceased to act",
            Self::Mirror => "1 while positions reach Redis",
        }
    }
}

/// The service's instruments.
#[derive(Debug, Clone)]
pub(crate) struct Metrics {
    accepted: Counter<u64>,
    rejected: Counter<u64>,
    caregivers: Gauge<f64>,
    nearest: Histogram<f64>,
    active: Gauge<f64>,
    step_downs: Counter<u64>,
    mirror: Gauge<f64>,
    crow: [KeyValue; 1],
    road: [KeyValue; 1],
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            accepted: counter(Name::Accepted),
            rejected: counter(Name::Rejected),
            caregivers: gauge(Name::Caregivers),
            nearest: latency(Name::Nearest),
            active: gauge(Name::Active),
            step_downs: counter(Name::StepDowns),
            mirror: gauge(Name::Mirror),
            crow: [KeyValue::new("by", "crow")],
            road: [KeyValue::new("by", "road")],
        }
    }
}

impl Metrics {
    /// What came since the last time.
    pub(crate) fn fixes(&self, new: &Counts) {
        self.accepted.add(new.accepted, &[]);
        for why in REJECTIONS {
            let count = new.rejected(why);
            if count > 0 {
                self.rejected.add(count, &[KeyValue::new("code", code(why))]);
            }
        }
    }

    pub(crate) fn caregivers(&self, census: &[(Duty, Signal, u64)]) {
        for (duty, signal, count) in census {
            let duty = match duty {
                Duty::Off => "off",
                Duty::On => "on",
                Duty::Break => "break",
            };
            let signal = match signal {
                Signal::None => "none",
                Signal::Fresh => "fresh",
                Signal::Stale => "stale",
                Signal::Lost => "lost",
            };
            self.caregivers
                .record(*count as f64, &[KeyValue::new("duty", duty), KeyValue::new("signal", signal)]);
        }
    }

    pub(crate) fn nearest(&self, took: Duration, by_road: bool) {
        self.nearest.record(took.as_secs_f64() * 1000.0, if by_road { &self.road } else { &self.crow });
    }

    pub(crate) fn active(&self, active: bool) {
        self.active.record(f64::from(u8::from(active)), &[]);
    }

    pub(crate) fn stepped_down(&self) {
        self.step_downs.add(1, &[]);
    }

    pub(crate) fn mirror(&self, up: bool) {
        self.mirror.record(f64::from(u8::from(up)), &[]);
    }
}
