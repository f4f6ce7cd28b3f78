//! Whom to trust: Mozilla's roots as compiled in, or the one authority that the configuration names.

use std::{path::Path, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};

use crate::Unusable;

/// A TLS client without a certificate of its own.
pub(crate) fn client(key: &'static str, ca_file: Option<&Path>) -> Result<ClientConfig, Unusable> {
    let mut roots = RootCertStore::empty();
    match ca_file {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(path) => {
            let certificates = CertificateDer::pem_file_iter(path)
                .and_then(Iterator::collect::<Result<Vec<_>, _>>)
                .map_err(|error| Unusable::file(key, path, error))?;
            for certificate in certificates {
                roots.add(certificate).map_err(|error| Unusable::file(key, path, error))?;
            }
        }
    }
    Ok(ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Unusable::value(key, error))?
        .with_root_certificates(roots)
        .with_no_client_auth())
}
