//! What is kept: its room, its soundness, and what was repaired.

macro_rules! storage {
    ($next:ident $($more:ident)*; $($rows:tt)*) => {
        $next! { $($more)*; $($rows)*
            Storage => "Storage", "保存場所";
            StorageHint => "Everything is encrypted on this computer. Mail that a server still has can always be fetched again.", "すべてこのコンピューターに暗号化して保存しています。サーバーに残っているメールは、いつでも取り直せます。";
            StorageMail => "Mail", "メール";
            StorageSearch => "Search index", "検索の索引";
            StorageOther => "Lists, keys and the rest", "一覧・鍵・その他";
            StorageFree => "Free, given back by compacting", "空き（詰めると減ります）";
            StorageOld => "Damaged databases that were kept", "残してある壊れたデータベース";
            StorageTotal => "All", "合計";
            StorageCheck => "Check everything", "すべて確かめる";
            StorageCompact => "Compact", "詰める";
            StorageExport => "Export everything", "すべて書き出す";
            StorageForm => "Written as", "書き出す形式";
            StorageStop => "Stop", "中止";
            StorageStopped => "Stopped. Your mail is as it was.", "中止しました。メールは元のままです。";
            StorageDamaged => "Part of the database can't be read.", "データベースの一部が読めません。";
            StorageDamagedHint => "Repairing keeps everything that can be read, and fetches what the servers still have again. The damaged database stays beside the new one.", "修復すると、読める分をすべて残し、サーバーにあるメールを取り直します。壊れたデータベースも消さずに残します。";
            StorageRepair => "Repair", "修復する";
            StorageSound => "Everything is sound; {count} messages are as they came.", "異常はありません。{count}通が届いたときのままです。";
            StorageNearlySound => "Nothing is lost; {count} messages are as they came.", "失われたものはありません。{count}通が届いたときのままです。";
            StorageCompacted => "{size} given back; {now} are in use now.", "{size}空きました。いまの使用量は{now}です。";
            StorageExported => "{messages} messages of {folders} folders are in {to}.", "{folders}フォルダーの{messages}通を {to} に書き出しました。";
            StorageUnreadable => "{count} messages could not be read and are not among them.", "{count}通は読めなかったため含まれません。";
            StorageDiffering => "{count} messages are not what was stored. They were written as they are now.", "{count}通は保存したときと内容が違います。いまの内容のまま書き出しました。";
            StorageKeysElsewhere => "Your keys are not among them. A backup holds them, under your recovery words.", "鍵は含まれません。バックアップに、復元の言葉で守って入れられます。";
            StagePages => "Looking at every page of the database.", "データベースの全ページを確かめています。";
            StageStructure => "Looking whether everything leads where it should.", "つながりに食い違いがないか確かめています。";
            StageSources => "Comparing every message with what came.", "届いた内容とメールを照らし合わせています。";
            StageSearch => "Going through the search index.", "検索の索引を見ています。";
            StageCopy => "Writing the database anew, without gaps.", "すき間のないデータベースに書き直しています。";
            StageExport => "Writing messages.", "メールを書き出しています。";
            StageRepair => "Copying everything that can be read into a new database.", "読める分をすべて新しいデータベースへ写しています。";
            FoundPages => "{count} pages can't be read", "読めないページが{count}あります";
            FoundStructure => "The database contradicts itself in {count} places", "データベース内部に食い違いが{count}か所あります";
            FoundReferences => "{count} rows refer to something that is lost", "失われたものを指す行が{count}あります";
            FoundWithoutSource => "{count} messages have no text any more", "本文を失ったメールが{count}通あります";
            FoundSources => "{count} messages are not what came", "届いたときと内容が違うメールが{count}通あります";
            FoundUnused => "{count} texts belong to no message; compacting removes them", "どのメールのものでもない本文が{count}あり、詰めると消えます";
            FoundSearch => "The search index was damaged and is made anew", "検索の索引が壊れていたため、作り直しています";
            FoundStray => "{count} entries of the search index belong to nothing", "対応するメールのない索引の項目が{count}あります";
            FoundHeader => "The beginning of the database can't be read", "データベースの先頭が読めません";
            FoundTruncated => "The end of the database is missing", "データベースの末尾がありません";
            FoundMissing => "The database is gone", "データベースがありません";
            FoundNewest => "The newest changes can't be read", "最新の変更が読めません";
            FoundOther => "{count} other things", "その他 {count} 件";
            RepairedTitle => "Your mail was repaired", "メールを修復しました";
            RepairedHint => "The database was damaged. Everything that could be read is in a new one; the damaged one was kept.", "データベースが壊れていたため、読める分をすべて新しいものへ移しました。壊れたものも残してあります。";
            RepairedKept => "{count} messages are here.", "{count}通はそのままあります。";
            RepairedFetched => "{count} messages are fetched from their server again.", "{count}通をサーバーから取り直します。";
            RepairedUnplaced => "{count} messages lost their place and are in the folder Recovered.", "{count}通は元の場所が分からないため、Recovered フォルダーにあります。";
            RepairedUncertain => "{count} messages may have been sent already. The outbox asks you what to do.", "{count}通はもう送られたかもしれません。送信トレイで選べます。";
            RepairedDrafts => "{count} messages that waited to be sent are drafts again; they may have been sent.", "送信待ちだった{count}通を下書きに戻しました。送信済みかもしれません。";
            RepairedGone => "{count} messages are lost; no server has them.", "{count}通は失われました。サーバーにもありません。";
            RepairedKeys => "{count} of your keys can't be read any more. Your backup has them.", "自分の鍵のうち{count}個が読めなくなりました。バックアップから戻せます。";
            RepairedMayLackKeys => "Keys of yours may be missing. Compare with your backup.", "自分の鍵が欠けているかもしれません。バックアップと照らし合わせられます。";
            RepairedStale => "The newest changes before the damage may be missing.", "壊れる直前の変更が欠けているかもしれません。";
            RepairedNothing => "Nothing could be read. The profile begins empty.", "何も読めなかったため、空の状態から始まります。";
            ClosedTitle => "Your mail could not be opened", "メールを開けませんでした";
            UnrepairedTitle => "Your mail could not be repaired", "メールを修復できませんでした";
            UnrepairedHint => "Nothing was changed: the damaged database is where it was.", "何も変えていません。壊れたデータベースは元の場所にあります。";
            MissingTitle => "The database of your mail is gone", "メールのデータベースがありません";
            MissingHint => "If there is a copy of the profile's folder, close this window and put the copy back.", "プロファイルのフォルダーの写しがあるなら、この画面を閉じて元に戻せます。";
            MissingLost => "An empty profile fetches what the servers have, and a backup has your keys. What was only on this computer is lost.", "空の状態から始めると、サーバーのメールは取り直し、鍵はバックアップから戻せます。このコンピューターだけにあったものは失われます。";
            MissingBegin => "Begin empty", "空の状態から始める";
            RepairedSeen => "Go on", "続ける";
            RepairedRestore => "Restore a backup", "バックアップから戻す";
            RepairedDetail => "What was found", "見つかったもの";
            WorkCheck => "Checking what is kept", "保存内容を確認中";
            WorkCompact => "Compacting", "詰めています";
            WorkExportAll => "Exporting everything", "すべて書き出し中";
            WorkRepair => "Repairing", "修復中";
        }
    };
}
