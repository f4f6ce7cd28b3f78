//! Every endpoint × every role × own and other district: who gets in, who does not, and with which code.

use crate::support::{District, TOKEN_KEY, answer, of_nobody, sign, user};
use command_center::http::endpoint::{Endpoint, ROLES, Who, table};
use domain::{id::DistrictId, order::Role, unit::Seconds};
use serde_json::json;

/// As the contract has it, written down a second time so that a slip in the table shows.
const CONTRACT: &[(&str, &str, &str)] = &[
    ("POST", "/api/v1/session", "anyone"),
    ("DELETE", "/api/v1/session", "signed in"),
    ("POST", "/api/v1/session/renew", "anyone"),
    ("POST", "/api/v1/password", "anyone"),
    ("GET", "/api/v1/me", "signed in"),
    ("GET", "/api/v1/district", "signed in"),
    ("GET", "/api/v1/map", "signed in"),
    ("GET", "/api/v1/live", "signed in"),
    ("POST", "/api/v1/orders", "operator supervisor frontdesk elder"),
    ("GET", "/api/v1/orders", "operator supervisor frontdesk auditor organisation caregiver elder"),
    ("GET", "/api/v1/orders/{id}", "operator supervisor frontdesk auditor organisation caregiver elder"),
    ("GET", "/api/v1/orders/{id}/decisions", "operator supervisor frontdesk auditor"),
    ("POST", "/api/v1/orders/{id}/commands", "operator supervisor frontdesk caregiver elder"),
    ("GET", "/api/v1/orders/{id}/route", "operator supervisor frontdesk caregiver"),
    ("GET", "/api/v1/caregivers", "operator supervisor frontdesk organisation"),
    ("GET", "/api/v1/elders", "operator supervisor frontdesk"),
    ("GET", "/api/v1/nearest", "operator supervisor frontdesk"),
    ("POST", "/api/v1/positions", "caregiver courier"),
    ("GET", "/osmand", "anyone"),
    ("POST", "/osmand", "anyone"),
    ("POST", "/api/v1/caregivers/me/tracker", "caregiver courier"),
    ("DELETE", "/api/v1/caregivers/me/tracker", "caregiver courier"),
    ("DELETE", "/api/v1/caregivers/{caregiver}/tracker", "supervisor"),
    ("POST", "/api/v1/duty", "operator supervisor caregiver courier"),
    ("GET", "/api/v1/kpi", "operator supervisor frontdesk bureau auditor"),
    ("GET", "/api/v1/incidents", "operator supervisor frontdesk auditor caregiver elder"),
    ("POST", "/api/v1/incidents", "operator supervisor frontdesk caregiver elder"),
    ("GET", "/api/v1/incidents/figures", "operator supervisor frontdesk bureau auditor"),
    ("GET", "/api/v1/incidents/{id}", "operator supervisor frontdesk auditor caregiver elder"),
    ("POST", "/api/v1/incidents/{id}/commands", "operator supervisor caregiver"),
    ("GET", "/api/v1/incidents/{id}/card", "operator supervisor caregiver"),
    ("GET", "/api/v1/incidents/{id}/route", "operator supervisor caregiver"),
    ("GET", "/api/v1/incidents/{id}/cap", "operator supervisor auditor"),
    ("GET", "/api/v1/incidents/{id}/timeline", "operator supervisor auditor"),
    ("GET", "/api/v1/devices", "operator supervisor frontdesk auditor"),
    ("POST", "/api/v1/devices", "operator supervisor"),
    ("GET", "/api/v1/devices/supervision", "operator supervisor frontdesk bureau auditor"),
    ("POST", "/api/v1/devices/{device}/substitute", "operator supervisor"),
    ("GET", "/api/v1/outreach", "operator supervisor frontdesk caregiver"),
    ("POST", "/api/v1/caregivers/me/push", "caregiver"),
    ("DELETE", "/api/v1/caregivers/me/push", "caregiver"),
    (
        "GET",
        "/api/v1/meals/staff",
        "operator supervisor frontdesk auditor organisation kitchen courier elder",
    ),
    (
        "GET",
        "/api/v1/meals/menus",
        "operator supervisor frontdesk auditor organisation kitchen courier elder",
    ),
    (
        "GET",
        "/api/v1/meals/orders",
        "operator supervisor frontdesk auditor organisation kitchen courier elder",
    ),
    ("POST", "/api/v1/meals/orders", "operator supervisor frontdesk elder"),
    ("POST", "/api/v1/meals/quote", "operator supervisor frontdesk elder"),
    (
        "GET",
        "/api/v1/meals/orders/{id}",
        "operator supervisor frontdesk auditor organisation kitchen courier elder",
    ),
    ("POST", "/api/v1/meals/orders/{id}/commands", "operator supervisor frontdesk kitchen courier elder"),
    ("GET", "/api/v1/meals/orders/{id}/code", "operator supervisor frontdesk kitchen elder"),
    ("GET", "/api/v1/meals/count", "operator supervisor bureau organisation kitchen"),
    (
        "GET",
        "/api/v1/meals/rounds",
        "operator supervisor frontdesk auditor organisation kitchen courier elder",
    ),
    ("GET", "/api/v1/meals/tables/{elder}", "operator supervisor frontdesk elder"),
    ("POST", "/api/v1/meals/import/{what}", "operator supervisor frontdesk kitchen"),
    ("GET", "/api/v1/meals/figures", "operator supervisor frontdesk auditor organisation kitchen"),
    ("GET", "/api/v1/meals/export", "operator supervisor frontdesk auditor organisation kitchen"),
    ("GET", "/api/v1/meals/papers/{paper}", "operator supervisor kitchen"),
    ("POST", "/api/v1/meals/commands", "operator supervisor frontdesk kitchen courier elder"),
    ("GET", "/api/v1/catalogue", "anyone"),
    ("GET", "/api/v1/quality", "anyone"),
    ("GET", "/api/v1/elders/{elder}/eligibility", "operator supervisor frontdesk bureau auditor elder"),
    ("GET", "/api/v1/elders/{elder}/quote", "operator supervisor frontdesk elder"),
    ("GET", "/api/v1/elders/{elder}/entries", "operator supervisor frontdesk bureau auditor elder"),
    ("GET", "/api/v1/entries", "supervisor bureau auditor organisation"),
    ("GET", "/api/v1/settlements", "supervisor bureau auditor organisation"),
    ("POST", "/api/v1/settlements", "supervisor"),
    ("POST", "/api/v1/settlements/{period}/approval", "bureau"),
    (
        "GET",
        "/api/v1/settlements/{period}/statements/{organisation}",
        "supervisor bureau auditor organisation",
    ),
    ("GET", "/api/v1/matters", "operator supervisor frontdesk bureau auditor organisation elder"),
    ("POST", "/api/v1/matters/{matter}/steps", "operator supervisor frontdesk bureau organisation elder"),
    ("GET", "/api/v1/organisations", "operator supervisor frontdesk bureau auditor organisation"),
    ("POST", "/api/v1/organisations/{organisation}/steps", "supervisor bureau"),
    ("GET", "/api/v1/facilities", "operator supervisor frontdesk bureau auditor organisation"),
    ("POST", "/api/v1/facilities/{facility}/steps", "supervisor frontdesk bureau organisation"),
    ("GET", "/api/v1/rosters", "operator supervisor organisation caregiver"),
    ("POST", "/api/v1/rosters/{caregiver}/steps", "operator supervisor organisation caregiver"),
    ("GET", "/api/v1/plans", "operator supervisor frontdesk elder"),
    ("POST", "/api/v1/plans/{plan}/steps", "operator supervisor frontdesk elder"),
    ("GET", "/api/v1/people/{person}/file", "supervisor bureau"),
    ("GET", "/api/v1/erasures", "supervisor bureau auditor"),
    ("GET", "/api/v1/disclosures", "bureau auditor"),
    ("POST", "/api/v1/people/{person}/steps", "supervisor bureau"),
    ("POST", "/api/v1/calls", "anyone"),
    ("GET", "/api/v1/dead-letters", "operator supervisor"),
    ("GET", "/api/v1/dead-letters/{letter}", "operator supervisor"),
    ("POST", "/api/v1/dead-letters/{letter}/deliver", "operator supervisor"),
    ("POST", "/api/v1/dead-letters/{letter}/dismiss", "operator supervisor"),
    ("GET", "/api/v1/users", "supervisor"),
    ("POST", "/api/v1/users", "supervisor"),
    ("POST", "/api/v1/users/{user}/reset", "supervisor"),
    ("PATCH", "/api/v1/users/{user}", "supervisor"),
    ("GET", "/api/v1/audit", "auditor supervisor"),
    ("GET", "/openapi.json", "anyone"),
    ("GET", "/healthz", "anyone"),
    ("GET", "/readyz", "anyone"),
];

