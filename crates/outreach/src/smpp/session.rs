//! The life of one connection, sans-IO: what comes in is an event with the time, what is to be done comes out as
//! [`Effect`]s. Bind first; then at most `window` messages under way; a throttled message waits and goes again; a
//! silent peer is asked with `enquire_link` and given up; `unbind` ends it.

use std::collections::{BTreeMap, VecDeque};

use domain::time::Timestamp;

use super::{
    pdu::{Bind, Body, Pdu, ShortMessage},
    receipt, status,
};
use crate::{Failure, Inbound, PhoneNumber, Reason, back_off::BackOff};

/// The most messages that wait for their turn.
const QUEUE: usize = 1024;
/// The highest sequence number (§5.1.4).
const LAST_SEQUENCE: u32 = 0x7FFF_FFFF;

/// What the peers agreed on, and our patience.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// The most messages without an answer.
    pub window: usize,
    /// How long a peer may take to answer, in milliseconds.
    pub response_ms: i64,
    /// After so much silence the peer is asked whether it lives, in milliseconds.
    pub enquire_ms: i64,
    /// The wait after a throttling error.
    pub throttle: BackOff,
}

/// What the driver has to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Effect {
    /// Write these bytes.
    Write(Vec<u8>),
    /// Tell whoever waits under this ticket.
    Answer {
        /// The ticket given to [`Session::submit`].
        ticket: u64,
        /// The centre's name for the message.
        result: Result<String, Failure>,
    },
    /// Pass this on.
    Inbound(Inbound),
    /// The bind was accepted.
    Bound,
    /// Close the connection; everything that waited was answered.
    Close(Failure),
}

#[derive(Debug)]
struct Waiting {
    ticket: u64,
    message: Box<ShortMessage>,
    /// Not after.
    deadline: Timestamp,
    failures: u16,
}

#[derive(Debug)]
struct Sent {
    waiting: Waiting,
    at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Binding { since: Timestamp },
    Bound,
    Unbinding { since: Timestamp },
    Closed,
}

/// One connection.
#[derive(Debug)]
pub struct Session {
    rules: Rules,
    state: State,
    sequence: u32,
    buffer: Vec<u8>,
    queue: VecDeque<Waiting>,
    sent: BTreeMap<u32, Sent>,
    /// No message goes out before.
    paused_until: Timestamp,
    heard: Timestamp,
    enquired: Option<Timestamp>,
}

impl Session {
    /// A session on a fresh connection, and the bind to write.
    pub fn open(rules: Rules, bind: Bind, now: Timestamp) -> (Self, Vec<Effect>) {
        let mut session = Self {
            rules,
            state: State::Binding { since: now },
            sequence: 0,
            buffer: Vec::new(),
            queue: VecDeque::new(),
            sent: BTreeMap::new(),
            paused_until: now,
            heard: now,
            enquired: None,
        };
        let write = session.request(Body::BindTransceiver(bind)).1;
        (session, vec![write])
    }

    /// A message to send before `deadline`; the answer comes as [`Effect::Answer`] with the same ticket.
    pub fn submit(
        &mut self,
        ticket: u64,
        message: ShortMessage,
        deadline: Timestamp,
        now: Timestamp,
    ) -> Vec<Effect> {
        if self.state == State::Closed || self.queue.len() >= QUEUE {
            let reason = if self.state == State::Closed { Reason::Unreachable } else { Reason::Throttled };
            let result = Err(Failure::new(reason, "the SMPP link takes nothing more now"));
            return vec![Effect::Answer { ticket, result }];
        }
        self.queue.push_back(Waiting { ticket, message: Box::new(message), deadline, failures: 0 });
        self.pump(now)
    }

    /// Bytes that came in.
    pub fn received(&mut self, bytes: &[u8], now: Timestamp) -> Vec<Effect> {
        self.buffer.extend_from_slice(bytes);
        self.heard = now;
        self.enquired = None;
        let mut effects = Vec::new();
        while self.state != State::Closed {
            match super::pdu::take(&mut self.buffer) {
                Ok(None) => break,
                Ok(Some(pdu)) => self.handle(pdu, now, &mut effects),
                Err(super::pdu::BadPdu::Short { sequence, .. }) => {
                    effects.push(Self::respond(sequence, status::BAD_LENGTH, Body::GenericNack));
                }
                Err(error) => self.close(Failure::new(Reason::Protocol, error), &mut effects),
            }
        }
        effects.extend(self.pump(now));
        effects
    }

