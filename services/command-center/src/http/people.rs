//! Caregivers and elders, with their names where the registry gives them.

use std::collections::BTreeMap;

use axum::{Json, extract::State};
use domain::{
    caregiver::CaregiverProfile,
    elder::ElderProfile,
    id::{CaregiverId, ElderId},
    order::Role,
};
use schemars::JsonSchema;
use schemas::{
    position::{Position, Presence},
    problem::Problem,
    profile::{FindQuery, Kind, Names, NamesQuery},
    subject::Service,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    endpoint::{DESK, Endpoint, Who},
    extract::{Caller, Query},
    page::{self, Page, Paging},
    problem::Answer,
};
use crate::{
    access::token::Claims,
    edge::{Edge, EdgeState},
    live::{
        audience::{self, Audience},
        world::belongs,
    },
    store::audit::Action,
};

/// Which people.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Which {
    /// Part of a name, of an id, or of the id of a street or community.
    #[serde(default)]
    pub q: Option<String>,
    /// Which page.
    #[serde(flatten)]
    pub paging: Paging,
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

const STAFF: Who = Who::Roles(&[Role::Operator, Role::Supervisor, Role::FrontDesk, Role::Organisation]);

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/caregivers", STAFF, caregivers)
            .about("Caregivers by id, with presence and position; an organisation's are its own")
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
    let limit = which.paging.limit()?;
    let after = which.paging.place(|text| CaregiverId::new(text).ok())?;
    let audience = Audience::of(&claims);
    let from = after.as_ref().map(CaregiverId::as_str);
    let called = called(&edge, &claims, Kind::Caregiver, which.words(), from, limit).await?;
    let mut page = edge.live.read(|core| {
        let visible = |kind, c: &CaregiverProfile| audience.of_person(kind, &c.id, &belongs(c));
        let seen = core.world.caregivers_after(after.as_ref()).filter(|c| {
            let found = called.contains_key(c.id.as_str()) || which.finds([c.id.as_str(), c.street.as_str()]);
            found && visible(audience::Kind::People, c)
        });
        let rows = seen.map(|c| CaregiverRow {
            profile: (**c).clone(),
            name: None,
            presence: core.world.presence(&c.id).map(|p| (**p).clone()),
            position: core
                .hub
                .position(&c.id)
                .filter(|_| visible(audience::Kind::Positions, c))
                .map(|p| (*p).clone()),
        });
        page::take(rows, limit, |row| row.profile.id.to_string())
    });
    let names =
        names(&edge, &claims, page.items.iter().map(|row| row.profile.id.to_string()), called).await?;
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
    let limit = which.paging.limit()?;
    let after = which.paging.place(|text| ElderId::new(text).ok())?;
    let from = after.as_ref().map(ElderId::as_str);
    let called = called(&edge, &claims, Kind::Elder, which.words(), from, limit).await?;
    let mut page = edge.live.read(|core| {
        let seen = core.world.elders_after(after.as_ref()).filter(|e| {
            let ids = [e.id.as_str(), e.street.as_str(), e.community.as_str()];
            let found = called.contains_key(e.id.as_str()) || which.finds(ids);
            found && claims.scope.covers(&e.street, &e.community)
        });
        let rows = seen.map(|e| ElderRow { profile: (**e).clone(), name: None });
        page::take(rows, limit, |row| row.profile.id.to_string())
    });
    let names =
        names(&edge, &claims, page.items.iter().map(|row| row.profile.id.to_string()), called).await?;
    for row in &mut page.items {
        row.name = names.get(row.profile.id.as_str()).cloned();
    }
    Ok(Json(page))
}

impl Which {
    /// What is looked for, if anything is.
    fn words(&self) -> Option<&str> {
        self.q.as_deref().map(str::trim).filter(|q| !q.is_empty())
    }

    fn finds<const N: usize>(&self, ids: [&str; N]) -> bool {
        let Some(q) = self.words().map(str::to_lowercase) else { return true };
        ids.iter().any(|id| id.to_lowercase().contains(&q))
    }
}

/// People whose name has these words in it: the names by id, in the order of ids, one page of them after that id. The
/// registry alone can tell, and notes whose names it gave out; while it is away, or where the role may not search by
/// name, ids have to do. The search is written down first, without its words: they may be a name.
async fn called(
    edge: &EdgeState,
    claims: &Claims,
    kind: Kind,
    words: Option<&str>,
    after: Option<&str>,
    limit: usize,
) -> Answer<BTreeMap<String, String>> {
    let Some(words) = words.filter(|_| DESK.admits(claims.role)) else { return Ok(BTreeMap::new()) };
    let query = FindQuery {
        reader: claims.actor(),
        kind,
        words: words.to_owned(),
        street: claims.scope.street.clone(),
        community: claims.scope.community.clone(),
        after: after.map(str::to_owned),
        // One more says whether there is another page.
        limit: u16::try_from(limit + 1).unwrap_or(u16::MAX),
    };
    edge.audit(claims, Action::NamesSearched, None, json!({ "kind": kind })).await?;
    let answer: Result<Names, Problem> = edge.neighbours.ask(Service::Registry, "find", &query).await;
    match answer {
        Ok(found) => Ok(found.names),
        Err(problem) if problem.status >= 500 => Ok(BTreeMap::new()),
        Err(problem) => Err(problem.into()),
    }
}

/// The names of these people, those known already among them; none while the registry is away. The reading is written
/// down first.
pub(super) async fn names(
    edge: &EdgeState,
    claims: &Claims,
    ids: impl Iterator<Item = String>,
    known: BTreeMap<String, String>,
) -> Answer<BTreeMap<String, String>> {
    let ids: Vec<String> = ids.collect();
    if ids.is_empty() {
        return Ok(known);
    }
    edge.audit(claims, Action::NamesRead, None, json!({ "ids": ids })).await?;
    let missing: Vec<String> = ids.into_iter().filter(|id| !known.contains_key(id)).collect();
    if missing.is_empty() {
        return Ok(known);
    }
    let query = NamesQuery { reader: claims.actor(), ids: missing };
    let answer: Result<Names, _> = edge.neighbours.ask(Service::Registry, "names", &query).await;
    let mut names = known;
    names.extend(answer.map(|names| names.names).unwrap_or_default());
    Ok(names)
}
