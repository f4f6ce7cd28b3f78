use domain::alarm::AlarmCause;
use proptest::prelude::*;

use super::*;
use crate::decode::unhex;

/// Splits a stream that holds one frame.
fn one(hex: &str) -> Vec<u8> {
    let mut frames = Vec::new();
    Splitter::default().push(&unhex(hex).unwrap(), &mut frames);
    assert_eq!(frames.len(), 1, "{hex}");
    frames.remove(0).unwrap()
}

// Frames of the tests of open implementations not written here (go-jt808, xtream-codec).
const HEARTBEAT_2013: &str = "7e0002000001234567890100008a7e";
const ANSWER_2013: &str = "7e8001000501234567890100007fff0002008e7e";
const SOS_BATCH_2019: &str = "7e0704403f01000000000139123443290000000200001c000000010000000101d907f2073d336c029a00210059241029213903001c000000010000000101d907f3073d336d03090043005a241029213903f87e";
const SOS_2019: &str = "7e02004026010000000001391234432900000000006f0000001601dc9a0707456246007b004200032501292233440202006401040000000c417e";

#[test]
fn a_heartbeat_is_answered_in_the_words_of_the_standard() {
    let message = decode(&one(HEARTBEAT_2013)).unwrap();
    assert_eq!(message.signals.len(), 1);
    assert_eq!(message.signals[0].says, Says::Alive);
    assert_eq!(message.signals[0].device.as_str(), "jt-12345678901");
    // The published answer replies to serial 0x7fff with the platform's serial 0.
    let header = Header { serial: 0x7fff, ..message.header };
    assert_eq!(answer(&header, Verdict::Ok, 0).unwrap(), unhex(ANSWER_2013).unwrap());
}

#[test]
fn the_button_is_bit_zero() {
    let message = decode(&one(SOS_2019)).unwrap();
    let sos = &message.signals[0];
    assert_eq!(sos.alarm(), Some(AlarmCause::Sos));
    assert_eq!(sos.device.as_str(), "jt-13912344329");
    assert_eq!(sos.occurred_at.unwrap().to_string(), "2025-01-29T14:33:44.000Z");
    assert!(sos.key.as_deref().unwrap().ends_with("-0"));
    let place = sos.place.unwrap();
    // Its status word says south.
    assert!((place.lat() + 31.234_567).abs() < 1e-6 && (place.lon() - 121.987_654).abs() < 1e-6, "{place:?}");
}

#[test]
fn every_position_of_a_batch_counts() {
    let message = decode(&one(SOS_BATCH_2019)).unwrap();
    assert_eq!(message.signals.len(), 2);
    assert!(message.signals.iter().all(|s| s.alarm() == Some(AlarmCause::Sos)));
    let lat = message.signals[0].place.unwrap().lat();
    assert!((lat - 31.000_562).abs() < 1e-9, "{lat}");
    let answered = answer(&message.header, Verdict::Ok, 1).unwrap();
    let again = Header::read(&answered[1..answered.len() - 1]).unwrap().0;
    assert_eq!((again.message, again.version), (0x8001, Some(1)));
}

#[test]
fn a_wrong_checksum_and_a_short_frame_have_their_reasons() {
    let mut frame = one(HEARTBEAT_2013);
    *frame.last_mut().unwrap() ^= 1;
    assert_eq!(decode(&frame).unwrap_err().0, Garbage::Checksum);
    assert_eq!(decode(&[]).unwrap_err().0, Garbage::Truncated);
    assert_eq!(decode(&[0]).unwrap_err().0, Garbage::Truncated);
}

#[test]
fn a_stuttering_terminal_is_understood() {
    let mut bytes = vec![0x00, 0x7e, 0x7e];
    bytes.extend(unhex(HEARTBEAT_2013).unwrap());
    // The next frame shares the delimiter.
    bytes.extend(&unhex(HEARTBEAT_2013).unwrap()[1..]);
    let mut frames = Vec::new();
    let mut splitter = Splitter::default();
    for byte in bytes {
        splitter.push(&[byte], &mut frames);
    }
    let good = frames.iter().flatten().filter(|f| decode(f).is_ok()).count();
    assert_eq!(good, 2, "{frames:x?}");
}

proptest! {
    #[test]
    fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut frames = Vec::new();
        Splitter::default().push(&bytes, &mut frames);
        for frame in frames.iter().flatten() {
            let _ = decode(frame);
        }
        let _ = decode(&bytes);
    }

    #[test]
    fn a_body_of_any_bytes_with_the_right_checksum_never_panics(
        message in prop::sample::select(vec![0x0002u16, 0x0200, 0x0704, 0x0100, 0x0102]),
        body in prop::collection::vec(any::<u8>(), 0..120),
    ) {
        let (header, _) = Header::read(&one(SOS_2019)).unwrap();
        let encoded = encode(&header, message, 7, &body);
        let mut frames = Vec::new();
        Splitter::default().push(&encoded, &mut frames);
        prop_assert_eq!(frames.len(), 1);
        let frame = frames.remove(0).unwrap();
        let decoded = decode(&frame);
        if message == 0x0200 && body.len() >= 8 && body[3] & 1 == 1 {
            prop_assert!(decoded.unwrap().signals.iter().any(|s| s.alarm().is_some()));
        }
    }

    #[test]
    fn escaping_is_undone(body in prop::collection::vec(prop::sample::select(vec![0x7du8, 0x7e, 0x01, 0x02, 0x00]), 0..60)) {
        let (header, _) = Header::read(&one(HEARTBEAT_2013)).unwrap();
        let encoded = encode(&header, 0x0900, 1, &body);
        prop_assert!(!encoded[1..encoded.len() - 1].contains(&0x7e));
        let mut frames = Vec::new();
        Splitter::default().push(&encoded, &mut frames);
        let frame = frames.remove(0).unwrap();
        prop_assert_eq!(Header::read(&frame).unwrap().1, &body[..]);
    }
}
