//! Coming in, staying in, being shut out.

use std::os::unix::fs::PermissionsExt;

use crate::support::{District, answer};
use domain::unit::Seconds;
use runtime::Clock;
use serde_json::{Value, json};

async fn sign_in(district: &District, user: &str, password: &str) -> (u16, Value) {
    answer(district.request("POST", "/api/v1/session").json(&json!({ "user": user, "password": password })))
        .await
}

async fn with(district: &District, token: &str, method: &str, path: &str) -> (u16, Value) {
    answer(district.request(method, path).bearer_auth(token)).await
}

#[tokio::test]
async fn the_first_start_makes_a_supervisor_with_a_one_time_code_and_no_password() {
    let district = District::start_with(|config| {
        // Accounts of the file, but nobody who could let others in.
        let path = config.bootstrap_users.clone().unwrap();
        let all: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let rest: Vec<Value> = all.into_iter().filter(|a| a["role"] != "supervisor").collect();
        std::fs::write(&path, serde_json::to_string(&rest).unwrap()).unwrap();
    })
    .await;
    let file = district.config.state.join("first-sign-in.txt");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let text = std::fs::read_to_string(&file).unwrap();
    let code = text.lines().find_map(|l| l.strip_prefix("one-time code: ")).unwrap();
    for guess in ["", "supervisor", "password"] {
        assert_eq!(sign_in(&district, "supervisor", guess).await.0, 401);
    }
    let set = |code: &str, password: &str| {
        answer(
            district
                .request("POST", "/api/v1/password")
                .json(&json!({ "user": "supervisor", "code": code, "password": password })),
        )
    };
    assert_eq!(set("0000-0000-0000-0000", "a long enough one").await.1["code"], "invalid_credentials");
    assert_eq!(set(code, "short").await.1["code"], "weak_password");
    assert_eq!(set(code, "a long enough one").await.0, 204);
    assert_eq!(set(code, "another long one").await.1["code"], "invalid_credentials", "a code works once");
    let (status, session) = sign_in(&district, "supervisor", "a long enough one").await;
    assert_eq!(status, 200, "{session}");
    assert_eq!(session["me"]["role"], "supervisor");
    assert_eq!(session["me"]["scope"], json!({ "street": null, "community": null }));
}

#[tokio::test]
async fn a_session_is_renewed_for_twelve_hours_and_ends_when_signed_out() {
    let district = District::start().await;
    let (_, session) = sign_in(&district, "operator", "correct horse").await;
    let mut token = session["token"].as_str().unwrap().to_owned();
    district.wall.advance_millis(10 * 60_000);
    let (status, renewed) = with(&district, &token, "POST", "/api/v1/session/renew").await;
    assert_eq!(status, 200);
    district.wall.advance_millis(6 * 60_000);
    assert_eq!(with(&district, &token, "GET", "/api/v1/me").await.1["code"], "token_expired");
    token = renewed["token"].as_str().unwrap().to_owned();
    assert_eq!(with(&district, &token, "GET", "/api/v1/me").await.1["user"], "operator");

    let end = district.wall.now() + Seconds::hours(12);
    while district.wall.now() < end {
        let (status, renewed) = with(&district, &token, "POST", "/api/v1/session/renew").await;
        if status != 200 {
            break;
        }
        token = renewed["token"].as_str().unwrap().to_owned();
        district.wall.advance_millis(14 * 60_000);
    }
    let code = with(&district, &token, "POST", "/api/v1/session/renew").await.1["code"].clone();
    assert!(code == "session_ended" || code == "token_expired", "{code}");

    let (_, session) = sign_in(&district, "operator", "correct horse").await;
    let token = session["token"].as_str().unwrap();
    assert_eq!(with(&district, token, "DELETE", "/api/v1/session").await.0, 204);
    assert_eq!(with(&district, token, "GET", "/api/v1/me").await.1["code"], "session_ended");
}

