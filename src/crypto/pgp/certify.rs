//! Certifications on the User IDs of others (RFC 9580 §5.2.1.4 to §5.2.1.7, §5.2.1.15): made, taken back, and listed.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use sequoia_openpgp::Cert;
use sequoia_openpgp::cert::UserIDRevocationBuilder;
use sequoia_openpgp::cert::amalgamation::UserIDAmalgamation;
use sequoia_openpgp::crypto::Signer;
use sequoia_openpgp::packet::signature::SignatureBuilder;
use sequoia_openpgp::packet::{Signature, UserID};
use sequoia_openpgp::regex::Regex;
use sequoia_openpgp::types::{ReasonForRevocation, SignatureType};

use crate::crypto::ProtectError;
use crate::domain::{EmailAddress, Fingerprint};

use super::outside::Access;
use super::policy::ReadingPolicy;
use super::{cert, renew, system_time, timestamp};

/// A certification that stands for the owner's word entirely.
pub const FULL: u8 = 120;

/// What a certification says (RFC 9580 §5.2.3.19, §5.2.3.21, §5.2.3.22).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vouching {
    /// How much it counts, from 1 to 120; 60 is half.
    pub amount: u8,
    /// How far the trust reaches: 0 for this certificate alone, 1 for those that it certifies, …
    pub depth: u8,
    /// Regular expressions, one of which a User ID has to match for the trust in what this certificate certifies; for
    /// any User ID when there is none.
    pub scope: Vec<String>,
    /// It stays here and is never given away.
    pub is_local: bool,
    /// When it ends, if ever.
    pub expires_at: Option<Timestamp>,
}

impl Default for Vouching {
    fn default() -> Self {
        Self { amount: FULL, depth: 0, scope: Vec::new(), is_local: false, expires_at: None }
    }
}

impl Vouching {
    /// See [`scope_of_domain`].
    pub fn scope_of_domain(domain: &str) -> Option<String> {
        scope_of_domain(domain).ok()
    }
}

/// Why a certification could not be made or taken back.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum CertifyError {
    /// No User ID of the certificate names the address at this moment.
    #[error("the certificate names no such address")]
    NotNamed,
    /// The one who certifies and the one who is certified are the same.
    #[error("a certificate can't vouch for itself")]
    Itself,
    /// A regular expression that is none (RFC 9580 §8), or a domain that is none.
    #[error("the scope is not well-formed: {0}")]
    Scope(String),
    /// An amount of nothing or beyond 120, a scope without a depth, an end that is past.
    #[error("such a certification can't be made: {0:?}")]
    Senseless(Nonsense),
    /// There is no certification of this issuer that counts.
    #[error("there is nothing to take back")]
    Nothing,
    /// The key can't be used.
    #[error(transparent)]
    Key(#[from] ProtectError),
}

/// What is wrong with a certification that can't be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nonsense {
    /// It is of nothing, or of more than all.
    Amount,
    /// It limits an introducer, and makes none.
    Scope,
    /// Its end is past.
    Past,
}

/// The regular expression for every address at a domain and below it, as GnuPG and sq write it.
///
/// # Errors
/// [`CertifyError::Scope`] when it is no domain name.
pub fn scope_of_domain(domain: &str) -> Result<String, CertifyError> {
    let domain = domain.trim().trim_start_matches('@').trim_end_matches('.').to_lowercase();
    let is_label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    if !domain.contains('.') || !domain.split('.').all(is_label) {
        return Err(CertifyError::Scope(domain));
    }
    Ok(format!("<[^>]+[@.]{}>$", domain.replace('.', "\\.")))
}

/// Says with a key that the User IDs of a certificate that name an address are its owner's; gives the certificate
/// with what was said. A later word takes the place of an earlier one.
///
/// # Errors
/// See [`CertifyError`].
pub fn certify<'a>(
    by: &Cert,
    of: &Cert,
    address: &EmailAddress,
    what: &Vouching,
    access: impl Into<Access<'a>>,
    at: Timestamp,
) -> Result<Arc<Cert>, CertifyError> {
    sensible(what, at)?;
    if by.fingerprint() == of.fingerprint() {
        return Err(CertifyError::Itself);
    }
    let named = naming(of, address, at);
    if named.is_empty() {
        return Err(CertifyError::NotNamed);
    }
    let mut key = certifying_key(by, access.into(), at)?;
    let mut made = Vec::new();
    for user_id in named {
        let moment = after_earlier_words(by, of, &user_id, at);
        let signature = user_id.bind(&mut *key.signer, of, builder(what, moment).map_err(library)?);
        made.push(signature.map_err(|error| key.refused(error, by))?);
    }
    Ok(Arc::new(of.clone().insert_packets(made).map_err(library)?.0))
}

