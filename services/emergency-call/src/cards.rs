//! Emergency cards: sealed with a key of the district's own, so that the stream alone tells nobody who lives where.
//!
//! XChaCha20-Poly1305; a card is bound to its device, so that cards cannot be swapped unnoticed. It is kept with the
//! device: an alarm waits for no registry.

use std::path::Path;

use base64::{Engine, engine::general_purpose::STANDARD};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use domain::id::DeviceId;
use runtime::{BoxError, Entropy, key_file};
use schemas::emergency::{Card, SealedCard};

const NONCE: usize = 24;
/// Contacts of a card.
pub const MAX_FAMILY: usize = 8;

/// Seals and opens cards.
#[derive(Clone)]
pub struct Cards {
    cipher: XChaCha20Poly1305,
    entropy: Entropy,
}

impl std::fmt::Debug for Cards {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cards")
    }
}

impl Cards {
    /// With the key in this file, made if there is none.
    ///
    /// # Errors
    /// If the file cannot be used or is no key.
    pub fn open(path: &Path, entropy: &Entropy) -> Result<Self, BoxError> {
        let key = key_file(path, entropy)?;
        Ok(Self { cipher: XChaCha20Poly1305::new(&key.into()), entropy: entropy.clone() })
    }

    /// Seals a card for a device.
    ///
    /// # Errors
    /// If it has no form in JSON or is too long for the cipher; neither happens.
    pub fn seal(&self, device: &DeviceId, card: &Card) -> Result<SealedCard, BoxError> {
        let mut nonce = [0; NONCE];
        self.entropy.fill(&mut nonce);
        let plain = serde_json::to_vec(card)?;
        let payload = Payload { msg: &plain, aad: device.as_str().as_bytes() };
        let sealed = self
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| "the card cannot be sealed: it is too long")?;
        let mut bytes = nonce.to_vec();
        bytes.extend_from_slice(&sealed);
        Ok(SealedCard(STANDARD.encode(bytes)))
    }

    /// Opens the card of a device; `None` if it was sealed with another key, for another device, or altered.
    pub fn open_card(&self, device: &DeviceId, sealed: &SealedCard) -> Option<Card> {
        let bytes = STANDARD.decode(&sealed.0).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE)?;
        let nonce: [u8; NONCE] = nonce.try_into().ok()?;
        let payload = Payload { msg: sealed, aad: device.as_str().as_bytes() };
        let plain = self.cipher.decrypt(&XNonce::from(nonce), payload).ok()?;
        serde_json::from_slice(&plain).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_opens_for_its_device_and_key_alone() {
        let folder = tempfile::tempdir().unwrap();
        let entropy = Entropy::system();
        let cards = Cards::open(&folder.path().join("a/cards.key"), &entropy).unwrap();
        let (b1, b2) = (DeviceId::new("b1").unwrap(), DeviceId::new("b2").unwrap());
        let card = Card { name: "王奶奶".to_owned(), door_code: Some("42".to_owned()), ..Card::default() };
        let sealed = cards.seal(&b1, &card).unwrap();
        assert_eq!(cards.open_card(&b1, &sealed), Some(card.clone()));
        assert_eq!(cards.open_card(&b2, &sealed), None);
        let again = Cards::open(&folder.path().join("a/cards.key"), &entropy).unwrap();
        assert_eq!(again.open_card(&b1, &sealed), Some(card));
        let other = Cards::open(&folder.path().join("b.key"), &entropy).unwrap();
        assert_eq!(other.open_card(&b1, &sealed), None);
        assert_eq!(other.open_card(&b1, &SealedCard("x".to_owned())), None);
    }
}
