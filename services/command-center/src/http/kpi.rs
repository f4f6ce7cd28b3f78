//! The figures of the wall.

use axum::{Json, extract::State};
use domain::order::Role;
use schemas::live::Kpi;

use super::{
    endpoint::{Endpoint, Who},
    extract::Caller,
};
use crate::edge::Edge;

const WHO: Who =
    Who::Roles(&[Role::Operator, Role::Supervisor, Role::FrontDesk, Role::Bureau, Role::Auditor]);

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/kpi", WHO, kpi).about("The figures of one's scope, today").answers::<Kpi>(200),
    ]
}

async fn kpi(State(edge): State<Edge>, Caller(claims): Caller) -> Json<Kpi> {
    Json(edge.live.read(|core| core.kpi(&claims.scope)))
}
