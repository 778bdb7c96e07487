use sequoia_openpgp::Cert;
use sequoia_openpgp::packet::UserID;

use crate::crypto::{Keyring, pgp};
use crate::domain::EmailAddress;

use super::{TrustPolicy, web};

/// A User ID that is believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BelievedUserId {
    /// The personal name in it.
    pub name: Option<String>,
    /// The address in it.
    pub address: Option<EmailAddress>,
}

/// The User IDs of a certificate that are believed to be its owner's, of an address or, without
/// one, all. A certificate's owner can bind any User ID; those that nobody vouches for are left out.
pub fn believed_user_ids(
    cert: &Cert,
    address: Option<&EmailAddress>,
    keyring: &Keyring,
    policy: &TrustPolicy,
) -> Vec<BelievedUserId> {
    let names_it = |user_id: &UserID| address.is_none_or(|address| pgp::address_of(user_id).as_ref() == Some(address));
    let found = web::vouched_for(cert, &keyring.pgp, policy);
    let known = found.into_iter().filter(names_it).map(|user_id| BelievedUserId {
        name: user_id.name().ok().flatten().map(str::to_owned),
        address: pgp::address_of(&user_id),
    });
    known.collect()
}
