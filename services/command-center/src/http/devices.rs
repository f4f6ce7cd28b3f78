//! Call buttons and sensors: how they are, how many are proved alive, registering one, putting a substitute in place.

use axum::{Json, extract::State};
use domain::{
    alarm::Fault,
    device::Device,
    id::{CommandId, DeviceId, StreetId},
    order::Role,
    unit::Seconds,
};
use runtime::Clock;
use schemars::JsonSchema;
use schemas::{
    emergency::{
        Card, DeviceEvent, EmergencyCommand, EmergencyDone, EmergencyRequest, Outage, StreetSupervision,
        Supervision, SupervisionQuery,
    },
    problem::Problem,
    subject::Service,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    endpoint::{COMMAND, Endpoint, Who},
    extract::{Body, Caller, Idempotency, Path, Query},
    page::{self, Page, Paging},
    problem::{Answer, out_of_scope},
};
use crate::{
    access::token::Claims,
    edge::{Edge, EdgeState},
    live::audience::Audience,
    store::audit::Action,
};

const READ: Who = Who::Roles(&[Role::Operator, Role::Supervisor, Role::FrontDesk, Role::Auditor]);
const SHARE: Who =
    Who::Roles(&[Role::Operator, Role::Supervisor, Role::FrontDesk, Role::Bureau, Role::Auditor]);
/// A test call is due when the last one is older.
const WEEK: Seconds = Seconds::hours(7 * 24);

/// Which devices.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Which {
    /// Only with this fault; `any` is every fault.
    #[serde(default)]
    pub fault: Option<String>,
    /// `true`: only those whose weekly test call is due.
    #[serde(default)]
    pub untested: Option<bool>,
    /// `true`: only those whose test call was asked for and did not come in time.
    #[serde(default)]
    pub failed: Option<bool>,
    /// Only in this street.
    #[serde(default)]
    pub street: Option<StreetId>,
    /// Part of an id of device or elder.
    #[serde(default)]
    pub q: Option<String>,
    /// Which page.
    #[serde(flatten)]
    pub paging: Paging,
}

/// A device to be registered or changed.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Register {
    /// The device.
    pub device: Device,
    /// Its emergency card; left out keeps the one there is. Sealed before it is stored, shown to nobody but for cause.
    #[serde(default)]
    pub card: Option<Card>,
}

/// What stands in for a faulty device.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Substitute {
    /// Repeating the same id is a no-op.
    #[serde(default)]
    pub id: Option<CommandId>,
    /// The device in its place; it must be registered.
    pub by: DeviceId,
}

/// How the devices are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DeviceShares {
    /// Street by street.
    pub streets: Vec<StreetSupervision>,
    /// Streets whose devices fell silent together.
    pub outages: Vec<Outage>,
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/devices", READ, list)
            .about("Call buttons and sensors by id, with what is wrong with them")
            .query::<Which>()
            .answers::<Page<DeviceEvent>>(200),
        Endpoint::post("/api/v1/devices", COMMAND, register)
            .about("Registers or changes a device and its emergency card")
            .body::<Register>()
            .answers::<EmergencyDone>(200)
            .idempotent(),
        Endpoint::get("/api/v1/devices/supervision", SHARE, supervision)
            .about("The share of devices proved alive, by street; the target is all of them")
            .answers::<DeviceShares>(200),
        Endpoint::post("/api/v1/devices/{device}/substitute", COMMAND, substitute)
            .about("A substitute stands in for a faulty device")
            .body::<Substitute>()
            .answers::<EmergencyDone>(200)
            .idempotent(),
    ]
}

async fn list(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Query(which): Query<Which>,
) -> Answer<Json<Page<DeviceEvent>>> {
    let limit = which.paging.limit()?;
    let after = which.paging.place(|text| DeviceId::new(text).ok())?;
    let audience = Audience::of(&claims);
    let fault = which.wanted_fault()?;
    let now = edge.clock.now();
    let page = edge.live.read(|core| {
        let seen = core.world.devices.after(after.as_ref()).filter(|known| {
            let (device, condition) = (&known.device, &known.condition);
            let faulty = match fault {
                Wanted::Whatever => true,
                Wanted::Faulty => !condition.is_sound(),
                Wanted::With(fault) => condition.faults.contains_key(&fault),
            };
            let tested = condition.tested_at.is_some_and(|at| at + WEEK >= now);
            audience.of_device(device.street.as_ref())
                && faulty
                && which.untested.is_none_or(|untested| untested != tested && !(untested && device.retired))
                && which
                    .failed
                    .is_none_or(|failed| failed == condition.trial.is_some_and(|trial| trial.failed))
                && which.street.as_ref().is_none_or(|street| device.street.as_ref() == Some(street))
                && which.q.as_deref().is_none_or(|q| mentions(device, q.trim()))
        });
        page::take(seen.map(|device| (**device).clone()), limit, |known| known.device.id.to_string())
    });
    Ok(Json(page))
}

