//! Looks at a draft and says, per recipient, what would happen.

use std::sync::Arc;

use crate::crypto::{Certificate, Keyring};
use crate::domain::{Draft, EmailAddress, Fingerprint, Mailbox, Technology, TechnologyChoice};
use crate::trust::{TrustPolicy, TrustVerdict};

use super::recipients::{Candidate, candidate, rank};

/// How one recipient is reached.
#[derive(Clone, Debug)]
pub struct Readiness {
    /// Who.
    pub mailbox: Mailbox,
    /// With which technology; `None` when it goes in the clear, or can't go.
    pub technology: Option<Technology>,
    /// The certificate that it is encrypted to.
    pub fingerprint: Option<Fingerprint>,
    /// Whether it is believed to be theirs.
    pub verdict: Option<TrustVerdict>,
}

/// Why a draft can't be sent as asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocker {
    /// What kind.
    pub code: BlockerCode,
    /// The recipient, or the author.
    pub subject: String,
}

/// The kinds of blocker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BlockerCode {
    /// Nobody to send to.
    NoRecipients,
    /// Not an e-mail address.
    BadAddress,
    /// No certificate is known for the recipient.
    NoCertificate,
    /// There is one, and it has ended.
    CertificateExpired,
    /// There is one, and it was withdrawn.
    CertificateRevoked,
    /// There is one, and it is believed to be somebody else's.
    CertificateMismatch,
    /// There is one, and nothing can be encrypted to it.
    CertificateCannotEncrypt,
    /// The author has no key to sign with in the technology needed.
    NoSigningKey,
    /// Cautions were not confirmed.
    Unconfirmed,
}

impl BlockerCode {
    /// The word in JSON and in views.
    pub fn word(self) -> &'static str {
        match self {
            Self::NoRecipients => "no_recipients",
            Self::BadAddress => "bad_address",
            Self::NoCertificate => "no_certificate",
            Self::CertificateExpired => "certificate_expired",
            Self::CertificateRevoked => "certificate_revoked",
            Self::CertificateMismatch => "certificate_mismatch",
            Self::CertificateCannotEncrypt => "certificate_cannot_encrypt",
            Self::NoSigningKey => "no_signing_key",
            Self::Unconfirmed => "unconfirmed",
        }
    }
}

/// Something the author should know before sending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendCaution {
    /// What kind.
    pub code: SendCautionCode,
    /// Whom it is about.
    pub subject: String,
}

/// The kinds of caution before sending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SendCautionCode {
    /// Nobody that is trusted vouches for the recipient's certificate.
    UnauthenticatedCertificate,
    /// Each Bcc recipient gets a delivery of their own.
    BccOwnDelivery,
    /// The author can't open the copy that is kept.
    SentCopyUnreadable,
    /// The subject is empty.
    EmptySubject,
    /// Encrypted but not signed: the recipient can't tell who wrote it.
    NotSigned,
}

impl SendCautionCode {
    /// The word in JSON and in views.
    pub fn word(self) -> &'static str {
        match self {
            Self::UnauthenticatedCertificate => "unauthenticated_certificate",
            Self::BccOwnDelivery => "bcc_own_delivery",
            Self::SentCopyUnreadable => "sent_copy_unreadable",
            Self::EmptySubject => "empty_subject",
            Self::NotSigned => "not_signed",
        }
    }
}

/// What would happen to a draft.
#[derive(Clone, Debug)]
pub struct Preflight {
    /// Per recipient, in the draft's order.
    pub recipients: Vec<Readiness>,
    /// The technologies of the signatures that would be made.
    pub signs_with: Vec<Technology>,
    /// Stand in the way.
    pub blockers: Vec<Blocker>,
    /// Can be confirmed.
    pub cautions: Vec<SendCaution>,
    plan: SendPlan,
}

/// A draft that may be sealed as the author asked.
#[derive(Clone, Debug)]
pub struct SendPlan {
    pub(super) draft: Draft,
    pub(super) deliveries: Vec<PlannedDelivery>,
}

