//! Watch byte streams.
#![no_main]
#![allow(dead_code, missing_docs, reason = "only some of the decoders are fuzzed by each target")]

#[path = "../../src/decode/mod.rs"]
mod decode;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut frames = Vec::new();
    decode::watch::Splitter::default().push(data, &mut frames);
    for frame in frames.iter().flatten() {
        let _ = decode::watch::decode(frame);
    }
    let _ = decode::watch::decode(data);
});
