use super::*;

/// Plays a dialogue: `C: ` and `S: ` lines.
fn play(lines: &[&str]) -> Vec<Said> {
    let kept = Transcripts::default();
    let mut recorder = kept.begin("mail.example.org", 587);
    for line in lines {
        let (who, words) = line.split_at(3);
        let bytes = format!("{words}\r\n").into_bytes();
        // In whatever pieces they come.
        for piece in bytes.chunks(7) {
            match who {
                "C: " => recorder.sent(piece),
                _ => recorder.heard(piece),
            }
        }
    }
    drop(recorder);
    kept.dialogues().remove(0).entries().map(|entry| entry.said.clone()).collect()
}

fn lines(said: &[Said]) -> Vec<String> {
    said.iter()
        .map(|one| match one {
            Said::Client(line) => format!("C: {line}"),
            Said::Server(line) => format!("S: {line}"),
            Said::ClientContent(count) => format!("C: [{count}]"),
            Said::ServerContent(count) => format!("S: [{count}]"),
            other => format!("{other:?}"),
        })
        .collect()
}

#[test]
fn of_a_submission_everything_is_kept_but_the_log_in_and_the_message() {
    let said = play(&[
        "S: 220 mail",
        "C: EHLO [127.0.0.1]",
        "S: 250-mail",
        "S: 250 AUTH SCRAM-SHA-256 PLAIN",
        "C: AUTH SCRAM-SHA-256 biwsbj1hbGljZSxyPWFiYw==",
        "S: 334 cj1hYmNkZWYscz1zYWx0LGk9NDA5Ng==",
        "C: Yz1iaXdzLHI9YWJjZGVmLHA9cHJvb2Y=",
        "S: 535 5.7.8 failed: Yz1iaXdzLHI9YWJjZGVmLHA9cHJvb2Y= was wrong",
        "C: AUTH LOGIN",
        "S: 334 VXNlcm5hbWU6",
        "C: YWxpY2U=",
        "S: 334 UGFzc3dvcmQ6",
        "C: c2VjcmV0",
        "S: 235 2.7.0 welcome",
        "C: DATA",
        "S: 354 go",
        "C: Subject: nobody's business",
        "C: ..",
        "C: .",
        "S: 250 2.0.0 queued",
    ]);
    let h = HIDDEN;
    assert_eq!(
        lines(&said),
        [
            "S: 220 mail",
            "C: EHLO [127.0.0.1]",
            "S: 250-mail",
            "S: 250 AUTH SCRAM-SHA-256 PLAIN",
            &format!("C: AUTH SCRAM-SHA-256 {h}"),
            &format!("S: 334 {h}"),
            &format!("C: {h}"),
            &format!("S: 535 5.7.8 failed: {h} was wrong"),
            "C: AUTH LOGIN",
            &format!("S: 334 {h}"),
            &format!("C: {h}"),
            &format!("S: 334 {h}"),
            &format!("C: {h}"),
            "S: 235 2.7.0 welcome",
            "C: DATA",
            "S: 354 go",
            "C: [35]",
            "S: 250 2.0.0 queued",
            "Closed",
        ]
    );
}

#[test]
fn of_imap_log_ins_literals_and_messages_nothing_is_kept() {
    let said = play(&[
        "S: * OK ready",
        "C: a1 LOGIN \"alice\" \"open sesame\"",
        "S: * CAPABILITY IMAP4rev1",
        "S: a1 NO [AUTHENTICATIONFAILED] open",
        "C: a2 LOGIN {5}",
        "S: + go",
        "C: alice {6}",
        "S: + go",
        "C: sesame",
        "S: a2 OK in",
        "C: a3 FETCH 1 (BODY.PEEK[])",
        "S: * 1 FETCH (BODY[] {12}",
        "S: very private)",
        "S: a3 OK done",
        "C: a4 APPEND Sent {7}",
        "S: + go",
        "C: private",
        "S: a4 OK [APPENDUID 1 2] done",
        "C: a5 COMPRESS DEFLATE",
        "S: a5 OK now",
        "C: \u{1}\u{2}",
    ]);
    let all = lines(&said).join("\n");
    for secret in ["sesame", "alice", "private"] {
        assert!(!all.contains(secret), "{secret}: {all}");
    }
    for kept in ["S: a2 OK in", "S: [12]", "S: a3 OK done", "C: [7]", "S: a5 OK now\nCompressed\nClosed"] {
        assert!(all.contains(kept), "{kept}: {all}");
    }
}

#[test]
fn of_pop3_passwords_challenges_and_messages_nothing_is_kept() {
    let said = play(&[
        "S: +OK ready",
        "C: USER alice",
        "S: +OK",
        "C: PASS open sesame",
        "S: -ERR open sesame is wrong",
        "C: AUTH CRAM-MD5",
        "S: + PGNoYWxsZW5nZT4=",
        "C: YWxpY2UgZGlnZXN0",
        "S: +OK in",
        "C: RETR 1",
        "S: +OK follows",
        "S: Subject: private",
        "S: ..",
        "S: .",
        "C: QUIT",
    ]);
    let all = lines(&said).join("\n");
    for secret in ["sesame", "private", "PGNo", "YWxp"] {
        assert!(!all.contains(secret), "{secret}: {all}");
    }
    assert!(all.contains("C: USER alice") && all.contains("S: [25]") && all.contains("C: QUIT"), "{all}");
}

#[test]
fn before_the_server_has_said_what_it_speaks_nothing_of_the_client_is_kept() {
    assert_eq!(lines(&play(&["C: AUTH PLAIN c2VjcmV0"])), [format!("C: {HIDDEN}"), "Closed".to_owned()]);
}

#[test]
fn a_dialogue_and_the_number_of_them_are_bounded_and_the_ends_stay() {
    let kept = Transcripts::default();
    for number in 0..DIALOGUES + 5 {
        let mut recorder = kept.begin("mail.example.org", 993);
        recorder.heard(b"* OK ready\r\n");
        if number == 20 {
            for line in 0..2_000 {
                recorder.heard(format!("* {line} EXISTS {}\r\n", "x".repeat(100_000)).as_bytes());
            }
        }
    }
    let all = kept.dialogues();
    assert_eq!(all.len(), DIALOGUES);
    assert_eq!((all[0].number, all[DIALOGUES - 1].number), (DIALOGUES as u64 + 5, 6));
    let long = all.iter().find(|one| one.left_out > 0).unwrap();
    assert_eq!(long.left_out, 2_002 - FIRST - LAST);
    let lines: Vec<String> = long.entries().map(|entry| format!("{:?}", entry.said)).collect();
    assert!(lines[1].starts_with("Server(\"* 0 EXISTS") && lines[lines.len() - 2].contains("* 1999 EXISTS"));
    assert!(lines.iter().all(|line| line.len() < 2 * LETTERS));
}

#[test]
fn a_refusal_is_one_in_every_protocol() {
    for (protocol, line) in
        [(Protocol::Smtp, "550 5.1.1 no"), (Protocol::Imap, "a1 NO no"), (Protocol::Pop3, "-ERR no")]
    {
        assert!(script::is_refusal(protocol, line), "{line}");
    }
    for (protocol, line) in [(Protocol::Smtp, "250 ok"), (Protocol::Imap, "* NO disk"), (Protocol::Pop3, "+OK")] {
        assert!(!script::is_refusal(protocol, line), "{line}");
    }
}
