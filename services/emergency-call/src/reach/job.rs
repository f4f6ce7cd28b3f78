//! One call of an incident: its plan is run by `outreach`, and each turn of it is made durable in the incident before
//! what follows from it is done. Dropped, it stops whatever still rings and tells nothing.

use std::time::Duration;

use domain::{
    id::CaregiverId,
    reach::{Came, Medium, Reach, Reason},
};
use futures::future::BoxFuture;
use outreach::{
    Content, Delivery, Reached, Urgency, Way,
    back_off::BackOff,
    plan::{
        Action, Enough, Event, Person, Plan, State, Step,
        driver::{Keeper, NotRun, Turn},
    },
    push::Subscription,
};
use runtime::BoxError;
use schemas::reach::Lacking;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::{
    Listed, Outbound, Tell,
    addresses::{Addresses, Whom},
    ways::{Leg, media, steps},
};
use crate::{
    active::Other,
    core::{CallKey, News, Told},
    metrics::Metrics,
};

/// Pause before an address is asked for again whose keeper did not answer.
const AGAIN: Duration = Duration::from_secs(2);
/// So often it is asked for while an earlier process had one.
const RETRIES: u32 = 5;
/// The waits between tries of one way: an alarm has no time for long ones.
const BACK_OFF: BackOff = BackOff { first_ms: 500, most_ms: 5_000 };
/// Pause while the run of an earlier term of office winds down.
const WIND_DOWN: Duration = Duration::from_millis(100);

/// One call of an incident, to be carried out.
pub struct Job {
    pub(super) outbound: Outbound,
    pub(super) call: CallKey,
    pub(super) whom: Whom,
    pub(super) legs: Vec<Leg>,
    pub(super) content: Content,
    pub(super) kept: Option<Reach>,
}

impl Job {
    /// Carries it out to its end.
    pub async fn run(self, tell: Tell) {
        let call = self.call.clone();
        if let Err(error) = self.carry_out(tell).await {
            tracing::warn!(incident = %call.0, call = call.1, %error, "a call was not carried out");
        }
    }

    async fn carry_out(self, tell: Tell) -> Result<(), BoxError> {
        let (steps, missing) = self.ways(&tell).await?;
        let lacking: Vec<News> = missing.into_iter().map(|l| News::Unreached(l.medium, l.reason)).collect();
        let ways = media(&steps);
        let kept = self.kept.as_ref().filter(|kept| kept.ways == ways).and_then(|kept| kept.state.as_deref());
        let state: Option<State> = kept.and_then(|state| serde_json::from_str(state).ok());
        if steps.is_empty() {
            let reach = Reach { ways, state: None, over: true };
            return durable(&tell, Told { call: self.call, reach, news: lacking }).await;
        }
        let plan = Plan {
            message: format!("{}-{}", self.call.0, self.call.1).parse()?,
            urgency: Urgency::Alarm,
            content: self.content,
            enough: Enough::Accepted,
            people: vec![Person { after_ms: 0, steps }],
            back_off: BACK_OFF,
        };
        // What was missing was told by the process before, too.
        let first = if state.is_some() { Vec::new() } else { lacking };
        let browser = plan.people.iter().flat_map(|person| &person.steps).find_map(|step| match &step.way {
            Way::Push(browser) => Some(browser.clone()),
            _ => None,
        });
        let browser = match self.whom {
            Whom::Caregiver(caregiver) => browser.map(|browser| (caregiver, browser)),
            _ => None,
        };
        let mut record = Record {
            call: self.call,
            ways,
            first,
            before: None,
            tell,
            metrics: self.outbound.metrics.clone(),
            addresses: self.outbound.addresses.clone(),
            browser,
        };
        let message = plan.message.clone();
        let _listed = plan.people.first().map(|person| Listed::new(&self.outbound, &message, person));
        loop {
            let stop = CancellationToken::new();
            match self.outbound.board.run(plan.clone(), state.clone(), &mut record, stop).await {
                Err(NotRun::Running(_)) => tokio::time::sleep(WIND_DOWN).await,
                Err(error) => return Err(error.into()),
                Ok(_) => return Ok(()),
            }
        }
    }

