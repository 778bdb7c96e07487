//! The words of a message that asks an author for something: polite, short, and without a word of what was read.

use crate::domain::Mailbox;
use crate::ui::when::Clock;

use super::why::Question;
use super::{Language, fill, one_line, short_name};

/// Subject and text of a question to an author, about their message of a day, from oneself.
pub fn question(
    language: Language,
    question: Question,
    author: Option<&Mailbox>,
    date: Option<crate::domain::Timestamp>,
    me: &Mailbox,
    clock: &Clock,
) -> (String, String) {
    let name = author.map(|author| short_name(&author.name)).filter(|name| !name.is_empty());
    let day = date.map(|date| clock.day(language, date));
    let dated = day.as_ref().map_or_else(String::new, |day| match language {
        Language::English => format!(" of {day}"),
        Language::Japanese => format!("{day}付の"),
    });
    let (hello, which, thanks) = match language {
        Language::English => (
            name.map_or_else(|| "Hello,".to_owned(), |name| format!("Hello {name},")),
            day.map_or_else(|| "your message".to_owned(), |day| format!("your message of {day}")),
            "Thank you",
        ),
        Language::Japanese => (
            name.map_or_else(
                || "お世話になっております。".to_owned(),
                |name| format!("{name}様\n\nお世話になっております。"),
            ),
            day.map_or_else(|| "先日のメール".to_owned(), |day| format!("{day}付のメール")),
            "どうぞよろしくお願いいたします。",
        ),
    };
    let (subject, body) = match language {
        Language::English => english(question),
        Language::Japanese => japanese(question),
    };
    let body = fill(body, &[("which", &which), ("dated", &dated)]);
    let signed = if me.name.trim().is_empty() { one_line(&me.address) } else { one_line(&me.name) };
    (subject.to_owned(), format!("{hello}\n\n{body}\n\n{thanks}\n{signed}\n"))
}

/// Whether one's own certificate goes along.
pub fn attaches(question: Question) -> bool {
    match question {
        Question::CannotOpen | Question::Encrypt => true,
        Question::Resend
        | Question::Smaller
        | Question::Certificate
        | Question::NewKey
        | Question::Newer
        | Question::Confirm => false,
    }
}

type Two = (&'static str, &'static str);

fn english(question: Question) -> Two {
    match question {
        Question::Resend => (
            "Could you send your message again?",
            "{which} reached me, but something changed it on the way: what arrived no longer fits its seal or its encryption. Could you please send it again?",
        ),
        Question::Smaller => (
            "Could you send your message in parts?",
            "{which} reached me encrypted, and it is larger than my mail program opens. Could you please send it in several smaller messages?",
        ),
        Question::Certificate => (
            "Could you send me your certificate?",
            "{which} carries a seal, but I don't have the certificate (public key) to check it. Could you please send it to me as an attachment? I would then like to compare its fingerprint with you, by telephone for instance.",
        ),
        Question::CannotOpen => (
            "I can't open your encrypted message",
            "{which} is encrypted in a way that I can't open. My certificate for today is attached, in the form for OpenPGP, for S/MIME, or both; your mail program needs only the one that it knows. Could you please encrypt for it and send the message again? If you like, we can compare the fingerprint first, by telephone for instance.",
        ),
        Question::NewKey => (
            "Could you send me your current key?",
            "{which} is sealed with a key that has expired or was withdrawn. Could you please send me the certificate (public key) that you use now? I would then like to compare its fingerprint with you, by telephone for instance.",
        ),
        Question::Newer => (
            "Your message uses an old method",
            "{which} is sealed or encrypted by a method that my mail program accepts no more, because it is too weak today or not in the common standards. Could you please update your mail program, or choose a current method in its settings, and send the message again?",
        ),
        Question::Confirm => (
            "Is this message from you?",
            "A message{dated} names you as its sender, and I can't tell for certain whether it is from you and meant for me. Could you please let me know? If you did not write it, somebody is using your name.",
        ),
        Question::Encrypt => (
            "Let us encrypt our mail",
            "I would like to keep our messages between us. My certificate is attached, in the form for OpenPGP, for S/MIME, or both; your mail program needs only the one that it knows. Could you please encrypt for it from now on, and send me your certificate, too?",
        ),
    }
}

