//! Emergencies: listing, reading, commanding, raising one by hand, and the emergency card of whoever needs help.

use std::time::Duration;

use axum::{Json, extract::State, http::StatusCode};
use domain::{
    alarm::{AlarmCause, Channel, Says, Signal},
    geo::Reported,
    id::{DeviceId, ElderId, IncidentId},
    incident::{Incident, IncidentAction, IncidentCommand, Means, Subject},
    order::Role,
};
use runtime::Clock;
use schemars::JsonSchema;
use schemas::{
    emergency::{Card, CardQuery, EmergencyCommand, EmergencyDone, EmergencyRequest},
    problem::Problem,
    subject::Service,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    endpoint::{Endpoint, Who},
    extract::{Body, Caller, Idempotency, Path, Query, Stamp},
    page::{self, Page, Paging},
    problem::{Answer, not_found},
};
use crate::{
    access::token::Claims,
    edge::{Edge, EdgeState},
    live::{
        answering::{Answering, answering},
        audience::{Audience, View},
        core::Core,
        incidents::{for_the_field, reach},
        world::World,
    },
    store::audit::Action,
};

const READ: Who = Who::Roles(&[
    Role::Operator,
    Role::Supervisor,
    Role::FrontDesk,
    Role::Auditor,
    Role::Caregiver,
    Role::Elder,
]);
const FIGURES: Who =
    Who::Roles(&[Role::Operator, Role::Supervisor, Role::FrontDesk, Role::Bureau, Role::Auditor]);
const ACT: Who = Who::Roles(&[Role::Operator, Role::Supervisor, Role::Caregiver]);
const RAISE: Who =
    Who::Roles(&[Role::Operator, Role::Supervisor, Role::FrontDesk, Role::Caregiver, Role::Elder]);

/// How long an answer waits for the edge to know what it tells: who hands an emergency to 120 exports it next.
const OWN_DEED: Duration = Duration::from_millis(500);

/// Figures look back so many hours at most: a month.
const LONGEST: u16 = 744;

/// Which emergencies.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Which {
    /// Only in these stages, separated by commas: `open,acknowledged`. `unclosed` is every stage but `closed`.
    #[serde(default)]
    pub stage: Option<String>,
    /// `true`: only drills; `false`: only the real thing.
    #[serde(default)]
    pub drill: Option<bool>,
    /// Part of an id of incident, elder, caregiver, device or street.
    #[serde(default)]
    pub q: Option<String>,
    /// Which page.
    #[serde(flatten)]
    pub paging: Paging,
}

/// A command to one emergency.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Command {
    /// Its id and time.
    #[serde(flatten)]
    pub stamp: Stamp,
    /// What.
    #[serde(flatten)]
    pub action: IncidentAction,
}

/// Somebody calls for help without a device, or phoned and the desk enters it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Raise {
    /// Why; a caregiver's own call is `lone_worker` and an elder's `sos` where nothing is said.
    #[serde(default)]
    pub cause: Option<AlarmCause>,
    /// For whom, where the desk says so; otherwise for the caller.
    #[serde(default)]
    pub elder: Option<ElderId>,
    /// Where; the last known place where nothing is said.
    #[serde(default)]
    pub place: Option<Reported>,
    /// A drill (CAP *Exercise*): it rings nobody but marks everything it touches.
    #[serde(default)]
    pub drill: bool,
}

/// How far the figures look back.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Span {
    /// 1 to 744; 24 where nothing is said.
    #[serde(default)]
    pub hours: Option<u16>,
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/incidents", READ, list)
            .about("Emergencies, newest first, as far as one may see")
            .query::<Which>()
            .answers::<Page<Incident>>(200),
        Endpoint::post("/api/v1/incidents", RAISE, raise)
            .about("Calls for help without a device; durable when answered")
            .body::<Raise>()
            .answers::<EmergencyDone>(201)
            .idempotent(),
        Endpoint::get("/api/v1/incidents/figures", FIGURES, figures)
            .about("How fast alarms are answered, against the figures of TSA, NFPA and EEMUA")
            .query::<Span>()
            .answers::<Answering>(200),
        Endpoint::get("/api/v1/incidents/{id}", READ, read).about("One emergency").answers::<Incident>(200),
        Endpoint::post("/api/v1/incidents/{id}/commands", ACT, command)
            .about("A command to an emergency: claim, acknowledge, note, accept, resolve …")
            .body::<Command>()
            .answers::<EmergencyDone>(200)
            .idempotent(),
        Endpoint::get("/api/v1/incidents/{id}/card", ACT, card)
            .about("The emergency card: the desk sees whom to call, who accepted sees how to get in; audited")
            .answers::<Card>(200),
    ]
}

