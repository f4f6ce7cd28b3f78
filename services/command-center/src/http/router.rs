//! The table as a router, and what holds for every answer: limits, security headers, problems for whatever has no
//! route.

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderName, HeaderValue, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use schemas::problem::Problem;
use tower_http::compression::{
    CompressionLayer,
    predicate::{NotForContentType, Predicate, SizeAbove},
};

use super::{
    assets,
    endpoint::{Endpoint, table},
    guard::{Post, guard},
    problem::Failure,
};
use crate::edge::Edge;

/// The largest body in bytes.
pub const BODY_LIMIT: usize = 64 * 1024;

/// No inline script, nothing from elsewhere. The map's worker may come as a blob of our own.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
                      font-src 'self'; connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; \
                      object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Everything the edge serves.
pub fn router(edge: &Edge) -> Router {
    let mut api: Router<Edge> = Router::new();
    for Endpoint { path, who, handler, endless, watched, .. } in table() {
        let post = Post { edge: edge.clone(), who, path, endless, watched };
        api = api.route(path, handler.layer(middleware::from_fn_with_state(post, guard)));
    }
    // Small answers are not worth it, and a live stream must not wait for a block to fill.
    let worth_it = SizeAbove::new(1024).and(NotForContentType::SSE).and(NotForContentType::IMAGES);
    api.fallback(assets::serve)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(CompressionLayer::new().compress_when(worth_it))
        .layer(middleware::from_fn(security_headers))
        .with_state(edge.clone())
}

async fn method_not_allowed(request: Request) -> Response {
    let detail = format!("{} is not possible on {}", request.method(), request.uri().path());
    Failure::from(Problem::new(405, "method_not_allowed", detail)).into_response()
}

async fn security_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::REFERRER_POLICY, "no-referrer");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    set(
        HeaderName::from_static("permissions-policy"),
        "geolocation=(self), camera=(self), microphone=(), payment=(), usb=()",
    );
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}
