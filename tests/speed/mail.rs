//! Messages a second, one after the other, already in memory.

use std::hint::black_box;
use std::path::Path;

use kakitome::crypto::Keyring;
use kakitome::domain::RawMessage;
use kakitome::flow::incoming::{self, Circumstances};
use kakitome::message::Limits;
use kakitome::trust::TrustPolicy;
use mail_parser::{MessageParser, MimeHeaders, PartType};

use super::{files, thread_time};

/// Rounds over all messages; the fastest counts.
const ROUNDS: usize = 5;

/// All of the story of a message that comes in, without the network.
pub fn assess(folder: &Path, keys: &[String]) {
    let messages: Vec<_> = read(folder).into_iter().map(RawMessage::new).collect();
    let (mut keyring, limits) = (Keyring::default(), Limits::default());
    for key in keys {
        keyring.add(&std::fs::read(key).unwrap()).unwrap();
    }
    let policy = TrustPolicy::nobody("2026-11-01T00:00:00Z".parse().unwrap());
    let circumstances =
        Circumstances { keyring: &keyring, policy: &policy, limits: &limits, plaintext_limit: 256 << 20, spool: None };
    time(&messages, |raw| incoming::assess(raw, Vec::new(), &circumstances).text.len());
}

/// The parser that is fastest among those of its language: the tree, every part decoded, texts in Unicode.
pub fn mail_parser(folder: &Path) {
    let parser = MessageParser::default();
    time(&read(folder), |raw| {
        let Some(message) = parser.parse(raw) else { return 0 };
        let mut length = message.subject().map_or(0, str::len) + usize::from(message.from().is_some());
        for part in &message.parts {
            length += part.attachment_name().map_or(0, str::len);
            length += match &part.body {
                PartType::Text(text) | PartType::Html(text) => text.len(),
                PartType::Binary(bytes) | PartType::InlineBinary(bytes) => bytes.len(),
                PartType::Message(_) | PartType::Multipart(_) => 0,
            };
        }
        length
    });
}

fn read(folder: &Path) -> Vec<Vec<u8>> {
    files(folder).iter().map(|path| std::fs::read(path).unwrap()).collect()
}

/// Prints how many seconds a round takes.
fn time<M>(messages: &[M], work: impl Fn(&M) -> usize) {
    let round = || {
        let begin = thread_time();
        for message in messages {
            black_box(work(black_box(message)));
        }
        thread_time() - begin
    };
    let best = (0..ROUNDS).map(|_| round()).min().unwrap_or_default();
    println!("{}", best.as_secs_f64());
}
