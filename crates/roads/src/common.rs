//! Many questions with one place in common: its side is worked out once.

use crate::{
    cost::Cost,
    dijkstra::{Dijkstra, Direction},
    ends::{along_the_edge, arrivals, departures, straight},
    engine::{Ends, Engine, Table},
    place::{Place, Snapped},
    profile::Profile,
    roads::Roads,
    travel::{TravelSource, TravelTime},
};

/// A place that all questions start from (`Forward`) or go to (`Backward`).
pub(crate) struct Common<'a> {
    roads: &'a Roads,
    profile: Profile,
    place: Place,
    direction: Direction,
    /// Where the place touches the network, and the costs between there and everywhere.
    on: Option<(&'a Engine, Snapped, Costs<'a>)>,
}

/// Who knows the costs.
enum Costs<'a> {
    Table(Table<'a>),
    Search(&'a Dijkstra),
}

impl Costs<'_> {
    fn cost(&mut self, ends: &Ends) -> Cost {
        match self {
            Self::Table(table) => table.cost(ends),
            Self::Search(search) => {
                let costs = ends.iter().filter(|(_, extra)| extra.is_reached());
                costs.map(|(node, extra)| search.cost(*node).plus(*extra)).min().unwrap_or(Cost::UNREACHED)
            }
        }
    }
}

impl<'a> Common<'a> {
    pub fn new(roads: &'a Roads, profile: Profile, place: &Place, direction: Direction) -> Self {
        Self::with(roads, profile, place, direction, |engine, ends| {
            Costs::Table(engine.towards(ends, direction))
        })
    }

    pub fn by_dijkstra(
        roads: &'a Roads,
        search: &'a mut Dijkstra,
        profile: Profile,
        place: &Place,
        direction: Direction,
    ) -> Self {
        Self::with(roads, profile, place, direction, |engine, ends| {
            search.some_to_all(engine.graph(), ends, direction);
            Costs::Search(search)
        })
    }

    fn with(
        roads: &'a Roads,
        profile: Profile,
        place: &Place,
        direction: Direction,
        costs: impl FnOnce(&'a Engine, &Ends) -> Costs<'a>,
    ) -> Self {
        let place = *roads.snapped_here(profile, place);
        let on = roads.engine(profile).zip(place.on).and_then(|(engine, on)| {
            let ends = match direction {
                Direction::Forward => departures(engine, &on)?,
                Direction::Backward => arrivals(engine, &on)?,
            };
            Some((engine, on, costs(engine, &ends)))
        });
        Self { roads, profile, place, direction, on }
    }

    /// Asks the memory for what the questions about these places read, so that they need not wait for it one by one.
    pub fn expect(&self, others: &[Place]) {
        let Some((engine, _, Costs::Table(table))) = &self.on else { return };
        let sum = others.iter().filter_map(|other| other.on.as_ref()).fold(0_u64, |sum, on| {
            let ends = match self.direction {
                Direction::Forward => arrivals(engine, on),
                Direction::Backward => departures(engine, on),
            };
            sum.wrapping_add(ends.map_or(0, |ends| table.touch(&ends)))
        });
        std::hint::black_box(sum);
    }

    /// Between the common place and another one, in the common direction.
    pub fn travel(&mut self, other: &Place) -> TravelTime {
        let other = self.roads.snapped_here(self.profile, other);
        match self.by_network(&other) {
            Some(cost) => TravelTime::of(cost, TravelSource::Network),
            None => match self.direction {
                Direction::Forward => self.roads.estimate(self.profile, &self.place, &other),
                Direction::Backward => self.roads.estimate(self.profile, &other, &self.place),
            },
        }
    }

    fn by_network(&mut self, other: &Place) -> Option<Cost> {
        let (engine, on, costs) = self.on.as_mut()?;
        let other_on = other.on.as_ref()?;
        let (ends, from, to) = match self.direction {
            Direction::Forward => (arrivals(engine, other_on)?, &*on, other_on),
            Direction::Backward => (departures(engine, other_on)?, other_on, &*on),
        };
        let by_street = costs.cost(&ends).min(along_the_edge(engine, from, to)).plus(from.leg).plus(to.leg);
        let cost = by_street.min(straight(&self.place, other).unwrap_or(Cost::UNREACHED));
        cost.is_reached().then_some(cost)
    }
}
