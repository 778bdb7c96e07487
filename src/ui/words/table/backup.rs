//! Backups, the recovery sheet, and the first three screens.

macro_rules! backup {
    ($next:ident $($more:ident)*; $($rows:tt)*) => {
        $next! { $($more)*; $($rows)*
            // The first three screens
            FirstStep => "Step {number} of 3", "ステップ {number}／3";
            FirstWhoHint => "Your name and address go into your keys, so that others know whose they are.", "名前とアドレスが鍵に入り、だれの鍵か伝わります。";
            FirstWho => "Who are you", "お名前とアドレス";
            Continue => "Continue", "次へ";
            GoBack => "Back", "戻る";
            FirstKeys => "Your two keys", "二つの鍵";
            FirstKeysHint => "With them you seal your mail, and others encrypt for you, whichever of the two they use. They stay on this computer, encrypted.", "メールに封印し、相手はあなたあてに暗号化します。どちらの方式の人ともやり取りでき、鍵はこのコンピューターの中で暗号化されています。";
            KeyForOpenPgp => "For OpenPGP", "OpenPGP用";
            KeyForSmime => "For S/MIME", "S/MIME用";
            KeyForOpenPgpHint => "People vouch for each other.", "人どうしで保証し合います。";
            KeyForSmimeHint => "Authorities vouch for people.", "認証局が人を保証します。";
            MakeBothKeys => "Make both keys", "二つの鍵を作る";
            MakingKeys => "Making your keys", "鍵を作っています";
            HaveKeys => "Do you have keys already?", "すでに鍵をお持ちなら";
            RestoreBackup => "Restore a backup", "バックアップから復元";
            ImportInstead => "Import them", "鍵を読み込む";
            FirstBackup => "So that nothing is lost", "なくさないために";
            Finish => "Finish", "完了";
            Later => "Later", "あとで";

            // Making a backup
            BackupTitle => "Back up your keys", "鍵をバックアップ";
            BackupHint => "If this computer breaks, these twelve words and the backup file bring your keys back. Keep the two in different places.", "このコンピューターが壊れても、十二の言葉とバックアップがあれば鍵が戻ります。別々の場所に保管します。";
            RecoveryWords => "Recovery words", "復元の言葉";
            WordsNumber => "Number {id}", "番号 {id}";
            BackupFile => "Backup file", "バックアップのファイル";
            SheetFile => "Recovery sheet to print (PDF)", "印刷する復元シート（PDF）";
            SaveBackup => "Save backup", "バックアップを保存";
            SaveSheet => "Save sheet", "シートを保存";
            BackupSaved => "Saved, and opened again to try it", "保存し、開けることを確かめました";
            SheetSaved => "Saved. Print it, then delete the file", "保存しました。印刷したらファイルを消せます";
            CheckWords => "To check, enter two of the words from your paper", "確認のため、書き留めた言葉を二つ入れます";
            WordNumber => "Word {number}", "{number}番目の言葉";
            OwnPassphrase => "Use a passphrase of my own instead", "自分で決めたパスフレーズを使う";
            UseWords => "Use the recovery words", "復元の言葉を使う";
            OwnPassphraseHint => "At least {count} characters. Without it the backup opens for nobody.", "{count}文字以上です。忘れるとだれにも開けません。";
            BackupPassphrase => "Passphrase of the backup", "バックアップのパスフレーズ";
            NewWords => "New words", "新しい言葉にする";
            NewWordsHint => "If the sheet was lost or seen by others. Old backups still open with the old words.", "シートをなくしたり見られたりしたときに使います。前のバックアップは前の言葉で開きます。";

            // What is due
            NoBackup => "There is no backup of your keys yet. If this computer is lost, mail encrypted for you stays closed.", "鍵のバックアップがまだありません。コンピューターを失うと、あなたあてのメールが開けなくなります。";
            NewerKeys => "You have keys that are in no backup yet.", "まだバックアップにない鍵があります。";
            BackupDue => "No backup of your keys yet", "鍵のバックアップがまだありません";
            MakeBackup => "Back up now", "バックアップする";
            LastBackup => "Last backup {date}", "前回のバックアップ {date}";
            LastRehearsal => "tried {date}", "{date}に確認";
            NeverRehearsed => "never tried", "開くかは未確認";
            NewBackup => "New backup", "新しいバックアップ";

            // Trying and restoring
            TryBackup => "Try a backup", "バックアップを確かめる";
            TryHint => "The backup is really opened and compared with your keys. Nothing is changed.", "バックアップを実際に開き、今の鍵と比べます。何も変わりません。";
            TryNow => "Try it", "確かめる";
            RestoreHint => "A backup, or an Autocrypt Setup Message of another mail program. What is here stays; what is missing comes back.", "バックアップのほか、ほかのメールソフトのAutocrypt Setup Messageも使えます。今あるものは残り、足りないものが戻ります。";
            RestoreNow => "Restore", "復元する";
            WhatOpens => "Recovery words, passphrase or Setup Code", "復元の言葉、パスフレーズ、またはSetup Code";
            OrPicture => "Or a picture of the recovery sheet", "または復元シートの写真";
            SlipNear => "Word {number}, {word}, is not a recovery word. {near} may be meant.", "{number}番目の「{word}」は復元の言葉にありません。「{near}」かもしれません。";
            SlipUnknown => "Word {number}, {word}, is not a recovery word. Compare it with the sheet.", "{number}番目の「{word}」は復元の言葉にありません。シートと見比べてください。";
            SlipCount => "{count} of twelve words so far", "十二のうち{count}個";
            SlipChecksum => "Each is a recovery word, but they don't belong together. Two may have changed places.", "どれも復元の言葉ですが、組み合わせが合いません。順番の入れ違いかもしれません。";
            WordsFit => "The twelve words belong together.", "十二の言葉がそろいました。";
            TriedWell => "This backup of {date} opens, and every key of yours is in it.", "{date}のバックアップは開き、今の鍵がすべて入っています。";
            TriedLacking => "This backup of {date} opens, but not every key of yours is in it. Make a new one.", "{date}のバックアップは開きますが、入っていない鍵があります。新しく作れます。";
            KeyComplete => "in the backup, with the same secret", "同じ秘密鍵が入っています";
            KeyLockedInside => "in the backup, under its own passphrase", "鍵自身のパスフレーズで保護されて入っています";
            KeyDifferent => "in the backup with another secret", "別の秘密鍵が入っています";
            KeyMissing => "not in the backup", "入っていません";
            Restored => "Your keys are back.", "鍵が戻りました。";
            RestoredCounts => "New here {certificates} certificates and keys, {trust} decisions about trust, {accounts} accounts", "新しく加わったもの 証明書と鍵{certificates}個、信頼の判断{trust}件、アカウント{accounts}件";

            // Another device
            OtherDevice => "Move to another program", "ほかのソフトへ移す";
            SetupHint => "An Autocrypt Setup Message brings your OpenPGP key to another mail program. Mail it to yourself, open it there, and enter the code.", "Autocrypt Setup Messageで、OpenPGPの鍵をほかのメールソフトへ移せます。自分あてに送り、向こうで開いてコードを入れます。";
            SetupFile => "Message file", "メールのファイル";
            WriteSetup => "Write the message", "メールを書き出す";
            SetupCode => "Setup Code", "移行コード（Setup Code）";
            SetupCodeHint => "Note it now; it is not kept here. Never send it along with the message.", "今、書き留めます。ここには残りません。メールと一緒に送らないでください。";
            SetupSubject => "Autocrypt Setup Message", "Autocrypt Setup Message（鍵の移行）";
            SetupBody => "This message carries your OpenPGP key to another mail program that knows Autocrypt. Open the attachment there and enter the Setup Code that Kakitome showed you.\n\nDelete the message when the key has arrived.", "このメールで、OpenPGPの鍵をAutocrypt対応のほかのメールソフトへ移せます。添付ファイルを向こうで開き、Kakitomeが表示したSetup Codeを入れてください。\n\n移し終えたら、このメールを消してください。";

            // The recovery sheet
            SheetTitle => "Recovery sheet", "復元シート";
            SheetMade => "Kakitome, number {id}, {date}", "Kakitome　番号 {id}　{date}";
            SheetWhat => "These twelve words open the backup of your keys. With the words and the backup file your keys come back on any computer, and your mail can be read again.", "この十二の言葉で、鍵のバックアップが開きます。言葉とバックアップがあれば、どのコンピューターでも鍵が戻り、メールを読めるようになります。";
            SheetKeep => "Whoever has both can read your mail and seal in your name. Keep this sheet where your passport is, and the file somewhere else.", "両方を手にした人は、あなたのメールを読み、あなたの名で封印できます。シートはパスポートなどと一緒に、ファイルは別の場所に保管してください。";
            SheetHow => "How your keys come back", "鍵を戻すには";
            SheetSteps => "1. Install Kakitome, and on the second screen choose to restore a backup (later: under My keys).\n2. Choose the backup file. Its first lines name the number {id}.\n3. Enter the words, or choose a photograph of the square on this sheet.", "1. Kakitomeを入れ、二つ目の画面で「バックアップから復元」を選びます（後からは「自分の鍵」で）。\n2. バックアップのファイルを選びます。最初の数行に番号 {id} があります。\n3. 言葉を入れるか、このシートの四角い模様の写真を選びます。";
            SheetWithout => "Without Kakitome", "Kakitomeがないとき";
            SheetWithoutHint => "GnuPG and tar open it too, and in it lie ordinary key files. The passphrase is the twelve words with one space between two.\ngpg --decrypt kakitome-backup.pgp | tar -x", "GnuPGとtarでも開けます。中には普通の鍵ファイルがあります。パスフレーズは、十二の言葉を半角の空白一つで区切ったものです。\ngpg --decrypt kakitome-backup.pgp | tar -x";
            SheetKeys => "These keys come back", "戻る鍵";
            SheetPlace => "Where the backup file is", "バックアップの保管場所";

            // What goes on
            WorkBackup => "Backing up {subject}", "バックアップしています {subject}";
            WorkRehearse => "Trying the backup {subject}", "バックアップを確かめています {subject}";
            WorkRestore => "Restoring {subject}", "復元しています {subject}";
        }
    };
}
