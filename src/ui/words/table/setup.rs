//! Setting accounts up.

macro_rules! setup {
    ($next:ident $($more:ident)*; $($rows:tt)*) => {
        $next! { $($more)*; $($rows)*
            // Setting accounts up
            SetupAccountHint => "The servers are found by the address. Your password goes only to the servers that are shown here, and only over an encrypted connection.", "サーバーはアドレスから探します。パスワードは、ここに表示したサーバーにだけ、暗号化された接続で渡します。";
            SetupPasswordHint => "May stay empty if you sign in through the browser.", "ブラウザーでサインインする場合は空欄でかまいません。";
            SetupFind => "Find servers", "サーバーを探す";
            SetupFindAndLogIn => "Find servers and log in", "サーバーを探してログイン";
            SetupByHand => "Enter servers by hand", "サーバーを手で入力";
            SetupChangeByHand => "Change by hand", "手で直す";
            SetupSearch => "Looking for the servers", "サーバーを探しています";
            SetupSearched => "Where the servers were looked for", "サーバーを探した場所";
            SetupLogIn => "Logging in", "ログインの確認";
            SetupStop => "Stop", "中止";
            SetupAgain => "Try again", "もう一度試す";
            SetupTry => "Log in with this", "この内容でログイン";
            SetupSaveUntried => "Save without trying", "試さずに保存";
            SetupNothing => "No servers were found for {domain}. Your provider's help pages name them; look for IMAP and SMTP.", "{domain} のサーバーは見つかりませんでした。提供元の案内にあるIMAPとSMTPのサーバー名を、手で入力できます。";
            SetupWorks => "Both servers let you in. Nothing is kept until you save.", "どちらのサーバーにもログインできました。保存するまで、何も残りません。";
            SetupStrangers => "Only the name servers of {domain} name these servers, and anybody on the way could have forged that answer. Go on only if they are your provider's.", "{domain} のネームサーバーだけが、次のサーバーを挙げています。途中で偽造された可能性もあるため、提供元のものとわかる場合だけ進めます。";
            SetupAccept => "They are right, log in", "正しいのでログイン";
            SetupFoundOf => "Servers of {name}", "{name} のサーバー";
            SetupReceive => "Receive", "受信";
            SetupSend => "Send", "送信";
            SetupUser => "as {user}", "ユーザー名 {user}";
            SetupTried => "{protocol} at {host}, port {port}, as {user}", "{host}（{protocol}、ポート {port}）に {user} として";
            SetupLetIn => "logged in", "ログインできました";
            StepKnown => "Providers that this program knows", "このプログラムが知っている提供元";
            StepAutoconfig => "What {domain} publishes for mail programs", "{domain} が公開しているメールソフト用の設定";
            StepWellKnown => "The same at its web site", "同じ設定（Webサイト上）";
            StepServices => "Service records in the DNS", "DNSのサービスレコード";
            StepExchanger => "Whose mail server takes its mail", "メールを受け取っているサーバーの提供元";
            StepGuess => "Usual names, such as imap.{domain}", "imap.{domain} などのよくある名前";
            StepTrying => "asking …", "問い合わせ中…";
            StepFound => "found", "見つかりました";
            StepNothing => "nothing", "ありません";
            StepNotAsked => "not needed", "不要でした";
            StepUnreachable => "not reachable", "接続できません";
            StepBadCertificate => "wrong certificate, not believed", "証明書が違うため、信じません";
            StepNotHttps => "only without encryption, not believed", "暗号化されていないため、信じません";
            StepPrivate => "leads into a private network, not followed", "内部ネットワークを指しているため、たどりません";
            StepUnreadable => "its answer can't be used", "答えを利用できません";
            StepTimedOut => "no answer in time", "時間内に答えがありません";
            NoteAppPassword => "{name} does not take the password of your account here. Make an app password for Kakitome at {link} and enter that.", "{name} では、いつものパスワードは使えません。{link} でKakitome用のアプリパスワードを作り、それを入れます。";
            NoteSwitchOn => "{name} lets mail programs in only once you have switched that on in its settings ({link}).", "{name} では、先にWebの設定でメールソフトの利用を有効にする必要があります（{link}）。";
            NoteOwnUser => "{name} gives you a user name of its own for mail programs ({link}). Enter it as the user name.", "{name} では、メールソフト用のユーザー名が別にあります（{link}）。それをユーザー名に入れます。";
            NoteMailPassword => "The password is that of the mailbox, which {name} may have given you apart from the one for its site.", "パスワードは、{name} のメール用のものです。会員ページのものとは別の場合があります。";
            NoteBrowserOnly => "{name} takes no password from mail programs: sign in through the browser.", "{name} はメールソフトのパスワードを受け付けません。ブラウザーでサインインします。";
            NotRegisteredHere => "This build of Kakitome is not registered with {name}, so it can't offer to sign in through the browser.", "このKakitomeは {name} に登録されていないため、ブラウザーでのサインインは使えません。";
            SignIn => "Sign in at {name} in the browser", "ブラウザーで {name} にサインイン";
            SignInAgain => "Sign in again", "もう一度サインイン";
            SignedOut => "The provider asks you to sign in again. Nothing is lost: mail here and in the outbox stays.", "提供元がもう一度サインインを求めています。手元のメールも送信待ちのメールも、そのまま残っています。";
            SignsInAt => "Signs in at {name}, without a password here.", "{name} でサインインします。ここにパスワードはありません。";
            UsePassword => "Use a password instead", "パスワードに切り替える";
            SigningIn => "Go on in the browser. When you are done there, the rest goes on here.", "続きはブラウザーで行います。終わると、ここで自動的に先へ進みます。";
            OpenBrowserAgain => "Open the browser again", "ブラウザーをもう一度開く";
            PageDone => "You are signed in. You can close this page and go back to Kakitome.", "サインインできました。このページを閉じて、Kakitomeに戻れます。";
            PageFailed => "You are not signed in. Kakitome says why, and what can be done.", "サインインできませんでした。理由とできることは、Kakitomeに表示しています。";
            PageStray => "Kakitome is not waiting for this page. Start the sign-in there once more.", "Kakitomeはこのページを待っていません。Kakitomeからもう一度サインインを始められます。";
            SmtpUser => "User name for sending, if it is another", "送信用のユーザー名（別の場合だけ）";
            Port25Hint => "Port 25 is for servers among themselves, and most providers block it for everybody else (OP25B). Port 587 or 465 is made for sending.", "ポート25はサーバーどうしのもので、多くの提供元が止めています（OP25B）。送信には587か465を使います。";
            Identities => "Other addresses of this account", "このアカウントのほかのアドレス";
            IdentitiesHint => "Each can be chosen as the sender, if the server allows it. Mail goes out under these addresses and no others.", "サーバーが認めていれば、差出人として選べます。ここにないアドレスでは送信しません。";
            AddIdentity => "Add an address", "アドレスを加える";
            RemoveIdentity => "Remove this address", "このアドレスを除く";
            IdentityWrong => "One of the other addresses is none.", "ほかのアドレスに、正しくないものがあります。";
            RemoveAccount => "Remove account", "アカウントを削除";
            RemoveAccountTitle => "Remove {address}?", "{address} を削除しますか";
            RemoveAccountHint => "Its mail on this computer, its drafts and what waits in its outbox are deleted here. On the server everything stays, and your keys stay here.", "このパソコンにあるメール、下書き、送信待ちのメールを削除します。サーバーのメールと、ここにある鍵は残ります。";
            MoveUp => "Move up", "上へ";
            MoveDown => "Move down", "下へ";
            DoneAccountRemoved => "{subject} was removed here.", "{subject} をここから削除しました。";
        }
    };
}
