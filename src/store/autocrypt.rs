use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, params};

use crate::domain::{EmailAddress, Fingerprint};

use super::database::{millis, timestamp};
use super::{Store, StoreError};

/// What is known of an address by Autocrypt (Level 1, §2.3): nothing in it is trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AutocryptPeer {
    /// The newest message that came from it.
    pub last_seen: Timestamp,
    /// The newest message of them with a field of its own, and the certificate in that.
    pub own: Option<(Timestamp, Fingerprint)>,
    /// In that field it said that it wants encrypted mail.
    pub prefers_encryption: bool,
    /// The newest message in which another one handed a certificate of it on, and that certificate.
    pub gossip: Option<(Timestamp, Fingerprint)>,
}

impl Store {
    /// Notes a message that came from an address, with what its Autocrypt field said if it had one (§2.3.1). An older
    /// field than the newest changes nothing; a message without one only shows that the address still lives.
    pub fn note_autocrypt(
        &self,
        address: &EmailAddress,
        at: Timestamp,
        field: Option<(&Fingerprint, bool)>,
    ) -> Result<(), StoreError> {
        let Some((fingerprint, prefers)) = field else {
            self.db().execute(
                "UPDATE autocrypt SET last_seen = ?2 WHERE address = ?1 AND last_seen < ?2",
                params![address.canonical(), millis(at)],
            )?;
            return Ok(());
        };
        self.db().execute(
            "INSERT INTO autocrypt (address, last_seen, autocrypt_at, fingerprint, prefers_encryption)
             VALUES (?1, ?2, ?2, ?3, ?4)
             ON CONFLICT (address) DO UPDATE SET
                 last_seen = max(last_seen, ?2), autocrypt_at = ?2, fingerprint = ?3, prefers_encryption = ?4
                 WHERE ?2 > ifnull(autocrypt_at, 0)",
            params![address.canonical(), millis(at), fingerprint.as_str(), prefers],
        )?;
        Ok(())
    }

    /// Notes that another one handed a certificate of an address on (§2.3.2).
    pub fn note_gossip(
        &self,
        address: &EmailAddress,
        at: Timestamp,
        fingerprint: &Fingerprint,
    ) -> Result<(), StoreError> {
        self.db().execute(
            "INSERT INTO autocrypt (address, last_seen, gossip_at, gossip_fingerprint) VALUES (?1, 0, ?2, ?3)
             ON CONFLICT (address) DO UPDATE SET
                 gossip_fingerprint = iif(?2 >= ifnull(gossip_at, 0), ?3, gossip_fingerprint),
                 gossip_at = max(?2, ifnull(gossip_at, 0))",
            params![address.canonical(), millis(at), fingerprint.as_str()],
        )?;
        Ok(())
    }

    /// What is known of an address by Autocrypt.
    pub fn autocrypt(&self, address: &EmailAddress) -> Result<Option<AutocryptPeer>, StoreError> {
        let db = self.db();
        let pair =
            |at: Option<i64>, fingerprint: Option<String>| Some((timestamp(at?), Fingerprint::parse(&fingerprint?)?));
        let query = "SELECT last_seen, autocrypt_at, fingerprint, prefers_encryption, gossip_at, gossip_fingerprint
                     FROM autocrypt WHERE address = ?1";
        let read = |row: &rusqlite::Row<'_>| {
            Ok(AutocryptPeer {
                last_seen: timestamp(row.get(0)?),
                own: pair(row.get(1)?, row.get(2)?),
                prefers_encryption: row.get(3)?,
                gossip: pair(row.get(4)?, row.get(5)?),
            })
        };
        Ok(db.query_row(query, [address.canonical()], read).optional()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::ProfileKey;

    #[test]
    fn the_newest_field_counts_in_whatever_order_the_mail_comes() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), &ProfileKey::generate().unwrap()).unwrap();
        let bob = EmailAddress::parse("Bob@Example.org").unwrap();
        let (one, other) = (Fingerprint::from_bytes(&[1; 20]), Fingerprint::from_bytes(&[2; 20]));
        let day = |day: i64| Timestamp::from_second(day * 86_400).unwrap();
        let known = || store.autocrypt(&bob).unwrap().unwrap();
        assert_eq!(store.autocrypt(&bob).unwrap(), None);
        store.note_autocrypt(&bob, day(20), Some((&one, true))).unwrap();
        store.note_autocrypt(&bob, day(10), Some((&other, false))).unwrap();
        assert_eq!((known().own, known().prefers_encryption), (Some((day(20), one.clone())), true), "an older one");
        store.note_autocrypt(&bob, day(30), None).unwrap();
        assert_eq!((known().own, known().last_seen), (Some((day(20), one.clone())), day(30)), "one without a field");
        store.note_autocrypt(&bob, day(40), Some((&other, false))).unwrap();
        assert_eq!((known().own, known().prefers_encryption), (Some((day(40), other.clone())), false));
        store.note_gossip(&bob, day(9), &one).unwrap();
        store.note_gossip(&bob, day(8), &other).unwrap();
        assert_eq!(known().gossip, Some((day(9), one.clone())));
        assert_eq!(known().own, Some((day(40), other)), "what others say is beside what it says itself");
        let carol = EmailAddress::parse("carol@example.org").unwrap();
        store.note_gossip(&carol, day(9), &one).unwrap();
        assert_eq!(store.autocrypt(&carol).unwrap().unwrap().own, None);
        store.note_autocrypt(&carol, day(5), Some((&one, true))).unwrap();
        assert_eq!(store.autocrypt(&carol).unwrap().unwrap().own, Some((day(5), one)));
    }
}
