//! Vendors' clouds and LoRaWAN network servers by HTTP: 204 once durable, a problem otherwise.
//!
//! `POST /v1/webhook/{vendor}` is signed (`X-Care-Timestamp`, `X-Care-Signature`, see
//! [`webhook`](crate::decode::webhook)); `POST /v1/uplink/{vendor}` carries the secret as a bearer token, which is what
//! network servers can send. `POST /v1/receipts/sms` is the SMS gateway's, signed as its requests are.

use std::{collections::BTreeMap, time::Duration};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use domain::alarm::{Channel, Signal};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use outreach::{
    Inbound,
    gateway::{BadReceipt, SIGNATURE, TIMESTAMP},
};
use runtime::{BoxError, Secret, SharedClock};
use schemas::problem::Problem;
use subtle::ConstantTimeEq;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{
    decode::{Garbage, MAX_FRAME, uplink, webhook},
    ear::{Ear, Unheard},
    listen::Receipts,
};

/// How long a client may take over its headers.
const HEADERS_WITHIN: Duration = Duration::from_secs(10);
/// Where the SMS gateway reports; the path is part of what it signs.
const RECEIPTS: &str = "/v1/receipts/sms";

#[derive(Clone)]
struct Desk {
    ear: Ear,
    vendors: BTreeMap<String, Secret>,
    receipts: Option<Receipts>,
    clock: SharedClock,
}

/// The routes.
pub fn router(
    ear: Ear,
    vendors: BTreeMap<String, Secret>,
    receipts: Option<Receipts>,
    clock: SharedClock,
) -> Router {
    Router::new()
        .route("/v1/webhook/{vendor}", post(signed))
        .route("/v1/uplink/{vendor}", post(uplinked))
        .route(RECEIPTS, post(receipt))
        .layer(DefaultBodyLimit::max(MAX_FRAME))
        .with_state(Desk { ear, vendors, receipts, clock })
}

async fn signed(
    State(desk): State<Desk>,
    Path(vendor): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (timestamp, signature) = (text("x-care-timestamp"), text("x-care-signature"));
    let read = || -> Result<Signal, Garbage> {
        let secret = desk.vendors.get(&vendor).ok_or(Garbage::Signature)?;
        webhook::verify(secret.expose().as_bytes(), timestamp, signature, &body, desk.clock.now())?;
        webhook::decode(&vendor, &body, Channel::Webhook)
    };
    desk.take(read(), "webhook").await
}

async fn receipt(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> Response {
    let Some((gateway, outbound)) = &desk.receipts else {
        return refuse(Problem::new(404, "not_configured", "this district has no SMS gateway"));
    };
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match gateway.receipt(RECEIPTS, text(TIMESTAMP), text(SIGNATURE), &body, desk.clock.now()) {
        Ok(receipt) => {
            outbound.came_in(Inbound::Receipt(receipt)).await;
            StatusCode::NO_CONTENT.into_response()
        }
        Err(bad @ BadReceipt::Signature(_)) => refuse(Problem::new(401, "signature", bad.to_string())),
        Err(bad @ BadReceipt::Form) => refuse(Problem::new(400, "malformed", bad.to_string())),
    }
}

async fn uplinked(
    State(desk): State<Desk>,
    Path(vendor): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let given = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .unwrap_or_default();
    let known = desk.vendors.get(&vendor).is_some_and(|secret| {
        !secret.expose().is_empty() && bool::from(secret.expose().as_bytes().ct_eq(given.as_bytes()))
    });
    let read = if known { uplink::decode(&body) } else { Err(Garbage::Signature) };
    desk.take(read, "lorawan").await
}

impl Desk {
    async fn take(&self, read: Result<Signal, Garbage>, via: &'static str) -> Response {
        let signal = match read {
            Ok(signal) => signal,
            Err(garbage) => {
                self.ear.garbage(via, garbage);
                let status = match garbage {
                    Garbage::Signature | Garbage::Replayed => 401,
                    Garbage::TooLong => 413,
                    _ => 422,
                };
                let detail = format!("the message was not taken: {garbage}");
                return refuse(Problem::new(status, garbage.reason(), detail));
            }
        };
        match self.ear.say(signal).await {
            Ok(()) => StatusCode::NO_CONTENT.into_response(),
            Err(Unheard::Refused) => refuse(Problem::new(409, "refused", "the signal was refused")),
            Err(Unheard::Away | Unheard::Late) => {
                refuse(Problem::unavailable("not durable yet; send the same message again"))
            }
        }
    }
}

fn refuse(problem: Problem) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, Json(problem)).into_response();
    let kind = header::HeaderValue::from_static("application/problem+json");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// Serves until told to stop, then finishes the requests at hand.
pub async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) -> Result<(), BoxError> {
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else { continue };
        let _ = stream.set_nodelay(true);
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADERS_WITHIN)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router.clone()));
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            let _ = connection.await;
        });
    }
    drop(listener);
    graceful.shutdown().await;
    Ok(())
}
