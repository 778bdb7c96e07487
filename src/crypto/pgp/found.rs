//! Certificates that came from elsewhere and that nobody vouches for: read within limits, without secret parts, and cut
//! to what they were looked up for.

use jiff::Timestamp;
use sequoia_openpgp::packet::{Packet, Signature};
use sequoia_openpgp::serialize::SerializeInto as _;
use sequoia_openpgp::types::RevocationStatus;
use sequoia_openpgp::{Cert, cert::amalgamation::ValidAmalgamation as _};

use crate::domain::EmailAddress;

use super::policy::ReadingPolicy;
use super::{PgpRing, cert, guarded, import, system_time};

/// Certificates that are taken from one answer.
const MAX_CERTS: usize = 16;
/// The largest certificate that is taken, in bytes.
const MAX_BYTES: usize = 4 << 20;

/// The certificates in an answer: without secret keys, and no more and no larger ones than a person has. Of a flooded one
/// is kept what those in the ring say before what strangers say.
pub fn found(bytes: &[u8], ring: &PgpRing) -> Vec<Cert> {
    let certs = guarded(|| import::certificates(bytes, Some(ring))).and_then(Result::ok).unwrap_or_default();
    let public = certs.into_iter().take(MAX_CERTS).map(Cert::strip_secret_key_material);
    public.filter(|cert| cert.serialized_len() <= MAX_BYTES).collect()
}

/// The certificate with the User IDs of one address alone; `None` when it has none of it.
pub fn only_for(cert: &Cert, address: &EmailAddress) -> Option<Cert> {
    let is_theirs = |user_id: &sequoia_openpgp::packet::UserID| cert::address_of(user_id).as_ref() == Some(address);
    let cut = cert.clone().retain_userids(|one| is_theirs(one.userid())).retain_user_attributes(|_| false);
    (cut.userids().count() > 0).then_some(cut)
}

/// What somebody needs to write to an address, and to check what comes from it: the primary key, one User ID, and the
/// subkeys that can be used at a moment, each with its newest binding (Autocrypt Level 1, §2.1.1).
pub fn minimal(of: &Cert, address: &EmailAddress, at: Timestamp) -> Option<Cert> {
    let valid = of.with_policy(&ReadingPolicy, system_time(at)).ok()?;
    let mut packets: Vec<Packet> = vec![valid.primary_key().key().clone().into()];
    let mut add = |packet: Packet, binding: &Signature| packets.extend([packet, binding.clone().into()]);
    let is_revoked = |status: &RevocationStatus| matches!(status, RevocationStatus::Revoked(_));
    let user_id = valid
        .userids()
        .filter(|one| !is_revoked(&one.revocation_status()))
        .find(|one| cert::address_of(one.userid()).as_ref() == Some(address))?;
    add(user_id.userid().clone().into(), user_id.binding_signature());
    for key in valid.keys().subkeys().alive().revoked(false) {
        if key.for_transport_encryption() || key.for_signing() {
            add(key.key().clone().into(), key.binding_signature());
        }
    }
    // Where a certificate says what holds for all of it (RFC 9580 §5.2.3.10): of version 6 always.
    if let Ok(direct) = valid.direct_key_signature() {
        packets.insert(1, direct.clone().into());
    }
    Cert::from_packets(packets.into_iter()).ok()
}

/// The certificate without secret keys, binary, as a Web Key Directory and the DNS hold it. Certifications that are
/// marked as local stay here (RFC 9580 §5.2.3.19).
pub fn binary_public(cert: &Cert) -> Vec<u8> {
    cert.export_to_vec().unwrap_or_default()
}
