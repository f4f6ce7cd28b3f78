//! The sockets of the phone: one for signalling, shared by all calls, and one for the sound of each call. All decisions
//! are the [`call`](super::call)'s.

use std::{
    collections::{BTreeMap, HashMap},
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures::future::BoxFuture;
use runtime::{BoxError, Clock, Entropy, Secret, SharedClock};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::{
    net::UdpSocket,
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot},
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

use super::{
    call::{Call, Dial, Effect, Outcome, Rules},
    g711::Law,
    keys::Keys,
    message::Message,
    prompt::{self, RATE, Samples},
    rtp::Packet,
    sdp::Media,
};
use crate::{Attempt, Channel, Failure, PhoneNumber, Reached, Reason, Sender, Unusable, Way};

/// Phone calls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SipConfig {
    /// The exchange: `host:port`.
    pub exchange: String,
    /// The domain of addresses; by default the exchange's host.
    #[serde(default)]
    pub domain: Option<String>,
    /// Our name or number at the exchange, which the called phone shows.
    pub user: String,
    /// The name that signs in, if it is another.
    #[serde(default)]
    pub sign_in: Option<String>,
    /// Its password; without one the exchange must know us by our address.
    #[serde(default)]
    pub password: Option<Secret>,
    /// Where signalling comes in.
    #[serde(default = "anywhere")]
    pub listen: SocketAddr,
    /// Our address as the exchange sees it; by default the one that leads there.
    #[serde(default)]
    pub advertise: Option<IpAddr>,
    /// Who takes over from the voice when somebody who was called back asks for help: what is dialled for the desk's
    /// telephones. The exchange must allow transfers (REFER). Without it the desk is told, and calls by hand.
    #[serde(default)]
    pub desk: Option<String>,
    /// Numbers that begin so are dialled without it; other international ones with `international` for the `+`.
    #[serde(default = "default_home")]
    pub home: String,
    /// What is dialled in place of `+`.
    #[serde(default = "default_international")]
    pub international: String,
    /// The folder of prompts.
    pub prompts: PathBuf,
    /// The prompt of a message that names none.
    #[serde(default = "default_prompt")]
    pub prompt: String,
    /// How long it may ring, in seconds; never longer than the plan's step.
    #[serde(default = "default_ring")]
    pub ring_seconds: u32,
    /// How long a key is waited for, in seconds; the prompt is spoken again and again.
    #[serde(default = "default_listen")]
    pub listen_seconds: u32,
    /// How long the exchange may say nothing at all, in milliseconds.
    #[serde(default = "default_silence")]
    pub silence_ms: u32,
    /// Calls at the same time.
    #[serde(default = "default_calls")]
    pub calls: usize,
}

fn anywhere() -> SocketAddr {
    SocketAddr::from(([0, 0, 0, 0], 0))
}
fn default_home() -> String {
    "+86".to_owned()
}
fn default_international() -> String {
    "00".to_owned()
}
fn default_prompt() -> String {
    "alarm".to_owned()
}
const fn default_ring() -> u32 {
    25
}
const fn default_listen() -> u32 {
    40
}
const fn default_silence() -> u32 {
    5_000
}
const fn default_calls() -> usize {
    8
}

/// Spoken after "accept" and "decline", if there is such a file.
const WORDS: [&str; 2] = ["accepted", "declined"];
/// Samples in a packet: 20 ms.
const FRAME: usize = RATE / 50;
/// Silence between two readings of the prompt, in packets.
const PAUSE: usize = 75;
/// How long looking up the exchange's name may take.
const LOOK_UP: Duration = Duration::from_secs(5);

type Calls = Arc<Mutex<HashMap<String, mpsc::Sender<Message>>>>;

/// The channel.
#[derive(Debug, Clone)]
pub struct Phone {
    config: Arc<SipConfig>,
    prompts: Arc<BTreeMap<String, Samples>>,
    socket: Arc<UdpSocket>,
    calls: Calls,
    free: Arc<Semaphore>,
    clock: SharedClock,
    entropy: Entropy,
}

/// Takes in what comes from the exchange: run it as a task of kind `Connection`.
#[derive(Debug)]
pub struct Line {
    socket: Arc<UdpSocket>,
    calls: Calls,
}

