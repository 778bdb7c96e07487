#![allow(clippy::unwrap_used)]

use super::*;

async fn read(input: &[u8], most: u64) -> Result<Vec<u8>, NetError> {
    multi_line(&mut &*input, most).await
}

#[tokio::test]
async fn a_message_ends_at_its_dot_and_other_dots_are_its_own() {
    assert_eq!(read(b"a\r\n..b\r\n...\r\n\r\n.\r\nrest", 100).await.unwrap(), b"a\r\n.b\r\n..\r\n\r\n");
    assert_eq!(read(b".\r\n", 100).await.unwrap(), b"");
    // A dot in the middle of a line that came in two pieces does not end it.
    assert_eq!(read(b"a.\r\nb\n.\r\n", 100).await.unwrap(), b"a.\r\nb\n");
}

#[tokio::test]
async fn what_has_no_end_is_not_a_message() {
    for cut in [&b""[..], b"a\r\n", b"a\r\nb", b"a\r\n."] {
        assert_eq!(read(cut, 100).await, Err(NetError::unreachable("closed")), "{cut:?}");
    }
    assert_eq!(read(b"0123456789\r\n.\r\n", 12).await.unwrap(), b"0123456789\r\n");
    for big in [&b"0123456789\r\n.\r\n"[..], b"01234567890123456789", b"0123\r\n0123\r\n0123\r\n.\r\n"] {
        assert_eq!(read(big, 11).await, Err(NetError::protocol("too_big")), "{big:?}");
    }
}

#[test]
fn answers_say_whether_trying_again_helps() {
    assert_eq!(status("+OK ready").unwrap(), "ready");
    assert_eq!(status("+ok").unwrap(), "");
    assert!(matches!(status("-ERR [IN-USE] locked"), Err(NetError::Deferred { .. })));
    assert!(matches!(status("-ERR [AUTH] wrong"), Err(NetError::Rejected { .. })));
    assert!(matches!(status("* OK IMAP4rev1"), Err(NetError::Protocol { .. })));
    assert!(matches!(status("日本語"), Err(NetError::Protocol { .. })));
}
