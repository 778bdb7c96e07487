//! What has left the composer: held back, taken back, refused, uncertain; and what was said with the servers.

macro_rules! outgoing {
    ($next:ident $($more:ident)*; $($rows:tt)*) => {
        $next! { $($more)*; $($rows)*
            // A moment to think again
            SendingIn => "Sending in {seconds} s", "{seconds}秒後に送信します";
            SendingSubjectIn => "Sending “{subject}” in {seconds} s", "「{subject}」を{seconds}秒後に送信します";
            Undo => "Undo", "送信を取り消す";
            SendNow => "Send now", "今すぐ送信";
            UndoTime => "Time to take a message back", "送信を取り消せる時間";
            UndoTimeHint => "A message waits so long before it goes. Until then one click brings it back as it was.", "送信の操作から実際に送るまで待つ時間です。その間は元のまま書き直せます。";
            UndoSeconds => "{seconds} s", "{seconds}秒";
            UndoNone => "None", "なし";

            // How it goes out
            HowItGoes => "How it goes out", "送り方";
            SendLater => "Send later", "後で送信";
            AtOnce => "At once", "すぐに";
            InAnHour => "In an hour", "1時間後";
            ThisEvening => "Today, 18:00", "今日 18:00";
            TomorrowMorning => "Tomorrow, 8:00", "明日 8:00";
            NextMonday => "Monday, 8:00", "月曜 8:00";
            OtherMoment => "Another moment", "別の日時";
            NotAMoment => "Write a moment to come like 2026-11-30 08:00.", "これからの日時を 2026-11-30 08:00 の形で入れると選べます。";
            GoesOutAt => "Goes out at {time}. Until then it waits in the outbox, sealed; the program has to run at that time.", "{time} に送信します。それまで封をして送信待ちに置きます。その時刻にプログラムが動いている必要があります。";
            AskReports => "Ask for delivery reports", "配送の報告を求める";
            AskReportsHint => "Servers on the way that can do so tell you that it was delivered, is late or has failed. Nobody is told when it is read.", "対応するサーバーから、配送の完了、遅れ、失敗の知らせが届きます。開封は分かりません。";
            RequireTls => "Only over encrypted connections all the way", "途中のすべての接続で暗号化を必須にする";
            RequireTlsHint => "If a server on the way can't promise that (REQUIRETLS), the message is not passed on, and you are told.", "約束できないサーバーがあれば（REQUIRETLS）先へは送られず、知らせが届きます。";

            // The outbox
            HeldUndo => "Goes out in a moment.", "まもなく送信します。";
            HeldUntil => "Goes out at {time}.", "{time} に送信します。";
            StateExpired => "It was tried for five days and is not tried any more.", "五日間試しましたが渡せず、再試行をやめました。";
            RejectedSome => "The server refused these recipients for good. Others may have got the message.", "この宛先はサーバーに拒否されました。ほかの宛先には届いている可能性があります。";
            UncertainAdvice => "Ask the recipient, or look for it in the Sent folder of another device. If it arrived, say so here; if not, send it again.", "相手に尋ねるか、別の端末の送信済みを見ると分かります。届いていればここで知らせ、届いていなければ送り直せます。";
            ItArrived => "It arrived", "届いていた";
            Rewrite => "Change it", "書き直す";
            TriedTimes => "Tried {count} times since {time}", "{time} から {count} 回試しました";
            ReportsAsked => "Delivery reports are asked for", "配送の報告を求めています";
            TlsRequired => "Only over encrypted connections all the way", "すべての接続で暗号化が必須です";
            DoneNoReport => "Sent, but the server can't report the delivery {subject}", "送りましたが、サーバーは配送の報告に対応していません {subject}";

            // Conversations
            Conversations => "Conversations with servers", "サーバーとのやり取り";
            ConversationsHint => "What was said with your servers since the program started, line by line. Passwords and messages are left out, so you can pass it on.", "起動してからのサーバーとのやり取りを一行ずつ表示します。パスワードと本文は含まれないため、そのまま人に渡せます。";
            ShowConversation => "Show the conversation", "やり取りを表示";
            NoConversations => "Nothing was said yet", "やり取りはまだありません";
            NoConversationsHint => "Fetch or send mail, or test an account in the settings.", "メールの送受信か、設定での接続の確認をすると表示されます。";
            ConversationsLeftOut => "{count} lines in between are not kept.", "途中の{count}行は残していません。";
            ConversationNumber => "{protocol} {server}, {time}", "{server} との{protocol}、{time}";
            ConversationFailed => "something was refused or failed", "拒否か失敗があります";
            SaveConversation => "Save as a file", "ファイルに保存";
            LookAgain => "Look again", "最新にする";
            CloseConversations => "Back", "戻る";
            SaidByClient => "To the server", "サーバーへ";
            SaidByServer => "From the server", "サーバーから";
            SaidContent => "{size} of a message", "メール {size}";
        }
    };
}
