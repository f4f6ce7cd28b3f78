//! Who is nearest, by the crow, among those who will do.

use domain::{caregiver::TravelMode, geo::Wgs84, id::CaregiverId, time::Timestamp, unit::Metres};
use schemas::{
    position::{Near, Nearest, NearestQuery},
    problem::Problem,
};

use super::{Core, globe, grid::Hit};

/// The most that can be asked for.
pub const MOST: u16 = 100;
/// The farthest that can be asked for.
pub const FARTHEST: Metres = Metres(100_000);

/// One found.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    /// Their number, the same for as long as the core lives.
    pub number: u32,
    /// Who.
    pub caregiver: &'a CaregiverId,
    /// Where.
    pub place: Wgs84,
    /// When they were there, by the phone's clock.
    pub at: Timestamp,
    /// As the crow flies.
    pub distance: Metres,
    /// How they travel.
    pub mode: TravelMode,
}

/// Room for a search, to be reused.
#[derive(Debug, Default)]
pub struct Search {
    hits: Vec<Hit>,
}

/// Refuses questions out of bounds.
///
/// # Errors
/// `malformed`, naming the member.
pub fn check(query: &NearestQuery) -> Result<(), Problem> {
    if !(1..=MOST).contains(&query.k) {
        return Err(Problem::malformed(format!("k is {}, it may be 1 to {MOST}", query.k)).at("/k"));
    }
    if query.within < Metres::ZERO || query.within > FARTHEST {
        let detail = format!("within is {}, it may be 0 m to {FARTHEST}", query.within);
        return Err(Problem::malformed(detail).at("/within"));
    }
    Ok(())
}

impl Core {
    /// The `k` nearest as the crow flies that the question wants, nearest first. `k` may differ from the question's:
    /// a shortlist for a ranking by road is longer.
    pub fn shortlist<'a>(
        &'a self,
        query: &NearestQuery,
        k: usize,
        now: Timestamp,
        search: &'a mut Search,
    ) -> impl Iterator<Item = Found<'a>> {
        let plain = !query.available && query.qualifications.is_empty() && query.spare.is_none();
        let wanted = |slot: u32| plain || self.is_wanted(slot, query, now);
        self.grid.nearest(query.place, query.within.as_f64(), k, wanted, &mut search.hits);
        search.hits.iter().filter_map(|hit| self.found(hit))
    }

    /// The whole answer by the crow.
    ///
    /// # Errors
    /// As [`check`].
    pub fn nearest(&self, query: &NearestQuery, now: Timestamp) -> Result<Nearest, Problem> {
        check(query)?;
        let mut search = Search::default();
        let found = self.shortlist(query, usize::from(query.k), now, &mut search).map(Near::from).collect();
        Ok(Nearest { found })
    }

    fn is_wanted(&self, slot: u32, query: &NearestQuery, now: Timestamp) -> bool {
        let wanted = |person: &super::Caregiver| {
            (!query.available || person.is_available(now, &self.rules.signal))
                && person.holds(&query.qualifications, now)
                && !query.spare.is_some_and(|spare| person.is_bound(spare))
        };
        self.people.get(slot as usize).is_some_and(wanted)
    }

    fn found(&self, hit: &Hit) -> Option<Found<'_>> {
        let person = self.people.get(hit.slot as usize)?;
        let last = person.track.last()?;
        Some(Found {
            number: hit.slot,
            caregiver: &person.id,
            place: last.place,
            at: last.at,
            distance: globe::arc(hit.chord2),
            mode: person.mode(),
        })
    }
}

impl From<Found<'_>> for Near {
    fn from(found: Found<'_>) -> Self {
        Self {
            caregiver: found.caregiver.clone(),
            place: found.place,
            at: found.at,
            distance: found.distance,
            leg: None,
        }
    }
}
