//! The demo mailbox: messages that show every state the program knows, in a profile that is gone
//! at the end. No account, no network.

use include_dir::{Dir, include_dir};
use jiff::Timestamp;
use serde::Deserialize;

use crate::domain::{Fingerprint, RawMessage, Secret};
use crate::store::{AccountRecord, MessageFlags, TrustKind};

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
    Ok((profile, folder))
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
