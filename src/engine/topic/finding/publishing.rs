//! Gives one's own certificate to others: key servers, a Web Key Directory, the header of what is sent, a file.

use std::path::Path;
use std::sync::Arc;

use crate::crypto::pgp;
use crate::domain::{Attachment, Draft, EmailAddress, Fingerprint};
use crate::engine::Failure;
use crate::engine::profile::{Profile, store_failure};
use crate::net::vks::{AddressStatus, Upload};
use crate::net::{hkp, vks, wkd};
use crate::store::files;

use super::asking::web_error;
use super::{FindingSettings, LookUp, Means, NoAnswer, PublicationView, input, no_answer};

/// Hands an own certificate to a key server. One that verifies shows it by fingerprint alone until the owner of an
/// address confirms it by mail; the others show it whole, for ever.
///
/// # Errors
/// When it is not an own OpenPGP key, or the server did not take it.
pub async fn publish(
    profile: &Profile,
    settings: &FindingSettings,
    fingerprint: &Fingerprint,
    way: LookUp,
    means: &Means,
) -> Result<PublicationView, Failure> {
    let cert = own(profile, fingerprint)?;
    if means.is_offline {
        return Err(no_answer(NoAnswer::Offline, ""));
    }
    let armored = String::from_utf8_lossy(&pgp::armored_public(&cert)).into_owned();
    let web = means.named_web(profile).map_err(|why| no_answer(why, ""))?;
    let addresses = pgp::addresses(&cert, profile.now());
    let mut view = PublicationView {
        fingerprint: fingerprint.clone(),
        server: String::new(),
        published: Vec::new(),
        pending: Vec::new(),
        unpublished: Vec::new(),
        token: String::new(),
    };
    match way {
        LookUp::Vks => {
            let url = hkp::server(&settings.vks).ok_or_else(|| no_answer(NoAnswer::NoServer, &settings.vks))?;
            url.host_str().unwrap_or_default().clone_into(&mut view.server);
            let answer = vks::upload(&web, &url, &armored).await;
            let answer = answer.map_err(|error| no_answer(web_error(error), &view.server))?;
            take(&mut view, answer)?;
        }
        LookUp::Hkp => {
            let servers: Vec<_> = settings.hkp.iter().filter_map(|server| hkp::server(server)).collect();
            if servers.is_empty() {
                return Err(no_answer(NoAnswer::NoServer, ""));
            }
            let mut names = Vec::new();
            for url in servers {
                let host = url.host_str().unwrap_or_default().to_owned();
                hkp::submit(&web, &url, &armored).await.map_err(|error| no_answer(web_error(error), &host))?;
                names.push(host);
            }
            view.server = names.join(", ");
            view.published = addresses;
        }
        _ => return Err(input("cannot_publish_so", way.word())),
    }
    Ok(view)
}

/// Has the verifying key server send a confirmation mail to these addresses. Whoever answers it shows that the address
/// is theirs; only then is the certificate found by it.
///
/// # Errors
/// When the server did not.
pub async fn confirm(
    profile: &Profile,
    settings: &FindingSettings,
    before: &PublicationView,
    addresses: &[EmailAddress],
    language: &str,
    means: &Means,
) -> Result<PublicationView, Failure> {
    if means.is_offline {
        return Err(no_answer(NoAnswer::Offline, ""));
    }
    let web = means.named_web(profile).map_err(|why| no_answer(why, ""))?;
    let url = hkp::server(&settings.vks).ok_or_else(|| no_answer(NoAnswer::NoServer, &settings.vks))?;
    let answer = vks::request_verify(&web, &url, &before.token, addresses, language).await;
    let mut view = before.clone();
    take(&mut view, answer.map_err(|error| no_answer(web_error(error), &before.server))?)?;
    Ok(view)
}

