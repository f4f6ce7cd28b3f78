//! The audit log.

use axum::{Json, extract::State};
use domain::order::Role;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    endpoint::{Endpoint, Who},
    extract::{Caller, Query},
    page::{self, Page, Paging},
    problem::{Answer, out_of_scope},
};
use crate::{edge::Edge, store::audit::AuditEntry};

/// Which entries.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Which {
    /// Which page.
    #[serde(flatten)]
    pub paging: Paging,
}

const WHO: Who = Who::Roles(&[Role::Auditor, Role::Supervisor]);

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/audit", WHO, list)
            .about("Sign-ins, overrides, reads of names, newest first; for those whose scope is the whole district")
            .query::<Which>()
            .answers::<Page<AuditEntry>>(200),
    ]
}

async fn list(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Query(which): Query<Which>,
) -> Answer<Json<Page<AuditEntry>>> {
    if !claims.scope.is_whole() {
        return Err(out_of_scope("the audit log is of the whole district"));
    }
    let limit = which.paging.limit()?;
    let before = which.paging.place(|text| text.parse::<i64>().ok())?;
    let entries = edge.door.store.audit_before(before.unwrap_or(i64::MAX), limit + 1).await?;
    Ok(Json(page::take(entries.into_iter(), limit, |entry| entry.id.to_string())))
}
