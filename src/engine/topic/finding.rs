//! Looking certificates up outside, taking them from mail, keeping them up to date, and publishing one's own.
//!
//! Whatever is found is kept as unverified: nobody is trusted by it, and no secret key comes with it. Nothing is asked
//! of anybody in a way that the user did not allow.

mod asking;
mod harvest;
mod issuers;
mod keeping;
mod publishing;
mod refreshing;
mod settings;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::crypto::CertificateReport;
use crate::domain::{EmailAddress, Fingerprint, RawMessage};
use crate::engine::{Event, Failure, FailureKind, Progress, Retry};
use crate::store::ProvenanceSource;

use super::{Effect, TopicView, Work};

pub use asking::{Means, ask};
pub use keeping::keep;
pub use publishing::{confirm, directory_files, publish, write_directory};
pub use refreshing::{Refreshed, refresh_all};
pub use settings::{FindingSettings, LookUp};

pub(in crate::engine) use harvest::Harvest;
pub(in crate::engine) use issuers::complete;
pub(in crate::engine) use publishing::{announcement, own_key_file};

/// What the user wants.
#[derive(Clone, Debug)]
pub enum FindingCommand {
    /// Show the settings, and what was found last.
    Show,
    /// Keep the settings.
    Save(Box<FindingSettings>),
    /// Look an address up in these ways, now; with `remember`, these ways are allowed from now on.
    #[allow(missing_docs)]
    Find { address: EmailAddress, ways: Vec<LookUp>, remember: bool },
    /// Keep a certificate that was found. Nobody is trusted by that.
    Keep(Box<FoundCertificate>),
    /// Put what was found away.
    Close,
    /// Ask for what is new of every certificate that is kept, by its fingerprint.
    Refresh,
    /// Hand an own certificate to a key server.
    #[allow(missing_docs)]
    Publish { fingerprint: Fingerprint, way: LookUp },
    /// Have the server that an own certificate was handed to send a confirmation mail to these addresses, in a
    /// language (`en`, `ja`).
    #[allow(missing_docs)]
    Confirm { addresses: Vec<EmailAddress>, language: String },
    /// Write an own certificate as a folder that can be uploaded as a Web Key Directory.
    #[allow(missing_docs)]
    ExportDirectory { fingerprint: Fingerprint, to: PathBuf },
}

/// What is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FindingView {
    /// In which ways certificates may be looked up, and where.
    pub settings: FindingSettings,
    /// The last search.
    pub search: Option<SearchView>,
    /// What a key server made of an own certificate last.
    pub publication: Option<PublicationView>,
}

/// A search, as far as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchView {
    /// For whom.
    pub address: EmailAddress,
    /// Some answers are still to come.
    pub is_running: bool,
    /// Who was asked, and what became of it.
    pub asked: Vec<Asked>,
    /// What was found; the same certificate once for each place.
    pub found: Vec<FoundCertificate>,
}

/// One place that was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// In which way.
    pub way: LookUp,
    /// Where: a host or a domain.
    pub place: String,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The answer is still to come.
    Waiting,
    /// So many certificates of the address.
    Found(usize),
    /// There are none of the address.
    Nothing,
    /// There is no answer that could be used.
    NoAnswer(NoAnswer),
}

/// Why there is no answer that could be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NoAnswer {
    /// No connection, or it broke.
    Unreachable,
    /// The domain has no such host.
    NoSuchHost,
    /// The server's certificate is not the right one.
    BadCertificate,
    /// It took too long.
    TimedOut,
    /// It is larger than a certificate may be.
    TooLarge,
    /// The server is one of a private network, and nobody named it.
    PrivateAddress,
    /// The server refused.
    Refused,
    /// The server broke the protocol.
    Protocol,
    /// The domain's DNS is not signed, so that its answer proves nothing.
    DnsNotSigned,
    /// The DNS's signatures do not hold.
    DnsBogus,
    /// The directory offers no TLS.
    NoStartTls,
    /// No server is set up for it.
    NoServer,
    /// The address can't be asked for in this way.
    BadAddress,
    /// Nothing may leave: this is the demo, or the program was told to stay offline.
    Offline,
}

