//! The main window, its signs, and what is around them.

macro_rules! window {
    ($next:ident $($more:ident)*; $($rows:tt)*) => {
        $next! { $($more)*; $($rows)*
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
            NothingFoundHint => "No message holds these words.", "この言葉を含むメールはありません。";
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
            Why => "Why?", "なぜ？";
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

            // Links
            OpenLink => "Open this link", "リンクを開く";
            OpenLinkHint => "It leads to this address.", "行き先のアドレスです。";
            LinkDeceives => "The message shows {words}, but the link leads elsewhere.", "メールには {words} と書かれていますが、行き先は別です。";
            Open => "Open", "開く";
            Cancel => "Cancel", "やめる";

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
            WorkAssess => "Looking at what came {subject}", "届いたメールを確認中 {subject}";
            WorkOther => "Working {subject}", "処理中 {subject}";
            DoneQueued => "The message is in the outbox until its server takes it.", "メールを送信待ちに入れました。サーバーが受け取るまで残ります。";
            DoneDraft => "The draft is kept, encrypted on this computer.", "下書きを暗号化して保存しました。";
            DoneImported => "Imported {subject}", "読み込みました {subject}";
            DoneExported => "Written to {subject}", "書き出しました {subject}";
            DoneSaved => "Saved {subject}", "保存しました {subject}";
            DoneGenerated => "The key is made {subject}", "鍵を作りました {subject}";
            DoneAccount => "The account works {subject}", "アカウントに接続できました {subject}";
            DoneKeptHere => "What the new server does not have is kept on this computer, in “{subject}”.", "新しいサーバーにないメールは、このコンピューターの「{subject}」に残しました。";
            DoneOther => "Done {subject}", "完了しました {subject}";
        }
    };
}
