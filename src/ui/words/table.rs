//! The table: English on the left, Japanese on the right.

use super::Language;

macro_rules! words {
    ($($name:ident => $english:literal, $japanese:literal;)*) => {
        /// Every word and sentence of the window.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Word { $(#[doc = $english] $name),* }

        impl Word {
            /// All of them.
            pub const ALL: &'static [Word] = &[$(Word::$name),*];

            /// In a language.
            pub const fn text(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Word::$name, Language::English) => $english, (Word::$name, Language::Japanese) => $japanese,)*
                }
            }
        }
    };
}

words! {

    // The main window
    Write => "Write", "書く";
    ContinueWriting => "Continue writing", "続きを書く";
    SearchMail => "Search mail", "メールを検索";
    Folders => "Folders", "フォルダー";
    Messages => "Messages", "メール一覧";
    Message => "Message", "メール";
    Inbox => "Inbox", "受信箱";
    Drafts => "Drafts", "下書き";
    Sent => "Sent", "送信済み";
    Archive => "Archive", "保管";
    Junk => "Junk", "迷惑メール";
    Trash => "Trash", "ごみ箱";
    PeopleAndKeys => "People and keys", "人と鍵";
    Outbox => "Outbox", "送信待ち";
    Settings => "Settings", "設定";
    Unread => "Unread", "未読";
    NoSubject => "No subject", "件名なし";
    NoSender => "No sender is named", "差出人が書かれていません";
    NoBody => "This message has no text.", "このメールには本文がありません。";
    Loading => "Loading", "読み込み中";
    LoadingHint => "The message is being looked at.", "メールを確かめています。";
    NothingOpen => "No message is open", "メールは開いていません";
    NothingOpenHint => "Choose one in the list, or press J.", "一覧から選ぶか、J キーを押すと開きます。";
    NotOpened => "The message was not opened", "メールを開けませんでした";
    NoMessages => "Nothing here", "ここは空です";
    NoMessagesHint => "New mail appears here when it arrives.", "新しいメールは届くとここに並びます。";
    NothingFound => "Nothing found", "見つかりません";
    NothingFoundHint => "No message in this folder holds these words.", "この言葉を含むメールは、このフォルダーにありません。";
    NoAccount => "No account yet", "アカウントがまだありません";
    NoAccountHint => "Add your mail account in the settings to receive and send.", "設定でメールアカウントを加えると、送受信できます。";
    To => "To", "宛先";
    Cc => "Cc", "Cc";
    Bcc => "Bcc", "Bcc";
    CcBcc => "Cc Bcc", "Cc Bcc";
    From => "From", "差出人";
    Subject => "Subject", "件名";
    AndMore => "and {count} more", "ほか {count} 人";
    Reply => "Reply", "返信";
    ReplyAll => "Reply to all", "全員に返信";
    Forward => "Forward", "転送";
    BackToList => "Back to the list", "一覧に戻る";
    ShowSource => "Show the message source", "メールのソースを表示";
    HideSource => "Hide the message source", "メールのソースを隠す";
    AsWritten => "As written", "元の書式";
    PlainText => "Plain text", "テキスト";
    SaveAttachment => "Save attachment", "添付ファイルを保存";
    TextCut => "The text is longer than what is shown here. The message source has all of it.", "本文が長いため、ここまでを表示しています。全文はメールのソースにあります。";
    HtmlCut => "The message is longer than what is drawn here. Its plain text has all of it.", "メールが長いため、途中まで描いています。全文はテキスト表示で読めます。";
    HtmlFailed => "The layout of this message could not be drawn. This is its plain text.", "このメールの書式は描けませんでした。テキストで表示しています。";
    RemoteBlocked => "Pictures from the web are not loaded, so the sender can't see that you read this.", "Web上の画像は読み込んでいません。開封したことは差出人に伝わりません。";
    Why => "Why?", "なぜ？確かめる";
    HideWhy => "Hide evidence", "根拠を閉じる";

    // The two signs
    NotEncrypted => "Not encrypted", "暗号化なし";
    Encrypted => "Encrypted", "暗号化";
    CannotOpen => "Cannot be opened", "開けません";
    Unsigned => "No seal", "封印なし";
    Authenticated => "Sealed", "封印あり";
    Partial => "Sealed, partly vouched for", "封印あり、保証は一部";
    Unauthenticated => "Sealed, not vouched for", "封印あり、保証なし";
    Broken => "Broken seal", "封印の不一致";

    // What the lock says
    LockEncrypted => "Encrypted. Only you and the other recipients could read this.", "暗号化されています。読めるのは、あなたとほかの宛先の方だけです。";
    LockNotEncrypted => "Not encrypted. Mail servers on the way could read this.", "暗号化されていません。途中のメールサーバーから読める状態で届きました。";
    LockPart => "Only a part is encrypted. Mail servers on the way could read the rest.", "一部だけが暗号化されています。残りは途中のメールサーバーから読める状態で届きました。";
    LockNoKey => "You don't have the key that opens this message. It was encrypted for another key.", "このメールを開く鍵がありません。別の鍵あてに暗号化されています。";
    LockLocked => "Your key is locked. Unlock it to read this message.", "鍵がロックされています。解除すると読めます。";
    LockIntegrity => "The encrypted message was altered. Nothing of it is shown; ask the sender to send it again.", "暗号文が書き換えられています。内容は表示しません。差出人に再送を頼んでください。";
    LockNoIntegrity => "The encryption has no protection against alteration. Nothing of it is shown; ask the sender to encrypt with a current program.", "書き換えを防ぐ仕組みのない暗号です。内容は表示しません。差出人に新しいソフトでの再送を頼んでください。";
    LockUnsupported => "This kind of encryption is not known here. Ask the sender for another.", "この種類の暗号には対応していません。別の方式で送ってもらうと読めます。";
    LockMalformed => "The encrypted message is damaged. Ask the sender to send it again.", "暗号文が壊れています。差出人に再送を頼んでください。";
    LockTooLarge => "The encrypted message is larger than what is opened here. Ask the sender to send it in parts.", "暗号文が大きすぎて開けません。分けて送ってもらうと読めます。";
    CannotOpenHint => "If you have this key elsewhere, import it under People and keys.", "この鍵がほかにあるときは、「人と鍵」で読み込めます。";
    Passphrase => "Passphrase of your key", "鍵のパスフレーズ";
    Unlock => "Unlock", "解除";
    WhichKey => "Which key", "どの鍵か";

    // What the seal says
    SealAuthenticated => "Sealed by {name}. The message is unchanged, and you have good reason to believe it is from {address}.", "{name}さんの封印があります。内容は変わっておらず、{address} 本人からと信じる根拠があります。";
    SealPartial => "Sealed with a key that may be {name}'s. Some people or authorities vouch for it, not enough yet.", "{name}さんのものらしい鍵の封印です。保証がまだ十分ではありません。";
    SealUnauthenticated => "Sealed, but nobody you trust vouches for this key. Compare fingerprints with {name} to be sure.", "封印はありますが、この鍵を保証する人がいません。{name}さんと指紋を確かめると確実になります。";
    SealUnsigned => "No seal. The sender's name could have been written by anyone.", "封印がありません。差出人の名前はだれでも書けます。";
    SealBroken => "The seal doesn't match the message. Treat it as unsigned; ask the sender to send it again.", "封印と内容が一致しません。封印のないメールとして扱い、差出人に再送を頼んでください。";
    SealMismatch => "Sealed by {signer}, but the message says it is from {address}.", "封印は {signer} のものですが、差出人は {address} と書かれています。";
    SealRevoked => "The key of this seal was withdrawn on {date}. Treat the message as unsigned.", "この封印の鍵は{date}に失効しています。封印のないメールとして扱ってください。";
    SealRevokedUnknown => "The key of this seal was withdrawn. Treat the message as unsigned.", "この封印の鍵は失効しています。封印のないメールとして扱ってください。";
    SealExpired => "The key of this seal had expired. Treat the message as unsigned; ask the sender for a new key.", "この封印の鍵は期限が切れています。封印のないメールとして扱い、差出人に新しい鍵を頼んでください。";
    SealMissing => "There is a seal, but not the certificate to check it. Ask the sender for it.", "封印はありますが、確かめる証明書がありません。差出人に送ってもらうと確かめられます。";
    SealUnsupported => "The seal is of a kind that says nothing here. Treat the message as unsigned.", "この封印は確かめられない種類のものです。封印のないメールとして扱ってください。";
    SealBadKey => "The key of this seal was not able to seal mail. Treat the message as unsigned.", "この封印の鍵は、メールの封印に使えないものです。封印のないメールとして扱ってください。";
    SealPart => "A seal covers only a part. What lies outside is shown apart.", "封印は一部だけを覆っています。外側の部分は分けて表示しています。";

    // Delivery
    DeliveryPass => "{domain} confirms that it sent this message.", "{domain} が、このメールを送ったことを確認しています。";
    DeliveryFail => "{domain} does not confirm this message. Forged mail looks like this, and so does some forwarded mail.", "{domain} は、このメールを確認していません。なりすましのほか、転送でも起こります。";
    DeliveryOther => "It was delivered by {domain}, which is not the domain of the sender's address.", "配送したのは {domain} で、差出人のアドレスとはドメインが違います。";
    DeliveryUnknown => "No domain vouches for the delivery of this message.", "このメールの配送を保証するドメインはありません。";
    DeliveryIsNotSeal => "This is about the delivery alone. It says nothing about who wrote the message.", "これは配送についての情報です。だれが書いたかは分かりません。";

    // Cautions
    CautionNameNotInCertificate => "The sender calls themselves {subject}. That name is not in their certificate.", "差出人は {subject} と名乗っていますが、証明書にその名前はありません。";
    CautionNameHoldsAddress => "The name looks like an address, but the mail comes from {address}.", "名前がアドレスのように書かれていますが、実際の差出人は {address} です。";
    CautionNoIntegrity => "This kind of encryption does not show whether the message was altered on the way.", "この種類の暗号では、途中で書き換えられたかどうかが分かりません。";
    CautionSeveralFrom => "Several senders are named. Only one of them can have sent this.", "差出人が複数書かれています。実際に送ったのはそのうちの一人です。";
    CautionNoFrom => "No sender's address is given.", "差出人のアドレスが書かれていません。";
    CautionMixture => "Parts of this message are not protected like the rest. They are shown apart, below.", "保護の異なる部分があります。下に分けて表示しています。";
    CautionHeaderMismatch => "A header was changed on the way ({subject}). What you see is what the author sealed.", "途中でヘッダー（{subject}）が変わっています。表示しているのは封印されたほうです。";
    CautionReplyTo => "Answers would go to {subject}, which is another domain.", "返信先は {subject} で、差出人とはドメインが違います。";
    CautionDateDiffers => "The date of the seal is far from the date of the message.", "封印の日付とメールの日付が大きく違います。";
    CautionLookAlike => "The sender's address imitates another one ({subject}).", "差出人のアドレスは、別のアドレスに似せてあります（{subject}）。";
    CautionSenderDiffers => "It was sent by {subject} on behalf of the author.", "実際に送ったのは {subject} で、差出人の代理です。";

    // What is apart
    Apart => "Not protected like the message above. Anyone could have written or changed this.", "上のメールと同じ保護がありません。だれでも書いたり変えたりできる部分です。";
    ApartNeither => "Neither encrypted nor sealed", "暗号化も封印もされていない部分";
    ApartUnsigned => "Encrypted, not sealed", "暗号化されているが、封印のない部分";
    ApartUnencrypted => "Sealed, not encrypted", "封印されているが、暗号化されていない部分";
    ApartOther => "Protected separately", "別に保護されている部分";

    // Evidence
    Evidence => "Evidence", "根拠";
    Encryption => "Encryption", "暗号化";
    Signature => "Signature", "署名（封印）";
    TrustPath => "Trust path", "信頼の経路";
    Delivery => "Delivery", "配送";
    PartlyEncrypted => "Some parts of the message were encrypted.", "メールの一部が暗号化されていました。";
    OutsideSeal => "Subject, date and recipients stand outside this seal; servers on the way could have changed them.", "件名・日付・宛先はこの封印の外にあり、途中のサーバーが変えることもできます。";
    HiddenFields => "Hidden from servers on the way: {fields}", "途中のサーバーに隠されていた項目: {fields}";
    Technology => "Technology", "方式";
    Cipher => "Cipher", "暗号";
    Alteration => "Alteration on the way", "途中の書き換え";
    IntegrityKept => "Would have been noticed", "あれば検出されます";
    IntegrityNone => "Would not be noticed", "検出できません";
    TechnicalDetail => "Technical detail", "技術的な詳細";
    Form => "Form", "形式";
    Reason => "Reason", "理由";
    EncryptedFor => "Encrypted for these keys", "暗号化の宛先の鍵";
    OutcomeIntact => "The seal fits the message.", "封印は内容と一致します。";
    OutcomeBad => "The seal doesn't fit the message.", "封印は内容と一致しません。";
    OutcomeMalformed => "The seal is damaged.", "封印が壊れています。";
    OutcomeUnsupported => "The seal uses an algorithm that is unknown or too weak.", "封印のアルゴリズムが未知か、弱すぎます。";
    OutcomeUnbound => "The key of the seal doesn't belong to the certificate that it names.", "封印の鍵は、名指しされた証明書のものではありません。";
    OutcomeBadKey => "The key was not able to make this seal at that time.", "その時点では、この鍵で封印できないはずです。";
    OutcomeMissing => "The certificate that made the seal is not at hand.", "封印した証明書が手元にありません。";
    Signer => "Name in the certificate", "証明書の名前";
    AddressesOfKey => "Addresses in the certificate", "証明書のアドレス";
    SignedAt => "Sealed on", "封印の日時";
    CoversPart => "It covers a part of the message.", "メールの一部だけを覆っています。";
    Hash => "Hash", "ハッシュ";
    Fingerprint => "Fingerprint", "指紋（フィンガープリント）";
    Issuer => "Issuer", "発行者";
    InsideEncryption => "The seal lies inside the encryption.", "封印は暗号の内側にあります。";
    OutsideEncryption => "The seal lies outside any encryption.", "封印は暗号の外側にあります。";
    NoSignerToTrust => "There is no signer, so there is nobody to trust.", "署名者がいないため、信頼の経路はありません。";
    TrustAuthenticated => "You have good reason to believe that this key is {name}'s.", "この鍵が{name}さんのものだと信じる根拠があります。";
    TrustPartial => "Something speaks for this key being {name}'s, not enough yet.", "この鍵が{name}さんのものだという保証は、まだ十分ではありません。";
    TrustNone => "Nobody you trust vouches for this key.", "あなたが信頼する人は、だれもこの鍵を保証していません。";
    TrustMismatch => "The key is known, and it is not that of {address}.", "この鍵の持ち主は分かっていますが、{address} のものではありません。";
    TrustRevoked => "The key was withdrawn.", "この鍵は失効しています。";
    TrustExpired => "The key, or what vouches for it, had expired.", "この鍵か、その保証の期限が切れています。";
    You => "You", "あなた";
    StepDirect => "You compared this key yourself", "あなたが自分で確かめた鍵";
    StepCertification => "Certified the next key", "次の鍵を証明";
    StepCa => "Certificate authority", "認証局";
    StepNobody => "Nobody vouches for it", "保証する人がいません";
    EvaluatedHere => "Evaluated by this program", "このプログラムで確認";
    ReportedBy => "Reported by {server}", "{server} の報告";
    PolicyIs => "Policy of the domain: {policy}", "ドメインのポリシー: {policy}";
    PartsOfMessage => "Parts of the message", "メールの構成";

    // Links
    OpenLink => "Open this link", "リンクを開く";
    OpenLinkHint => "It leads to this address.", "行き先のアドレスです。";
    LinkDeceives => "The message shows {words}, but the link leads elsewhere.", "メールには {words} と書かれていますが、行き先は別です。";
    Open => "Open", "開く";
    Cancel => "Cancel", "やめる";

    // Writing
    Body => "Message text", "本文";
    BodyHint => "Write your message", "本文を書く";
    SendEncrypted => "Send encrypted", "暗号化して送信";
    SendUnencrypted => "Send unencrypted", "暗号化せずに送信";
    Attach => "Attach files", "ファイルを添付";
    SaveDraft => "Save draft", "下書きに保存";
    Discard => "Discard", "破棄";
    Encrypt => "Encrypt", "暗号化";
    Sign => "Seal", "封印";
    Automatic => "Automatic", "自動";
    Remove => "Remove", "外す";
    EachRecipient => "Each recipient", "宛先ごとの詳細";
    Checking => "Looking up how each recipient can be reached", "宛先ごとの届け方を調べています";
    Sending => "Sealing and handing over", "封をして渡しています";
    NotAnAddress => "“{words}” is not an address. Correct or remove it.", "「{words}」はアドレスではありません。直すか、外してください。";
    NotAnAddressShort => "This is not an address", "アドレスではありません";
    NoRecipient => "Name somebody to send this to.", "宛先を入れると送れます。";
    NoSenderAccount => "Add an account in the settings to send from.", "設定で送信元のアカウントを加えると送れます。";
    DiscardTitle => "Discard this message?", "このメールを破棄しますか";
    DiscardHint => "You can keep it as a draft, encrypted on this computer.", "下書きとして、このコンピューターに暗号化して残すこともできます。";
    SendAnyway => "Before you send", "送信の前に";
    ReadyOpenPgp => "encrypted with OpenPGP", "OpenPGPで暗号化";
    ReadySmime => "encrypted with S/MIME", "S/MIMEで暗号化";
    ReadyClear => "not encrypted", "暗号化なし";
    ReadyCompared => "the key is known to be theirs", "本人の鍵と確認済み";
    ReadyPartial => "the key is partly vouched for", "鍵の保証は一部";
    ReadyUnknown => "nobody vouches for the key", "鍵の保証なし";
    ReadyRevoked => "the key was withdrawn", "鍵は失効";
    ReadyExpired => "the key has expired", "鍵は期限切れ";
    SummaryEncrypted => "Encrypted for all {count}", "{count}人全員に暗号化";
    SummaryEncryptedOne => "Encrypted for {name}", "{name}さんに暗号化";
    SummaryClear => "Not encrypted", "暗号化なし";
    SummarySigned => "sealed as {name}", "{name}として封印";
    SummaryBlocked => "Not ready: something stands in the way", "まだ送れません。妨げがあります";
    LookForKey => "People and keys", "人と鍵を開く";
    WithoutEncryption => "Go without encryption", "暗号化をやめる";
    WithoutSeal => "Go without a seal", "封印をやめる";
    SummaryUnsigned => "no seal", "封印なし";
    SummaryHides => "subject hidden", "件名は非公開";
    BlockNoCertificate => "{name} has no key that we know. Find it, ask for it, or send without encryption.", "{name}さんの鍵が見つかりません。探す、送ってもらう、暗号化せずに送る、から選べます。";
    BlockExpired => "The key of {name} has expired. Ask for the new one, or send without encryption.", "{name}さんの鍵は期限切れです。新しい鍵を送ってもらうか、暗号化せずに送れます。";
    BlockRevoked => "The key of {name} was withdrawn. Ask for the new one, or send without encryption.", "{name}さんの鍵は失効しています。新しい鍵を送ってもらうか、暗号化せずに送れます。";
    BlockNoSigningKey => "You have no key to seal as {name}. Make or import one, or send without a seal.", "{name} として封印する鍵がありません。作る、読み込む、封印せずに送る、から選べます。";
    BlockOther => "This can't be sent as asked ({code} {name}). Change the protection or the recipient.", "このままでは送れません（{code} {name}）。保護の設定か宛先を変えると送れます。";
    AskUnauthenticated => "Nobody you trust vouches for the key of {name}. Compare fingerprints to be sure.", "{name}さんの鍵を保証する人がいません。指紋を確かめると確実になります。";
    AskBcc => "{name} gets a message of their own, so that nobody sees their name.", "{name}さんには別のメールとして届き、ほかの人に名前は見えません。";
    AskSubject => "Mail servers on the way can read the subject.", "件名は途中のメールサーバーから読めます。";
    AskClear => "{name} gets this without encryption. Mail servers on the way can read it.", "{name}さんには暗号化せずに届きます。途中のメールサーバーから読めます。";
    AskUnsigned => "The message carries no seal. The recipients can't be sure that it is from you.", "封印がないため、受け取った人はあなたからのメールだと確かめられません。";
    AskOther => "Look at this before you send ({code} {name}).", "送る前に確かめてください（{code} {name}）。";

    BlockBadAddress => "“{name}” is not an address. Correct or remove it.", "「{name}」はアドレスではありません。直すか、外してください。";
    BlockMismatch => "The key at hand for {name} is known to be somebody else's. Ask for theirs, or send without encryption.", "{name}さん用の鍵は、別の人のものと分かっています。本人の鍵を送ってもらうか、暗号化せずに送れます。";
    BlockCannotEncrypt => "Nothing can be encrypted to the key of {name}. Ask for another, or send without encryption.", "{name}さんの鍵では暗号化できません。別の鍵を送ってもらうか、暗号化せずに送れます。";
    AskCopy => "You can't open the copy that is kept of this message. Make or import a key of your own to keep one.", "送信済みの控えを自分で開けません。自分の鍵を作るか読み込むと、控えを読めます。";
    AskEmptySubject => "The message has no subject.", "件名がありません。";
    LockedToSend => "Your key is locked. Enter its passphrase to seal and send.", "鍵がロックされています。パスフレーズを入れると、封印して送れます。";
    UnlockAndSend => "Unlock and send", "解除して送信";

    // Drafts
    KeptDrafts => "Kept drafts", "書きかけ";
    KeptDraftsHint => "Drafts are kept on this computer, encrypted.", "書きかけのメールは、このコンピューターに暗号化して保存されています。";
    NoKeptDrafts => "No drafts", "書きかけはありません";
    NobodyYet => "No recipient yet", "宛先なし";
    ChangedAt => "Last changed {time}", "最終更新 {time}";

    // A message of the demo
    SampleSubject => "Minutes of Thursday, and the offer", "木曜日の議事録と見積書";
    SampleText => "Dear Bob, dear Hanako,\n\nhere are the minutes of Thursday. The offer is attached; it stays among us until Monday.\n\nThe date of the next meeting is open. Would the 14th suit you?\n\nAlice\n", "花子様、Bob様\n\n木曜日の議事録をお送りします。見積書を添付しましたので、月曜日までは社外秘でお願いします。\n\n次回の打ち合わせは14日でいかがでしょうか。\n\n有村アリス\n";
    SampleFile => "offer.pdf", "見積書.pdf";

    // The first day
    Welcome => "Welcome to Kakitome", "Kakitomeへようこそ";
    WelcomeHint => "Three steps, and your mail goes out sealed and encrypted.", "三つの準備で、封印と暗号化のできるメールになります。";
    StepAccount => "Your mail account", "メールアカウント";
    StepAccountHint => "The servers that your mail goes through, and your password for them.", "メールの送受信に使うサーバーと、そのパスワードです。";
    StepKeys => "Your keys", "自分の鍵";
    StepKeysHint => "One for OpenPGP and one for S/MIME, so that users of both can write to you. If you have some already, import them.", "OpenPGPとS/MIMEの鍵を一つずつ作ると、どちらを使う人ともやり取りできます。すでに持っている鍵は読み込めます。";
    StepPeople => "The keys of others", "ほかの人の鍵";
    StepPeopleHint => "Import the certificate that somebody gave you, and compare its fingerprint with them. From then on mail to them is encrypted.", "相手からもらった証明書を読み込み、指紋を照合すると、その人へのメールを暗号化できます。";
    StepDone => "Done", "済み";

    // Opening the profile
    OpenProfile => "Open your mail", "メールを開く";
    UsePassphrase => "Use this passphrase", "このパスフレーズを使う";
    OpenProfileHint => "Your mail on this computer is encrypted. Enter the passphrase of this profile.", "このコンピューターのメールは暗号化されています。プロファイルのパスフレーズで開きます。";
    NewProfile => "Choose a passphrase", "パスフレーズを決める";
    NewProfileHint => "This computer has no keyring that keeps secrets, so your mail is encrypted with a passphrase of yours. It can't be recovered if it is lost.", "秘密を預けるキーリングがないため、あなたのパスフレーズでメールを暗号化します。忘れると取り戻せません。";
    ProfilePassphrase => "Passphrase of the profile", "プロファイルのパスフレーズ";
    ProfilePassphraseAgain => "The same again", "もう一度同じものを";
    PassphrasesDiffer => "The two are different.", "二つが違っています。";

    // Reasons
    ReasonNoPath => "nothing leads from what you trust to this key", "信頼するものからこの鍵への経路がない";
    ReasonExpired => "it had expired", "期限切れ";
    ReasonRevoked => "it was withdrawn", "失効";
    ReasonNotYet => "it was not in force yet", "有効期間の前";
    ReasonNotForMail => "the certificate is not meant for mail", "メール用の証明書ではない";
    ReasonAddress => "the address is not in the certificate", "アドレスが証明書にない";
    ReasonNotAuthority => "it was issued by a certificate that may not issue any", "発行の権限がない証明書による発行";
    ReasonNames => "the authority may not issue for this name", "認証局が扱えない名前";
    ReasonComplex => "the path is too complicated", "経路が複雑すぎる";
    ReasonUnknownRevocation => "whether it was withdrawn is not known", "失効したかどうか不明";

    // Keys
    MyKeys => "My keys", "自分の鍵";
    OthersKeys => "People and authorities", "ほかの人と認証局";
    NoOwnKeys => "No key of your own yet", "自分の鍵がまだありません";
    NoOwnKeysHint => "Make a new one, or import one that you have. With it you can seal and open mail.", "新しく作るか、持っている鍵を読み込むと、封印や開封ができます。";
    NoOthers => "Nobody's key is known yet", "ほかの人の鍵がまだありません";
    NoOthersHint => "Import a certificate that somebody gave you.", "もらった証明書を読み込むと、ここに並びます。";
    Import => "Import", "読み込む";
    Export => "Export", "書き出す";
    ExportSecret => "Export with secret key", "秘密鍵ごと書き出す";
    NewKey => "New key", "新しい鍵";
    RequestCertificate => "Request a certificate", "証明書を申請";
    SecretLocked => "Own key, locked", "自分の鍵・ロック中";
    SecretOpen => "Own key", "自分の鍵";
    KeyOwn => "This is your own key.", "あなた自身の鍵です。";
    KeyCompared => "You compared this key with its owner.", "持ち主と照合した鍵です。";
    KeyAuthenticated => "You have good reason to believe that this key is theirs.", "本人の鍵と信じる根拠があります。";
    KeyPartial => "Some vouch for this key, not enough yet.", "保証がまだ十分ではありません。";
    KeyUnauthenticated => "Nobody you trust vouches for this key.", "あなたが信頼する人は、だれもこの鍵を保証していません。";
    KeyRevoked => "This key was withdrawn. It is used for nothing any more.", "この鍵は失効しています。もう使われません。";
    KeyExpired => "This key has expired. Ask its owner for a new one.", "この鍵は期限切れです。持ち主に新しい鍵を頼んでください。";
    ValidSpan => "From {begin} to {end}", "{begin}から{end}まで";
    ValidSince => "Since {begin}, without an end", "{begin}から、期限なし";
    Algorithms => "Algorithms", "アルゴリズム";
    UsedFor => "Used for", "用途";
    CanSign => "sealing", "封印";
    CanEncrypt => "encryption", "暗号化";
    Compare => "Compare fingerprint", "指紋を照合";
    TakeTrustBack => "Take trust back", "信頼を取り消す";
    CertificationsCount => "Its certifications count", "この鍵による証明を信頼する";
    CompareTitle => "Compare with {name}", "{name}さんと照合";
    CompareHint => "Ask {name} by telephone or in person to read their fingerprint to you. Every group has to agree.", "{name}さんに電話か対面で指紋を読み上げてもらい、すべての組が同じか確かめます。";
    CompareDone => "I compared every group with the owner", "持ち主とすべての組を照合しました";
    Trust => "Mark as compared", "照合済みにする";
    Name => "Name", "名前";
    Address => "Address", "アドレス";
    PassphraseForKey => "Passphrase for the new key", "新しい鍵のパスフレーズ";
    PassphraseIfWanted => "Passphrase for the new key (may stay empty)", "新しい鍵のパスフレーズ（なくてもかまいません）";
    PassphraseIfAny => "Passphrase, if the file has one", "パスフレーズ（ある場合）";
    PassphraseForFile => "Passphrase for the file", "ファイルのパスフレーズ";
    NewKeyHint => "With it you seal your mail, and others encrypt for you.", "この鍵でメールを封印し、ほかの人はあなたあてに暗号化します。";
    SelfSignedHint => "The S/MIME certificate is signed by itself. Others believe it once they compared its fingerprint.", "S/MIMEの証明書には自分で署名します。相手が指紋を照合すると信頼されます。";
    BothTechnologies => "Both", "両方";
    MakeKeys => "Make keys", "鍵を作る";
    Generate => "Make key", "鍵を作る";
    RequestHint => "Makes a key and a request file that a certificate authority turns into a certificate.", "鍵と申請ファイルを作ります。認証局が申請から証明書を発行します。";
    ImportHint => "Certificates and keys of both technologies: OpenPGP, PEM, DER, PKCS#12.", "両方式の証明書と鍵を読み込めます（OpenPGP、PEM、DER、PKCS#12）。";
    ExportSecretHint => "Whoever has this file and its passphrase can read your mail and seal in your name.", "このファイルとパスフレーズがあれば、だれでもあなたのメールを読み、あなたの名で封印できます。";
    FilePath => "File", "ファイル";
    ChooseFile => "Choose file", "ファイルを選ぶ";

    // Outbox
    OutboxHint => "Sealed messages that wait for their server. They survive a restart.", "サーバーに渡すのを待っている、封をしたメールです。再起動しても残ります。";
    OutboxEmpty => "Nothing waits", "待っているメールはありません";
    OutboxEmptyHint => "Everything has been handed over.", "すべて渡し終えました。";
    StateQueued => "Waits for its turn.", "順番を待っています。";
    StateSending => "Is being handed to the server.", "サーバーに渡しています。";
    StateDeferred => "The server asked to try later.", "サーバーから後での再試行を求められました。";
    StateRejected => "The server refused it for good. Correct the recipient and send it again.", "サーバーに拒否されました。宛先を直して送り直せます。";
    StateUncertain => "It may have been sent: the connection broke before the server answered. Look whether it arrived before you send again.", "送れたかどうか分かりません。応答の前に接続が切れました。送り直す前に、届いたか確かめてください。";
    StateAccepted => "The server took it.", "サーバーが受け取りました。";
    TriedAgainAt => "Tried again at {time}", "{time} に再試行";
    ServerSaid => "The server said", "サーバーの返事";
    TryAgain => "Try again", "もう一度";
    SendAgain => "Send again", "送り直す";
    TakeBack => "Take back", "取り消す";

    // Settings
    LanguageName => "Language", "言語";
    Look => "Appearance", "外観";
    AsSystem => "As the system", "システムに合わせる";
    Light => "Light", "ライト";
    Dark => "Dark", "ダーク";
    Accounts => "Accounts", "アカウント";
    DeliveryChecks => "Delivery checks", "配送の確認";
    EvaluateHere => "Check SPF, DKIM and DMARC with this program", "SPF・DKIM・DMARCをこのプログラムで確かめる";
    EvaluateHereHint => "The name servers of the sending domain can notice that a message is being looked at.", "メールを開いたことが、送信元ドメインのネームサーバーに伝わることがあります。";
    BelievedServers => "Believe the reports of these servers", "報告を信じるサーバー";
    BelievedServersHint => "The name that your own mail server writes into Authentication-Results.", "自分のメールサーバーがAuthentication-Resultsに書く名前です。";
    Change => "Change", "変更";
    AddAccount => "Add account", "アカウントを加える";
    SmtpServer => "Server for sending (SMTP)", "送信サーバー（SMTP）";
    ImapServer => "Server for receiving (IMAP)", "受信サーバー（IMAP）";
    UserName => "User name", "ユーザー名";
    Password => "Password", "パスワード";
    PasswordKept => "Password (empty keeps the stored one)", "パスワード（空欄なら今のまま）";
    AccountHint => "Nothing is sent over a connection that is not encrypted, or to a server with the wrong certificate.", "暗号化されていない接続や、証明書の違うサーバーには何も送りません。";
    SaveAccount => "Save account", "アカウントを保存";
    TestAccount => "Test login", "ログインを試す";
    AddressMissing => "Enter your mail address.", "メールアドレスを入れると保存できます。";
    ServerMissing => "Enter the names of both servers.", "両方のサーバー名を入れると保存できます。";
    UserMissing => "Enter the user name.", "ユーザー名を入れると保存できます。";
    PasswordMissing => "Enter the password.", "パスワードを入れると保存できます。";

    // The line at the bottom
    Synchronise => "Fetch new mail", "新着を確認";
    SynchronisedAt => "Synchronised {time}", "{time} に同期";
    Waiting => "{count} waiting in the outbox", "送信待ち {count} 件";
    DemoMailbox => "Demo mailbox. Nothing is sent or fetched.", "デモ用のメールボックスです。送受信は行いません。";
    Dismiss => "Dismiss", "閉じる";
    WorkSynchronise => "Fetching mail {subject}", "メールを取得中 {subject}";
    WorkSend => "Sending {subject}", "送信中 {subject}";
    WorkGenerate => "Making a key {subject}", "鍵を作成中 {subject}";
    WorkImport => "Importing {subject}", "読み込み中 {subject}";
    WorkOther => "Working {subject}", "処理中 {subject}";
    DoneQueued => "The message is in the outbox until its server takes it.", "メールを送信待ちに入れました。サーバーが受け取るまで残ります。";
    DoneDraft => "The draft is kept, encrypted on this computer.", "下書きを暗号化して保存しました。";
    DoneImported => "Imported {subject}", "読み込みました {subject}";
    DoneExported => "Written to {subject}", "書き出しました {subject}";
    DoneSaved => "Saved {subject}", "保存しました {subject}";
    DoneGenerated => "The key is made {subject}", "鍵を作りました {subject}";
    DoneAccount => "The account works {subject}", "アカウントに接続できました {subject}";
    DoneOther => "Done {subject}", "完了しました {subject}";

    // Results of mechanisms
    ResultPass => "passed", "合格";
    ResultFail => "failed", "不合格";
    ResultSoftfail => "probably failed", "おそらく不合格";
    ResultNeutral => "no statement", "判断なし";
    ResultNone => "nothing published", "設定なし";
    ResultTemperror => "could not be asked now", "一時的に確認できず";
    ResultPermerror => "what is published is broken", "設定に誤りあり";
    ResultPolicy => "refused by policy", "ポリシーにより不可";
    WhatSpf => "Was the sending server allowed by its domain?", "送信サーバーはドメインに許可されていたか";
    WhatDkim => "Did the domain sign the message for the delivery?", "ドメインが配送用に署名したか";
    WhatDmarc => "Does the domain in From stand behind the delivery?", "差出人のドメインが配送を裏づけているか";
    WhatArc => "Did those who passed it on keep a record?", "中継した人が記録を残しているか";
    WhatBimi => "Does the domain show a mark of its own?", "ドメインが独自のマークを示しているか";
    WhatIprev => "Does the server's address have the name that it claims?", "サーバーのアドレスは名乗った名前と合うか";

    // Problems of keys
    ProblemExpired => "It has expired.", "期限が切れています。";
    ProblemNotYet => "It is not in force yet.", "まだ有効期間に入っていません。";
    ProblemRevoked => "It was withdrawn.", "失効しています。";
    ProblemAlgorithm => "Its algorithm is too weak.", "アルゴリズムが弱すぎます。";
    ProblemKey => "Its key is too short.", "鍵が短すぎます。";
    ProblemAddress => "It names no mail address.", "メールアドレスが書かれていません。";
    ProblemUsage => "It is not meant for this use.", "この用途には使えない証明書です。";
    ProblemMail => "It is not meant for mail.", "メール用の証明書ではありません。";
    ProblemUnreadable => "It can't be read entirely.", "一部を読み取れません。";
    ProblemOther => "There is a difficulty with it ({code}).", "問題があります（{code}）。";

    // Defects
    DefectEnd => "The end of a part is missing.", "部分の終わりがありません。";
    DefectBoundary => "The parts can't be told apart.", "部分の境目が分かりません。";
    DefectLineFeed => "Lines end in a way that mail doesn't allow.", "改行の形がメールの規格と違います。";
    DefectEncoding => "The transfer encoding is broken.", "転送用の符号化が壊れています。";
    DefectCharset => "The character set is unknown or broken.", "文字コードが不明か、壊れています。";
    DefectDuplicate => "A header that may occur once occurs again.", "一つしか許されないヘッダーが重なっています。";
    DefectEightBit => "A header holds bytes that can't be read.", "ヘッダーに読めないバイトがあります。";
    DefectNul => "There is a NUL byte.", "NULバイトがあります。";
    DefectHeader => "A header line is broken.", "ヘッダーの行が壊れています。";
    DefectFrom => "The sender is missing.", "差出人がありません。";
    DefectLimit => "The message is too large or too deep to be looked at entirely.", "大きさか深さの限度を超えたため、一部を確かめていません。";

    // Protected header fields and mended messages
    DefectMangled => "A server on the way took the encrypted message apart. It was put together again here.", "途中のサーバーが暗号メールの形を崩していたため、元に組み直しました。";
    DefectLostSignature => "A signature came along that does not fit this text; something on the way changed it. The message counts as one without a seal.", "添えられた署名が文面に合いません。途中で変わったようです。封印のないメールとして扱います。";
    CautionFromUnproven => "Inside, the message names another sender, and no seal proves that. The outer sender is shown; be careful.", "内側には別の差出人が書かれていますが、封印で確かめられません。外側の差出人を表示しています。注意してください。";
    CautionListFooter => "Below the sealed part stands text that the seal does not cover; a mailing list may have added it. Only the sealed part is the signer's.", "封印された部分の下に、封印の対象でない文があります。メーリングリストが加えた可能性があります。署名者のものは封印された部分だけです。";
    WorkAssess => "Looking at what came {subject}", "届いたメールを確認中 {subject}";
}
