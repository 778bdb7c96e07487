use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;

use super::stream::{Plain, Stream};
use super::transcript::{Recorder, Said};
use super::{NetError, Security, Server, tls};

/// For the TCP connection and for each step until TLS stands.
const CONNECT: Duration = Duration::from_secs(30);
/// Longest silence inside TLS (RFC 5321 §4.5.3.2: five minutes for most commands).
const IDLE: Duration = Duration::from_mins(5);

/// Opens a TCP connection, lets `start_tls` ask for TLS in the clear where that is the way, and
/// does the handshake. Whatever comes back is encrypted and authenticated.
pub(super) async fn connect<F>(server: &Server, start_tls: F) -> Result<Stream, NetError>
where
    F: AsyncFnOnce(&mut Plain) -> Result<(), NetError>,
{
    server.check_port()?;
    let mut recorder = server.transcripts.as_ref().map(|kept| kept.begin(&server.host, server.port));
    let address = (server.host.as_str(), server.port);
    let tcp = within(async { TcpStream::connect(address).await.map_err(NetError::unreachable) }).await;
    let tcp = noted(&mut recorder, tcp)?;
    // Commands are small and wait for their answers; without this each would wait for the last one's ACK.
    let _ = tcp.set_nodelay(true);
    note(&mut recorder, Said::Connected);
    let mut plain = Plain { tcp, recorder };
    if server.security == Security::StartTls {
        let begun = within(start_tls(&mut plain)).await;
        noted(&mut plain.recorder, begun)?;
    }
    let Plain { tcp, mut recorder } = plain;
    // In a box, because a handshake's future is much bigger than all that callers have besides.
    let tls = Box::pin(within(tls::handshake(tcp, &server.host, &server.extra_roots))).await;
    let tls = noted(&mut recorder, tls)?;
    let version = tls.get_ref().1.protocol_version().and_then(|version| version.as_str());
    note(&mut recorder, Said::Encrypted(version.unwrap_or_default().replace("TLSv1_", "TLS 1.")));
    Ok(Stream::new(tls, IDLE, recorder))
}

fn note(recorder: &mut Option<Recorder>, said: Said) {
    if let Some(recorder) = recorder {
        recorder.note(said);
    }
}

fn noted<T>(recorder: &mut Option<Recorder>, step: Result<T, NetError>) -> Result<T, NetError> {
    if let Err(error) = &step {
        note(recorder, Said::Failed { code: error.to_string(), detail: error.detail() });
    }
    step
}

/// Runs a step, giving up after the time for connecting.
pub(super) async fn within<T>(step: impl Future<Output = Result<T, NetError>>) -> Result<T, NetError> {
    timeout(CONNECT, step).await.unwrap_or_else(|_| Err(NetError::unreachable("timed_out")))
}
