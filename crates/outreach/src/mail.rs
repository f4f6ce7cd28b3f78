//! E-mail by SMTP submission (RFC 6409) over TLS: implicit (RFC 8314 §3.3) or STARTTLS (RFC 3207), never in clear but to
//! this machine.

use std::{path::PathBuf, time::Duration};

use futures::future::BoxFuture;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Mailbox, SinglePart,
        header::{HeaderName, HeaderValue},
    },
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, CertificateStore, Tls, TlsParameters},
    },
};
use runtime::Secret;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Attempt, Channel, Failure, MailAddress, Reached, Reason, Sender, Unusable, Urgency, Way};

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MailTls {
    /// TLS from the first byte, port 465.
    #[default]
    Implicit,
    /// Begun in clear and then required, port 587.
    Starttls,
    /// None; only to this machine.
    None,
}

/// E-mail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MailConfig {
    /// The submission server's name.
    pub host: String,
    /// Its port; by default 465 or, with STARTTLS, 587.
    #[serde(default)]
    pub port: Option<u16>,
    /// How the connection is protected.
    #[serde(default)]
    pub tls: MailTls,
    /// Who sends: `name@host` or `District <name@host>`.
    pub from: String,
    /// User name, together with `password`.
    #[serde(default)]
    pub user: Option<String>,
    /// The user's password.
    #[serde(default)]
    pub password: Option<Secret>,
    /// PEM file with the only authority to trust, instead of the public ones.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
}

/// The channel.
pub struct Mail {
    transport: lettre::transport::smtp::AsyncSmtpTransportBuilder,
    from: Mailbox,
}

impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mail").finish_non_exhaustive()
    }
}

impl Mail {
    /// Reads the authority and checks the sender.
    ///
    /// # Errors
    /// [`Unusable`] names the key of the configuration.
    pub fn new(config: &MailConfig) -> Result<Self, Unusable> {
        let from = config.from.parse().map_err(|error| Unusable::value("mail.from", error))?;
        let here = matches!(config.host.as_str(), "127.0.0.1" | "::1" | "localhost");
        if config.tls == MailTls::None && !here {
            return Err(Unusable::value("mail.tls", "without TLS mail goes only to this machine"));
        }
        let (tls, port) = match config.tls {
            MailTls::Implicit => (Tls::Wrapper(parameters(config)?), 465),
            MailTls::Starttls => (Tls::Required(parameters(config)?), 587),
            MailTls::None => (Tls::None, 25),
        };
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&config.host)
            .port(config.port.unwrap_or(port))
            .tls(tls);
        match (&config.user, &config.password) {
            (Some(user), Some(password)) => {
                transport = transport.credentials(Credentials::new(user.clone(), password.expose().clone()));
            }
            (None, None) => {}
            _ => return Err(Unusable::value("mail.user", "user and password go together")),
        }
        Ok(Self { transport, from })
    }

    async fn submit(&self, attempt: &Attempt, to: &MailAddress) -> Result<Reached, Failure> {
        let id = format!("<{}@{}>", attempt.key, self.from.email.domain());
        let message = self.compose(attempt, to, &id).map_err(|_| {
            // The library's error repeats the address.
            Failure::new(Reason::AddressInvalid, "the mail cannot be composed for this address")
        })?;
        let transport = self
            .transport
            .clone()
            .timeout(Some(attempt.within.min(Duration::from_secs(30))))
            .build::<Tokio1Executor>();
        let sent = tokio::time::timeout(attempt.within, transport.send(message)).await;
        match sent {
            Ok(Ok(_)) => Ok(Reached::Taken { references: vec![id] }),
            Ok(Err(error)) => Err(failure(&error)),
            Err(_) => Err(Failure::new(Reason::TimedOut, "the mail server did not answer in time")),
        }
    }

    fn compose(
        &self,
        attempt: &Attempt,
        to: &MailAddress,
        id: &str,
    ) -> Result<Message, Box<dyn std::error::Error>> {
        let content = &attempt.content;
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to.expose().parse()?))
            .subject(content.title.replace(['\r', '\n'], " "))
            // The same step again is the same mail: readers show it once.
            .message_id(Some(id.to_owned()))
            // RFC 3834 §5: no out-of-office notes to this.
            .raw_header(raw("Auto-Submitted", "auto-generated"));
        if attempt.urgency == Urgency::Alarm {
            // RFC 2156 §5.3.6.
            builder = builder.raw_header(raw("Importance", "high"));
        }
        let body = match &content.link {
            Some(link) => format!("{}\r\n\r\n{link}\r\n", content.body),
            None => format!("{}\r\n", content.body),
        };
        Ok(builder.singlepart(SinglePart::plain(body))?)
    }
}

fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

fn parameters(config: &MailConfig) -> Result<TlsParameters, Unusable> {
    let mut builder = TlsParameters::builder(config.host.clone());
    match &config.ca_file {
        None => builder = builder.certificate_store(CertificateStore::WebpkiRoots),
        Some(path) => {
            let read = |error: &dyn std::fmt::Display| Unusable::file("mail.ca_file", path, error);
            let pem = std::fs::read(path).map_err(|error| read(&error))?;
            let certificate = Certificate::from_pem(&pem).map_err(|error| read(&error))?;
            builder = builder.certificate_store(CertificateStore::None).add_root_certificate(certificate);
        }
    }
    builder.build().map_err(|error| Unusable::value("mail.tls", error))
}

/// What the server's code means (RFC 5321 §4.2, RFC 4954 §6). Its text may hold the address, so it is not repeated.
fn failure(error: &lettre::transport::smtp::Error) -> Failure {
    let Some(code) = error.status() else {
        let reason = if error.is_timeout() {
            Reason::TimedOut
        } else if error.is_client() {
            Reason::Refused
        } else {
            Reason::Unreachable
        };
        let what = if error.is_tls() { "TLS" } else { "connection" };
        return Failure::new(reason, format_args!("the mail server gave no answer ({what})"));
    };
    let reason = match u16::from(code) {
        530 | 534 | 535 | 538 => Reason::Credentials,
        550 | 551 | 553 => Reason::AddressInvalid,
        552 => Reason::TooLarge,
        450..=452 => Reason::Throttled,
        400..=499 => Reason::Unavailable,
        500..=599 => Reason::Refused,
        _ => Reason::Protocol,
    };
    Failure::new(reason, format_args!("the mail server answered {code}"))
}

impl Sender for Mail {
    fn channel(&self) -> Channel {
        Channel::Mail
    }

    fn send(&self, attempt: Attempt) -> BoxFuture<'_, Result<Reached, Failure>> {
        Box::pin(async move {
            let Way::Mail(to) = &attempt.way else {
                return Err(Failure::new(Reason::AddressInvalid, "not an e-mail address"));
            };
            let stop = attempt.stop.clone();
            tokio::select! {
                result = self.submit(&attempt, to) => result,
                () = stop.cancelled() => Err(Failure::new(Reason::Stopped, "e-mail")),
            }
        })
    }
}
