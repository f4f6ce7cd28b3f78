//! Errors on the wire: RFC 9457 problem details with a stable code. The same shape answers HTTP and bus requests.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What went wrong, where, why and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[error("{code}: {detail}")]
pub struct Problem {
    /// `urn:care:problem:<code>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Stable code in snake_case, e.g. `offer_gone`; clients decide by it.
    pub code: Cow<'static, str>,
    /// Short and the same for every problem of the code.
    pub title: Cow<'static, str>,
    /// HTTP status.
    pub status: u16,
    /// This occurrence: what, where, why, what to do.
    pub detail: String,
    /// Which member of the request, as a JSON pointer, where one is to blame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// Seconds after which trying again makes sense.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
}

impl Problem {
    /// A problem of this code; the title is the code in words.
    pub fn new(status: u16, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:care:problem:{code}"),
            code: Cow::Borrowed(code),
            title: Cow::Owned(code.replace('_', " ")),
            status,
            detail: detail.into(),
            pointer: None,
            retry_after: None,
        }
    }

    /// The request is malformed.
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(400, "malformed", detail)
    }

    /// A service does not answer; try again.
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self { retry_after: Some(1), ..Self::new(503, "unavailable", detail) }
    }

    /// Names the member to blame.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }
}

/// The answer to a request on the bus: the value, or why not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reply<T> {
    /// As asked.
    Ok(T),
    /// Why not.
    Problem(Problem),
}

impl<T> From<Reply<T>> for Result<T, Problem> {
    fn from(reply: Reply<T>) -> Self {
        match reply {
            Reply::Ok(value) => Ok(value),
            Reply::Problem(problem) => Err(problem),
        }
    }
}

impl<T> From<Result<T, Problem>> for Reply<T> {
    fn from(result: Result<T, Problem>) -> Self {
        match result {
            Ok(value) => Self::Ok(value),
            Err(problem) => Self::Problem(problem),
        }
    }
}
