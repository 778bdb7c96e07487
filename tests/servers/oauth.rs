//! An authorization server on loopback, `oauth.py`, and a browser; it ends with its value.
#![allow(dead_code, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::expect_used)]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::pki;

/// Hands out tokens.
pub struct OAuthServer {
    pub port: u16,
    /// The authority of its certificate, in DER.
    pub root: Vec<u8>,
    folder: tempfile::TempDir,
    server: Child,
}

impl OAuthServer {
    /// Signs its tokens with this key.
    pub fn start(key: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = pki::write(folder.path());
        let mut command = Command::new("python3");
        command.arg(script()).arg("serve").arg(folder.path()).arg(key).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut server = command.spawn().expect("Python is installed");
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { port: line.trim().parse().unwrap(), root, folder, server }
    }

    /// Its description, as a file in assets/ has it, for these mail servers and with these parameters.
    pub fn description(&self, hosts: &[&str], parameters: &[(&str, &str)]) -> serde_json::Value {
        let here = format!("https://localhost:{}", self.port);
        let parameters: serde_json::Map<_, _> =
            parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
        serde_json::json!({
            "name": "Example", "issuer": here, "authorization": format!("{here}/authorize"), "token": format!("{here}/token"),
            "scopes": ["mail"], "hosts": hosts, "client_id": "kakitome-tests", "parameters": parameters,
            "names_issuer": true,
        })
    }

    /// A browser that opens this address; the page that it shows at the end.
    pub fn browse(&self, url: &str) -> String {
        let output = Command::new("python3").arg(script()).arg("browse").arg(self.folder.path()).arg(url).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Takes every refresh token back.
    pub fn revoke(&self) {
        std::fs::write(self.folder.path().join("revoked"), "").unwrap();
    }

    /// And lets new ones count.
    pub fn forgive(&self) {
        std::fs::remove_file(self.folder.path().join("revoked")).unwrap();
    }

    /// What was asked so far, by names of parameters only.
    pub fn requests(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("requests")).unwrap_or_default()
    }

    /// The authority's certificate as a PEM file.
    pub fn ca_file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers/oauth.py")
}

impl Drop for OAuthServer {
    fn drop(&mut self) {
        drop(self.server.stdin.take());
        let _ = self.server.wait();
    }
}
