//! Seals a payload for one browser: RFC 8291 over the content coding `aes128gcm` of RFC 8188, always one record.

use hkdf::Hkdf;
use p256::{PublicKey, SecretKey, ecdh::diffie_hellman};
use ring::aead;
use sha2::Sha256;

use super::Subscription;

/// The longest payload: RFC 8291 §4 asks push services to take 4096 octets of body; 86 of them are the header, 16
/// the tag, 1 the delimiter.
pub const MAX_PLAINTEXT: usize = 3993;

/// The record size that the header states; RFC 8291's own example has the same.
const RECORD: u32 = 4096;

/// Why a payload could not be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Longer than [`MAX_PLAINTEXT`].
    #[error("the payload has {0} bytes, a push message carries at most {MAX_PLAINTEXT}")]
    TooLong(usize),
    /// The cipher refused.
    #[error("the cipher failed")]
    Cipher,
}

/// The body of the request. `ephemeral` and `salt` must be random and never used again.
///
/// # Errors
/// [`SealError`] when the payload is too long.
pub fn seal(
    to: &Subscription,
    ephemeral: &SecretKey,
    salt: [u8; 16],
    plaintext: &[u8],
) -> Result<Vec<u8>, SealError> {
    if plaintext.len() > MAX_PLAINTEXT {
        return Err(SealError::TooLong(plaintext.len()));
    }
    let sender = ephemeral.public_key().to_sec1_bytes();
    let (key, nonce) = keys(to.key(), to.auth(), ephemeral, &sender, &salt)?;

    let mut record = plaintext.to_vec();
    // The delimiter of the last record (RFC 8188 §2).
    record.push(2);
    let key = aead::UnboundKey::new(&aead::AES_128_GCM, &key).map_err(|_| SealError::Cipher)?;
    aead::LessSafeKey::new(key)
        .seal_in_place_append_tag(aead::Nonce::assume_unique_for_key(nonce), aead::Aad::empty(), &mut record)
        .map_err(|_| SealError::Cipher)?;

    // Header: salt, record size, length of the key id, key id = the sender's public key (RFC 8188 §2.1, 8291 §4).
    let mut body = Vec::with_capacity(86 + record.len());
    body.extend(salt);
    body.extend(RECORD.to_be_bytes());
    body.push(65);
    body.extend(&*sender);
    body.extend(record);
    Ok(body)
}

/// Content encryption key and nonce (RFC 8291 §3.4).
fn keys(
    receiver: &PublicKey,
    auth: &[u8; 16],
    ephemeral: &SecretKey,
    sender: &[u8],
    salt: &[u8; 16],
) -> Result<([u8; 16], [u8; 12]), SealError> {
    let shared = diffie_hellman(ephemeral.to_nonzero_scalar(), receiver.as_affine());
    let expand = |salt: &[u8], secret: &[u8], info: &[&[u8]], out: &mut [u8]| {
        Hkdf::<Sha256>::new(Some(salt), secret).expand_multi_info(info, out).map_err(|_| SealError::Cipher)
    };
    let mut secret = [0; 32];
    let receiver = receiver.to_sec1_bytes();
    expand(auth, shared.raw_secret_bytes(), &[b"WebPush: info\0", &*receiver, sender], &mut secret)?;
    let (mut key, mut nonce) = ([0; 16], [0; 12]);
    expand(salt, &secret, &[b"Content-Encoding: aes128gcm\0"], &mut key)?;
    expand(salt, &secret, &[b"Content-Encoding: nonce\0"], &mut nonce)?;
    Ok((key, nonce))
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

    use super::*;
    use crate::push::subscription::decode;

    /// RFC 8291 Appendix A.
    #[test]
    fn the_example_of_rfc_8291_comes_out_to_the_bit() {
        let to = Subscription::new(
            "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV",
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "BTBZMqHH6r4Tts7J_aSIgg",
        )
        .unwrap();
        let ephemeral =
            SecretKey::from_slice(&decode("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw").unwrap()).unwrap();
        let salt = decode("DGv6ra1nlYgDCS1FRnbzlw").unwrap().try_into().unwrap();
        let body = seal(&to, &ephemeral, salt, b"When I grow up, I want to be a watermelon").unwrap();
        assert_eq!(
            URL_SAFE_NO_PAD.encode(body),
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8\
             wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
        );
    }
}
