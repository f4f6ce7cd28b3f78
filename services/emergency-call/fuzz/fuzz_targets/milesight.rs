//! Milesight payloads.
#![no_main]
#![allow(dead_code, missing_docs, reason = "only some of the decoders are fuzzed by each target")]

#[path = "../../src/decode/mod.rs"]
mod decode;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let pressed = decode::milesight::decode(data).is_ok_and(|payload| payload.pressed);
    assert!(pressed || !data.starts_with(&[0xff, 0x2e, 0x01]), "a press is never dropped");
});
