//! Certification authorities and withdrawals.

macro_rules! authorities {
    ($next:ident $($more:ident)*; $($rows:tt)*) => {
        $next! { $($more)*; $($rows)*
            // Authorities
            Authorities => "Certificate authorities", "認証局";
            AuthoritiesSum => "{used} of {total} authorities count", "{total}の認証局のうち{used}を信頼しています";
            AuthoritiesHint => "An authority that counts can vouch for the owner of any S/MIME certificate that it issues.", "信頼する認証局は、自分が発行したS/MIME証明書の持ち主を保証できます。";
            AuthoritiesList => "Authorities", "認証局の一覧";
            ShowAuthorities => "Show authorities", "認証局を見る";
            BackToSettings => "Back to the settings", "設定に戻る";
            SetMozilla => "The authorities that Mozilla trusts for mail", "Mozillaがメール用に信頼する認証局";
            SetMozillaHint => "They are audited for mail certificates; Thunderbird goes by the same set.", "メール用の証明書について監査を受けた認証局です。Thunderbirdも同じ一覧を使います。";
            SetPlatform => "The authorities of this computer's system", "このコンピューターのシステムが信頼する認証局";
            SetPlatformHint => "Most systems choose them for web servers, not for mail. Useful when your company puts its own root there.", "多くのシステムでは、メールではなくウェブサーバー用に選ばれています。会社が独自の認証局をそこに入れているときに役立ちます。";
            AddRoot => "Add a root of your own", "自分で認証局を加える";
            AddRootTitle => "Add {name}", "{name}を加える";
            AddRootWarning => "Whoever runs this root can vouch for every address, also in other people's names, and you would see their seals as authenticated.", "このルートの運営者は、他人の名前も含めて、どのアドレスでも保証できるようになり、その封印は確かなものとして表示されます。";
            AddRootOnlyFor => "Whoever runs this root can vouch for addresses of these domains: {domains}. You would see their seals as authenticated.", "このルートの運営者は、次のドメインのアドレスを保証できるようになり、その封印は確かなものとして表示されます: {domains}";
            AddRootBelow => "This is not a root: another authority issued it. It would count by itself, whatever that authority does.", "これはルートではなく、別の認証局が発行したものです。加えると、その認証局に関係なく単独で信頼されます。";
            AddRootCompare => "Get the fingerprint from those who run it in another way, by telephone or on paper, and compare every group.", "運営者から電話や書面など別の方法で指紋を受け取り、すべての組が同じか確かめます。";
            RootCompared => "I know who runs it, and compared every group", "運営者を知っており、すべての組を照合しました";
            RemoveRoot => "Remove this root", "この認証局を外す";
            SearchAuthorities => "Search authorities", "認証局を検索";
            NoAuthorityFound => "No authority has these words in its name.", "この言葉を含む認証局はありません。";
            AuthorityDetails => "Details", "詳細";
            AuthorityClose => "Close", "閉じる";
            AuthorityCounts => "This authority counts", "この認証局を信頼する";
            AuthorityFrom => "Where from", "出どころ";
            AuthorityPeople => "Correspondents", "連絡先";
            AuthorityOrganisation => "Organisation", "組織";
            VouchesFor => "vouches for {count} of your correspondents", "連絡先{count}件を保証";
            AuthorityUntil => "until {day}", "{day}まで";
            AuthorityFromMozilla => "Mozilla, for mail", "Mozilla（メール用）";
            AuthorityFromPlatform => "this system", "このシステム";
            AuthorityFromYou => "added by you", "自分で追加";
            DistrustAfter => "It lost Mozilla's trust: what it issued after {day} is not believed.", "Mozillaの信頼を失った認証局です。{day}より後に発行された証明書は信じません。";

            // Withdrawals
            RevocationTitle => "Withdrawn certificates", "証明書の失効";
            AskAuthorities => "Ask authorities whether certificates were withdrawn", "証明書が失効していないか認証局に問い合わせる";
            AskAuthoritiesHint => "Asking tells the authority, and whoever listens on the way, that you have mail of this person.", "問い合わせると、この人からのメールがあることが、認証局や途中で見ている人に伝わります。";
            RevocationWhenUnknown => "When it can't be learned whether a certificate was withdrawn", "失効したかどうか分からないとき";
            RevocationLetPass => "Let it pass", "通す";
            RevocationLetPassHint => "The seal counts. Somebody who can block the question can hide that a certificate was withdrawn.", "封印は有効とみなします。問い合わせを妨げられる人は、失効を隠すことができます。";
            RevocationRefuse => "Refuse it", "認めない";
            RevocationRefuseHint => "The seal counts only when it is known that no certificate on its path was withdrawn. While authorities are not asked, or can't be reached, no seal of theirs counts.", "経路の証明書がどれも失効していないと分かったときだけ、封印を認めます。問い合わせない間や、つながらない間は、認証局による封印は認めません。";
            RevocationCheckNow => "Check now", "今すぐ確認";
            RevocationCheckNowHint => "Asks about the certificates of all your correspondents.", "すべての連絡先の証明書について問い合わせます。";
            RevocationFetched => "Kept lists and answers ({count})", "保存している一覧と回答（{count}件）";
            RevocationFetchedWhen => "{kind}, {size}, fetched {time}, next one due {next}", "{kind}、{size}、取得 {time}、次の予定 {next}";
            RevocationFetchedAt => "Fetched {time}", "取得 {time}";
            RevocationList => "revocation list", "失効リスト";
            RevocationAnswer => "answer of the authority", "認証局の回答";
            RevocationGood => "{name} was not withdrawn ({kind}, {time})", "{name} は失効していません（{kind}、{time}）";
            RevocationOn => "{name} was withdrawn on {day}", "{name} は{day}に失効しています";
            RevocationSome => "{name} was withdrawn", "{name} は失効しています";
            RevocationUnknown => "Whether {name} was withdrawn is not known", "{name} が失効したかどうかは分かっていません";
            AskAuthority => "Ask the authority", "認証局に問い合わせる";
            AskingAuthority => "The authority is being asked.", "認証局に問い合わせています。";
            WorkRevocation => "Asking {subject} about withdrawn certificates", "証明書の失効を {subject} に問い合わせています";
            DoneRootAdded => "{subject} counts as an authority now", "{subject} を認証局として加えました";
            DoneRevocation => "Withdrawals checked: {subject} answers came", "失効を確認しました（回答 {subject}件）";
        }
    };
}
