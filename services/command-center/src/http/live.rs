//! `GET /api/v1/live`: Server-Sent Events.

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use runtime::Clock;
use schemars::JsonSchema;
use schemas::{live::LiveEvent, problem::Problem};
use serde::Deserialize;

use super::{
    endpoint::{Endpoint, Who},
    extract::{Caller, Query},
    problem::Answer,
};
use crate::edge::Edge;

/// Where to resume.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Resume {
    /// The `id` of the last event seen; the header `Last-Event-ID` wins over it.
    #[serde(default)]
    pub cursor: Option<u64>,
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    // The events' schema is of interest although the content is not plain JSON.
    let endpoint = Endpoint::get("/api/v1/live", Who::SignedIn, live)
        .about(
            "The live stream: one snapshot, then everything that happens; each event's data is a LiveEvent",
        )
        .query::<Resume>()
        .answers::<LiveEvent>(200)
        .endless();
    vec![endpoint]
}

async fn live(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    headers: HeaderMap,
    Query(resume): Query<Resume>,
) -> Answer<Response> {
    let seen = match headers.get("last-event-id") {
        None => resume.cursor,
        Some(value) => {
            let id = value.to_str().ok().and_then(|text| text.parse().ok());
            Some(id.ok_or_else(|| {
                Problem::new(400, "malformed_cursor", "Last-Event-ID is not an id of this stream")
            })?)
        }
    };
    let stream = edge.live.open(&claims, seen, edge.clock.now()).await?;
    let mut response = Body::from_stream(stream).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store, no-transform"));
    // A proxy that collects answers would hold events back.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}
