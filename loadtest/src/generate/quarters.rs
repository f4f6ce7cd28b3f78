//! Streets (街道) and communities (社区): doors grouped by nearness, as a district is drawn on a map.

use domain::{
    geo::Wgs84,
    id::{CommunityId, InvalidId, StreetId},
};
use rand::{Rng, RngExt};
use schemas::day::{DayCommunity, DayStreet};

use super::names;

/// Rounds of the grouping; more move next to nothing.
const ROUNDS: usize = 12;

/// The district's parts, and to which of them each door belongs.
#[derive(Debug)]
pub struct Quarters {
    streets: Vec<DayStreet>,
    /// By door: street and community.
    of_door: Vec<(StreetId, CommunityId)>,
}

impl Quarters {
    /// The streets with their communities.
    pub fn streets(&self) -> Vec<DayStreet> {
        self.streets.clone()
    }

    /// Where a door belongs.
    pub fn of_door(&self, door: usize) -> Option<&(StreetId, CommunityId)> {
        self.of_door.get(door)
    }
}

/// Groups the doors: a street for some 1 000 elders or more, a community for some 300.
pub fn around(doors: &[Wgs84], elders: usize, rng: &mut impl Rng) -> Result<Quarters, InvalidId> {
    let mut streets = Vec::new();
    let everyone: Vec<usize> = (0..doors.len()).collect();
    let mut of_door: Vec<(usize, (StreetId, CommunityId))> = Vec::with_capacity(doors.len());
    for (s, street) in group(doors, &everyone, (elders / 1000).clamp(3, 12), rng).into_iter().enumerate() {
        let street_id = StreetId::new(format!("s{}", s + 1))?;
        let share = elders * street.len() / doors.len().max(1);
        let mut communities = Vec::new();
        for (c, community) in group(doors, &street, (share / 300).clamp(2, 9), rng).into_iter().enumerate() {
            let id = CommunityId::new(format!("s{}-c{}", s + 1, c + 1))?;
            of_door.extend(community.into_iter().map(|door| (door, (street_id.clone(), id.clone()))));
            communities.push(DayCommunity { id, name: names::community(s, c) });
        }
        streets.push(DayStreet { id: street_id, name: names::street(s), communities });
    }
    of_door.sort_by_key(|(door, _)| *door);
    Ok(Quarters { streets, of_door: of_door.into_iter().map(|(_, of)| of).collect() })
}

/// Splits some of the doors into at most `parts` groups by nearness (Lloyd's algorithm from random doors); none is
/// empty, and every door is in one.
fn group(doors: &[Wgs84], members: &[usize], parts: usize, rng: &mut impl Rng) -> Vec<Vec<usize>> {
    if members.is_empty() {
        return Vec::new();
    }
    let mut centres: Vec<Wgs84> = (0..parts)
        .filter_map(|_| {
            members.get(rng.random_range(0..members.len())).and_then(|door| doors.get(*door)).copied()
        })
        .collect();
    let mut groups = Vec::new();
    for _ in 0..ROUNDS {
        groups = vec![Vec::new(); centres.len()];
        for door in members {
            let Some(at) = doors.get(*door) else { continue };
            let nearest =
                (0..).zip(&centres).min_by(|(_, a), (_, b)| a.distance_m(*at).total_cmp(&b.distance_m(*at)));
            if let Some(group) = nearest.and_then(|(index, _): (usize, _)| groups.get_mut(index)) {
                group.push(*door);
            }
        }
        groups.retain(|group| !group.is_empty());
        centres = groups.iter().filter_map(|group| middle(doors, group)).collect();
    }
    groups
}

/// The mean of some doors.
fn middle(doors: &[Wgs84], members: &[usize]) -> Option<Wgs84> {
    let count = members.len() as f64;
    let (lon, lat) = members
        .iter()
        .filter_map(|door| doors.get(*door))
        .fold((0.0, 0.0), |(lon, lat), at| (lon + at.lon() / count, lat + at.lat() / count));
    Wgs84::new(lon, lat).ok()
}
