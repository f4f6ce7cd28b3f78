//! The edge from outside: accounts that are there from the start, signing in, calling the API.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

/// Everybody's password: the accounts live as long as the run.
const PASSWORD: &str = "measure-nothing-but-time";

/// An account to be made.
pub struct Account {
    /// The name to sign in with.
    pub user: String,
    /// `operator`, `caregiver`.
    pub role: &'static str,
    /// Who that is.
    pub caregiver: Option<String>,
}

/// Settings of an edge that brings these accounts along and listens on this port. Passwords are hashed with little
/// effort: how long a sign-in takes is not measured here.
///
/// # Errors
/// If the file of accounts cannot be written.
pub fn settings(folder: &Path, port: u16, accounts: &[Account]) -> Result<Vec<(&'static str, String)>> {
    let file = folder.join("users.json");
    let entries: Vec<Value> = accounts
        .iter()
        .map(|Account { user, role, caregiver }| {
            json!({
                "user": user, "role": role, "display_name": user, "caregiver": caregiver, "password": PASSWORD
            })
        })
        .collect();
    fs::write(&file, serde_json::to_vec(&entries)?)?;
    Ok(vec![
        ("edge.state", folder.join("edge").display().to_string()),
        ("edge.http.listen", format!("127.0.0.1:{port}")),
        ("edge.bootstrap_users", file.display().to_string()),
        ("edge.password_memory_kib", "64".to_owned()),
        ("edge.password_passes", "1".to_owned()),
    ])
}

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct Caller {
    client: Client,
    url: String,
    token: String,
}

impl Caller {
    /// Signs in.
    ///
    /// # Errors
    /// If it is refused.
    pub async fn sign_in(client: &Client, url: &str, user: &str) -> Result<Self> {
        let body = json!({ "user": user, "password": PASSWORD });
        let answer = client.post(format!("{url}/api/v1/session")).json(&body).send().await?;
        let session: Value = read(answer).await.with_context(|| format!("{user} cannot sign in"))?;
        let token = session.get("token").and_then(Value::as_str).context("a session without a token")?;
        Ok(Self { client: client.clone(), url: url.to_owned(), token: token.to_owned() })
    }

    /// A request as this person.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url)).bearer_auth(&self.token)
    }

    /// Posts and reads the answer; the key makes a repetition harmless.
    ///
    /// # Errors
    /// If it is refused, with the problem.
    pub async fn post<T: DeserializeOwned>(&self, path: &str, key: &str, body: &impl Serialize) -> Result<T> {
        let request = self.request(Method::POST, path).header("Idempotency-Key", key).json(body);
        let answer = request.send().await.with_context(|| format!("POST {path}"))?;
        read(answer).await.with_context(|| format!("POST {path}"))
    }

    /// The live stream, after `cursor` if there is one.
    ///
    /// # Errors
    /// If it is refused.
    pub async fn live(&self, cursor: Option<u64>) -> Result<Response> {
        let mut request = self.request(Method::GET, "/api/v1/live").header("Accept", "text/event-stream");
        if let Some(cursor) = cursor {
            request = request.header("Last-Event-ID", cursor);
        }
        let answer = request.send().await?;
        if answer.status().is_success() { Ok(answer) } else { bail!("GET live: {}", answer.text().await?) }
    }
}

async fn read<T: DeserializeOwned>(answer: Response) -> Result<T> {
    let status = answer.status();
    let body = answer.bytes().await?;
    if !status.is_success() {
        bail!("{status}: {}", String::from_utf8_lossy(&body));
    }
    Ok(serde_json::from_slice(&body)?)
}
