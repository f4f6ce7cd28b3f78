//! The registry's key as a file: there whole or not at all, readable by its owner only, never replaced unnoticed.

use std::{
    fs,
    io::{self, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use runtime::Entropy;

use super::KEY_BYTES;

/// Why a key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
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
}

impl KeyFileError {
    /// Whether there is no such file.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Unreadable { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }
}

pub(super) fn read_or_make(path: &Path, entropy: &Entropy) -> Result<[u8; KEY_BYTES], KeyFileError> {
    match read_key(path) {
        Err(error) if error.is_missing() => make_key(path, entropy),
        other => other,
    }
}

pub(super) fn read_key(path: &Path) -> Result<[u8; KEY_BYTES], KeyFileError> {
    let unreadable = |source| KeyFileError::Unreadable { path: path.to_owned(), source };
    let bytes = fs::read(path).map_err(unreadable)?;
    let mode = fs::metadata(path).map_err(unreadable)?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(KeyFileError::Exposed(path.to_owned()));
    }
    bytes
        .as_slice()
        .try_into()
        .map_err(|_| KeyFileError::NotAKey { path: path.to_owned(), bytes: bytes.len() })
}

/// Complete under another name first: a key is there whole or not at all, and never replaces one.
fn make_key(path: &Path, entropy: &Entropy) -> Result<[u8; KEY_BYTES], KeyFileError> {
    let unreadable = |source| KeyFileError::Unreadable { path: path.to_owned(), source };
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
    use super::*;

    #[test]
    fn the_key_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("registry.key");
        let open = || read_or_make(&path, &Entropy::system());
        open().unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(open(), Err(KeyFileError::Exposed(_))));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, "short").unwrap();
        assert!(matches!(open(), Err(KeyFileError::NotAKey { bytes: 5, .. })));
    }
}
