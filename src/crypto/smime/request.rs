//! Requests for certificates (PKCS #10, RFC 2986): made here for an authority, and those of others for one's own.

use der::Decode;
use openssl::error::ErrorStack;
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, PKeyRef, Public};
use openssl::stack::Stack;
use openssl::x509::extension::ExtendedKeyUsage;
use openssl::x509::{X509Req, X509ReqRef};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{KeyUsage, SubjectAltName};

use crate::crypto::{ImportError, KeyUse, ProtectError};
use crate::domain::EmailAddress;

use super::algorithm;
use super::cert::addresses_in;
use super::issue::{KeyPair, Role, Subject, alternative_names, digest, extension, library, name, usage};

/// Bits below which no certificate is issued for an RSA key (RFC 8551 §4.1).
const MIN_RSA: u32 = 2048;

/// A request of somebody, whose signature holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The commonName; may be empty.
    pub name: String,
    /// The organizationName; may be empty.
    pub organisation: String,
    /// The addresses that it asks for.
    pub addresses: Vec<EmailAddress>,
    /// What the key is to be used for.
    pub usage: KeyUse,
    /// The SubjectPublicKeyInfo.
    pub spki: Vec<u8>,
    /// The key's algorithm, such as `RSA 3072`.
    pub algorithm: String,
}

impl KeyPair {
    /// A request for a certificate, PEM.
    ///
    /// # Errors
    /// [`ProtectError::Library`] when OpenSSL refuses.
    pub fn request(&self, subject: &Subject<'_>, of: KeyUse) -> Result<Vec<u8>, ProtectError> {
        self.try_request(subject, of).map_err(library)
    }

    fn try_request(&self, subject: &Subject<'_>, of: KeyUse) -> Result<Vec<u8>, ErrorStack> {
        let public = PKey::public_key_from_der(&self.0.public_key_to_der()?)?;
        let mut builder = X509Req::builder()?;
        builder.set_version(0)?;
        builder.set_subject_name(&*name(subject)?)?;
        builder.set_pubkey(&self.0)?;
        let mut extensions = Stack::new()?;
        extensions.push(extension("2.5.29.17", &alternative_names(subject.addresses))?)?;
        extensions.push(usage(Role::Person(of), &public)?)?;
        extensions.push(ExtendedKeyUsage::new().email_protection().build()?)?;
        builder.add_extensions(&extensions)?;
        builder.sign(&self.0, digest(&self.0))?;
        builder.build().to_pem()
    }
}

/// Reads a request, PEM or DER. Only what a certificate for mail needs is taken from it.
///
/// # Errors
/// [`ImportError::Nothing`] when it is none, `Malformed` when it is not signed by its own key (RFC 2986 §3) or names no
/// address, `Unsupported` for a key that is too short.
pub fn read_request(bytes: &[u8]) -> Result<Request, ImportError> {
    let request = X509Req::from_pem(bytes).or_else(|_| X509Req::from_der(bytes)).map_err(|_| ImportError::Nothing)?;
    let malformed = |what: &str| ImportError::Malformed(what.to_owned());
    let key = request.public_key().map_err(|_| malformed("request_key"))?;
    if !request.verify(&key).unwrap_or(false) {
        return Err(malformed("request_signature"));
    }
    let spki = key.public_key_to_der().map_err(|_| malformed("request_key"))?;
    let algorithm = algorithm::key_name(&spki);
    if !is_strong(&key) {
        return Err(ImportError::Unsupported(algorithm));
    }
    let extensions = extensions(&request);
    let mut addresses = find::<SubjectAltName>(&extensions).map_or_else(Vec::new, |names| addresses_in(&names));
    addresses
        .extend(subject_values(&request, Nid::PKCS9_EMAILADDRESS).iter().filter_map(|one| EmailAddress::parse(one)));
    let mut seen = std::collections::BTreeSet::new();
    addresses.retain(|address| seen.insert(address.clone()));
    if addresses.is_empty() {
        return Err(malformed("request_address"));
    }
    let first = |nid| subject_values(&request, nid).into_iter().next().unwrap_or_default();
    Ok(Request {
        name: first(Nid::COMMONNAME),
        organisation: first(Nid::ORGANIZATIONNAME),
        addresses,
        usage: find::<KeyUsage>(&extensions).map_or(KeyUse::Both, wanted),
        spki,
        algorithm,
    })
}

fn is_strong(key: &PKeyRef<Public>) -> bool {
    match key.id() {
        Id::RSA => key.bits() >= MIN_RSA,
        Id::EC => key.bits() >= 256,
        _ => false,
    }
}

fn wanted(usage: KeyUsage) -> KeyUse {
    let signs = usage.digital_signature() || usage.non_repudiation();
    match (signs, usage.key_encipherment() || usage.key_agreement()) {
        (true, false) => KeyUse::Signing,
        (false, true) => KeyUse::Encryption,
        _ => KeyUse::Both,
    }
}

fn extensions(request: &X509ReqRef) -> Vec<Extension> {
    let Ok(stack) = request.extensions() else { return Vec::new() };
    stack.iter().filter_map(|one| Extension::from_der(&one.to_der().ok()?).ok()).collect()
}

fn find<T: for<'a> Decode<'a> + der::oid::AssociatedOid>(extensions: &[Extension]) -> Option<T> {
    let found = extensions.iter().find(|extension| extension.extn_id == T::OID)?;
    T::from_der(found.extn_value.as_bytes()).ok()
}

fn subject_values(request: &X509ReqRef, nid: Nid) -> Vec<String> {
    let entries = request.subject_name().entries_by_nid(nid);
    entries.filter_map(|entry| entry.data().to_string().ok()).collect()
}
