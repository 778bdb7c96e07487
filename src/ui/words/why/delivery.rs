//! Whether the sending domain stands behind the delivery, and what each mechanism says.

use crate::engine::view::{Method, SenderWord};

use super::Question::Confirm;
use super::Remedy::{Ask, Source};
use super::{Delivered, Explained, Row, explained, row};

explained! { Delivered {
    Confirmed =>
        "{domain} confirms that it sent this message.",
        "There is nothing to do. Who wrote it, only a seal can tell.";
        "{domain} が、このメールを送ったことを確認しています。",
        "必要な操作はありません。だれが書いたかは、封印だけが示せます。";
        [];
    ByAnother =>
        "It was delivered by {domain}, which is not the domain of the sender's address.",
        "If it claims to be from somebody you know, ask them whether they sent it.";
        "配送したのは {domain} で、差出人のアドレスとはドメインが違います。",
        "知っている人の名前なら、送ったかどうかを本人に尋ねられます。";
        [Ask(Confirm)];
    Unconfirmed =>
        "{domain} does not confirm this message. Forged mail looks like this, and so does some forwarded mail.",
        "Unless it came through a list or a forwarding, ask the sender before you do what it asks.";
        "{domain} は、このメールを確認していません。なりすましのほか、転送でも起こります。",
        "メーリングリストや転送でなければ、応じる前に差出人に確かめられます。";
        [Ask(Confirm), Source];
    Unknown =>
        "No domain vouches for the delivery of this message.",
        "That alone is no reason for doubt. In the settings you can have deliveries checked.";
        "このメールの配送を保証するドメインはありません。",
        "それだけで疑わしいわけではありません。設定で、配送を確かめるようにできます。";
        [];
} }

impl Explained for (Method, SenderWord) {
    #[cfg(test)]
    fn all() -> Vec<Self> {
        use {Method as M, SenderWord as W};
        let words = [W::Pass, W::Fail, W::Softfail, W::Neutral, W::None, W::Temperror, W::Permerror, W::Policy];
        let methods = [M::Spf, M::Dkim, M::Dmarc, M::Arc, M::Bimi, M::Iprev];
        methods.into_iter().flat_map(|method| words.map(|word| (method, word))).collect()
    }

    fn row(self) -> Row {
        let (method, word) = self;
        match word {
            SenderWord::Pass => passed(method),
            SenderWord::Fail => failed(method),
            SenderWord::Softfail => row(
                [
                    "The domain thinks that it was not allowed, without being sure.",
                    "ドメインは許可していないと見ていますが、断定していません。",
                ],
                [
                    "Take it for a failed check when the message asks for something.",
                    "何かを求めるメールなら、不合格と同じと考えると確実です。",
                ],
                &[Ask(Confirm)],
            ),
            SenderWord::Neutral => row(
                [
                    "The domain says nothing for it and nothing against it.",
                    "ドメインは、合否のどちらも示していません。",
                ],
                ["Go by the other checks.", "ほかの確認の結果が頼りになります。"],
                &[],
            ),
            SenderWord::None => row(
                ["There is nothing to check.", "確かめるものがありません。"],
                ["Go by the other checks.", "ほかの確認の結果が頼りになります。"],
                &[],
            ),
            SenderWord::Temperror => row(
                ["It could not be asked now.", "一時的に確かめられませんでした。"],
                ["Open the message again later.", "後でもう一度開くと確かめられます。"],
                &[],
            ),
            SenderWord::Permerror => row(
                [
                    "What the domain publishes, or what the message carries, is broken.",
                    "ドメインの設定か、メールに付いた記録に誤りがあります。",
                ],
                [
                    "Only the domain can mend that. Go by the other checks.",
                    "直せるのはそのドメインです。ほかの確認の結果が頼りになります。",
                ],
                &[],
            ),
            SenderWord::Policy => row(
                ["It is there, but too weak to count.", "記録はありますが、弱すぎるため数えていません。"],
                ["Go by the other checks.", "ほかの確認の結果が頼りになります。"],
                &[],
            ),
        }
    }
}

fn passed(method: Method) -> Row {
    let nothing = ["There is nothing to do.", "必要な操作はありません。"];
    match method {
        Method::Spf => row(
            ["The sending server was allowed by its domain.", "送信サーバーはドメインに許可されています。"],
            nothing,
            &[],
        ),
        Method::Dkim => row(
            [
                "The domain signed the message for the delivery, and nothing it signed was changed.",
                "ドメインの配送用の署名があり、署名の後に変わっていません。",
            ],
            nothing,
            &[],
        ),
        Method::Dmarc => row(
            ["The domain in From stands behind the delivery.", "差出人のドメインが配送を裏づけています。"],
            nothing,
            &[],
        ),
        Method::Arc => row(
            ["Those who passed it on kept an unbroken record.", "中継の記録が途切れずに残っています。"],
            [
                "It tells who passed it on. Whether to believe them is yours to decide.",
                "中継した人が分かります。信じるかどうかは、あなたが決められます。",
            ],
            &[],
        ),
        Method::Bimi => {
            row(["The domain shows a mark of its own.", "ドメインが独自のマークを示しています。"], nothing, &[])
        }
        Method::Iprev => row(
            ["The server's address has the name that it claims.", "サーバーのアドレスは名乗った名前と合っています。"],
            nothing,
            &[],
        ),
    }
}

fn failed(method: Method) -> Row {
    let careful = [
        "Unless it was forwarded, ask the sender before you do what it asks.",
        "転送でなければ、応じる前に差出人に確かめられます。",
    ];
    let others = ["Go by the other checks.", "ほかの確認の結果が頼りになります。"];
    match method {
        Method::Spf => row(
            ["The sending server was not allowed by its domain.", "送信サーバーはドメインに許可されていません。"],
            careful,
            &[Ask(Confirm)],
        ),
        Method::Dkim => row(
            [
                "The domain's signature doesn't fit: the message was changed after it, or it is not from there.",
                "ドメインの署名が一致しません。署名の後に変わったか、そのドメインからではありません。",
            ],
            careful,
            &[Ask(Confirm), Source],
        ),
        Method::Dmarc => row(
            ["The domain in From does not stand behind the delivery.", "差出人のドメインが配送を裏づけていません。"],
            careful,
            &[Ask(Confirm), Source],
        ),
        Method::Arc => {
            row(["The record of those who passed it on is broken.", "中継の記録が壊れています。"], others, &[])
        }
        Method::Bimi => {
            row(["The domain's mark could not be confirmed.", "ドメインのマークを確認できません。"], others, &[])
        }
        Method::Iprev => row(
            [
                "The server's address doesn't have the name that it claims.",
                "サーバーのアドレスは名乗った名前と合いません。",
            ],
            others,
            &[],
        ),
    }
}
