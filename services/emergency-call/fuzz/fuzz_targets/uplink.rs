//! Uplinks of network servers.
#![no_main]
#![allow(dead_code, missing_docs, reason = "only some of the decoders are fuzzed by each target")]

#[path = "../../src/decode/mod.rs"]
mod decode;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = decode::uplink::decode(data);
});
