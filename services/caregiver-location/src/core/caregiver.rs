//! One caregiver as the core knows them.

use std::sync::Arc;

use domain::{
    caregiver::{CaregiverProfile, Certificate, Duty, Signal, TravelMode},
    id::CaregiverId,
    priority::Priority,
    service::Qualification,
    time::Timestamp,
};
use schemas::position::{GeofenceCrossed, Position, Presence};

use super::{
    fence::{Expected, Fence, Watch},
    globe::Xyz,
    presence::{self, State},
    rules::{Rules, SavingRules, SignalRules},
    track::{Point, Track},
};

/// What the registry says, as far as it matters here.
#[derive(Debug)]
struct Known {
    mode: TravelMode,
    certificates: Vec<Certificate>,
}

/// The position last written down.
#[derive(Debug, Clone, Copy)]
struct Saved {
    when: Timestamp,
    xyz: Xyz,
}

#[derive(Debug)]
pub(crate) struct Caregiver {
    pub(crate) id: CaregiverId,
    pub(crate) presence: State,
    pub(crate) track: Track,
    pub(crate) watches: Vec<Watch>,
    /// The last crossing the stream has of them; the watch it belongs to may be set up later.
    crossed: Option<GeofenceCrossed>,
    known: Option<Known>,
    saved: Option<Saved>,
}

impl Caregiver {
    pub(crate) fn new(id: CaregiverId) -> Self {
        Self {
            id,
            presence: State::default(),
            track: Track::default(),
            watches: Vec::new(),
            crossed: None,
            known: None,
            saved: None,
        }
    }

    /// Watches them at a fence, from what the order and the stream say on.
    pub(crate) fn watch(&mut self, fence: Arc<Fence>, expected: &Expected, now: Timestamp, rules: &Rules) {
        let mut watch = Watch::new(fence, expected, now, rules);
        if let Some(crossed) = &self.crossed
            && crossed.fence == watch.fence.id
        {
            watch.restore(crossed.crossing, crossed.at);
        }
        self.watches.retain(|other| other.fence.order != watch.fence.order);
        self.watches.push(watch);
    }

    /// The last crossing of theirs the stream has.
    pub(crate) fn restore_crossing(&mut self, crossed: &GeofenceCrossed) {
        if let Some(watch) = self.watches.iter_mut().find(|watch| watch.fence.id == crossed.fence) {
            watch.restore(crossed.crossing, crossed.at);
        }
        self.crossed = Some(crossed.clone());
    }

    /// A crossing told here is in the stream by now.
    pub(crate) fn crossing_stored(&mut self, crossed: GeofenceCrossed) {
        if let Some(watch) = self.watches.iter_mut().find(|watch| watch.fence.id == crossed.fence) {
            watch.stored(crossed.crossing);
        }
        self.crossed = Some(crossed);
    }

    pub(crate) fn know(&mut self, profile: CaregiverProfile) {
        self.known = Some(Known { mode: profile.mode, certificates: profile.certificates });
    }

    pub(crate) const fn is_known(&self) -> bool {
        self.known.is_some()
    }

    pub(crate) fn mode(&self) -> TravelMode {
        self.known.as_ref().map(|k| k.mode).unwrap_or_default()
    }

    /// Whether all of these are held now.
    pub(crate) fn holds(&self, needed: &[Qualification], now: Timestamp) -> bool {
        let holds = |q: &Qualification| {
            let mut held = self.known.iter().flat_map(|k| &k.certificates);
            held.any(|c| c.qualification == *q && c.valid.contains(now))
        };
        needed.iter().all(holds)
    }

    /// Whether they are under way to, at, or serving a visit at least as pressing as this.
    pub(crate) fn is_bound(&self, spare: Priority) -> bool {
        self.watches.iter().any(|watch| watch.fence.binds.is_some_and(|binds| binds <= spare))
    }

    /// On shift, not on a break, with a position that is not lost.
    pub(crate) fn is_available(&self, now: Timestamp, rules: &SignalRules) -> bool {
        let last = self.track.last().map(|p| p.at);
        let signal = || presence::signal(last, now, rules).0;
        self.presence.duty == Duty::On && matches!(signal(), Signal::Fresh | Signal::Stale)
    }

    pub(crate) fn to_presence(&self) -> Presence {
        Presence {
            caregiver: self.id.clone(),
            duty: self.presence.duty,
            duty_since: self.presence.duty_since,
            signal: self.presence.signal,
            signal_since: self.presence.signal_since,
            rejected: self.presence.rejected,
            applied: self.presence.applied().to_vec(),
        }
    }

    pub(crate) fn to_position(&self) -> Option<Position> {
        let Point { at, place, accuracy, battery, .. } = *self.track.last()?;
        Some(Position { caregiver: self.id.clone(), at, place, accuracy, battery })
    }

    /// Whether the position is to be written down now.
    pub(crate) fn is_due(&self, now: Timestamp, rules: &SavingRules) -> bool {
        let (Some(saved), Some(last)) = (self.saved, self.track.last()) else { return true };
        now.millis_since(saved.when) >= rules.every_seconds.saturating_mul(1000)
            || now < saved.when
            || saved.xyz.chord2(last.xyz) >= rules.moved_metres * rules.moved_metres
    }

    pub(crate) fn save(&mut self, now: Timestamp) {
        self.saved = self.track.last().map(|last| Saved { when: now, xyz: last.xyz });
    }

    pub(crate) fn forget_position(&mut self) {
        self.track.forget();
        self.saved = None;
    }
}
