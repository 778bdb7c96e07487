//! Conversations, and the inboxes of all accounts.

macro_rules! threads {
    ($next:ident $($more:ident)*; $($rows:tt)*) => {
        $next! { $($more)*; $($rows)*
            // Conversations
            ByConversation => "Group by conversation", "会話ごとにまとめる";
            OpenConversation => "Show the {count} messages of this conversation", "この会話のメール {count} 通を表示";
            CloseConversation => "Fold the {count} messages of this conversation", "この会話のメール {count} 通を畳む";
            ConversationSpoken => "conversation of {count} messages, {unread} unread, signs of the newest", "{count} 通の会話、未読 {unread} 通、印は最新のメールのもの";
            SignsOfNewest => "These signs are those of the newest message alone.", "この印は最新のメールだけのものです。";
            BrokenWithin => "One of the seals here doesn't match its message.", "封印と内容が一致しないメールを含みます。";
            ThreadPlace => "{place} of {count}", "{count} 通中 {place} 通目";
            ThreadBack => "Earlier message of the conversation", "会話の前のメール";
            ThreadOn => "Later message of the conversation", "会話の次のメール";
            WorkThread => "Sorting mail into conversations {subject}", "メールを会話ごとに整理中 {subject}";
            AllInboxes => "All inboxes", "すべての受信箱";
        }
    };
}
