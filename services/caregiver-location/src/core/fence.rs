//! The fence around a door: in, out, dwelling, without flapping.
//!
//! A fix is a disc, not a point. It says *inside* when the nearer half of its uncertainty fits inside the radius,
//! *outside* when all of it lies beyond radius and margin, and in between it says nothing. One inside is an arrival;
//! only several outsides in a row are a departure, for a receiver indoors jumps now and then.

use std::sync::Arc;

use domain::{
    geo::Wgs84,
    id::{CaregiverId, GeofenceId, OrderId},
    priority::Priority,
    time::Timestamp,
    unit::Metres,
};
use schemas::position::Crossing;

use super::{globe::Xyz, rules::Rules, track::Point};

/// A fence to watch for the people who are expected there.
#[derive(Debug, Clone, PartialEq)]
pub struct Door {
    /// The order whose door it is; the fence is named like it.
    pub order: OrderId,
    /// The centre.
    pub place: Wgs84,
    /// How close counts as arrived.
    pub radius: Metres,
    /// How pressing the visit is, once somebody is under way to it.
    pub binds: Option<Priority>,
    /// Who is expected.
    pub team: Vec<Expected>,
}

/// Someone expected at a door.
#[derive(Debug, Clone, PartialEq)]
pub struct Expected {
    /// Who.
    pub caregiver: CaregiverId,
    /// Since when they are known to be at the door.
    pub arrived_at: Option<Timestamp>,
    /// Whether their phone was not there when they said so.
    pub by_exception: bool,
}

/// A fence as the core keeps it.
#[derive(Debug, PartialEq)]
pub(crate) struct Fence {
    pub(crate) id: GeofenceId,
    pub(crate) order: OrderId,
    /// How pressing the visit is, once somebody is under way to it.
    pub(crate) binds: Option<Priority>,
    centre: Xyz,
    radius_m: f64,
}

impl Fence {
    /// The same circle of the same order, whatever became of the visit.
    pub(crate) fn is_at(&self, other: &Self) -> bool {
        let circle = |fence: &Self| (fence.centre, fence.radius_m.to_bits());
        self.id == other.id && circle(self) == circle(other)
    }

    /// `None` if the order's name is no name for a fence, which their common alphabet rules out.
    pub(crate) fn of(door: &Door) -> Option<Arc<Self>> {
        let id = GeofenceId::new(door.order.as_str()).ok()?;
        let centre = Xyz::of(door.place);
        let (order, binds) = (door.order.clone(), door.binds);
        Some(Arc::new(Self { id, order, binds, centre, radius_m: door.radius.as_f64() }))
    }
}

#[derive(Debug, Clone, Copy)]
enum Standing {
    Outside,
    Inside {
        since: Timestamp,
        dwelled: bool,
        /// Fixes in a row that said outside.
        outs: u8,
    },
}

/// One caregiver at one fence.
#[derive(Debug, Clone)]
pub(crate) struct Watch {
    pub(crate) fence: Arc<Fence>,
    /// Dispatch knows that they are there.
    pub(crate) arrived: bool,
    /// Their coming in is in the stream.
    pub(crate) told: bool,
    standing: Standing,
}

impl Watch {
    /// Begins outside, or inside if they are known to be at the door and their phone was too.
    pub(crate) fn new(fence: Arc<Fence>, expected: &Expected, now: Timestamp, rules: &Rules) -> Self {
        let standing = match expected.arrived_at {
            Some(since) if !expected.by_exception => {
                Standing::Inside { since, dwelled: has_dwelled(since, now, rules), outs: 0 }
            }
            _ => Standing::Outside,
        };
        Self { fence, arrived: expected.arrived_at.is_some(), told: false, standing }
    }

    /// Whether they stand inside, and neither the stream nor dispatch knows.
    pub(crate) const fn is_news(&self) -> bool {
        matches!(self.standing, Standing::Inside { .. }) && !self.arrived && !self.told
    }

    /// A crossing told here is in the stream by now.
    pub(crate) const fn stored(&mut self, crossing: Crossing) {
        self.told = !matches!(crossing, Crossing::Exit) && matches!(self.standing, Standing::Inside { .. });
    }

