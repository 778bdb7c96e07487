use std::borrow::Cow;

use der::asn1::ObjectIdentifier;
use openssl::encrypt::Decrypter;
use openssl::pkey::{Id, PKey, Private, Public};
use openssl::rsa::Padding;
use zeroize::Zeroizing;

use crate::crypto::unproven::Unproven;
use crate::crypto::{Bounds, DecryptFailure, Decrypted, Decryption, Integrity};
use crate::domain::Secret;

use super::SmimeRing;
use super::agreement::Derivation;
use super::algorithm::{self, Algorithm, Hash, explicit_hash, explicit_mgf, key_algorithm};
use super::asn1::{BIT_STRING, Broken, Cursor, INTEGER, OCTET_STRING, SEQUENCE, SET, Tlv, element, sequence};
use super::cipher::{ContentCipher, unwrap_key, wrap_key_length};
use super::content::{content_info, malformed, unwrap};
use super::outside::{Keeper, KeeperFailure, RsaUnwrap};
use super::ring::{Identity, OpenKey};
use super::signed::SignerId;

/// Recipients of one object that are looked at.
const RECIPIENTS: usize = 2_000;
/// Encrypted keys that are tried, at the most: each costs an operation with a secret key.
const TRIES: usize = 16;

/// Opens EnvelopedData (RFC 5652 §6) or AuthEnvelopedData (RFC 5083). Nothing of an authenticated
/// content comes out before its tag was checked. Content larger than the bounds is left closed.
pub fn decrypt<'a>(
    bytes: &[u8],
    ring: &SmimeRing,
    passphrases: &[Secret<String>],
    bounds: impl Into<Bounds<'a>>,
) -> Decryption {
    let closed = |broken| Decryption { outcome: Err(malformed(broken)), recipients: Vec::new() };
    let object = match unwrap(bytes) {
        Ok(object) => object,
        Err(broken) => return closed(broken),
    };
    match Enveloped::read(&object) {
        Ok(enveloped) => Decryption {
            outcome: enveloped.open(ring, passphrases, bounds.into()),
            recipients: enveloped.recipients.iter().map(Recipient::describe).collect(),
        },
        Err(broken) => closed(broken),
    }
}

/// EnvelopedData (RFC 5652 §6.1) or AuthEnvelopedData (RFC 5083 §2.1).
struct Enveloped<'a> {
    recipients: Vec<Recipient<'a>>,
    algorithm: Algorithm<'a>,
    content: Option<Cow<'a, [u8]>>,
    authentication: Option<Authentication<'a>>,
}

/// What AuthEnvelopedData has besides.
struct Authentication<'a> {
    /// authAttrs as a SET OF, encoded; empty when there are none.
    associated: Vec<u8>,
    tag: Cow<'a, [u8]>,
}

/// One recipient that an object names, and the key as it is encrypted for them.
struct Recipient<'a> {
    id: Option<SignerId<'a>>,
    key: Cow<'a, [u8]>,
    way: Way<'a>,
}

/// How the content-encryption key gets to the recipient.
#[derive(Clone, Copy)]
enum Way<'a> {
    /// KeyTransRecipientInfo (RFC 5652 §6.2.1).
    Transport(Algorithm<'a>),
    /// KeyAgreeRecipientInfo (RFC 5652 §6.2.2).
    Agreement(Agreement<'a>),
    /// A kind that is not known here.
    Other,
}

#[derive(Clone, Copy)]
struct Agreement<'a> {
    /// OriginatorPublicKey: its algorithm and its BIT STRING contents.
    originator: Option<(Algorithm<'a>, &'a [u8])>,
    ukm: Option<&'a [u8]>,
    scheme: Algorithm<'a>,
}

