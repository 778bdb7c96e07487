/// Migrations in order; `PRAGMA user_version` says how many were done. Never change one that was
/// released: add another.
pub(super) const MIGRATIONS: &[&str] = &[
    FIRST,
    UNASSESSED,
    COMPARED,
    KEYS,
    OWN_KEYS,
    SIGHTED,
    WAITING,
    SEARCH,
    SUMMARIES,
    POPPED,
    ACCOUNTS,
    SYNCHRONISED,
    OUTBOX,
    PIECES,
    TAGS,
    RULES,
    THREADS,
    DELIVERIES,
    LAST_MESSAGE,
];

/// The highest row id that a message ever had, kept among the settings: none gets it again, so that whoever still means a message
/// that is gone means no other.
const LAST_MESSAGE: &str = "
INSERT OR IGNORE INTO setting (name, value)
    SELECT 'last-message-id', CAST(highest AS TEXT) FROM (SELECT max(id) AS highest FROM message)
    WHERE highest IS NOT NULL;
";

/// The conversation of each message (NULL for those that were kept before there were any), what it says of it (numbers that
/// stand for Message-IDs, people and subjects; `week` is that of `at`), and the conversations of all ids that were named.
const THREADS: &str = "
ALTER TABLE message ADD COLUMN thread INTEGER;
CREATE INDEX message_by_thread ON message (thread) WHERE thread IS NOT NULL;
CREATE INDEX message_unthreaded ON message (id) WHERE thread IS NULL;
CREATE TABLE threaded (
    message INTEGER PRIMARY KEY REFERENCES message ON DELETE CASCADE,
    id INTEGER,
    links BLOB NOT NULL,
    people BLOB NOT NULL,
    subject INTEGER,
    at INTEGER NOT NULL,
    week INTEGER NOT NULL,
    is_bare INTEGER NOT NULL
) STRICT;
CREATE INDEX threaded_by_subject ON threaded (week, subject, is_bare) WHERE subject IS NOT NULL;
CREATE TABLE known_id (
    id INTEGER PRIMARY KEY,
    thread INTEGER NOT NULL
) STRICT;
CREATE TABLE next_thread (
    number INTEGER NOT NULL
) STRICT;
INSERT INTO next_thread (number) VALUES (0);
";

/// What is known of the folders of servers, and what was done here and the servers don't know yet. A UID below 0 is none:
/// the message is shown in a folder where its server does not have it (yet).
const SYNCHRONISED: &str = "
ALTER TABLE folder ADD COLUMN modseq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE folder ADD COLUMN uid_next INTEGER NOT NULL DEFAULT 0;
ALTER TABLE folder ADD COLUMN mailbox_id TEXT NOT NULL DEFAULT '';
ALTER TABLE folder ADD COLUMN delimiter TEXT NOT NULL DEFAULT '';
ALTER TABLE folder ADD COLUMN wanted_path TEXT;
ALTER TABLE folder ADD COLUMN is_new INTEGER NOT NULL DEFAULT 0;
ALTER TABLE folder ADD COLUMN is_gone INTEGER NOT NULL DEFAULT 0;
ALTER TABLE folder ADD COLUMN is_renumbered INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message ADD COLUMN keywords TEXT NOT NULL DEFAULT '';

-- On the server and not fetched yet, and what is here of the large ones.
CREATE TABLE awaited (
    folder INTEGER NOT NULL REFERENCES folder ON DELETE CASCADE,
    uid INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (folder, uid)
) STRICT, WITHOUT ROWID;
CREATE TABLE piece (
    folder INTEGER NOT NULL REFERENCES folder ON DELETE CASCADE,
    uid INTEGER NOT NULL,
    start INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (folder, uid, start)
) STRICT;

-- A flag or keyword that is to be set or cleared.
CREATE TABLE marked (
    message INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
    flag TEXT NOT NULL COLLATE NOCASE,
    is_on INTEGER NOT NULL,
    PRIMARY KEY (message, flag)
) STRICT;

