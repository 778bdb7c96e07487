//! Takes certificates from mail, of both technologies, and keeps them as unverified.
//!
//! Only certificates of the author are taken, and of gossip those of the other readers: whoever writes can only put
//! certificates in for the address that the mail is from. What a certificate claims besides is cut off, or it is left.
//! No seal that was found before changes by that; the next message is judged with what is then known.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use crate::crypto::{Certificate, Keyring, SignatureOutcome, pgp, smime};
use crate::domain::{EmailAddress, Fingerprint, Mailbox, RawMessage, Technology};
use crate::engine::Failure;
use crate::engine::carried;
use crate::engine::profile::{Profile, store_failure};
use crate::engine::view::{FolderId, MessageId};
use crate::flow::{Assessment, Lock};
use crate::message::{self, Limits, ParsedMessage};
use crate::store::ProvenanceSource;

use super::FindingSettings;

/// Certificates that are taken from one message.
const MAX_OF_MESSAGE: usize = 16;
/// Certificates for one address that are kept by themselves: with more, somebody plays with us.
const MAX_OF_ADDRESS: usize = 8;
/// The largest file of keys that is looked at, in bytes.
const MAX_FILE: usize = 256 << 10;

/// What was taken from some messages, to be kept all at once.
pub(in crate::engine) struct Harvest {
    known: Arc<Keyring>,
    /// Folders of what was sorted out: that brings nothing (Autocrypt Level 1, §2.3.1).
    junk: BTreeSet<FolderId>,
    new: Keyring,
    places: Vec<(Fingerprint, ProvenanceSource, String, Timestamp)>,
}

/// One message.
struct Mail<'a> {
    from: EmailAddress,
    at: Timestamp,
    assessment: &'a Assessment,
    taken: usize,
}

impl Harvest {
    /// Begins; `None` when the user does not want that.
    pub(in crate::engine) fn of(profile: &Profile) -> Option<Self> {
        if !FindingSettings::of(profile).harvests {
            return None;
        }
        let junk = profile.store.folders_of_role("junk").ok()?.into_iter().collect();
        Some(Self { known: profile.keyring(), junk, new: Keyring::default(), places: Vec::new() })
    }

    /// Takes what a message brings.
    ///
    /// # Errors
    /// When the store can't be read or written.
    pub(in crate::engine) fn take(
        &mut self,
        profile: &Profile,
        message: MessageId,
        raw: &RawMessage,
        assessment: &Assessment,
    ) -> Result<(), Failure> {
        let header = message::parse(&carried::header(raw), &Limits::default());
        // One author, the same outside and inside: else it is not said whose certificates these would be.
        let [author] = assessment.from.as_slice() else { return Ok(()) };
        let Some(from) = author.email() else { return Ok(()) };
        let is_same = matches!(header.from.as_slice(), [outer] if outer.email().as_ref() == Some(&from));
        let (folder, _) = profile.store.row(message).map_err(store_failure)?;
        if !is_same || self.junk.contains(&folder) {
            return Ok(());
        }
        let now = profile.now();
        let at = assessment.date.map_or(now, |date| date.min(now));
        let mut mail = Mail { from, at, assessment, taken: 0 };
        self.of_seals(&mut mail);
        self.of_files(&mut mail);
        self.of_autocrypt(profile, &mut mail, &header)?;
        self.of_gossip(profile, &mut mail)
    }

    /// Keeps what was taken; how many certificates are new or have something new.
    ///
    /// # Errors
    /// When the store can't be written.
    pub(in crate::engine) fn keep(self, profile: &Profile) -> Result<usize, Failure> {
        let mut new = Keyring::default();
        for cert in &self.new.pgp.certs() {
            let mut merged = pgp::PgpRing::beside(Arc::clone(&self.known));
            let before = self.known.pgp.find(&pgp::fingerprint(cert));
            if let Some(before) = before {
                merged.add_cert((**before).clone());
            }
            merged.add_cert((**cert).clone());
            if merged.certs().first() != before {
                new.pgp.add_cert((**cert).clone());
            }
        }
        for certificate in &self.new.smime.certificates() {
            if !self.known.smime.holds(&certificate.fingerprint) {
                new.smime.add_certificate(Arc::clone(certificate));
            }
        }
        let count = new.pgp.len() + new.smime.len();
        if count > 0 {
            profile.keep(&new, None, ProvenanceSource::Message.word())?;
        }
        profile.store.note_provenances(&self.places).map_err(store_failure)?;
        Ok(count)
    }

    /// Certificates in CMS signatures that hold (RFC 5652 §5.1): the author's, and the authorities above.
    fn of_seals(&mut self, mail: &mut Mail<'_>) {
        for signature in &mail.assessment.signatures {
            let check = &signature.check;
            if check.technology != Technology::Smime || check.outcome != SignatureOutcome::Intact {
                continue;
            }
            let signer = check.signer.as_ref().and_then(|signer| signer.certificate.as_ref());
            let Some(Certificate::X509(signer)) = signer else { continue };
            if !is_theirs(signer, &mail.from) {
                continue;
            }
            let bundled = check.bundled.iter().filter_map(|one| match one {
                Certificate::X509(one) => Some(one),
                Certificate::Pgp(_) => None,
            });
            for one in std::iter::once(signer).chain(bundled).collect::<Vec<_>>() {
                // Authorities that issued themselves are the user's to bring in.
                let is_between = one.may_certify() && !smime::is_self_issued(one);
                if is_between || is_theirs(one, &mail.from) {
                    self.add_x509(one, mail);
                }
            }
        }
    }

