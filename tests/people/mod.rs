//! People with profiles, accounts on the test servers, and both key pairs.
#![allow(dead_code, clippy::unwrap_used)]

use std::time::Duration;

use kakitome::crypto::smime::SmimeRing;
use kakitome::domain::{Fingerprint, Mailbox, Secret, Technology};
use kakitome::engine::view::AccountForm;
use kakitome::engine::{EngineHandle, Failure, Profile, SecretsIn, Start, headless, start};

use crate::servers::{HOST, PASSWORD, Servers, Way};

/// How long a person waits.
pub const PATIENCE: Duration = Duration::from_mins(4);

/// Somebody with a profile of their own.
pub struct Person {
    pub name: &'static str,
    pub dir: tempfile::TempDir,
}

impl Person {
    pub fn new(name: &'static str) -> Self {
        Self { name, dir: tempfile::tempdir().unwrap() }
    }

    pub fn address(&self) -> String {
        format!("{}@example.test", self.name)
    }

    pub fn mailbox(&self) -> Mailbox {
        Mailbox::new(self.name, self.address())
    }

    pub fn profile(&self) -> Profile {
        self.try_profile().unwrap()
    }

    pub fn try_profile(&self) -> Result<Profile, Failure> {
        Profile::open(self.dir.path(), &secrets())
    }

    pub fn engine(&self) -> EngineHandle {
        start(&Start::Profile { dir: self.dir.path().to_owned(), secrets: secrets() }, || {}).unwrap()
    }

    pub fn account(&self, servers: &Servers, host: &str, way: Way) -> AccountForm {
        AccountForm {
            id: None,
            name: self.name.to_owned(),
            address: self.address(),
            smtp_host: host.to_owned(),
            smtp_port: servers.port(way),
            imap_host: HOST.to_owned(),
            imap_port: servers.imap_port(),
            user: self.address(),
            pop: None,
            password: Some(Secret::from(PASSWORD)),
            ..AccountForm::default()
        }
    }

    /// An account and both key pairs.
    pub fn settle(&self, servers: &Servers, host: &str, way: Way) -> [Fingerprint; 2] {
        let profile = self.profile();
        let mut roots = SmimeRing::default();
        roots.add(&servers.ca(), &[]).unwrap();
        profile.add_server_roots(&roots).unwrap();
        headless::save_account(&profile, &self.account(servers, host, way)).unwrap();
        [Technology::OpenPgp, Technology::Smime]
            .map(|technology| profile.generate(technology, self.name, &self.address(), None).unwrap())
    }

    /// Takes another's certificates, compared with their owner.
    pub fn trust(&self, other: &Self, fingerprints: &[Fingerprint]) {
        let (mine, theirs) = (self.profile(), other.profile());
        for fingerprint in fingerprints {
            let bytes = theirs.export(fingerprint, false, None).unwrap();
            mine.import(&bytes, &[]).unwrap();
            mine.compare(fingerprint).unwrap();
        }
    }
}

fn secrets() -> SecretsIn {
    SecretsIn::File(Secret::from("profile passphrase"))
}
