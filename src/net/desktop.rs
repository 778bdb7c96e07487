//! Notices on the desktop: the notification service of the session's D-Bus (Desktop Notifications Specification 1.2).

use std::collections::HashMap;
use std::time::Duration;

use zbus::Connection;
use zbus::zvariant::Value;

use super::NetError;

const SERVICE: &str = "org.freedesktop.Notifications";
const OBJECT: &str = "/org/freedesktop/Notifications";
/// A service that does not answer by then is not waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// A notice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DesktopNotice {
    /// Its one line.
    pub summary: String,
    /// What stands below; plain text.
    pub body: String,
    /// The notice whose place it takes, by the number that it was given; 0 for none.
    pub replaces: u32,
}

/// Shows a notice about mail that came; gives its number.
///
/// # Errors
/// [`NetError::Unreachable`] when there is no bus, or nobody on it who shows notices.
pub async fn notify(notice: &DesktopNotice) -> Result<u32, NetError> {
    let unreachable = |detail: String| NetError::Unreachable { detail };
    match tokio::time::timeout(PATIENCE, ask(notice)).await {
        Ok(outcome) => outcome.map_err(|error| unreachable(error.to_string())),
        Err(error) => Err(unreachable(error.to_string())),
    }
}

async fn ask(notice: &DesktopNotice) -> zbus::Result<u32> {
    let bus = Connection::session().await?;
    let capabilities = bus.call_method(Some(SERVICE), OBJECT, Some(SERVICE), "GetCapabilities", &()).await?;
    let capabilities: Vec<String> = capabilities.body().deserialize()?;
    let is_markup = capabilities.iter().any(|one| one == "body-markup");
    let body = if is_markup { escape(&notice.body) } else { notice.body.clone() };
    let hints: HashMap<&str, Value<'_>> = HashMap::from([
        ("category", Value::from("email.arrived")),
        ("desktop-entry", Value::from("kakitome")),
        ("urgency", Value::from(1_u8)),
    ]);
    let actions: [&str; 0] = [];
    // The service decides for how long it is shown.
    let expires = -1_i32;
    let arguments =
        ("Kakitome", notice.replaces, "kakitome", notice.summary.as_str(), body.as_str(), &actions[..], hints, expires);
    let reply = bus.call_method(Some(SERVICE), OBJECT, Some(SERVICE), "Notify", &arguments).await?;
    reply.body().deserialize()
}

/// What others wrote is never markup.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_is_no_markup() {
        assert_eq!(escape("<b>A & B</b> &lt;"), "&lt;b&gt;A &amp; B&lt;/b&gt; &amp;lt;");
    }
}
