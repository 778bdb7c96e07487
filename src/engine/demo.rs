//! The demo mailbox: messages that show every state the program knows, in a profile that is gone
//! at the end. No account, no network.

use include_dir::{Dir, include_dir};
use jiff::Timestamp;
use serde::Deserialize;

use crate::domain::{Fingerprint, RawMessage, Secret, keyword_of};
use crate::store::{AccountRecord, Action, Condition, MessageFlags, RuleRecord, TagRecord, Test, TextPlace, TrustKind};

use super::network::new_message;
use super::profile::{Profile, store_failure};
use super::topic::finding::FindingSettings;
use super::worker::internal;
use super::{Failure, reading};

static ASSETS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/assets/demo");

#[derive(Deserialize)]
struct Demo {
    at: Timestamp,
    account: Account,
    authserv_id: String,
    keys: Vec<String>,
    passphrases: Vec<String>,
    anchors: Vec<String>,
    crls: Vec<String>,
    trust_roots: Vec<String>,
    direct: Vec<String>,
    messages: Vec<Message>,
}

#[derive(Deserialize)]
struct Account {
    name: String,
    address: String,
}

#[derive(Deserialize)]
struct Message {
    file: String,
    folder: String,
    seen: bool,
}

/// Fills a profile in a folder that is removed when the second value is dropped.
pub(super) fn open() -> Result<(Profile, tempfile::TempDir), Failure> {
    let folder = tempfile::tempdir().map_err(|error| internal(&error.to_string()))?;
    let demo: Demo = serde_json::from_slice(asset("demo.json")?).map_err(|error| internal(&error.to_string()))?;
    let profile = Profile::fleeting(folder.path(), Some(demo.at))?;
    let passphrases: Vec<Secret<String>> = demo.passphrases.iter().map(|one| Secret::new(one.clone())).collect();
    for file in &demo.keys {
        profile.import(asset(file)?, &passphrases)?;
    }
    trust(&profile, &demo)?;
    // It shows how a message looks whose certificate is not kept yet.
    FindingSettings { harvests: false, ..FindingSettings::default() }.save(&profile)?;
    profile.store.set_setting("authserv_ids", &[&demo.authserv_id]).map_err(store_failure)?;
    messages(&profile, &demo)?;
    order(&profile)?;
    conversations(&profile);
    Ok((profile, folder))
}

/// Some tags, a search that is kept, and a rule.
fn order(profile: &Profile) -> Result<(), Failure> {
    let store = &profile.store;
    let folders = store.folders().map_err(store_failure)?;
    let of_role = |role: &str| folders.iter().find(|folder| folder.role == role).map_or(0, |folder| folder.id);
    let registered = TagRecord { keyword: keyword_of("書留"), name: "書留".to_owned(), colour: 5 };
    store.save_tag(&registered).map_err(store_failure)?;
    let rows = store.rows(of_role("inbox"), 12, 0).map_err(store_failure)?;
    for (at, keyword) in [(0, "$label1"), (2, &*registered.keyword), (3, "$label4"), (5, "$label2"), (5, "$label5")] {
        if let Some(row) = rows.get(at) {
            store.mark(row.id, keyword, true).map_err(store_failure)?;
        }
    }
    store.save_search("書留", "tag:書留").map_err(store_failure)?;
    let words = "minutes".to_owned();
    let rule = RuleRecord {
        name: "Minutes".to_owned(),
        is_enabled: true,
        conditions: vec![
            Condition { test: Test::Text { place: TextPlace::Subject, words }, is_not: false },
            Condition { test: Test::Vouched, is_not: false },
        ],
        actions: vec![Action::Tag("$label2".to_owned()), Action::Move(of_role("archive"))],
        ..RuleRecord::default()
    };
    store.save_rule(&rule).map(drop).map_err(store_failure)
}

