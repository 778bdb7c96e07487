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
    /// Nothing; bytes are counted.
    Watch,
    /// From the moment the proxy is armed, the connection is cut when so many bytes have come from the server.
    CutAnswerAfter(u64),
    /// While the proxy is armed, each connection is cut after some bytes, fewer or more, from either side.
    Unreliable(u64),
    /// What the server says comes later, its greeting too.
    Late(Duration),
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
    /// How many bytes came from the server while the proxy was armed.
    came: AtomicU64,
    connections: AtomicU64,
    /// What the client said.
    heard: Mutex<Vec<u8>>,
}

impl Proxy {
    /// Listens, and passes everything on to a port.
    pub fn start(to: u16, rule: Rule) -> Self {
        Self::start_to(("127.0.0.1", to), rule)
    }

    /// The same for a port of another address.
    pub fn start_to(to: (&'static str, u16), rule: Rule) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            rule,
            is_armed: AtomicBool::new(false),
            has_ended: AtomicBool::new(false),
            sent: AtomicU64::new(0),
            came: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            heard: Mutex::new(Vec::new()),
        });
        let of_thread = Arc::clone(&shared);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let shared = Arc::clone(&of_thread);
                std::thread::spawn(move || shared.pass(&client, &TcpStream::connect(to).unwrap()));
            }
        });
        Self { port, shared }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Bytes that came from the server since the proxy was armed.
    pub fn came(&self) -> u64 {
        self.shared.came.load(Ordering::SeqCst)
    }

    /// Connections so far.
    pub fn connections(&self) -> u64 {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// From now on nothing happens on the way.
    pub fn disarm(&self) {
        self.shared.is_armed.store(false, Ordering::SeqCst);
    }

    /// From now on bytes are counted.
    pub fn arm(&self) {
        self.shared.sent.store(0, Ordering::SeqCst);
        self.shared.came.store(0, Ordering::SeqCst);
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
        let number = self.connections.fetch_add(1, Ordering::SeqCst);
        let limits = self.limits(number);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                if let Rule::Late(wait) = self.rule {
                    std::thread::sleep(wait);
                }
                self.to_client(client, server, limits.1);
            });
            self.to_server(client, server, limits.0);
            self.has_ended.store(true, Ordering::SeqCst);
            let _ = client.shutdown(Shutdown::Both);
            let _ = server.shutdown(Shutdown::Write);
        });
    }

    /// After how many bytes from the client and from the server a connection is cut: often soon after TLS stands, so
    /// that it is in the middle of something.
    fn limits(&self, number: u64) -> (u64, u64) {
        let Rule::Unreliable(seed) = self.rule else { return (u64::MAX, u64::MAX) };
        if !self.is_armed.load(Ordering::SeqCst) {
            return (u64::MAX, u64::MAX);
        }
        let mut state = seed.wrapping_add(number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut draw = |most: u64| {
            state ^= state >> 30;
            state = state.wrapping_mul(0xbf58_476d_1ce4_e5b9);
            state ^= state >> 27;
            state = state.wrapping_mul(0x94d0_49bb_1331_11eb);
            state ^= state >> 31;
            state % most
        };
        match draw(4) {
            0 => (700 + draw(3_000), u64::MAX),
            1 | 2 => (u64::MAX, 3_000 + draw(12_000)),
            _ => (u64::MAX, u64::MAX),
        }
    }

    fn to_server(&self, mut client: &TcpStream, mut server: &TcpStream, most: u64) {
        let mut passed = 0;
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
            passed += count as u64;
            if passed > most {
                return;
            }
            if self.rule == Rule::SpoilStls {
                replace(&mut buffer[..count], b"STLS", b"XTLX");
            }
            if server.write_all(&buffer[..count]).is_err() {
                return;
            }
        }
    }

    fn to_client(&self, mut client: &TcpStream, mut server: &TcpStream, most: u64) {
        let mut buffer = [0; 16 * 1024];
        let mut passed = 0;
        while let Ok(count @ 1..) = server.read(&mut buffer) {
            passed += count as u64;
            let is_armed = self.is_armed.load(Ordering::SeqCst);
            let came = if is_armed { self.came.fetch_add(count as u64, Ordering::SeqCst) + count as u64 } else { 0 };
            if passed > most || is_armed && matches!(self.rule, Rule::CutAnswerAfter(limit) if came > limit) {
                let _ = server.shutdown(Shutdown::Both);
                break;
            }
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
