//! The keys that sign tokens: made at the first start, replaced every 30 days, kept in the state folder for nobody
//! else to read, or given by the configuration.

use std::path::Path;

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use domain::{id::DistrictId, time::Timestamp, unit::Seconds};
use runtime::Entropy;
use serde::{Deserialize, Serialize};

use super::token::{Key, Keyring, LIFE};
use crate::{config::Config, store::write_private_file};

const FILE: &str = "token-keys.json";
const ROTATE_AFTER: Seconds = Seconds::hours(30 * 24);
const SHORTEST: usize = 32;

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("the token keys in {path} cannot be used: {reason}")]
    File {
        /// Where.
        path: String,
        /// Why.
        reason: String,
    },
    /// The configured key is too short.
    #[error("edge.token_key has fewer than {SHORTEST} characters; make one with `openssl rand -base64 32`")]
    TooShort,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    made_at: Timestamp,
    secret: String,
}

/// The keys to sign and verify with.
///
/// # Errors
/// [`KeyError`].
pub fn load(
    district: &DistrictId,
    config: &Config,
    entropy: &Entropy,
    now: Timestamp,
) -> Result<Keyring, KeyError> {
    if let Some(secret) = &config.token_key {
        if secret.expose().len() < SHORTEST {
            return Err(KeyError::TooShort);
        }
        return Ok(Keyring::new(district.clone(), Key::new(secret.expose().as_bytes()), []));
    }
    let path = config.state.join(FILE);
    let failed = |reason: String| KeyError::File { path: path.display().to_string(), reason };
    let before = read(&path).map_err(failed)?;
    let mut keys: Vec<Kept> = Vec::new();
    if before.first().is_none_or(|newest| newest.made_at + ROTATE_AFTER < now) {
        let mut secret = [0_u8; 32];
        entropy.fill(&mut secret);
        keys.push(Kept { made_at: now, secret: STANDARD_NO_PAD.encode(secret) });
    }
    let rotated = !keys.is_empty();
    keys.extend(before);
    // A key is of use until the last token under it has ended: that long after the next one replaced it.
    let replaced: Vec<Timestamp> = keys.iter().map(|kept| kept.made_at).collect();
    let mut index = 0;
    keys.retain(|_| {
        let replaced_at = usize::checked_sub(index, 1).and_then(|newer| replaced.get(newer));
        index += 1;
        replaced_at.is_none_or(|at| *at + LIFE > now)
    });
    if rotated {
        let text = serde_json::to_string_pretty(&keys).map_err(|error| failed(error.to_string()))?;
        write_private_file(&path, &text).map_err(|error| failed(error.to_string()))?;
    }
    let mut keys = keys.iter().map(|kept| {
        STANDARD_NO_PAD
            .decode(&kept.secret)
            .map(|secret| Key::new(&secret))
            .map_err(|error| failed(error.to_string()))
    });
    let signing = keys.next().unwrap_or_else(|| Err(failed("it holds no key".to_owned())))?;
    Ok(Keyring::new(district.clone(), signing, keys.collect::<Result<Vec<_>, _>>()?))
}

fn read(path: &Path) -> Result<Vec<Kept>, String> {
    match std::fs::read_to_string(path) {
        Ok(text) => serde_json::from_str(&text).map_err(|error| error.to_string()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use domain::{id::UserId, order::Role};

    use super::*;
    use crate::access::{scope::Scope, token::Claims};

    fn claims(now: Timestamp) -> Claims {
        Claims {
            user: UserId::new("wang").unwrap(),
            role: Role::Operator,
            district: DistrictId::new("d").unwrap(),
            scope: Scope::default(),
            caregiver: None,
            elder: None,
            organisation: None,
            name: String::new(),
            session: String::new(),
            epoch: 0,
            signed_in: now,
            expires: now + LIFE,
        }
    }

    #[test]
    fn a_key_outlives_a_restart_and_is_replaced_in_time() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config { state: folder.path().to_owned(), ..Config::default() };
        let district = DistrictId::new("d").unwrap();
        let entropy = Entropy::system();
        let start = Timestamp::from_millis(0);
        let token = load(&district, &config, &entropy, start).unwrap().issue(&claims(start)).unwrap();
        let mode = folder.path().join(FILE).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);

        let later = start + Seconds(60);
        assert!(load(&district, &config, &entropy, later).unwrap().read(&token, later).is_ok());

        let end = start + ROTATE_AFTER + Seconds(1);
        let late = load(&district, &config, &entropy, end).unwrap();
        let still = Keyring::read(&late, &token, later);
        assert!(still.is_ok(), "the retired key still verifies: {still:?}");
        let fresh = late.issue(&claims(end)).unwrap();
        assert_ne!(fresh.split('.').nth(1), token.split('.').nth(1), "another key signs");
    }

    #[test]
    fn a_short_configured_key_is_refused() {
        let config = Config { token_key: Some(runtime::Secret::new("short".into())), ..Config::default() };
        let loaded = load(&DistrictId::new("d").unwrap(), &config, &Entropy::system(), Timestamp::default());
        assert!(matches!(loaded, Err(KeyError::TooShort)));
    }
}
