//! A street network out of nothing but a seed, for who has no map: a plausible Chinese district.
//!
//! Arterials (主干路) about a kilometre apart, branch roads between them, superblocks with compounds (小区) inside
//! them, some one-way streets, a river with embankments and few bridges, parks with paths. The ways carry
//! OpenStreetMap tags and go through the same rules as a real map's; the same seed makes the same district.

mod compounds;
mod names;
mod sketch;
mod streets;

use domain::geo::Wgs84;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::sketch::Sketch;
use crate::{error::RoadsError, network::Network};

/// What district to make.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GenerateParams {
    /// The same seed makes the same district.
    pub seed: u64,
    /// Its middle.
    pub centre: Wgs84,
    /// The length of its side in kilometres, 1 to 40. Preparing takes a tenth of a second for 6 km and two seconds
    /// for 20 km; 40 km are a whole city, which takes over a minute for walkers.
    pub side_km: f64,
}

/// Makes a district.
///
/// # Errors
/// [`RoadsError::BadParams`] for a side out of bounds or a centre too near a pole.
pub fn generate(params: &GenerateParams) -> Result<Network, RoadsError> {
    if !(1.0..=40.0).contains(&params.side_km) {
        return Err(RoadsError::BadParams { reason: "side_km must lie between 1 and 40" });
    }
    if params.centre.lat().abs() > 75.0 {
        return Err(RoadsError::BadParams {
            reason: "the centre must lie between 75° south and 75° north"
        });
    }
    let mut rng = ChaCha8Rng::seed_from_u64(params.seed);
    let mut sketch = Sketch::new(params, &mut rng);
    let blocks = streets::draw(&mut sketch, params.side_km * 1000.0, &mut rng);
    compounds::draw(&mut sketch, &blocks, &mut rng);
    let origin = format!("generated district (seed {}, {} km)", params.seed, params.side_km);
    Ok(sketch.into_network(origin))
}
