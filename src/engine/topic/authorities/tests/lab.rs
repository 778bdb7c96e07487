//! An authority made by the openssl command, its OCSP responder, and a web server for its lists.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use crate::crypto::smime::{SmimeRing, X509};

const CONFIG: &str = "[ca]\ndefault_ca=a\n[a]\ndatabase=index\nnew_certs_dir=.\nserial=serial\ncrlnumber=number\n\
    default_md=sha256\ndefault_days=30\ndefault_crl_days=20\npolicy=p\nprivate_key=ca.key\ncertificate=ca.pem\n\
    unique_subject=no\n[p]\ncommonName=supplied\n";

pub(super) struct Lab {
    folder: tempfile::TempDir,
}

impl Lab {
    pub(super) fn new() -> Self {
        let lab = Self { folder: tempfile::tempdir().unwrap() };
        lab.write("ca.cnf", CONFIG);
        lab.write("index", "");
        lab.write("serial", "1000\n");
        lab.write("number", "01\n");
        lab.root("ca", "Lab CA");
        lab
    }

    /// Somebody of the same name with another key.
    pub(super) fn stranger(&self) {
        self.root("stranger", "Lab CA");
    }

    fn root(&self, file: &str, name: &str) {
        let (key, certificate, subject) = (format!("{file}.key"), format!("{file}.pem"), format!("/CN={name}"));
        self.openssl(&[
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-keyout",
            &key,
            "-out",
            &certificate,
            "-subj",
            &subject,
            "-days",
            "30",
            "-addext",
            "keyUsage=critical,keyCertSign,cRLSign,digitalSignature",
        ]);
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// Issues a mail certificate with more extensions, and notes it in the index.
    pub(super) fn issue(&self, name: &str, extensions: &[&str]) -> Arc<X509> {
        let more = extensions.join("\n");
        let all = format!("subjectAltName=email:{name}@example.org\nextendedKeyUsage=emailProtection\n{more}\n");
        self.certify(name, &all)
    }

    /// A certificate for whoever answers in the authority's place.
    pub(super) fn delegate(&self, name: &str, extensions: &str) {
        self.certify(name, extensions);
    }

    fn certify(&self, name: &str, extensions: &str) -> Arc<X509> {
        let (key, request, certificate) = (format!("{name}.key"), format!("{name}.csr"), format!("{name}.pem"));
        let (subject, file) = (format!("/CN={name}"), format!("{name}.ext"));
        self.write(&file, extensions);
        self.openssl(&[
            "req",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-keyout",
            &key,
            "-out",
            &request,
            "-subj",
            &subject,
        ]);
        self.openssl(&[
            "ca",
            "-batch",
            "-config",
            "ca.cnf",
            "-in",
            &request,
            "-out",
            &certificate,
            "-extfile",
            &file,
            "-notext",
        ]);
        let mut ring = SmimeRing::default();
        ring.add(&self.read(&certificate), &[]).unwrap();
        Arc::clone(&ring.certificates()[0])
    }

    pub(super) fn revoke(&self, name: &str) {
        self.openssl(&["ca", "-config", "ca.cnf", "-revoke", &format!("{name}.pem"), "-crl_reason", "keyCompromise"]);
    }

    /// The authority's own record of what it issued is lost.
    pub(super) fn forget_issued(&self) {
        self.write("index", "");
    }

    /// The authority's list, DER.
    pub(super) fn list(&self) -> Vec<u8> {
        self.list_by("ca")
    }

    pub(super) fn list_by(&self, who: &str) -> Vec<u8> {
        let (key, certificate) = (format!("{who}.key"), format!("{who}.pem"));
        self.openssl(&[
            "ca",
            "-config",
            "ca.cnf",
            "-gencrl",
            "-keyfile",
            &key,
            "-cert",
            &certificate,
            "-out",
            "list.pem",
        ]);
        self.openssl(&["crl", "-in", "list.pem", "-outform", "DER", "-out", "list.der"]);
        self.read("list.der")
    }

    /// What openssl says of the same path, with every list checked.
    pub(super) fn openssl_accepts(&self, name: &str, list: &[u8]) -> bool {
        std::fs::write(self.path("judge.der"), list).unwrap();
        self.openssl(&["crl", "-inform", "DER", "-in", "judge.der", "-out", "judge.pem"]);
        let file = format!("{name}.pem");
        let mut command =
            self.command(&["verify", "-crl_check_all", "-CAfile", "ca.pem", "-CRLfile", "judge.pem", &file]);
        command.output().unwrap().status.success()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("openssl");
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        command
    }

    fn openssl(&self, arguments: &[&str]) {
        let output = self.command(arguments).output().expect("openssl is installed");
        assert!(output.status.success(), "{arguments:?} {}", String::from_utf8_lossy(&output.stderr));
    }

    /// openssl's responder, answering as somebody. It reads what was issued when it starts.
    pub(super) fn responder(&self, place: &Place, signer: &str, options: &[&str]) -> Responder {
        let (port, key, certificate) = (place.port.to_string(), format!("{signer}.key"), format!("{signer}.pem"));
        let mut arguments = vec!["ocsp", "-index", "index", "-port", &port, "-CA", "ca.pem", "-ndays", "2"];
        arguments.extend(["-rsigner", &*certificate, "-rkey", &*key]);
        arguments.extend(options);
        let mut command = self.command(&arguments);
        let mut server = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("openssl is installed");
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with("ACCEPT"), "{line}");
        Responder(server)
    }
}

/// Where a responder will be, on a port that the system had free: certificates name it before it runs.
pub(super) struct Place {
    port: u16,
}

impl Place {
    pub(super) fn new() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        Self { port: listener.local_addr().unwrap().port() }
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// The extension that leads to it.
    pub(super) fn aia(&self) -> String {
        format!("authorityInfoAccess=OCSP;URI:{}", self.url())
    }
}

/// A running responder; it ends with this value.
pub(super) struct Responder(Child);

impl Drop for Responder {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A web server for lists; it ends with this value.
pub(super) struct Web {
    folder: tempfile::TempDir,
    log: tempfile::NamedTempFile,
    server: Child,
    port: u16,
}

impl Web {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = tempfile::NamedTempFile::new().unwrap();
        let mut command = Command::new("python3");
        command.args(["-u", "-m", "http.server", "0", "--bind", "127.0.0.1"]).current_dir(folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(File::create(log.path()).unwrap());
        let mut server = command.spawn().expect("Python is installed");
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
        // Serving HTTP on 127.0.0.1 port 40661 (http://127.0.0.1:40661/) ...
        let port = line.split_whitespace().nth(5).unwrap().parse().expect(&line);
        Self { folder, log, server, port }
    }

    pub(super) fn put(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.folder.path().join(name), bytes).unwrap();
    }

    /// The extension that leads to a list here.
    pub(super) fn crl(&self, name: &str) -> String {
        format!("crlDistributionPoints=URI:http://127.0.0.1:{}/{name}", self.port)
    }

    /// How often something was asked for.
    pub(super) fn requests(&self) -> usize {
        std::fs::read_to_string(self.log.path()).unwrap().matches("\"GET ").count()
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
