//! A server, a district, one process of the service, and what is durable.

use std::{collections::BTreeMap, future::Future, net::Ipv4Addr, path::PathBuf, time::Duration};

use bus::{Bus, Followed, StartFrom, testing::NatsServer};
use domain::{
    id::{DistrictId, IncidentId},
    incident::Incident,
};
use emergency_call::{App, Config, config::Listen, credentials::Credentials, start};
use runtime::{Context, Entropy, NatsConfig, Secret};
use schemas::{emergency::IncidentEvent, envelope::CloudEvent, subject::StreamKind};
use tempfile::TempDir;
use tokio::time::Instant;

/// How long anything may take.
pub const LIMIT: Duration = Duration::from_secs(30);

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

/// The server, and an onlooker's connection.
pub struct World {
    pub server: NatsServer,
    pub bus: Bus,
    pub district: DistrictId,
    pub state: TempDir,
}

/// One process of the service, as it were.
pub struct Process {
    pub ctx: Context,
    pub app: App,
}

impl Process {
    pub async fn stop(self) {
        let overdue = self.ctx.tasks.shut_down(LIMIT).await;
        assert_eq!(overdue, Vec::<String>::new());
    }
}

impl World {
    pub async fn new() -> Self {
        let server = NatsServer::start();
        let bus = server.connect("onlooker").await;
        let district = DistrictId::new("d").unwrap();
        Self { server, bus, district, state: TempDir::new().unwrap() }
    }

    /// Every way in, on free ports.
    pub fn config(&self) -> Config {
        let free = Some((Ipv4Addr::LOCALHOST, 0).into());
        let listen = Listen {
            mqtt: free,
            http: free,
            sip: free,
            jt808: free,
            watch: free,
            scaip_heartbeat: Some(domain::unit::Seconds::minutes(5)),
            ..Listen::default()
        };
        let vendors = BTreeMap::from([("acme".to_owned(), Secret::new("secret".to_owned()))]);
        Config {
            listen,
            vendors,
            lease_ttl_ms: 1000,
            ..Config::of(self.district.clone(), self.state.path().to_owned())
        }
    }

    pub async fn process(&self) -> Process {
        self.process_with(&self.config()).await
    }

    pub async fn process_with(&self, config: &Config) -> Process {
        let ctx = Context::system();
        let bus = Bus::open(&self.server.config(), "emergency-call", &ctx).await.unwrap();
        let app = start(config, &NatsConfig::default(), &bus, &ctx).await.unwrap();
        let process = Process { ctx, app };
        self.acting(&process).await;
        process
    }

    /// Waits until the process acts, not only is ready to.
    async fn acting(&self, process: &Process) {
        use schemas::{
            emergency::{Supervision, SupervisionQuery},
            subject::{self, Service},
        };
        eventually("acting", async || {
            let to = subject::ask(&self.district, Service::EmergencyCall, "supervision");
            let asked = self.bus.request::<_, Supervision>(to, &SupervisionQuery {}, Duration::from_secs(1));
            (process.ctx.health.report().ready && asked.await.is_ok()).then_some(())
        })
        .await;
    }

    pub fn password(&self, device: &str) -> String {
        let at: PathBuf = self.state.path().join("devices.key");
        Credentials::open(&at, false, &Entropy::system()).unwrap().password(device)
    }

    /// The incidents as they are durable.
    pub async fn incidents(&self) -> Vec<Incident> {
        let stream = StreamKind::Alarms.name(&self.district);
        let mut follower = self.bus.follow(stream, &[], StartFrom::LastPerSubject).await.unwrap();
        let mut incidents: BTreeMap<IncidentId, Incident> = BTreeMap::new();
        loop {
            match follower.next().await {
                Followed::CaughtUp { .. } => return incidents.into_values().collect(),
                Followed::Reset => incidents.clear(),
                Followed::Message(message) if message.subject.contains('~') => {}
                Followed::Message(message) => {
                    let event: CloudEvent<IncidentEvent> = message.decode().unwrap();
                    incidents.insert(event.data.incident.id.clone(), event.data.incident);
                }
            }
        }
    }

    /// The only incident.
    pub async fn only(&self) -> Incident {
        let mut incidents = self.incidents().await;
        assert_eq!(incidents.len(), 1, "{incidents:?}");
        incidents.remove(0)
    }
}