fn expected(endpoint: &Endpoint) -> &'static str {
    let found = CONTRACT
        .iter()
        .find(|(method, path, _)| *method == endpoint.method.as_str() && *path == endpoint.path);
    found.unwrap_or_else(|| panic!("{} {} is not in the contract", endpoint.method, endpoint.path)).2
}

#[tokio::test]
async fn every_endpoint_admits_whom_the_contract_names() {
    let district = District::start().await;
    assert_eq!(table().len(), CONTRACT.len());
    for endpoint in table() {
        // Leaving would end the session of the tests to come.
        if endpoint.method == "DELETE" && endpoint.path == "/api/v1/session" {
            continue;
        }
        let expected = expected(&endpoint);
        for role in ROLES {
            let admitted = match expected {
                "anyone" | "signed in" => true,
                roles => roles.split(' ').any(|name| name == user(role)),
            };
            let (status, code) = call(&district, &endpoint, Some(&district.token(&user(role)))).await;
            let refused = status == 403 && code == "not_allowed";
            assert_eq!(
                refused, !admitted,
                "{} {} as {role:?}: {status} {code}",
                endpoint.method, endpoint.path
            );
            assert!(status < 500, "{} {} as {role:?}: {status} {code}", endpoint.method, endpoint.path);
        }
    }
}