impl NoAnswer {
    /// Every one.
    pub const ALL: [Self; 14] = [
        Self::Unreachable,
        Self::NoSuchHost,
        Self::BadCertificate,
        Self::TimedOut,
        Self::TooLarge,
        Self::PrivateAddress,
        Self::Refused,
        Self::Protocol,
        Self::DnsNotSigned,
        Self::DnsBogus,
        Self::NoStartTls,
        Self::NoServer,
        Self::BadAddress,
        Self::Offline,
    ];

    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::NoSuchHost => "no_such_host",
            Self::BadCertificate => "bad_certificate",
            Self::TimedOut => "timed_out",
            Self::TooLarge => "too_large",
            Self::PrivateAddress => "private_address",
            Self::Refused => "refused",
            Self::Protocol => "protocol",
            Self::DnsNotSigned => "dns_not_signed",
            Self::DnsBogus => "dns_bogus",
            Self::NoStartTls => "no_start_tls",
            Self::NoServer => "no_server",
            Self::BadAddress => "bad_address",
            Self::Offline => "offline",
        }
    }
}

/// A certificate that was found, with where.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundCertificate {
    /// What it says of itself. Nobody vouches for that.
    pub report: CertificateReport,
    /// What kind of place.
    pub source: ProvenanceSource,
    /// Which one.
    pub place: String,
    /// It was kept before.
    pub is_kept: bool,
    /// Its bytes, and those of the authorities that came with it.
    pub content: RawMessage,
}

/// What a key server made of an own certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicationView {
    /// Which certificate.
    pub fingerprint: Fingerprint,
    /// The server's host name.
    pub server: String,
    /// Addresses that it can be found by there.
    pub published: Vec<EmailAddress>,
    /// Addresses whose owner was sent a mail that has to be answered first.
    pub pending: Vec<EmailAddress>,
    /// Addresses that nobody was asked about yet.
    pub unpublished: Vec<EmailAddress>,
    /// What the server wants to see again.
    pub(crate) token: String,
}

/// What the topic remembers between commands.
#[derive(Debug, Default)]
pub(in crate::engine) struct Desk(Mutex<Remembered>);

#[derive(Debug, Default)]
struct Remembered {
    search: Option<SearchView>,
    publication: Option<PublicationView>,
    /// Certificates whose issuers were asked for in this session.
    completed: std::collections::BTreeSet<Fingerprint>,
}

