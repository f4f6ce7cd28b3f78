//! The log on standard error.

use std::io::IsTerminal;

use tracing::Subscriber;
use tracing_subscriber::{EnvFilter, Layer, filter::Directive, fmt, registry::LookupSpan};

use super::TelemetryError;
use crate::config::sections::{LogFormat, TelemetryConfig};

/// Below this level the client of NATS writes down whole messages, and with them what lies in the vault.
const NEVER_THE_MESSAGES: &str = "async_nats=info";

/// `RUST_LOG` if set, the configured filter otherwise; what travels on the bus is never written down, whatever they say.
pub(super) fn filter(config: &TelemetryConfig) -> Result<EnvFilter, TelemetryError> {
    let filter = std::env::var(EnvFilter::DEFAULT_ENV).unwrap_or_else(|_| config.log.clone());
    let quiet = NEVER_THE_MESSAGES.parse::<Directive>();
    EnvFilter::try_new(&filter)
        .and_then(|filter| Ok(filter.add_directive(quiet?)))
        .map_err(|error| TelemetryError::Filter { filter, reason: error.to_string() })
}

pub(super) fn layer<S>(format: LogFormat) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let terminal = std::io::stderr().is_terminal();
    let human = match format {
        LogFormat::Auto => terminal,
        LogFormat::Human => true,
        LogFormat::Json => false,
    };
    let layer = fmt::layer().with_writer(std::io::stderr);
    if human {
        layer.with_ansi(terminal).boxed()
    } else {
        layer.json().flatten_event(true).with_current_span(true).with_span_list(false).boxed()
    }
}
