use std::sync::Arc;

use jiff::Timestamp;
use openssl::encrypt::Encrypter;
use openssl::pkey::{Id, PKey, Public};
use openssl::rsa::Padding;
use openssl::sign::Signer;
use zeroize::Zeroizing;

use crate::crypto::{DetachedSignature, ProtectError};

use super::agreement::{Derivation, STD_DH_HKDF_SHA256, STD_DH_SHA256};
use super::algorithm::{self, Hash, key_algorithm, oaep_identifier};
use super::asn1::{
    BIT_STRING, Broken, Cursor, GENERALIZED_TIME, INTEGER, NULL, OCTET_STRING, SEQUENCE, SET, UTC_TIME, element,
    integer, oid, sequence, set_of,
};
use super::cipher::{AES256_CBC, AES256_GCM, AES256_WRAP, encrypt_cbc, seal_gcm, wrap_key};
use super::content::canonical;
use super::outside::{Keeper, KeeperFailure, ToSign, digest_info, ecdsa_value};
use super::ring::{Identity, SecretKey};
use super::{SmimeRing, X509};

/// How to encrypt, where readers differ in what they can.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EncryptOptions {
    /// AuthEnvelopedData with AES-256-GCM (RFC 8551 §2.7) in place of EnvelopedData with
    /// AES-256-CBC, which every program reads.
    pub authenticated: bool,
    /// RSAES-OAEP with SHA-256 (RFC 8551 §2.3) in place of PKCS #1 v1.5.
    pub oaep: bool,
}

/// Signs a MIME entity; the signature travels beside it (RFC 8551 §3.5.3). Line breaks are taken
/// as CRLF. `ring` gives the certificates that go along.
///
/// # Errors
/// [`ProtectError::Locked`] when the key is not open, [`ProtectError::CannotSign`] when the
/// certificate does not allow it at that moment.
pub fn sign_detached(
    content: &[u8],
    identity: &Identity,
    ring: &SmimeRing,
    at: Timestamp,
) -> Result<DetachedSignature, ProtectError> {
    let signing = Signing::new(identity, ring, at)?;
    let bytes = signing.signed_data(&canonical(content), false)?;
    Ok(DetachedSignature { bytes, micalg: signing.micalg().to_owned() })
}

/// Signs a MIME entity that travels inside (RFC 8551 §3.5.2).
///
/// # Errors
/// As [`sign_detached`].
pub fn sign_opaque(
    content: &[u8],
    identity: &Identity,
    ring: &SmimeRing,
    at: Timestamp,
) -> Result<Vec<u8>, ProtectError> {
    Signing::new(identity, ring, at)?.signed_data(&canonical(content), true)
}

/// Encrypts a MIME entity for some certificates (RFC 8551 §3.3).
///
/// # Errors
/// [`ProtectError::CannotEncrypt`] names the first certificate that does not allow it at that
/// moment.
pub fn encrypt(
    content: &[u8],
    recipients: &[Arc<X509>],
    options: EncryptOptions,
    at: Timestamp,
) -> Result<Vec<u8>, ProtectError> {
    if recipients.is_empty() {
        return Err(ProtectError::Library("no_recipient".to_owned()));
    }
    let key = random(32)?;
    let mut infos = Vec::new();
    for recipient in recipients {
        if !recipient.is_current(at) || !recipient.may_encrypt() || !recipient.is_for_email() {
            return Err(ProtectError::CannotEncrypt(recipient.fingerprint.clone()));
        }
        infos.push(recipient_info(recipient, &key, options)?);
    }
    let agrees = infos.iter().any(|info| info.first() == Some(&0xa1));
    let infos = set_of(SET, infos);
    let content = canonical(content);
    if options.authenticated {
        let nonce = random(12)?;
        let (encrypted, tag) = seal_gcm(&key, &nonce, &content, &[]).ok_or_else(refused)?;
        let parameters = sequence(&[&element(OCTET_STRING, &[&nonce]), &integer(16)]);
        let inner = content_encrypted(&sequence(&[&oid(AES256_GCM), &parameters]), &encrypted);
        let body = sequence(&[&integer(0), &infos, &inner, &element(OCTET_STRING, &[&tag])]);
        return Ok(info(algorithm::AUTH_ENVELOPED_DATA, &body));
    }
    let nonce = random(16)?;
    let encrypted = encrypt_cbc(&key, &nonce, &content).ok_or_else(refused)?;
    let inner = content_encrypted(&sequence(&[&oid(AES256_CBC), &element(OCTET_STRING, &[&nonce])]), &encrypted);
    // RFC 5652 §6.1: version 2 as soon as a recipient is not named by issuer and serial number alone.
    let version = integer(if agrees { 2 } else { 0 });
    Ok(info(algorithm::ENVELOPED_DATA, &sequence(&[&version, &infos, &inner])))
}

