//! The OsmAnd protocol, so that a stock tracker app (OsmAnd, Traccar Client) reports positions while the phone is
//! locked: a GET or POST with `id`, `lat`, `lon`, … in the query or a form, or the JSON of newer clients. The `id` is
//! the token issued to the caregiver; coordinates are WGS-84, as the protocol has it.
//!
//! Format: <https://www.traccar.org/osmand/>.

use axum::{
    extract::{Request, State},
    http::{StatusCode, header},
};
use domain::{geo::Datum, time::Timestamp};
use runtime::Clock;
use schemars::JsonSchema;
use schemas::{
    position::{Fix, PositionReport},
    problem::Problem,
};
use serde::Deserialize;
use serde_json::Value;

use super::{
    endpoint::{Endpoint, Who},
    extract::{Origin, bytes},
    positions::pass_on,
    problem::Answer,
};
use crate::edge::Edge;

/// Radius a fix is taken to have where the app tells its dilution of precision only, in metres.
const METRES_PER_HDOP: f32 = 5.0;

/// What the query or form may hold; everything else is ignored.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Report {
    /// The tracker token.
    pub id: Option<String>,
    /// The same, as some apps call it.
    pub deviceid: Option<String>,
    /// Latitude in degrees, WGS-84.
    pub lat: Option<String>,
    /// Longitude in degrees, WGS-84.
    pub lon: Option<String>,
    /// Seconds or milliseconds since 1970, or RFC 3339; now where it is left out.
    pub timestamp: Option<String>,
    /// Radius of uncertainty in metres.
    pub accuracy: Option<String>,
    /// Or the dilution of precision.
    pub hdop: Option<String>,
    /// Battery in percent.
    pub batt: Option<String>,
}

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/osmand", Who::Anyone, take).about("A position of a tracker app").query::<Report>(),
        Endpoint::post("/osmand", Who::Anyone, take)
            .about("A position of a tracker app: query, form, or the JSON of newer clients")
            .query::<Report>(),
    ]
}

async fn take(State(edge): State<Edge>, Origin(address): Origin, request: Request) -> Answer<StatusCode> {
    let query = request.uri().query().unwrap_or_default().to_owned();
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let is_json = kind.starts_with("application/json");
    let body = bytes(request, &edge).await?;
    let now = edge.clock.now();
    let (token, fixes) = if is_json && !body.is_empty() {
        from_json(&body, now)?
    } else if query.is_empty() {
        from_form(&body, now)?
    } else {
        from_form(query.as_bytes(), now)?
    };
    let Some(caregiver) = edge.trackers.whose(&token, &edge.door.sessions) else {
        edge.strange_trackers.take(&address)?;
        return Err(Problem::new(
            401,
            "unknown_tracker",
            "this device id is not valid any more: a newer one was issued, it was revoked, or the account is \
             disabled; set up the app again",
        )
        .into());
    };
    pass_on(&edge, &caregiver, PositionReport { fixes }).await?;
    Ok(StatusCode::OK)
}

fn from_form(text: &[u8], now: Timestamp) -> Result<(String, Vec<Fix>), Problem> {
    let uri =
        format!("/?{}", String::from_utf8_lossy(text)).parse().map_err(|_| malformed("not a form", "/"))?;
    let axum::extract::Query(report) = axum::extract::Query::<Report>::try_from_uri(&uri)
        .map_err(|error| malformed(&error.body_text(), "/"))?;
    let token = report.id.or(report.deviceid).ok_or_else(|| malformed("there is no device id", "/id"))?;
    let number = |text: Option<&str>, name: &str| -> Result<Option<f64>, Problem> {
        let Some(text) = text.filter(|t| !t.is_empty()) else { return Ok(None) };
        let number = text.parse::<f64>().ok().filter(|n| n.is_finite());
        number.map(Some).ok_or_else(|| malformed(&format!("{text:?} is not a number"), name))
    };
    let lat = number(report.lat.as_deref(), "/lat")?.ok_or_else(|| malformed("there is no lat", "/lat"))?;
    let lon = number(report.lon.as_deref(), "/lon")?.ok_or_else(|| malformed("there is no lon", "/lon"))?;
    let at = match report.timestamp.as_deref().filter(|t| !t.is_empty()) {
        Some(text) => instant(text).ok_or_else(|| malformed("timestamp is no time", "/timestamp"))?,
        None => now,
    };
    let hdop = number(report.hdop.as_deref(), "/hdop")?.map(|hdop| hdop as f32 * METRES_PER_HDOP);
    let accuracy = number(report.accuracy.as_deref(), "/accuracy")?.map(|metres| metres as f32).or(hdop);
    let battery = number(report.batt.as_deref(), "/batt")?.map(|percent| percent.clamp(0.0, 100.0) as u8);
    Ok((token, vec![Fix { at, lon, lat, datum: Some(Datum::Wgs84), accuracy, battery }]))
}

