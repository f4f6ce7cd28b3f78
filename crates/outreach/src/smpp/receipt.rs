//! Reads a `deliver_sm` that reports on a message: by its optional parameters (§5.3.2.12, §5.3.2.35), or by the text
//! that most centres write (Appendix B): `id:IIIIIIIIII sub:SSS dlvrd:DDD … stat:DDDDDDD err:E text:…`.

use super::{
    pdu::{ShortMessage, tag},
    text,
};
use crate::{Channel, Delivery, Receipt};

/// The message type "delivery receipt" in `esm_class` (§5.2.12).
const RECEIPT: u8 = 0x04;
/// The bits of the message type.
const TYPE: u8 = 0x3C;
/// A user data header stands in front of the text.
const HEADER: u8 = 0x40;

/// The receipt, if the message is one.
pub fn read(message: &ShortMessage) -> Option<Receipt> {
    if message.esm_class & TYPE != RECEIPT {
        return None;
    }
    let bytes = message.tlv(tag::MESSAGE_PAYLOAD).unwrap_or(&message.short_message);
    let report = String::from_utf8_lossy(bytes);
    let by_tlv = message.tlv(tag::RECEIPTED_MESSAGE_ID).map(|id| {
        let id = id.split(|byte| *byte == 0).next().unwrap_or_default();
        String::from_utf8_lossy(id).into_owned()
    });
    let reference = by_tlv.or_else(|| field(&report, "id:").map(str::to_owned))?;
    let state = message.tlv(tag::MESSAGE_STATE).and_then(|state| state.first().copied());
    let word = state.map(word_of).or_else(|| field(&report, "stat:"))?;
    let delivery = match word {
        "DELIVRD" => Delivery::Delivered,
        "ENROUTE" | "ACCEPTD" => Delivery::OnItsWay,
        // EXPIRED, DELETED, UNDELIV, REJECTD, UNKNOWN and whatever a carrier adds.
        _ => Delivery::Failed,
    };
    let error = field(&report, "err:").unwrap_or("-");
    let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).take(16).collect::<String>();
    let code = format!("{} {}", plain(word), plain(error));
    let reference: String = reference.chars().take(65).collect();
    (!reference.is_empty()).then_some(Receipt { channel: Channel::SmsSmpp, reference, delivery, code })
}

/// §5.2.28.
const fn word_of(state: u8) -> &'static str {
    match state {
        1 => "ENROUTE",
        2 => "DELIVRD",
        3 => "EXPIRED",
        4 => "DELETED",
        5 => "UNDELIV",
        6 => "ACCEPTD",
        8 => "REJECTD",
        _ => "UNKNOWN",
    }
}

/// The word behind a key. Keys are looked for where a word begins, in any case: centres differ.
fn field<'a>(report: &'a str, key: &str) -> Option<&'a str> {
    report.split_whitespace().find_map(|word| {
        let start = word.get(..key.len())?;
        start.eq_ignore_ascii_case(key).then(|| word.get(key.len()..)).flatten()
    })
}

/// The text of an ordinary message from a phone.
pub fn words(message: &ShortMessage) -> String {
    let mut bytes = message.tlv(tag::MESSAGE_PAYLOAD).unwrap_or(&message.short_message);
    if message.esm_class & HEADER != 0 {
        let length = bytes.first().map_or(0, |length| usize::from(*length) + 1);
        bytes = bytes.get(length..).unwrap_or_default();
    }
    match message.data_coding & 0x0F {
        8 => text::decode(bytes),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn message(text: &str) -> ShortMessage {
        ShortMessage {
            esm_class: RECEIPT,
            short_message: text.as_bytes().to_vec(),
            ..ShortMessage::default()
        }
    }

    /// The form of Appendix B.
    #[test]
    fn the_text_of_appendix_b_reads() {
        let report = "id:0123456789 sub:001 dlvrd:001 submit date:2611271030 done date:2611271031 stat:DELIVRD \
                      err:000 text:Hello";
        let receipt = read(&message(report)).unwrap();
        assert_eq!(receipt.reference, "0123456789");
        assert_eq!((receipt.delivery, receipt.code.as_str()), (Delivery::Delivered, "DELIVRD 000"));
        let failed = read(&message("id:7 stat:UNDELIV err:027")).unwrap();
        assert_eq!((failed.delivery, failed.code.as_str()), (Delivery::Failed, "UNDELIV 027"));
        assert!(read(&message("no receipt at all")).is_none());
        assert!(read(&ShortMessage { esm_class: 0, ..message(report) }).is_none());
    }

    #[test]
    fn parameters_go_before_the_text() {
        let mut told = message("id:7 stat:UNDELIV err:000");
        told.tlvs = vec![(tag::RECEIPTED_MESSAGE_ID, b"abc\0".to_vec()), (tag::MESSAGE_STATE, vec![2])];
        let receipt = read(&told).unwrap();
        assert_eq!((receipt.reference.as_str(), receipt.delivery), ("abc", Delivery::Delivered));
    }

    proptest! {
        #[test]
        fn any_text_does_not_panic(text in ".*", coding: u8, class: u8) {
            let message = ShortMessage { data_coding: coding, esm_class: class, ..message(&text) };
            read(&message);
            words(&message);
        }
    }
}
