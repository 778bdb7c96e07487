//! The doors through which bytes of strangers come in, each as a function that must come back whatever it is given.
//!
//! Beyond coming back, what a door promises about its answers is asserted here too.

use std::sync::LazyLock;

use jiff::Timestamp;
use kakitome::crypto::{Keyring, pgp, smime};
use kakitome::domain::{Mailbox, RawMessage, Secret};
use kakitome::flow::incoming::{Circumstances, assess};
use kakitome::flow::reply::{self, Answer};
use kakitome::message::{self, Limits, ParsedMessage, Part, calendar, file};
use kakitome::trust::TrustPolicy;

/// A door: its name on the command line and its folder under `seeds`, and what goes through it.
pub type Door = (&'static str, fn(&[u8]));

/// Every door.
pub const DOORS: [Door; 8] = [
    ("message", message),
    ("cms", cms),
    ("openpgp", openpgp),
    ("certificate", certificate),
    ("headers", headers),
    ("html", html),
    ("tnef", tnef),
    ("charset", charset),
];

/// No input grows to more than this.
const PLAINTEXT: usize = 1 << 20;

/// A message, or an mbox of them: parsed, and every part of it asked everything.
fn message(bytes: &[u8]) {
    for raw in message::split_mbox(bytes).take(8) {
        look_at(&message::parse(&raw, &Limits::default()));
    }
}

fn look_at(parsed: &ParsedMessage) {
    let raw = &parsed.raw;
    assert!(parsed.walk().count() <= Limits::default().parts, "more parts than the limit");
    parsed.header_values("Received");
    for part in parsed.walk() {
        for range in [&part.header, &part.body, &part.whole] {
            assert!(raw.get(range.clone()).is_some(), "a range outside of the message: {range:?}");
        }
        assert!(part.decoded(raw).len() <= part.body.len(), "decoded to more than there was");
        let text = part.text(raw);
        is_clean(&text);
        part.text_within(raw, 16);
        part.raw_header_fields(raw);
        look_into(part, &part.content(raw), text);
        let name = part.filename.as_deref().unwrap_or_default();
        assert!(!name.contains(['/', '\\', '\0']), "a file name with a folder: {name:?}");
        if let Some(nested) = &part.nested {
            look_at(nested);
        }
    }
}

/// What is asked of a part by its type.
fn look_into(part: &Part, content: &[u8], text: String) {
    let kind = &part.content_type;
    file::report(part.filename.as_deref().unwrap_or_default(), &kind.to_string(), content);
    match kind.subtype.as_str() {
        "calendar" => drop(calendar::invitation(content)),
        "vcard" => drop(calendar::contacts(content)),
        "enriched" => drop(message::enriched_to_text(&text)),
        "plain" => {
            message::uuencoded_files(&text);
            part.unwrapped(text);
        }
        _ => {}
    }
}

/// What is shown holds no control characters but line feeds and tabs.
fn is_clean(text: &str) {
    let stray = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t'));
    assert_eq!(stray, None, "a control character in a text");
}

/// A CMS object: told apart, opened, verified beside its content, decrypted with a key and without.
fn cms(bytes: &[u8]) {
    let at = now();
    smime::kind(bytes);
    smime::certificates(bytes);
    let _ = smime::decompress(bytes, PLAINTEXT);
    let ring = &KEYS.smime;
    let _ = smime::opaque(bytes, ring, at);
    assert!(!smime::detached(b"Content-Type: text/plain\r\n\r\nhello\r\n", bytes, ring, at).is_empty());
    smime::decrypt(bytes, ring, &[], PLAINTEXT);
}

/// An OpenPGP message: found in a text, opened, verified beside its content, decrypted with a key.
fn openpgp(bytes: &[u8]) {
    let at = now();
    if let Ok(text) = std::str::from_utf8(bytes) {
        pgp::find_inline_blocks(text);
    }
    let ring = &KEYS.pgp;
    if let Ok(opened) = pgp::signed_message_within(bytes, ring, at, PLAINTEXT) {
        assert!(opened.content.len() <= PLAINTEXT, "opened to more than the limit");
    }
    assert!(!pgp::detached(b"Content-Type: text/plain\r\n\r\nhello\r\n", bytes, ring, at).is_empty());
    pgp::decrypt(bytes, ring, &[], at, PLAINTEXT);
}

/// A file of certificates and keys, of either technology: imported and described.
fn certificate(bytes: &[u8]) {
    if asks_for_patience(bytes) {
        return;
    }
    let mut keyring = Keyring { passphrases: vec![Secret::from("wonderland")], ..Keyring::default() };
    let Ok(found) = keyring.add(bytes) else { return };
    for one in found {
        keyring.report(&one.report.fingerprint, now());
    }
    keyring.own_addresses(now());
    for certificate in &keyring.smime.certificates() {
        smime::export_pem(certificate);
    }
    for cert in keyring.pgp.certs() {
        pgp::armored_public(&cert);
    }
}

/// Whether many rounds of key derivation are asked for, in an INTEGER after a salt. The library does as many as are
/// bearable once; here they would only keep from other inputs.
fn asks_for_patience(bytes: &[u8]) -> bool {
    let armored = ["PKCS12", "ENCRYPTED PRIVATE KEY"].into_iter().flat_map(|label| smime::pem_contents(bytes, label));
    armored.chain([bytes.to_vec()]).any(|der| {
        (0..der.len()).filter(|at| der[*at] == 4).any(|at| {
            let end = |at: usize| der.get(at + 1).map_or(der.len(), |length| at + 2 + usize::from(*length));
            let is_large = |at: usize| match der.get(at..) {
                Some([2, length, high, ..]) => *length > 2 || *length == 2 && *high > 1,
                _ => false,
            };
            // Up to three numbers, as scrypt has them.
            [end(at), end(end(at)), end(end(end(at)))].into_iter().any(is_large)
        })
    })
}

/// Outer header and protected payload, parted by a line that is a form feed: read as if decrypted, and as if signed.
/// Without such a line, a whole message, assessed.
fn headers(bytes: &[u8]) {
    let parse = |bytes: &[u8]| message::parse(&RawMessage::new(bytes), &Limits::default());
    let mark = b"\n\x0c\n";
    if let Some(at) = bytes.windows(mark.len()).position(|window| window == mark) {
        let (outer, payload) = (parse(&bytes[..at]), parse(&bytes[at + mark.len()..]));
        protected(&outer, &payload.raw, &payload.root, true);
        protected(&outer, &payload.raw, &payload.root, false);
        return;
    }
    let found = assess(&RawMessage::new(bytes), Vec::new(), &circumstances());
    is_clean(&found.text);
    reply::draft(&found, &Mailbox::new("Alice", "alice@example.test"), Answer::ReplyAll);
}

fn protected(outer: &ParsedMessage, raw: &[u8], payload: &Part, is_encrypted: bool) {
    let found = message::protected_headers(outer, raw, payload, is_encrypted);
    assert!(is_encrypted || found.confidential.is_empty(), "confidential without an encryption");
    message::legacy_display_parts(payload);
    let text = payload.text(raw);
    assert!(message::without_legacy_display(payload, &text).len() <= text.len());
}

/// HTML: made text, made safe, asked whether it reaches out. What is safe reaches out no further.
fn html(bytes: &[u8]) {
    let html = String::from_utf8_lossy(bytes);
    message::html_to_text(&html);
    let pictures = message::remote_pictures(&html);
    let reaches_out = message::has_remote_content(&html);
    assert!(reaches_out || pictures.is_empty(), "pictures of the net in what does not reach out: {pictures:?}");
    let safe = message::sanitize_html(&html);
    for forbidden in ["<script", "<iframe", "<object", "<embed", "<meta", "<link", "<base", "<form", "<svg"] {
        assert!(!safe.contains(forbidden), "{forbidden} in what is safe");
    }
    assert!(reaches_out || !message::has_remote_content(&safe), "what is safe reaches out further");
}

/// A `winmail.dat`: read as a message, and every part of that asked everything.
fn tnef(bytes: &[u8]) {
    if let Some(entity) = message::parse_tnef(bytes, &Limits::default()) {
        look_at(&entity);
    }
}

/// A label on the first line, then bytes in that charset: as a text, a field, an encoded-word and a parameter.
fn charset(bytes: &[u8]) {
    let (label, text) = bytes.split_at(bytes.iter().position(|b| *b == b'\n').unwrap_or(0));
    is_clean(&message::bare_text(text));
    let line: Vec<u8> = text.iter().copied().filter(|b| !matches!(b, b'\r' | b'\n')).collect();
    let hex = line.iter().fold(String::new(), |hex, b| hex + &format!("={b:02X}"));
    let label = String::from_utf8_lossy(label);
    let mut whole = format!("Subject: =?{label}?Q?{hex}?= ").into_bytes();
    whole.extend(&line);
    whole.extend(format!("\nContent-Type: text/plain; charset=\"{label}\";\n name*={label}''").into_bytes());
    whole.extend(hex.replace('=', "%").into_bytes());
    whole.extend(b"\nContent-Transfer-Encoding: 8bit\n\n");
    whole.extend(text);
    let parsed = message::parse(&RawMessage::new(whole), &Limits::default());
    assert!(!parsed.subject.chars().any(char::is_control), "a control character in a subject");
    look_at(&parsed);
}

fn now() -> Timestamp {
    "2026-11-01T00:00:00Z".parse().unwrap_or_default()
}

/// Keys whose private operations are quick, and everybody's certificates.
static KEYS: LazyLock<Keyring> = LazyLock::new(|| {
    let mut keyring = Keyring { passphrases: vec![Secret::from("wonderland")], ..Keyring::default() };
    for file in [
        &include_bytes!("../corpus/keys/p12/alice-ec.p12")[..],
        include_bytes!("../corpus/keys/x509/bob.pem"),
        include_bytes!("../corpus/keys/x509/carol.pem"),
        include_bytes!("../corpus/keys/pgp/alice.secret.asc"),
        include_bytes!("../corpus/keys/pgp/bob.asc"),
        include_bytes!("../corpus/keys/pgp/carol.asc"),
    ] {
        keyring.add(file).expect("a key of the corpus");
    }
    keyring.passphrases.clear();
    keyring
});

static POLICY: LazyLock<TrustPolicy> = LazyLock::new(|| TrustPolicy::nobody(now()));
static LIMITS: LazyLock<Limits> = LazyLock::new(Limits::default);

fn circumstances() -> Circumstances<'static> {
    Circumstances { keyring: &KEYS, policy: &POLICY, limits: &LIMITS, plaintext_limit: PLAINTEXT, spool: None }
}
