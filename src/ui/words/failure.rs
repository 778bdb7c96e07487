//! Two sentences for each kind of failure: what happened, and what to do now.

use crate::engine::{Failure, FailureKind};

use super::why::{Explained, explained};
use super::{Language, Word, bytes, one_line};

/// What happened, and what to do now.
pub fn sentences(language: Language, failure: &Failure) -> (String, String) {
    let row = failure.kind.row();
    let subject = match (failure.kind, failure.subject.parse::<usize>()) {
        // The server's limit.
        (FailureKind::TooBig | FailureKind::NoSpace, Ok(limit)) => bytes(limit),
        _ => one_line(&failure.subject),
    };
    let quoted = match (subject.is_empty(), language) {
        (true, _) => String::new(),
        (false, Language::English) => format!(" ({subject})"),
        (false, Language::Japanese) => format!("（{subject}）"),
    };
    match entered(&failure.source).filter(|_| failure.kind == FailureKind::Input) {
        Some((means, advice)) => (language.fill(means, &[("subject", &quoted)]), language.say(advice).to_owned()),
        None => (row.means(language, &[("subject", &quoted)]), row.advice(language, &[])),
    }
}

/// What is wrong with something that was entered, and what to do now.
fn entered(source: &str) -> Option<(Word, Word)> {
    Some(match source {
        "rule_query" => (Word::WrongRuleQuery, Word::WrongRuleQueryNow),
        "rule_folder_gone" => (Word::WrongRuleFolder, Word::WrongRuleFolderNow),
        "rule_tag_gone" => (Word::WrongRuleTag, Word::WrongRuleTagNow),
        "tag_exists" => (Word::WrongTagName, Word::WrongNameNow),
        "name_taken" => (Word::WrongSearchName, Word::WrongNameNow),
        "bad_name" | "bad_tag_name" => (Word::WrongName, Word::WrongNameNow),
        _ => return None,
    })
}

/// The kind that a code of the network stands for, when it is not the server's own answer.
pub fn of_code(code: &str) -> Option<FailureKind> {
    Some(match code {
        "unreachable" | "tls" => FailureKind::Unreachable,
        "no_start_tls" => FailureKind::NoStartTls,
        "bad_certificate" => FailureKind::BadServerCertificate,
        "no_login_method" => FailureKind::NoLoginMethod,
        "server_unproven" => FailureKind::ServerUnproven,
        "login_refused" => FailureKind::LoginRefused,
        "protocol" => FailureKind::Protocol,
        "port_25" => FailureKind::Port25,
        "too_big" => FailureKind::TooBig,
        "no_smtputf8" => FailureKind::NoUtf8,
        "not_ascii" => FailureKind::NoEightBit,
        "no_requiretls" => FailureKind::NoRequireTls,
        _ => return None,
    })
}