/// What is said when a message is handed over, and when one is refused.
fn conversations(profile: &Profile) {
    let begin = [
        "S: 220 mail.example.org ESMTP",
        "C: EHLO [127.0.0.1]",
        "S: 250-mail.example.org",
        "S: 250 STARTTLS",
        "C: STARTTLS",
        "S: 220 2.0.0 Ready to start TLS",
        "TLS 1.3",
        "C: EHLO [127.0.0.1]",
        "S: 250-mail.example.org",
        "S: 250-PIPELINING",
        "S: 250-SIZE 30000000",
        "S: 250-AUTH SCRAM-SHA-256 PLAIN",
        "S: 250-8BITMIME",
        "S: 250-DSN",
        "S: 250 SMTPUTF8",
        "C: AUTH SCRAM-SHA-256 biws",
        "S: 334 cj1h",
        "C: Yz1i",
        "S: 235 2.7.0 Authentication successful",
        "C: MAIL FROM:<alice@example.org> SIZE=4211 BODY=8BITMIME",
    ];
    let taken = [
        "C: RCPT TO:<bob@example.com>",
        "S: 250 2.1.0 Ok",
        "S: 250 2.1.5 Ok",
        "C: DATA",
        "S: 354 End data with <CR><LF>.<CR><LF>",
        "C: Subject: [...]",
        "C: .",
        "S: 250 2.0.0 Ok: queued as 4XyZ12",
        "C: QUIT",
        "S: 221 2.0.0 Bye",
    ];
    let refused = [
        "C: RCPT TO:<nobody@example.com>",
        "S: 250 2.1.0 Ok",
        "S: 550 5.1.1 <nobody@example.com>: Recipient address rejected: User unknown",
        "C: QUIT",
        "S: 221 2.0.0 Bye",
    ];
    for end in [&taken[..], &refused] {
        profile.transcripts.rehearse("mail.example.org", 587, &[&begin[..], end].concat());
    }
}

fn trust(profile: &Profile, demo: &Demo) -> Result<(), Failure> {
    for file in &demo.anchors {
        for report in profile.import(asset(file)?, &[])? {
            profile.store.set_trust(&report.fingerprint, TrustKind::Anchor, true).map_err(store_failure)?;
        }
    }
    for (list, kind) in [(&demo.trust_roots, TrustKind::Root), (&demo.direct, TrustKind::Direct)] {
        for fingerprint in list.iter().filter_map(|text| Fingerprint::parse(text)) {
            match kind {
                TrustKind::Direct => profile.compare(&fingerprint)?,
                _ => profile.store.set_trust(&fingerprint, kind, true).map_err(store_failure)?,
            }
        }
    }
    let crls: Vec<String> = demo.crls.iter().map(|file| asset(file).map(hex::encode)).collect::<Result<_, _>>()?;
    profile.store.set_setting("crls", &crls).map_err(store_failure)
}

fn messages(profile: &Profile, demo: &Demo) -> Result<(), Failure> {
    let store = &profile.store;
    let record = AccountRecord {
        name: demo.account.name.clone(),
        address: demo.account.address.clone(),
        ..AccountRecord::default()
    };
    let account = store.save_account(&record).map_err(store_failure)?;
    for role in ["inbox", "drafts", "sent", "archive", "junk"] {
        let name = role.get(..1).unwrap_or_default().to_uppercase() + role.get(1..).unwrap_or_default();
        store.ensure_folder(account, &name, &name, role).map_err(store_failure)?;
    }
    let folders = store.folders().map_err(store_failure)?;
    for message in &demo.messages {
        let Some(folder) = folders.iter().find(|folder| folder.role == message.folder) else { continue };
        let raw = RawMessage::new(asset(&message.file)?);
        let flags = MessageFlags { is_seen: message.seen, ..MessageFlags::default() };
        let id = store.add_message(folder.id, &new_message(&raw, None, flags, None)).map_err(store_failure)?;
        if let Some(id) = id {
            reading::view(profile, id, true)?;
        }
    }
    Ok(())
}

fn asset(path: &str) -> Result<&'static [u8], Failure> {
    ASSETS.get_file(path).map(include_dir::File::contents).ok_or_else(|| internal(path))
}
