//! A browser's subscription, as `PushSubscription.toJSON()` writes it (W3C Push API).

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use p256::PublicKey;
use serde::{Deserialize, Serialize};
use url::Url;

/// Where one browser can be reached and the keys to write to it. A capability and personal data: it prints as `***`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct Subscription {
    endpoint: Url,
    key: PublicKey,
    auth: [u8; 16],
}

/// Why a text is not a subscription. It never repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSubscription {
    /// The endpoint.
    #[error("endpoint is not an https address of at most 1024 characters without a password")]
    Endpoint,
    /// The browser's public key.
    #[error("keys.p256dh is not an uncompressed point of P-256 in base64url")]
    Key,
    /// The authentication secret.
    #[error("keys.auth is not 16 bytes in base64url")]
    Auth,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    endpoint: String,
    #[serde(default, rename = "expirationTime", skip_serializing_if = "Option::is_none")]
    expiration_time: Option<f64>,
    keys: Keys,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    p256dh: String,
    auth: String,
}

impl Subscription {
    /// Checks the three parts.
    ///
    /// # Errors
    /// [`InvalidSubscription`] names the part that is wrong.
    pub fn new(endpoint: &str, p256dh: &str, auth: &str) -> Result<Self, InvalidSubscription> {
        let url = Url::parse(endpoint).map_err(|_| InvalidSubscription::Endpoint)?;
        let plain = url.username().is_empty() && url.password().is_none() && url.has_host();
        if endpoint.len() > 1024 || url.scheme() != "https" || !plain {
            return Err(InvalidSubscription::Endpoint);
        }
        let key = decode(p256dh).ok_or(InvalidSubscription::Key)?;
        // RFC 8291 §3.1: the uncompressed form, 65 octets.
        if key.len() != 65 {
            return Err(InvalidSubscription::Key);
        }
        let key = PublicKey::from_sec1_bytes(&key).map_err(|_| InvalidSubscription::Key)?;
        let auth = decode(auth).and_then(|auth| auth.try_into().ok()).ok_or(InvalidSubscription::Auth)?;
        Ok(Self { endpoint: url, key, auth })
    }

    /// The address itself. Take care where it goes.
    pub fn address(&self) -> &str {
        self.endpoint.as_str()
    }

    pub(super) const fn endpoint(&self) -> &Url {
        &self.endpoint
    }

    pub(super) const fn key(&self) -> &PublicKey {
        &self.key
    }

    pub(super) const fn auth(&self) -> &[u8; 16] {
        &self.auth
    }
}

/// Browsers write base64url without padding; some libraries add it.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl TryFrom<Wire> for Subscription {
    type Error = InvalidSubscription;
    fn try_from(wire: Wire) -> Result<Self, InvalidSubscription> {
        Self::new(&wire.endpoint, &wire.keys.p256dh, &wire.keys.auth)
    }
}

impl From<Subscription> for Wire {
    fn from(subscription: Subscription) -> Self {
        let p256dh = URL_SAFE_NO_PAD.encode(subscription.key.to_sec1_bytes());
        let auth = URL_SAFE_NO_PAD.encode(subscription.auth);
        Self { endpoint: subscription.endpoint.into(), expiration_time: None, keys: Keys { p256dh, auth } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

    #[test]
    fn a_browsers_json_reads_writes_and_does_not_show() {
        let json = format!(
            r#"{{"endpoint":"https://push.example.net/push/JzLQ","expirationTime":null,"keys":{{"p256dh":"{KEY}","auth":"{AUTH}"}}}}"#
        );
        let subscription: Subscription = serde_json::from_str(&json).unwrap();
        assert_eq!(format!("{subscription:?}"), "***");
        let again: Subscription =
            serde_json::from_str(&serde_json::to_string(&subscription).unwrap()).unwrap();
        assert_eq!(again, subscription);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let endpoint = "https://push.example.net/x";
        let new = |endpoint, key, auth| Subscription::new(endpoint, key, auth).unwrap_err();
        assert_eq!(new("http://push.example.net/x", KEY, AUTH), InvalidSubscription::Endpoint);
        assert_eq!(new("https://a:b@push.example.net/x", KEY, AUTH), InvalidSubscription::Endpoint);
        assert_eq!(new(endpoint, &KEY[4..], AUTH), InvalidSubscription::Key);
        assert_eq!(new(endpoint, KEY, "BTBZ"), InvalidSubscription::Auth);
    }
}
