//! Passwords of MQTT devices: each has its own, derived from the district's device key and its name, so that there is no
//! list of them to lose. A device may speak only of itself; a gateway (`gw-…`) hands on uplinks of many.

use std::path::Path;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use runtime::{BoxError, Entropy, key_file};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::decode::topic;

/// Names of gateways begin so.
pub const GATEWAY: &str = "gw-";

/// Who a client is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Client {
    /// A device of this name.
    Device(String),
    /// A network server.
    Gateway,
    /// Anybody, on a listener that asks nobody.
    Anybody,
}

impl Client {
    /// Whether it may publish there.
    pub fn may_publish(&self, to: &str) -> bool {
        match self {
            Self::Device(name) => topic::device(to) == Some(name),
            Self::Gateway => topic::device(to).is_none(),
            Self::Anybody => true,
        }
    }
}

/// Knows every password.
#[derive(Clone)]
pub struct Credentials {
    key: [u8; 32],
    anonymous: bool,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credentials")
    }
}

impl Credentials {
    /// With the key in this file, made if there is none.
    ///
    /// # Errors
    /// If the file cannot be used or is no key.
    pub fn open(path: &Path, anonymous: bool, entropy: &Entropy) -> Result<Self, BoxError> {
        Ok(Self { key: key_file(path, entropy)?, anonymous })
    }

    /// The password of a device or gateway.
    pub fn password(&self, name: &str) -> String {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.key) else { return String::new() };
        mac.update(b"mqtt ");
        mac.update(name.as_bytes());
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }

    /// Who that is; `None` for a wrong password.
    pub fn check(&self, name: Option<&str>, password: Option<&[u8]>) -> Option<Client> {
        let Some(name) = name.filter(|name| !name.is_empty()) else {
            return self.anonymous.then_some(Client::Anybody);
        };
        let right = self.password(name);
        if !right.is_empty() && bool::from(right.as_bytes().ct_eq(password.unwrap_or_default())) {
            let gateway = name.starts_with(GATEWAY);
            return Some(if gateway { Client::Gateway } else { Client::Device(name.to_owned()) });
        }
        self.anonymous.then_some(Client::Anybody)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_speaks_of_itself_alone() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("devices.key");
        let credentials = Credentials::open(&at, false, &Entropy::system()).unwrap();
        let password = credentials.password("b1");
        let device = credentials.check(Some("b1"), Some(password.as_bytes())).unwrap();
        assert!(device.may_publish("care/b1/alarm") && !device.may_publish("care/b2/alarm"));
        assert!(!device.may_publish("application/1/device/2/event/up"));
        assert_eq!(credentials.check(Some("b2"), Some(password.as_bytes())), None);
        assert_eq!(credentials.check(Some("b1"), None), None);
        assert_eq!(credentials.check(None, None), None);
        let gateway = credentials.password("gw-1");
        assert_eq!(credentials.check(Some("gw-1"), Some(gateway.as_bytes())), Some(Client::Gateway));
    }
}
