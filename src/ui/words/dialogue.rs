//! What a line of a dialogue with a server means, in plain words.

use crate::engine::topic::transcript::{HIDDEN, Protocol, Said};

use super::{Language, Word, bytes};

/// English and Japanese.
type Pair = (&'static str, &'static str);

/// The line as it is shown.
pub fn line(language: Language, said: &Said) -> String {
    match said {
        Said::Client(line) | Said::Server(line) => line.clone(),
        Said::ClientContent(count) | Said::ServerContent(count) => {
            let size = bytes(usize::try_from(*count).unwrap_or(usize::MAX));
            language.fill(Word::SaidContent, &[("size", &size)])
        }
        Said::Encrypted(version) => version.clone(),
        Said::Failed { code, detail } => format!("{code} {detail}").trim().to_owned(),
        Said::Connected | Said::Compressed | Said::ServerClosed | Said::Closed => String::new(),
    }
}

/// What it means; empty for what speaks for itself.
pub fn meaning(language: Language, protocol: Option<Protocol>, said: &Said) -> &'static str {
    let pair = match (said, protocol) {
        (Said::Client(line), _) if line == HIDDEN => {
            ("A step of the log-in; it is not kept here.", "ログインの手順の一部です。内容は残していません。")
        }
        (Said::Client(line), Some(Protocol::Smtp)) => smtp_command(line),
        (Said::Client(line), Some(Protocol::Imap)) => imap_command(line),
        (Said::Client(line), Some(Protocol::Pop3)) => pop_command(line),
        (Said::Server(line), Some(Protocol::Smtp)) => smtp_reply(line),
        (Said::Server(line), Some(Protocol::Imap)) => imap_reply(line),
        (Said::Server(line), Some(Protocol::Pop3)) => pop_reply(line),
        (Said::Client(_) | Said::Server(_), None) => ("", ""),
        (Said::ClientContent(_), _) => (
            "The message itself goes to the server; it is not kept here.",
            "メールの本体をサーバーへ渡しました。内容は残していません。",
        ),
        (Said::ServerContent(_), _) => (
            "The server hands a message over; it is not kept here.",
            "サーバーからメールの本体を受け取りました。内容は残していません。",
        ),
        (Said::Connected, _) => ("The connection stands.", "接続しました。"),
        (Said::Encrypted(_), _) => (
            "From here on everything is encrypted, and the server has shown the right certificate.",
            "ここから先は暗号化されています。サーバーの証明書も確認できました。",
        ),
        (Said::Compressed, _) => (
            "From here on the lines are compressed; they are not followed any further.",
            "ここから先は圧縮されるため、表示していません。",
        ),
        (Said::Failed { code, .. }, _) => failed(code),
        (Said::ServerClosed, _) => ("The server ended the connection.", "サーバーが接続を終えました。"),
        (Said::Closed, _) => ("The program ended the connection.", "プログラムが接続を終えました。"),
    };
    match language {
        Language::English => pair.0,
        Language::Japanese => pair.1,
    }
}

fn failed(code: &str) -> Pair {
    match code {
        "unreachable" => ("There is no connection, or it broke.", "接続できないか、接続が切れました。"),
        "no_start_tls" => (
            "The server offers no encryption, or somebody on the way removed the offer: nothing was sent.",
            "暗号化が提示されませんでした。途中で取り除かれた可能性もあるため、何も送っていません。",
        ),
        "bad_certificate" => (
            "The server's certificate is not the right one: nothing was sent.",
            "サーバーの証明書が正しくないため、何も送っていません。",
        ),
        "tls" => {
            ("Encryption could not be agreed on: nothing was sent.", "暗号化の取り決めができず、何も送っていません。")
        }
        "protocol" => ("The server said what it should not have said.", "サーバーが決まりと違うことを言いました。"),
        _ => ("It went wrong here.", "ここで失敗しました。"),
    }
}

