//! Content encryption and key wrapping (RFC 3565, 5084, 8103, 9709, 3394), by OpenSSL.

use der::asn1::ObjectIdentifier;
use openssl::cipher::{Cipher, CipherRef};
use openssl::cipher_ctx::{CipherCtx, CipherCtxFlags};
use openssl::md::Md;
use openssl::pkey_ctx::HkdfMode;
use zeroize::Zeroizing;

use crate::crypto::DecryptFailure;
use crate::crypto::unproven::Unproven;

use super::algorithm::{Algorithm, Hash};
use super::asn1::{Broken, Cursor, INTEGER, OCTET_STRING, SEQUENCE};

/// Octets deciphered at once.
const PIECE: usize = 64 << 10;

pub const AES256_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.42");
pub const AES256_GCM: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.46");
pub const AES256_WRAP: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.45");

/// How some content is encrypted.
pub struct ContentCipher {
    /// As the evidence shows it.
    pub name: &'static str,
    /// Octets of the key.
    pub key_length: usize,
    nonce: Vec<u8>,
    /// Of an authenticated mode: octets of its tag.
    tag_length: Option<usize>,
    openssl: &'static CipherRef,
    is_ccm: bool,
    /// The identifier that the key is derived under (RFC 9709 §3).
    hkdf_info: Option<Vec<u8>>,
}

impl ContentCipher {
    /// By its identifier; `Ok(None)` for one that is not known here.
    pub fn of(algorithm: Algorithm<'_>) -> Result<Option<Self>, Broken> {
        if algorithm.oid.to_string() == "1.2.840.113549.1.9.16.3.31" {
            let inner = Algorithm::read(&mut Cursor::new(algorithm.parameters))?;
            let cipher = Self::plain(inner)?;
            return Ok(cipher.map(|cipher| Self { hkdf_info: Some(inner.whole.to_vec()), ..cipher }));
        }
        Self::plain(algorithm)
    }

