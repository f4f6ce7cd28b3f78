//! Refresh tokens: `care-r1.<session>.<secret>`. A signed token lives for minutes, so that whoever was shut out is out
//! soon; a phone that slept longer comes back with its refresh token, which is good for one renewal and for the next
//! one only if the answer to the first was lost. A token that turns up again later was copied: the sign-in ends.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{order::Role, unit::Seconds};
use runtime::Entropy;
use sha2::{Digest, Sha256};

const PREFIX: &str = "care-r1";
/// Longer than any token made here.
const MAX_LENGTH: usize = 256;

/// How long a sign-in may last, and how long it may lie unused: a desk's for a shift, a phone's for weeks, since
/// whoever holds it is out in the rain and has an outbox to empty.
pub const fn lives(role: Role) -> (Seconds, Seconds) {
    match role {
        Role::Caregiver | Role::Courier | Role::Elder | Role::Device => {
            (Seconds::hours(30 * 24), Seconds::hours(7 * 24))
        }
        _ => (Seconds::hours(12), Seconds::hours(12)),
    }
}

/// A new token of a sign-in, and its hash for the store.
pub fn make(session: &str, entropy: &Entropy) -> (String, [u8; 32]) {
    let mut secret = [0_u8; 32];
    entropy.fill(&mut secret);
    let token = format!("{PREFIX}.{session}.{}", URL_SAFE_NO_PAD.encode(secret));
    let hash = hash(&token);
    (token, hash)
}

/// What the store keeps of a token. The secret is random, so that a plain hash is enough.
fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// The sign-in a token claims to be of, and its hash; `None` if it is no token of this house.
pub fn read(token: &str) -> Option<(&str, [u8; 32])> {
    let mut parts = token.split('.');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(PREFIX), Some(session), Some(_), None) if token.len() <= MAX_LENGTH => {
            Some((session, hash(token)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_its_sign_in_and_nothing_else_is_one() {
        let entropy = Entropy::system();
        let (one, hash) = make("s1", &entropy);
        assert_eq!(read(&one), Some(("s1", hash)));
        assert_ne!(make("s1", &entropy).0, one);
        for bad in
            ["", "care-r1.s1", "care-r1.s1.x.y", "care1.s1.x", &format!("care-r1.s.{}", "x".repeat(300))]
        {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
