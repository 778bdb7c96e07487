//! A way to a server on which anything may happen, by a seed: connections are slow, cut, stalled or corrupted.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Numbers that look random and are the same for the same seed (SplitMix64).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to below a number.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

/// What becomes of one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Calm,
    /// Each piece waits so many milliseconds.
    Slow(u64),
    /// Cut when so many bytes have gone to the server.
    CutToServer(u64),
    /// Cut when so many bytes have come from the server.
    CutToClient(u64),
    /// When so many bytes have gone to the server, no answer comes any more.
    Stall(u64),
    /// So many bytes on, one on its way to the server is another.
    Corrupt(u64),
}

/// The way to one port.
pub struct Weather {
    port: u16,
    sky: Arc<Sky>,
}

struct Sky {
    to: u16,
    dice: Mutex<Dice>,
    is_calm: AtomicBool,
    /// Pieces that have passed in either direction; several ways may count together.
    passed: Arc<AtomicU64>,
}

impl Weather {
    pub fn start(to: u16, seed: u64, passed: &Arc<AtomicU64>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let sky = Arc::new(Sky {
            to,
            dice: Mutex::new(Dice::new(seed)),
            is_calm: AtomicBool::new(false),
            passed: Arc::clone(passed),
        });
        let of_thread = Arc::clone(&sky);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let sky = Arc::clone(&of_thread);
                std::thread::spawn(move || sky.pass(&client));
            }
        });
        Self { port, sky }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// From now on nothing happens on the way, or again.
    pub fn set_calm(&self, is_calm: bool) {
        self.sky.is_calm.store(is_calm, Ordering::SeqCst);
    }
}

impl Sky {
    fn fate(&self) -> Fate {
        let mut dice = self.dice.lock().unwrap();
        if self.is_calm.load(Ordering::SeqCst) {
            return Fate::Calm;
        }
        let bytes = 200 + dice.below(12_000);
        match dice.below(10) {
            0 => Fate::CutToServer(bytes),
            1 => Fate::CutToClient(bytes / 2),
            2 => Fate::Stall(bytes),
            3 => Fate::Corrupt(bytes),
            4..=6 => Fate::Slow(1 + dice.below(4)),
            _ => Fate::Calm,
        }
    }

    fn pass(&self, client: &TcpStream) {
        let Ok(server) = TcpStream::connect(("127.0.0.1", self.to)) else { return };
        let fate = self.fate();
        let has_stalled = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                self.to_client(client, &server, fate, &has_stalled);
                let _ = client.shutdown(Shutdown::Both);
                let _ = server.shutdown(Shutdown::Both);
            });
            self.to_server(client, &server, fate, &has_stalled);
            let _ = server.shutdown(Shutdown::Write);
            if matches!(fate, Fate::CutToServer(_)) || has_stalled.load(Ordering::SeqCst) {
                let _ = client.shutdown(Shutdown::Both);
                let _ = server.shutdown(Shutdown::Both);
            }
        });
    }

    fn to_server(&self, mut client: &TcpStream, mut server: &TcpStream, fate: Fate, has_stalled: &AtomicBool) {
        let mut buffer = [0; 4096];
        let mut sent = 0;
        loop {
            // Whoever waits for an answer that does not come is cut off in the end.
            let silence = has_stalled.load(Ordering::SeqCst).then_some(Duration::from_millis(500));
            if client.set_read_timeout(silence).is_err() {
                return;
            }
            let Ok(count @ 1..) = client.read(&mut buffer) else { return };
            let before = sent;
            sent += count as u64;
            match fate {
                Fate::CutToServer(limit) if sent > limit => return,
                Fate::Stall(limit) if sent > limit => has_stalled.store(true, Ordering::SeqCst),
                Fate::Corrupt(at) if (before..sent).contains(&at) => {
                    buffer[usize::try_from(at - before).unwrap()] ^= 0x20;
                }
                Fate::Slow(wait) => std::thread::sleep(Duration::from_millis(wait)),
                _ => {}
            }
            self.passed.fetch_add(1, Ordering::SeqCst);
            if server.write_all(&buffer[..count]).is_err() {
                return;
            }
        }
    }

    fn to_client(&self, mut client: &TcpStream, mut server: &TcpStream, fate: Fate, has_stalled: &AtomicBool) {
        let mut buffer = [0; 4096];
        let mut came = 0;
        while let Ok(count @ 1..) = server.read(&mut buffer) {
            came += count as u64;
            if matches!(fate, Fate::CutToClient(limit) if came > limit) {
                return;
            }
            if has_stalled.load(Ordering::SeqCst) {
                continue;
            }
            if let Fate::Slow(wait) = fate {
                std::thread::sleep(Duration::from_millis(wait));
            }
            self.passed.fetch_add(1, Ordering::SeqCst);
            if client.write_all(&buffer[..count]).is_err() {
                return;
            }
        }
    }
}
