//! What the reader should know beside the verdicts, and what was broken in the message.

use crate::engine::view::{CautionCode, DefectCode};

use super::Question::{Confirm, Encrypt, Newer, Resend};
use super::Remedy::{Ask, Card, Source};
use super::explained;

explained! { CautionCode {
    NameNotInCertificate =>
        "The sender calls themselves {subject}. That name is not in their certificate.",
        "Go by the name in the certificate, or ask them in another way.";
        "差出人は {subject} と名乗っていますが、証明書にその名前はありません。",
        "確かなのは証明書の名前です。別の方法で本人に確かめることもできます。";
        [Ask(Confirm)];
    NameHoldsAddress =>
        "The name looks like an address, but the mail comes from {address}.",
        "Go by {address} alone. If you don't know it, leave the message unanswered.";
        "名前がアドレスのように書かれていますが、実際の差出人は {address} です。",
        "確かなのは {address} だけです。心当たりがなければ、返信しないほうが確実です。";
        [Source];
    NoIntegrity =>
        "This kind of encryption does not show whether the message was altered on the way.",
        "Leave its links alone, and ask the sender to encrypt with a current program.";
        "この種類の暗号では、途中で書き換えられたかどうかが分かりません。",
        "リンクには触れないでください。差出人に、新しいソフトでの再送を頼めます。";
        [Ask(Newer)];
    SeveralFrom =>
        "Several senders are named. Only one of them can have sent this.",
        "No seal speaks for all of them. Ask the one you know in another way.";
        "差出人が複数書かれています。実際に送ったのはそのうちの一人です。",
        "全員を保証する封印はありません。知っている人に別の方法で確かめられます。";
        [Source];
    NoFrom =>
        "No sender's address is given.",
        "Take it for a message from somebody unknown.";
        "差出人のアドレスが書かれていません。",
        "差出人の分からないメールと考えてください。";
        [Source];
    Mixture =>
        "Parts of this message are not protected like the rest. They are shown apart, below.",
        "Go by the protected part. What is apart could be anyone's.";
        "保護の異なる部分があります。下に分けて表示しています。",
        "確かなのは保護された部分です。分けた部分は、だれでも書けます。";
        [Source];
    HeaderMismatch =>
        "A header was changed on the way ({subject}). What you see is what the author sealed.",
        "Go by what is shown here. The source has what arrived.";
        "途中でヘッダー（{subject}）が変わっています。表示しているのは封印されたほうです。",
        "表示のほうが確かです。届いたときの形はソースで見られます。";
        [Source];
    ReplyToElsewhere =>
        "Answers would go to {subject}, which is not the sender's address.",
        "Look at the address once more before you send an answer.";
        "返信先は {subject} で、差出人のアドレスとは違います。",
        "返信を送る前に、宛先をもう一度確かめられます。";
        [Source];
    RemoteContent =>
        "Pictures from the web are not loaded, so the sender can't see that you read this.",
        "There is nothing to do. The text is complete without them.";
        "Web上の画像は読み込んでいません。開封したことは差出人に伝わりません。",
        "必要な操作はありません。本文は画像なしでもすべて読めます。";
        [];
    DateDiffers =>
        "The date of the seal is far from the date of the message.",
        "An old message may have been sent once more. Ask the sender whether it is meant for now.";
        "封印の日付とメールの日付が大きく違います。",
        "古いメールが送り直された可能性があります。今の用件かどうか、差出人に尋ねられます。";
        [Ask(Confirm)];
    ListFooter =>
        "Below the sealed part stands text that the seal does not cover; a mailing list may have added it.",
        "Only the sealed part is the signer's. Take the rest for anyone's.";
        "封印された部分の下に、封印の対象でない文があります。メーリングリストが加えた可能性があります。",
        "署名者のものは封印された部分だけです。残りはだれでも書けます。";
        [Source];
    FromUnproven =>
        "Inside, the message names another sender, and no seal proves that. The outer sender is shown.",
        "Don't take it for a message of the person named inside. Ask them in another way.";
        "内側には別の差出人が書かれていますが、封印で確かめられません。外側の差出人を表示しています。",
        "内側の名前の人からとは限りません。別の方法で本人に確かめられます。";
        [Source];
    LookAlike =>
        "The sender's address imitates another one ({subject}).",
        "Compare it letter by letter with the address you know, and write to that one.";
        "差出人のアドレスは、別のアドレスに似せてあります（{subject}）。",
        "知っているアドレスと一文字ずつ比べ、知っているほうに書けます。";
        [Source];
    ImitatesKnown =>
        "The sender's address is almost, but not quite, {subject}, which you know.",
        "Take it for a message from somebody else, and write to the address you know to ask.";
        "差出人のアドレスは、あなたの知る {subject} によく似た別のものです。",
        "別の人からのメールと考え、知っているアドレスに書いて確かめられます。";
        [Source];
    EncryptedLater =>
        "Its author sent it in the clear. Somebody else encrypted it afterwards.",
        "Take it for a message that others could read. If it matters, ask the author to encrypt it.";
        "差出人は暗号化せずに送っています。暗号化したのは別の人です。",
        "ほかの人も読めたメールと考えてください。大事な用件なら、差出人に暗号化を頼めます。";
        [Ask(Encrypt), Source];
    EncryptionRemoved =>
        "Its author sent it encrypted. Somebody opened it and passed it on in the clear.",
        "It may not have been meant for you. Ask the author, and encrypt what you answer.";
        "差出人は暗号化して送っています。だれかが開き、暗号化せずに送り直しました。",
        "あなた宛てでなかった可能性があります。差出人に尋ね、返信を暗号化できます。";
        [Ask(Confirm)];
    AddressedToOthers =>
        "It was written to {subject}, and you are not named.",
        "You got a blind copy (Bcc), or somebody passed it on. Ask the author whether it is meant for you.";
        "宛先は {subject} で、あなたの名前はありません。",
        "Bccで届いたか、だれかが転送したものです。あなた宛てかどうか、差出人に尋ねられます。";
        [Ask(Confirm)];
    KeyChanged =>
        "Until now another key sealed for {subject}. This one may be new, or somebody else's.",
        "Ask them by telephone, then answer on their card under People.";
        "{subject} の封印は、これまでと別の鍵によるものです。新しい鍵か、別の人の鍵です。",
        "電話などで本人に尋ね、「人」のカードで答えられます。";
        [Card, Ask(Confirm)];
    KeyRefused =>
        "You said that the key of this seal is not that of {subject}.",
        "Take it for a message from somebody else. You can change your answer on their card.";
        "この封印の鍵は {subject} のものではないと、あなたが答えています。",
        "別の人からのメールと考えてください。答えは「人」のカードで変えられます。";
        [Card];
    SenderDiffers =>
        "It was sent by {subject} on behalf of the author.",
        "That is usual for lists and assistants. If it is neither, ask the author.";
        "実際に送ったのは {subject} で、差出人の代理です。",
        "メーリングリストや秘書ではよくあります。心当たりがなければ、差出人に尋ねられます。";
        [Ask(Confirm)];
} }

