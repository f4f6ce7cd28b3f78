//! Seals what is known of people so that the database alone tells nobody who is who.
//!
//! XChaCha20-Poly1305 (RFC 8439 with the 192-bit nonce of draft-irtf-cfrg-xchacha). Every person has a key of their own,
//! sealed with the registry's key; the registry's key is a file that lies beside the database or, better, elsewhere. A
//! sealed value is bound to its person and field, so that rows cannot be swapped unnoticed. Destroying a person's key
//! destroys all of it, in every copy of the database that lacks the key.
//!
//! What has to be found by its whole value (an identity number, a telephone number) has a hash beside it, keyed with a key
//! that is sealed like the others: the database alone cannot be asked whether somebody is in it.

mod key_file;

use std::{fmt, path::Path};

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD as BASE64};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use hmac::{Hmac, Mac};
use runtime::Entropy;
use sha2::Sha256;

pub use self::key_file::KeyFileError;
use self::key_file::{read_key, read_or_make};

pub(crate) const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;

/// Why the vault cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The key file.
    #[error(transparent)]
    File(#[from] KeyFileError),
    /// A value does not open.
    #[error(
        "the data of {person} does not open: it was sealed with another key or altered; restore the key file"
    )]
    Sealed {
        /// Whose.
        person: String,
    },
    /// The database was sealed with another key.
    #[error(
        "the database was sealed with another key than that in registry.key_file; restore the right file"
    )]
    OtherKey,
}

/// What is sealed of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// A name.
    Name,
    /// A phone number.
    Phone,
    /// An identity number.
    Identity,
    /// A street address.
    Address,
}

impl Field {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Name, Self::Phone, Self::Identity, Self::Address];

    /// Its name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Phone => "phone",
            Self::Identity => "identity",
            Self::Address => "address",
        }
    }

    /// Whether it is looked up by its whole value.
    pub const fn is_found(self) -> bool {
        matches!(self, Self::Phone | Self::Identity)
    }
}

/// Opens and seals keys.
#[derive(Clone)]
pub struct Vault {
    cipher: XChaCha20Poly1305,
    check: String,
    entropy: Entropy,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault")
    }
}

/// A person's own key.
#[derive(Clone)]
pub struct OwnKey {
    person: String,
    key: [u8; KEY_BYTES],
    entropy: Entropy,
}

impl fmt::Debug for OwnKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OwnKey")
    }
}

/// The key under which values are looked up.
#[derive(Clone)]
pub struct Finder([u8; KEY_BYTES]);

impl fmt::Debug for Finder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Finder")
    }
}

/// The finder's key is sealed as if it were a person's of this name, which no id can be.
const FINDER: &str = "~finder";

impl Vault {
    /// Opens the vault with the key in this file, making one if there is none yet.
    ///
    /// # Errors
    /// [`VaultError`] if the file cannot be used, is no key, or others may read it.
    pub fn open(path: &Path, entropy: &Entropy) -> Result<Self, VaultError> {
        Ok(Self::with(read_or_make(path, entropy)?, entropy))
    }

    /// Opens the vault with the key in this file, which must be there.
    ///
    /// # Errors
    /// As [`Vault::open`].
    pub fn open_existing(path: &Path, entropy: &Entropy) -> Result<Self, VaultError> {
        Ok(Self::with(read_key(path)?, entropy))
    }

    fn with(key: [u8; KEY_BYTES], entropy: &Entropy) -> Self {
        let check = BASE64.encode(hash(&key, "care-registry/2/check", ""));
        Self { cipher: XChaCha20Poly1305::new(&key.into()), check, entropy: entropy.clone() }
    }

    /// Tells which key this is, and nothing of the key.
    pub fn check(&self) -> &str {
        &self.check
    }

    /// A new key of a person's own, and how it is kept.
    ///
    /// # Errors
    /// [`VaultError::Sealed`], in theory.
    pub fn new_key(&self, person: &str) -> Result<(OwnKey, String), VaultError> {
        let mut key = [0; KEY_BYTES];
        self.entropy.fill(&mut key);
        let own = OwnKey { person: person.to_owned(), key, entropy: self.entropy.clone() };
        let wrapped = self.wrap(&own)?;
        Ok((own, wrapped))
    }

    /// How a key is kept under this vault's key.
    ///
    /// # Errors
    /// [`VaultError::Sealed`], in theory.
    pub fn wrap(&self, own: &OwnKey) -> Result<String, VaultError> {
        encrypt(&self.cipher, &self.entropy, &own.person, "key", &own.key)
    }

    /// A person's own key.
    ///
    /// # Errors
    /// [`VaultError::Sealed`] if it was sealed with another key or is another person's.
    pub fn open_key(&self, person: &str, wrapped: &str) -> Result<OwnKey, VaultError> {
        let key = decrypt(&self.cipher, person, "key", wrapped)?;
        let key = key.try_into().map_err(|_| VaultError::Sealed { person: person.to_owned() })?;
        Ok(OwnKey { person: person.to_owned(), key, entropy: self.entropy.clone() })
    }

    /// A new finder, and how it is kept.
    ///
    /// # Errors
    /// As [`Vault::new_key`].
    pub fn new_finder(&self) -> Result<(Finder, String), VaultError> {
        let (own, wrapped) = self.new_key(FINDER)?;
        Ok((Finder(own.key), wrapped))
    }

