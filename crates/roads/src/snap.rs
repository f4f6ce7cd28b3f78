//! Snapping: the nearest point of the nearest edge that a profile may use.

use domain::geo::Wgs84;
use rstar::{AABB, PointDistance, RTree, RTreeObject, primitives::GeomWithData};

use crate::{
    cost::Cost,
    network::{Edge, Network},
    place::Snapped,
    profile::{Profile, ProfileSet},
    rules::WALKING_SPEED,
};

/// Metres per degree of latitude.
const METRES_PER_DEGREE: f64 = 111_195.08;

/// The straight pieces of all edges in a tree.
#[derive(Debug)]
pub(crate) struct Snapper {
    plane: Plane,
    tree: RTree<Piece>,
}

/// A straight piece of an edge: which edge, which of its pieces, and for whom.
type Piece = GeomWithData<Segment, (u32, u32, ProfileSet)>;

impl Snapper {
    /// `usable` says for each edge which profiles may snap to it.
    pub fn new(network: &Network, usable: impl Fn(u32) -> ProfileSet) -> Self {
        let plane = Plane::around(network);
        let mut pieces = Vec::new();
        for (index, edge) in (0..).zip(&network.edges) {
            let profiles = usable(index);
            if profiles.is_empty() {
                continue;
            }
            for (nth, pair) in (0..).zip(network.shape(edge).windows(2)) {
                if let [a, b] = *pair {
                    let segment = Segment { a: plane.of(a), b: plane.of(b) };
                    pieces.push(GeomWithData::new(segment, (index, nth, profiles)));
                }
            }
        }
        Self { plane, tree: RTree::bulk_load(pieces) }
    }

    /// The nearest point of a street for `profile` within `max_metres`.
    pub fn snap(&self, network: &Network, profile: Profile, at: Wgs84, max_metres: f64) -> Option<Snapped> {
        let point = self.plane.of(at);
        let near = self
            .tree
            .nearest_neighbor_iter_with_distance_2(point)
            .take_while(|(_, squared)| *squared <= max_metres * max_metres)
            .find(|(piece, _)| piece.data.2.contains(profile));
        let (piece, _) = near?;
        let (index, nth, _) = piece.data;
        let edge = network.edges.get(index as usize)?;
        let (offset_dm, point) = along(network, edge, nth as usize, piece.geom().fraction(point))?;
        let leg_dm = (at.distance_m(point) * 10.0).round() as u32;
        let leg = if leg_dm == 0 { Cost::ZERO } else { walked(leg_dm) };
        Some(Snapped { edge: index, offset_dm, point, leg })
    }
}

/// Off the streets everyone walks.
pub(crate) fn walked(decimetres: u32) -> Cost {
    Cost::new(WALKING_SPEED.millis_for(decimetres), decimetres)
}

/// How far along the edge the point at `fraction` of its `nth` piece is, and where.
fn along(network: &Network, edge: &Edge, nth: usize, fraction: f64) -> Option<(u32, Wgs84)> {
    let shape = network.shape(edge);
    let (a, b) = (*shape.get(nth)?, *shape.get(nth + 1)?);
    let length = |line: &[Wgs84]| -> f64 {
        line.windows(2).filter_map(|pair| Some(pair.first()?.distance_m(*pair.last()?))).sum()
    };
    let before = length(shape.get(..=nth)?) + fraction * a.distance_m(b);
    let whole = length(shape).max(f64::MIN_POSITIVE);
    let offset = (before / whole * f64::from(edge.length_dm)).round();
    let point = between(a, b, fraction)?;
    Some(((offset as u32).min(edge.length_dm), point))
}

/// The point at a fraction of the straight line from `a` to `b`.
pub(crate) fn between(a: Wgs84, b: Wgs84, fraction: f64) -> Option<Wgs84> {
    if fraction <= 0.0 {
        return Some(a);
    }
    if fraction >= 1.0 {
        return Some(b);
    }
    Wgs84::new(a.lon() + (b.lon() - a.lon()) * fraction, a.lat() + (b.lat() - a.lat()) * fraction).ok()
}

/// A flat picture of the map, metres east and north of its middle; good across a region.
#[derive(Debug, Clone, Copy)]
struct Plane {
    lon: f64,
    lat: f64,
    metres_per_lon: f64,
}

impl Plane {
    fn around(network: &Network) -> Self {
        let (lon, lat) = network.bounds().map_or((0.0, 0.0), |(south_west, north_east)| {
            (
                f64::midpoint(south_west.lon(), north_east.lon()),
                f64::midpoint(south_west.lat(), north_east.lat()),
            )
        });
        Self { lon, lat, metres_per_lon: METRES_PER_DEGREE * lat.to_radians().cos().max(1e-6) }
    }

    fn of(self, at: Wgs84) -> [f64; 2] {
        [(at.lon() - self.lon) * self.metres_per_lon, (at.lat() - self.lat) * METRES_PER_DEGREE]
    }
}

/// A straight line on the plane.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Segment {
    a: [f64; 2],
    b: [f64; 2],
}

impl Segment {
    /// How far along the segment, 0 to 1, its nearest point to `point` lies.
    fn fraction(&self, point: [f64; 2]) -> f64 {
        let ([ax, ay], [bx, by], [px, py]) = (self.a, self.b, point);
        let (dx, dy) = (bx - ax, by - ay);
        let squared = dx * dx + dy * dy;
        if squared == 0.0 { 0.0 } else { (((px - ax) * dx + (py - ay) * dy) / squared).clamp(0.0, 1.0) }
    }
}

impl RTreeObject for Segment {
    type Envelope = AABB<[f64; 2]>;
    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners(self.a, self.b)
    }
}

impl PointDistance for Segment {
    fn distance_2(&self, point: &[f64; 2]) -> f64 {
        let ([ax, ay], [bx, by], [px, py]) = (self.a, self.b, *point);
        let t = self.fraction(*point);
        let (dx, dy) = (ax + (bx - ax) * t - px, ay + (by - ay) * t - py);
        dx * dx + dy * dy
    }
}
