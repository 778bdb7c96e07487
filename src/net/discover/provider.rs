//! Providers that are known: `assets/providers.json`, which packagers may add to.

use serde::Deserialize;

use crate::domain::EmailAddress;
use crate::net::Security;

use super::config::fill;
use super::{Login, Protocol, Service, Step, Suggestion};

/// A provider of mail.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// Its name, for people.
    pub name: String,
    /// The domains of its addresses; `.example.org` stands for every domain below that one.
    #[serde(default)]
    pub domains: Vec<String>,
    /// What the names of its mail exchangers end with: it keeps the mail of other domains, too.
    #[serde(default)]
    pub exchangers: Vec<String>,
    /// HOST:PORT of IMAP; STARTTLS where the port is 143.
    pub imap: Option<String>,
    /// HOST:PORT of POP3; STLS where the port is 110.
    pub pop3: Option<String>,
    /// HOST:PORT of submission; STARTTLS where the port is 587.
    pub submission: String,
    /// The user name: `%EMAILADDRESS%` or `%EMAILLOCALPART%`.
    #[serde(default = "whole")]
    pub user: String,
    /// The user name for submission, where it is another.
    pub submission_user: Option<String>,
    /// The ways to log in, the preferred one first.
    #[serde(default)]
    logins: Vec<Word>,
    /// Where a password for this program is made, if the account's own is not taken.
    pub app_password: Option<String>,
    /// What else its users have to know.
    #[serde(default)]
    pub notes: Vec<Note>,
    /// Where it tells them more.
    pub help: Option<String>,
}

/// What a user has to know of a provider before logging in works.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Hash)]
#[serde(rename_all = "snake_case")]
pub enum Note {
    /// The account's own password is not taken: one for this program is made at the provider.
    AppPassword,
    /// Mail programs are let in once that was switched on at the provider.
    SwitchOn,
    /// The user name is one that the provider gives, and not of the address.
    OwnUser,
    /// The password is that of the mailbox, and perhaps not the one of the provider's site.
    MailPassword,
}

impl Note {
    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Self::AppPassword => "app_password",
            Self::SwitchOn => "switch_on",
            Self::OwnUser => "own_user",
            Self::MailPassword => "mail_password",
        }
    }
}

/// What a user has to know of a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hints {
    /// The provider's name.
    pub name: String,
    /// What.
    pub notes: Vec<Note>,
    /// Where the provider tells more.
    pub link: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Password,
    #[serde(rename = "oauth2")]
    OAuth2,
}

fn whole() -> String {
    "%EMAILADDRESS%".to_owned()
}

impl Provider {
    /// Reads the list.
    ///
    /// # Errors
    /// When it is not well-formed.
    pub fn list(json: &[u8]) -> Result<Vec<Self>, serde_json::Error> {
        serde_json::from_slice(json)
    }

    fn hints(&self) -> Option<Hints> {
        let app_password = self.app_password.as_ref().map(|_| Note::AppPassword);
        let notes: Vec<Note> = app_password.into_iter().chain(self.notes.iter().copied()).collect();
        let link = self.app_password.clone().or_else(|| self.help.clone());
        (!notes.is_empty()).then(|| Hints { name: self.name.clone(), notes, link })
    }

    pub(super) fn suggest(&self, step: Step, address: &EmailAddress) -> Suggestion {
        let service = |protocol, place: &str, user: &str| {
            let (host, port) = place.rsplit_once(':')?;
            let port = port.parse().ok()?;
            let logins = self.logins.iter().map(|word| match word {
                Word::Password => Login::Password,
                Word::OAuth2 => Login::OAuth2,
            });
            let (host, user, logins) = (fill(host, address), fill(user, address), logins.collect());
            Some(Service { protocol, host, port, security: Security::for_port(port), user, logins })
        };
        let of =
            |protocol, place: &Option<String>| place.as_deref().and_then(|place| service(protocol, place, &self.user));
        let user = self.submission_user.as_ref().unwrap_or(&self.user);
        Suggestion {
            step,
            of: self.name.clone(),
            hints: self.hints(),
            incoming: [of(Protocol::Imap, &self.imap), of(Protocol::Pop3, &self.pop3)].into_iter().flatten().collect(),
            outgoing: service(Protocol::Submission, &self.submission, user).into_iter().collect(),
        }
    }
}

/// The provider of a domain's addresses.
pub(super) fn of_domain<'a>(providers: &'a [Provider], domain: &str) -> Option<&'a Provider> {
    let domain = domain.to_ascii_lowercase();
    let is_of = |of: &String| *of == domain || of.starts_with('.') && domain.ends_with(of.as_str());
    providers.iter().find(|one| one.domains.iter().any(is_of))
}

/// The provider that a mail exchanger belongs to.
pub(super) fn of_exchanger<'a>(providers: &'a [Provider], host: &str) -> Option<&'a Provider> {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let ends =
        |end: &String| host.strip_suffix(end.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    providers.iter().find(|one| one.exchangers.iter().any(ends))
}