/// One delivery: who gets the same bytes, and how they are protected.
#[derive(Clone, Debug)]
pub(super) struct PlannedDelivery {
    pub recipients: Vec<EmailAddress>,
    pub sign: Option<Arc<OwnKey>>,
    /// `Some` exactly when the draft asks for encryption; then never empty.
    pub encrypt: Option<Encrypt>,
    pub is_bcc: bool,
}

/// What a delivery is encrypted to.
#[derive(Clone, Debug)]
pub(super) struct Encrypt {
    pub technology: Technology,
    pub certificates: Vec<Certificate>,
}

/// The author's key for signing.
#[derive(Clone, Debug)]
pub(super) enum OwnKey {
    Pgp(Arc<sequoia_openpgp::Cert>),
    Smime(Arc<crate::crypto::smime::X509>),
}

impl Preflight {
    /// Turns into a plan. `confirmed` says that the author has seen the cautions.
    ///
    /// # Errors
    /// The blockers, if there are any.
    pub fn approve(self, confirmed: bool) -> Result<SendPlan, Vec<Blocker>> {
        if !self.blockers.is_empty() {
            return Err(self.blockers);
        }
        if !self.cautions.is_empty() && !confirmed {
            return Err(vec![Blocker { code: BlockerCode::Unconfirmed, subject: String::new() }]);
        }
        Ok(self.plan)
    }
}

/// Looks at a draft at `policy.at`.
pub fn preflight(draft: &Draft, keyring: &Keyring, policy: &TrustPolicy) -> Preflight {
    let mut work = Work { keyring, policy, draft, blockers: Vec::new(), cautions: Vec::new() };
    let author = work.author();
    let visible = work.addresses(draft.to.iter().chain(&draft.cc));
    let hidden = work.addresses(draft.bcc.iter());
    if visible.is_empty() && hidden.is_empty() && work.blockers.is_empty() {
        work.block(BlockerCode::NoRecipients, "");
    }
    if draft.subject.trim().is_empty() {
        work.caution(SendCautionCode::EmptySubject, "");
    }
    let (recipients, deliveries) = if draft.protection.encrypt {
        work.encrypted(author.as_ref(), &visible, &hidden)
    } else {
        work.clear(author.as_ref(), &visible, &hidden)
    };
    let mut signs_with: Vec<Technology> = deliveries
        .iter()
        .filter_map(|delivery| delivery.sign.as_deref())
        .map(|key| match key {
            OwnKey::Pgp(_) => Technology::OpenPgp,
            OwnKey::Smime(_) => Technology::Smime,
        })
        .collect();
    signs_with.sort();
    signs_with.dedup();
    let (blockers, cautions) = (work.blockers, work.cautions);
    Preflight { recipients, signs_with, blockers, cautions, plan: SendPlan { draft: draft.clone(), deliveries } }
}

struct Work<'a> {
    keyring: &'a Keyring,
    policy: &'a TrustPolicy,
    draft: &'a Draft,
    blockers: Vec<Blocker>,
    cautions: Vec<SendCaution>,
}

type Addressed = (Mailbox, EmailAddress);

