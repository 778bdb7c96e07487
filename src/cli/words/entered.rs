//! What is wrong with something that was given.

/// By the code of the engine; `None` where it says no more than that something is wrong.
pub(crate) fn sentences(source: &str) -> Option<(&'static str, &'static str)> {
    Some(match source {
        "rule_query" => (
            "the search does not understand all of this, so no rule was kept; correct the query",
            "検索の書き方に解釈できないところがあるため、ルールは保存していません。検索条件を直せます",
        ),
        "rule_folder_gone" => (
            "the folder of this rule is gone; choose another one",
            "このルールの移動先のフォルダーがありません。別のフォルダーを選べます",
        ),
        "rule_tag_gone" => (
            "the tag that this rule sets was deleted; add the rule again with another tag",
            "このルールが付けるタグは削除されています。別のタグでルールを作り直せます",
        ),
        "tag_exists" => {
            ("another tag has this name; choose another one", "同じ名前のタグがあります。別の名前を付けられます")
        }
        "name_taken" => (
            "another search that is kept has this name; choose another one",
            "同じ名前で保存した検索があります。別の名前を付けられます",
        ),
        "bad_name" | "bad_tag_name" => {
            ("this can't be a name; choose another one", "名前として使えません。別の名前を付けられます")
        }
        _ => return None,
    })
}
