//! The base map: the district's own streets and water, drawn by the browser; no tile of anyone else is asked for.

use std::io::Write;

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use roads::base_map::BaseMap;
use schemars::JsonSchema;
use schemas::problem::Problem;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    district::{ATTRIBUTION, bounds},
    endpoint::{Endpoint, Who},
    problem::Answer,
};
use crate::edge::{Edge, EdgeState};

/// Lines to draw, the narrow ones first.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct DistrictMap {
    /// West, south, east, north in degrees, WGS-84.
    pub bounds: [f64; 4],
    /// Names of the classes that `ways` count by.
    pub classes: Vec<roads::RoadClass>,
    /// Streets.
    pub ways: Vec<Way>,
    /// Rivers and canals: longitude and latitude by turns.
    pub water: Vec<Vec<f64>>,
    /// To be shown with it.
    pub attribution: String,
}

/// A street.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Way {
    /// Index into `classes`.
    pub c: usize,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<String>,
    /// Longitude and latitude by turns, in degrees.
    pub p: Vec<f64>,
}

/// The map as it is sent.
#[derive(Debug, Clone)]
pub struct MapAnswer {
    plain: Bytes,
    gzip: Bytes,
    tag: HeaderValue,
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/map", Who::SignedIn, map)
            .about("The base map; cached by ETag")
            .answers::<DistrictMap>(200),
    ]
}

async fn map(State(edge): State<Edge>, headers: HeaderMap) -> Answer<Response> {
    if let Some(answer) = edge.map.get() {
        return Ok(respond(answer, &headers));
    }
    let working = edge.clone();
    let made = tokio::task::spawn_blocking(move || make(&working)).await;
    let made = made.map_err(|error| error.to_string()).and_then(|made| made);
    let made =
        made.map_err(|error| Problem::new(500, "internal", format!("no map could be made: {error}")))?;
    // Without roads the bounds may still follow the elders.
    let answer = if edge.roads.network().is_some() { edge.map.get_or_init(|| made).clone() } else { made };
    Ok(respond(&answer, &headers))
}

fn respond(answer: &MapAnswer, headers: &HeaderMap) -> Response {
    let says = |name: header::HeaderName, what: &str| {
        headers.get(name).and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains(what))
    };
    let known = says(header::IF_NONE_MATCH, answer.tag.to_str().unwrap_or_default());
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else if says(header::ACCEPT_ENCODING, "gzip") {
        (
            [(header::CONTENT_ENCODING, "gzip"), (header::CONTENT_TYPE, "application/json")],
            answer.gzip.clone(),
        )
            .into_response()
    } else {
        ([(header::CONTENT_TYPE, "application/json")], answer.plain.clone()).into_response()
    };
    let out = response.headers_mut();
    out.insert(header::ETAG, answer.tag.clone());
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}

fn make(edge: &EdgeState) -> Result<MapAnswer, String> {
    let map = edge.roads.base_map().map_or_else(
        || DistrictMap {
            bounds: bounds(edge),
            classes: Vec::new(),
            ways: Vec::new(),
            water: Vec::new(),
            attribution: ATTRIBUTION.to_owned(),
        },
        |base| drawn(&base),
    );
    let plain = serde_json::to_vec(&map).map_err(|error| error.to_string())?;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    let gzip = gzip.write_all(&plain).and_then(|()| gzip.finish()).map_err(|error| error.to_string())?;
    let digest = crate::short_hex(&Sha256::digest(&plain));
    let tag = HeaderValue::from_str(&format!("\"{digest}\"")).map_err(|error| error.to_string())?;
    Ok(MapAnswer { plain: plain.into(), gzip: gzip.into(), tag })
}

fn drawn(base: &BaseMap) -> DistrictMap {
    let mut classes: Vec<roads::RoadClass> = base.streets.iter().map(|street| street.class).collect();
    classes.sort_unstable();
    classes.dedup();
    let ways = base.streets.iter().map(|street| Way {
        c: classes.binary_search(&street.class).unwrap_or_default(),
        n: street.name.clone(),
        p: degrees(&street.line),
    });
    DistrictMap {
        bounds: base.bounds,
        ways: ways.collect(),
        water: base.water.iter().map(|line| degrees(line)).collect(),
        attribution: ATTRIBUTION.to_owned(),
        classes,
    }
}

/// Sums up the differences in millionths of a degree.
fn degrees(line: &[i32]) -> Vec<f64> {
    let mut at = [0_i64; 2];
    let degrees = line.iter().enumerate().filter_map(|(i, step)| {
        let coordinate = at.get_mut(i % 2)?;
        *coordinate += i64::from(*step);
        Some(*coordinate as f64 / 1e6)
    });
    degrees.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_the_sum_of_its_steps() {
        assert_eq!(degrees(&[98_000_000, 39_000_000, 10, -20]), [98.0, 39.0, 98.000_01, 38.999_98]);
    }
}
