//! Duty by a caregiver's own word, signal by the age of their last fix.

use domain::{
    caregiver::{Duty, Signal},
    id::CommandId,
    order::Role,
    time::Timestamp,
};
use schemas::{
    position::{DutyCommand, FixRejection, Presence, Rejected},
    problem::Problem,
};

use super::rules::SignalRules;

/// So many command ids are remembered for each caregiver: more than an outbox gathers in a day of shifts and breaks.
const REMEMBERED: usize = 32;

/// So long a rejection is shown at least, and not told again: longer than the server knows a repeated message by its
/// name (two minutes), for a presence is named after what it says.
const SHOWN_MS: i64 = 150_000;

/// The changing part of a [`Presence`].
#[derive(Debug, Clone, Default)]
pub(crate) struct State {
    pub(crate) duty: Duty,
    pub(crate) duty_since: Timestamp,
    /// When the shift began: fixes from before are nobody's business.
    pub(crate) shift_since: Timestamp,
    pub(crate) signal: Signal,
    pub(crate) signal_since: Timestamp,
    /// Why fixes are not taken just now.
    pub(crate) rejected: Option<Rejected>,
    /// A fix was taken since.
    taken_since: bool,
    applied: Vec<CommandId>,
}

/// What became of a duty command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Applied {
    /// It had been applied before; nothing was done.
    Repeated,
    /// It was applied, or was too late to matter and is remembered all the same.
    Now,
}

impl State {
    pub(crate) fn of(presence: &Presence) -> Self {
        Self {
            duty: presence.duty,
            duty_since: presence.duty_since,
            shift_since: presence.duty_since,
            signal: presence.signal,
            signal_since: presence.signal_since,
            rejected: presence.rejected,
            taken_since: false,
            applied: presence.applied.clone(),
        }
    }

    pub(crate) fn applied(&self) -> &[CommandId] {
        &self.applied
    }

    /// Applies a command. One that happened before what is known already changes nothing: an outbox may bring the
    /// morning's "on" after the evening's "off".
    pub(crate) fn apply(
        &mut self,
        command: &DutyCommand,
        now: Timestamp,
        future_ms: i64,
    ) -> Result<Applied, Problem> {
        may_command(command)?;
        if self.applied.contains(&command.id) {
            return Ok(Applied::Repeated);
        }
        let occurred = command.occurred_at.unwrap_or(now);
        if occurred.millis_since(now) > future_ms {
            let detail = format!("occurred_at {occurred} is ahead of {now}; set the phone's clock");
            return Err(Problem::new(422, "future_clock", detail).at("/occurred_at"));
        }
        let occurred = occurred.min(now);
        if self.applied.len() >= REMEMBERED {
            self.applied.remove(0);
        }
        self.applied.push(command.id.clone());
        if command.duty != self.duty && occurred >= self.duty_since {
            if self.duty == Duty::Off {
                self.shift_since = occurred;
            }
            if self.duty == Duty::Off || command.duty == Duty::Off {
                (self.signal, self.signal_since) = (Signal::None, occurred);
                self.rejected = None;
            }
            (self.duty, self.duty_since) = (command.duty, occurred);
        }
        Ok(Applied::Now)
    }

    /// A report's newest fix was rejected; whether that is to be told. The same reason is told again only after a
    /// while, so that a phone that is always wrong costs few messages.
    pub(crate) fn reject(&mut self, code: FixRejection, now: Timestamp) -> bool {
        if !is_senders(code) {
            return false;
        }
        self.taken_since = false;
        let known = self.rejected.is_some_and(|r| r.code == code && now.millis_since(r.at) < SHOWN_MS);
        if !known {
            self.rejected = Some(Rejected { code, at: now });
        }
        !known
    }

    /// A report's newest fix was taken.
    pub(crate) fn take(&mut self) {
        self.taken_since = self.rejected.is_some();
    }

    /// Fixes have been taken for a while; whether that is to be told.
    pub(crate) fn forgive(&mut self, now: Timestamp) -> bool {
        let over = self.taken_since && self.rejected.is_some_and(|r| now.millis_since(r.at) >= SHOWN_MS);
        if over {
            (self.rejected, self.taken_since) = (None, false);
        }
        over
    }

    /// Sets the signal by the age of the last fix; whether it changed.
    pub(crate) fn listen(
        &mut self,
        last_fix: Option<Timestamp>,
        now: Timestamp,
        rules: &SignalRules,
    ) -> bool {
        let (signal, since) = signal(last_fix.filter(|_| self.duty != Duty::Off), now, rules);
        let changed = signal != self.signal;
        if changed {
            (self.signal, self.signal_since) = (signal, since.unwrap_or(now));
        }
        changed
    }
}

/// The signal of someone whose last fix is so old, and since when.
pub(crate) fn signal(
    last_fix: Option<Timestamp>,
    now: Timestamp,
    rules: &SignalRules,
) -> (Signal, Option<Timestamp>) {
    let Some(last) = last_fix else { return (Signal::None, None) };
    let after = |seconds: i64| last.plus_millis(seconds.saturating_mul(1000));
    let (stale, lost) = (after(rules.stale_after_seconds), after(rules.lost_after_seconds));
    if now > lost {
        (Signal::Lost, Some(lost))
    } else if now > stale {
        (Signal::Stale, Some(stale))
    } else {
        (Signal::Fresh, Some(last.min(now)))
    }
}

