//! Tells the push service who sends: a JSON web token signed with the district's own key (RFC 8292, ES256 of
//! RFC 7518 §3.4). Browsers bind a subscription to this key, so it must never change while subscriptions live.

use std::{fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::time::Timestamp;
use p256::ecdsa::{Signature, SigningKey, signature::Signer};

use super::subscription::decode;

/// How long a token is good, in seconds; RFC 8292 §2 allows at most a day.
const LIFE: i64 = 12 * 3600;

/// Why a text is not a key. It never repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a private key of P-256: 32 bytes in base64url")]
pub struct VapidError;

/// The district's signing key.
#[derive(Clone)]
pub struct VapidKey(SigningKey);

impl VapidKey {
    /// The public key in base64url: what the web app hands to `pushManager.subscribe` as `applicationServerKey`.
    pub fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.verifying_key().to_sec1_bytes())
    }

    /// The `Authorization` header for a request to this origin. `subject` is a `mailto:` or `https:` address at which
    /// the push service finds somebody responsible (RFC 8292 §2.1).
    pub fn authorization(&self, origin: &str, subject: &str, now: Timestamp) -> String {
        let expires = now.as_millis().div_euclid(1000).saturating_add(LIFE);
        let claims = serde_json::json!({ "aud": origin, "exp": expires, "sub": subject });
        let signed = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(r#"{"typ":"JWT","alg":"ES256"}"#),
            URL_SAFE_NO_PAD.encode(claims.to_string())
        );
        let signature: Signature = self.0.sign(signed.as_bytes());
        format!("vapid t={signed}.{}, k={}", URL_SAFE_NO_PAD.encode(signature.to_bytes()), self.public())
    }
}

impl FromStr for VapidKey {
    type Err = VapidError;
    fn from_str(text: &str) -> Result<Self, VapidError> {
        let bytes = decode(text.trim()).ok_or(VapidError)?;
        SigningKey::from_slice(&bytes).map(Self).map_err(|_| VapidError)
    }
}

impl fmt::Debug for VapidKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use p256::ecdsa::{VerifyingKey, signature::Verifier};

    use super::*;

    /// Checks the header as a push service would, and returns the claims.
    fn verify(header: &str) -> serde_json::Value {
        let (token, key) = header.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        let key = VerifyingKey::from_sec1_bytes(&decode(key).unwrap()).unwrap();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let signature = Signature::from_slice(&decode(signature).unwrap()).unwrap();
        key.verify(signed.as_bytes(), &signature).unwrap();
        serde_json::from_slice(&decode(signed.split_once('.').unwrap().1).unwrap()).unwrap()
    }

    /// RFC 8292 §2.4: the same check passes on the published example.
    #[test]
    fn the_example_of_rfc_8292_verifies() {
        let claims = verify(
            "vapid t=eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM\
             1MjM3NjgsInN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9oj\
             FwDXb1JrErtmysazNjjvW2L9OkSSHzvoD1oA, k=BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_R\
             CPCfA5aq9ojSwk5Y2EmClBPs",
        );
        assert_eq!(claims["aud"], "https://push.example.net");
    }

    #[test]
    fn our_own_verifies_and_lasts_twelve_hours() {
        let key: VapidKey = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw".parse().unwrap();
        assert_eq!(format!("{key:?}"), "***");
        let header = key.authorization(
            "https://push.example.net",
            "mailto:duty@example.cn",
            Timestamp::from_millis(1_453_480_568_000),
        );
        let claims = verify(&header);
        assert_eq!(claims["aud"], "https://push.example.net");
        assert_eq!(claims["sub"], "mailto:duty@example.cn");
        assert_eq!(claims["exp"], 1_453_480_568 + 43_200);
        assert!("too short".parse::<VapidKey>().is_err());
    }
}
