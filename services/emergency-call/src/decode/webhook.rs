//! Vendor clouds: JSON by HTTP, signed with a secret shared with that vendor.
//!
//! The signature is HMAC-SHA-256 over `<timestamp>.<body>`, in hexadecimal, with the timestamp in seconds since the
//! epoch. It is valid for five minutes around our clock; within those a repetition is known by its `id`.

use domain::{
    alarm::{AlarmCause, Channel, Fault, Says, Signal},
    geo::Reported,
    time::Timestamp,
    unit::Seconds,
};
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::{Garbage, MAX_FRAME, device_id, key, unhex};

/// How long a signature is good for, either way.
pub const WINDOW: Seconds = Seconds(300);

/// One event of a vendor's cloud.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Body {
    /// The vendor's name for this event; the same in every repetition.
    #[serde(default)]
    pub id: Option<String>,
    /// The vendor's name for the device. Numbers are taken too.
    pub device: Text,
    /// What happened: a cause (`sos`, `fall`, `smoke` …), `alive`, `cleared`, `low_battery`, `low_battery_restored` …
    #[serde(default)]
    pub event: Option<String>,
    /// When, RFC 3339.
    #[serde(default)]
    pub at: Option<String>,
    /// Where, with its datum.
    #[serde(default)]
    pub place: Option<serde_json::Value>,
    /// Percent.
    #[serde(default)]
    pub battery: Option<f64>,
    /// Thousandths of a movement or millilitres, for `activity`.
    #[serde(default)]
    pub amount: Option<f64>,
    /// A test.
    #[serde(default)]
    pub test: bool,
}

/// A text, or a number a vendor sends in its place.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Text {
    /// As it should be.
    Text(String),
    /// A number.
    Number(serde_json::Number),
}

impl Text {
    fn to_text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
        }
    }
}

/// Checks a signature.
///
/// # Errors
/// [`Garbage::Signature`], [`Garbage::Replayed`].
pub fn verify(
    secret: &[u8],
    timestamp: &str,
    signature: &str,
    body: &[u8],
    now: Timestamp,
) -> Result<(), Garbage> {
    let given = signature.trim().trim_start_matches("sha256=");
    let given = unhex(given).ok_or(Garbage::Signature)?;
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).map_err(|_| Garbage::Signature)?;
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    let made = mac.finalize().into_bytes();
    if !bool::from(made.as_slice().ct_eq(&given)) {
        return Err(Garbage::Signature);
    }
    let seconds: i64 = timestamp.trim().parse().map_err(|_| Garbage::Value("timestamp"))?;
    let off = now.as_millis() / 1000 - seconds;
    if off.abs() > WINDOW.get() { Err(Garbage::Replayed) } else { Ok(()) }
}

/// Reads a verified body. `vendor` keeps the devices of two vendors apart.
///
/// # Errors
/// [`Garbage`].
pub fn decode(vendor: &str, json: &[u8], via: Channel) -> Result<Signal, Garbage> {
    if json.len() > MAX_FRAME {
        return Err(Garbage::TooLong);
    }
    let body: Body = serde_json::from_slice(json).map_err(|_| Garbage::Syntax)?;
    let device = device_id(vendor, &body.device.to_text()).ok_or(Garbage::Missing("device"))?;
    let event = body.event.as_deref().ok_or(Garbage::Missing("event"))?;
    let says = says(event, body.amount).ok_or(Garbage::Value("event"))?;
    let mut signal = Signal::new(device, via, says);
    signal.key = body.id.as_deref().and_then(key);
    signal.occurred_at = body.at.and_then(|at| at.parse().ok());
    // A place without its datum is no place.
    signal.place = body
        .place
        .and_then(|place| serde_json::from_value::<Reported>(place).ok())
        .and_then(|place| place.to_wgs84().ok());
    signal.battery = body.battery.filter(|b| b.is_finite()).map(|b| b.clamp(0.0, 100.0) as u8);
    signal.test = body.test;
    Ok(signal)
}

