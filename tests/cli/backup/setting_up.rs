//! A Setup Message goes to one's own mailbox, where other programs look for it.

use super::*;

#[test]
fn a_setup_message_is_queued_to_oneself_through_the_account_of_the_address_alone() {
    let home = Home::of_dora();
    let make = |name: &str| {
        let (file, code) = (home.path(&format!("{name}.eml")), home.path(&format!("{name}-code")));
        let args =
            ["key", "backup", "--setup-message", text(&file), "--setup-code-file", text(&code), "--send", "--json"];
        (home.run(&args, &[]), file, code)
    };
    let (answer, file, code) = make("first");
    assert!(answer.refused(1).contains(DORA), "there is no account: {}", answer.error);
    assert!(file.exists() && code.exists(), "what was made is not lost");
    home.good(&["account", "add", DORA, "--smtp-host", "mail.example.test"], &[]);
    let (answer, file, code) = make("second");
    assert_eq!(answer.document()["setup_message"]["queued"], true);
    let queued = home.good(&["outbox", "list", "--json"], &[]).document();
    assert_eq!(queued["recipients"], serde_json::json!([DORA]), "{queued}");
    let code = std::fs::read_to_string(code).unwrap();
    assert!(!contains(&std::fs::read(&file).unwrap(), code.trim()), "the code goes another way");
}
