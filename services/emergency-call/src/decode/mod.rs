//! What devices say, as pure functions: bytes in, signals and the protocol's own answer out. No I/O, no clock, no panic.
//!
//! | protocol | module | its repetition is known by |
//! | --- | --- | --- |
//! | SCAIP, TS 50134-9 | [`scaip`] | `ref` |
//! | JT/T 808 | [`jt808`] | time and serial number |
//! | elder's GPS watch | [`watch`] | time in the alarm |
//! | LoRaWAN uplinks (ChirpStack, The Things Stack) of a Milesight button | [`uplink`], [`milesight`] | DevEUI and frame counter |
//! | vendor clouds, signed | [`webhook`] | `id` |
//! | MQTT topics of devices | [`topic`] | `id` in the payload |
//!
//! Garbage is refused with a reason that is counted. What can be recognised as an alarm is an alarm, even of a device
//! nobody knows and with half of its fields missing.

pub mod jt808;
pub mod milesight;
pub mod scaip;
pub mod sip;
pub mod time;
pub mod topic;
pub mod uplink;
pub mod watch;
pub mod webhook;

use domain::id::DeviceId;

/// The largest frame of any protocol, in bytes.
pub const MAX_FRAME: usize = 16 * 1024;

/// Why a frame is not understood; its name is the metric's label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Garbage {
    /// Longer than the protocol allows.
    #[error("longer than the protocol allows")]
    TooLong,
    /// It ends too early.
    #[error("it ends too early")]
    Truncated,
    /// The checksum is wrong.
    #[error("the checksum is wrong")]
    Checksum,
    /// Not of the protocol's form.
    #[error("not of the protocol's form")]
    Syntax,
    /// Not text of the promised encoding.
    #[error("not text of the promised encoding")]
    Encoding,
    /// Something indispensable is missing.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A value that cannot be.
    #[error("{0} has a value that cannot be")]
    Value(&'static str),
    /// Of a kind that is not spoken here.
    #[error("of a kind that is not spoken here")]
    Unsupported,
    /// Not signed, or with another key.
    #[error("not signed, or signed with another key")]
    Signature,
    /// Signed too long ago, or in the future.
    #[error("signed too long ago, or in the future")]
    Replayed,
}

impl Garbage {
    /// The reason as metrics have it.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::TooLong => "too_long",
            Self::Truncated => "truncated",
            Self::Checksum => "checksum",
            Self::Syntax => "syntax",
            Self::Encoding => "encoding",
            Self::Missing(_) => "missing",
            Self::Value(_) => "value",
            Self::Unsupported => "unsupported",
            Self::Signature => "signature",
            Self::Replayed => "replayed",
        }
    }
}

/// The device's id in the house: the protocol, and the device's own name in the alphabet of ids. A name with other
/// characters, or a long one, keeps what is legible and gets a hash, so that two devices never share an id by that.
pub fn device_id(protocol: &str, name: &str) -> Option<DeviceId> {
    let name = name.trim();
    if name.is_empty() {
        return None;
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let room = domain::id::MAX_ID_LENGTH.saturating_sub(protocol.len() + 1);
    let text = if name.chars().all(plain) && name.len() <= room {
        format!("{protocol}-{name}")
    } else {
        let legible: String = name.chars().filter(|c| plain(*c)).take(room.saturating_sub(17)).collect();
        format!("{protocol}-{legible}-{:016x}", fnv1a(name.as_bytes()))
    };
    DeviceId::new(text).ok()
}

/// FNV-1a, 64 bits: stable for ever, unlike the standard library's hasher.
pub fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// A key of at most 64 characters: longer ones are hashed.
fn key(text: &str) -> Option<String> {
    let text = text.trim();
    match text.len() {
        0 => None,
        1..=64 => Some(text.to_owned()),
        _ => Some(format!("h-{:016x}", fnv1a(text.as_bytes()))),
    }
}

/// `48656c6c6f` as bytes; for tests and network servers that write hexadecimal.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.chars().map(|c| c.to_digit(16).map(|d| d as u8)).collect::<Option<_>>()?;
    let pairs = digits.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    Some(pairs.filter_map(|pair| Some((pair.first()? << 4) | pair.get(1)?)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_of_odd_names_do_not_share_an_id() {
        assert_eq!(device_id("scaip", "26317").unwrap().as_str(), "scaip-26317");
        let (a, b) = (device_id("w", "王.1").unwrap(), device_id("w", "李.1").unwrap());
        assert_ne!(a, b);
        let long = "x".repeat(200);
        assert_ne!(device_id("w", &long), device_id("w", &format!("{long}y")));
        assert_eq!(device_id("w", "  "), None);
    }

    #[test]
    fn hexadecimal() {
        assert_eq!(unhex("00fF"), Some(vec![0, 255]));
        assert_eq!(unhex("0"), None);
        assert_eq!(unhex("zz"), None);
    }
}