impl Work<'_> {
    fn block(&mut self, code: BlockerCode, subject: &str) {
        let blocker = Blocker { code, subject: subject.to_owned() };
        if !self.blockers.contains(&blocker) {
            self.blockers.push(blocker);
        }
    }

    fn caution(&mut self, code: SendCautionCode, subject: &str) {
        let caution = SendCaution { code, subject: subject.to_owned() };
        if !self.cautions.contains(&caution) {
            self.cautions.push(caution);
        }
    }

    fn author(&mut self) -> Option<EmailAddress> {
        let author = self.draft.from.email();
        if author.is_none() {
            self.block(BlockerCode::BadAddress, &self.draft.from.to_string());
        }
        author
    }

    /// Well-formed addresses, each once; the others block.
    fn addresses<'m>(&mut self, mailboxes: impl Iterator<Item = &'m Mailbox>) -> Vec<Addressed> {
        let mut found: Vec<Addressed> = Vec::new();
        for mailbox in mailboxes {
            match mailbox.email() {
                Some(address) if found.iter().any(|(_, known)| *known == address) => {}
                Some(address) => found.push((mailbox.clone(), address)),
                None => self.block(BlockerCode::BadAddress, &mailbox.to_string()),
            }
        }
        found
    }

    /// Signed or not, for everybody alike: one delivery.
    fn clear(
        &mut self,
        author: Option<&EmailAddress>,
        visible: &[Addressed],
        hidden: &[Addressed],
    ) -> (Vec<Readiness>, Vec<PlannedDelivery>) {
        let all: Vec<&Addressed> = visible.iter().chain(hidden).collect();
        let sign = self.draft.protection.sign.then(|| {
            let wanted = match self.draft.protection.technology {
                TechnologyChoice::Only(technology) => vec![technology],
                TechnologyChoice::Auto => vec![Technology::OpenPgp, Technology::Smime],
            };
            let key = author.and_then(|author| wanted.iter().find_map(|technology| self.own_key(author, *technology)));
            if key.is_none() {
                self.block(BlockerCode::NoSigningKey, &self.draft.from.address);
            }
            key
        });
        let readiness = all
            .iter()
            .map(|(mailbox, _)| Readiness {
                mailbox: mailbox.clone(),
                technology: None,
                fingerprint: None,
                verdict: None,
            })
            .collect();
        let delivery = PlannedDelivery {
            recipients: all.iter().map(|(_, address)| address.clone()).collect(),
            sign: sign.flatten(),
            encrypt: None,
            is_bcc: false,
        };
        (readiness, vec![delivery])
    }

    /// Encrypted: one delivery a technology for To and Cc, and one for each Bcc.
    fn encrypted(
        &mut self,
        author: Option<&EmailAddress>,
        visible: &[Addressed],
        hidden: &[Addressed],
    ) -> (Vec<Readiness>, Vec<PlannedDelivery>) {
        if !self.draft.protection.sign {
            self.caution(SendCautionCode::NotSigned, "");
        }
        let chosen = self.choose(author, visible);
        let chosen_hidden: Vec<Option<Candidate>> =
            hidden.iter().flat_map(|one| self.choose(author, std::slice::from_ref(one))).collect();
        let mut deliveries = Vec::new();
        for technology in [Technology::OpenPgp, Technology::Smime] {
            let group: Vec<(&Addressed, &Candidate)> = visible
                .iter()
                .zip(&chosen)
                .filter_map(|(who, candidate)| candidate.as_ref().map(|candidate| (who, candidate)))
                .filter(|(_, candidate)| candidate.technology == technology)
                .collect();
            if !group.is_empty() {
                deliveries.push(self.delivery(author, technology, &group, false));
            }
        }
        for (who, candidate) in hidden.iter().zip(&chosen_hidden) {
            self.caution(SendCautionCode::BccOwnDelivery, &who.0.to_string());
            if let Some(candidate) = candidate {
                deliveries.push(self.delivery(author, candidate.technology, &[(who, candidate)], true));
            }
        }
        if visible.is_empty() && !hidden.is_empty() {
            // The copy that is kept is one for a Bcc recipient, and nobody else is to be seen in it.
            self.caution(SendCautionCode::SentCopyUnreadable, &self.draft.from.address);
        }
        let readiness = visible
            .iter()
            .chain(hidden)
            .zip(chosen.iter().chain(&chosen_hidden))
            .map(|((mailbox, _), candidate)| Readiness {
                mailbox: mailbox.clone(),
                technology: candidate.as_ref().map(|candidate| candidate.technology),
                fingerprint: candidate.as_ref().map(|candidate| candidate.fingerprint.clone()),
                verdict: candidate.as_ref().map(|candidate| candidate.verdict),
            })
            .collect();
        (readiness, deliveries)
    }

    /// A certificate for each recipient: one technology for all where that can be, else each their own.
    fn choose(&mut self, author: Option<&EmailAddress>, who: &[Addressed]) -> Vec<Option<Candidate>> {
        let technologies = match self.draft.protection.technology {
            TechnologyChoice::Only(technology) => vec![technology],
            TechnologyChoice::Auto => vec![Technology::OpenPgp, Technology::Smime],
        };
        let can_sign = |work: &Self, technology| {
            !work.draft.protection.sign || author.is_some_and(|author| work.own_key(author, technology).is_some())
        };
        let options: Vec<Vec<Result<Candidate, BlockerCode>>> = who
            .iter()
            .map(|(_, address)| {
                technologies
                    .iter()
                    .map(|technology| candidate(address, *technology, self.keyring, self.policy))
                    .collect()
            })
            .collect();
        let for_all = technologies.iter().enumerate().position(|(index, technology)| {
            can_sign(self, *technology) && options.iter().all(|option| option.get(index).is_some_and(Result::is_ok))
        });
        let mut chosen = Vec::with_capacity(who.len());
        for ((mailbox, _), option) in who.iter().zip(options) {
            let one = match for_all {
                Some(index) => option.into_iter().nth(index),
                None => option.into_iter().reduce(|best, other| better(self, best, other, &can_sign)),
            };
            match one {
                Some(Ok(candidate)) => {
                    if candidate.verdict != TrustVerdict::Authenticated {
                        self.caution(SendCautionCode::UnauthenticatedCertificate, &mailbox.to_string());
                    }
                    chosen.push(Some(candidate));
                }
                Some(Err(code)) => {
                    self.block(code, &mailbox.to_string());
                    chosen.push(None);
                }
                None => chosen.push(None),
            }
        }
        chosen
    }

    fn delivery(
        &mut self,
        author: Option<&EmailAddress>,
        technology: Technology,
        group: &[(&Addressed, &Candidate)],
        is_bcc: bool,
    ) -> PlannedDelivery {
        let sign = if self.draft.protection.sign {
            let key = author.and_then(|author| self.own_key(author, technology));
            if key.is_none() {
                self.block(BlockerCode::NoSigningKey, &self.draft.from.address);
            }
            key
        } else {
            None
        };
        let mut certificates: Vec<Certificate> =
            group.iter().map(|(_, candidate)| candidate.certificate.clone()).collect();
        if !is_bcc {
            match author.map(|author| candidate(author, technology, self.keyring, self.policy)) {
                Some(Ok(own)) => certificates.push(own.certificate),
                _ => self.caution(SendCautionCode::SentCopyUnreadable, &self.draft.from.address),
            }
        }
        PlannedDelivery {
            recipients: group.iter().map(|((_, address), _)| address.clone()).collect(),
            sign,
            encrypt: Some(Encrypt { technology, certificates }),
            is_bcc,
        }
    }

    /// The author's own key of a technology that names the address and can sign now.
    fn own_key(&self, author: &EmailAddress, technology: Technology) -> Option<Arc<OwnKey>> {
        let at = self.policy.at;
        match technology {
            Technology::OpenPgp => {
                let able = |cert: &&Arc<sequoia_openpgp::Cert>| {
                    let report = crate::crypto::pgp::report(cert, at);
                    report.can_sign && report.addresses.contains(author)
                };
                self.keyring.pgp.own().find(able).map(|cert| Arc::new(OwnKey::Pgp(Arc::clone(cert))))
            }
            Technology::Smime => self
                .keyring
                .smime
                .for_signing(author, at)
                .first()
                .map(|own| Arc::new(OwnKey::Smime(Arc::clone(&own.certificate)))),
        }
    }
}

/// Of two answers for one recipient: one that exists, that can be signed with, that is believed more.
fn better<'a>(
    work: &Work<'a>,
    left: Result<Candidate, BlockerCode>,
    right: Result<Candidate, BlockerCode>,
    can_sign: &impl Fn(&Work<'a>, Technology) -> bool,
) -> Result<Candidate, BlockerCode> {
    let worth = |candidate: &Candidate| (can_sign(work, candidate.technology), rank(candidate.verdict));
    match (left, right) {
        (Ok(left), Ok(right)) => Ok(if worth(&right) > worth(&left) { right } else { left }),
        (Ok(one), Err(_)) | (Err(_), Ok(one)) => Ok(one),
        // "Has ended" says more than "there is none".
        (Err(BlockerCode::NoCertificate), Err(other)) => Err(other),
        (Err(left), Err(_)) => Err(left),
    }
}
