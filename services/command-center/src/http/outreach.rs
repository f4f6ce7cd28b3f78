//! Reaching people away from the screens: what channels there are, and where a caregiver's phone gets push messages.

use axum::{Json, extract::State, http::StatusCode};
use bus::{Bus, Endpoint as BusEndpoint, SubscribeError};
use domain::{id::CaregiverId, order::Role};
use runtime::{Context, TaskKind};
use schemas::{
    problem::Problem,
    reach::{Channels, ChannelsQuery, PushQuery, PushSubscription, PushSubscriptions},
    subject::{self, Service},
};

use super::{
    endpoint::{Endpoint, Who},
    extract::{Body, Caller},
    problem::Answer,
};
use crate::{access::token::Claims, edge::Edge, store::Store};

const READ: Who = Who::Roles(&[Role::Operator, Role::Supervisor, Role::FrontDesk, Role::Caregiver]);
/// Who is called to emergencies; couriers are not.
const CALLED: Who = Who::Roles(&[Role::Caregiver]);
/// Subscriptions that may be asked for at once.
const AT_ONCE: usize = 500;
/// Replicas share the questions.
const GROUP: &str = "command-center";

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/outreach", READ, channels)
            .about("By what people can be reached away from the screens, what is missing, and the key for web push")
            .answers::<Channels>(200),
        Endpoint::post("/api/v1/caregivers/me/push", CALLED, subscribe)
            .about("This browser gets the caregiver's alarms by web push; the one before does not any more")
            .body::<PushSubscription>()
            .answers_nothing(204),
        Endpoint::delete("/api/v1/caregivers/me/push", CALLED, unsubscribe)
            .about("No browser gets the caregiver's alarms any more")
            .answers_nothing(204),
    ]
}

async fn channels(State(edge): State<Edge>, Caller(_): Caller) -> Answer<Json<Channels>> {
    Ok(Json(edge.neighbours.ask(Service::EmergencyCall, "channels", &ChannelsQuery {}).await?))
}

async fn subscribe(
    State(edge): State<Edge>,
    Caller(claims): Caller,
    Body(subscription): Body<PushSubscription>,
) -> Answer<StatusCode> {
    let caregiver = own(&claims)?;
    check(&subscription)?;
    edge.door.store.subscribe((&caregiver, &claims.user), &subscription, edge.door.wall.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn unsubscribe(State(edge): State<Edge>, Caller(claims): Caller) -> Answer<StatusCode> {
    edge.door.store.unsubscribe(&own(&claims)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn own(claims: &Claims) -> Result<CaregiverId, Problem> {
    claims
        .caregiver
        .clone()
        .ok_or_else(|| Problem::new(403, "no_caregiver", "this account is tied to no caregiver"))
}

/// What the form alone tells; to which hosts is written at all is the channel's own list.
fn check(subscription: &PushSubscription) -> Result<(), Problem> {
    let wrong = |at: &'static str, why| Err(Problem::new(422, "malformed_subscription", why).at(at));
    if !subscription.endpoint.starts_with("https://") || subscription.endpoint.len() > 1024 {
        return wrong("/endpoint", "the endpoint is an https address of at most 1024 characters");
    }
    // 65 and 16 bytes in base64url.
    let text = |text: &str, length| {
        let text = text.trim_end_matches('=');
        text.len() == length && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    if !text(&subscription.keys.p256dh, 87) {
        return wrong("/keys/p256dh", "p256dh is 65 bytes in base64url");
    }
    if !text(&subscription.keys.auth, 22) {
        return wrong("/keys/auth", "auth is 16 bytes in base64url");
    }
    Ok(())
}

/// Answers the platform's own question for subscriptions.
///
/// # Errors
/// If the subject cannot be listened on.
pub(crate) async fn serve(store: Store, bus: &Bus, edge: &Edge, ctx: &Context) -> Result<(), SubscribeError> {
    let on = subject::ask(&edge.district, Service::CommandCenter, "push");
    let server = bus.serve(BusEndpoint::new(on).group(GROUP)).await?;
    ctx.tasks.spawn(TaskKind::Intake, "push subscriptions", |stop| {
        server.run(stop, move |call: bus::Call<PushQuery>| {
            let store = store.clone();
            async move { answer(&store, call.body).await }
        })
    });
    Ok(())
}

async fn answer(store: &Store, query: PushQuery) -> Result<PushSubscriptions, Problem> {
    if query.caregivers.len() + query.ended.len() > AT_ONCE {
        return Err(Problem::new(422, "too_many", format!("at most {AT_ONCE} at once")).at("/caregivers"));
    }
    for ended in &query.ended {
        store.push_ended(ended).await?;
    }
    Ok(PushSubscriptions { subscriptions: store.subscriptions(&query.caregivers).await? })
}

#[cfg(test)]
mod tests {
    use schemas::reach::PushKeys;

    use super::*;

    #[test]
    fn a_browsers_subscription_passes_and_others_are_named() {
        let keys = PushKeys { p256dh: "B".repeat(87), auth: "a".repeat(22) };
        let good = PushSubscription { endpoint: "https://push.example.net/x".to_owned(), keys };
        check(&good).unwrap();
        let at = |subscription: &PushSubscription| check(subscription).unwrap_err().pointer.unwrap();
        assert_eq!(at(&PushSubscription { endpoint: "http://x".to_owned(), ..good.clone() }), "/endpoint");
        let keys = PushKeys { auth: "a b".to_owned(), ..good.keys.clone() };
        assert_eq!(at(&PushSubscription { keys, ..good }), "/keys/auth");
    }
}
