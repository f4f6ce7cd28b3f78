//! One way to a map whatever the file: prepared before, or OpenStreetMap as it comes.

use std::path::Path;

use domain::{
    caregiver::TravelMode,
    decision::{self, Leg},
};

use crate::{Profile, Roads, RoadsError, TravelSource, TravelTime, read_osm};

impl Roads {
    /// Opens a map: a file that [`Roads::save`] wrote, or `.osm.pbf`, `.osm`, `.osm.gz`, which is prepared for every
    /// profile first (seconds for a district).
    ///
    /// # Errors
    /// As [`Roads::load`], [`read_osm`] and [`Roads::prepare`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, RoadsError> {
        let path = path.as_ref();
        let name =
            path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
        if [".osm.pbf", ".pbf", ".osm", ".osm.gz"].iter().any(|ending| name.ends_with(ending)) {
            Self::prepare(&read_osm(path)?, &Profile::ALL)
        } else {
            Self::load(path)
        }
    }
}

impl From<TravelMode> for Profile {
    fn from(mode: TravelMode) -> Self {
        match mode {
            TravelMode::Walk => Self::Walk,
            TravelMode::EBike => Self::EBike,
            TravelMode::Car => Self::Car,
        }
    }
}

impl From<TravelTime> for Leg {
    fn from(travel: TravelTime) -> Self {
        let source = match travel.source {
            TravelSource::Network => decision::TravelSource::Network,
            TravelSource::GreatCircle => decision::TravelSource::GreatCircle,
        };
        Self { seconds: travel.seconds(), metres: travel.metres, source }
    }
}
