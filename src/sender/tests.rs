mod arc;
mod authentication_results;
mod bimi;
mod dkim;
mod dmarc;
mod imitation;
mod look_alike;
mod received;
mod spf;

use std::future::Future;
use std::task::{Context, Poll, Waker};

use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;

use super::{Evidence, Method, SenderResult, SenderWord, Zone};
use crate::domain::Timestamp;

/// The moment that the tests judge at.
const NOW: i64 = 1_800_000_000;

/// Zones answer at once, so that no runtime is needed.
fn wait<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}

/// The engine runs evaluations on any thread.
#[test]
fn an_evaluation_can_move_between_threads() {
    fn movable<T: Send>(future: T) -> T {
        future
    }
    let (evidence, zone) = (Evidence::default(), Zone::default());
    let at = Timestamp::from_second(NOW).unwrap();
    wait(movable(super::evaluate(b"", &evidence, at, &zone)));
}

fn evaluate(raw: &str, evidence: &Evidence, zone: &Zone) -> Vec<SenderResult> {
    let at = Timestamp::from_second(NOW).unwrap();
    wait(super::evaluate(raw.as_bytes(), evidence, at, zone))
}

fn result_of(results: &[SenderResult], method: Method) -> &SenderResult {
    results.iter().find(|result| result.method == method).unwrap()
}

fn word_and_reason(result: &SenderResult) -> (SenderWord, Option<&str>) {
    (result.result, result.explanation.as_deref())
}

fn rsa(bits: u32) -> PKey<Private> {
    PKey::from_rsa(Rsa::generate(bits).unwrap()).unwrap()
}

fn base64(bytes: &[u8]) -> String {
    openssl::base64::encode_block(bytes).replace('\n', "")
}

/// A key record for a key.
fn key_record(key: &PKey<Private>) -> String {
    match key.rsa() {
        Ok(_) => format!("v=DKIM1; k=rsa; p={}", base64(&key.public_key_to_der().unwrap())),
        Err(_) => format!("v=DKIM1; k=ed25519; p={}", base64(&key.raw_public_key().unwrap())),
    }
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    openssl::sha::sha256(bytes).to_vec()
}

/// OpenSSL's signature with SHA-256 over these bytes.
fn sign(key: &PKey<Private>, bytes: &[u8]) -> String {
    use openssl::hash::MessageDigest;
    use openssl::sign::Signer;
    let signature = if key.rsa().is_ok() {
        Signer::new(MessageDigest::sha256(), key).unwrap().sign_oneshot_to_vec(bytes)
    } else {
        // RFC 8463 §3: Ed25519 signs the hash.
        Signer::new_without_digest(key).unwrap().sign_oneshot_to_vec(&sha256(bytes))
    };
    base64(&signature.unwrap())
}

/// A message in a form that both canonicalizations leave as it is, but for the case of names.
const BODY: &str = "Hello Bob,\r\nmeet me at noon.\r\n";

/// Signs From and Subject of a message from Alice, relaxed/relaxed, with more tags if given. The
/// canonical bytes are written out here, so that the signer shares nothing with the verifier.
fn signed_message(key: &PKey<Private>, domain: &str, extra: &str) -> String {
    signed_message_from("alice@example.org", key, domain, extra)
}

fn signed_message_from(author: &str, key: &PKey<Private>, domain: &str, extra: &str) -> String {
    let algorithm = if key.rsa().is_ok() { "rsa-sha256" } else { "ed25519-sha256" };
    let hash = base64(&sha256(BODY.as_bytes()));
    let tags =
        format!("v=1; a={algorithm}; c=relaxed/relaxed; d={domain}; s=sel; h=from:subject; {extra}bh={hash}; b=");
    let canonical = format!("from:Alice <{author}>\r\nsubject:Lunch\r\ndkim-signature:{tags}");
    let signature = sign(key, canonical.as_bytes());
    format!("DKIM-Signature: {tags}{signature}\r\nFrom: Alice <{author}>\r\nSubject: Lunch\r\n\r\n{BODY}")
}