/// Which devices by what is wrong with them.
#[derive(Debug, Clone, Copy)]
enum Wanted {
    Whatever,
    Faulty,
    With(Fault),
}

impl Which {
    fn wanted_fault(&self) -> Result<Wanted, Problem> {
        match self.fault.as_deref().map(str::trim) {
            None => Ok(Wanted::Whatever),
            Some("any") => Ok(Wanted::Faulty),
            Some(name) => {
                let fault = Fault::ALL.into_iter().find(|fault| crate::wire_name(fault) == name);
                fault.map(Wanted::With).ok_or_else(|| {
                    let known: Vec<String> = Fault::ALL.iter().map(crate::wire_name).collect();
                    let detail = format!("there is no fault {name:?}; known are any, {}", known.join(", "));
                    Problem::new(400, "malformed_query", detail).at("/fault")
                })
            }
        }
    }
}

fn mentions(device: &Device, q: &str) -> bool {
    let q = q.to_lowercase();
    let elder = device.elder.as_ref().map_or("", |elder| elder.as_str());
    [device.id.as_str(), elder].into_iter().any(|text| text.to_lowercase().contains(&q))
}

async fn supervision(State(edge): State<Edge>, Caller(claims): Caller) -> Answer<Json<DeviceShares>> {
    let shares: Supervision =
        edge.neighbours.ask(Service::EmergencyCall, "supervision", &SupervisionQuery {}).await?;
    let covers = |street: Option<&StreetId>| claims.scope.covers_street(street);
    let streets = shares.streets.into_iter().filter(|street| covers(street.street.as_ref())).collect();
    let outages = edge.live.read(|core| {
        core.world.devices.outages().filter(|outage| covers(outage.street.as_ref())).cloned().collect()
    });
    Ok(Json(DeviceShares { streets, outages }))
}

async fn register(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    idempotency: Idempotency,
    Body(register): Body<Register>,
) -> Answer<Json<EmergencyDone>> {
    let device = register.device;
    if !claims.scope.covers_street(device.street.as_ref()) {
        return Err(out_of_scope("a street's desk registers the devices of its street"));
    }
    let detail = json!({ "card": register.card.is_some() });
    edge.audit(&claims, Action::DeviceRegistered, Some(device.id.as_str()), detail).await?;
    let id = idempotency.or(None, &edge);
    let request = EmergencyCommand::Register { id, device, card: register.card };
    Ok(Json(without_card(ask(&edge, &claims, request).await?)))
}

async fn substitute(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Path(device): Path<DeviceId>,
    idempotency: Idempotency,
    Body(substitute): Body<Substitute>,
) -> Answer<Json<EmergencyDone>> {
    let street = edge.live.read(|core| core.world.devices.get(&device).map(|d| d.device.street.clone()));
    if street.is_some_and(|street| !claims.scope.covers_street(street.as_ref())) {
        return Err(out_of_scope("a street's desk looks after the devices of its street"));
    }
    let id = idempotency.or(substitute.id, &edge);
    let request = EmergencyCommand::Substitute { id, device, by: substitute.by };
    Ok(Json(without_card(ask(&edge, &claims, request).await?)))
}

async fn ask(edge: &EdgeState, claims: &Claims, request: EmergencyCommand) -> Result<EmergencyDone, Problem> {
    let request = EmergencyRequest { actor: claims.actor(), caregiver: None, request };
    edge.neighbours.command(Service::EmergencyCall, &request).await
}

/// A sealed card is of no use to anyone out there.
fn without_card(mut done: EmergencyDone) -> EmergencyDone {
    if let Some(device) = done.device.as_mut() {
        device.card = None;
    }
    done
}
