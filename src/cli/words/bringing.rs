//! Why something was not brought, and what to do.

use crate::engine::outside::TokenFailure;
use crate::engine::topic::bringing::Why;

use super::super::args::Lang;
use super::pick;

/// Why a token did nothing, and what to do.
pub(crate) fn token(failure: &TokenFailure, lang: Lang) -> String {
    let (english, japanese) = match failure {
        TokenFailure::Module(detail) => (
            format!("the library that speaks to the token can't be loaded ({detail}); check its path"),
            format!("トークンと話すライブラリを読み込めません（{detail}）。場所を確認できます"),
        ),
        TokenFailure::Absent => (
            "the token is not there; insert it, then try again".to_owned(),
            "トークンがありません。挿してから、やり直せます".to_owned(),
        ),
        TokenFailure::WrongPin => (
            "the PIN is wrong; a token locks itself after a few wrong ones, so check it first".to_owned(),
            "PINが違います。数回間違えるとトークンはロックされます。確認してから入れ直せます".to_owned(),
        ),
        TokenFailure::FinalTry => (
            "the token has one try left, so no PIN was tried; use its own program once, then come back".to_owned(),
            "トークンの残り回数が1回のため、PINを試していません。専用のプログラムで一度使ってから、やり直せます"
                .to_owned(),
        ),
        TokenFailure::PinLocked => (
            "the token is locked after too many wrong PINs; unblock it with its PUK in its own program".to_owned(),
            "PINの間違いが続き、トークンがロックされています。専用のプログラムでPUKを使って解除できます".to_owned(),
        ),
        TokenFailure::Other(detail) => (
            format!("the token refused ({detail}); take it out and insert it again"),
            format!("トークンが応じません（{detail}）。抜いて挿し直せます"),
        ),
    };
    pick(lang, &english, &japanese)
}

/// What happened and what to do.
pub(crate) fn why(why: Why, lang: Lang) -> String {
    let (english, japanese) = match why {
        Why::WrongPassphrase => (
            "none of the passphrases opens it; give the right one with --passphrase-file",
            "どのパスフレーズでも開きません。--passphrase-file で正しいものを渡せます",
        ),
        Why::PassphraseNeeded => (
            "it is protected; give its passphrase with --passphrase-file or --passphrase-fd",
            "パスフレーズで保護されています。--passphrase-file か --passphrase-fd で渡せます",
        ),
        Why::ProgramMissing => (
            "the program that keeps it is not installed (gpg, gpgsm); install GnuPG, then import again",
            "これを管理するプログラム（gpg、gpgsm）がありません。GnuPGを入れてから、もう一度取り込めます",
        ),
        Why::ProgramFailed => (
            "the program that keeps it refused; its own words are in brackets",
            "これを管理するプログラムが応じませんでした。その言葉を括弧内に示します",
        ),
        Why::SecretElsewhere => (
            "its secret key is not here but on a card or put away; insert the card and use --agent",
            "秘密鍵はここになく、カードなど別の場所にあります。カードを挿して --agent で使えます",
        ),
        Why::Malformed => ("it is damaged; ask for a new copy of it", "壊れています。もう一度もらえます"),
        Why::Unsupported => (
            "its form or its algorithm is not supported; export it in another form",
            "形式かアルゴリズムに対応していません。別の形式で書き出せます",
        ),
        Why::Nothing => ("no certificate or key is in it", "証明書も鍵も入っていません"),
        Why::TooLarge => ("it is too large; import its parts", "大きすぎます。分けて取り込めます"),
        Why::ReadableByOthers => (
            "other users of this machine can read this secret key, so it was left; take their right away (chmod 600), and consider a new key",
            "この秘密鍵は、この計算機のほかの利用者にも読めるため、取り込みませんでした。権限を外し（chmod 600）、新しい鍵も検討できます",
        ),
        Why::Unreadable => {
            ("it can't be read; check its name and permissions", "読み取れません。名前と権限を確認できます")
        }
        Why::NoCertificate => (
            "it holds a secret key without its certificate; put the certificate beside it",
            "証明書のない秘密鍵です。証明書を一緒に置けます",
        ),
    };
    pick(lang, english, japanese)
}
