//! The services behind the edge, as small as can be: orders go through the domain's own rules and are written to the
//! real stream; who is offered what is said by the test.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use bus::{Bus, Endpoint, FencedWriter};
use domain::{
    caregiver::{CaregiverProfile, Certificate, Duty, Signal, TravelMode},
    command::OrderCommand,
    decision::{Decision, Method},
    elder::ElderProfile,
    geo::Wgs84,
    id::{CaregiverId, DecisionId, OfferId, OrderId},
    order::{
        Actor, Entry, Happening, Order, Stage,
        apply::Utterer,
        stage::{Seat, Waiting},
    },
    priority::Priority,
    time::{Timestamp, Window},
    unit::{Metres, Seconds},
};
use runtime::{Clock, SystemClock};
use schemas::{
    envelope::{CloudEvent, EventData},
    order::{Accepted, DispatchCommand, DispatchRequest, OrderEvent},
    position::{DutyCommand, Nearest, NearestQuery, Presence},
    problem::Problem,
    profile::{CaregiverProfiled, ElderProfiled, FindQuery, Kind, Names, NamesQuery},
    subject::{self, Service, StreamKind},
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::district;

#[derive(Clone)]
pub struct Neighbours {
    bus: Bus,
    orders: Arc<Orders>,
    dispatch_away: CancellationToken,
    dispatch_server: Arc<tokio::sync::Mutex<Option<JoinHandle<()>>>>,
    pub registry_away: CancellationToken,
}

struct Orders {
    writer: tokio::sync::Mutex<FencedWriter>,
    known: Mutex<HashMap<OrderId, (Order, u64)>>,
}

fn now() -> Timestamp {
    SystemClock.now()
}

impl Neighbours {
    pub async fn start(bus: &Bus) -> Self {
        let stream = StreamKind::Orders.name(&district());
        let last = bus.last_sequence(&stream).await.unwrap();
        let writer = tokio::sync::Mutex::new(FencedWriter::open(bus, stream, last));
        let orders = Arc::new(Orders { writer, known: Mutex::default() });
        let this = Self {
            bus: bus.clone(),
            orders,
            dispatch_away: CancellationToken::new(),
            dispatch_server: Arc::default(),
            registry_away: CancellationToken::new(),
        };
        this.serve_dispatch().await;
        let other = this
            .bus
            .serve(Endpoint::new(subject::command(&district(), Service::CaregiverLocation)))
            .await
            .unwrap();
        let neighbours = this.clone();
        tokio::spawn(other.run(CancellationToken::new(), move |call: bus::Call<DutyCommand>| {
            let neighbours = neighbours.clone();
            async move { Ok::<_, Problem>(neighbours.on_duty(&call.body.caregiver, call.body.duty).await) }
        }));
        let nearest = this
            .bus
            .serve(Endpoint::new(subject::ask(&district(), Service::CaregiverLocation, "nearest")))
            .await
            .unwrap();
        tokio::spawn(nearest.run(CancellationToken::new(), |_: bus::Call<NearestQuery>| async {
            Ok::<_, Problem>(Nearest::default())
        }));
        for (subject, away) in [
            (subject::ask(&district(), Service::Registry, "names"), this.registry_away.clone()),
            (subject::command(&district(), Service::Registry), this.registry_away.clone()),
        ] {
            let server = this.bus.serve(Endpoint::new(subject)).await.unwrap();
            tokio::spawn(server.run(away, |call: bus::Call<NamesQuery>| async move {
                let names =
                    call.body.ids.into_iter().map(|id| (id.clone(), format!("name of {id}"))).collect();
                Ok::<_, Problem>(Names { names })
            }));
        }
        for question in [
            "catalogue",
            "quality",
            "eligibility",
            "balance",
            "quote",
            "entries",
            "settlements",
            "statement",
            "matters",
        ] {
            let server = this
                .bus
                .serve(Endpoint::new(subject::ask(&district(), Service::Accounts, question)))
                .await
                .unwrap();
            tokio::spawn(server.run(CancellationToken::new(), |_: bus::Call<serde_json::Value>| async {
                Err::<(), _>(Problem::new(404, "nothing_booked", "these books are empty"))
            }));
        }
        for question in
            ["organisations", "facilities", "rosters", "plans", "erasures", "export", "caller", "audit"]
        {
            let server = this
                .bus
                .serve(Endpoint::new(subject::ask(&district(), Service::Registry, question)))
                .await
                .unwrap();
            tokio::spawn(server.run(CancellationToken::new(), |_: bus::Call<serde_json::Value>| async {
                Err::<(), _>(Problem::new(404, "nothing_kept", "this registry is empty"))
            }));
        }
        let books =
            this.bus.serve(Endpoint::new(subject::command(&district(), Service::Accounts))).await.unwrap();
        tokio::spawn(books.run(CancellationToken::new(), |_: bus::Call<serde_json::Value>| async {
            Err::<(), _>(Problem::new(404, "nothing_booked", "these books are empty"))
        }));
        let search = subject::ask(&district(), Service::Registry, "find");
        let server = this.bus.serve(Endpoint::new(search)).await.unwrap();
        let people = [("e1", "s1"), ("e2", "s2"), ("c1", "s1"), ("c2", "s1"), ("c3", "s2")];
        tokio::spawn(server.run(this.registry_away.clone(), move |call: bus::Call<FindQuery>| async move {
            let FindQuery { kind, words, street, .. } = call.body;
            let of_kind = if kind == Kind::Elder { 'e' } else { 'c' };
            let called = |id: &str| format!("name of {id}");
            let meant = people.iter().filter(|(id, on)| {
                id.starts_with(of_kind)
                    && called(id).contains(&words.to_lowercase())
                    && street.as_ref().is_none_or(|street| street.as_str() == *on)
            });
            let names = meant.map(|(id, _)| ((*id).to_owned(), called(id))).collect();
            Ok::<_, Problem>(Names { names })
        }));
        this
    }

    pub async fn serve_dispatch(&self) {
        let endpoint = Endpoint::new(subject::command(&district(), Service::Dispatch));
        let server = self.bus.serve(endpoint).await.unwrap();
        let neighbours = self.clone();
        let away = self.dispatch_away.clone();
        let server = tokio::spawn(async move {
            server
                .run(away, move |call: bus::Call<DispatchRequest>| {
                    let neighbours = neighbours.clone();
                    async move { neighbours.dispatch(call.body).await }
                })
                .await
                .unwrap();
        });
        *self.dispatch_server.lock().await = Some(server);
    }

    /// Returns only once nobody answers commands any more: a server that is told to stop finishes what it holds first.
    pub async fn stop_dispatch(&self) {
        self.dispatch_away.cancel();
        if let Some(server) = self.dispatch_server.lock().await.take() {
            server.await.unwrap();
        }
    }

    async fn dispatch(&self, request: DispatchRequest) -> Result<Accepted, Problem> {
        match request.request {
            DispatchCommand::Place { id, order, place } => {
                if let Some((order, sequence)) = self.known(&order) {
                    return Ok(Accepted { order, sequence, repeated: true });
                }
                if place.elder.as_str() == "nobody" {
                    return Err(Problem::new(404, "unknown_elder", "there is no such elder").at("/elder"));
                }
                let street = if place.elder.as_str() == "e2" { "s2" } else { "s1" };
                let mut placed = new_order(order.as_str(), place.elder.as_str(), street, &request.actor);
                placed.timeline[0].command = Some(id);
                let (order, sequence) = self.write(placed, None).await;
                Ok(Accepted { order, sequence, repeated: false })
            }
            DispatchCommand::Order { command } => {
                self.apply(&command, &request.actor, request.caregiver.as_ref()).await
            }
        }
    }

    async fn apply(
        &self,
        command: &OrderCommand,
        actor: &Actor,
        caregiver: Option<&CaregiverId>,
    ) -> Result<Accepted, Problem> {
        let unknown = || Problem::new(404, "unknown_order", "there is no such order");
        let (order, sequence) = self.known(&command.order).ok_or_else(unknown)?;
        if order.has_applied(&command.id) {
            return Ok(Accepted { order, sequence, repeated: true });
        }
        let refused =
            |refusal: domain::order::Refusal| Problem::new(409, refusal.code(), refusal.to_string());
        let next = order.apply(command, Utterer { actor, caregiver }, now()).map_err(refused)?;
        let (order, sequence) = self.write(next, None).await;
        Ok(Accepted { order, sequence, repeated: false })
    }

    pub fn known(&self, id: &OrderId) -> Option<(Order, u64)> {
        self.orders.known.lock().unwrap().get(id).cloned()
    }

    /// Writes an order event and remembers it.
    pub async fn write(&self, mut order: Order, decision: Option<Decision>) -> (Order, u64) {
        order.revision += 1;
        let id = format!("{}-{}", order.id, order.revision);
        let event = OrderEvent { order: order.clone(), decision };
        let event = CloudEvent::new(id, Service::Dispatch.source(), district(), now(), event);
        let pending = {
            let mut writer = self.orders.writer.lock().await;
            writer.publish(subject::order(&district(), &order.id), &event).await.unwrap()
        };
        let sequence = pending.await.unwrap().0;
        self.orders.known.lock().unwrap().insert(order.id.clone(), (order.clone(), sequence));
        (order, sequence)
    }

    /// Offers an order to someone.
    pub async fn offer(&self, order: &OrderId, to: &str) -> (Order, u64) {
        let (order, _) = self.known(order).unwrap();
        let at = now();
        let seat = Seat {
            offer: OfferId::new(format!("offer-{to}-{}", order.revision)).unwrap(),
            caregiver: CaregiverId::new(to).unwrap(),
            offered_at: at,
            expires_at: at + Seconds(60),
            start: at + Seconds(600),
            leg: None,
            accepted_at: None,
        };
        let decision = Decision {
            id: DecisionId::new(format!("decision-{}", order.revision)).unwrap(),
            order: order.id.clone(),
            at,
            method: Method::Insert,
            considered: 2,
            ranked: Vec::new(),
            chosen: vec![seat.caregiver.clone()],
            passed_over: None,
            reason: None,
            excluded: Vec::new(),
            shortage: None,
        };
        let offered = order.offer(vec![seat], &decision, at);
        self.write(offered, Some(decision)).await
    }

    /// Withdraws whatever was offered.
    pub async fn withdraw(&self, order: &OrderId) -> (Order, u64) {
        let (order, _) = self.known(order).unwrap();
        self.write(order.release_all(now()), None).await
    }

    /// Caregivers c1, c2 on street s1 and c3 on s2; elders e1 on s1 and e2 on s2.
    pub async fn people(&self) {
        let span = Window::new(Timestamp::from_millis(0), Timestamp::from_millis(4_000_000_000_000)).unwrap();
        for (id, street, employer) in [("c1", "s1", "org"), ("c2", "s1", "org2"), ("c3", "s2", "org2")] {
            let caregiver = CaregiverProfile {
                id: CaregiverId::new(id).unwrap(),
                organisation: employer.parse().unwrap(),
                street: street.parse().unwrap(),
                mode: TravelMode::EBike,
                certificates: vec![Certificate {
                    qualification: domain::service::Qualification::ElderCare,
                    valid: span,
                }],
                health_certificate: Some(span),
                trained: true,
                shifts: vec![span],
                breaks: Vec::new(),
                off: Vec::new(),
                max_radius: Metres(8000),
                rating: None,
                suspended: false,
            };
            let to = subject::caregiver_profile(&district(), &caregiver.id);
            self.tell(to, Service::Registry, CaregiverProfiled { caregiver }).await;
        }
        for (id, street) in [("e1", "s1"), ("e2", "s2")] {
            self.elder(id, street).await;
        }
    }

    /// Publishes an elder's profile.
    pub async fn elder(&self, id: &str, street: &str) {
        let elder: ElderProfile = serde_json::from_value(serde_json::json!({
            "id": id, "place": { "lon": 98.29, "lat": 39.77 }, "street": street, "community": "co1",
        }))
        .unwrap();
        let to = subject::elder_profile(&district(), &elder.id);
        self.tell(to, Service::Registry, ElderProfiled { elder }).await;
    }

    pub async fn on_duty(&self, caregiver: &CaregiverId, duty: Duty) -> Presence {
        let at = now();
        let presence = Presence {
            caregiver: caregiver.clone(),
            duty,
            duty_since: at,
            signal: Signal::None,
            signal_since: at,
            rejected: None,
            applied: Vec::new(),
        };
        let to = subject::presence(&district(), caregiver);
        self.tell(to, Service::CaregiverLocation, presence.clone()).await;
        presence
    }

    /// Publishes an event to whichever stream keeps the subject.
    pub async fn tell<T: EventData>(&self, to: String, from: Service, data: T) {
        let id = format!("{}-{}", data.aggregate(), now().as_millis());
        let event = CloudEvent::new(id, from.source(), district(), now(), data);
        self.bus.publish(to, &event).await.unwrap();
        self.bus.round_trip(super::PATIENCE).await.unwrap();
    }
}

/// An order just placed.
pub fn new_order(id: &str, elder: &str, street: &str, by: &Actor) -> Order {
    let at = now();
    let service = domain::service::ServiceKind::Cleaning;
    Order {
        id: id.parse().unwrap(),
        district: district(),
        elder: elder.parse().unwrap(),
        place: Wgs84::new(98.29, 39.77).unwrap(),
        street: street.parse().unwrap(),
        community: "co1".parse().unwrap(),
        arrival_radius: Metres(150),
        service,
        requirement: service.standard(false),
        family_present: false,
        window: Window::new(at, at + Seconds::hours(1)).unwrap(),
        priority: Priority::Ordinary,
        created_at: at,
        created_by: by.clone(),
        revision: 0,
        tries: 0,
        stage: Stage::Waiting(Waiting { since: at, seats: Vec::new(), shortage: None, retry_at: at }),
        ruled_out: Vec::new(),
        applications: Vec::new(),
        dispatch_overdue: false,
        acceptance_overdue: false,
        overdue: Vec::new(),
        first_offered_at: None,
        funding: None,
        timeline: vec![Entry {
            at,
            occurred_at: None,
            by: by.clone(),
            command: None,
            digest: None,
            what: Happening::Created,
        }],
    }
}
