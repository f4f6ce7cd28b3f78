//! Tokens of stock tracker apps: long, random, one per caregiver, known here only by their hash.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::id::CaregiverId;
use runtime::Entropy;
use sha2::{Digest, Sha256};

/// The tokens in force, by hash.
#[derive(Debug, Default)]
pub struct Trackers(RwLock<HashMap<[u8; 32], CaregiverId>>);

/// What is kept of a token.
pub fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// A new token: 144 random bits.
pub fn make(entropy: &Entropy) -> String {
    let mut random = [0_u8; 18];
    entropy.fill(&mut random);
    URL_SAFE_NO_PAD.encode(random)
}

impl Trackers {
    /// From what the store holds.
    pub fn new(kept: Vec<(Vec<u8>, CaregiverId)>) -> Self {
        let known =
            kept.into_iter().filter_map(|(hash, c)| Some((<[u8; 32]>::try_from(hash).ok()?, c))).collect();
        Self(RwLock::new(known))
    }

    /// A caregiver's new token; the one before is void.
    pub fn set(&self, caregiver: &CaregiverId, hash: [u8; 32]) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, c| c != caregiver);
        known.insert(hash, caregiver.clone());
    }

    /// Whose token it is.
    pub fn whose(&self, token: &str) -> Option<CaregiverId> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&hash(token)).cloned()
    }
}
