//! Asking the services behind the edge, within a bounded time, and telling everyone when one is away.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use bus::{Bus, RequestError, Subject};
use bytes::Bytes;
use domain::id::DistrictId;
use runtime::{BoxError, Clock, SharedClock};
use schemas::{
    live::ServiceStatus,
    problem::Problem,
    subject::{self, Service},
};
use serde::{Serialize, de::DeserializeOwned};
use tokio_util::sync::CancellationToken;

use crate::{live::stream::Live, metrics::Metrics};

/// The services the edge leans on, and what is missing while one is away.
const NEIGHBOURS: [(Service, &str); 5] = [
    (Service::Dispatch, "no order is taken or changed; what caregivers do waits on their phones"),
    (
        Service::CaregiverLocation,
        "positions and shifts stand still; orders are matched by the last known places",
    ),
    (
        Service::EmergencyCall,
        "no alarm is answered by us: devices repeat until it is back; watch phones and vendors' consoles",
    ),
    (Service::Accounts, "no prices, no balances; orders go on and their money is asked for later"),
    (Service::Registry, "no names, no changes of profiles; the work goes on"),
];

/// How often each is looked after.
const PROBE_EVERY: Duration = Duration::from_secs(2);
/// How long it may take to say that it is there.
const PROBE_WITHIN: Duration = Duration::from_secs(1);
/// Unanswered probes until it counts as away.
const PROBES_MISSED: u32 = 2;
/// Between two tries while nobody listens: a standby takes over within seconds.
const TRY_AGAIN: Duration = Duration::from_millis(100);

/// The neighbours.
#[derive(Debug, Clone)]
pub struct Neighbours {
    bus: Bus,
    district: DistrictId,
    live: Arc<Live>,
    clock: SharedClock,
    metrics: Metrics,
    command_within: Duration,
    ask_within: Duration,
    keeps_accounts: bool,
    up: Arc<Mutex<HashMap<&'static str, bool>>>,
}

impl Neighbours {
    /// Nothing is known of them yet.
    pub fn new(
        bus: &Bus,
        district: &DistrictId,
        live: &Arc<Live>,
        clock: SharedClock,
        metrics: Metrics,
        config: &crate::config::Config,
    ) -> Self {
        Self {
            bus: bus.clone(),
            district: district.clone(),
            live: Arc::clone(live),
            clock,
            metrics,
            command_within: Duration::from_millis(config.command_timeout_ms),
            ask_within: Duration::from_millis(config.ask_timeout_ms),
            keeps_accounts: config.accounts,
            up: Arc::default(),
        }
    }

    /// The bus underneath.
    pub const fn bus(&self) -> &Bus {
        &self.bus
    }

    /// How long a question may take.
    pub const fn ask_within(&self) -> Duration {
        self.ask_within
    }

    /// Hands a command to its owner. While nobody listens it is tried again within the time limit, unless the owner
    /// is known to be away; a command that was sent is never sent again.
    ///
    /// # Errors
    /// The owner's own problem, or `unavailable`.
    pub async fn command<Q: Serialize, A: DeserializeOwned>(
        &self,
        service: Service,
        question: &Q,
    ) -> Result<A, Problem> {
        let deadline = Instant::now() + self.command_within;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let to = subject::command(&self.district, service);
            match self.send(service, to, question, left).await {
                Err(RequestError::NoResponders { .. }) if self.is_up(service) && left > TRY_AGAIN * 2 => {
                    tokio::time::sleep(TRY_AGAIN).await;
                }
                answer => return self.judge(service, answer),
            }
        }
    }

    /// Asks a question any replica may answer.
    ///
    /// # Errors
    /// The service's own problem, or `unavailable`.
    pub async fn ask<Q: Serialize, A: DeserializeOwned>(
        &self,
        service: Service,
        question: &str,
        body: &Q,
    ) -> Result<A, Problem> {
        let to = subject::ask(&self.district, service, question);
        let answer = self.send(service, to, body, self.ask_within).await;
        self.judge(service, answer)
    }

    async fn send<Q: Serialize, A: DeserializeOwned>(
        &self,
        service: Service,
        to: String,
        question: &Q,
        within: Duration,
    ) -> Result<A, RequestError> {
        let asked = Instant::now();
        let answer = self.bus.request(to, question, within).await;
        self.metrics.asked(service.as_str(), asked.elapsed());
        answer
    }

    fn judge<A>(&self, service: Service, answer: Result<A, RequestError>) -> Result<A, Problem> {
        match answer {
            Ok(answer) => {
                self.note(service, true);
                Ok(answer)
            }
            Err(RequestError::Refused(problem)) => {
                self.note(service, true);
                Err(problem)
            }
            Err(error @ RequestError::NoResponders { .. }) => {
                self.note(service, false);
                tracing::warn!(%error, "a neighbour is away");
                Err(Problem::unavailable(format!(
                    "{} is away just now; repeat the request with the same id",
                    service.as_str()
                )))
            }
            Err(error @ RequestError::TimedOut { .. }) => {
                tracing::warn!(%error, "a neighbour does not answer");
                let detail = format!(
                    "{} did not answer in time; whether it took effect is unknown, repeating with the same id is safe",
                    service.as_str()
                );
                Err(Problem::unavailable(detail))
            }
            Err(error) => {
                tracing::error!(%error, "a neighbour could not be asked");
                Err(Problem::unavailable(format!("{} cannot be asked just now; try again", service.as_str())))
            }
        }
    }

    fn is_up(&self, service: Service) -> bool {
        let up = self.up.lock().unwrap_or_else(PoisonError::into_inner);
        up.get(service.as_str()).copied().unwrap_or(true)
    }

    /// Tells everyone if that is news.
    fn note(&self, service: Service, up: bool) {
        let before = self.up.lock().unwrap_or_else(PoisonError::into_inner).insert(service.as_str(), up);
        if before == Some(up) {
            return;
        }
        let missing = NEIGHBOURS.iter().find(|(known, _)| *known == service).map(|(_, missing)| *missing);
        let status = ServiceStatus {
            service: service.as_str().to_owned(),
            up,
            since: self.clock.now(),
            note: missing.filter(|_| !up).map(str::to_owned),
        };
        if before.is_some() || !up {
            tracing::info!(service = status.service, up, "a neighbour came or went");
        }
        self.live.change(|core| core.service(&status));
    }

    /// Looks after all of them until told to stop.
    ///
    /// # Errors
    /// None.
    pub async fn watch(self, stop: CancellationToken) -> Result<(), BoxError> {
        let mut missed: HashMap<&'static str, u32> = HashMap::new();
        loop {
            let here = |(service, _): &&(Service, _)| *service != Service::Accounts || self.keeps_accounts;
            let probes = NEIGHBOURS
                .iter()
                .filter(here)
                .map(|(service, _)| async { (*service, self.probe(*service).await) });
            for (service, there) in futures::future::join_all(probes).await {
                let missed = missed.entry(service.as_str()).or_default();
                *missed = if there { 0 } else { missed.saturating_add(1) };
                if there || *missed >= PROBES_MISSED {
                    self.note(service, there);
                }
            }
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = tokio::time::sleep(PROBE_EVERY) => {}
            }
        }
    }

    /// Any answer will do: whoever listens for commands answers even one that says nothing, with `malformed`.
    async fn probe(&self, service: Service) -> bool {
        let to = Subject::from(subject::command(&self.district, service));
        self.bus.request_bytes(&to, Bytes::from_static(b"null"), PROBE_WITHIN).await.is_ok()
    }
}
