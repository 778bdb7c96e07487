//! Searching.

macro_rules! searching {
    ($next:ident $($more:ident)*; $($rows:tt)*) => {
        $next! { $($more)*; $($rows)*
            // Searching
            WorkIndex => "Preparing the search: {subject} messages", "検索の準備をしています：{subject} 通";
            SearchDue => "{count} messages can't be found yet: the search is being prepared.", "まだ見つけられないメールが {count} 通あります。検索の準備をしています。";
            SearchMore => "The newest {shown} of {total}", "{total} 通のうち新しい {shown} 通";
            SearchUnknownField => "“{what}:” is not a field of the search; it counts as text.", "「{what}:」という検索項目はないので、文字として扱います。";
            SearchUnknownValue => "“{what}” is not known to the search; it counts as text.", "「{what}」は検索の条件ではないので、文字として扱います。";
            SearchNotADate => "“{what}” is not a date, such as 2026-11-28, 2026-11, today or 2w; it counts as text.", "「{what}」は日付（2026-11-28、2026-11、今日、2wなど）ではないので、文字として扱います。";
            SearchNotASize => "“{what}” is not a size, such as 500k or 5M; it counts as text.", "「{what}」は大きさ（500k、5Mなど）ではないので、文字として扱います。";
            SearchOpenQuotation => "The quotation has no end yet.", "引用符が閉じていません。";
            SearchParenthesis => "A parenthesis is missing.", "括弧の対応がとれていません。";
            SearchTooLong => "The search is too long; only its beginning counts.", "検索の言葉が多すぎるので、はじめの部分だけを使います。";
            SearchDecrypted => "Find words of encrypted mail", "暗号化メールの本文も検索する";
            SearchDecryptedHint => "The search index holds what was decrypted, and is encrypted itself, like the mailbox. Without it, encrypted mail is found by its sender and date.", "検索の索引に復号した本文が入りますが、索引も受信箱と同じように暗号化されています。切ると、暗号化メールは差出人と日付でだけ見つかります。";
        }
    };
}