async fn list(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Query(which): Query<Which>,
) -> Answer<Json<Page<Incident>>> {
    let limit = which.paging.limit()?;
    let after = which.paging.place(|text| {
        let (millis, id) = text.split_once(':')?;
        Some((std::cmp::Reverse(millis.parse().ok()?), IncidentId::new(id).ok()?))
    })?;
    let audience = Audience::of(&claims);
    let page = edge.live.read(|core| {
        let seen = core
            .world
            .incidents
            .after(after.as_ref())
            .filter(|incident| which.includes(incident))
            .filter_map(|incident| viewed(incident, &audience, &core.world));
        page::take(seen, limit, |incident| format!("{}:{}", incident.opened_at.as_millis(), incident.id))
    });
    Ok(Json(page))
}

impl Which {
    fn includes(&self, incident: &Incident) -> bool {
        let stage = self.stage.as_deref().is_none_or(|stages| {
            let (name, closed) = (incident.stage.name(), incident.stage.is_closed());
            stages.split(',').map(str::trim).any(|s| s == name || (s == "unclosed" && !closed))
        });
        stage
            && self.drill.is_none_or(|drill| drill == incident.drill)
            && self.q.as_deref().is_none_or(|q| mentions(incident, q.trim()))
    }
}

fn mentions(incident: &Incident, q: &str) -> bool {
    let q = q.to_lowercase();
    let about = match &incident.subject {
        Subject::Elder(id) => id.as_str(),
        Subject::Caregiver(id) => id.as_str(),
        Subject::Device(id) => id.as_str(),
    };
    let street = incident.street.as_ref().map_or("", |street| street.as_str());
    let responders = incident.stage.responders().iter().map(|responder| responder.caregiver.as_str());
    [incident.id.as_str(), about, incident.device.as_str(), street]
        .into_iter()
        .chain(responders)
        .any(|text| text.to_lowercase().contains(&q))
}

fn viewed(incident: &Incident, audience: &Audience, world: &World) -> Option<Incident> {
    Some(match audience.of_incident(&reach(incident, world))? {
        View::Whole => incident.clone(),
        View::Field => for_the_field(incident),
    })
}

/// The emergency, as far as the caller may see it.
pub(super) fn find(edge: &EdgeState, claims: &Claims, id: &IncidentId) -> Answer<Incident> {
    let audience = Audience::of(claims);
    let seen = edge.live.read(|core| viewed(core.world.incidents.get(id)?, &audience, &core.world));
    seen.ok_or_else(|| not_found("unknown_incident", "emergency"))
}

async fn read(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Path(id): Path<IncidentId>,
) -> Answer<Json<Incident>> {
    Ok(Json(find(&edge, &claims, &id)?))
}

async fn command(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Path(incident): Path<IncidentId>,
    idempotency: Idempotency,
    Body(command): Body<Command>,
) -> Answer<Json<EmergencyDone>> {
    let action = command.action;
    if !action.allowed(claims.role) {
        let role = crate::wire_name(&claims.role);
        let detail = format!("the role {role} may not {}; the desk does", action.name());
        return Err(Problem::new(403, "not_allowed", detail).at("/action").into());
    }
    // A phone repeats what its carrier did long ago; whether that still counts is emergency-call's to say.
    if claims.role != Role::Caregiver {
        find(&edge, &claims, &incident)?;
    }
    let means = if claims.role == Role::Caregiver { Means::App } else { Means::Desk };
    let id = idempotency.or(command.stamp.id, &edge);
    let command = IncidentCommand { id, incident, action, means, occurred_at: command.stamp.occurred_at };
    let done = ask(&edge, &claims, EmergencyCommand::Incident { command }).await?;
    Ok(Json(seen_by(&claims, done)))
}

