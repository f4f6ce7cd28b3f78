//! A text as parts of a short message. Always UCS-2 (`data_coding` 8): the texts are Chinese, and one rule for all is
//! one thing less to go wrong. A part has 70 units, or 67 behind a concatenation header (3GPP TS 23.040 §9.2.3.24.1).

/// Units of UTF-16 in a message of one part.
const WHOLE: usize = 70;
/// Units in each part of several.
const PART: usize = 67;
/// More parts are refused: carriers drop them.
pub const MAX_PARTS: usize = 10;

/// The text as big-endian UTF-16, what phones take UCS-2 for.
pub fn encode(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

/// Reads what [`encode`] writes; what is no text becomes U+FFFD.
pub fn decode(bytes: &[u8]) -> String {
    let units = bytes.chunks(2).map(|pair| match pair {
        [high, low] => u16::from_be_bytes([*high, *low]),
        _ => 0xFFFD,
    });
    char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// The parts of a text, without headers; none cuts a character in two. `None` if there are more than [`MAX_PARTS`].
pub fn parts(text: &str) -> Option<Vec<Vec<u8>>> {
    if text.encode_utf16().count() <= WHOLE {
        return Some(vec![encode(text)]);
    }
    let mut parts: Vec<Vec<u8>> = vec![Vec::new()];
    for character in text.chars() {
        let mut units = [0; 2];
        let bytes: Vec<u8> =
            character.encode_utf16(&mut units).iter().flat_map(|unit| unit.to_be_bytes()).collect();
        match parts.last_mut() {
            Some(part) if part.len() + bytes.len() <= PART * 2 => part.extend(bytes),
            _ => parts.push(bytes),
        }
    }
    (parts.len() <= MAX_PARTS).then_some(parts)
}

/// The header in front of part `number` of `total`, both from 1: user data header with an 8-bit reference.
pub const fn header(reference: u8, total: u8, number: u8) -> [u8; 6] {
    [5, 0, 3, reference, total, number]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn seventy_characters_are_one_part_and_one_more_are_two() {
        assert_eq!(parts(&"急".repeat(70)).unwrap().len(), 1);
        assert_eq!(parts(&"急".repeat(71)).unwrap().len(), 2);
        assert_eq!(parts(&"急".repeat(670)).unwrap().len(), 10);
        assert!(parts(&"急".repeat(671)).is_none());
        assert_eq!(encode("急A"), [0x60, 0x25, 0x00, 0x41]);
    }

    proptest! {
        #[test]
        fn parts_put_together_are_the_text(text in "[急救a-z🚑]{0,300}") {
            let parts = parts(&text).unwrap();
            prop_assert!(parts.len() == 1 || parts.iter().all(|part| part.len() <= PART * 2));
            // Each part reads by itself: no character was cut.
            let whole: String = parts.iter().map(|part| decode(part)).collect();
            prop_assert_eq!(whole, text);
        }

        #[test]
        fn any_bytes_do_not_panic(bytes: Vec<u8>) {
            decode(&bytes);
        }
    }
}
