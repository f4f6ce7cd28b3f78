//! Layers the sources and decodes them.

use std::path::{Path, PathBuf};

use figment::{
    Figment, Metadata, Profile, Provider,
    providers::Serialized,
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
    /// Print what can be configured (every key with its form, default and meaning) as Markdown, and stop.
    #[arg(long)]
    pub explain_config: bool,
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
        let mut pairs: Vec<_> = variables
            .into_iter()
            .filter(|(name, _)| name != CONFIG_VARIABLE)
            .filter_map(|(name, value)| {
                Some((name.strip_prefix(PREFIX)?.to_ascii_lowercase().replace("__", "."), value))
            })
            .collect();
        // A whole table before its keys, so that both can be set.
        pairs.sort_unstable();
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
        let mut dict = Dict::new();
        for (key, text) in &self.pairs {
            let value = match text.trim_start().chars().next() {
                Some('[' | '{') => list_or_table(text),
                _ => Value::from(text.as_str()),
            };
            insert(&mut dict, key.split('.'), value);
        }
        Ok(Profile::Default.collect(dict))
    }
}

/// Puts a value at its path, making the tables on the way.
fn insert<'a>(dict: &mut Dict, mut path: impl Iterator<Item = &'a str>, value: Value) {
    let Some(first) = path.next() else { return };
    let mut path = path.peekable();
    if path.peek().is_none() {
        dict.insert(first.to_owned(), value);
        return;
    }
    let inner = dict.entry(first.to_owned()).or_insert_with(|| Value::from(Dict::new()));
    if inner.as_dict().is_none() {
        *inner = Value::from(Dict::new());
    }
    if let Value::Dict(_, inner) = inner {
        insert(inner, &mut path as &mut dyn Iterator<Item = &str>, value);
    }
}

/// Reads `[..]` and `{..}` as TOML; what is neither stays text, and fails later with its key named.
fn list_or_table(text: &str) -> Value {
    let parsed = format!("value = {text}").parse::<toml::Table>().ok();
    let value = parsed.and_then(|mut table| table.remove("value"));
    value.and_then(|value| Value::serialize(value).ok()).unwrap_or_else(|| Value::from(text))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::config::{secret::Secret, sections::NatsConfig};

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Config {
        nats: NatsConfig,
        areas: Vec<String>,
        weights: std::collections::BTreeMap<String, f64>,
    }

    fn from_environment(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
        load_from(&Cli::default(), pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())))
    }

    fn from_flags(flags: &[&str]) -> Result<Config, ConfigError> {
        let cli = Cli { set: flags.iter().map(|&flag| flag.to_owned()).collect(), ..Cli::default() };
        load_from(&cli, [("CARE_NATS__URL".to_owned(), "nats://environment".to_owned())])
    }

    #[test]
    fn nothing_set_is_the_default() {
        assert_eq!(
            from_environment(&[("PATH", "/bin"), ("CARE_CONFIG", "x.toml")]).unwrap(),
            Config::default()
        );
    }

    #[test]
    fn flags_win_over_the_environment_and_the_environment_over_the_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "[nats]\nurl = \"nats://file\"\ntimeout_ms = 7\nreplicas = 5\n").unwrap();
        let cli = Cli {
            config: Some(file.path().to_owned()),
            set: vec!["nats.timeout_ms=9".to_owned()],
            ..Cli::default()
        };
        let environment = [("CARE_NATS__URL", "nats://environment"), ("CARE_NATS__TIMEOUT_MS", "8")]
            .map(|(n, v)| (n.into(), v.into()));
        let nats = load_from::<Config>(&cli, environment).unwrap().nats;
        assert_eq!((nats.url.as_str(), nats.timeout_ms, nats.replicas), ("nats://environment", 9, 5));
    }

    #[test]
    fn lists_and_tables_are_written_as_in_toml_and_digits_can_be_text() {
        let config = from_environment(&[
            ("CARE_AREAS", r#"["north", "south"]"#),
            ("CARE_WEIGHTS", "{ near = 0.5 }"),
            ("CARE_WEIGHTS__FAR", "2"),
            ("CARE_NATS__PASSWORD", "007"),
        ])
        .unwrap();
        assert_eq!(config.areas, ["north", "south"]);
        assert_eq!(
            config.weights.into_iter().collect::<Vec<_>>(),
            [("far".into(), 2.0), ("near".into(), 0.5)]
        );
        assert_eq!(config.nats.password, Some(Secret::new("007".to_owned())));
    }

    #[test]
    fn an_error_names_key_source_and_what_is_expected() {
        let error = from_environment(&[("CARE_NATS__TIMEOUT_MS", "soon")]).unwrap_err().to_string();
        for part in ["`nats.timeout_ms`", "CARE_NATS__TIMEOUT_MS", "soon", "u64"] {
            assert!(error.contains(part), "{part} in {error}");
        }
        let error = from_flags(&["nats.urll=x"]).unwrap_err().to_string();
        for part in ["`nats.urll`", "--set", "url, user"] {
            assert!(error.contains(part), "{part} in {error}");
        }
        assert!(matches!(from_flags(&["nats.url"]), Err(ConfigError::MalformedFlag(_))));
        assert!(matches!(from_flags(&["=x"]), Err(ConfigError::MalformedFlag(_))));
    }

    #[test]
    fn a_file_that_is_not_toml_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "nats = [").unwrap();
        let cli = Cli { config: Some(file.path().to_owned()), ..Cli::default() };
        let error = load_from::<Config>(&cli, []).unwrap_err().to_string();
        assert!(error.contains(&file.path().display().to_string()), "{error}");
    }

    #[test]
    fn a_secret_comes_from_a_file_and_its_errors_do_not_show_it() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "opensesame\n").unwrap();
        let path = file.path().to_str().unwrap();
        let config = from_environment(&[("CARE_NATS__PASSWORD__FILE", path)]).unwrap();
        assert_eq!(config.nats.password.map(|secret| secret.expose().clone()), Some("opensesame".to_owned()));

        let error = from_environment(&[("CARE_NATS__PASSWORD__FILE", "/nowhere")]).unwrap_err().to_string();
        assert!(error.contains("/nowhere") && error.contains("`nats.password"), "{error}");
        let error = from_environment(&[("CARE_NATS__PASSWORD", "[1, 2]")]).unwrap_err().to_string();
        assert!(error.contains("a secret as text"), "{error}");
    }
}
