//! Signed tokens: `care1.<key id>.<claims>.<mac>`, the last two in base64url, the mac HMAC-SHA256 over all before it.
//!
//! One algorithm, named by the prefix and never by the token's content, so there is nothing to confuse.

use std::collections::VecDeque;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    id::{CaregiverId, DistrictId, ElderId, OrganisationId, UserId},
    order::{Actor, Role},
    time::Timestamp,
    unit::Seconds,
};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{refresh, scope::Scope};

const PREFIX: &str = "care1";
/// Longer than any token made here.
const MAX_LENGTH: usize = 2048;
/// How long a token lives.
pub const LIFE: Seconds = Seconds::minutes(15);

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who.
    pub user: UserId,
    /// In which capacity.
    pub role: Role,
    /// Of which district.
    pub district: DistrictId,
    /// How far they see.
    pub scope: Scope,
    /// The caregiver the account is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caregiver: Option<CaregiverId>,
    /// The elder the account is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elder: Option<ElderId>,
    /// The organisation whose staff the account sees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrganisationId>,
    /// For display.
    pub name: String,
    /// The sign-in it comes from.
    pub session: String,
    /// The account's epoch at that time.
    pub epoch: u32,
    /// When they signed in.
    pub signed_in: Timestamp,
    /// When the token ends.
    pub expires: Timestamp,
}

impl Claims {
    /// Who acts, as commands are stamped.
    pub fn actor(&self) -> Actor {
        Actor { role: self.role, user: Some(self.user.clone()) }
    }

    /// When the sign-in ends for good.
    pub fn session_ends(&self) -> Timestamp {
        self.signed_in + refresh::lives(self.role).0
    }
}

/// Why a token does not open the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not of the form this house gives out.
    #[error("the token is malformed")]
    Malformed,
    /// Signed by a key that is not ours, or was retired.
    #[error("the token was signed elsewhere, or long ago; sign in here")]
    Foreign,
    /// Changed after it was signed.
    #[error("the token's signature does not fit it")]
    Forged,
    /// Over.
    #[error("the token has expired; renew it or sign in again")]
    Expired,
    /// Of another district.
    #[error("the token is of another district; sign in to this one")]
    OtherDistrict,
}

/// One signing key.
#[derive(Clone)]
pub struct Key {
    id: String,
    mac: Hmac<Sha256>,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Key").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Key {
    /// From secret bytes; the id is derived from them and gives nothing away.
    pub fn new(secret: &[u8]) -> Self {
        let derive = |label: &[u8]| Sha256::new().chain_update(label).chain_update(secret).finalize();
        let id = URL_SAFE_NO_PAD.encode(derive(b"care key id ").iter().take(6).copied().collect::<Vec<u8>>());
        // Shorter keys are padded with zeros to the hash's block (RFC 2104).
        let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
        block.iter_mut().zip(derive(b"care key ")).for_each(|(to, from)| *to = from);
        let mac = Hmac::new(&block);
        Self { id, mac }
    }

    /// Its public name.
    pub fn id(&self) -> &str {
        &self.id
    }

    fn sign(&self, text: &str) -> [u8; 32] {
        self.mac.clone().chain_update(text.as_bytes()).finalize().into_bytes().into()
    }
}

/// The key that signs and those whose tokens still hold.
#[derive(Debug, Clone)]
pub struct Keyring {
    district: DistrictId,
    /// The first one signs.
    keys: VecDeque<Key>,
}

impl Keyring {
    /// Keys of a district; the first signs, all verify.
    pub fn new(district: DistrictId, signing: Key, older: impl IntoIterator<Item = Key>) -> Self {
        let mut keys: VecDeque<Key> = older.into_iter().collect();
        keys.push_front(signing);
        Self { district, keys }
    }

    /// Signs the claims.
    pub fn issue(&self, claims: &Claims) -> Option<String> {
        let key = self.keys.front()?;
        let body = URL_SAFE_NO_PAD.encode(serde_json::to_vec(claims).ok()?);
        let signed = format!("{PREFIX}.{}.{body}", key.id);
        let mac = URL_SAFE_NO_PAD.encode(key.sign(&signed));
        Some(format!("{signed}.{mac}"))
    }

