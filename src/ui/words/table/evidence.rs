//! What a message is found to be, and why.

macro_rules! evidence {
    ($next:ident $($more:ident)*; $($rows:tt)*) => {
        $next! { $($more)*; $($rows)*
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
        }
    };
}
