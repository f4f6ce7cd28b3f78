//! Calls as the telephone system tells of them: the desks that are there see whose number it is, so that the caller's file
//! is open before they have said their name. The number itself goes to the registry alone and is kept nowhere.
//!
//! The body is signed as a vendor's webhook is: `X-Care-Signature` is HMAC-SHA-256 over `<timestamp>.<body>` in
//! hexadecimal with the key `edge.telephone_key`, `X-Care-Timestamp` the seconds since the epoch, good for five minutes.

use axum::{
    extract::{Request, State},
    http::HeaderMap,
};
use domain::{
    order::{Actor, Role},
    unit::Seconds,
};
use hmac::{Hmac, KeyInit, Mac};
use runtime::Clock;
use schemars::JsonSchema;
use schemas::{
    live::Ringing,
    problem::Problem,
    registry::person::{Caller, CallerQuery},
    subject::Service,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{
    endpoint::{Endpoint, Who},
    extract::{bytes, decode},
    problem::Answer,
};
use crate::edge::Edge;

/// How long a signature is good for, either way.
const WINDOW: Seconds = Seconds(300);
/// The longest a name of a call or line may be, in bytes.
const MAX_NAME: usize = 64;

/// A call that comes in.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CallEvent {
    /// The telephone system's name for the call; the same in every repetition.
    pub id: String,
    /// The caller's number: digits, `+` in front if international; blanks and dashes are passed over.
    pub number: String,
    /// On which line or at which extension.
    #[serde(default)]
    pub line: Option<String>,
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post("/api/v1/calls", Who::Anyone, take)
            .about("A call comes in: signed by the telephone system, shown at the desks")
            .body::<CallEvent>()
            .answers_nothing(204),
    ]
}

async fn take(State(edge): State<Edge>, request: Request) -> Answer<axum::http::StatusCode> {
    let headers = request.headers().clone();
    let body = bytes(request, &edge).await?;
    let now = edge.door.wall.now().as_millis() / 1000;
    let key = edge.config.telephone_key.as_ref().map(|key| key.expose().as_bytes());
    if !key.is_some_and(|key| is_signed(key, &headers, &body, now)) {
        let detail = "the signature does not fit edge.telephone_key, or its time is past";
        return Err(Problem::new(401, "unsigned", detail).into());
    }
    let CallEvent { id, number, line } = decode(&body)?;
    let number: String = number.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    let long = |text: &str| text.is_empty() || text.len() > MAX_NAME;
    if long(&id) || long(&number) || line.as_deref().is_some_and(long) {
        let detail = format!("a call has an id, a number and perhaps a line, {MAX_NAME} characters each");
        return Err(Problem::new(422, "malformed_call", detail).into());
    }
    let query = CallerQuery { reader: Actor { role: Role::System, user: None }, number };
    let caller: Result<Caller, Problem> = edge.neighbours.ask(Service::Registry, "caller", &query).await;
    // While the registry is away it rings all the same.
    let people = caller.map(|caller| caller.people).unwrap_or_default();
    let ringing = Ringing { id, at: edge.clock.now(), line, people };
    edge.live.change(|core| core.ring(&ringing));
    Ok(axum::http::StatusCode::NO_CONTENT)
}

fn is_signed(key: &[u8], headers: &HeaderMap, body: &[u8], now: i64) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let (Some(timestamp), Some(signature)) = (text("x-care-timestamp"), text("x-care-signature")) else {
        return false;
    };
    let fresh = timestamp.parse::<i64>().is_ok_and(|at| now.abs_diff(at) <= WINDOW.0.unsigned_abs());
    fresh && signed(key, timestamp, body).as_bytes().ct_eq(signature.to_ascii_lowercase().as_bytes()).into()
}

/// The signature of a body, in hexadecimal.
pub fn signed(key: &[u8], timestamp: &str, body: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
    // Longer keys count by their hash, shorter ones are padded with zeros (RFC 2104).
    let hashed;
    let key = if key.len() > block.len() {
        hashed = Sha256::digest(key);
        hashed.as_slice()
    } else {
        key
    };
    block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    let mac = Hmac::<Sha256>::new(&block);
    let mac = mac.chain_update(timestamp.as_bytes()).chain_update(b".").chain_update(body);
    mac.finalize().into_bytes().iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_holds_for_its_body_and_time() {
        let key = b"a key of the telephone system, long";
        let mut headers = HeaderMap::new();
        headers.insert("x-care-timestamp", "1000".parse().unwrap());
        headers.insert("x-care-signature", signed(key, "1000", b"{}").parse().unwrap());
        assert!(is_signed(key, &headers, b"{}", 1300));
        assert!(!is_signed(key, &headers, b"{}", 1301));
        assert!(!is_signed(key, &headers, b"{ }", 1000));
        assert!(!is_signed(b"another key", &headers, b"{}", 1000));
        assert!(!is_signed(key, &HeaderMap::new(), b"{}", 1000));
        // RFC 4231, case 2, by way of what stands before the point.
        assert_eq!(signed(b"Jefe", "what do ya want for nothing?", b"").len(), 64);
    }
}
