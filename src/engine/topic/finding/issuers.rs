//! The certificates of issuers that are missing on the way to an authority, from where certificates say that they are
//! to be had (RFC 5280 §4.2.2.1). What comes is believed only as far as it fits: it has to have made the signature.

use std::sync::Arc;

use url::Url;

use crate::crypto::{Certificate, Keyring, smime};
use crate::engine::profile::Profile;
use crate::engine::topic::Work;
use crate::flow::Assessment;
use crate::net::web::{Fetch, Schemes};
use crate::store::ProvenanceSource;

use super::{FindingSettings, LookUp, Means};

/// The largest answer, in bytes.
const LARGEST: usize = 256 << 10;
/// Steps of the way that are fetched for one certificate.
const MAX_STEPS: usize = 4;
/// Certificates whose issuers are asked for in one session without being asked to.
const MAX_COMPLETED: usize = 500;

/// Fetches the issuers' certificates that are missing above a certificate, with the hosts that had them.
pub(super) async fn fetch(
    profile: &Profile,
    means: &Means,
    certificate: &Arc<smime::X509>,
) -> Vec<(Arc<smime::X509>, String)> {
    let mut ring = profile.keyring().smime.clone();
    let mut found = Vec::new();
    let Ok(web) = means.web(profile) else { return found };
    for _ in 0..MAX_STEPS {
        let Some(last) = smime::last_known(certificate, &ring) else { break };
        let mut issuer = None;
        for location in smime::issuer_locations(&last) {
            // Directories (`ldap:`) are asked only where the user named them.
            let Ok(url) = Url::parse(&location) else { continue };
            let fetch = Fetch { schemes: Schemes::HttpToo, ..Fetch::new(&url, LARGEST) };
            let Ok(bytes) = web.fetch(&fetch).await else { continue };
            let fits = smime::found(&bytes).into_iter().find(|one| smime::is_issued_by(&last, one));
            issuer = fits.map(|one| (one, url.host_str().unwrap_or_default().to_owned()));
            if issuer.is_some() {
                break;
            }
        }
        let Some((issuer, host)) = issuer else { break };
        ring.add_certificate(Arc::clone(&issuer));
        found.push((issuer, host));
    }
    found
}

/// Completes the ways of the certificates that sealed a message, beside the loop, when the user allowed that; each of
/// them is tried once in a session. The message is then judged anew.
pub(in crate::engine) fn complete(work: &Work, assessment: &Assessment) {
    if work.is_demo || !FindingSettings::of(&work.profile).allowed.contains(&LookUp::Aia) {
        return;
    }
    let ring = &work.profile.keyring().smime;
    let mut signers = Vec::new();
    for signature in &assessment.signatures {
        let signer = signature.check.signer.as_ref().and_then(|signer| signer.certificate.as_ref());
        let Some(Certificate::X509(certificate)) = signer else { continue };
        let mut ring = ring.clone();
        for bundled in &signature.check.bundled {
            if let Certificate::X509(bundled) = bundled {
                ring.add_certificate(Arc::clone(bundled));
            }
        }
        if smime::last_known(certificate, &ring).is_some() {
            signers.push(Arc::clone(certificate));
        }
    }
    let is_new = |one: &Arc<smime::X509>| {
        work.profile
            .finding
            .change(|desk| desk.completed.len() < MAX_COMPLETED && desk.completed.insert(one.fingerprint.clone()))
    };
    signers.retain(is_new);
    if signers.is_empty() {
        return;
    }
    let work = work.clone();
    tokio::spawn(async move {
        let mut new = Keyring::default();
        let mut places = Vec::new();
        for signer in &signers {
            for (issuer, host) in fetch(&work.profile, &Means::default(), signer).await {
                places.push((issuer.fingerprint.clone(), host));
                new.smime.add_certificate(issuer);
            }
        }
        if places.is_empty() || work.profile.keep(&new, None, ProvenanceSource::Aia.word()).is_err() {
            return;
        }
        let at = work.profile.now();
        for (fingerprint, host) in places {
            // That it is kept is what counts; where it came from is for the reader.
            let _ = work.profile.store.note_provenance(&fingerprint, ProvenanceSource::Aia, &host, at);
        }
        work.changed();
    });
}