    /// Files of OpenPGP keys (RFC 3156 §7).
    fn of_files(&mut self, mail: &mut Mail<'_>) {
        let assessment = mail.assessment;
        let keys = |kind: &str| kind.eq_ignore_ascii_case("application/pgp-keys");
        for part in assessment.parts.iter().filter(|part| keys(&part.media_type) && part.content.len() <= MAX_FILE) {
            for cert in pgp::found(&part.content, &self.known.pgp) {
                let from = mail.from.clone();
                self.add_pgp(&cert, &from, ProvenanceSource::Message, mail);
            }
        }
    }

    /// The Autocrypt field (Level 1, §2.3.1): one, and of the author.
    fn of_autocrypt(&mut self, profile: &Profile, mail: &mut Mail<'_>, header: &ParsedMessage) -> Result<(), Failure> {
        let kind = header.header_values("Content-Type").into_iter().next().unwrap_or_default();
        if kind.trim_start().to_ascii_lowercase().starts_with("multipart/report") {
            return Ok(());
        }
        let values = header.header_values("Autocrypt");
        let fields = values.iter().take(MAX_OF_MESSAGE).filter_map(|value| pgp::autocrypt_field(value));
        let mut fields = fields.filter(|field| field.address == mail.from);
        let (only, further) = (fields.next(), fields.next());
        let field = only.filter(|_| further.is_none());
        let mut said = None;
        if let Some(field) = field {
            let from = mail.from.clone();
            if self.add_pgp(&field.cert, &from, ProvenanceSource::Autocrypt, mail) {
                said = Some((pgp::fingerprint(&field.cert), field.prefers_encryption));
            }
        }
        let said = said.as_ref().map(|(fingerprint, prefers)| (fingerprint, *prefers));
        profile.store.note_autocrypt(&mail.from, mail.at, said).map_err(store_failure)
    }

    /// Autocrypt gossip (Level 1, §2.3.2): only from what was encrypted, and only of those who got it too.
    fn of_gossip(&mut self, profile: &Profile, mail: &mut Mail<'_>) -> Result<(), Failure> {
        let assessment = mail.assessment;
        if assessment.headline.lock != Lock::Encrypted {
            return Ok(());
        }
        let own = profile.keyring().own_addresses(profile.now());
        let readers = assessment.to.iter().chain(&assessment.cc).chain(&assessment.reply_to);
        let readers: Vec<EmailAddress> = readers.filter_map(Mailbox::email).filter(|one| !own.contains(one)).collect();
        for value in &assessment.gossip {
            let Some(field) = pgp::autocrypt_field(value).filter(|field| readers.contains(&field.address)) else {
                continue;
            };
            if self.add_pgp(&field.cert, &field.address, ProvenanceSource::Gossip, mail) {
                let fingerprint = pgp::fingerprint(&field.cert);
                profile.store.note_gossip(&field.address, mail.at, &fingerprint).map_err(store_failure)?;
            }
        }
        Ok(())
    }

    fn add_pgp(
        &mut self,
        cert: &sequoia_openpgp::Cert,
        of: &EmailAddress,
        source: ProvenanceSource,
        mail: &mut Mail<'_>,
    ) -> bool {
        let fingerprint = pgp::fingerprint(cert);
        let Some(cut) = pgp::only_for(cert, of) else { return false };
        let is_own = self.known.pgp.find(&fingerprint).is_some_and(|known| self.known.pgp.is_own(known));
        let is_known = self.known.pgp.find(&fingerprint).is_some();
        let others = self.known.pgp.naming(of).count() + self.new.pgp.naming(of).count();
        if is_own || mail.taken >= MAX_OF_MESSAGE || !is_known && others >= MAX_OF_ADDRESS {
            return false;
        }
        mail.taken += 1;
        self.new.pgp.add_cert(cut);
        self.places.push((fingerprint, source, mail.from.to_string(), mail.at));
        true
    }

    fn add_x509(&mut self, certificate: &Arc<smime::X509>, mail: &mut Mail<'_>) {
        let fingerprint = &certificate.fingerprint;
        let is_own = self.known.smime.own().iter().any(|own| own.certificate.fingerprint == *fingerprint);
        let is_known = self.known.smime.find(fingerprint).is_some();
        let naming = |ring: &smime::SmimeRing| {
            ring.certificates().iter().filter(|one| one.addresses().contains(&mail.from)).count()
        };
        let is_full = !is_known
            && !certificate.is_authority()
            && naming(&self.known.smime) + naming(&self.new.smime) >= MAX_OF_ADDRESS;
        if is_own || is_full || mail.taken >= MAX_OF_MESSAGE {
            return;
        }
        mail.taken += 1;
        self.new.smime.add_certificate(Arc::clone(certificate));
        self.places.push((fingerprint.clone(), ProvenanceSource::Message, mail.from.to_string(), mail.at));
    }
}

/// It is a person's, names the address, and no other than of the same domain: what can't be cut may not speak for
/// strangers.
fn is_theirs(certificate: &smime::X509, address: &EmailAddress) -> bool {
    let addresses = certificate.addresses();
    !certificate.is_authority()
        && addresses.contains(address)
        && addresses.iter().all(|one| one.domain() == address.domain())
}
