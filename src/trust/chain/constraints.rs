//! Name constraints over every mail address that a certificate gives (RFC 5280 §4.2.1.10, RFC 9598 §6).
//!
//! certval holds rfc822Name and, where it is ASCII, a subject's emailAddress to them. A SmtpUTF8Mailbox and a
//! subject's address in other strings are addresses as well, and whoever may issue for one domain alone may not get
//! round that by writing an address in another way.

use std::sync::Arc;

use x509_cert::ext::pkix::NameConstraints;
use x509_cert::ext::pkix::constraints::name::GeneralSubtrees;
use x509_cert::ext::pkix::name::GeneralName;

use crate::crypto::smime::{SMTP_UTF8_MAILBOX, X509, ascii_domain};
use crate::domain::EmailAddress;

/// Comparisons for one path; the cost is addresses by constraints.
const COMPARISONS: usize = 100_000;

/// Holds each certificate of a path, from below the anchor down, to the constraints of those above it. The anchor's
/// own are certval's (RFC 5937), and counted here too.
pub fn check(anchor: &X509, below: &[Arc<X509>]) -> Result<(), &'static str> {
    let mut above: Vec<Rfc822> = Rfc822::of(anchor)?.into_iter().collect();
    let mut left = COMPARISONS;
    for (index, certificate) in below.iter().enumerate() {
        let is_target = index + 1 == below.len();
        // §6.1.3 (b): those that an authority issues to itself are passed over, except at the end.
        if is_target || certificate.subject() != certificate.issuer() {
            let addresses = if above.is_empty() { Vec::new() } else { certificate.addresses() };
            let cost = addresses.len().saturating_mul(above.iter().map(Rfc822::len).sum());
            left = left.checked_sub(cost).ok_or("too_complex")?;
            if !addresses.iter().all(|address| above.iter().all(|constraints| constraints.allow(address))) {
                return Err("name_constraints");
            }
        }
        above.extend(Rfc822::of(certificate)?);
    }
    Ok(())
}

/// What one authority may issue for, as far as mail addresses go.
struct Rfc822 {
    permitted: Vec<String>,
    excluded: Vec<String>,
    /// There are constraints of the form SmtpUTF8Mailbox, which authorities are not to write (RFC 9598 §6) and which
    /// are not processed: names of that form are refused then (RFC 5280 §4.2.1.10).
    is_unprocessed: bool,
}

impl Rfc822 {
    /// Of a certificate; `None` when it constrains no addresses.
    fn of(certificate: &X509) -> Result<Option<Self>, &'static str> {
        let found = certificate.certificate.tbs_certificate().get_extension::<NameConstraints>();
        let Some((_, constraints)) = found.map_err(|_| "malformed")? else { return Ok(None) };
        let subtrees = [&constraints.permitted_subtrees, &constraints.excluded_subtrees];
        let is_unprocessed = subtrees.into_iter().flatten().flatten().any(|subtree| is_mailbox(&subtree.base));
        let (permitted, excluded) = (bases(constraints.permitted_subtrees), bases(constraints.excluded_subtrees));
        let own = Self { permitted, excluded, is_unprocessed };
        Ok((own.len() > 0).then_some(own))
    }

    fn len(&self) -> usize {
        self.permitted.len() + self.excluded.len() + usize::from(self.is_unprocessed)
    }

    fn allow(&self, address: &EmailAddress) -> bool {
        if self.is_unprocessed && !address.as_str().is_ascii() {
            return false;
        }
        let is_permitted = self.permitted.is_empty() || self.permitted.iter().any(|base| covers(base, address, false));
        is_permitted && !self.excluded.iter().any(|base| covers(base, address, true))
    }
}

fn is_mailbox(base: &GeneralName) -> bool {
    matches!(base, GeneralName::OtherName(other) if other.type_id == SMTP_UTF8_MAILBOX)
}

fn bases(subtrees: Option<GeneralSubtrees>) -> Vec<String> {
    let rfc822 = subtrees.unwrap_or_default().into_iter().filter_map(|subtree| match subtree.base {
        GeneralName::Rfc822Name(name) => Some(name.as_str().to_owned()),
        _ => None,
    });
    rfc822.collect()
}

/// Whether a constraint covers an address: `host` that host alone, `.domain` every host below it, `local@host` one
/// mailbox. What can't be read is covered when that refuses it.
fn covers(base: &str, address: &EmailAddress, when_unreadable: bool) -> bool {
    let (local, host) = base.rsplit_once('@').map_or((None, base), |(local, host)| (Some(local), host));
    let (is_below, host) = host.strip_prefix('.').map_or((false, host), |host| (true, host));
    let (Some(host), Some(domain)) = (ascii_domain(host), ascii_domain(address.domain())) else {
        return when_unreadable;
    };
    if host.is_empty() {
        return when_unreadable;
    }
    if is_below {
        return domain.strip_suffix(&host).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'));
    }
    let same_local = local.is_none_or(|local| local.eq_ignore_ascii_case(address.local_part()));
    domain == host && same_local
}
