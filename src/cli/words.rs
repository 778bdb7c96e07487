//! The sentences that the command line prints, in both languages.

pub(crate) mod bringing;
pub(crate) mod entered;
pub(crate) mod storage;

use crate::flow::outgoing::{SendCaution, SendCautionCode};
use crate::flow::{Caution, CautionCode, Headline, Lock, Seal};

use crate::engine::topic::backup::words::Slip;
use crate::engine::{Failure, FailureKind};

use super::args::{Common, Lang};

/// The language asked for, else the environment's.
pub(crate) fn lang(common: &Common) -> Lang {
    common.lang.unwrap_or_else(|| match sys_locale::get_locale() {
        Some(locale) if locale.starts_with("ja") => Lang::Ja,
        _ => Lang::En,
    })
}

/// One of two texts.
/// Messages of an mbox that its program had marked as deleted and not yet cut out.
pub(crate) fn left_out(count: usize, lang: Lang) -> String {
    match lang {
        Lang::En => format!("{count} messages that are marked as deleted there (X-Mozilla-Status) were left out"),
        Lang::Ja => format!("元の場所で削除済みの{count}通（X-Mozilla-Status）は取り込みませんでした"),
    }
}

pub(crate) fn pick(lang: Lang, english: &str, japanese: &str) -> String {
    match lang {
        Lang::En => english.to_owned(),
        Lang::Ja => japanese.to_owned(),
    }
}

/// What a caution means.
pub(crate) fn caution(caution: &Caution, lang: Lang) -> String {
    let subject = &caution.subject;
    let (english, japanese) = match caution.code {
        CautionCode::NameNotInCertificate => (
            format!("The name {subject} is not in the certificate of the seal; anybody can write a name."),
            format!("「{subject}」という名前は封印の証明書にありません。名前はだれでも書けます。"),
        ),
        CautionCode::NameHoldsAddress => (
            format!("The name {subject} looks like an address, but the mail comes from another one."),
            format!("名前が「{subject}」とアドレスのように書かれていますが、実際の差出人は別です。"),
        ),
        CautionCode::NoIntegrity => (
            "Encrypted without protection against changes on the way; web content and links are not to be trusted."
                .into(),
            "途中での改変を防ぐ仕組みのない暗号化です。Web上の画像やリンクは信用できません。".into(),
        ),
        CautionCode::SeveralFrom => (
            format!("The message names several senders ({subject}), so no seal can speak for it."),
            format!("差出人が複数書かれているため（{subject}）、封印で確かめられません。"),
        ),
        CautionCode::NoFrom => {
            ("The message names no sender with a usable address.".into(), "差出人のアドレスがありません。".into())
        }
        CautionCode::Mixture => (
            "Only parts of the message are sealed or encrypted; they are shown apart.".into(),
            "封印や暗号化はメールの一部だけです。その部分は分けて表示しています。".into(),
        ),
        CautionCode::ListFooter => (
            "Text that the seal does not cover stands below the sealed part; a mailing list may have added it.".into(),
            "封印された部分の下に、封印の対象でない文があります。メーリングリストが加えた可能性があります。".into(),
        ),
        CautionCode::FromUnproven => (
            "Inside, the message names another sender, and no seal proves that; the outer one is shown.".into(),
            "内側には別の差出人が書かれていますが、封印で確かめられないため、外側の差出人を表示しています。".into(),
        ),
        CautionCode::HeaderMismatch => (
            format!("The field {subject} was changed on the way; the protected value is shown."),
            format!("{subject} が途中で変わっています。保護された値を表示しています。"),
        ),
        CautionCode::ReplyToElsewhere => (
            format!("An answer would go to {subject}, which is not the sender's address."),
            format!("返信は、差出人とは別のアドレス {subject} に届きます。"),
        ),
        CautionCode::RemoteContent => (
            "Pictures from the web are not loaded, so the sender can't see that you read this.".into(),
            "Web上の画像は読み込んでいません。開封したことは差出人に伝わりません。".into(),
        ),
        CautionCode::DateDiffers => (
            "The seal was made on another day than the date of the message says.".into(),
            "封印の日付がメールの日付と異なります。".into(),
        ),
        CautionCode::LookAlike => (
            format!("The address {subject} mixes letters of different scripts; it may imitate another."),
            format!("アドレス {subject} は異なる文字体系が混ざっています。別のアドレスに似せた可能性があります。"),
        ),
        CautionCode::ImitatesKnown => (
            format!("The sender's address is almost, but not quite, {subject}, which you know."),
            format!("差出人のアドレスは、あなたの知る {subject} によく似た別のものです。"),
        ),
        CautionCode::EncryptedLater => (
            "Its author sent it in the clear; somebody else encrypted it, and others may have read it.".into(),
            "差出人は暗号化せずに送っています。暗号化したのは別の人で、ほかの人も読めた可能性があります。".into(),
        ),
        CautionCode::EncryptionRemoved => (
            "Its author sent it encrypted; somebody opened it and passed it on in the clear.".into(),
            "差出人は暗号化して送っています。だれかが開いて、暗号化せずに送り直しました。".into(),
        ),
        CautionCode::AddressedToOthers => (
            format!("The protected header names {subject} as recipient, and not you; it may have been passed on."),
            format!("保護されたヘッダーの宛先は {subject} で、あなたではありません。転送された可能性があります。"),
        ),
        CautionCode::KeyChanged | CautionCode::KeyRefused => another_key(caution.code, subject),
        CautionCode::SenderDiffers => (
            format!("Another address, {subject}, handed this message in."),
            format!("このメールは別のアドレス {subject} から出されています。"),
        ),
    };
    match lang {
        Lang::En => english,
        Lang::Ja => japanese,
    }
}

