//! Layers the sources and decodes them.

use std::path::{Path, PathBuf};

use figment::{
    Figment, Metadata, Profile, Provider,
    providers::Serialized,
    util::nest,
    value::{Dict, Map, Value},
};
use serde::{Serialize, de::DeserializeOwned};

use super::error::ConfigError;

/// The flags every program understands.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Cli {
    /// Read this TOML file.
    #[arg(long, value_name = "FILE", env = "CARE_CONFIG")]
    pub config: Option<PathBuf>,
    /// Set one key, over file and environment; may be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Print the effective configuration, secrets hidden, and stop.
    #[arg(long)]
    pub print_config: bool,
}

const PREFIX: &str = "CARE_";
/// Read by the flags themselves, not a key.
const CONFIG_VARIABLE: &str = "CARE_CONFIG";

/// Reads the configuration: defaults, file, environment, flags, the later over the earlier.
///
/// # Errors
/// [`ConfigError`] names key, source and what is expected; the program should print it and exit with
/// [`EXIT_BAD_CONFIG`](super::EXIT_BAD_CONFIG).
pub fn load<T: DeserializeOwned>(cli: &Cli) -> Result<T, ConfigError> {
    load_from(cli, std::env::vars())
}

/// The same from a given environment, so that a test needs not touch the process's own.
pub(super) fn load_from<T: DeserializeOwned>(
    cli: &Cli,
    environment: impl IntoIterator<Item = (String, String)>,
) -> Result<T, ConfigError> {
    let mut figment = Figment::new();
    if let Some(path) = &cli.config {
        figment = figment.merge(TomlFile::read(path)?);
    }
    figment = figment.merge(KeyValues::environment(environment)).merge(KeyValues::flags(&cli.set)?);
    Ok(figment.extract_lossy()?)
}

/// The effective configuration as TOML. Secrets print as `***`.
///
/// # Errors
/// [`ConfigError::Unprintable`] if a value has no form in TOML.
pub fn to_toml<T: Serialize>(config: &T) -> Result<String, ConfigError> {
    Ok(toml::to_string_pretty(config)?)
}

/// A TOML file's content.
struct TomlFile {
    path: PathBuf,
    table: toml::Table,
}

impl TomlFile {
    fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        let table = text
            .parse()
            .map_err(|source| ConfigError::NotToml { path: path.to_owned(), source: Box::new(source) })?;
        Ok(Self { path: path.to_owned(), table })
    }
}

impl Provider for TomlFile {
    fn metadata(&self) -> Metadata {
        Metadata::from("file", self.path.as_path())
    }

    fn data(&self) -> figment::Result<Map<Profile, Dict>> {
        Serialized::defaults(&self.table).data()
    }
}

/// Keys and values as text. Numbers and booleans are recognised only where one is asked for, so that a password of
/// digits stays text; lists and tables are written `[..]` and `{..}`.
struct KeyValues {
    name: &'static str,
    /// How a key is written in this source.
    spell: fn(&[&str]) -> String,
    pairs: Vec<(String, String)>,
}

impl KeyValues {
    fn environment(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let pairs = variables
            .into_iter()
            .filter(|(name, _)| name != CONFIG_VARIABLE)
            .filter_map(|(name, value)| {
                Some((name.strip_prefix(PREFIX)?.to_ascii_lowercase().replace("__", "."), value))
            })
            .collect();
        let spell = |path: &[&str]| format!("{PREFIX}{}", path.join("__").to_ascii_uppercase());
        Self { name: "environment variable", spell, pairs }
    }

    fn flags(set: &[String]) -> Result<Self, ConfigError> {
        let pairs = set
            .iter()
            .map(|flag| match flag.split_once('=') {
                Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.to_owned())),
                _ => Err(ConfigError::MalformedFlag(flag.clone())),
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { name: "flag --set", spell: |path| path.join("."), pairs })
    }
}

impl Provider for KeyValues {
    fn metadata(&self) -> Metadata {
        let spell = self.spell;
        Metadata::named(self.name).interpolater(move |_: &Profile, path: &[&str]| spell(path))
    }

    fn data(&self) -> figment::Result<Map<Profile, Dict>> {
        let mut merged = Figment::new();
        for (key, text) in &self.pairs {
            let value = match text.trim_start().chars().next() {
                Some('[' | '{') => list_or_table(text),
                _ => Value::from(text.as_str()),
            };
            if let Value::Dict(_, dict) = nest(key, value) {
                merged = merged.merge(Serialized::defaults(dict));
            }
        }
        merged.data()
    }
}

/// Reads `[..]` and `{..}` as TOML; what is neither stays text, and fails later with its key named.
fn list_or_table(text: &str) -> Value {
    let parsed = format!("value = {text}").parse::<toml::Table>().ok();
    let value = parsed.and_then(|mut table| table.remove("value"));
    value.and_then(|value| Value::serialize(value).ok()).unwrap_or_else(|| Value::from(text))
}
