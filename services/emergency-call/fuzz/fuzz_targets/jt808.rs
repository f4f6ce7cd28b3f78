//! JT/T 808 byte streams.
#![no_main]
#![allow(dead_code, missing_docs, reason = "only some of the decoders are fuzzed by each target")]

#[path = "../../src/decode/mod.rs"]
mod decode;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut frames = Vec::new();
    decode::jt808::Splitter::default().push(data, &mut frames);
    for frame in frames.iter().flatten() {
        if let Ok(message) = decode::jt808::decode(frame) {
            let _ = decode::jt808::answer(&message.header, decode::jt808::Verdict::Ok, 1);
        }
    }
    let _ = decode::jt808::decode(data);
});