impl<'a> Enveloped<'a> {
    fn read(object: &'a [u8]) -> Result<Self, Broken> {
        let (content_type, mut inside) = content_info(object)?;
        let authenticated = match content_type {
            algorithm::ENVELOPED_DATA => false,
            algorithm::AUTH_ENVELOPED_DATA => true,
            _ => return Err(Broken("content_type")),
        };
        inside.need(INTEGER)?;
        inside.maybe(0xa0)?;
        let mut recipients = Vec::new();
        for recipient in inside.enter(SET)? {
            Recipient::read(recipient?, &mut recipients)?;
            if recipients.len() > RECIPIENTS {
                return Err(Broken("too_many_recipients"));
            }
        }
        let mut encrypted = inside.enter(SEQUENCE)?;
        encrypted.oid()?;
        let algorithm = Algorithm::read(&mut encrypted)?;
        let content = if encrypted.is_empty() { None } else { Some(encrypted.octets(0x80)?) };
        let authentication = if authenticated {
            let attributes = inside.maybe(0xa1)?;
            let associated = attributes.map(|set| element(SET, &[set.value])).unwrap_or_default();
            Some(Authentication { associated, tag: inside.octets(OCTET_STRING)? })
        } else {
            None
        };
        Ok(Self { recipients, algorithm, content, authentication })
    }

    fn open(
        &self,
        ring: &SmimeRing,
        passphrases: &[Secret<String>],
        bounds: Bounds<'_>,
    ) -> Result<Decrypted, DecryptFailure> {
        let Some(content) = &self.content else { return Err(DecryptFailure::Malformed("no_content".to_owned())) };
        if content.len() > bounds.limit {
            return Err(DecryptFailure::TooLarge);
        }
        let unsupported = || DecryptFailure::Unsupported(self.algorithm.oid.to_string());
        let cipher = ContentCipher::of(self.algorithm).map_err(malformed)?.ok_or_else(unsupported)?;
        // An authenticated cipher in EnvelopedData would be one without its tag (RFC 9709 §1).
        if cipher.is_authenticated() != self.authentication.is_some() {
            return Err(unsupported());
        }
        let mut failure = DecryptFailure::NoKey;
        for (recipient, identity) in self.matches(ring).take(TRIES) {
            let Some(key) = identity.open(passphrases) else {
                failure = DecryptFailure::Locked(identity.certificate.fingerprint.clone());
                continue;
            };
            match recipient.content_key(&key, identity, cipher.key_length) {
                Ok(content_key) => match self.with_key(&cipher, &content_key, content, bounds) {
                    Ok(plaintext) => return Ok(self.decrypted(&cipher, plaintext)),
                    Err(why) => failure = why,
                },
                Err(why) => failure = why,
            }
        }
        Err(failure)
    }

    fn matches<'r>(&'r self, ring: &'r SmimeRing) -> impl Iterator<Item = (&'r Recipient<'a>, &'r Identity)> {
        self.recipients.iter().flat_map(move |recipient| {
            let is_it = move |own: &&Identity| recipient.id.is_some_and(|id| id.names(&own.certificate));
            ring.own().iter().filter(is_it).map(move |own| (recipient, own))
        })
    }

    fn with_key(
        &self,
        cipher: &ContentCipher,
        key: &[u8],
        content: &[u8],
        bounds: Bounds<'_>,
    ) -> Result<Vec<u8>, DecryptFailure> {
        let mut plaintext = Unproven::of(content.len(), bounds)?;
        match &self.authentication {
            Some(with) => cipher.open(key, content, &with.associated, &with.tag, &mut plaintext)?,
            None => cipher.decrypt(key, content, &mut plaintext)?,
        }
        plaintext.proven()
    }

    fn decrypted(&self, cipher: &ContentCipher, plaintext: Vec<u8>) -> Decrypted {
        let integrity = if self.authentication.is_some() { Integrity::AuthEnveloped } else { Integrity::None };
        Decrypted { plaintext, cipher: cipher.name.to_owned(), integrity, signatures: Vec::new() }
    }
}

impl<'a> Recipient<'a> {
    fn read(recipient: Tlv<'a>, into: &mut Vec<Self>) -> Result<(), Broken> {
        let mut inside = Cursor::new(recipient.value);
        match recipient.tag {
            SEQUENCE => {
                inside.need(INTEGER)?;
                let id = Some(SignerId::read(&mut inside)?);
                let way = Way::Transport(Algorithm::read(&mut inside)?);
                into.push(Self { id, key: inside.octets(OCTET_STRING)?, way });
            }
            0xa1 => Self::read_agreement(inside, into)?,
            _ => into.push(Self { id: None, key: Cow::Borrowed(&[]), way: Way::Other }),
        }
        Ok(())
    }

