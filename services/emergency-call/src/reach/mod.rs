//! Reaching people away from the screens: carries out by `outreach` what the core wants, and what other services ask for.
//!
//! | what | module |
//! | --- | --- |
//! | in which order people are reached by what | [`ways`] |
//! | what they are told | [`words`] |
//! | by which numbers | [`addresses`] |
//! | one call of an incident, kept in the incident | [`job`] |
//! | a message another service asks for | [`notice`] |
//!
//! Addresses and words stay in memory: the streams know only who was asked by what, and what came of it.

pub mod addresses;
pub mod job;
pub mod notice;
pub mod ways;
pub mod words;

use std::sync::{Arc, Mutex, PoisonError};

use bus::Bus;
use domain::{
    id::DistrictId,
    incident::{Callee, Incident, Subject},
    reach::{Medium, Reach},
};
use outreach::{
    Inbound, MessageId, Outreach, OutreachConfig, PhoneNumber,
    gateway::HttpSms,
    plan::{Person, driver::Switchboard},
};
use runtime::{BoxError, Context, TaskKind};
use schemas::{emergency::Card, reach::Channels};
use tokio::sync::{Semaphore, mpsc};

use self::{
    addresses::{Addresses, Whom},
    job::Job,
    ways::Ways,
    words::words,
};
use crate::{core::CallKey, metrics::Metrics};

/// Messages of other services at a time; more are told to come again.
const NOTICES: usize = 256;
/// Digits by which a reply is known to be of a number that was written to, with or without the country in front.
const TAIL: usize = 8;

/// The channels of a district and how they are used. Clones share them.
#[derive(Clone)]
pub struct Outbound {
    board: Switchboard,
    addresses: Addresses,
    ways: Arc<Ways>,
    channels: Channels,
    /// Which message is on its way to which number, for replies by text message.
    numbers: Arc<Mutex<Vec<(PhoneNumber, MessageId)>>>,
    notices: Arc<Semaphore>,
    metrics: Metrics,
}

impl std::fmt::Debug for Outbound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outbound").field("channels", &self.channels).finish_non_exhaustive()
    }
}

impl Outbound {
    /// Opens what is configured, and keeps its connections. The gateway is for the listener its receipts come to.
    ///
    /// # Errors
    /// The sentence names the key that does not work.
    pub async fn open(
        (channels, ways): (&OutreachConfig, &Ways),
        (bus, district): (&Bus, &DistrictId),
        metrics: Metrics,
        ctx: &Context,
    ) -> Result<(Self, Option<Arc<HttpSms>>), BoxError> {
        ways.check()?;
        let open = channels.clone().build(ctx.clock.clone(), ctx.entropy.clone()).await;
        let Outreach { switchboard: board, mut inbound, gateway, push_key, smpp_link, phone_line } =
            open.map_err(|error| format!("emergency.outreach: {error}"))?;
        if let Some(link) = smpp_link {
            ctx.tasks.spawn(TaskKind::Connection, "SMPP", |stop| link.run(stop));
        }
        if let Some(line) = phone_line {
            ctx.tasks.spawn(TaskKind::Connection, "telephone", |stop| line.run(stop));
        }
        let configured: Vec<Medium> = board.channels().collect();
        let missing = Medium::ALL.into_iter().filter(|medium| !configured.contains(medium)).collect();
        let duty = ways.duty_phone.is_some() || ways.duty_mail.is_some();
        let outbound = Self {
            board,
            addresses: Addresses::new(bus, district, ways)?,
            ways: Arc::new(ways.clone()),
            channels: Channels { configured, missing, duty, push_key },
            numbers: Arc::default(),
            notices: Arc::new(Semaphore::new(NOTICES)),
            metrics,
        };
        let told = outbound.clone();
        ctx.tasks.spawn(TaskKind::Background, "receipts and replies", |stop| async move {
            loop {
                tokio::select! {
                    Some(inbound) = inbound.recv() => told.came_in(inbound).await,
                    () = stop.cancelled() => return Ok(()),
                }
            }
        });
        Ok((outbound, gateway))
    }

    /// What there is and what is missing.
    pub const fn channels(&self) -> &Channels {
        &self.channels
    }

    /// Whether anybody can be reached at all.
    pub const fn any(&self) -> bool {
        !self.channels.configured.is_empty()
    }

    /// A carrier's later word, or somebody's reply.
    pub async fn came_in(&self, inbound: Inbound) {
        match inbound {
            Inbound::Receipt(receipt) => self.board.receipt(&receipt),
            Inbound::Text { from, text } => {
                let yes = match text.expose().trim() {
                    "1" | "１" => true,
                    "2" | "２" => false,
                    _ => return,
                };
                if let Some(message) = self.message_to(&from) {
                    self.board.answered(&message, 0, yes).await;
                }
            }
        }
    }

    /// What was sent to this number last and is still on its way.
    fn message_to(&self, from: &PhoneNumber) -> Option<MessageId> {
        let tail = |number: &PhoneNumber| {
            let digits = number.expose();
            digits.get(digits.len().saturating_sub(TAIL)..).map(str::to_owned)
        };
        let numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        let mut latest = numbers.iter().rev();
        latest.find(|(number, _)| tail(number) == tail(from)).map(|(_, message)| message.clone())
    }

    /// What one call of an incident takes: whom, what they are told, and how far the process before this one came.
    pub fn job(
        &self,
        incident: &Incident,
        (call, callee): (CallKey, &Callee),
        card: Option<&Card>,
        kept: Option<Reach>,
    ) -> Job {
        let (whom, legs) = match callee {
            Callee::Caregiver { caregiver } => (Whom::Caregiver(caregiver.clone()), &self.ways.staff),
            Callee::Family { order } => {
                let contact = card.and_then(|card| card.family.get(usize::from(*order).checked_sub(1)?));
                (Whom::Contact(contact.cloned()), &self.ways.family)
            }
            Callee::Doctor => (Whom::Contact(card.and_then(|card| card.doctor.clone())), &self.ways.doctor),
            Callee::Home => {
                let number = card.and_then(|card| card.call_back.clone());
                let elder = match &incident.subject {
                    Subject::Elder(elder) => Some(elder.clone()),
                    _ => None,
                };
                (Whom::Home { number, elder }, &self.ways.home)
            }
            Callee::Supervisor | Callee::Desk | Callee::Ambulance => (Whom::Duty, &self.ways.duty),
        };
        let name = card.map(|card| card.name.as_str()).filter(|name| !name.is_empty());
        let content = words(incident, callee, name, &self.ways);
        Job { outbound: self.clone(), call, whom, legs: legs.clone(), content, kept }
    }
}

/// A number's message is on its way as long as this lives.
struct Listed<'a> {
    outbound: &'a Outbound,
    message: &'a MessageId,
}

impl<'a> Listed<'a> {
    fn new(outbound: &'a Outbound, message: &'a MessageId, person: &Person) -> Self {
        let number = person.steps.iter().find_map(|step| match &step.way {
            outreach::Way::SmsSmpp(number) | outreach::Way::SmsHttp(number) => Some(number.clone()),
            _ => None,
        });
        if let Some(number) = number {
            let mut numbers = outbound.numbers.lock().unwrap_or_else(PoisonError::into_inner);
            numbers.push((number, message.clone()));
        }
        Self { outbound, message }
    }
}

impl Drop for Listed<'_> {
    fn drop(&mut self) {
        let mut numbers = self.outbound.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        numbers.retain(|(_, message)| message != self.message);
    }
}

/// Where jobs tell what happens.
type Tell = mpsc::Sender<crate::active::Other>;
