//! Views made by hand: every state that the window knows, without an engine.

use std::sync::Arc;

use kakitome::domain::{EmailAddress, Fingerprint, Mailbox, RawMessage, Technology, Timestamp};
use kakitome::engine::view::*;

pub const NOW: &str = "2025-11-24T11:00:00Z";

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn print(seed: u8, length: usize) -> Fingerprint {
    Fingerprint::from_bytes(&(0..length).map(|i| (i as u8).wrapping_mul(37) ^ seed).collect::<Vec<_>>())
}

pub fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

pub fn hanako() -> Mailbox {
    Mailbox::new("山田 花子", "hanako@example.co.jp")
}

pub fn alice() -> Mailbox {
    Mailbox::new("Alice Sample", "alice@example.org")
}

pub fn bob() -> Mailbox {
    Mailbox::new("Bob Ross", "bob@example.net")
}

pub const BODY: &str = "アリス様\n\nいつもお世話になっております。書留の請求書①をお送りします。\n\
㈱髙橋商店のｶﾀｶﾅ表記もそのまま届きます。ご確認のほど、よろしくお願いいたします。\n\n\
Dear Alice,\nthe invoice for November is attached. Tell me if a line of it is unclear; the total is \
unchanged since we spoke last week, and the second page lists the items one by one.\n\n\
> Could you send me the invoice again?\n> The first one did not arrive.\n\n山田 花子\n";

/// A message with this lock and this seal, complete with the evidence that leads to them.
pub fn assessment(technology: Technology, lock: Lock, seal: Seal) -> Assessment {
    let encryption = match lock {
        Lock::NotEncrypted => Vec::new(),
        _ => vec![Encryption {
            technology,
            coverage: Coverage::Whole,
            cipher: if lock == Lock::Encrypted { "AES-256".into() } else { String::new() },
            integrity: (lock == Lock::Encrypted).then_some(match technology {
                Technology::OpenPgp => Integrity::Seipd2,
                Technology::Smime => Integrity::AuthEnveloped,
            }),
            recipients: vec![print(9, 20).spaced(), print(11, 20).spaced()],
            failure: (lock == Lock::CannotOpen).then(|| DecryptFailure::Locked(print(9, 20))),
        }],
    };
    let block = ShownBlock {
        path: "1".into(),
        text: BODY.into(),
        html: None,
        signed: seal != Seal::Unsigned,
        decrypted: lock == Lock::Encrypted,
        is_headline: true,
        is_quotable: true,
        layer: 0,
    };
    Assessment {
        from: vec![hanako()],
        to: vec![alice()],
        cc: vec![bob()],
        reply_to: vec![],
        subject: "請求書のお知らせ — Invoice for November".into(),
        date: Some(at("2025-11-24T10:42:00Z")),
        message_id: Some("1@example.co.jp".into()),
        references: vec![],
        headline: Headline { lock, seal },
        encryption,
        signatures: if seal == Seal::Unsigned { vec![] } else { vec![signature(technology, seal)] },
        header_protection: HeaderProtection {
            scheme: HeaderScheme::Rfc9788,
            confidential: if lock == Lock::Encrypted { vec!["subject".into()] } else { vec![] },
            mismatches: vec![],
        },
        sender: delivery(SenderWord::Pass),
        cautions: vec![],
        defects: vec![],
        parts: vec![],
        blocks: if lock == Lock::CannotOpen { vec![] } else { vec![block] },
        text: BODY.into(),
        gossip: vec![],
    }
}