    /// The connection ended.
    pub fn disconnected(&mut self, why: &str) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.close(Failure::new(Reason::Broken, format_args!("SMPP: {why}")), &mut effects);
        effects
    }

    /// Ends the session in order: nothing new goes out, what is under way is waited for by the driver's own grace.
    pub fn unbind(&mut self, now: Timestamp) -> Vec<Effect> {
        if self.state != State::Bound {
            return self.disconnected("stopped");
        }
        self.state = State::Unbinding { since: now };
        vec![self.request(Body::Unbind).1]
    }

    /// When [`Session::tick`] wants to be called next.
    pub fn deadline(&self) -> Option<Timestamp> {
        let patience = self.rules.response_ms;
        let state = match self.state {
            State::Closed => return None,
            State::Binding { since } | State::Unbinding { since } => since.plus_millis(patience),
            State::Bound => match self.enquired {
                Some(at) => at.plus_millis(patience),
                None => self.heard.plus_millis(self.rules.enquire_ms),
            },
        };
        let sent = self.sent.values().map(|sent| sent.at.plus_millis(patience)).min();
        let queued = self.queue.iter().map(|waiting| waiting.deadline).min();
        let resumed =
            (!self.queue.is_empty() && self.sent.len() < self.rules.window && self.state == State::Bound)
                .then_some(self.paused_until);
        [Some(state), sent, queued, resumed].into_iter().flatten().min()
    }

    /// Time has passed.
    pub fn tick(&mut self, now: Timestamp) -> Vec<Effect> {
        let mut effects = Vec::new();
        let late = |since: Timestamp, limit| now.millis_since(since) >= limit;
        match self.state {
            State::Closed => return effects,
            State::Binding { since } | State::Unbinding { since } if late(since, self.rules.response_ms) => {
                self.close(Failure::new(Reason::TimedOut, "SMPP: no answer to bind or unbind"), &mut effects);
                return effects;
            }
            State::Bound => match self.enquired {
                Some(at) if late(at, self.rules.response_ms) => {
                    self.close(
                        Failure::new(Reason::TimedOut, "SMPP: no answer to enquire_link"),
                        &mut effects,
                    );
                    return effects;
                }
                None if late(self.heard, self.rules.enquire_ms) => {
                    self.enquired = Some(now);
                    effects.push(self.request(Body::EnquireLink).1);
                }
                _ => {}
            },
            _ => {}
        }
        let silent: Vec<u32> = self
            .sent
            .iter()
            .filter(|(_, sent)| late(sent.at, self.rules.response_ms))
            .map(|(sequence, _)| *sequence)
            .collect();
        for sent in silent.into_iter().filter_map(|sequence| self.sent.remove(&sequence)) {
            let result = Err(Failure::new(Reason::TimedOut, "SMPP: no answer to submit_sm"));
            effects.push(Effect::Answer { ticket: sent.waiting.ticket, result });
        }
        effects.extend(self.pump(now));
        effects
    }

    fn handle(&mut self, pdu: Pdu, now: Timestamp, effects: &mut Vec<Effect>) {
        let Pdu { status, sequence, body } = pdu;
        match body {
            Body::BindTransceiverResp => match self.state {
                State::Binding { .. } if status == status::OK => {
                    self.state = State::Bound;
                    effects.push(Effect::Bound);
                }
                State::Binding { .. } => {
                    let why = format_args!("SMPP bind refused, status {status:#x}").to_string();
                    self.close(Failure::new(status::reason(status), why), effects);
                }
                _ => {}
            },
            Body::SubmitSmResp(id) => self.answered(sequence, status, id, now, effects),
            Body::GenericNack => {
                let status = if status == status::OK { status::UNKNOWN_COMMAND } else { status };
                self.answered(sequence, status, String::new(), now, effects);
            }
            Body::DeliverSm(message) => {
                // Always taken: one that is refused comes again for ever.
                effects.push(Self::respond(sequence, status::OK, Body::DeliverSmResp));
                if let Some(receipt) = receipt::read(&message) {
                    effects.push(Effect::Inbound(Inbound::Receipt(receipt)));
                } else if let Ok(from) = message.source.number.parse::<PhoneNumber>() {
                    let text = runtime::Secret::new(receipt::words(&message));
                    effects.push(Effect::Inbound(Inbound::Text { from, text }));
                }
            }
            Body::EnquireLink => effects.push(Self::respond(sequence, status::OK, Body::EnquireLinkResp)),
            Body::Unbind => {
                effects.push(Self::respond(sequence, status::OK, Body::UnbindResp));
                self.close(Failure::new(Reason::Unavailable, "SMPP: the peer unbound"), effects);
            }
            Body::UnbindResp => {
                self.close(Failure::new(Reason::Stopped, "SMPP: unbound"), effects);
            }
            Body::BindTransceiver(_) | Body::SubmitSm(_) => {
                effects.push(Self::respond(sequence, status::UNKNOWN_COMMAND, Body::GenericNack));
            }
            Body::Other(id) if id & 0x8000_0000 == 0 => {
                effects.push(Self::respond(sequence, status::UNKNOWN_COMMAND, Body::GenericNack));
            }
            Body::EnquireLinkResp | Body::DeliverSmResp | Body::Other(_) => {}
        }
    }

    fn answered(
        &mut self,
        sequence: u32,
        status: u32,
        id: String,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) {
        // Late answers, after the ticket was given up, find nothing.
        let Some(sent) = self.sent.remove(&sequence) else { return };
        let mut waiting = sent.waiting;
        if status == status::OK {
            effects.push(Effect::Answer { ticket: waiting.ticket, result: Ok(id) });
            return;
        }
        if status::is_throttling(status) {
            waiting.failures = waiting.failures.saturating_add(1);
            let wait = self.rules.throttle.wait(waiting.failures, u64::from(sequence));
            self.paused_until = self.paused_until.max(now.plus_millis(wait.as_millis() as i64));
            if self.paused_until < waiting.deadline {
                self.queue.push_front(waiting);
                return;
            }
        }
        let result = Err(Failure::new(
            status::reason(status),
            format_args!("SMPP submit_sm refused, status {status:#x}"),
        ));
        effects.push(Effect::Answer { ticket: waiting.ticket, result });
    }

    /// Gives up what waited too long, then sends what fits into the window.
    fn pump(&mut self, now: Timestamp) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.queue.retain(|waiting| {
            let alive = now < waiting.deadline;
            if !alive {
                let reason = if waiting.failures > 0 { Reason::Throttled } else { Reason::Unavailable };
                let result = Err(Failure::new(reason, "SMPP: the message never came to its turn"));
                effects.push(Effect::Answer { ticket: waiting.ticket, result });
            }
            alive
        });
        while self.state == State::Bound && self.sent.len() < self.rules.window && self.paused_until <= now {
            let Some(waiting) = self.queue.pop_front() else { break };
            let (sequence, write) = self.request(Body::SubmitSm(waiting.message.clone()));
            self.sent.insert(sequence, Sent { waiting, at: now });
            effects.push(write);
        }
        effects
    }

    fn close(&mut self, failure: Failure, effects: &mut Vec<Effect>) {
        self.state = State::Closed;
        for sent in std::mem::take(&mut self.sent).into_values() {
            let result = Err(Failure::new(Reason::Broken, "SMPP: the link closed before the answer"));
            effects.push(Effect::Answer { ticket: sent.waiting.ticket, result });
        }
        for waiting in self.queue.drain(..) {
            let result = Err(Failure::new(Reason::Unreachable, "SMPP: the link closed before it was sent"));
            effects.push(Effect::Answer { ticket: waiting.ticket, result });
        }
        effects.push(Effect::Close(failure));
    }

    fn request(&mut self, body: Body) -> (u32, Effect) {
        self.sequence = if self.sequence >= LAST_SEQUENCE { 1 } else { self.sequence + 1 };
        let pdu = Pdu { status: status::OK, sequence: self.sequence, body };
        (self.sequence, Effect::Write(pdu.encode()))
    }

    fn respond(sequence: u32, status: u32, body: Body) -> Effect {
        Effect::Write(Pdu { status, sequence, body }.encode())
    }
}

#[cfg(test)]
mod tests;
