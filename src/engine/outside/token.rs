//! Tokens and cards that speak PKCS #11.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::eddsa::{EddsaParams, EddsaSignatureScheme};
use cryptoki::mechanism::elliptic_curve::{EcKdf, Ecdh1DeriveParams};
use cryptoki::mechanism::rsa::{PkcsMgfType, PkcsOaepParams, PkcsOaepSource};
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{Attribute, AttributeType, CertificateType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use zeroize::Zeroizing;

use crate::crypto::smime::{Keeper, KeeperFailure, RsaUnwrap, ToSign, X509};
use crate::domain::Secret;

use super::AtToken;

/// Objects of one kind that are looked at on one token.
const MAX_OBJECTS: usize = 200;

/// Why a token did nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenFailure {
    /// The library can't be loaded.
    #[error("module: {0}")]
    Module(String),
    /// The token is not there.
    #[error("absent")]
    Absent,
    /// The PIN is wrong.
    #[error("wrong_pin")]
    WrongPin,
    /// It has one try left: a wrong one would lock it for good.
    #[error("final_try")]
    FinalTry,
    /// Too many wrong PINs were tried.
    #[error("pin_locked")]
    PinLocked,
    /// Anything else that it said.
    #[error("token: {0}")]
    Other(String),
}

impl From<Error> for TokenFailure {
    fn from(error: Error) -> Self {
        match error {
            Error::Pkcs11(RvError::PinIncorrect | RvError::PinLenRange | RvError::PinInvalid, _) => Self::WrongPin,
            Error::Pkcs11(RvError::PinLocked, _) => Self::PinLocked,
            Error::Pkcs11(RvError::TokenNotPresent | RvError::DeviceRemoved, _) => Self::Absent,
            other => Self::Other(other.to_string()),
        }
    }
}

/// A token, and what can be seen on it.
#[derive(Clone, Debug, PartialEq)]
pub struct TokenInfo {
    /// The library that speaks to it.
    pub module: PathBuf,
    /// What its owner calls it.
    pub label: String,
    /// Its serial number.
    pub serial: String,
    /// What its maker calls it.
    pub model: String,
    /// Its certificates.
    pub certificates: Vec<TokenCertificate>,
    /// One try is left.
    pub is_final_try: bool,
    /// No try is left.
    pub is_pin_locked: bool,
}

/// A certificate on a token.
#[derive(Clone, Debug, PartialEq)]
pub struct TokenCertificate {
    /// The certificate.
    pub certificate: Arc<X509>,
    /// The name that it and its key have there (CKA_ID).
    pub id: Vec<u8>,
    /// Its secret key is there, as far as can be seen without the PIN.
    pub has_key: bool,
}

/// Where the libraries that speak to tokens usually are, as far as they are there.
pub fn known_modules() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = Vec::new();
    for arch in ["x86_64-linux-gnu", "aarch64-linux-gnu"] {
        folders.push(Path::new("/usr/lib").join(arch));
        folders.push(Path::new("/usr/lib").join(arch).join("pkcs11"));
    }
    for folder in [
        "/usr/lib",
        "/usr/lib64",
        "/usr/lib/pkcs11",
        "/usr/lib64/pkcs11",
        "/usr/lib/softhsm",
        "/usr/local/lib",
        "/Library/OpenSC/lib",
        "/opt/homebrew/lib",
        "C:\\Program Files\\OpenSC Project\\OpenSC\\pkcs11",
        "C:\\Program Files\\Yubico\\Yubico PIV Tool\\bin",
    ] {
        folders.push(folder.into());
    }
    let names = [
        "opensc-pkcs11.so",
        "libykcs11.so",
        "libykcs11.dylib",
        "libeToken.so",
        "libbeidpkcs11.so",
        "libcoolkeypk11.so",
        "libsofthsm2.so",
        "opensc-pkcs11.dll",
        "libykcs11.dll",
    ];
    let mut found: Vec<PathBuf> = Vec::new();
    for name in names {
        // The same library lies in several folders: the first one counts.
        found.extend(folders.iter().map(|folder| folder.join(name)).find(|path| path.is_file()));
    }
    found
}

/// The tokens that a library speaks to.
///
/// # Errors
/// [`TokenFailure`] when the library can't be loaded, or refuses.
pub fn tokens(module: &Path) -> Result<Vec<TokenInfo>, TokenFailure> {
    let pkcs11 = load(module)?;
    let mut found = Vec::new();
    for slot in pkcs11.get_slots_with_initialized_token()? {
        let info = pkcs11.get_token_info(slot)?;
        let session = pkcs11.open_ro_session(slot)?;
        found.push(TokenInfo {
            module: module.to_owned(),
            label: info.label().to_owned(),
            serial: info.serial_number().to_owned(),
            model: info.model().to_owned(),
            certificates: certificates(&session)?,
            is_final_try: info.user_pin_final_try(),
            is_pin_locked: info.user_pin_locked(),
        });
    }
    Ok(found)
}

