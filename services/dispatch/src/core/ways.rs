//! Places by number, and the ways between them: the planner's view of the road network. A place is snapped to the
//! street when someone first asks for a way from or to it.

use std::{cell::OnceCell, sync::Arc};

use domain::{caregiver::TravelMode, decision::Leg, geo::Wgs84};
use planner::{PlaceIx, Travel};
use roads::{Place, Profile, Roads};

/// One place, snapped for those who travel to it.
#[derive(Debug)]
struct Spot {
    at: Wgs84,
    snapped: [OnceCell<Place>; 3],
}

/// All places in use.
#[derive(Debug)]
pub struct Ways {
    roads: Arc<Roads>,
    spots: Vec<Spot>,
    free: Vec<PlaceIx>,
}

impl Ways {
    /// No places yet.
    pub const fn new(roads: Arc<Roads>) -> Self {
        Self { roads, spots: Vec::new(), free: Vec::new() }
    }

    /// A number for this place.
    pub fn add(&mut self, at: Wgs84) -> PlaceIx {
        let spot = Spot { at, snapped: Default::default() };
        if let Some(ix) = self.free.pop() {
            if let Some(old) = self.spots.get_mut(ix.0 as usize) {
                *old = spot;
            }
            return ix;
        }
        self.spots.push(spot);
        PlaceIx((self.spots.len() - 1) as u32)
    }

    /// The number now means this place.
    pub fn put(&mut self, ix: PlaceIx, at: Wgs84) {
        if let Some(spot) = self.spots.get_mut(ix.0 as usize)
            && spot.at != at
        {
            *spot = Spot { at, snapped: Default::default() };
        }
    }

    /// The number is no longer used.
    pub fn remove(&mut self, ix: PlaceIx) {
        self.free.push(ix);
    }

    fn place(&self, profile: Profile, ix: PlaceIx) -> Option<&Place> {
        let spot = self.spots.get(ix.0 as usize)?;
        Some(profile.of(&spot.snapped).get_or_init(|| self.roads.snap(profile, spot.at)))
    }
}

impl Travel for Ways {
    fn leg(&self, mode: TravelMode, from: PlaceIx, to: PlaceIx) -> Leg {
        let profile = Profile::from(mode);
        match (self.place(profile, from), self.place(profile, to)) {
            (Some(from), Some(to)) => self.roads.travel(profile, from, to).into(),
            // Only numbers given out above are ever asked for.
            _ => Leg {
                seconds: domain::unit::Seconds::ZERO,
                metres: domain::unit::Metres::ZERO,
                source: domain::decision::TravelSource::GreatCircle,
            },
        }
    }

    fn legs_to(&self, mode: TravelMode, from: &[PlaceIx], to: PlaceIx, out: &mut Vec<Leg>) {
        let profile = Profile::from(mode);
        let sources: Vec<Place> = from.iter().filter_map(|ix| self.place(profile, *ix).copied()).collect();
        match self.place(profile, to) {
            Some(target) if sources.len() == from.len() => {
                out.extend(self.roads.many_to_one(profile, &sources, target).into_iter().map(Leg::from));
            }
            _ => out.extend(from.iter().map(|from| self.leg(mode, *from, to))),
        }
    }
}
