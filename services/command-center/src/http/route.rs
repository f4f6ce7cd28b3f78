//! A sketch of the way to an order's door, or to an emergency.

use axum::{Json, extract::State};
use domain::{
    caregiver::TravelMode,
    geo::Wgs84,
    id::{CaregiverId, IncidentId, OrderId},
    order::Role,
    unit::{Metres, Seconds},
};
use roads::{Profile, TravelSource};
use schemars::JsonSchema;
use schemas::problem::Problem;
use serde::{Deserialize, Serialize};

use super::{
    endpoint::{Endpoint, Who},
    extract::{Caller, Path, Query},
    incidents, orders,
    problem::{Answer, not_found, out_of_scope},
};
use crate::{access::token::Claims, edge::Edge};

/// Whose way.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Whose {
    /// A caregiver; a caregiver's own where it is left out.
    #[serde(default)]
    pub caregiver: Option<CaregiverId>,
}

/// A way to draw.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Sketch {
    /// Longitude and latitude of each point, WGS-84.
    pub line: Vec<[f64; 2]>,
    /// Travel time.
    pub seconds: Seconds,
    /// Length.
    pub metres: Metres,
    /// By the streets, or a straight line.
    pub source: TravelSource,
}

const WHO_RUNS: Who = Who::Roles(&[Role::Operator, Role::Supervisor, Role::Caregiver]);
const WHO: Who = Who::Roles(&[Role::Operator, Role::Supervisor, Role::FrontDesk, Role::Caregiver]);

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/orders/{id}/route", WHO, route)
            .about("The way from a caregiver's last known position to an order's door")
            .query::<Whose>()
            .answers::<Sketch>(200),
        Endpoint::get("/api/v1/incidents/{id}/route", WHO_RUNS, to_incident)
            .about("The way from a caregiver's last known position to an emergency")
            .query::<Whose>()
            .answers::<Sketch>(200),
    ]
}

async fn route(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Path(id): Path<OrderId>,
    Query(whose): Query<Whose>,
) -> Answer<Json<Sketch>> {
    let order = orders::find(&edge, &claims, &id).await?;
    sketch(&edge, &claims, whose, order.place).await
}

async fn to_incident(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Path(id): Path<IncidentId>,
    Query(whose): Query<Whose>,
) -> Answer<Json<Sketch>> {
    let incident = incidents::find(&edge, &claims, &id)?;
    let place = incident.place.ok_or_else(|| not_found("no_place", "known place of this emergency"))?;
    sketch(&edge, &claims, whose, place).await
}

async fn sketch(edge: &Edge, claims: &Claims, whose: Whose, to: Wgs84) -> Answer<Json<Sketch>> {
    let caregiver = match (&claims.caregiver, whose.caregiver) {
        (Some(me), Some(other)) if *me != other => {
            return Err(out_of_scope("a caregiver sees their own way only"));
        }
        (Some(me), _) => me.clone(),
        (None, Some(caregiver)) => caregiver,
        (None, None) => {
            return Err(Problem::new(400, "malformed_query", "whose way? give a caregiver")
                .at("/caregiver")
                .into());
        }
    };
    let (position, profile) = edge.live.read(|core| {
        let street = core.world.street_of(&caregiver);
        let visible = claims.caregiver.is_some() || claims.scope.covers_street(street);
        let mode = core.world.caregiver(&caregiver).map(|c| c.mode).unwrap_or_default();
        (core.hub.position(&caregiver).filter(|_| visible), profile(mode))
    });
    let position = position.ok_or_else(|| not_found("no_position", "known position of this caregiver"))?;
    let working = edge.clone();
    let way = tokio::task::spawn_blocking(move || {
        let (from, to) = (working.roads.snap(profile, position.place), working.roads.snap(profile, to));
        working.roads.route(profile, &from, &to)
    });
    let way = way
        .await
        .map_err(|error| Problem::new(500, "internal", format!("no way could be found: {error}")))?;
    Ok(Json(Sketch {
        line: way.points.iter().map(|at| [at.lon(), at.lat()]).collect(),
        seconds: way.travel.seconds(),
        metres: way.travel.metres,
        source: way.travel.source,
    }))
}

const fn profile(mode: TravelMode) -> Profile {
    match mode {
        TravelMode::Walk => Profile::Walk,
        TravelMode::EBike => Profile::EBike,
        TravelMode::Car => Profile::Car,
    }
}
