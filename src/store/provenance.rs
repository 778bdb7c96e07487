use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Row, params};

use crate::domain::Fingerprint;

use super::database::{millis, timestamp};
use super::{Store, StoreError};

/// As many places are remembered of one certificate.
const MAX_PLACES: i64 = 64;

const NOTE: &str = "
INSERT INTO provenance (fingerprint, source, detail, first_at, last_at)
SELECT ?1, ?2, ?3, ?4, ?4
WHERE (SELECT count(*) FROM provenance WHERE fingerprint = ?1) < ?5
    OR EXISTS (SELECT 1 FROM provenance WHERE fingerprint = ?1 AND source = ?2 AND detail = ?3)
ON CONFLICT (fingerprint, source, detail)
    DO UPDATE SET first_at = min(first_at, ?4), last_at = max(last_at, ?4)
    WHERE first_at > ?4 OR last_at < ?4
";

/// Where a certificate can be met. What [`Provenance::detail`] says depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ProvenanceSource {
    /// In a message: in its signature or as a part. The detail is the author's address.
    Message,
    /// In a message's Autocrypt field. The detail is the author's address.
    Autocrypt,
    /// Handed on in an encrypted message by another of its readers (Autocrypt gossip). The detail is the author's
    /// address.
    Gossip,
    /// In a Web Key Directory. The detail is the domain.
    Wkd,
    /// At a verifying key server. The detail is the server's host name.
    Vks,
    /// At a key server of the HKP kind. The detail is the server's host name.
    Hkp,
    /// In the DNS, signed (RFC 7929, RFC 8162). The detail is the domain.
    Dane,
    /// In a directory of an organisation. The detail is the server's host name.
    Ldap,
    /// At the address that a certificate gives for its issuer's. The detail is the host name.
    Aia,
    /// In a file. The detail is its name.
    File,
    /// In GnuPG's keyring.
    Gnupg,
    /// In gpgsm's keybox.
    Gpgsm,
    /// In a profile of Thunderbird's.
    Thunderbird,
    /// In the certificate directory that OpenPGP programs share.
    CertD,
    /// On a token. The detail is its label.
    Pkcs11,
    /// Made here.
    Generated,
    /// Issued by an authority of the user's own. The detail is that authority's name.
    Issued,
}

impl ProvenanceSource {
    /// Every one.
    pub const ALL: [Self; 17] = [
        Self::Message,
        Self::Autocrypt,
        Self::Gossip,
        Self::Wkd,
        Self::Vks,
        Self::Hkp,
        Self::Dane,
        Self::Ldap,
        Self::Aia,
        Self::File,
        Self::Gnupg,
        Self::Gpgsm,
        Self::Thunderbird,
        Self::CertD,
        Self::Pkcs11,
        Self::Generated,
        Self::Issued,
    ];

    /// The word that it is kept and printed as.
    pub fn word(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Autocrypt => "autocrypt",
            Self::Gossip => "gossip",
            Self::Wkd => "wkd",
            Self::Vks => "vks",
            Self::Hkp => "hkp",
            Self::Dane => "dane",
            Self::Ldap => "ldap",
            Self::Aia => "aia",
            Self::File => "file",
            Self::Gnupg => "gnupg",
            Self::Gpgsm => "gpgsm",
            Self::Thunderbird => "thunderbird",
            Self::CertD => "cert-d",
            Self::Pkcs11 => "pkcs11",
            Self::Generated => "generated",
            Self::Issued => "issued",
        }
    }

    /// The one with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.word() == word)
    }
}

/// One place where a certificate was met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// What kind of place.
    pub source: ProvenanceSource,
    /// Which one; empty when there is nothing to say.
    pub detail: String,
    /// When it was met there first: for a message its date.
    pub first_at: Timestamp,
    /// When it was met there last.
    pub last_at: Timestamp,
}

impl Store {
    /// Remembers that a certificate was met somewhere. A certificate that is met at very many places is remembered
    /// for the first of them, so that nobody can fill the profile by sending one again and again.
    pub fn note_provenance(
        &self,
        fingerprint: &Fingerprint,
        source: ProvenanceSource,
        detail: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.note_provenances(&[(fingerprint.clone(), source, detail.to_owned(), at)])
    }

    /// The same for several, all of them or none.
    pub fn note_provenances(
        &self,
        met: &[(Fingerprint, ProvenanceSource, String, Timestamp)],
    ) -> Result<(), StoreError> {
        let mut db = self.db();
        let transaction = db.transaction()?;
        for (fingerprint, source, detail, at) in met {
            transaction.prepare_cached(NOTE)?.execute(params![
                fingerprint.as_str(),
                source.word(),
                detail,
                millis(*at),
                MAX_PLACES
            ])?;
        }
        Ok(transaction.commit()?)
    }

