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

async fn renew(district: &District, refresh: &str) -> (u16, Value) {
    answer(district.request("POST", "/api/v1/session/renew").json(&json!({ "refresh": refresh }))).await
}

fn text(session: &Value, key: &str) -> String {
    session[key].as_str().unwrap_or_else(|| panic!("{key} in {session}")).to_owned()
}

#[tokio::test]
async fn a_desk_stays_signed_in_for_twelve_hours_and_until_it_signs_out() {
    let district = District::start().await;
    let (_, first) = sign_in(&district, "operator", "correct horse").await;
    district.wall.advance_millis(16 * 60_000);
    let token = text(&first, "token");
    assert_eq!(with(&district, &token, "GET", "/api/v1/me").await.1["code"], "token_expired");
    let (status, mut session) = renew(&district, &text(&first, "refresh")).await;
    assert_eq!(status, 200, "{session}");
    assert_eq!(with(&district, &text(&session, "token"), "GET", "/api/v1/me").await.1["user"], "operator");

    let end = district.wall.now() + Seconds::hours(12);
    while district.wall.now() < end {
        let (status, renewed) = renew(&district, &text(&session, "refresh")).await;
        assert_eq!(status, 200, "{renewed}");
        session = renewed;
        district.wall.advance_millis(60 * 60_000);
    }
    assert_eq!(renew(&district, &text(&session, "refresh")).await.1["code"], "session_ended");

    let (_, session) = sign_in(&district, "operator", "correct horse").await;
    let token = text(&session, "token");
    assert_eq!(with(&district, &token, "DELETE", "/api/v1/session").await.0, 204);
    assert_eq!(with(&district, &token, "GET", "/api/v1/me").await.1["code"], "session_ended");
    assert_eq!(renew(&district, &text(&session, "refresh")).await.1["code"], "session_ended");
    for nonsense in ["", "care-r1.x.y", "care-r1", &token] {
        assert_eq!(renew(&district, nonsense).await.1["code"], "session_ended", "{nonsense}");
    }
}

#[tokio::test]
async fn a_phone_that_slept_for_days_comes_back_and_one_forgotten_in_a_drawer_does_not() {
    let mut district = District::start().await;
    let (_, session) = sign_in(&district, "caregiver", "correct horse").await;
    district.wall.advance_millis(3 * 24 * 3_600_000);
    district.restart_edge().await;
    let (status, session) = renew(&district, &text(&session, "refresh")).await;
    assert_eq!(status, 200, "{session}");
    assert_eq!(with(&district, &text(&session, "token"), "GET", "/api/v1/me").await.1["caregiver"], "c1");
    district.wall.advance_millis(8 * 24 * 3_600_000);
    assert_eq!(renew(&district, &text(&session, "refresh")).await.1["code"], "session_ended");

    // Whoever is shut out is out, however long the phone could have slept.
    let (_, session) = sign_in(&district, "caregiver", "correct horse").await;
    let disable =
        district.request("PATCH", "/api/v1/users/caregiver").bearer_auth(district.token("supervisor"));
    assert_eq!(answer(disable.json(&json!({ "disabled": true }))).await.0, 200);
    assert_eq!(renew(&district, &text(&session, "refresh")).await.1["code"], "session_ended");
}

#[tokio::test]
async fn a_lost_answer_costs_nothing_and_a_copied_token_ends_the_sign_in() {
    let district = District::start().await;
    let (_, session) = sign_in(&district, "caregiver", "correct horse").await;
    let first = text(&session, "refresh");
    // The answer never came: the phone asks again with the token it has.
    let lost = renew(&district, &first).await.1;
    let (status, second) = renew(&district, &first).await;
    assert_eq!(status, 200, "{second}");
    let (status, third) = renew(&district, &text(&second, "refresh")).await;
    assert_eq!(status, 200, "{third}");

    // Somebody kept a copy of the first. Nobody can tell who is who, so both have to sign in.
    assert_eq!(renew(&district, &first).await.1["code"], "session_ended");
    assert_eq!(renew(&district, &text(&third, "refresh")).await.1["code"], "session_ended");
    let token = text(&third, "token");
    assert_eq!(with(&district, &token, "GET", "/api/v1/me").await.1["code"], "session_ended");
    assert_eq!(renew(&district, &text(&lost, "refresh")).await.1["code"], "session_ended");
    let (_, audit) = district.get("auditor", "/api/v1/audit").await;
    let reused = |entry: &Value| entry["action"] == "refresh_reused" && entry["user"] == "caregiver";
    assert_eq!(audit["items"].as_array().unwrap().iter().filter(|entry| reused(entry)).count(), 1, "{audit}");
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
    let cookies: Vec<String> = response
        .headers()
        .get_all("set-cookie")
        .iter()
        .map(|value| value.to_str().unwrap().to_owned())
        .collect();
    for (name, path) in [("care_session=", "Path=/;"), ("care_refresh=", "Path=/api/v1/session;")] {
        let cookie = cookies.iter().find(|cookie| cookie.starts_with(name)).unwrap();
        for part in ["HttpOnly", "SameSite=Strict", path] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert!(!cookie.contains("Secure"), "on loopback");
    }
    let pair = |name: &str| {
        let cookie = cookies.iter().find(|cookie| cookie.starts_with(name)).unwrap();
        cookie.split(';').next().unwrap().to_owned()
    };
    let me = district.request("GET", "/api/v1/me").header("cookie", pair("care_session="));
    assert_eq!(answer(me).await.0, 200);
    let leave = district.request("DELETE", "/api/v1/session").header("cookie", pair("care_session="));
    assert_eq!(answer(leave).await.1["code"], "missing_request_header");
    let renew = |cookie: &str| {
        district.request("POST", "/api/v1/session/renew").header("cookie", cookie.to_owned()).json(&json!({}))
    };
    let refresh = pair("care_refresh=");
    assert_eq!(answer(renew(&refresh)).await.1["code"], "missing_request_header");
    assert_eq!(answer(renew("other=1").header("x-care-request", "1")).await.1["code"], "not_signed_in");
    assert_eq!(answer(renew(&refresh).header("x-care-request", "1")).await.0, 200);
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
