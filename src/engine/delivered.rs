//! Reports of delivery that come back: they say something of a sent message only when they know the random name that the
//! delivery went out under. Anybody can write the rest.

use crate::domain::{EmailAddress, Envelope, RawMessage};
use crate::message::{self, DeliveryReport, Limits};
use crate::store::DeliveryRecord;

use super::Failure;
use super::profile::{Profile, store_failure};
use super::view::DeliveryView;
use super::worker::internal;

/// A report's header is no longer.
const HEADER: usize = 64 * 1024;

/// Notes that a delivery goes out; the name that reports are to call it.
pub(super) fn post(profile: &Profile, envelope: &Envelope, bytes: &RawMessage) -> Result<String, Failure> {
    let mut id = [0; 16];
    openssl::rand::rand_bytes(&mut id).map_err(|error| internal(&error.to_string()))?;
    let id = hex::encode(id);
    let header = RawMessage::new(head(bytes).to_vec());
    if let Some(message_id) = message::parse(&header, &Limits::default()).message_id {
        let (recipients, now) = (&envelope.recipients, jiff::Timestamp::now());
        profile.store.note_posted(&id, &message_id, recipients, now).map_err(store_failure)?;
    }
    Ok(id)
}

fn head(bytes: &[u8]) -> &[u8] {
    let end = bytes.windows(4).take(HEADER).position(|window| window == b"\r\n\r\n").map_or(HEADER, |at| at + 4);
    bytes.get(..end).unwrap_or(bytes)
}

/// A message that came is perhaps a report: what it says is noted, if it is about a message of ours.
pub(super) fn take(profile: &Profile, raw: &RawMessage) -> Result<(), Failure> {
    let Some((report, Some((message_id, recipients)))) = report(profile, raw)? else { return Ok(()) };
    for outcome in report.outcomes {
        let is_it = |one: &&EmailAddress| one.as_str().eq_ignore_ascii_case(&outcome.recipient);
        // Of whom it did not go to, a report says nothing to us.
        let Some(recipient) = recipients.iter().find(is_it) else { continue };
        let record = DeliveryRecord {
            recipient: recipient.to_string(),
            action: outcome.action.word().to_owned(),
            status: outcome.status,
            detail: outcome.detail,
            at: profile.now(),
        };
        profile.store.note_delivery(&message_id, &record).map_err(store_failure)?;
    }
    Ok(())
}

/// A report, and the delivery that it is about, if that was ours.
type Reported = (DeliveryReport, Option<(String, Vec<EmailAddress>)>);

fn report(profile: &Profile, raw: &RawMessage) -> Result<Option<Reported>, Failure> {
    let is_likely = head(raw).to_ascii_lowercase().windows(16).any(|window| window == b"multipart/report");
    if !is_likely {
        return Ok(None);
    }
    let Some(report) = message::parse(raw, &Limits::default()).delivery_report() else { return Ok(None) };
    let of = match &report.envelope_id {
        Some(id) => profile.store.posted(id).map_err(store_failure)?,
        None => None,
    };
    Ok(Some((report, of)))
}

/// What the reading pane shows: what the message reports, or what was reported of it.
pub(super) fn view(profile: &Profile, raw: &RawMessage) -> Result<DeliveryView, Failure> {
    if let Some((report, of)) = report(profile, raw)? {
        return Ok(DeliveryView { report: Some(report), is_ours: of.is_some(), ..DeliveryView::default() });
    }
    let header = RawMessage::new(head(raw).to_vec());
    let id = message::parse(&header, &Limits::default()).message_id;
    let known = id.map_or(Ok(Vec::new()), |id| profile.store.deliveries(&id)).map_err(store_failure)?;
    Ok(DeliveryView { known, ..DeliveryView::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report_of(id: &str, recipient: &str, action: &str) -> RawMessage {
        RawMessage::new(
            format!(
                "From: MAILER-DAEMON@mx.example.org\r\nTo: alice@example.test\r\nSubject: Undelivered\r\n\
                 Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nSorry.\r\n--b\r\n\
                 Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\nOriginal-Envelope-Id: {id}\r\n\r\n\
                 Final-Recipient: rfc822; {recipient}\r\nAction: {action}\r\nStatus: 5.2.2\r\n\
                 Diagnostic-Code: smtp; 552 mailbox full\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n\
                 Message-ID: <mine@example.test>\r\n\r\n--b--\r\n"
            )
            .into_bytes(),
        )
    }

    #[test]
    fn only_a_report_that_knows_the_random_name_says_something_of_a_sent_message() {
        let dir = tempfile::tempdir().unwrap();
        let profile = Profile::fleeting(dir.path(), None).unwrap();
        let address = |text: &str| EmailAddress::parse(text).unwrap();
        let recipients = vec![address("bob@example.test"), address("carol@example.test")];
        let envelope = Envelope { sender: address("alice@example.test"), recipients };
        let sent = RawMessage::new(b"Message-ID: <mine@example.test>\r\nSubject: x\r\n\r\nHello\r\n".to_vec());
        let id = post(&profile, &envelope, &sent).unwrap();
        assert!(id.len() == 32 && post(&profile, &envelope, &sent).unwrap() != id);

        // Whoever got the message knows its Message-ID, and not this name.
        let forged = report_of("00000000000000000000000000000000", "bob@example.test", "failed");
        take(&profile, &forged).unwrap();
        assert!(!view(&profile, &forged).unwrap().is_ours);
        // And a recipient who knows it can say nothing of others than it went to.
        take(&profile, &report_of(&id, "mallory@example.test", "failed")).unwrap();
        assert_eq!(view(&profile, &sent).unwrap().known, []);

        let known = || {
            let known = view(&profile, &sent).unwrap().known;
            known.into_iter().map(|one| (one.recipient, one.action, one.status)).collect::<Vec<_>>()
        };
        let told = |action: &str| vec![("bob@example.test".to_owned(), action.to_owned(), "5.2.2".to_owned())];
        for (action, is) in
            [("delayed", "delayed"), ("failed", "failed"), ("delayed", "failed"), ("delivered", "delivered")]
        {
            let report = report_of(&id, "Bob@Example.test", action);
            take(&profile, &report).unwrap();
            assert_eq!(known(), told(is), "{action}");
            let view = view(&profile, &report).unwrap();
            assert!(view.is_ours && view.known.is_empty());
            assert_eq!(view.report.unwrap().outcomes[0].detail, "552 mailbox full");
        }
    }
}
