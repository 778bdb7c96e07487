//! The OpenPGP wing (RFC 9580, RFC 3156), over sequoia-openpgp.

mod autocrypt;
mod cert;
mod certify;
mod container;
mod decrypt;
mod entry;
mod facts;
mod flood;
mod found;
mod gather;
mod generate;
mod import;
mod inline;
mod moments;
mod outcome;
mod outside;
mod policy;
mod protect;
mod renew;
mod revoke;
mod ring;
mod stream;
#[cfg(test)]
pub(crate) mod tests;
mod unlock;
mod verify;

pub use autocrypt::{AutocryptField, autocrypt_field, autocrypt_value};
pub(crate) use cert::{address_in, address_of, user_ids};
pub use cert::{addresses, armored_public, armored_secret, binary, fingerprint, names, report};
pub use certify::{
    Certification, CertificationState, CertifyError, FULL as FULL_AMOUNT, Nonsense, Vouching, certifications, certify,
    retract, scope_of_domain,
};
pub use container::{
    SetupFailure, encrypt_with_passphrases, new_setup_code, open_setup_message, setup_code, setup_message,
};
pub use decrypt::decrypt;
pub use facts::Facts;
pub use found::{binary_public, found, minimal, only_for};
pub use gather::{Gain, combine, each_cert, one_cert, one_cert_beside, public_form};
pub use generate::{Generated, NewKey, generate, make};
pub use import::{Listed, beside, with_known_secrets};
pub use inline::{InlineBlock, InlineKind, find_inline_blocks};
pub(crate) use moments::Moments;
pub use outside::{Access, Keeper, PublicKey};
pub use policy::ReadingPolicy;
pub use protect::{encrypt, sign_detached};
pub use renew::extend;
pub use revoke::{revocation, revoke};
pub use ring::PgpRing;
pub(crate) use ring::certifiers;
pub use unlock::{opened_by, protected_by, same_secrets, unlockable};
pub use verify::{detached, signed_message, signed_message_within};

use std::time::{Duration, SystemTime};

use jiff::Timestamp;

/// The library's form of a moment.
pub(crate) fn system_time(at: Timestamp) -> SystemTime {
    let seconds = u64::try_from(at.as_second()).unwrap_or(0);
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.min(u64::from(u32::MAX)))
}

/// Our form of the library's moment.
pub(crate) fn timestamp(time: SystemTime) -> Option<Timestamp> {
    let seconds = time.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs();
    Timestamp::from_second(i64::try_from(seconds).ok()?).ok()
}

/// Runs the library over bytes from outside. Should it panic, which its parser has been seen to
/// do, that is one message that can't be read and not the end of the program.
fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).ok()
}