fn smtp_command(line: &str) -> Pair {
    let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
    match verb.to_ascii_uppercase().as_str() {
        "EHLO" => (
            "Says hello and asks what the server can do. Your computer's name is not told.",
            "挨拶をして、サーバーにできることを尋ねます。コンピューターの名前は伝えません。",
        ),
        "STARTTLS" => ("Asks to encrypt from here on.", "ここからの暗号化を求めます。"),
        "AUTH" if rest.to_ascii_uppercase().starts_with("SCRAM") => (
            "Logs in with proof that both know the password; it is not handed over.",
            "パスワードを渡さず、双方が知っていることを証明してログインします。",
        ),
        "AUTH" => ("Logs in. What opens the account is not kept here.", "ログインします。秘密は残していません。"),
        "MAIL" if rest.contains("REQUIRETLS") => (
            "Names the sender, and demands encrypted connections all the way.",
            "差出人を伝え、途中のすべての接続の暗号化を求めます。",
        ),
        "MAIL" => (
            "Names the sender for the envelope, the size, and what else is needed.",
            "封筒の差出人、大きさ、必要な条件を伝えます。",
        ),
        "RCPT" if rest.contains("NOTIFY=") => {
            ("Names a recipient, and asks for reports of the delivery.", "宛先を伝え、配送の報告を求めます。")
        }
        "RCPT" => ("Names a recipient for the envelope.", "封筒の宛先を伝えます。"),
        "DATA" => ("The message follows now.", "次にメールの本体を送ります。"),
        "RSET" => ("Begins anew.", "最初からやり直します。"),
        "NOOP" => ("Only keeps the connection.", "接続を保つだけの合図です。"),
        "QUIT" => ("Says goodbye.", "終わりの挨拶です。"),
        "*" => ("Gives the log-in up.", "ログインを中止します。"),
        _ => ("", ""),
    }
}

fn smtp_reply(line: &str) -> Pair {
    let code = line.get(..3).unwrap_or_default();
    let word = line.get(4..).unwrap_or_default().split(' ').next().unwrap_or_default().to_ascii_uppercase();
    if code == "250"
        && let Some(offered) = smtp_offer(&word)
    {
        return offered;
    }
    match code {
        "220" => ("The server is ready.", "サーバーの準備ができています。"),
        "221" => ("The server says goodbye.", "サーバーからの終わりの挨拶です。"),
        "235" => ("You are logged in.", "ログインできました。"),
        "250" => ("Accepted.", "受け付けられました。"),
        "251" => ("Accepted; the server passes it on to another address.", "受け付けられ、別のアドレスへ回されます。"),
        "334" => ("The server asks for the next step of the log-in.", "ログインの次の手順を求めています。"),
        "354" => ("The server waits for the message.", "メールの本体を待っています。"),
        "421" => (
            "The server is busy or closing. It is tried again later.",
            "サーバーが混雑しているか、終了するところです。後で再試行します。",
        ),
        "450" | "451" => (
            "Not now: the server asks to try later. Unknown senders are often made to wait so.",
            "今は受け付けられず、後での再試行を求めています。初めての送信元を待たせる仕組みのこともあります。",
        ),
        "452" => (
            "Not now: too many recipients at once, or too little room.",
            "宛先が多すぎるか、空きが足りないため、今は受け付けられません。",
        ),
        "454" => ("Encryption or log-in does not work at the moment.", "暗号化かログインが、今は使えません。"),
        "500" | "501" | "502" | "503" | "504" => (
            "The server doesn't understand this or doesn't allow it now.",
            "この指示が通じないか、今は許されていません。",
        ),
        "530" => ("The server wants a log-in, or encryption, first.", "先にログインか暗号化が必要です。"),
        "534" | "538" => ("The server wants another way of logging in.", "別のログイン方式を求めています。"),
        "535" => (
            "User name or password is wrong, or this way of logging in is not allowed.",
            "ユーザー名かパスワードが違うか、この方式が許されていません。",
        ),
        "550" => (
            "Refused for good: there is no such mailbox, or the server wants none of this message.",
            "拒否されました。宛先が存在しないか、このメールを受け取らない設定です。",
        ),
        "551" => ("This recipient is not here.", "この宛先は、このサーバーにありません。"),
        "552" => ("Too large, or the mailbox is full.", "大きすぎるか、メールボックスがいっぱいです。"),
        "553" => (
            "The address is not allowed, or is not yours to send from.",
            "アドレスが許されていないか、差出人として使えません。",
        ),
        "554" | "556" => ("Refused for good.", "拒否されました。"),
        "555" => (
            "The server doesn't know what was asked for with this address.",
            "アドレスに付けた条件に対応していません。",
        ),
        _ => match code.as_bytes().first() {
            Some(b'4') => ("Not now; it may work later.", "今は受け付けられません。後で通ることがあります。"),
            Some(b'5') => ("Refused for good.", "拒否されました。"),
            _ => ("", ""),
        },
    }
}

