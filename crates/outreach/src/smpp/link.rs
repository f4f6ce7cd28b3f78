//! Keeps one connection to the centre alive: connects, binds, carries out what the [`session`](super::session) asks
//! for, and comes back with growing waits when it breaks. While it is down a message fails at once, so that the plan
//! can go another way.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use domain::time::Timestamp;
use futures::future::{BoxFuture, try_join_all};
use runtime::{BoxError, Clock, Entropy, Secret, SharedClock};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    sync::{mpsc, oneshot},
};
use tokio_rustls::TlsConnector;
use tokio_util::sync::CancellationToken;

use super::{
    pdu::{Address, Bind, ShortMessage, tag},
    session::{Effect, Rules, Session},
    text,
};
use crate::{
    Attempt, Channel, Failure, Inbound, PhoneNumber, Reached, Reason, Sender, Unusable, Urgency, Way,
    back_off::BackOff,
};

/// How a text of more than one part is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LongText {
    /// Cut here, each part behind a concatenation header: what every centre takes.
    #[default]
    Udh,
    /// Whole, in `message_payload`: the centre cuts.
    Payload,
}

/// SMS over SMPP 3.4.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SmppConfig {
    /// The centre's host.
    pub host: String,
    /// The centre's port.
    pub port: u16,
    /// Whether the connection is TLS; without it only over a private line or to this machine.
    #[serde(default = "yes")]
    pub tls: bool,
    /// PEM file with the only authority to trust, instead of the public ones.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// The account.
    pub system_id: String,
    /// Its password, at most 8 characters (§5.2.2).
    pub password: Secret,
    /// As agreed with the carrier.
    #[serde(default)]
    pub system_type: String,
    /// As agreed with the carrier.
    #[serde(default)]
    pub service_type: String,
    /// The number or name that messages come from.
    #[serde(default)]
    pub from: String,
    /// Its type of number (§5.2.5).
    #[serde(default)]
    pub from_ton: u8,
    /// Its numbering plan (§5.2.6).
    #[serde(default)]
    pub from_npi: u8,
    /// How long texts are sent.
    #[serde(default)]
    pub long_text: LongText,
    /// The most messages without an answer.
    #[serde(default = "default_window")]
    pub window: usize,
    /// How long the centre may take to answer, in milliseconds.
    #[serde(default = "default_response")]
    pub response_ms: u32,
    /// After so much silence the centre is asked whether it lives, in milliseconds.
    #[serde(default = "default_enquire")]
    pub enquire_ms: u32,
    /// How long the centre tries to deliver a notice, in seconds; an alarm lives as long as its step.
    #[serde(default = "default_validity")]
    pub validity_seconds: u32,
    /// The waits between tries to connect.
    #[serde(default)]
    pub reconnect: BackOff,
    /// The waits after throttling errors.
    #[serde(default)]
    pub throttle: BackOff,
}

const fn yes() -> bool {
    true
}
const fn default_window() -> usize {
    10
}
const fn default_response() -> u32 {
    10_000
}
const fn default_enquire() -> u32 {
    30_000
}
const fn default_validity() -> u32 {
    12 * 3600
}

/// How long a connection may take to come up, and a write to be taken.
const CONNECT: Duration = Duration::from_secs(10);
/// The most messages handed over and not looked at yet.
const HANDED_OVER: usize = 256;

struct Request {
    message: ShortMessage,
    deadline: Timestamp,
    answer: oneshot::Sender<Result<String, Failure>>,
}

/// The channel.
#[derive(Debug)]
pub struct SmppSms {
    requests: mpsc::Sender<Request>,
    config: Arc<SmppConfig>,
    clock: SharedClock,
    reference: AtomicU32,
}

/// The connection behind the channel: run it as a task of kind `Connection`.
pub struct Link {
    requests: mpsc::Receiver<Request>,
    config: Arc<SmppConfig>,
    tls: Option<TlsConnector>,
    clock: SharedClock,
    entropy: Entropy,
    inbound: mpsc::Sender<Inbound>,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link").finish_non_exhaustive()
    }
}

impl SmppSms {
    /// The channel and its connection. Receipts and replies go to `inbound`.
    ///
    /// # Errors
    /// [`Unusable`] names the key of the configuration.
    pub fn new(
        config: SmppConfig,
        clock: SharedClock,
        entropy: Entropy,
        inbound: mpsc::Sender<Inbound>,
    ) -> Result<(Self, Link), Unusable> {
        let fits = |key, text: &str, most: usize| {
            if text.len() <= most {
                Ok(())
            } else {
                Err(Unusable::value(key, format_args!("at most {most} characters fit into the protocol")))
            }
        };
        fits("smpp.system_id", &config.system_id, 15)?;
        fits("smpp.password", config.password.expose(), 8)?;
        fits("smpp.system_type", &config.system_type, 12)?;
        fits("smpp.service_type", &config.service_type, 5)?;
        fits("smpp.from", &config.from, 20)?;
        if !(1..=1000).contains(&config.window) {
            return Err(Unusable::value("smpp.window", "it must be 1 to 1000"));
        }
        let tls = if config.tls {
            let client = crate::tls::client("smpp.ca_file", config.ca_file.as_deref())?;
            Some(TlsConnector::from(Arc::new(client)))
        } else {
            None
        };
        let (sender, requests) = mpsc::channel(HANDED_OVER);
        let config = Arc::new(config);
        let reference = AtomicU32::new(entropy.seed() as u32);
        let link = Link { requests, config: config.clone(), tls, clock: clock.clone(), entropy, inbound };
        Ok((Self { requests: sender, config, clock, reference }, link))
    }

