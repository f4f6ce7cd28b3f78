//! Export over OTLP (HTTP, protobuf), each signal only when the environment names an endpoint for it.

use opentelemetry::trace::TracerProvider;
use opentelemetry_appender_tracing::layer::OpenTelemetryTracingBridge;
use opentelemetry_otlp::{LogExporter, MetricExporter, SpanExporter};
use opentelemetry_sdk::{
    Resource,
    logs::SdkLoggerProvider,
    metrics::{PeriodicReader, SdkMeterProvider},
    trace::SdkTracerProvider,
};
use tracing::Subscriber;
use tracing_subscriber::{Layer, filter::filter_fn, registry::LookupSpan};

use super::TelemetryError;
use crate::metrics::PrometheusText;

const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";

/// Whether the environment says where this signal goes, and does not switch it off.
fn wanted(signal: &str) -> bool {
    let set = |name: &str| std::env::var(name).is_ok_and(|value| !value.trim().is_empty());
    let disabled = std::env::var("OTEL_SDK_DISABLED").is_ok_and(|value| value.eq_ignore_ascii_case("true"));
    let none = std::env::var(format!("OTEL_{signal}_EXPORTER")).is_ok_and(|value| value == "none");
    !disabled && !none && (set(ENDPOINT) || set(&format!("OTEL_EXPORTER_OTLP_{signal}_ENDPOINT")))
}

pub(super) fn traces(resource: &Resource) -> Result<Option<SdkTracerProvider>, TelemetryError> {
    if !wanted("TRACES") {
        return Ok(None);
    }
    let exporter = SpanExporter::builder().with_http().build()?;
    let provider = SdkTracerProvider::builder().with_resource(resource.clone()).with_batch_exporter(exporter);
    Ok(Some(provider.build()))
}

pub(super) fn logs(resource: &Resource) -> Result<Option<SdkLoggerProvider>, TelemetryError> {
    if !wanted("LOGS") {
        return Ok(None);
    }
    let exporter = LogExporter::builder().with_http().build()?;
    let provider = SdkLoggerProvider::builder().with_resource(resource.clone()).with_batch_exporter(exporter);
    Ok(Some(provider.build()))
}

/// Always readable as Prometheus text; also sent out when wanted.
pub(super) fn metrics(
    resource: &Resource,
    text: &PrometheusText,
) -> Result<SdkMeterProvider, TelemetryError> {
    let reader = opentelemetry_prometheus::exporter()
        .with_registry(text.registry())
        .scope_info_enabled(false)
        .build()?;
    let mut provider = SdkMeterProvider::builder().with_resource(resource.clone()).with_reader(reader);
    if wanted("METRICS") {
        let exporter = MetricExporter::builder().with_http().build()?;
        provider = provider.with_reader(PeriodicReader::builder(exporter).build());
    }
    Ok(provider.build())
}

pub(super) fn span_layer<S>(tracers: &SdkTracerProvider, scope: &'static str) -> impl Layer<S> + use<S>
where
    S: Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
{
    tracing_opentelemetry::layer()
        .with_tracer(tracers.tracer(scope))
        .with_filter(filter_fn(not_of_the_exporter))
}

pub(super) fn log_layer<S>(loggers: &SdkLoggerProvider) -> impl Layer<S> + use<S>
where
    S: Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
{
    OpenTelemetryTracingBridge::new(loggers).with_filter(filter_fn(not_of_the_exporter))
}

/// The exporter's own doings would feed on themselves.
fn not_of_the_exporter(metadata: &tracing::Metadata<'_>) -> bool {
    !["hyper", "reqwest", "opentelemetry", "h2"].iter().any(|own| metadata.target().starts_with(own))
}
