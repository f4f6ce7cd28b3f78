//! Roads to travel times: how long does it take this caregiver, on foot or on an e-bike (电动自行车), to that elder?
//!
//! ```text
//! .osm.pbf, .osm, .osm.gz ──read_osm──┐
//!                                     ├─► Network ──Roads::prepare──► Roads ──snap──► Place
//! a seed and a size ────────generate──┘                                │
//!                                                    travel, many_to_one, matrix, route
//! ```
//!
//! - A [`Network`] is the street graph of a map with what each [`Profile`] may do on each street.
//! - [`Roads`] is that network prepared for fast questions; it is saved to and loaded from a file.
//! - A [`Place`] is a coordinate snapped to its nearest street once, cheap to keep and to reuse.
//! - Every answer is a [`TravelTime`] that says where it comes from: the network, or, where there is no map or a
//!   point is off it, the great circle times a factor ([`TravelSource::GreatCircle`]).
//!
//! Answers are exact: [`dijkstra`] is the plain reference they are tested against, to the millisecond.
//! Turn restrictions, time-dependent access and live traffic are not modelled.

pub mod base_map;
mod common;
mod component;
pub mod cost;
mod cut;
pub mod dijkstra;
mod ends;
mod engine;
mod error;
mod fallback;
pub mod generate;
pub mod graph;
mod hierarchy;
mod labels;
mod network;
mod open;
pub mod osm;
mod place;
mod profile;
mod road_class;
mod roads;
mod route;
pub mod rules;
mod snap;
mod store;
mod travel;

pub use cost::Cost;
pub use engine::Engine;
pub use error::RoadsError;
pub use fallback::FallbackModel;
pub use generate::{GenerateParams, generate};
pub use network::{Edge, Network};
pub use osm::read_osm;
pub use place::Place;
pub use profile::{Profile, ProfileSet};
pub use road_class::RoadClass;
pub use roads::{Options, Roads};
pub use route::Route;
pub use travel::{Matrix, TravelSource, TravelTime};
