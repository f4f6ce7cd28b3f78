//! Streams, declared in code: what each kind keeps, how long and where. The declaration is brought about at start
//! and again after every reconnect, since a server that was restarted has forgotten what it kept in memory.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_nats::jetstream::{
    self,
    context::{CreateStreamError, GetStreamError, GetStreamErrorKind, UpdateStreamError},
    stream::{Config, DiscardPolicy, Info, RetentionPolicy, StorageType},
};
use domain::id::DistrictId;
use schemas::subject::StreamKind;
use tokio::sync::watch;

use crate::{Bus, Link, Sequence};

const DAY: Duration = Duration::from_hours(24);
const GIB: i64 = 1 << 30;
/// No aggregate's state comes near this; what does is a mistake better refused than stored.
pub(crate) const LARGEST_MESSAGE: i32 = 256 * 1024;
/// How long the server recognises a repeated message id.
const DEDUPE_WINDOW: Duration = Duration::from_mins(2);

/// Where a stream keeps its messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    /// On disk; survives a restart.
    File,
    /// In memory; gone after a restart of the last server that has it.
    Memory,
}

/// How one stream is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamSpec {
    /// The stream's name.
    pub name: String,
    /// The subjects it keeps.
    pub subjects: Vec<String>,
    /// What it is for.
    pub description: &'static str,
    /// Where.
    pub storage: Storage,
    /// Messages older than this go.
    pub max_age: Option<Duration>,
    /// Beyond so many bytes the oldest messages go.
    pub max_bytes: Option<i64>,
    /// Of each subject only the last so many messages stay.
    pub max_messages_per_subject: Option<i64>,
    /// Larger messages are refused, in bytes with headers.
    pub max_message_bytes: i32,
    /// Copies in a cluster.
    pub replicas: usize,
    /// How long a repeated message id is recognised.
    pub dedupe_window: Duration,
}

impl StreamSpec {
    /// The house's declaration of a kind of stream.
    ///
    /// | kind | kept | limits |
    /// | --- | --- | --- |
    /// | orders | file | 90 days; the last message of an order rebuilds it, all of them are its history |
    /// | profiles | file | the last 10 of each person |
    /// | presence | file | the last 5 of each caregiver, 30 days |
    /// | geofence | file | the last 100 of each caregiver, 7 days |
    /// | positions | memory | the last one of each caregiver, 1 day: positions live for the shift, then go |
    /// | funding | file | the last 10 of each order, 400 days: a year's settlements can be followed |
    /// | dead letters | file | 30 days, 1 GiB |
    /// | alarms | file | 2 years; the last message of an incident rebuilds it, all of them are its history |
    /// | devices | file | the last one of each device, outage and share |
    /// | meals | file | the last 60 of each meal, menu and round, 90 days |
    /// | diners | file | the last 10 of each kitchen, need, courier and standing order |
    ///
    /// Deleting and purging by subject stay allowed everywhere: erasing a person depends on it.
    pub fn of(kind: StreamKind, district: &DistrictId, replicas: usize) -> Self {
        let base = Self {
            name: kind.name(district),
            subjects: vec![kind.subjects(district)],
            description: "",
            storage: Storage::File,
            max_age: None,
            max_bytes: None,
            max_messages_per_subject: None,
            max_message_bytes: LARGEST_MESSAGE,
            replicas,
            dedupe_window: DEDUPE_WINDOW,
        };
        match kind {
            StreamKind::Orders => {
                Self { description: "work orders: every durable decision", max_age: Some(90 * DAY), ..base }
            }
            StreamKind::Profiles => Self {
                description: "elders' and caregivers' profiles",
                max_messages_per_subject: Some(10),
                ..base
            },
            StreamKind::Presence => Self {
                description: "who is on shift, stale, lost",
                max_messages_per_subject: Some(5),
                max_age: Some(30 * DAY),
                ..base
            },
            StreamKind::Geofence => Self {
                description: "who entered or left which geofence",
                max_messages_per_subject: Some(100),
                max_age: Some(7 * DAY),
                ..base
            },
            StreamKind::Positions => Self {
                description: "last known positions",
                storage: Storage::Memory,
                max_messages_per_subject: Some(1),
                max_age: Some(DAY),
                ..base
            },
            StreamKind::Funding => Self {
                description: "how orders are paid",
                max_messages_per_subject: Some(10),
                max_age: Some(400 * DAY),
                ..base
            },
            StreamKind::Alarms => {
                Self { description: "emergencies: every durable decision", max_age: Some(730 * DAY), ..base }
            }
            StreamKind::Devices => Self {
                description: "devices: registration, condition, when last heard",
                max_messages_per_subject: Some(1),
                ..base
            },
            StreamKind::Meals => Self {
                description: "meals: every durable decision",
                max_messages_per_subject: Some(60),
                max_age: Some(90 * DAY),
                ..base
            },
            StreamKind::Diners => Self {
                description: "who cooks, eats and carries meals",
                max_messages_per_subject: Some(10),
                ..base
            },
            StreamKind::Dead => Self {
                description: "what could not be handled",
                max_age: Some(30 * DAY),
                max_bytes: Some(GIB),
                ..base
            },
        }
    }

