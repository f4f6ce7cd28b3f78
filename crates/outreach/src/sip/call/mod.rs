//! One call's life, sans-IO: messages, keys and time come in, [`Effect`]s come out. Over UDP everything may be lost or
//! come twice, so requests are repeated (RFC 3261 §17.1) and answers to repeats are repeated.
//!
//! ```text
//! calling ──1xx──► ringing ──2xx──► talking ──key 1 or 2──► farewell ─► ending ─► over
//!    │                │  └─ time is up: CANCEL ─► cancelling ─┘    │      (BYE)
//!    │                │                      1, to be put through: └─REFER─► transferring ─► ending
//!    └── 3xx–6xx, nothing heard ────────────────────────────────────────────────► over
//! ```
//! A 401 or 407 starts again with credentials, once.

mod outcome;
mod requests;

use std::net::SocketAddr;

use domain::time::Timestamp;

pub use outcome::Outcome;
pub use requests::Dial;
use requests::Dialog;

use super::{
    digest::Challenge,
    keys,
    message::{Message, Start, parameter},
    sdp::{self, Media},
};

/// RFC 3261 §17.1.1.1: the first repeat, in milliseconds.
const T1: i64 = 500;
/// The longest wait between repeats of anything but INVITE.
const T2: i64 = 4_000;
/// How long an answer to CANCEL or BYE is waited for. The standard's 32 s would keep the line for nothing.
const ENDING: i64 = 6_000;
/// How long whoever takes a call over may let it ring.
const TRANSFER: i64 = 60_000;
/// What we answer.
const ALLOW: &str = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE, NOTIFY";

/// How patient a call is.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// How long the exchange may say nothing at all, in milliseconds.
    pub silence_ms: i64,
    /// How long it may ring, from the first request on, in milliseconds.
    pub ring_ms: i64,
    /// How long a key is waited for once somebody has picked up, in milliseconds.
    pub listen_ms: i64,
    /// How long the word after "accept" takes, in milliseconds.
    pub accepted_ms: i64,
    /// How long the word after "decline" takes, in milliseconds.
    pub declined_ms: i64,
}

/// What the driver has to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Send this datagram.
    Send {
        /// Where.
        to: SocketAddr,
        /// What.
        bytes: Vec<u8>,
    },
    /// Somebody picked up, or wants their sound elsewhere.
    Talk(Media),
    /// How the call came out; told once, and before the line is free.
    Decided(Outcome),
    /// The line is free.
    Over,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    Calling,
    Ringing,
    /// `asked`: CANCEL has gone out; it may not before the first answer (§9.1).
    Cancelling {
        since: Timestamp,
        asked: bool,
    },
    Talking {
        since: Timestamp,
    },
    Farewell {
        until: Timestamp,
    },
    /// Somebody else is to take the call over; the exchange tells how that goes (RFC 3515 §2.4.4).
    Transferring {
        since: Timestamp,
    },
    Ending {
        since: Timestamp,
    },
    Over,
}

/// A request that goes out again until it is answered.
#[derive(Debug)]
struct Repeat {
    to: SocketAddr,
    bytes: Vec<u8>,
    next: Timestamp,
    interval: i64,
    longest: i64,
}

/// One call.
#[derive(Debug)]
pub struct Call {
    dial: Dial,
    rules: Rules,
    state: State,
    began: Timestamp,
    /// Of the INVITE now under way.
    invite: Message,
    repeat: Option<Repeat>,
    dialog: Option<Dialog>,
    /// The ACK to a 2xx, which is answered to every repeat of it.
    ack: Option<(SocketAddr, Vec<u8>)>,
    outcome: Option<Outcome>,
    /// Why it was cancelled.
    cancelled: Option<Outcome>,
}

impl Call {
    /// Dials.
    pub fn start(dial: Dial, rules: Rules, now: Timestamp) -> (Self, Vec<Effect>) {
        let invite = Message::request("INVITE", &dial.to);
        let mut call = Self {
            dial,
            rules,
            state: State::Calling,
            began: now,
            invite,
            repeat: None,
            dialog: None,
            ack: None,
            outcome: None,
            cancelled: None,
        };
        let effects = vec![call.send_invite(now)];
        (call, effects)
    }

    /// Whether nothing will come of it any more.
    pub const fn is_over(&self) -> bool {
        matches!(self.state, State::Over)
    }

    /// A message with this call's Call-ID came in.
    pub fn received(&mut self, message: &Message, now: Timestamp) -> Vec<Effect> {
        let mut effects = Vec::new();
        if self.is_over() {
            return effects;
        }
        match &message.start {
            Start::Response { code, .. } => self.response(*code, message, now, &mut effects),
            Start::Request { method, .. } => self.request(method, message, now, &mut effects),
        }
        effects
    }

