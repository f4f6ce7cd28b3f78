//! TLS for devices: the platform shows its certificate, the device says its password inside.

use std::{io, sync::Arc, time::Duration};

use runtime::BoxError;
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
    server::TlsStream,
};

use crate::config::Tls;

/// A handshake that takes longer is none.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Reads certificate and key.
///
/// # Errors
/// If there are none or they cannot be used; the error names the file.
pub fn doorkeeper(tls: Option<&Tls>) -> Result<TlsAcceptor, BoxError> {
    let tls = tls.ok_or("emergency.listen.mqtts wants emergency.tls.certificate and emergency.tls.key")?;
    let (file, key_file) = (tls.certificate.display(), tls.key.display());
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(&tls.certificate)
        .and_then(Iterator::collect)
        .map_err(|error| format!("the certificate {file} cannot be read: {error}"))?;
    let key = PrivateKeyDer::from_pem_file(&tls.key)
        .map_err(|error| format!("the key {key_file} cannot be read: {error}"))?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| format!("{file} and {key_file} do not go together: {error}"))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Makes a connection a private one.
pub async fn shake_hands(doorkeeper: &TlsAcceptor, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
    timeout(HANDSHAKE, doorkeeper.accept(stream)).await?
}
