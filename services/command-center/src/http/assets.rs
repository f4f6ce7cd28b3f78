//! The web apps, inside the binary: `/` is the wall and desk, `/caregiver` the caregivers' app, `/elder` the elders' and
//! families' page, `/services` the public list. Files with a hash in their name are kept for ever by browsers, everything
//! else is asked for again.

use std::borrow::Cow;

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;
use schemas::problem::Problem;

use super::problem::Failure;

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
struct Web;

/// A file of the web apps, or a problem.
pub async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path();
    if path.starts_with("/api/") {
        let detail = format!("there is no {path}; see /openapi.json for what there is");
        return Failure::from(Problem::new(404, "no_such_endpoint", detail)).into_response();
    }
    if !matches!(method, Method::GET | Method::HEAD) {
        let detail = format!("{method} is not possible on {path}");
        return Failure::from(Problem::new(405, "method_not_allowed", detail)).into_response();
    }
    let Some((name, file)) = find(path) else {
        return Failure::from(Problem::new(404, "no_such_page", format!("there is no page {path}")))
            .into_response();
    };
    answer(&name, &file, &headers)
}

/// The file itself, else the page of the app the path belongs to.
fn find(path: &str) -> Option<(Cow<'_, str>, rust_embed::EmbeddedFile)> {
    let name = path.trim_start_matches('/');
    if let Some(file) = Web::get(name).filter(|_| !name.is_empty()) {
        return Some((Cow::Borrowed(name), file));
    }
    let is_page = !name.rsplit('/').next().unwrap_or_default().contains('.');
    let pages: &[&str] = match name.split('/').next() {
        _ if !is_page => &[],
        Some("caregiver") => &["caregiver/index.html", "caregiver.html"],
        Some("elder") => &["elder/index.html"],
        Some("services") => &["services/index.html"],
        Some("assets") => &[],
        _ => &["index.html"],
    };
    pages.iter().find_map(|page| Web::get(page).map(|file| (Cow::Borrowed(*page), file)))
}

fn answer(name: &str, file: &rust_embed::EmbeddedFile, headers: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", crate::short_hex(&file.metadata.sha256_hash()));
    let asked = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut response = if asked.contains(&tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Body::from(file.data.to_vec()).into_response()
    };
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind(name)));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        out.insert(header::ETAG, tag);
    }
    let cache = if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    if name.ends_with("sw.js") {
        // The worker may lie deeper than the pages it serves.
        out.insert("service-worker-allowed", HeaderValue::from_static("/caregiver"));
    }
    response
}

fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_pages_and_never_out_of_the_folder() {
        assert!(find("/").is_some_and(|(name, _)| name == "index.html"));
        assert!(find("/orders/o1").is_some_and(|(name, _)| name == "index.html"));
        for nothing in ["/assets/none.js", "/none.js", "/../Cargo.toml", "/assets/x"] {
            assert!(find(nothing).is_none(), "{nothing}");
        }
    }
}
