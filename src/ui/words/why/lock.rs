//! Who could read it, and why it is not open.

use crate::engine::view::{HeaderScheme, Integrity, Lock};

use super::Question::{CannotOpen, Encrypt, Newer, Resend, Smaller};
use super::Remedy::{Ask, Import, MakeKey, Renew, Source, Unlock};
use super::{Closed, Extent, OwnKey, explained};

explained! { Lock {
    NotEncrypted =>
        "Not encrypted. Mail servers on the way could read this.",
        "If such mail is to stay between you, give the sender your certificate, so that they can encrypt.";
        "暗号化されていません。途中のメールサーバーから読める状態で届きました。",
        "二人だけの内容にしたいときは、あなたの証明書を渡すと暗号化してもらえます。";
        [Ask(Encrypt), MakeKey];
    Encrypted =>
        "Encrypted. Only you and the other recipients could read this.",
        "There is nothing to do. Your answer is encrypted, too.";
        "暗号化されています。読めるのは、あなたとほかの宛先の方だけです。",
        "必要な操作はありません。返信も暗号化されます。";
        [];
    CannotOpen =>
        "Encrypted, and not open yet. Nothing of it is shown.",
        "The evidence says what keeps it closed.";
        "暗号化されていて、まだ開けません。内容は表示していません。",
        "開けない理由は「根拠」で確かめられます。";
        [Ask(CannotOpen), MakeKey];
} }

explained! { Closed {
    Locked =>
        "Your key is locked.",
        "Unlock it to read this message.";
        "鍵がロックされています。",
        "解除すると読めます。";
        [Unlock];
    NoKey =>
        "You don't have the key that opens this message. It was encrypted for another key.",
        "If you have that key elsewhere, import it. If not, ask the sender to encrypt for the key you use now.";
        "このメールを開く鍵がありません。別の鍵あてに暗号化されています。",
        "鍵がほかにあれば読み込めます。なければ、今の鍵あてに送り直してもらえます。";
        [Import, Ask(CannotOpen), MakeKey];
    IntegrityFailed =>
        "The encrypted message was altered. Nothing of it is shown, since it could be forged.",
        "Ask the sender to send it again.";
        "暗号文が書き換えられています。偽の内容かもしれないため、表示しません。",
        "差出人に再送を頼めます。";
        [Ask(Resend), Source];
    NoIntegrity =>
        "The encryption has no protection against alteration. Nothing of it is shown, since it could be forged.",
        "Ask the sender to encrypt with a current program.";
        "書き換えを防ぐ仕組みのない暗号です。偽の内容かもしれないため、表示しません。",
        "差出人に、新しいソフトでの再送を頼めます。";
        [Ask(Newer), Source];
    LibrePgp =>
        "It is encrypted in a form of GnuPG's own, which this program and many others don't read.",
        "Give the sender your certificate as it is today; with it their program chooses the common form.";
        "GnuPG独自の形式で暗号化されています。このプログラムを含め、多くのソフトでは開けません。",
        "今の証明書を渡すと、相手のソフトが共通の形式を選べます。";
        [Ask(CannotOpen), MakeKey];
    Unsupported =>
        "This kind of encryption is not known here. The message stays closed.",
        "Ask the sender for another kind.";
        "この種類の暗号には対応していません。メールは開けないままです。",
        "差出人に、別の方式で送ってもらえます。";
        [Ask(Newer), Source];
    Malformed =>
        "The encrypted message is damaged. It may have been cut off or changed on the way.",
        "Ask the sender to send it again.";
        "暗号文が壊れています。途中で欠けたか、変えられた可能性があります。",
        "差出人に再送を頼めます。";
        [Ask(Resend), Source];
    TooLarge =>
        "The encrypted message is larger than what is opened here. The limit keeps your computer working.",
        "Ask the sender to send it in parts.";
        "暗号文が大きすぎて開けません。コンピューターを守るための上限です。",
        "差出人に、分けて送ってもらえます。";
        [Ask(Smaller), Source];
} }