    async fn submit(&self, attempt: &Attempt, to: &PhoneNumber) -> Result<Reached, Failure> {
        let messages = self.messages(attempt, to)?;
        let deadline = self.clock.now().plus_millis(attempt.within.as_millis() as i64);
        let references = try_join_all(messages.into_iter().map(|message| self.hand_over(message, deadline)));
        match tokio::time::timeout(attempt.within, references).await {
            Ok(Ok(references)) => Ok(Reached::Taken { references }),
            Ok(Err(failure)) => Err(failure),
            Err(_) => Err(Failure::new(Reason::TimedOut, "SMPP: no answer in time")),
        }
    }

    async fn hand_over(&self, message: ShortMessage, deadline: Timestamp) -> Result<String, Failure> {
        let gone = || Failure::new(Reason::Unreachable, "the SMPP link has stopped");
        let (answer, wait) = oneshot::channel();
        self.requests.send(Request { message, deadline, answer }).await.map_err(|_| gone())?;
        wait.await.map_err(|_| gone())?
    }

    fn messages(&self, attempt: &Attempt, to: &PhoneNumber) -> Result<Vec<ShortMessage>, Failure> {
        let words = attempt.content.text();
        let parts = text::parts(&words).ok_or_else(|| {
            Failure::new(Reason::TooLarge, format_args!("an SMS has at most {} parts", text::MAX_PARTS))
        })?;
        let alarm = attempt.urgency == Urgency::Alarm;
        let seconds =
            if alarm { attempt.within.as_secs().max(60) } else { u64::from(self.config.validity_seconds) };
        let number = to.expose();
        let message = ShortMessage {
            service_type: self.config.service_type.clone(),
            source: Address {
                ton: self.config.from_ton,
                npi: self.config.from_npi,
                number: self.config.from.clone(),
            },
            destination: Address {
                ton: u8::from(number.starts_with('+')),
                npi: 1,
                number: number.trim_start_matches('+').to_owned(),
            },
            priority: if alarm { 3 } else { 0 },
            validity_period: relative(seconds),
            // A final receipt, of success or failure.
            registered_delivery: 1,
            data_coding: 8,
            ..ShortMessage::default()
        };
        if let [only] = parts.as_slice() {
            return Ok(vec![ShortMessage { short_message: only.clone(), ..message }]);
        }
        if self.config.long_text == LongText::Payload {
            let tlvs = vec![(tag::MESSAGE_PAYLOAD, text::encode(&words))];
            return Ok(vec![ShortMessage { tlvs, ..message }]);
        }
        let reference = self.reference.fetch_add(1, Ordering::Relaxed) as u8;
        let total = parts.len() as u8;
        let part = |(at, part): (usize, &Vec<u8>)| {
            let mut bytes = text::header(reference, total, at as u8 + 1).to_vec();
            bytes.extend(part);
            ShortMessage { esm_class: 0x40, short_message: bytes, ..message.clone() }
        };
        Ok(parts.iter().enumerate().map(part).collect())
    }
}

/// A span as §7.1.1 writes it: `YYMMDDhhmmss000R`.
fn relative(seconds: u64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    format!("0000{:02}{:02}{:02}{:02}000R", days.min(30), hours % 24, minutes % 60, seconds % 60)
}

impl Sender for SmppSms {
    fn channel(&self) -> Channel {
        Channel::SmsSmpp
    }

