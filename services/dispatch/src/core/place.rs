//! From a request to an order: what is checked, and what the order takes from the elder's profile.

use domain::{
    command::PlaceOrder,
    elder::ElderProfile,
    id::{CommandId, DistrictId, OrderId},
    order::{
        Actor, Entry, Funding, Happening, Order, Refusal, Role, Stage,
        apply::{check_minutes, check_self_pay},
        stage::Waiting,
    },
    priority::Priority,
    time::{Timestamp, Window},
    unit::Seconds,
};
use schemas::digest::digest;

use super::settings::Settings;

/// Offers and decisions are named after the order, so its own name must leave room.
const MAX_ORDER_ID: usize = 40;

/// Whether this role may place orders.
///
/// # Errors
/// [`Refusal::NotAllowed`].
pub fn may_place(role: Role) -> Result<(), Refusal> {
    match role {
        // The platform itself orders the repair of a call button.
        Role::Operator | Role::Supervisor | Role::FrontDesk | Role::Elder | Role::System => Ok(()),
        role => Err(Refusal::NotAllowed { role, action: "place" }),
    }
}

/// Makes the order, waiting to be offered now or when its time comes.
///
/// # Errors
/// A [`Refusal`] naming what is wrong with the request.
pub fn order(
    settings: &Settings,
    district: &DistrictId,
    elder: &ElderProfile,
    (id, command, actor): (OrderId, CommandId, Actor),
    request: &PlaceOrder,
    now: Timestamp,
) -> Result<Order, Refusal> {
    if id.as_str().len() > MAX_ORDER_ID {
        return Err(Refusal::OrderIdTooLong);
    }
    if elder.closed {
        return Err(Refusal::ElderClosed(elder.id.clone()));
    }
    check_self_pay(request.self_pay_up_to)?;
    let window = window(settings, request, now)?;
    let mut requirement = request.service.standard(request.family_present);
    if let Some(minutes) = request.minutes {
        check_minutes(i64::from(minutes))?;
        requirement.duration = Seconds::minutes(i64::from(minutes));
    }
    let release_at = (window.earliest - settings.lead).max(now);
    let mut order = Order {
        id,
        district: district.clone(),
        elder: elder.id.clone(),
        place: elder.place,
        street: elder.street.clone(),
        community: elder.community.clone(),
        arrival_radius: elder.arrival_radius,
        service: request.service,
        requirement,
        family_present: request.family_present,
        window,
        priority: Priority::of(request.urgency, &elder.priority_classes),
        created_at: now,
        created_by: actor.clone(),
        revision: 0,
        tries: 0,
        stage: Stage::Waiting(Waiting {
            since: now,
            seats: Vec::new(),
            shortage: None,
            retry_at: release_at,
        }),
        ruled_out: Vec::new(),
        applications: Vec::new(),
        dispatch_overdue: false,
        acceptance_overdue: false,
        overdue: Vec::new(),
        first_offered_at: None,
        funding: settings.funding.then(|| Funding::asked(request.pay_with, request.self_pay_up_to)),
        timeline: vec![Entry {
            at: now,
            occurred_at: None,
            by: actor,
            command: Some(command),
            digest: Some(digest(request)),
            what: Happening::Created,
        }],
    };
    if release_at > now {
        order.note(now, Happening::Scheduled { release_at });
    }
    Ok(order)
}

fn window(settings: &Settings, request: &PlaceOrder, now: Timestamp) -> Result<Window, Refusal> {
    let Some(window) = request.window else {
        return Ok(Window { earliest: now, latest: now + settings.now_window });
    };
    check_window(settings, &window, now)?;
    Ok(window)
}

/// Whether a visit may be ordered for that window.
///
/// # Errors
/// [`Refusal::WindowPast`], [`Refusal::WindowTooFar`].
pub fn check_window(settings: &Settings, window: &Window, now: Timestamp) -> Result<(), Refusal> {
    if window.latest < now {
        return Err(Refusal::WindowPast(window.latest));
    }
    if window.earliest > now + Seconds::hours(24 * settings.horizon_days) {
        return Err(Refusal::WindowTooFar(window.earliest, settings.horizon_days));
    }
    Ok(())
}