    /// Reads a token.
    ///
    /// # Errors
    /// [`TokenError`]; the signature is checked before anything else is believed.
    pub fn read(&self, token: &str, now: Timestamp) -> Result<Claims, TokenError> {
        let claims = self.signed(token)?;
        if claims.district != self.district {
            return Err(TokenError::OtherDistrict);
        }
        if claims.expires <= now {
            return Err(TokenError::Expired);
        }
        Ok(claims)
    }

    /// Whose good token of another district that is, for the audit; none where it is none.
    pub fn of_elsewhere(&self, token: &str) -> Option<Claims> {
        self.signed(token).ok().filter(|claims| claims.district != self.district)
    }

    /// What was signed here, for whichever district and however long ago.
    fn signed(&self, token: &str) -> Result<Claims, TokenError> {
        if token.len() > MAX_LENGTH {
            return Err(TokenError::Malformed);
        }
        let (signed, mac) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
        let mut parts = signed.split('.');
        let (Some(PREFIX), Some(id), Some(body), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(TokenError::Malformed);
        };
        let key = self.keys.iter().find(|key| key.id == id).ok_or(TokenError::Foreign)?;
        let mac = URL_SAFE_NO_PAD.decode(mac).map_err(|_| TokenError::Malformed)?;
        let check = key.mac.clone().chain_update(signed.as_bytes());
        check.verify_slice(&mac).map_err(|_| TokenError::Forged)?;
        let body = URL_SAFE_NO_PAD.decode(body).map_err(|_| TokenError::Malformed)?;
        serde_json::from_slice(&body).map_err(|_| TokenError::Malformed)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn claims(district: &str, expires: i64) -> Claims {
        Claims {
            user: UserId::new("wang").unwrap(),
            role: Role::Operator,
            district: DistrictId::new(district).unwrap(),
            scope: Scope::default(),
            caregiver: None,
            elder: None,
            organisation: None,
            name: "王".to_owned(),
            session: "s1".to_owned(),
            epoch: 0,
            signed_in: Timestamp::from_millis(0),
            expires: Timestamp::from_millis(expires),
        }
    }

    fn ring(secret: &[u8]) -> Keyring {
        Keyring::new(DistrictId::new("here").unwrap(), Key::new(secret), [])
    }

    const NOW: Timestamp = Timestamp::from_millis(1_000);

    #[test]
    fn what_was_signed_is_read_until_it_expires() {
        let token = ring(b"one").issue(&claims("here", 2_000)).unwrap();
        assert_eq!(ring(b"one").read(&token, NOW), Ok(claims("here", 2_000)));
        assert_eq!(ring(b"one").read(&token, Timestamp::from_millis(2_000)), Err(TokenError::Expired));
    }

    #[test]
    fn foreign_tokens_are_told_apart() {
        let elsewhere = ring(b"two").issue(&claims("here", 2_000)).unwrap();
        assert_eq!(ring(b"one").read(&elsewhere, NOW), Err(TokenError::Foreign));
        let there = ring(b"one").issue(&claims("there", 2_000)).unwrap();
        assert_eq!(ring(b"one").read(&there, NOW), Err(TokenError::OtherDistrict));
        assert_eq!(ring(b"one").of_elsewhere(&there), Some(claims("there", 2_000)));
        assert_eq!(ring(b"two").of_elsewhere(&there), None);
        for bad in ["", "a.b.c.d", "care1.x", "care1.a.b.c.d", &"x".repeat(5000)] {
            assert!(ring(b"one").read(bad, NOW).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_retired_key_still_reads_while_it_is_on_the_ring() {
        let token = ring(b"old").issue(&claims("here", 2_000)).unwrap();
        let rotated = Keyring::new(DistrictId::new("here").unwrap(), Key::new(b"new"), [Key::new(b"old")]);
        assert!(rotated.read(&token, NOW).is_ok());
        assert_ne!(rotated.issue(&claims("here", 2_000)).unwrap(), token);
    }

    proptest! {
        #[test]
        fn no_changed_character_goes_unnoticed(position in 0usize..400, with in "[A-Za-z0-9_-]") {
            let token = ring(b"one").issue(&claims("here", 2_000)).unwrap();
            let at = position % token.len();
            let mut changed = token.clone();
            changed.replace_range(at..=at, &with);
            // The last character of a mac carries two bits that no decoder may ignore.
            prop_assume!(changed != token);
            prop_assert!(ring(b"one").read(&changed, NOW).is_err());
        }
    }
}
