//! Every endpoint that takes a body, fed what is none: a coded problem, never a fault and never a change.

use crate::support::{District, answer, of_nobody, user};
use command_center::http::endpoint::{Endpoint, Who, table};

fn request(district: &District, endpoint: &Endpoint) -> reqwest::RequestBuilder {
    let path = of_nobody(endpoint.path);
    let request = district.request(endpoint.method.as_str(), &path);
    match endpoint.who {
        Who::Anyone => request,
        Who::SignedIn => request.bearer_auth(district.token("supervisor")),
        Who::Roles(roles) => {
            request.bearer_auth(district.token(&user(*roles.first().expect("somebody may call it"))))
        }
    }
}

#[tokio::test]
async fn what_is_no_body_is_named_everywhere() {
    let district = District::start().await;
    let nested = "[".repeat(20_000);
    let bodies: [&[u8]; 9] = [
        b"",
        b"{",
        b"{}}",
        b"null",
        b"7",
        b"1e999",
        b"\"text\"",
        b"\xff\xfe{\"elder\":\"e1\"}",
        nested.as_bytes(),
    ];
    let mut checked = 0;
    // A body that must be signed is not read before its signature is; see `calls.rs`.
    let unsigned = |endpoint: &Endpoint| endpoint.body.is_some() && endpoint.path != "/api/v1/calls";
    for endpoint in table().into_iter().filter(unsigned) {
        let name = format!("{} {}", endpoint.method, endpoint.path);
        for body in bodies {
            let sent =
                request(&district, &endpoint).header("content-type", "application/json").body(body.to_vec());
            let (status, problem) = answer(sent).await;
            let shown =
                String::from_utf8_lossy(body.get(..body.len().min(20)).unwrap_or_default()).into_owned();
            assert_eq!(
                (status, problem["code"].as_str()),
                (400, Some("malformed")),
                "{name} {shown:?}: {problem}"
            );
            checked += 1;
        }
        let text = request(&district, &endpoint).header("content-type", "text/plain").body("{}");
        assert_eq!(answer(text).await.1["code"], "unsupported_media_type", "{name}");
        let huge = request(&district, &endpoint).header("content-type", "application/json");
        assert_eq!(answer(huge.body(" ".repeat(70 * 1024))).await.1["code"], "too_large", "{name}");
    }
    assert!(checked >= 80, "the table has lost its bodies: {checked}");
    assert_eq!(district.get("supervisor", "/api/v1/orders").await.1["items"], serde_json::json!([]));
}
