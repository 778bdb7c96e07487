//! Two sentences for each reason why something was not brought: what happened, and what to do now.

use crate::engine::topic::bringing::{SourceKind, Why};

use super::why::explained;
use super::{Language, Word, one_line};

/// What a place is called.
pub fn source(language: Language, kind: SourceKind, name: &str) -> String {
    let word = match kind {
        SourceKind::Gnupg => Word::BringGnupg,
        SourceKind::Gpgsm => Word::BringGpgsm,
        SourceKind::Thunderbird => Word::BringThunderbird,
        SourceKind::CertD => Word::BringCertD,
        SourceKind::Token => Word::BringToken,
        SourceKind::Files => Word::BringFiles,
    };
    language.fill(word, &[("name", &one_line(name))])
}

explained! { Why {
    WrongPassphrase =>
        "The passphrase does not open it.",
        "Enter the right one, then bring it again.";
        "このパスフレーズでは開きません。",
        "正しいものを入れて、もう一度取り込めます。";
        [];
    PassphraseNeeded =>
        "It is protected by a passphrase.",
        "Enter the passphrase that it has there, then bring it again.";
        "パスフレーズで保護されています。",
        "元のパスフレーズを入れて、もう一度取り込めます。";
        [];
    ProgramMissing =>
        "The program that keeps this key is not installed.",
        "Install GnuPG (on Windows, Gpg4win), then bring it again.";
        "この鍵を管理するプログラムがありません。",
        "GnuPG（WindowsではGpg4win）を入れて、もう一度取り込めます。";
        [];
    ProgramFailed =>
        "The program that keeps this key did not give it.",
        "Look at its own words below, or export the key there and choose the file here.";
        "この鍵を管理するプログラムが渡しませんでした。",
        "下の言葉を確かめるか、そのプログラムで書き出したファイルを選べます。";
        [];
    SecretElsewhere =>
        "The secret key is not in this place but on a card, or was put away.",
        "Insert the card and leave the key there, or bring the key from where it is.";
        "秘密鍵はここになく、カードなど別の場所にあります。",
        "カードを挿して残したまま使うか、鍵のある場所から取り込めます。";
        [];
    Malformed =>
        "It is damaged.",
        "Export it once more, or ask its owner for a new copy.";
        "壊れています。",
        "もう一度書き出すか、持ち主に送り直してもらえます。";
        [];
    Unsupported =>
        "Its form or its algorithm is not supported here.",
        "Export it in another form, such as PKCS#12, and choose that file.";
        "形式かアルゴリズムに対応していません。",
        "PKCS#12など別の形式で書き出したファイルを選べます。";
        [];
    Nothing =>
        "No certificate and no key is in it.",
        "Nothing needs to be done, unless you expected one.";
        "証明書も鍵も入っていません。",
        "心当たりがなければ、何もする必要はありません。";
        [];
    TooLarge =>
        "It is larger than anything that holds keys.",
        "Export the keys in parts, and choose those files.";
        "鍵のファイルとしては大きすぎます。",
        "分けて書き出したファイルを選べます。";
        [];
    ReadableByOthers =>
        "Other users of this computer can read this secret key, so it was not taken.",
        "Take their right to read it away, then bring it again; if others may have copied it, make a new key.";
        "この秘密鍵はほかの利用者にも読めるため、取り込みませんでした。",
        "読む権限を外して、もう一度取り込めます。写された恐れがあれば、新しい鍵を作れます。";
        [];
    Unreadable =>
        "It can't be read.",
        "Look at its permissions, and whether another program is using it.";
        "読み取れません。",
        "権限と、ほかのプログラムが使っていないかを確かめられます。";
        [];
    NoCertificate =>
        "It is a secret key without its certificate.",
        "Put the certificate beside it, then bring both.";
        "証明書のない秘密鍵です。",
        "証明書を一緒に置いて、もう一度取り込めます。";
        [];
} }