fn signature(technology: Technology, seal: Seal) -> JudgedSignature {
    let (outcome, verdict) = match seal {
        Seal::Broken => (SignatureOutcome::BadSignature, TrustVerdict::Unauthenticated),
        Seal::Partial => (SignatureOutcome::Intact, TrustVerdict::Partial),
        Seal::Unauthenticated => (SignatureOutcome::Intact, TrustVerdict::Unauthenticated),
        _ => (SignatureOutcome::Intact, TrustVerdict::Authenticated),
    };
    let signer = Signer {
        fingerprint: print(3, if technology == Technology::OpenPgp { 20 } else { 32 }),
        addresses: vec![address("hanako@example.co.jp")],
        names: vec!["Hanako Yamada".into()],
        subject: (technology == Technology::Smime).then(|| "CN=Hanako Yamada,O=Example KK,C=JP".into()),
        issuer: (technology == Technology::Smime).then(|| "CN=Example Mail CA,O=Example,C=JP".into()),
        certificate: None,
    };
    let step = |kind, name: &str, seed| PathStep { kind, name: name.into(), fingerprint: print(seed, 20) };
    let path = match (verdict, technology) {
        (TrustVerdict::Unauthenticated, _) => vec![],
        (_, Technology::OpenPgp) => vec![step(StepKind::Certification, "Bob Ross", 5)],
        (_, Technology::Smime) => {
            vec![step(StepKind::Ca, "Example Root CA", 6), step(StepKind::Ca, "Example Mail CA", 7)]
        }
    };
    JudgedSignature {
        check: SignatureCheck {
            technology,
            outcome,
            signer: Some(signer),
            signed_at: Some(at("2025-11-24T10:41:30Z")),
            hash: Some("SHA512".into()),
            bundled: vec![],
            stapled: vec![],
            reason: (outcome != SignatureOutcome::Intact).then(|| "digest_mismatch".into()),
        },
        coverage: Coverage::Whole,
        inside_encryption: true,
        around_encryption: false,
        judgement: Judgement { verdict, path: TrustPath(path), reason: None, revoked_at: None },
    }
}

fn delivery(dmarc: SenderWord) -> Vec<SenderResult> {
    let source = Source::Reported { authserv_id: "mx.example.org".into() };
    let result = |method, result, policy: Option<&str>| SenderResult {
        method,
        result,
        domain: "example.co.jp".into(),
        policy: policy.map(Into::into),
        source: source.clone(),
        explanation: None,
    };
    vec![
        result(Method::Spf, SenderWord::Pass, None),
        result(Method::Dkim, dmarc, None),
        result(Method::Dmarc, dmarc, Some("reject")),
        result(Method::Arc, SenderWord::None, None),
    ]
}

pub fn reading(assessment: Assessment) -> ReadingView {
    let decrypted = assessment.headline.lock == Lock::Encrypted;
    let file = |part: &str, name: &str, media_type: &str, bytes| AttachmentView {
        part: part.into(),
        name: name.into(),
        media_type: media_type.into(),
        bytes,
        decrypted,
        signed: true,
        in_place: false,
        report: FileReport {
            kind: if media_type == "image/png" { FileKind::Picture } else { FileKind::Pdf },
            ..FileReport::default()
        },
    };
    let closed = assessment.headline.lock == Lock::CannotOpen;
    let attachments = if closed {
        vec![]
    } else {
        vec![file("2", "見積書.pdf", "application/pdf", 83_968), file("3", "photo.png", "image/png", 1_258_291)]
    };
    ReadingView {
        id: 1,
        assessment: Arc::new(assessment),
        attachments,
        cards: vec![],
        locked_key: closed.then(|| print(9, 20)),
        source: "From: hanako@example.co.jp\r\nSubject: test\r\n\r\nbody\r\n".into(),
        help: Help::default(),
    }
}

/// Delivered by another domain than that of the sender's address, which says nothing itself.
pub fn delivered_by_another() -> ReadingView {
    let mut all = assessment(Technology::OpenPgp, Lock::NotEncrypted, Seal::Unsigned);
    all.sender = delivery(SenderWord::None);
    for result in &mut all.sender {
        result.domain = if result.method == Method::Dmarc { "example.co.jp".into() } else { "evil.example".into() };
    }
    reading(all)
}

