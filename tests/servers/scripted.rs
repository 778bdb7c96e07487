//! A submission server by the RFCs, with TLS from the first byte, for what no Postfix of a distribution does: it offers what
//! it is told to, and everybody may log in.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::sync::{Arc, Mutex};

use openssl::ssl::{SslAcceptor, SslFiletype, SslMethod};

/// One that listens.
pub struct Scripted {
    pub port: u16,
    heard: Arc<Mutex<Vec<String>>>,
}

/// How it answers.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// What EHLO offers beside AUTH.
    pub offer: &'static [&'static str],
    /// It answers MAIL and RCPT only when so many of them have come.
    pub envelope_at_once: usize,
}

impl Scripted {
    /// With the certificate `good` of a folder.
    pub fn start(pki: &Path, manner: Manner) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let mut acceptor = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server()).unwrap();
        acceptor.set_private_key_file(pki.join("good.key"), SslFiletype::PEM).unwrap();
        acceptor.set_certificate_chain_file(pki.join("good.pem")).unwrap();
        let acceptor = acceptor.build();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let of_thread = Arc::clone(&heard);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if let Ok(stream) = acceptor.accept(client) {
                    serve(BufReader::new(stream), manner, &of_thread);
                }
            }
        });
        Self { port, heard }
    }

    /// Every line that it heard, without those of messages.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

fn serve<S: std::io::Read + std::io::Write>(mut stream: BufReader<S>, manner: Manner, heard: &Mutex<Vec<String>>) {
    let mut say = String::from("220 scripted\r\n");
    let mut held = String::new();
    let mut envelope = 0;
    let mut is_message = false;
    loop {
        if stream.get_mut().write_all(say.as_bytes()).is_err() || stream.get_mut().flush().is_err() {
            return;
        }
        say.clear();
        let mut line = String::new();
        if !matches!(stream.read_line(&mut line), Ok(1..)) {
            return;
        }
        let line = line.trim_end();
        if is_message {
            if line == "." {
                is_message = false;
                say.push_str("250 2.0.0 taken\r\n");
            }
            continue;
        }
        heard.lock().unwrap().push(line.to_owned());
        let verb = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" => {
                say.push_str("250-scripted\r\n");
                for one in manner.offer {
                    say.push_str("250-");
                    say.push_str(one);
                    say.push_str("\r\n");
                }
                say.push_str("250 AUTH PLAIN\r\n");
            }
            "AUTH" => say.push_str("235 2.7.0 in\r\n"),
            "MAIL" | "RCPT" => {
                envelope += 1;
                held.push_str("250 2.1.0 fine\r\n");
                if envelope >= manner.envelope_at_once {
                    say.push_str(&std::mem::take(&mut held));
                }
            }
            "DATA" => {
                is_message = true;
                say.push_str("354 go\r\n");
            }
            "QUIT" => {
                let _ = stream.get_mut().write_all(b"221 bye\r\n");
                return;
            }
            _ => say.push_str("500 what\r\n"),
        }
    }
}
