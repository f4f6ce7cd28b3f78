//! Packets of sound and keys (RFC 3550 §5.1).

/// One packet's parts that matter here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet<'a> {
    /// Begins a spurt of speech, or an event.
    pub marker: bool,
    /// What the payload is.
    pub payload_type: u8,
    /// Counts packets.
    pub sequence: u16,
    /// Counts samples; all packets of one key press have the same.
    pub timestamp: u32,
    /// Who sends.
    pub source: u32,
    /// The sound, or the key.
    pub payload: &'a [u8],
}

impl<'a> Packet<'a> {
    /// Reads a datagram; `None` if it is none of RTP version 2.
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let [first, second, rest @ ..] = bytes else { return None };
        if first >> 6 != 2 {
            return None;
        }
        let sequence = u16::from_be_bytes(rest.get(0..2)?.try_into().ok()?);
        let timestamp = u32::from_be_bytes(rest.get(2..6)?.try_into().ok()?);
        let source = u32::from_be_bytes(rest.get(6..10)?.try_into().ok()?);
        let mut payload = rest.get(10 + usize::from(first & 0x0F) * 4..)?;
        if first & 0x10 != 0 {
            let words = u16::from_be_bytes(payload.get(2..4)?.try_into().ok()?);
            payload = payload.get(4 + usize::from(words) * 4..)?;
        }
        if first & 0x20 != 0 {
            let padding = usize::from(*payload.last()?);
            payload = payload.get(..payload.len().checked_sub(padding)?)?;
        }
        let (marker, payload_type) = (second & 0x80 != 0, second & 0x7F);
        Some(Self { marker, payload_type, sequence, timestamp, source, payload })
    }

    /// The bytes on the wire.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![0x80, (u8::from(self.marker) << 7) | (self.payload_type & 0x7F)];
        bytes.extend(self.sequence.to_be_bytes());
        bytes.extend(self.timestamp.to_be_bytes());
        bytes.extend(self.source.to_be_bytes());
        bytes.extend(self.payload);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn contributors_extension_and_padding_are_passed_over() {
        let mut bytes = vec![0x80 | 0x20 | 0x10 | 1, 8, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
        bytes.extend([9; 4]);
        bytes.extend([0xBE, 0xDE, 0, 1, 7, 7, 7, 7]);
        bytes.extend([0xD5, 0xD5, 0, 2]);
        assert_eq!(Packet::parse(&bytes).unwrap().payload, [0xD5, 0xD5]);
    }

    proptest! {
        #[test]
        fn any_bytes_do_not_panic(bytes: Vec<u8>) {
            let _ = Packet::parse(&bytes);
        }

        #[test]
        fn what_is_written_reads_back(
            marker: bool, payload_type in 0_u8..128, sequence: u16, timestamp: u32, source: u32, payload: Vec<u8>,
        ) {
            let packet = Packet { marker, payload_type, sequence, timestamp, source, payload: &payload };
            let bytes = packet.encode();
            prop_assert_eq!(Packet::parse(&bytes), Some(packet));
        }
    }
}