fn info(content_type: der::asn1::ObjectIdentifier, body: &[u8]) -> Vec<u8> {
    sequence(&[&oid(content_type), &element(0xa0, &[body])])
}

fn content_encrypted(algorithm: &[u8], encrypted: &[u8]) -> Vec<u8> {
    sequence(&[&oid(algorithm::DATA), algorithm, &element(0x80, &[encrypted])])
}

fn random(length: usize) -> Result<Zeroizing<Vec<u8>>, ProtectError> {
    let mut bytes = Zeroizing::new(vec![0; length]);
    openssl::rand::rand_bytes(&mut bytes).map_err(library)?;
    Ok(bytes)
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn library(error: openssl::error::ErrorStack) -> ProtectError {
    ProtectError::Library(error.to_string())
}

fn broken(Broken(place): Broken) -> ProtectError {
    ProtectError::Library(place.to_owned())
}

fn refused() -> ProtectError {
    ProtectError::Library("refused".to_owned())
}

fn issuer_and_serial(certificate: &X509) -> Result<Vec<u8>, ProtectError> {
    let encoded = certificate.encoded().map_err(broken)?;
    Ok(sequence(&[encoded.issuer, &element(INTEGER, &[encoded.serial])]))
}

/// RecipientInfo (RFC 5652 §6.2): key transport for RSA, key agreement for curves.
fn recipient_info(recipient: &X509, key: &[u8], options: EncryptOptions) -> Result<Vec<u8>, ProtectError> {
    let spki = recipient.spki();
    let public = PKey::public_key_from_der(spki).map_err(library)?;
    let id = issuer_and_serial(recipient)?;
    if public.id() != Id::RSA {
        return agreement_info(&public, spki, &id, key)
            .ok_or_else(|| ProtectError::CannotEncrypt(recipient.fingerprint.clone()));
    }
    let mut encrypter = Encrypter::new(&public).map_err(library)?;
    let algorithm = if options.oaep {
        encrypter.set_rsa_padding(Padding::PKCS1_OAEP).map_err(library)?;
        let digest = Hash::SHA256.digest().ok_or_else(refused)?;
        encrypter.set_rsa_oaep_md(digest).map_err(library)?;
        encrypter.set_rsa_mgf1_md(digest).map_err(library)?;
        oaep_identifier(Hash::SHA256)
    } else {
        encrypter.set_rsa_padding(Padding::PKCS1).map_err(library)?;
        sequence(&[&oid(algorithm::RSA), &element(NULL, &[])])
    };
    let mut transported = vec![0; encrypter.encrypt_len(key).map_err(library)?];
    let length = encrypter.encrypt(key, &mut transported).map_err(library)?;
    transported.truncate(length);
    Ok(sequence(&[&integer(0), &id, &algorithm, &element(OCTET_STRING, &[&transported])]))
}

/// KeyAgreeRecipientInfo with a key made for this one message (RFC 5753 §3.1, RFC 8418 §3.1).
fn agreement_info(public: &PKey<Public>, spki: &[u8], id: &[u8], key: &[u8]) -> Option<Vec<u8>> {
    let of_key = key_algorithm(spki).ok()?;
    let (ephemeral, scheme) = if of_key.oid == algorithm::EC {
        let group = public.ec_key().ok()?;
        let fresh = openssl::ec::EcKey::generate(group.group()).ok()?;
        (PKey::from_ec_key(fresh).ok()?, STD_DH_SHA256)
    } else if of_key.oid == algorithm::X25519 {
        (PKey::generate_x25519().ok()?, STD_DH_HKDF_SHA256)
    } else {
        return None;
    };
    let wrap = sequence(&[&oid(AES256_WRAP)]);
    let kek = Derivation::of(scheme)?.agree(&ephemeral, public, &wrap, None, 32)?;
    let wrapped = wrap_key(&kek, key)?;
    let own = ephemeral.public_key_to_der().ok()?;
    let mut own = Cursor::inside(&own, SEQUENCE).ok()?;
    own.need(SEQUENCE).ok()?;
    let point = own.need(BIT_STRING).ok()?.value;
    // RFC 5753 §7.1.2: the curve is the recipient's; its name is given for those who look here.
    let originator = element(0xa1, &[of_key.whole, &element(BIT_STRING, &[point])]);
    let keys = sequence(&[&sequence(&[id, &element(OCTET_STRING, &[&wrapped])])]);
    Some(element(0xa1, &[&integer(3), &element(0xa0, &[&originator]), &sequence(&[&oid(scheme), &wrap]), &keys]))
}

/// An identity that signs at a moment.
struct Signing<'a> {
    identity: &'a Identity,
    /// What kind of key it is.
    id: Id,
    ring: &'a SmimeRing,
    hash: Hash,
    at: Timestamp,
}

