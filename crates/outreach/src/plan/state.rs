//! Where a plan stands: an event and the time go in, actions come out. Deadlines are in the state, so whoever takes
//! over after a crash goes on with [`State::resume`]; what comes late or twice changes nothing.

use std::collections::BTreeMap;

use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Enough, Plan, QuietHours};
use crate::{Delivery, Failure, FailureKind, Reached, Reason, Receipt, Urgency};

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A try ended.
    Tried {
        /// The person's place in the plan.
        person: u16,
        /// The step's place in the person's list.
        step: u16,
        /// Which try.
        number: u16,
        /// How.
        result: Result<Reached, Failure>,
    },
    /// The person answered: in the app, by a reply, at the desk.
    Answered {
        /// The person's place in the plan.
        person: u16,
        /// Yes or no.
        yes: bool,
    },
    /// A peer reports on what it took.
    Receipt(Receipt),
    /// Time has passed.
    Tick,
    /// Nobody needs it any more.
    Stop,
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Try this step now; report by [`Event::Tried`].
    Try {
        /// The person's place in the plan.
        person: u16,
        /// The step's place in the person's list.
        step: u16,
        /// Which try, from 1.
        number: u16,
        /// Not longer than until then.
        until: Timestamp,
    },
    /// Stop what is under way for this step.
    Abort {
        /// The person's place in the plan.
        person: u16,
        /// The step's place in the person's list.
        step: u16,
    },
    /// This address is no more: take it out of the person's file.
    Forget {
        /// The person's place in the plan.
        person: u16,
        /// The step's place in the person's list.
        step: u16,
    },
    /// It is over.
    Ended(Ending),
}

/// How a plan ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// What was enough happened with this person.
    Enough {
        /// Their place in the plan.
        person: u16,
    },
    /// Every way of every person was tried.
    Nobody,
    /// It was stopped.
    Stopped,
}

/// Where one person's steps stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Phase {
    /// The next try begins then. `end` is the step's, once it has begun.
    Waiting { step: u16, number: u16, until: Timestamp, end: Option<Timestamp> },
    /// A try is under way.
    Trying { step: u16, number: u16, end: Timestamp },
    /// A peer has taken it; an answer is waited for.
    Listening { step: u16, end: Timestamp },
    /// They said no.
    Declined,
    /// All their ways were tried.
    Exhausted,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Progress {
    phase: Phase,
    /// What peers call the message, by step, and which parts have arrived.
    #[serde(default)]
    references: BTreeMap<u16, BTreeMap<String, bool>>,
    /// Why the last try failed, for the screen.
    #[serde(default)]
    last_failure: Option<Failure>,
}

/// Where a plan stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    people: Vec<Progress>,
    ending: Option<Ending>,
}

impl State {
    /// Begins a plan.
    pub fn begin(plan: &Plan, quiet: Option<&QuietHours>, now: Timestamp) -> (Self, Vec<Action>) {
        let people = plan.people.iter().map(|person| {
            let until = now.plus_millis(i64::from(person.after_ms));
            let phase = Phase::Waiting { step: 0, number: 1, until, end: None };
            Progress { phase, references: BTreeMap::new(), last_failure: None }
        });
        let mut state = Self { people: people.collect(), ending: None };
        let actions = state.apply(plan, quiet, Event::Tick, 0, now);
        (state, actions)
    }

    /// What has to be under way: call it once after taking over, then go on as before.
    pub fn resume(&self) -> Vec<Action> {
        if let Some(ending) = self.ending {
            return vec![Action::Ended(ending)];
        }
        let trying = self.people.iter().zip(0_u16..).filter_map(|(progress, person)| match progress.phase {
            Phase::Trying { step, number, end } => Some(Action::Try { person, step, number, until: end }),
            _ => None,
        });
        trying.collect()
    }

    /// How it ended, if it has.
    pub const fn ending(&self) -> Option<Ending> {
        self.ending
    }

    /// Why the person's last failed try failed, for the screen.
    pub fn last_failure(&self, person: u16) -> Option<&Failure> {
        self.people.get(usize::from(person))?.last_failure.as_ref()
    }

