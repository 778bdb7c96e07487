use std::borrow::Cow;
use std::io::Read;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use sequoia_openpgp::crypto::{Decryptor, Password, SessionKey};
use sequoia_openpgp::packet::{PKESK, Packet, SEIP, SKESK};
use sequoia_openpgp::parse::stream::{DecryptionHelper, DecryptorBuilder, MessageStructure, VerificationHelper};
use sequoia_openpgp::parse::{PacketParser, PacketParserResult, Parse};
use sequoia_openpgp::types::SymmetricAlgorithm;
use sequoia_openpgp::{Cert, Error, KeyHandle};

use crate::crypto::unproven::Unproven;
use crate::crypto::{Bounds, DecryptFailure, Decrypted, Decryption, Integrity};
use crate::domain::{Fingerprint, Secret, base64_lines};

use super::outcome::{Checker, Layer};
use super::outside::Remembering;
use super::policy::ReadingPolicy;
use super::stream::{self, Pieces};
use super::unlock::{SecretKey, is_bearable_from_others, is_stub};
use super::verify::{BUFFER, CLOCK_SKEW, explain, read_all};
use super::{PgpRing, PublicKey, cert, guarded, inline, system_time};

/// Encrypted session keys looked at in one message.
const MAX_SESSION_KEYS: usize = 1_000;
/// Public key operations spent on one message.
const MAX_KEY_TRIES: usize = 64;
/// Passphrases tried on session keys that a passphrase opens.
const MAX_PASSPHRASE_TRIES: usize = 24;
/// Nothing shorter holds the random prefix, a packet and the modification detection code (RFC 9580
/// §5.13.1); the library relies on there being as much.
const MIN_SEIPD1: usize = 16 + 2 + 22;
/// Shown for a recipient that is not named (RFC 9580 §5.1.8).
const HIDDEN: &str = "hidden";

/// Opens an encrypted message with any secret key in the ring that one of the passphrases opens, or
/// with a passphrase itself.
///
/// The whole must be one OpenPGP message (RFC 9580 §10.3) of one encryption container with
/// integrity protection (SEIPD version 1 or 2), with no other encryption inside. Nothing of it is
/// given before its integrity is proven. What grows beyond the bounds is `TooLarge`.
pub fn decrypt<'a>(
    bytes: &[u8],
    ring: &PgpRing,
    passphrases: &[Secret<String>],
    at: Timestamp,
    bounds: impl Into<Bounds<'a>>,
) -> Decryption {
    let with = With { ring, passphrases, at, bounds: bounds.into() };
    let lines = inline::armored_lines(bytes);
    let streamed = lines.filter(|lines| lines.len() >= stream::LARGE).and_then(|lines| {
        stream::decoded(lines, |beginning, pieces| {
            let (recipients, container) = survey(beginning);
            // What can't be told from the beginning is told from all of it.
            let integrity = container.ok()?;
            let outcome = with.guarded(Source::Pieces(pieces), lines.len() / 4 * 3, integrity);
            Some(Decryption { outcome, recipients })
        })
    });
    if let Some(decryption) = streamed.flatten() {
        return decryption;
    }
    let bytes = lines.and_then(base64_lines).map_or_else(|| inline::tidy_armor(bytes), Cow::Owned);
    let (recipients, container) = survey(&bytes);
    let outcome = container.and_then(|integrity| with.guarded(Source::Bytes(&bytes), bytes.len(), integrity));
    Decryption { outcome, recipients }
}

/// The message, without its armor.
enum Source<'a> {
    Bytes(&'a [u8]),
    Pieces(Pieces),
}

/// What a message is opened with.
struct With<'a> {
    ring: &'a PgpRing,
    passphrases: &'a [Secret<String>],
    at: Timestamp,
    bounds: Bounds<'a>,
}