    /// The steps that can be taken. Where an address is not known only because its keeper is away, it is asked for
    /// again as long as somebody waits, and that is told once.
    async fn ways(&self, tell: &Tell) -> Result<(Vec<Step>, Vec<Lacking>), BoxError> {
        let configured = &self.outbound.channels().configured;
        let (mut told, mut tried) = (false, 0);
        loop {
            let book = self.outbound.addresses.of(&self.whom).await;
            let (steps, missing) = steps(&self.legs, configured, &book);
            let away = missing.iter().any(|lacking| lacking.reason == Reason::AddressAway);
            let begun = self.kept.as_ref().is_some_and(|kept| !kept.ways.is_empty());
            let waits = away && (steps.is_empty() || (begun && tried < RETRIES));
            if !waits {
                return Ok((steps, missing));
            }
            if steps.is_empty() && !begun && !std::mem::replace(&mut told, true) {
                let news = missing.into_iter().map(|l| News::Unreached(l.medium, l.reason)).collect();
                durable(tell, Told { call: self.call.clone(), reach: Reach::default(), news }).await?;
            }
            tried += 1;
            tokio::time::sleep(AGAIN).await;
        }
    }
}

/// Tells, and returns once it is durable.
async fn durable(tell: &Tell, told: Told) -> Result<(), BoxError> {
    let (answer, answered) = oneshot::channel();
    tell.send(Other::Told(Box::new((told, answer)))).await?;
    Ok(answered.await??)
}

/// Keeps a plan's turns in the incident.
struct Record {
    call: CallKey,
    ways: Vec<Medium>,
    /// What was missing, told with the first turn.
    first: Vec<News>,
    before: Option<State>,
    tell: Tell,
    metrics: Metrics,
    addresses: Addresses,
    /// Whose browser is written to.
    browser: Option<(CaregiverId, Subscription)>,
}

impl Record {
    fn news(&mut self, turn: Turn<'_>) -> Vec<News> {
        let mut news = std::mem::take(&mut self.first);
        let way = |step: u16| self.ways.get(usize::from(step)).copied();
        let came = |medium: Option<Medium>, came| medium.map(|medium| News::Reached(medium, came));
        let failed = |medium: Option<Medium>, why| medium.map(|medium| News::Unreached(medium, why));
        news.extend(match turn.event {
            Some(Event::Tried { step, result, .. }) => match result {
                Ok(Reached::Taken { .. }) => came(way(*step), Came::Taken),
                Ok(Reached::Heard) => came(way(*step), Came::Heard),
                Ok(Reached::Accepted) => came(way(*step), Came::Accepted),
                Ok(Reached::Declined) => came(way(*step), Came::Declined),
                Err(failure) if failure.reason == Reason::Stopped => None,
                Err(failure) => failed(way(*step), failure.reason),
            },
            // Only texts are replied to.
            Some(Event::Answered { yes, .. }) => {
                let text = self.ways.iter().copied().find(|m| matches!(m, Medium::SmsSmpp | Medium::SmsHttp));
                came(text, if *yes { Came::Accepted } else { Came::Declined })
            }
            Some(Event::Receipt(receipt)) => match receipt.delivery {
                Delivery::Delivered => came(Some(receipt.channel), Came::Delivered),
                Delivery::Failed => failed(Some(receipt.channel), Reason::Refused),
                Delivery::OnItsWay => None,
            },
            Some(Event::Tick | Event::Stop) | None => None,
        });
        let tick = matches!(turn.event, Some(Event::Tick));
        news.extend(turn.actions.iter().filter_map(|action| match action {
            Action::Try { step, .. } => way(*step).map(News::Asked),
            Action::Abort { step, .. } if tick => failed(way(*step), Reason::TimedOut),
            _ => None,
        }));
        news
    }
}

impl Keeper for Record {
    fn keep<'a>(&'a mut self, turn: Turn<'a>) -> BoxFuture<'a, Result<(), BoxError>> {
        // A receipt goes to every plan; to most of them it is nothing.
        if self.before.as_ref() == Some(turn.state) && turn.actions.is_empty() {
            return Box::pin(std::future::ready(Ok(())));
        }
        self.before = Some(turn.state.clone());
        let news = self.news(turn);
        for news in &news {
            self.metrics.outreach(*news);
        }
        Box::pin(async move {
            let reach = Reach {
                ways: self.ways.clone(),
                state: Some(serde_json::to_string(turn.state)?),
                over: turn.state.ending().is_some(),
            };
            durable(&self.tell, Told { call: self.call.clone(), reach, news }).await
        })
    }

    fn forget(&mut self, _person: u16, step: u16) {
        let way = self.ways.get(usize::from(step));
        tracing::info!(incident = %self.call.0, ?way, "an address is no more");
        if let (Some(Medium::Push), Some((caregiver, browser))) = (way, &self.browser) {
            self.addresses.forget(caregiver, browser);
        }
    }
}
