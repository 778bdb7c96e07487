//! What is done with messages.

macro_rules! mail {
    ($next:ident $($more:ident)*; $($rows:tt)*) => {
        $next! { $($more)*; $($rows)*
            DoneMoved => "Moved: {subject}. Ctrl+Z takes it back.", "移動しました：{subject}件。Ctrl+Zで元に戻せます。";
            DoneCopied => "Copied: {subject}", "コピーしました：{subject}件";
            DoneArchived => "Archived: {subject}. Ctrl+Z takes it back.", "アーカイブしました：{subject}件。Ctrl+Zで元に戻せます。";
            DoneSpam => "Moved to junk: {subject}. Ctrl+Z takes it back.", "迷惑メールに移しました：{subject}件。Ctrl+Zで元に戻せます。";
            DoneNotSpam => "Moved back to the inbox: {subject}", "受信箱に戻しました：{subject}件";
            DoneDeleted => "Deleted: {subject}. Ctrl+Z takes it back.", "削除しました：{subject}件。Ctrl+Zで元に戻せます。";
            TooLargeHere => "Messages over 256 MB, which stay on the server: {count}. Another program or the provider's website may show them.", "256MBを超えるメールが{count}件あり、サーバーに残しています。ほかのメールソフトや提供元のWebメールなら読めることがあります。";
            WorkChangeMail => "Filing messages", "メールを整理中";
            DoneUndone => "Taken back: {subject}", "元に戻しました：{subject}件";
        }
    };
}