impl Phone {
    /// Reads the prompts and opens the socket.
    ///
    /// # Errors
    /// [`Unusable`] names the key of the configuration.
    pub async fn new(
        config: SipConfig,
        clock: SharedClock,
        entropy: Entropy,
    ) -> Result<(Self, Line), Unusable> {
        let prompts = prompt::folder(&config.prompts)?;
        if !prompts.contains_key(&config.prompt) {
            let why = format_args!("there is no prompt {:?} in {}", config.prompt, config.prompts.display());
            return Err(Unusable::value("sip.prompt", why));
        }
        for (key, dialled) in [("sip.user", Some(&config.user)), ("sip.desk", config.desk.as_ref())] {
            let sound =
                |text: &String| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.+*#".contains(&b));
            if dialled.is_some_and(|text| text.is_empty() || !sound(text)) {
                return Err(Unusable::value(key, "letters, digits and -_.+*# only"));
            }
        }
        let socket =
            UdpSocket::bind(config.listen).await.map_err(|error| Unusable::value("sip.listen", error))?;
        let (socket, calls) = (Arc::new(socket), Calls::default());
        let line = Line { socket: socket.clone(), calls: calls.clone() };
        let free = Arc::new(Semaphore::new(config.calls));
        let (config, prompts) = (Arc::new(config), Arc::new(prompts));
        Ok((Self { config, prompts, socket, calls, free, clock, entropy }, line))
    }

    async fn call(&self, attempt: &Attempt, to: &PhoneNumber) -> Result<Reached, Failure> {
        let name = attempt.content.prompt.as_ref().unwrap_or(&self.config.prompt);
        let prompt = self.prompts.get(name).cloned().ok_or_else(|| {
            Failure::new(Reason::NotConfigured, "the message names a prompt that this district does not have")
        })?;
        let line = tokio::select! {
            line = tokio::time::timeout(attempt.within, self.free.clone().acquire_owned()) => line,
            () = attempt.stop.cancelled() => return Outcome::Stopped.result(),
        };
        let Ok(Ok(line)) = line else {
            return Err(Failure::new(Reason::Throttled, "all lines are taken"));
        };
        let (dial, sound) = self.prepare(attempt, to).await?;
        let id = dial.call_id.clone();
        let (messages, incoming) = mpsc::channel(32);
        self.registered().insert(id.clone(), messages);
        let (call, effects) = Call::start(dial, self.rules(attempt.within), self.clock.now());
        let (decided, outcome) = oneshot::channel();
        let talk = Talk {
            phone: self.clone(),
            id,
            call,
            incoming,
            sound,
            prompt,
            decided: Some(decided),
            stop: attempt.stop.clone(),
            _line: line,
        };
        // On its own: the farewell is still spoken and the line hung up when the plan has long moved on.
        tokio::spawn(talk.run(effects));
        match outcome.await {
            Ok(outcome) => outcome.result(),
            Err(_) => Err(Failure::new(Reason::Broken, "the call broke off")),
        }
    }

    async fn prepare(&self, attempt: &Attempt, to: &PhoneNumber) -> Result<(Dial, UdpSocket), Failure> {
        let unreachable = |error: &dyn std::fmt::Display| Failure::new(Reason::Unreachable, error);
        let found =
            tokio::time::timeout(LOOK_UP, tokio::net::lookup_host(self.config.exchange.as_str())).await;
        let exchange = found
            .map_err(|_| unreachable(&"the exchange's name was not found in time"))?
            .map_err(|error| unreachable(&error))?
            .next()
            .ok_or_else(|| unreachable(&"the exchange's name has no address"))?;
        let own = self.config.listen.ip();
        // The sound's socket also tells which of our addresses leads to the exchange.
        let sound = UdpSocket::bind(SocketAddr::new(own, 0)).await.map_err(|error| unreachable(&error))?;
        let leads = async {
            let probe = UdpSocket::bind(SocketAddr::new(own, 0)).await?;
            probe.connect(exchange).await?;
            probe.local_addr()
        };
        let ip = match self.config.advertise {
            Some(ip) => ip,
            None => leads.await.map_err(|error| unreachable(&error))?.ip(),
        };
        let port =
            |socket: &UdpSocket| socket.local_addr().map(|address| SocketAddr::new(ip, address.port()));
        let local = port(&self.socket).map_err(|error| unreachable(&error))?;
        let media = port(&sound).map_err(|error| unreachable(&error))?;

        let host =
            self.config.exchange.rsplit_once(':').map_or(self.config.exchange.as_str(), |(host, _)| host);
        let domain = self.config.domain.as_deref().unwrap_or(host);
        let user = self.config.sign_in.as_ref().unwrap_or(&self.config.user);
        let mut dial = Dial::new(
            exchange,
            local,
            media,
            format!("sip:{}@{domain}", self.dialled(to)),
            format!("sip:{}@{domain}", self.config.user),
            self.config.password.clone().map(|password| (user.clone(), password)),
            format!("{}.{}.{:016x}", attempt.key, attempt.number, self.entropy.seed()),
            self.entropy.seed(),
        );
        let desk = self.config.desk.as_ref().filter(|_| attempt.content.connect);
        dial.transfer = desk.map(|desk| format!("sip:{desk}@{domain}"));
        Ok((dial, sound))
    }

