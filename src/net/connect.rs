use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;

use super::stream::{Plain, Stream};
use super::tls::Refused;
use super::transcript::{Recorder, Said};
use super::{NetError, Security, Server, tls};

/// For the TCP connection and for each step until TLS stands.
const CONNECT: Duration = Duration::from_secs(30);
/// Longest silence inside TLS (RFC 5321 §4.5.3.2: five minutes for most commands).
const IDLE: Duration = Duration::from_mins(5);

/// How long a server at a port of its own is given to speak first. One that is slower only costs a second connection.
const GREETING: Duration = Duration::from_secs(1);

/// Opens a TCP connection, lets `start_tls` ask for TLS in the clear where that is the way, and
/// does the handshake. Whatever comes back is encrypted and authenticated.
pub(super) async fn connect<F>(server: &Server, start_tls: F) -> Result<Stream, NetError>
where
    F: AsyncFn(&mut Plain) -> Result<(), NetError>,
{
    server.check_port()?;
    let mut plain = open(server).await?;
    let is_in_clear = match server.security {
        Security::StartTls => true,
        Security::Implicit => false,
        Security::Either => speaks_first(&plain.tcp).await,
    };
    if is_in_clear {
        return in_clear(server, plain, start_tls).await;
    }
    match encrypt(server, &mut plain.recorder, plain.tcp).await {
        Ok(tls) => Ok(Stream::new(tls, IDLE, plain.recorder)),
        // It waited longer than it was given, and spoke in the clear after all.
        Err(Refused::NotTls(_)) if server.security == Security::Either => {
            in_clear(server, open(server).await?, start_tls).await
        }
        Err(refused) => Err(refused.into_error()),
    }
}

async fn open(server: &Server) -> Result<Plain, NetError> {
    let mut recorder = server.transcripts.as_ref().map(|kept| kept.begin(&server.host, server.port));
    let address = (server.host.as_str(), server.port);
    let tcp = within(async { TcpStream::connect(address).await.map_err(NetError::unreachable) }).await;
    let tcp = noted(&mut recorder, tcp)?;
    // Commands are small and wait for their answers; without this each would wait for the last one's ACK.
    let _ = tcp.set_nodelay(true);
    note(&mut recorder, Said::Connected);
    Ok(Plain { tcp, recorder })
}

/// A server whose TLS starts with STARTTLS greets by itself; one with TLS from the first byte waits for its client.
async fn speaks_first(tcp: &TcpStream) -> bool {
    timeout(GREETING, tcp.peek(&mut [0])).await.is_ok()
}

async fn in_clear<F>(server: &Server, mut plain: Plain, start_tls: F) -> Result<Stream, NetError>
where
    F: AsyncFn(&mut Plain) -> Result<(), NetError>,
{
    let begun = within(start_tls(&mut plain)).await;
    noted(&mut plain.recorder, begun)?;
    let tls = encrypt(server, &mut plain.recorder, plain.tcp).await.map_err(Refused::into_error)?;
    Ok(Stream::new(tls, IDLE, plain.recorder).after_greeting())
}

async fn encrypt(
    server: &Server,
    recorder: &mut Option<Recorder>,
    tcp: TcpStream,
) -> Result<TlsStream<TcpStream>, Refused> {
    // In a box, because a handshake's future is much bigger than all that callers have besides.
    let shaken = Box::pin(timeout(CONNECT, tls::handshake(tcp, &server.host, &server.extra_roots))).await;
    let shaken = shaken.unwrap_or_else(|_| Err(Refused::Other(NetError::unreachable("timed_out"))));
    match &shaken {
        Ok(tls) => {
            let version = tls.get_ref().1.protocol_version().and_then(|version| version.as_str());
            note(recorder, Said::Encrypted(version.unwrap_or_default().replace("TLSv1_", "TLS 1.")));
        }
        Err(Refused::NotTls(error) | Refused::Other(error)) => {
            note(recorder, Said::Failed { code: error.to_string(), detail: error.detail() });
        }
    }
    shaken
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