/// A key that was withdrawn, or is another's.
pub fn judged(seal: Seal, verdict: TrustVerdict, revoked_at: Option<Timestamp>) -> ReadingView {
    let mut all = assessment(Technology::OpenPgp, Lock::Encrypted, seal);
    for signature in &mut all.signatures {
        signature.check.outcome = SignatureOutcome::Intact;
        signature.judgement.verdict = verdict;
        signature.judgement.revoked_at = revoked_at;
    }
    if verdict == TrustVerdict::Mismatch {
        all.from = vec![Mailbox::new("Hanako Yamada", "hanako@evil.example")];
    }
    reading(all)
}

/// What nobody writes in good faith: everything much too long, too many, or in letters that turn around.
pub fn overdone() -> ReadingView {
    let mut all = assessment(Technology::Smime, Lock::Encrypted, Seal::Broken);
    let long = "書留\u{202e}\u{200b}W\u{301}\u{301}é\0".repeat(3_000);
    all.subject.clone_from(&long);
    all.from = vec![Mailbox::new(long.clone(), long.clone()); 200];
    all.to = vec![Mailbox::new(long.clone(), ""); 3_000];
    all.cautions = (0..300).map(|n| Caution { code: CautionCode::Mixture, subject: n.to_string() }).collect();
    let one = all.signatures[0].clone();
    all.signatures = vec![one; 60];
    for signature in &mut all.signatures {
        signature.judgement.path.0 =
            (0..60).map(|_| PathStep { kind: StepKind::Ca, name: long.clone(), fingerprint: print(1, 32) }).collect();
    }
    for result in &mut all.sender {
        result.domain.clone_from(&long);
        result.explanation = Some(long.clone());
    }
    let html = Some(format!("<p>{}", "書留 <b>x</b> ".repeat(2_000)));
    let block = ShownBlock { text: long.repeat(20), html, ..all.blocks[0].clone() };
    all.blocks = vec![block; 12];
    let mut view = reading(all);
    let file = AttachmentView { name: long.clone(), media_type: long.clone(), ..view.attachments[0].clone() };
    view.attachments = vec![file; 300];
    view.source = long.repeat(10).into();
    view
}

/// A spoofed sender, failed delivery, parts that are not protected.
pub fn suspicious() -> ReadingView {
    let mut all = assessment(Technology::Smime, Lock::Encrypted, Seal::Broken);
    all.subject = "Your account: please confirm the attached statement as soon as you can".into();
    all.from = vec![Mailbox::new("service@bank.example", "mallory@evil.example")];
    all.sender = delivery(SenderWord::Fail);
    let caution = |code, subject: &str| Caution { code, subject: subject.into() };
    all.cautions = vec![
        caution(CautionCode::NameHoldsAddress, "service@bank.example"),
        caution(CautionCode::ReplyToElsewhere, "mallory@evil.example"),
        caution(CautionCode::Mixture, "2"),
    ];
    all.defects = vec![Defect { code: DefectCode::DuplicateHeader, part: "1".into() }];
    all.blocks.push(ShownBlock {
        path: "2".into(),
        text: "This text was added by a server on the way.\nhttps://evil.example/\n".into(),
        html: None,
        signed: false,
        decrypted: false,
        is_headline: false,
        is_quotable: false,
        layer: 0,
    });
    all.parts = vec![part("1", "text/plain", None, true, b""), part("2", "text/plain", None, false, b"")];
    reading(all)
}

pub fn part(path: &str, media_type: &str, id: Option<&str>, protected: bool, content: &[u8]) -> ShownPart {
    ShownPart {
        path: path.into(),
        media_type: media_type.into(),
        filename: None,
        bytes: content.len(),
        signed: protected,
        decrypted: protected,
        shown: true,
        is_file: false,
        is_inline: false,
        content_id: id.map(Into::into),
        layer: 0,
        content: RawMessage::new(content.to_vec()),
    }
}

pub const NEWSLETTER: &str = "<html><body style='font-family:sans-serif;margin:0'>\
<table width='100%' cellpadding='0' cellspacing='0'><tr><td style='background:#28456b;color:#fff;padding:20px'>\
<h1 style='margin:0;font-size:22px'>書留だより 11月号</h1></td></tr><tr><td style='padding:20px'>\
<p>いつもご利用ありがとうございます。<b>新しい封印</b>のご案内です。</p>\
<p>See <a href='https://evil.example/login'>https://bank.example/login</a> or <a href='https://example.org/'>our page</a>.</p>\
<img src='cid:red@example.org' width='120' height='40'><img src='https://tracker.example/pixel.png'>\
<ul><li>第一項目</li><li>Second item</li></ul></td></tr></table></body></html>";

