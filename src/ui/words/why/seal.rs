//! Who wrote it, and whose the key is.

use crate::engine::view::{Seal, SignatureOutcome, TrustVerdict};

use super::Question::{Certificate, Confirm, NewKey, Newer, Resend};
use super::Remedy::{Ask, Compare, Find, Import, Keep, Renew, Source};
use super::{Particular, explained};

explained! { Seal {
    Unsigned =>
        "No seal. The sender's name could have been written by anyone.",
        "Before you do what it asks, ask the sender in another way, by telephone for instance.";
        "封印がありません。差出人の名前はだれでも書けます。",
        "頼みごとに応じる前に、電話など別の方法で本人に確かめられます。";
        [Ask(Confirm)];
    Broken =>
        "The seal doesn't match the message.",
        "Treat it as unsigned; ask the sender to send it again.";
        "封印と内容が一致しません。",
        "封印のないメールとして扱い、差出人に再送を頼んでください。";
        [Ask(Resend), Source];
    Unauthenticated =>
        "Sealed, but nobody you trust vouches for this key.",
        "Compare fingerprints with {name} to be sure.";
        "封印はありますが、この鍵を保証する人がいません。",
        "{name}さんと指紋を確かめると確実になります。";
        [Compare, Keep];
    Partial =>
        "Sealed with a key that may be {name}'s. Some people or authorities vouch for it, not enough yet.",
        "Compare fingerprints with {name} to be sure.";
        "{name}さんのものらしい鍵の封印です。保証がまだ十分ではありません。",
        "{name}さんと指紋を確かめると確実になります。";
        [Compare, Keep];
    Authenticated =>
        "Sealed by {name}. The message is unchanged, and you have good reason to believe it is from {address}.",
        "There is nothing to do.";
        "{name}さんの封印があります。内容は変わっておらず、{address} 本人からと信じる根拠があります。",
        "必要な操作はありません。";
        [Keep];
} }

explained! { TrustVerdict {
    Authenticated =>
        "You have good reason to believe that this key is {name}'s.",
        "There is nothing to do.";
        "この鍵が{name}さんのものだと信じる根拠があります。",
        "必要な操作はありません。";
        [Keep];
    Partial =>
        "Something speaks for this key being {name}'s, not enough yet.",
        "Compare fingerprints with {name}; from then on it counts.";
        "この鍵が{name}さんのものだという保証は、まだ十分ではありません。",
        "{name}さんと指紋を照合すると、それからは確かなものになります。";
        [Compare, Keep];
    Unauthenticated =>
        "Nobody you trust vouches for this key.",
        "Compare fingerprints with {name}, or import the certificate of somebody or of an authority that vouches for it.";
        "あなたが信頼する人は、だれもこの鍵を保証していません。",
        "{name}さんと指紋を照合するか、保証している人や認証局の証明書を読み込めます。";
        [Compare, Keep, Import];
    Mismatch =>
        "Sealed by {signer}, but the message says it is from {address}.",
        "Don't take it for the word of {address}. If it matters, ask them in another way.";
        "封印は {signer} のものですが、差出人は {address} と書かれています。",
        "{address} 本人の言葉とは限りません。大切な用件は別の方法で本人に確かめられます。";
        [Ask(Confirm), Source];
    Revoked =>
        "The key of this seal was withdrawn{on_date}.",
        "Treat the message as unsigned; ask the sender for the key they use now.";
        "この封印の鍵は{on_date}失効しています。",
        "封印のないメールとして扱い、差出人に今の鍵を送ってもらえます。";
        [Ask(NewKey)];
    Expired =>
        "The key of this seal, or what vouches for it, had expired.",
        "Treat the message as unsigned; ask the sender for a new key.";
        "この封印の鍵か、その保証の期限が切れています。",
        "封印のないメールとして扱い、差出人に新しい鍵を送ってもらえます。";
        [Renew, Ask(NewKey)];
} }

