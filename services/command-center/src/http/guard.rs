//! Before every handler: who is it, may they, within which time. After it: the numbers.

use std::time::{Duration, Instant};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use schemas::problem::Problem;

use super::{endpoint::Who, extract::Caller, problem::Failure};
use crate::{access::token::Claims, edge::Edge};

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
}

/// The guard.
pub async fn guard(State(post): State<Post>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let response = match admit(&post, request.headers(), request.method()) {
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
    post.edge.metrics.request(post.path, response.status().as_u16(), began.elapsed());
    response
}

fn too_slow() -> Failure {
    let detail = "the request was not done in time; repeat it with the same id";
    Problem { retry_after: Some(1), ..Problem::new(503, "timeout", detail) }.into()
}

fn admit(post: &Post, headers: &HeaderMap, method: &Method) -> Result<Option<Claims>, Problem> {
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
    if post.who.admits(claims.role) {
        Ok(Some(claims))
    } else {
        let role = crate::store::users::role_name(claims.role);
        let detail = format!("the role {role} may not do this; ask a supervisor if you should");
        Err(Problem::new(403, "not_allowed", detail))
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
