//! The small listener for those who look after the process: `/healthz`, `/readyz`, `/metrics`.

use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{BoxError, config::sections::HttpConfig, health::Health, metrics::PrometheusText};

#[derive(Debug, Clone)]
struct Admin {
    health: Health,
    metrics: PrometheusText,
}

/// The three routes, to be served here or merged into another router.
///
/// * `/healthz`: 200 as long as the process answers at all.
/// * `/readyz`: 200 when every part is ready, 503 otherwise; the body names each part and its reason.
/// * `/metrics`: Prometheus text.
pub fn router(health: Health, metrics: PrometheusText) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(readyz))
        .route("/metrics", get(prometheus))
        .with_state(Admin { health, metrics })
}

async fn readyz(State(admin): State<Admin>) -> Response {
    let report = admin.health.report();
    let status = if report.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(report)).into_response()
}

async fn prometheus(State(admin): State<Admin>) -> Response {
    match admin.metrics.render() {
        Ok(text) => {
            ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
        }
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n")).into_response(),
    }
}

/// Opens the listener, so that a port that is taken is known at once.
///
/// # Errors
/// If the address cannot be listened on; the error names it.
pub async fn listen(config: &HttpConfig) -> Result<TcpListener, BoxError> {
    TcpListener::bind(config.listen).await.map_err(|error| {
        format!("cannot listen on {}: {error}; is it taken by another process?", config.listen).into()
    })
}

/// Serves until told to stop, then finishes the requests at hand.
///
/// # Errors
/// If the listener breaks.
pub async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) -> Result<(), BoxError> {
    Ok(axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned()).await?)
}