explained! { SignatureOutcome {
    Intact =>
        "The seal fits the message.",
        "Whose seal it is, the trust path tells.";
        "封印は内容と一致します。",
        "だれの封印かは、「信頼の経路」で分かります。";
        [];
    BadSignature =>
        "The seal doesn't fit the message. The message was changed after sealing, or the seal is from another one.",
        "Treat it as unsigned; ask the sender to send it again.";
        "封印は内容と一致しません。封印の後で変わったか、別のメールの封印です。",
        "封印のないメールとして扱い、差出人に再送を頼めます。";
        [Ask(Resend), Source];
    Malformed =>
        "The seal is damaged and says nothing.",
        "Treat it as unsigned; ask the sender to send it again.";
        "封印が壊れていて、何も確かめられません。",
        "封印のないメールとして扱い、差出人に再送を頼めます。";
        [Ask(Resend), Source];
    UnsupportedAlgorithm =>
        "The seal is of a kind that says nothing here, because it is unknown or too weak.",
        "Treat the message as unsigned; ask the sender to seal with a current program.";
        "封印の方式が未知か弱すぎるため、何も確かめられません。",
        "封印のないメールとして扱い、差出人に新しいソフトでの再送を頼めます。";
        [Ask(Newer)];
    UnboundKey =>
        "The key of the seal doesn't belong to the certificate that it names.",
        "Treat the message as unsigned; ask the sender for their current certificate.";
        "封印の鍵は、名指しされた証明書のものではありません。",
        "封印のないメールとして扱い、差出人に今の証明書を送ってもらえます。";
        [Ask(Certificate), Import];
    BadKey =>
        "The key of this seal was not able to seal mail.",
        "Treat the message as unsigned; ask the sender which key they use now.";
        "この封印の鍵は、メールの封印に使えないものです。",
        "封印のないメールとして扱い、差出人に今の鍵を尋ねられます。";
        [Ask(NewKey)];
    MissingCertificate =>
        "There is a seal, but not the certificate to check it.",
        "Look for it in your mail, import it, or ask the sender for it.";
        "封印はありますが、確かめる証明書がありません。",
        "メールの中を探す、読み込む、差出人に送ってもらう、のどれかで確かめられます。";
        [Find, Import, Ask(Certificate)];
} }

explained! { Particular {
    KeyExpired =>
        "The key had expired when this seal was made.",
        "Treat the message as unsigned; ask the sender for a new key.";
        "封印されたとき、鍵の期限は切れていました。",
        "封印のないメールとして扱い、差出人に新しい鍵を送ってもらえます。";
        [Renew, Ask(NewKey)];
    KeyRevoked =>
        "The key had been withdrawn when this seal was made.",
        "Treat the message as unsigned; ask the sender for the key they use now.";
        "封印されたとき、鍵は失効していました。",
        "封印のないメールとして扱い、差出人に今の鍵を送ってもらえます。";
        [Ask(NewKey)];
    ForOthers =>
        "This seal was made for other recipients. Somebody may have passed it on as if it were for you.",
        "Ask the sender whether the message is meant for you.";
        "この封印は別の宛先のために作られています。だれかが、あなたあてのように転送した可能性があります。",
        "あなたあてかどうかを、差出人に尋ねられます。";
        [Ask(Confirm)];
    FromFuture =>
        "The seal is dated in the future. The sender's clock or yours is wrong.",
        "Look at the clock of this computer, then open the message again.";
        "封印の日付が未来です。差出人かあなたのコンピューターの時計がずれています。",
        "このコンピューターの時計を確かめてから、もう一度開けます。";
        [Ask(Resend)];
    Ended =>
        "The seal was made to last until a day that is past.",
        "It doesn't count any more. If it matters, ask the sender to send it again.";
        "この封印には期限があり、もう過ぎています。",
        "今は封印のないメールと同じです。必要なら差出人に再送を頼めます。";
        [Ask(Resend)];
    BeforeKey =>
        "The seal is older than its key, which can't be.",
        "Treat the message as unsigned; ask the sender to send it again.";
        "封印の日付が鍵より古く、つじつまが合いません。",
        "封印のないメールとして扱い、差出人に再送を頼めます。";
        [Ask(Resend)];
    TooWeak =>
        "The seal rests on a method that is too weak today. With effort it could have been forged.",
        "Don't rely on it alone; ask the sender to seal with a current program.";
        "今では弱すぎる方式の封印です。手間をかければ偽造できます。",
        "これだけには頼れません。差出人に、新しいソフトでの再送を頼めます。";
        [Ask(Newer)];
    Empty =>
        "The message is labelled as sealed, but there is no seal in it.",
        "Treat it as unsigned. The source shows how it is built.";
        "封印があると書かれていますが、中に封印はありません。",
        "封印のないメールと同じです。作りはソースで確かめられます。";
        [Ask(Confirm), Source];
    Misleading =>
        "The seal is about something other than what you see. Deceptive messages are built so.",
        "Treat it as unsigned, and ask the sender before you do what it asks.";
        "封印は、見えている内容とは別のものについています。だますためのメールに見られる作りです。",
        "封印のないメールとして扱い、応じる前に差出人に確かめられます。";
        [Ask(Confirm), Source];
    LibrePgp =>
        "The seal is in a form of GnuPG's own, which this program and many others can't check.",
        "Treat the message as unsigned; ask the sender to seal in the common form.";
        "GnuPG独自の形式の封印です。このプログラムを含め、多くのソフトでは確かめられません。",
        "封印のないメールとして扱い、差出人に共通の形式で送ってもらえます。";
        [Ask(Newer)];
    Foreign =>
        "The seal is of a form that is in no standard known here.",
        "Treat the message as unsigned; ask the sender to seal in the common form.";
        "対応している規格にない形の封印です。",
        "封印のないメールとして扱い、差出人に共通の形式で送ってもらえます。";
        [Ask(Newer)];
} }
