//! One-time codes: how a password is set the first time and after it was forgotten. 80 random bits, so that a plain
//! hash keeps them; easily read out over the telephone.

use domain::unit::Seconds;
use runtime::Entropy;
use sha2::{Digest, Sha256};

/// How long a code holds.
pub const LIFE: Seconds = Seconds::hours(24);

/// Crockford's alphabet: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A new code, `XXXX-XXXX-XXXX-XXXX`.
pub fn make(entropy: &Entropy) -> String {
    let mut random = [0_u8; 16];
    entropy.fill(&mut random);
    let mut code = String::with_capacity(19);
    for (i, byte) in random.iter().enumerate() {
        if i > 0 && i % 4 == 0 {
            code.push('-');
        }
        // 32 divides 256: every character is as likely.
        code.push(ALPHABET.get(usize::from(byte % 32)).map_or('0', |&c| char::from(c)));
    }
    code
}

/// What is kept of a code. Case, dashes and spaces do not count; O is 0, I and L are 1.
pub fn hash(code: &str) -> [u8; 32] {
    let plain: String = code
        .chars()
        .filter(|c| !matches!(c, '-' | ' '))
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    Sha256::digest(plain.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_survives_being_read_out() {
        let code = make(&Entropy::system());
        assert_eq!(code.len(), 19);
        assert_eq!(
            hash(&code),
            hash(&code.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l"))
        );
        assert_ne!(code, make(&Entropy::system()));
    }
}