explained! { Integrity {
    Seipd1 =>
        "An alteration on the way would have been noticed, by a method that is older and still holds.",
        "There is nothing to do.";
        "途中の書き換えがあれば検出されます。古くからの方法ですが、今も有効です。",
        "必要な操作はありません。";
        [];
    Seipd2 =>
        "An alteration on the way would have been noticed before a word was shown.",
        "There is nothing to do.";
        "途中の書き換えがあれば、表示の前に検出されます。",
        "必要な操作はありません。";
        [];
    AuthEnveloped =>
        "An alteration on the way would have been noticed before a word of it was shown.",
        "There is nothing to do.";
        "途中の書き換えがあれば、内容を表示する前に検出されます。",
        "必要な操作はありません。";
        [];
    None =>
        "The encryption would not notice an alteration on the way.",
        "Go by the seal. Without one, leave links and pictures alone, and ask the sender to use a current program.";
        "途中で書き換えられても、この暗号では検出できません。",
        "頼りになるのは封印です。封印がなければリンクや画像には触れず、差出人に新しいソフトでの再送を頼めます。";
        [Ask(Newer)];
} }

explained! { HeaderScheme {
    None =>
        "Subject, date and recipients stand outside the protection; servers on the way could have changed them.",
        "Where subject and text disagree, go by the text.";
        "件名・日付・宛先は保護の外にあり、途中のサーバーが変えることもできます。",
        "件名と本文が食い違うときは、本文のほうが確かです。";
        [];
    Rfc9788 =>
        "Subject, date and recipients are protected like the text.",
        "There is nothing to do.";
        "件名・日付・宛先も、本文と同じように保護されています。",
        "必要な操作はありません。";
        [];
    Legacy =>
        "Subject, date and recipients are protected, in an older form.",
        "There is nothing to do. A few programs show them in a different way.";
        "件名・日付・宛先も、古い形式で保護されています。",
        "必要な操作はありません。ソフトによっては表示が異なります。";
        [];
} }

explained! { Extent {
    SealWhole =>
        "The seal covers all that is shown.",
        "There is nothing to do.";
        "表示している内容は、すべて封印の内側です。",
        "必要な操作はありません。";
        [];
    SealPart =>
        "A seal covers only a part. What lies outside is shown apart.",
        "Go by the sealed part alone.";
        "封印は一部だけを覆っています。外側の部分は分けて表示しています。",
        "確かなのは、封印された部分だけです。";
        [Source];
    LockWhole =>
        "All that is shown came out of the encryption.",
        "There is nothing to do.";
        "表示している内容は、すべて暗号化されていました。",
        "必要な操作はありません。";
        [];
    LockPart =>
        "Only a part is encrypted. Mail servers on the way could read the rest.",
        "Take what lies outside for something that anyone could have written.";
        "一部だけが暗号化されています。残りは途中のメールサーバーから読める状態で届きました。",
        "外側の部分は、だれでも書けたものと考えてください。";
        [Source];
    LockWithin =>
        "Encrypted within a wrapping that is not, which a server may have put around it.",
        "Nothing is shown but what was encrypted. Your answer does not quote it.";
        "暗号化されていない包みの中に、暗号化された内容があります。途中のサーバーが包んだ可能性があります。",
        "表示しているのは、暗号化されていた内容だけです。返信には引用されません。";
        [Source];
    SealWithin =>
        "Sealed within a wrapping that is not, which a server may have put around it.",
        "Nothing is shown but what is sealed. The evidence says whose seal it is.";
        "封印のない包みの中に、封印された内容があります。途中のサーバーが包んだ可能性があります。",
        "表示しているのは、封印された内容だけです。だれの封印かは「根拠」で分かります。";
        [Source];
} }

explained! { OwnKey {
    Expired =>
        "Your own key for this address has expired. Nobody can encrypt for it any more.",
        "Renew it, then give the renewed certificate to those who write to you.";
        "このアドレスの自分の鍵は期限が切れています。あなたあての暗号化に使えません。",
        "更新してから、新しい証明書を相手に渡せます。";
        [Renew];
    None =>
        "You have no key of your own for this address. Nobody can encrypt for you yet.",
        "Make one; it takes a minute.";
        "このアドレスの自分の鍵がありません。あなたあての暗号化はまだできません。",
        "鍵は一分ほどで作れます。";
        [MakeKey];
} }
