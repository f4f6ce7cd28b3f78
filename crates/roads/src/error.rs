//! What can go wrong, with a stable code, the file it concerns, and what to do about it.

use std::{io, path::PathBuf};

use crate::profile::Profile;

/// Why a map could not become travel times.
#[derive(Debug, thiserror::Error)]
pub enum RoadsError {
    /// The file could not be opened or read.
    #[error("{}: cannot be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file could not be written.
    #[error("{}: cannot be written: {source}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The first bytes are of no format we read.
    #[error("{}: {found}; expected OpenStreetMap data as .osm.pbf, .osm or .osm.gz", path.display())]
    UnknownFormat {
        /// The file.
        path: PathBuf,
        /// What was found instead.
        found: &'static str,
    },
    /// The file is damaged or cut short.
    #[error("{}: damaged or cut short: {reason}; download or export it again", path.display())]
    DamagedMap {
        /// The file.
        path: PathBuf,
        /// What was wrong, and where.
        reason: String,
    },
    /// Ways refer to nodes the file does not contain.
    #[error(
        "{}: {missing} of {wanted} nodes that its roads refer to are absent; \
         the file is cut short or was clipped without complete ways", path.display()
    )]
    MissingNodes {
        /// The file.
        path: PathBuf,
        /// Nodes the roads refer to.
        wanted: usize,
        /// How many of them are absent.
        missing: usize,
    },
    /// The map holds not one road.
    #[error("{origin}: holds no road anyone may use; is it an extract of another kind of data?")]
    NoRoads {
        /// The file, or the generator's description.
        origin: String,
    },
    /// The map holds roads, but not two connected junctions for this profile.
    #[error(
        "{origin}: holds no connected roads for the profile {profile}; leave the profile out or use another map"
    )]
    NoRoadsFor {
        /// The file, or the generator's description.
        origin: String,
        /// The profile in want of roads.
        profile: Profile,
    },
    /// The map is beyond what the arithmetic of travel costs holds.
    #[error(
        "{origin}: too large for the profile {profile}: {reason}; cut the map to the district and its surroundings"
    )]
    TooLarge {
        /// The file, or the generator's description.
        origin: String,
        /// The profile being prepared.
        profile: Profile,
        /// Which bound is passed.
        reason: &'static str,
    },
    /// The contraction hierarchy came in a form this crate does not understand: a defect of this build.
    #[error(
        "the contraction for the profile {profile} is not of the expected form; this build mixes versions of fast_paths"
    )]
    NotContracted {
        /// The profile being prepared.
        profile: Profile,
    },
    /// The parameters of the generator make no network.
    #[error("cannot generate a street network: {reason}")]
    BadParams {
        /// Which parameter, and its bounds.
        reason: &'static str,
    },
    /// The file is not a prepared network.
    #[error("{}: not a prepared road network; prepare the map again", path.display())]
    NotPrepared {
        /// The file.
        path: PathBuf,
    },
    /// The file was prepared by another version of this crate.
    #[error("{}: prepared in format {found}, this program reads format {expected}; prepare the map again", path.display())]
    StalePrepared {
        /// The file.
        path: PathBuf,
        /// The format of the file.
        found: u32,
        /// The format this crate reads.
        expected: u32,
    },
    /// The prepared file's content does not match its checksum, or does not decode.
    #[error("{}: the prepared network is corrupt: {reason}; delete it and prepare the map again", path.display())]
    CorruptPrepared {
        /// The file.
        path: PathBuf,
        /// What does not match.
        reason: String,
    },
}

impl RoadsError {
    /// The stable code of this error, for logs, problem documents and manuals.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "roads.unreadable",
            Self::Unwritable { .. } => "roads.unwritable",
            Self::UnknownFormat { .. } => "roads.unknown_format",
            Self::DamagedMap { .. } => "roads.damaged_map",
            Self::MissingNodes { .. } => "roads.missing_nodes",
            Self::NoRoads { .. } => "roads.no_roads",
            Self::NoRoadsFor { .. } => "roads.no_roads_for_profile",
            Self::TooLarge { .. } => "roads.too_large",
            Self::NotContracted { .. } => "roads.not_contracted",
            Self::BadParams { .. } => "roads.bad_params",
            Self::NotPrepared { .. } => "roads.not_prepared",
            Self::StalePrepared { .. } => "roads.stale_prepared",
            Self::CorruptPrepared { .. } => "roads.corrupt_prepared",
        }
    }
}