    fn dialled(&self, to: &PhoneNumber) -> String {
        let number = to.expose();
        match (number.strip_prefix(&self.config.home), number.strip_prefix('+')) {
            (Some(national), _) if !self.config.home.is_empty() => national.to_owned(),
            (_, Some(abroad)) => format!("{}{abroad}", self.config.international),
            _ => number.to_owned(),
        }
    }

    fn rules(&self, within: Duration) -> Rules {
        let within = within.as_millis() as i64;
        let length =
            |name: &str| self.prompts.get(name).map_or(0, |samples| (samples.len() * 1000 / RATE) as i64);
        let [accepted, declined] = WORDS;
        Rules {
            silence_ms: i64::from(self.config.silence_ms).min(within),
            ring_ms: (i64::from(self.config.ring_seconds) * 1000).min(within),
            listen_ms: i64::from(self.config.listen_seconds) * 1000,
            accepted_ms: length(accepted),
            declined_ms: length(declined),
        }
    }

    fn registered(&self) -> std::sync::MutexGuard<'_, HashMap<String, mpsc::Sender<Message>>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sender for Phone {
    fn channel(&self) -> Channel {
        Channel::Call
    }

    fn send(&self, attempt: Attempt) -> BoxFuture<'_, Result<Reached, Failure>> {
        Box::pin(async move {
            let Way::Call(to) = &attempt.way else {
                return Err(Failure::new(Reason::AddressInvalid, "not a number to call"));
            };
            self.call(&attempt, to).await
        })
    }
}

impl Line {
    /// Hands each message to its call until told to stop.
    ///
    /// # Errors
    /// None; the type is that of a task.
    pub async fn run(self, stop: CancellationToken) -> Result<(), BoxError> {
        let mut buffer = vec![0; super::message::MAX_MESSAGE];
        loop {
            let received = tokio::select! {
                received = self.socket.recv_from(&mut buffer) => received,
                () = stop.cancelled() => return Ok(()),
            };
            // An error is that of a datagram sent before: port unreachable. The call's own time-out tells.
            let Ok((length, _)) = received else { continue };
            let Ok(message) = Message::parse(buffer.get(..length).unwrap_or_default()) else { continue };
            let id = message.header("Call-ID").unwrap_or_default();
            let call = {
                let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
                calls.get(id).cloned()
            };
            // What belongs to no call of ours is not answered: nobody may use us to send datagrams elsewhere.
            if let Some(call) = call {
                let _ = call.try_send(message);
            }
        }
    }
}

/// One call with its sockets.
struct Talk {
    phone: Phone,
    id: String,
    call: Call,
    incoming: mpsc::Receiver<Message>,
    sound: UdpSocket,
    prompt: Samples,
    decided: Option<oneshot::Sender<Outcome>>,
    stop: CancellationToken,
    _line: OwnedSemaphorePermit,
}

