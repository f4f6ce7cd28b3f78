//! Beginning and ending a shift.

use axum::{Json, extract::State};
use domain::{
    caregiver::Duty,
    id::{CaregiverId, CommandId},
    order::Role,
    time::Timestamp,
};
use schemars::JsonSchema;
use schemas::{
    position::{DutyCommand, Presence},
    problem::Problem,
    subject::Service,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    endpoint::{Endpoint, Who},
    extract::{Body, Caller, Idempotency},
    positions::own,
    problem::{Answer, not_found, out_of_scope},
};
use crate::{edge::Edge, store::audit::Action};

/// A change of duty.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct DutyChange {
    /// Repeating the same id is a no-op.
    #[serde(default)]
    pub id: Option<CommandId>,
    /// Whose; a caregiver's own where it is left out.
    #[serde(default)]
    pub caregiver: Option<CaregiverId>,
    /// What it becomes.
    pub duty: Duty,
    /// When it happened, by the phone's clock.
    #[serde(default)]
    pub occurred_at: Option<Timestamp>,
}

const WHO: Who = Who::Roles(&[Role::Operator, Role::Supervisor, Role::Caregiver, Role::Courier]);

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post("/api/v1/duty", WHO, duty)
            .about("Begins or ends a shift or a break")
            .body::<DutyChange>()
            .answers::<Presence>(200)
            .idempotent(),
    ]
}

async fn duty(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    idempotency: Idempotency,
    Body(change): Body<DutyChange>,
) -> Answer<Json<Presence>> {
    let caregiver = if matches!(claims.role, Role::Caregiver | Role::Courier) {
        let me = own(&claims)?;
        if change.caregiver.is_some_and(|other| other != me) {
            return Err(out_of_scope("a caregiver begins and ends their own shift only"));
        }
        me
    } else {
        let caregiver = change
            .caregiver
            .ok_or_else(|| Problem::malformed("whose duty? name the caregiver").at("/caregiver"))?;
        let street = edge.live.read(|core| core.world.street_of(&caregiver).cloned());
        if !claims.scope.covers_street(street.as_ref()) {
            return Err(not_found("unknown_caregiver", "caregiver"));
        }
        let detail = json!({ "action": "duty", "duty": change.duty });
        edge.audit(&claims, Action::ActedFor, Some(caregiver.as_str()), detail).await?;
        caregiver
    };
    let command = DutyCommand {
        id: idempotency.or(change.id, &edge),
        actor: claims.actor(),
        caregiver,
        duty: change.duty,
        occurred_at: change.occurred_at,
    };
    Ok(Json(edge.neighbours.command(Service::CaregiverLocation, &command).await?))
}
