//! Against real servers on loopback: `tests/servers/keys.py`, Knot DNS, OpenLDAP; next to gpg.

mod domain;
mod mail;
mod opening;
mod organisation;
mod servers;

use std::sync::Arc;

use openssl::sha::sha256;

use super::*;
use crate::crypto::smime::SmimeRing;
use crate::crypto::{Keyring, pgp, smime};
use crate::domain::{Mailbox, Technology};
use crate::engine::Profile;
use crate::net::web::Reach;
use crate::store::AccountRecord;

use crate::net::web::lab::keys::{Directory, KeyServer, SignedDns};

/// Somebody with a profile, an account, a folder and an OpenPGP key.
struct Person {
    profile: Profile,
    me: Mailbox,
    key: Fingerprint,
    folder: i64,
    _dir: tempfile::TempDir,
}

fn person(name: &str) -> Person {
    let dir = tempfile::tempdir().unwrap();
    let profile = Profile::fleeting(dir.path(), None).unwrap();
    let me = Mailbox::new(name, format!("{name}@example.test"));
    let record = AccountRecord { name: me.name.clone(), address: me.address.clone(), ..AccountRecord::default() };
    let account = profile.store.save_account(&record).unwrap();
    let folder = profile.store.ensure_folder(account, "INBOX", "INBOX", "inbox").unwrap();
    let key = profile.generate(Technology::OpenPgp, name, &me.address, None).unwrap();
    Person { profile, me, key, folder, _dir: dir }
}

impl Person {
    fn cert(&self) -> Arc<sequoia_openpgp::Cert> {
        self.profile.keyring().pgp.find(&self.key).unwrap().clone()
    }

    fn address(&self) -> EmailAddress {
        self.me.email().unwrap()
    }

    /// Believes the server certificates of an authority.
    fn believes(&self, root: &[u8]) {
        let mut ring = SmimeRing::default();
        ring.add(root, &[]).unwrap();
        self.profile.add_server_roots(&ring).unwrap();
    }

    /// Looks an address up in some ways.
    fn finds(&self, settings: &FindingSettings, address: &str, ways: &[LookUp], means: &Means) -> SearchView {
        let address = EmailAddress::parse(address).unwrap();
        let found = ask(&self.profile, settings, &address, ways, means, |_| {});
        crate::engine::stateless::block_on(found).unwrap()
    }
}

/// Servers of this computer may be asked, and the ports of the web stand for one.
fn means(dns: Option<&SignedDns>, port: u16) -> Means {
    Means {
        dns: dns.map(|dns| dns.address),
        anchors: dns.map(|dns| dns.anchors.clone()),
        reach: Reach::Port(port),
        ..Means::default()
    }
}

fn outcomes(search: &SearchView) -> Vec<Outcome> {
    search.asked.iter().map(|asked| asked.outcome).collect()
}

fn no(why: NoAnswer) -> Vec<Outcome> {
    vec![Outcome::NoAnswer(why)]
}

/// A certificate with these User IDs.
fn certificate(user_ids: &[&str]) -> sequoia_openpgp::Cert {
    let mut builder = sequoia_openpgp::cert::CertBuilder::new().add_signing_subkey().add_transport_encryption_subkey();
    for user_id in user_ids {
        builder = builder.add_userid(*user_id);
    }
    builder.generate().unwrap().0
}