    /// Takes over a crossing another process has put into the stream: whoever is said to be inside is not said to come in again.
    pub(crate) fn restore(&mut self, crossing: Crossing, at: Timestamp) {
        match (crossing, &mut self.standing) {
            (Crossing::Exit, _) => self.told = false,
            (Crossing::Enter, Standing::Inside { .. }) => self.told = true,
            (Crossing::Dwell, Standing::Inside { dwelled, .. }) => (self.told, *dwelled) = (true, true),
            (_, Standing::Outside) => {
                self.told = true;
                self.standing = Standing::Inside { since: at, dwelled: crossing == Crossing::Dwell, outs: 0 };
            }
        }
    }

    /// What this fix tells.
    pub(crate) fn observe(&mut self, point: &Point, rules: &Rules) -> Option<Crossing> {
        let distance = point.xyz.distance_m(self.fence.centre);
        let unsure = point.uncertainty(&rules.fixes);
        let surely_out = distance - unsure > self.fence.radius_m + rules.fences.margin_metres;
        match &mut self.standing {
            Standing::Outside => {
                let inside = distance + unsure / 2.0 <= self.fence.radius_m;
                inside.then(|| {
                    self.told = false;
                    self.standing = Standing::Inside { since: point.at, dwelled: false, outs: 0 };
                    Crossing::Enter
                })
            }
            Standing::Inside { outs, .. } if surely_out => {
                *outs = outs.saturating_add(1);
                (*outs >= rules.fences.exit_fixes).then(|| {
                    self.standing = Standing::Outside;
                    Crossing::Exit
                })
            }
            Standing::Inside { since, dwelled, outs } => {
                *outs = 0;
                let news = !*dwelled && has_dwelled(*since, point.at, rules);
                *dwelled |= news;
                news.then_some(Crossing::Dwell)
            }
        }
    }
}

fn has_dwelled(since: Timestamp, now: Timestamp, rules: &Rules) -> bool {
    now.millis_since(since) >= rules.fences.dwell_seconds.saturating_mul(1000)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn door() -> (Wgs84, Door) {
        let place = Wgs84::new(98.29, 39.77).unwrap();
        let team = vec![Expected {
            caregiver: CaregiverId::new("c1").unwrap(),
            arrived_at: None,
            by_exception: false,
        }];
        (place, Door { order: OrderId::new("o1").unwrap(), place, radius: Metres(150), binds: None, team })
    }

    fn walk(fixes: &[(i64, f64, f32)]) -> Vec<(i64, Crossing)> {
        let (place, door) = door();
        let rules = Rules::default();
        let mut watch = Watch::new(Fence::of(&door).unwrap(), &door.team[0], Timestamp::default(), &rules);
        let observe = |(seconds, east, accuracy): &(i64, f64, f32)| {
            let place = place.offset_m(*east, 0.0);
            let point = Point {
                at: Timestamp::from_millis(seconds * 1000),
                place,
                xyz: Xyz::of(place),
                accuracy: Some(*accuracy),
                battery: None,
            };
            Some((*seconds, watch.observe(&point, &rules)?))
        };
        fixes.iter().filter_map(observe).collect()
    }

    #[test]
    fn comes_stays_and_goes() {
        let told = walk(&[
            (0, 900.0, 10.0),
            (15, 100.0, 10.0),
            (30, 20.0, 10.0),
            (80, 30.0, 10.0),
            (95, 30.0, 10.0),
            (110, 400.0, 10.0),
            (125, 600.0, 10.0),
        ]);
        assert_eq!(told, [(15, Crossing::Enter), (80, Crossing::Dwell), (125, Crossing::Exit)]);
    }

    #[test]
    fn a_vague_fix_says_nothing_and_a_single_jump_is_no_departure() {
        assert_eq!(walk(&[(0, 100.0, 300.0)]), []);
        let told = walk(&[(0, 50.0, 10.0), (10, 2_000.0, 10.0), (20, 50.0, 10.0), (30, 400.0, 500.0)]);
        assert_eq!(told, [(0, Crossing::Enter)]);
    }

    proptest! {
        /// A phone lying at the border, with the jitter of its accuracy, does not flap.
        #[test]
        fn jitter_does_not_flap(border in 60.0..170.0f64, noise in prop::collection::vec(-1.0..1.0f64, 50)) {
            let fixes: Vec<_> = noise.iter().zip(0..).map(|(n, t)| (t, border + n * 25.0, 25.0)).collect();
            let told = walk(&fixes);
            prop_assert!(told.iter().filter(|(_, c)| *c == Crossing::Enter).count() <= 1);
            prop_assert!(told.iter().all(|(_, c)| *c != Crossing::Exit), "{told:?}");
        }
    }
}
