//! W3C trace context in message headers. Every function here first asks whether traces are exported at all, since
//! this is the hot path.
//!
//! Span names carry the subject's template (`send care.v1.{district}.order.{id}`), never the subject itself, so that
//! a tracing backend groups them.

use std::fmt::Write;

use async_nats::HeaderMap;
use opentelemetry::{
    Context, global,
    propagation::{Extractor, Injector},
    trace::TraceContextExt,
};
use runtime::telemetry::traces_exported;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

struct Headers<'a>(&'a mut HeaderMap);

impl Injector for Headers<'_> {
    fn set(&mut self, key: &str, value: String) {
        self.0.insert(key, value);
    }
}

struct HeadersRef<'a>(&'a HeaderMap);

impl Extractor for HeadersRef<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(async_nats::HeaderValue::as_str)
    }

    fn keys(&self) -> Vec<&str> {
        self.0.iter().map(|(name, _)| name.as_ref()).collect()
    }
}

/// Headers with the context of a new producer span, or nothing when traces go nowhere.
pub(crate) fn send(subject: &str) -> Option<HeaderMap> {
    traces_exported().then(|| {
        let mut headers = HeaderMap::new();
        inject(subject, &mut headers);
        headers
    })
}

/// Adds the context of a new producer span to headers that are there anyway.
pub(crate) fn send_with(subject: &str, headers: &mut HeaderMap) {
    if traces_exported() {
        inject(subject, headers);
    }
}

fn inject(subject: &str, headers: &mut HeaderMap) {
    let name = format!("send {}", template(subject));
    let span =
        tracing::info_span!("send", otel.name = name, otel.kind = "producer", messaging.system = "nats");
    let context = span.context();
    global::get_text_map_propagator(|propagator| propagator.inject_context(&context, &mut Headers(headers)));
}

/// The span of handling a stream's message: a trace of its own, linked to the sender's.
pub(crate) fn process(subject: &str, headers: Option<&HeaderMap>) -> Span {
    if !traces_exported() {
        return Span::none();
    }
    let name = format!("process {}", template(subject));
    let span =
        tracing::info_span!("process", otel.name = name, otel.kind = "consumer", messaging.system = "nats");
    if let Some(headers) = headers {
        span.add_link(extract(headers).span().span_context().clone());
    }
    span
}

/// The span of answering a request: part of the asker's trace.
pub(crate) fn answer(subject: &str, headers: Option<&HeaderMap>) -> Span {
    if !traces_exported() {
        return Span::none();
    }
    let name = format!("answer {}", template(subject));
    let span =
        tracing::info_span!("answer", otel.name = name, otel.kind = "server", messaging.system = "nats");
    if let Some(headers) = headers {
        // Refused only where the span is disabled.
        let _ = span.set_parent(extract(headers));
    }
    span
}

fn extract(headers: &HeaderMap) -> Context {
    global::get_text_map_propagator(|propagator| propagator.extract(&HeadersRef(headers)))
}

/// The words of the house that stand in subjects; every other token is somebody's id.
const WORDS: [&str; 19] = [
    "care",
    "v1",
    "order",
    "profile",
    "elder",
    "caregiver",
    "presence",
    "geofence",
    "position",
    "latest",
    "report",
    "moved",
    "dead",
    "cmd",
    "ask",
    "dispatch",
    "caregiver-location",
    "registry",
    "command-center",
];

/// The subject with its ids replaced by placeholders.
fn template(subject: &str) -> String {
    let mut out = String::with_capacity(subject.len());
    for (place, token) in subject.split('.').enumerate() {
        if place > 0 {
            out.push('.');
        }
        let written = match place {
            2 => out.write_str("{district}"),
            // The question in `ask.<service>.<question>` is a word too.
            _ if WORDS.contains(&token) || out.contains(".ask.") => out.write_str(token),
            _ => out.write_str("{id}"),
        };
        // Writing to a String does not fail.
        let _ = written;
    }
    out
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::TracerProvider;
    use opentelemetry_sdk::{propagation::TraceContextPropagator, trace::SdkTracerProvider};
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    #[test]
    fn the_context_of_the_sender_travels_in_the_headers() {
        global::set_text_map_propagator(TraceContextPropagator::new());
        let tracer = SdkTracerProvider::builder().build().tracer("test");
        let subscriber =
            tracing_subscriber::registry().with(tracing_opentelemetry::layer().with_tracer(tracer));
        tracing::subscriber::with_default(subscriber, || {
            let cause = tracing::info_span!("cause");
            let mut headers = HeaderMap::new();
            cause.in_scope(|| inject("care.v1.d.order.o1", &mut headers));
            let arrived = extract(&headers);
            let arrived = arrived.span().span_context().clone();
            assert!(arrived.is_valid() && arrived.is_remote());
            assert_eq!(arrived.trace_id(), cause.context().span().span_context().trace_id());
        });
    }

    #[test]
    fn span_names_hold_no_ids() {
        assert_eq!(template("care.v1.jiayuguan.order.0192ab"), "care.v1.{district}.order.{id}");
        assert_eq!(template("care.v1.d.profile.elder.e1"), "care.v1.{district}.profile.elder.{id}");
        assert_eq!(
            template("care.v1.d.ask.caregiver-location.nearest"),
            "care.v1.{district}.ask.caregiver-location.nearest"
        );
    }

    #[test]
    fn without_an_exporter_nothing_is_added() {
        assert!(send("care.v1.d.order.o1").is_none());
        assert!(process("care.v1.d.order.o1", None).is_disabled());
    }
}