/// Whom the message is for and what it is protected by, from its outside alone.
fn survey(bytes: &[u8]) -> (Vec<String>, Result<Integrity, DecryptFailure>) {
    let mut recipients = Vec::new();
    let mut packets = PacketParser::from_bytes(bytes);
    let malformed = |what: &str| Err(DecryptFailure::Malformed(what.into()));
    for _ in 0..MAX_SESSION_KEYS {
        let Ok(PacketParserResult::Some(mut parser)) = packets else {
            return (recipients, malformed("no_container"));
        };
        match &parser.packet {
            Packet::PKESK(one) => {
                recipients.push(one.recipient().map_or_else(|| HIDDEN.to_owned(), |handle| name(&handle)));
            }
            Packet::SKESK(_) | Packet::Marker(_) | Packet::Padding(_) => {}
            Packet::SEIP(SEIP::V1(_)) => {
                let is_whole = parser.read_exact(&mut [0; MIN_SEIPD1]).is_ok();
                let whole = if is_whole { Ok(Integrity::Seipd1) } else { Err(DecryptFailure::IntegrityFailed) };
                return (recipients, whole);
            }
            Packet::SEIP(SEIP::V2(_)) => return (recipients, Ok(Integrity::Seipd2)),
            Packet::Unknown(unknown) => match u8::from(unknown.tag()) {
                // A session key of an unknown version may stand beside ones that are known.
                1 | 3 => {}
                9 => return (recipients, Err(DecryptFailure::NoIntegrity)),
                18 => {
                    let mut version = [0];
                    let read = parser.read_exact(&mut version);
                    let [version] = if read.is_ok() { version } else { [0] };
                    return (recipients, Err(DecryptFailure::Unsupported(format!("seipd_version: {version}"))));
                }
                20 => return (recipients, Err(DecryptFailure::Unsupported("librepgp_ocb".into()))),
                _ => return (recipients, malformed("unknown_packet")),
            },
            _ => return (recipients, malformed("not_encrypted")),
        }
        packets = parser.next().map(|(_, rest)| rest);
    }
    (recipients, malformed("too_many_recipients"))
}

fn name(handle: &KeyHandle) -> String {
    match handle {
        KeyHandle::Fingerprint(one) => one.to_hex(),
        KeyHandle::KeyID(one) if one.is_wildcard() => HIDDEN.to_owned(),
        KeyHandle::KeyID(one) => one.to_hex(),
    }
}

impl With<'_> {
    fn guarded(&self, source: Source<'_>, length: usize, integrity: Integrity) -> Result<Decrypted, DecryptFailure> {
        let opened = guarded(|| self.open(source, length, integrity));
        opened.unwrap_or_else(|| Err(DecryptFailure::Malformed("library".into())))
    }

    /// Opens a message of about so many bytes.
    fn open(&self, source: Source<'_>, length: usize, integrity: Integrity) -> Result<Decrypted, DecryptFailure> {
        let With { ring, passphrases, at, bounds } = *self;
        let moment = system_time(at) + CLOCK_SKEW;
        let opener = Opener { ring, passphrases, checker: Checker::new(ring, moment), progress: Progress::default() };
        let progress = Arc::clone(&opener.progress);
        let state = || progress.lock().map(|state| state.clone()).unwrap_or_default();
        let builder = match source {
            Source::Bytes(bytes) => DecryptorBuilder::from_bytes(bytes),
            Source::Pieces(pieces) => DecryptorBuilder::from_reader(pieces),
        };
        let mut decryptor = builder
            .map(|builder| builder.buffer_size(BUFFER))
            .and_then(|builder| builder.with_policy(&ReadingPolicy, moment, opener))
            .map_err(|error| state().explain(explain(&error)))?;
        let mut plaintext = Unproven::of(length, bounds)?;
        read_all(&mut decryptor, &mut plaintext).map_err(|failure| state().explain(failure))?;
        if !decryptor.message_processed() {
            return Err(DecryptFailure::IntegrityFailed);
        }
        let checker = decryptor.into_helper().checker;
        let Some(Layer::Encrypted { cipher, is_aead }) = checker.layers.first().cloned() else {
            return Err(DecryptFailure::Malformed("structure".into()));
        };
        let inner_encryption = checker.layers.iter().skip(1).any(|layer| matches!(layer, Layer::Encrypted { .. }));
        if inner_encryption || is_aead != (integrity == Integrity::Seipd2) {
            return Err(DecryptFailure::Malformed("structure".into()));
        }
        Ok(Decrypted { plaintext: plaintext.proven()?, cipher, integrity, signatures: checker.checks })
    }
}

/// Finds the session key.
struct Opener<'a> {
    ring: &'a PgpRing,
    passphrases: &'a [Secret<String>],
    checker: Checker<'a>,
    progress: Progress,
}

type Progress = Arc<Mutex<State>>;

/// How far opening came; read after the library has failed.
#[derive(Clone, Debug, Default)]
struct State {
    /// A secret key for the message that no passphrase opens.
    locked: Option<Fingerprint>,
    /// The container was entered.
    entered: bool,
    /// A secret key gave a session key, whether it fits the container or not.
    has_session_key: bool,
    /// The cipher of that session key, when the library does not know it.
    unsupported: Option<String>,
    /// The session key fits.
    opened: bool,
}

