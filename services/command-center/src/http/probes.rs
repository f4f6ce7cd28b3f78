//! For whoever looks after the process from outside. The reasons stay on the admin listener, with the metrics.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::endpoint::{Endpoint, Who};
use crate::edge::Edge;

/// Whether the process is ready.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
pub struct Ready {
    /// It is.
    pub ready: bool,
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/healthz", Who::Anyone, async || "ok\n")
            .about("The process answers")
            .answers_other("text/plain"),
        Endpoint::get("/readyz", Who::Anyone, readyz)
            .about("Every part is ready; 503 otherwise")
            .answers::<Ready>(200),
    ]
}

async fn readyz(State(edge): State<Edge>) -> Response {
    let ready = edge.health.report().ready;
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Ready { ready })).into_response()
}
