//! Positions as phones report them, and tokens for tracker apps. Whether a fix can be true is judged by
//! `caregiver-location`.

use std::time::Instant;

use axum::{Json, extract::State, http::StatusCode};
use domain::id::CaregiverId;
use runtime::Clock;
use schemars::JsonSchema;
use schemas::{position::PositionReport, problem::Problem, subject};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    endpoint::{CAREGIVER, Endpoint, SUPERVISOR},
    extract::{Body, Caller, Path},
    problem::{Answer, not_found},
};
use crate::{
    access::{token::Claims, trackers},
    edge::{Edge, EdgeState},
    store::audit::Action,
};

/// Fixes in one report.
const MOST: usize = 100;

/// How many fixes were taken.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
pub struct Taken {
    /// Passed on to be judged.
    pub accepted: usize,
}

/// What a tracker app is set up with.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Tracker {
    /// Path of the server address; the app's own setting takes the address the phone reaches this server by.
    pub url: String,
    /// The device identifier; whoever has it can report positions as this caregiver.
    pub id: String,
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post("/api/v1/positions", CAREGIVER, report)
            .about("Reports positions, at most 100 at a time")
            .body::<PositionReport>()
            .answers::<Taken>(202),
        Endpoint::post("/api/v1/caregivers/me/tracker", CAREGIVER, tracker)
            .about("Issues a token for a stock tracker app; the one before is void")
            .answers::<Tracker>(200),
        Endpoint::delete("/api/v1/caregivers/me/tracker", CAREGIVER, revoke_own)
            .about("Voids one's tracker token; voiding none is no error")
            .answers_nothing(204),
        Endpoint::delete("/api/v1/caregivers/{caregiver}/tracker", SUPERVISOR, revoke)
            .about("Voids a caregiver's tracker token: a phone was lost; voiding none is no error")
            .answers_nothing(204),
    ]
}

/// The caregiver the account is.
pub(super) fn own(claims: &Claims) -> Result<CaregiverId, Problem> {
    claims.caregiver.clone().ok_or_else(|| {
        Problem::new(403, "no_caregiver", "this account is tied to no caregiver; sign in as one")
    })
}

async fn report(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Body(report): Body<PositionReport>,
) -> Answer<(StatusCode, Json<Taken>)> {
    let caregiver = own(&claims)?;
    let accepted = pass_on(&edge, &caregiver, report).await?;
    Ok((StatusCode::ACCEPTED, Json(Taken { accepted })))
}

/// Passes a report on to whoever judges it.
pub(super) async fn pass_on(
    edge: &EdgeState,
    caregiver: &CaregiverId,
    report: PositionReport,
) -> Result<usize, Problem> {
    let fixes = report.fixes.len();
    if !(1..=MOST).contains(&fixes) {
        return Err(Problem::new(
            422,
            "too_many_fixes",
            format!("a report has 1 to {MOST} fixes, not {fixes}"),
        )
        .at("/fixes"));
    }
    edge.report_rate.take(caregiver, Instant::now()).map_err(|wait| {
        let seconds = u32::try_from(wait.as_secs() + 1).unwrap_or(1);
        let detail = "positions are reported too often; collect them into one report";
        Problem { retry_after: Some(seconds), ..Problem::new(429, "too_many_requests", detail) }
    })?;
    let bus = edge.neighbours.bus();
    if !matches!(*bus.link().borrow(), bus::Link::Up { .. }) {
        return Err(Problem::unavailable("positions cannot be passed on just now; keep them and try again"));
    }
    bus.publish(subject::position_report(&edge.district, caregiver), &report).await.map_err(|error| {
        tracing::warn!(%error, "a position report was not sent");
        Problem::unavailable("positions cannot be passed on just now; keep them and try again")
    })?;
    edge.metrics.positions(fixes);
    Ok(fixes)
}

async fn tracker(State(edge): State<Edge>, Caller(claims): Caller) -> Answer<Json<Tracker>> {
    let caregiver = own(&claims)?;
    let token = trackers::make(&edge.entropy);
    let hash = trackers::hash(&token);
    let whose = trackers::Tracker { caregiver: caregiver.clone(), user: claims.user.clone() };
    edge.door.store.set_tracker(&whose, &hash, edge.door.wall.now()).await?;
    edge.trackers.set(hash, whose);
    edge.audit(&claims, Action::TrackerIssued, Some(caregiver.as_str()), json!({})).await?;
    Ok(Json(Tracker { url: "/osmand".to_owned(), id: token }))
}

async fn revoke_own(State(edge): State<Edge>, Caller(claims): Caller) -> Answer<StatusCode> {
    let caregiver = own(&claims)?;
    void(&edge, &claims, &caregiver).await
}

async fn revoke(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Path(caregiver): Path<CaregiverId>,
) -> Answer<StatusCode> {
    let street = edge.live.read(|core| core.world.street_of(&caregiver).cloned());
    if !claims.scope.covers_street(street.as_ref()) {
        return Err(not_found("unknown_caregiver", "caregiver"));
    }
    void(&edge, &claims, &caregiver).await
}

async fn void(edge: &EdgeState, claims: &Claims, caregiver: &CaregiverId) -> Answer<StatusCode> {
    if edge.door.store.remove_tracker(caregiver).await? {
        edge.audit(claims, Action::TrackerRevoked, Some(caregiver.as_str()), json!({})).await?;
    }
    edge.trackers.revoke(caregiver);
    Ok(StatusCode::NO_CONTENT)
}
