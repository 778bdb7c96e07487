//! The people, and who vouches for whom.

macro_rules! people {
    ($next:ident $($more:ident)*; $($rows:tt)*) => {
        $next! { $($more)*; $($rows)*
            DoCard => "See their card", "その人のカードを見る";
            // People
            People => "People", "連絡先";
            PeopleHint => "Everybody whose key you have, or who has sealed mail to you.", "鍵を持っている人と、封印のあるメールをくれた人です。";
            NoPeople => "Nobody is known yet", "まだだれもいません";
            NoPeopleHint => "People appear here when sealed mail arrives, or when you import a certificate.", "封印のあるメールが届くか、証明書を読み込むと、ここに並びます。";
            FindPeople => "Find a person", "連絡先を探す";
            NoSuchPerson => "Nobody fits", "見つかりません";
            NoSuchPersonHint => "No name, address or fingerprint holds these words.", "名前、アドレス、指紋のどれにもこの言葉がありません。";
            ChoosePerson => "Choose a person", "連絡先を選ぶ";
            ChoosePersonHint => "Their card shows both technologies, and why each key is believed or not.", "カードには両方式の鍵と、信じる根拠が並びます。";
            PersonMessages => "{count} messages from {begin} to {end}", "{begin}から{end}まで {count} 通";
            PersonMessage => "One message, {begin}", "{begin}に1通";
            PersonNoMessages => "No message from them yet", "まだメールはありません";
            InQuestion => "Another key than before", "これまでと別の鍵";
            SeenSince => "Seen since {day}, in {count} messages.", "{day}から {count} 通で見ています。";
            SeenOnce => "Seen once, {day}.", "{day}に一度だけ見ています。";
            SeenOnly => "That alone is no proof: it only says that it was always this key.", "それだけでは証明になりません。いつもこの鍵だったと言えるだけです。";
            NotKept => "This key was only seen. Its certificate is not kept.", "この鍵は見ただけで、証明書は残していません。";
            KeyOtherAddress => "It is somebody's, but not believed for this address.", "ほかのアドレスの鍵で、このアドレスとしては信じられません。";
            FindMore => "Look for more certificates", "証明書をさらに探す";
            WhyBelieved => "Why it is believed", "信じる根拠";
            WhyNot => "Why it is not believed", "信じられない理由";
            NobodyLeads => "No way leads from you to this key.", "あなたからこの鍵への道がありません。";
            // The question of another key
            QuestionTitle => "Another key seals for {address}", "{address} の封印が別の鍵になりました";
            QuestionBody => "The key that you know of them is {before}. {seen} Another one, {new}, was used on {day}. A new computer can be the reason, or somebody who uses their name.", "これまでの鍵は {before} です。{seen}{day}には別の鍵 {new} が使われました。新しいパソコンのこともあれば、だれかが名前を使っていることもあります。";
            QuestionAsk => "Ask them by telephone or in person whether the new key is theirs.", "新しい鍵が本人のものか、電話か対面で尋ねられます。";
            QuestionYes => "It is theirs", "本人の鍵です";
            QuestionNo => "It is not theirs", "本人の鍵ではありません";
            AnsweredYes => "You said that this key is theirs.", "本人の鍵だと、あなたが答えています。";
            AnsweredNo => "You said that this key is not theirs.", "本人の鍵ではないと、あなたが答えています。";
            ChangeAnswer => "Change the answer", "答えを変える";
            DoneAccepted => "Noted that the new key belongs to {subject}", "新しい鍵は {subject} のものと記録しました";
            DoneRefused => "Noted that the new key does not belong to {subject}", "新しい鍵は {subject} のものではないと記録しました";
            // Vouching
            Vouch => "Vouch for it", "証明する";
            VouchAgain => "Change what you vouch for", "証明を変える";
            VouchTitle => "Vouch for {name}", "{name}さんを証明する";
            VouchHint => "With your key you say that this certificate belongs to {address}. Those who trust you believe it then.", "この証明書が {address} のものだと、自分の鍵で証明します。あなたを信頼する人は、それを信じます。";
            VouchFor => "For which address", "どのアドレスについて";
            VouchWith => "With which key", "どの鍵で";
            VouchKind => "What you say", "証明の内容";
            VouchPlain => "It is theirs", "本人の鍵です";
            VouchIntroducer => "It is theirs, and I believe whom they vouch for", "本人の鍵で、その人の証明も信頼します";
            VouchCompany => "It is a company's, for addresses at one domain", "会社の鍵で、一つのドメインの証明を信頼します";
            VouchDomain => "Domain", "ドメイン";
            VouchAmount => "How sure you are", "確かさ";
            VouchFull => "Entirely", "十分";
            VouchHalf => "Partly: half", "一部（半分）";
            VouchThird => "A little: a third", "少し（三分の一）";
            VouchEnds => "How long it counts", "期間";
            VouchForever => "Without an end", "期限なし";
            VouchYear => "One year", "1年";
            VouchYears => "Three years", "3年";
            VouchLocal => "Only for me: it is never given away", "自分だけのもの（人に渡す証明書に含めません）";
            VouchDo => "Vouch", "証明する";
            VouchNoKey => "You have no OpenPGP key of your own that can vouch. Make one under My keys.", "証明に使える自分のOpenPGPの鍵がありません。「自分の鍵」で作れます。";
            VouchOnlyOpenPgp => "Only OpenPGP keys can be vouched for by people. For S/MIME, compare the fingerprint instead.", "人が証明できるのはOpenPGPの鍵だけです。S/MIMEは指紋の照合で確かめられます。";
            Retract => "Take it back", "証明を取り消す";
            RetractTitle => "Take back what you said of {name}", "{name}さんの証明を取り消す";
            RetractHint => "A revocation is added to the certificate. Whoever gets it from you learns of it.", "取り消しが証明書に加わり、あなたから受け取った人に伝わります。";
            YouVouch => "You vouch for it: {what}.", "あなたが証明しています（{what}）。";
            DoneCertified => "You vouch for {subject}", "{subject} を証明しました";
            DoneRetracted => "Taken back for {subject}", "{subject} の証明を取り消しました";
            // What a certification says
            SaysFull => "entirely", "十分";
            SaysAmount => "{amount} of 120", "120のうち {amount}";
            SaysIntroducer => "may vouch for others", "ほかの人も証明できる";
            SaysChain => "may vouch for others, over {depth} steps", "ほかの人も証明できる（{depth} 段まで）";
            SaysScope => "only {scope}", "{scope} のみ";
            SaysLocal => "only for you", "自分だけ";
            SaysUntil => "until {day}", "{day}まで";
            SaysExpired => "ended", "期限切れ";
            SaysRevoked => "taken back", "取り消し済み";
            IntroducesShort => "introducer", "紹介者";
            // Trust
            TrustScreen => "Trust", "信頼";
            TrustHint => "Who vouches for whom, from you outwards: friends on one side, authorities on the other.", "だれがだれを保証しているか、あなたから順に。人による証明と認証局の両方です。";
            TrustEmpty => "Nothing leads anywhere yet", "まだ何もつながっていません";
            TrustEmptyHint => "Compare a fingerprint with its owner, vouch for somebody, or let an authority count. Each draws a line here.", "指紋を照合する、だれかを証明する、認証局を信頼する。それぞれがここに線を引きます。";
            TrustAbout => "Address", "アドレス";
            TrustEverybody => "Everybody", "全員";
            TrustAt => "As of", "時点";
            TrustNow => "Now", "現在";
            TrustNoDay => "A day is written like 2026-11-28.", "日付は 2026-11-28 のように書きます。";
            TrustLeftOut => "{count} more are not in the picture. Enter an address to see what leads to it.", "ほか {count} 件は描いていません。アドレスを入れると、そこへの道が見られます。";
            TrustKeys => "Arrow keys go along the lines, Enter opens the card, + and − zoom.", "矢印キーで線をたどり、Enterでカードを開きます。+ と − で拡大縮小します。";
            TrustPicture => "Who vouches for whom", "だれがだれを保証しているか";
            TrustPictureOf => "Who vouches for {address}", "{address} を保証する人";
            ZoomIn => "Larger", "拡大";
            ZoomOut => "Smaller", "縮小";
            ZoomFit => "All of it", "全体";
            SaveSvg => "Save as picture", "画像で保存";
            RoleOwn => "Your own key", "自分の鍵";
            RoleRoot => "Its certifications count", "証明が信頼される鍵";
            RoleThird => "Its certifications count by a third", "証明が3分の1だけ信頼される鍵";
            RoleIntroducer => "Introducer", "紹介者";
            RoleAnchor => "Authority that you believe", "信頼する認証局";
            RoleAuthority => "Authority", "認証局";
            RoleCertificate => "Certificate", "証明書";
            VerdictYes => "Believed", "信じる根拠あり";
            VerdictPartial => "Believed in part", "保証は一部";
            VerdictNo => "Nobody vouches for it", "保証する人がいません";
            VerdictMismatch => "Believed for another address", "別のアドレスの証明書";
            VerdictRevoked => "Withdrawn", "失効";
            VerdictExpired => "Expired", "期限切れ";
            EdgeCompared => "compared", "照合済み";
            // Comparing
            CompareTheirs => "Theirs", "相手の鍵";
            CompareMine => "Yours, to read to them", "自分の鍵（相手に読み上げる）";
            CompareWords => "Words", "言葉";
            CompareDigits => "Digits", "数字";
            CompareCode => "QR code", "QRコード";
            CompareWordsHint => "All {bits} bits of the fingerprint, and a check: one word for each eleven bits. They are no secret.", "指紋の {bits} ビットすべてと検査用の数ビットです。11ビットごとに一語で、秘密ではありません。";
            CompareOtherWords => "Words in Japanese", "英語の言葉";
            CompareCodeHint => "Let them photograph the code, or read theirs from a picture.", "相手に撮ってもらうか、相手のコードを画像から読み取れます。";
            CompareEntry => "What they read out or sent (words, digits or OPENPGP4FPR)", "読み上げられた、または送られたもの（言葉、数字、OPENPGP4FPR）";
            ComparePicture => "Read a picture", "画像から読み取る";
            CompareSame => "It is the same fingerprint, all of it.", "指紋はすべて一致しています。";
            CompareOther => "It is another fingerprint. This key is not the one that they have.", "別の指紋です。相手が持っている鍵ではありません。";
            CompareUnread => "That is no whole fingerprint yet. A word may be missing or misheard.", "まだ指紋として読めません。言葉が抜けたか、聞き違えたようです。";
            CompareNoMine => "You have no key of this technology to read to them.", "この方式の自分の鍵がないため、読み上げるものはありません。";
        }
    };
}