/// Whether the sender can do something about it: set the clock, allow precise location, mend the app. Fixes that came
/// twice, late, or off duty are nothing to see to.
const fn is_senders(code: FixRejection) -> bool {
    match code {
        FixRejection::MissingDatum
        | FixRejection::OutsideTheWorld
        | FixRejection::OutsideTheDistrict
        | FixRejection::FutureClock
        | FixRejection::TooOld
        | FixRejection::Teleport
        | FixRejection::Inaccurate => true,
        FixRejection::Duplicate
        | FixRejection::OutOfOrder
        | FixRejection::OffDuty
        | FixRejection::UnknownCaregiver
        | FixRejection::Malformed => false,
    }
}

fn may_command(command: &DutyCommand) -> Result<(), Problem> {
    let role = command.actor.role;
    if matches!(role, Role::Caregiver | Role::Operator | Role::Supervisor | Role::System) {
        return Ok(());
    }
    let detail = format!("{role:?} may not set anybody's duty; the caregiver or the desk may");
    Err(Problem::new(403, "not_allowed", detail).at("/actor/role"))
}

#[cfg(test)]
mod tests {
    use domain::{id::CaregiverId, order::Actor};

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    fn command(id: &str, duty: Duty, occurred: Option<i64>) -> DutyCommand {
        DutyCommand {
            id: CommandId::new(id).unwrap(),
            actor: Actor { role: Role::Caregiver, user: None },
            caregiver: CaregiverId::new("c1").unwrap(),
            duty,
            occurred_at: occurred.map(at),
        }
    }

    #[test]
    fn a_command_is_applied_once() {
        let mut state = State::default();
        assert_eq!(state.apply(&command("a", Duty::On, None), at(10), 0), Ok(Applied::Now));
        assert_eq!(state.apply(&command("b", Duty::Off, None), at(20), 0), Ok(Applied::Now));
        assert_eq!(state.apply(&command("a", Duty::On, None), at(30), 0), Ok(Applied::Repeated));
        assert_eq!((state.duty, state.duty_since), (Duty::Off, at(20)));
    }

    #[test]
    fn what_happened_earlier_comes_too_late() {
        let mut state = State::default();
        state.apply(&command("a", Duty::Off, Some(5)), at(20), 0).unwrap();
        state.apply(&command("b", Duty::On, Some(12)), at(20), 0).unwrap();
        assert_eq!((state.duty, state.duty_since, state.shift_since), (Duty::On, at(12), at(12)));
        state.apply(&command("c", Duty::Off, Some(11)), at(21), 0).unwrap();
        assert_eq!(state.duty, Duty::On);
        state.apply(&command("d", Duty::Break, Some(15)), at(22), 0).unwrap();
        assert_eq!((state.duty, state.shift_since), (Duty::Break, at(12)));
    }

    #[test]
    fn a_clock_ahead_is_told_so_and_an_auditor_sets_nobody_s_duty() {
        let mut state = State::default();
        let problem = state.apply(&command("a", Duty::On, Some(100)), at(10), 60_000).unwrap_err();
        assert_eq!(problem.code, "future_clock");
        let auditor =
            DutyCommand { actor: Actor { role: Role::Auditor, user: None }, ..command("a", Duty::On, None) };
        assert_eq!(state.apply(&auditor, at(10), 0).unwrap_err().code, "not_allowed");
    }

    #[test]
    fn memory_of_commands_is_bounded() {
        let mut state = State::default();
        for n in 0..100 {
            let duty = if n % 2 == 0 { Duty::On } else { Duty::Off };
            state.apply(&command(&format!("c{n}"), duty, None), at(n), 0).unwrap();
        }
        assert_eq!(state.applied().len(), REMEMBERED);
    }

    #[test]
    fn a_rejection_is_told_once_in_a_while_and_forgotten_once_fixes_are_taken_again() {
        let mut state = State { duty: Duty::On, ..State::default() };
        assert!(!state.reject(FixRejection::Duplicate, at(0)), "nothing to see to");
        assert!(state.reject(FixRejection::FutureClock, at(0)));
        assert!(!state.reject(FixRejection::FutureClock, at(30)), "told already");
        assert!(state.reject(FixRejection::Inaccurate, at(31)), "another reason");
        state.take();
        assert!(!state.forgive(at(180)), "shown for a while");
        assert!(!state.reject(FixRejection::Inaccurate, at(180)));
        assert!(!state.forgive(at(190)), "rejected again since");
        state.take();
        assert!(state.forgive(at(190)));
        assert_eq!(state.rejected, None);
        state.reject(FixRejection::FutureClock, at(200));
        state.apply(&command("a", Duty::Off, None), at(210), 0).unwrap();
        assert_eq!(state.rejected, None, "off duty there is nothing to mend");
    }

    #[test]
    fn a_signal_ages() {
        let rules = SignalRules::default();
        let mut state = State { duty: Duty::On, ..State::default() };
        assert!(!state.listen(None, at(0), &rules));
        assert!(state.listen(Some(at(0)), at(1), &rules));
        assert_eq!(state.signal, Signal::Fresh);
        assert!(!state.listen(Some(at(0)), at(60), &rules));
        assert!(state.listen(Some(at(0)), at(61), &rules));
        assert_eq!((state.signal, state.signal_since), (Signal::Stale, at(60)));
        assert!(state.listen(Some(at(0)), at(400), &rules));
        assert_eq!((state.signal, state.signal_since), (Signal::Lost, at(300)));
        state.duty = Duty::Off;
        assert!(state.listen(Some(at(0)), at(400), &rules));
        assert_eq!(state.signal, Signal::None);
    }
}