/// Another key than before.
fn another_key(code: CautionCode, subject: &str) -> (String, String) {
    if code == CautionCode::KeyRefused {
        return (
            format!("You said that the key of this seal does not belong to {subject}; take it for another's."),
            format!("この封印の鍵は {subject} のものではないと、あなたが答えています。別の人のものと考えてください。"),
        );
    }
    (
        format!("Until now another key signed for {subject}; ask the author in another way whether it is theirs."),
        format!("{subject} の封印は、これまでと別の鍵によるものです。本人の鍵かどうか、別の方法で確かめられます。"),
    )
}

/// What the author should know, though it does not stand in the way.
pub(crate) fn send_caution(caution: &SendCaution, lang: Lang) -> String {
    let subject = &caution.subject;
    let (english, japanese) = match caution.code {
        SendCautionCode::UnauthenticatedCertificate => (
            format!("nobody that is trusted vouches for the certificate of {subject}; compare its fingerprint"),
            format!("{subject} の証明書を保証する人がいません。指紋を照合できます"),
        ),
        SendCautionCode::BccOwnDelivery => (
            format!("{subject} gets a delivery of their own, so that nobody else sees it"),
            format!("{subject} には、ほかの人に見えないよう別に送ります"),
        ),
        SendCautionCode::SentCopyUnreadable => (
            format!("{subject} has no certificate here, so the author can't open the copy that is kept"),
            format!("{subject} の証明書がないため、控えを自分で開けません"),
        ),
        SendCautionCode::EmptySubject => ("the subject is empty".to_owned(), "件名がありません".to_owned()),
        SendCautionCode::NotSigned => (
            "encrypted but not signed, so the recipients can't tell who wrote it; add --sign".to_owned(),
            "暗号化だけで署名がないため、受信者は差出人を確かめられません。--sign で署名できます".to_owned(),
        ),
    };
    pick(lang, &english, &japanese)
}

/// What is wrong with recovery words.
pub(crate) fn slip(slip: &Slip, lang: Lang) -> String {
    let (english, japanese) = match slip {
        Slip::Unknown { number, word, near: Some(near) } => (
            format!("word {number}, {word}, is not a recovery word; {near} may be meant"),
            format!("{number}番目の「{word}」は復元の言葉にありません。「{near}」かもしれません"),
        ),
        Slip::Unknown { number, word, near: None } => (
            format!("word {number}, {word}, is not a recovery word; compare it with the sheet"),
            format!("{number}番目の「{word}」は復元の言葉にありません。シートと見比べられます"),
        ),
        Slip::Count(count) => (
            format!("there are {count} words, and recovery words are twelve; look for the missing ones"),
            format!("言葉が{count}個あります。復元の言葉は十二個です"),
        ),
        Slip::Checksum => (
            "each is a recovery word, but together they are none; look whether two changed places or one was taken for another"
                .to_owned(),
            "どれも復元の言葉ですが、組み合わせが合いません。順番の入れ違いや似た言葉を確かめられます".to_owned(),
        ),
    };
    pick(lang, &english, &japanese)
}

