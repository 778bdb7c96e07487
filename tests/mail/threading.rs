//! Conversations, next to those that Dovecot makes of the same mail (RFC 5256).

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use kakitome::engine::topic::threads;
use kakitome::engine::{Profile, SecretsIn, headless};

use super::*;

/// Puts the files of a folder into a mailbox in their order, and prints the groups that THREAD makes of them.
const SCRIPT: &str = r"
import imaplib, json, os, re, ssl, sys
host, port, ca, user, password, box, folder, algorithm = sys.argv[1:]
imap = imaplib.IMAP4_SSL(host, int(port), ssl_context=ssl.create_default_context(cafile=ca))
imap.login(user, password)
imap.create(box)
for name in sorted(os.listdir(folder)):
    imap.append(box, None, None, open(os.path.join(folder, name), 'rb').read())
imap.select(box)
answer = b' '.join(imap.thread(algorithm, 'UTF-8', 'ALL')[1]).decode()
groups, depth = [], 0
for token in re.findall(r'[()]|\d+', answer):
    if token == '(':
        if depth == 0: groups.append([])
        depth += 1
    elif token == ')': depth -= 1
    else: groups[-1].append(int(token))
print(json.dumps(groups))
";

type Groups = BTreeSet<BTreeSet<usize>>;

struct Letter {
    name: &'static str,
    from: &'static str,
    to: &'static str,
    subject: &'static str,
    header: &'static str,
}

const fn letter(name: &'static str, subject: &'static str, header: &'static str) -> Letter {
    Letter { name, from: "bob@example.test", to: "alice@example.test", subject, header }
}

/// Every way to name another message, and none.
const BY_REFERENCES: [Letter; 20] = [
    letter("a", "Plan", ""),
    letter("b", "Re: Plan", "References: <a@x>\r\nIn-Reply-To: <a@x>\r\n"),
    letter("c", "Re: Plan", "In-Reply-To: <b@x>\r\n"),
    letter("d", "Re: Plan", "In-Reply-To: Your message of Monday <a@x>\r\n"),
    letter("e", "Plan", ""),
    letter("f", "Re: Plan", "References: <gone@x>\r\n"),
    letter("g", "Another name altogether", "References: <gone@x> <f@x>\r\n"),
    letter("h", "Re: Plan", "References: <lost@x>\r\n"),
    letter("i", "One of two", "References: <k@x>\r\n"),
    letter("k", "Two of two", "References: <i@x>\r\n"),
    letter("\"quoted\"", "Quoted", ""),
    letter("l", "Re: Quoted", "References: <quoted@x>\r\n"),
    letter("m", "Conflict", "References: <a@x>\r\nIn-Reply-To: <e@x>\r\n"),
    letter("n", "Folded", "References: <nobody@x>\r\n <nowhere@x>\r\n\t<e@x>\r\n"),
    letter("o", "=?utf-8?B?6K2w5LqL6Yyy?=", ""),
    letter("p", "Re: =?iso-2022-jp?B?GyRCNUQ7dk8/GyhC?=", "References: <o@x>\r\n"),
    letter("q", "Itself", "References: <q@x>\r\n"),
    letter("r", "Late child", "References: <s@x>\r\n"),
    letter("s", "Late parent", ""),
    letter("t", "Nonsense", "References: none of these\r\nIn-Reply-To: nothing\r\n"),
];

/// Subjects that join what names nothing: people who were told of it, within days.
const BY_SUBJECT: [Letter; 9] = [
    letter("a", "Plan", ""),
    Letter { name: "b", from: "alice@example.test", to: "bob@example.test", subject: "Re: Plan", header: "" },
    letter("c", "[list] RE: [list] plan (fwd)", ""),
    letter("d", "Re[2]: Plan", "References: <b@x>\r\n"),
    letter("e", "Regards", ""),
    letter("f", "=?utf-8?B?6K2w5LqL6Yyy?=", ""),
    Letter {
        name: "g",
        from: "alice@example.test",
        to: "bob@example.test",
        subject: "Re: =?iso-2022-jp?B?GyRCNUQ7dk8/GyhC?=",
        header: "",
    },
    letter("h", "Plans", ""),
    letter("i", "Re: Something that nobody wrote before", ""),
];

fn written(nth: usize, letter: &Letter) -> Vec<u8> {
    let Letter { name, from, to, subject, header } = letter;
    format!(
        "From: {from}\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <{name}@x>\r\n{header}\
         Date: Tue, 24 Nov 2026 12:{nth:02}:00 +0000\r\n\r\nx\r\n"
    )
    .into_bytes()
}

fn by_dovecot(servers: &Servers, folder: &Path, mailbox: &str, algorithm: &str) -> Groups {
    let (port, ca) = (servers.imaps_port().to_string(), servers.ca_file());
    let output = Command::new("python3")
        .args(["-c", SCRIPT, HOST, &port, ca.to_str().unwrap(), "rosa@example.test", PASSWORD, mailbox])
        .args([folder.to_str().unwrap(), algorithm])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The same files as conversations here, taken in in another order: the messages by the places of their files.
fn by_kakitome(letters: &[Vec<u8>], order: &[usize]) -> Groups {
    let dir = tempfile::tempdir().unwrap();
    let profile = Profile::open(dir.path(), &SecretsIn::File("a passphrase".into())).unwrap();
    let raws: Vec<RawMessage> = order.iter().map(|nth| RawMessage::new(letters[*nth].clone())).collect();
    headless::import(&profile, "Mixed", &raws).unwrap();
    let folder = profile.store.folders().unwrap().into_iter().find(|folder| folder.name == "Mixed").unwrap().id;
    let mut ids: Vec<i64> = profile.store.rows(folder, 100, 0).unwrap().iter().map(|row| row.id).collect();
    ids.sort_unstable();
    let group = |id: &i64| {
        let view = threads::look(&profile, *id, false).unwrap();
        let place = |id: i64| order[ids.iter().position(|other| *other == id).unwrap()] + 1;
        view.messages.iter().map(|one| place(one.row.id)).collect()
    };
    ids.iter().map(group).collect()
}

fn is_the_same(servers: &Servers, mailbox: &str, algorithm: &str, letters: &[Letter]) {
    let written: Vec<Vec<u8>> = letters.iter().enumerate().map(|(nth, one)| written(nth, one)).collect();
    let folder = tempfile::tempdir().unwrap();
    for (nth, bytes) in written.iter().enumerate() {
        std::fs::write(folder.path().join(format!("{nth:02}.eml")), bytes).unwrap();
    }
    let theirs = by_dovecot(servers, folder.path(), mailbox, algorithm);
    let forth: Vec<usize> = (0..letters.len()).collect();
    let back: Vec<usize> = (0..letters.len()).rev().collect();
    let mixed: Vec<usize> = (0..letters.len()).map(|nth| nth * 7 % letters.len()).collect();
    assert_eq!(mixed.iter().collect::<BTreeSet<_>>().len(), letters.len());
    for order in [forth, back, mixed] {
        assert_eq!(by_kakitome(&written, &order), theirs, "{algorithm}, taken in as {order:?}");
    }
}

#[test]
fn what_names_each_other_belongs_together_as_dovecot_has_it() {
    let Some(servers) = servers() else { return };
    is_the_same(servers, "References", "REFS", &BY_REFERENCES);
}

#[test]
fn bare_answers_belong_to_what_they_answer_as_dovecot_has_it() {
    let Some(servers) = servers() else { return };
    is_the_same(servers, "Subjects", "REFERENCES", &BY_SUBJECT);
}
