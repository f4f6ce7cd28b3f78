//! Hands a message to the gateway and reads its answer.

use std::{path::PathBuf, time::Duration};

use domain::time::Timestamp;
use futures::future::BoxFuture;
use runtime::{Secret, SharedClock};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{
    receipt::{BadReceipt, read_receipt},
    sign::{SIGNATURE, Signed, TIMESTAMP, sign, verify},
};
use crate::{
    Attempt, Channel, Failure, PhoneNumber, Reached, Reason, Receipt, Sender, Unusable, Way,
    http::{self, Http, retry_after},
};

/// The longest text, in characters: ten parts of a long SMS.
const MAX_TEXT: usize = 670;

/// SMS over signed HTTP.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GatewayConfig {
    /// Where messages are posted: https, or http to this machine.
    pub url: String,
    /// The secret shared with the gateway.
    pub secret: Secret,
    /// The sender or signature registered with the gateway.
    #[serde(default)]
    pub from: Option<String>,
    /// How far the time of a receipt may be from ours, in seconds.
    #[serde(default = "default_tolerance")]
    pub tolerance_seconds: u64,
    /// PEM file with the only authority to trust, instead of the public ones.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
}

const fn default_tolerance() -> u64 {
    300
}

/// The channel.
#[derive(Debug)]
pub struct HttpSms {
    http: Http,
    url: Url,
    config: GatewayConfig,
    clock: SharedClock,
}

#[derive(Serialize)]
struct Request<'a> {
    id: &'a str,
    to: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<&'a str>,
    text: &'a str,
}

#[derive(Deserialize)]
struct Answer {
    reference: String,
}

impl HttpSms {
    /// Reads address and authority.
    ///
    /// # Errors
    /// [`Unusable`] names the key of the configuration.
    pub fn new(config: GatewayConfig, clock: SharedClock) -> Result<Self, Unusable> {
        let url: Url = config.url.parse().map_err(|error| Unusable::value("sms_http.url", error))?;
        let here = matches!(url.host_str(), Some("127.0.0.1" | "[::1]" | "localhost"));
        if url.scheme() != "https" && !(url.scheme() == "http" && here) {
            return Err(Unusable::value("sms_http.url", "it must be https, or http to this machine"));
        }
        if config.secret.expose().len() < 16 {
            return Err(Unusable::value("sms_http.secret", "it must have at least 16 characters"));
        }
        let http = Http::new("the SMS gateway", "sms_http.ca_file", config.ca_file.as_deref())?;
        Ok(Self { http, url, config, clock })
    }

    /// Checks a report that the gateway posted to `path` of our own edge, and reads it.
    ///
    /// # Errors
    /// [`BadReceipt`] says whether to answer 401 or 400.
    pub fn receipt(
        &self,
        path: &str,
        timestamp: &str,
        signature: &str,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Receipt, BadReceipt> {
        let signed = Signed { method: "POST", path, timestamp, body };
        let tolerance = Duration::from_secs(self.config.tolerance_seconds);
        verify(self.config.secret.expose().as_bytes(), &signed, signature, now, tolerance)?;
        read_receipt(body)
    }

    async fn post(&self, attempt: &Attempt, to: &PhoneNumber) -> Result<Reached, Failure> {
        let text = attempt.content.text();
        if text.chars().count() > MAX_TEXT {
            return Err(Failure::new(
                Reason::TooLarge,
                format_args!("an SMS has at most {MAX_TEXT} characters"),
            ));
        }
        let key = attempt.key.to_string();
        let request = Request { id: &key, to: to.expose(), from: self.config.from.as_deref(), text: &text };
        let body = serde_json::to_vec(&request).map_err(|error| Failure::new(Reason::Refused, error))?;
        let timestamp = self.clock.now().as_millis().div_euclid(1000).to_string();
        let path = match self.url.query() {
            Some(query) => format!("{}?{query}", self.url.path()),
            None => self.url.path().to_owned(),
        };
        let signed = Signed { method: "POST", path: &path, timestamp: &timestamp, body: &body };
        let signature = sign(self.config.secret.expose().as_bytes(), &signed);
        let headers = [
            ("content-type", "application/json".to_owned()),
            ("idempotency-key", key.clone()),
            (TIMESTAMP, timestamp),
            (SIGNATURE, signature),
        ];
        answer(&self.http.post(&self.url, headers, body, attempt.within).await?)
    }
}

fn answer(response: &http::Answer) -> Result<Reached, Failure> {
    let status = response.status;
    let reason = match status.as_u16() {
        200..=299 => {
            let answer: Answer = serde_json::from_slice(&response.body)
                .map_err(|_| Failure::new(Reason::Protocol, "the SMS gateway's answer has no reference"))?;
            return Ok(Reached::Taken { references: vec![answer.reference.chars().take(256).collect()] });
        }
        401 | 403 => Reason::Credentials,
        404 | 405 => Reason::Protocol,
        413 => Reason::TooLarge,
        422 => Reason::AddressInvalid,
        429 => Reason::Throttled,
        // 409, 425: the gateway is still busy with the first request of this key.
        409 | 425 | 500..=599 => Reason::Unavailable,
        400..=499 => Reason::Refused,
        _ => Reason::Protocol,
    };
    let wait = retry_after(&response.headers);
    Err(Failure::new(reason, format_args!("the SMS gateway answered {status}")).after(wait))
}

impl Sender for HttpSms {
    fn channel(&self) -> Channel {
        Channel::SmsHttp
    }

    fn send(&self, attempt: Attempt) -> BoxFuture<'_, Result<Reached, Failure>> {
        Box::pin(async move {
            let Way::SmsHttp(to) = &attempt.way else {
                return Err(Failure::new(Reason::AddressInvalid, "not a number for SMS over HTTP"));
            };
            let stop = attempt.stop.clone();
            tokio::select! {
                result = self.post(&attempt, to) => result,
                () = stop.cancelled() => Err(Failure::new(Reason::Stopped, "SMS over HTTP")),
            }
        })
    }
}
