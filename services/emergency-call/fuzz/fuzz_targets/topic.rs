//! MQTT topics and payloads, separated by the first zero.
#![no_main]
#![allow(dead_code, missing_docs, reason = "only some of the decoders are fuzzed by each target")]

#[path = "../../src/decode/mod.rs"]
mod decode;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let at = data.iter().position(|byte| *byte == 0).unwrap_or(data.len());
    let (topic, payload) = data.split_at(at);
    let _ = decode::topic::decode(&String::from_utf8_lossy(topic), payload);
    let alarm = decode::topic::decode("care/b1/alarm", payload).expect("an alarm topic is an alarm");
    assert!(alarm.alarm().is_some());
});
