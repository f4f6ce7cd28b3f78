//! A bad configuration in words a person can act on.

use std::path::PathBuf;

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file named by `--config` or `CARE_CONFIG` cannot be read.
    #[error(
        "cannot read the configuration file {path}: {source}; check the path given by --config or CARE_CONFIG"
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// The file is not TOML.
    #[error("the configuration file {path} is not TOML: {source}")]
    NotToml {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: Box<toml::de::Error>,
    },
    /// A `--set` flag without `=`.
    #[error("--set {0:?} is not KEY=VALUE, for example --set nats.url=nats://127.0.0.1:4222")]
    MalformedFlag(String),
    /// One or more keys are unknown, missing or have a value that does not fit.
    #[error("the configuration is not usable:\n{}", list(.0))]
    Keys(Vec<KeyError>),
    /// The effective configuration could not be printed.
    #[error("cannot print the configuration: {0}")]
    Unprintable(#[from] toml::ser::Error),
}

/// One key that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{key}` ({source_name}): {problem}")]
pub struct KeyError {
    /// The key's full path, e.g. `nats.url`.
    pub key: String,
    /// Where the value came from, e.g. `environment variable CARE_NATS__URL`.
    pub source_name: String,
    /// What is wrong and what is expected.
    pub problem: String,
}

fn list(errors: &[KeyError]) -> String {
    errors.iter().map(|error| format!("  {error}")).collect::<Vec<_>>().join("\n")
}

impl From<figment::Error> for ConfigError {
    fn from(errors: figment::Error) -> Self {
        Self::Keys(errors.into_iter().map(|error| KeyError::from(&error)).collect())
    }
}

impl From<&figment::Error> for KeyError {
    fn from(error: &figment::Error) -> Self {
        let mut path = error.path.clone();
        let problem = match &error.kind {
            figment::error::Kind::UnknownField(field, known) => {
                if path.last() != Some(field) {
                    path.push(field.clone());
                }
                format!("there is no such key here; known are: {}", known.join(", "))
            }
            kind => kind.to_string(),
        };
        let key = if path.is_empty() { "(top level)".to_owned() } else { path.join(".") };
        let source_name = match &error.metadata {
            Some(metadata) => {
                let profile = error.profile.clone().unwrap_or_default();
                let place = metadata.interpolate(&profile, &path);
                match &metadata.source {
                    Some(source) => format!("{} {source}", metadata.name),
                    None if place == key => metadata.name.to_string(),
                    None => format!("{} {place}", metadata.name),
                }
            }
            None => "no source sets it".to_owned(),
        };
        Self { key, source_name, problem }
    }
}
