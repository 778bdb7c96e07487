//! Keys that wait for an authority's answer go along, with what opens them.

use super::super::own_keys::sign_request;
use super::*;

#[test]
fn a_key_that_waits_comes_back_and_the_answer_finds_it_there() {
    // Under what the profile makes itself, and under a passphrase of its own.
    for own in [&[][..], &["swordfish"]] {
        let home = Home::new();
        let csr = home.path("request.pem");
        let asked = ["key", "generate", "--technology", "smime", "--kind", "p256", "--name", "Dora", "--address", DORA];
        home.good(&[&asked[..], &["--request", text(&csr)]].concat(), own);
        let waiting = |home: &Home| home.good(&["key", "waiting", "--json"], &[]).documents();
        let waited = waiting(&home);
        assert_eq!(waited.len(), 1);
        let (file, words) = home.backup();
        let rehearsed = home.good(&["key", "backup", "--rehearse", text(&file)], &[&words]);
        assert_eq!(rehearsed.code, Some(0));

        // The first machine is gone before the authority answers.
        let other = Home::new();
        let moved = write(other.folder.path(), "moved.pgp", std::fs::read(&file).unwrap());
        let request = write(other.folder.path(), "request.pem", std::fs::read(&csr).unwrap());
        drop(home);
        other.restore(&moved, &words);
        assert_eq!(waiting(&other), waited);
        let again = other.good(&["key", "waiting", word(&waited[0], "/waiting")], &[]);
        assert_eq!(again.output, std::fs::read(&request).unwrap(), "the request can be had again");

        let (_, answer) = sign_request(&|name: &str| other.path(name), &request);
        let taken = other.good(&["key", "import", text(&answer), "--json"], &[]).document();
        assert_eq!((&taken["has_secret"], taken["locked"] == true), (&Value::Bool(true), !own.is_empty()), "{taken}");
        assert_eq!(waiting(&other), Vec::<Value>::new());
        let fingerprint = word(&taken, "/fingerprint").to_owned();
        assert_eq!(other.keys(), std::slice::from_ref(&fingerprint));

        // It opens what openssl encrypts to it.
        let head = ["-from", "bob@example.test", "-to", DORA, "-subject", "x"];
        let encrypt = [&["cms", "-encrypt", "-aes256"][..], &head, &[text(&answer)]].concat();
        let mail = openssl(&encrypt, b"Content-Type: text/plain\r\n\r\nhello\r\n");
        let mail = write(other.folder.path(), "x.eml", mail);
        other.good(&["import", text(&mail)], &[]);
        let shown = other.good(&["show", "1", "--json"], own).document();
        assert_eq!((word(&shown, "/headline/lock"), word(&shown, "/text")), ("encrypted", "hello\n"), "{shown}");
        // And once more: that the answer came is not undone by the backup in which it had not.
        other.restore(&moved, &words);
        assert_eq!(other.keys(), [fingerprint]);
        assert_eq!(waiting(&other), Vec::<Value>::new());
    }
}