/// `{"device_id":…,"location":{"timestamp":…,"coords":{"latitude":…,"longitude":…,"accuracy":…},"battery":{"level":…}}}`,
/// `location` also a list.
fn from_json(body: &[u8], now: Timestamp) -> Result<(String, Vec<Fix>), Problem> {
    let root: Value = serde_json::from_slice(body).map_err(|error| Problem::malformed(error.to_string()))?;
    let token = root.get("device_id").and_then(Value::as_str);
    let token = token.ok_or_else(|| malformed("there is no device_id", "/device_id"))?;
    let fixes = match root.get("location") {
        Some(Value::Array(all)) => all.iter().map(|one| fix(one, now)).collect::<Result<Vec<_>, _>>()?,
        Some(one) => vec![fix(one, now)?],
        None => return Err(malformed("there is no location", "/location")),
    };
    Ok((token.to_owned(), fixes))
}

fn fix(location: &Value, now: Timestamp) -> Result<Fix, Problem> {
    let number = |pointer: &str| location.pointer(pointer).and_then(Value::as_f64);
    let needed = |pointer: &str| {
        number(pointer).ok_or_else(|| malformed("a number is needed", &format!("/location{pointer}")))
    };
    let at = match location.get("timestamp") {
        Some(Value::String(text)) => {
            instant(text).ok_or_else(|| malformed("no time", "/location/timestamp"))?
        }
        Some(Value::Number(millis)) => instant(&millis.to_string()).unwrap_or(now),
        _ => now,
    };
    Ok(Fix {
        at,
        lon: needed("/coords/longitude")?,
        lat: needed("/coords/latitude")?,
        datum: Some(Datum::Wgs84),
        accuracy: number("/coords/accuracy").map(|metres| metres as f32),
        battery: number("/battery/level")
            .filter(|level| *level >= 0.0)
            .map(|level| (level * 100.0).clamp(0.0, 100.0) as u8),
    })
}

/// Seconds or milliseconds since 1970, or RFC 3339. Seconds reach to the year 5138 before they look like milliseconds.
fn instant(text: &str) -> Option<Timestamp> {
    const SECONDS_BELOW: f64 = 1e11;
    match text.parse::<f64>() {
        Ok(number) if !number.is_finite() || number < 0.0 => None,
        Ok(number) if number < SECONDS_BELOW => Some(Timestamp::from_millis((number * 1000.0) as i64)),
        Ok(number) => Some(Timestamp::from_millis(number as i64)),
        Err(_) => text.parse().ok(),
    }
}

fn malformed(detail: &str, at: &str) -> Problem {
    Problem::malformed(format!("this is not a report of the OsmAnd protocol: {detail}")).at(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(5);

    #[test]
    fn a_query_of_traccar_client() {
        let text = "id=tok-1&timestamp=1732262400&lat=39.77&lon=98.29&speed=1.2&bearing=90&altitude=1600&accuracy=12.5&batt=81.0";
        let (token, fixes) = from_form(text.as_bytes(), NOW).unwrap();
        assert_eq!(token, "tok-1");
        let fix = fixes[0];
        assert_eq!((fix.lon, fix.lat, fix.accuracy, fix.battery), (98.29, 39.77, Some(12.5), Some(81)));
        assert_eq!(fix.at, Timestamp::from_millis(1_732_262_400_000));
        assert_eq!(fix.datum, Some(Datum::Wgs84));
    }

    #[test]
    fn json_of_newer_clients() {
        let body = br#"{"location":{"timestamp":"2024-11-22T08:00:00.000Z","coords":{"latitude":39.77,"longitude":98.29,
            "accuracy":7,"speed":1,"heading":2,"altitude":3},"is_moving":true,"battery":{"level":0.5,"is_charging":false}},
            "device_id":"tok-2"}"#;
        let (token, fixes) = from_json(body, NOW).unwrap();
        assert_eq!((token.as_str(), fixes[0].battery, fixes[0].lat), ("tok-2", Some(50), 39.77));
    }

    #[test]
    fn times_come_in_three_forms() {
        let want = Some(Timestamp::from_millis(1_732_262_400_000));
        for text in ["1732262400", "1732262400000", "2024-11-22T08:00:00Z"] {
            assert_eq!(instant(text), want, "{text}");
        }
        assert_eq!(from_form(b"id=a&lat=1&lon=2", NOW).unwrap().1[0].at, NOW);
    }

    #[test]
    fn what_is_missing_is_named() {
        for (text, at) in [("lat=1&lon=2", "/id"), ("id=a&lon=2", "/lat"), ("id=a&lat=x&lon=2", "/lat")] {
            assert_eq!(from_form(text.as_bytes(), NOW).unwrap_err().pointer.as_deref(), Some(at), "{text}");
        }
    }
}
