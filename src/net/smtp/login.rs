//! SMTP AUTH (RFC 4954) inside TLS.

use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::Ehlo;
use openssl::base64;
use tokio::time::timeout;
use zeroize::Zeroizing;

use crate::net::connect::{connect, within};
use crate::net::sasl::{self, Exchange};
use crate::net::stream::Binding;
use crate::net::{Credentials, NetError, Server};

use super::{EHLO, GREETING, Offer, QUIT, broken_or_refused, start_tls};

/// Challenges that are answered: no mechanism here takes more.
const MOST_CHALLENGES: usize = 8;

/// Connects, starts TLS, and logs in by the strongest way on offer; with what else is offered.
pub(super) async fn log_in(
    server: &Server,
    credentials: &Credentials,
) -> Result<(AsyncSmtpConnection, Offer), NetError> {
    let mut stream = connect(server, start_tls).await?;
    if stream.is_greeted() {
        stream = stream.with_greeting(GREETING);
    }
    let binding = stream.binding();
    let greet = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &EHLO);
    let mut connection = within(async { greet.await.map_err(|error| broken_or_refused(&error)) }).await?;
    match within(authenticate(&mut connection, server, credentials, binding.as_ref())).await {
        Ok(offer) => Ok((connection, offer)),
        Err(error) => {
            let _ = timeout(QUIT, connection.abort()).await;
            Err(error)
        }
    }
}

async fn authenticate(
    connection: &mut AsyncSmtpConnection,
    server: &Server,
    credentials: &Credentials,
    binding: Option<&Binding>,
) -> Result<Offer, NetError> {
    // What lettre keeps of the answer to its own EHLO lacks the mechanisms that it doesn't know.
    let offer = connection.command(Ehlo::new(EHLO)).await.map_err(|error| broken_or_refused(&error))?;
    let lines: Vec<String> = offer.message().map(str::to_ascii_uppercase).collect();
    let offers = Offer::of(offer.message().skip(1));
    // `AUTH=` is what servers said before there was RFC 2554, and some still say.
    let offered = lines.iter().filter_map(|line| line.strip_prefix("AUTH ").or_else(|| line.strip_prefix("AUTH=")));
    let ways = sasl::ways(offered.flat_map(str::split_whitespace), credentials, binding);
    let mut outcome = Err(NetError::NoLoginMethod);
    for mechanism in ways {
        let tried = exchange(connection, Exchange::new(mechanism, credentials, &server.host, binding)?).await;
        outcome = sasl::after_refusal(outcome, tried);
        if !matches!(outcome, Err(NetError::LoginRefused { .. })) {
            break;
        }
    }
    outcome.map(|()| offers)
}

async fn exchange(connection: &mut AsyncSmtpConnection, mut exchange: Exchange) -> Result<(), NetError> {
    let first = exchange.first()?.map(|first| match base64::encode_block(&first) {
        // RFC 4954 §4: nothing said is a single equals sign.
        text if text.is_empty() => " =".to_owned(),
        text => format!(" {text}"),
    });
    let name = exchange.mechanism.name();
    let mut line = Zeroizing::new(format!("AUTH {name}{}\r\n", first.unwrap_or_default()));
    for _ in 0..MOST_CHALLENGES {
        let reply = connection.command(&*line).await.map_err(|error| login_refused(broken_or_refused(&error)))?;
        if reply.has_code(235) {
            return exchange.finish();
        }
        let challenge = reply.first_word().unwrap_or_default();
        let challenge = base64::decode_block(challenge).map_err(|_| NetError::protocol(challenge));
        let answer = if reply.has_code(334) {
            challenge.and_then(|challenge| exchange.answer(&challenge))
        } else {
            Err(NetError::protocol(reply.code()))
        };
        match answer {
            Ok(answer) => *line = format!("{}\r\n", base64::encode_block(&answer)),
            Err(error) => {
                // RFC 4954 §4: the client gives up.
                let _ = connection.command("*\r\n").await;
                return Err(error);
            }
        }
    }
    Err(NetError::protocol("too_many_challenges"))
}

fn login_refused(error: NetError) -> NetError {
    match error {
        NetError::Rejected { code, text, .. } => NetError::LoginRefused { reply: format!("{code} {text}") },
        other => other,
    }
}