impl State {
    fn explain(self, failure: DecryptFailure) -> DecryptFailure {
        match failure {
            // The first piece of the container is already looked at when the key is tried.
            _ if self.has_session_key && !self.opened => {
                self.unsupported.map_or(DecryptFailure::IntegrityFailed, DecryptFailure::Unsupported)
            }
            _ if self.entered && !self.opened => self.locked.map_or(DecryptFailure::NoKey, DecryptFailure::Locked),
            // Inside of a container that is not proven, damage looks like anything.
            DecryptFailure::Malformed(what) if self.opened && what == "packets" => DecryptFailure::IntegrityFailed,
            other => other,
        }
    }
}

impl Opener<'_> {
    fn note(&self, change: impl FnOnce(&mut State)) {
        if let Ok(mut state) = self.progress.lock() {
            change(&mut state);
        }
    }

    /// Tries the secret keys that the message names.
    fn by_name(&self, pkesks: &[PKESK], attempt: &mut Attempt<'_>) -> Option<Cert> {
        for pkesk in pkesks {
            let Some(handle) = pkesk.recipient() else { continue };
            for cert in self.ring.holding(&handle) {
                for key in
                    cert.keys().secret().filter(|key| key.key().key_handle().aliases(&handle) && !is_stub(key.key()))
                {
                    match self.ring.unlocked().open(key.key(), self.passphrases) {
                        Some(key) if attempt.with_key(pkesk, &key) => return Some(cert.as_ref().clone()),
                        Some(_) => {}
                        None => self.note(|state| {
                            state.locked.get_or_insert_with(|| cert::fingerprint(cert));
                        }),
                    }
                }
                let fits = |key: &PublicKey| key.key_handle().aliases(&handle);
                if self.by_keeper(cert, fits, pkesk, attempt) {
                    return Some(cert.as_ref().clone());
                }
            }
        }
        None
    }

    /// Asks who keeps the secret part of a certificate.
    fn by_keeper(
        &self,
        cert: &Arc<Cert>,
        fits: impl Fn(&PublicKey) -> bool,
        pkesk: &PKESK,
        attempt: &mut Attempt<'_>,
    ) -> bool {
        let Some(keeper) = self.ring.keeper(cert) else { return false };
        for key in cert.keys().map(|key| key.key().clone()).filter(fits) {
            let Some(decryptor) = keeper.decryptor(&key, self.passphrases) else { continue };
            let mut decryptor = Remembering::new(decryptor);
            if attempt.with_decryptor(pkesk, &mut decryptor) {
                return true;
            }
            if decryptor.was_refused {
                self.note(|state| {
                    state.locked.get_or_insert_with(|| cert::fingerprint(cert));
                });
            }
        }
        false
    }

    /// Tries every secret key on the session keys whose recipient is hidden.
    fn by_trying(&self, pkesks: &[PKESK], attempt: &mut Attempt<'_>) -> Option<Cert> {
        for pkesk in pkesks.iter().filter(|pkesk| is_hidden(pkesk)) {
            for cert in self.ring.own() {
                for key in
                    cert.keys().secret().filter(|key| key.key().pk_algo() == pkesk.pk_algo() && !is_stub(key.key()))
                {
                    match self.ring.unlocked().open(key.key(), self.passphrases) {
                        Some(key) if attempt.with_key(pkesk, &key) => return Some(cert.as_ref().clone()),
                        Some(_) => {}
                        None => self.note(|state| {
                            state.locked.get_or_insert_with(|| cert::fingerprint(cert));
                        }),
                    }
                }
                let fits = |key: &PublicKey| key.pk_algo() == pkesk.pk_algo();
                if self.by_keeper(cert, fits, pkesk, attempt) {
                    return Some(cert.as_ref().clone());
                }
            }
        }
        None
    }

    fn by_passphrase(&self, skesks: &[SKESK], attempt: &mut Attempt<'_>) -> bool {
        let tries = skesks.iter().flat_map(|skesk| self.passphrases.iter().map(move |one| (skesk, one)));
        tries.take(MAX_PASSPHRASE_TRIES).any(|(skesk, one)| attempt.with_passphrase(skesk, one))
    }
}

