//! Keys pressed during a call: telephone events in RTP (RFC 4733 §2.3) and INFO requests, as exchanges send them that
//! listen to the tones themselves.

use super::rtp::Packet;

/// The events 0–15 of RFC 4733 §3.2.
const KEYS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', 'A', 'B', 'C', 'D'];

/// Tells presses from the many packets of one press.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    /// The press that was told last: RTP time and who sends. Packets of one event share both (§2.5.1.2).
    last: Option<(u32, u32)>,
}

impl Keys {
    /// The key, with the first packet of its press.
    pub fn event(&mut self, packet: &Packet<'_>) -> Option<char> {
        let [event, _end_and_volume, _, _, ..] = packet.payload else { return None };
        let key = *KEYS.get(usize::from(*event))?;
        let press = (packet.timestamp, packet.source);
        if self.last == Some(press) {
            return None;
        }
        self.last = Some(press);
        Some(key)
    }
}

/// The key in an INFO request: `application/dtmf-relay` has `Signal=1`, `application/dtmf` the key alone.
pub fn info(content_type: &str, body: &[u8]) -> Option<char> {
    let body = std::str::from_utf8(body).ok()?;
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let text = match kind.as_str() {
        "application/dtmf-relay" => body.lines().find_map(|line| {
            let (name, value) = line.split_once('=')?;
            name.trim().eq_ignore_ascii_case("signal").then(|| value.trim())
        })?,
        "application/dtmf" => body.trim(),
        _ => return None,
    };
    let mut chars = text.chars();
    let key = chars.next()?.to_ascii_uppercase();
    (chars.next().is_none() && KEYS.contains(&key)).then_some(key)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn packet(timestamp: u32, payload: &[u8]) -> Packet<'_> {
        Packet { marker: false, payload_type: 101, sequence: 0, timestamp, source: 7, payload }
    }

    #[test]
    fn a_press_is_told_once_and_the_same_key_again_is_another() {
        let mut keys = Keys::default();
        assert_eq!(keys.event(&packet(100, &[1, 10, 0, 160])), Some('1'));
        assert_eq!(keys.event(&packet(100, &[1, 10, 1, 64])), None);
        assert_eq!(keys.event(&packet(100, &[1, 0x8A, 3, 32])), None);
        assert_eq!(keys.event(&packet(900, &[1, 10, 0, 160])), Some('1'));
        assert_eq!(keys.event(&packet(901, &[16, 10, 0, 160])), None, "a flash is no key");
    }

    #[test]
    fn info_in_both_forms() {
        assert_eq!(info("application/dtmf-relay", b"Signal=1\r\nDuration=160\r\n"), Some('1'));
        assert_eq!(info("application/dtmf-relay", b"Signal= 2\nDuration=160"), Some('2'));
        assert_eq!(info("application/dtmf; charset=utf-8", b"#"), Some('#'));
        assert_eq!(info("application/dtmf", b"12"), None);
        assert_eq!(info("text/plain", b"1"), None);
    }

    proptest! {
        #[test]
        fn any_bytes_do_not_panic(body: Vec<u8>, kind in "application/dtmf(-relay)?") {
            let _ = info(&kind, &body);
            let _ = Keys::default().event(&packet(1, &body));
        }
    }
}
