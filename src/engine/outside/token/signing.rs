//! Signatures by a token.

use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::eddsa::{EddsaParams, EddsaSignatureScheme};
use cryptoki::mechanism::rsa::{PkcsMgfType, PkcsPssParams};
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{Attribute, AttributeType, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::types::AuthPin;

use crate::crypto::smime::ToSign;
use crate::domain::Secret;

/// How a use of a key is confirmed.
#[derive(Clone, Debug)]
pub(super) enum Pin {
    /// With this.
    Typed(Secret<String>),
    /// At the reader's own keys.
    AtReader,
}

/// Signs with a key in a session that is logged in.
pub(super) fn sign(
    session: &Session,
    key: ObjectHandle,
    pin: Option<&Pin>,
    what: ToSign<'_>,
) -> Result<Vec<u8>, Error> {
    if let Some(pin) = pin.filter(|_| asks_each_time(session, key)) {
        return confirmed(session, key, pin, what);
    }
    match what {
        ToSign::RsaPkcs1(hashed) => session.sign(&Mechanism::RsaPkcs, key, hashed.info),
        ToSign::RsaPss(hashed) => {
            session.sign(&Mechanism::RsaPkcsPss(pss(hashed.hash, hashed.digest)?), key, hashed.digest)
        }
        ToSign::Ecdsa(hashed) => session.sign(&Mechanism::Ecdsa, key, hashed.digest),
        ToSign::Eddsa(message) => {
            session.sign(&Mechanism::Eddsa(EddsaParams::new(EddsaSignatureScheme::Ed25519)), key, message)
        }
    }
}

/// The key wants the PIN for each signature, as the one for signatures on a PIV card does.
fn asks_each_time(session: &Session, key: ObjectHandle) -> bool {
    let attributes = session.get_attributes(key, &[AttributeType::AlwaysAuthenticate]).unwrap_or_default();
    attributes.contains(&Attribute::AlwaysAuthenticate(true))
}

/// Signs with a key that wants the PIN between the beginning of a signature and the rest (PKCS #11 §5.6.6, C_Login
/// with CKU_CONTEXT_SPECIFIC). For that it has to be one of those signatures that are made in parts, over the message.
fn confirmed(session: &Session, key: ObjectHandle, pin: &Pin, what: ToSign<'_>) -> Result<Vec<u8>, Error> {
    let none = || unknown(cryptoki::context::Function::SignInit);
    let (mechanism, message) = match what {
        ToSign::RsaPkcs1(hashed) => {
            let mechanism = match hashed.hash {
                "SHA256" => Mechanism::Sha256RsaPkcs,
                "SHA384" => Mechanism::Sha384RsaPkcs,
                "SHA512" => Mechanism::Sha512RsaPkcs,
                _ => return Err(none()),
            };
            (mechanism, hashed.message)
        }
        ToSign::RsaPss(hashed) => {
            let parameters = pss(hashed.hash, hashed.digest)?;
            let mechanism = match hashed.hash {
                "SHA256" => Mechanism::Sha256RsaPkcsPss(parameters),
                "SHA384" => Mechanism::Sha384RsaPkcsPss(parameters),
                "SHA512" => Mechanism::Sha512RsaPkcsPss(parameters),
                _ => return Err(none()),
            };
            (mechanism, hashed.message)
        }
        ToSign::Ecdsa(hashed) => {
            let mechanism = match hashed.hash {
                "SHA256" => Mechanism::EcdsaSha256,
                "SHA384" => Mechanism::EcdsaSha384,
                "SHA512" => Mechanism::EcdsaSha512,
                _ => return Err(none()),
            };
            (mechanism, hashed.message)
        }
        ToSign::Eddsa(message) => (Mechanism::Eddsa(EddsaParams::new(EddsaSignatureScheme::Ed25519)), message),
    };
    session.sign_init(&mechanism, key)?;
    match pin {
        Pin::Typed(pin) => session.login(UserType::ContextSpecific, Some(&AuthPin::from(pin.declassify().clone())))?,
        Pin::AtReader => session.login(UserType::ContextSpecific, None)?,
    }
    session.sign_update(message)?;
    session.sign_final()
}

/// One hash throughout, and a salt as long as its digest.
fn pss(hash: &str, digest: &[u8]) -> Result<PkcsPssParams, Error> {
    let (Some(hash_alg), Some(mgf)) = (mechanism_of(hash), mgf_of(hash)) else {
        return Err(unknown(cryptoki::context::Function::SignInit));
    };
    Ok(PkcsPssParams { hash_alg, mgf, s_len: digest.len().try_into()? })
}

pub(super) fn unknown(function: cryptoki::context::Function) -> Error {
    Error::Pkcs11(RvError::MechanismParamInvalid, function)
}

pub(super) fn mechanism_of(hash: &str) -> Option<MechanismType> {
    Some(match hash {
        "SHA1" => MechanismType::SHA1,
        "SHA256" => MechanismType::SHA256,
        "SHA384" => MechanismType::SHA384,
        "SHA512" => MechanismType::SHA512,
        _ => return None,
    })
}

pub(super) fn mgf_of(hash: &str) -> Option<PkcsMgfType> {
    Some(match hash {
        "SHA1" => PkcsMgfType::MGF1_SHA1,
        "SHA256" => PkcsMgfType::MGF1_SHA256,
        "SHA384" => PkcsMgfType::MGF1_SHA384,
        "SHA512" => PkcsMgfType::MGF1_SHA512,
        _ => return None,
    })
}
