//! What NSS encrypts in its databases: PBES2 (RFC 8018 §6.2) under a hash of a salt and the primary password.

use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey, EcPoint};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkcs5::pbkdf2_hmac;
use openssl::pkey::{PKey, Private};
use openssl::rsa::RsaPrivateKeyBuilder;
use openssl::symm::{Cipher, decrypt};
use zeroize::Zeroizing;

use crate::domain::Secret;

use super::algorithm::Algorithm;
use super::asn1::{Broken, Cursor, OCTET_STRING, SEQUENCE};

/// Rounds that one value may ask for; NSS uses 10,000, and 1 without a password.
const ROUNDS: u32 = 10_000_000;
/// The known text under the password.
const CHECK: &[u8] = b"password-check";

/// What opens the values of one profile.
#[derive(Clone, Debug)]
pub struct NssPassword {
    /// SHA-1 of the profile's salt and the password.
    mark: Secret<Vec<u8>>,
}

impl NssPassword {
    /// The right one of some passwords, or none when none is; an empty one is tried first, since most profiles have
    /// no password.
    pub fn of(salt: &[u8], check: &[u8], passwords: &[Secret<String>]) -> Option<Self> {
        let empty = Secret::new(String::new());
        std::iter::once(&empty).chain(passwords).find_map(|password| {
            let salted = Zeroizing::new([salt, password.declassify().as_bytes()].concat());
            let this = Self { mark: Secret::new(openssl::sha::sha1(&salted).to_vec()) };
            this.open(check).is_some_and(|text| *text == CHECK).then_some(this)
        })
    }

    /// Whether a profile's values are encrypted in a way that is known here: older versions used triple DES.
    pub fn knows(check: &[u8]) -> bool {
        parameters(check).is_ok()
    }

    /// Opens one value.
    pub fn open(&self, value: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let Parameters { salt, rounds, iv, encrypted } = parameters(value).ok()?;
        let mut key = Zeroizing::new([0; 32]);
        pbkdf2_hmac(self.mark.declassify(), salt, rounds as usize, MessageDigest::sha256(), &mut *key).ok()?;
        decrypt(Cipher::aes_256_cbc(), &*key, Some(iv), encrypted).ok().map(Zeroizing::new)
    }
}

struct Parameters<'a> {
    salt: &'a [u8],
    rounds: u32,
    iv: &'a [u8],
    encrypted: &'a [u8],
}

fn parameters(value: &[u8]) -> Result<Parameters<'_>, Broken> {
    let mut whole = Cursor::inside(value, SEQUENCE)?;
    let algorithm = Algorithm::read(&mut whole)?;
    let encrypted = whole.need(OCTET_STRING)?.value;
    if algorithm.oid.to_string() != "1.2.840.113549.1.5.13" {
        return Err(Broken("algorithm"));
    }
    let mut both = Cursor::inside(algorithm.parameters, SEQUENCE)?;
    let (derivation, cipher) = (Algorithm::read(&mut both)?, Algorithm::read(&mut both)?);
    if derivation.oid.to_string() != "1.2.840.113549.1.5.12" || cipher.oid.to_string() != "2.16.840.1.101.3.4.1.42" {
        return Err(Broken("algorithm"));
    }
    let mut of_derivation = Cursor::inside(derivation.parameters, SEQUENCE)?;
    let salt = of_derivation.need(OCTET_STRING)?.value;
    let rounds = of_derivation.small()?;
    let iv = Cursor::new(cipher.parameters).need(OCTET_STRING)?;
    // NSS takes the two octets before the fourteen of the string for part of the vector.
    let iv = if iv.value.len() == 14 { iv.whole } else { iv.value };
    if rounds > ROUNDS || iv.len() != 16 {
        return Err(Broken("algorithm"));
    }
    Ok(Parameters { salt, rounds, iv, encrypted })
}

/// An RSA key of its numbers: modulus and public exponent, then the private exponent, both primes, both exponents and
/// the coefficient.
pub fn rsa_key(public: [&[u8]; 2], secret: &[Zeroizing<Vec<u8>>; 6]) -> Option<PKey<Private>> {
    let number = |bytes: &[u8]| BigNum::from_slice(bytes).ok();
    let [modulus, public_exponent] = public;
    let [private_exponent, primes @ .., coefficient] = secret;
    let [one, other, of_one, of_other] = primes;
    let key = RsaPrivateKeyBuilder::new(number(modulus)?, number(public_exponent)?, number(private_exponent)?)
        .and_then(|builder| builder.set_factors(BigNum::from_slice(one)?, BigNum::from_slice(other)?))
        .and_then(|builder| {
            let (of_one, of_other) = (BigNum::from_slice(of_one)?, BigNum::from_slice(of_other)?);
            builder.set_crt_params(of_one, of_other, BigNum::from_slice(coefficient)?)
        })
        .ok()?
        .build();
    key.check_key().ok()?.then(|| PKey::from_rsa(key).ok())?
}

/// A key on a curve: the curve as an encoded object identifier, and the secret number.
pub fn ec_key(curve: &[u8], secret: &[u8]) -> Option<PKey<Private>> {
    let curve = match Cursor::new(curve).oid().ok()?.to_string().as_str() {
        "1.2.840.10045.3.1.7" => Nid::X9_62_PRIME256V1,
        "1.3.132.0.34" => Nid::SECP384R1,
        "1.3.132.0.35" => Nid::SECP521R1,
        _ => return None,
    };
    let group = EcGroup::from_curve_name(curve).ok()?;
    let mut secret = BigNum::from_slice(secret).ok()?;
    secret.set_const_time();
    let mut point = EcPoint::new(&group).ok()?;
    let mut context = BigNumContext::new_secure().ok()?;
    point.mul_generator2(&group, &secret, &mut context).ok()?;
    PKey::from_ec_key(EcKey::from_private_components(&group, &secret, &point).ok()?).ok()
}

/// What NSS encrypted for a program under one of its own keys ("secret decoder ring"): the key's name and how to open
/// it with that key.
#[derive(Clone, Copy)]
pub struct Ringed<'a> {
    /// CKA_ID of the key.
    pub key: &'a [u8],
    cipher: Cipher,
    iv: &'a [u8],
    encrypted: &'a [u8],
}

impl<'a> Ringed<'a> {
    /// Reads one; `None` for what is not one, or of another cipher.
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut whole = Cursor::inside(bytes, SEQUENCE).ok()?;
        let key = whole.need(OCTET_STRING).ok()?.value;
        let algorithm = Algorithm::read(&mut whole).ok()?;
        let cipher = match algorithm.oid.to_string().as_str() {
            "1.2.840.113549.3.7" => Cipher::des_ede3_cbc(),
            "2.16.840.1.101.3.4.1.42" => Cipher::aes_256_cbc(),
            _ => return None,
        };
        let iv = Cursor::new(algorithm.parameters).need(OCTET_STRING).ok()?.value;
        Some(Self { key, cipher, iv, encrypted: whole.need(OCTET_STRING).ok()?.value })
    }

    /// Opens it.
    pub fn open(&self, key: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        if key.len() != self.cipher.key_len() || Some(self.iv.len()) != self.cipher.iv_len() {
            return None;
        }
        decrypt(self.cipher, key, Some(self.iv), self.encrypted).ok().map(Zeroizing::new)
    }
}
