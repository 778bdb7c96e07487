//! TLS for every protocol: the platform's authorities, and nobody is asked to overlook a wrong certificate.

use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CertificateError, ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::{CertificateProblem, NetError};

/// A connector that believes the platform's authorities (or those in the file that
/// `SSL_CERT_FILE` names) and these, given as certificates in DER.
pub fn connector(extra_roots: &[Vec<u8>]) -> Result<TlsConnector, NetError> {
    Ok(TlsConnector::from(Arc::new(config(extra_roots)?)))
}

/// The same for what makes its own connections.
pub(super) fn config(extra_roots: &[Vec<u8>]) -> Result<ClientConfig, NetError> {
    let mut roots = RootCertStore::empty();
    // What can't be read is left out: a missing authority only ever makes a check fail.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots.add_parsable_certificates(extra_roots.iter().map(|der| CertificateDer::from(der.clone())));
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| NetError::Tls { detail: error.to_string() })?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}

/// Why there is no TLS.
pub(super) enum Refused {
    /// What came in answer is not TLS at all: a server that speaks in the clear first.
    NotTls(NetError),
    /// Everything else.
    Other(NetError),
}

impl Refused {
    /// As everybody else is told.
    pub(super) fn into_error(self) -> NetError {
        match self {
            Self::NotTls(error) | Self::Other(error) => error,
        }
    }
}

/// Does the handshake and checks the certificate for the host (RFC 9525).
pub(super) async fn handshake(
    tcp: TcpStream,
    host: &str,
    extra_roots: &[Vec<u8>],
) -> Result<TlsStream<TcpStream>, Refused> {
    let name = ServerName::try_from(host.to_owned()).map_err(|_| Refused::Other(NetError::BadHostName))?;
    let connector = connector(extra_roots).map_err(Refused::Other)?;
    connector.connect(name, tcp).await.map_err(|error| explain(&error))
}

fn explain(error: &std::io::Error) -> Refused {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match inner {
        Some(rustls::Error::InvalidCertificate(problem)) => {
            Refused::Other(NetError::BadCertificate { why: classify(problem), detail: problem.to_string() })
        }
        Some(garbled @ rustls::Error::InvalidMessage(_)) => {
            Refused::NotTls(NetError::Tls { detail: garbled.to_string() })
        }
        Some(other) => Refused::Other(NetError::Tls { detail: other.to_string() }),
        None => Refused::Other(NetError::unreachable(error)),
    }
}

fn classify(error: &CertificateError) -> CertificateProblem {
    use CertificateError as E;
    match error {
        E::Expired | E::ExpiredContext { .. } => CertificateProblem::Expired,
        E::NotValidYet | E::NotValidYetContext { .. } => CertificateProblem::NotYetValid,
        E::NotValidForName | E::NotValidForNameContext { .. } => CertificateProblem::WrongName,
        E::UnknownIssuer => CertificateProblem::UnknownIssuer,
        E::Revoked => CertificateProblem::Revoked,
        // A self-signed authority's certificate used by a server ends here (webpki: CaUsedAsEndEntity).
        _ => CertificateProblem::Other,
    }
}
