#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use crate::net::web::Reach;
use crate::net::web::lab::oauth::OAuthServer;

use super::*;

fn server(lab: &OAuthServer, parameters: &[(&str, &str)]) -> AuthorizationServer {
    serde_json::from_value(lab.description(&["localhost"], parameters)).unwrap()
}

fn way(lab: &OAuthServer) -> Web {
    Web::new(std::slice::from_ref(&lab.root), Reach::Named).unwrap()
}

fn pages() -> Pages {
    Pages { done: "Go back & write".into(), failed: "It failed".into(), stray: "Not asked for".into() }
}

/// A sign-in with these parameters: what came of it, and what the browser showed.
async fn signed_in(lab: &OAuthServer, server: &AuthorizationServer) -> (Result<Grant, OAuthError>, String) {
    let question = SignIn::begin(server, "alice@example.test").await.unwrap();
    let url = question.url().to_owned();
    let (web, pages) = (way(lab), pages());
    let finished = tokio::spawn(async move { question.finish(&web, &pages).await });
    // Another thread of the runtime's listens meanwhile.
    let page = lab.browse(&url);
    (finished.await.unwrap(), page)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_becomes_tokens_and_a_refresh_token_becomes_the_next_ones_once() {
    let lab = OAuthServer::start("key");
    let server = server(&lab, &[("lasts", "120")]);
    let (grant, page) = signed_in(&lab, &server).await;
    let grant = grant.unwrap();
    assert!(page.contains("Go back &amp; write"), "{page}");
    assert_eq!(grant.lasts, Duration::from_mins(2));
    assert_eq!(grant.access.declassify().split('.').count(), 3, "a token of the server's");
    let first = grant.refresh.unwrap();
    let next = refresh(&server, &way(&lab), &first).await.unwrap();
    assert_ne!(next.access.declassify(), grant.access.declassify());
    assert_ne!(next.refresh.as_ref().unwrap().declassify(), first.declassify(), "it is another one");
    assert_eq!(refresh(&server, &way(&lab), &first).await.unwrap_err(), OAuthError::Revoked, "each works once");
    lab.revoke();
    assert_eq!(refresh(&server, &way(&lab), &next.refresh.unwrap()).await.unwrap_err(), OAuthError::Revoked);
    let asked = lab.requests();
    for name in ["code_challenge", "code_verifier", "redirect_uri", "state", "login_hint", "scope"] {
        assert!(asked.contains(name), "{name}: {asked}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_browser_brings_counts_only_as_the_answer_of_the_one_who_was_asked() {
    let lab = OAuthServer::start("key");
    let cases = [
        ("deny", OAuthError::Denied),
        ("busy", OAuthError::Refused("temporarily_unavailablescript".to_owned())),
        ("wrong-issuer", OAuthError::WrongIssuer),
        ("no-issuer", OAuthError::WrongIssuer),
        ("no-refresh", OAuthError::Protocol("no_refresh_token")),
    ];
    for (mode, expected) in cases {
        let (outcome, page) = signed_in(&lab, &server(&lab, &[("mode", mode)])).await;
        assert_eq!(outcome.unwrap_err(), expected, "{mode}");
        let is_failure = mode != "no-refresh";
        assert_eq!(page.contains("It failed"), is_failure, "{mode}: {page}");
    }
    // Servers that never name themselves are believed without.
    let mut silent = server(&lab, &[("mode", "no-issuer")]);
    silent.names_issuer = false;
    assert!(signed_in(&lab, &silent).await.0.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_another_question_changes_nothing() {
    let lab = OAuthServer::start("key");
    for mode in ["wrong-state", "twice"] {
        let question = SignIn::begin(&server(&lab, &[("mode", mode)]), "alice@example.test").await.unwrap();
        let strange = question.url().to_owned();
        let good = strange.replace(&format!("mode={mode}"), "mode=");
        let port = question.ear.port();
        let (web, pages) = (way(&lab), pages());
        let finished = tokio::spawn(async move { question.finish(&web, &pages).await });
        let icon = lab.browse(&format!("http://127.0.0.1:{port}/favicon.ico"));
        let guess = lab.browse(&format!("http://127.0.0.1:{port}/?code=mine&state=guessed"));
        let shown = [icon, guess, lab.browse(&strange), lab.browse(&good)];
        for page in &shown[..3] {
            assert!(page.starts_with("404 ") && page.contains("Not asked for"), "{mode}: {page}");
        }
        assert!(shown[3].contains("Go back"), "{}", shown[3]);
        finished.await.unwrap().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_asked_without_tls_without_being_registered_or_of_somebody_else() {
    let lab = OAuthServer::start("key");
    let good = server(&lab, &[]);
    let begin = async |server: &AuthorizationServer| SignIn::begin(server, "alice@example.test").await.err();
    let clear = |url: &str| url.replace("https://", "http://");
    let plain = AuthorizationServer { token: clear(&good.token), ..good.clone() };
    assert_eq!(begin(&plain).await, Some(OAuthError::NotHttps));
    assert_eq!(refresh(&plain, &way(&lab), &Secret::from("x")).await.unwrap_err(), OAuthError::NotHttps);
    let plain = AuthorizationServer { authorization: clear(&good.authorization), ..good.clone() };
    assert_eq!(begin(&plain).await, Some(OAuthError::NotHttps));
    for client_id in [None, Some(" ".to_owned())] {
        let unknown = AuthorizationServer { client_id, ..good.clone() };
        assert_eq!(begin(&unknown).await, Some(OAuthError::NoClient));
    }
    // Its authority is not known.
    let alone = Web::new(&[], Reach::Named).unwrap();
    let refused = refresh(&good, &alone, &Secret::from("x")).await.unwrap_err();
    assert_eq!(refused, OAuthError::Web(WebError::BadCertificate));
    let wrong = AuthorizationServer { client_id: Some("other".to_owned()), ..good };
    let refused = refresh(&wrong, &way(&lab), &Secret::from("x")).await.unwrap_err();
    assert_eq!(refused, OAuthError::Refused("invalid_client".to_owned()));
}

#[test]
fn the_file_of_providers_is_whole_and_names_the_servers_that_take_its_tokens() {
    let all = AuthorizationServer::list(include_bytes!("../../../assets/oauth.json")).unwrap();
    let of = |host: &str| all.iter().find(|one| one.serves(host)).map(|one| one.name.as_str());
    assert_eq!(of("imap.gmail.com"), Some("Google"));
    assert_eq!(of("SMTP.office365.com."), Some("Microsoft"));
    assert_eq!(of("imap.mail.yahoo.com"), Some("Yahoo"));
    assert_eq!(of("imap.mail.yahoo.co.jp"), None);
    for one in &all {
        assert!(server::https(&one.authorization).is_ok() && server::https(&one.token).is_ok(), "{}", one.name);
        assert!(!one.scopes.is_empty() && one.client().is_none(), "{}: client ids are the packager's", one.name);
    }
    let microsoft = all.iter().find(|one| one.name == "Microsoft").unwrap();
    assert!(microsoft.is_issuer("https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0"));
    assert!(!microsoft.is_issuer("https://login.microsoftonline.com/a/b/v2.0"));
    assert!(!microsoft.is_issuer("https://mallory.test/9188040d/v2.0"));
}

#[test]
fn tokens_are_not_in_what_is_printed_for_programmers() {
    let grant = Grant {
        access: Secret::from("access-token"),
        lasts: Duration::from_secs(1),
        refresh: Some(Secret::from("refresh-token")),
    };
    assert!(!format!("{grant:?}").contains("-token"), "{grant:?}");
}
