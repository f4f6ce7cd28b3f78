//! The two laws of ITU-T G.711, by which every telephone exchange carries speech: 8 000 samples a second, 8 bits each.

/// Which law.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Law {
    /// A-law: China, Europe. RTP payload type 8 (RFC 3551 §6).
    A,
    /// μ-law: North America, Japan. RTP payload type 0.
    Mu,
}

impl Law {
    /// RTP's static payload type.
    pub const fn payload_type(self) -> u8 {
        match self {
            Self::A => 8,
            Self::Mu => 0,
        }
    }

    /// One sample, compressed.
    pub const fn encode(self, sample: i16) -> u8 {
        match self {
            Self::A => encode_a(sample),
            Self::Mu => encode_mu(sample),
        }
    }

    /// One sample, as loud as it was within the law's steps.
    pub const fn decode(self, byte: u8) -> i16 {
        match self {
            Self::A => decode_a(byte),
            Self::Mu => decode_mu(byte),
        }
    }

    /// What silence is.
    pub const fn silence(self) -> u8 {
        self.encode(0)
    }
}

const fn encode_a(sample: i16) -> u8 {
    // 13 bits, sign and magnitude; even bits inverted on the line.
    let (sign, magnitude) = if sample >= 0 { (0x80, sample >> 3) } else { (0, -(sample >> 3) - 1) };
    let magnitude = magnitude as u16;
    let byte = if magnitude < 32 {
        (magnitude >> 1) as u8
    } else {
        let segment = 11 - magnitude.leading_zeros() as u8;
        (segment << 4) | ((magnitude >> segment) & 0x0F) as u8
    };
    (byte | sign) ^ 0x55
}

const fn decode_a(byte: u8) -> i16 {
    let byte = byte ^ 0x55;
    let segment = (byte >> 4) & 7;
    let steps = ((byte & 0x0F) as i16) << 4;
    let magnitude = match segment {
        0 => steps + 8,
        segment => (steps + 0x108) << (segment - 1),
    };
    if byte & 0x80 == 0 { -magnitude } else { magnitude }
}

/// Added before compression so that the segments begin at powers of two.
const BIAS: i32 = 0x84;

const fn encode_mu(sample: i16) -> u8 {
    let (sign, magnitude) = if sample < 0 { (0x80_u8, -(sample as i32)) } else { (0, sample as i32) };
    let magnitude = if magnitude > 32_635 { 32_635 } else { magnitude } + BIAS;
    let segment = 24 - magnitude.leading_zeros() as i32;
    let steps = (magnitude >> (segment + 3)) & 0x0F;
    !(sign | ((segment as u8) << 4) | steps as u8)
}

const fn decode_mu(byte: u8) -> i16 {
    let byte = !byte;
    let segment = (byte >> 4) & 7;
    let magnitude = (((((byte & 0x0F) as i32) << 3) + BIAS) << segment) - BIAS;
    if byte & 0x80 == 0 { magnitude as i16 } else { -magnitude as i16 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Values of the tables in G.711: silence, the smallest steps, the loudest.
    #[test]
    fn known_values() {
        assert_eq!((Law::A.silence(), Law::Mu.silence()), (0xD5, 0xFF));
        assert_eq!((Law::A.encode(i16::MAX), Law::A.encode(i16::MIN)), (0xAA, 0x2A));
        assert_eq!((Law::Mu.encode(i16::MAX), Law::Mu.encode(i16::MIN)), (0x80, 0x00));
        assert_eq!((Law::A.decode(0xAA), Law::Mu.decode(0x80)), (32_256, 32_124));
        assert_eq!((Law::A.decode(0xD5), Law::Mu.decode(0xFF)), (8, 0));
    }

    #[test]
    fn every_byte_means_what_it_is_written_as() {
        for law in [Law::A, Law::Mu] {
            for byte in 0..=u8::MAX {
                // μ-law has two zeros.
                let again = law.encode(law.decode(byte));
                assert!(again == byte || (law == Law::Mu && byte == 0x7F), "{law:?} {byte:#x} {again:#x}");
            }
        }
    }

    proptest! {
        #[test]
        fn a_sample_comes_back_within_a_step(sample: i16) {
            for law in [Law::A, Law::Mu] {
                let off = (i32::from(law.decode(law.encode(sample))) - i32::from(sample)).abs();
                // A step is a sixteenth of its segment; the top is clipped.
                prop_assert!(off <= i32::from(sample).abs() / 16 + 16, "{law:?} {sample} {off}");
            }
        }
    }
}