    /// The finder that is kept.
    ///
    /// # Errors
    /// As [`Vault::open_key`].
    pub fn open_finder(&self, wrapped: &str) -> Result<Finder, VaultError> {
        Ok(Finder(self.open_key(FINDER, wrapped)?.key))
    }

    /// The finder as it is kept under another vault's key.
    ///
    /// # Errors
    /// As [`Vault::open_key`].
    pub fn rewrap_finder(&self, wrapped: &str, next: &Self) -> Result<String, VaultError> {
        next.wrap(&self.open_key(FINDER, wrapped)?)
    }
}

impl OwnKey {
    /// Seals a field.
    ///
    /// # Errors
    /// [`VaultError::Sealed`] if the text is too long for the cipher, beyond 256 GB.
    pub fn seal(&self, field: Field, text: &str) -> Result<String, VaultError> {
        let cipher = XChaCha20Poly1305::new(&self.key.into());
        encrypt(&cipher, &self.entropy, &self.person, field.name(), text.as_bytes())
    }

    /// Opens a field.
    ///
    /// # Errors
    /// [`VaultError::Sealed`] if it was sealed with another key, as another field, or altered.
    pub fn open(&self, field: Field, sealed: &str) -> Result<String, VaultError> {
        let text = decrypt(&XChaCha20Poly1305::new(&self.key.into()), &self.person, field.name(), sealed)?;
        String::from_utf8(text).map_err(|_| VaultError::Sealed { person: self.person.clone() })
    }
}

impl Finder {
    /// By what a value of this field is found. A telephone number is the same with and without the country's code.
    pub fn hash(&self, field: Field, text: &str) -> String {
        let text = match field {
            Field::Phone => ["+86", "0086"].iter().find_map(|code| text.strip_prefix(code)).unwrap_or(text),
            _ => text,
        };
        BASE64.encode(hash(&self.0, field.name(), text))
    }
}

fn hash(key: &[u8; KEY_BYTES], what: &str, text: &str) -> Vec<u8> {
    let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
    for (place, byte) in block.iter_mut().zip(key) {
        *place = *byte;
    }
    let mut mac = Hmac::<Sha256>::new(&block);
    mac.update(what.as_bytes());
    mac.update(b"/");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn bound_to(person: &str, what: &str) -> String {
    format!("care-registry/2/{what}/{person}")
}

fn encrypt(
    cipher: &XChaCha20Poly1305,
    entropy: &Entropy,
    person: &str,
    what: &str,
    plain: &[u8],
) -> Result<String, VaultError> {
    let mut nonce = [0; NONCE_BYTES];
    entropy.fill(&mut nonce);
    let bound = bound_to(person, what);
    let sealed = cipher.encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: bound.as_bytes() });
    let sealed = sealed.map_err(|_| VaultError::Sealed { person: person.to_owned() })?;
    Ok(BASE64.encode([nonce.as_slice(), &sealed].concat()))
}

fn decrypt(
    cipher: &XChaCha20Poly1305,
    person: &str,
    what: &str,
    sealed: &str,
) -> Result<Vec<u8>, VaultError> {
    let closed = || VaultError::Sealed { person: person.to_owned() };
    let sealed = BASE64.decode(sealed).map_err(|_| closed())?;
    let (nonce, content) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or_else(closed)?;
    let bound = bound_to(person, what);
    cipher
        .decrypt(&XNonce::from(*nonce), Payload { msg: content, aad: bound.as_bytes() })
        .map_err(|_| closed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_opens_with_the_same_key_file_for_the_same_person_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("registry.key");
        let vault = Vault::open(&path, &Entropy::system()).unwrap();
        let (own, wrapped) = vault.new_key("e1").unwrap();
        let sealed = own.seal(Field::Name, "张秀英").unwrap();
        let again = Vault::open(&path, &Entropy::system()).unwrap();
        assert_eq!(again.check(), vault.check());
        let own = again.open_key("e1", &wrapped).unwrap();
        assert_eq!(own.open(Field::Name, &sealed).unwrap(), "张秀英");
        assert!(own.open(Field::Phone, &sealed).is_err());
        assert!(again.open_key("e2", &wrapped).is_err());
        assert!(own.open(Field::Name, &sealed.replacen(&sealed[40..41], "!", 1)).is_err());
        let other = Vault::open(&folder.path().join("other.key"), &Entropy::system()).unwrap();
        assert_ne!(other.check(), vault.check());
        assert!(other.open_key("e1", &wrapped).is_err());
    }

    #[test]
    fn a_value_is_found_by_its_hash_with_the_same_finder_only() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open(&folder.path().join("registry.key"), &Entropy::system()).unwrap();
        let (finder, wrapped) = vault.new_finder().unwrap();
        let hash = finder.hash(Field::Phone, "13800138000");
        assert_eq!(vault.open_finder(&wrapped).unwrap().hash(Field::Phone, "13800138000"), hash);
        assert_eq!(finder.hash(Field::Phone, "+8613800138000"), hash);
        assert_ne!(finder.hash(Field::Identity, "13800138000"), hash);
        assert_ne!(vault.new_finder().unwrap().0.hash(Field::Phone, "13800138000"), hash);
    }
}
