//! Writes the generated documents beside the types they follow from: `cargo xtask gen` runs this.

use std::{fs, io, path::Path};

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let documents = schemas::generate();
    let schemas = root.join("json");
    fs::create_dir_all(&schemas)?;
    for entry in fs::read_dir(&schemas)? {
        // Only what is still generated stays.
        let path = entry?.path();
        if !documents.iter().any(|(kept, _)| root.join(kept) == path) {
            fs::remove_file(path)?;
        }
    }
    for (path, text) in documents {
        fs::write(root.join(path), text)?;
    }
    Ok(())
}
