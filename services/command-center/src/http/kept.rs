//! What the registry keeps beside people's profiles: organisations, facilities, rosters, care plans, people's own data.
//! Who may take which step is for the registry to say; what is said here is whose entries one sees at all.

use axum::{Json, extract::State};
use domain::{
    id::{CaregiverId, CommandId, ElderId, FacilityId, OrganisationId, PlanId},
    order::Role,
};
use schemars::JsonSchema;
use schemas::{
    problem::Problem,
    profile::{Registered, RegistryCommand},
    registry::{
        CarePlans, Erasures, Facilities, KeptQuery, Organisations, Rosters, Step,
        audit::{AuditQuery, AuditTrail},
        facility::FacilityStep,
        organisation::OrganisationStep,
        person::{ExportQuery, PersonFile, PersonStep},
        plan::PlanStep,
        roster::RosterStep,
    },
    subject::Service,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    endpoint::{Endpoint, Who},
    extract::{Body, Caller, Idempotency, Path, Query},
    money::{may_see, whose},
    problem::{Answer, Failure, out_of_scope},
    swaps,
};
use crate::{
    access::token::Claims,
    edge::{Edge, EdgeState},
    store::audit::Action,
};

const HOUSES: Who = Who::Roles(&[
    Role::Operator,
    Role::Supervisor,
    Role::FrontDesk,
    Role::Bureau,
    Role::Auditor,
    Role::Organisation,
]);
const BUREAU: Who = Who::Roles(&[Role::Supervisor, Role::Bureau]);
const FACILITY: Who = Who::Roles(&[Role::Supervisor, Role::FrontDesk, Role::Bureau, Role::Organisation]);
const ROSTER: Who = Who::Roles(&[Role::Operator, Role::Supervisor, Role::Organisation, Role::Caregiver]);
const PLAN: Who = Who::Roles(&[Role::Operator, Role::Supervisor, Role::FrontDesk, Role::Elder]);
const WATCH: Who = Who::Roles(&[Role::Bureau, Role::Auditor]);
const DATA: Who = Who::Roles(&[Role::Supervisor, Role::Bureau, Role::Auditor]);

/// Which entries.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Which {
    /// Only this one.
    #[serde(default)]
    pub id: Option<String>,
    /// Only of this organisation; an organisation sees its own.
    #[serde(default)]
    pub organisation: Option<OrganisationId>,
    /// Only of this elder; an elder sees their own.
    #[serde(default)]
    pub elder: Option<ElderId>,
    /// Only those that wait for somebody.
    #[serde(default)]
    pub open: Option<bool>,
    /// Only ids after this one.
    #[serde(default)]
    pub after: Option<String>,
    /// 1 to 500.
    #[serde(default)]
    pub limit: Option<u16>,
}

impl Which {
    fn query(self) -> KeptQuery {
        let Self { id, organisation, elder, open, after, limit } = self;
        let (open, limit) = (open.unwrap_or(false), limit.unwrap_or(0));
        KeptQuery { id, organisation, elder, open, after, limit }
    }
}

/// Which notes.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct WhichNotes {
    /// Only about this person, or `organisation/<id>`, `facility/<id>`, `plan/<id>`.
    #[serde(default)]
    pub about: Option<String>,
    /// Only those before that number.
    #[serde(default)]
    pub before: Option<i64>,
    /// 1 to 500.
    #[serde(default)]
    pub limit: Option<u16>,
}

