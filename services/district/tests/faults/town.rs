//! A town of processes: nats-server and the four services, ten caregivers, twenty elders.

use std::path::Path;

use bus::testing::{NatsServer, free_port};
use domain::time::Timestamp;
use runtime::{Clock, SystemClock};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::programs::Program;

pub const CAREGIVERS: usize = 10;
pub const ELDERS: usize = 20;
pub const PASSWORD: &str = "walks in the rain";
/// How long a silent process keeps its district.
pub const LEASE_MS: u64 = 1_000;
const DISTRICT: &str = "here";

/// Everything that can be killed but nats-server.
pub struct Town {
    pub nats: NatsServer,
    pub programs: Vec<Program>,
    pub url: String,
    /// Last: the programs write their logs there.
    folder: TempDir,
}

pub fn now() -> Timestamp {
    SystemClock.now()
}

pub fn district() -> domain::id::DistrictId {
    DISTRICT.parse().unwrap()
}

/// Where a person is, in degrees: within two kilometres of everybody else.
pub fn place_of(number: usize) -> (f64, f64) {
    let number = number as f64;
    (98.28 + (number * 7.0 % 20.0) / 1000.0, 39.77 + (number * 3.0 % 15.0) / 1000.0)
}

impl Town {
    /// nats-server and the services that need no second one: registry, location, edge.
    pub async fn found() -> Self {
        let nats = tokio::task::spawn_blocking(NatsServer::start).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        std::fs::write(here.join("day.json"), day().to_string()).unwrap();
        std::fs::write(here.join("users.json"), users().to_string()).unwrap();
        let bus = json!({ "url": nats.url() });
        let port = free_port().unwrap();
        let programs = vec![
            Program::new(
                "registry",
                "registry",
                here,
                json!({
                    "nats": bus,
                    "registry": {
                        "district": DISTRICT, "state": here.join("registry"), "day": here.join("day.json"),
                        "lease_ttl_ms": LEASE_MS,
                    },
                }),
            ),
            Program::new(
                "caregiver-location",
                "caregiver-location",
                here,
                json!({ "nats": bus, "location": { "district": DISTRICT, "lease_ttl_ms": LEASE_MS } }),
            ),
            Program::new(
                "command-center",
                "command-center",
                here,
                json!({
                    "nats": bus,
                    "edge": {
                        "http": { "listen": format!("127.0.0.1:{port}") },
                        "state": here.join("edge"), "bootstrap_users": here.join("users.json"),
                        "password_memory_kib": 64, "password_passes": 1,
                        "district": { "id": DISTRICT, "name": "此地", "name_en": "Here" },
                    },
                }),
            ),
        ];
        Self { nats, programs, url: format!("http://127.0.0.1:{port}"), folder }
    }

    /// A dispatch process by that name, which reaches the bus on that port.
    pub fn dispatch(&self, name: &str, bus: u16) -> Program {
        let config = json!({
            "nats": { "url": format!("nats://127.0.0.1:{bus}") },
            "dispatch": { "district": DISTRICT, "lease_ttl_ms": LEASE_MS, "limits": { "retry": 2 } },
        });
        Program::new("dispatch", name, self.folder(), config)
    }

    fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn nats_port(&self) -> u16 {
        self.nats.url().rsplit(':').next().unwrap().parse().unwrap()
    }

    /// Starts everything and waits until the people can be dispatched.
    pub async fn wake(&mut self) {
        for program in &mut self.programs {
            program.start();
        }
        for program in &self.programs {
            ready(program).await;
        }
        let desk = crate::account::Account::new(&self.url, "desk", crate::audit::Acknowledged::default());
        crate::eventually("everybody is known", async || {
            let page = desk.get("/api/v1/caregivers?limit=500").await.expect("caregivers are listed");
            page["items"].as_array().is_some_and(|all| all.len() == CAREGIVERS)
        })
        .await;
    }

    pub fn program(&mut self, name: &str) -> &mut Program {
        self.programs.iter_mut().find(|program| program.name == name).expect("a program of this town")
    }
}

/// Waits until the program says so.
pub async fn ready(program: &Program) {
    let url = format!("http://127.0.0.1:{}/readyz", program.admin);
    crate::eventually(&format!("{} is ready", program.name), async || {
        reqwest::get(&url).await.is_ok_and(|answer| answer.status().is_success())
    })
    .await;
}

fn users() -> Value {
    let desk =
        |user: &str| json!({ "user": user, "role": "operator", "display_name": user, "password": PASSWORD });
    let mut users = vec![desk("desk"), desk("desk2")];
    users.extend((0..CAREGIVERS).map(|number| {
        let id = format!("c{number}");
        json!({ "user": id, "role": "caregiver", "display_name": id, "caregiver": id, "password": PASSWORD })
    }));
    users.into()
}

fn day() -> Value {
    let (from, to) = (now().plus_millis(-3_600_000), now().plus_millis(10 * 3_600_000));
    let shift = json!({ "earliest": from, "latest": to });
    let at = |number: usize| {
        let (lon, lat) = place_of(number);
        json!({ "lon": lon, "lat": lat })
    };
    let elders: Vec<Value> = (0..ELDERS)
        .map(|n| {
            let profile =
                json!({ "id": format!("e{n}"), "place": at(n + 3), "street": "s1", "community": "s1-c1" });
            json!({ "profile": profile, "name": format!("Elder {n}") })
        })
        .collect();
    let caregivers: Vec<Value> = (0..CAREGIVERS)
        .map(|n| {
            let profile = json!({
                "id": format!("c{n}"), "organisation": "org1", "street": "s1", "mode": "e_bike",
                "certificates": [{ "qualification": "elder_care", "valid": shift }],
                "health_certificate": shift, "trained": true, "shifts": [shift],
            });
            json!({ "profile": profile, "name": format!("Caregiver {n}"), "start": at(n) })
        })
        .collect();
    json!({
        "format": "care-day/1", "district": { "id": DISTRICT, "name": "此地", "name_en": "Here" },
        "starts_at": from, "ends_at": to, "network": { "great_circle": {} },
        "streets": [{ "id": "s1", "name": "街", "communities": [{ "id": "s1-c1", "name": "社区" }] }],
        "elders": elders, "caregivers": caregivers, "orders": [],
    })
}
