//! The signature: HMAC-SHA256 (RFC 2104) over method, path, time and body, so that none of them can be exchanged and
//! an old request cannot be played again later.

use std::{fmt::Write, time::Duration};

use domain::time::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The header that carries the time, in seconds since 1970.
pub const TIMESTAMP: &str = "x-care-timestamp";
/// The header that carries the signature.
pub const SIGNATURE: &str = "x-care-signature";

/// What is signed.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// In capitals: `POST`.
    pub method: &'a str,
    /// Path and query as sent: `/v1/messages?dry=1`.
    pub path: &'a str,
    /// Seconds since 1970 as sent.
    pub timestamp: &'a str,
    /// The body as sent.
    pub body: &'a [u8],
}

/// Why a signed request is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadSignature {
    /// The time header is no number.
    #[error("{TIMESTAMP} must be the time in whole seconds since 1970")]
    Timestamp,
    /// Too old or too new: played again, or a clock that is off.
    #[error("{TIMESTAMP} is further from now than is allowed: check both clocks, and sign each request anew")]
    Stale,
    /// The signature is not ours.
    #[error("{SIGNATURE} does not belong to this request and secret")]
    Mismatch,
}

fn mac(secret: &[u8], signed: &Signed<'_>) -> Option<Hmac<Sha256>> {
    // HMAC takes keys of any length.
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
    for part in [signed.method, signed.path, signed.timestamp] {
        mac.update(part.as_bytes());
        mac.update(b"\n");
    }
    mac.update(signed.body);
    Some(mac)
}

/// The value of the signature header.
pub fn sign(secret: &[u8], signed: &Signed<'_>) -> String {
    let mut value = "v1=".to_owned();
    if let Some(mac) = mac(secret, signed) {
        for byte in mac.finalize().into_bytes() {
            let _ = write!(value, "{byte:02x}");
        }
    }
    value
}

/// Checks a signature, in constant time, and that the request is of now, give or take `tolerance`.
///
/// # Errors
/// [`BadSignature`]: answer 401.
pub fn verify(
    secret: &[u8],
    signed: &Signed<'_>,
    signature: &str,
    now: Timestamp,
    tolerance: Duration,
) -> Result<(), BadSignature> {
    let hex = signature.trim().strip_prefix("v1=").ok_or(BadSignature::Mismatch)?;
    let given = unhex(hex).ok_or(BadSignature::Mismatch)?;
    mac(secret, signed).and_then(|mac| mac.verify_slice(&given).ok()).ok_or(BadSignature::Mismatch)?;
    let at: i64 = signed.timestamp.parse().map_err(|_| BadSignature::Timestamp)?;
    let off = now.as_millis().div_euclid(1000).abs_diff(at);
    if off > tolerance.as_secs() { Err(BadSignature::Stale) } else { Ok(()) }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
    const FIVE_MINUTES: Duration = Duration::from_mins(5);

    fn signed<'a>(timestamp: &'a str, body: &'a [u8]) -> Signed<'a> {
        Signed { method: "POST", path: "/v1/messages", timestamp, body }
    }

    /// The expected value is what `openssl dgst -sha256 -hmac opensesame` prints for the same bytes.
    #[test]
    fn a_golden_signature() {
        let value = sign(b"opensesame", &signed("1700000000", b"{}"));
        assert_eq!(value, GOLDEN);
    }

    const GOLDEN: &str = "v1=86eb6e6bb789fa5949ca5acafe678834df273aa4c0b6eb139ce0e69fc5fdec4e";

    #[test]
    fn old_and_altered_requests_are_not_believed() {
        let request = signed("1700000000", b"{}");
        let value = sign(b"opensesame", &request);
        let check = |secret: &[u8], request: &Signed<'_>, value: &str, now: Timestamp| {
            verify(secret, request, value, now, FIVE_MINUTES)
        };
        assert_eq!(check(b"opensesame", &request, &value, NOW), Ok(()));
        assert_eq!(check(b"opensesame", &request, &value, NOW.plus_millis(300_000)), Ok(()));
        let stale = Err(BadSignature::Stale);
        assert_eq!(check(b"opensesame", &request, &value, NOW.plus_millis(301_000)), stale);
        assert_eq!(check(b"opensesame", &request, &value, NOW.plus_millis(-301_000)), stale);
        let mismatch = Err(BadSignature::Mismatch);
        assert_eq!(check(b"other", &request, &value, NOW), mismatch);
        assert_eq!(check(b"opensesame", &signed("1700000001", b"{}"), &value, NOW), mismatch);
        assert_eq!(check(b"opensesame", &Signed { path: "/v2", ..request }, &value, NOW), mismatch);
        assert_eq!(check(b"opensesame", &request, "v1=00", NOW), mismatch);
    }

    proptest! {
        #[test]
        fn any_header_is_refused_without_a_panic(value in ".*", timestamp in ".*", body: Vec<u8>) {
            prop_assert!(verify(b"k", &signed(&timestamp, &body), &value, NOW, FIVE_MINUTES).is_err());
        }

        #[test]
        fn what_is_signed_verifies(secret: Vec<u8>, body: Vec<u8>) {
            let request = signed("1700000000", &body);
            prop_assert_eq!(verify(&secret, &request, &sign(&secret, &request), NOW, FIVE_MINUTES), Ok(()));
        }
    }
}