/// The two words of a headline.
pub(crate) fn headline(headline: Headline, lang: Lang) -> String {
    let lock = match headline.lock {
        Lock::NotEncrypted => pick(lang, "not encrypted", "暗号化なし"),
        Lock::Encrypted => pick(lang, "encrypted", "暗号化"),
        Lock::CannotOpen => pick(lang, "encrypted, can't be opened", "暗号化（開けません）"),
    };
    let seal = match headline.seal {
        Seal::Unsigned => pick(lang, "no seal", "封印なし"),
        Seal::Authenticated => pick(lang, "sealed", "封印あり"),
        Seal::Partial => pick(lang, "sealed, not enough vouch for the key", "封印あり（保証は不十分）"),
        Seal::Unauthenticated => pick(lang, "sealed, nobody vouches for the key", "封印あり（保証なし）"),
        Seal::Broken => pick(lang, "the seal does not hold", "封印が一致しません"),
    };
    format!("{lock} · {seal}")
}

/// What happened and what to do, in one line.
pub(crate) fn failure(failure: &Failure, lang: Lang) -> String {
    let entered = entered::sentences(&failure.source).filter(|_| failure.kind == FailureKind::Input);
    let (english, japanese) = entered.unwrap_or_else(|| sentences(failure.kind));
    let detail: Vec<&str> =
        [failure.subject.as_str(), failure.source.as_str()].into_iter().filter(|text| !text.is_empty()).collect();
    let text = pick(lang, english, japanese);
    if detail.is_empty() { text } else { format!("{text} ({})", detail.join(": ")) }
}