/// Each library is loaded once for the whole program, and stays: a second start of it would end the first.
fn load(module: &Path) -> Result<Pkcs11, TokenFailure> {
    static LOADED: OnceLock<Mutex<HashMap<PathBuf, Pkcs11>>> = OnceLock::new();
    let mut loaded = LOADED.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = loaded.get(module) {
        return Ok(known.clone());
    }
    let told = |error: Error| TokenFailure::Module(error.to_string());
    let pkcs11 = Pkcs11::new(module).map_err(told)?;
    pkcs11.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)).map_err(told)?;
    loaded.insert(module.to_owned(), pkcs11.clone());
    Ok(pkcs11)
}

fn certificates(session: &Session) -> Result<Vec<TokenCertificate>, TokenFailure> {
    let wanted = [Attribute::Class(ObjectClass::CERTIFICATE), Attribute::CertificateType(CertificateType::X_509)];
    let mut found = Vec::new();
    for object in session.find_objects(&wanted)?.into_iter().take(MAX_OBJECTS) {
        let (mut id, mut der) = (Vec::new(), Vec::new());
        for attribute in session.get_attributes(object, &[AttributeType::Id, AttributeType::Value])? {
            match attribute {
                Attribute::Id(bytes) => id = bytes,
                Attribute::Value(bytes) => der = bytes,
                _ => {}
            }
        }
        let Some(certificate) = X509::parse(&der) else { continue };
        // Before the PIN is given only public keys are seen; one goes with each secret key.
        let mut has_key = false;
        for class in [ObjectClass::PRIVATE_KEY, ObjectClass::PUBLIC_KEY] {
            has_key |= !session.find_objects(&[Attribute::Class(class), Attribute::Id(id.clone())])?.is_empty();
        }
        found.push(TokenCertificate { certificate: Arc::new(certificate), id, has_key });
    }
    Ok(found)
}

/// One token in this session. No PIN is kept: the session that it opened is.
#[derive(Debug)]
pub struct Token {
    module: PathBuf,
    label: String,
    serial: String,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// SHA-256 of a PIN that was wrong: it is not tried again.
    wrong: Option<[u8; 32]>,
    /// The session that is logged in.
    session: Option<Session>,
}

impl Token {
    /// One that is not spoken to yet.
    pub fn new(module: &Path, label: &str, serial: &str) -> Self {
        Self { module: module.to_owned(), label: label.to_owned(), serial: serial.to_owned(), state: Mutex::default() }
    }

    pub(super) fn is_at(&self, place: &AtToken) -> bool {
        self.module == place.module && self.label == place.label && self.serial == place.serial
    }

    pub(super) fn is_called(&self, module: &Path, label: &str) -> bool {
        self.module == module && self.label == label
    }

    /// It waits for its PIN.
    pub fn is_locked(&self) -> bool {
        self.state().session.is_none()
    }