-- A message that is shown where its server does not have it: where the server has it, and by which way (`move`, `copy`,
-- `append`) it is to come here. `asked`: the server was asked to put it into that folder, whose next UID was `next_uid`,
-- and its answer was not seen.
CREATE TABLE placing (
    message INTEGER PRIMARY KEY REFERENCES message ON DELETE CASCADE,
    way TEXT NOT NULL,
    folder INTEGER REFERENCES folder ON DELETE SET NULL,
    uid INTEGER,
    asked INTEGER REFERENCES folder ON DELETE SET NULL,
    next_uid INTEGER NOT NULL DEFAULT 1,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX placing_by_source ON placing (folder, uid);

-- To be deleted on the server, because it is kept elsewhere.
CREATE TABLE discard (
    folder INTEGER NOT NULL REFERENCES folder ON DELETE CASCADE,
    uid INTEGER NOT NULL,
    PRIMARY KEY (folder, uid)
) STRICT, WITHOUT ROWID;

-- What was read here and not told yet, in the form of before.
INSERT OR IGNORE INTO marked (message, flag, is_on)
    SELECT message.id, '\\Seen', message.is_seen FROM setting, json_each(setting.value) AS mark
    JOIN message ON message.folder = mark.value ->> 0 AND message.uid = mark.value ->> 1
    WHERE setting.name = 'pending_seen';
DELETE FROM setting WHERE name = 'pending_seen';
";

/// Keywords with a name and a colour of the user's (an index into the window's colours for tags): an empty name stands for the
/// meaning that is known of the keyword. Keywords that a server does not take stay here alone. Searches that were kept.
const TAGS: &str = "
CREATE TABLE tag (
    keyword TEXT PRIMARY KEY COLLATE NOCASE,
    name TEXT NOT NULL,
    colour INTEGER NOT NULL,
    position INTEGER NOT NULL
) STRICT;
INSERT INTO tag (keyword, name, colour, position) VALUES
    ('$label1', '', 0, 1), ('$label2', '', 1, 2), ('$label3', '', 2, 3), ('$label4', '', 3, 4), ('$label5', '', 4, 5);
CREATE INDEX message_tagged ON message (keywords) WHERE keywords <> '';
CREATE TABLE local_keyword (
    message INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
    keyword TEXT NOT NULL COLLATE NOCASE,
    PRIMARY KEY (message, keyword)
) STRICT, WITHOUT ROWID;
CREATE TABLE saved_search (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    query TEXT NOT NULL,
    position INTEGER NOT NULL
) STRICT;
";

/// Rules (`body`: JSON of conditions and actions; `trouble`: why one was switched off by itself), and on which messages they
/// are to be run yet: on what comes new into an inbox, once. `arriving` is what a server has there since the inbox was last
/// looked at, and is not fetched; `ruled` are the sources (SHA-256) that the rules have looked at, so that what the user puts
/// back into the inbox elsewhere is not taken for new.
const RULES: &str = "
CREATE TABLE rule (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    position INTEGER NOT NULL,
    is_enabled INTEGER NOT NULL,
    account INTEGER REFERENCES account ON DELETE CASCADE,
    body TEXT NOT NULL,
    trouble TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE arriving (
    folder INTEGER NOT NULL REFERENCES folder ON DELETE CASCADE,
    uid INTEGER NOT NULL,
    PRIMARY KEY (folder, uid)
) STRICT, WITHOUT ROWID;
CREATE TABLE unruled (
    message INTEGER PRIMARY KEY REFERENCES message ON DELETE CASCADE
) STRICT;
CREATE TABLE ruled (
    account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    source BLOB NOT NULL,
    PRIMARY KEY (account, source)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER message_arriving AFTER INSERT ON awaited
    WHEN EXISTS (SELECT 1 FROM rule WHERE is_enabled)
        AND EXISTS (SELECT 1 FROM folder WHERE id = new.folder AND role = 'inbox' AND NOT is_renumbered
            AND uid_next > 0 AND new.uid >= uid_next)
BEGIN
    INSERT OR IGNORE INTO arriving (folder, uid) VALUES (new.folder, new.uid);
END;
CREATE TRIGGER arriving_void AFTER UPDATE OF uid_validity ON folder BEGIN
    DELETE FROM arriving WHERE folder = new.id;
END;
CREATE TRIGGER message_arrived AFTER INSERT ON message
    WHEN EXISTS (SELECT 1 FROM arriving WHERE folder = new.folder AND uid = new.uid)
BEGIN
    DELETE FROM arriving WHERE folder = new.folder AND uid = new.uid;
    INSERT INTO unruled (message) SELECT new.id FROM folder AS inbox WHERE inbox.id = new.folder
        AND NOT EXISTS (SELECT 1 FROM message AS other JOIN folder ON folder.id = other.folder
            WHERE other.raw = new.raw AND other.id <> new.id AND folder.account = inbox.account)
        AND NOT EXISTS (SELECT 1 FROM ruled JOIN raw ON raw.sha256 = ruled.source
            WHERE raw.id = new.raw AND ruled.account = inbox.account);
END;
CREATE TRIGGER message_popped AFTER INSERT ON message
    WHEN new.uid > 0 AND EXISTS (SELECT 1 FROM rule WHERE is_enabled)
        AND EXISTS (SELECT 1 FROM folder JOIN account ON account.id = folder.account
            WHERE folder.id = new.folder AND folder.role = 'inbox' AND imap_host = '' AND pop_host <> '')
BEGIN
    INSERT OR IGNORE INTO unruled (message) VALUES (new.id);
END;
";

/// Under which random name (ENVID, RFC 3461 §4.4) which message went to whom, and what was reported of it.
const DELIVERIES: &str = "
CREATE TABLE posted (
    envid TEXT PRIMARY KEY,
    message_id TEXT NOT NULL,
    recipients TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE TABLE delivery (
    message_id TEXT NOT NULL,
    recipient TEXT NOT NULL COLLATE NOCASE,
    action TEXT NOT NULL,
    status TEXT NOT NULL,
    detail TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (message_id, recipient)
) STRICT;
";

/// Large message sources are kept in pieces, each as it was or deflated for itself; `deflated` is empty then.
const PIECES: &str = "
CREATE TABLE raw_piece (
    raw INTEGER NOT NULL REFERENCES raw ON DELETE CASCADE,
    number INTEGER NOT NULL,
    size INTEGER NOT NULL,
    kept BLOB NOT NULL,
    PRIMARY KEY (raw, number)
) STRICT;
";

/// How an account signs in beside a password (JSON of the authorization server), whether that has come to its end, the user
/// name for sending where it is another, its other addresses (JSON), and its place in the list.
const ACCOUNTS: &str = "
ALTER TABLE account ADD COLUMN oauth TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN signed_out INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN smtp_user TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN identities TEXT NOT NULL DEFAULT '[]';
ALTER TABLE account ADD COLUMN position INTEGER NOT NULL DEFAULT 0;
UPDATE account SET position = id;
";

/// What the search index is (one row), what it holds, and what it does not hold yet. Only what was assessed goes into it; of
/// the holding: 0 nothing was encrypted, 1 with what was decrypted, 2 without.
const SEARCH: &str = "
CREATE TABLE search_index (
    id BLOB NOT NULL,
    form INTEGER NOT NULL,
    commits INTEGER NOT NULL
) STRICT;
CREATE TABLE indexed (
    message INTEGER PRIMARY KEY,
    lock TEXT NOT NULL,
    holding INTEGER NOT NULL
) STRICT;
CREATE TABLE unindexed (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    message INTEGER NOT NULL,
    is_gone INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX unindexed_gone ON unindexed (message) WHERE is_gone = 1;
CREATE INDEX unindexed_by_message ON unindexed (message);
CREATE INDEX message_facts
    ON message (is_seen, is_flagged, is_answered, has_attachments, folder, lock, seal);
CREATE TRIGGER message_assessed AFTER UPDATE OF lock ON message
    WHEN new.lock IS NOT NULL AND NOT EXISTS (SELECT 1 FROM indexed WHERE message = new.id AND lock = new.lock)
BEGIN
    INSERT INTO unindexed (message) VALUES (new.id);
END;
CREATE TRIGGER message_gone AFTER DELETE ON message
    WHEN EXISTS (SELECT 1 FROM indexed WHERE message = old.id)
        OR EXISTS (SELECT 1 FROM unindexed WHERE message = old.id)
BEGIN
    DELETE FROM indexed WHERE message = old.id;
    INSERT INTO unindexed (message, is_gone) VALUES (old.id, 1);
END;
INSERT INTO unindexed (message) SELECT id FROM message WHERE lock IS NOT NULL ORDER BY id DESC;
";

/// The deliveries of one message belong together (`batch`: the row id of the first); they may be held back for a while,
/// until the author can't take them back any more (`undo`) or the moment that was chosen (`later`). The draft they were
/// made of is kept until all of them are done.
const OUTBOX: &str = "
ALTER TABLE outbox ADD COLUMN batch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN subject TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN hold TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN held_until INTEGER;
ALTER TABLE outbox ADD COLUMN reports INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN requires_tls INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN copy_began INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN copy_attempts INTEGER NOT NULL DEFAULT 0;
UPDATE outbox SET batch = id;
ALTER TABLE draft ADD COLUMN batch INTEGER;
CREATE TRIGGER submission_gone AFTER DELETE ON outbox
    WHEN NOT EXISTS (SELECT 1 FROM outbox WHERE batch = old.batch)
BEGIN
    DELETE FROM draft WHERE batch = old.batch;
END;
";

/// Accounts that receive by POP3, and what came from there: unique ids (RFC 1939 §7) with
/// the sizes that the server gave, since some servers use an id again.
const POPPED: &str = "
ALTER TABLE account ADD COLUMN pop_host TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN pop_port INTEGER NOT NULL DEFAULT 995;
ALTER TABLE account ADD COLUMN pop_leaves INTEGER NOT NULL DEFAULT 1;
ALTER TABLE account ADD COLUMN pop_before_smtp INTEGER NOT NULL DEFAULT 0;
CREATE TABLE popped (
    account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    unique_id TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (account, unique_id, bytes)
) STRICT, WITHOUT ROWID;
";

/// What opens a waiting key that was given no passphrase: in its own row, so that it goes along into a backup.
const WAITING: &str = "
ALTER TABLE waiting_key ADD COLUMN passphrase TEXT;
";

/// Which message sources (SHA-256) are counted in `sighting` already.
const SIGHTED: &str = "
CREATE TABLE sighted (
    source BLOB NOT NULL,
    fingerprint TEXT NOT NULL,
    PRIMARY KEY (source, fingerprint)
) STRICT, WITHOUT ROWID;
";

/// Keys that wait for an authority, and authorities of the user's own.
const OWN_KEYS: &str = "
-- `key`: SHA-256 of the SubjectPublicKeyInfo. `secret`: PKCS #8 under a passphrase, PEM.
CREATE TABLE waiting_key (
    key TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    usage TEXT NOT NULL,
    spki BLOB NOT NULL,
    request BLOB NOT NULL,
    secret BLOB NOT NULL,
    made_at INTEGER NOT NULL
) STRICT;

-- The newest revocation list of an authority of the user's own, and where it is published.
CREATE TABLE authority (
    fingerprint TEXT PRIMARY KEY,
    list_url TEXT NOT NULL DEFAULT '',
    list_number INTEGER NOT NULL DEFAULT 0,
    list BLOB,
    list_at INTEGER,
    list_next_at INTEGER
) STRICT;
";

/// Certificates described for lists, apart from their bytes: the list is read without them.
const SUMMARIES: &str = "
ALTER TABLE certificate DROP COLUMN summary;

-- What the crypto room knows of a public certificate without reading it, as JSON. A row is missing while nobody has
-- described what the bytes are now.
CREATE TABLE summary (
    technology TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (technology, fingerprint)
) STRICT;
CREATE INDEX certificate_own ON certificate (fingerprint) WHERE has_secret;
CREATE TRIGGER summary_gone AFTER DELETE ON certificate BEGIN
    DELETE FROM summary WHERE technology = old.technology AND fingerprint = old.fingerprint;
END;
CREATE TRIGGER summary_old AFTER UPDATE OF bytes ON certificate BEGIN
    DELETE FROM summary WHERE technology = old.technology AND fingerprint = old.fingerprint;
END;
";

/// What is known of certificates beside their bytes. Times are milliseconds since 1970.
const KEYS: &str = "
-- A certificate described for the list, as JSON, so that it need not be parsed; NULL when it was not yet.
ALTER TABLE certificate ADD COLUMN summary TEXT;

-- Where a certificate was met: a source (`message`, `autocrypt`, `gossip`, `wkd`, `vks`, `hkp`, `dane`, `ldap`,
-- `aia`, `file`, `gnupg`, `gpgsm`, `thunderbird`, `cert-d`, `pkcs11`, `generated`, `issued`) and what of it.
CREATE TABLE provenance (
    fingerprint TEXT NOT NULL,
    source TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '',
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (fingerprint, source, detail)
) STRICT;

-- Trust on first use: with which certificate an address was seen to sign.
CREATE TABLE sighting (
    address TEXT NOT NULL,
    technology TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    messages INTEGER NOT NULL,
    PRIMARY KEY (address, technology, fingerprint)
) STRICT;

-- What the user answered when another certificate came for an address: `accepted`, `refused`.
CREATE TABLE key_change (
    address TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    answer TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (address, fingerprint)
) STRICT;

-- What an address last said of itself by Autocrypt (Level 1, section 4), and what others said of it.
CREATE TABLE autocrypt (
    address TEXT PRIMARY KEY,
    last_seen INTEGER NOT NULL,
    autocrypt_at INTEGER,
    fingerprint TEXT,
    prefers_encryption INTEGER NOT NULL DEFAULT 0,
    gossip_at INTEGER,
    gossip_fingerprint TEXT
) STRICT;

-- Revocation lists (`crl`), answers (`ocsp`) and fetched authorities (`issuer`), by where they came from.
CREATE TABLE evidence (
    kind TEXT NOT NULL,
    locator TEXT NOT NULL,
    bytes BLOB NOT NULL,
    fetched_at INTEGER NOT NULL,
    next_at INTEGER,
    PRIMARY KEY (kind, locator)
) STRICT;

-- What an authority of the user's own issued.
CREATE TABLE issued (
    authority TEXT NOT NULL,
    serial TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    name TEXT NOT NULL,
    issued_at INTEGER NOT NULL,
    not_after INTEGER NOT NULL,
    revoked_at INTEGER,
    reason TEXT,
    PRIMARY KEY (authority, serial)
) STRICT;

-- Keys whose secret part another program or a token keeps (`gpg-agent`, `pkcs11`), and where there, as JSON.
CREATE TABLE outside_key (
    fingerprint TEXT PRIMARY KEY,
    technology TEXT NOT NULL,
    keeper TEXT NOT NULL,
    locator TEXT NOT NULL
) STRICT;
";

/// The User IDs that a certificate bore when it was compared: a JSON list, NULL while nobody knows.
const COMPARED: &str = "
ALTER TABLE trust ADD COLUMN user_ids TEXT;
";

/// Finds what waits to be assessed, or to be opened when a key is unlocked.
const UNASSESSED: &str = "
CREATE INDEX message_unassessed ON message (id) WHERE lock IS NULL OR lock = 'cannot_open';
";

const FIRST: &str = "
CREATE TABLE account (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    smtp_host TEXT NOT NULL,
    smtp_port INTEGER NOT NULL,
    imap_host TEXT NOT NULL,
    imap_port INTEGER NOT NULL,
    user TEXT NOT NULL
) STRICT;

CREATE TABLE folder (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    path TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    uid_validity INTEGER,
    UNIQUE (account, path)
) STRICT;

-- Message sources, deflated; one for every copy of the same bytes.
CREATE TABLE raw (
    id INTEGER PRIMARY KEY,
    sha256 BLOB NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    deflated BLOB NOT NULL
) STRICT;

-- Times are milliseconds since 1970. `position` orders the list: the date, or when it came.
CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    folder INTEGER NOT NULL REFERENCES folder ON DELETE CASCADE,
    uid INTEGER NOT NULL,
    raw INTEGER NOT NULL REFERENCES raw,
    is_seen INTEGER NOT NULL,
    is_flagged INTEGER NOT NULL,
    is_answered INTEGER NOT NULL,
    has_attachments INTEGER NOT NULL,
    received_at INTEGER,
    date INTEGER,
    position INTEGER NOT NULL,
    from_name TEXT NOT NULL,
    from_address TEXT NOT NULL,
    subject TEXT NOT NULL,
    preview TEXT NOT NULL,
    lock TEXT,
    seal TEXT,
    UNIQUE (folder, uid)
) STRICT;
CREATE INDEX message_by_position ON message (folder, position DESC, id DESC);
CREATE INDEX message_by_seen ON message (folder, is_seen);
CREATE INDEX message_by_raw ON message (raw);
CREATE TRIGGER raw_unused AFTER DELETE ON message BEGIN
    DELETE FROM raw WHERE id = old.raw AND NOT EXISTS (SELECT 1 FROM message WHERE raw = old.raw);
END;

CREATE TABLE certificate (
    technology TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    bytes BLOB NOT NULL,
    has_secret INTEGER NOT NULL,
    added_at INTEGER NOT NULL,
    origin TEXT NOT NULL,
    PRIMARY KEY (technology, fingerprint)
) STRICT;

CREATE TABLE trust (
    fingerprint TEXT NOT NULL,
    kind TEXT NOT NULL,
    PRIMARY KEY (fingerprint, kind)
) STRICT;

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    sender TEXT NOT NULL,
    recipients TEXT NOT NULL,
    bytes BLOB NOT NULL,
    state TEXT NOT NULL,
    data_began INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    retry_at INTEGER,
    detail TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL,
    sent_copy BLOB
) STRICT;

CREATE TABLE draft (
    id INTEGER PRIMARY KEY,
    account INTEGER REFERENCES account ON DELETE CASCADE,
    changed_at INTEGER NOT NULL,
    head TEXT NOT NULL
) STRICT;
CREATE TABLE draft_attachment (
    draft INTEGER NOT NULL REFERENCES draft ON DELETE CASCADE,
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (draft, number)
) STRICT;

CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
";