pub fn newsletter() -> ReadingView {
    let mut png = Vec::new();
    let picture = image::RgbaImage::from_pixel(40, 40, image::Rgba([181, 52, 31, 255]));
    picture.write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png).unwrap();
    let mut all = assessment(Technology::OpenPgp, Lock::NotEncrypted, Seal::Unsigned);
    all.subject = "書留だより 11月号".into();
    all.parts = vec![part("1.2", "image/png", Some("red@example.org"), false, &png)];
    for block in &mut all.blocks {
        block.html = Some(NEWSLETTER.into());
        block.signed = false;
    }
    let mut view = reading(all);
    view.attachments.clear();
    view
}

pub fn mailbox() -> MailboxView {
    let folder = |id, name: &str, role: &str, unread| FolderView {
        id,
        name: name.into(),
        role: role.into(),
        unread,
        total: 40,
        too_large: 0,
    };
    let folders = vec![
        folder(1, "INBOX", "inbox", 12),
        folder(2, "Drafts", "drafts", 1),
        folder(3, "Sent", "sent", 0),
        folder(4, "Archive", "archive", 0),
        folder(5, "Junk", "junk", 3),
        folder(6, "Trash", "trash", 0),
        folder(7, "プロジェクト", "", 0),
    ];
    MailboxView {
        drafts: vec![
            DraftView {
                id: 7,
                subject: "Re: 請求書のお知らせ".into(),
                to: vec![hanako()],
                changed_at: at("2025-11-24T09:12:00Z"),
            },
            DraftView { id: 8, subject: String::new(), to: vec![], changed_at: at("2025-11-20T18:00:00Z") },
        ],
        accounts: vec![AccountView { id: 1, identity: alice(), folders, form: AccountForm::default() }],
        open_folder: Some(1),
        rows: Arc::new(rows()),
        waiting: 1,
        synchronised_at: Some(at("2025-11-24T10:43:00Z")),
        is_demo: false,
        ..MailboxView::default()
    }
}

fn rows() -> Vec<RowView> {
    let seals = [Seal::Authenticated, Seal::Unsigned, Seal::Partial, Seal::Unauthenticated, Seal::Broken];
    let locks = [Lock::Encrypted, Lock::NotEncrypted, Lock::CannotOpen];
    let people =
        [hanako(), bob(), Mailbox::new("Carol Danvers", "carol@example.com"), Mailbox::new("", "mallory@evil.example")];
    let subjects = [
        ("請求書のお知らせ — Invoice for November", "いつもお世話になっております。書留の請求書①をお送りします。"),
        ("Re: minutes of Thursday", "Thank you, I read them and have two small remarks."),
        ("A rather long subject that does not fit into the width of the list at all", "The first words of it"),
        ("", "no subject here"),
    ];
    (0..40)
        .map(|n| {
            let (subject, preview) = subjects[n % 4];
            RowView {
                id: n as i64 + 1,
                from: people[n % 4].clone(),
                subject: subject.into(),
                preview: preview.into(),
                date: Some(at("2025-11-24T10:42:00Z") - jiff::SignedDuration::from_hours(9 * n as i64)),
                is_seen: n % 3 != 0,
                is_flagged: false,
                has_attachments: n % 4 == 0,
                keywords: Box::default(),
                headline: (n % 7 != 6).then(|| Headline { lock: locks[n % 3], seal: seals[n % 5] }),
                ..RowView::default()
            }
        })
        .collect()
}

