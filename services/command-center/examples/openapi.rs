//! Writes the API's OpenAPI 3.1 document: `cargo run -p command-center --example openapi -- schemas/openapi.json`.

use std::{env, fs, io};

fn main() -> io::Result<()> {
    let path = env::args().nth(1).unwrap_or_else(|| "schemas/openapi.json".to_owned());
    let text = serde_json::to_string_pretty(&command_center::openapi())?;
    fs::write(path, text + "\n")
}
