//! SASL (RFC 4422) for every protocol that logs in: which mechanism, and what is answered.
//!
//! Only inside TLS: see `connect`. Of what a server offers the strongest is taken, in the order of [`Mechanism`]: those
//! that prove the server too and are bound to this TLS connection first, those that hand the password over last.

mod otp;
mod scram;
#[cfg(test)]
mod tests;

use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::sign::Signer;
use zeroize::Zeroizing;

use crate::domain::Secret;

use super::stream::Binding;
use super::{Credentials, NetError, Proof};
use scram::Scram;

/// A way to log in; the earlier, the better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mechanism {
    /// SCRAM-SHA-256-PLUS (RFC 7677): the server proves that it knows the password, on this very TLS connection.
    ScramSha256Plus,
    /// SCRAM-SHA-1-PLUS (RFC 5802).
    ScramSha1Plus,
    /// SCRAM-SHA-256 (RFC 7677): the server proves that it knows the password.
    ScramSha256,
    /// SCRAM-SHA-1 (RFC 5802).
    ScramSha1,
    /// CRAM-MD5 (RFC 2195): the password is not handed over.
    CramMd5,
    /// PLAIN (RFC 4616).
    Plain,
    /// LOGIN (draft-murchison-sasl-login).
    Login,
    /// OTP (RFC 2444): a password for one time, worked out from the pass phrase. Last, because where it is offered
    /// beside others the password is rarely the pass phrase.
    Otp,
    /// OAUTHBEARER (RFC 7628), with a token.
    OAuthBearer,
    /// XOAUTH2, what Google and Microsoft had before there was RFC 7628.
    XOAuth2,
}

impl Mechanism {
    const ALL: [Self; 10] = [
        Self::ScramSha256Plus,
        Self::ScramSha1Plus,
        Self::ScramSha256,
        Self::ScramSha1,
        Self::CramMd5,
        Self::Plain,
        Self::Login,
        Self::Otp,
        Self::OAuthBearer,
        Self::XOAuth2,
    ];

    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::ScramSha256Plus => "SCRAM-SHA-256-PLUS",
            Self::ScramSha1Plus => "SCRAM-SHA-1-PLUS",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::ScramSha1 => "SCRAM-SHA-1",
            Self::CramMd5 => "CRAM-MD5",
            Self::Plain => "PLAIN",
            Self::Login => "LOGIN",
            Self::Otp => "OTP",
            Self::OAuthBearer => "OAUTHBEARER",
            Self::XOAuth2 => "XOAUTH2",
        }
    }

    /// The client speaks first.
    fn is_client_first(self) -> bool {
        !matches!(self, Self::CramMd5 | Self::Login)
    }

    fn takes(self, proof: &Proof) -> bool {
        matches!(self, Self::OAuthBearer | Self::XOAuth2) == matches!(proof, Proof::Token(_))
    }

    /// The server must know the password itself or something made of it for this mechanism: it may offer it and yet
    /// not have that for this user.
    fn needs_a_verifier(self) -> bool {
        self < Self::Plain
    }
}

/// What a server offers that these credentials can be used with, the strongest first.
///
/// A server may offer challenges and responses for all its users and yet keep what they take for some only, so a second
/// way is tried after a first one was refused: one that hands the password over, and no third. That gives no more away
/// than a server gets that offers nothing else.
pub(super) fn ways<'a>(
    offered: impl IntoIterator<Item = &'a str>,
    credentials: &Credentials,
    binding: Option<&Binding>,
) -> Vec<Mechanism> {
    let offered: Vec<String> = offered.into_iter().map(str::to_ascii_uppercase).collect();
    let is_plus = |one: &Mechanism| one.name().ends_with("-PLUS");
    let mut usable = Mechanism::ALL.into_iter().filter(|one| {
        offered.iter().any(|name| name == one.name())
            && one.takes(&credentials.proof)
            && (binding.is_some() || !is_plus(one))
    });
    let Some(first) = usable.next() else { return Vec::new() };
    let second = if first.needs_a_verifier() { usable.find(|one| !one.needs_a_verifier()) } else { None };
    [Some(first), second].into_iter().flatten().collect()
}

/// What the second way came to, after the first was refused: a server that then hangs up or errs has refused all the
/// same, and that is what the user is told.
pub(super) fn after_refusal<T>(first: Result<T, NetError>, second: Result<T, NetError>) -> Result<T, NetError> {
    match (first, second) {
        (Err(refusal @ NetError::LoginRefused { .. }), Err(other))
            if !matches!(other, NetError::LoginRefused { .. }) =>
        {
            Err(refusal)
        }
        (_, second) => second,
    }
}

/// One log-in by one mechanism.
pub(super) struct Exchange {
    pub(super) mechanism: Mechanism,
    user: String,
    proof: Proof,
    host: String,
    state: State,
    /// What went wrong on this side, where the protocol's library can't be told.
    failed: Option<NetError>,
}

enum State {
    /// How many answers were given.
    Answered(u32),
    /// The library keeps it.
    Scram(Box<Scram>),
}

