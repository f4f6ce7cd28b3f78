//! One connection to NATS per process: made patiently, kept for ever, closed without losing what was sent.

use std::{future::Future, sync::Arc, time::Duration};

use async_nats::{
    Client, ConnectErrorKind, ConnectOptions, Event, ServerAddr,
    jetstream::{self, context::ContextBuilder},
};
use futures::StreamExt;
use runtime::{Context, NatsConfig, TaskKind, health::Part};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::{
    answers::{Answers, reconnected},
    stream::Declared,
};

/// The longest pause between two attempts to connect.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// How often an idle connection is checked, so that a dead peer is noticed within about twice that.
const PING_EVERY: Duration = Duration::from_secs(5);
/// The longest an orderly close may take.
const CLOSE_WITHIN: Duration = Duration::from_secs(5);

/// A connection to NATS. Clones share it.
#[derive(Debug, Clone)]
pub struct Bus(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    client: Client,
    jetstream: jetstream::Context,
    link: watch::Receiver<Link>,
    timeout: Duration,
    declared: Declared,
    answers: Answers,
}

/// The state of the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// Connected; counts the connections since the start, so that a change tells of a reconnect.
    Up {
        /// 1 for the first connection.
        connection: u64,
    },
    /// Not connected, trying.
    Down {
        /// How many connections there were.
        connections: u64,
    },
    /// Closed for good.
    Closed,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// What was configured cannot work, however often it is tried.
    #[error("cannot connect to NATS at {url}: {reason}; check nats.url and the credentials beside it")]
    Hopeless {
        /// As configured.
        url: String,
        /// What the client or the server says.
        reason: String,
    },
    /// Credentials in the configuration are not of the form they should be.
    #[error("nats.credentials are not a .creds file's content: {0}")]
    Credentials(std::io::Error),
    /// A user without a password or the other way round, a certificate without a key.
    #[error("{0} belong together; set both or neither")]
    Incomplete(&'static str),
}

/// The addresses of `nats.url`, separated by commas.
fn servers(url: &str) -> Result<Vec<ServerAddr>, ConnectError> {
    let parsed = url.split(',').map(|one| one.trim().parse::<ServerAddr>()).collect::<Result<_, _>>();
    parsed.map_err(|error| ConnectError::Hopeless { url: url.to_owned(), reason: error.to_string() })
}

impl Bus {
    /// Connects, waiting for a server as long as it takes, and keeps the connection from then on.
    ///
    /// `name`, one token of a subject, shows up in the server's monitoring and in the inbox. `health` follows the
    /// connection.
    ///
    /// # Errors
    /// [`ConnectError`] when trying again cannot help: a malformed address, refused credentials.
    pub async fn connect(config: &NatsConfig, name: &str, health: Part) -> Result<Self, ConnectError> {
        let (link_tx, link) = watch::channel(Link::Down { connections: 0 });
        let link_tx = Arc::new(link_tx);
        let timeout = Duration::from_millis(config.timeout_ms);
        let servers = servers(&config.url)?;
        let mut attempt = 0;
        let client = loop {
            let options = options(config, name, timeout)?.event_callback(listener(&link_tx, &health));
            match options.connect(&servers).await {
                Ok(client) => break client,
                Err(error) if is_hopeless(error.kind()) => {
                    return Err(ConnectError::Hopeless {
                        url: config.url.clone(),
                        reason: error.to_string(),
                    });
                }
                Err(error) => {
                    health.not_ready(format!("no connection to {}: {error}", config.url));
                    tracing::warn!(url = config.url, %error, attempt, "NATS is not reachable; trying again");
                    tokio::time::sleep(pause(attempt)).await;
                    attempt += 1;
                }
            }
        };
        let jetstream = ContextBuilder::new().timeout(timeout).build(client.clone());
        let (declared, answers) = (Declared::default(), Answers::default());
        declared.keep(&jetstream, link.clone());
        answers.watch(link.clone());
        Ok(Self(Arc::new(Inner { client, jetstream, link, timeout, declared, answers })))
    }

