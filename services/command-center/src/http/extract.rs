//! What handlers take from a request; whatever is wrong with it becomes a problem that names the place.

use std::net::Ipv4Addr;

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path as AxumPath, Request},
    http::{HeaderMap, header, request::Parts},
};
use domain::{id::CommandId, time::Timestamp};
use schemars::JsonSchema;
use schemas::problem::Problem;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{problem::Failure, server::Peer};
use crate::{
    access::{address::Address, token::Claims},
    edge::Edge,
};

/// Who calls; put there by the guard.
#[derive(Debug, Clone)]
pub struct Caller(pub Claims);

impl FromRequestParts<Edge> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &Edge) -> Result<Self, Failure> {
        let caller = parts.extensions.get::<Self>().cloned();
        caller.ok_or_else(|| Problem::new(401, "not_signed_in", "sign in first").into())
    }
}

/// Where the request comes from.
#[derive(Debug)]
pub struct Origin(pub Address);

impl FromRequestParts<Edge> for Origin {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, Self::Rejection> {
        // Without a connection there is none but this machine itself.
        let peer = parts.extensions.get::<Peer>().map_or(Ipv4Addr::LOCALHOST.into(), |peer| peer.0);
        let headers = parts.headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok());
        let forwarded = headers.collect::<Vec<_>>().join(",");
        Ok(Self(Address::of(peer, &forwarded, edge.config.proxies)))
    }
}

/// A JSON body.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Edge> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, edge: &Edge) -> Result<Self, Failure> {
        if !is_json(request.headers()) {
            let detail = "the body must be JSON with Content-Type: application/json";
            return Err(Problem::new(415, "unsupported_media_type", detail).into());
        }
        let bytes = bytes(request, edge).await?;
        decode(&bytes).map(Self)
    }
}

/// The raw body, within the limit.
pub async fn bytes(request: Request, edge: &Edge) -> Result<Bytes, Failure> {
    Bytes::from_request(request, edge).await.map_err(|rejection| {
        let status = rejection.status().as_u16();
        match status {
            413 => {
                let detail = format!("the body is larger than {} KiB", super::router::BODY_LIMIT / 1024);
                Problem::new(413, "too_large", detail).into()
            }
            _ => Problem::malformed(format!("the body could not be read: {}", rejection.body_text())).into(),
        }
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
        || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// Decodes JSON; the problem's pointer names the member to blame.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    let mut decoder = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut decoder).map_err(|error| {
        let pointer = pointer(error.path());
        let problem = Problem::malformed(format!("the body is not what is expected here: {}", error.inner()));
        if pointer.is_empty() { problem } else { problem.at(pointer) }
    })?;
    decoder
        .end()
        .map_err(|error| Problem::malformed(format!("there is more after the JSON body: {error}")))?;
    Ok(value)
}

/// RFC 6901.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    for segment in path {
        let name = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.clone(),
            Segment::Enum { variant } => variant.clone(),
            Segment::Unknown => continue,
        };
        pointer.push('/');
        pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
    }
    pointer
}

/// The query string.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Edge> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, Failure> {
        match axum::extract::Query::<T>::from_request_parts(parts, edge).await {
            Ok(axum::extract::Query(query)) => Ok(Self(query)),
            Err(rejection) => Err(Problem::new(400, "malformed_query", rejection.body_text()).into()),
        }
    }
}

/// The ids in the path.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<Edge> for Path<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, Failure> {
        match AxumPath::<T>::from_request_parts(parts, edge).await {
            Ok(AxumPath(path)) => Ok(Self(path)),
            Err(rejection) => Err(Problem::new(400, "malformed_path", rejection.body_text()).into()),
        }
    }
}

/// What every command may say of itself: flattened into it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Stamp {
    /// Repeating the same id is a no-op that answers as the first time.
    #[serde(default)]
    pub id: Option<CommandId>,
    /// When it happened, by the utterer's clock; `None` is now.
    #[serde(default)]
    pub occurred_at: Option<Timestamp>,
}

/// The `Idempotency-Key` header: the command's id, where the body names none.
#[derive(Debug)]
pub struct Idempotency(pub Option<CommandId>);

impl FromRequestParts<Edge> for Idempotency {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &Edge) -> Result<Self, Failure> {
        let Some(value) = parts.headers.get("idempotency-key") else { return Ok(Self(None)) };
        let id = value.to_str().ok().and_then(|text| CommandId::new(text.trim_matches('"')).ok());
        let id = id.ok_or_else(|| {
            let detail = "Idempotency-Key has 1 to 64 letters, digits, '_' and '-'";
            Problem::new(400, "malformed_idempotency_key", detail)
        })?;
        Ok(Self(Some(id)))
    }
}

impl Idempotency {
    /// The body's id, or the header's, or a new one.
    pub fn or(self, in_body: Option<CommandId>, edge: &Edge) -> CommandId {
        in_body.or(self.0).unwrap_or_else(|| edge.entropy.id())
    }
}