/// A step about an entry.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Taking<S> {
    /// Repeating the same id is a no-op that answers as the first time.
    #[serde(default)]
    pub id: Option<CommandId>,
    /// In words; no personal data.
    #[serde(default)]
    pub note: String,
    /// What is done.
    #[serde(flatten)]
    pub step: S,
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/organisations", HOUSES, organisations)
            .about("Organisations with contract, designation, stars; an organisation sees itself")
            .query::<Which>()
            .answers::<Organisations>(200),
        Endpoint::post("/api/v1/organisations/{organisation}/steps", BUREAU, about_organisation)
            .about("Takes a step about an organisation, or registers one")
            .body::<Taking<OrganisationStep>>()
            .answers::<Registered>(200)
            .idempotent()
            .watched(),
        Endpoint::get("/api/v1/facilities", HOUSES, facilities)
            .about("Facilities with their terms, those due first before the others")
            .query::<Which>()
            .answers::<Facilities>(200),
        Endpoint::post("/api/v1/facilities/{facility}/steps", FACILITY, about_facility)
            .about("Takes a step about a facility, or applies for one under a new name")
            .body::<Taking<FacilityStep>>()
            .answers::<Registered>(200)
            .idempotent()
            .watched(),
        Endpoint::get("/api/v1/rosters", ROSTER, rosters)
            .about("Rosters with leave and swaps; a caregiver sees their own and what colleagues ask of them, an organisation its people's")
            .query::<Which>()
            .answers::<Rosters>(200),
        Endpoint::post("/api/v1/rosters/{caregiver}/steps", ROSTER, about_roster)
            .about("Takes a step about a caregiver's roster")
            .body::<Taking<RosterStep>>()
            .answers::<Registered>(200)
            .idempotent()
            .watched(),
        Endpoint::get("/api/v1/plans", PLAN, plans)
            .about("Care plans with the orders they made; an elder sees their own")
            .query::<Which>()
            .answers::<CarePlans>(200),
        Endpoint::post("/api/v1/plans/{plan}/steps", PLAN, about_plan)
            .about("Takes a step about a care plan, or begins one under a new name")
            .body::<Taking<PlanStep>>()
            .answers::<Registered>(200)
            .idempotent()
            .watched(),
        Endpoint::get("/api/v1/people/{person}/file", BUREAU, file)
            .about("All that is held of a person, for the person")
            .answers::<PersonFile>(200)
            .watched(),
        Endpoint::get("/api/v1/erasures", DATA, erasures)
            .about("Requests to erase somebody")
            .query::<Which>()
            .answers::<Erasures>(200),
        Endpoint::get("/api/v1/disclosures", WATCH, disclosures)
            .about("What was handed out of people's data and on which ground, and what the registry refused")
            .query::<WhichNotes>()
            .answers::<AuditTrail>(200)
            .watched(),
        Endpoint::post("/api/v1/people/{person}/steps", BUREAU, about_person)
            .about("Asks for somebody's erasure, or decides it: two people")
            .body::<Taking<PersonStep>>()
            .answers::<Registered>(200)
            .idempotent()
            .watched(),
    ]
}

/// An organisation's own, otherwise what was asked for.
fn houses(claims: &Claims, which: Which) -> Result<KeptQuery, Failure> {
    let organisation = match claims.role {
        Role::Organisation => whose(claims, which.organisation.clone())?,
        _ => which.organisation.clone(),
    };
    Ok(KeptQuery { organisation, ..which.query() })
}

async fn organisations(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Query(which): Query<Which>,
) -> Answer<Json<Organisations>> {
    let query = houses(&claims, which)?;
    Ok(Json(edge.neighbours.ask(Service::Registry, "organisations", &query).await?))
}

async fn facilities(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Query(which): Query<Which>,
) -> Answer<Json<Facilities>> {
    let query = houses(&claims, which)?;
    Ok(Json(edge.neighbours.ask(Service::Registry, "facilities", &query).await?))
}

async fn rosters(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Query(which): Query<Which>,
) -> Answer<Json<Rosters>> {
    let mut query = houses(&claims, which)?;
    if claims.role == Role::Caregiver {
        query.id = Some(own(&claims)?.to_string());
    }
    let mut rosters: Rosters = edge.neighbours.ask(Service::Registry, "rosters", &query).await?;
    rosters.items.retain(|roster| employs(&edge, &claims, &roster.caregiver).is_ok());
    if claims.role == Role::Caregiver {
        rosters.items.extend(swaps::asked_of(&edge, own(&claims)?).await?);
    }
    Ok(Json(rosters))
}

async fn plans(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Query(which): Query<Which>,
) -> Answer<Json<CarePlans>> {
    let mut query = which.query();
    if claims.role == Role::Elder {
        let own = claims.elder.clone().ok_or_else(|| out_of_scope("this account is no elder's"))?;
        query.elder = Some(own);
    }
    let mut plans: CarePlans = edge.neighbours.ask(Service::Registry, "plans", &query).await?;
    plans.items.retain(|plan| may_see(&edge, &claims, &plan.plan.elder).is_ok());
    Ok(Json(plans))
}

async fn erasures(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Query(which): Query<Which>,
) -> Answer<Json<Erasures>> {
    whole(&claims)?;
    Ok(Json(edge.neighbours.ask(Service::Registry, "erasures", &which.query()).await?))
}

async fn disclosures(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Query(which): Query<WhichNotes>,
) -> Answer<Json<AuditTrail>> {
    whole(&claims)?;
    let WhichNotes { about, before, limit } = which;
    let query = AuditQuery { reader: claims.actor(), about, before, limit: limit.unwrap_or(0) };
    Ok(Json(edge.neighbours.ask(Service::Registry, "audit", &query).await?))
}

async fn file(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Path(person): Path<String>,
) -> Answer<Json<PersonFile>> {
    whole(&claims)?;
    edge.audit(&claims, Action::PersonExported, Some(&person), json!({})).await?;
    let query = ExportQuery { reader: claims.actor(), person };
    Ok(Json(edge.neighbours.ask(Service::Registry, "export", &query).await?))
}

async fn about_organisation(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Path(organisation): Path<OrganisationId>,
    idempotency: Idempotency,
    Body(taking): Body<Taking<OrganisationStep>>,
) -> Answer<Json<Registered>> {
    whole(&claims)?;
    let step = |step| Step::Organisation { organisation, step };
    take(&edge, &claims, idempotency, taking, step).await
}

