use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::super::stream::Stream;

/// Bytes read from the connection at once.
const INPUT: usize = 32 * 1024;
/// More deflated bytes than this are not kept waiting.
const OUTPUT: usize = 64 * 1024;

/// The connection of a session: TLS, and inside of it DEFLATE once both sides have agreed (RFC 4978).
#[derive(Debug)]
pub(super) struct Wire {
    stream: Stream,
    deflate: Option<Box<Deflate>>,
}

/// Both directions: raw DEFLATE (RFC 1951), flushed at the end of each command.
#[derive(Debug)]
struct Deflate {
    inflater: Decompress,
    /// What came; from `start` to `end` it is not inflated yet.
    input: Box<[u8]>,
    start: usize,
    end: usize,
    /// The reader's room was full: there may be more without any further input.
    was_full: bool,
    deflater: Compress,
    /// What is to go; up to `sent` it went.
    output: Vec<u8>,
    sent: usize,
    /// Something was written since the last flush.
    is_dirty: bool,
}

impl Wire {
    pub(super) fn new(stream: Stream) -> Self {
        Self { stream, deflate: None }
    }

    /// From the next byte on, in both directions.
    pub(super) fn start_deflate(&mut self) {
        self.deflate = Some(Box::new(Deflate {
            inflater: Decompress::new(false),
            input: vec![0; INPUT].into(),
            start: 0,
            end: 0,
            was_full: false,
            deflater: Compress::new(Compression::default(), false),
            output: Vec::new(),
            sent: 0,
            is_dirty: false,
        }));
    }

    pub(super) fn is_deflated(&self) -> bool {
        self.deflate.is_some()
    }
}

impl Deflate {
    fn poll_read(&mut self, stream: &mut Stream, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if buf.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        loop {
            if self.start < self.end || self.was_full {
                let (consumed, produced, status) = self.inflate(buf.initialize_unfilled())?;
                self.start += consumed;
                self.was_full = produced == buf.remaining();
                buf.advance(produced);
                if produced > 0 || status == Status::StreamEnd {
                    return Poll::Ready(Ok(()));
                }
                if consumed == 0 && self.start < self.end {
                    return Poll::Ready(Err(io::ErrorKind::InvalidData.into()));
                }
                continue;
            }
            let mut fresh = ReadBuf::new(&mut self.input);
            ready!(Pin::new(&mut *stream).poll_read(cx, &mut fresh))?;
            (self.start, self.end) = (0, fresh.filled().len());
            if self.end == 0 {
                return Poll::Ready(Ok(()));
            }
        }
    }

    /// How many bytes were taken, and how many they made.
    fn inflate(&mut self, room: &mut [u8]) -> io::Result<(usize, usize, Status)> {
        let (taken, made) = (self.inflater.total_in(), self.inflater.total_out());
        let input = self.input.get(self.start..self.end).unwrap_or_default();
        let status = self.inflater.decompress(input, room, FlushDecompress::Sync)?;
        Ok((since(taken, self.inflater.total_in()), since(made, self.inflater.total_out()), status))
    }

    fn poll_write(&mut self, stream: &mut Stream, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.output.len() > OUTPUT {
            ready!(self.drain(stream, cx))?;
        }
        self.is_dirty = true;
        loop {
            self.output.reserve(bytes.len() + 64);
            let before = self.deflater.total_in();
            self.deflater.compress_vec(bytes, &mut self.output, FlushCompress::None)?;
            let taken = since(before, self.deflater.total_in());
            if taken > 0 || bytes.is_empty() {
                return Poll::Ready(Ok(taken));
            }
        }
    }

    fn poll_flush(&mut self, stream: &mut Stream, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.is_dirty {
            self.output.reserve(1024);
            self.deflater.compress_vec(&[], &mut self.output, FlushCompress::Sync)?;
            // Room that is left says that all of it is out.
            self.is_dirty = self.output.len() == self.output.capacity();
        }
        ready!(self.drain(stream, cx))?;
        Pin::new(stream).poll_flush(cx)
    }

    fn drain(&mut self, stream: &mut Stream, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(rest) = self.output.get(self.sent..).filter(|rest| !rest.is_empty()) {
            match ready!(Pin::new(&mut *stream).poll_write(cx, rest))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                count => self.sent += count,
            }
        }
        self.output.clear();
        self.sent = 0;
        Poll::Ready(Ok(()))
    }
}

fn since(before: u64, now: u64) -> usize {
    usize::try_from(now.saturating_sub(before)).unwrap_or(usize::MAX)
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        match &mut this.deflate {
            Some(deflate) => deflate.poll_read(&mut this.stream, cx, buf),
            None => Pin::new(&mut this.stream).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        match &mut this.deflate {
            Some(deflate) => deflate.poll_write(&mut this.stream, cx, bytes),
            None => Pin::new(&mut this.stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        match &mut this.deflate {
            Some(deflate) => deflate.poll_flush(&mut this.stream, cx),
            None => Pin::new(&mut this.stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.as_mut().poll_flush(cx))?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
