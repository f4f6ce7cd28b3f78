//! Work orders: placing, listing, reading, commanding.

use std::str::FromStr;

use axum::{Json, extract::State, http::StatusCode};
use domain::{
    command::{OrderAction, OrderCommand, PlaceOrder},
    decision::Decision,
    id::{CaregiverId, CommandId, ElderId, InvalidId, OrderId, UserId},
    order::{Order, Role},
};
use schemars::JsonSchema;
use schemas::{
    envelope::CloudEvent,
    order::{Accepted, DispatchCommand, DispatchRequest, OrderEvent},
    problem::Problem,
    subject::{self, Service, StreamKind},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{
    endpoint::{Endpoint, Who},
    extract::{Body, Caller, Idempotency, Path, Query, Stamp},
    page::{self, Page, Paging},
    problem::{Answer, Failure, not_found},
};
use crate::{
    access::token::Claims,
    edge::{Edge, EdgeState},
    live::{
        audience::{Audience, Reach, View},
        redact::for_the_field,
        world::World,
    },
    store::audit::Action,
};

const PLACE: Who = Who::Roles(&[Role::Operator, Role::Supervisor, Role::FrontDesk, Role::Elder]);
const READ: Who = Who::Roles(&[
    Role::Operator,
    Role::Supervisor,
    Role::FrontDesk,
    Role::Auditor,
    Role::Organisation,
    Role::Caregiver,
    Role::Elder,
]);
const WHY: Who = Who::Roles(&[Role::Operator, Role::Supervisor, Role::FrontDesk, Role::Auditor]);
const ACT: Who =
    Who::Roles(&[Role::Operator, Role::Supervisor, Role::FrontDesk, Role::Caregiver, Role::Elder]);

/// The most messages of one order that are read.
const HISTORY: usize = 512;

/// Which orders.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Which {
    /// Only in these stages, separated by commas: `waiting,offered`. `open` is every stage that is not closed.
    #[serde(default)]
    pub stage: Option<String>,
    /// Only for this elder.
    #[serde(default)]
    pub elder: Option<ElderId>,
    /// Only those this caregiver is asked for, coming to or was at.
    #[serde(default)]
    pub caregiver: Option<CaregiverId>,
    /// `true`: only visits that a supervisor has to look at (an arrival the geofence did not see, an identification by
    /// exception); `false`: only the others.
    #[serde(default)]
    pub exception: Option<bool>,
    /// Part of an id of order, elder, caregiver, street or community, or of a service's name.
    #[serde(default)]
    pub q: Option<String>,
    /// Which page.
    #[serde(flatten)]
    pub paging: Paging,
}

/// A command to one order.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Command {
    /// Its id and time.
    #[serde(flatten)]
    pub stamp: Stamp,
    /// Applied only if the order still has this revision.
    #[serde(default)]
    pub if_revision: Option<u32>,
    /// What.
    #[serde(flatten)]
    pub action: OrderAction,
}

/// Why this person: all decisions about an order, oldest first.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Decisions {
    /// The decisions.
    pub items: Vec<Decision>,
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post("/api/v1/orders", PLACE, place)
            .about("Places an order; durable when answered")
            .body::<PlaceOrder>()
            .answers::<Accepted>(201)
            .idempotent(),
        Endpoint::get("/api/v1/orders", READ, list)
            .about("Orders, newest first, as far as one may see")
            .query::<Which>()
            .answers::<Page<Order>>(200),
        Endpoint::get("/api/v1/orders/{id}", READ, read).about("One order").answers::<Order>(200),
        Endpoint::get("/api/v1/orders/{id}/decisions", WHY, decisions)
            .about("Why this person: every decision with candidates, scores and exclusions")
            .answers::<Decisions>(200),
        Endpoint::post("/api/v1/orders/{id}/commands", ACT, command)
            .about("A command to an order; which ones depends on the role")
            .body::<Command>()
            .answers::<Accepted>(200)
            .idempotent(),
    ]
}

async fn place(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    idempotency: Idempotency,
    Body(place): Body<PlaceOrder>,
) -> Answer<(StatusCode, Json<Accepted>)> {
    may_place(&edge, &claims, &place.elder)?;
    let id = idempotency.or(None, &edge);
    let order = name_of(&edge, &claims.user, &id);
    let request = DispatchRequest {
        actor: claims.actor(),
        caregiver: None,
        request: DispatchCommand::Place { id, order, place },
    };
    let accepted = edge.neighbours.command(Service::Dispatch, &request).await?;
    Ok((StatusCode::CREATED, Json(seen_by(&claims, accepted))))
}