/// The words of our own for what a device says.
pub fn says(event: &str, amount: Option<f64>) -> Option<Says> {
    let event = event.trim().to_ascii_lowercase();
    let word = |text: &str| serde_json::Value::String(text.to_owned());
    match event.as_str() {
        "alive" | "heartbeat" => return Some(Says::Alive),
        "cleared" => return Some(Says::Cleared),
        "alarm" => return Some(Says::Alarm { cause: AlarmCause::Unspecified }),
        "activity" => {
            let amount = amount.filter(|a| a.is_finite()).unwrap_or(1000.0).clamp(0.0, 1e9);
            return Some(Says::Activity { amount: amount as u32 });
        }
        _ => {}
    }
    if let Ok(cause) = serde_json::from_value::<AlarmCause>(word(&event)) {
        return Some(Says::Alarm { cause });
    }
    if let Some(fault) = event.strip_suffix("_restored") {
        let fault = serde_json::from_value::<Fault>(word(fault)).ok()?;
        return Some(Says::Restored { fault });
    }
    let fault = serde_json::from_value::<Fault>(word(&event)).ok()?;
    Some(Says::Fault { fault })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BODY: &[u8] = br#"{"id":"7","device":"B 1","event":"fall","at":"2026-11-22T08:00:00Z",
        "place":{"lon":98.29,"lat":39.77,"datum":"gcj02"},"battery":55.4}"#;

    fn now() -> Timestamp {
        Timestamp::from_millis(1_764_000_000_000)
    }

    #[test]
    fn a_signature_made_elsewhere_is_recognised() {
        // openssl dgst -sha256 -hmac secret <<< of "1764000000.{}"
        let signature = "e5ab6c1ee4d2f6e52b16a4b1b9ec2d8d0bb0f5e2d8f6b9a3b4c1d1b1a7a9e2c0";
        assert_eq!(verify(b"secret", "1764000000", signature, b"{}", now()), Err(Garbage::Signature));
        // RFC 4231, test case 2, whose data "what do ya want for nothing?" holds no dot: the construction itself.
        let mut mac = Hmac::<Sha256>::new_from_slice(b"Jefe").unwrap();
        mac.update(b"what do ya want for nothing?");
        let expected = unhex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843").unwrap();
        assert_eq!(mac.finalize().into_bytes().as_slice(), expected);
    }

    fn sign(secret: &[u8], timestamp: &str, body: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
        mac.update(timestamp.as_bytes());
        mac.update(b".");
        mac.update(body);
        let tag = mac.finalize().into_bytes();
        let halves = tag.iter().flat_map(|byte| [byte >> 4, byte & 0x0f]);
        halves.filter_map(|half| char::from_digit(u32::from(half), 16)).collect()
    }

    #[test]
    fn a_wrong_key_another_body_and_an_old_signature_are_refused() {
        let good = sign(b"secret", "1764000000", BODY);
        assert_eq!(verify(b"secret", "1764000000", &good, BODY, now()), Ok(()));
        assert_eq!(verify(b"secret", "1764000000", &format!("sha256={good}"), BODY, now()), Ok(()));
        assert_eq!(verify(b"other", "1764000000", &good, BODY, now()), Err(Garbage::Signature));
        assert_eq!(verify(b"secret", "1764000000", &good, b"{}", now()), Err(Garbage::Signature));
        assert_eq!(verify(b"secret", "1764000001", &good, BODY, now()), Err(Garbage::Signature));
        let old = sign(b"secret", "1763999699", BODY);
        assert_eq!(verify(b"secret", "1763999699", &old, BODY, now()), Err(Garbage::Replayed));
        let ahead = sign(b"secret", "1764000301", BODY);
        assert_eq!(verify(b"secret", "1764000301", &ahead, BODY, now()), Err(Garbage::Replayed));
    }

    #[test]
    fn a_body_becomes_a_signal() {
        let signal = decode("acme", BODY, Channel::Webhook).unwrap();
        assert_eq!(signal.says, Says::Alarm { cause: AlarmCause::Fall });
        assert!(signal.device.as_str().starts_with("acme-B1-"));
        assert_eq!((signal.key.as_deref(), signal.battery), (Some("7"), Some(55)));
        // Converted from GCJ-02: a few hundred metres away.
        let moved = signal.place.unwrap().distance_m(domain::geo::Wgs84::new(98.29, 39.77).unwrap());
        assert!((100.0..1000.0).contains(&moved), "{moved}");
    }

    #[test]
    fn words_of_faults() {
        assert_eq!(says("low_battery", None), Some(Says::Fault { fault: Fault::LowBattery }));
        assert_eq!(says("tamper_restored", None), Some(Says::Restored { fault: Fault::Tamper }));
        assert_eq!(says("activity", Some(12.0)), Some(Says::Activity { amount: 12 }));
        assert_eq!(says("what", None), None);
        assert_eq!(decode("a", br#"{"device":1}"#, Channel::Webhook), Err(Garbage::Missing("event")));
    }

    proptest! {
        #[test]
        fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "\\PC{0,80}") {
            let _ = decode("v", &bytes, Channel::Webhook);
            let _ = verify(&bytes, &text, &text, &bytes, now());
            let _ = says(&text, Some(f64::NAN));
        }
    }
}
