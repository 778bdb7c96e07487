//! The S/MIME wing (RFC 8551, RFC 5652): CMS policy of our own, mathematics by OpenSSL.

mod agreement;
mod algorithm;
mod asn1;
mod authority;
mod cert;
mod cipher;
mod content;
mod decrypt;
mod entry;
mod export;
mod facts;
mod found;
mod generate;
mod import;
mod issue;
pub mod nss;
mod outside;
mod protect;
mod request;
mod ring;
mod signed;
mod stapled;
mod verify;

pub use algorithm::{key_name, verify_signature, verify_signed};
pub use authority::{RevokedEntry, issue, prolong, revocation_list};
pub use cert::{LARGEST, SMTP_UTF8_MAILBOX, X509, ascii_domain};
pub use content::{CmsKind, decompress, kind, pem_contents};
pub use decrypt::decrypt;
pub use export::{
    Pkcs12Form, export_identity_pem, export_open_identity_pem, export_pem, export_pkcs12, is_read_by_gpgsm, key_block,
    same_key,
};
pub use facts::{Facts, comparable};
pub use found::{found, is_issued_by, is_self_issued, issuer_locations, last_known};
pub use generate::{generate_self_signed, request};
pub use issue::{KeyPair, Period, Subject};
pub use outside::{Hashed, Keeper, KeeperFailure, RsaUnwrap, ToSign};
pub use protect::{EncryptOptions, encrypt, sign_detached, sign_opaque};
pub use request::{Request, read_request};
pub use ring::{Identity, SmimeRing};
pub use verify::{certificates, detached, opaque};

#[cfg(test)]
pub(crate) mod tests;
