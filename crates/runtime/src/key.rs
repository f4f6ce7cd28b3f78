//! Keys of a service's own, each 32 bytes in a file only its owner may read.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use crate::{BoxError, Entropy};

/// The key in this file, made if there is none.
///
/// # Errors
/// If the file cannot be used or is no key.
pub fn key_file(path: &Path, entropy: &Entropy) -> Result<[u8; 32], BoxError> {
    let trouble =
        |error: &dyn std::fmt::Display| format!("the key {} cannot be used: {error}", path.display());
    match fs::read(path) {
        Ok(bytes) => <[u8; 32]>::try_from(bytes).map_err(|bytes| {
            let length = bytes.len();
            trouble(&format_args!("it has {length} bytes instead of 32; restore the right file")).into()
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let mut key = [0; 32];
            entropy.fill(&mut key);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder).map_err(|error| trouble(&error))?;
            }
            let mut options = fs::OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(path).map_err(|error| trouble(&error))?;
            file.write_all(&key).and_then(|()| file.sync_all()).map_err(|error| trouble(&error))?;
            Ok(key)
        }
        Err(error) => Err(trouble(&error).into()),
    }
}
