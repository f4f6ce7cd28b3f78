//! Matters at the desks: applications, follow-ups, complaints, violations, ratings, corrections, grants. Who may take which
//! step is for `accounts` to say; what is said here is whose matters one sees at all.

use std::collections::BTreeSet;

use axum::{Json, extract::State};
use domain::{
    id::{CommandId, ElderId, MatterId, OrganisationId},
    order::Role,
};
use schemars::JsonSchema;
use schemas::{
    account::{
        books::{Entries, EntriesQuery},
        funding::{AccountsCommand, Noted},
        matter::{Matter, Matters, MattersQuery, Step},
    },
    problem::Problem,
    subject::Service,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    endpoint::{Endpoint, Who},
    extract::{Body, Caller, Idempotency, Path, Query},
    money::{may_see, whose, within},
    problem::{Answer, Failure, out_of_scope},
};
use crate::{
    access::token::Claims,
    edge::{Edge, EdgeState},
    store::audit::Action,
};

const SEE: Who = Who::Roles(&[
    Role::Operator,
    Role::Supervisor,
    Role::FrontDesk,
    Role::Bureau,
    Role::Auditor,
    Role::Organisation,
    Role::Elder,
]);
const ACT: Who = Who::Roles(&[
    Role::Operator,
    Role::Supervisor,
    Role::FrontDesk,
    Role::Bureau,
    Role::Organisation,
    Role::Elder,
]);

/// So many matters come where nothing is said.
const USUAL: u16 = 200;

/// Which matters.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Which {
    /// Only of this kind, e.g. `application`.
    #[serde(default)]
    pub kind: Option<String>,
    /// Only about this elder; an elder sees their own.
    #[serde(default)]
    pub elder: Option<ElderId>,
    /// Only about this organisation; an organisation sees its own.
    #[serde(default)]
    pub organisation: Option<OrganisationId>,
    /// Only those that wait for somebody.
    #[serde(default)]
    pub open: Option<bool>,
    /// 1 to 500.
    #[serde(default)]
    pub limit: Option<u16>,
}

/// A step about a matter.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Taking {
    /// Repeating the same id is a no-op that answers as the first time.
    #[serde(default)]
    pub id: Option<CommandId>,
    /// In words; no personal data.
    #[serde(default)]
    pub note: String,
    /// What is done.
    #[serde(flatten)]
    pub step: Step,
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/matters", SEE, list)
            .about("Matters that people see to, those due first before the others")
            .query::<Which>()
            .answers::<Matters>(200),
        Endpoint::post("/api/v1/matters/{matter}/steps", ACT, take)
            .about("Takes a step about a matter, or opens one under a new name")
            .body::<Taking>()
            .answers::<Matter>(200)
            .idempotent(),
    ]
}

async fn list(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Query(which): Query<Which>,
) -> Answer<Json<Matters>> {
    let Which { kind, elder, organisation, open, limit } = which;
    let elder = match claims.role {
        Role::Elder => claims.elder.clone(),
        _ => elder,
    };
    let organisation = match claims.role {
        Role::Organisation => whose(&claims, organisation)?,
        _ => organisation,
    };
    if claims.role == Role::Elder && elder.is_none() {
        return Err(out_of_scope("this account is no elder's"));
    }
    let (open, limit) = (open.unwrap_or(false), limit.unwrap_or(USUAL));
    let among = among(&edge, &claims);
    let query = MattersQuery { id: None, kind, elder, organisation, among, open, limit };
    let mut matters: Matters = edge.neighbours.ask(Service::Accounts, "matters", &query).await?;
    matters.items.retain(|matter| is_visible(&edge, &claims, matter));
    Ok(Json(matters))
}

/// The elders whom the account's scope covers, where it covers a part of the district only: the limit counts what they
/// may see.
fn among(edge: &EdgeState, claims: &Claims) -> Option<BTreeSet<ElderId>> {
    let whole = claims.scope.is_whole() || matches!(claims.role, Role::Elder | Role::Organisation);
    (!whole).then(|| {
        edge.live.read(|core| {
            let covered = core.world.elders_after(None);
            let covered = covered.filter(|elder| claims.scope.covers(&elder.street, &elder.community));
            covered.map(|elder| elder.id.clone()).collect()
        })
    })
}

/// An elder their own, an organisation its own, everyone else what lies within their scope; what is about no elder is the
/// whole district's.
fn is_visible(edge: &EdgeState, claims: &Claims, matter: &Matter) -> bool {
    match claims.role {
        Role::Elder => claims.elder.is_some() && matter.elder == claims.elder,
        Role::Organisation => claims.organisation.is_some() && matter.organisation == claims.organisation,
        _ => {
            claims.scope.is_whole() || matter.elder.as_ref().is_some_and(|elder| within(edge, claims, elder))
        }
    }
}

async fn take(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Path(matter): Path<MatterId>,
    idempotency: Idempotency,
    Body(taking): Body<Taking>,
) -> Answer<Json<Matter>> {
    let Taking { id, note, step } = taking;
    may_take(&edge, &claims, &matter, &step).await?;
    let id = idempotency.or(id, &edge);
    edge.audit(&claims, Action::MatterStep, Some(matter.as_str()), json!({ "step": step.name() })).await?;
    let command = AccountsCommand::Step { id, matter, by: claims.actor(), note, step: Box::new(step) };
    match edge.neighbours.command(Service::Accounts, &command).await? {
        Noted::Matter(matter) => Ok(Json(*matter)),
        _ => Err(Problem::new(409, "id_taken", "this command id was used for something else").into()),
    }
}

async fn may_take(edge: &EdgeState, claims: &Claims, matter: &MatterId, step: &Step) -> Result<(), Failure> {
    let opens = match step {
        Step::Apply { elder, .. } => Some(may_see(edge, claims, elder)),
        Step::Complain { elder, .. } => Some(match elder {
            Some(elder) => may_see(edge, claims, elder),
            None => whose(claims, None).map(drop),
        }),
        Step::ProposeCorrection { order, .. } => {
            // An organisation disputes what it served itself.
            let organisation = whose(claims, None)?;
            let order = Some(order.clone());
            let query = EntriesQuery { elder: None, order, organisation, before: None, limit: 1 };
            let found: Entries = edge.neighbours.ask(Service::Accounts, "entries", &query).await?;
            let unknown =
                || Problem::new(404, "unknown_order", "nothing was booked for such an order of yours");
            Some(if found.items.is_empty() { Err(unknown().into()) } else { Ok(()) })
        }
        Step::Notify { .. } | Step::ProposeRating { .. } | Step::ProposeGrants { .. } => {
            Some(whose(claims, None).map(drop))
        }
        _ => None,
    };
    if let Some(opens) = opens {
        return opens;
    }
    let id = Some(matter.clone());
    let query =
        MattersQuery { id, kind: None, elder: None, organisation: None, among: None, open: false, limit: 1 };
    let found: Matters = edge.neighbours.ask(Service::Accounts, "matters", &query).await?;
    let visible = found.items.iter().any(|matter| is_visible(edge, claims, matter));
    let unknown = || Problem::new(404, "unknown_matter", "there is no such matter within your scope");
    if visible { Ok(()) } else { Err(unknown().into()) }
}
