//! A web server with TLS on loopback, with an authority of its own.

#[path = "../../../../tests/servers/pki.rs"]
#[allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, unreachable_pub)]
pub(crate) mod pki;

#[path = "../../../../tests/servers/ports.rs"]
#[allow(clippy::panic, unreachable_pub)]
pub(crate) mod ports;

#[path = "../../../../tests/servers/keys.rs"]
#[allow(unreachable_pub)]
pub(crate) mod keys;

#[path = "../../../../tests/servers/oauth.rs"]
#[allow(unreachable_pub)]
pub(crate) mod oauth;

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The server; it ends with this value.
pub(crate) struct Lab {
    pub(crate) port: u16,
    pub(crate) port_with_wrong_name: u16,
    pub(crate) root: Vec<u8>,
    folder: tempfile::TempDir,
    server: Child,
}

impl Lab {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = pki::write(folder.path());
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers/web.py");
        let mut command = Command::new("python3");
        command.arg(script).arg(folder.path()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut server = command.spawn().expect("Python is installed");
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ports: Vec<u16> = line.split_whitespace().map(|port| port.parse().unwrap()).collect();
        Self { port: ports[0], port_with_wrong_name: ports[1], root, folder, server }
    }

    /// The heads of all requests so far.
    pub(crate) fn requests(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("requests")).unwrap_or_default()
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        drop(self.server.stdin.take());
        let _ = self.server.wait();
    }
}
