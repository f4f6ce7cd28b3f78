//! SCAIP bodies: no panic, and whatever calls for help is never dropped.
#![no_main]
#![allow(dead_code, missing_docs, reason = "only some of the decoders are fuzzed by each target")]

#[path = "../../src/decode/mod.rs"]
mod decode;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Err(rejected) = decode::scaip::decode(data) {
        assert!(rejected.reply.to_xml().contains("<snu>"));
    }
});
