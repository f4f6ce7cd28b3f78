//! Signing in and calling the API, again and again until there is an answer that counts.

use std::{sync::Arc, time::Duration};

use domain::order::Order;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use schemas::{order::Accepted, problem::Problem};
use serde_json::{Value, json};
use tokio::{sync::Mutex, time::Instant};

use crate::{PATIENCE, audit::Acknowledged, town::PASSWORD};

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(80);
/// Whoever gets no answer for so long asks again.
const ANSWER: Duration = Duration::from_secs(8);

/// Somebody who can sign in. Clones are the same one.
#[derive(Clone)]
pub struct Account {
    client: Client,
    url: String,
    user: String,
    token: Arc<Mutex<Option<String>>>,
    acknowledged: Acknowledged,
}

/// What came of a call.
pub type Answer = Result<Value, Problem>;

impl Account {
    pub fn new(url: &str, user: &str, acknowledged: Acknowledged) -> Self {
        let client = Client::builder().connect_timeout(ANSWER).build().unwrap();
        Self { client, url: url.to_owned(), user: user.to_owned(), token: Arc::default(), acknowledged }
    }

    /// Places an order; whoever repeats it with the same key places nothing more.
    pub async fn place(&self, elder: &str, key: &str) -> Order {
        let body = json!({ "elder": elder, "service": "comfort_visit" });
        let placed = self.call(Method::POST, "/api/v1/orders", Some((&body, key))).await;
        let placed: Accepted = serde_json::from_value(placed.expect("orders are placed")).unwrap();
        self.acknowledged.placed(&placed.order.id);
        placed.order
    }

    /// Utters a command; the order after it, or why not.
    pub async fn utter(&self, order: &Order, id: &str, action: &Value) -> Result<Order, Problem> {
        let path = format!("/api/v1/orders/{}/commands", order.id);
        let answer = self.call(Method::POST, &path, Some((action, id))).await?;
        let accepted: Accepted = serde_json::from_value(answer).unwrap();
        self.acknowledged.uttered(&order.id, id);
        Ok(accepted.order)
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: &Value, key: &str) -> Answer {
        self.call(Method::POST, path, Some((body, key))).await
    }

    /// A request with a token, not sent yet; `None` while signing in does not work.
    pub async fn request(&self, method: Method, path: &str) -> Option<RequestBuilder> {
        let mut token = self.token.lock().await;
        if token.is_none() {
            let body = json!({ "user": self.user, "password": PASSWORD });
            let answer = self.client.post(format!("{}/api/v1/session", self.url)).json(&body);
            let session: Value = answer.timeout(ANSWER).send().await.ok()?.json().await.ok()?;
            *token = session.get("token").and_then(Value::as_str).map(str::to_owned);
        }
        let request = self.client.request(method, format!("{}{path}", self.url));
        Some(request.bearer_auth(token.as_deref()?))
    }

    /// A token that is good now.
    pub async fn token(&self) -> String {
        self.get("/api/v1/me").await.expect("signing in works");
        self.token.lock().await.clone().expect("just signed in")
    }

    /// The token is no longer taken.
    pub async fn sign_in_again(&self) {
        *self.token.lock().await = None;
    }

    /// Repeats while nobody answers or the answer says to try again.
    async fn call(&self, method: Method, path: &str, body: Option<(&Value, &str)>) -> Answer {
        let deadline = Instant::now() + PATIENCE;
        let mut last = "nobody answered".to_owned();
        while Instant::now() < deadline {
            match self.once(method.clone(), path, body).await {
                Some((status, value)) if status.is_success() => return Ok(value),
                Some((StatusCode::UNAUTHORIZED, _)) => self.sign_in_again().await,
                Some((status, value)) => match serde_json::from_value::<Problem>(value) {
                    Ok(problem) if !status.is_server_error() && status != StatusCode::TOO_MANY_REQUESTS => {
                        return Err(problem);
                    }
                    Ok(problem) => last = problem.to_string(),
                    Err(error) => panic!("{path}: {status} without a problem document: {error}"),
                },
                None => {}
            }
            tokio::time::sleep(PAUSE).await;
        }
        panic!("{} {path}: no answer that counts within {PATIENCE:?}; last: {last}", self.user)
    }

    async fn once(
        &self,
        method: Method,
        path: &str,
        body: Option<(&Value, &str)>,
    ) -> Option<(StatusCode, Value)> {
        let mut request = self.request(method, path).await?.timeout(ANSWER);
        if let Some((body, key)) = body {
            request = request.header("Idempotency-Key", key).json(body);
        }
        let answer = request.send().await.ok()?;
        let status = answer.status();
        // Half an answer is none.
        Some((status, answer.json().await.ok()?))
    }
}