    /// When an [`Event::Tick`] is wanted next.
    pub fn deadline(&self) -> Option<Timestamp> {
        if self.ending.is_some() {
            return None;
        }
        let due = |progress: &Progress| match progress.phase {
            Phase::Waiting { until, .. } => Some(until),
            Phase::Trying { end, .. } | Phase::Listening { end, .. } => Some(end),
            Phase::Declined | Phase::Exhausted => None,
        };
        self.people.iter().filter_map(due).min()
    }

    /// Takes in an event. `random` spreads the waits between tries.
    pub fn apply(
        &mut self,
        plan: &Plan,
        quiet: Option<&QuietHours>,
        event: Event,
        random: u64,
        now: Timestamp,
    ) -> Vec<Action> {
        let mut actions = Vec::new();
        if self.ending.is_some() {
            return actions;
        }
        // An alarm never asks.
        let quiet = quiet.filter(|_| plan.urgency == Urgency::Notice);
        match event {
            Event::Tick => {}
            Event::Stop => self.end(Ending::Stopped, &mut actions),
            Event::Answered { person, yes: true } if self.knows(person) => {
                self.end(Ending::Enough { person }, &mut actions);
            }
            Event::Answered { person, .. } => self.declined(person, &mut actions),
            Event::Receipt(receipt) => self.receipt(plan, &receipt, now, &mut actions),
            Event::Tried { person, step, number, result } => {
                self.tried(plan, (person, step, number), result, random, now, &mut actions);
            }
        }
        self.advance(plan, quiet, now, &mut actions);
        actions
    }

    fn knows(&self, person: u16) -> bool {
        usize::from(person) < self.people.len()
    }

    fn declined(&mut self, person: u16, actions: &mut Vec<Action>) {
        let Some(progress) = self.people.get_mut(usize::from(person)) else { return };
        if let Phase::Trying { step, .. } = progress.phase {
            actions.push(Action::Abort { person, step });
        }
        progress.phase = Phase::Declined;
    }

    fn receipt(&mut self, plan: &Plan, receipt: &Receipt, now: Timestamp, actions: &mut Vec<Action>) {
        for (progress, person) in self.people.iter_mut().zip(0_u16..) {
            let found = progress.references.iter_mut().find_map(|(step, parts)| {
                let channel = plan.step(person, *step)?.way.channel();
                let arrived = parts.get_mut(&receipt.reference).filter(|_| channel == receipt.channel)?;
                *arrived |= receipt.delivery == Delivery::Delivered;
                Some((*step, parts.values().all(|arrived| *arrived)))
            });
            let Some((step, whole)) = found else { continue };
            if receipt.delivery == Delivery::Failed
                && let Phase::Listening { step: present, end } = &mut progress.phase
                && *present == step
            {
                // On to the next way at once.
                *end = now;
                let detail = format_args!("the receipt says {}", receipt.code);
                progress.last_failure = Some(Failure::new(Reason::Refused, detail));
            }
            if whole && plan.enough == Enough::Delivered {
                self.end(Ending::Enough { person }, actions);
            }
            return;
        }
    }

    fn tried(
        &mut self,
        plan: &Plan,
        (person, step, number): (u16, u16, u16),
        result: Result<Reached, Failure>,
        random: u64,
        now: Timestamp,
        actions: &mut Vec<Action>,
    ) {
        let Some(progress) = self.people.get_mut(usize::from(person)) else { return };
        // What a try says that was given up already still counts, but does not move the steps.
        let end = match progress.phase {
            Phase::Trying { step: present, number: under_way, end }
                if (present, under_way) == (step, number) =>
            {
                Some(end)
            }
            _ => None,
        };
        if let Some(end) = end {
            // It has ended: nothing is left to abort.
            progress.phase = Phase::Listening { step, end };
        }
        match result {
            Ok(Reached::Accepted) => self.end(Ending::Enough { person }, actions),
            Ok(Reached::Declined) => self.declined(person, actions),
            Ok(Reached::Heard) => {
                if plan.enough == Enough::Accepted {
                    // They know; ringing again would not make them press a key.
                    if end.is_some() {
                        progress.next(plan, person, step, now);
                    }
                } else {
                    self.end(Ending::Enough { person }, actions);
                }
            }
            Ok(Reached::Taken { references }) => {
                let parts = references.into_iter().map(|reference| (reference, false)).collect();
                progress.references.insert(step, parts);
                if plan.enough == Enough::Taken {
                    self.end(Ending::Enough { person }, actions);
                }
            }
            Err(failure) => {
                if failure.reason == Reason::AddressGone {
                    actions.push(Action::Forget { person, step });
                }
                if let Some(end) = end {
                    progress.failed(plan, (person, step, number), end, &failure, random, now);
                    progress.last_failure = Some(failure);
                }
            }
        }
    }