    /// Logs in. The PIN is tried once; a token that has one try left is left alone.
    ///
    /// # Errors
    /// [`TokenFailure`].
    pub fn unlock(&self, pin: &Secret<String>) -> Result<(), TokenFailure> {
        let mut state = self.state();
        let mark = openssl::sha::sha256(pin.declassify().as_bytes());
        if state.wrong == Some(mark) {
            return Err(TokenFailure::WrongPin);
        }
        let (pkcs11, slot) = self.slot()?;
        let info = pkcs11.get_token_info(slot)?;
        if info.user_pin_locked() {
            return Err(TokenFailure::PinLocked);
        }
        if info.user_pin_final_try() {
            return Err(TokenFailure::FinalTry);
        }
        let session = pkcs11.open_ro_session(slot)?;
        let by_reader = info.protected_authentication_path();
        let typed = AuthPin::from(pin.declassify().clone());
        match session.login(UserType::User, (!by_reader).then_some(&typed)) {
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => {
                state.session = Some(session);
                state.wrong = None;
                Ok(())
            }
            Err(error) => {
                let failure = TokenFailure::from(error);
                if failure == TokenFailure::WrongPin {
                    state.wrong = Some(mark);
                }
                Err(failure)
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn slot(&self) -> Result<(Pkcs11, Slot), TokenFailure> {
        let pkcs11 = load(&self.module)?;
        for slot in pkcs11.get_slots_with_initialized_token()? {
            let info = pkcs11.get_token_info(slot)?;
            if info.serial_number() == self.serial && info.label() == self.label {
                return Ok((pkcs11, slot));
            }
        }
        Err(TokenFailure::Absent)
    }

    /// Works in the session that is logged in. A token that was taken out is asked for its PIN again.
    fn with<T>(&self, work: impl Fn(&Session) -> Result<T, Error>) -> Result<T, KeeperFailure> {
        let mut state = self.state();
        let Some(session) = &state.session else { return Err(KeeperFailure::Locked) };
        match work(session) {
            Ok(done) => Ok(done),
            Err(Error::Pkcs11(
                RvError::TokenNotPresent
                | RvError::DeviceRemoved
                | RvError::SessionHandleInvalid
                | RvError::SessionClosed
                | RvError::UserNotLoggedIn,
                _,
            )) => {
                state.session = None;
                Err(KeeperFailure::Locked)
            }
            Err(_) => Err(KeeperFailure::Refused),
        }
    }
}

/// One key on a token.
#[derive(Debug)]
pub struct OnToken {
    token: Arc<Token>,
    id: Vec<u8>,
}

impl OnToken {
    /// The key with that CKA_ID.
    pub fn new(token: Arc<Token>, id: Vec<u8>) -> Self {
        Self { token, id }
    }

    fn key(&self, session: &Session) -> Result<ObjectHandle, Error> {
        let wanted = [Attribute::Class(ObjectClass::PRIVATE_KEY), Attribute::Id(self.id.clone())];
        let found = session.find_objects(&wanted)?.into_iter().next();
        found.ok_or(Error::Pkcs11(RvError::KeyHandleInvalid, cryptoki::context::Function::FindObjects))
    }
}

impl Keeper for OnToken {
    fn is_locked(&self) -> bool {
        self.token.is_locked()
    }

    fn sign(&self, what: ToSign<'_>) -> Result<Vec<u8>, KeeperFailure> {
        self.token.with(|session| {
            let (mechanism, bytes) = match what {
                ToSign::RsaPkcs1(info) => (Mechanism::RsaPkcs, info),
                ToSign::Ecdsa(digest) => (Mechanism::Ecdsa, digest),
                ToSign::Eddsa(message) => (Mechanism::Eddsa(EddsaParams::new(EddsaSignatureScheme::Ed25519)), message),
            };
            session.sign(&mechanism, self.key(session)?, bytes)
        })
    }

    fn unwrap(&self, how: RsaUnwrap, encrypted: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeeperFailure> {
        self.token.with(|session| {
            let mechanism = match how {
                RsaUnwrap::Pkcs1 => Mechanism::RsaPkcs,
                RsaUnwrap::Oaep { hash, mgf } => {
                    let (Some(hash), Some(mgf)) = (mechanism_of(hash), mgf_of(mgf)) else {
                        let function = cryptoki::context::Function::DecryptInit;
                        return Err(Error::Pkcs11(RvError::MechanismParamInvalid, function));
                    };
                    Mechanism::RsaPkcsOaep(PkcsOaepParams::new(hash, mgf, PkcsOaepSource::empty()))
                }
            };
            session.decrypt(&mechanism, self.key(session)?, encrypted).map(Zeroizing::new)
        })
    }

    fn agree(&self, point: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeeperFailure> {
        self.token.with(|session| {
            let mechanism = Mechanism::Ecdh1Derive(Ecdh1DeriveParams::new(EcKdf::null(), point));
            // The shared secret has as many octets as one coordinate of the uncompressed point.
            let length = point.len().saturating_sub(1) / 2;
            let template = [
                Attribute::Class(ObjectClass::SECRET_KEY),
                Attribute::KeyType(KeyType::GENERIC_SECRET),
                Attribute::ValueLen(length.try_into()?),
                Attribute::Token(false),
                Attribute::Sensitive(false),
                Attribute::Extractable(true),
            ];
            let derived = session.derive_key(&mechanism, self.key(session)?, &template)?;
            let values = session.get_attributes(derived, &[AttributeType::Value])?;
            session.destroy_object(derived)?;
            let value = values.into_iter().find_map(|attribute| match attribute {
                Attribute::Value(bytes) => Some(Zeroizing::new(bytes)),
                _ => None,
            });
            value.ok_or(Error::Pkcs11(RvError::KeyUnextractable, cryptoki::context::Function::GetAttributeValue))
        })
    }
}

fn mechanism_of(hash: &str) -> Option<MechanismType> {
    Some(match hash {
        "SHA1" => MechanismType::SHA1,
        "SHA256" => MechanismType::SHA256,
        "SHA384" => MechanismType::SHA384,
        "SHA512" => MechanismType::SHA512,
        _ => return None,
    })
}

fn mgf_of(hash: &str) -> Option<PkcsMgfType> {
    Some(match hash {
        "SHA1" => PkcsMgfType::MGF1_SHA1,
        "SHA256" => PkcsMgfType::MGF1_SHA256,
        "SHA384" => PkcsMgfType::MGF1_SHA384,
        "SHA512" => PkcsMgfType::MGF1_SHA512,
        _ => return None,
    })
}
