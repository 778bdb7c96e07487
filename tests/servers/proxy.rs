//! Somebody on the way: passes bytes between a client and a server on loopback, by a rule.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// What happens on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Every `STARTTLS` that the server says becomes something else.
    StripStartTls,
    /// Every `STLS` that the client says becomes something else.
    SpoilStls,
    /// From the moment the proxy is armed, when so many bytes have gone to the server nothing comes
    /// back any more; the connection is cut when the client falls silent.
    SwallowAnswerAfter(u64),
    /// From the moment the proxy is armed, the connection is cut when so many bytes have gone to
    /// the server.
    CutAfter(u64),
}

/// A proxy for one test.
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    rule: Rule,
    is_armed: AtomicBool,
    has_ended: AtomicBool,
    sent: AtomicU64,
    /// What the client said.
    heard: Mutex<Vec<u8>>,
}

impl Proxy {
    /// Listens, and passes everything on to a port.
    pub fn start(to: u16, rule: Rule) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            rule,
            is_armed: AtomicBool::new(false),
            has_ended: AtomicBool::new(false),
            sent: AtomicU64::new(0),
            heard: Mutex::new(Vec::new()),
        });
        let of_thread = Arc::clone(&shared);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let shared = Arc::clone(&of_thread);
                std::thread::spawn(move || shared.pass(&client, &TcpStream::connect(("127.0.0.1", to)).unwrap()));
            }
        });
        Self { port, shared }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// From now on bytes are counted.
    pub fn arm(&self) {
        self.shared.is_armed.store(true, Ordering::SeqCst);
    }

    /// Everything that the client said, readable or not, when it has gone.
    pub fn heard(&self) -> Vec<u8> {
        let deadline = Instant::now() + Duration::from_secs(10);
        while !self.shared.has_ended.load(Ordering::SeqCst) {
            assert!(Instant::now() < deadline, "the client does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
        self.shared.heard.lock().unwrap().clone()
    }
}

impl Shared {
    fn pass(&self, client: &TcpStream, server: &TcpStream) {
        std::thread::scope(|scope| {
            scope.spawn(|| self.to_client(client, server));
            self.to_server(client, server);
            self.has_ended.store(true, Ordering::SeqCst);
            let _ = client.shutdown(Shutdown::Both);
            let _ = server.shutdown(Shutdown::Write);
        });
    }

    fn to_server(&self, mut client: &TcpStream, mut server: &TcpStream) {
        let mut buffer = [0; 16 * 1024];
        loop {
            let is_swallowing = self.is_swallowing();
            let silence = is_swallowing.then_some(Duration::from_millis(500));
            client.set_read_timeout(silence).unwrap();
            let Ok(count @ 1..) = client.read(&mut buffer) else { return };
            self.heard.lock().unwrap().extend_from_slice(&buffer[..count]);
            if self.is_armed.load(Ordering::SeqCst) {
                let sent = self.sent.fetch_add(count as u64, Ordering::SeqCst) + count as u64;
                if matches!(self.rule, Rule::CutAfter(limit) if sent > limit) {
                    return;
                }
            }
            if self.rule == Rule::SpoilStls {
                replace(&mut buffer[..count], b"STLS", b"XTLX");
            }
            if server.write_all(&buffer[..count]).is_err() {
                return;
            }
        }
    }

    fn to_client(&self, mut client: &TcpStream, mut server: &TcpStream) {
        let mut buffer = [0; 16 * 1024];
        while let Ok(count @ 1..) = server.read(&mut buffer) {
            let mut bytes = buffer[..count].to_vec();
            if self.rule == Rule::StripStartTls {
                replace(&mut bytes, b"STARTTLS", b"XSTARTXX");
            }
            if !self.is_swallowing() && client.write_all(&bytes).is_err() {
                return;
            }
        }
        if !self.is_swallowing() {
            let _ = client.shutdown(Shutdown::Both);
        }
    }

    fn is_swallowing(&self) -> bool {
        matches!(self.rule, Rule::SwallowAnswerAfter(limit) if self.sent.load(Ordering::SeqCst) > limit)
    }
}

fn replace(bytes: &mut [u8], word: &[u8], by: &[u8]) {
    while let Some(at) = bytes.windows(word.len()).position(|window| window == word) {
        bytes[at..at + word.len()].copy_from_slice(by);
    }
}
