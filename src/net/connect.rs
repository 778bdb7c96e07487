use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;

use super::stream::Stream;
use super::{NetError, Security, Server, tls};

/// For the TCP connection and for each step until TLS stands.
const CONNECT: Duration = Duration::from_secs(30);
/// Longest silence inside TLS (RFC 5321 §4.5.3.2: five minutes for most commands).
const IDLE: Duration = Duration::from_mins(5);

/// Opens a TCP connection, lets `start_tls` ask for TLS in the clear where that is the way, and
/// does the handshake. Whatever comes back is encrypted and authenticated.
pub(super) async fn connect<F>(server: &Server, start_tls: F) -> Result<Stream, NetError>
where
    F: AsyncFnOnce(&mut TcpStream) -> Result<(), NetError>,
{
    server.check_port()?;
    let address = (server.host.as_str(), server.port);
    let mut tcp = within(async { TcpStream::connect(address).await.map_err(NetError::unreachable) }).await?;
    // Commands are small and wait for their answers; without this each would wait for the last one's ACK.
    let _ = tcp.set_nodelay(true);
    if server.security == Security::StartTls {
        within(start_tls(&mut tcp)).await?;
    }
    // In a box, because a handshake's future is much bigger than all that callers have besides.
    let tls = Box::pin(within(tls::handshake(tcp, &server.host, &server.extra_roots))).await?;
    Ok(Stream::new(tls, IDLE))
}

/// Runs a step, giving up after the time for connecting.
pub(super) async fn within<T>(step: impl Future<Output = Result<T, NetError>>) -> Result<T, NetError> {
    timeout(CONNECT, step).await.unwrap_or_else(|_| Err(NetError::unreachable("timed_out")))
}