    fn plain(algorithm: Algorithm<'_>) -> Result<Option<Self>, Broken> {
        let (name, key_length, openssl, mode): (_, _, &'static CipherRef, _) = match algorithm.oid.to_string().as_str()
        {
            "2.16.840.1.101.3.4.1.2" => ("AES-128", 16, Cipher::aes_128_cbc(), Mode::Cbc),
            "2.16.840.1.101.3.4.1.22" => ("AES-192", 24, Cipher::aes_192_cbc(), Mode::Cbc),
            "2.16.840.1.101.3.4.1.42" => ("AES-256", 32, Cipher::aes_256_cbc(), Mode::Cbc),
            "1.2.840.113549.3.7" => ("3DES", 24, Cipher::des_ede3_cbc(), Mode::Cbc),
            "2.16.840.1.101.3.4.1.6" => ("AES-128", 16, Cipher::aes_128_gcm(), Mode::Gcm),
            "2.16.840.1.101.3.4.1.26" => ("AES-192", 24, Cipher::aes_192_gcm(), Mode::Gcm),
            "2.16.840.1.101.3.4.1.46" => ("AES-256", 32, Cipher::aes_256_gcm(), Mode::Gcm),
            "2.16.840.1.101.3.4.1.7" => ("AES-128", 16, Cipher::aes_128_ccm(), Mode::Ccm),
            "2.16.840.1.101.3.4.1.27" => ("AES-192", 24, Cipher::aes_192_ccm(), Mode::Ccm),
            "2.16.840.1.101.3.4.1.47" => ("AES-256", 32, Cipher::aes_256_ccm(), Mode::Ccm),
            "1.2.840.113549.1.9.16.3.18" => ("ChaCha20-Poly1305", 32, Cipher::chacha20_poly1305(), Mode::ChaCha),
            _ => return Ok(None),
        };
        let (nonce, tag_length) = mode.parameters(algorithm.parameters)?;
        let wrong = match mode {
            Mode::Cbc => nonce.len() != openssl.iv_length(),
            Mode::Gcm => nonce.is_empty() || nonce.len() > 128,
            Mode::Ccm => !(7..=13).contains(&nonce.len()),
            Mode::ChaCha => nonce.len() != 12,
        };
        let tag_fits = tag_length.is_none_or(|length| matches!(length, 12..=16));
        if wrong || !tag_fits {
            return Err(Broken("cipher_parameters"));
        }
        let is_ccm = mode == Mode::Ccm;
        Ok(Some(Self { name, key_length, nonce: nonce.to_vec(), tag_length, openssl, is_ccm, hkdf_info: None }))
    }

    /// It authenticates what it encrypts.
    pub fn is_authenticated(&self) -> bool {
        self.tag_length.is_some()
    }

    /// The key that the content is under, of the key that was handed over (RFC 9709 §2).
    fn content_key(&self, key: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let Some(info) = &self.hkdf_info else {
            // One of another length is of another cipher, and OpenSSL's binding stops the program over a short one.
            return (key.len() == self.openssl.key_length()).then(|| Zeroizing::new(key.to_vec()));
        };
        let mut out = Zeroizing::new(vec![0; self.key_length]);
        let salt = b"The Cryptographic Message Syntax";
        let mode = HkdfMode::EXTRACT_THEN_EXPAND;
        hkdf(Hash::SHA256, key, Some(salt), info, mode, &mut out)?;
        Some(out)
    }

    /// Opens content without authentication; `IntegrityFailed` when the padding is wrong.
    pub fn decrypt(&self, key: &[u8], content: &[u8], into: &mut Unproven<'_>) -> Result<(), DecryptFailure> {
        let mut operation = self.begin(key).ok_or(DecryptFailure::IntegrityFailed)?;
        pass(&mut operation, content, PIECE, into)?;
        end(&mut operation, into)
    }

    /// Opens authenticated content (RFC 5083 §2.2); `IntegrityFailed` when the tag does not fit, and what went
    /// `into` is not to be used.
    pub fn open(
        &self,
        key: &[u8],
        content: &[u8],
        associated: &[u8],
        tag: &[u8],
        into: &mut Unproven<'_>,
    ) -> Result<(), DecryptFailure> {
        let operation = self.begin_authenticated(key, content.len(), associated, tag);
        let mut operation = operation.ok_or(DecryptFailure::IntegrityFailed)?;
        if self.is_ccm {
            // It takes everything at once, and gives nothing when the tag does not fit.
            return pass(&mut operation, content, content.len(), into);
        }
        pass(&mut operation, content, PIECE, into)?;
        end(&mut operation, into)
    }

    fn begin(&self, key: &[u8]) -> Option<CipherCtx> {
        let key = self.content_key(key)?;
        let mut operation = CipherCtx::new().ok()?;
        operation.decrypt_init(Some(self.openssl), Some(&key), Some(&self.nonce)).ok()?;
        Some(operation)
    }

    fn begin_authenticated(&self, key: &[u8], length: usize, associated: &[u8], tag: &[u8]) -> Option<CipherCtx> {
        if Some(tag.len()) != self.tag_length {
            return None;
        }
        let key = self.content_key(key)?;
        let mut operation = CipherCtx::new().ok()?;
        operation.decrypt_init(Some(self.openssl), None, None).ok()?;
        operation.set_iv_length(self.nonce.len()).ok()?;
        if self.is_ccm {
            operation.set_tag(tag).ok()?;
        }
        operation.decrypt_init(None, Some(&key), Some(&self.nonce)).ok()?;
        if self.is_ccm {
            operation.set_data_len(length).ok()?;
        } else {
            operation.set_tag(tag).ok()?;
        }
        if !associated.is_empty() {
            operation.cipher_update(associated, None).ok()?;
        }
        Some(operation)
    }
}

/// Deciphers content in pieces of at most so many octets.
fn pass(
    operation: &mut CipherCtx,
    content: &[u8],
    piece: usize,
    into: &mut Unproven<'_>,
) -> Result<(), DecryptFailure> {
    let failed = |_| DecryptFailure::IntegrityFailed;
    let mut out = Zeroizing::new(Vec::with_capacity(piece.min(content.len()) + 32));
    if content.is_empty() {
        operation.cipher_update_vec(content, &mut out).map_err(failed)?;
    }
    for piece in content.chunks(piece.max(1)) {
        out.clear();
        operation.cipher_update_vec(piece, &mut out).map_err(failed)?;
        into.push(&out)?;
    }
    Ok(())
}

/// The last octets, if padding or tag are right.
fn end(operation: &mut CipherCtx, into: &mut Unproven<'_>) -> Result<(), DecryptFailure> {
    let mut out = Zeroizing::new(Vec::with_capacity(32));
    operation.cipher_final_vec(&mut out).map_err(|_| DecryptFailure::IntegrityFailed)?;
    into.push(&out)
}

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Cbc,
    Gcm,
    Ccm,
    ChaCha,
}

impl Mode {
    /// Nonce and length of the tag (RFC 3565 §2.3, RFC 5084 §3, RFC 8103 §1).
    fn parameters(self, encoded: &[u8]) -> Result<(&[u8], Option<usize>), Broken> {
        let mut parameters = Cursor::new(encoded);
        match self {
            Self::Cbc => Ok((parameters.need(OCTET_STRING)?.value, None)),
            Self::ChaCha => Ok((parameters.need(OCTET_STRING)?.value, Some(16))),
            Self::Gcm | Self::Ccm => {
                let mut inside = parameters.enter(SEQUENCE)?;
                let nonce = inside.need(OCTET_STRING)?.value;
                let length = if inside.peek() == Some(INTEGER) { inside.small()? } else { 12 };
                Ok((nonce, Some(length as usize)))
            }
        }
    }
}

