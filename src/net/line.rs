use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::NetError;

/// Longer than any reply line of a real server (RFC 5321 §4.5.3.1.5 asks for 512).
const MAX_LINE: usize = 8192;

/// Reads one line without its CRLF, and not one byte beyond it.
///
/// What somebody on the way adds behind the answer to STARTTLS therefore stays in the socket and
/// breaks the TLS handshake, instead of being taken for an answer inside TLS.
pub(super) async fn read_line<S: AsyncRead + Unpin>(stream: &mut S) -> Result<String, NetError> {
    let mut line = Vec::new();
    loop {
        match stream.read_u8().await.map_err(NetError::unreachable)? {
            b'\n' => break,
            byte if line.len() < MAX_LINE => line.push(byte),
            _ => return Err(NetError::protocol("line_too_long")),
        }
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(String::from_utf8_lossy(&line).into_owned())
}

/// Writes one line.
pub(super) async fn write_line<S: AsyncWrite + Unpin>(stream: &mut S, line: &str) -> Result<(), NetError> {
    stream.write_all(format!("{line}\r\n").as_bytes()).await.map_err(NetError::unreachable)?;
    stream.flush().await.map_err(NetError::unreachable)
}
