//! Whether a message arrived.

macro_rules! delivery {
    ($next:ident $($more:ident)*; $($rows:tt)*) => {
        $next! { $($more)*; $($rows)*
            DeliveryReport => "Report of a delivery", "配送の報告";
            DeliveryAbout => "About the message “{subject}”", "メール「{subject}」について";
            DeliveryNotOurs => "This report does not name a delivery of this program. Anybody can write such a message, so nothing was noted.", "このプログラムの送信を指していない報告です。だれでも書けるため、記録には反映していません。";
            DeliveryFailed => "Could not be delivered to {name}{why}", "{name} に届きませんでした{why}";
            DeliveryDelayed => "Not delivered to {name} yet{why}; the server goes on trying", "{name} にはまだ届いていません{why}。サーバーが再送を続けています";
            DeliveryDone => "Delivered to {name}{why}", "{name} に届きました{why}";
            DeliveryRelayed => "On its way to {name}; the next server sends no reports{why}", "{name} あてに中継されました。その先は報告されません{why}";
            StatusNoSuchAddress => ": there is no such address ({status})", "：そのアドレスはありません（{status}）";
            StatusNoSuchDomain => ": the domain was not found ({status})", "：ドメインが見つかりません（{status}）";
            StatusDisabled => ": the mailbox is switched off ({status})", "：メールボックスが停止しています（{status}）";
            StatusFull => ": the mailbox is full ({status})", "：メールボックスがいっぱいです（{status}）";
            StatusTooLarge => ": the message is too large there ({status})", "：メールが大きすぎます（{status}）";
            StatusNoAnswer => ": the server there did not answer ({status})", "：相手のサーバーが応答しません（{status}）";
            StatusExpired => ": it was tried for too long ({status})", "：再送の期限が過ぎました（{status}）";
            StatusPolicy => ": the server there refuses it by its rules ({status})", "：相手のサーバーの規則で拒まれました（{status}）";
            StatusOther => ": the server says no more than its code ({status})", "：理由はコードだけです（{status}）";
        }
    };
}
