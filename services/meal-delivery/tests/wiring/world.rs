//! A server, a district with one kitchen, and what is durable.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use bus::{Bus, FencedWriter, Followed, RequestError, StartFrom, StreamSpec, testing::NatsServer};
use domain::{
    calendar::Day,
    caregiver::TravelMode,
    elder::{Ability, DEFAULT_ARRIVAL_RADIUS, ElderProfile},
    geo::Wgs84,
    id::{CommandId, DistrictId, InvalidId, MealId, UserId},
    meal::{
        ClockTime, Courier, Diner, Dish, Hours, Kitchen, Meal, Round, Serving, Sitting, SittingKey, Size,
        Slot, Texture,
    },
    order::{Actor, PayWith, Role},
    time::{Timestamp, Window},
    unit::Fen,
};
use runtime::{Clock, SystemClock};
use schemas::{
    envelope::CloudEvent,
    meal::{CodeQuery, MealCode, MealCommand, MealDone, MealEvent, MealRequest, PlaceMeal},
    problem::Problem,
    profile::ElderProfiled,
    subject::{self, Service, StreamKind},
};
use tempfile::TempDir;
use tokio::time::Instant;

/// How long anything may take.
pub const LIMIT: Duration = Duration::from_secs(90);
/// How fast the district's clock runs.
const SPEED: f64 = 60.0;

pub fn id<T: std::str::FromStr<Err = InvalidId>>(text: &str) -> T {
    text.parse().unwrap()
}

pub fn today() -> Day {
    "2026-03-10".parse().unwrap()
}

pub fn at(hour: i16, minute: i16) -> Timestamp {
    ClockTime::at(hour, minute).on(today())
}

