//! The request itself and what the push service's answer means.

use std::path::PathBuf;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use futures::future::BoxFuture;
use hyper::header::LOCATION;
use p256::SecretKey;
use runtime::{Entropy, Secret, SharedClock};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Subscription, VapidKey, seal};
use crate::{
    Attempt, Channel, Failure, Key, Reached, Reason, Sender, Unusable, Urgency, Way,
    http::{self, Http, retry_after},
};

/// Web push.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PushConfig {
    /// The district's VAPID key: 32 bytes in base64url.
    pub private_key: Secret,
    /// At whom a push service can ask: `mailto:` or `https:`.
    pub subject: String,
    /// How long a push service keeps a message for a phone that is off, in seconds.
    #[serde(default = "default_ttl")]
    pub ttl_seconds: u32,
    /// Hosts that may be written to, each with all below it. A subscription comes from a browser: without this list
    /// anybody with an account could make the district send requests into its own network.
    #[serde(default = "default_hosts")]
    pub hosts: Vec<String>,
    /// PEM file with the only authority to trust, instead of the public ones.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
}

const fn default_ttl() -> u32 {
    3600
}

/// The makers' services as of 2026.
fn default_hosts() -> Vec<String> {
    let known = ["fcm.googleapis.com", "push.services.mozilla.com", "notify.windows.com", "push.apple.com"];
    known.map(str::to_owned).to_vec()
}

/// The channel.
#[derive(Debug)]
pub struct WebPush {
    http: Http,
    key: VapidKey,
    config: PushConfig,
    clock: SharedClock,
    entropy: Entropy,
}

impl WebPush {
    /// Reads key and authority.
    ///
    /// # Errors
    /// [`Unusable`] names the key of the configuration.
    pub fn new(config: PushConfig, clock: SharedClock, entropy: Entropy) -> Result<Self, Unusable> {
        let key = config
            .private_key
            .expose()
            .parse()
            .map_err(|error| Unusable::value("push.private_key", error))?;
        if !(config.subject.starts_with("mailto:") || config.subject.starts_with("https:")) {
            return Err(Unusable::value("push.subject", "it must begin with mailto: or https:"));
        }
        let http = Http::new("push", "push.ca_file", config.ca_file.as_deref())?;
        Ok(Self { http, key, config, clock, entropy })
    }

    /// What the web app hands to `pushManager.subscribe`.
    pub fn public_key(&self) -> String {
        self.key.public()
    }

    async fn push(&self, attempt: &Attempt, to: &Subscription) -> Result<Reached, Failure> {
        if !to.endpoint().host_str().is_some_and(|host| self.may_write_to(host)) {
            return Err(Failure::new(Reason::Refused, "the push service is not among push.hosts"));
        }
        let body = self.seal(attempt, to)?;
        let ttl = match attempt.urgency {
            // An alarm that arrives when everything is over helps nobody.
            Urgency::Alarm => self.config.ttl_seconds.min(attempt.within.as_secs().max(1) as u32),
            Urgency::Notice => self.config.ttl_seconds,
        };
        let origin = to.endpoint().origin().ascii_serialization();
        let headers = [
            ("authorization", self.key.authorization(&origin, &self.config.subject, self.clock.now())),
            ("content-encoding", "aes128gcm".to_owned()),
            ("content-type", "application/octet-stream".to_owned()),
            ("ttl", ttl.to_string()),
            ("urgency", if attempt.urgency == Urgency::Alarm { "high" } else { "normal" }.to_owned()),
            ("topic", topic(&attempt.key)),
        ];
        answer(&self.http.post(to.endpoint(), headers, body, attempt.within).await?)
    }

    fn may_write_to(&self, host: &str) -> bool {
        self.config.hosts.iter().any(|allowed| {
            host.strip_suffix(allowed.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
    }

    fn seal(&self, attempt: &Attempt, to: &Subscription) -> Result<Vec<u8>, Failure> {
        let payload = serde_json::json!({
            "id": attempt.key.message,
            "urgency": attempt.urgency,
            "title": attempt.content.title,
            "body": attempt.content.body,
            "link": attempt.content.link,
        });
        let mut salt = [0; 16];
        self.entropy.fill(&mut salt);
        let ephemeral = loop {
            let mut bytes = [0; 32];
            self.entropy.fill(&mut bytes);
            // One in 2³² draws lies outside the group.
            if let Ok(key) = SecretKey::from_slice(&bytes) {
                break key;
            }
        };
        seal(to, &ephemeral, salt, payload.to_string().as_bytes())
            .map_err(|error| Failure::new(Reason::TooLarge, error))
    }
}

/// A later try of the same step replaces the one before while the phone is off (RFC 8030 §5.4: at most 32 characters
/// of base64url).
fn topic(key: &Key) -> String {
    let mut topic = URL_SAFE_NO_PAD.encode(Sha256::digest(key.message.as_str()));
    topic.truncate(32);
    topic
}

fn answer(response: &http::Answer) -> Result<Reached, Failure> {
    let status = response.status;
    let reason = match status.as_u16() {
        // RFC 8030 §5: 201 and the message's own address.
        200..=299 => {
            let location = response.headers.get(LOCATION).and_then(|location| location.to_str().ok());
            let reference = location.map(|location| location.chars().take(512).collect());
            return Ok(Reached::Taken { references: reference.into_iter().collect() });
        }
        404 | 410 => Reason::AddressGone,
        401 | 403 => Reason::Credentials,
        413 => Reason::TooLarge,
        429 => Reason::Throttled,
        500..=599 => Reason::Unavailable,
        400..=499 => Reason::Refused,
        _ => Reason::Protocol,
    };
    Err(Failure::new(reason, format_args!("the push service answered {status}"))
        .after(retry_after(&response.headers)))
}

impl Sender for WebPush {
    fn channel(&self) -> Channel {
        Channel::Push
    }

    fn send(&self, attempt: Attempt) -> BoxFuture<'_, Result<Reached, Failure>> {
        Box::pin(async move {
            let Way::Push(to) = &attempt.way else {
                return Err(Failure::new(Reason::AddressInvalid, "not a push subscription"));
            };
            let stop = attempt.stop.clone();
            tokio::select! {
                result = self.push(&attempt, to) => result,
                () = stop.cancelled() => Err(Failure::new(Reason::Stopped, "push")),
            }
        })
    }
}
