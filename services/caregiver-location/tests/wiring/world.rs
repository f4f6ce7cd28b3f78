//! A server, a district, and what the neighbours of this service do.

use std::{future::Future, sync::Arc, time::Duration};

use bus::{Bus, Followed, RequestError, StartFrom, StreamSpec, testing::NatsServer};
use caregiver_location::{Config, core::Rules, start};
use domain::{
    caregiver::{CaregiverProfile, Certificate, Duty, TravelMode},
    geo::{Datum, Wgs84},
    id::{CaregiverId, CommandId, DistrictId, OrganisationId, StreetId},
    order::Actor,
    service::Qualification,
    time::{Timestamp, Window},
    unit::Metres,
};
use roads::{FallbackModel, Roads};
use runtime::{Clock, Context, NatsConfig, SystemClock};
use schemas::{
    envelope::CloudEvent,
    position::{DutyCommand, Fix, Near, Nearest, NearestQuery, PositionReport, Presence},
    profile::CaregiverProfiled,
    subject::{self, Service, StreamKind},
};
use serde::de::DeserializeOwned;
use tokio::time::Instant;

/// How long anything may take.
pub const LIMIT: Duration = Duration::from_secs(30);

pub fn now() -> Timestamp {
    SystemClock.now()
}

pub fn centre() -> Wgs84 {
    Wgs84::new(98.29, 39.77).unwrap()
}

pub fn id(n: usize) -> CaregiverId {
    CaregiverId::new(format!("c{n}")).unwrap()
}

/// A fix so many metres east of the centre.
pub fn fix(at: Timestamp, east: f64) -> Fix {
    let place = centre().offset_m(east, 0.0);
    let (lon, lat) = (place.lon(), place.lat());
    Fix { at, lon, lat, datum: Some(Datum::Wgs84), accuracy: Some(10.0), battery: None }
}

/// Asks again until there is an answer.
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, mut ask: impl FnMut() -> F) -> T {
    let deadline = Instant::now() + LIMIT;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(Instant::now() < deadline, "not within {LIMIT:?}: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The server, and the neighbours' connection.
pub struct World {
    pub server: NatsServer,
    pub bus: Bus,
    pub district: DistrictId,
}

/// One process of the service, as it were.
pub struct Process {
    pub ctx: Context,
}

impl Process {
    pub async fn stop(self) {
        let overdue = self.ctx.tasks.shut_down(LIMIT).await;
        assert_eq!(overdue, Vec::<String>::new());
    }

    pub async fn ready(&self) {
        eventually("readiness", async || self.ctx.health.report().ready.then_some(())).await;
    }
}

impl World {
    pub async fn new() -> Self {
        let server = NatsServer::start();
        let bus = server.connect("neighbours").await;
        let district = DistrictId::new("d").unwrap();
        bus.reconcile(&StreamSpec::all(&district, 1)).await.unwrap();
        Self { server, bus, district }
    }

    /// Thresholds are the usual ones, but dwelling is short and positions are written down at once and often.
    pub fn config(&self) -> Config {
        let mut rules = Rules::default();
        rules.fences.dwell_seconds = 20;
        rules.saving.every_seconds = 0;
        rules.saving.refresh_seconds = 1;
        let lease_ttl_ms = 1000;
        Config { rules, lease_ttl_ms, announce_ms: 50, ..Config::of(self.district.clone()) }
    }

    pub async fn process(&self, config: &Config) -> Process {
        let ctx = Context::system();
        let bus = Bus::open(&self.server.config(), "caregiver-location", &ctx).await.unwrap();
        let roads = Arc::new(Roads::fallback_only(FallbackModel::default()));
        start(config, &NatsConfig::default(), roads, &bus, &ctx).await.unwrap();
        Process { ctx }
    }

    pub async fn profile(&self, caregiver: &CaregiverId) {
        let always = Window::new(Timestamp::from_millis(0), now().plus_millis(1 << 40)).unwrap();
        let caregiver = CaregiverProfile {
            id: caregiver.clone(),
            organisation: OrganisationId::new("o").unwrap(),
            street: StreetId::new("s").unwrap(),
            mode: TravelMode::EBike,
            certificates: vec![Certificate { qualification: Qualification::ElderCare, valid: always }],
            health_certificate: Some(always),
            trained: true,
            shifts: vec![always],
            breaks: vec![],
            off: Vec::new(),
            max_radius: Metres(8000),
            rating: None,
            suspended: false,
        };
        let to = subject::caregiver_profile(&self.district, &caregiver.id);
        let name = format!("profile-{}", caregiver.id);
        let event =
            CloudEvent::new(name, "/registry", self.district.clone(), now(), CaregiverProfiled { caregiver });
        self.bus.publish(to, &event).await.unwrap();
    }

    /// A duty command, repeated with the same id until it is answered, as an outbox does.
    pub async fn duty(&self, caregiver: &CaregiverId, duty: Duty) -> Presence {
        let name = format!("{caregiver}-{duty:?}-{}", now().as_millis());
        let command = DutyCommand {
            id: CommandId::new(name).unwrap(),
            actor: Actor::SYSTEM,
            caregiver: caregiver.clone(),
            duty,
            occurred_at: None,
        };
        eventually("an answer to a duty command", async || self.command(&command).await.ok()).await
    }

    pub async fn command(&self, command: &DutyCommand) -> Result<Presence, RequestError> {
        let to = subject::command(&self.district, Service::CaregiverLocation);
        self.bus.request(to, command, Duration::from_secs(2)).await
    }

    pub async fn report(&self, caregiver: &CaregiverId, fixes: Vec<Fix>) {
        let to = subject::position_report(&self.district, caregiver);
        self.bus.publish(to, &PositionReport { fixes }).await.unwrap();
    }

    /// The nearest to the centre; nothing while nobody answers.
    pub async fn nearest(&self, k: u16) -> Option<Vec<Near>> {
        let query = NearestQuery {
            place: centre(),
            k,
            within: Metres(50_000),
            by_road: false,
            qualifications: vec![Qualification::ElderCare],
            available: true,
            spare: None,
        };
        self.ask(&query).await.ok()
    }

    pub async fn ask(&self, query: &NearestQuery) -> Result<Vec<Near>, RequestError> {
        let to = subject::ask(&self.district, Service::CaregiverLocation, "nearest");
        let nearest: Nearest = self.bus.request(to, query, Duration::from_secs(2)).await?;
        Ok(nearest.found)
    }

    /// Waits until exactly these are found, nearest first.
    pub async fn found(&self, expected: &[CaregiverId]) -> Vec<Near> {
        eventually(&format!("{expected:?} are found"), async || {
            let found = self.nearest(100).await?;
            found.iter().map(|near| &near.caregiver).eq(expected).then_some(found)
        })
        .await
    }

    /// All messages of a stream; waits for the stream where a restarted server has forgotten it.
    pub async fn stream<T: DeserializeOwned>(&self, kind: StreamKind, start: StartFrom) -> Vec<T> {
        let name = kind.name(&self.district);
        let open = async || self.bus.follow(&name, &[], start).await.ok();
        let mut follower = eventually(&format!("{name} is there"), open).await;
        let mut all = Vec::new();
        loop {
            match follower.next().await {
                Followed::Message(message) => all.push(message.decode().unwrap()),
                Followed::CaughtUp { .. } => return all,
                Followed::Reset => all.clear(),
            }
        }
    }
}