    /// Connects as [`Bus::connect`] does, reports readiness as the part `nats`, and closes in order when the process
    /// stops: what a `main` wants.
    ///
    /// # Errors
    /// As [`Bus::connect`].
    pub async fn open(config: &NatsConfig, name: &str, context: &Context) -> Result<Self, ConnectError> {
        let bus = Self::connect(config, name, context.health.part("nats")).await?;
        let closing = bus.clone();
        context.tasks.spawn(TaskKind::Connection, "nats", move |stop| async move {
            stop.cancelled().await;
            Ok(closing.close(CLOSE_WITHIN).await?)
        });
        Ok(bus)
    }

    /// The state of the connection, and its changes.
    pub fn link(&self) -> watch::Receiver<Link> {
        self.0.link.clone()
    }

    /// Waits until everything sent so far was taken by the server: one message to itself and back.
    ///
    /// # Errors
    /// If that takes longer than `within`.
    pub async fn round_trip(&self, within: Duration) -> Result<(), TimedOut> {
        let there_and_back = async {
            let inbox = self.0.client.new_inbox();
            let mut echo = self.0.client.subscribe(inbox.clone()).await.ok()?;
            self.0.client.publish(inbox, bytes::Bytes::new()).await.ok()?;
            echo.next().await.map(drop)
        };
        match tokio::time::timeout(within, there_and_back).await {
            Ok(Some(())) => Ok(()),
            Ok(None) | Err(_) => Err(TimedOut { after: within }),
        }
    }

    /// Closes the connection: waits for acknowledgements nobody awaited, for the server to have taken everything
    /// sent, then drains and waits until closed. Everything together takes at most `within`.
    ///
    /// Stop pulling and finish what is in flight *before* calling this; see [`runtime::tasks`].
    ///
    /// # Errors
    /// [`TimedOut`] if not everything is known to have arrived.
    pub async fn close(&self, within: Duration) -> Result<(), TimedOut> {
        let orderly = async {
            self.0.jetstream.wait_for_acks().await;
            self.round_trip(within).await?;
            // Fails only if the connection is closed already.
            let _ = self.0.client.drain().await;
            let mut link = self.link();
            let _ = link.wait_for(|link| *link == Link::Closed).await;
            Ok(())
        };
        tokio::time::timeout(within, orderly).await.unwrap_or(Err(TimedOut { after: within }))
    }

    pub(crate) fn client(&self) -> &Client {
        &self.0.client
    }

    pub(crate) fn jetstream(&self) -> &jetstream::Context {
        &self.0.jetstream
    }

    pub(crate) fn timeout(&self) -> Duration {
        self.0.timeout
    }

    pub(crate) fn declared(&self) -> &Declared {
        &self.0.declared
    }

    /// Cancelled when an answer to what is sent now can no longer come, since the connection was replaced.
    pub(crate) fn no_more_answers(&self) -> CancellationToken {
        self.0.answers.current()
    }

    /// Asks something harmless to repeat, and asks again if the connection was replaced meanwhile: the answer to
    /// what was asked on the old one never comes.
    pub(crate) async fn asking_again<T, Fut: Future<Output = T>>(&self, ask: impl Fn() -> Fut) -> T {
        let mut link = self.link();
        loop {
            link.mark_unchanged();
            tokio::select! {
                answer = ask() => return answer,
                () = reconnected(&mut link) => {}
            }
        }
    }
}

/// Something took too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("NATS did not confirm within {after:?} that everything arrived")]
pub struct TimedOut {
    /// How long it was waited for.
    pub after: Duration,
}

