//! SCRAM (RFC 5802, RFC 7677) by rsasl, with the binding to TLS 1.3 of RFC 9266.

use rsasl::callback::{Context, Request, SessionCallback, SessionData};
use rsasl::mechanisms::scram::{SCRAM_SHA1, SCRAM_SHA1_PLUS, SCRAM_SHA256, SCRAM_SHA256_PLUS};
use rsasl::prelude::{
    ChannelBindingCallback, Mechanism, Mechname, Registry, SASLClient, SASLConfig, Session, SessionError, State,
};
use rsasl::property::{AuthId, Password};
use rsasl::validate::NoValidation;
use zeroize::Zeroizing;

use crate::domain::Secret;
use crate::net::NetError;
use crate::net::stream::Binding;

// One registry each: where the library's own has none with -PLUS, it takes the one without for it.
static SHA256_PLUS: &[Mechanism] = &[SCRAM_SHA256_PLUS];
static SHA256: &[Mechanism] = &[SCRAM_SHA256];
static SHA1_PLUS: &[Mechanism] = &[SCRAM_SHA1_PLUS];
static SHA1: &[Mechanism] = &[SCRAM_SHA1];

/// One exchange.
pub(super) struct Scram {
    session: Session<NoValidation, Bound>,
    is_finished: bool,
}

impl Scram {
    pub(super) fn new(
        name: &str,
        user: &str,
        password: &Secret<String>,
        binding: Option<&Binding>,
    ) -> Result<Self, NetError> {
        let answers = Answers { user: user.to_owned(), password: password.clone(), can_bind: binding.is_some() };
        let known = match name {
            "SCRAM-SHA-256-PLUS" => SHA256_PLUS,
            "SCRAM-SHA-1-PLUS" => SHA1_PLUS,
            "SCRAM-SHA-256" => SHA256,
            _ => SHA1,
        };
        let registry = Registry::with_mechanisms(known);
        let config = SASLConfig::builder().with_registry(registry).with_callback(answers);
        let name = Mechname::parse(name.as_bytes()).map_err(|_| NetError::NoLoginMethod)?;
        let bound = Bound(binding.map(|binding| binding.0.to_vec()).unwrap_or_default());
        let session = SASLClient::with_cb(config.map_err(NetError::protocol)?, bound);
        let session = session.start_suggested([&name]).map_err(NetError::protocol)?;
        Ok(Self { session, is_finished: false })
    }

    pub(super) fn step(&mut self, challenge: Option<&[u8]>) -> Result<Zeroizing<Vec<u8>>, NetError> {
        let mut said = Zeroizing::default();
        let writer: &mut Vec<u8> = &mut said;
        match self.session.step(challenge, writer) {
            Ok(state) => self.is_finished = matches!(state, State::Finished(_)),
            // The server said why not, or what it said does not prove that it knows the password.
            Err(error) => return Err(refused(&error, challenge)),
        }
        Ok(said)
    }

    /// The server has proven that it knows the password.
    pub(super) fn is_proven(&self) -> bool {
        self.is_finished
    }
}

/// `e=…` is a refusal (RFC 5802 §7); a wrong proof is another server than it should be.
fn refused(error: &SessionError, challenge: Option<&[u8]>) -> NetError {
    let said = String::from_utf8_lossy(challenge.unwrap_or_default()).into_owned();
    match said.as_bytes() {
        [b'e', b'=', ..] => NetError::LoginRefused { reply: said },
        [b'v', b'=', ..] => NetError::ServerUnproven,
        _ => NetError::protocol(error),
    }
}

struct Answers {
    user: String,
    password: Secret<String>,
    /// Then a name without -PLUS says that the server did not offer it, and a server that did knows that somebody on
    /// the way took it out (RFC 5802 §6).
    can_bind: bool,
}

impl SessionCallback for Answers {
    fn callback(&self, _: &SessionData, _: &Context<'_>, request: &mut Request<'_>) -> Result<(), SessionError> {
        request.satisfy::<AuthId>(&self.user)?.satisfy::<Password>(self.password.declassify().as_bytes())?;
        Ok(())
    }

    fn enable_channel_binding(&self) -> bool {
        self.can_bind
    }
}

/// `tls-exporter` of the connection; nothing where it has none.
struct Bound(Vec<u8>);

impl ChannelBindingCallback for Bound {
    fn get_cb_data(&self, name: &str) -> Option<&[u8]> {
        (name == "tls-exporter" && !self.0.is_empty()).then_some(&self.0)
    }
}