impl Desk {
    fn change<T>(&self, change: impl FnOnce(&mut Remembered) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

pub(super) fn carry_out(work: &Work, command: FindingCommand) -> Result<Effect, Failure> {
    let profile = &work.profile;
    match command {
        FindingCommand::Show => {}
        FindingCommand::Save(settings) => settings.save(profile)?,
        FindingCommand::Close => profile.finding.change(|desk| desk.search = None),
        FindingCommand::Find { address, ways, remember } => {
            if remember {
                let mut settings = FindingSettings::of(profile);
                settings.allowed.extend(ways.iter().copied());
                settings.save(profile)?;
            }
            find(work, address, ways);
        }
        FindingCommand::Keep(found) => {
            keep(profile, &found)?;
            profile.finding.change(|desk| {
                let kept = desk.search.iter_mut().flat_map(|search| &mut search.found);
                let same = kept.filter(|one| one.report.fingerprint == found.report.fingerprint);
                same.for_each(|one| one.is_kept = true);
            });
            show(work);
            (work.publish)(Event::Done { code: "certificate_kept", subject: called(&found.report) });
            return Ok(Effect::Keys);
        }
        FindingCommand::Refresh => refresh_beside(work),
        FindingCommand::Publish { fingerprint, way } => publish_beside(work, fingerprint, way),
        FindingCommand::Confirm { addresses, language } => confirm_beside(work, addresses, language),
        FindingCommand::ExportDirectory { fingerprint, to } => {
            write_directory(profile, &fingerprint, &to)?;
            (work.publish)(Event::Done { code: "exported", subject: to.display().to_string() });
        }
    }
    show(work);
    Ok(Effect::Nothing)
}

/// Publishes the view.
fn show(work: &Work) {
    let settings = FindingSettings::of(&work.profile);
    let (search, publication) = work.profile.finding.change(|desk| (desk.search.clone(), desk.publication.clone()));
    work.show(TopicView::Finding(Arc::new(FindingView { settings, search, publication })));
}

fn find(work: &Work, address: EmailAddress, ways: Vec<LookUp>) {
    let settings = FindingSettings::of(&work.profile);
    let means = Means { is_offline: work.is_demo, ..Means::default() };
    let work = work.clone();
    let progress = |work: &Work, is_on: bool| {
        let now = Progress { work: "find_certificate", subject: String::new(), fraction: None };
        (work.publish)(Event::Progress(is_on.then_some(now)));
    };
    tokio::spawn(async move {
        progress(&work, true);
        let tell = |search: &SearchView| {
            work.profile.finding.change(|desk| desk.search = Some(search.clone()));
            show(&work);
        };
        let asked = ask(&work.profile, &settings, &address, &ways, &means, tell);
        tokio::select! {
            biased;
            () = work.cancel.cancelled() => work.profile.finding.change(|desk| desk.search = None),
            _ = asked => {}
        }
        progress(&work, false);
        show(&work);
    });
}

fn refresh_beside(work: &Work) {
    let work = work.clone();
    let means = Means { is_offline: work.is_demo, ..Means::default() };
    tokio::spawn(async move {
        let settings = FindingSettings::of(&work.profile);
        let tell = |done: usize, total: usize| {
            let fraction = Some(done as f32 / total.max(1) as f32);
            let now = Progress { work: "refresh_certificates", subject: String::new(), fraction };
            (work.publish)(Event::Progress(Some(now)));
        };
        let outcome = refreshing::refresh(&work.profile, &settings, &means, &work.cancel, tell).await;
        (work.publish)(Event::Progress(None));
        match outcome {
            Ok(done) => {
                let code = if done.changed.is_empty() { "certificates_fresh" } else { "certificates_refreshed" };
                (work.publish)(Event::Done { code, subject: done.changed.len().to_string() });
                if !done.changed.is_empty() {
                    work.changed();
                }
            }
            Err(failure) => (work.publish)(Event::Failed(failure)),
        }
    });
}

fn publish_beside(work: &Work, fingerprint: Fingerprint, way: LookUp) {
    let work = work.clone();
    let means = Means { is_offline: work.is_demo, ..Means::default() };
    tokio::spawn(async move {
        let settings = FindingSettings::of(&work.profile);
        match publish(&work.profile, &settings, &fingerprint, way, &means).await {
            Ok(view) => {
                let (code, subject) = ("certificate_published", view.server.clone());
                work.profile.finding.change(|desk| desk.publication = Some(view));
                show(&work);
                (work.publish)(Event::Done { code, subject });
            }
            Err(failure) => (work.publish)(Event::Failed(failure)),
        }
    });
}

fn confirm_beside(work: &Work, addresses: Vec<EmailAddress>, language: String) {
    let Some(before) = work.profile.finding.change(|desk| desk.publication.clone()) else { return };
    let work = work.clone();
    let means = Means { is_offline: work.is_demo, ..Means::default() };
    tokio::spawn(async move {
        let settings = FindingSettings::of(&work.profile);
        match confirm(&work.profile, &settings, &before, &addresses, &language, &means).await {
            Ok(view) => {
                work.profile.finding.change(|desk| desk.publication = Some(view));
                show(&work);
            }
            Err(failure) => (work.publish)(Event::Failed(failure)),
        }
    });
}

/// What a certificate is called: an address, else its fingerprint.
fn called(report: &CertificateReport) -> String {
    report.addresses.first().map_or_else(|| report.fingerprint.spaced(), ToString::to_string)
}

fn input(source: &str, subject: &str) -> Failure {
    Failure { kind: FailureKind::Input, retry: Retry::Never, subject: subject.to_owned(), source: source.to_owned() }
}

/// The question was not answered, as a failure of one piece of work.
fn no_answer(why: NoAnswer, subject: &str) -> Failure {
    let kind = match why {
        NoAnswer::BadCertificate => FailureKind::BadServerCertificate,
        NoAnswer::NoStartTls => FailureKind::NoStartTls,
        NoAnswer::Protocol => FailureKind::Protocol,
        NoAnswer::Refused => FailureKind::Rejected,
        NoAnswer::NoServer | NoAnswer::BadAddress | NoAnswer::Offline | NoAnswer::TooLarge => FailureKind::Input,
        _ => FailureKind::Unreachable,
    };
    Failure { kind, retry: Retry::Now, subject: subject.to_owned(), source: why.word().to_owned() }
}
