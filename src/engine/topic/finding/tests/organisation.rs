//! Directories of an organisation, and the issuers of certificates.

use std::process::Command;

use super::*;
use crate::engine::stateless::block_on;

/// A root, an authority below it that its certificates say where to get, and somebody's certificate, by openssl.
pub(super) struct Chain {
    pub(super) folder: tempfile::TempDir,
}

impl Chain {
    pub(super) fn new(location: &str) -> Self {
        let chain = Self { folder: tempfile::tempdir().unwrap() };
        let authority = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n";
        let person = format!(
            "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature,keyEncipherment\n\
             extendedKeyUsage=emailProtection\nsubjectAltName=email:alice@example.test\n\
             authorityInfoAccess=caIssuers;URI:{location}\n"
        );
        let root = [
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "root.key", "-out", "root.pem", "-subj",
            "/CN=Root",
        ];
        chain.openssl(&root);
        chain.issue("between", "root", authority);
        chain.issue("alice", "between", &person);
        // Another authority of the same name.
        chain.issue("impostor", "root", authority);
        chain
    }

    fn issue(&self, name: &str, by: &str, extensions: &str) {
        let subject = if name == "impostor" { "/CN=between".to_owned() } else { format!("/CN={name}") };
        let (key, request, certificate) = (format!("{name}.key"), format!("{name}.csr"), format!("{name}.pem"));
        std::fs::write(self.folder.path().join("extensions"), extensions).unwrap();
        self.openssl(&["req", "-newkey", "rsa:2048", "-nodes", "-keyout", &key, "-out", &request, "-subj", &subject]);
        let (issuer, issuer_key) = (format!("{by}.pem"), format!("{by}.key"));
        let sign = ["x509", "-req", "-in", &request, "-CA", &issuer, "-CAkey", &issuer_key, "-CAcreateserial"];
        self.openssl(&[&sign[..], &["-out", &certificate, "-days", "30", "-extfile", "extensions"]].concat());
    }

    pub(super) fn openssl(&self, arguments: &[&str]) -> Vec<u8> {
        let output = Command::new("openssl").current_dir(self.folder.path()).args(arguments).output();
        let output = output.expect("openssl is installed");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    pub(super) fn der(&self, name: &str) -> Vec<u8> {
        self.openssl(&["x509", "-in", &format!("{name}.pem"), "-outform", "DER"])
    }

    pub(super) fn certificate(&self, name: &str) -> Arc<smime::X509> {
        Arc::new(smime::X509::parse(&self.der(name)).unwrap())
    }
}

#[test]
fn a_directory_gives_certificates_by_address_over_tls_of_either_kind_and_is_never_asked_without() {
    let chain = Chain::new("http://localhost/none");
    let bundle = ["crl2pkcs7", "-nocrl", "-certfile", "alice.pem", "-certfile", "between.pem", "-outform", "DER"];
    let (alice, bundle) = (chain.der("alice"), chain.openssl(&bundle));
    let entries: [(&str, &str, &[u8]); 3] = [
        ("alice@example.test", "userCertificate;binary", &alice),
        ("alice@example.test", "userSMIMECertificate", &bundle),
        // Somebody whose entry holds a certificate of another.
        ("bob@example.test", "userCertificate;binary", &alice),
    ];
    let (directory, bare) = (Directory::start(&entries, true), Directory::start(&entries, false));
    let bob = person("bob");
    let find = |server: String, address: &str| {
        let settings = FindingSettings { ldap: vec![server], ..FindingSettings::default() };
        bob.finds(&settings, address, &[LookUp::Ldap], &Means::default())
    };
    let at = |scheme: &str, port: u16| format!("{scheme}://localhost:{port}/dc=example,dc=test");
    let encrypted = at("ldaps", directory.encrypted.port());
    assert_eq!(outcomes(&find(encrypted.clone(), "alice@example.test")), no(NoAnswer::BadCertificate));
    bob.believes(&directory.root);
    for server in [encrypted, at("ldap", directory.clear.port())] {
        let search = find(server.clone(), "alice@example.test");
        assert_eq!(outcomes(&search), [Outcome::Found(1)], "{server}");
        let [found] = search.found.as_slice() else { panic!("{search:?}") };
        assert_eq!(found.report.addresses, [EmailAddress::parse("alice@example.test").unwrap()]);
        assert_eq!(outcomes(&find(server.clone(), "bob@example.test")), [Outcome::Nothing], "it names another");
        assert_eq!(outcomes(&find(server.clone(), "*@example.test")), [Outcome::Nothing], "no pattern");
        // The authority that came along is kept with it.
        keep(&bob.profile, found).unwrap();
    }
    let between = &chain.certificate("between").fingerprint;
    assert!(bob.profile.keyring().smime.find(between).is_some());
    assert_eq!(outcomes(&find(at("ldap", bare.clear.port()), "alice@example.test")), no(NoAnswer::NoStartTls));
    let nobody = at("ldaps", crate::net::web::lab::keys::free_port().port());
    assert_eq!(outcomes(&find(nobody, "alice@example.test")), no(NoAnswer::Unreachable));
    assert!(bob.profile.store.trust().unwrap().is_empty());
}

#[test]
fn a_missing_issuer_is_fetched_from_where_the_certificate_says_and_taken_only_if_it_made_the_signature() {
    let server = KeyServer::start();
    let chain = Chain::new(&format!("http://localhost:{}/ca.cer", server.http));
    let bob = person("bob");
    let alice = chain.certificate("alice");
    let fetch = |reach: Reach| {
        let means = Means { reach, ..Means::default() };
        let web = issuers::fetch(&bob.profile, &means, &alice);
        block_on(web).unwrap().into_iter().map(|(one, host)| (one.names(), host)).collect::<Vec<_>>()
    };
    assert_eq!(fetch(Reach::Anywhere), [], "there is none");
    server.put("localhost", "ca.cer", &chain.der("impostor"));
    assert_eq!(fetch(Reach::Anywhere), [], "the name is not enough");
    server.put("localhost", "ca.cer", &chain.der("between"));
    let before = server.requests();
    assert_eq!(fetch(Reach::Public), [], "nobody's message leads to this computer");
    assert_eq!(server.requests(), before);
    let expected = [(vec!["between".to_owned()], "localhost".to_owned())];
    assert_eq!(fetch(Reach::Anywhere), expected);
    let bundle = ["crl2pkcs7", "-nocrl", "-certfile", "impostor.pem", "-certfile", "between.pem", "-outform", "DER"];
    server.put("localhost", "ca.cer", &chain.openssl(&bundle));
    assert_eq!(fetch(Reach::Anywhere), expected, "certs-only PKCS #7");
}