async fn raise(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    idempotency: Idempotency,
    Body(raise): Body<Raise>,
) -> Answer<(StatusCode, Json<EmergencyDone>)> {
    let place = raise.place.map(Reported::to_wgs84).transpose();
    let place =
        place.map_err(|error| Problem::new(422, "outside_the_world", error.to_string()).at("/place"))?;
    let (about, via, usual) = whom(&claims, raise.elder)?;
    let (known, street) = edge.live.read(|core| match &about {
        Some(Subject::Elder(elder)) => {
            let profile = core.world.elder(elder);
            (profile.map(|p| p.place), profile.map(|p| p.street.clone()))
        }
        Some(Subject::Caregiver(caregiver)) => {
            let street = core.world.street_of(caregiver).cloned();
            (core.hub.position(caregiver).map(|position| position.place), street)
        }
        _ => (None, None),
    });
    let name = match &about {
        Some(Subject::Elder(id)) => id.as_str(),
        Some(Subject::Caregiver(id)) => id.as_str(),
        _ => claims.user.as_str(),
    };
    let device = DeviceId::new(format!("{}-{name}", via.name())).map_err(|error| {
        Problem::new(422, "id_too_long", format!("nobody can be called for under this id: {error}"))
    })?;
    let key = idempotency.or(None, &edge);
    let signal = Signal {
        key: Some(key.to_string()),
        place: place.or(known),
        test: raise.drill,
        ..Signal::new(device, via, Says::Alarm { cause: raise.cause.unwrap_or(usual) })
    };
    let done = ask(&edge, &claims, EmergencyCommand::Raise { signal, about, street }).await?;
    Ok((StatusCode::CREATED, Json(seen_by(&claims, done))))
}

/// Whom a call for help is about, by which way it comes, and why where nothing is said.
fn whom(claims: &Claims, elder: Option<ElderId>) -> Result<(Option<Subject>, Channel, AlarmCause), Problem> {
    match claims.role {
        Role::Caregiver | Role::Elder if elder.is_some() && elder != claims.elder => {
            Err(Problem::new(403, "out_of_scope", "you can only call for help for yourself").at("/elder"))
        }
        Role::Caregiver => {
            Ok((claims.caregiver.clone().map(Subject::Caregiver), Channel::App, AlarmCause::LoneWorker))
        }
        Role::Elder => Ok((claims.elder.clone().map(Subject::Elder), Channel::App, AlarmCause::Sos)),
        _ => Ok((elder.map(Subject::Elder), Channel::Desk, AlarmCause::Sos)),
    }
}

async fn ask(edge: &EdgeState, claims: &Claims, request: EmergencyCommand) -> Result<EmergencyDone, Problem> {
    let request = EmergencyRequest { actor: claims.actor(), caregiver: claims.caregiver.clone(), request };
    let done: EmergencyDone = edge.neighbours.command(Service::EmergencyCall, &request).await?;
    if let Some(told) = &done.incident {
        let known = |core: &Core| {
            core.world.incidents.get(&told.id).is_some_and(|known| known.revision >= told.revision)
        };
        edge.live.until(OWN_DEED, known).await;
    }
    Ok(done)
}

fn seen_by(claims: &Claims, mut done: EmergencyDone) -> EmergencyDone {
    if matches!(claims.role, Role::Caregiver | Role::Elder) {
        done.incident = done.incident.map(|incident| Box::new(for_the_field(&incident)));
    }
    done
}

async fn card(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Path(incident): Path<IncidentId>,
) -> Answer<Json<Card>> {
    find(&edge, &claims, &incident)?;
    // Written down first: a card nobody knows to have been read is worse than a line too many.
    edge.audit(&claims, Action::CardRead, Some(incident.as_str()), json!({})).await?;
    let query = CardQuery { incident, actor: claims.actor(), caregiver: claims.caregiver.clone() };
    Ok(Json(edge.neighbours.ask(Service::EmergencyCall, "card", &query).await?))
}

async fn figures(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Query(span): Query<Span>,
) -> Answer<Json<Answering>> {
    let hours = span.hours.unwrap_or(24);
    if !(1..=LONGEST).contains(&hours) {
        let detail = format!("hours is 1 to {LONGEST}, not {hours}");
        return Err(Problem::new(400, "malformed_query", detail).at("/hours").into());
    }
    let now = edge.clock.now();
    // The bureau reads figures of its scope, no single case.
    let scope = &claims.scope;
    let figures = edge.live.read(|core| {
        let mine = core
            .world
            .incidents
            .after(None)
            .filter(|incident| scope.covers_street(reach(incident, &core.world).street.as_ref()));
        answering(mine.map(|incident| &**incident), hours, now)
    });
    Ok(Json(figures))
}
