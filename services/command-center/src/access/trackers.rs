//! Tokens of stock tracker apps: long, random, one per caregiver, known here only by their hash. A token holds as long as
//! the account it was issued to does, and is that caregiver's.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::id::{CaregiverId, UserId};
use runtime::Entropy;
use sha2::{Digest, Sha256};

use super::sessions::Sessions;

/// Whose a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tracker {
    /// Whose positions it reports.
    pub caregiver: CaregiverId,
    /// The account it was issued to.
    pub user: UserId,
}

/// The tokens in force, by hash.
#[derive(Debug, Default)]
pub struct Trackers(RwLock<HashMap<[u8; 32], Tracker>>);

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
    pub fn new(kept: Vec<(Vec<u8>, Tracker)>) -> Self {
        let known =
            kept.into_iter().filter_map(|(hash, t)| Some((<[u8; 32]>::try_from(hash).ok()?, t))).collect();
        Self(RwLock::new(known))
    }

    /// A caregiver's new token; the one before is void.
    pub fn set(&self, hash: [u8; 32], tracker: Tracker) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, t| t.caregiver != tracker.caregiver);
        known.insert(hash, tracker);
    }

    /// A caregiver's token is void.
    pub fn revoke(&self, caregiver: &CaregiverId) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).retain(|_, t| t.caregiver != *caregiver);
    }

    /// Whose token it is, while their account is in good standing.
    pub fn whose(&self, token: &str, sessions: &Sessions) -> Option<CaregiverId> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let tracker = known.get(&hash(token))?;
        sessions.is_caregiver(&tracker.user, &tracker.caregiver).then(|| tracker.caregiver.clone())
    }
}