    /// A key was pressed.
    pub fn key(&mut self, key: char, now: Timestamp) -> Vec<Effect> {
        let (outcome, farewell) = match key {
            '1' => (Outcome::Accepted, self.rules.accepted_ms),
            '2' => (Outcome::Declined, self.rules.declined_ms),
            _ => return Vec::new(),
        };
        if !matches!(self.state, State::Talking { .. }) {
            return Vec::new();
        }
        let mut effects = Vec::new();
        self.decide(outcome, &mut effects);
        self.state = State::Farewell { until: now.plus_millis(farewell) };
        effects.extend(self.tick(now));
        effects
    }

    /// Nobody needs this call any more.
    pub fn stop(&mut self, now: Timestamp) -> Vec<Effect> {
        let mut effects = Vec::new();
        match self.state {
            State::Calling | State::Ringing => self.cancel(Outcome::Stopped, now, &mut effects),
            State::Talking { .. } => self.hang_up(Outcome::Stopped, now, &mut effects),
            // A call that was cancelled because it rang too long must not start to talk now.
            State::Cancelling { .. } => self.cancelled = Some(Outcome::Stopped),
            State::Farewell { .. } | State::Transferring { .. } | State::Ending { .. } | State::Over => {}
        }
        effects
    }

    /// When [`Call::tick`] wants to be called next.
    pub fn deadline(&self) -> Option<Timestamp> {
        let state = match self.state {
            State::Over => return None,
            State::Calling => self.began.plus_millis(self.rules.silence_ms.min(self.rules.ring_ms)),
            State::Ringing => self.began.plus_millis(self.rules.ring_ms),
            State::Cancelling { since, .. } | State::Ending { since } => since.plus_millis(ENDING),
            State::Talking { since } => since.plus_millis(self.rules.listen_ms),
            State::Farewell { until } => until,
            State::Transferring { since } => since.plus_millis(TRANSFER),
        };
        Some(self.repeat.as_ref().map_or(state, |repeat| state.min(repeat.next)))
    }

    /// Time has passed.
    pub fn tick(&mut self, now: Timestamp) -> Vec<Effect> {
        let mut effects = Vec::new();
        let past = |at: Timestamp, limit: i64| now >= at.plus_millis(limit);
        match self.state {
            State::Calling if past(self.began, self.rules.silence_ms) => {
                self.over(Outcome::Unreachable, &mut effects);
            }
            State::Calling | State::Ringing if past(self.began, self.rules.ring_ms) => {
                self.cancel(Outcome::NoAnswer, now, &mut effects);
            }
            State::Cancelling { since, .. } if past(since, ENDING) => {
                let outcome = self.cancelled.unwrap_or(Outcome::NoAnswer);
                self.over(outcome, &mut effects);
            }
            State::Ending { since } if past(since, ENDING) => self.over(Outcome::Stopped, &mut effects),
            State::Talking { since } if past(since, self.rules.listen_ms) => {
                self.hang_up(Outcome::Heard, now, &mut effects);
            }
            State::Farewell { until } if now >= until => self.leave(now, &mut effects),
            State::Transferring { since } if past(since, TRANSFER) => {
                self.hang_up(Outcome::Stopped, now, &mut effects);
            }
            _ => {}
        }
        if let Some(repeat) = &mut self.repeat
            && now >= repeat.next
        {
            effects.push(Effect::Send { to: repeat.to, bytes: repeat.bytes.clone() });
            repeat.interval = (repeat.interval * 2).min(repeat.longest);
            repeat.next = now.plus_millis(repeat.interval);
        }
        effects
    }

    fn response(&mut self, code: u16, message: &Message, now: Timestamp, effects: &mut Vec<Effect>) {
        let Some((number, method)) = message.cseq() else { return };
        match method {
            "INVITE" if Some(number) == self.invite.cseq().map(|(number, _)| number) => {
                self.invite_answered(code, message, now, effects);
            }
            // A CANCEL was taken: no more repeats; the INVITE's own answer follows.
            "CANCEL" if code >= 200 && matches!(self.state, State::Cancelling { .. }) => self.repeat = None,
            "REFER" if matches!(self.state, State::Transferring { .. }) => match code {
                100..=199 => {}
                // It is being tried.
                200..=299 => self.repeat = None,
                _ => self.hang_up(Outcome::Stopped, now, effects),
            },
            "BYE" if code >= 200 && matches!(self.state, State::Ending { .. }) => {
                self.over(Outcome::Stopped, effects);
            }
            _ => {}
        }
    }

