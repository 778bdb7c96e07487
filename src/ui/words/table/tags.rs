//! Tags, and searches that are kept.

macro_rules! tags {
    ($next:ident $($more:ident)*; $($rows:tt)*) => {
        $next! { $($more)*; $($rows)*
            // Tags
            Tags => "Tags", "タグ";
            TagsOf => "Tag this message", "このメールのタグ";
            TagsHint => "1 to 9 sets or clears a tag, 0 clears all, T opens this. Tags go along to the mail server, and Thunderbird shows the same ones.", "1〜9でタグを付け外し、0ですべて外し、Tでこの画面を開きます。タグはメールサーバーにも付き、Thunderbirdでも同じタグになります。";
            TagsLocal => "The server of {address} takes no new keywords, so tags of its messages stay on this computer.", "{address} のサーバーは新しいキーワードを受け付けないため、このアカウントのタグはこのコンピューターにだけ残ります。";
            TagsManage => "Names and colours of tags", "タグの名前と色";
            TagImportant => "Important", "重要";
            TagWork => "Work", "仕事";
            TagPersonal => "Personal", "プライベート";
            TagToDo => "To do", "やること";
            TagLater => "Later", "後で";
            TagNew => "New tag", "新しいタグ";
            TagName => "Name of the tag", "タグの名前";
            TagCreate => "Create", "作成";
            TagChange => "Change {name}", "{name} を変更";
            TagRemove => "Delete {name}", "{name} を削除";
            TagRemoveTitle => "Delete the tag “{name}”?", "タグ「{name}」を削除しますか";
            TagRemoveHint => "It is taken off every message, here and on the mail server. The messages stay.", "手元とサーバーのすべてのメールから外れます。メールはそのまま残ります。";
            TagRemoveRules => "These rules set it and are switched off: {names}", "このタグを付ける次のルールはオフになります：{names}";
            TagRemoveYes => "Delete tag", "タグを削除";
            TagTaken => "Another tag has this name.", "同じ名前のタグがあります。";
            TagColour => "Colour {colour}", "色 {colour}";
            TagRose => "Rose", "梅色";
            TagAmber => "Amber", "琥珀色";
            TagGreen => "Green", "松葉色";
            TagBlue => "Blue", "藍色";
            TagViolet => "Violet", "藤色";
            TagTeal => "Teal", "浅葱色";
            TagBrown => "Brown", "茶色";
            TagGrey => "Grey", "鼠色";
            KeepChange => "Save", "保存";
            DoneTagRemoved => "The tag was deleted and taken off: {subject}", "タグを削除して外しました：{subject}件";
            WrongTagName => "Another tag has this name{subject}.", "同じ名前のタグがあります{subject}。";
            WrongSearchName => "Another search that is kept has this name{subject}.", "同じ名前で保存した検索があります{subject}。";
            WrongName => "This can't be a name{subject}.", "名前として使えません{subject}。";
            WrongNameNow => "Choose another name, then save again.", "別の名前にすると保存できます。";
            // Searches that are kept
            SavedSearches => "Searches", "保存した検索";
            SaveSearch => "Save this search", "この検索を保存";
            SaveSearchTitle => "Save this search", "この検索を保存";
            SaveSearchHint => "It stands below your folders and always shows what it finds at the moment.", "フォルダーの下に並び、いつもその時点で見つかるメールを表示します。";
            SavedName => "Name of the search", "検索の名前";
            SavedOpen => "Saved as “{name}”", "「{name}」として保存済み";
            RenameSearch => "Rename", "名前を変更";
            RenameSearchTitle => "Rename this search", "検索の名前を変更";
            RemoveSearch => "Remove search", "検索を削除";
            RemoveSearchTitle => "Remove the search “{name}”?", "検索「{name}」を削除しますか";
            RemoveSearchHint => "The messages that it finds stay where they are.", "見つかるメールは、そのまま残ります。";
        }
    };
}
