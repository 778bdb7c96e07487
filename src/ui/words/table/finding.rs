//! Looking certificates up, taking them from mail, publishing one's own.

macro_rules! finding {
    ($next:ident $($more:ident)*; $($rows:tt)*) => {
        $next! { $($more)*; $($rows)*
            // The search
            FindCertificate => "Find certificate", "証明書を探す";
            FindTitle => "Find a certificate", "証明書を探す";
            FindHint => "Each place that is asked learns whom you look for. What is found is kept as unverified and trusts nobody.", "問い合わせ先には、だれの証明書を探したかが伝わります。見つかったものは未確認として残り、だれも信頼しません。";
            FindFor => "Address", "アドレス";
            FindNow => "Find", "探す";
            FindAgain => "Search again", "もう一度探す";
            FindRemember => "Allow these from now on", "今後もこの方法を使う";
            FindOffline => "This is the demo: nothing is asked.", "デモのため、どこにも問い合わせません。";
            AskedPlaces => "What was asked", "問い合わせ先";
            FoundCertificates => "What was found", "見つかった証明書";
            FoundNone => "Nobody had a certificate for this address. Ask for it by mail.", "このアドレスの証明書は見つかりませんでした。メールで頼むこともできます。";
            KeepUnverified => "Keep as unverified", "未確認として残す";
            IsKept => "Kept", "保存済み";
            CompareAfter => "Compare the fingerprint with the owner before you rely on it.", "頼る前に、持ち主と指紋を照合できます。";
            Close => "Close", "閉じる";

            // The ways, and what each tells to whom
            WayWkd => "The domain's own directory (WKD)", "ドメインの公開ディレクトリ（WKD）";
            WayWkdHint => "The web server of the address's domain learns that you look for this person.", "アドレスのドメインのWebサーバーに、相手を探したことが伝わります。";
            WayVks => "Verifying key server (VKS)", "確認済み鍵サーバー（VKS）";
            WayVksHint => "Its operator learns whom you look for. It only gives keys whose owner confirmed the address.", "運営者に相手が伝わります。持ち主がアドレスを確認した鍵だけを返します。";
            WayHkp => "Open key servers (HKPS)", "公開鍵サーバー（HKPS）";
            WayHkpHint => "Their operators learn whom you look for. Anybody may put any name there.", "運営者に相手が伝わります。だれでも、どの名前でも登録できます。";
            WayDane => "Signed DNS (DANE)", "署名付きDNS（DANE）";
            WayDaneHint => "Name servers on the way learn whom you look for; the question travels unencrypted.", "経路上のネームサーバーに相手が伝わります。質問は暗号化されません。";
            WayLdap => "Directories of your organisation (LDAP)", "組織のディレクトリ（LDAP）";
            WayLdapHint => "Whoever runs them learns whom you look for.", "運営者に相手が伝わります。";
            WayAia => "Missing authorities of S/MIME seals (AIA)", "S/MIMEの封印に足りない認証局（AIA）";
            WayAiaHint => "Fetched while you read. The issuer of a certificate, and so perhaps its sender, can notice that you opened the message.", "開封時に取得します。証明書の発行者に、場合によっては差出人にも、開封したことが伝わります。";

            // What became of a question
            AskWaiting => "Asking", "問い合わせ中";
            AskFound => "{count} found", "{count}件";
            AskNothing => "Nothing for this address", "このアドレスのものはありません";
            AskUnreachable => "No answer. Try again later.", "応答がありません。後で試せます。";
            AskNoHost => "The domain has no such directory.", "このドメインにディレクトリはありません。";
            AskBadCertificate => "The server's certificate is not its own; nothing was asked.", "サーバーの証明書が正しくないため、問い合わせていません。";
            AskTimedOut => "It took too long. Try again later.", "時間がかかりすぎました。後で試せます。";
            AskTooLarge => "The answer is larger than a certificate may be; it was left.", "応答が証明書として大きすぎるため、受け取っていません。";
            AskPrivate => "The server is one of a private network; it was not asked.", "内部ネットワークのサーバーのため、問い合わせていません。";
            AskRefused => "The server refuses to answer.", "サーバーが応答を断りました。";
            AskProtocol => "The answer can't be understood.", "応答を解釈できません。";
            AskNotSigned => "The domain's DNS is not signed, so its answer proves nothing.", "ドメインのDNSに署名がなく、応答を確かめられません。";
            AskBogus => "The signatures of the DNS don't hold. The answer may be forged.", "DNSの署名が合いません。応答が偽物の可能性があります。";
            AskNoStartTls => "The directory offers no encrypted connection; nothing was asked.", "暗号化接続がないため、問い合わせていません。";
            AskNoServer => "No server is set up. Name one in the settings.", "サーバーが未設定です。設定で加えられます。";
            AskBadAddress => "The address can't be asked for in this way.", "この方法では探せないアドレスです。";
            AskOffline => "Nothing leaves this computer now.", "今はどこにも問い合わせません。";

            // Where a certificate was met
            MetMessage => "From a mail by {detail} of {day}", "{detail} からの{day}のメールから";
            MetAutocrypt => "From the header of a mail by {detail} of {day}", "{detail} からの{day}のメールのヘッダーから";
            MetGossip => "Handed on by {detail} in an encrypted mail of {day}", "{detail} が{day}の暗号化メールで伝えたもの";
            MetWkd => "From the directory (WKD) of {detail}, {day}", "{detail} のディレクトリ（WKD）から、{day}";
            MetServer => "From the key server {detail}, {day}", "鍵サーバー {detail} から、{day}";
            MetDane => "From the signed DNS of {detail}, {day}", "{detail} の署名付きDNSから、{day}";
            MetLdap => "From the directory {detail}, {day}", "ディレクトリ {detail} から、{day}";
            MetAia => "From {detail}, where a certificate said that it is to be had, {day}", "証明書が示す {detail} から、{day}";
            MetFile => "From the file {detail}, {day}", "ファイル {detail} から、{day}";
            MetGnupg => "From GnuPG, {day}", "GnuPGから、{day}";
            MetGpgsm => "From gpgsm, {day}", "gpgsmから、{day}";
            MetThunderbird => "From Thunderbird, {day}", "Thunderbirdから、{day}";
            MetCertD => "From the directory that OpenPGP programs share, {day}", "OpenPGPプログラム共有のディレクトリから、{day}";
            MetToken => "From the token {detail}, {day}", "トークン {detail} から、{day}";
            MetGenerated => "Made here, {day}", "このプログラムで作成、{day}";
            MetIssued => "Issued by {detail}, {day}", "{detail} が発行、{day}";

            // Settings
            FindingSettingsTitle => "Finding certificates", "証明書を見つける";
            FindingSettingsHint => "Nothing is asked before you allow it. You can also allow a place once, when you look for somebody.", "許可するまで、どこにも問い合わせません。探すときに一度だけ許可することもできます。";
            TakeFromMail => "Keep certificates that come with mail, as unverified", "メールと一緒に届いた証明書を、未確認として残す";
            TakeFromMailHint => "Nobody learns of it, and nobody is trusted by it.", "だれにも伝わらず、だれも信頼しません。";
            VksServer => "Verifying key server", "確認済み鍵サーバー";
            HkpServers => "Open key servers, separated by spaces", "公開鍵サーバー（空白区切り）";
            LdapServers => "Directories, separated by spaces", "ディレクトリ（空白区切り）";
            SaveServers => "Save servers", "サーバーを保存";
            GivingTitle => "Giving your certificate", "自分の証明書を渡す";
            Announce => "Put it into the header of what I send (Autocrypt)", "送るメールのヘッダーに入れる（Autocrypt）";
            AnnounceHint => "Others can answer encrypted without asking you first.", "相手は尋ねなくても、暗号化して返信できます。";
            PreferEncryption => "Say there that I prefer encrypted answers", "暗号化した返信を希望すると伝える";
            AttachKey => "Attach it as a file to sealed mail", "封印したメールにファイルで付ける";
            RefreshNow => "Look for updates of all certificates", "すべての証明書の更新を調べる";
            RefreshHint => "The servers are asked by fingerprint, in random order and with pauses, never by address.", "アドレスではなく指紋で、順不同に間を置いて問い合わせます。";
            RefreshNeedsServer => "Allow a key server or missing authorities first.", "鍵サーバーか、足りない認証局の取得を許可すると使えます。";

            // Publishing
            Publish => "Publish", "公開";
            PublishTitle => "Publish the certificate of {name}", "{name} の証明書を公開";
            PublishHint => "Only the public part goes out. Others find it and can write to you encrypted.", "公開されるのは公開鍵だけです。相手が見つけて、暗号化して送れるようになります。";
            PublishVks => "Hand to {server}", "{server} に渡す";
            PublishVksHint => "It is found by your address once you answer a confirmation mail, and can be taken back.", "確認メールに応じると、アドレスで見つかるようになります。後で取り下げられます。";
            PublishHkp => "Hand to open key servers", "公開鍵サーバーに渡す";
            PublishHkpHint => "Name and address stay public there for ever.", "名前とアドレスは、そこにずっと公開されたままになります。";
            PublishFolder => "Write a folder for my web server (WKD)", "自分のWebサーバー用のフォルダーを書き出す（WKD）";
            PublishFolderHint => "Upload the folder of each host to that host. The host openpgpkey.… is enough where it exists.", "各ホストのフォルダーを、そのホストにアップロードします。openpgpkey.… のホストがあれば、それだけで足ります。";
            ConfirmSend => "Send a confirmation mail to {address}", "{address} に確認メールを送る";
            ConfirmPending => "A confirmation mail is on its way to {address}. Open its link, and your certificate is found by this address.", "{address} に確認メールを送りました。その中のリンクを開くと、このアドレスで見つかるようになります。";
            ConfirmDone => "Found by {address} at {server}.", "{server} で {address} から見つかります。";

            // What was done
            WorkRefresh => "Looking for updates of certificates {subject}", "証明書の更新を調べています {subject}";
            DoneFresh => "All certificates are up to date.", "証明書はすべて最新です。";
            DoneRefreshed => "Certificates that were updated {subject}", "更新した証明書 {subject}件";
            DonePublished => "Your certificate is published at {subject}.", "証明書を {subject} に公開しました。";
        }
    };
}
