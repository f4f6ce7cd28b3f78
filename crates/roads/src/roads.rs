//! The prepared street network: what the rest of the house asks for travel times.

use std::borrow::Cow;

use domain::{geo::Wgs84, unit::Metres};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    base_map::BaseMap,
    common::Common,
    dijkstra::{Dijkstra, Direction},
    ends::straight,
    engine::Engine,
    error::RoadsError,
    fallback::FallbackModel,
    network::Network,
    place::Place,
    profile::{Profile, ProfileSet},
    route::{self, Route},
    snap::Snapper,
    store,
    travel::{Matrix, TravelTime},
};

/// What can be chosen about travel times.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// The model for where there is no map or a point is off it.
    pub fallback: FallbackModel,
    /// How far from the nearest street a point may be and still be on the map.
    pub max_snap_metres: Metres,
    /// The most memory for one profile's labels, in MiB. Beyond it questions search the hierarchy: as exact, ten to
    /// twenty times slower. A district takes some 5 to 90 MiB.
    pub label_budget_mib: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { fallback: FallbackModel::default(), max_snap_metres: Metres(500), label_budget_mib: 512 }
    }
}

/// Travel times on a prepared map, or, without one, by the fallback model. `Send + Sync`: one for all threads.
#[derive(Debug)]
pub struct Roads {
    pub(crate) options: Options,
    pub(crate) map: Option<Map>,
}

/// The network with what was made of it.
#[derive(Debug)]
pub(crate) struct Map {
    pub network: Network,
    pub engines: [Option<Engine>; 3],
    snapper: Snapper,
    /// Tells this map from others, for places that outlive it.
    fingerprint: u64,
}

impl Map {
    pub fn new(network: Network, engines: [Option<Engine>; 3]) -> Self {
        let snapper = Snapper::new(&network, |edge| {
            let uses =
                |profile: &Profile| profile.of(&engines).as_ref().and_then(|e| e.edge_use(edge)).is_some();
            Profile::ALL.into_iter().filter(uses).collect::<ProfileSet>()
        });
        let fingerprint = store::fingerprint(&network, &engines);
        Self { network, engines, snapper, fingerprint }
    }
}

impl Roads {
    /// Prepares a network for some profiles with the default [`Options`]. The others travel by the fallback model.
    ///
    /// # Errors
    /// [`RoadsError::NoRoadsFor`] or [`RoadsError::TooLarge`] for a profile that cannot be prepared.
    pub fn prepare(network: &Network, profiles: &[Profile]) -> Result<Self, RoadsError> {
        Self::prepare_with(network, profiles, Options::default())
    }

    /// Prepares a network for some profiles.
    ///
    /// # Errors
    /// As [`Roads::prepare`].
    pub fn prepare_with(
        network: &Network,
        profiles: &[Profile],
        options: Options,
    ) -> Result<Self, RoadsError> {
        let budget = options.label_budget_mib as usize * 1024 * 1024;
        let mut engines = [None, None, None];
        for profile in profiles {
            *profile.of_mut(&mut engines) = Some(Engine::prepare(network, *profile, budget)?);
        }
        Ok(Self { options, map: Some(Map::new(network.clone(), engines)) })
    }

    /// Without a map: every answer comes from the fallback model.
    pub fn fallback_only(fallback: FallbackModel) -> Self {
        Self { options: Options { fallback, ..Options::default() }, map: None }
    }

    /// The options in force.
    pub const fn options(&self) -> &Options {
        &self.options
    }

    /// The network underneath; `None` without a map.
    pub fn network(&self) -> Option<&Network> {
        self.map.as_ref().map(|map| &map.network)
    }

    /// What was prepared for a profile; `None` where it travels by the fallback model.
    pub fn engine(&self, profile: Profile) -> Option<&Engine> {
        self.map.as_ref().and_then(|map| profile.of(&map.engines).as_ref())
    }

    /// The streets to draw; `None` without a map.
    pub fn base_map(&self) -> Option<BaseMap> {
        self.network().map(BaseMap::of)
    }

