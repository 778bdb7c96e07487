//! How long the list of a folder takes, by messages and by conversations, and how that grows.

use std::time::Instant;

use kakitome::domain::thread::Lineage;
use kakitome::domain::{Mailbox, RawMessage, Timestamp};
use kakitome::engine::{Profile, SecretsIn, headless};
use kakitome::store::{AccountRecord, MessageFlags, NewMessage};

/// Prints, for a tenth of so many messages and for all of them, how long it takes to keep one, to read the list, and to make
/// conversations of it: milliseconds.
pub fn run(count: usize) {
    println!("messages\tkept, each\tlist\tconversations\tof");
    for count in [count / 10, count] {
        let dir = tempfile::tempdir().unwrap();
        let profile = Profile::open(dir.path(), &SecretsIn::File("a passphrase".into())).unwrap();
        let account = profile.store.save_account(&AccountRecord::default()).unwrap();
        let inbox = profile.store.ensure_folder(account, "INBOX", "INBOX", "inbox").unwrap();
        let begin = Instant::now();
        let all: Vec<NewMessage> = (0..count).map(message).collect();
        for some in all.chunks(1_000) {
            profile.store.add_messages(inbox, some).unwrap();
        }
        let kept = begin.elapsed().as_secs_f64() * 1000.0 / count as f64;
        let once = || {
            let begin = Instant::now();
            let view = headless::mailbox(&profile, Some(inbox)).unwrap();
            let list = begin.elapsed();
            let begin = Instant::now();
            let found = headless::conversations_of(&profile, &view).unwrap();
            (list, begin.elapsed(), found.all.len())
        };
        let (list, grouped, conversations) = (0..5).map(|_| once()).min().unwrap();
        let milliseconds = |time: std::time::Duration| time.as_secs_f64() * 1000.0;
        let (list, grouped) = (milliseconds(list), milliseconds(grouped));
        println!("{count}\t{kept:.3}\t{list:.1}\t{grouped:.1}\t{conversations}");
    }
}

/// Conversations of one to eight messages, several of them at a time.
fn message(number: usize) -> NewMessage {
    let id = |number: usize| format!("{number}.4711@mail.example.test");
    let length = 1 + number / 24 % 8;
    let above =
        (1..length).map_while(|nth| number.checked_sub(nth * 24)).filter(|other| other / 24 / 8 == number / 24 / 8);
    let mut references: Vec<String> = above.map(id).collect();
    references.reverse();
    let from = Mailbox::new("Bob Baker", format!("bob{}@example.test", number % 50));
    NewMessage {
        uid: None,
        flags: MessageFlags { is_seen: !number.is_multiple_of(5), ..MessageFlags::default() },
        received_at: None,
        date: Some(Timestamp::from_second(1_700_000_000 + number.cast_signed() as i64 * 600).unwrap()),
        lineage: Lineage::new(Some(&id(number)), &references, [&from]),
        from,
        subject: format!("Re: Letter of the matter {}", number / 24),
        preview: "The first words of the letter, as many of them as the list shows in its third line".to_owned(),
        has_attachments: false,
        raw: RawMessage::new(number.to_string().into_bytes()),
    }
}
