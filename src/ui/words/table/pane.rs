//! What the reading pane shows beside the text: files, invitations, the source, and what is printed.

macro_rules! pane {
    ($next:ident $($more:ident)*; $($rows:tt)*) => {
        $next! { $($more)*; $($rows)*
            // Files
            Files => "Files", "添付ファイル";
            FilesCount => "{count} files", "添付ファイル {count} 件";
            FilesMore => "Show all {count} files", "{count} 件すべてを表示";
            SaveAll => "Save all", "すべて保存";
            SaveAllTitle => "Save all files into a folder", "すべてのファイルをフォルダーに保存";
            OpenFile => "Open", "開く";
            OpenFileNamed => "Open {name}", "{name} を開く";
            PreviewNamed => "Look at {name}", "{name} を見る";
            SaveNamed => "Save {name}", "{name} を保存";
            FileAbout => "About opening {name}", "{name} を開くことについて";
            FileEncrypted => "encrypted", "暗号化されています";
            FileClear => "not encrypted", "暗号化されていません";
            FileSealed => "under the seal", "封印の内側";
            FileUnsealed => "outside the seal", "封印の外側";
            FileUnsigned => "no seal", "封印なし";
            FileDisagrees => "By its name or label this is a file of the kind {claimed}, but its content is of the kind {found}.", "名前や種類の表示では{claimed}ですが、中身は{found}です。";
            KindPicture => "picture", "画像";
            KindAudio => "sound", "音声";
            KindVideo => "video", "動画";
            KindText => "text", "テキスト";
            KindWeb => "web page", "Webページ";
            KindPdf => "PDF", "PDF文書";
            KindDocument => "document", "文書";
            KindSpreadsheet => "spreadsheet", "表計算";
            KindSlides => "slides", "スライド";
            KindArchive => "archive", "圧縮ファイル";
            KindProgram => "program", "プログラム";
            KindScript => "script", "スクリプト";
            KindDiskImage => "disk image", "ディスクイメージ";
            KindShortcut => "shortcut", "ショートカット";
            KindCalendar => "calendar", "予定";
            KindContact => "contact", "連絡先";
            KindMessage => "message", "メール";
            KindKey => "key or signature", "鍵または署名";
            KindFont => "font", "フォント";
            KindOther => "of another kind", "その他の種類";
            DangerProgram => "This is a program. If you open it, it can do anything on this computer that you can.", "プログラムです。開くと、このコンピューターであなたができることは何でもできてしまいます。";
            DangerScript => "This is a script, a program as text. If you open it, it can do anything on this computer that you can.", "スクリプト（文字で書かれたプログラム）です。開くと、あなたができることは何でもできてしまいます。";
            DangerDiskImage => "This is a disk image. Programs in it escape the checks for files from the net.", "ディスクイメージです。中のプログラムは、ネットから来たファイルの検査をすり抜けます。";
            DangerShortcut => "This is a shortcut. It leads to a place, or starts a program, that you can't see here.", "ショートカットです。ここでは見えない場所につながるか、プログラムを起動します。";
            DangerMacros => "This document holds macros, which are programs that run inside of it.", "マクロ（文書の中で動くプログラム）を含む文書です。";
            DangerArchiveHolds => "This archive holds a program, a script, a shortcut or a document with macros.", "圧縮ファイルの中に、プログラム、スクリプト、ショートカット、マクロ付き文書のいずれかがあります。";
            DangerArchiveLocked => "This archive is locked with a password, so nobody on the way could look into it for malicious files.", "パスワード付きの圧縮ファイルなので、途中で中身の検査ができていません。";
            DangerWeb => "This is a web page. Opened in a browser, it can imitate any site and tell its author that you opened it.", "Webページです。ブラウザーで開くと、ほかのサイトを装ったり、開いたことを作者に伝えたりできます。";
            OpenTitle => "Open this file", "このファイルを開く";
            OpenRefused => "Kakitome doesn't open it. Ask the sender by another way whether they sent it. You can still save it.", "Kakitome からは開けません。差出人が本当に送ったか、別の方法で確かめると確実です。保存はできます。";
            OpenAdvice => "If you did not expect it, ask the sender by another way first.", "心当たりがないときは、先に差出人へ別の方法で確かめると確実です。";
            OpenKnown => "I expected this file from this sender", "この差出人からこのファイルが届くことを知っていました";
            OpenAnyway => "Open it all the same", "それでも開く";
            OpenPlain => "It is opened with the program that your system uses for such files, as a copy that is removed when Kakitome ends.", "このコンピューターの既定のプログラムで開きます。開いた写しは Kakitome の終了時に消えます。";
            PreviewCut => "This is the beginning of the file. Save it to read all of it.", "ファイルの先頭だけを表示しています。保存すると全体を読めます。";
            PreviewFailed => "This picture can't be shown. It is damaged, too large, or of a kind that is not known here.", "この画像は表示できません。壊れているか、大きすぎるか、対応していない種類です。";
            PictureSize => "{width} × {height} pixels", "{width} × {height} ピクセル";

            // Plain text
            ShowQuoted => "Show {count} quoted lines", "引用{count}行を表示";
            HideQuoted => "Hide {count} quoted lines", "引用{count}行を隠す";

            // Invitations and contacts
            InvitationRequest => "You are invited", "予定への招待です";
            InvitationCancel => "This event is cancelled", "この予定は取り消されました";
            InvitationPublish => "An event", "予定のお知らせです";
            InvitationCounter => "Another time is proposed", "別の日時の提案です";
            InvitationOther => "A message about an event", "予定に関する連絡です";
            InvitationAccepted => "{name} accepts", "{name}さんは出席します";
            InvitationTentative => "{name} may come", "{name}さんは出席するかもしれません";
            InvitationDeclined => "{name} declines", "{name}さんは欠席します";
            InvitationDelegated => "{name} sends somebody else", "{name}さんは代理を立てます";
            InvitationReply => "{name} answers", "{name}さんからの返事です";
            When => "When", "日時";
            Where => "Where", "場所";
            Organizer => "Organizer", "主催者";
            Attendees => "Attendees", "参加者";
            Details => "Description", "説明";
            Repeated => "Repeats", "繰り返し";
            InZone => "{time} in {zone}", "{zone} では {time}";
            ZoneUnknown => "{time}, in a time zone called {zone} that is not known here", "{time}（「{zone}」という未知のタイムゾーン）";
            ZoneNone => "{time}, wherever you are", "{time}（どこでも現地時刻）";
            AnswerAccepted => "comes", "出席";
            AnswerTentative => "may come", "未定";
            AnswerDeclined => "doesn't come", "欠席";
            AnswerDelegated => "sends somebody", "代理";
            Optional => "optional", "任意";
            OrganizerElsewhere => "Who speaks here is not the sender of this message. Anyone can write an invitation or an answer in another's name.", "ここに名前のある人は、このメールの差出人ではありません。招待や返事は、ほかの人の名前でも書けます。";
            EventsMore => "{count} more events are in the file.", "ファイルにはほかに {count} 件の予定があります。";
            SaveIcs => "Save the event", "予定を保存";
            SaveVcf => "Save the contact", "連絡先を保存";
            EveryDay => "every day", "毎日";
            EveryDays => "every {count} days", "{count}日ごと";
            EveryWeek => "every week", "毎週";
            EveryWeeks => "every {count} weeks", "{count}週間ごと";
            EveryMonth => "every month", "毎月";
            EveryMonths => "every {count} months", "{count}か月ごと";
            EveryYear => "every year", "毎年";
            EveryYears => "every {count} years", "{count}年ごと";
            SeveralTimesADay => "several times a day", "1日に何回か";
            OnDays => "{often} on {days}", "{often}の{days}";
            TimesCount => "{count} times", "全{count}回";
            UntilDay => "until {day}", "{day}まで";
            WithExceptions => "with exceptions", "例外あり";
            TheNth => "the {nth} {day}", "第{nth}{day}";
            TheLast => "the last {day}", "最終{day}";
            MonthDay => "day {day}", "{day}日";
            LastMonthDay => "the last day", "末日";

            // Source
            SourceMessage => "As it came", "届いたまま";
            SourceOpened => "Opened, part {part}", "復号後（部分 {part}）";
            SourceFind => "Find in the source", "ソース内を検索";
            SourceNext => "Next", "次へ";
            SourceNone => "Not found", "見つかりません";
            SourceLine => "Line {line}", "{line} 行目";
            SourcePage => "Page {page} of {pages}", "{pages} 中 {page} ページ";
            PageBack => "Previous page", "前のページ";
            PageOn => "Next page", "次のページ";
            CopyAll => "Copy", "コピー";
            SaveSource => "Save as a file", "ファイルに保存";
            CopyTooLarge => "Too large to be copied. Save it as a file instead.", "大きすぎてコピーできません。ファイルに保存すると扱えます。";

            // Print
            Print => "Print to PDF", "PDFに印刷";
            PrintTitle => "Print to a PDF file", "PDFファイルに印刷";
            WorkPrint => "Printing {subject}", "印刷中 {subject}";
            Date => "Date", "日付";
            PageOf => "{page} / {pages}", "{page} / {pages} ページ";
            PrintedApart => "What follows does not have the protection that is named above.", "以下の部分には、上に書いた保護がありません。";
            PrintCut => "The message goes on; only its beginning is printed.", "メールは続きますが、途中までを印刷しています。";
        }
    };
}