/// Takes what the server says into the view. It must speak of the certificate that it was given.
fn take(view: &mut PublicationView, answer: Upload) -> Result<(), Failure> {
    if Fingerprint::parse(&answer.key_fpr).as_ref() != Some(&view.fingerprint) {
        return Err(no_answer(NoAnswer::Protocol, &view.server));
    }
    let with = |status: AddressStatus| {
        let some = answer.status.iter().filter(|(_, one)| **one == status);
        some.filter_map(|(address, _)| EmailAddress::parse(address)).collect()
    };
    view.published = with(AddressStatus::Published);
    view.pending = with(AddressStatus::Pending);
    view.unpublished = with(AddressStatus::Unpublished);
    view.token = answer.token;
    Ok(())
}

/// The files of a Web Key Directory with an own certificate, by their paths: both layouts, each with the policy file
/// that shows that the directory is one (draft-koch-openpgp-webkey-service §3.1, §4.5). Each address has its own User
/// IDs alone.
///
/// # Errors
/// When it is not an own OpenPGP key, or it has no address.
pub fn directory_files(profile: &Profile, fingerprint: &Fingerprint) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    const WELL_KNOWN: &str = ".well-known/openpgpkey";
    let cert = own(profile, fingerprint)?;
    let mut all = Vec::new();
    for address in pgp::addresses(&cert, profile.now()) {
        let Some((host, cut)) = wkd::host(&address).zip(pgp::only_for(&cert, &address)) else { continue };
        let (name, bytes) = (wkd::name(&address), pgp::binary_public(&cut));
        for folder in [format!("openpgpkey.{host}/{WELL_KNOWN}/{host}"), format!("{host}/{WELL_KNOWN}")] {
            all.push((format!("{folder}/policy"), Vec::new()));
            all.push((format!("{folder}/hu/{name}"), bytes.clone()));
        }
    }
    if all.is_empty() { Err(input("no_address", &fingerprint.spaced())) } else { Ok(all) }
}

/// Writes [`directory_files`] below a folder, one folder for each host: its content goes to that host's web server.
/// What is there already of others stays.
///
/// # Errors
/// As for [`directory_files`], and when a file can't be written.
pub fn write_directory(profile: &Profile, fingerprint: &Fingerprint, to: &Path) -> Result<(), Failure> {
    for (path, bytes) in directory_files(profile, fingerprint)? {
        files::publish(&to.join(path), &bytes).map_err(store_failure)?;
    }
    Ok(())
}

/// The value of the `Autocrypt` field for what an address sends; `None` when the user does not want that, or there is
/// no key that fits into a header.
pub(in crate::engine) fn announcement(profile: &Profile, from: &EmailAddress) -> Option<String> {
    let settings = FindingSettings::of(profile);
    if !settings.announces {
        return None;
    }
    let at = profile.now();
    pgp::autocrypt_value(&*sending(profile, from)?, from, at, settings.prefers_encryption)
}

/// One's own certificate as a file for what an address sends signed, when the user wants that.
pub(in crate::engine) fn own_key_file(profile: &Profile, draft: &Draft) -> Option<Attachment> {
    if !draft.protection.sign || !FindingSettings::of(profile).attaches_key {
        return None;
    }
    let from = draft.from.email()?;
    let cert = sending(profile, &from)?;
    let minimal = pgp::minimal(&cert, &from, profile.now())?;
    Some(Attachment {
        name: format!("OpenPGP_0x{}.asc", pgp::fingerprint(&cert)),
        media_type: "application/pgp-keys".to_owned(),
        bytes: pgp::armored_public(&minimal).into(),
    })
}

/// The key that mail of an address is sealed with, by which others find it again.
fn sending(profile: &Profile, from: &EmailAddress) -> Option<Arc<sequoia_openpgp::Cert>> {
    let at = profile.now();
    let keyring = profile.keyring();
    let able = |cert: &&Arc<sequoia_openpgp::Cert>| {
        let report = pgp::report(cert, at);
        report.can_sign && report.addresses.contains(from)
    };
    keyring.pgp.own().find(able).cloned()
}

fn own(profile: &Profile, fingerprint: &Fingerprint) -> Result<Arc<sequoia_openpgp::Cert>, Failure> {
    let keyring = profile.keyring();
    let cert = keyring.pgp.find(fingerprint).filter(|cert| cert.is_tsk());
    cert.cloned().ok_or_else(|| input("not_an_own_key", &fingerprint.spaced()))
}
