//! The prepared form on disk: prepare a city once, start from it in a fraction of a second ever after.
//!
//! Layout: 8 bytes of magic, the format's version (u32), the payload's length (u64), its SHA-256 (32 bytes), all
//! little-endian, then the payload in postcard. A file of another version or with one bit wrong is refused.

use std::{
    fs::{self, File},
    io::{Read, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    engine::Engine,
    error::RoadsError,
    network::Network,
    roads::{Map, Options, Roads},
};

const MAGIC: [u8; 8] = *b"roads\r\n\x1a";

/// Raised with every change to the form of the payload, to the rules or to the speeds.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Saved<'a> {
    network: &'a Network,
    engines: &'a [Option<Engine>; 3],
}

#[derive(Deserialize)]
struct Loaded {
    network: Network,
    engines: [Option<Engine>; 3],
}

impl Roads {
    /// Saves the prepared network; without a map there is nothing to prepare, and an empty one is saved. The file
    /// appears whole or not at all.
    ///
    /// # Errors
    /// [`RoadsError::Unwritable`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), RoadsError> {
        let path = path.as_ref();
        let unwritable = |source| RoadsError::Unwritable { path: path.to_owned(), source };
        let saved = self.map.as_ref().map(|map| Saved { network: &map.network, engines: &map.engines });
        let payload = postcard::to_stdvec(&saved).map_err(|e| unwritable(std::io::Error::other(e)))?;

        let mut beside = path.as_os_str().to_owned();
        beside.push(".part");
        let beside = PathBuf::from(beside);
        let mut file = File::create(&beside).map_err(unwritable)?;
        let write = |file: &mut File| {
            file.write_all(&MAGIC)?;
            file.write_all(&VERSION.to_le_bytes())?;
            file.write_all(&(payload.len() as u64).to_le_bytes())?;
            file.write_all(&Sha256::digest(&payload))?;
            file.write_all(&payload)?;
            file.sync_all()
        };
        write(&mut file).and_then(|()| fs::rename(&beside, path)).map_err(|source| {
            drop(fs::remove_file(&beside));
            unwritable(source)
        })
    }

    /// Loads a prepared network with the default [`Options`].
    ///
    /// # Errors
    /// As [`Roads::load_with`].
    pub fn load(path: impl AsRef<Path>) -> Result<Self, RoadsError> {
        Self::load_with(path, Options::default())
    }

    /// Loads a prepared network. The options' label budget has no effect here: labels are as they were saved.
    ///
    /// # Errors
    /// [`RoadsError::Unreadable`]; [`RoadsError::NotPrepared`] for another kind of file;
    /// [`RoadsError::StalePrepared`] for one of another version; [`RoadsError::CorruptPrepared`] for a damaged one.
    pub fn load_with(path: impl AsRef<Path>, options: Options) -> Result<Self, RoadsError> {
        let path = path.as_ref();
        let payload = read_payload(path)?;
        let corrupt = |reason: String| RoadsError::CorruptPrepared { path: path.to_owned(), reason };
        let loaded: Option<Loaded> = postcard::from_bytes(&payload).map_err(|e| corrupt(e.to_string()))?;
        Ok(Self { options, map: loaded.map(|l| Map::new(l.network, l.engines)) })
    }
}

fn read_payload(path: &Path) -> Result<Vec<u8>, RoadsError> {
    let unreadable = |source| RoadsError::Unreadable { path: path.to_owned(), source };
    let corrupt = |reason: String| RoadsError::CorruptPrepared { path: path.to_owned(), reason };
    let mut bytes = Vec::new();
    File::open(path).and_then(|mut file| file.read_to_end(&mut bytes)).map_err(unreadable)?;

    let rest = bytes.strip_prefix(&MAGIC).ok_or_else(|| RoadsError::NotPrepared { path: path.to_owned() })?;
    let cut_short = || corrupt("it is cut short".to_owned());
    let (version, rest) = rest.split_first_chunk::<4>().ok_or_else(cut_short)?;
    let found = u32::from_le_bytes(*version);
    if found != VERSION {
        return Err(RoadsError::StalePrepared { path: path.to_owned(), found, expected: VERSION });
    }
    let (length, rest) = rest.split_first_chunk::<8>().ok_or_else(cut_short)?;
    let (digest, payload) = rest.split_first_chunk::<32>().ok_or_else(cut_short)?;
    let length = u64::from_le_bytes(*length);
    if payload.len() as u64 != length {
        return Err(corrupt(format!("it holds {} bytes of {length}", payload.len())));
    }
    if Sha256::digest(payload).as_slice() != digest {
        return Err(corrupt("its checksum does not match".to_owned()));
    }
    Ok(payload.to_vec())
}

/// A number that tells one prepared map from another; never zero.
pub(crate) fn fingerprint(network: &Network, engines: &[Option<Engine>; 3]) -> u64 {
    let mut hash = Sha256::new();
    hash.update(network.origin().as_bytes());
    hash.update(engines.each_ref().map(|engine| u8::from(engine.is_some())));
    for edge in network.edges() {
        hash.update(edge.length_dm.to_le_bytes());
        hash.update(edge.from.to_le_bytes());
        hash.update(edge.to.to_le_bytes());
    }
    for at in network.junctions() {
        hash.update(at.lon().to_le_bytes());
        hash.update(at.lat().to_le_bytes());
    }
    let digest = hash.finalize();
    digest.first_chunk::<8>().map_or(1, |first| u64::from_le_bytes(*first).max(1))
}
