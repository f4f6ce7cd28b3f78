//! Decisions nobody waits for (rungs taken, the nearest written down) let those go first that somebody waits for: an
//! alarm's own write never stands in line behind the ladders of others. Losing them is harmless: whoever takes over
//! finds the rung still due and the search still open.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use domain::id::IncidentId;
use tokio::time::Instant;

use crate::core::Effect;

/// After so long a decision is written however busy the stream is.
const LONGEST: Duration = Duration::from_millis(100);

#[derive(Debug)]
struct Held {
    incident: IncidentId,
    effect: Effect,
    since: Instant,
}

/// Effects that are held back, in order.
#[derive(Debug, Default)]
pub(super) struct Later {
    queue: VecDeque<Held>,
    of: HashMap<IncidentId, usize>,
}

/// What is to be done with an effect.
pub(super) enum Turn {
    /// Now, after these of the same incident.
    Now(Vec<Effect>, Effect),
    /// It is held back.
    Held,
}

impl Later {
    /// Holds the effect back, or says what has to be carried out with it.
    pub(super) fn turn(&mut self, effect: Effect) -> Turn {
        let Some(incident) = about(&effect).cloned() else { return Turn::Now(Vec::new(), effect) };
        let waited_for = match &effect {
            Effect::Commit { answer, .. } => answer.is_some(),
            Effect::Repeat { .. } => true,
            // What follows from a decision happens after it.
            _ => !self.of.contains_key(&incident),
        };
        if waited_for {
            return Turn::Now(self.all_of(&incident), effect);
        }
        *self.of.entry(incident.clone()).or_default() += 1;
        self.queue.push_back(Held { incident, effect, since: Instant::now() });
        Turn::Held
    }

    /// The next to be carried out: when the stream is idle, or when it has waited for too long.
    pub(super) fn next(&mut self, idle: bool) -> Option<Effect> {
        let first = self.queue.front()?;
        // What follows from a decision that was carried out waits for nothing but its being durable.
        let follows = !matches!(first.effect, Effect::Commit { .. });
        if !(idle || follows || first.since.elapsed() >= LONGEST) {
            return None;
        }
        let held = self.queue.pop_front()?;
        self.forget_one(&held.incident);
        Some(held.effect)
    }

    /// How many are held back.
    pub(super) fn len(&self) -> usize {
        self.queue.len()
    }

    /// All that is left, for the end.
    pub(super) fn rest(&mut self) -> Vec<Effect> {
        self.of.clear();
        self.queue.drain(..).map(|held| held.effect).collect()
    }

    fn all_of(&mut self, incident: &IncidentId) -> Vec<Effect> {
        if self.of.remove(incident).is_none() {
            return Vec::new();
        }
        let (theirs, others) = std::mem::take(&mut self.queue)
            .into_iter()
            .partition::<Vec<_>, _>(|held| held.incident == *incident);
        self.queue = others.into();
        theirs.into_iter().map(|held| held.effect).collect()
    }

    fn forget_one(&mut self, incident: &IncidentId) {
        if let Some(count) = self.of.get_mut(incident) {
            *count -= 1;
            if *count == 0 {
                self.of.remove(incident);
            }
        }
    }
}

/// Whose order among its like an effect has to keep; a search keeps none.
fn about(effect: &Effect) -> Option<&IncidentId> {
    match effect {
        Effect::Commit { incident, .. } => Some(&incident.id),
        Effect::Repeat { incident, .. } => incident.as_ref().map(|incident| &incident.id),
        Effect::Call(out) => Some(&out.incident),
        Effect::Reach { call, .. } | Effect::LetGo(call) => Some(&call.0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        alarm::{AlarmCause, Channel, Says, Signal},
        id::DeviceId,
        time::Timestamp,
    };

    use super::*;
    use crate::core::{Core, Input, settings::Settings};

    fn press(core: &mut Core, device: &str, ticket: Option<u64>) -> Vec<Effect> {
        let says = Says::Alarm { cause: AlarmCause::Sos };
        let key = Some(format!("{ticket:?}"));
        let signal = Signal { key, ..Signal::new(DeviceId::new(device).unwrap(), Channel::Mqtt, says) };
        core.handle(Input::Signal(ticket, Box::new(signal)), Timestamp::from_millis(1_772_409_600_000))
    }

    fn names(effects: &[Effect]) -> Vec<&'static str> {
        let name = |effect: &Effect| match effect {
            Effect::Commit { answer: Some(_), .. } => "answered commit",
            Effect::Commit { .. } => "commit",
            Effect::Call(_) => "call",
            Effect::Search { .. } => "search",
            _ => "other",
        };
        effects.iter().map(name).collect()
    }

    /// Passes effects through; gives those that are carried out at once.
    fn through(later: &mut Later, effects: Vec<Effect>) -> Vec<Effect> {
        let mut now = Vec::new();
        for effect in effects {
            if let Turn::Now(before, effect) = later.turn(effect) {
                now.extend(before.into_iter().chain([effect]));
            }
        }
        now
    }

    #[test]
    fn what_somebody_waits_for_goes_first_and_each_incident_keeps_its_order() {
        let (mut core, mut later) = (Core::new(Settings::default()), Later::default());
        // Nobody waits for this one (a rule raised it): its commit and the desk's call are held, the search is not.
        let held = press(&mut core, "quiet", None);
        assert_eq!(names(&through(&mut later, held)), ["search"]);
        let answered = press(&mut core, "other", Some(1));
        assert_eq!(names(&through(&mut later, answered)), ["search", "answered commit", "call"]);
        assert!(later.next(false).is_none(), "the stream is busy");
        // The same device again, and somebody waits: what was held of it goes before.
        let again = press(&mut core, "quiet", Some(2));
        let now = through(&mut later, again);
        assert_eq!(names(&now), ["commit", "call", "answered commit"]);
        assert_eq!((later.len(), later.next(true).is_none()), (0, true));
    }

    #[tokio::test(start_paused = true)]
    async fn one_at_a_time_when_idle_and_at_once_after_long() {
        let (mut core, mut later) = (Core::new(Settings::default()), Later::default());
        for device in ["a", "b"] {
            let held = press(&mut core, device, None);
            through(&mut later, held);
        }
        assert_eq!(names(&later.next(true).into_iter().collect::<Vec<_>>()), ["commit"]);
        assert_eq!(names(&later.next(false).into_iter().collect::<Vec<_>>()), ["call"], "it follows");
        assert!(later.next(false).is_none());
        tokio::time::advance(LONGEST).await;
        assert_eq!(names(&later.next(false).into_iter().collect::<Vec<_>>()), ["commit"]);
    }
}