#[tokio::test]
async fn a_cookie_signs_in_browsers_and_guards_against_other_sites() {
    let district = District::start().await;
    let response = district
        .request("POST", "/api/v1/session")
        .json(&json!({ "user": "operator", "password": "correct horse" }))
        .send()
        .await
        .unwrap();
    let cookie = response.headers()["set-cookie"].to_str().unwrap().to_owned();
    for part in ["care_session=", "HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "on loopback");
    let pair = cookie.split(';').next().unwrap();
    let me = district.request("GET", "/api/v1/me").header("cookie", pair);
    assert_eq!(answer(me).await.0, 200);
    let renew = || district.request("POST", "/api/v1/session/renew").header("cookie", pair);
    assert_eq!(answer(renew()).await.1["code"], "missing_request_header");
    assert_eq!(answer(renew().header("x-care-request", "1")).await.0, 200);
    let outside = district.request("POST", "/api/v1/session").header("host", "care.example");
    let outside =
        outside.json(&json!({ "user": "operator", "password": "correct horse" })).send().await.unwrap();
    assert!(outside.headers()["set-cookie"].to_str().unwrap().contains("; Secure"));
}

#[tokio::test]
async fn five_failures_lock_whether_or_not_there_is_such_a_user() {
    let district = District::start().await;
    for name in ["operator", "no-such-user"] {
        for _ in 0..4 {
            let (status, problem) = sign_in(&district, name, "wrong password").await;
            assert_eq!((status, problem["code"].as_str()), (401, Some("invalid_credentials")), "{name}");
        }
        let (status, problem) = sign_in(&district, name, "wrong password").await;
        assert_eq!((status, problem["code"].as_str()), (423, Some("locked_out")), "{name}");
        assert_eq!(problem["retry_after"], 30);
    }
    assert_eq!(sign_in(&district, "operator", "correct horse").await.0, 423, "also with the right password");

    let unlock =
        district.request("PATCH", "/api/v1/users/operator").bearer_auth(district.token("supervisor"));
    assert_eq!(answer(unlock.json(&json!({ "unlock": true }))).await.0, 200);
    assert_eq!(sign_in(&district, "operator", "correct horse").await.0, 200);
    district.wall.advance_millis(30_000);
    assert_eq!(sign_in(&district, "no-such-user", "x").await.0, 423, "the sixth failure doubles the lock");
}

#[tokio::test]
async fn supervisors_make_reset_and_disable_accounts_within_their_scope() {
    let district = District::start().await;
    let new = json!({ "user": "li", "role": "caregiver", "caregiver": "c9", "display_name": "李" });
    let (status, created) = district.post("supervisor", "/api/v1/users", &new).await;
    assert_eq!(status, 201, "{created}");
    assert_eq!(district.post("supervisor", "/api/v1/users", &new).await.1["code"], "user_exists");
    let unsound = json!({ "user": "li2", "role": "caregiver", "display_name": "李" });
    assert_eq!(district.post("supervisor", "/api/v1/users", &unsound).await.1["pointer"], "/caregiver");

    let code = created["code"].as_str().unwrap();
    let body = json!({ "user": "li", "code": code, "password": "eight treasures" });
    assert_eq!(answer(district.request("POST", "/api/v1/password").json(&body)).await.0, 204);
    let (_, session) = sign_in(&district, "li", "eight treasures").await;
    let token = session["token"].as_str().unwrap().to_owned();
    assert_eq!(with(&district, &token, "GET", "/api/v1/me").await.1["caregiver"], "c9");

    let (_, reset) = district.post("supervisor", "/api/v1/users/li/reset", &json!({})).await;
    let body = json!({ "user": "li", "code": reset["code"], "password": "nine treasures" });
    assert_eq!(answer(district.request("POST", "/api/v1/password").json(&body)).await.0, 204);
    assert_eq!(
        with(&district, &token, "GET", "/api/v1/me").await.1["code"],
        "session_ended",
        "a new password ends old sessions"
    );

    let (_, session) = sign_in(&district, "li", "nine treasures").await;
    let token = session["token"].as_str().unwrap().to_owned();
    let disable = |user: &str, disabled: bool| {
        let request = district
            .request("PATCH", &format!("/api/v1/users/{user}"))
            .bearer_auth(district.token("supervisor"));
        answer(request.json(&json!({ "disabled": disabled })))
    };
    assert_eq!(disable("li", true).await.1["disabled"], true);
    assert_eq!(with(&district, &token, "GET", "/api/v1/me").await.1["code"], "session_ended");
    assert_eq!(sign_in(&district, "li", "nine treasures").await.1["code"], "invalid_credentials");
    assert_eq!(disable("supervisor", true).await.1["code"], "not_yourself");
    assert_eq!(disable("nobody", true).await.1["code"], "unknown_user");

    let (_, audit) = district.get("auditor", "/api/v1/audit?limit=500").await;
    let actions: Vec<&str> =
        audit["items"].as_array().unwrap().iter().map(|e| e["action"].as_str().unwrap()).collect();
    for action in
        ["user_created", "password_set", "code_issued", "user_changed", "signed_in", "sign_in_failed"]
    {
        assert!(actions.contains(&action), "{action} in {actions:?}");
    }
}

#[tokio::test]
async fn accounts_outlive_a_restart() {
    let mut district = District::start().await;
    let (_, session) = sign_in(&district, "operator", "correct horse").await;
    let token = session["token"].as_str().unwrap().to_owned();
    assert_eq!(with(&district, &token, "DELETE", "/api/v1/session").await.0, 204);
    district.restart_edge().await;
    assert_eq!(with(&district, &token, "GET", "/api/v1/me").await.1["code"], "session_ended");
    assert_eq!(sign_in(&district, "operator", "correct horse").await.0, 200);
}
