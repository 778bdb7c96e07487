use std::time::Duration;

use crate::engine::account;
use crate::engine::profile::SecretsIn;
use crate::engine::view::AccountForm;

use super::*;

fn grant(token: &str, seconds: u64) -> Grant {
    Grant { access: Secret::from(token), lasts: Duration::from_secs(seconds), refresh: None }
}

#[test]
fn a_token_is_used_until_shortly_before_its_end_and_a_refused_one_no_more() {
    let tokens = Tokens::default();
    let held = |id| tokens.get(id).map(|token| token.declassify().clone());
    tokens.set(1, &grant("old", 0));
    assert_eq!(held(1), None, "its time is over");
    tokens.set(1, &grant("first", 3600));
    tokens.set(2, &grant("another", u64::MAX));
    assert_eq!(held(1).as_deref(), Some("first"));
    // A refusal that comes late does not take away the token that came meanwhile.
    tokens.set(1, &grant("second", 3600));
    tokens.refuse(1, &Secret::from("first"));
    assert_eq!(held(1).as_deref(), Some("second"));
    tokens.refuse(1, &Secret::from("second"));
    assert_eq!(held(1), None);
    tokens.forget(2);
    assert_eq!(held(2), None);
}

fn form(id: Option<i64>) -> AccountForm {
    let server = serde_json::json!({
        "name": "Example", "issuer": "https://a.test", "authorization": "https://a.test/a",
        "token": "https://a.test/t", "scopes": ["mail"], "hosts": ["mail.example.test"], "client_id": "tests",
    });
    AccountForm {
        id,
        address: "alice@example.test".into(),
        smtp_host: "mail.example.test".into(),
        smtp_port: 465,
        imap_host: "mail.example.test".into(),
        imap_port: 993,
        oauth: Some(serde_json::from_value(server).unwrap()),
        ..AccountForm::default()
    }
}

/// A profile with an account that signed in, and what it was given first.
struct Desk {
    profile: Profile,
    account: AccountRecord,
    first: Secret<String>,
    _dir: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let profile = Profile::open(dir.path(), &SecretsIn::File(Secret::from("pass"))).unwrap();
        let mut desk = Self { profile, account: AccountRecord::default(), first: Secret::from("first"), _dir: dir };
        desk.signs_in("first", None);
        // As after a start.
        desk.profile.tokens.forget(desk.account.id);
        desk
    }

    fn signs_in(&mut self, refresh: &str, id: Option<i64>) {
        let with = AccountForm { grant: Some(given(refresh)), ..form(id) };
        let id = account::save(&self.profile, &with, false).unwrap();
        self.account = self.profile.store.accounts().unwrap().into_iter().find(|one| one.id == id).unwrap();
    }

    /// The answer comes to a renewal that was asked for with the first.
    fn answered(&self, answer: Result<Grant, OAuthError>) -> Result<String, FailureKind> {
        let token = renewed(&self.profile, &self.account, &self.first, answer);
        token.map(|token| token.declassify().clone()).map_err(|failure| failure.kind)
    }

    fn stored(&self) -> Option<String> {
        let stored = self.profile.secrets.as_ref().unwrap().get(&self.account.grant_name()).unwrap();
        stored.map(|stored| stored.declassify().clone())
    }

    fn held(&self) -> Option<String> {
        self.profile.tokens.get(self.account.id).map(|token| token.declassify().clone())
    }

    fn is_signed_out(&self) -> bool {
        self.profile.store.accounts().unwrap()[0].is_signed_out
    }
}

fn given(refresh: &str) -> Grant {
    Grant { refresh: Some(Secret::from(refresh)), ..grant(&format!("access of {refresh}"), 3600) }
}

#[test]
fn a_renewal_is_kept_and_one_that_counts_no_longer_signs_the_account_out() {
    let desk = Desk::new();
    assert_eq!(desk.answered(Err(OAuthError::Denied)), Err(FailureKind::SignInDenied));
    assert_eq!((desk.stored().as_deref(), desk.is_signed_out()), (Some("first"), false));
    assert_eq!(desk.answered(Ok(given("next"))).unwrap(), "access of next");
    assert_eq!((desk.stored().as_deref(), desk.held().as_deref()), (Some("next"), Some("access of next")));
    let desk = Desk::new();
    assert_eq!(desk.answered(Err(OAuthError::Revoked)), Err(FailureKind::SignInAgain));
    assert_eq!((desk.stored(), desk.is_signed_out()), (None, true));
}

#[test]
fn a_renewal_of_before_takes_nothing_from_who_signed_in_meanwhile_and_is_not_kept_in_its_place() {
    for answer in [Ok(given("next")), Err(OAuthError::Revoked)] {
        let mut desk = Desk::new();
        desk.signs_in("second", Some(desk.account.id));
        assert_eq!(desk.answered(answer).unwrap(), "access of second");
        assert_eq!((desk.stored().as_deref(), desk.is_signed_out()), (Some("second"), false));
        assert_eq!(desk.held().as_deref(), Some("access of second"));
    }
}

#[test]
fn nothing_is_kept_of_a_renewal_when_the_account_was_removed_meanwhile_or_has_a_password_now() {
    for answer in [Ok(given("next")), Err(OAuthError::Revoked)] {
        let desk = Desk::new();
        account::remove(&desk.profile, desk.account.id).unwrap();
        assert_eq!(desk.answered(answer.clone()), Err(FailureKind::SignInFailed));
        assert_eq!((desk.stored(), desk.held()), (None, None));
        // Another one may get the row id, and its token is for its own servers alone.
        let other = AccountForm { grant: Some(given("another")), address: "bob@example.test".into(), ..form(None) };
        assert_eq!(account::save(&desk.profile, &other, false).unwrap(), desk.account.id);
        assert_eq!(desk.answered(answer.clone()), Err(FailureKind::SignInFailed));
        assert_eq!((desk.stored().as_deref(), desk.is_signed_out()), (Some("another"), false));
        let desk = Desk::new();
        let password = Some(Secret::from("secret"));
        let form = AccountForm { password, oauth: None, ..form(Some(desk.account.id)) };
        account::save(&desk.profile, &form, false).unwrap();
        assert_eq!(desk.answered(answer), Err(FailureKind::SignInFailed));
        assert_eq!((desk.stored(), desk.held(), desk.is_signed_out()), (None, None, false));
    }
}

/// It could not be removed, and is there like before; while it goes, nothing is kept.
#[test]
fn nothing_is_kept_of_a_renewal_while_the_account_goes() {
    let desk = Desk::new();
    desk.profile.tokens.leave(desk.account.id);
    assert_eq!(desk.answered(Ok(given("next"))), Err(FailureKind::SignInFailed));
    assert_eq!((desk.stored().as_deref(), desk.held()), (Some("first"), None));
}
