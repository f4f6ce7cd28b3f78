//! Signing in and out, and one's own password.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{
    id::{CaregiverId, DistrictId, ElderId, OrganisationId, UserId},
    order::Role,
    time::Timestamp,
};
use schemars::JsonSchema;
use schemas::problem::Problem;
use serde::{Deserialize, Serialize};

use super::{
    endpoint::{Endpoint, Who},
    extract::{Body, Caller, Origin},
    guard::{self, COOKIE, REFRESH_COOKIE},
    problem::Answer,
};
use crate::{
    access::{
        scope::Scope,
        sign_in::{Proof, SignedIn},
        token::Claims,
    },
    edge::Edge,
};

/// Who one is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Me {
    /// The account.
    pub user: UserId,
    /// In which capacity.
    pub role: Role,
    /// Of which district.
    pub district: DistrictId,
    /// How far one sees.
    pub scope: Scope,
    /// The caregiver one is.
    pub caregiver: Option<CaregiverId>,
    /// The elder one is.
    pub elder: Option<ElderId>,
    /// The organisation whose staff one sees.
    pub organisation: Option<OrganisationId>,
    /// For display.
    pub display_name: String,
}

impl From<Claims> for Me {
    fn from(claims: Claims) -> Self {
        Self {
            user: claims.user,
            role: claims.role,
            district: claims.district,
            scope: claims.scope,
            caregiver: claims.caregiver,
            elder: claims.elder,
            organisation: claims.organisation,
            display_name: claims.name,
        }
    }
}

/// What one signs in with.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Credentials {
    /// The account.
    pub user: String,
    /// Its password.
    pub password: String,
}

/// A sign-in.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Session {
    /// For `Authorization: Bearer`; browsers have it in a cookie as well.
    pub token: String,
    /// When the token ends.
    pub expires_at: Timestamp,
    /// For `POST /api/v1/session/renew`, once; browsers have it in a cookie as well.
    pub refresh: String,
    /// When it ends if it is not used before.
    pub refresh_expires_at: Timestamp,
    /// Who one is.
    pub me: Me,
}

/// A refresh token; browsers leave it out and send their cookie.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub struct Renewal {
    /// The one that came with the token before.
    #[serde(default)]
    pub refresh: Option<String>,
}

/// A new password, with a one-time code or the present password.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct NewPassword {
    /// The account.
    pub user: String,
    /// The one-time code a supervisor gave out.
    #[serde(default)]
    pub code: Option<String>,
    /// Or the present password.
    #[serde(default)]
    pub current: Option<String>,
    /// The new one.
    pub password: String,
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post("/api/v1/session", Who::Anyone, sign_in)
            .about("Signs in; sets the session cookie and returns the token")
            .body::<Credentials>()
            .answers::<Session>(200),
        Endpoint::delete("/api/v1/session", Who::SignedIn, sign_out)
            .about("Signs out: the token and every token renewed from the same sign-in end")
            .answers_nothing(204),
        Endpoint::post("/api/v1/session/renew", Who::Anyone, renew)
            .about("New tokens for a refresh token: it is good once, and one that turns up again ends the sign-in")
            .body::<Renewal>()
            .answers::<Session>(200),
        Endpoint::post("/api/v1/password", Who::Anyone, set_password)
            .about("Sets a password; every sign-in made before ends")
            .body::<NewPassword>()
            .answers_nothing(204),
        Endpoint::get("/api/v1/me", Who::SignedIn, me).about("Who one is").answers::<Me>(200),
    ]
}

async fn sign_in(
    State(edge): State<Edge>,
    Origin(address): Origin,
    headers: HeaderMap,
    Body(given): Body<Credentials>,
) -> Answer<Response> {
    edge.knocks.take(&address)?;
    let signed_in = edge.door.sign_in(&given.user, given.password, &address).await;
    let signed_in = edge.knocks.settle(&address, signed_in)?;
    Ok(session(&edge, &headers, signed_in))
}

async fn renew(State(edge): State<Edge>, headers: HeaderMap, Body(given): Body<Renewal>) -> Answer<Response> {
    let refresh = match given.refresh {
        Some(refresh) => refresh,
        None => guard::refresh_cookie(&headers)?.to_owned(),
    };
    let signed_in = edge.door.renew(&refresh).await?;
    Ok(session(&edge, &headers, signed_in))
}

async fn sign_out(State(edge): State<Edge>, Caller(claims): Caller, headers: HeaderMap) -> Answer<Response> {
    edge.door.sign_out(&claims).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    set_cookie(&edge, &headers, &mut response, (COOKIE, "/"), "", 0);
    set_cookie(&edge, &headers, &mut response, (REFRESH_COOKIE, REFRESH_PATH), "", 0);
    Ok(response)
}

async fn set_password(
    State(edge): State<Edge>,
    Origin(address): Origin,
    Body(given): Body<NewPassword>,
) -> Answer<StatusCode> {
    let proof = match (given.code, given.current) {
        (Some(code), None) => Proof::Code(code),
        (None, Some(current)) => Proof::Current(current),
        _ => {
            return Err(Problem::malformed("give either the one-time code or the current password")
                .at("/code")
                .into());
        }
    };
    edge.knocks.take(&address)?;
    let set = edge.door.set_password(&given.user, proof, given.password, &address).await;
    edge.knocks.settle(&address, set)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn me(Caller(claims): Caller) -> axum::Json<Me> {
    axum::Json(claims.into())
}

fn session(edge: &Edge, headers: &HeaderMap, signed_in: SignedIn) -> Response {
    let SignedIn { token, claims, refresh, refresh_expires } = signed_in;
    let now = edge.door.wall.now();
    let session = Session {
        token,
        expires_at: claims.expires,
        refresh,
        refresh_expires_at: refresh_expires,
        me: claims.into(),
    };
    let mut response = axum::Json(&session).into_response();
    let seconds = |until: Timestamp| until.since(now).get();
    let (token, until) = (&session.token, seconds(session.expires_at));
    set_cookie(edge, headers, &mut response, (COOKIE, "/"), token, until);
    let (refresh, until) = (&session.refresh, seconds(refresh_expires));
    set_cookie(edge, headers, &mut response, (REFRESH_COOKIE, REFRESH_PATH), refresh, until);
    response
}

/// The refresh token travels to where it is of use and nowhere else.
const REFRESH_PATH: &str = "/api/v1/session";

/// Off loopback the cookie travels over TLS only, unless the operator says that the way is safe by itself.
fn set_cookie(
    edge: &Edge,
    headers: &HeaderMap,
    response: &mut Response,
    (name, path): (&str, &str),
    token: &str,
    seconds: i64,
) {
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let secure = if edge.config.plain_http || is_loopback(host) { "" } else { "; Secure" };
    let cookie = format!("{name}={token}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_told_by_the_host() {
        for yes in ["localhost", "localhost:8080", "127.0.0.1:8080", "[::1]:8080"] {
            assert!(is_loopback(yes), "{yes}");
        }
        for no in ["", "care.example", "192.168.1.4:8080", "127.0.0.1.example", "localhost.example"] {
            assert!(!is_loopback(no), "{no}");
        }
    }
}