fn options(config: &NatsConfig, name: &str, timeout: Duration) -> Result<ConnectOptions, ConnectError> {
    let mut options = ConnectOptions::new()
        .name(name)
        // Answers come to an inbox of the service's own, so that permissions can keep others from listening in.
        .custom_inbox_prefix(format_args!("_INBOX.{name}"))
        .request_timeout(Some(timeout))
        .connection_timeout(timeout)
        .ping_interval(PING_EVERY)
        .max_reconnects(None)
        .reconnect_delay_callback(pause);
    options = match (&config.user, &config.password) {
        (Some(user), Some(password)) => options.user_and_password(user.clone(), password.expose().clone()),
        (None, None) => options,
        _ => return Err(ConnectError::Incomplete("nats.user and nats.password")),
    };
    if let Some(seed) = &config.nkey_seed {
        options = options.nkey(seed.expose().clone());
    }
    if let Some(credentials) = &config.credentials {
        options = options.credentials(credentials.expose()).map_err(ConnectError::Credentials)?;
    }
    if let Some(authority) = &config.ca_file {
        options = options.add_root_certificates(authority.clone());
    }
    Ok(match (&config.cert_file, &config.key_file) {
        (Some(certificate), Some(key)) => options.add_client_certificate(certificate.clone(), key.clone()),
        (None, None) => options,
        _ => return Err(ConnectError::Incomplete("nats.cert_file and nats.key_file")),
    })
}

/// 0, 50, 100, 200 … 2 000 ms.
fn pause(attempt: usize) -> Duration {
    match u32::try_from(attempt) {
        Ok(0) => Duration::ZERO,
        Ok(n) => Duration::from_millis(50).saturating_mul(1 << (n - 1).min(10)).min(LONGEST_PAUSE),
        Err(_) => LONGEST_PAUSE,
    }
}

const fn is_hopeless(kind: ConnectErrorKind) -> bool {
    matches!(
        kind,
        ConnectErrorKind::ServerParse
            | ConnectErrorKind::Authentication
            | ConnectErrorKind::AuthorizationViolation
            | ConnectErrorKind::Tls
    )
}

/// Turns the client's events into link state, readiness and log lines.
fn listener(
    link: &Arc<watch::Sender<Link>>,
    health: &Part,
) -> impl Fn(Event) -> std::future::Ready<()> + Send + Sync + 'static {
    let (link, health) = (Arc::clone(link), health.clone());
    move |event| {
        observe(&event, &link, &health);
        std::future::ready(())
    }
}

fn observe(event: &Event, link: &watch::Sender<Link>, health: &Part) {
    match event {
        Event::Connected => {
            link.send_modify(|link| *link = link.connected());
            health.ready();
            tracing::info!("NATS connected");
        }
        Event::Disconnected => {
            link.send_modify(|link| *link = link.disconnected());
            health.not_ready("the connection to NATS is lost; reconnecting");
            tracing::warn!("NATS connection lost; reconnecting");
        }
        Event::Closed => {
            link.send_replace(Link::Closed);
            health.not_ready("the connection to NATS is closed");
            tracing::info!("NATS connection closed");
        }
        // The server lets its clients finish and then closes; the client then moves to another one by itself.
        Event::LameDuckMode => tracing::warn!("the NATS server is about to leave; a reconnect will follow"),
        Event::SlowConsumer(subscription) => {
            tracing::error!(subscription, "messages dropped: a subscriber is too slow");
        }
        Event::Draining => tracing::debug!("NATS connection draining"),
        Event::ServerError(error) => tracing::warn!(%error, "the NATS server complains"),
        Event::ClientError(error) => tracing::warn!(%error, "the NATS client complains"),
    }
}

impl Link {
    const fn connections(self) -> u64 {
        match self {
            Self::Up { connection } => connection,
            Self::Down { connections } => connections,
            Self::Closed => 0,
        }
    }

    const fn connected(self) -> Self {
        Self::Up { connection: self.connections() + 1 }
    }

    const fn disconnected(self) -> Self {
        Self::Down { connections: self.connections() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_bound() {
        assert_eq!(pause(0), Duration::ZERO);
        assert_eq!(pause(1), Duration::from_millis(50));
        assert_eq!(pause(3), Duration::from_millis(200));
        assert_eq!(pause(7), LONGEST_PAUSE);
        assert_eq!(pause(usize::MAX), LONGEST_PAUSE);
    }

    #[test]
    fn half_a_credential_is_refused() {
        let config = NatsConfig { user: Some("dispatch".into()), ..NatsConfig::default() };
        let error = options(&config, "test", Duration::from_secs(1)).unwrap_err();
        assert!(error.to_string().contains("nats.password"), "{error}");
    }
}
