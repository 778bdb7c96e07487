//! What a message is found to be, and why.

macro_rules! evidence {
    ($next:ident $($more:ident)*; $($rows:tt)*) => {
        $next! { $($more)*; $($rows)*
            // A locked key
            Passphrase => "Passphrase of your key", "鍵のパスフレーズ";
            Unlock => "Unlock", "解除";
            WhichKey => "Which key", "どの鍵か";

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
            HiddenFields => "Hidden from servers on the way: {fields}", "途中のサーバーに隠されていた項目: {fields}";
            Technology => "Technology", "方式";
            Cipher => "Cipher", "暗号";
            TechnicalDetail => "Technical detail", "技術的な詳細";
            Form => "Form", "形式";
            Reason => "Reason", "理由";
            EncryptedFor => "Encrypted for these keys", "暗号化の宛先の鍵";
            Signer => "Name in the certificate", "証明書の名前";
            AddressesOfKey => "Addresses in the certificate", "証明書のアドレス";
            SignedAt => "Sealed on", "封印の日時";
            Hash => "Hash", "ハッシュ";
            Fingerprint => "Fingerprint", "指紋（フィンガープリント）";
            Issuer => "Issuer", "発行者";
            InsideEncryption => "The seal lies inside the encryption.", "封印は暗号の内側にあります。";
            OutsideEncryption => "The seal lies outside any encryption.", "封印は暗号の外側にあります。";
            NoSignerToTrust => "There is no signer, so there is nobody to trust.", "署名者がいないため、信頼の経路はありません。";
            You => "You", "あなた";
            StepDirect => "You compared this key yourself", "あなたが自分で確かめた鍵";
            StepCertification => "Certified the next key", "次の鍵を証明";
            StepCa => "Certificate authority", "認証局";
            StepSigner => "The key of this seal", "この封印の鍵";
            StepNobody => "Nobody vouches for it", "保証する人がいません";
            EvaluatedHere => "Evaluated by this program", "このプログラムで確認";
            ReportedBy => "Reported by {server}", "{server} の報告";
            PolicyIs => "Policy of the domain: {policy}", "ドメインのポリシー: {policy}";
            PartsOfMessage => "Parts of the message", "メールの構成";

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
        }
    };
}
