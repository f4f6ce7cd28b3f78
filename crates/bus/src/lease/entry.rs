//! The entry of a lease in the bucket, read and written by revision.

use std::time::Duration;

use async_nats::jetstream::{
    kv::{self, CreateErrorKind, Operation, Store, UpdateErrorKind},
    stream::StorageType,
};
use futures::StreamExt;
use serde::{Deserialize, Serialize};

use crate::{Bus, StreamError, stream::in_full};

const BUCKET: &str = "LEASES";

/// What an entry says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Claim {
    /// For operators.
    pub holder: String,
    /// Tells a process from its successor of the same name.
    pub instance: String,
    /// Given back; anybody may take it at once.
    #[serde(default)]
    pub released: bool,
}

/// An entry as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Standing {
    pub claim: Claim,
    pub revision: u64,
}

/// Why a write did not happen, or not surely.
#[derive(Debug, thiserror::Error)]
pub(super) enum WriteError {
    #[error("the entry has changed")]
    Changed,
    #[error("{0}")]
    Unknown(String),
}

/// One entry of the bucket.
#[derive(Debug, Clone)]
pub(super) struct Bucket {
    store: Store,
    key: String,
}

impl Bucket {
    pub(super) async fn open(bus: &Bus, key: &str, replicas: usize) -> Result<Self, StreamError> {
        let config = kv::Config {
            bucket: BUCKET.to_owned(),
            description: "who is the active process".to_owned(),
            history: 1,
            storage: StorageType::File,
            num_replicas: replicas,
            ..kv::Config::default()
        };
        let store = match bus.jetstream().get_key_value(BUCKET).await {
            Ok(store) => store,
            Err(_) => bus.jetstream().create_key_value(config).await.map_err(|error| {
                StreamError::Server { stream: format!("KV_{BUCKET}"), reason: in_full(&error) }
            })?,
        };
        Ok(Self { store, key: key.to_owned() })
    }

    /// The entry, if there is one that can be read.
    pub(super) async fn read(&self) -> Result<Option<Standing>, String> {
        let entry = self.store.entry(self.key.clone()).await.map_err(|error| in_full(&error))?;
        Ok(entry.and_then(|entry| standing(&entry)))
    }

    /// Writes the first claim; returns its revision.
    pub(super) async fn create(&self, claim: &Claim) -> Result<u64, WriteError> {
        self.store.create(&self.key, encode(claim)?).await.map_err(|error| match error.kind() {
            CreateErrorKind::AlreadyExists => WriteError::Changed,
            _ => WriteError::Unknown(in_full(&error)),
        })
    }

    /// Replaces the entry of this revision; returns the new one.
    pub(super) async fn replace(&self, claim: &Claim, revision: u64) -> Result<u64, WriteError> {
        self.store.update(&self.key, encode(claim)?, revision).await.map_err(|error| match error.kind() {
            UpdateErrorKind::WrongLastRevision => WriteError::Changed,
            _ => WriteError::Unknown(in_full(&error)),
        })
    }

    /// Opens a watch on the entry's changes.
    pub(super) fn watch(&self) -> Watcher {
        Watcher { bucket: self.clone(), changes: None }
    }
}

/// Tells when the entry changes. Only a hint: who acts on it reads the entry again.
pub(super) struct Watcher {
    bucket: Bucket,
    changes: Option<kv::Watch>,
}

impl Watcher {
    /// Waits until the entry changes, but at most so long.
    pub(super) async fn changed(&mut self, at_most: Duration) {
        let watching = async {
            if self.changes.is_none() {
                self.changes = self.bucket.store.watch(&self.bucket.key).await.ok();
            }
            if let Some(changes) = &mut self.changes {
                if let Some(Ok(_)) = changes.next().await {
                    return;
                }
                self.changes = None;
            }
            // No watch for now: the time limit is as good.
            std::future::pending::<()>().await;
        };
        let _ = tokio::time::timeout(at_most, watching).await;
    }
}

fn encode(claim: &Claim) -> Result<bytes::Bytes, WriteError> {
    serde_json::to_vec(claim).map(Into::into).map_err(|error| WriteError::Unknown(error.to_string()))
}

/// An entry that was deleted or is unreadable counts as none: an operator's way to free a lease by hand.
fn standing(entry: &kv::Entry) -> Option<Standing> {
    if entry.operation != Operation::Put {
        return None;
    }
    let claim = serde_json::from_slice(&entry.value).ok()?;
    Some(Standing { claim, revision: entry.revision })
}