    /// Where a certificate was met, the oldest place first.
    pub fn provenance(&self, fingerprint: &Fingerprint) -> Result<Vec<Provenance>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached(
            "SELECT source, detail, first_at, last_at FROM provenance WHERE fingerprint = ?1 ORDER BY first_at, rowid",
        )?;
        let rows = statement.query_map([fingerprint.as_str()], |row| read(row, 0))?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }

    /// Where every certificate was met, the oldest place of each first.
    pub fn all_provenance(&self) -> Result<HashMap<Fingerprint, Vec<Provenance>>, StoreError> {
        let db = self.db();
        let mut statement = db.prepare_cached(
            "SELECT fingerprint, source, detail, first_at, last_at FROM provenance ORDER BY first_at, rowid",
        )?;
        let mut rows = statement.query([])?;
        let mut found: HashMap<Fingerprint, Vec<Provenance>> = HashMap::new();
        while let Some(row) = rows.next()? {
            let fingerprint = Fingerprint::parse(&row.get::<_, String>(0)?);
            if let Some((fingerprint, place)) = fingerprint.zip(read(row, 1)?) {
                found.entry(fingerprint).or_default().push(place);
            }
        }
        Ok(found)
    }
}

/// A place; `None` for a kind that a newer version of the program knows.
fn read(row: &Row<'_>, from: usize) -> rusqlite::Result<Option<Provenance>> {
    let source = ProvenanceSource::from_word(&row.get::<_, String>(from)?);
    let (detail, first_at, last_at) = (row.get(from + 1)?, row.get(from + 2)?, row.get(from + 3)?);
    Ok(source.map(|source| Provenance { source, detail, first_at: timestamp(first_at), last_at: timestamp(last_at) }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::ProfileKey;

    #[test]
    fn where_a_certificate_was_met_is_kept_with_the_first_and_the_last_time_and_goes_with_the_certificate() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), &ProfileKey::generate().unwrap()).unwrap();
        let (one, other) = (Fingerprint::from_bytes(&[1; 20]), Fingerprint::from_bytes(&[2; 32]));
        let day = |day: i64| Timestamp::from_second(day * 86_400).unwrap();
        let note =
            |fingerprint, source, detail: &str, at| store.note_provenance(fingerprint, source, detail, at).unwrap();
        note(&one, ProvenanceSource::Wkd, "example.org", day(30));
        note(&one, ProvenanceSource::Message, "bob@example.org", day(20));
        note(&one, ProvenanceSource::Message, "bob@example.org", day(10));
        note(&one, ProvenanceSource::Message, "bob@example.org", day(40));
        note(&other, ProvenanceSource::Dane, "example.net", day(5));
        let message = Provenance {
            source: ProvenanceSource::Message,
            detail: "bob@example.org".to_owned(),
            first_at: day(10),
            last_at: day(40),
        };
        let wkd = Provenance {
            source: ProvenanceSource::Wkd,
            detail: "example.org".to_owned(),
            first_at: day(30),
            last_at: day(30),
        };
        assert_eq!(store.provenance(&one).unwrap(), [message.clone(), wkd.clone()]);
        let all = store.all_provenance().unwrap();
        assert_eq!(all.get(&one).unwrap(), &[message, wkd]);
        assert_eq!(all.len(), 2);
        store.remove_certificate(&one).unwrap();
        assert_eq!(store.provenance(&one).unwrap(), []);
        assert_eq!(store.provenance(&other).unwrap().len(), 1);
    }

    #[test]
    fn one_certificate_sent_by_everybody_does_not_fill_the_profile() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), &ProfileKey::generate().unwrap()).unwrap();
        let one = Fingerprint::from_bytes(&[1; 20]);
        for number in 0..MAX_PLACES + 10 {
            let at = Timestamp::from_second(number).unwrap();
            store.note_provenance(&one, ProvenanceSource::Message, &format!("{number}@example.org"), at).unwrap();
        }
        assert_eq!(store.provenance(&one).unwrap().len(), usize::try_from(MAX_PLACES).unwrap());
        // One that is known still gets its newest time.
        let later = Timestamp::from_second(1_000_000).unwrap();
        store.note_provenance(&one, ProvenanceSource::Message, "0@example.org", later).unwrap();
        assert_eq!(store.provenance(&one).unwrap()[0].last_at, later);
    }
}
