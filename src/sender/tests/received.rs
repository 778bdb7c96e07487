use super::Evidence;

fn evidence(raw: &str) -> Evidence {
    Evidence::from_received(raw.as_bytes(), &["mx.example.net".to_owned()])
}

#[test]
fn the_border_servers_own_line_tells_address_greeting_and_sender() {
    let raw = "Return-Path: <alice@example.org>\r\n\
        Received: from localhost (localhost [127.0.0.1]) by mx.example.net with LMTP; Mon\r\n\
        Received: from mail.example.org (mail.example.org [192.0.2.1])\r\n\tby mx.example.net (Postfix) with ESMTP\r\n\
        Received: from x (x [203.0.113.9]) by mx.example.net\r\n\r\n";
    let found = evidence(raw);
    assert_eq!(found.ip, Some("192.0.2.1".parse().unwrap()));
    assert_eq!(found.helo.as_deref(), Some("mail.example.org"));
    assert_eq!(found.mail_from.as_deref(), Some("alice@example.org"));
}

#[test]
fn lines_that_came_in_with_the_message_are_not_believed() {
    let foreign = "Received: from a (a [192.0.2.1]) by mx.example.com\r\n\
        Received: from b (b [192.0.2.2]) by mx.example.net\r\n\r\n";
    assert_eq!(evidence(foreign), Evidence::default());
    let unknown = "Received: from a (unknown) by mx.example.net\r\n\
        Received: from b (b [192.0.2.2]) by mx.example.net\r\n\r\n";
    assert_eq!(evidence(unknown), Evidence::default());
    assert_eq!(evidence("Subject: x\r\n\r\n"), Evidence::default());
}

#[test]
fn a_greeting_that_looks_like_an_address_is_not_the_address() {
    let raw = "Received: from [203.0.113.9] (unknown [IPv6:2001:db8::1]) by mx.example.net; Mon\r\n\r\n";
    assert_eq!(evidence(raw).ip, Some("2001:db8::1".parse().unwrap()));
}