    /// Lets time do its work, until nothing is due any more.
    fn advance(
        &mut self,
        plan: &Plan,
        quiet: Option<&QuietHours>,
        now: Timestamp,
        actions: &mut Vec<Action>,
    ) {
        if self.ending.is_some() {
            return;
        }
        for (progress, person) in self.people.iter_mut().zip(0_u16..) {
            progress.advance(plan, quiet, person, now, actions);
        }
        let settled = |progress: &Progress| matches!(progress.phase, Phase::Declined | Phase::Exhausted);
        if self.people.iter().all(settled) {
            self.end(Ending::Nobody, actions);
        }
    }

    fn end(&mut self, ending: Ending, actions: &mut Vec<Action>) {
        for (progress, person) in self.people.iter().zip(0_u16..) {
            if let Phase::Trying { step, .. } = progress.phase {
                actions.push(Action::Abort { person, step });
            }
        }
        self.ending = Some(ending);
        actions.push(Action::Ended(ending));
    }
}

impl Progress {
    /// On to the next way.
    fn next(&mut self, plan: &Plan, person: u16, step: u16, now: Timestamp) {
        let next = step.saturating_add(1);
        self.phase = match plan.step(person, next) {
            Some(_) => Phase::Waiting { step: next, number: 1, until: now, end: None },
            None => Phase::Exhausted,
        };
    }

    fn failed(
        &mut self,
        plan: &Plan,
        (person, step, number): (u16, u16, u16),
        end: Timestamp,
        failure: &Failure,
        random: u64,
        now: Timestamp,
    ) {
        let tries = plan.step(person, step).map_or(0, |step| step.tries);
        let own = plan.back_off.wait(number, random).as_millis() as u64;
        let wait = failure.retry_after_ms.map_or(own, |asked| asked.max(own));
        let until = now.plus_millis(i64::try_from(wait).unwrap_or(i64::MAX));
        if failure.kind() == FailureKind::Permanent || number >= tries || until >= end {
            self.next(plan, person, step, now);
        } else {
            self.phase = Phase::Waiting { step, number: number + 1, until, end: Some(end) };
        }
    }

    fn advance(
        &mut self,
        plan: &Plan,
        quiet: Option<&QuietHours>,
        person: u16,
        now: Timestamp,
        actions: &mut Vec<Action>,
    ) {
        loop {
            match self.phase {
                Phase::Waiting { step, number, until, end } if until <= now => {
                    let Some(found) = plan.step(person, step) else {
                        self.phase = Phase::Exhausted;
                        return;
                    };
                    if let Some(morning) = quiet.and_then(|quiet| quiet.end(now)) {
                        // The step begins anew in the morning.
                        self.phase = Phase::Waiting { step, number, until: morning, end: None };
                        return;
                    }
                    let end = end.unwrap_or_else(|| now.plus_millis(i64::from(found.within_ms)));
                    if end <= now {
                        self.next(plan, person, step, now);
                        continue;
                    }
                    self.phase = Phase::Trying { step, number, end };
                    actions.push(Action::Try { person, step, number, until: end });
                    return;
                }
                Phase::Trying { step, end, .. } if end <= now => {
                    actions.push(Action::Abort { person, step });
                    self.last_failure = Some(Failure::new(Reason::TimedOut, "the step's time is up"));
                    self.next(plan, person, step, now);
                }
                Phase::Listening { step, end } if end <= now => self.next(plan, person, step, now),
                _ => return,
            }
        }
    }
}

#[cfg(test)]
mod tests;