#[tokio::test]
async fn no_endpoint_takes_a_token_that_does_not_hold_here() {
    let district = District::start().await;
    let with = |change: &dyn Fn(&mut command_center::access::token::Claims)| {
        let mut claims = district.claims("supervisor", Role::Supervisor);
        change(&mut claims);
        claims
    };
    let elsewhere = with(&|c| c.district = DistrictId::new("there").unwrap());
    let expired = with(&|c| c.expires = c.signed_in - Seconds(1));
    let reset = with(&|c| c.epoch = 7);
    let bad: [(Option<String>, u16, &str); 6] = [
        (None, 401, "not_signed_in"),
        (Some("nonsense".to_owned()), 401, "invalid_token"),
        (Some(sign("the key of some other house, quite long", &with(&|_| {}))), 401, "foreign_token"),
        (Some(sign(TOKEN_KEY, &elsewhere)), 403, "foreign_district"),
        (Some(sign(TOKEN_KEY, &expired)), 401, "token_expired"),
        (Some(sign(TOKEN_KEY, &reset)), 401, "session_ended"),
    ];
    for endpoint in table().into_iter().filter(|e| e.who != Who::Anyone) {
        for (token, status, code) in &bad {
            let got = call(&district, &endpoint, token.as_deref()).await;
            assert_eq!(got, (*status, (*code).to_owned()), "{} {}", endpoint.method, endpoint.path);
        }
    }
}

/// Status and problem code; an answer that never ends is not read.
async fn call(district: &District, endpoint: &Endpoint, token: Option<&str>) -> (u16, String) {
    let path = of_nobody(endpoint.path);
    let mut request = district.request(endpoint.method.as_str(), &path);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    if endpoint.body.is_some() {
        request = request.json(&json!({}));
    }
    if endpoint.endless {
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        if status == 200 {
            return (status, String::new());
        }
        let problem: serde_json::Value = response.json().await.unwrap();
        return (status, problem["code"].as_str().unwrap_or_default().to_owned());
    }
    let (status, value) = answer(request).await;
    (status, value["code"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn who_is_refused_what_is_on_the_audit_log() {
    let district = District::start().await;
    let erase = json!({ "step": "ask_erasure" });
    let tries = [
        ("operator", "/api/v1/people/e1/steps", &erase, "not_allowed"),
        ("caregiver", "/api/v1/organisations/org1/steps", &json!({ "step": "designate" }), "not_allowed"),
        ("organisation", "/api/v1/facilities/f1/steps", &json!({ "step": "file" }), "nothing_kept"),
    ];
    for (who, path, body, code) in &tries {
        let (_, refused) = district.post(who, path, body).await;
        assert_eq!(refused["code"], *code, "{who} {path}");
    }
    // Of another district: the token is good, and not here.
    let mut claims = district.claims("supervisor", Role::Supervisor);
    claims.district = DistrictId::new("there").unwrap();
    let request = district.request("POST", tries[0].1).bearer_auth(sign(TOKEN_KEY, &claims));
    assert_eq!(answer(request.json(&erase)).await.1["code"], "foreign_district");

    let (_, audit) = district.get("auditor", "/api/v1/audit?limit=100").await;
    let entries = audit["items"].as_array().unwrap();
    let told = |who: &str, path: &str, code: &str| {
        entries.iter().any(|it| {
            it["action"] == "refused"
                && it["user"] == who
                && it["subject"] == path
                && it["detail"]["code"] == code
        })
    };
    for (who, path, _, code) in tries {
        assert!(told(who, path, code), "{who} {path} {code}: {audit}");
    }
    assert!(told("supervisor", tries[0].1, "foreign_district"), "{audit}");
}
