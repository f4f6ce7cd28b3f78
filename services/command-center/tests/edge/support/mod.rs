//! A district in miniature: a real nats-server, the edge itself, and neighbours that answer as the real ones would.

pub mod emergencies;
pub mod neighbours;

use std::{path::Path, sync::Arc, time::Duration};

use bus::{Bus, StreamSpec, testing::NatsServer};
use command_center::{
    Config, Started,
    access::{
        scope::Scope,
        token::{Claims, Key, Keyring, LIFE},
    },
    config::DistrictConfig,
    http::endpoint::ROLES,
    start::start_at,
};
use domain::{
    id::{CaregiverId, DistrictId, ElderId, StreetId, UserId},
    order::Role,
};
use futures::StreamExt;
use roads::{FallbackModel, Roads};
use runtime::{Clock, Context, ManualClock, NatsConfig, Secret, SystemClock};
use schemas::live::LiveEvent;
use serde_json::{Value, json};
use tempfile::TempDir;

pub const TOKEN_KEY: &str = "a key of the tests, long enough to be taken";
pub const PATIENCE: Duration = Duration::from_secs(20);

pub fn district() -> DistrictId {
    DistrictId::new("here").unwrap()
}

/// The name of the account that every role has.
pub fn user(role: Role) -> String {
    format!("{role:?}").to_lowercase()
}

fn wire(role: Role) -> String {
    serde_json::to_value(role).unwrap().as_str().unwrap().to_owned()
}

/// Accounts for every role; caregiver and elder are `c1` and `e1`.
fn accounts(folder: &Path) -> std::path::PathBuf {
    let mut all: Vec<Value> = ROLES
        .iter()
        .map(|role| {
            json!({
                "user": user(*role), "role": wire(*role), "display_name": format!("{role:?}"), "password": "correct horse",
                "caregiver": matches!(role, Role::Caregiver | Role::Courier).then_some("c1"), "elder": (*role == Role::Elder).then_some("e1"),
                "organisation": matches!(role, Role::Organisation | Role::Kitchen).then_some("org"),
            })
        })
        .collect();
    all.push(json!({ "user": "desk2", "role": "operator", "display_name": "street desk", "password": "correct horse",
                     "scope": { "street": "s2" } }));
    all.push(json!({ "user": "caregiver2", "role": "caregiver", "display_name": "another", "password": "correct horse",
                     "caregiver": "c2" }));
    let path = folder.join("users.json");
    std::fs::write(&path, serde_json::to_string(&all).unwrap()).unwrap();
    path
}

pub struct District {
    pub nats: NatsServer,
    pub bus: Bus,
    _state: TempDir,
    pub wall: ManualClock,
    pub edge: Edge,
    pub config: Config,
    pub neighbours: neighbours::Neighbours,
    pub emergencies: emergencies::Emergencies,
}

/// A running edge.
pub struct Edge {
    pub context: Context,
    pub base: String,
    started: Started,
    bus: Bus,
}