/// An elder for themselves, a desk for the elders of its scope. An elder nobody here knows is dispatch's to refuse.
fn may_place(edge: &EdgeState, claims: &Claims, elder: &ElderId) -> Result<(), Failure> {
    if claims.role == Role::Elder {
        return if claims.elder.as_ref() == Some(elder) {
            Ok(())
        } else {
            Err(Problem::new(403, "out_of_scope", "you can only order for yourself").at("/elder").into())
        };
    }
    if claims.scope.is_whole() {
        return Ok(());
    }
    match edge.live.read(|core| core.world.elder(elder).cloned()) {
        Some(elder) if claims.scope.covers(&elder.street, &elder.community) => Ok(()),
        _ => Err(Problem::new(404, "unknown_elder", "there is no such elder within your scope")
            .at("/elder")
            .into()),
    }
}

/// The same for a repetition; another for anyone else who happens to choose the same command id.
pub(super) fn name_of<T>(edge: &EdgeState, user: &UserId, command: &CommandId) -> T
where
    T: FromStr<Err = InvalidId>,
{
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let digest = Sha256::new()
        .chain_update(edge.district.as_str())
        .chain_update([0])
        .chain_update(user.as_str())
        .chain_update([0])
        .chain_update(command.as_str())
        .finalize();
    let name: String = digest
        .iter()
        .take(16)
        .map(|byte| ALPHABET.get(usize::from(byte % 32)).map_or('0', |&c| char::from(c)))
        .collect();
    // Sixteen letters and digits are within an id's alphabet; the fallback keeps the types honest.
    name.parse().unwrap_or_else(|_| edge.entropy.id())
}

async fn list(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Query(which): Query<Which>,
) -> Answer<Json<Page<Order>>> {
    let limit = which.paging.limit()?;
    let after = which.paging.place(|text| {
        let (millis, id) = text.split_once(':')?;
        Some((std::cmp::Reverse(millis.parse().ok()?), OrderId::new(id).ok()?))
    })?;
    let audience = Audience::of(&claims);
    let page = edge.live.read(|core| {
        let seen = core.world.orders_after(after.as_ref()).filter_map(|order| {
            let view = audience.of_order(&reach(order, &core.world))?;
            which.includes(order).then(|| viewed(order, view))
        });
        page::take(seen, limit, |order| format!("{}:{}", order.created_at.as_millis(), order.id))
    });
    Ok(Json(page))
}

impl Which {
    fn includes(&self, order: &Order) -> bool {
        let stage = self.stage.as_deref().is_none_or(|stages| {
            let name = order.stage.name();
            stages.split(',').any(|s| s.trim() == name || (s.trim() == "open" && !order.stage.is_closed()))
        });
        let elder = self.elder.as_ref().is_none_or(|elder| *elder == order.elder);
        let caregiver = self.caregiver.as_ref().is_none_or(|wanted| order.people().any(|c| c == wanted));
        let exception = self.exception.is_none_or(|exception| exception == order.is_exception());
        stage
            && elder
            && caregiver
            && exception
            && self.q.as_deref().is_none_or(|q| mentions(order, q.trim()))
    }
}

fn mentions(order: &Order, q: &str) -> bool {
    let q = q.to_lowercase();
    let service = crate::wire_name(&order.service);
    let ids =
        [order.id.as_str(), order.elder.as_str(), order.street.as_str(), order.community.as_str(), &service];
    let people = order.people().map(CaregiverId::as_str);
    ids.into_iter().chain(people).any(|text| text.to_lowercase().contains(&q))
}

/// Whom an order concerns as it is now.
pub(super) fn reach(order: &Order, world: &World) -> Reach {
    Reach {
        street: order.street.clone(),
        community: order.community.clone(),
        elder: order.elder.clone(),
        caregivers: order.people().cloned().collect(),
        organisations: world.employers(order.people()),
    }
}

fn viewed(order: &Order, view: View) -> Order {
    match view {
        View::Whole => order.clone(),
        View::Field => for_the_field(order).into_owned(),
    }
}

