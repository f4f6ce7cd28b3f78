//! Caregivers and elders, with their names where the registry gives them.

use std::collections::BTreeMap;

use axum::{Json, extract::State};
use domain::{
    caregiver::CaregiverProfile,
    elder::ElderProfile,
    id::{CaregiverId, ElderId},
};
use schemars::JsonSchema;
use schemas::{
    position::{Position, Presence},
    profile::{Names, NamesQuery},
    subject::Service,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    endpoint::{DESK, Endpoint},
    extract::{Caller, Query},
    page::{self, Page},
    problem::Answer,
};
use crate::{
    access::token::Claims,
    edge::{Edge, EdgeState},
    store::audit::Action,
};

/// Which people.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Which {
    /// Part of an id, or of the id of a street or community.
    #[serde(default)]
    pub q: Option<String>,
    /// 1 to 500.
    #[serde(default)]
    pub limit: Option<u16>,
    /// From the page before.
    #[serde(default)]
    pub cursor: Option<String>,
}

/// A caregiver.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CaregiverRow {
    /// Qualifications, shifts, travel.
    pub profile: CaregiverProfile,
    /// As the registry shows it to this role; `None` without one or while the registry is away.
    pub name: Option<String>,
    /// On shift or not.
    pub presence: Option<Presence>,
    /// Where they are, while on shift.
    pub position: Option<Position>,
}

/// An elder.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ElderRow {
    /// Place, needs, wishes.
    pub profile: ElderProfile,
    /// As the registry shows it to this role; `None` without one or while the registry is away.
    pub name: Option<String>,
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/caregivers", DESK, caregivers)
            .about("Caregivers by id, with presence and position")
            .query::<Which>()
            .answers::<Page<CaregiverRow>>(200),
        Endpoint::get("/api/v1/elders", DESK, elders)
            .about("Elders by id")
            .query::<Which>()
            .answers::<Page<ElderRow>>(200),
    ]
}

async fn caregivers(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Query(which): Query<Which>,
) -> Answer<Json<Page<CaregiverRow>>> {
    let limit = page::limit(which.limit)?;
    let after = page::place(which.cursor.as_deref(), |text| CaregiverId::new(text).ok())?;
    let mut page = edge.live.read(|core| {
        let seen = core.world.caregivers_after(after.as_ref()).filter(|c| {
            claims.scope.covers_street(Some(&c.street)) && which.finds([c.id.as_str(), c.street.as_str()])
        });
        let rows = seen.map(|c| CaregiverRow {
            profile: (**c).clone(),
            name: None,
            presence: core.world.presence(&c.id).map(|p| (**p).clone()),
            position: core.hub.position(&c.id).map(|p| (*p).clone()),
        });
        page::take(rows, limit, |row| row.profile.id.to_string())
    });
    let names = names(&edge, &claims, page.items.iter().map(|row| row.profile.id.to_string())).await?;
    for row in &mut page.items {
        row.name = names.get(row.profile.id.as_str()).cloned();
    }
    Ok(Json(page))
}

async fn elders(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Query(which): Query<Which>,
) -> Answer<Json<Page<ElderRow>>> {
    let limit = page::limit(which.limit)?;
    let after = page::place(which.cursor.as_deref(), |text| ElderId::new(text).ok())?;
    let mut page = edge.live.read(|core| {
        let seen = core.world.elders_after(after.as_ref()).filter(|e| {
            claims.scope.covers(&e.street, &e.community)
                && which.finds([e.id.as_str(), e.street.as_str(), e.community.as_str()])
        });
        let rows = seen.map(|e| ElderRow { profile: (**e).clone(), name: None });
        page::take(rows, limit, |row| row.profile.id.to_string())
    });
    let names = names(&edge, &claims, page.items.iter().map(|row| row.profile.id.to_string())).await?;
    for row in &mut page.items {
        row.name = names.get(row.profile.id.as_str()).cloned();
    }
    Ok(Json(page))
}

impl Which {
    fn finds<const N: usize>(&self, ids: [&str; N]) -> bool {
        let Some(q) = self.q.as_deref().map(|q| q.trim().to_lowercase()) else { return true };
        ids.iter().any(|id| id.to_lowercase().contains(&q))
    }
}

/// The names, none while the registry is away. The reading is written down first.
async fn names(
    edge: &EdgeState,
    claims: &Claims,
    ids: impl Iterator<Item = String>,
) -> Answer<BTreeMap<String, String>> {
    let query = NamesQuery { reader: claims.actor(), ids: ids.collect() };
    if query.ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    edge.audit(claims, Action::NamesRead, None, json!({ "ids": query.ids })).await?;
    let answer: Result<Names, _> = edge.neighbours.ask(Service::Registry, "names", &query).await;
    Ok(answer.map(|names| names.names).unwrap_or_default())
}