    /// All streams of a district.
    pub fn all(district: &DistrictId, replicas: usize) -> Vec<Self> {
        StreamKind::ALL.into_iter().map(|kind| Self::of(kind, district, replicas)).collect()
    }

    /// The declaration laid over what is there, so that settings this house does not know stay as they are.
    fn over(&self, present: Config) -> Config {
        Config {
            name: self.name.clone(),
            subjects: self.subjects.clone(),
            description: Some(self.description.to_owned()),
            storage: match self.storage {
                Storage::File => StorageType::File,
                Storage::Memory => StorageType::Memory,
            },
            retention: RetentionPolicy::Limits,
            discard: DiscardPolicy::Old,
            max_age: self.max_age.unwrap_or_default(),
            max_bytes: self.max_bytes.unwrap_or(-1),
            max_messages: -1,
            max_messages_per_subject: self.max_messages_per_subject.unwrap_or(-1),
            max_message_size: self.max_message_bytes,
            num_replicas: self.replicas,
            duplicate_window: self.dedupe_window,
            allow_direct: true,
            // How a writer takes over, see `leap`.
            allow_atomic_publish: true,
            deny_delete: false,
            deny_purge: false,
            ..present
        }
    }
}

/// What reconciling a stream came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reconciled {
    /// It was not there.
    Created,
    /// It was there with other settings.
    Updated,
    /// It was there as declared.
    Unchanged,
}

/// What went wrong with a stream.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// The stream that is there differs in a way that cannot be changed in place.
    #[error(
        "stream {stream} has {setting} {present}, the declaration says {declared}, and a server cannot change that in \
         place; move its messages to a new stream, or remove it if they may go"
    )]
    Incompatible {
        /// The stream.
        stream: String,
        /// What differs.
        setting: &'static str,
        /// As it is.
        present: String,
        /// As it should be.
        declared: String,
    },
    /// There is no such stream.
    #[error("there is no stream {stream}; it is made when the owning service starts")]
    Missing {
        /// The stream.
        stream: String,
    },
    /// The server refused or did not answer.
    #[error("stream {stream}: {reason}")]
    Server {
        /// The stream.
        stream: String,
        /// What the server says.
        reason: String,
    },
}

impl StreamError {
    fn server(stream: &str, error: &dyn std::error::Error) -> Self {
        Self::Server { stream: stream.to_owned(), reason: in_full(error) }
    }
}

/// The error and what caused it; the client's errors keep the server's words in their sources.
pub(crate) fn in_full(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}

impl Bus {
    /// Creates the streams that are missing, changes those that differ, and keeps doing so after each reconnect for
    /// as long as the bus lives.
    ///
    /// # Errors
    /// [`StreamError::Incompatible`] for a difference that cannot be changed in place, [`StreamError::Server`]
    /// otherwise. Streams before the failing one are done.
    pub async fn reconcile(&self, specs: &[StreamSpec]) -> Result<Vec<Reconciled>, StreamError> {
        let mut outcomes = Vec::with_capacity(specs.len());
        for spec in specs {
            outcomes.push(reconcile(self.jetstream(), spec).await?);
            self.declared().remember(spec);
        }
        Ok(outcomes)
    }

    /// The sequence of the last message the stream ever took, whether or not it is still there.
    ///
    /// # Errors
    /// [`StreamError::Missing`] or [`StreamError::Server`].
    pub async fn last_sequence(&self, stream: &str) -> Result<Sequence, StreamError> {
        Ok(Sequence(self.stream_info(stream).await?.state.last_sequence))
    }

    /// Removes all messages of one subject, for erasing a person. The stream's last sequence stays.
    ///
    /// Returns how many messages went.
    ///
    /// # Errors
    /// [`StreamError::Missing`] or [`StreamError::Server`].
    pub async fn purge_subject(&self, stream: &str, subject: &str) -> Result<u64, StreamError> {
        let handle = self.jetstream().get_stream(stream).await.map_err(|error| missing_or(stream, &error))?;
        let purged =
            handle.purge().filter(subject).await.map_err(|error| StreamError::server(stream, &error))?;
        Ok(purged.purged)
    }

    pub(crate) async fn stream_info(&self, stream: &str) -> Result<Info, StreamError> {
        let handle = self.asking_again(|| self.jetstream().get_stream(stream)).await;
        Ok(handle.map_err(|error| missing_or(stream, &error))?.cached_info().clone())
    }
}