    fn read_agreement(mut inside: Cursor<'a>, into: &mut Vec<Self>) -> Result<(), Broken> {
        inside.need(INTEGER)?;
        let originator = match inside.enter(0xa0)?.any()? {
            key if key.tag == 0xa1 => {
                let mut key = Cursor::new(key.value);
                Some((Algorithm::read(&mut key)?, key.need(BIT_STRING)?.value))
            }
            _ => None,
        };
        let ukm = match inside.maybe(0xa1)? {
            Some(explicit) => Some(Cursor::new(explicit.value).need(OCTET_STRING)?.value),
            None => None,
        };
        let scheme = Algorithm::read(&mut inside)?;
        for each in inside.enter(SEQUENCE)? {
            let mut each = Cursor::new(each?.value);
            let id = match each.peek() {
                // RecipientKeyIdentifier (RFC 5652 §6.2.2).
                Some(0xa0) => SignerId::KeyIdentifier(each.enter(0xa0)?.need(OCTET_STRING)?.value),
                _ => SignerId::read(&mut each)?,
            };
            let way = Way::Agreement(Agreement { originator, ukm, scheme });
            into.push(Self { id: Some(id), key: each.octets(OCTET_STRING)?, way });
            if into.len() > RECIPIENTS {
                return Err(Broken("too_many_recipients"));
            }
        }
        Ok(())
    }

    fn describe(&self) -> String {
        self.id.map_or_else(|| "hidden".to_owned(), SignerId::describe)
    }

    /// The content-encryption key. A key that does not come out right is replaced by a random one
    /// where the difference could be used to decrypt by asking (RFC 3218 §2.3).
    fn content_key(
        &self,
        key: &OpenKey,
        identity: &Identity,
        length: usize,
    ) -> Result<Zeroizing<Vec<u8>>, DecryptFailure> {
        match self.way {
            Way::Transport(algorithm) => match key {
                OpenKey::Here(key) => transported(key, algorithm, &self.key, length),
                OpenKey::Outside(keeper) => transported_outside(&**keeper, identity, algorithm, &self.key, length),
            },
            Way::Agreement(agreement) => agreement.content_key(key, identity, &self.key),
            Way::Other => Err(DecryptFailure::Unsupported("recipient_info".to_owned())),
        }
    }
}

/// Key transport with RSA (RFC 3370 §4.2.1, RFC 3560).
fn transported(
    key: &PKey<Private>,
    algorithm: Algorithm<'_>,
    encrypted: &[u8],
    length: usize,
) -> Result<Zeroizing<Vec<u8>>, DecryptFailure> {
    let unsupported = || DecryptFailure::Unsupported(algorithm.oid.to_string());
    if key.id() != Id::RSA {
        return Err(DecryptFailure::Malformed("key_algorithm".to_owned()));
    }
    let library = |_| DecryptFailure::Unsupported("rsa".to_owned());
    let mut decrypter = Decrypter::new(key).map_err(library)?;
    match algorithm.oid {
        algorithm::RSA => decrypter.set_rsa_padding(Padding::PKCS1).map_err(library)?,
        algorithm::RSA_OAEP => {
            oaep(&mut decrypter, algorithm.parameters).map_err(malformed)?.ok_or_else(unsupported)?;
        }
        _ => return Err(unsupported()),
    }
    let mut out = Zeroizing::new(vec![0; decrypter.decrypt_len(encrypted).unwrap_or(0)]);
    let size = decrypter.decrypt(encrypted, &mut out).unwrap_or(0);
    if size == length {
        out.truncate(size);
        return Ok(out);
    }
    let mut random = Zeroizing::new(vec![0; length]);
    openssl::rand::rand_bytes(&mut random).map_err(library)?;
    Ok(random)
}

/// The same by a token, which tells whether the padding was right; here it makes no difference.
fn transported_outside(
    keeper: &dyn Keeper,
    identity: &Identity,
    algorithm: Algorithm<'_>,
    encrypted: &[u8],
    length: usize,
) -> Result<Zeroizing<Vec<u8>>, DecryptFailure> {
    let unsupported = || DecryptFailure::Unsupported(algorithm.oid.to_string());
    let how = match algorithm.oid {
        algorithm::RSA => RsaUnwrap::Pkcs1,
        algorithm::RSA_OAEP => {
            let read = oaep_parameters(algorithm.parameters).map_err(malformed)?;
            let (hash, mgf, label) = read.ok_or_else(unsupported)?;
            if !label.is_empty() {
                return Err(unsupported());
            }
            RsaUnwrap::Oaep { hash: hash.name, mgf: mgf.name }
        }
        _ => return Err(unsupported()),
    };
    match keeper.unwrap(how, encrypted) {
        Ok(key) if key.len() == length => Ok(key),
        Err(KeeperFailure::Locked) => Err(DecryptFailure::Locked(identity.certificate.fingerprint.clone())),
        _ => {
            let mut random = Zeroizing::new(vec![0; length]);
            openssl::rand::rand_bytes(&mut random).map_err(|_| DecryptFailure::Unsupported("rsa".to_owned()))?;
            Ok(random)
        }
    }
}