    fn invite_answered(&mut self, code: u16, message: &Message, now: Timestamp, effects: &mut Vec<Effect>) {
        let waiting = matches!(self.state, State::Calling | State::Ringing | State::Cancelling { .. });
        match code {
            100..=199 => match self.state {
                State::Calling => {
                    self.state = State::Ringing;
                    self.repeat = None;
                }
                State::Cancelling { asked: false, since } => {
                    self.state = State::Cancelling { asked: true, since };
                    self.send_cancel(now, effects);
                }
                _ => {}
            },
            200..=299 => self.picked_up(message, now, effects),
            _ => {
                // Every repeat of a refusal wants its ACK (§17.1.1.2).
                let bytes = self.dial.ack_refusal(&self.invite, message).encode();
                effects.push(Effect::Send { to: self.dial.exchange, bytes });
                if waiting {
                    self.refused(code, message, now, effects);
                }
            }
        }
    }

    fn refused(&mut self, code: u16, message: &Message, now: Timestamp, effects: &mut Vec<Effect>) {
        let cancelling = matches!(self.state, State::Cancelling { .. });
        if matches!(code, 401 | 407) && !cancelling && self.sign_in(code, message) {
            self.state = State::Calling;
            effects.push(self.send_invite(now));
            return;
        }
        let outcome = match self.cancelled {
            Some(why) if cancelling && matches!(code, 487 | 408 | 480) => why,
            _ => Outcome::of(code),
        };
        self.over(outcome, effects);
    }

    /// Takes up a challenge; false if it was tried before or cannot be met.
    fn sign_in(&mut self, code: u16, message: &Message) -> bool {
        let (ask, answer) = if code == 401 {
            ("WWW-Authenticate", "Authorization")
        } else {
            ("Proxy-Authenticate", "Proxy-Authorization")
        };
        let Some(challenge) = Challenge::strongest(message.all(ask)) else { return false };
        let tried = self.dial.challenge.is_some();
        if self.dial.account.is_none() || (tried && !challenge.stale) || self.dial.sign_ins >= 2 {
            return false;
        }
        self.dial.challenge = Some((answer, challenge));
        self.dial.sign_ins += 1;
        true
    }

    fn picked_up(&mut self, message: &Message, now: Timestamp, effects: &mut Vec<Effect>) {
        let tag = message.header("To").and_then(|to| parameter(to, "tag")).unwrap_or_default();
        if let Some(dialog) = &self.dialog {
            if dialog.tag() == tag {
                // Our ACK was lost.
                let again = self.ack.clone();
                effects.extend(again.map(|(to, bytes)| Effect::Send { to, bytes }));
            } else {
                // A second phone of the same number picked up, too (§13.2.2.4): it is told that it is over.
                let other = Dialog::new(message, &self.dial);
                for method in ["ACK", "BYE"] {
                    let (to, bytes) = self.dial.within(&other, method, &self.invite);
                    effects.push(Effect::Send { to, bytes });
                }
            }
            return;
        }
        let dialog = Dialog::new(message, &self.dial);
        let (to, bytes) = self.dial.within(&dialog, "ACK", &self.invite);
        effects.push(Effect::Send { to, bytes: bytes.clone() });
        self.ack = Some((to, bytes));
        self.dialog = Some(dialog);
        self.repeat = None;
        let stopped = self.cancelled == Some(Outcome::Stopped);
        self.state = State::Talking { since: now };
        match sdp::answer(&message.body) {
            // Who picks up in the instant in which it had rung too long is still welcome.
            Some(media) if !stopped => effects.push(Effect::Talk(media)),
            Some(_) => self.hang_up(Outcome::Stopped, now, effects),
            None => self.hang_up(Outcome::NoCommonSound, now, effects),
        }
    }