impl<'a> Signing<'a> {
    fn new(identity: &'a Identity, ring: &'a SmimeRing, at: Timestamp) -> Result<Self, ProtectError> {
        let certificate = &identity.certificate;
        if !certificate.report(true, false, at).can_sign {
            return Err(ProtectError::CannotSign(certificate.fingerprint.clone()));
        }
        if identity.is_locked() {
            return Err(ProtectError::Locked(certificate.fingerprint.clone()));
        }
        let id = PKey::public_key_from_der(certificate.spki()).map_err(library)?.id();
        let hash = match algorithm::key_name(certificate.spki()).as_str() {
            "P-384" | "brainpoolP384r1" => Hash::SHA384,
            "P-521" | "brainpoolP512r1" | "Ed25519" => Hash::SHA512,
            _ if id == Id::RSA || id == Id::EC => Hash::SHA256,
            _ => Hash::SHA512,
        };
        Ok(Self { identity, id, ring, hash, at })
    }

    /// The `micalg` parameter (RFC 8551 §3.5.3.2).
    fn micalg(&self) -> &'static str {
        match self.hash {
            Hash::SHA384 => "sha-384",
            Hash::SHA512 => "sha-512",
            _ => "sha-256",
        }
    }

    /// SignedData (RFC 5652 §5.1) inside its ContentInfo.
    fn signed_data(&self, content: &[u8], with_content: bool) -> Result<Vec<u8>, ProtectError> {
        let attributes = self.attributes(content)?;
        let signature = self.sign(&set_of(SET, attributes.clone()))?;
        let signer = sequence(&[
            &integer(1),
            &issuer_and_serial(&self.identity.certificate)?,
            &self.hash.identifier(),
            &set_of(0xa0, attributes),
            &self.signature_algorithm(),
            &element(OCTET_STRING, &[&signature]),
        ]);
        let inside = if with_content { element(0xa0, &[&element(OCTET_STRING, &[content])]) } else { Vec::new() };
        let mut chain: Vec<Vec<u8>> = self.chain().iter().map(|certificate| certificate.der.to_vec()).collect();
        chain.extend(self.encryption_certificate().map(|certificate| certificate.der.to_vec()));
        let body = sequence(&[
            &integer(1),
            &element(SET, &[&self.hash.identifier()]),
            &sequence(&[&oid(algorithm::DATA), &inside]),
            &set_of(0xa0, chain),
            &element(SET, &[&signer]),
        ]);
        Ok(info(algorithm::SIGNED_DATA, &body))
    }

    /// The signed attributes (RFC 8551 §2.5), each encoded.
    fn attributes(&self, content: &[u8]) -> Result<Vec<Vec<u8>>, ProtectError> {
        let attribute = |of, value: &[u8]| sequence(&[&oid(of), &element(SET, &[value])]);
        let digest = self.hash.of_bytes(content).ok_or_else(refused)?;
        let certificate = Hash::SHA256.of_bytes(&self.identity.certificate.der).ok_or_else(refused)?;
        // ESSCertIDv2 (RFC 5035 §4): the hash is SHA-256, which is the default and so left out.
        let named = sequence(&[&sequence(&[&sequence(&[&element(OCTET_STRING, &[&certificate])])])]);
        let mut attributes = vec![
            attribute(algorithm::CONTENT_TYPE, &oid(algorithm::DATA)),
            attribute(algorithm::MESSAGE_DIGEST, &element(OCTET_STRING, &[&digest])),
            attribute(algorithm::SIGNING_TIME, &time(self.at)),
            attribute(algorithm::SMIME_CAPABILITIES, &capabilities()),
            attribute(algorithm::SIGNING_CERTIFICATE_V2, &named),
        ];
        if let Some(encryption) = self.encryption_certificate() {
            let encoded = encryption.encoded().map_err(broken)?;
            let named = element(0xa0, &[encoded.issuer, &element(INTEGER, &[encoded.serial])]);
            attributes.push(attribute(algorithm::ENCRYPTION_KEY_PREFERENCE, &named));
        }
        Ok(attributes)
    }

    fn signature_algorithm(&self) -> Vec<u8> {
        let of_key = key_algorithm(self.identity.certificate.spki()).map(|key| key.oid);
        match (self.id, self.hash) {
            (Id::RSA, _) => sequence(&[&oid(algorithm::RSA), &element(NULL, &[])]),
            (Id::EC, Hash::SHA384) => sequence(&[&oid(algorithm::ECDSA_SHA384)]),
            (Id::EC, Hash::SHA512) => sequence(&[&oid(algorithm::ECDSA_SHA512)]),
            (Id::EC, _) => sequence(&[&oid(algorithm::ECDSA_SHA256)]),
            // RFC 8410 and RFC 9881: the key's own identifier.
            _ => sequence(&[&oid(of_key.unwrap_or(algorithm::ED25519))]),
        }
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, ProtectError> {
        let key = match &self.identity.key {
            SecretKey::Open(key) => key,
            SecretKey::Outside(keeper) => return self.sign_outside(&**keeper, message),
            SecretKey::Locked(_) => return Err(self.locked()),
        };
        let mut signer = if matches!(self.id, Id::RSA | Id::EC) {
            Signer::new(self.hash.digest().ok_or_else(refused)?, key)
        } else {
            Signer::new_without_digest(key)
        }
        .map_err(library)?;
        signer.sign_oneshot_to_vec(message).map_err(library)
    }

    /// The same by a token.
    fn sign_outside(&self, keeper: &dyn Keeper, message: &[u8]) -> Result<Vec<u8>, ProtectError> {
        let told = |failure| match failure {
            KeeperFailure::Locked => self.locked(),
            KeeperFailure::Refused => ProtectError::Library("token".to_owned()),
        };
        let digest = self.hash.of_bytes(message).ok_or_else(refused)?;
        match self.id {
            Id::RSA => {
                let info = digest_info(self.hash, &digest).ok_or_else(refused)?;
                keeper.sign(ToSign::RsaPkcs1(&info)).map_err(told)
            }
            Id::EC => {
                let both = keeper.sign(ToSign::Ecdsa(&digest)).map_err(told)?;
                ecdsa_value(&both).ok_or_else(refused)
            }
            _ => keeper.sign(ToSign::Eddsa(message)).map_err(told),
        }
    }

    fn locked(&self) -> ProtectError {
        ProtectError::Locked(self.identity.certificate.fingerprint.clone())
    }

    /// Where the signer's key is for signatures alone: the certificate that answers are to be encrypted to
    /// (RFC 8551 §2.5.3), of the same owner and with a secret key here.
    fn encryption_certificate(&self) -> Option<&Arc<X509>> {
        let signer = &self.identity.certificate;
        if signer.may_encrypt() {
            return None;
        }
        let addresses = signer.addresses();
        let usable = |own: &&Identity| {
            let certificate = &own.certificate;
            certificate.report(true, false, self.at).can_encrypt
                && certificate.addresses().iter().any(|address| addresses.contains(address))
        };
        let own = self.ring.own().iter().filter(usable).max_by_key(|own| own.certificate.not_before());
        own.map(|own| &own.certificate)
    }

    /// The signer's certificate and the authorities above it, as far as they are at hand; a root
    /// need not travel (RFC 8551 §3.5.1 leaves it open).
    fn chain(&self) -> Vec<Arc<X509>> {
        let mut chain = vec![self.identity.certificate.clone()];
        while chain.len() < 8 {
            let Some(last) = chain.last().cloned() else { break };
            let Ok((issuer, subject)) = last.encoded().map(|e| (e.issuer.to_vec(), e.subject.to_vec())) else { break };
            if issuer == subject {
                break;
            }
            let above = self.ring.above(&last).into_iter().find(|candidate| {
                candidate.is_authority()
                    && candidate.encoded().is_ok_and(|e| e.subject == issuer && e.issuer != e.subject)
            });
            match above {
                Some(above) if !chain.contains(above) => chain.push(above.clone()),
                _ => break,
            }
        }
        chain
    }
}

