//! The web apps are built by `cargo xtask web` into `web/dist` and embedded from there. A checkout without Node still
//! builds: the folder then holds one page that says so.

use std::{fs, path::Path};

const NOTE: &str = "<!doctype html><meta charset=\"utf-8\"><title>care-dispatch</title>\
<p>The web apps were not built into this program. Run <code>cargo xtask demo</code>, which builds them first.</p>\n";

fn main() -> std::io::Result<()> {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/dist");
    let page = dist.join("index.html");
    if !page.exists() {
        fs::create_dir_all(&dist)?;
        fs::write(&page, NOTE)?;
    }
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", dist.display());
    Ok(())
}
