//! Places on the streets of a map, as phones report them.

use anyhow::{Context, Result};
use domain::geo::Wgs84;
use rand::{Rng, RngExt};
use roads::Roads;

/// Somewhere along the streets.
///
/// # Errors
/// If the map is empty.
pub fn somewhere(roads: &Roads, rng: &mut impl Rng) -> Result<Wgs84> {
    let junctions = roads.network().context("there is no map")?.junctions();
    let junction = junctions.get(rng.random_range(0..junctions.len().max(1))).context("the map is empty")?;
    Ok(junction.offset_m(rng.random_range(-60.0..60.0), rng.random_range(-60.0..60.0)))
}

/// The middle of a map, and how far it reaches to the east of it, in metres.
///
/// # Errors
/// If the map is empty.
pub fn centre_of(roads: &Roads) -> Result<(Wgs84, f64)> {
    let (low, high) = roads.network().and_then(roads::Network::bounds).context("the map is empty")?;
    let centre = Wgs84::new(f64::midpoint(low.lon(), high.lon()), f64::midpoint(low.lat(), high.lat()))?;
    let radius = centre.distance_m(Wgs84::new(high.lon(), centre.lat())?);
    Ok((centre, radius))
}

/// A place with six decimals, as phones write it; both as text and as the numbers that text is read as.
pub struct Rounded {
    /// As it is read.
    pub place: Wgs84,
    /// As it is written.
    pub lon: String,
    /// As it is written.
    pub lat: String,
}

impl Rounded {
    /// Rounds.
    ///
    /// # Errors
    /// None for a place on the globe.
    pub fn of(place: Wgs84) -> Result<Self> {
        let (lon, lat) = (format!("{:.6}", place.lon()), format!("{:.6}", place.lat()));
        Ok(Self { place: Wgs84::new(lon.parse()?, lat.parse()?)?, lon, lat })
    }
}
