//! What an app needs to know first: which district, what time it is there, what can be ordered.

use axum::{Json, extract::State};
use domain::{
    id::{DistrictId, StreetId},
    order::Role,
    service::ServiceKind,
    time::Timestamp,
};
use runtime::Clock;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::endpoint::{Endpoint, ROLES, Who};
use crate::{
    config::StreetName,
    edge::{Edge, EdgeState},
};

/// To be shown wherever the map is.
pub const ATTRIBUTION: &str = "© OpenStreetMap contributors";
/// Where a district without map, centre or elders opens: Jiayuguan.
const SOMEWHERE: [f64; 4] = [98.20, 39.70, 98.40, 39.90];
/// Half the width of a map around a centre, in degrees.
const AROUND: f64 = 0.08;

/// The district.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct District {
    /// Its id.
    pub id: DistrictId,
    /// Its name.
    pub name: String,
    /// Its name in English.
    pub name_en: String,
    /// West, south, east, north in degrees, WGS-84.
    pub bounds: [f64; 4],
    /// Its clock.
    pub clock: DistrictClock,
    /// Its streets.
    pub streets: Vec<StreetName>,
    /// What can be ordered.
    pub services: Vec<ServiceOffered>,
    /// The roles someone can have here.
    pub roles: Vec<Role>,
    /// It keeps accounts: money and matters can be asked for.
    pub accounts: bool,
    /// It is simulated.
    pub demo: bool,
    /// To be shown with the map.
    pub attribution: String,
}

/// A clock that may run faster than the wall's.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
pub struct DistrictClock {
    /// Now.
    pub now: Timestamp,
    /// Its seconds per second of the wall.
    pub speed: f64,
}

/// A service and what the standard visit takes.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ServiceOffered {
    /// Which.
    pub kind: ServiceKind,
    /// Minutes at the door.
    pub minutes: i64,
    /// How many caregivers, where no family member is there.
    pub team_size: u8,
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/district", Who::SignedIn, district)
            .about("The district, its clock, its services")
            .answers::<District>(200),
    ]
}

async fn district(State(edge): State<Edge>) -> Json<District> {
    let config = &edge.config.district;
    Json(District {
        id: edge.district.clone(),
        name: config.name.clone(),
        name_en: config.name_en.clone(),
        bounds: bounds(&edge),
        clock: DistrictClock { now: edge.clock.now(), speed: edge.clock.speed() },
        streets: streets(&edge),
        services: ServiceKind::ALL
            .into_iter()
            .map(|kind| {
                let standard = kind.standard(false);
                ServiceOffered { kind, minutes: standard.duration.get() / 60, team_size: standard.team_size }
            })
            .collect(),
        roles: ROLES.to_vec(),
        accounts: edge.config.accounts,
        demo: edge.config.demo,
        attribution: ATTRIBUTION.to_owned(),
    })
}

/// Those with a configured name first, then those known from profiles by their id.
fn streets(edge: &EdgeState) -> Vec<StreetName> {
    let mut streets = edge.config.district.streets.clone();
    let known = edge.live.read(|core| core.world.streets());
    let named: Vec<StreetId> = streets.iter().map(|s| s.id.clone()).collect();
    let others = known.into_iter().filter(|id| !named.contains(id));
    streets.extend(others.map(|id| StreetName { name: id.to_string(), id }));
    streets
}

/// Of the road network, else around the configured centre, else around the elders.
pub fn bounds(edge: &EdgeState) -> [f64; 4] {
    if let Some((sw, ne)) = edge.roads.network().and_then(roads::Network::bounds) {
        return [sw.lon(), sw.lat(), ne.lon(), ne.lat()];
    }
    if let Some(centre) = edge.config.district.centre {
        return [centre.lon() - AROUND, centre.lat() - AROUND, centre.lon() + AROUND, centre.lat() + AROUND];
    }
    let around = |bounds: Option<[f64; 4]>, at: domain::geo::Wgs84| {
        let [w, s, e, n] = bounds.unwrap_or([at.lon(), at.lat(), at.lon(), at.lat()]);
        Some([w.min(at.lon()), s.min(at.lat()), e.max(at.lon()), n.max(at.lat())])
    };
    let elders = edge.live.read(|core| core.world.elders_after(None).map(|e| e.place).fold(None, around));
    elders.unwrap_or(SOMEWHERE)
}
