use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use lettre::transport::smtp::client::AsyncTokioStream;
use rustls::ProtocolVersion;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;
use tokio_rustls::client::TlsStream;

use super::transcript::{Recorder, Said};

/// A connection in the clear, on the way to TLS.
pub(super) struct Plain {
    pub(super) tcp: TcpStream,
    pub(super) recorder: Option<Recorder>,
}

impl AsyncRead for Plain {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let poll = Pin::new(&mut self.tcp).poll_read(cx, buf);
        heard(&mut self.recorder, buf, before, &poll);
        poll
    }
}

impl AsyncWrite for Plain {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.tcp).poll_write(cx, bytes);
        sent(&mut self.recorder, bytes, &poll);
        poll
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(cx)
    }
}

fn heard(recorder: &mut Option<Recorder>, buf: &ReadBuf<'_>, before: usize, poll: &Poll<io::Result<()>>) {
    let Some(recorder) = recorder else { return };
    let new = buf.filled().get(before..).unwrap_or_default();
    match poll {
        Poll::Ready(Ok(())) if new.is_empty() && buf.remaining() > 0 => recorder.broke(Said::ServerClosed),
        Poll::Ready(Err(error)) => {
            recorder.broke(Said::Failed { code: "unreachable".to_owned(), detail: error.to_string() });
        }
        _ => recorder.heard(new),
    }
}

fn sent(recorder: &mut Option<Recorder>, bytes: &[u8], poll: &Poll<io::Result<usize>>) {
    if let (Some(recorder), Poll::Ready(Ok(count))) = (recorder, poll) {
        recorder.sent(bytes.get(..*count).unwrap_or_default());
    }
}

/// A TLS connection that gives up when nothing moves for too long.
#[derive(Debug)]
pub struct Stream {
    tls: Box<TlsStream<TcpStream>>,
    /// What the reader gets before anything of the server's.
    prefix: &'static [u8],
    idle: Duration,
    sleep: Pin<Box<Sleep>>,
    recorder: Option<Recorder>,
    is_greeted: bool,
}

/// What is the same at both ends of a TLS connection and of no other (`tls-exporter`, RFC 9266).
pub(super) struct Binding(pub(super) [u8; 32]);

impl Stream {
    pub(super) fn new(tls: TlsStream<TcpStream>, idle: Duration, recorder: Option<Recorder>) -> Self {
        let sleep = Box::pin(tokio::time::sleep(idle));
        Self { tls: Box::new(tls), prefix: b"", idle, sleep, recorder, is_greeted: false }
    }

    /// The same, when the server's greeting was read in the clear already: after STARTTLS it sends none.
    pub(super) fn after_greeting(mut self) -> Self {
        self.is_greeted = true;
        self
    }

    /// The server's greeting was read already.
    pub(super) fn is_greeted(&self) -> bool {
        self.is_greeted
    }

    /// Lets a reader that insists on a greeting have one where the server sends no other.
    pub(super) fn with_greeting(mut self, greeting: &'static [u8]) -> Self {
        self.prefix = greeting;
        self
    }

    /// See [`Binding`]; only TLS 1.3 has one that is unique without more ado (RFC 9266 §4.2).
    pub(super) fn binding(&self) -> Option<Binding> {
        let tls = self.tls.get_ref().1;
        let is_unique = tls.protocol_version() == Some(ProtocolVersion::TLSv1_3);
        let exported = tls.export_keying_material([0; 32], b"EXPORTER-Channel-Binding", Some(b""));
        exported.ok().filter(|_| is_unique).map(Binding)
    }

    /// Passes a result on; one that never comes becomes a time-out.
    fn watch<T>(&mut self, cx: &mut Context<'_>, poll: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if poll.is_ready() {
            let anew = tokio::time::sleep(self.idle);
            self.sleep.as_mut().set(anew);
            return poll;
        }
        self.sleep.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if !self.prefix.is_empty() {
            let (now, later) = self.prefix.split_at(self.prefix.len().min(buf.remaining()));
            buf.put_slice(now);
            self.prefix = later;
            return Poll::Ready(Ok(()));
        }
        let before = buf.filled().len();
        let poll = Pin::new(&mut self.tls).poll_read(cx, buf);
        heard(&mut self.recorder, buf, before, &poll);
        self.watch(cx, poll)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.tls).poll_write(cx, bytes);
        sent(&mut self.recorder, bytes, &poll);
        self.watch(cx, poll)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.tls).poll_flush(cx);
        self.watch(cx, poll)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.tls).poll_shutdown(cx);
        self.watch(cx, poll)
    }
}

impl AsyncTokioStream for Stream {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.tls.get_ref().0.peer_addr()
    }
}
