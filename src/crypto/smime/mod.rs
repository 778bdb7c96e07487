//! The S/MIME wing (RFC 8551, RFC 5652): CMS policy of our own, mathematics by OpenSSL.

mod agreement;
mod algorithm;
mod asn1;
mod cert;
mod cipher;
mod content;
mod decrypt;
mod entry;
mod facts;
mod found;
mod generate;
mod import;
mod protect;
mod ring;
mod signed;
mod verify;

pub use algorithm::{verify_signature, verify_signed};
pub use cert::X509;
pub use content::{CmsKind, decompress, kind, pem_contents};
pub use decrypt::decrypt;
pub use facts::{Facts, comparable};
pub use found::{found, is_issued_by, is_self_issued, issuer_locations, last_known};
pub use generate::{Pkcs12Form, export_identity_pem, export_pem, export_pkcs12, generate_self_signed, request};
pub use protect::{EncryptOptions, encrypt, sign_detached, sign_opaque};
pub use ring::{Identity, SmimeRing};
pub use verify::{certificates, detached, opaque};

#[cfg(test)]
pub(crate) mod tests;
