//! Seals names so that the database alone tells nobody who is who.
//!
//! XChaCha20-Poly1305 (RFC 8439 with the 192-bit nonce of draft-irtf-cfrg-xchacha). Every person has a key of their
//! own, sealed with the registry's key; the registry's key is a file that lies beside the database or, better,
//! elsewhere. A sealed value is bound to its person and purpose, so that rows cannot be swapped unnoticed.

use std::{
    fmt, fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use runtime::Entropy;

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;

/// Why the vault cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The key file cannot be read or made.
    #[error("the vault's key {path} cannot be used: {source}; check registry.key_file and its permissions")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// Others may read the key.
    #[error("the vault's key {0} can be read by others; run chmod 600 on it")]
    Exposed(PathBuf),
    /// The file holds something else.
    #[error("the vault's key {path} has {bytes} bytes instead of 32; restore the right file")]
    NotAKey {
        /// Which file.
        path: PathBuf,
        /// How long it is.
        bytes: usize,
    },
    /// A value does not open.
    #[error(
        "the name of {person} does not open: it was sealed with another key or altered; restore the key file"
    )]
    Sealed {
        /// Whose.
        person: String,
    },
}

/// A name or a number as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The person's own key, sealed with the registry's.
    pub wrapped_key: Vec<u8>,
    /// The text, sealed with the person's own key.
    pub text: Vec<u8>,
}

/// Seals and opens names.
#[derive(Clone)]
pub struct Vault {
    cipher: XChaCha20Poly1305,
    entropy: Entropy,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault")
    }
}

impl Vault {
    /// Opens the vault with the key in this file, making one if there is none yet.
    ///
    /// # Errors
    /// [`VaultError`] if the file cannot be used, is no key, or others may read it.
    pub fn open(path: &Path, entropy: &Entropy) -> Result<Self, VaultError> {
        let key = match read_key(path) {
            Err(VaultError::Unreadable { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                make_key(path, entropy)?
            }
            other => other?,
        };
        Ok(Self { cipher: XChaCha20Poly1305::new(&key.into()), entropy: entropy.clone() })
    }

    /// Seals a text under a new key of the person's own.
    ///
    /// # Errors
    /// [`VaultError::Sealed`] if the text is too long for the cipher, beyond 256 GB.
    pub fn seal(&self, person: &str, purpose: Purpose, text: &str) -> Result<Sealed, VaultError> {
        let mut key = [0; KEY_BYTES];
        self.entropy.fill(&mut key);
        let own = XChaCha20Poly1305::new(&key.into());
        let wrapped_key = self.encrypt(&self.cipher, person, Purpose::Key, &key)?;
        let text = self.encrypt(&own, person, purpose, text.as_bytes())?;
        Ok(Sealed { wrapped_key, text })
    }

    /// Opens a text.
    ///
    /// # Errors
    /// [`VaultError::Sealed`] if it was sealed with another key, for another person, or altered.
    pub fn open_text(&self, person: &str, purpose: Purpose, sealed: &Sealed) -> Result<String, VaultError> {
        let closed = || VaultError::Sealed { person: person.to_owned() };
        let key = decrypt(&self.cipher, person, Purpose::Key, &sealed.wrapped_key)?;
        let key: [u8; KEY_BYTES] = key.try_into().map_err(|_| closed())?;
        let text = decrypt(&XChaCha20Poly1305::new(&key.into()), person, purpose, &sealed.text)?;
        String::from_utf8(text).map_err(|_| closed())
    }

    fn encrypt(
        &self,
        cipher: &XChaCha20Poly1305,
        person: &str,
        purpose: Purpose,
        plain: &[u8],
    ) -> Result<Vec<u8>, VaultError> {
        let mut nonce = [0; NONCE_BYTES];
        self.entropy.fill(&mut nonce);
        let bound = purpose.bound_to(person);
        let sealed = cipher.encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: bound.as_bytes() });
        let sealed = sealed.map_err(|_| VaultError::Sealed { person: person.to_owned() })?;
        Ok([nonce.as_slice(), &sealed].concat())
    }
}