    fn send(&self, attempt: Attempt) -> BoxFuture<'_, Result<Reached, Failure>> {
        Box::pin(async move {
            let Way::SmsSmpp(to) = &attempt.way else {
                return Err(Failure::new(Reason::AddressInvalid, "not a number for SMS over SMPP"));
            };
            let stop = attempt.stop.clone();
            tokio::select! {
                result = self.submit(&attempt, to) => result,
                () = stop.cancelled() => Err(Failure::new(Reason::Stopped, "SMS over SMPP")),
            }
        })
    }
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl Link {
    /// Connects again and again until told to stop; then unbinds.
    ///
    /// # Errors
    /// None; the type is that of a task.
    pub async fn run(mut self, stop: CancellationToken) -> Result<(), BoxError> {
        let mut failures = 0_u16;
        while !stop.is_cancelled() {
            let connected = tokio::select! {
                connected = tokio::time::timeout(CONNECT, self.connect()) => connected,
                () = stop.cancelled() => break,
            };
            let was_bound = match connected {
                Ok(Ok(stream)) => self.serve(stream, &stop).await,
                Ok(Err(error)) => {
                    tracing::warn!(error, "SMPP: no connection");
                    false
                }
                Err(_) => {
                    tracing::warn!("SMPP: no connection in time");
                    false
                }
            };
            failures = if was_bound { 1 } else { failures.saturating_add(1) };
            self.rest(self.config.reconnect.wait(failures, self.entropy.seed()), &stop).await;
        }
        Ok(())
    }

    async fn connect(&self) -> Result<Box<dyn Stream>, String> {
        let host = &self.config.host;
        let stream =
            TcpStream::connect((host.as_str(), self.config.port)).await.map_err(|e| e.to_string())?;
        stream.set_nodelay(true).map_err(|e| e.to_string())?;
        let Some(tls) = &self.tls else { return Ok(Box::new(stream)) };
        let name = rustls::pki_types::ServerName::try_from(host.clone()).map_err(|e| e.to_string())?;
        Ok(Box::new(tls.connect(name, stream).await.map_err(|e| e.to_string())?))
    }

    /// Waits before the next connection; what is asked for meanwhile fails at once.
    async fn rest(&mut self, wait: Duration, stop: &CancellationToken) {
        let over = tokio::time::sleep(wait);
        tokio::pin!(over);
        loop {
            tokio::select! {
                () = &mut over => return,
                () = stop.cancelled() => return,
                Some(request) = self.requests.recv() => {
                    let _ = request.answer.send(Err(Failure::new(Reason::Unreachable, "SMPP: not connected")));
                }
            }
        }
    }

    /// Serves one connection to its end; tells whether it was ever bound.
    async fn serve(&mut self, stream: Box<dyn Stream>, stop: &CancellationToken) -> bool {
        let (mut reader, mut writer) = tokio::io::split(stream);
        let rules = Rules {
            window: self.config.window,
            response_ms: self.config.response_ms.into(),
            enquire_ms: self.config.enquire_ms.into(),
            throttle: self.config.throttle,
        };
        let bind = Bind {
            system_id: self.config.system_id.clone(),
            password: self.config.password.expose().clone(),
            system_type: self.config.system_type.clone(),
        };
        let (mut session, mut effects) = Session::open(rules, bind, self.clock.now());
        let mut waiting: HashMap<u64, oneshot::Sender<Result<String, Failure>>> = HashMap::new();
        let (mut ticket, mut bound, mut unbinding) = (0_u64, false, false);
        let mut buffer = vec![0; 16 * 1024];
        loop {
            for effect in std::mem::take(&mut effects) {
                match effect {
                    Effect::Write(bytes) => {
                        let written = tokio::time::timeout(CONNECT, writer.write_all(&bytes)).await;
                        if !matches!(written, Ok(Ok(()))) {
                            effects.extend(session.disconnected("a write was not taken"));
                        }
                    }
                    Effect::Answer { ticket, result } => {
                        if let Some(answer) = waiting.remove(&ticket) {
                            let _ = answer.send(result);
                        }
                    }
                    Effect::Inbound(inbound) => {
                        // Full for long only if nobody reads: then a receipt is worth less than the link.
                        if self.inbound.try_send(inbound).is_err() {
                            tracing::warn!("SMPP: a receipt was dropped, its reader is behind or gone");
                        }
                    }
                    Effect::Bound => {
                        bound = true;
                        tracing::info!("SMPP: bound");
                    }
                    Effect::Close(failure) => {
                        if !unbinding {
                            tracing::warn!(%failure, "SMPP: the connection is closed");
                        }
                        return bound;
                    }
                }
            }
            if !effects.is_empty() {
                continue;
            }
            let now = self.clock.now();
            let wake = session.deadline().map_or(Duration::from_mins(1), |at| self.clock.until(at));
            tokio::select! {
                read = reader.read(&mut buffer) => {
                    effects = match read {
                        Ok(0) => session.disconnected("the peer closed the connection"),
                        Ok(count) => session.received(buffer.get(..count).unwrap_or_default(), self.clock.now()),
                        Err(error) => session.disconnected(&error.kind().to_string()),
                    };
                }
                Some(request) = self.requests.recv(), if !unbinding => {
                    ticket += 1;
                    waiting.insert(ticket, request.answer);
                    effects = session.submit(ticket, request.message, request.deadline, now);
                }
                () = tokio::time::sleep(wake) => effects = session.tick(self.clock.now()),
                () = stop.cancelled(), if !unbinding => {
                    unbinding = true;
                    effects = session.unbind(now);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_written_as_the_centre_reads_them() {
        assert_eq!(relative(60), "000000000100000R");
        assert_eq!(relative(12 * 3600), "000000120000000R");
        assert_eq!(relative(90_061), "000001010101000R");
    }

    #[test]
    fn a_configuration_hides_its_password_and_refuses_unknown_keys() {
        let text = "host='smsc'\nport=2775\nsystem_id='care'\npassword='opensesa'";
        let config: SmppConfig = toml::from_str(text).unwrap();
        assert!(!format!("{config:?}").contains("opensesa"));
        assert!(!toml::to_string(&config).unwrap().contains("opensesa"));
        assert!(toml::from_str::<SmppConfig>(&format!("{text}\nretries=3")).is_err());
    }
}