/// What an answer to EHLO offers.
fn smtp_offer(word: &str) -> Option<Pair> {
    Some(match word {
        "PIPELINING" => ("Can be told several things at once.", "続けて複数の指示を送れます。"),
        "SIZE" => ("The largest message that it takes, in bytes.", "受け取れる最大の大きさ（バイト）です。"),
        "STARTTLS" => ("Can encrypt from here on.", "暗号化に対応しています。"),
        "8BITMIME" => ("Carries letters of every language in the text.", "本文の文字をそのまま運べます。"),
        "SMTPUTF8" => ("Carries letters of every language in addresses.", "英数字以外のアドレスを扱えます。"),
        "DSN" => ("Can report deliveries.", "配送の報告に対応しています。"),
        "REQUIRETLS" => ("Can demand encrypted connections all the way.", "すべての接続の暗号化を約束できます。"),
        "ENHANCEDSTATUSCODES" => ("Says reasons as numbers, too.", "理由を番号でも伝えます。"),
        "CHUNKING" => ("Takes messages in pieces.", "メールを分けて受け取れます。"),
        word if word.starts_with("AUTH") => ("The ways to log in that it knows.", "使えるログイン方式です。"),
        _ => return None,
    })
}

fn imap_command(line: &str) -> Pair {
    let mut words = line.split(' ').skip(1);
    let verb = words.next().unwrap_or_default().to_ascii_uppercase();
    let verb = if verb == "UID" { words.next().unwrap_or_default().to_ascii_uppercase() } else { verb };
    match verb.as_str() {
        "CAPABILITY" => ("Asks what the server can do.", "サーバーにできることを尋ねます。"),
        "STARTTLS" => ("Asks to encrypt from here on.", "ここからの暗号化を求めます。"),
        "AUTHENTICATE" | "LOGIN" => {
            ("Logs in. What opens the account is not kept here.", "ログインします。秘密は残していません。")
        }
        "ID" => ("Says which program this is.", "プログラムの名前を伝えます。"),
        "ENABLE" => ("Switches something on that the server can do.", "サーバーの機能を有効にします。"),
        "COMPRESS" => ("Asks to compress from here on.", "ここからの圧縮を求めます。"),
        "LIST" | "LSUB" => ("Asks for the folders.", "フォルダーの一覧を求めます。"),
        "STATUS" => ("Asks how many messages a folder has.", "フォルダーの件数を尋ねます。"),
        "EXAMINE" => ("Opens a folder to read, changing nothing.", "フォルダーを読むだけの状態で開きます。"),
        "SELECT" => ("Opens a folder.", "フォルダーを開きます。"),
        "FETCH" => ("Asks for messages, or for their sizes and marks.", "メール、または大きさや印を求めます。"),
        "SEARCH" => ("Asks which messages fit.", "条件に合うメールを尋ねます。"),
        "STORE" => ("Changes marks, like read or answered.", "既読や返信済みなどの印を変えます。"),
        "APPEND" => (
            "Puts a message into a folder: a copy of what was sent, or a draft.",
            "送信の控えや下書きをフォルダーに入れます。",
        ),
        "CREATE" => ("Makes a folder.", "フォルダーを作ります。"),
        "DELETE" => ("Removes a folder.", "フォルダーを削除します。"),
        "RENAME" => ("Gives a folder another name.", "フォルダーの名前を変えます。"),
        "COPY" | "MOVE" => ("Puts messages into another folder.", "メールを別のフォルダーに入れます。"),
        "EXPUNGE" => ("Removes for good what is marked as deleted.", "削除の印があるメールを消します。"),
        "IDLE" => ("Waits for the server to say when something is new.", "新着の知らせを待ちます。"),
        "NOOP" => ("Asks whether there is something new.", "新しいことがあるか尋ねます。"),
        "CLOSE" | "UNSELECT" => ("Closes the folder.", "フォルダーを閉じます。"),
        "LOGOUT" => ("Says goodbye.", "終わりの挨拶です。"),
        _ if line.eq_ignore_ascii_case("DONE") => ("Ends the waiting.", "待つのをやめます。"),
        _ => ("", ""),
    }
}