async fn about_facility(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Path(facility): Path<FacilityId>,
    idempotency: Idempotency,
    Body(taking): Body<Taking<FacilityStep>>,
) -> Answer<Json<Registered>> {
    if claims.role == Role::Organisation {
        let organisation = whose(&claims, None)?;
        let query = KeptQuery { id: Some(facility.to_string()), organisation, ..KeptQuery::default() };
        let found: Facilities = edge.neighbours.ask(Service::Registry, "facilities", &query).await?;
        if found.items.is_empty() {
            let detail = "there is no such facility of yours";
            return Err(Problem::new(404, "unknown_entry", detail).into());
        }
    }
    take(&edge, &claims, idempotency, taking, |step| Step::Facility { facility, step }).await
}

async fn about_roster(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Path(caregiver): Path<CaregiverId>,
    idempotency: Idempotency,
    Body(taking): Body<Taking<RosterStep>>,
) -> Answer<Json<Registered>> {
    match (claims.role, &taking.step) {
        // Whoever is to take a shift answers about another's roster.
        (Role::Caregiver, RosterStep::AnswerSwap { .. }) => drop(own(&claims)?),
        _ => employs(&edge, &claims, &caregiver)?,
    }
    take(&edge, &claims, idempotency, taking, |step| Step::Roster { caregiver, step }).await
}

async fn about_plan(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Path(plan): Path<PlanId>,
    idempotency: Idempotency,
    Body(taking): Body<Taking<PlanStep>>,
) -> Answer<Json<Registered>> {
    let query = KeptQuery { id: Some(plan.to_string()), ..KeptQuery::default() };
    let found: CarePlans = edge.neighbours.ask(Service::Registry, "plans", &query).await?;
    let of = match (found.items.first(), &taking.step) {
        (Some(kept), _) => Some(&kept.plan.elder),
        (None, PlanStep::Begin { elder, .. }) => Some(elder),
        (None, _) => None,
    };
    let unknown = || Problem::new(404, "unknown_entry", "there is no such care plan within your scope");
    may_see(&edge, &claims, of.ok_or_else(unknown)?)?;
    take(&edge, &claims, idempotency, taking, |step| Step::Plan { plan, step }).await
}

async fn about_person(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Path(person): Path<String>,
    idempotency: Idempotency,
    Body(taking): Body<Taking<PersonStep>>,
) -> Answer<Json<Registered>> {
    whole(&claims)?;
    take(&edge, &claims, idempotency, taking, |step| Step::Person { person, step }).await
}

/// Writes it down and hands it to the registry.
async fn take<S>(
    edge: &Edge,
    claims: &Claims,
    idempotency: Idempotency,
    taking: Taking<S>,
    step: impl FnOnce(S) -> Step,
) -> Answer<Json<Registered>> {
    let Taking { id, note, step: taken } = taking;
    let step = Box::new(step(taken));
    let named = serde_json::to_value(&step).unwrap_or_default();
    let (about, name) = (named.get("about").cloned(), named.get("step").cloned());
    let id = idempotency.or(id, edge);
    edge.audit(claims, Action::RegistryStep, Some(id.as_str()), json!({ "about": about, "step": name }))
        .await?;
    let as_caregiver = claims.caregiver.clone();
    let command = RegistryCommand::Step { id, by: claims.actor(), as_caregiver, note, step };
    Ok(Json(edge.neighbours.command(Service::Registry, &command).await?))
}

/// Contracts and people's data are of the whole district.
fn whole(claims: &Claims) -> Result<(), Failure> {
    if claims.scope.is_whole() { Ok(()) } else { Err(out_of_scope("this is of the whole district")) }
}

fn own(claims: &Claims) -> Result<&CaregiverId, Failure> {
    claims.caregiver.as_ref().ok_or_else(|| out_of_scope("this account is no caregiver's"))
}

/// A caregiver their own, an organisation its people's, everyone else what lies within their scope.
fn employs(edge: &EdgeState, claims: &Claims, caregiver: &CaregiverId) -> Result<(), Failure> {
    let unknown =
        || Problem::new(404, "unknown_caregiver", "there is no such caregiver within your scope").into();
    if claims.role == Role::Caregiver {
        let own = own(claims)?;
        return if own == caregiver { Ok(()) } else { Err(out_of_scope("you see your own only")) };
    }
    let known = edge.live.read(|core| core.world.caregiver(caregiver).cloned());
    let known = known.ok_or_else(unknown)?;
    let theirs = match claims.role {
        Role::Organisation => claims.organisation.as_ref() == Some(&known.organisation),
        _ => claims.scope.covers_street(Some(&known.street)),
    };
    if theirs { Ok(()) } else { Err(unknown()) }
}
