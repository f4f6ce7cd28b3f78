//! HTTPS to gateways and push services, on a client of this crate's own: the TLS features of the client that the rest
//! of the workspace shares hold for every crate at once, and would ask each of them for a crypto provider.

use std::{path::Path, time::Duration};

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::{
    Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::{self, HeaderMap, HeaderValue},
};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use url::Url;

use crate::{Failure, Reason, Unusable};

/// The longest answer that is read, in bytes.
const MAX_ANSWER: usize = 64 * 1024;
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(10);
/// The longest anybody is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// Follows no redirect and knows no proxy: where a message goes is said by the caller alone.
#[derive(Debug)]
pub(crate) struct Http {
    /// How the other side is called in a failure; its address may be a capability and is never repeated.
    peer: &'static str,
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

/// What came back.
pub(crate) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Http {
    /// `key` is the configuration's, for the error.
    ///
    /// # Errors
    /// The authority can't be read.
    pub fn new(peer: &'static str, key: &'static str, ca_file: Option<&Path>) -> Result<Self, Unusable> {
        let mut connector = HttpConnector::new();
        connector.enforce_http(false);
        connector.set_connect_timeout(Some(CONNECT));
        connector.set_nodelay(true);
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(crate::tls::client(key, ca_file)?)
            .https_or_http()
            .enable_http1()
            .wrap_connector(connector);
        Ok(Self { peer, client: Client::builder(TokioExecutor::new()).build(connector) })
    }

    /// Posts `body` and reads the answer, all `within` at most 30 s.
    ///
    /// # Errors
    /// No answer, or one that is too long.
    pub async fn post(
        &self,
        url: &Url,
        headers: impl IntoIterator<Item = (&'static str, String)>,
        body: Vec<u8>,
        within: Duration,
    ) -> Result<Answer, Failure> {
        let mut request = Request::post(url.as_str());
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request = request
            .body(Full::from(body))
            .map_err(|error| Failure::new(Reason::Refused, format_args!("{}: {error}", self.peer)))?;
        tokio::time::timeout(within.min(PATIENCE), self.exchange(request)).await.unwrap_or_else(|_| {
            Err(Failure::new(Reason::TimedOut, format_args!("{}: no answer in time", self.peer)))
        })
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<Answer, Failure> {
        let response = self.client.request(request).await.map_err(|error| {
            if error.is_connect() {
                Failure::new(Reason::Unreachable, format_args!("{}: no connection", self.peer))
            } else {
                self.broken()
            }
        })?;
        let (parts, body) = Response::into_parts(response);
        Ok(Answer { status: parts.status, headers: parts.headers, body: self.read(body).await? })
    }

    async fn read(&self, body: Incoming) -> Result<Bytes, Failure> {
        let whole = Limited::new(body, MAX_ANSWER).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() {
                Failure::new(Reason::Protocol, format_args!("{}: the answer is too long", self.peer))
            } else {
                self.broken()
            }
        })?;
        Ok(whole.to_bytes())
    }

    fn broken(&self) -> Failure {
        Failure::new(Reason::Broken, format_args!("{}: the connection broke", self.peer))
    }
}

/// `Retry-After` in seconds (RFC 9110 §10.2.3), at most a day; a date is not worth a parser.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds: u64 =
        headers.get(header::RETRY_AFTER).map(HeaderValue::to_str)?.ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds.min(86_400)))
}
