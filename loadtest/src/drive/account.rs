//! Signing in and calling the API as somebody.

use std::{
    collections::HashMap,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use schemas::problem::Problem;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tokio::sync::Mutex;

/// A token is renewed by signing in again after this long.
const FRESH: Duration = Duration::from_mins(10);
/// How often a call is repeated while the system is away or busy.
const TRIES: u32 = 6;

#[derive(Debug, Clone, Deserialize)]
struct Entry {
    user: String,
    password: String,
    role: String,
    #[serde(default)]
    caregiver: Option<String>,
}

#[derive(Deserialize)]
struct Session {
    token: String,
}

/// The accounts of a file.
pub struct Accounts {
    /// Whoever sits at the desk.
    pub desk: Account,
    /// Each caregiver's phone.
    pub phones: HashMap<String, Account>,
}

/// Somebody who can sign in.
#[derive(Debug, Clone)]
pub struct Account(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    client: Client,
    url: String,
    entry: Entry,
    token: Mutex<Option<(String, Instant)>>,
}

/// What came of a call.
#[derive(Debug)]
pub enum Called<T> {
    /// As asked.
    Done(T),
    /// Refused, for this reason.
    Refused(Problem),
    /// No answer, or one that makes no sense.
    Failed(String),
}

impl Accounts {
    /// Reads the file.
    pub fn read(path: &Path, url: &str) -> Result<Self> {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let entries: Vec<Entry> = serde_json::from_str(&text).context("the file of accounts is malformed")?;
        let client = Client::builder().timeout(Duration::from_secs(10)).build()?;
        let account = |entry: Entry| {
            Account(Arc::new(Inner {
                client: client.clone(),
                url: url.to_owned(),
                entry,
                token: Mutex::default(),
            }))
        };
        let desk = entries.iter().find(|e| e.role == "operator").cloned();
        let Some(desk) = desk else { bail!("the file of accounts has no operator") };
        let phones = entries.into_iter().filter_map(|e| Some((e.caregiver.clone()?, account(e))));
        Ok(Self { phones: phones.collect(), desk: account(desk) })
    }
}

impl Account {
    /// Asks for something.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Called<T> {
        self.call(Method::GET, path, None::<(&(), &str)>).await
    }

    /// Sends something; repeating it under the same key does nothing more.
    pub async fn post<B: Serialize, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
        key: &str,
    ) -> Called<T> {
        self.call(Method::POST, path, Some((body, key))).await
    }

    /// A request with a valid token, not sent yet and without a time limit of its own.
    pub async fn request(&self, method: Method, path: &str) -> Result<RequestBuilder> {
        let token = self.token().await?;
        Ok(self.0.client.request(method, format!("{}{path}", self.0.url)).bearer_auth(token))
    }

    async fn call<B: Serialize, T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<(&B, &str)>,
    ) -> Called<T> {
        let mut last = String::new();
        for attempt in 0..TRIES {
            match self.once(method.clone(), path, body).await {
                Ok((status, bytes)) if status.is_success() => {
                    return match serde_json::from_slice(&bytes) {
                        Ok(value) => Called::Done(value),
                        Err(error) => Called::Failed(format!("{path}: {error}")),
                    };
                }
                Ok((StatusCode::UNAUTHORIZED, _)) => *self.0.token.lock().await = None,
                Ok((status, bytes)) => match serde_json::from_slice::<Problem>(&bytes) {
                    Ok(problem) if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
                        last = problem.to_string();
                    }
                    Ok(problem) => return Called::Refused(problem),
                    Err(_) => last = format!("{path}: {status} without a problem document"),
                },
                Err(error) => last = format!("{path}: {error:#}"),
            }
            tokio::time::sleep(Duration::from_millis(100 << attempt)).await;
        }
        Called::Failed(last)
    }

    async fn once<B: Serialize>(
        &self,
        method: Method,
        path: &str,
        body: Option<(&B, &str)>,
    ) -> Result<(StatusCode, bytes::Bytes)> {
        let mut request = self.request(method, path).await?;
        if let Some((body, key)) = body {
            request = request.header("Idempotency-Key", key).json(body);
        }
        let answer = request.send().await?;
        Ok((answer.status(), answer.bytes().await?))
    }

    async fn token(&self) -> Result<String> {
        let mut token = self.0.token.lock().await;
        if let Some((token, since)) = token.as_ref()
            && since.elapsed() < FRESH
        {
            return Ok(token.clone());
        }
        let Entry { user, password, .. } = &self.0.entry;
        let body = serde_json::json!({ "user": user, "password": password });
        let answer = self.0.client.post(format!("{}/api/v1/session", self.0.url)).json(&body).send().await?;
        if !answer.status().is_success() {
            bail!("{user} cannot sign in: {}", answer.text().await?);
        }
        let session: Session = answer.json().await?;
        *token = Some((session.token.clone(), Instant::now()));
        Ok(session.token)
    }
}