explained! { DefectCode {
    MissingEndBoundary =>
        "The end of a part is missing, so the message may have been cut off.",
        "If the text stops short, ask the sender to send it again.";
        "部分の終わりがありません。途中で切れた可能性があります。",
        "本文が途中で終わっていれば、差出人に再送を頼めます。";
        [Ask(Resend)];
    MissingBoundary =>
        "The parts can't be told apart, so text and files may run into each other.",
        "The source has all of it. If a file is missing, ask the sender to send it again.";
        "部分の境目が分からず、本文とファイルがつながって見えることがあります。",
        "全文はソースにあります。ファイルが欠けていれば、再送を頼めます。";
        [Ask(Resend), Source];
    BareLineFeed =>
        "Lines end in a way that mail doesn't allow, which some programs on the way do.",
        "There is nothing to do. If a seal broke by it, ask the sender to send it again.";
        "改行の形がメールの規格と違います。途中のソフトで起こることがあります。",
        "必要な操作はありません。封印が合わなくなったときは、再送を頼めます。";
        [];
    BadTransferEncoding =>
        "A part is not encoded as it says, so some of it may be missing.",
        "If it can't be used, ask the sender to send it again.";
        "転送用の符号化が壊れています。一部が欠けていることがあります。",
        "使えないときは、差出人に再送を頼めます。";
        [Ask(Resend)];
    BadCharset =>
        "The character set is unknown or broken, so some letters may be wrong.",
        "If the text can't be read, ask the sender to send it again in Unicode.";
        "文字コードが不明か壊れています。文字化けすることがあります。",
        "読めないときは、Unicodeでの再送を差出人に頼めます。";
        [Ask(Resend)];
    DuplicateHeader =>
        "A header that may occur once occurs again. Other programs may show the other one.",
        "Go by what is shown here as far as a seal covers it. The source has both.";
        "一つしか許されないヘッダーが重なっています。ほかのソフトでは別のほうが見えることがあります。",
        "封印の範囲では、表示のほうが確かです。両方ともソースで見られます。";
        [Source];
    EightBitHeader =>
        "A header holds bytes that can't be read, so a name or the subject may look wrong.",
        "There is nothing to do. The source has the header as it arrived.";
        "ヘッダーに読めないバイトがあり、名前や件名が正しく見えないことがあります。",
        "必要な操作はありません。届いたときの形はソースで見られます。";
        [Source];
    NulByte =>
        "There is a NUL byte, at which some programs stop and show less than you see.",
        "Think of that when you talk about this message with others. The source shows where it is.";
        "NULバイトがあり、ソフトによってはそこで表示が止まります。",
        "ほかの人と話すときは、見えている範囲が違うことがあります。場所はソースで分かります。";
        [Source];
    MalformedHeader =>
        "A header line is broken, so it is not shown.",
        "There is nothing to do. The source has it as it arrived.";
        "ヘッダーの行が壊れているため、表示していません。",
        "必要な操作はありません。届いたときの形はソースで見られます。";
        [Source];
    MissingFrom =>
        "The sender is missing.",
        "Take it for a message from somebody unknown.";
        "差出人がありません。",
        "差出人の分からないメールと考えてください。";
        [Source];
    PartialMessage =>
        "This is one piece of a message that was sent in several; the others are in other messages.",
        "Open the other pieces too, or ask the sender to send it in one.";
        "分割して送られたメールの一部です。残りは別のメールにあります。",
        "ほかの部分も開くか、一通で送ってもらうと読めます。";
        [Ask(Resend), Source];
    ExternalBody =>
        "A part is not in the message: it only says where it could be fetched.",
        "It is not fetched for you. Ask the sender to send the part itself.";
        "メールに含まれず、取得先だけが書かれた部分があります。",
        "自動では取得しません。必要なら、そのものを送ってもらえます。";
        [Ask(Resend), Source];
    MangledEncryption =>
        "A server on the way took the encrypted message apart. It was put together again here.",
        "There is nothing to do. Other programs may not be able to open it.";
        "途中のサーバーが暗号メールの形を崩していたため、元に組み直しました。",
        "必要な操作はありません。ほかのソフトでは開けないことがあります。";
        [Source];
    LostSignature =>
        "A signature came along that does not fit this text; something on the way changed it.",
        "Take it for a message without a seal. Ask the sender to send it again if that matters.";
        "添えられた署名が文面に合いません。途中で変わったようです。",
        "封印のないメールと同じです。大事な用件なら、再送を頼めます。";
        [Ask(Resend), Source];
    LimitReached =>
        "The message is too large or too deep to be looked at entirely. The rest is not shown.",
        "Take what is shown for a part of it. The source has more.";
        "大きさか深さの限度を超えたため、一部を確かめていません。残りは表示していません。",
        "表示はメールの一部です。続きはソースで見られます。";
        [Source];
} }
