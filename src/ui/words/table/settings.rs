//! Settings.

macro_rules! settings {
    ($next:ident $($more:ident)*; $($rows:tt)*) => {
        $next! { $($more)*; $($rows)*
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
            ReceiveBy => "Receive by", "受信方式";
            ReceiveByHint => "An account keeps the way it receives: what came by POP3 may be nowhere but here. For the other way, add the same mailbox as a second account.", "受信方式は、後から変えられません。POP3で受けたメールは、ここにしかないことがあるためです。もう一方の方式は、同じメールボックスを別のアカウントとして加えると使えます。";
            PopServer => "Server for receiving (POP3)", "受信サーバー（POP3）";
            LeaveOnServer => "Leave messages on the server", "サーバーにメールを残す";
            LeaveOnServerHint => "What was received is deleted on the server once it is kept here. Other devices will not see it any more.", "受信してここに保存したメールは、サーバーから削除されます。ほかの端末では見られなくなります。";
            PopBeforeSmtp => "Log in by POP3 before sending", "送信の前にPOP3でログインする";
            PopBeforeSmtpHint => "For old servers that only send after a log-in for receiving (POP before SMTP).", "受信のログインの後でしか送信できない、古いサーバーのための設定です（POP before SMTP）。";
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
        }
    };
}
