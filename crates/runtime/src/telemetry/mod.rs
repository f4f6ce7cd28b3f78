//! Logs for people and machines, and OpenTelemetry traces, metrics and logs when `OTEL_*` says where to.
//!
//! Without `OTEL_EXPORTER_OTLP_ENDPOINT` (or one of its per-signal forms) nothing leaves the process and tracing
//! costs next to nothing; `/metrics` works either way.

mod log;
mod otlp;

use std::sync::atomic::{AtomicBool, Ordering};

use opentelemetry::global;
use opentelemetry_sdk::{
    Resource, logs::SdkLoggerProvider, metrics::SdkMeterProvider, propagation::TraceContextPropagator,
    trace::SdkTracerProvider,
};
use tracing_subscriber::{layer::SubscriberExt, util::SubscriberInitExt};

use crate::{app::Service, config::sections::TelemetryConfig, metrics::PrometheusText};

static TRACES_EXPORTED: AtomicBool = AtomicBool::new(false);

/// Whether spans go anywhere. When not, carrying trace contexts in message headers is wasted work.
pub fn traces_exported() -> bool {
    TRACES_EXPORTED.load(Ordering::Relaxed)
}

/// Why there is no telemetry.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The log filter does not parse.
    #[error("the log filter {filter:?} is not usable: {reason}; an example that is: dispatch=debug,info")]
    Filter {
        /// As configured.
        filter: String,
        /// What the parser says.
        reason: String,
    },
    /// An OTLP exporter could not be made from the `OTEL_*` variables.
    #[error("OTLP export is not usable: {0}; check the OTEL_EXPORTER_OTLP_* variables")]
    Exporter(#[from] opentelemetry_otlp::ExporterBuildError),
    /// The Prometheus exporter could not be made.
    #[error("metrics are not usable: {0}")]
    Metrics(#[from] opentelemetry_sdk::error::OTelSdkError),
    /// Someone else installed a subscriber first.
    #[error("telemetry was already started in this process: {0}")]
    Twice(#[from] tracing_subscriber::util::TryInitError),
}

/// Telemetry at work; [`Telemetry::shut_down`] flushes it.
#[derive(Debug)]
pub struct Telemetry {
    text: PrometheusText,
    meters: SdkMeterProvider,
    tracers: Option<SdkTracerProvider>,
    loggers: Option<SdkLoggerProvider>,
}

impl Telemetry {
    /// Starts it for the whole process, once.
    ///
    /// # Errors
    /// [`TelemetryError`] when the filter or the `OTEL_*` variables are not usable, or it was started before.
    pub fn start(service: Service, config: &TelemetryConfig) -> Result<Self, TelemetryError> {
        let resource = resource(service);
        let tracers = otlp::traces(&resource)?;
        let loggers = otlp::logs(&resource)?;
        let text = PrometheusText::default();
        let meters = otlp::metrics(&resource, &text)?;

        tracing_subscriber::registry()
            .with(log::filter(config)?)
            .with(log::layer(config.log_format))
            .with(tracers.as_ref().map(|tracers| otlp::span_layer(tracers, service.name)))
            .with(loggers.as_ref().map(otlp::log_layer))
            .try_init()?;
        global::set_meter_provider(meters.clone());
        if let Some(tracers) = &tracers {
            global::set_tracer_provider(tracers.clone());
            global::set_text_map_propagator(TraceContextPropagator::new());
            TRACES_EXPORTED.store(true, Ordering::Relaxed);
        }
        Ok(Self { text, meters, tracers, loggers })
    }

    /// What `/metrics` shows.
    pub fn metrics(&self) -> PrometheusText {
        self.text.clone()
    }

    /// Sends out what is still buffered. Blocks until the collector has it or its time limit is over.
    pub fn shut_down(self) {
        let results = [
            ("traces", self.tracers.map(|provider| provider.shutdown())),
            ("metrics", Some(self.meters.shutdown())),
            ("logs", self.loggers.map(|provider| provider.shutdown())),
        ];
        for (signal, result) in results {
            if let Some(Err(error)) = result {
                tracing::warn!(signal, %error, "not everything reached the collector");
            }
        }
    }
}

/// Who is speaking; `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_SERVICE_NAME` add to it and win.
fn resource(service: Service) -> Resource {
    let named = std::env::var("OTEL_SERVICE_NAME").unwrap_or_else(|_| service.name.to_owned());
    Resource::builder()
        .with_service_name(named)
        .with_attribute(opentelemetry::KeyValue::new("service.namespace", "care-dispatch"))
        .with_attribute(opentelemetry::KeyValue::new("service.version", service.version))
        .build()
}