explained! { FailureKind {
    Unreachable =>
        "The server could not be reached{subject}.",
        "Look at your connection and the server's name, then try again.";
        "サーバーに接続できません{subject}。",
        "接続とサーバー名を確かめて、もう一度試せます。";
        [];
    NoStartTls =>
        "The server offers no encrypted connection, or somebody on the way removed the offer{subject}.",
        "Nothing was sent, and your password stayed here. Ask your provider, or try from another network.";
        "サーバーが暗号化接続を提示していません。途中で取り除かれた可能性もあります{subject}。",
        "何も送っておらず、パスワードも渡していません。提供元に尋ねるか、別のネットワークで試せます。";
        [];
    BadServerCertificate =>
        "The server showed a certificate that is not its own{subject}.",
        "Nothing was sent, and your password stayed here. Look at the server's name, or ask your provider.";
        "サーバーの証明書が正しくありません{subject}。",
        "何も送っておらず、パスワードも渡していません。サーバー名を確かめるか、提供元に尋ねてください。";
        [];
    LoginRefused =>
        "The server refused the user name or the password{subject}.",
        "Enter them again in the settings.";
        "ユーザー名かパスワードが受け付けられませんでした{subject}。",
        "設定で入れ直せます。";
        [];
    NotYourAddress =>
        "No account here may send as this author{subject}.",
        "Choose another sender, or add the address to an account in the settings.";
        "この差出人で送れるアカウントがありません{subject}。",
        "別の差出人を選ぶか、設定でアカウントにアドレスを加えられます。";
        [];
    ReceivesOtherwise =>
        "An account that has mail can't change between POP3 and IMAP: what came by POP3 may be nowhere but here{subject}.",
        "Add the same mailbox as a second account, move what you want to keep into its folders, then remove this one.";
        "メールのあるアカウントでは、POP3とIMAPを切り替えられません。POP3で受けたメールは、ここにしかないことがあります{subject}。",
        "同じメールボックスを別のアカウントとして加え、残すメールをそちらのフォルダーに移してから、このアカウントを削除できます。";
        [];
    SignInAgain =>
        "Your provider does not let this account in any more without you{subject}.",
        "Sign in again. Your mail here, and what waits to be sent, stays as it is.";
        "提供元が、あなたの確認なしではこのアカウントを受け付けなくなりました{subject}。",
        "もう一度サインインできます。手元のメールと送信待ちのメールは、そのまま残っています。";
        [];
    SignInDenied =>
        "The sign-in was declined in the browser{subject}.",
        "Sign in again and allow access to mail, or use an app password.";
        "ブラウザーでのサインインが許可されませんでした{subject}。",
        "もう一度サインインしてメールへのアクセスを許可するか、アプリパスワードを使えます。";
        [];
    SignInFailed =>
        "The provider did not give what is needed for logging in{subject}.",
        "Sign in again. If that does not help, use an app password.";
        "ログインに必要なものを、提供元から受け取れませんでした{subject}。",
        "もう一度サインインできます。うまくいかなければ、アプリパスワードを使えます。";
        [];
    NotRegistered =>
        "This build of Kakitome is not registered with the provider, so signing in through the browser is not possible{subject}.",
        "Use an app password, or ask whoever packaged the program.";
        "このKakitomeは提供元に登録されていないため、ブラウザーでのサインインができません{subject}。",
        "アプリパスワードを使うか、配布元に問い合わせられます。";
        [];
    ServerUnproven =>
        "The server could not prove that it knows your password{subject}: it may not be the one it says it is.",
        "Your password was not handed over. Look at the server's name, and ask your provider before you try again.";
        "サーバーがパスワードを知っていることを証明できませんでした{subject}。別のサーバーの可能性があります。",
        "パスワードは渡していません。サーバー名を確かめ、もう一度試す前に提供元に尋ねてください。";
        [];
    NoLoginMethod =>
        "The server offers no way to log in that is known here{subject}.",
        "Ask your provider which one it needs.";
        "サーバーのログイン方式に対応していません{subject}。",
        "必要な方式を提供元に尋ねてください。";
        [];
    Protocol =>
        "The server answered in a way that can't be understood{subject}.",
        "Try again later, or tell your provider.";
        "サーバーの応答を解釈できません{subject}。",
        "後でもう一度試すか、提供元に伝えてください。";
        [];
    Rejected =>
        "The server refused the message for good{subject}.",
        "Correct the recipient, or ask them why.";
        "サーバーがメールを拒否しました{subject}。",
        "宛先を直すか、相手に理由を尋ねてください。";
        [];
    Deferred =>
        "The server asked to try later{subject}.",
        "It is tried again by itself. You can also try now from the outbox.";
        "サーバーから後での再試行を求められました{subject}。",
        "自動で再試行します。送信待ちから今すぐ試すこともできます。";
        [];
    Uncertain =>
        "The connection broke after the message was handed over{subject}. It may have been sent.",
        "Look whether it arrived, then decide in the outbox whether to send it again.";
        "メールを渡した後に接続が切れました{subject}。送れた可能性があります。",
        "届いたか確かめてから、送り直すかどうかを送信待ちで決められます。";
        [];
    Port25 =>
        "Port 25 is for mail servers among themselves, and most providers block it for everybody else (OP25B){subject}.",
        "Choose port 587 with STARTTLS, or 465 with TLS, in the settings.";
        "25番ポートはメールサーバー同士のもので、OP25Bによりほとんどの回線で使えません{subject}。",
        "設定で587番（STARTTLS）か465番（TLS）を選ぶと送れます。";
        [];
    TooBig =>
        "The message is bigger than this server takes{subject}.",
        "Nothing was sent. Take a file out, or pass it on in another way.";
        "このサーバーが受け取れる大きさを超えています{subject}。",
        "何も送っていません。添付を減らすか、別の方法で渡せます。";
        [];
    NoUtf8 =>
        "The server can't carry addresses or header fields beyond plain letters (SMTPUTF8){subject}.",
        "Nothing was sent. Ask the recipient for another address, or send through another account.";
        "このサーバーはSMTPUTF8に対応せず、英数字以外のアドレスやヘッダーを扱えません{subject}。",
        "何も送っていません。相手の別のアドレスか、別のアカウントを使えます。";
        [];
    NoEightBit =>
        "The server can't carry the letters of this message as they are (8BITMIME){subject}.",
        "Nothing was sent. Send it through another account.";
        "このサーバーは8BITMIMEに対応せず、このメールの文字をそのまま扱えません{subject}。",
        "何も送っていません。別のアカウントから送れます。";
        [];
    NoRequireTls =>
        "The server doesn't promise encrypted connections all the way (REQUIRETLS){subject}.",
        "Nothing was sent. Send it without that wish, or through another account.";
        "このサーバーは、途中すべての接続の暗号化（REQUIRETLS）を約束していません{subject}。",
        "何も送っていません。この条件を外すか、別のアカウントから送れます。";
        [];
    GaveUp =>
        "It was tried for five days, and the message could not be handed over{subject}.",
        "Read in the outbox what the server said, then try again or write to them in another way.";
        "五日間試しましたが、メールを渡せませんでした{subject}。",
        "送信待ちでサーバーの返事を確かめ、もう一度試すか、別の方法で連絡できます。";
        [];
    PartlyRefused =>
        "The server didn't take these recipients{subject}; the others get the message.",
        "They stay in the outbox with the server's words. Correct the address there, or wait where it is tried again.";
        "一部の宛先が受け付けられませんでした{subject}。ほかの宛先には送られています。",
        "受け付けられなかった宛先は、サーバーの返事とともに送信待ちに残ります。そこでアドレスを直せます。";
        [];
    Blocked =>
        "The message can't be protected as you asked{subject}.",
        "Nothing was sent. The composer shows who and why.";
        "指定どおりに保護できません{subject}。",
        "何も送っていません。だれのためかと理由は、作成画面に表示されます。";
        [];
    Protect =>
        "Sealing or encrypting did not work{subject}.",
        "Nothing was sent. Look at your key under My keys.";
        "封印か暗号化ができませんでした{subject}。",
        "何も送っていません。「自分の鍵」で鍵を確かめられます。";
        [];
    WrongPassphrase =>
        "The passphrase doesn't fit{subject}.",
        "Enter it again; capital and small letters differ.";
        "パスフレーズが合いません{subject}。",
        "大文字と小文字に気をつけて、もう一度入れてください。";
        [];
    WrongWords =>
        "The words or the code don't open the backup{subject}.",
        "Look for the sheet with the number that the backup names, and compare word by word.";
        "この言葉やコードではバックアップが開きません{subject}。",
        "バックアップと同じ番号の復元シートを探し、言葉を一つずつ確かめられます。";
        [];
    NotABackup =>
        "The file is no backup, or it is damaged{subject}.",
        "Choose the file that Kakitome wrote as a backup, or another copy of it.";
        "バックアップではないか、壊れているファイルです{subject}。",
        "Kakitomeが書き出したバックアップか、その別の写しを選べます。";
        [];
    ReadableByOthers =>
        "Others can read the file, and a secret key lies in it without a passphrase{subject}.",
        "Take that right from them (chmod 600), then import it again. Make new keys if somebody may have copied it.";
        "ほかの人が読めるファイルに、パスフレーズのない秘密鍵が入っています{subject}。",
        "chmod 600 でほかの人の権限を外すと読み込めます。写された恐れがあるなら、新しい鍵を作ると安心です。";
        [];
    Store =>
        "The mail store could not be read or written{subject}.",
        "Look whether the disk is full, then start again.";
        "メールの保存場所を読み書きできません{subject}。",
        "ディスクの空きを確かめてから、起動し直してください。";
        [];
    OverQuota =>
        "Your mailbox on the server is full{subject}.",
        "The message stays here and is put there when there is room. Delete something large, and empty the trash.";
        "サーバーのメールボックスがいっぱいです{subject}。",
        "メールはここに残り、空きができれば移します。大きなメールを削除し、ごみ箱を空にできます。";
        [];
    Damaged =>
        "Part of the database can't be read{subject}.",
        "Repair it in the settings, under Storage. What can be read is kept; what the servers have is fetched again.";
        "データベースの一部が読めません{subject}。",
        "設定の「保存場所」で修復できます。読める分を残し、残りはサーバーから取り直します。";
        [];
    NoSpace =>
        "There is too little room on the disk{subject}.",
        "Nothing was changed. Make room, then try again.";
        "ディスクの空きが足りません{subject}。",
        "何も変わっていません。空きを作ってから、もう一度試せます。";
        [];
    SecretStore =>
        "The system's keyring did not give the password{subject}.",
        "Unlock the keyring, or enter the password in the settings.";
        "システムのキーリングからパスワードを得られません{subject}。",
        "キーリングを解除するか、設定でパスワードを入れ直せます。";
        [];
    ProfileLocked =>
        "The profile is locked{subject}.",
        "Enter its passphrase to open it.";
        "プロファイルがロックされています{subject}。",
        "パスフレーズを入れると開きます。";
        [];
    ProfileInUse =>
        "Another window has this profile open{subject}.",
        "Close the other one first.";
        "別のウィンドウがこのプロファイルを使っています{subject}。",
        "先にそちらを閉じてください。";
        [];
    File =>
        "The file could not be read or written{subject}.",
        "Look at its name and whether you may use it.";
        "ファイルを読み書きできません{subject}。",
        "名前と、使う権限があるかを確かめてください。";
        [];
    Import =>
        "The file holds no certificate or key that can be read{subject}.",
        "Ask for it in another form: OpenPGP, PEM or PKCS#12.";
        "読み取れる証明書や鍵がファイルにありません{subject}。",
        "OpenPGP、PEM、PKCS#12 のどれかの形でもらうと読み込めます。";
        [];
    NoCertifyingKey =>
        "You have no OpenPGP key of your own that can vouch for others{subject}.",
        "Make one under My keys, or renew the one that you have.";
        "ほかの人を証明できる自分のOpenPGPの鍵がありません{subject}。",
        "自分の鍵で新しく作るか、期限を延ばすと使えます。";
        [];
    KeptElsewhere =>
        "This key is kept by GnuPG's agent or on a token, which did not use it{subject}.",
        "See that GnuPG or the token is there and open, then try again. Renew, withdraw or export the key there.";
        "この鍵はGnuPGのエージェントかトークンの中にあり、そこで使えませんでした{subject}。",
        "GnuPGやトークンを使える状態にして、もう一度試せます。延長・失効・書き出しもそちらで行えます。";
        [];
    NotNamed =>
        "The certificate doesn't name this address{subject}.",
        "Nothing was vouched for. Choose an address that stands in the certificate.";
        "証明書にこのアドレスは書かれていません{subject}。",
        "何も証明していません。証明書にあるアドレスを選べます。";
        [];
    NothingToRetract =>
        "None of your keys vouches for this{subject}.",
        "There is nothing to take back. What others vouch for is theirs to take back.";
        "自分の鍵による証明はありません{subject}。",
        "取り消すものはありません。ほかの人の証明は、その人だけが取り消せます。";
        [];
    Cancelled =>
        "It was stopped{subject}.",
        "Nothing was lost. Start it again when you like.";
        "中止しました{subject}。",
        "失われたものはありません。いつでもやり直せます。";
        [];
    IssuedElsewhere =>
        "This certificate was issued by an authority elsewhere{subject}.",
        "Ask that authority to withdraw it or to issue a new one.";
        "この証明書は外部の認証局が発行したものです{subject}。",
        "失効や再発行は、発行した認証局に頼むとできます。";
        [];
    Input =>
        "Something entered is not well-formed{subject}.",
        "Correct it and try again.";
        "入力の形が正しくありません{subject}。",
        "直してから、もう一度試してください。";
        [];
    Internal =>
        "Something went wrong inside the program{subject}.",
        "Your mail is kept. Start again, and report it if it comes back.";
        "プログラムの内部で問題が起きました{subject}。",
        "メールは残っています。起動し直しても続くときは報告してください。";
        [];
} }

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Retry;

    #[test]
    fn every_kind_of_failure_says_what_happened_and_what_to_do_in_both_languages() {
        let mut seen = std::collections::HashSet::new();
        for kind in FailureKind::all() {
            for language in [Language::English, Language::Japanese] {
                let subject = "mail.example.org".to_owned();
                let failure = Failure { kind, retry: Retry::Never, subject, source: String::new() };
                let (happened, now) = sentences(language, &failure);
                assert!(happened.contains("mail.example.org"), "{happened}");
                assert!(now.chars().count() > 8, "{now}");
                assert!(seen.insert(happened.clone()), "two kinds say the same: {happened}");
            }
        }
    }

    #[test]
    fn what_was_entered_wrong_is_named_in_both_languages() {
        for source in
            ["rule_query", "rule_folder_gone", "rule_tag_gone", "tag_exists", "name_taken", "bad_name", "bad_tag_name"]
        {
            for language in [Language::English, Language::Japanese] {
                let (kind, subject) = (FailureKind::Input, "form:bob".to_owned());
                let failure = |source: &str| Failure {
                    kind,
                    retry: Retry::Never,
                    subject: subject.clone(),
                    source: source.to_owned(),
                };
                let (happened, now) = sentences(language, &failure(source));
                assert!(happened.contains("form:bob") && now.chars().count() > 8, "{happened} {now}");
                assert_ne!(happened, sentences(language, &failure("")).0, "{source}");
            }
        }
    }

    #[test]
    fn nothing_was_sent_is_said_when_the_connection_was_not_trusted() {
        for kind in [FailureKind::NoStartTls, FailureKind::BadServerCertificate] {
            let failure = Failure { kind, retry: Retry::Now, subject: String::new(), source: String::new() };
            assert!(sentences(Language::English, &failure).1.contains("Nothing was sent"));
            assert!(sentences(Language::Japanese, &failure).1.contains("何も送っておらず"));
        }
    }
}
