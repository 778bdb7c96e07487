//! What can be done about what was found.

macro_rules! remedy {
    ($next:ident $($more:ident)*; $($rows:tt)*) => {
        $next! { $($more)*; $($rows)*
            // Buttons
            DoUnlock => "Enter the passphrase", "パスフレーズを入れる";
            DoImport => "Import a certificate or key", "証明書や鍵を読み込む";
            DoKeep => "Keep this certificate", "この証明書を残す";
            DoFind => "Look for the certificate in my mail", "メールの中で証明書を探す";
            DoCompare => "Compare fingerprints", "指紋を照合する";
            DoRenew => "Renew my key", "自分の鍵を更新する";
            DoMakeKey => "Make my own key", "自分の鍵を作る";
            DoSource => "Show the source", "ソースを見る";
            AskResend => "Ask to send it again", "再送を頼む";
            AskSmaller => "Ask to send it in parts", "分割を頼む";
            AskCertificate => "Ask for the certificate", "証明書を頼む";
            AskCannotOpen => "Say that I can't open it", "開けないことを伝える";
            AskNewKey => "Ask for the current key", "今の鍵を頼む";
            AskNewer => "Ask for a current method", "新しい方式を頼む";
            AskConfirm => "Ask whether it is from them", "本人か尋ねる";
            AskEncrypt => "Give my certificate", "自分の証明書を渡す";

            // In the evidence
            Cautions => "To be aware of", "気をつけること";
            DefectsOfMessage => "What is broken in it", "壊れているところ";
            CameAlong => "Certificates that came with it", "一緒に届いた証明書";
            CameAlongHint => "Kept, they can be compared and used. Keeping one trusts nobody.", "残すと、照合や暗号化に使えます。残すだけではだれも信頼しません。";
            KeepOf => "Keep the certificate of {name}", "{name} の証明書を残す";
            DoubtfulAuthor => "The message is written to nobody yet, since it is doubtful who the author is. Enter an address that you know.", "差出人がはっきりしないため、宛先は空です。知っているアドレスを入れられます。";

            // Renewing
            Renew => "Renew", "更新";
            RenewTitle => "Renew the key of {name}", "{name}さんの鍵を更新";
            RenewHint => "The key goes on for two years from today. Give the renewed certificate to those who write to you.", "今日から二年間使えるようになります。更新した証明書を、やり取りする人に渡せます。";

            // What was done
            WorkFind => "Looking for a certificate in your mail {subject}", "メールの中で証明書を探しています {subject}";
            DoneKept => "The certificate is kept. Compare its fingerprint before you rely on it. {subject}", "証明書を残しました。頼る前に指紋を照合できます。{subject}";
            DoneFound => "Found and kept a certificate. Compare its fingerprint before you rely on it. {subject}", "証明書が見つかり、残しました。頼る前に指紋を照合できます。{subject}";
            DoneNotFound => "No message holds the certificate. Ask the sender for it. {subject}", "証明書はどのメールにもありませんでした。差出人に頼めます。{subject}";
            DoneRenewed => "The key is renewed. Give the certificate to those who write to you. {subject}", "鍵を更新しました。証明書を、やり取りする人に渡せます。{subject}";
        }
    };
}
