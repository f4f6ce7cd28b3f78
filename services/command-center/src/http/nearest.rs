//! Who is nearest.

use axum::{Json, extract::State};
use domain::{
    geo::{Datum, Reported},
    service::Qualification,
    unit::Metres,
};
use schemars::JsonSchema;
use schemas::{
    position::{Nearest, NearestQuery},
    problem::Problem,
    subject::Service,
};
use serde::Deserialize;

use super::{
    endpoint::{DESK, Endpoint},
    extract::{Caller, Query},
    problem::Answer,
};
use crate::edge::Edge;

/// Nearest to where, and how.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Where {
    /// Longitude in degrees of `datum`.
    pub lon: f64,
    /// Latitude in degrees of `datum`.
    pub lat: f64,
    /// Which datum the two are in; never guessed.
    #[serde(default)]
    pub datum: Option<Datum>,
    /// How many, 1 to 100; 10 where nothing is said.
    #[serde(default)]
    pub k: Option<u16>,
    /// As the crow flies, in metres; 5000 where nothing is said.
    #[serde(default)]
    pub within: Option<i64>,
    /// Ranked by road time.
    #[serde(default)]
    pub by_road: Option<bool>,
    /// Only those on shift who can be reached.
    #[serde(default)]
    pub available: Option<bool>,
    /// Only those who hold this.
    #[serde(default)]
    pub qualification: Option<Qualification>,
}

const MOST: u16 = 100;
const FARTHEST: i64 = 100_000;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/nearest", DESK, nearest)
            .about("The caregivers nearest to a place")
            .query::<Where>()
            .answers::<Nearest>(200),
    ]
}

async fn nearest(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Query(asked): Query<Where>,
) -> Answer<Json<Nearest>> {
    let wrong = |code, detail: String, at: &str| Problem::new(400, code, detail).at(at);
    let datum = asked.datum.ok_or_else(|| {
        wrong("missing_datum", "say which datum the place is in: wgs84 or gcj02".to_owned(), "/datum")
    })?;
    let place = Reported { lon: asked.lon, lat: asked.lat, datum };
    let place = place.to_wgs84().map_err(|error| wrong("outside_the_world", error.to_string(), "/lon"))?;
    let k = asked.k.unwrap_or(10);
    if !(1..=MOST).contains(&k) {
        return Err(wrong("malformed_query", format!("k is 1 to {MOST}, not {k}"), "/k").into());
    }
    let within = asked.within.unwrap_or(5_000);
    if !(1..=FARTHEST).contains(&within) {
        return Err(wrong(
            "malformed_query",
            format!("within is 1 to {FARTHEST} m, not {within}"),
            "/within",
        )
        .into());
    }
    let whole = claims.scope.is_whole();
    let query = NearestQuery {
        place,
        // Those outside the caller's street are left out afterwards.
        k: if whole { k } else { MOST },
        within: Metres(within),
        by_road: asked.by_road.unwrap_or(false),
        qualifications: asked.qualification.into_iter().collect(),
        available: asked.available.unwrap_or(false),
        spare: None,
    };
    let mut answer: Nearest = edge.neighbours.ask(Service::CaregiverLocation, "nearest", &query).await?;
    if !whole {
        edge.live.read(|core| {
            answer.found.retain(|near| claims.scope.covers_street(core.world.street_of(&near.caregiver)));
        });
        answer.found.truncate(usize::from(k));
    }
    Ok(Json(answer))
}
