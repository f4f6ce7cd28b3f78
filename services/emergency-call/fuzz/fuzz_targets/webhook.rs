//! Signed webhooks.
#![no_main]
#![allow(dead_code, missing_docs, reason = "only some of the decoders are fuzzed by each target")]

#[path = "../../src/decode/mod.rs"]
mod decode;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = decode::webhook::decode("vendor", data, domain::alarm::Channel::Webhook);
    let text = String::from_utf8_lossy(data);
    let now = domain::time::Timestamp::from_millis(0);
    assert!(decode::webhook::verify(b"secret", &text, &text, data, now).is_err());
});