/// What a sealed value is; one sealed as something else does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A person's own key.
    Key,
    /// A name.
    Name,
    /// A phone number.
    Phone,
}

impl Purpose {
    fn bound_to(self, person: &str) -> String {
        let purpose = match self {
            Self::Key => "key",
            Self::Name => "name",
            Self::Phone => "phone",
        };
        format!("care-registry/1/{purpose}/{person}")
    }
}

fn decrypt(
    cipher: &XChaCha20Poly1305,
    person: &str,
    purpose: Purpose,
    sealed: &[u8],
) -> Result<Vec<u8>, VaultError> {
    let closed = || VaultError::Sealed { person: person.to_owned() };
    let (nonce, content) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or_else(closed)?;
    let bound = purpose.bound_to(person);
    cipher
        .decrypt(&XNonce::from(*nonce), Payload { msg: content, aad: bound.as_bytes() })
        .map_err(|_| closed())
}

fn read_key(path: &Path) -> Result<[u8; KEY_BYTES], VaultError> {
    use std::os::unix::fs::PermissionsExt;
    let unreadable = |source| VaultError::Unreadable { path: path.to_owned(), source };
    let bytes = fs::read(path).map_err(unreadable)?;
    let mode = fs::metadata(path).map_err(unreadable)?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(VaultError::Exposed(path.to_owned()));
    }
    bytes.as_slice().try_into().map_err(|_| VaultError::NotAKey { path: path.to_owned(), bytes: bytes.len() })
}

/// Complete under another name first: a key is there whole or not at all, and never replaces one.
fn make_key(path: &Path, entropy: &Entropy) -> Result<[u8; KEY_BYTES], VaultError> {
    use std::os::unix::fs::OpenOptionsExt;
    let unreadable = |source| VaultError::Unreadable { path: path.to_owned(), source };
    let mut key = [0; KEY_BYTES];
    entropy.fill(&mut key);
    let draft = path.with_extension(entropy.text_id());
    let mut file =
        fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft).map_err(unreadable)?;
    file.write_all(&key).and_then(|()| file.sync_all()).map_err(unreadable)?;
    let placed = fs::hard_link(&draft, path);
    fs::remove_file(&draft).map_err(unreadable)?;
    match placed {
        Ok(()) => Ok(key),
        // Another process was first; its key counts.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => read_key(path),
        Err(error) => Err(unreadable(error)),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn key_file() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("registry.key");
        (folder, path)
    }

    #[test]
    fn a_name_opens_with_the_same_key_file_for_the_same_person_only() {
        let (_folder, path) = key_file();
        let sealed =
            Vault::open(&path, &Entropy::system()).unwrap().seal("e1", Purpose::Name, "张秀英").unwrap();
        let again = Vault::open(&path, &Entropy::system()).unwrap();
        assert_eq!(again.open_text("e1", Purpose::Name, &sealed).unwrap(), "张秀英");
        assert!(again.open_text("e2", Purpose::Name, &sealed).is_err());
        assert!(again.open_text("e1", Purpose::Phone, &sealed).is_err());
        let mut altered = sealed.clone();
        *altered.text.last_mut().unwrap() ^= 1;
        assert!(again.open_text("e1", Purpose::Name, &altered).is_err());
        let (_other, path) = key_file();
        assert!(
            Vault::open(&path, &Entropy::system()).unwrap().open_text("e1", Purpose::Name, &sealed).is_err()
        );
    }

    #[test]
    fn the_key_is_its_owners_alone() {
        let (_folder, path) = key_file();
        Vault::open(&path, &Entropy::system()).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(Vault::open(&path, &Entropy::system()), Err(VaultError::Exposed(_))));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, "short").unwrap();
        assert!(matches!(Vault::open(&path, &Entropy::system()), Err(VaultError::NotAKey { bytes: 5, .. })));
    }
}
