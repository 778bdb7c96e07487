//! Conversations, and the inboxes of all accounts.

macro_rules! threads {
    ($next:ident $($more:ident)*; $($rows:tt)*) => {
        $next! { $($more)*; $($rows)*
            // Conversations
            ByConversation => "Group by conversation", "会話ごとにまとめる";
            OpenConversation => "Show the {count} messages of this conversation", "この会話のメール {count} 通を表示";
            CloseConversation => "Fold the {count} messages of this conversation", "この会話のメール {count} 通を畳む";
            ConversationSpoken => "conversation of {count} messages, {unread} unread, all with at least these signs", "{count} 通の会話、未読 {unread} 通、どれにも少なくともこの印";
            SignsOfAll => "Every message of this conversation has at least these signs.", "この会話のどのメールにも、少なくともこの印があります。";
            BrokenWithin => "One of the seals here doesn't match its message.", "封印と内容が一致しないメールを含みます。";
            ThreadPlace => "{place} of {count}", "{count} 通中 {place} 通目";
            ThreadBack => "Earlier message of the conversation", "会話の前のメール";
            ThreadOn => "Later message of the conversation", "会話の次のメール";
            WorkThread => "Sorting mail into conversations {subject}", "メールを会話ごとに整理中 {subject}";
            AllInboxes => "All inboxes", "すべての受信箱";
        }
    };
}