/// Content encrypted under AES-256-CBC.
pub fn encrypt_cbc(key: &[u8], nonce: &[u8], content: &[u8]) -> Option<Vec<u8>> {
    let mut operation = CipherCtx::new().ok()?;
    operation.encrypt_init(Some(Cipher::aes_256_cbc()), Some(key), Some(nonce)).ok()?;
    let mut out = Vec::with_capacity(content.len() + 32);
    operation.cipher_update_vec(content, &mut out).ok()?;
    operation.cipher_final_vec(&mut out).ok()?;
    Some(out)
}

/// Content encrypted under AES-256-GCM, and its tag of 16 octets.
pub fn seal_gcm(key: &[u8], nonce: &[u8], content: &[u8], associated: &[u8]) -> Option<(Vec<u8>, [u8; 16])> {
    let mut operation = CipherCtx::new().ok()?;
    operation.encrypt_init(Some(Cipher::aes_256_gcm()), Some(key), Some(nonce)).ok()?;
    if !associated.is_empty() {
        operation.cipher_update(associated, None).ok()?;
    }
    let mut out = Vec::with_capacity(content.len() + 32);
    operation.cipher_update_vec(content, &mut out).ok()?;
    operation.cipher_final_vec(&mut out).ok()?;
    let mut tag = [0; 16];
    operation.tag(&mut tag).ok()?;
    Some((out, tag))
}

/// The length of the key that a key-wrap algorithm takes (RFC 3565 §2.3.2, RFC 3370 §4.3.1).
pub fn wrap_key_length(wrap: ObjectIdentifier) -> Option<usize> {
    Some(match wrap.to_string().as_str() {
        "2.16.840.1.101.3.4.1.5" => 16,
        "2.16.840.1.101.3.4.1.25" | "1.2.840.113549.1.9.16.3.6" => 24,
        "2.16.840.1.101.3.4.1.45" => 32,
        _ => return None,
    })
}

/// Unwraps a key (RFC 3394, RFC 3217); `None` when its own check fails.
pub fn unwrap_key(wrap: ObjectIdentifier, kek: &[u8], wrapped: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut operation = CipherCtx::new().ok()?;
    operation.set_flags(CipherCtxFlags::FLAG_WRAP_ALLOW);
    let triple_des;
    let cipher = match wrap.to_string().as_str() {
        "2.16.840.1.101.3.4.1.5" => Cipher::aes_128_wrap(),
        "2.16.840.1.101.3.4.1.25" => Cipher::aes_192_wrap(),
        "2.16.840.1.101.3.4.1.45" => Cipher::aes_256_wrap(),
        "1.2.840.113549.1.9.16.3.6" => {
            triple_des = Cipher::fetch(None, "DES3-WRAP", None).ok()?;
            &triple_des
        }
        _ => return None,
    };
    if kek.len() != cipher.key_length() {
        return None;
    }
    operation.decrypt_init(Some(cipher), Some(kek), None).ok()?;
    let mut out = Zeroizing::new(Vec::new());
    operation.cipher_update_vec(wrapped, &mut out).ok()?;
    operation.cipher_final_vec(&mut out).ok()?;
    Some(out)
}

/// Wraps a key under AES-256 (RFC 3394).
pub fn wrap_key(kek: &[u8], key: &[u8]) -> Option<Vec<u8>> {
    let mut operation = CipherCtx::new().ok()?;
    operation.set_flags(CipherCtxFlags::FLAG_WRAP_ALLOW);
    operation.encrypt_init(Some(Cipher::aes_256_wrap()), Some(kek), None).ok()?;
    let mut out = Vec::new();
    operation.cipher_update_vec(key, &mut out).ok()?;
    operation.cipher_final_vec(&mut out).ok()?;
    Some(out)
}

/// HKDF (RFC 5869).
pub fn hkdf(hash: Hash, key: &[u8], salt: Option<&[u8]>, info: &[u8], mode: HkdfMode, out: &mut [u8]) -> Option<()> {
    let digest = match hash {
        Hash::SHA384 => Md::sha384(),
        Hash::SHA512 => Md::sha512(),
        Hash::SHA256 => Md::sha256(),
        _ => return None,
    };
    let mut operation = openssl::pkey_ctx::PkeyCtx::new_id(openssl::pkey::Id::HKDF).ok()?;
    operation.derive_init().ok()?;
    operation.set_hkdf_mode(mode).ok()?;
    operation.set_hkdf_md(digest).ok()?;
    operation.set_hkdf_key(key).ok()?;
    if let Some(salt) = salt {
        operation.set_hkdf_salt(salt).ok()?;
    }
    operation.add_hkdf_info(info).ok()?;
    operation.derive(Some(out)).ok().map(|_| ())
}
