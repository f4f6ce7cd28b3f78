//! Accounts, for supervisors.

use std::collections::BTreeMap;

use axum::{Json, extract::State, http::StatusCode};
use domain::{id::UserId, time::Timestamp};
use runtime::Clock;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    endpoint::{Endpoint, SUPERVISOR},
    extract::{Body, Caller, Path, Query},
    page::{self, Page, Paging},
    problem::Answer,
};
use crate::{access::accounts::Change, edge::Edge, store::users::User};

/// Which accounts.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Which {
    /// Which page.
    #[serde(flatten)]
    pub paging: Paging,
}

/// An account, and whether its owner can come in.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Listed {
    /// The account.
    #[serde(flatten)]
    pub user: User,
    /// A password is set; without one its owner needs a one-time code.
    pub password_set: bool,
    /// Shut out until then after failed sign-ins, from wherever that is longest.
    pub locked_until: Option<Timestamp>,
}

/// A one-time code, to be handed to the account's owner.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct OneTimeCode {
    /// Sets a password once.
    pub code: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// An account just made.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Created {
    /// The account.
    pub user: User,
    /// Sets its password once.
    pub code: String,
    /// When the code ends.
    pub expires_at: Timestamp,
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/users", SUPERVISOR, list)
            .about("Accounts within one's scope, by name")
            .query::<Which>()
            .answers::<Page<Listed>>(200),
        Endpoint::post("/api/v1/users", SUPERVISOR, create)
            .about("Makes an account; its owner sets a password with the code")
            .body::<User>()
            .answers::<Created>(201),
        Endpoint::post("/api/v1/users/{user}/reset", SUPERVISOR, reset)
            .about("A new one-time code")
            .answers::<OneTimeCode>(200),
        Endpoint::patch("/api/v1/users/{user}", SUPERVISOR, change)
            .about("Disables or enables, unlocks, renames, gives another role or scope")
            .body::<Change>()
            .answers::<User>(200),
    ]
}

async fn list(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Query(which): Query<Which>,
) -> Answer<Json<Page<Listed>>> {
    let limit = which.paging.limit()?;
    let after = which.paging.place(|text| UserId::new(text).ok())?;
    let mut after = after.map(|user| user.to_string()).unwrap_or_default();
    let mut seen = Vec::new();
    // Accounts outside the scope do not count towards the page.
    while seen.len() <= limit {
        let batch = edge.door.store.accounts_after(&after, limit + 1).await?;
        let Some(last) = batch.last() else { break };
        after = last.user.user.to_string();
        let full = batch.len() > limit;
        seen.extend(batch.into_iter().filter(|a| claims.scope.contains(&a.user.scope)));
        if !full {
            break;
        }
    }
    let locked: BTreeMap<UserId, Timestamp> =
        edge.door.store.locked(edge.door.wall.now()).await?.into_iter().collect();
    let listed = seen.into_iter().map(|account| Listed {
        password_set: account.password_hash.is_some(),
        locked_until: locked.get(&account.user.user).copied(),
        user: account.user,
    });
    Ok(Json(page::take(listed, limit, |listed| listed.user.user.to_string())))
}

async fn create(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Body(user): Body<User>,
) -> Answer<(StatusCode, Json<Created>)> {
    let user = User { disabled: false, ..user };
    let (code, expires_at) = edge.door.create(&claims, user.clone()).await?;
    Ok((StatusCode::CREATED, Json(Created { user, code, expires_at })))
}

async fn reset(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Path(user): Path<UserId>,
) -> Answer<Json<OneTimeCode>> {
    let (code, expires_at) = edge.door.reset(&claims, &user).await?;
    Ok(Json(OneTimeCode { code, expires_at }))
}

async fn change(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Path(user): Path<UserId>,
    Body(change): Body<Change>,
) -> Answer<Json<User>> {
    Ok(Json(edge.door.change(&claims, &user, &change).await?))
}
