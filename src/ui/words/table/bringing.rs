//! Keys from other programs.

macro_rules! bringing {
    ($next:ident $($more:ident)*; $($rows:tt)*) => {
        $next! { $($more)*; $($rows)*
            // Keys from other programs
            BringTitle => "Bring keys from other programs", "ほかのプログラムの鍵を取り込む";
            BringHint => "Nothing is changed there. Whoever is trusted there is trusted here only if you say so.", "取り込み元は変更しません。そこでの信頼は、選んだときだけ引き継ぎます。";
            BringFromOthers => "From other programs", "ほかのプログラムから";
            BringLooking => "Looking for keys", "鍵を探しています";
            BringWorking => "Bringing keys", "鍵を取り込んでいます";
            BringNone => "No other program's keys were found", "ほかのプログラムの鍵は見つかりませんでした";
            BringNoneHint => "Choose a folder: the home of GnuPG, a profile of Thunderbird, or one with files that another program exported.", "フォルダを選べます。GnuPGのホーム、Thunderbirdのプロファイル、書き出したファイルの入ったフォルダのいずれかです。";
            BringFolder => "Choose folder", "フォルダを選ぶ";
            BringFile => "Choose file", "ファイルを選ぶ";
            BringCounts => "keys {keys}, certificates {certificates}", "鍵 {keys}、証明書 {certificates}";
            BringGnupg => "GnuPG (OpenPGP)", "GnuPGの鍵（OpenPGP）";
            BringGpgsm => "Kleopatra and gpgsm (S/MIME)", "Kleopatra・gpgsmの鍵（S/MIME）";
            BringThunderbird => "Thunderbird", "Thunderbirdの鍵";
            BringCertD => "Certificates shared by OpenPGP programs", "OpenPGPプログラムの共有証明書";
            BringToken => "Card or token: {name}", "カード・トークン（{name}）";
            BringFiles => "Files", "ファイル";
            BringSecrets => "Secret keys", "秘密鍵";
            BringCopy => "Copy here", "ここに写す";
            BringAgent => "Leave with GnuPG", "GnuPGに残して使う";
            BringPublic => "Certificates only", "証明書だけ";
            BringCopyHint => "Copies keep the passphrases that they have there.", "写した鍵のパスフレーズは、元のままです。";
            BringAgentHint => "OpenPGP keys stay where they are, on cards too, and GnuPG's agent uses them for you.", "OpenPGPの鍵は、カードのものも含めて元の場所に残り、GnuPGのエージェントが代わりに使います。";
            BringPublicHint => "You will be able to write to these people, and to open nothing more than now.", "この人たちに書けるようになります。開けるメールは今と変わりません。";
            BringTrust => "Take over whom I trust there", "そこでの信頼も引き継ぐ";
            BringTrustHint => "GnuPG's ultimate and full trust, its marginal trust by a third, roots of gpgsm, keys verified in Thunderbird.", "GnuPGの「究極」「完全」、3分の1として「多少」、gpgsmのルート、Thunderbirdで確認済みの鍵が対象です。";
            BringPassphrase => "Passphrase there, if there is one", "取り込み元のパスフレーズ（ある場合）";
            BringPreview => "Look first", "先に確かめる";
            Bring => "Bring keys", "取り込む";
            BringStop => "Stop", "中止";
            BringFinish => "Done", "完了";
            BringBack => "Back", "戻る";
            BringWould => "This is what would come", "取り込むとこうなります";
            BringDone => "This is what came", "取り込みました";
            BringSummary => "{new} new, {updated} updated, {known} known already, {stayed} left there", "新規 {new}、更新 {updated}、既知 {known}、残ったもの {stayed}";
            BringNew => "New", "新規";
            BringUpdated => "Updated", "更新";
            BringKnown => "Known already", "既知";
            BringOutside => "Secret key stays there", "秘密鍵は元の場所";
            BringTrusted => "Trusted there, and now here", "信頼を引き継ぎました";
            BringNotTrusted => "Trusted there, not here", "信頼は引き継いでいません";
            BringMore => "and {count} more", "ほか {count} 件";
            BringPin => "PIN of the card or token", "カード・トークンのPIN";
            BringPinHint => "It is tried once, and forgotten when the program ends.", "一度だけ試し、プログラムの終了時に忘れます。";
            BringUnlockToken => "Unlock", "解除";
            BringShare => "Share certificates with other OpenPGP programs", "証明書をほかのOpenPGPプログラムと共有する";
            BringShareHint => "Public parts only, in the folder that sq and others use ({folder}). Nothing is trusted for being there.", "公開部分だけを、sqなどが使うフォルダ（{folder}）で共有します。そこにあるだけでは信頼しません。";
            BringElsewhere => "From macOS, Windows or Outlook", "macOS・Windows・Outlookから";
            BringMacHint => "macOS: open Keychain Access, choose My Certificates, select your certificate, then File, Export Items, and save it as .p12.", "macOS：キーチェーンアクセスの「自分の証明書」で証明書を選び、「ファイル」→「書き出す」で .p12 に保存します。";
            BringWindowsHint => "Windows: run certmgr.msc, open Personal, Certificates, choose All Tasks, Export with the private key, and save it as .pfx. Certificates of others are under Other People.", "Windows：certmgr.msc の「個人」→「証明書」で「すべてのタスク」→「エクスポート」を選び、秘密キーごと .pfx に保存します。ほかの人の証明書は「ほかの人」にあります。";
            BringThunderbirdHint => "Thunderbird with an old key database: open Account Settings, End-To-End Encryption, Manage S/MIME Certificates, then Backup, and save it as .p12.", "古い形式のThunderbird：アカウント設定の「エンドツーエンド暗号化」→「S/MIME証明書を管理」→「バックアップ」で .p12 に保存します。";
        }
    };
}
