//! The facts a plan is judged by, in the plainest form: lists and a full table of travel times.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    caregiver::{CaregiverProfile, Duty, Signal, TravelMode},
    decision::TermKind,
    geo::Wgs84,
    id::{CaregiverId, OrderId},
    service::Requirement,
    time::{Timestamp, Window},
    unit::Seconds,
};

/// Everything a plan is judged by.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The instant of planning.
    pub now: Timestamp,
    /// Everyone of the district.
    pub people: Vec<Person>,
    /// The visits that were planned.
    pub needs: Vec<Need>,
    /// Travel times by mode: row from, column to.
    pub ways: BTreeMap<TravelMode, Vec<Vec<Seconds>>>,
    /// The most promises one person may carry.
    pub most_promises: usize,
    /// What an unrated person counts as, in hundredths of a star.
    pub unrated: u16,
}

/// A caregiver with their round.
#[derive(Debug, Clone)]
pub struct Person {
    /// Who and what they may do.
    pub profile: CaregiverProfile,
    /// Whether they work.
    pub duty: Duty,
    /// How fresh their position is.
    pub signal: Signal,
    /// Where they are: row of the table and coordinates.
    pub at: Option<(usize, Wgs84)>,
    /// Considering an offer.
    pub holds_offer: bool,
    /// Minutes worked today.
    pub worked_minutes: i64,
    /// What they have promised, in order.
    pub round: Vec<Promise>,
}

/// A promised visit.
#[derive(Debug, Clone)]
pub struct Promise {
    /// Which.
    pub order: OrderId,
    /// Row of the table.
    pub place: usize,
    /// Not before.
    pub earliest: Timestamp,
    /// End of its window.
    pub due: Timestamp,
    /// Never later.
    pub latest: Timestamp,
    /// Time at the door.
    pub duration: Seconds,
    /// How far it is.
    pub stage: Stage,
}

/// How far a promised visit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Ahead.
    Ahead,
    /// Being driven to; comes before anything new.
    Begun,
    /// Being served since then.
    Served(Timestamp),
}

/// A visit that needed somebody.
#[derive(Debug, Clone)]
pub struct Need {
    /// Which order.
    pub order: OrderId,
    /// Row of the table.
    pub place: usize,
    /// Where on the globe.
    pub coordinates: Wgs84,
    /// When it may start.
    pub window: Window,
    /// The latest acceptable start.
    pub latest: Timestamp,
    /// What it takes.
    pub requirement: Requirement,
    /// Seats taken before, with their start.
    pub kept: Vec<(CaregiverId, Timestamp)>,
    /// Not to be asked: ruled out or blocked.
    pub unwanted: BTreeSet<CaregiverId>,
    /// Asked for.
    pub preferred: BTreeSet<CaregiverId>,
    /// Cost per unit of each term.
    pub weights: BTreeMap<TermKind, i64>,
}

/// One person put onto one visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// Which order.
    pub order: OrderId,
    /// Who.
    pub caregiver: CaregiverId,
    /// Before which promise of their round.
    pub position: usize,
    /// When the visit starts.
    pub start: Timestamp,
}

impl Facts {
    /// Someone by id.
    pub fn person(&self, id: &CaregiverId) -> Option<&Person> {
        self.people.iter().find(|p| p.profile.id == *id)
    }

    /// A way; `None` for a row or mode the table does not have.
    pub(crate) fn way(&self, mode: TravelMode, from: usize, to: usize) -> Option<Seconds> {
        self.ways.get(&mode)?.get(from)?.get(to).map(|s| Seconds(s.get().max(0)))
    }

    /// People on shift with a known place and nothing standing against them: whose average fairness is measured by.
    pub(crate) fn available(&self) -> impl Iterator<Item = &Person> {
        self.people.iter().filter(|p| {
            p.duty != Duty::Off
                && matches!(p.signal, Signal::Fresh | Signal::Stale)
                && p.at.is_some()
                && p.profile.trained
                && !p.profile.suspended
                && p.profile.health_certificate.is_some()
        })
    }
}