/// signingTime (RFC 5652 §11.3): UTCTime through 2049.
pub(super) fn time(at: Timestamp) -> Vec<u8> {
    let text = at.strftime("%Y%m%d%H%M%SZ").to_string();
    let year = text.get(..4).and_then(|year| year.parse::<u16>().ok()).unwrap_or(0);
    match text.get(2..) {
        Some(short) if (1950..2050).contains(&year) => element(UTC_TIME, &[short.as_bytes()]),
        _ => element(GENERALIZED_TIME, &[text.as_bytes()]),
    }
}

/// smimeCapabilities (RFC 8551 §2.5.2): what we read, best first.
fn capabilities() -> Vec<u8> {
    const READ: [&str; 5] = [
        "2.16.840.1.101.3.4.1.46", // AES-256-GCM
        "2.16.840.1.101.3.4.1.6",  // AES-128-GCM
        "2.16.840.1.101.3.4.1.42", // AES-256-CBC
        "2.16.840.1.101.3.4.1.22", // AES-192-CBC
        "2.16.840.1.101.3.4.1.2",  // AES-128-CBC
    ];
    let each = READ.iter().filter_map(|text| der::asn1::ObjectIdentifier::new(text).ok());
    let each: Vec<Vec<u8>> = each.map(|capability| sequence(&[&oid(capability)])).collect();
    sequence(&each.iter().map(Vec::as_slice).collect::<Vec<_>>())
}
