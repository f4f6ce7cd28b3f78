//! Why a try did not reach anybody, and whether the same try can do better later.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

pub use domain::reach::{FailureKind, Reason};

/// A try that reached nobody, as far as is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{reason:?}: {detail}")]
pub struct Failure {
    /// What went wrong.
    pub reason: Reason,
    /// Where and with which code of the peer's, for the log. Never an address, a text or a secret.
    pub detail: String,
    /// When the peer asked to be tried again, in milliseconds from now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

impl Failure {
    /// A failure for this reason; `detail` must be free of personal data.
    pub fn new(reason: Reason, detail: impl fmt::Display) -> Self {
        Self { reason, detail: detail.to_string(), retry_after_ms: None }
    }

    /// The same, to be tried again after so long.
    #[must_use]
    pub fn after(mut self, wait: Option<Duration>) -> Self {
        self.retry_after_ms = wait.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
        self
    }

    /// Whether trying again can help.
    pub const fn kind(&self) -> FailureKind {
        self.reason.kind()
    }
}
