//! The same done to many messages: some hundreds in one step of the database, so that it does not wait for the disk once for
//! each. What is gone meanwhile is passed over; what was done before a failure is told.

use jiff::Timestamp;
use rusqlite::Transaction;

use super::super::{Store, StoreError};
use super::steps::{duplicate_in, mark_in, relocate_in};

/// As many are done in one transaction: others get their turn in between.
const AT_ONCE: usize = 500;

impl Store {
    /// [`Store::mark`] for many: adds each that was there to `done`, with what its flag was before.
    ///
    /// # Errors
    /// As [`Store::mark`]; what is in `done` then was done.
    pub fn mark_all(
        &self,
        messages: &[i64],
        flag: &str,
        is_on: bool,
        done: &mut Vec<(i64, bool)>,
    ) -> Result<(), StoreError> {
        self.each(messages, done, |transaction, message| {
            Ok(mark_in(transaction, *message, flag, is_on)?.map(|was| (*message, was)))
        })
    }

    /// [`Store::relocate`] for many, each with the folder that it goes to: adds each to `done`, with the folder that it was in.
    ///
    /// # Errors
    /// As [`Store::relocate`], but for those that are gone; what is in `done` then was done.
    pub fn relocate_all(
        &self,
        messages: &[(i64, i64)],
        at: Timestamp,
        done: &mut Vec<(i64, i64)>,
    ) -> Result<(), StoreError> {
        self.each(messages, done, |transaction, (message, target)| {
            Ok(there(relocate_in(transaction, *message, *target, at))?.map(|from| (*message, from)))
        })
    }

    /// [`Store::duplicate`] for many: adds each copy's row id to `done`.
    ///
    /// # Errors
    /// As [`Store::duplicate`], but for those that are gone; what is in `done` then was done.
    pub fn duplicate_all(
        &self,
        messages: &[i64],
        target: i64,
        at: Timestamp,
        done: &mut Vec<i64>,
    ) -> Result<(), StoreError> {
        self.each(messages, done, |transaction, message| there(duplicate_in(transaction, *message, target, at)))
    }

    fn each<T, D>(
        &self,
        all: &[T],
        done: &mut Vec<D>,
        work: impl Fn(&Transaction<'_>, &T) -> Result<Option<D>, StoreError>,
    ) -> Result<(), StoreError> {
        for some in all.chunks(AT_ONCE) {
            let mut db = self.db();
            let transaction = db.transaction()?;
            let found = some.iter().map(|one| work(&transaction, one)).collect::<Result<Vec<_>, _>>()?;
            transaction.commit()?;
            done.extend(found.into_iter().flatten());
        }
        Ok(())
    }
}

fn there<T>(found: Result<T, StoreError>) -> Result<Option<T>, StoreError> {
    match found {
        Err(StoreError::NotFound) => Ok(None),
        other => other.map(Some),
    }
}
