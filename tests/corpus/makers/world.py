"""Honest mail as other programs write it, in the charsets, containers and habits that are met."""
import binascii
import struct
import zlib

from . import files
from .mime import attach, crlf, fields, html, mail, multipart, rfc822, text

BOB, CAROL, ALICE = ("Bob Baker", "bob@example.test"), ("Carol Chen", "carol@example.test"), ("Alice Archer", "alice@example.test")
DATE = "Tue, 15 Sep 2026 18:00:00 +0900"


def _attribute(level, number, data):
    return struct.pack("<BII", level, number, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def _property(kind, number, value):
    return struct.pack("<HHII", kind, number, 1, len(value)) + value + bytes(-len(value) % 4)


def _unicode(number, value):
    return _property(0x1F, number, (value + "\0").encode("utf-16-le"))


def _properties(*all):
    return struct.pack("<I", len(all)) + b"".join(all)


def _literal_rtf(rtf):
    """LZFu in which every byte stands for itself, up to the reference that ends it (MS-OXRTFCP)."""
    data = b""
    for at in range(0, len(rtf) + 1, 8):
        piece = rtf[at:at + 8]
        end = struct.pack(">H", (207 + len(rtf)) % 4096 << 4) if len(piece) < 8 else b""
        data += bytes([1 << len(piece) if end else 0]) + piece + end
    checksum = zlib.crc32(data, 0xFFFFFFFF) ^ 0xFFFFFFFF
    return struct.pack("<II4sI", len(data) + 12, len(rtf), b"LZFu", checksum) + data


def _file(short, long, data, media_type):
    return (_attribute(2, 0x00069002, struct.pack("<HIHHI", 1, 0, 32, 32, 0)) + _attribute(2, 0x00018010, short + b"\0")
            + _attribute(2, 0x0006800F, data) + _attribute(2, 0x00069005, _properties(_unicode(0x3707, long), _unicode(0x370E, media_type))))


def tnef(*message, attachments=()):
    head = struct.pack("<IH", 0x223E9F78, 1) + _attribute(1, 0x00089006, struct.pack("<I", 0x10000)) + _attribute(1, 0x00069007, struct.pack("<II", 1252, 0))
    return head + _attribute(1, 0x00069003, _properties(*message)) + b"".join(attachments)


def winmail():
    rtf = (rb"{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0\fswiss Arial;}}{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 "
           rb"Dear Alice, the \b plan\b0  and the photo are attached.{\*\htmltag84 <br>}\htmlrtf\line\htmlrtf0 R\'e9gards, Bob\htmlrtf\par}\htmlrtf0{\*\htmltag72 </p>}}")
    return tnef(_unicode(0x001A, "IPM.Note"), _unicode(0x0037, "The plan"), _property(0x102, 0x1009, _literal_rtf(rtf)), attachments=[
        _file(b"PLAN~1.PDF", "計画 2026.pdf", files.pdf(), "application/pdf"), _file(b"photo.jpg", "photo.jpg", files.jpg(), "image/jpeg")])


def invitation():
    def named(kind, group, number, value):
        whole = _property(kind, 0x8001, value)
        return whole[:4] + struct.pack("<I12sII", group, bytes.fromhex("00000000c000000000000046"), 0, number) + (value if kind == 0x40 else whole[4:])

    def moment(seconds):
        return struct.pack("<Q", (11644473600 + seconds) * 10_000_000)
    return tnef(_unicode(0x001A, "IPM.Schedule.Meeting.Request"), _unicode(0x0037, "Autumn plans"), _unicode(0x0C1A, "Bob Baker"), _unicode(0x5D01, "bob@example.test"),
                named(0x40, 0x00062002, 0x820D, moment(1791853200)), named(0x40, 0x00062002, 0x820E, moment(1791856800)),
                named(0x1F, 0x00062002, 0x8208, "会議室 2\0".encode("utf-16-le")))


def raw(charset, content_type, body, subject=b"Tuesday", frm=b"Bob Baker <bob@example.test>"):
    head = b"Date: %s\r\nFrom: %s\r\nTo: Alice Archer <alice@example.test>\r\nSubject: %s\r\nMIME-Version: 1.0\r\n" % (DATE.encode(), frm, subject)
    kind = b"Content-Type: %s\r\nContent-Transfer-Encoding: 8bit\r\n" % content_type if content_type else b""
    return head + kind + b"\r\n" + (body.encode(charset) if charset else body)


def add(out):
    """`out.add` as in make."""
    hello = fields(BOB, CAROL, "Tuesday", DATE)
    out.add("world_winmail", multipart("mixed", text("Dear Alice, see the attachment.\n"), attach("winmail.dat", winmail(), "application/ms-tnef")),
            "what Outlook puts into winmail.dat: HTML in RTF, and two files", files=["winmail.dat", "計画 2026.pdf", "photo.jpg"])
    out.add("world_winmail_invitation", attach("winmail.dat", invitation(), "application/ms-tnef"), "a meeting that is in winmail.dat alone", files=["winmail.dat", "invite.ics"])
    flowed = text("Dear Alice, \nthis paragraph was written \nas one line.\n\n> A quotation \n> as well.\n\n-- \nBob\n").replace(b"us-ascii", b"us-ascii; format=flowed")
    out.add("world_flowed", flowed, "format=flowed", text_contains="this paragraph was written as one line.")
    delsp = text("会議は \n火曜日の \n十時です。\n", charset="iso-2022-jp").replace(b"iso-2022-jp", b"iso-2022-jp; format=flowed; delsp=yes")
    out.add("world_flowed_japanese", delsp, "format=flowed with DelSp, Japanese", text_contains="会議は火曜日の十時です。")
    inner = multipart("mixed", html("<p>Hello <b>Carol</b>,</p>"), attach("notes.txt", b"notes\r\n", "text/plain"))
    out.add("world_forwarded", multipart("mixed", text("See below.\n"), rfc822(mail(hello, inner))), "a message passed on, with HTML and a file", files=["notes.txt"], text_contains="Hello Carol")
    digest = multipart("digest", b"\r\n" + mail(hello, text("The first.\n")), b"\r\n" + mail(hello, text("The second.\n")))
    out.add("world_digest", digest, "a digest of a mailing list", text_contains="The second.")
    status = crlf("Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.test\n\nFinal-Recipient: rfc822; dave@example.test\nAction: failed\nStatus: 5.1.1\n")
    back = crlf("Content-Type: text/rfc822-headers\n\nFrom: Alice Archer <alice@example.test>\nTo: dave@example.test\nSubject: Tuesday\nReceived: from nowhere\n")
    out.add("world_bounce", multipart("report", text("Your message could not be delivered.\n"), status, back, params="; report-type=delivery-status"),
            "a message that came back", text_contains="Status: 5.1.1")
    coded = b"begin 644 hello.txt\n" + binascii.b2a_uu(b"hello world", backtick=True) + b"`\nend\n"
    out.add("world_uuencoded", text("Here it is:\n" + coded.decode() + "Bob\n"), "a file in the way of before MIME", files=["hello.txt"], text_contains="Here it is:")
    apple = multipart("mixed", text("Before the picture.\n"), attach("seal.png", files.png(), "image/png", "inline"), text("After the picture.\n"))
    out.add("world_apple_mixed", apple, "text, a picture, text", text_contains="After the picture.")
    signed = text("The first part.\n")
    cut = multipart("mixed", signed, text("The last part.\n"))
    out.add("world_no_end", cut[:cut.rindex(b"--=_")], "a multipart without its end", text_contains="The last part.")
    russian = "Добрый день! Напоминаем, что собрание состоится во вторник в десять часов.\r\n"
    out.add("world_koi8_without_label", None, "KOI8-R that nobody declares", raw=raw("koi8-r", b"text/plain", russian), text_contains="собрание состоится")
    out.add("world_chinese_gb18030", None, "GB18030, and a raw subject in it", raw=raw("gb18030", b"text/plain; charset=gb18030", "会议定于星期二。㐀\r\n", "会议".encode("gb18030")), subject="会议", text_contains="㐀")
    out.add("world_korean", None, "EUC-KR with characters of cp949", raw=raw("cp949", b"text/plain; charset=ks_c_5601-1987", "회의는 화요일입니다. 똠방\r\n"), text_contains="똠방")
    out.add("world_utf7", None, "UTF-7, which is never decoded", raw=raw(None, b"text/plain; charset=utf-7", b"+ZeVnLIqe-\r\n"), text_contains="+ZeVnLIqe-")
    out.add("world_wrong_label", None, "UTF-8 that is labelled ISO-8859-1", raw=raw("utf-8", b"text/plain; charset=iso-8859-1", "会議は火曜日です。\r\n"), text_contains="会議は火曜日です。")
    au = b"\x1b$B2q5DEvF|!*v`\x1b(B\r\n"
    out.add("world_au_symbols", None, "a symbol of an au telephone in ISO-2022-JP", raw=raw(None, b"text/plain; charset=iso-2022-jp", au))
    pieces = b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment;\r\n filename*0*=iso-2022-jp''%1B%24B8%2B;\r\n filename*1*=%40Q%3Dq%1B%28B.pdf\r\n\r\nJVBERi0=\r\n"
    out.add("world_split_name", multipart("mixed", text("The quotation.\n"), pieces), "a file name in pieces of RFC 2231 that cut a character", files=["見積書.pdf"])
    words = b"=?iso-2022-jp?B?GyRCMnE1RBsoQg==?=.txt"
    out.add("world_name_in_words", multipart("mixed", text("The minutes.\n"), b"Content-Type: text/plain; name=\"" + words + b"\"\r\nContent-Disposition: attachment; filename=\"" + words + b"\"\r\n\r\nminutes\r\n"),
            "a file name in encoded-words", files=["会議.txt"])
    out.add("world_partial", crlf("Content-Type: message/partial; id=\"x@example.test\"; number=1; total=3\n\nSubject: long\n\nThe first piece.\n"), "one piece of a message", text_contains="The first piece.")
    out.add("world_external", crlf("Content-Type: message/external-body; access-type=URL;\n URL=\"https://example.test/plan.pdf\"\n\nContent-Type: application/pdf\n\n"), "a pointer to a file", text_contains="https://example.test/plan.pdf")
    out.add("world_base64_that_is_none", crlf("Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\nDear Alice, see you on Tuesday.\n"), "text that is labelled base64 and is none", text_contains="see you on Tuesday")