pub fn lunch() -> SittingKey {
    SittingKey { day: today(), slot: Slot::Lunch, kitchen: id("k") }
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

/// The server, and an onlooker's connection. The district's clock begins at half past eight and runs fast.
pub struct World {
    pub server: NatsServer,
    pub bus: Bus,
    pub district: DistrictId,
    pub state: TempDir,
    began: Timestamp,
    commands: AtomicU64,
}

/// What is durable.
#[derive(Default)]
pub struct Durable {
    pub meals: BTreeMap<MealId, Meal>,
    pub rounds: Vec<Round>,
    pub sitting: Option<Sitting>,
}

/// The program, to be killed.
pub struct Program(Child);

impl Program {
    pub fn start(w: &World, more: &[&str]) -> Self {
        let set = [
            format!("nats.url={}", w.server.url()),
            "runtime.admin.listen=127.0.0.1:0".to_owned(),
            format!("runtime.clock.wall={}", w.began),
            format!("runtime.clock.shown={}", at(8, 30)),
            format!("runtime.clock.speed={SPEED}"),
            format!("meals.district={}", w.district),
            format!("meals.state={}", w.state.path().display()),
            "meals.lease_ttl_ms=500".to_owned(),
            "meals.rules.plan=1".to_owned(),
        ];
        let mut command = Command::new(env!("CARGO_BIN_EXE_meal-delivery"));
        for set in set.iter().map(String::as_str).chain(more.iter().copied()) {
            command.args(["--set", set]);
        }
        Self(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }

    pub fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl World {
    /// With so many elders in the registry.
    pub async fn new(elders: u32) -> Self {
        let server = NatsServer::start();
        let bus = server.connect("onlooker").await;
        let district = DistrictId::new("d").unwrap();
        bus.reconcile(&[StreamSpec::of(StreamKind::Profiles, &district, 1)]).await.unwrap();
        let stream = StreamKind::Profiles.name(&district);
        let last = bus.last_sequence(&stream).await.unwrap();
        let mut registry = FencedWriter::open(&bus, stream, last);
        for n in 0..elders {
            let elder = elder(n);
            let to = subject::elder_profile(&district, &elder.id);
            let name = elder.id.to_string();
            let event =
                CloudEvent::new(name, "/registry", district.clone(), at(8, 0), ElderProfiled { elder });
            registry.publish(to, &event).await.unwrap().await.unwrap();
        }
        let (state, began) = (TempDir::new().unwrap(), SystemClock.now());
        Self { server, bus, district, state, began, commands: AtomicU64::new(0) }
    }

    /// Says it once.
    pub async fn send(
        &self,
        command: &CommandId,
        role: Role,
        courier: Option<&str>,
        request: MealCommand,
    ) -> Result<MealDone, RequestError> {
        let actor = Actor { role, user: Some(id::<UserId>("u")) };
        let request = MealRequest { id: command.clone(), actor, caregiver: courier.map(id), request };
        let to = subject::command(&self.district, Service::MealDelivery);
        self.bus.request(to, &request, Duration::from_secs(2)).await
    }

    /// Says the same until there is an answer.
    pub async fn say(
        &self,
        role: Role,
        courier: Option<&str>,
        request: MealCommand,
    ) -> Result<MealDone, Problem> {
        let number = self.commands.fetch_add(1, Ordering::Relaxed);
        let command = CommandId::derived("c", number);
        eventually("an answer", async || match self.send(&command, role, courier, request.clone()).await {
            Ok(done) => Some(Ok(done)),
            Err(RequestError::Refused(problem)) if problem.status < 500 => Some(Err(problem)),
            Err(_) => None,
        })
        .await
    }

    pub async fn code(&self, meal: &MealId) -> MealCode {
        let actor = Actor { role: Role::Operator, user: None };
        let query = CodeQuery { actor, meal: meal.clone() };
        let to = subject::ask(&self.district, Service::MealDelivery, "code");
        eventually("a code", async || {
            self.bus.request::<_, MealCode>(to.clone(), &query, Duration::from_secs(1)).await.ok()
        })
        .await
    }

    /// A kitchen, needs of everybody, two couriers, a menu.
    pub async fn open(&self, elders: u32) {
        let desk = |request| self.say(Role::Operator, None, request);
        desk(MealCommand::PutKitchen { kitchen: kitchen() }).await.unwrap();
        for n in 0..elders {
            let diner = Diner::of(id(&format!("e{n}")), id("k"));
            desk(MealCommand::PutDiner { diner }).await.unwrap();
        }
        for courier in ["c0", "c1"] {
            let shifts = vec![Window::new(at(8, 0), at(20, 0)).unwrap()];
            let mode = TravelMode::EBike;
            let courier =
                Courier { id: id(courier), kitchen: id("k"), mode, boxes: 8, shifts, trouble: None };
            desk(MealCommand::PutCourier { courier }).await.unwrap();
        }
        desk(MealCommand::PutMenu { sitting: lunch(), dishes: vec![dish()] }).await.unwrap();
    }

    /// Everything as it is durable.
    pub async fn durable(&self) -> Durable {
        let mut durable = Durable::default();
        for event in self.history(StartFrom::LastPerSubject).await {
            match event {
                MealEvent::Meal(meal) => drop(durable.meals.insert(meal.id.clone(), meal)),
                MealEvent::Round(round) => durable.rounds.push(round),
                MealEvent::Sitting(sitting) => durable.sitting = Some(sitting),
                _ => {}
            }
        }
        durable
    }

    /// Every decision about a day's meals.
    pub async fn history(&self, from: StartFrom) -> Vec<MealEvent> {
        let stream = StreamKind::Meals.name(&self.district);
        let mut follower = self.bus.follow(stream, &[], from).await.unwrap();
        let mut events = Vec::new();
        loop {
            match follower.next().await {
                Followed::CaughtUp { .. } => return events,
                Followed::Reset => events.clear(),
                Followed::Message(message) if message.subject.contains('~') => {}
                Followed::Message(message) => {
                    events.push(message.decode::<CloudEvent<MealEvent>>().unwrap().data);
                }
            }
        }
    }
}

fn elder(n: u32) -> ElderProfile {
    let angle = f64::from(n);
    ElderProfile {
        id: id(&format!("e{n}")),
        place: Wgs84::new(98.29, 39.77).unwrap().offset_m(900.0 * angle.cos(), 900.0 * angle.sin()),
        street: id("s"),
        community: id("m"),
        ability: Ability::default(),
        priority_classes: BTreeSet::new(),
        blocked: BTreeSet::new(),
        preferred: BTreeSet::new(),
        arrival_radius: DEFAULT_ARRIVAL_RADIUS,
        closed: false,
    }
}

/// Ordered until ten to nine, cooked at nine.
fn kitchen() -> Kitchen {
    let hours = Hours {
        cut_off: ClockTime::at(8, 50),
        cooked: ClockTime::at(9, 0),
        from: ClockTime::at(9, 0),
        until: ClockTime::at(14, 0),
        capacity: 200,
    };
    Kitchen {
        id: id("k"),
        organisation: id("org"),
        street: id("s"),
        place: Wgs84::new(98.29, 39.77).unwrap(),
        hours: BTreeMap::from([(Slot::Lunch, hours)]),
        closed: false,
    }
}

fn dish() -> Dish {
    Dish {
        id: id("a"),
        name: "清炒时蔬".to_owned(),
        prices: BTreeMap::from([(Size::Regular, Fen(1500))]),
        textures: BTreeSet::from([Texture::Regular]),
        contains: BTreeSet::new(),
        suits: BTreeSet::new(),
        ingredients: BTreeSet::new(),
        capacity: 200,
    }
}

pub fn order(n: u32) -> MealCommand {
    let order = PlaceMeal {
        elder: id(&format!("e{n}")),
        sitting: lunch(),
        dish: id("a"),
        size: None,
        texture: None,
        serving: Serving::Delivery,
        despite: false,
        pay_with: PayWith::Allowance,
        self_pay_up_to: Fen(2000),
    };
    MealCommand::Order { meal: id(&format!("m{n}")), order }
}