fn imap_reply(line: &str) -> Pair {
    let mut words = line.split(' ');
    let (tag, second, third) =
        (words.next().unwrap_or_default(), words.next().unwrap_or_default(), words.next().unwrap_or_default());
    if tag == "+" {
        return ("The server waits for more.", "続きを待っています。");
    }
    let upper = line.to_ascii_uppercase();
    let reason = [
        ("[AUTHENTICATIONFAILED]", ("User name or password is wrong.", "ユーザー名かパスワードが違います。")),
        (
            "[UNAVAILABLE]",
            ("Something behind the server does not work at the moment.", "サーバーの一部が今は使えません。"),
        ),
        ("[OVERQUOTA]", ("The mailbox is full.", "メールボックスがいっぱいです。")),
        ("[TRYCREATE]", ("There is no such folder yet.", "そのフォルダーはまだありません。")),
        ("[NONEXISTENT]", ("There is no such folder.", "そのフォルダーはありません。")),
        ("[NOPERM]", ("You may not do that.", "その操作は許されていません。")),
        ("[INUSE]", ("Somebody else uses it at the moment.", "ほかで使用中です。")),
    ];
    if let Some((_, pair)) = reason.into_iter().find(|(code, _)| upper.contains(code)) {
        return pair;
    }
    match (tag, second.to_ascii_uppercase().as_str(), third.to_ascii_uppercase().as_str()) {
        ("*", "CAPABILITY", _) => ("What the server can do.", "サーバーにできることです。"),
        ("*", "LIST" | "LSUB", _) => ("One folder.", "フォルダーの一つです。"),
        ("*", "SEARCH", _) => ("The messages that fit.", "条件に合うメールです。"),
        ("*", "FLAGS", _) => ("The marks that this folder knows.", "このフォルダーで使える印です。"),
        ("*", "BYE", _) => ("The server says goodbye.", "サーバーからの終わりの挨拶です。"),
        ("*", _, "EXISTS") => ("So many messages are in the folder.", "フォルダーのメールの数です。"),
        ("*", _, "EXPUNGE") | ("*", "VANISHED", _) => ("Messages are gone.", "メールがなくなりました。"),
        ("*", _, "FETCH") => ("What is known of one message.", "一通のメールについての情報です。"),
        ("*", "OK", _) => ("The server tells something by the way.", "サーバーからの知らせです。"),
        (_, "OK", _) => ("Done.", "できました。"),
        (_, "NO", _) => ("The server did not do it; its words say why.", "断られました。理由が書かれています。"),
        (_, "BAD", _) => ("The server did not understand.", "サーバーに通じませんでした。"),
        _ => ("", ""),
    }
}

