//! SIP over streams and datagrams.
#![no_main]
#![allow(dead_code, missing_docs, reason = "only some of the decoders are fuzzed by each target")]

#[path = "../../src/decode/mod.rs"]
mod decode;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = decode::sip::frame(data);
    if let Ok(request) = decode::sip::Request::read(data) {
        let response = request.response(200, "OK", "t", Some("127.0.0.1"), "");
        assert!(response.len() < data.len() + 512, "no amplification");
    }
});