fn japanese(question: Question) -> Two {
    match question {
        Question::Resend => (
            "メール再送のお願い",
            "{which}を受け取りましたが、途中で変わったらしく、封印または暗号と内容が一致しません。お手数ですが、もう一度お送りいただけますでしょうか。",
        ),
        Question::Smaller => (
            "メール分割のお願い",
            "{which}を暗号化された形で受け取りましたが、大きすぎて開くことができません。お手数ですが、いくつかに分けてお送りいただけますでしょうか。",
        ),
        Question::Certificate => (
            "証明書送付のお願い",
            "{which}には電子署名がありますが、確かめるための証明書（公開鍵）が手元にありません。お手数ですが、添付ファイルでお送りいただけますでしょうか。その後、電話などで指紋（フィンガープリント）を照合できればと存じます。",
        ),
        Question::CannotOpen => (
            "暗号化されたメールが開けません",
            "{which}は、こちらで開けない形で暗号化されていました。現在の証明書（OpenPGP用、S/MIME用、またはその両方）を添付いたします。お使いのソフトが対応しているほうだけで結構ですので、この証明書あてに暗号化して、もう一度お送りいただけますでしょうか。ご希望でしたら、先に電話などで指紋（フィンガープリント）を照合できます。",
        ),
        Question::NewKey => (
            "新しい鍵送付のお願い",
            "{which}は、期限の切れた、または失効した鍵で署名されていました。お手数ですが、現在お使いの証明書（公開鍵）をお送りいただけますでしょうか。その後、電話などで指紋（フィンガープリント）を照合できればと存じます。",
        ),
        Question::Newer => (
            "署名・暗号化の方式について",
            "{which}の署名または暗号化の方式が、現在では弱いか共通の規格にないため、こちらで受け入れられませんでした。お手数ですが、メールソフトを更新するか、設定で新しい方式を選んで、もう一度お送りいただけますでしょうか。",
        ),
        Question::Confirm => (
            "メールのご確認のお願い",
            "お名前を差出人とする{dated}メールを受け取りましたが、ご本人からのものか、また私あてのものか、こちらで確かめることができません。お手数ですが、ご確認いただけますでしょうか。お心当たりがない場合は、どなたかがお名前を使っている可能性があります。",
        ),
        Question::Encrypt => (
            "メールの暗号化のお願い",
            "今後のやり取りを暗号化できればと存じます。私の証明書（OpenPGP用、S/MIME用、またはその両方）を添付いたします。お使いのソフトが対応しているほうだけで結構です。今後はこの証明書あてに暗号化していただき、そちらの証明書もお送りいただけますでしょうか。",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Question; 8] = [
        Question::Resend,
        Question::Smaller,
        Question::Certificate,
        Question::CannotOpen,
        Question::NewKey,
        Question::Newer,
        Question::Confirm,
        Question::Encrypt,
    ];

    fn ask(language: Language, question: Question, author: Option<&Mailbox>) -> (String, String) {
        let date = "2025-11-24T10:42:00Z".parse().ok();
        let clock = Clock::standing("2025-11-24T11:00:00Z".parse().unwrap());
        super::question(language, question, author, date, &Mailbox::new("有村アリス", "alice@example.org"), &clock)
    }

    #[test]
    fn every_question_is_polite_names_the_message_and_is_signed() {
        let bob = Mailbox::new("Bob Ross", "bob@example.net");
        for question in ALL {
            let (subject, text) = ask(Language::English, question, Some(&bob));
            assert!(text.starts_with("Hello Bob Ross,\n\n") && text.ends_with("Thank you\n有村アリス\n"), "{text}");
            assert!(text.contains("please") && !text.contains('!') && !subject.is_empty(), "{text}");
            let (subject, text) = ask(Language::Japanese, question, Some(&bob));
            assert!(text.starts_with("Bob Ross様\n") && text.contains("いただけますでしょうか"), "{text}");
            assert!(text.contains("よろしくお願いいたします。\n有村アリス") && !subject.is_empty(), "{text}");
            if question != Question::Encrypt {
                assert!(text.contains("11月24日"), "{text}");
            }
            let promises = text.contains("添付いたします");
            assert_eq!(promises, attaches(question), "what is promised goes along: {text}");
        }
    }

    #[test]
    fn without_a_name_nobody_is_named() {
        let (_, text) = ask(Language::English, Question::Resend, None);
        assert!(text.starts_with("Hello,\n"), "{text}");
        let hostile = Mailbox::new("Bob\r\nBcc: x", "bob@example.net");
        assert!(ask(Language::English, Question::Resend, Some(&hostile)).1.starts_with("Hello Bob Bcc: x,\n"));
    }
}