fn missing_or(stream: &str, error: &GetStreamError) -> StreamError {
    match error.kind() {
        GetStreamErrorKind::JetStream(cause)
            if cause.error_code() == jetstream::ErrorCode::STREAM_NOT_FOUND =>
        {
            StreamError::Missing { stream: stream.to_owned() }
        }
        _ => StreamError::server(stream, error),
    }
}

async fn reconcile(jetstream: &jetstream::Context, spec: &StreamSpec) -> Result<Reconciled, StreamError> {
    let present = match jetstream.get_stream(&spec.name).await {
        Ok(stream) => stream.cached_info().config.clone(),
        Err(error) => {
            return match missing_or(&spec.name, &error) {
                StreamError::Missing { .. } => create(jetstream, spec).await,
                other => Err(other),
            };
        }
    };
    let declared = spec.over(present.clone());
    refuse_incompatible(&present, &declared)?;
    if declared == present {
        return Ok(Reconciled::Unchanged);
    }
    tracing::info!(stream = spec.name, "stream differs from its declaration; updating it");
    jetstream
        .update_stream(declared)
        .await
        .map(|_| Reconciled::Updated)
        .map_err(|error: UpdateStreamError| StreamError::server(&spec.name, &error))
}

async fn create(jetstream: &jetstream::Context, spec: &StreamSpec) -> Result<Reconciled, StreamError> {
    jetstream
        .create_stream(spec.over(Config::default()))
        .await
        .map(|_| Reconciled::Created)
        .map_err(|error: CreateStreamError| StreamError::server(&spec.name, &error))
}

fn refuse_incompatible(present: &Config, declared: &Config) -> Result<(), StreamError> {
    let differing = |setting, present: String, declared_value: String| StreamError::Incompatible {
        stream: declared.name.clone(),
        setting,
        present,
        declared: declared_value,
    };
    if present.storage != declared.storage {
        let (is, should) = (format!("{:?}", present.storage), format!("{:?}", declared.storage));
        return Err(differing("storage", is, should));
    }
    if present.retention != declared.retention {
        let (is, should) = (format!("{:?}", present.retention), format!("{:?}", declared.retention));
        return Err(differing("retention", is, should));
    }
    if present.sealed {
        return Err(differing("sealed", "true".to_owned(), "false".to_owned()));
    }
    Ok(())
}

/// The streams this process has declared.
#[derive(Debug, Clone, Default)]
pub(crate) struct Declared(Arc<Mutex<Vec<StreamSpec>>>);

impl Declared {
    fn remember(&self, spec: &StreamSpec) {
        let mut specs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match specs.iter_mut().find(|known| known.name == spec.name) {
            Some(known) => known.clone_from(spec),
            None => specs.push(spec.clone()),
        }
    }

    fn all(&self) -> Vec<StreamSpec> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reconciles again after each reconnect, until the connection is closed.
    pub(crate) fn keep(&self, jetstream: &jetstream::Context, mut link: watch::Receiver<Link>) {
        let (declared, jetstream) = (self.clone(), jetstream.clone());
        tokio::spawn(async move {
            link.mark_unchanged();
            while link.changed().await.is_ok() {
                let now = *link.borrow_and_update();
                match now {
                    Link::Up { .. } => declared.restore(&jetstream, &link).await,
                    Link::Down { .. } => {}
                    Link::Closed => break,
                }
            }
        });
    }

    /// Tries until everything stands or the link changes again.
    async fn restore(&self, jetstream: &jetstream::Context, link: &watch::Receiver<Link>) {
        for spec in self.all() {
            while let Err(error) = reconcile(jetstream, &spec).await {
                tracing::warn!(stream = spec.name, %error, "stream not as declared after a reconnect; trying again");
                tokio::time::sleep(Duration::from_millis(250)).await;
                if link.has_changed().unwrap_or(true) {
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_declaration_of_its_own() {
        let district = DistrictId::new("jiayuguan").unwrap();
        let specs = StreamSpec::all(&district, 3);
        assert_eq!(specs.len(), StreamKind::ALL.len());
        for spec in &specs {
            assert!(!spec.description.is_empty(), "{} needs a description", spec.name);
            assert_eq!(spec.replicas, 3);
            let bounded = spec.max_age.is_some() || spec.max_messages_per_subject.is_some();
            assert!(bounded, "{} would grow without bound", spec.name);
        }
    }

    #[test]
    fn storage_is_never_changed_silently() {
        let district = DistrictId::new("d").unwrap();
        let spec = StreamSpec::of(StreamKind::Orders, &district, 1);
        let present = Config { storage: StorageType::Memory, ..spec.over(Config::default()) };
        let error = refuse_incompatible(&present, &spec.over(present.clone())).unwrap_err();
        assert!(error.to_string().contains("storage Memory"), "{error}");
    }
}
