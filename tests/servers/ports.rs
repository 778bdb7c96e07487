//! Ports for servers that have to be told theirs before they run.

use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::sync::atomic::{AtomicU16, Ordering};

/// From here on, and so many: below those that systems hand out by themselves (RFC 6335 §6, Linux: from 32768 on), so
/// that between now and the server's start no connection of anybody takes the port.
const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;

/// An address on loopback where nobody listens, by TCP or UDP; in one process never the same again.
pub fn free_port() -> SocketAddr {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Processes begin far from each other.
    let start = std::process::id().wrapping_mul(37);
    for _ in 0..COUNT {
        let step = u32::from(NEXT.fetch_add(1, Ordering::Relaxed));
        let port = FIRST + (start.wrapping_add(step) % u32::from(COUNT)) as u16;
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        if TcpListener::bind(address).is_ok() && UdpSocket::bind(address).is_ok() {
            return address;
        }
    }
    panic!("every port is taken");
}