    fn request(&mut self, method: &str, message: &Message, now: Timestamp, effects: &mut Vec<Effect>) {
        if method == "ACK" {
            return;
        }
        let remote = message.header("From").and_then(|from| parameter(from, "tag"));
        let known = self.dialog.as_ref().is_some_and(|dialog| Some(dialog.tag()) == remote);
        let answer = |code, reason: &str| Message::response(message, code, reason);
        let response = match method {
            _ if !known => answer(481, "Call/Transaction Does Not Exist"),
            "BYE" | "OPTIONS" | "UPDATE" => answer(200, "OK"),
            // A repeat of this is answered by the same words, which is all that a lost answer needs.
            "INVITE" => {
                if let Some(media) = sdp::answer(&message.body) {
                    effects.push(Effect::Talk(media));
                }
                let mut ok = answer(200, "OK")
                    .with("Contact", self.dial.contact())
                    .with("Content-Type", "application/sdp");
                ok.body = sdp::offer(self.dial.media, self.dial.session).into_bytes();
                ok
            }
            "INFO" => {
                let key = keys::info(message.header("Content-Type").unwrap_or_default(), &message.body);
                let pressed = key.filter(|_| self.is_new_info(message));
                effects.extend(pressed.into_iter().flat_map(|key| self.key(key, now)));
                answer(200, "OK")
            }
            "NOTIFY" if matches!(self.state, State::Transferring { .. } | State::Ending { .. }) => {
                answer(200, "OK")
            }
            "NOTIFY" => answer(481, "Subscription Does Not Exist"),
            _ => answer(405, "Method Not Allowed").with("Allow", ALLOW),
        };
        effects.insert(0, Effect::Send { to: self.dial.exchange, bytes: response.encode() });
        if method == "NOTIFY"
            && known
            && progress(&message.body) >= 200
            && matches!(self.state, State::Transferring { .. })
        {
            // They talk to one another, or will not; either way without us.
            self.hang_up(Outcome::Stopped, now, effects);
        }
        if method == "BYE" && known {
            // Hung up without a key: they listened.
            self.over(Outcome::Heard, effects);
        }
    }

    /// A repeat of an INFO is not a second press.
    fn is_new_info(&mut self, message: &Message) -> bool {
        let number = message.cseq().map(|(number, _)| number);
        self.dialog.as_mut().is_some_and(|dialog| dialog.is_new(number))
    }

    fn cancel(&mut self, why: Outcome, now: Timestamp, effects: &mut Vec<Effect>) {
        let asked = self.state == State::Ringing;
        self.cancelled = Some(why);
        self.state = State::Cancelling { since: now, asked };
        if asked {
            self.send_cancel(now, effects);
        }
    }

    fn send_cancel(&mut self, now: Timestamp, effects: &mut Vec<Effect>) {
        let bytes = self.dial.cancel(&self.invite).encode();
        effects.push(self.repeating(self.dial.exchange, bytes, T2, now));
    }

    /// Puts an accepted call through where it should be, and leaves it.
    fn leave(&mut self, now: Timestamp, effects: &mut Vec<Effect>) {
        let accepted = self.outcome == Some(Outcome::Accepted);
        match (self.dial.transfer.clone().filter(|_| accepted), &self.dialog) {
            (Some(desk), Some(dialog)) => {
                let (to, bytes) = self.dial.refer(dialog, &self.invite, &desk);
                self.state = State::Transferring { since: now };
                effects.push(self.repeating(to, bytes, T2, now));
            }
            _ => self.hang_up(Outcome::Stopped, now, effects),
        }
    }

    fn hang_up(&mut self, why: Outcome, now: Timestamp, effects: &mut Vec<Effect>) {
        self.decide(why, effects);
        let Some(dialog) = &self.dialog else {
            self.over(why, effects);
            return;
        };
        let (to, bytes) = self.dial.within(dialog, "BYE", &self.invite);
        self.state = State::Ending { since: now };
        effects.push(self.repeating(to, bytes, T2, now));
    }

    fn send_invite(&mut self, now: Timestamp) -> Effect {
        self.invite = self.dial.invite();
        self.repeating(self.dial.exchange, self.invite.encode(), i64::MAX / 4, now)
    }

    fn repeating(&mut self, to: SocketAddr, bytes: Vec<u8>, longest: i64, now: Timestamp) -> Effect {
        self.repeat =
            Some(Repeat { to, bytes: bytes.clone(), next: now.plus_millis(T1), interval: T1, longest });
        Effect::Send { to, bytes }
    }

    fn decide(&mut self, outcome: Outcome, effects: &mut Vec<Effect>) {
        if self.outcome.is_none() {
            self.outcome = Some(outcome);
            effects.push(Effect::Decided(outcome));
        }
    }

    fn over(&mut self, outcome: Outcome, effects: &mut Vec<Effect>) {
        self.decide(outcome, effects);
        self.repeat = None;
        if self.state != State::Over {
            self.state = State::Over;
            effects.push(Effect::Over);
        }
    }
}

/// How a transfer goes, by a NOTIFY's `message/sipfrag`; 0 if it does not say.
fn progress(fragment: &[u8]) -> u16 {
    let line = fragment.split(|byte| *byte == b'\r' || *byte == b'\n').next();
    let code = line.and_then(|line| line.strip_prefix(b"SIP/2.0 ")).and_then(|rest| rest.get(..3));
    code.and_then(|code| std::str::from_utf8(code).ok()?.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