    /// Snaps a coordinate to the nearest street `profile` may use, within [`Options::max_snap_metres`].
    pub fn snap(&self, profile: Profile, at: Wgs84) -> Place {
        let Some(map) = &self.map else {
            return Place { at, profile, map: 0, on: None };
        };
        let on = map.snapper.snap(&map.network, profile, at, self.options.max_snap_metres.as_f64());
        Place { at, profile, map: map.fingerprint, on }
    }

    /// From one place to another.
    ///
    /// Counted are the way along the streets and, walked in a straight line, the ways between the coordinates and
    /// their streets. Two places off the same piece of street that are nearer to each other than to it are walked
    /// between directly.
    pub fn travel(&self, profile: Profile, from: &Place, to: &Place) -> TravelTime {
        self.answers(profile, std::slice::from_ref(from), to)
            .next()
            .unwrap_or_else(|| self.estimate(profile, from, to))
    }

    /// From each of many places to one: who is nearest to this elder?
    pub fn many_to_one(&self, profile: Profile, sources: &[Place], target: &Place) -> Vec<TravelTime> {
        self.answers(profile, sources, target).collect()
    }

    /// As [`Roads::many_to_one`], into memory that is already there.
    pub fn many_to_one_into(
        &self,
        profile: Profile,
        sources: &[Place],
        target: &Place,
        answers: &mut Vec<TravelTime>,
    ) {
        answers.clear();
        answers.extend(self.answers(profile, sources, target));
    }

    /// As [`Roads::many_to_one`], by one plain Dijkstra from the target backwards: the reference for tests and the
    /// yardstick for benchmarks.
    pub fn many_to_one_by_dijkstra(
        &self,
        search: &mut Dijkstra,
        profile: Profile,
        sources: &[Place],
        target: &Place,
    ) -> Vec<TravelTime> {
        let mut common = Common::by_dijkstra(self, search, profile, target, Direction::Backward);
        sources.iter().map(|source| common.travel(source)).collect()
    }

    /// From one place to each of many.
    pub fn one_to_many(&self, profile: Profile, source: &Place, targets: &[Place]) -> Vec<TravelTime> {
        let mut common = Common::new(self, profile, source, Direction::Forward);
        common.expect(targets);
        targets.iter().map(|target| common.travel(target)).collect()
    }

    /// From each of `sources` (rows) to each of `targets` (columns).
    pub fn matrix(&self, profile: Profile, sources: &[Place], targets: &[Place]) -> Matrix {
        let mut cells = Vec::with_capacity(sources.len() * targets.len());
        for source in sources {
            let mut common = Common::new(self, profile, source, Direction::Forward);
            cells.extend(targets.iter().map(|target| common.travel(target)));
        }
        Matrix::new(targets.len(), cells)
    }

    /// The line to draw from one place to another, with its travel time: the streets, or a straight line where the
    /// time is an estimate.
    pub fn route(&self, profile: Profile, from: &Place, to: &Place) -> Route {
        let (from, to) = (self.snapped_here(profile, from), self.snapped_here(profile, to));
        let travel = self.travel(profile, &from, &to);
        let points = self
            .map
            .as_ref()
            .zip(self.engine(profile))
            .filter(|_| !travel.is_estimate() && straight(&from, &to).is_none())
            .and_then(|(map, engine)| route::line(&map.network, engine, &from, &to))
            .unwrap_or_else(|| vec![from.at, to.at]);
        Route { points, travel }
    }

    fn answers<'a>(
        &'a self,
        profile: Profile,
        sources: &'a [Place],
        target: &Place,
    ) -> impl Iterator<Item = TravelTime> + 'a {
        let mut common = Common::new(self, profile, target, Direction::Backward);
        common.expect(sources);
        sources.iter().map(move |source| common.travel(source))
    }

    /// The place as it is, if it was snapped for this profile and map; else snapped again.
    pub(crate) fn snapped_here<'p>(&self, profile: Profile, place: &'p Place) -> Cow<'p, Place> {
        let map = self.map.as_ref().map_or(0, |map| map.fingerprint);
        if place.profile == profile && place.map == map {
            Cow::Borrowed(place)
        } else {
            Cow::Owned(self.snap(profile, place.at))
        }
    }

    pub(crate) fn estimate(&self, profile: Profile, from: &Place, to: &Place) -> TravelTime {
        self.options.fallback.travel(profile, from.at, to.at)
    }
}