/// Whether a session key does not say for whom it is.
fn is_hidden(pkesk: &PKESK) -> bool {
    pkesk.recipient().is_none_or(|handle| matches!(handle, KeyHandle::KeyID(id) if id.is_wildcard()))
}

/// The container, waiting for a session key.
struct Attempt<'a> {
    hint: Option<SymmetricAlgorithm>,
    enter: &'a mut dyn FnMut(Option<SymmetricAlgorithm>, &SessionKey) -> bool,
    has_session_key: bool,
    unsupported: Option<String>,
    tries: usize,
}

impl Attempt<'_> {
    fn with_key(&mut self, pkesk: &PKESK, key: &SecretKey) -> bool {
        let Ok(mut pair) = key.clone().into_keypair() else { return false };
        self.with_decryptor(pkesk, &mut pair)
    }

    fn with_decryptor(&mut self, pkesk: &PKESK, decryptor: &mut dyn Decryptor) -> bool {
        if self.tries >= MAX_KEY_TRIES {
            return false;
        }
        self.tries += 1;
        let Some((cipher, session)) = pkesk.decrypt(decryptor, self.hint) else { return false };
        self.has_session_key = true;
        self.unsupported = cipher.filter(|cipher| !cipher.is_supported()).map(cipher_name);
        (self.enter)(cipher, &session)
    }

    fn with_passphrase(&mut self, skesk: &SKESK, passphrase: &Secret<String>) -> bool {
        let s2k = match skesk {
            SKESK::V4(one) => one.s2k(),
            SKESK::V6(one) => one.s2k(),
            _ => return false,
        };
        is_bearable_from_others(s2k)
            && skesk
                .decrypt(&Password::from(passphrase.declassify().as_str()))
                .is_ok_and(|(cipher, session)| (self.enter)(cipher, &session))
    }
}

impl DecryptionHelper for Opener<'_> {
    fn decrypt(
        &mut self,
        pkesks: &[PKESK],
        skesks: &[SKESK],
        hint: Option<SymmetricAlgorithm>,
        enter: &mut dyn FnMut(Option<SymmetricAlgorithm>, &SessionKey) -> bool,
    ) -> sequoia_openpgp::Result<Option<Cert>> {
        let nested = self.progress.lock().is_ok_and(|state| state.entered);
        if nested {
            return Err(Error::MalformedMessage("encryption inside encryption".into()).into());
        }
        self.note(|state| state.entered = true);
        let mut attempt = Attempt { hint, enter, has_session_key: false, unsupported: None, tries: 0 };
        let recipient = self.by_name(pkesks, &mut attempt).or_else(|| self.by_trying(pkesks, &mut attempt));
        let opened = recipient.is_some() || self.by_passphrase(skesks, &mut attempt);
        self.note(|state| {
            state.opened = opened;
            state.has_session_key = attempt.has_session_key;
            state.unsupported = attempt.unsupported.take();
        });
        if opened {
            self.checker.recipient = recipient.as_ref().map(Cert::fingerprint);
            return Ok(recipient);
        }
        Err(Error::MissingSessionKey("none of the keys fits".into()).into())
    }
}

impl VerificationHelper for Opener<'_> {
    fn inspect(&mut self, packet: &PacketParser) -> sequoia_openpgp::Result<()> {
        self.checker.inspect(packet)
    }

    fn get_certs(&mut self, issuers: &[KeyHandle]) -> sequoia_openpgp::Result<Vec<Cert>> {
        self.checker.get_certs(issuers)
    }

    fn check(&mut self, structure: MessageStructure) -> sequoia_openpgp::Result<()> {
        self.checker.check(structure)
    }
}

/// The cipher's name as people write it.
#[allow(deprecated)] // they are only named
pub(super) fn cipher_name(cipher: SymmetricAlgorithm) -> String {
    match cipher {
        SymmetricAlgorithm::AES128 => "AES-128".to_owned(),
        SymmetricAlgorithm::AES192 => "AES-192".to_owned(),
        SymmetricAlgorithm::AES256 => "AES-256".to_owned(),
        SymmetricAlgorithm::TripleDES => "3DES".to_owned(),
        SymmetricAlgorithm::CAST5 => "CAST5".to_owned(),
        SymmetricAlgorithm::Camellia128 => "Camellia-128".to_owned(),
        SymmetricAlgorithm::Camellia192 => "Camellia-192".to_owned(),
        SymmetricAlgorithm::Camellia256 => "Camellia-256".to_owned(),
        other => other.to_string(),
    }
}
