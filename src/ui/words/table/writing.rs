//! Writing, drafts and the outbox.

macro_rules! writing {
    ($next:ident $($more:ident)*; $($rows:tt)*) => {
        $next! { $($more)*; $($rows)*
            // Much of it
            BeyondLines => "{count} more lines go along as they are.", "この後に{count}行あり、そのまま送られます。";
            EditBeyond => "Edit them here", "ここで編集";
            LeaveOutBeyond => "Leave them out", "送らない";
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
            WithoutEncryption => "Go without encryption", "暗号化をやめる";
            WithoutSeal => "Go without a seal", "封印をやめる";
            SummaryUnsigned => "no seal", "封印なし";
            SummaryHides => "subject hidden", "件名は非公開";
            BlockNoCertificate => "{name} has no key that we know. Find it, ask for it, or send without encryption.", "{name}さんの鍵が見つかりません。探す、送ってもらう、暗号化せずに送る、から選べます。";
            BlockExpired => "The key of {name} has expired. Ask for the new one, or send without encryption.", "{name}さんの鍵は期限切れです。新しい鍵を送ってもらうか、暗号化せずに送れます。";
            BlockRevoked => "The key of {name} was withdrawn. Ask for the new one, or send without encryption.", "{name}さんの鍵は失効しています。新しい鍵を送ってもらうか、暗号化せずに送れます。";
            BlockTooBig => "The server takes at most {limit}. Send less at once, or put the files where a link leads to them.", "サーバーが受け付けるのは{limit}までです。分けて送るか、ファイルを置いた場所のリンクを送れます。";
            AskTooBig => "The message may become larger than the server's limit of {limit}.", "サーバーの上限{limit}を超えるかもしれません。";
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
        }
    };
}