/// RSAES-OAEP-params (RFC 4055 §4.1); `None` for what is not known here.
fn oaep(decrypter: &mut Decrypter<'_>, parameters: &[u8]) -> Result<Option<()>, Broken> {
    let Some((hash, mgf, label)) = oaep_parameters(parameters)? else { return Ok(None) };
    let mut set = || {
        let (hash, mgf) = (hash.digest()?, mgf.digest()?);
        decrypter.set_rsa_padding(Padding::PKCS1_OAEP).ok()?;
        decrypter.set_rsa_oaep_md(hash).ok()?;
        decrypter.set_rsa_mgf1_md(mgf).ok()?;
        if label.is_empty() { Some(()) } else { decrypter.set_rsa_oaep_label(&label).ok() }
    };
    Ok(set())
}

/// Both hashes and the label.
fn oaep_parameters(parameters: &[u8]) -> Result<Option<(Hash, Hash, Vec<u8>)>, Broken> {
    let empty = sequence(&[]);
    let mut inside = Cursor::inside(if parameters.is_empty() { &empty } else { parameters }, SEQUENCE)?;
    let (hash, mgf) = (explicit_hash(&mut inside, 0xa0)?, explicit_mgf(&mut inside)?);
    let label = match inside.maybe(0xa2)? {
        Some(explicit) => {
            let source = Algorithm::read(&mut Cursor::new(explicit.value))?;
            if source.oid != algorithm::P_SPECIFIED {
                return Ok(None);
            }
            Cursor::new(source.parameters).need(OCTET_STRING)?.value.to_vec()
        }
        None => Vec::new(),
    };
    Ok(hash.zip(mgf).map(|(hash, mgf)| (hash, mgf, label)))
}

impl Agreement<'_> {
    fn content_key(
        &self,
        key: &OpenKey,
        identity: &Identity,
        wrapped: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, DecryptFailure> {
        let unsupported = |oid: ObjectIdentifier| DecryptFailure::Unsupported(oid.to_string());
        let scheme = self.scheme.oid;
        let derivation = Derivation::of(scheme).ok_or_else(|| unsupported(scheme))?;
        let wrap = Algorithm::read(&mut Cursor::new(self.scheme.parameters)).map_err(malformed)?;
        let length = wrap_key_length(wrap.oid).ok_or_else(|| unsupported(wrap.oid))?;
        let peer = self.peer(identity).ok_or_else(|| DecryptFailure::Malformed("originator_key".to_owned()))?;
        let kek = match key {
            OpenKey::Here(key) => derivation.agree(key, &peer, wrap.whole, self.ukm, length),
            OpenKey::Outside(keeper) => {
                let locked = |_| DecryptFailure::Locked(identity.certificate.fingerprint.clone());
                // A BIT STRING begins with the number of unused bits, of which there are none.
                let point =
                    self.originator.and_then(|(_, bits)| bits.split_first()).map_or(&[][..], |(_, point)| point);
                let shared = keeper.agree(point).map_err(locked)?;
                derivation.of_shared(&shared, wrap.whole, self.ukm, length)
            }
        };
        let key = kek.and_then(|kek| unwrap_key(wrap.oid, &kek, wrapped));
        key.ok_or(DecryptFailure::IntegrityFailed)
    }

    /// The originator's ephemeral key. Its curve is that of the recipient's own key, whether it
    /// says so or not (RFC 5753 §3.1.1).
    fn peer(&self, identity: &Identity) -> Option<PKey<Public>> {
        let (_, point) = self.originator?;
        let own = key_algorithm(identity.certificate.spki()).ok()?;
        PKey::public_key_from_der(&sequence(&[own.whole, &element(BIT_STRING, &[point])])).ok()
    }
}