impl Talk {
    async fn run(mut self, mut effects: Vec<Effect>) {
        let clock = self.phone.clock.clone();
        let mut voice: Option<Voice> = None;
        let mut keys = Keys::default();
        let mut pace = interval(Duration::from_millis(20));
        pace.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let (mut buffer, mut stopped) = ([0; 2048], false);
        loop {
            for effect in std::mem::take(&mut effects) {
                match effect {
                    // A datagram that could not be sent is one that was lost: it is repeated.
                    Effect::Send { to, bytes } => drop(self.phone.socket.send_to(&bytes, to).await),
                    Effect::Talk(media) => {
                        let random = self.phone.entropy.seed();
                        voice.get_or_insert_with(|| Voice::new(media, self.prompt.clone(), random)).media =
                            media;
                    }
                    Effect::Decided(outcome) => {
                        self.farewell(outcome, voice.as_mut());
                        if let Some(decided) = self.decided.take() {
                            let _ = decided.send(outcome);
                        }
                    }
                    Effect::Over => {}
                }
            }
            if self.call.is_over() {
                self.phone.registered().remove(&self.id);
                return;
            }
            let wake = self.call.deadline().map_or(Duration::from_secs(1), |at| clock.until(at));
            tokio::select! {
                Some(message) = self.incoming.recv() => effects = self.call.received(&message, clock.now()),
                () = tokio::time::sleep(wake) => effects = self.call.tick(clock.now()),
                () = self.stop.cancelled(), if !stopped => {
                    stopped = true;
                    effects = self.call.stop(clock.now());
                }
                _ = pace.tick(), if voice.is_some() => {
                    if let Some(voice) = &mut voice {
                        let (to, packet) = voice.next();
                        let _ = self.sound.send_to(&packet, to).await;
                    }
                }
                received = self.sound.recv_from(&mut buffer), if voice.is_some() => {
                    if let (Ok((length, from)), Some(voice)) = (received, &voice)
                        && from.ip() == voice.media.remote.ip()
                        && let Some(packet) = Packet::parse(buffer.get(..length).unwrap_or_default())
                        && Some(packet.payload_type) == voice.media.events
                        && let Some(key) = keys.event(&packet)
                    {
                        effects = self.call.key(key, clock.now());
                    }
                }
            }
        }
    }

    fn farewell(&self, outcome: Outcome, voice: Option<&mut Voice>) {
        let [accepted, declined] = WORDS;
        let word = match outcome {
            Outcome::Accepted => accepted,
            Outcome::Declined => declined,
            _ => return,
        };
        if let (Some(voice), Some(samples)) = (voice, self.phone.prompts.get(word)) {
            voice.say(samples.clone());
        }
    }
}

/// What we say, packet by packet.
struct Voice {
    media: Media,
    samples: Samples,
    /// Packets of the prompt that were sent, counting on through the pause.
    frame: usize,
    sequence: u16,
    timestamp: u32,
    source: u32,
    marker: bool,
}

impl Voice {
    const fn new(media: Media, samples: Samples, random: u64) -> Self {
        Self {
            media,
            samples,
            frame: 0,
            sequence: random as u16,
            timestamp: (random >> 16) as u32,
            source: (random >> 32) as u32,
            marker: true,
        }
    }

    /// Says something else, from its beginning.
    fn say(&mut self, samples: Samples) {
        (self.samples, self.frame, self.marker) = (samples, 0, true);
    }

    /// The next 20 ms. Between two readings there is silence, not nothing: a gateway that hears nothing hangs up.
    fn next(&mut self) -> (SocketAddr, Vec<u8>) {
        let law: Law = self.media.law;
        let start = self.frame * FRAME;
        let mut payload = vec![law.silence(); FRAME];
        let samples = self.samples.get(start..).unwrap_or_default();
        for (place, sample) in payload.iter_mut().zip(samples) {
            *place = law.encode(*sample);
        }
        let packet = Packet {
            marker: std::mem::take(&mut self.marker),
            payload_type: law.payload_type(),
            sequence: self.sequence,
            timestamp: self.timestamp,
            source: self.source,
            payload: &payload,
        }
        .encode();
        self.sequence = self.sequence.wrapping_add(1);
        self.timestamp = self.timestamp.wrapping_add(FRAME as u32);
        self.frame += 1;
        if self.frame > self.samples.len().div_ceil(FRAME) + PAUSE {
            (self.frame, self.marker) = (0, true);
        }
        (self.media.remote, packet)
    }
}