/// Takes back what a key said of a certificate's User IDs (of an address, or of all); gives the certificate with the
/// revocations, which travel as far as what they take back did.
///
/// # Errors
/// [`CertifyError::Nothing`] when the key said nothing that still counts, and see [`CertifyError`].
pub fn retract<'a>(
    by: &Cert,
    of: &Cert,
    address: Option<&EmailAddress>,
    access: impl Into<Access<'a>>,
    at: Timestamp,
) -> Result<Arc<Cert>, CertifyError> {
    let wanted = |user_id: &UserID| address.is_none() || cert::address_of(user_id).as_ref() == address;
    let standing: Vec<_> = of
        .userids()
        .filter(|one| wanted(one.userid()))
        .filter_map(|one| Some((one.userid().clone(), latest(by, of, &one, at)?)))
        .filter(|(_, word)| !word.is_revoked)
        .collect();
    if standing.is_empty() {
        return Err(CertifyError::Nothing);
    }
    let mut key = certifying_key(by, access.into(), at)?;
    let mut made = Vec::new();
    for (user_id, word) in standing {
        let moment = after_earlier_words(by, of, &user_id, at);
        let mut builder = SignatureBuilder::new(SignatureType::CertificationRevocation)
            .set_signature_creation_time(moment)
            .and_then(|builder| builder.set_reason_for_revocation(ReasonForRevocation::Unspecified, b""))
            .map_err(library)?;
        if word.signature.exportable_certification() == Some(false) {
            builder = builder.set_exportable_certification(false).map_err(library)?;
        }
        let builder = UserIDRevocationBuilder::try_from(builder).map_err(library)?;
        let revocation = builder.build(&mut *key.signer, of, &user_id, None);
        made.push(revocation.map_err(|error| key.refused(error, by))?);
    }
    Ok(Arc::new(of.clone().insert_packets(made).map_err(library)?.0))
}

/// One issuer's latest word about one User ID, whose mathematics hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certification {
    /// Who said it.
    pub issuer: Fingerprint,
    /// The User ID that it is about, as text.
    pub user_id: String,
    /// The address in that.
    pub address: Option<EmailAddress>,
    /// What it says.
    pub vouching: Vouching,
    /// When it was made.
    pub made_at: Timestamp,
    /// Whether it counts at the moment asked about.
    pub state: CertificationState,
}

/// Whether a certification counts at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CertificationState {
    /// It does.
    Good,
    /// It had ended.
    Expired,
    /// Its issuer had taken it back.
    Revoked,
}

/// What a certificate said of another, at a moment: its latest word about each User ID. Nothing that is not proven to
/// be its word is in it.
pub fn certifications(by: &Cert, of: &Cert, at: Timestamp) -> Vec<Certification> {
    let said = of.userids().filter_map(|one| {
        let word = latest(by, of, &one, at)?;
        let (depth, amount) = word.signature.trust_signature().unwrap_or((0, FULL));
        let made_at = timestamp(word.signature.signature_creation_time()?)?;
        let expires_at = word.signature.signature_expiration_time().and_then(timestamp);
        let has_ended = expires_at.is_some_and(|end| end <= at);
        let scope = word.signature.regular_expressions().map(|one| String::from_utf8_lossy(one).into_owned());
        Some(Certification {
            issuer: cert::fingerprint(by),
            user_id: String::from_utf8_lossy(one.userid().value()).into_owned(),
            address: cert::address_of(one.userid()),
            vouching: Vouching {
                amount: amount.min(FULL),
                depth,
                scope: scope.collect(),
                is_local: word.signature.exportable_certification() == Some(false),
                expires_at,
            },
            made_at,
            state: match (word.is_revoked, has_ended) {
                (true, _) => CertificationState::Revoked,
                (false, true) => CertificationState::Expired,
                (false, false) => CertificationState::Good,
            },
        })
    });
    said.collect()
}

/// A certification, and whether a later revocation took it back.
struct Word<'a> {
    signature: &'a Signature,
    is_revoked: bool,
}

/// The newest certification of a User ID by an issuer at a moment, proven.
fn latest<'a>(by: &Cert, of: &Cert, user_id: &UserIDAmalgamation<'a>, at: Timestamp) -> Option<Word<'a>> {
    let (signer, target) = (by.primary_key().key(), of.primary_key().key());
    let own = by.key_handle();
    let at = system_time(at);
    let is_theirs = |signature: &&Signature| signature.get_issuers().iter().any(|issuer| issuer.aliases(&own));
    let newest_first = |signatures: &mut Vec<&'a Signature>| {
        signatures.retain(|one| one.signature_creation_time().is_some_and(|made| made <= at));
        signatures.sort_by_key(|one| std::cmp::Reverse(one.signature_creation_time()));
    };
    let mut words: Vec<_> = user_id.certifications().filter(is_theirs).collect();
    newest_first(&mut words);
    let holds =
        |one: &&Signature| is_accepted(one) && one.verify_userid_binding(signer, target, user_id.userid()).is_ok();
    let signature = words.into_iter().take(MOST_TRIED).find(holds)?;
    let mut revocations: Vec<_> = user_id.other_revocations().filter(is_theirs).collect();
    newest_first(&mut revocations);
    let made = signature.signature_creation_time();
    let is_revoked = revocations
        .into_iter()
        .take(MOST_TRIED)
        .take_while(|one| one.signature_creation_time() > made)
        .any(|one| one.verify_userid_revocation(signer, target, user_id.userid()).is_ok());
    Some(Word { signature, is_revoked })
}

