//! Problems as HTTP answers.

use std::borrow::Cow;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use schemas::problem::Problem;

use crate::store::StoreFailure;

/// What a handler fails with.
#[derive(Debug)]
pub struct Failure(Problem);

/// The code of the problem in an answer, for whoever sees the answer go out.
#[derive(Debug, Clone)]
pub struct Code(pub Cow<'static, str>);

impl Failure {
    /// What is wrong.
    pub const fn problem(&self) -> &Problem {
        &self.0
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl From<StoreFailure> for Failure {
    fn from(failure: StoreFailure) -> Self {
        Self(failure.into())
    }
}

/// What a handler answers.
pub type Answer<T> = Result<T, Failure>;

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let problem = self.0;
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = problem.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(Code(problem.code));
        response
    }
}

/// Nothing here by that name, or nothing the caller may see: the two are not told apart.
pub fn not_found(code: &'static str, what: &str) -> Failure {
    Failure(Problem::new(404, code, format!("there is no {what} within your scope; check the id")))
}

/// Outside what the caller may see or do.
pub fn out_of_scope(detail: &str) -> Failure {
    Failure(Problem::new(403, "out_of_scope", detail))
}
