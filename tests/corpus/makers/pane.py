"""Messages for what the reading pane does beside the text: an invitation, files that are not what they say, a long thread."""
from . import files
from .mime import attach, crlf, html, multipart, text

HANAKO = ("山田花子", "hanako@example.test")


def invitation(alice, organizer=HANAKO[1]):
    """A series in Tokyo, as Exchange writes it: the zone by the name that Windows gives it."""
    calendar = (
        "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nPRODID:Microsoft Exchange Server 2010\r\nVERSION:2.0\r\n"
        "BEGIN:VTIMEZONE\r\nTZID:Tokyo Standard Time\r\nBEGIN:STANDARD\r\nDTSTART:16010101T000000\r\nTZOFFSETFROM:+0900\r\nTZOFFSETTO:+0900\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
        f"BEGIN:VEVENT\r\nUID:pane-1@example.test\r\nDTSTAMP:20260915T090000Z\r\nORGANIZER;CN=山田花子:mailto:{organizer}\r\n"
        f"ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;CN=Alice:mailto:{alice}\r\n"
        "ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;CN=佐藤健:mailto:ken@example.test\r\n"
        "ATTENDEE;ROLE=OPT-PARTICIPANT;PARTSTAT=TENTATIVE;CN=Bob Baker:mailto:bob@example.test\r\n"
        "SUMMARY;LANGUAGE=ja-JP:秋の演奏会 打ち合わせ\r\nLOCATION:会議室A（3階）\r\n"
        "DESCRIPTION:議題\\n1. 曲目の確認\\n2. 会場の下見\\n3. ポスター\r\n"
        "DTSTART;TZID=Tokyo Standard Time:20261105T100000\r\nDTEND;TZID=Tokyo Standard Time:20261105T113000\r\n"
        "RRULE:FREQ=WEEKLY;UNTIL=20261217T010000Z;INTERVAL=2;BYDAY=TH\r\nSTATUS:CONFIRMED\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
    words = "打ち合わせのご案内です。\n\n日時：11月5日（木）10時から\n場所：会議室A\n"
    part = text(calendar, subtype="calendar", cte="base64", headers="")
    part = part.replace(b"text/calendar; charset=utf-8", b"text/calendar; charset=utf-8; method=REQUEST")
    return multipart("alternative", text(words), part)


def odd_files():
    """What a careful reader should be told before opening it."""
    macro = files._zip({"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>", "word/vbaProject.bin": "made by nobody"})
    program = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0\xb8" + bytes(400) + b"This is no program, it only begins like one.\r\n"
    return multipart(
        "mixed", text("Please look at the files. They are urgent.\n"),
        attach("invoice.pdf", program, "application/pdf"),
        attach("quarterly figures for the board, confidential draft, please do not forward.pdf.exe", program, "application/octet-stream"),
        attach("見積書.docx", macro, files.DOCX),
        attach("photos.zip", files._zip({"photo-1.jpg": "", "photo-2.jpg.js": "alert(1)"}), "application/zip"),
        attach("login.html", b"<!doctype html><title>Bank</title><form>", "text/html"),
        attach("payment.url", b"[InternetShortcut]\r\nURL=https://mallory.example.test/\r\n", "application/octet-stream"),
        attach("seal.png", files.png(), "image/png"),
        attach("notes.txt", crlf("メモ：来週の火曜日まで\n" * 40), "text/plain; charset=utf-8"),
        attach("dave.vcf", crlf("BEGIN:VCARD\nVERSION:3.0\nFN:Dave Doyle\nORG:Example Strings\nEMAIL:dave@example.test\nTEL:+44-20-0000-0000\nEND:VCARD\n"), "text/vcard"))


def thread():
    """An answer below a long quotation of several levels, with a signature."""
    older = "\n".join(f"> > {n}. point {n} of the list that we went through last week" for n in range(1, 19))
    return text(
        "Hello Alice,\n\nyes to all of it; see https://example.test/minutes and write to dave@example.test for the hall.\n\n"
        "On Monday, Carol Chen wrote:\n> Here is what I have so far.\n>\n> On Sunday, Alice Archer wrote:\n"
        f"{older}\n>\n> Is that complete?\n\nNearly. One more:\n\n> 4. point 4\n>> and what about the piano?\n\nIt stays.\n\nBob\n\n-- \nBob Baker\nExample Strings, 12 Harbour Lane\n")


def all_messages(alice):
    """(name, sender, subject, entity, note, what is expected) of each."""
    yield ("pane_invitation", HANAKO, "秋の演奏会 打ち合わせ", invitation(alice), "an invitation as Exchange writes it", {"text_contains": "打ち合わせのご案内"})
    yield ("pane_forged-invitation", ("Mallory Moss", "mallory@example.test"), "Invitation", invitation(alice), "the organizer is not the sender", {})
    yield ("pane_files", ("Mallory Moss", "mallory@example.test"), "Files", odd_files(), "files that are not what they say",
           {"files": ["invoice.pdf", "見積書.docx", "photos.zip", "login.html"]})
    yield ("pane_thread", ("Bob Baker", "bob@example.test"), "Re: Re: the list", thread(), "quotations of several levels", {"text_contains": "One more"})
