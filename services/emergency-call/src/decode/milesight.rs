//! Milesight WS101 smart button: channel, type, value (Milesight's published payload definition).
//!
//! `01 75 <battery %>`, `FF 2E <1 short | 2 long | 3 double>`. The payload numbers nothing; the frame counter does.

use domain::alarm::{AlarmCause, Says};

use super::Garbage;

/// What a payload holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Payload {
    /// Battery in percent.
    pub battery: Option<u8>,
    /// A press, however long.
    pub pressed: bool,
}

/// Channels of the device's own description (version, serial number …), by type, with the length of their values.
const BASIC: [(u8, usize); 9] =
    [(0x01, 1), (0x08, 6), (0x09, 2), (0x0a, 2), (0x0b, 1), (0x0f, 1), (0x16, 8), (0xfe, 1), (0xff, 2)];

/// Reads a payload. What follows an unknown channel cannot be read, but what came before counts.
///
/// # Errors
/// [`Garbage`] when nothing of it was understood.
pub fn decode(bytes: &[u8]) -> Result<Payload, Garbage> {
    let mut payload = Payload::default();
    let mut understood = false;
    let mut rest = bytes;
    loop {
        rest = match rest {
            [0x01, 0x75, battery, rest @ ..] => {
                payload.battery = Some((*battery).min(100));
                understood = true;
                rest
            }
            // Any value on the button's channel is a press: a new firmware's fourth kind too.
            [0xff, 0x2e, _, rest @ ..] => {
                payload.pressed = true;
                understood = true;
                rest
            }
            [0xff, kind, rest @ ..] => {
                let known = BASIC.iter().find(|(k, _)| k == kind).and_then(|(_, length)| rest.get(*length..));
                let Some(rest) = known else { break };
                understood = true;
                rest
            }
            _ => break,
        };
    }
    if understood {
        Ok(payload)
    } else if bytes.len() < 3 {
        Err(Garbage::Truncated)
    } else {
        Err(Garbage::Unsupported)
    }
}

impl Payload {
    /// What it says: a press calls for help, everything else is a sign of life.
    pub const fn says(&self) -> Says {
        if self.pressed { Says::Alarm { cause: AlarmCause::Sos } } else { Says::Alive }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::decode::unhex;

    fn read(hex: &str) -> Result<Payload, Garbage> {
        decode(&unhex(hex).unwrap())
    }

    #[test]
    fn the_frames_of_the_manual() {
        assert_eq!(read("017510FF2E01"), Ok(Payload { battery: Some(16), pressed: true }));
        assert_eq!(read("017564"), Ok(Payload { battery: Some(100), pressed: false }));
        assert_eq!(read("FF0BFFFF0101FF166136C40091605408FF090300FF0A0101FF0F00"), Ok(Payload::default()));
    }

    #[test]
    fn a_press_before_the_unreadable_counts() {
        assert!(read("FF2E03AABBCC").unwrap().pressed);
        assert_eq!(read("AABBCC"), Err(Garbage::Unsupported));
        assert_eq!(read(""), Err(Garbage::Truncated));
    }

    proptest! {
        #[test]
        fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = decode(&bytes);
        }
    }
}
