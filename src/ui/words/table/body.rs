//! The body of a message: pictures from the web, finding, selecting, size and colours, links.

macro_rules! body {
    ($next:ident $($more:ident)*; $($rows:tt)*) => {
        $next! { $($more)*; $($rows)*
            // Pictures from the web
            RemoteLoad => "Load pictures once", "今回だけ画像を読み込む";
            RemoteAlways => "Always for {address}", "{address} はいつも読み込む";
            RemoteNever => "Never", "読み込まない";
            RemoteNeverHint => "No message loads pictures from the web, and none asks. Settings can change this.", "どのメールでもWeb上の画像を読み込まず、たずねません。設定で変えられます。";
            RemoteForbidden => "Pictures from the web are never loaded in an encrypted message. They could carry its content away.", "暗号化されたメールでは、Web上の画像を読み込みません。内容が外へ漏れる道になるためです。";
            RemoteLoading => "Loading pictures from the web", "Web上の画像を読み込んでいます";
            RemoteLoaded => "Pictures from the web are shown. The sender can see that this was read.", "Web上の画像を表示しています。開封したことが差出人に伝わることがあります。";
            RemoteFailed => "{count} of them could not be loaded.", "うち {count} 件は読み込めませんでした。";
            RemoteUnencrypted => "{count} more would need a connection without encryption.", "ほかに {count} 件は暗号化されない接続しかないため、読み込みません。";
            RemoteOnlyUnencrypted => "Pictures from the web are offered without encryption only. They are not loaded.", "Web上の画像は暗号化されない接続でしか得られないため、読み込みません。";
            RemoteStop => "No longer for {address}", "{address} の読み込みをやめる";
            RemotePictures => "Pictures from the web", "Web上の画像";
            RemoteAsk => "Ask for each message", "メールごとにたずねる";
            RemoteSenders => "Loaded for these senders, when their seal or domain vouches for them", "封印かドメインで確認できたとき読み込む差出人";
            RemoteNobody => "No sender so far. The reading pane offers it.", "まだいません。メールを読む画面で選べます。";
            RemoteSettingHint => "They come over encrypted connections only, without cookies. The sender can see that and where a message was read.", "暗号化された接続だけを使い、Cookieは送りません。いつどこで読んだかが差出人に伝わることがあります。";
            // Finding, selecting, colours
            FindInMessage => "Find in the message", "メール内を検索";
            FindNext => "Next", "次へ";
            FindPrevious => "Previous", "前へ";
            FindClose => "Close the search", "検索を閉じる";
            FindCount => "{position} of {count}", "{count} 件中 {position} 件目";
            FindNothing => "Not found", "見つかりません";
            FindWorking => "Searching", "検索中";
            Copy => "Copy", "コピー";
            SelectAll => "Select all", "すべて選択";
            OriginalColours => "Original colours", "元の配色";
            AdaptedColours => "Dark colours", "暗い配色";
            // Links
            LinkUser => "“{words}” before the @ is a user name, not the host.", "@の前の「{words}」はユーザー名で、行き先の名前ではありません。";
            LinkUnusual => "The network writes this name as {words}.", "この名前は、ネットワークでは {words} と書かれます。";
            LinkLookAlike => "The letters of this name imitate another one. The network writes it as {words}.", "別の名前に似せた文字が使われています。ネットワークでは {words} と書かれます。";
            LinkNumber => "The host is given as a number instead of a name.", "行き先が名前でなく番号で書かれています。";
            LinkUnencrypted => "The connection is not encrypted. Others on the way can read along.", "接続は暗号化されません。途中で読まれることがあります。";
            LinkNotFollowed => "Links that begin with “{words}” are never followed from a message.", "「{words}」で始まるリンクは、メールからは開きません。";
            OpenLinkNever => "It stays closed.", "このリンクは開きません。";
            CopyAddress => "Copy address", "アドレスをコピー";
            WorkRemote => "Loading pictures from the web {subject}", "Web上の画像を読み込み中 {subject}";
        }
    };
}
