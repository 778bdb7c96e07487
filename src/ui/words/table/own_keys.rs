//! One's own keys: making, renewing and withdrawing them, requests, an authority of one's own.

macro_rules! own_keys {
    ($next:ident $($more:ident)*; $($rows:tt)*) => {
        $next! { $($more)*; $($rows)*
            // Cards
            EarlierKeys => "Earlier keys, for old mail ({count})", "以前の鍵（過去のメール用、{count}）";
            EarlierKeysHint => "They are used for nothing new. Mail that was encrypted for them opens as before.", "新しいメールには使われません。この鍵あてに暗号化された過去のメールは、これまでどおり開けます。";
            EndsOn => "Ends on {date}, {left}", "{date}まで（{left}）";
            EndedOn => "Ended on {date}, {left}", "{date}に期限切れ（{left}）";
            KeyBackedUp => "In the backup of {date}", "{date}のバックアップに入っています";
            KeyNotBackedUp => "In no backup yet", "まだバックアップに入っていません";
            KeptByAgent => "Kept by GnuPG's agent", "GnuPGのエージェントが保管";
            KeptByToken => "On the token {name}", "トークン {name} の中";
            KeptByAgentHint => "The secret key stays with GnuPG, which seals, opens and vouches with it. Back it up, renew it and withdraw it there.", "秘密鍵はGnuPGにあり、封印・開封・証明にはそこで使われます。バックアップ、延長、失効もGnuPGで行えます。";
            KeptByTokenHint => "The secret key never leaves the token, so it is in no backup. It seals and opens from there.", "秘密鍵はトークンの外に出ないので、バックアップには入りません。封印と開封はトークンで行います。";
            HasPassphrase => "With a passphrase", "パスフレーズ付き";
            NeverEnds => "Without an end", "期限なし";
            LeftYears => "in {count} years", "あと{count}年";
            LeftMonths => "in {count} months", "あと{count}か月";
            LeftDays => "in {count} days", "あと{count}日";
            LeftTomorrow => "tomorrow", "明日まで";
            LeftToday => "today", "今日まで";
            AgoDays => "{count} days ago", "{count}日前";
            AgoYesterday => "yesterday", "昨日";
            AgoMonths => "{count} months ago", "{count}か月前";
            UseBoth => "For sealing and encryption", "封印と暗号化用";
            UseSigning => "For sealing alone", "封印専用";
            UseEncryption => "For encryption alone", "暗号化専用";
            OriginSelf => "Self-signed", "自己署名";
            OriginOwn => "Issued by your authority {name}", "自分の認証局 {name} が発行";
            OriginElsewhere => "Issued by {name}", "{name} が発行";
            WithdrawnSuperseded => "Withdrawn on {date}: another key took its place.", "{date}に失効（別の鍵に交代）。";
            WithdrawnRetired => "Withdrawn on {date}: no longer used.", "{date}に失効（使用を終了）。";
            WithdrawnCompromised => "Withdrawn on {date}: it may be in other hands.", "{date}に失効（他人に渡った可能性）。";
            WithdrawnUnspecified => "Withdrawn on {date}.", "{date}に失効。";
            KeptRevocation => "Its revocation is kept here", "失効証明書を保管済み";
            SaveRevocation => "Export revocation", "失効証明書を書き出す";
            SaveRevocationHint => "Whoever has this file can withdraw your key, and nothing more. Keep it where you find it if the key is lost.", "このファイルがあれば鍵を失効できます（ほかのことはできません）。鍵をなくしたときに備えて保管できます。";
            Withdraw => "Withdraw", "失効させる";

            // Kinds of keys
            KindV4 => "Curve25519", "Curve25519（標準）";
            KindV6 => "Curve25519, version 6", "Curve25519（バージョン6）";
            KindPostQuantum => "Post-quantum", "耐量子";
            KindRsa3072 => "RSA 3072", "RSA 3072（標準的な強さ）";
            KindRsa4096 => "RSA 4096", "RSA 4096（より強力）";
            KindP256 => "Curve P-256", "楕円曲線 P-256";
            KindP384 => "Curve P-384", "楕円曲線 P-384";
            KindV4Hint => "Every OpenPGP program of the last years reads it.", "近年のOpenPGPソフトはどれも使えます。";
            KindV6Hint => "The newer form (RFC 9580). GnuPG does not read it.", "新しい形式です（RFC 9580）。GnuPGでは読めません。";
            KindPostQuantumHint => "Holds against quantum computers, too (RFC 9980). Only the newest programs read it.", "量子コンピューターにも耐えます（RFC 9980）。最新のソフトでしか使えません。";
            KindRsaHint => "For programs and cards that know nothing else. Making it takes a moment.", "ほかの方式を使えないソフトやカード用です。作成に少し時間がかかります。";
            KindRsaMailHint => "Every S/MIME program reads it.", "S/MIMEのソフトはどれも使えます。";
            KindCurveMailHint => "Smaller and faster. Some older programs can't encrypt for it.", "小さく高速です。古いソフトでは、この鍵あてに暗号化できないことがあります。";

            // Making
            MoreChoices => "More choices", "詳しい設定";
            BothPairsHint => "One pair for OpenPGP and one for S/MIME, so that everybody can write to you in secret.", "OpenPGP用とS/MIME用の両方を作ると、どちらの方式の相手からも暗号化メールを受け取れます。";
            OpenPgpKind => "OpenPGP key", "OpenPGPの鍵";
            SmimeKind => "S/MIME key", "S/MIMEの鍵";
            SeparateKeys => "S/MIME: one key for sealing, another for encryption", "S/MIMEの鍵を封印用と暗号化用に分ける";
            Lifetime => "Lasts", "有効期間";
            LifetimeYears => "{count} years", "{count}年";
            LifetimeYear => "1 year", "1年";
            LifetimeNever => "No end", "期限なし";
            LifetimeHint => "You are told before it ends, and can move the end with one click.", "期限が近づくとお知らせし、ワンクリックで延長できます。";
            CertificateBy => "S/MIME certificate", "S/MIMEの証明書";
            BySelf => "Self-signed", "自己署名";
            ByAuthority => "By {name}", "{name} が発行";

            // Requests
            RequestWaits => "Waits for an authority's answer", "認証局の回答待ち";
            RequestWaitsHint => "Send the request to the authority. When its answer comes, take it in here; the key waits in the profile.", "申請ファイルを認証局に送り、回答の証明書をここで読み込みます。鍵はこの中で待っています。";
            RequestMade => "Made on {date}", "{date}に作成";
            TakeAnswer => "Take in the answer", "回答を読み込む";
            SaveRequest => "Write the request again", "申請ファイルを書き出す";
            GiveUp => "Give up", "取りやめる";
            GiveUpTitle => "Give the request for {name} up", "{name} の申請を取りやめる";
            GiveUpHint => "The key goes away. A certificate that still comes for it is of no use then.", "待っている鍵が削除されます。後から証明書が届いても使えません。";

            // Renewing
            RenewCertificateHint => "A new certificate is made for {name}. The old key stays, so old mail opens as before.", "{name} の新しい証明書を作ります。古い鍵は残るので、過去のメールはこれまでどおり開けます。";
            RenewRequestHint => "A new request is made for the authority that issued this certificate. The old key stays, so old mail opens as before.", "この証明書の発行元に出す申請を作ります。古い鍵は残るので、過去のメールはこれまでどおり開けます。";
            RenewAuthorityHint => "The authority keeps its name and its key, and gets a later end. What it issued stays good.", "認証局の名前と鍵はそのままで、期限を延ばします。発行済みの証明書はそのまま使えます。";
            SameKey => "For the same key", "同じ鍵を使い続ける";
            PassphraseOfKey => "Passphrase of the key", "鍵のパスフレーズ";
            PassphraseOfAuthority => "Passphrase of the authority's key", "認証局の鍵のパスフレーズ";
            EndingSoon => "Ends soon", "まもなく期限";
            EndingOwn => "Your {technology} key for {name}", "あなたの{technology}の鍵（{name}）";
            EndingOther => "The {technology} key of {name}", "{name} の{technology}の鍵";
            EndingCount => "{count} keys end soon", "期限の近い鍵 {count}件";
            EndingOne => "A key ends soon", "期限の近い鍵があります";
            EndingOtherHint => "Ask for a newer one before you write to them.", "次に書く前に、新しい鍵を送ってもらえます。";

            // Withdrawing
            WithdrawTitle => "Withdraw the key of {name}", "{name} の鍵を失効させる";
            WithdrawHint => "This can't be taken back. Others stop using the key once they get the withdrawn certificate, so export it afterwards and send or publish it. Old mail still opens.", "失効は取り消せません。失効した証明書が届くと、ほかの人はこの鍵を使わなくなります。失効後に書き出して、送るか公開できます。過去のメールはこれからも開けます。";
            WithdrawIssuedHint => "This can't be taken back. Others learn of it by the authority's list, so write the list afterwards and publish it. Old mail still opens.", "失効は取り消せません。失効は認証局のリストで伝わるので、失効後にリストを書き出して公開できます。過去のメールはこれからも開けます。";
            WhyWithdraw => "Why", "理由";
            ReasonSuperseded => "Another key takes its place", "別の鍵に交代する";
            ReasonRetired => "No longer used", "もう使わない";
            ReasonCompromised => "Somebody else may have it", "他人に渡ったおそれがある";
            ReasonUnspecified => "I'd rather not say", "理由を示さない";
            ReasonSoft => "What you sealed before stays good.", "これまでの封印は有効なままです。";
            ReasonHard => "What you sealed before counts no more, either, for it could be by somebody else.", "これまでの封印も、他人が作った可能性があるため信用されなくなります。";
            LostPassphrase => "I don't have its passphrase any more: use the revocation kept here", "パスフレーズが分からないので、保管中の失効証明書を使う";
            WithdrawSure => "I understand that this can't be taken back", "取り消せないことを理解しました";

            // Authorities
            YourAuthorities => "Your authority", "自分の認証局";
            NoAuthorityHint => "For a family or a company: it issues S/MIME certificates, and whoever trusts it trusts them all.", "家族や会社のS/MIME証明書を発行できます。認証局を信頼した人は、発行された証明書すべてを信頼します。";
            MakeAuthority => "Make an authority", "認証局を作る";
            MakeAuthorityHint => "Its certificate is for mail alone. Give it to everybody who should trust what it issues.", "証明書はメール専用です。信頼してもらいたい人に、認証局の証明書を渡します。";
            AuthorityName => "Name of the authority", "認証局の名前";
            Organisation => "Organisation, if there is one", "組織名（ある場合）";
            ListUrl => "Web address of its list, if you publish it", "失効リストを公開するURL（ある場合）";
            IssueCertificate => "Issue a certificate", "証明書を発行";
            IssueHint => "For somebody's address, with a new key in a file under a passphrase; or for a request that they made.", "相手のアドレスあてに、新しい鍵と証明書をパスフレーズ付きのファイルで作るか、相手の申請から発行します。";
            ForAddress => "For an address", "アドレスあて";
            ForRequest => "For a request", "申請から";
            RequestFile => "File of the request", "申請ファイル";
            FileToWrite => "File to write", "書き出すファイル";
            WriteList => "Write the list", "失効リストを書き出す";
            ListHint => "The list of withdrawn certificates counts for 30 days. Publish it, or give it to everybody who trusts the authority.", "失効リストは30日間有効です。公開するか、認証局を信頼している人に渡します。";
            ListState => "List of withdrawn certificates made on {date}, the next is due by {next}", "失効リストは{date}に作成、次回は{next}まで";
            ListOverdue => "The list of withdrawn certificates was due by {next}. Write a new one.", "失効リストの期限（{next}）を過ぎています。新しいリストを書き出せます。";
            IssuedCount => "Issued certificates ({count})", "発行した証明書（{count}）";
            NothingIssued => "It has issued nothing yet.", "まだ何も発行していません。";
            IssuedUntil => "until {date}", "{date}まで";

            // What was done
            DoneRequest => "The request was written to {subject}", "申請を書き出しました（{subject}）";
            DoneRequestMade => "A request for {subject} waits", "{subject} の申請を作りました";
            DoneRevoked => "The key of {subject} is withdrawn", "{subject} の鍵を失効させました";
            DoneAuthority => "The authority {subject} was made", "認証局 {subject} を作りました";
            DoneIssued => "A certificate was issued for {subject}", "{subject} の証明書を発行しました";
            DoneCertificateRevoked => "The certificate of {subject} is withdrawn", "{subject} の証明書を失効させました";
            DoneList => "The list was written to {subject}", "失効リストを書き出しました（{subject}）";
        }
    };
}
