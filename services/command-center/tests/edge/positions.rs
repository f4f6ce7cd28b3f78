//! Positions from phones and from stock tracker apps reach the bus as they were reported.

use crate::support::{District, PATIENCE, answer, district};
use bus::Subscription;
use domain::{geo::Datum, id::CaregiverId};
use futures::StreamExt;
use schemas::{position::PositionReport, subject};
use serde_json::json;

async fn next(reports: &mut Subscription) -> PositionReport {
    let message = tokio::time::timeout(PATIENCE, reports.next()).await.expect("a report in time").unwrap();
    assert_eq!(message.subject(), subject::position_report(&district(), &CaregiverId::new("c1").unwrap()));
    message.decode().unwrap()
}

#[tokio::test]
async fn reports_reach_the_bus_by_both_ways() {
    let place = District::start_with(|config| config.positions_per_second = 0.001).await;
    let mut reports = place.bus.subscribe(&subject::position_reports(&district())).await.unwrap();
    let fix = json!({ "at": "2026-11-22T08:00:00Z", "lon": 98.29, "lat": 39.77, "datum": "gcj02" });
    let (status, taken) = place.post("caregiver", "/api/v1/positions", &json!({ "fixes": [fix, fix] })).await;
    assert_eq!((status, &taken["accepted"]), (202, &json!(2)));
    assert_eq!(next(&mut reports).await.fixes.len(), 2);

    let (_, tracker) = place.post("caregiver", "/api/v1/caregivers/me/tracker", &json!({})).await;
    let token = tracker["id"].as_str().unwrap();
    let query = format!("/osmand?id={token}&lat=39.77&lon=98.29&timestamp=1732262400&accuracy=9&batt=55");
    assert_eq!(answer(place.request("GET", &query)).await.0, 200);
    let fix = next(&mut reports).await.fixes[0];
    assert_eq!((fix.datum, fix.battery, fix.accuracy), (Some(Datum::Wgs84), Some(55), Some(9.0)));
    let form = place.request("POST", "/osmand").header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(answer(form.body(format!("id={token}&lat=39.78&lon=98.30"))).await.0, 200);
    assert!((next(&mut reports).await.fixes[0].lat - 39.78).abs() < 1e-9);
    let body = json!({ "device_id": token, "location": { "timestamp": "2026-11-22T08:00:00Z", "coords": { "latitude": 39.79, "longitude": 98.3 } } });
    assert_eq!(answer(place.request("POST", "/osmand").json(&body)).await.0, 200);
    assert!((next(&mut reports).await.fixes[0].lat - 39.79).abs() < 1e-9);

    let (_, newer) = place.post("caregiver", "/api/v1/caregivers/me/tracker", &json!({})).await;
    assert_eq!(
        answer(place.request("GET", &query)).await.1["code"],
        "unknown_tracker",
        "a newer one was issued"
    );
    assert_eq!(answer(place.request("GET", "/osmand?lat=1&lon=2")).await.1["code"], "malformed");

    // Whoever reports without end is told to wait.
    let newer = newer["id"].as_str().unwrap();
    let mut limited = None;
    for _ in 0..80 {
        let (status, problem) =
            answer(place.request("GET", &format!("/osmand?id={newer}&lat=1&lon=2"))).await;
        if status == 429 {
            limited = Some(problem);
            break;
        }
    }
    let limited = limited.expect("a limit");
    assert_eq!(limited["code"], "too_many_requests");
    assert!(limited["retry_after"].as_u64().is_some_and(|seconds| seconds > 0));
}

#[tokio::test]
async fn the_map_the_district_and_the_apps_are_served() {
    let place = District::start().await;
    let (status, here) = place.get("bureau", "/api/v1/district").await;
    assert_eq!(
        (status, here["id"].as_str(), here["services"].as_array().map(Vec::len)),
        (200, Some("here"), Some(13))
    );
    assert!((here["clock"]["speed"].as_f64().unwrap() - 1.0).abs() < f64::EPSILON);
    assert_eq!(here["streets"].as_array().unwrap().len(), 2);

    let map = || place.request("GET", "/api/v1/map").bearer_auth(place.token("caregiver"));
    let response = map().send().await.unwrap();
    let tag = response.headers()["etag"].to_str().unwrap().to_owned();
    assert_eq!(response.json::<serde_json::Value>().await.unwrap()["ways"], json!([]));
    assert_eq!(map().header("if-none-match", tag).send().await.unwrap().status(), 304);

    let page = place.request("GET", "/").send().await.unwrap();
    assert_eq!(page.status(), 200);
    let headers = page.headers();
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe-inline"), "{policy}");
    assert_eq!(
        (&headers["x-content-type-options"], &headers["cache-control"]),
        (&"nosniff".parse().unwrap(), &"no-cache".parse().unwrap())
    );
    assert_eq!(answer(place.request("GET", "/healthz")).await.0, 200);
    assert_eq!(answer(place.request("GET", "/readyz")).await.1["ready"], true);
    let (_, document) = answer(place.request("GET", "/openapi.json")).await;
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document, command_center::openapi());
}