impl District {
    /// Everything up, the edge ready.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let nats = NatsServer::start();
        let bus = nats.connect("test").await;
        bus.reconcile(&StreamSpec::all(&district(), 1)).await.unwrap();
        let neighbours = neighbours::Neighbours::start(&bus).await;
        neighbours.people().await;
        let emergencies = emergencies::Emergencies::start(&bus).await;
        let state = tempfile::tempdir().unwrap();
        let mut config = Config {
            district: DistrictConfig { id: district(), ..DistrictConfig::default() },
            state: state.path().join("edge"),
            token_key: Some(Secret::new(TOKEN_KEY.to_owned())),
            bootstrap_users: Some(accounts(state.path())),
            password_memory_kib: 64,
            password_passes: 1,
            ..Config::default()
        };
        config.http.listen = "127.0.0.1:0".parse().unwrap();
        change(&mut config);
        let wall = ManualClock::at(SystemClock.now());
        let edge = Edge::start(&nats, &config, &wall).await;
        let district = Self { nats, bus, _state: state, wall, edge, config, neighbours, emergencies };
        district.ready().await;
        district
    }

    /// Until every part says so and the people are known.
    pub async fn ready(&self) {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let report = self.edge.context.health.report();
            let known = self.get("supervisor", "/api/v1/caregivers").await.1;
            if report.ready && known["items"].as_array().is_some_and(|a| a.len() == 3) {
                return;
            }
            if tokio::time::Instant::now() >= deadline {
                let letters = self.get("supervisor", "/api/v1/dead-letters").await.1;
                panic!("not ready: {report:?} {known}; dead letters: {letters}");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Ends the edge and starts another one in its place.
    pub async fn restart_edge(&mut self) {
        self.edge.stop().await;
        self.edge = Edge::start(&self.nats, &self.config, &self.wall).await;
        self.ready().await;
    }

    /// A token as the edge would issue it to that account.
    pub fn token(&self, account: &str) -> String {
        let role = ROLES.into_iter().find(|role| user(*role) == account);
        let (role, scope, caregiver) = match account {
            "desk2" => {
                (Role::Operator, Scope { street: Some(StreetId::new("s2").unwrap()), community: None }, None)
            }
            "caregiver2" => (Role::Caregiver, Scope::default(), Some("c2")),
            _ => {
                let role = role.unwrap_or_else(|| panic!("no account {account}"));
                (role, Scope::default(), (role == Role::Caregiver).then_some("c1"))
            }
        };
        let mut claims = self.claims(account, role);
        claims.scope = scope;
        claims.caregiver = caregiver.map(|c| CaregiverId::new(c).unwrap());
        sign(TOKEN_KEY, &claims)
    }

    pub fn claims(&self, account: &str, role: Role) -> Claims {
        Claims {
            user: UserId::new(account).unwrap(),
            role,
            district: district(),
            scope: Scope::default(),
            caregiver: matches!(role, Role::Caregiver | Role::Courier)
                .then(|| CaregiverId::new("c1").unwrap()),
            elder: (role == Role::Elder).then(|| ElderId::new("e1").unwrap()),
            organisation: matches!(role, Role::Organisation | Role::Kitchen).then(|| "org".parse().unwrap()),
            name: account.to_owned(),
            session: format!("session-{account}"),
            epoch: 0,
            signed_in: self.wall.now(),
            expires: self.wall.now() + LIFE,
        }
    }

    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        reqwest::Client::new().request(method, format!("{}{path}", self.edge.base)).timeout(PATIENCE)
    }

    pub async fn get(&self, account: &str, path: &str) -> (u16, Value) {
        answer(self.request("GET", path).bearer_auth(self.token(account))).await
    }

    pub async fn post(&self, account: &str, path: &str, body: &Value) -> (u16, Value) {
        answer(self.request("POST", path).bearer_auth(self.token(account)).json(body)).await
    }

    /// Places an order as the supervisor.
    pub async fn place(&self, elder: &str, id: &str) -> Value {
        let body = json!({ "elder": elder, "service": "cleaning" });
        let request = self.request("POST", "/api/v1/orders").bearer_auth(self.token("supervisor"));
        let (status, placed) = answer(request.header("idempotency-key", id).json(&body)).await;
        assert_eq!(status, 201, "{placed}");
        placed
    }

    pub async fn watch(&self, account: &str, cursor: Option<u64>) -> Watcher {
        let mut request = self
            .request("GET", "/api/v1/live")
            .bearer_auth(self.token(account))
            .timeout(Duration::from_mins(2));
        if let Some(cursor) = cursor {
            request = request.header("last-event-id", cursor);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Watcher { bytes: Box::pin(response.bytes_stream()), buffer: String::new() }
    }
}

impl Edge {
    pub async fn start(nats: &NatsServer, config: &Config, wall: &ManualClock) -> Self {
        let context = Context::system();
        let bus = nats.connect("edge").await;
        let roads = Arc::new(Roads::fallback_only(FallbackModel::default()));
        let wall = Arc::new(wall.clone());
        let started = start_at(config, &NatsConfig::default(), roads, &bus, &context, wall).await.unwrap();
        Self { context, base: format!("http://{}", started.address), started, bus }
    }

    /// How many live streams are open.
    pub fn streams(&self) -> usize {
        self.started.live.clients()
    }

    /// As a process does at SIGTERM; nothing may be left over.
    pub async fn stop(&self) {
        let overdue = self.context.tasks.shut_down(Duration::from_secs(10)).await;
        assert!(overdue.is_empty(), "did not end in time: {overdue:?}");
        let _ = self.bus.close(Duration::from_secs(5)).await;
    }
}

pub fn sign(key: &str, claims: &Claims) -> String {
    Keyring::new(claims.district.clone(), Key::new(key.as_bytes()), []).issue(claims).unwrap()
}

/// Status and JSON; a problem must be one in full.
pub async fn answer(request: reqwest::RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let kind =
        response.headers().get("content-type").map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default();
    let text = response.text().await.unwrap();
    let value = serde_json::from_str(&text).unwrap_or(Value::Null);
    if status >= 400 && !kind.starts_with("application/json") {
        assert_eq!(kind, "application/problem+json", "{text}");
        let problem: schemas::problem::Problem = serde_json::from_value(value.clone()).expect(&text);
        assert_eq!(problem.status, status);
        assert!(!problem.detail.is_empty());
    }
    (status, value)
}

/// Polls until it holds.
pub async fn eventually<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while !holds().await {
        assert!(tokio::time::Instant::now() < deadline, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// One message of a live stream.
#[derive(Debug)]
pub struct Message {
    pub event: String,
    pub id: Option<u64>,
    pub data: LiveEvent,
}

pub struct Watcher {
    bytes: std::pin::Pin<Box<dyn futures::Stream<Item = reqwest::Result<bytes::Bytes>> + Send>>,
    buffer: String,
}

impl Watcher {
    /// The next message; `None` at the end of the stream. Pings are skipped.
    pub async fn next(&mut self) -> Option<Message> {
        loop {
            while let Some((block, rest)) = self.buffer.split_once("\n\n") {
                let message = read(block);
                self.buffer = rest.to_owned();
                if message.is_some() {
                    return message;
                }
            }
            let chunk =
                tokio::time::timeout(PATIENCE, self.bytes.next()).await.expect("an event in time")?.ok()?;
            self.buffer.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// Skips until one of that kind.
    pub async fn until(&mut self, event: &str) -> Message {
        loop {
            let message = self.next().await.unwrap_or_else(|| panic!("the stream ended before a {event}"));
            if message.event == event {
                return message;
            }
        }
    }

    /// The next order event's id and order.
    pub async fn order(&mut self) -> (u64, domain::order::Order) {
        let message = self.until("order").await;
        match message.data {
            LiveEvent::Order { sequence, order, .. } => {
                assert_eq!(message.id, Some(sequence));
                (sequence, *order)
            }
            other => panic!("{other:?}"),
        }
    }

    pub async fn snapshot(&mut self) -> schemas::live::Snapshot {
        match self.until("snapshot").await.data {
            LiveEvent::Snapshot(snapshot) => *snapshot,
            other => panic!("{other:?}"),
        }
    }
}

fn read(block: &str) -> Option<Message> {
    let field =
        |name: &str| block.lines().find_map(|l| l.strip_prefix(name)).map(|v| v.trim_start().to_owned());
    let data = field("data:")?;
    Some(Message {
        event: field("event:")?,
        id: field("id:").map(|id| id.parse().unwrap()),
        data: serde_json::from_str(&data).unwrap_or_else(|error| panic!("{error}: {data}")),
    })
}

/// An endpoint's path with ids that nothing has.
pub fn of_nobody(path: &str) -> String {
    path.replace("{id}", "no-such-order")
        .replace("{user}", "nobody")
        .replace("{caregiver}", "nobody")
        .replace("{elder}", "nobody")
        .replace("{period}", "2026-03")
        .replace("{organisation}", "nobody")
        .replace("{matter}", "nothing")
        .replace("{device}", "nothing")
        .replace("{facility}", "nothing")
        .replace("{plan}", "nothing")
        .replace("{person}", "nobody")
        .replace("{letter}", "999999")
}
