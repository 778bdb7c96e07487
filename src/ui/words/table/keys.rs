//! Keys and certificates.

macro_rules! keys {
    ($next:ident $($more:ident)*; $($rows:tt)*) => {
        $next! { $($more)*; $($rows)*
            // Keys
            MyKeys => "My keys", "自分の鍵";
            AllCertificates => "All certificates", "すべての証明書";
            CorrespondentCards => "Cards", "カード";
            NoOwnKeys => "No key of your own yet", "自分の鍵がまだありません";
            NoOwnKeysHint => "Make a new one, or import one that you have. With it you can seal and open mail.", "新しく作るか、持っている鍵を読み込むと、封印や開封ができます。";
            NoOthers => "Nobody's key is known yet", "ほかの人の鍵がまだありません";
            NoOthersHint => "Import a certificate that somebody gave you.", "もらった証明書を読み込むと、ここに並びます。";
            Import => "Import", "読み込む";
            Export => "Export", "書き出す";
            ExportSecret => "Export with secret key", "秘密鍵ごと書き出す";
            NewKey => "New key", "新しい鍵";
            RequestCertificate => "Request a certificate", "証明書を申請";
            SecretLocked => "Own key, locked", "自分の鍵・ロック中";
            SecretOpen => "Own key", "自分の鍵";
            KeyOwn => "This is your own key.", "あなた自身の鍵です。";
            KeyCompared => "You compared this key with its owner.", "持ち主と照合した鍵です。";
            KeyAuthenticated => "You have good reason to believe that this key is theirs.", "本人の鍵と信じる根拠があります。";
            KeyPartial => "Some vouch for this key, not enough yet.", "保証がまだ十分ではありません。";
            KeyUnauthenticated => "Nobody you trust vouches for this key.", "あなたが信頼する人は、だれもこの鍵を保証していません。";
            KeyRevoked => "This key was withdrawn. It is used for nothing any more.", "この鍵は失効しています。もう使われません。";
            KeyExpired => "This key has expired. Ask its owner for a new one.", "この鍵は期限切れです。持ち主に新しい鍵を頼んでください。";
            ValidSpan => "From {begin} to {end}", "{begin}から{end}まで";
            ValidSince => "Since {begin}, without an end", "{begin}から、期限なし";
            Algorithms => "Algorithms", "アルゴリズム";
            UsedFor => "Used for", "用途";
            CanSign => "sealing", "封印";
            CanEncrypt => "encryption", "暗号化";
            Compare => "Compare fingerprint", "指紋を照合";
            TakeTrustBack => "Take trust back", "信頼を取り消す";
            CertificationsCount => "Its certifications count", "この鍵による証明を信頼する";
            CertificationsCountThird => "Its certifications count by a third", "この鍵による証明を3分の1だけ信頼する";
            CountInFull => "Count in full", "全面的に信頼する";
            CountThirdHint => "Three certificates that count by a third have to agree before somebody is believed, as in GnuPG.", "GnuPGと同じく、3分の1の鍵が3つ一致して初めて相手を信頼します。";
            CompareTitle => "Compare with {name}", "{name}さんと照合";
            CompareHint => "Ask {name} by telephone or in person to read their fingerprint to you. Every group has to agree.", "{name}さんに電話か対面で指紋を読み上げてもらい、すべての組が同じか確かめます。";
            CompareDone => "I compared every group with the owner", "持ち主とすべての組を照合しました";
            Trust => "Mark as compared", "照合済みにする";
            Name => "Name", "名前";
            Address => "Address", "アドレス";
            PassphraseForKey => "Passphrase for the new key", "新しい鍵のパスフレーズ";
            PassphraseIfWanted => "Passphrase for the new key (may stay empty)", "新しい鍵のパスフレーズ（なくてもかまいません）";
            PassphraseIfAny => "Passphrase, if the file has one", "パスフレーズ（ある場合）";
            PassphraseForFile => "Passphrase for the file", "ファイルのパスフレーズ";
            NewKeyHint => "With it you seal your mail, and others encrypt for you.", "この鍵でメールを封印し、ほかの人はあなたあてに暗号化します。";
            SelfSignedHint => "The S/MIME certificate is signed by itself. Others believe it once they compared its fingerprint.", "S/MIMEの証明書には自分で署名します。相手が指紋を照合すると信頼されます。";
            BothTechnologies => "Both", "両方";
            MakeKeys => "Make keys", "鍵を作る";
            Generate => "Make key", "鍵を作る";
            RequestHint => "Makes a key and a request file that a certificate authority turns into a certificate.", "鍵と申請ファイルを作ります。認証局が申請から証明書を発行します。";
            ImportHint => "Certificates and keys of both technologies: OpenPGP, PEM, DER, PKCS#12.", "両方式の証明書と鍵を読み込めます（OpenPGP、PEM、DER、PKCS#12）。";
            ExportSecretHint => "Whoever has this file and its passphrase can read your mail and seal in your name.", "このファイルとパスフレーズがあれば、だれでもあなたのメールを読み、あなたの名で封印できます。";
            FilePath => "File", "ファイル";
            ChooseFile => "Choose file", "ファイルを選ぶ";

            // Problems of keys
            ProblemExpired => "It has expired.", "期限が切れています。";
            ProblemNotYet => "It is not in force yet.", "まだ有効期間に入っていません。";
            ProblemRevoked => "It was withdrawn.", "失効しています。";
            ProblemAlgorithm => "Its algorithm is too weak.", "アルゴリズムが弱すぎます。";
            ProblemKey => "Its key is too short.", "鍵が短すぎます。";
            ProblemAddress => "It names no mail address.", "メールアドレスが書かれていません。";
            ProblemUsage => "It is not meant for this use.", "この用途には使えない証明書です。";
            ProblemMail => "It is not meant for mail.", "メール用の証明書ではありません。";
            ProblemUnreadable => "It can't be read entirely.", "一部を読み取れません。";
            ProblemFlooded => "So much is attached to it by others that only a part was kept.", "他人が付けた署名などが多すぎるため、一部だけを保存しています。";
            ProblemTooLarge => "It is larger than any honest certificate: nothing is proved by it, and nothing is encrypted with it.", "通常の証明書ではありえない大きさです。信頼の判断にも暗号化にも使いません。";
            ProblemNotBound => "Its owner's name is not bound to it.", "持ち主の名前と結び付けられていません。";
            ProblemOther => "There is a difficulty with it ({code}).", "問題があります（{code}）。";
        }
    };
}
