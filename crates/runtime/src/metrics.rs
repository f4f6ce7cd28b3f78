//! Numbers about the program. OpenTelemetry's instruments are the one source; `/metrics` shows them as Prometheus
//! text, and the same numbers go out over OTLP when that is configured.
//!
//! Names come from one enum per service that implements [`Metric`], so that a dashboard never meets a stray one.

pub use opentelemetry::{KeyValue, metrics as instruments};
use opentelemetry::{
    global,
    metrics::{Counter, Gauge, Histogram, Meter},
};
use prometheus::{Registry, TextEncoder};

/// A service's metrics: an enum with one variant for each.
pub trait Metric: Copy {
    /// The service's name, as the scope of the instruments.
    const SCOPE: &'static str;

    /// The name, dots between words: `dispatch.offers`.
    fn name(self) -> &'static str;

    /// The unit as UCUM writes it: `ms`, `By`, or `{order}` for things that are counted.
    fn unit(self) -> &'static str;

    /// One sentence for the dashboard.
    fn help(self) -> &'static str;
}

/// Upper bounds for latencies in milliseconds: tenths of a millisecond to ten seconds.
const LATENCY_BOUNDS_MS: [f64; 16] = [
    0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1_000.0, 2_500.0, 5_000.0, 10_000.0,
];

fn meter<M: Metric>(_: M) -> Meter {
    global::meter(M::SCOPE)
}

/// A number that only grows.
pub fn counter<M: Metric>(metric: M) -> Counter<u64> {
    meter(metric).u64_counter(metric.name()).with_unit(metric.unit()).with_description(metric.help()).build()
}

/// A number that goes up and down.
pub fn gauge<M: Metric>(metric: M) -> Gauge<f64> {
    meter(metric).f64_gauge(metric.name()).with_unit(metric.unit()).with_description(metric.help()).build()
}

/// A distribution of latencies; its unit should be `ms`.
pub fn latency<M: Metric>(metric: M) -> Histogram<f64> {
    meter(metric)
        .f64_histogram(metric.name())
        .with_unit(metric.unit())
        .with_description(metric.help())
        .with_boundaries(LATENCY_BOUNDS_MS.to_vec())
        .build()
}

/// What `/metrics` shows.
#[derive(Debug, Clone, Default)]
pub struct PrometheusText(Registry);

impl PrometheusText {
    pub(crate) fn registry(&self) -> Registry {
        self.0.clone()
    }

    /// All present numbers in the Prometheus text format.
    ///
    /// # Errors
    /// If a name or label has no form in that format.
    pub fn render(&self) -> Result<String, crate::BoxError> {
        Ok(TextEncoder::new().encode_to_string(&self.0.gather())?)
    }
}
