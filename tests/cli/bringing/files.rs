//! A folder of files as macOS, Windows and others give them out.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::json;

use super::super::of_corpus;
use super::super::peers::{openssl, text};
use super::super::profile::Profile;
use super::super::write;
use super::{of, over, sorted};

fn copy(folder: &Path, from: &str, name: &str) {
    let to = folder.join(name);
    std::fs::copy(of_corpus(from), &to).unwrap();
    std::fs::set_permissions(&to, std::fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn a_folder_of_mixed_files_comes_with_a_report_of_each() {
    let profile = Profile::new();
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    copy(folder, "keys/p12/alice.p12", "Alice.pfx");
    copy(folder, "keys/pgp/bob.asc", "bob.asc");
    copy(folder, "keys/pgp/erin.secret.asc", "erin.asc");
    openssl(
        &[
            "x509",
            "-in",
            text(&of_corpus("keys/x509/carol.pem")),
            "-outform",
            "DER",
            "-out",
            text(&folder.join("carol.cer")),
        ],
        b"",
    );
    openssl(
        &[
            "crl2pkcs7",
            "-nocrl",
            "-certfile",
            text(&of_corpus("anchors/root.pem")),
            "-outform",
            "DER",
            "-out",
            text(&folder.join("root.p7b")),
        ],
        b"",
    );
    // A key before its certificate, in order of names.
    let key = folder.join("a.key");
    openssl(
        &[
            "req",
            "-x509",
            "-newkey",
            "ed25519",
            "-nodes",
            "-keyout",
            text(&key),
            "-out",
            text(&folder.join("z.pem")),
            "-subj",
            "/CN=Zoe",
            "-addext",
            "subjectAltName=email:zoe@example.test",
        ],
        b"",
    );
    write(folder, "notes.txt", "nothing here");
    write(folder, "broken.asc", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nxsB\n-----END PGP PUBLIC KEY BLOCK-----\n");
    let said = over(&profile, &["wonderland"], &[], &["key", "import", text(folder)]).documents();
    let (came, stayed) = sorted(&said);
    for (technology, address, has_secret) in [
        ("smime", "alice@example.test", true),
        ("openpgp", "bob@example.test", false),
        ("openpgp", "erin@example.test", true),
        ("smime", "carol@example.test", false),
        ("smime", "zoe@example.test", true),
    ] {
        let one = of(&came, technology, address);
        assert_eq!(
            (&one["has_secret"], &one["source"], &one["change"]),
            (&json!(has_secret), &json!("file"), &json!("new"))
        );
    }
    let why = |name: &str| stayed.iter().find(|one| one["subject"] == name).map(|one| one["refused"].clone());
    assert_eq!(why("notes.txt"), Some(json!("nothing")));
    assert_eq!(why("broken.asc"), Some(json!("malformed")));
    assert_eq!(stayed.len(), 2, "{stayed:#?}");
    // Without its passphrase the PKCS#12 file stays.
    let said = over(&Profile::new(), &[], &[], &["key", "import", text(folder)]).documents();
    let (_, stayed) = sorted(&said);
    assert!(
        stayed.iter().any(|one| one["subject"] == "Alice.pfx" && one["refused"] == "wrong_passphrase"),
        "{stayed:#?}"
    );
}

#[test]
fn a_secret_key_that_others_can_read_is_left_with_the_reason() {
    let profile = Profile::new();
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    copy(folder.path(), "keys/pgp/erin.secret.asc", "erin.asc");
    copy(folder.path(), "keys/pgp/bob.asc", "bob.asc");
    for name in ["erin.asc", "bob.asc"] {
        std::fs::set_permissions(folder.path().join(name), std::fs::Permissions::from_mode(0o644)).unwrap();
    }
    let said = over(&profile, &[], &[], &["key", "import", text(folder.path())]).documents();
    let (came, stayed) = sorted(&said);
    assert_eq!(came.len(), 1, "{came:#?}");
    assert_eq!((&stayed[0]["subject"], &stayed[0]["refused"]), (&json!("erin.asc"), &json!("readable_by_others")));
    assert_eq!(profile.good(&["key", "list", "--json"]).documents().len(), 0);
    // In a folder that is closed to others the same file is nobody else's.
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
    over(&profile, &[], &[], &["key", "import", text(folder.path())]).documents();
    assert_eq!(profile.good(&["key", "list", "--json"]).documents().len(), 1);
}

#[test]
fn a_folder_in_which_nothing_can_be_read_is_a_failure() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "notes.txt", "nothing here");
    let profile = Profile::new();
    let refused = over(&profile, &[], &[], &["key", "import", text(folder.path())]);
    assert!(refused.refused(1).contains("notes.txt"), "{refused:?}");
}