/// The order, from memory or, if it is old, from the stream.
pub(super) async fn find(edge: &EdgeState, claims: &Claims, id: &OrderId) -> Answer<Order> {
    let known = edge.live.read(|core| core.world.order(id).cloned());
    let order = if let Some(order) = known {
        (*order).clone()
    } else {
        let last = history(edge, id, 1).await?.pop();
        last.map(|event| event.order).ok_or_else(|| not_found("unknown_order", "order"))?
    };
    let reach = edge.live.read(|core| reach(&order, &core.world));
    let view = Audience::of(claims).of_order(&reach).ok_or_else(|| not_found("unknown_order", "order"))?;
    Ok(viewed(&order, view))
}

async fn history(edge: &EdgeState, id: &OrderId, newest: usize) -> Answer<Vec<OrderEvent>> {
    let stream = StreamKind::Orders.name(&edge.district);
    let subject = subject::order(&edge.district, id);
    let messages =
        edge.neighbours.bus().messages_for_subject(&stream, &subject, newest).await.map_err(|error| {
            tracing::warn!(%error, "the history of an order cannot be read");
            Problem::unavailable("the order's history cannot be read just now; try again")
        })?;
    let events =
        messages.iter().filter_map(|m| m.decode::<CloudEvent<OrderEvent>>().ok()).map(|event| event.data);
    Ok(events.collect())
}

async fn read(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Path(id): Path<OrderId>,
) -> Answer<Json<Order>> {
    Ok(Json(find(&edge, &claims, &id).await?))
}

async fn decisions(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Path(id): Path<OrderId>,
) -> Answer<Json<Decisions>> {
    find(&edge, &claims, &id).await?;
    let events = history(&edge, &id, HISTORY).await?;
    Ok(Json(Decisions { items: events.into_iter().filter_map(|event| event.decision).collect() }))
}

async fn command(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Path(order): Path<OrderId>,
    idempotency: Idempotency,
    Body(command): Body<Command>,
) -> Answer<Json<Accepted>> {
    let action = command.action;
    if !action.allowed(claims.role) {
        let role = crate::wire_name(&claims.role);
        let detail = format!(
            "the role {role} may not {}; staff apply for a change, the desk or the elder decides",
            action.name()
        );
        return Err(Problem::new(403, "not_allowed", detail).at("/action").into());
    }
    may_command(&edge, &claims, &order).await?;
    note_override(&edge, &claims, &order, &action).await?;
    let id = idempotency.or(command.stamp.id, &edge);
    let request = DispatchRequest {
        actor: claims.actor(),
        caregiver: claims.caregiver.clone(),
        request: DispatchCommand::Order {
            command: OrderCommand {
                id,
                order,
                occurred_at: command.stamp.occurred_at,
                if_revision: command.if_revision,
                action,
            },
        },
    };
    let accepted = edge.neighbours.command(Service::Dispatch, &request).await?;
    Ok(Json(seen_by(&claims, accepted)))
}

/// Whether someone may address this order at all. A caregiver whose phone repeats what it did hours ago may have been
/// taken off since: whether the command still counts is dispatch's to say.
async fn may_command(edge: &EdgeState, claims: &Claims, order: &OrderId) -> Result<(), Failure> {
    match claims.role {
        Role::Caregiver if claims.caregiver.is_some() => Ok(()),
        Role::Operator | Role::Supervisor | Role::FrontDesk if claims.scope.is_whole() => Ok(()),
        _ => find(edge, claims, order).await.map(drop),
    }
}

/// What the desk does in the matcher's or a caregiver's place is written down before it is done.
async fn note_override(
    edge: &EdgeState,
    claims: &Claims,
    order: &OrderId,
    action: &OrderAction,
) -> Result<(), Problem> {
    let deed = match action {
        OrderAction::Assign { .. } => Action::Assigned,
        OrderAction::HandBack => Action::HandedBack,
        _ if matches!(claims.role, Role::Operator | Role::Supervisor)
            && OrderAction::allowed(action, Role::Caregiver) =>
        {
            Action::ActedFor
        }
        _ => return Ok(()),
    };
    let detail = match action {
        OrderAction::Assign { caregivers, .. } => json!({ "action": action.name(), "to": caregivers }),
        _ => json!({ "action": action.name() }),
    };
    edge.audit(claims, deed, Some(order.as_str()), detail).await
}

fn seen_by(claims: &Claims, mut accepted: Accepted) -> Accepted {
    if matches!(claims.role, Role::Caregiver | Role::Elder) {
        accepted.order = for_the_field(&accepted.order).into_owned();
    }
    accepted
}