#[allow(clippy::too_many_lines)] // a table
fn sentences(kind: FailureKind) -> (&'static str, &'static str) {
    match kind {
        FailureKind::Unreachable => (
            "the server can't be reached; check the network and the server's name",
            "サーバーに接続できません。ネットワークとサーバー名を確認できます",
        ),
        FailureKind::NoStartTls => (
            "the server offers no STARTTLS, or it was removed on the way, so nothing was sent; ask the provider for the right server",
            "サーバーがSTARTTLSに対応していないか、途中で取り除かれたため、何も送っていません。正しいサーバーをプロバイダーに確認できます",
        ),
        FailureKind::BadServerCertificate => (
            "the server's certificate is not the right one, so nothing was sent; check the server's name, or try another network",
            "サーバーの証明書が正しくないため、何も送っていません。サーバー名を確認するか、別のネットワークを試せます",
        ),
        FailureKind::LoginRefused => (
            "the server refused the user name or the password; check both",
            "ユーザー名かパスワードが拒否されました。両方を確認できます",
        ),
        FailureKind::NotYourAddress => (
            "no account may send as this author; add the address with `account identity`, or change From",
            "この差出人で送れるアカウントがありません。`account identity` で加えるか、差出人を変えられます",
        ),
        FailureKind::ReceivesOtherwise => (
            "an account that has mail can't change between POP3 and IMAP; add the mailbox as another account",
            "メールのあるアカウントでは、POP3とIMAPを切り替えられません。別のアカウントとして加えられます",
        ),
        FailureKind::SignInAgain
        | FailureKind::SignInDenied
        | FailureKind::SignInFailed
        | FailureKind::NotRegistered => signing_in(kind),
        FailureKind::ServerUnproven => (
            "the server could not prove that it knows the password, which was not handed over; check the server's name and ask the provider",
            "サーバーがパスワードを知っていることを証明できませんでした。パスワードは渡していません。サーバー名を確認し、プロバイダーに尋ねられます",
        ),
        FailureKind::NoLoginMethod => (
            "the server offers no way to log in that is known here; ask the provider",
            "使えるログイン方法がサーバーにありません。プロバイダーに確認できます",
        ),
        FailureKind::Rejected => (
            "the server refused the message for good; read its words and change the message",
            "サーバーがメールを拒否しました。理由を読んで直せます",
        ),
        FailureKind::Deferred => (
            "the server asks to try later; it stays in the outbox and is tried again",
            "サーバーが後での再試行を求めています。送信待ちに残り、自動で再試行します",
        ),
        FailureKind::Uncertain => (
            "the connection broke after the message was handed over, so it may have been sent; ask the recipient before sending again",
            "渡した後に接続が切れたため、送信済みかもしれません。再送の前に宛先へ確認できます",
        ),
        FailureKind::Protocol => {
            ("the server said something unexpected; try again later", "サーバーの応答が想定外でした。後でやり直せます")
        }
        FailureKind::Port25
        | FailureKind::TooBig
        | FailureKind::NoUtf8
        | FailureKind::NoEightBit
        | FailureKind::NoRequireTls
        | FailureKind::GaveUp
        | FailureKind::PartlyRefused => submitting(kind),
        FailureKind::Blocked => (
            "the message can't be sent as asked; see what stands in the way",
            "このままでは送れません。妨げているものを確認できます",
        ),
        FailureKind::Store => (
            "the profile's database could not be used; restore it from a backup",
            "プロファイルのデータベースを使えません。バックアップから戻せます",
        ),
        FailureKind::OverQuota => (
            "the mailbox on the server is full; delete something there; the message stays here and is put there later",
            "サーバーのメールボックスがいっぱいです。サーバー側で削除できます。メールはここに残り、後で移します",
        ),
        FailureKind::Damaged => (
            "the profile's database is damaged; `store check` says where, `store repair` keeps all that can be read",
            "プロファイルのデータベースが壊れています。`store check` で確かめ、`store repair` で読める分を残せます",
        ),
        FailureKind::NoSpace => (
            "there is too little room on the disk; nothing was changed; make room and try again",
            "ディスクの空きが足りません。何も変わっていません。空きを作ってから試せます",
        ),
        FailureKind::SecretStore => (
            "the keyring of the system did not give the secret; unlock it, or use --secret-store file",
            "システムのキーリングから秘密を取り出せません。解除するか --secret-store file を使えます",
        ),
        FailureKind::ProfileLocked => (
            "the profile's passphrase is wrong or missing; give it with --passphrase-file",
            "プロファイルのパスフレーズが違うか、ありません。--passphrase-file で渡せます",
        ),
        FailureKind::ProfileInUse => (
            "another program has this profile open; close it first",
            "このプロファイルは別のプログラムが開いています。先に閉じてください",
        ),
        FailureKind::File => (
            "a file could not be read or written; check its name and permissions",
            "ファイルを読み書きできません。名前と権限を確認できます",
        ),
        FailureKind::Import => (
            "no certificate or key could be read; OpenPGP, PEM, DER, PKCS#7, PKCS#8 and PKCS#12 files are read",
            "証明書も鍵も読み取れません。OpenPGP、PEM、DER、PKCS#7、PKCS#8、PKCS#12に対応しています",
        ),
        FailureKind::WrongPassphrase => (
            "none of the passphrases opens it; give the right one with --passphrase-file",
            "どのパスフレーズでも開きません。--passphrase-file で正しいものを渡せます",
        ),
        FailureKind::WrongWords | FailureKind::NotABackup | FailureKind::ReadableByOthers => of_backups(kind),
        FailureKind::Protect => {
            ("signing or encrypting did not work; check the key", "署名か暗号化ができませんでした。鍵を確認できます")
        }
        FailureKind::NoCertifyingKey
        | FailureKind::KeptElsewhere
        | FailureKind::NotNamed
        | FailureKind::NothingToRetract => certifying(kind),
        FailureKind::IssuedElsewhere => (
            "the certificate was issued by an authority elsewhere; ask that one to withdraw it or to issue a new one",
            "外部の認証局が発行した証明書です。失効や再発行はその認証局に頼めます",
        ),
        FailureKind::Input => ("something given is not right; check it", "入力に誤りがあります。確認できます"),
        FailureKind::Cancelled => ("stopped as asked", "中止しました"),
        FailureKind::Internal => (
            "a defect of this program; please report it with the detail",
            "このプログラムの不具合です。詳細を添えて報告できます",
        ),
    }
}

