//! The ways in. Each listener decodes, says what it understood to whoever acts, and answers the device only when that is
//! durable; unheard, the device is told to try again in the words of its protocol, or left unanswered.

mod http;
mod jt808;
mod mqtt;
mod sip;
mod tcp;
mod tls;
mod watch;

use std::{net::SocketAddr, sync::Arc};

use runtime::{BoxError, Context, TaskKind};
use tokio::net::{TcpListener, UdpSocket};

use outreach::gateway::HttpSms;

use crate::{config::Config, credentials::Credentials, ear::Ear, reach::Outbound, start::App};

/// The SMS gateway's signature, and whom its receipts are for.
pub type Receipts = (Arc<HttpSms>, Outbound);

/// Connections of a TCP listener at a time, where nothing else is said.
const CONNECTIONS: usize = 20_000;

/// Opens every way in that is configured.
///
/// # Errors
/// If a port cannot be listened on; the error names it.
pub async fn open(
    config: &Config,
    ear: Ear,
    credentials: Credentials,
    receipts: Option<Receipts>,
    ctx: &Context,
) -> Result<App, BoxError> {
    let listen = &config.listen;
    let limit = listen.max_connections.unwrap_or(CONNECTIONS);
    let mut app = App::default();
    let credentials = Arc::new(credentials);
    if let Some(at) = listen.mqtts {
        let doorkeeper = tls::doorkeeper(config.tls.as_ref())?;
        let listener = bind(at, "mqtts").await?;
        app.mqtts = Some(listener.local_addr()?);
        let (ear, credentials) = (ear.clone(), Arc::clone(&credentials));
        ctx.tasks.spawn(TaskKind::Intake, "MQTT over TLS", move |stop| {
            tcp::serve(listener, limit, stop, move |stream| {
                let (doorkeeper, ear, credentials) =
                    (doorkeeper.clone(), ear.clone(), Arc::clone(&credentials));
                async move { mqtt::speak(tls::shake_hands(&doorkeeper, stream).await?, ear, credentials).await }
            })
        });
    }
    if let Some(at) = listen.mqtt {
        let listener = bind(at, "mqtt").await?;
        app.mqtt = Some(listener.local_addr()?);
        let ear = ear.clone();
        ctx.tasks.spawn(TaskKind::Intake, "MQTT", move |stop| {
            tcp::serve(listener, limit, stop, move |stream| {
                mqtt::speak(stream, ear.clone(), Arc::clone(&credentials))
            })
        });
    }
    if let Some(at) = listen.jt808 {
        let listener = bind(at, "jt808").await?;
        app.jt808 = Some(listener.local_addr()?);
        let ear = ear.clone();
        ctx.tasks.spawn(TaskKind::Intake, "JT/T 808", move |stop| {
            tcp::serve(listener, limit, stop, move |stream| jt808::speak(stream, ear.clone()))
        });
    }
    if let Some(at) = listen.watch {
        let listener = bind(at, "watch").await?;
        app.watch = Some(listener.local_addr()?);
        let ear = ear.clone();
        ctx.tasks.spawn(TaskKind::Intake, "watches", move |stop| {
            tcp::serve(listener, limit, stop, move |stream| watch::speak(stream, ear.clone()))
        });
    }
    if let Some(at) = listen.sip {
        let listener = bind(at, "sip").await?;
        let at = listener.local_addr()?;
        let socket = UdpSocket::bind(at).await.map_err(|error| taken(at, "sip", &error))?;
        app.sip = Some(at);
        let unit = sip::Unit { ear: ear.clone(), heartbeat: listen.scaip_heartbeat };
        let by_tcp = unit.clone();
        ctx.tasks.spawn(TaskKind::Intake, "SIP over TCP", move |stop| {
            tcp::serve(listener, limit, stop, move |stream| sip::speak(stream, by_tcp.clone()))
        });
        ctx.tasks.spawn(TaskKind::Intake, "SIP over UDP", move |stop| sip::datagrams(socket, unit, stop));
    }
    if let Some(at) = listen.http {
        let listener = bind(at, "http").await?;
        app.http = Some(listener.local_addr()?);
        let router = http::router(ear, config.vendors.clone(), receipts, ctx.clock.clone());
        ctx.tasks.spawn(TaskKind::Intake, "webhooks", move |stop| http::serve(listener, router, stop));
    }
    Ok(app)
}

async fn bind(at: SocketAddr, key: &str) -> Result<TcpListener, BoxError> {
    TcpListener::bind(at).await.map_err(|error| taken(at, key, &error))
}

fn taken(at: SocketAddr, key: &str, error: &std::io::Error) -> BoxError {
    format!("cannot listen on {at}: {error}; is it taken by another process? Set emergency.listen.{key}")
        .into()
}
