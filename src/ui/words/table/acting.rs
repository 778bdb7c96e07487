//! Selecting messages and acting on them; folders.

macro_rules! acting {
    ($next:ident $($more:ident)*; $($rows:tt)*) => {
        $next! { $($more)*; $($rows)*
            // Several messages
            SelectedCount => "{count} messages selected", "{count} 件を選択中";
            SelectedHint => "What you choose is done with all of them. Escape goes back to one.", "選んだ操作は、そのすべてに行われます。Escで一件に戻ります。";
            DragCount => "{count} messages", "メール {count} 件";

            // What is done with them
            ActArchive => "Move to the archive", "保管に移す";
            ActDelete => "Delete", "削除";
            ActDeleteForGood => "Delete for good", "完全に削除";
            ActJunk => "Mark as junk", "迷惑メールにする";
            ActNotJunk => "This is not junk", "迷惑メールではない";
            ActMove => "Move to a folder", "フォルダーに移す";
            ActCopy => "Copy to a folder", "フォルダーにコピー";
            ActRead => "Mark as read", "既読にする";
            ActUnread => "Mark as unread", "未読にする";
            ActStar => "Add a star", "スターを付ける";
            ActUnstar => "Remove the star", "スターを外す";
            StarOf => "Star {subject}", "スター {subject}";
            Starred => "With a star", "スター付き";

            ActUndo => "Undo", "元に戻す";

            PurgeTitle => "Delete for good ({count})", "完全に削除（{count} 件）";
            PurgeHint => "Messages that are deleted from the trash are gone, here and on the server.", "ごみ箱から削除したメールは、サーバーのものを含めて失われます。";

            // Where to
            MoveTitle => "Move to a folder ({count})", "フォルダーに移す（{count} 件）";
            CopyTitle => "Copy to a folder ({count})", "フォルダーにコピー（{count} 件）";
            FilterFolders => "Name of the folder, or a part of it", "フォルダー名、またはその一部";
            NoSuchFolder => "No folder has this name.", "この名前のフォルダーはありません。";

            // New mail
            News => "New mail", "新着メール";
            NewsOn => "Say on the desktop that mail came", "新着をデスクトップに知らせる";
            NewsOnHint => "A notice says how many messages came, and for which account.", "件数とアカウントだけを知らせます。";
            NewsNames => "Name sender and subject in it", "差出人と件名も知らせる";
            NewsNamesHint => "Others who see this screen can read them, and the desktop may keep them. The subject of an encrypted message is never named.", "画面を見るほかの人にも読め、デスクトップに記録が残ることがあります。暗号化されたメールの件名は知らせません。";
            NewsUnheard => "The last notice could not be shown. This desktop has no service that shows notices.", "前回の通知は表示できませんでした。このデスクトップには通知を表示するサービスがありません。";
            NewsOne => "New message", "新着メール";
            NewsSeveral => "{count} new messages", "新着メール {count} 件";
            NewsEncrypted => "Encrypted message", "暗号化されたメール";

            // Folders
            FolderNew => "New folder", "新しいフォルダー";
            FolderNewBelow => "New folder in this one", "この中に新しいフォルダー";
            FolderRename => "Rename", "名前を変更";
            FolderDelete => "Delete folder", "フォルダーを削除";
            FolderDeleteTitle => "Delete {name} and everything in it", "{name} を中身ごと削除";
            FolderDeleteHint => "{count} messages are deleted with it, here and on the server. This can't be taken back.", "中のメール {count} 件も、サーバーのものを含めて削除されます。元に戻せません。";
            FolderName => "Name", "名前";
            FolderAllRead => "Mark all as read", "すべて既読にする";
            FolderMake => "Make the folder", "フォルダーを作る";
            DoneAllRead => "Marked as read: {subject}", "既読にしました：{subject}件";
        }
    };
}
