use crate::message::{is_mbox, split_mbox};

#[test]
fn an_mbox_is_split_at_its_separators_alone() {
    let mbox = b"From alice@example.org Thu Jan  1 00:00:00 1970\nSubject: one\n\nFrom here on\n>From quoted\nFrom within\n\nFrom - Thu Jan  1 00:00:00 1970\nSubject: two\n\nb\n\n";
    assert!(is_mbox(mbox));
    let messages: Vec<_> = split_mbox(mbox).map(|raw| String::from_utf8(raw.to_vec()).unwrap()).collect();
    assert_eq!(messages, ["Subject: one\n\nFrom here on\nFrom quoted\nFrom within\n", "Subject: two\n\nb\n"]);
}

#[test]
fn bytes_that_are_no_mbox_are_one_message_unaltered() {
    for bytes in [
        b"Subject: x\n\n>From a\n\nFrom b\nX: y\n".as_slice(),
        b"From the beginning\nall is text\n",
        b"From: a@example.org\n\n",
    ] {
        assert!(!is_mbox(bytes));
        let messages: Vec<_> = split_mbox(bytes).collect();
        assert_eq!(messages.len(), 1);
        assert_eq!(&*messages[0], bytes);
    }
    assert_eq!(split_mbox(b"").count(), 0);
}

#[test]
fn crlf_is_kept() {
    let mbox = b"From a\r\nSubject: one\r\n\r\nx\r\n\r\nFrom b\r\nSubject: two\r\n\r\ny\r\n";
    let messages: Vec<_> = split_mbox(mbox).map(|raw| raw.to_vec()).collect();
    assert_eq!(messages, [b"Subject: one\r\n\r\nx\r\n".to_vec(), b"Subject: two\r\n\r\ny\r\n".to_vec()]);
}