fn pop_command(line: &str) -> Pair {
    let (verb, _) = line.split_once(' ').unwrap_or((line, ""));
    match verb.to_ascii_uppercase().as_str() {
        "CAPA" => ("Asks what the server can do.", "サーバーにできることを尋ねます。"),
        "STLS" => ("Asks to encrypt from here on.", "ここからの暗号化を求めます。"),
        "AUTH" | "PASS" | "APOP" => {
            ("Logs in. What opens the account is not kept here.", "ログインします。秘密は残していません。")
        }
        "USER" => ("Says who logs in.", "だれがログインするかを伝えます。"),
        "STAT" => ("Asks how many messages wait.", "待っているメールの数を尋ねます。"),
        "LIST" => ("Asks how large the messages are.", "メールの大きさを尋ねます。"),
        "UIDL" => ("Asks for the marks that tell the messages apart.", "メールを見分ける番号を求めます。"),
        "RETR" => ("Asks for a message.", "メールを一通求めます。"),
        "TOP" => ("Asks for the beginning of a message.", "メールの初めの部分を求めます。"),
        "DELE" => ("Marks a message to be deleted at the end.", "終わりに削除するメールに印を付けます。"),
        "QUIT" => {
            ("Says goodbye; what is marked is deleted now.", "終わりの挨拶です。印のあるメールはここで削除されます。")
        }
        _ => ("", ""),
    }
}

fn pop_reply(line: &str) -> Pair {
    if line.starts_with("+OK") {
        ("Done.", "できました。")
    } else if line.starts_with("-ERR") {
        ("The server did not do it; its words say why.", "断られました。理由が書かれています。")
    } else if line.starts_with('+') {
        ("The server asks for the next step of the log-in.", "ログインの次の手順を求めています。")
    } else {
        ("", "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn both(protocol: Protocol, said: &Said) -> [&'static str; 2] {
        [Language::English, Language::Japanese].map(|language| meaning(language, Some(protocol), said))
    }

    const CLIENT: [(Protocol, &str); 3] = [
        (Protocol::Smtp, "EHLO x|STARTTLS|AUTH PLAIN x|MAIL FROM:<a@b>|RCPT TO:<a@b>|DATA|QUIT|*"),
        (
            Protocol::Imap,
            "k0 CAPABILITY|k0 STARTTLS|A1 LOGIN x|A1 AUTHENTICATE PLAIN|A1 LIST x|A1 EXAMINE INBOX|A1 UID FETCH 1:* x|\
             A1 UID SEARCH ALL|A1 UID STORE 1 x|A1 APPEND Sent {3}|A1 CREATE x|A1 IDLE|DONE|A1 LOGOUT",
        ),
        (Protocol::Pop3, "CAPA|STLS|USER a|PASS x|AUTH PLAIN|UIDL|LIST|RETR 1|DELE 1|QUIT"),
    ];
    const SERVER: [(Protocol, &str); 3] = [
        (Protocol::Smtp, "220 x|250-SIZE 3|250 ok|334 x|235 x|354 x|421 x|451 x|499 x|535 x|550 x|599 x"),
        (Protocol::Imap, "* OK x|* CAPABILITY x|+ x|A1 OK x|A1 NO x|A1 NO [OVERQUOTA] x|A1 BAD x|* 3 EXISTS|* BYE x"),
        (Protocol::Pop3, "+OK x|-ERR x|+ x"),
    ];

    #[test]
    fn every_command_that_is_sent_and_every_answer_that_matters_is_explained_in_both_languages() {
        let client = CLIENT.iter().flat_map(|(protocol, lines)| {
            lines.split('|').map(|line| (*protocol, Said::Client(line.trim().to_owned())))
        });
        let server = SERVER.iter().flat_map(|(protocol, lines)| {
            lines.split('|').map(|line| (*protocol, Said::Server(line.trim().to_owned())))
        });
        let codes = ["unreachable", "no_start_tls", "bad_certificate", "tls", "protocol", "other"];
        let failed = codes.map(|code| (Protocol::Smtp, Said::Failed { code: code.to_owned(), detail: String::new() }));
        for (protocol, said) in client.chain(server).chain(failed) {
            let [english, japanese] = both(protocol, &said);
            assert!(english.ends_with('.') && japanese.ends_with('。'), "{said:?}: {english} {japanese}");
        }
    }
}
