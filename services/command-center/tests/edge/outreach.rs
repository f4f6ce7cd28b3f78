//! Where a caregiver's browser gets push messages: told by the caregiver, asked by the platform, forgotten when it ends.

use domain::id::CaregiverId;
use schemas::{
    reach::{EndedPush, PushQuery, PushSubscriptions},
    subject::{self, Service},
};
use serde_json::json;

use crate::support::{District, PATIENCE, answer, district};

async fn known(place: &District, ended: Vec<EndedPush>) -> Vec<String> {
    let caregivers = ["c1", "c2"].map(|id| CaregiverId::new(id).unwrap()).to_vec();
    let to = subject::ask(&district(), Service::CommandCenter, "push");
    let found: PushSubscriptions =
        place.bus.request(to, &PushQuery { caregivers, ended }, PATIENCE).await.unwrap();
    found.subscriptions.into_iter().map(|(who, s)| format!("{who} {}", s.endpoint)).collect()
}

#[tokio::test]
async fn a_browser_subscribes_is_found_and_forgotten() {
    let place = District::start().await;
    let path = "/api/v1/caregivers/me/push";
    let subscription = |endpoint: &str| {
        let keys = json!({ "p256dh": "B".repeat(87), "auth": "a".repeat(22) });
        json!({ "endpoint": endpoint, "expirationTime": null, "keys": keys })
    };
    let (status, problem) = place.post("caregiver", path, &subscription("http://push.example.net/1")).await;
    assert_eq!((status, problem["pointer"].as_str()), (422, Some("/endpoint")), "{problem}");
    assert_eq!(place.post("caregiver", path, &subscription("https://push.example.net/1")).await.0, 204);
    assert_eq!(known(&place, vec![]).await, ["c1 https://push.example.net/1"]);
    // The phone signed in with last.
    assert_eq!(place.post("caregiver", path, &subscription("https://push.example.net/2")).await.0, 204);
    let ended = |endpoint: &str| {
        vec![EndedPush { caregiver: CaregiverId::new("c1").unwrap(), endpoint: endpoint.to_owned() }]
    };
    let kept = ["c1 https://push.example.net/2"];
    assert_eq!(known(&place, ended("https://push.example.net/1")).await, kept, "an old end is nothing to it");
    assert_eq!(known(&place, ended("https://push.example.net/2")).await, Vec::<String>::new());

    assert_eq!(place.post("caregiver", path, &subscription("https://push.example.net/3")).await.0, 204);
    let request = place.request("DELETE", path).bearer_auth(place.token("caregiver"));
    assert_eq!(answer(request).await.0, 204);
    assert_eq!(known(&place, vec![]).await, Vec::<String>::new());
}
