//! What proves that a box reached whom it is for: a code the elder tells, and what the label of the box says. Both follow
//! from the meal's name under a key of the district's own, so nothing has to be stored, and the stream tells nobody.

use domain::{
    id::MealId,
    meal::order::{MealRefusal, Proof},
};
use hmac::{Hmac, KeyInit, Mac};
use schemas::meal::MealCode;
use sha2::Sha256;

/// Characters of a label: no 0, O, 1, I or L, which are taken for each other.
const LETTERS: &[u8; 31] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
/// Length of a label: some 49 bits, so that nobody hits one by chance.
const LABEL: usize = 10;

/// Makes and checks codes.
#[derive(Clone)]
pub struct Codes {
    key: [u8; 32],
}

impl std::fmt::Debug for Codes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Codes(..)")
    }
}

impl Codes {
    /// Under this key.
    pub const fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// What proves that the meal is the elder's.
    pub fn of(&self, meal: &MealId) -> MealCode {
        let bytes = self.bytes("code", meal);
        let number = bytes.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        let letter =
            |byte: &u8| char::from(LETTERS.get(usize::from(*byte) % LETTERS.len()).copied().unwrap_or(b'2'));
        let label = self.bytes("label", meal).iter().take(LABEL).map(letter).collect();
        MealCode { code: format!("{:04}", number % 10_000), label }
    }

    fn bytes(&self, what: &str, meal: &MealId) -> Vec<u8> {
        // A key of any length will do for this algorithm.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.key) else { return Vec::new() };
        mac.update(what.as_bytes());
        mac.update(b" ");
        mac.update(meal.as_str().as_bytes());
        mac.finalize().into_bytes().to_vec()
    }

    /// Whether the proof is one of this meal. A verifier's result is the verifier's word; over the counter the kitchen
    /// knows its guests.
    ///
    /// # Errors
    /// [`MealRefusal::WrongProof`].
    pub fn check(&self, meal: &MealId, proof: &Proof) -> Result<(), MealRefusal> {
        let right = self.of(meal);
        let fits = match proof {
            Proof::Scan { label } => label.trim().eq_ignore_ascii_case(&right.label),
            Proof::Code { code } => code.trim() == right.code,
            Proof::Verified { .. } | Proof::Counter => true,
        };
        if fits { Ok(()) } else { Err(MealRefusal::WrongProof) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_the_meals_own() {
        let codes = Codes::new([7; 32]);
        let (one, other) = (MealId::new("m1").unwrap(), MealId::new("m2").unwrap());
        let right = codes.of(&one);
        assert_eq!((right.code.len(), right.label.len()), (4, LABEL));
        assert_eq!(codes.check(&one, &Proof::Scan { label: right.label.to_lowercase() }), Ok(()));
        assert_eq!(codes.check(&other, &Proof::Scan { label: right.label }), Err(MealRefusal::WrongProof));
        assert_ne!(Codes::new([8; 32]).of(&one).label, codes.of(&one).label);
    }
}