/// Signing in at a provider, in place of a password.
fn signing_in(kind: FailureKind) -> (&'static str, &'static str) {
    match kind {
        FailureKind::SignInDenied => (
            "the sign-in was declined in the browser; sign in again and allow access, or use an app password",
            "ブラウザーでのサインインが許可されませんでした。もう一度許可するか、アプリパスワードを使えます",
        ),
        FailureKind::SignInFailed => (
            "the provider did not give what is needed for logging in; sign in again, or use an app password",
            "ログインに必要なものを提供元から受け取れませんでした。もう一度サインインするか、アプリパスワードを使えます",
        ),
        FailureKind::NotRegistered => (
            "this build is not registered with the provider; use an app password, or fill in assets/oauth.json and build again",
            "このプログラムは提供元に登録されていません。アプリパスワードを使うか、assets/oauth.jsonに記入して作り直せます",
        ),
        _ => (
            "the provider asks you to sign in again; use `account login`; nothing is lost",
            "提供元がもう一度サインインを求めています。`account login` でサインインできます。何も失われていません",
        ),
    }
}

/// Vouching for others.
fn certifying(kind: FailureKind) -> (&'static str, &'static str) {
    match kind {
        FailureKind::NoCertifyingKey => (
            "no OpenPGP key of your own can certify now; make one with `key generate`, or renew it",
            "ほかの人を証明できる自分のOpenPGPの鍵がありません。`key generate` で作るか、期限を延ばせます",
        ),
        FailureKind::KeptElsewhere => (
            "gpg-agent or a token keeps this key and did not use it; see that it is there and open, or do this with gpg",
            "この鍵はgpg-agentかトークンの中にあり、使えませんでした。使える状態にするか、gpgで行えます",
        ),
        FailureKind::NotNamed => (
            "the certificate doesn't name this address, so nothing was certified; `cert list` shows what it names",
            "証明書にこのアドレスがないため、何も証明していません。`cert list` で確認できます",
        ),
        _ => (
            "none of your keys certifies this, so there is nothing to take back",
            "自分の鍵による証明がないため、取り消すものはありません",
        ),
    }
}

/// What a submission server can't do, or did not.
fn submitting(kind: FailureKind) -> (&'static str, &'static str) {
    match kind {
        FailureKind::Port25 => (
            "port 25 is for servers among themselves and most providers block it (OP25B); use 587",
            "25番ポートはサーバー同士のもので、ほとんどの回線で使えません（OP25B）。587番を使えます",
        ),
        FailureKind::TooBig => (
            "the message is bigger than this server takes, so nothing was sent; the limit in bytes follows",
            "このサーバーが受け取れる大きさを超えているため、何も送っていません。上限のバイト数は次のとおりです",
        ),
        FailureKind::NoUtf8 => (
            "the server can't carry addresses or header fields that are not ASCII (SMTPUTF8), so nothing was sent; use another account",
            "サーバーがASCII以外のアドレスやヘッダーを扱えないため（SMTPUTF8）、何も送っていません。別のアカウントを使えます",
        ),
        FailureKind::NoEightBit => (
            "the server can't carry this text as it is (8BITMIME), so nothing was sent; use another account",
            "サーバーがこの文字をそのまま扱えないため（8BITMIME）、何も送っていません。別のアカウントを使えます",
        ),
        FailureKind::NoRequireTls => (
            "the server does not promise TLS all the way (REQUIRETLS), so nothing was sent; leave --require-tls out or use another account",
            "サーバーが途中すべてのTLSを約束しないため（REQUIRETLS）、何も送っていません。--require-tls を外すか、別のアカウントを使えます",
        ),
        FailureKind::PartlyRefused => (
            "the server did not take some recipients, the others get the message; `outbox list` shows its words",
            "一部の宛先が受け付けられませんでした。ほかの宛先には送られています。`outbox list` でサーバーの返事を確認できます",
        ),
        _ => (
            "it was tried for five days without success; `outbox list` shows what the server said, `outbox retry` tries again",
            "五日間試しましたが送れませんでした。`outbox list` でサーバーの返事を確認し、`outbox retry` でやり直せます",
        ),
    }
}

fn of_backups(kind: FailureKind) -> (&'static str, &'static str) {
    match kind {
        FailureKind::WrongWords => (
            "the words or the code don't open it; use the sheet with the number that the backup names",
            "この言葉やコードでは開きません。バックアップと同じ番号の復元シートを使えます",
        ),
        FailureKind::ReadableByOthers => (
            "others can read this file, and a secret key lies in it without a passphrase; run chmod 600 on it, then import it again",
            "ほかの人が読めるファイルに、パスフレーズのない秘密鍵が入っています。chmod 600 の後で読み込めます",
        ),
        _ => (
            "the file is no backup, or it is damaged; use another copy of it",
            "バックアップではないか、壊れています。別の写しを使えます",
        ),
    }
}
