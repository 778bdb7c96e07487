//! Whom an address imitates: the people whose certificates the reader has are known.

use std::sync::{Arc, Mutex, PoisonError};

use crate::crypto::Keyring;
use crate::domain::{EmailAddress, Mailbox};
use crate::flow::{Caution, CautionCode};
use crate::sender::KnownAddresses;

/// What the known addresses are made of: the same for message after message.
type Content = (u64, u64);

static KNOWN: Mutex<Option<(Content, Arc<KnownAddresses>)>> = Mutex::new(None);

/// A caution for each author whose address is easily taken for that of somebody known.
pub(super) fn find(from: &[Mailbox], keyring: &Keyring) -> Vec<Caution> {
    let known = known(keyring);
    let imitated = |address: EmailAddress| known.imitated_by(&address).map(str::to_owned);
    let of = |mailbox: &Mailbox| mailbox.email().and_then(imitated);
    from.iter().take(4).filter_map(of).map(|subject| Caution { code: CautionCode::ImitatesKnown, subject }).collect()
}

fn known(keyring: &Keyring) -> Arc<KnownAddresses> {
    let content = (keyring.pgp.generation(), keyring.smime.generation());
    let mut remembered = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((of, known)) = remembered.as_ref()
        && *of == content
    {
        return Arc::clone(known);
    }
    let all = keyring.pgp.claimed_addresses().chain(keyring.smime.claimed_addresses());
    let known = Arc::new(KnownAddresses::new(all));
    *remembered = Some((content, Arc::clone(&known)));
    known
}