/// Signatures of one issuer on one User ID that are verified: flooding costs no more.
const MOST_TRIED: usize = 16;

fn is_accepted(signature: &Signature) -> bool {
    use sequoia_openpgp::policy::{HashAlgoSecurity, Policy};
    ReadingPolicy.signature(signature, HashAlgoSecurity::CollisionResistance).is_ok()
}

fn sensible(what: &Vouching, at: Timestamp) -> Result<(), CertifyError> {
    if what.amount == 0 || what.amount > FULL {
        return Err(CertifyError::Senseless(Nonsense::Amount));
    }
    if !what.scope.is_empty() && what.depth == 0 {
        return Err(CertifyError::Senseless(Nonsense::Scope));
    }
    if what.expires_at.is_some_and(|end| end <= at) {
        return Err(CertifyError::Senseless(Nonsense::Past));
    }
    for expression in &what.scope {
        // The library adds the NUL that ends it (RFC 9580 §5.2.3.22).
        let is_whole = !expression.is_empty() && !expression.contains('\0') && expression.len() < 200;
        if !is_whole || Regex::new(expression).is_err() {
            return Err(CertifyError::Scope(expression.clone()));
        }
    }
    Ok(())
}

fn builder(what: &Vouching, moment: SystemTime) -> sequoia_openpgp::Result<SignatureBuilder> {
    let mut builder = SignatureBuilder::new(SignatureType::GenericCertification).set_signature_creation_time(moment)?;
    // Without a trust signature it is what every program reads.
    if what.depth > 0 || what.amount != FULL {
        builder = builder.set_trust_signature(what.depth, what.amount)?;
    }
    for expression in &what.scope {
        builder = builder.add_regular_expression(expression.as_bytes())?;
    }
    if what.is_local {
        builder = builder.set_exportable_certification(false)?;
    }
    if let Some(end) = what.expires_at {
        let lasts = system_time(end).duration_since(moment).unwrap_or(Duration::from_secs(1));
        builder = builder.set_signature_validity_period(lasts)?;
    }
    Ok(builder)
}

/// The User IDs that name an address, bound at the moment.
fn naming(of: &Cert, address: &EmailAddress, at: Timestamp) -> Vec<UserID> {
    let named = |user_id: &UserID| cert::address_of(user_id).as_ref() == Some(address);
    cert::user_ids(of, at).into_iter().filter(named).collect()
}

/// A primary key that can sign.
struct CertifyingKey {
    signer: Box<dyn Signer + Send + Sync>,
    /// Its keeper signs, who may refuse.
    is_outside: bool,
}

impl CertifyingKey {
    /// A keeper that does not sign is locked, or its card is not there.
    fn refused(&self, error: anyhow::Error, by: &Cert) -> CertifyError {
        if self.is_outside { ProtectError::Locked(cert::fingerprint(by)).into() } else { library(error) }
    }
}

/// The primary key, open or with its keeper: others believe no other one (RFC 9580 §5.2.3.29, §10.1.5).
fn certifying_key(by: &Cert, access: Access<'_>, at: Timestamp) -> Result<CertifyingKey, CertifyError> {
    let cannot = || ProtectError::CannotSign(cert::fingerprint(by));
    let valid = by.with_policy(&ReadingPolicy, system_time(at)).map_err(|_| cannot())?;
    if valid.alive().is_err() || cert::is_revoked(by, at) {
        return Err(cannot().into());
    }
    if !by.is_tsk()
        && let Some(keeper) = access.ring.and_then(|ring| ring.keeper(by))
    {
        let key = valid.primary_key().key().clone().role_into_unspecified();
        let signer = keeper.signer(&key, access.passphrases).ok_or_else(cannot)?;
        return Ok(CertifyingKey { signer, is_outside: true });
    }
    let pair = renew::open(by, &valid.primary_key().into(), access.passphrases)?;
    Ok(CertifyingKey { signer: Box::new(pair), is_outside: false })
}

/// The moment, or a second after what the same key said of this before: a later word counts, and times are in seconds.
fn after_earlier_words(by: &Cert, of: &Cert, user_id: &UserID, at: Timestamp) -> SystemTime {
    let own = by.key_handle();
    let at = system_time(at);
    let earlier = of.userids().filter(|one| one.userid() == user_id).flat_map(|one| {
        let said = one.certifications().chain(one.other_revocations());
        let of_own = said.filter(|signature| signature.get_issuers().iter().any(|issuer| issuer.aliases(&own)));
        of_own.filter_map(|signature| signature.signature_creation_time()).collect::<Vec<_>>()
    });
    let last = earlier.filter(|made| *made <= at).max();
    last.map_or(at, |last| at.max(last + Duration::from_secs(1)))
}

// By value, so that it can be handed to `map_err`.
#[allow(clippy::needless_pass_by_value)]
fn library(error: anyhow::Error) -> CertifyError {
    CertifyError::Key(ProtectError::Library(error.to_string()))
}
