//! A digest of what was asked, to tell a repetition from another request under the same key. It guards against
//! mistakes, not against forgers: whoever repeats a command has been authenticated and is the one who uttered it.

use std::io::Write;

use serde::Serialize;

/// FNV-1a with 64 bits (Fowler, Noll, Vo), over the JSON of the request, in hexadecimal digits.
pub fn digest(request: &impl Serialize) -> String {
    let mut state = Fnv(0xcbf2_9ce4_8422_2325);
    // What was decoded can be encoded; were it not so, all such requests would count as the same.
    let _ = serde_json::to_writer(&mut state, request);
    format!("{:016x}", state.0)
}

struct Fnv(u64);

impl Write for Fnv {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_digest_is_that_of_the_algorithm() {
        assert_eq!(super::digest(&1), "af63ac4c86019afc");
    }
}
