//! Receiving by POP3: what is new comes into the inbox, and leaves the server only once it is kept here.

use std::collections::HashSet;

use crate::domain::RawMessage;
use crate::net::pop3::{Listed, MAX_MESSAGE, Session};
use crate::net::{Cancel, Credentials, NetError, Server, pop3};
use crate::store::{AccountRecord, MessageFlags, PopAccess, Popped};

use super::Failure;
use super::login::LogIn;
use super::network::{net_failure, new_message};
use super::profile::{Profile, store_failure};

/// Where an account receives by POP3.
fn server(profile: &Profile, pop: &PopAccess) -> Server {
    super::network::server(profile, &pop.host, pop.port)
}

/// Logs in and leaves again: to see that it works, and for a server that wants POP before SMTP.
pub(super) async fn visit(profile: &Profile, pop: &PopAccess, credentials: &Credentials) -> Result<(), NetError> {
    pop3::probe(&server(profile, pop), credentials).await
}

/// Fetches what is new, newest last; how many came.
pub(super) async fn fetch(
    profile: &Profile,
    account: &AccountRecord,
    pop: &PopAccess,
    cancel: &Cancel,
    progress: &(impl Fn(&str, Option<f32>) + Sync),
) -> Result<usize, Failure> {
    let store = &profile.store;
    let fail = |error| net_failure(&error, &account.address);
    let folder = store.ensure_folder(account.id, "INBOX", "INBOX", "inbox").map_err(store_failure)?;
    let server = server(profile, pop);
    let mut log_in = LogIn::new(profile, account);
    let session = loop {
        let session = Session::log_in(&server, &log_in.credentials().await?).await;
        if !log_in.again(&session)? {
            break session;
        }
    };
    let mut session = session.map_err(fail)?;
    let listed = session.list().await.map_err(fail)?;
    let known = store.popped(account.id).map_err(store_failure)?;
    let new: Vec<&Listed> =
        listed.iter().filter(|one| !known.contains(&sign(one)) && one.bytes <= MAX_MESSAGE).collect();
    let too_large = listed.iter().filter(|one| one.bytes > MAX_MESSAGE).count();
    store.note_too_large(folder, too_large).map_err(store_failure)?;
    // Until all of it is here once, it is what was there before the account was.
    let was_there = !store.synchronised().map_err(store_failure)?.contains_key(&account.id);
    for (done, one) in new.iter().enumerate() {
        progress("INBOX", Some(done as f32 / new.len() as f32));
        let bytes = session.retrieve(one.number, cancel).await.map_err(fail)?;
        // There is no time of arrival in POP3; the topmost Received field would be the server's word, too.
        let message = new_message(&RawMessage::new(bytes), None, MessageFlags::default(), Some(profile.now()));
        let popped = Popped { unique_id: &one.unique_id, bytes: one.bytes, was_there };
        store.add_popped(account.id, folder, popped, &message).map_err(store_failure)?;
    }
    if pop.leaves {
        session.leave().await;
    } else {
        empty(profile, account, session, &listed).await?;
    }
    let there: HashSet<_> = listed.iter().map(sign).collect();
    store.forget_popped(account.id, known.difference(&there)).map_err(store_failure)?;
    Ok(new.len())
}

/// What a message is known by: some servers use an id again for another message.
fn sign(one: &Listed) -> (String, u64) {
    (one.unique_id.clone(), one.bytes)
}

/// Deletes on the server what is kept here, read again from the store: nothing else. Once the server has said that it is
/// done (RFC 1939 §6), the ids are forgotten, so that what comes under one of them later is new.
async fn empty(
    profile: &Profile,
    account: &AccountRecord,
    mut session: Session,
    listed: &[Listed],
) -> Result<(), Failure> {
    let kept = profile.store.popped(account.id).map_err(store_failure)?;
    let fail = |error| net_failure(&error, &account.address);
    let mut deleted = Vec::new();
    for one in listed.iter().filter(|one| kept.contains(&sign(one))) {
        session.delete(one.number).await.map_err(fail)?;
        deleted.push(sign(one));
    }
    session.quit().await.map_err(fail)?;
    profile.store.forget_popped(account.id, &deleted).map_err(store_failure)
}
