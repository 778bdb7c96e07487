#![allow(clippy::unwrap_used)]

use openssl::base64;
use openssl::hash::{MessageDigest, hash};
use openssl::pkcs5::pbkdf2_hmac;

use super::*;

fn password() -> Credentials {
    Credentials::password("user", Secret::from("pencil"))
}

fn names(offered: &[&str], credentials: &Credentials, is_bound: bool) -> Vec<&'static str> {
    let binding = Binding([7; 32]);
    ways(offered.iter().copied(), credentials, is_bound.then_some(&binding)).into_iter().map(Mechanism::name).collect()
}

#[test]
fn the_strongest_is_taken_and_one_that_hands_the_password_over_is_the_second_way() {
    let all = ["LOGIN", "plain", "CRAM-MD5", "scram-sha-1", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", "XOAUTH2", "GSSAPI"];
    assert_eq!(names(&all, &password(), true), ["SCRAM-SHA-256-PLUS", "PLAIN"]);
    assert_eq!(names(&all, &password(), false), ["SCRAM-SHA-256", "PLAIN"]);
    assert_eq!(names(&["LOGIN", "CRAM-MD5"], &password(), false), ["CRAM-MD5", "LOGIN"]);
    assert_eq!(names(&["LOGIN", "PLAIN"], &password(), false), ["PLAIN"]);
    assert_eq!(names(&["SCRAM-SHA-1"], &password(), false), ["SCRAM-SHA-1"]);
    assert_eq!(names(&["OTP", "PLAIN"], &password(), false), ["PLAIN"]);
    assert!(names(&["GSSAPI", "XOAUTH2"], &password(), false).is_empty());
    assert_eq!(
        names(&["PLAIN", "XOAUTH2", "OAUTHBEARER"], &Credentials::token("user", Secret::from("t")), true),
        ["OAUTHBEARER"]
    );
    assert!(names(&["PLAIN"], &Credentials::token("user", Secret::from("t")), true).is_empty());
}

#[test]
fn a_server_that_hangs_up_after_a_refusal_has_refused() {
    let refused = || Err::<(), _>(NetError::LoginRefused { reply: "535 first".to_owned() });
    assert_eq!(after_refusal(refused(), Err(NetError::unreachable("closed"))), refused());
    assert_eq!(after_refusal(refused(), Ok(())), Ok(()));
    let second = || Err(NetError::LoginRefused { reply: "535 second".to_owned() });
    assert_eq!(after_refusal(refused(), second()), second());
    let alone = || Err::<(), _>(NetError::unreachable("closed"));
    assert_eq!(after_refusal(Err(NetError::NoLoginMethod), alone()), alone());
}

/// The example of RFC 2195 §2.
#[test]
fn cram_md5_as_in_the_standard() {
    let tim = Credentials::password("tim", Secret::from("tanstaaftanstaaf"));
    let mut exchange = Exchange::new(Mechanism::CramMd5, &tim, "host", None).unwrap();
    assert!(exchange.first().unwrap().is_none());
    let answer = exchange.answer(b"<1896.697170952@postoffice.reston.mci.net>").unwrap();
    assert_eq!(&*answer, b"tim b913a602c7eda7a495b4e6e7334d3890");
    assert!(exchange.answer(b"again").is_err());
}

/// The examples of RFC 7628 §4.1 and §4.2.
#[test]
fn a_refused_token_is_answered_as_the_standard_wants_it() {
    let token = Credentials::token("user@example.com", Secret::from("vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="));
    let mut exchange = Exchange::new(Mechanism::OAuthBearer, &token, "server.example.com", None).unwrap();
    let first = exchange.first().unwrap().unwrap();
    let expected = "n,a=user@example.com,\x01host=server.example.com\x01auth=Bearer \
        vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\x01\x01";
    assert_eq!(String::from_utf8_lossy(&first), expected);
    assert_eq!(&*exchange.answer(br#"{"status":"invalid_token"}"#).unwrap(), b"\x01");
    let mut exchange = Exchange::new(Mechanism::XOAuth2, &token, "server.example.com", None).unwrap();
    exchange.first().unwrap();
    assert_eq!(&*exchange.answer(br#"{"status":"401"}"#).unwrap(), b"");
}

/// The server's side of RFC 5802 §3 in the test's own words: what it checks and what it proves.
struct Verifier {
    auth_message: String,
    salted: [u8; 32],
}

impl Verifier {
    fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
        Signer::new(MessageDigest::sha256(), &PKey::hmac(key).unwrap()).unwrap().sign_oneshot_to_vec(text).unwrap()
    }

    fn has_proof(&self, proof: &[u8]) -> bool {
        let client_key = Self::hmac(&self.salted, b"Client Key");
        let stored = hash(MessageDigest::sha256(), &client_key).unwrap();
        let signature = Self::hmac(&stored, self.auth_message.as_bytes());
        let expected: Vec<u8> = client_key.iter().zip(&signature).map(|(a, b)| a ^ b).collect();
        expected == proof
    }

    fn signature(&self) -> Vec<u8> {
        Self::hmac(&Self::hmac(&self.salted, b"Server Key"), self.auth_message.as_bytes())
    }
}

/// Goes on until the client has shown its proof: the exchange, what it said to be bound to, and what checks it.
fn scram(mechanism: Mechanism, is_bound: bool) -> (Exchange, Vec<u8>, Verifier) {
    let binding = Binding([7; 32]);
    let mut exchange = Exchange::new(mechanism, &password(), "host", is_bound.then_some(&binding)).unwrap();
    let first = String::from_utf8(exchange.first().unwrap().unwrap().to_vec()).unwrap();
    let bare = first.splitn(3, ',').nth(2).unwrap().to_owned();
    let nonce = bare.split_once(",r=").unwrap().1;
    let challenge = format!("r={nonce}ours,s={},i=4096", base64::encode_block(b"salt of ours"));
    let last = String::from_utf8(exchange.answer(challenge.as_bytes()).unwrap().to_vec()).unwrap();
    let (without_proof, proof) = last.rsplit_once(",p=").unwrap();
    let mut salted = [0; 32];
    pbkdf2_hmac(b"pencil", b"salt of ours", 4096, MessageDigest::sha256(), &mut salted).unwrap();
    let verifier = Verifier { auth_message: format!("{bare},{challenge},{without_proof}"), salted };
    assert!(verifier.has_proof(&base64::decode_block(proof).unwrap()));
    let bound = without_proof.strip_prefix("c=").unwrap().split(',').next().unwrap();
    (exchange, base64::decode_block(bound).unwrap(), verifier)
}

#[test]
fn scram_binds_to_the_connection_and_believes_a_server_that_proves_itself() {
    let (mut exchange, bound, verifier) = scram(Mechanism::ScramSha256Plus, true);
    assert_eq!(bound, [&b"p=tls-exporter,,"[..], &[7; 32]].concat());
    let last = format!("v={}", base64::encode_block(&verifier.signature()));
    assert!(exchange.answer(last.as_bytes()).unwrap().is_empty());
    exchange.finish().unwrap();
}

#[test]
fn without_a_binding_scram_says_whether_there_could_have_been_one() {
    assert_eq!(scram(Mechanism::ScramSha256, false).1, b"n,,");
    // The server takes this for an attack if it did offer -PLUS (RFC 5802 §6).
    assert_eq!(scram(Mechanism::ScramSha256, true).1, b"y,,");
}

#[test]
fn a_server_that_does_not_prove_itself_is_not_believed() {
    let (exchange, _, _) = scram(Mechanism::ScramSha256, false);
    assert_eq!(exchange.finish(), Err(NetError::ServerUnproven), "it said that all is well too early");
    let (mut exchange, _, verifier) = scram(Mechanism::ScramSha256, false);
    let mut signature = verifier.signature();
    signature[0] ^= 1;
    let last = format!("v={}", base64::encode_block(&signature));
    assert_eq!(exchange.answer(last.as_bytes()).unwrap_err(), NetError::ServerUnproven);
    let (mut exchange, _, _) = scram(Mechanism::ScramSha256, false);
    assert!(matches!(exchange.answer(b"e=invalid-proof"), Err(NetError::LoginRefused { .. })));
}
