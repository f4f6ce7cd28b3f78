//! Before every handler: who is it, may they, within which time. After it: the numbers, and on the audit log who was refused
//! what is watched over.

use std::time::{Duration, Instant};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use schemas::problem::Problem;
use serde_json::{Value, json};

use super::{
    endpoint::Who,
    extract::Caller,
    problem::{Code, Failure},
};
use crate::{access::token::Claims, edge::Edge, store::audit::Action};

/// The cookie that holds the token.
pub const COOKIE: &str = "care_session";
/// The cookie that holds the refresh token.
pub const REFRESH_COOKIE: &str = "care_refresh";
/// Longer than any neighbour may take.
const WITHIN: Duration = Duration::from_secs(8);

/// What the guard knows of the endpoint behind it.
#[derive(Debug, Clone)]
pub struct Post {
    /// The edge.
    pub edge: Edge,
    /// Who may pass.
    pub who: Who,
    /// The route, for the numbers.
    pub path: &'static str,
    /// No time limit.
    pub endless: bool,
    /// Who is refused is on the audit log.
    pub watched: bool,
}

/// The longest path that is written down, in characters; ours are shorter.
const MAX_PATH: usize = 200;

/// The guard.
pub async fn guard(State(post): State<Post>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let known = known(&post, request.headers(), request.method());
    let watched = post.watched.then(|| whose(&post, request.headers(), &known)).flatten();
    let watched = watched.map(|claims| {
        let path: String = request.uri().path().chars().take(MAX_PATH).collect();
        (claims, path)
    });
    let response = match known.and_then(|claims| admitted(&post, claims)) {
        Ok(claims) => {
            if let Some(claims) = claims {
                request.extensions_mut().insert(Caller(claims));
            }
            if post.endless {
                next.run(request).await
            } else {
                tokio::time::timeout(WITHIN, next.run(request))
                    .await
                    .unwrap_or_else(|_| too_slow().into_response())
            }
        }
        Err(problem) => Failure::from(problem).into_response(),
    };
    if let (Some((claims, path)), Some(detail)) = (watched, refusal(&response)) {
        note_refusal(&post.edge, &claims, &path, detail).await;
    }
    post.edge.metrics.request(post.path, response.status().as_u16(), began.elapsed());
    response
}

fn too_slow() -> Failure {
    let detail = "the request was not done in time; repeat it with the same id";
    Problem { retry_after: Some(1), ..Problem::new(503, "timeout", detail) }.into()
}

/// Whose request it is, as far as the audit log goes: also of those who belong to another district.
fn whose(post: &Post, headers: &HeaderMap, known: &Result<Option<Claims>, Problem>) -> Option<Claims> {
    if let Ok(claims) = known {
        return claims.clone();
    }
    let token = bearer(headers).ok().flatten().or_else(|| cookie(headers, COOKIE))?;
    post.edge.door.of_elsewhere(token)
}

/// What an answer refuses, for the audit log; none where it refuses nothing.
fn refusal(response: &Response) -> Option<Value> {
    let Code(code) = response.extensions().get::<Code>()?;
    let status = response.status();
    status.is_client_error().then(|| json!({ "status": status.as_u16(), "code": code }))
}

/// Who was refused what, and why. The refusal stands even if it cannot be written down.
async fn note_refusal(edge: &Edge, claims: &Claims, path: &str, detail: Value) {
    if let Err(problem) = edge.audit(claims, Action::Refused, Some(path), detail).await {
        tracing::error!(%problem.detail, path, "a refusal could not be written down");
    }
}

/// Who it is; none where nobody is asked.
fn known(post: &Post, headers: &HeaderMap, method: &Method) -> Result<Option<Claims>, Problem> {
    if post.who == Who::Anyone {
        return Ok(None);
    }
    let claims = if let Some(token) = bearer(headers)? {
        post.edge.door.read(token)?
    } else {
        let token = cookie(headers, COOKIE).ok_or_else(|| {
            Problem::new(
                401,
                "not_signed_in",
                "sign in first: a session cookie or Authorization: Bearer is needed",
            )
        })?;
        let claims = post.edge.door.read(token)?;
        if !method.is_safe() {
            of_our_own(headers)?;
        }
        claims
    };
    Ok(Some(claims))
}

/// Whether they may.
fn admitted(post: &Post, claims: Option<Claims>) -> Result<Option<Claims>, Problem> {
    match claims {
        Some(claims) if !post.who.admits(claims.role) => {
            let role = crate::store::users::role_name(claims.role);
            let detail = format!("the role {role} may not do this; ask a supervisor if you should");
            Err(Problem::new(403, "not_allowed", detail))
        }
        claims => Ok(claims),
    }
}

/// A form on another site can send a cookie, but not this header.
fn of_our_own(headers: &HeaderMap) -> Result<(), Problem> {
    if headers.contains_key("x-care-request") {
        return Ok(());
    }
    let detail = "calls that change something and use the cookie need the header X-Care-Request: 1";
    Err(Problem::new(403, "missing_request_header", detail))
}

/// The refresh token a browser keeps.
pub fn refresh_cookie(headers: &HeaderMap) -> Result<&str, Problem> {
    let token = cookie(headers, REFRESH_COOKIE)
        .ok_or_else(|| Problem::new(401, "not_signed_in", "there is no refresh token; sign in"))?;
    of_our_own(headers)?;
    Ok(token)
}

/// The token of the `Authorization` header.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let token = value.to_str().ok().and_then(|text| {
        let (scheme, token) = text.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
    });
    token.map(Some).ok_or_else(|| Problem::new(401, "invalid_token", "Authorization must be: Bearer <token>"))
}

fn cookie<'h>(headers: &'h HeaderMap, wanted: &str) -> Option<&'h str> {
    let all = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|text| text.split(';')).find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        (name.trim() == wanted).then_some(value.trim())
    })
}