impl Exchange {
    /// Begins; `binding` is that of the TLS connection.
    pub(super) fn new(
        mechanism: Mechanism,
        credentials: &Credentials,
        host: &str,
        binding: Option<&Binding>,
    ) -> Result<Self, NetError> {
        use Mechanism::{ScramSha1, ScramSha1Plus, ScramSha256, ScramSha256Plus};
        let state = match (mechanism, &credentials.proof) {
            (ScramSha256Plus | ScramSha1Plus | ScramSha256 | ScramSha1, Proof::Password(password)) => {
                State::Scram(Box::new(Scram::new(mechanism.name(), &credentials.user, password, binding)?))
            }
            _ => State::Answered(0),
        };
        let (user, proof) = (credentials.user.clone(), credentials.proof.clone());
        Ok(Self { mechanism, user, proof, host: host.to_owned(), state, failed: None })
    }

    /// What is said without being asked; `None` when the server speaks first.
    pub(super) fn first(&mut self) -> Result<Option<Zeroizing<Vec<u8>>>, NetError> {
        if self.mechanism.is_client_first() { self.step(None).map(Some) } else { Ok(None) }
    }

    /// The answer to a challenge.
    pub(super) fn answer(&mut self, challenge: &[u8]) -> Result<Zeroizing<Vec<u8>>, NetError> {
        self.step(Some(challenge))
    }

    /// The server said that it is done: an error when it should have proven itself and did not.
    pub(super) fn finish(self) -> Result<(), NetError> {
        match (self.failed, self.state) {
            (Some(failed), _) => Err(failed),
            (None, State::Scram(scram)) if !scram.is_proven() => Err(NetError::ServerUnproven),
            _ => Ok(()),
        }
    }

    /// What went wrong on this side.
    pub(super) fn failure(&mut self) -> Option<NetError> {
        self.failed.take()
    }

    fn step(&mut self, challenge: Option<&[u8]>) -> Result<Zeroizing<Vec<u8>>, NetError> {
        let number = match &mut self.state {
            State::Scram(scram) => return scram.step(challenge),
            State::Answered(number) => {
                *number += 1;
                *number
            }
        };
        let (user, secret) = (&self.user, self.proof.secret());
        let text = |text: String| Ok(Zeroizing::new(text.into_bytes()));
        match (self.mechanism, number) {
            (Mechanism::Plain, 1) => text(format!("\0{user}\0{}", secret.declassify())),
            (Mechanism::Login, 1) => text(user.clone()),
            (Mechanism::Login, 2) => text(secret.declassify().clone()),
            (Mechanism::CramMd5, 1) => cram_md5(user, secret, challenge.unwrap_or_default()),
            (Mechanism::Otp, 1) => text(format!("\0{user}")),
            (Mechanism::Otp, 2) => otp::answer(challenge.unwrap_or_default(), secret),
            (Mechanism::OAuthBearer, 1) => {
                let user = user.replace('=', "=3D").replace(',', "=2C");
                let host = &self.host;
                text(format!("n,a={user},\u{1}host={host}\u{1}auth=Bearer {}\u{1}\u{1}", secret.declassify()))
            }
            (Mechanism::XOAuth2, 1) => text(format!("user={user}\u{1}auth=Bearer {}\u{1}\u{1}", secret.declassify())),
            // A second challenge is the reason for which the token is refused, and wants an answer before the refusal.
            (Mechanism::OAuthBearer, 2) => text("\u{1}".to_owned()),
            (Mechanism::XOAuth2, 2) => text(String::new()),
            _ => Err(NetError::protocol("too_many_challenges")),
        }
    }
}

/// The keyed digest of the challenge (RFC 2195 §2).
fn cram_md5(user: &str, secret: &Secret<String>, challenge: &[u8]) -> Result<Zeroizing<Vec<u8>>, NetError> {
    let digest = || {
        let key = PKey::hmac(secret.declassify().as_bytes())?;
        Signer::new(MessageDigest::md5(), &key)?.sign_oneshot_to_vec(challenge)
    };
    let digest = digest().map_err(NetError::protocol)?;
    Ok(Zeroizing::new(format!("{user} {}", hex::encode(digest)).into_bytes()))
}

/// For a library that has no place for an error of ours: the first message in answer to the server's empty challenge.
pub(super) struct Asked<'a> {
    pub(super) exchange: &'a mut Exchange,
    pub(super) has_begun: bool,
}

impl Asked<'_> {
    /// The answer; an impossible one after something went wrong, which [`Exchange::finish`] says then.
    pub(super) fn answer(&mut self, challenge: &[u8]) -> Zeroizing<Vec<u8>> {
        let is_begin = !std::mem::replace(&mut self.has_begun, true);
        let answer = if is_begin && self.exchange.mechanism.is_client_first() {
            self.exchange.step(None)
        } else {
            self.exchange.step(Some(challenge))
        };
        answer.unwrap_or_else(|error| {
            self.exchange.failed.get_or_insert(error);
            Zeroizing::default()
        })
    }
}