pub fn preflight(blocked: bool) -> PreflightView {
    let ready = |mailbox: Mailbox, technology, verdict| ReadinessView {
        mailbox,
        technology,
        fingerprint: Some(print(4, 20)),
        verdict,
    };
    let carol = Mailbox::new("Carol Danvers", "carol@example.com");
    let last = if blocked { (None, None) } else { (Some(Technology::Smime), Some(TrustVerdict::Unauthenticated)) };
    PreflightView {
        recipients: vec![
            ready(hanako(), Some(Technology::OpenPgp), Some(TrustVerdict::Authenticated)),
            ready(bob(), Some(Technology::Smime), Some(TrustVerdict::Partial)),
            ready(carol, last.0, last.1),
        ],
        signs_with: vec![Technology::OpenPgp, Technology::Smime],
        is_encrypted: !blocked,
        hides_subject: true,
        blockers: if blocked { vec![("no_certificate".into(), "Carol Danvers".into())] } else { vec![] },
        cautions: if blocked { vec![] } else { vec![("unauthenticated_certificate".into(), "Carol Danvers".into())] },
    }
}

pub fn keys() -> KeysView {
    let report = |technology, seed, name: &str, mail: &str, has_secret| CertificateReport {
        technology,
        fingerprint: print(seed, if technology == Technology::OpenPgp { 20 } else { 32 }),
        addresses: vec![address(mail)],
        names: vec![name.into()],
        subject: (technology == Technology::Smime).then(|| format!("CN={name},O=Example,C=JP")),
        issuer: (technology == Technology::Smime).then(|| "CN=Example Mail CA,O=Example,C=JP".into()),
        has_secret,
        is_locked: has_secret && technology == Technology::OpenPgp,
        can_sign: true,
        can_encrypt: true,
        algorithms: match technology {
            Technology::OpenPgp => vec!["Ed25519".into(), "X25519".into()],
            Technology::Smime => vec!["RSA 3072".into()],
        },
        not_before: Some(at("2024-05-01T00:00:00Z")),
        not_after: (technology == Technology::Smime).then(|| at("2026-05-01T00:00:00Z")),
        is_revoked: false,
        problems: vec![],
    };
    let view =
        |report, verdict, is_trusted| KeyView { report, verdict, is_trusted, counts: Counting::Not, met: Vec::new() };
    let other = |report, verdict, is_trusted| KeySummary {
        report: Arc::new(report),
        verdict: Some(verdict),
        is_trusted,
        counts: Counting::Not,
        met: Vec::new(),
    };
    let mut old = report(Technology::Smime, 21, "Carol Danvers", "carol@example.com", false);
    old.problems = vec!["expired".into(), "weak_key".into()];
    KeysView {
        own: vec![
            view(
                report(Technology::OpenPgp, 9, "Alice Sample", "alice@example.org", true),
                TrustVerdict::Authenticated,
                true,
            ),
            view(
                report(Technology::Smime, 10, "Alice Sample", "alice@example.org", true),
                TrustVerdict::Authenticated,
                true,
            ),
        ],
        others: Arc::new(vec![
            other(
                report(Technology::OpenPgp, 3, "山田 花子", "hanako@example.co.jp", false),
                TrustVerdict::Authenticated,
                true,
            ),
            other(
                report(Technology::OpenPgp, 5, "Bob Ross", "bob@example.net", false),
                TrustVerdict::Unauthenticated,
                false,
            ),
            other(old, TrustVerdict::Expired, false),
        ]),
    }
}

pub fn outbox() -> OutboxView {
    let entry = |id, who: &str, state: &str, detail: &str| SubmissionView {
        id,
        recipients: vec![who.into()],
        state: state.into(),
        detail: detail.into(),
        retry_at: (state == "deferred").then(|| at("2025-11-24T11:30:00Z")),
        ..SubmissionView::default()
    };
    OutboxView {
        submissions: vec![
            entry(1, "bob@example.net", "queued", ""),
            entry(2, "carol@example.com", "deferred", "451 4.7.1 Greylisted, try again later"),
            entry(3, "hanako@example.co.jp", "rejected", "550 5.1.1 No such user"),
            entry(4, "dave@example.org", "uncertain", ""),
        ],
    }
}
