//! What is done with messages and folders, without a server.

use serde_json::json;

use super::mail;
use super::peers::text;
use super::profile::Profile;

#[test]
fn messages_are_moved_marked_deleted_and_folders_made_renamed_and_deleted() {
    let profile = Profile::new();
    let folder = profile.folder.path().join("mail");
    std::fs::create_dir(&folder).unwrap();
    for name in ["plain", "japanese-iso-2022-jp", "newsletter"] {
        std::fs::copy(mail(name), folder.join(format!("{name}.eml"))).unwrap();
    }
    profile.good(&["import", text(&folder)]);
    let list = |folder: &str| profile.good(&["list", folder, "--json"]).documents();
    let ids: Vec<String> = list("Imported").iter().map(|row| row["id"].to_string()).collect();
    let changed = |args: &[&str]| profile.good(&[args, &["--json"]].concat()).document();

    assert_eq!(changed(&["flag", &ids[0], "--set", "flagged", "--set", "work"]), json!({ "changed": 0, "untold": 0 }));
    let marked: Vec<_> = list("Imported").iter().map(|row| row["flagged"] == json!(true)).collect();
    assert_eq!(marked, [true, false, false]);
    changed(&["flag", &ids[0], "--clear", "flagged"]);
    assert!(list("Imported").iter().all(|row| row["flagged"] == json!(false)));
    assert!(profile.run(&["flag", &ids[0], "--set", "a b"]).refused(1).contains("something given is not right"));

    changed(&["folder", "create", "請求書"]);
    assert_eq!(changed(&["move", &ids[0], &ids[1], "--to", "請求書"])["changed"], 2);
    changed(&["copy", &ids[2], "--to", "請求書"]);
    assert_eq!((list("Imported").len(), list("請求書").len()), (1, 3));
    changed(&["folder", "rename", "請求書", "Bills"]);
    assert_eq!(list("Bills").len(), 3);

    assert_eq!(changed(&["delete", &ids[0]])["changed"], 1);
    assert_eq!((list("Bills").len(), list("trash").len()), (2, 1));
    changed(&["archive", &ids[1]]);
    assert_eq!(list("archive").len(), 1);
    changed(&["delete", &ids[0]]);
    assert_eq!(list("trash").len(), 0, "what is in the trash is deleted for good");
    profile.run(&["show", &ids[0]]).refused(1);
    changed(&["folder", "delete", "Bills"]);
    assert!(profile.run(&["list", "Bills"]).refused(1).contains("Bills"));
    assert!(profile.run(&["move", &ids[1], "--to", "Nowhere"]).refused(1).contains("Nowhere"));
}
