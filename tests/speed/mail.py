"""Mail as a mailbox of our days has it, the same at every run: what `tests/bench` assesses and its peers parse."""
import base64
import random

from makers import mime

WORDS = ("the of and to in is that for it as was with be by on not he this are at from have which you they were her "
         "registered letter archive invoice meeting schedule report update question answer release version patch "
         "please thanks regards attached tomorrow delivery customer order number price details").split()
PHRASES = ("いつもお世話になっております。", "書留の請求書①をお送りします。", "ご確認のほど、よろしくお願いいたします。",
           "会議の日程を変更いたしました。", "㈱髙橋商店の見積もりを添付します。", "ﾃｽﾄの結果は問題ありませんでした。",
           "お手数ですが、折り返しご連絡ください。", "来週の火曜日、午後三時でいかがでしょうか。")
PEOPLE = [("Bob Baker", "bob@example.test"), ("Carol Cook", "carol@example.org"), ("山田 花子", "hanako@example.co.jp"),
          ("髙橋 一郎", "ichiro@example.ne.jp"), ("\"Baker, Bob\" via users"[1:-1], "users@lists.example.org")]
ALICE = ("Alice Archer", "alice@example.test")


class Writer:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def base64(self, length):
        return base64.b64encode(self.random.randbytes(length)).decode()

    def prose(self, size):
        """English paragraphs of about so many bytes, some of it quoted."""
        lines, length = [], 0
        while length < size:
            quoted = "> " if self.random.random() < 0.2 else ""
            for _ in range(self.random.randint(1, 6)):
                line = quoted + " ".join(self.random.choices(WORDS, k=11))
                lines.append(line)
                length += len(line)
            lines.append("")
        return "\n".join(lines) + "\n-- \nBob Baker\nhttps://www.example.org/~bob/\n"

    def japanese(self, size):
        """Japanese of about so many characters."""
        lines, length = [], 0
        while length < size:
            line = "".join(self.random.choices(PHRASES, k=self.random.randint(1, 2)))
            lines.append(line)
            length += len(line)
        return "\n".join(lines) + "\n\n山田 花子\n"

    def newsletter(self, size, japanese):
        """A newsletter as senders' tools write them: tables in tables, styles in every tag, counted links."""
        words = self.japanese if japanese else self.prose
        rows, length = [], 0
        while length < size:
            link = f"https://click.example.com/c/{self.base64(48).replace('/', '_').replace('+', '-')}?utm_source=news&amp;utm_medium=email"
            row = (f'<tr><td align="center" valign="top" style="padding:0 24px 16px 24px;font-family:Helvetica,Arial,sans-serif;font-size:16px;line-height:24px;color:#333333">\n'
                   f'<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td width="200" style="padding-right:16px">'
                   f'<a href="{link}" target="_blank" style="color:#0066cc;text-decoration:none"><img src="https://img.example.com/{self.random.randint(1, 9999)}.png" width="200" height="120" alt="Item&nbsp;{length}" style="display:block;border:0"></a></td>\n'
                   f'<td style="font-size:14px;line-height:20px"><h3 style="margin:0 0 8px 0">Offer &amp; more &#8212; {length}</h3><p style="margin:0">{words(120).split("-- ")[0]}</p>'
                   f'<a href="{link}" style="color:#0066cc">Read more &raquo;</a></td></tr></table>\n</td></tr>\n')
            rows.append(row)
            length += len(row)
        style = "".join(f".c{n}{{padding:{n}px;color:#{n:03d}{n:03d}}}\n" for n in range(60))
        return (f'<!DOCTYPE html>\n<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><title>News</title>\n<style type="text/css">\n{style}'
                f'@media only screen and (max-width:480px){{table[class=w]{{width:100%!important}}}}\n</style></head>\n<body style="margin:0;padding:0;background-color:#f4f4f4">'
                f'<div style="display:none;max-height:0;overflow:hidden">This week: everything new&nbsp;&zwnj;</div>\n<table width="600" align="center">\n{"".join(rows)}</table>\n'
                '<p style="font-size:11px">You get this because you asked for it. <a href="https://click.example.com/u/123">Unsubscribe</a></p></body></html>\n')

    def way(self, domain):
        """What servers on the way write at the top of a message."""
        out = [("Return-Path", f"<bounce-{self.random.randint(10 ** 8, 10 ** 9)}@{domain}>"), ("Delivered-To", "alice@example.test")]
        for hop in range(self.random.randint(2, 4)):
            out.append(("Received", f"from mx{hop}.{domain} (mx{hop}.{domain} [192.0.2.{hop + 1}])\r\n\tby mail{hop}.example.test (Postfix) with ESMTPS id {self.random.randbytes(6).hex().upper()}\r\n"
                        "\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))\r\n\tfor <alice@example.test>; Tue, 15 Sep 2026 18:00:0" + str(hop) + " +0900 (JST)"))
        out.append(("Authentication-Results", f"mail.example.test;\r\n\tdkim=pass (2048-bit key) header.d={domain} header.i=@{domain} header.b=AbCdEfGh;\r\n\tspf=pass smtp.mailfrom={domain};\r\n\tdmarc=pass (policy=reject) header.from={domain}"))
        signature = "\r\n\t ".join(self.base64(48) for _ in range(5))
        out.append(("DKIM-Signature", f"v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s=s2026;\r\n\tt=1789462800; h=from:to:subject:date:message-id:list-unsubscribe:\r\n\t mime-version:content-type; bh={self.base64(32)};\r\n\tb={signature}"))
        return out

    def head(self, number, charset="utf-8", who=None, subject=None, more=()):
        who = who or self.random.choice(PEOPLE[:2])
        domain = who[1].rpartition("@")[2]
        subject = subject or " ".join(self.random.choices(WORDS, k=6))
        day = 1 + number % 28
        fields = mime.fields(who, [ALICE, ("Dave Dean", "dave@example.org")][:1 + number % 2], subject, f"{('Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun', 'Mon')[(day + 6) % 7]}, {day} Sep 2026 18:{number % 60:02}:00 +0900",
                             charset=charset, Message_ID=f"<{number}.{self.random.randbytes(8).hex()}@{domain}>")
        return self.way(domain) + fields + list(more)


def plain(writer, number):
    return mime.mail(writer.head(number), mime.text(writer.prose(writer.random.randint(500, 6_000))))


def jis(writer, number):
    head = writer.head(number, charset="iso-2022-jp", who=PEOPLE[2 + number % 2], subject=writer.japanese(20).split("\n")[0])
    return mime.mail(head, mime.text(writer.japanese(writer.random.randint(200, 1_500)), charset="iso-2022-jp"))


def utf8(writer, number):
    head = writer.head(number, who=PEOPLE[2 + number % 2], subject=writer.japanese(20).split("\n")[0])
    return mime.mail(head, mime.text(writer.japanese(writer.random.randint(200, 1_500)), cte=("base64", "8bit", "quoted-printable")[number % 3]))


def newsletter(writer, number):
    is_japanese = number % 3 == 0
    more = [("List-Unsubscribe", "<https://click.example.com/u/123>, <mailto:u-123@example.com>"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"), ("X-Campaign", writer.base64(60))]
    text = writer.japanese(600) if is_japanese else writer.prose(2_000)
    markup = writer.newsletter(writer.random.randint(8_000, 50_000), is_japanese)
    return mime.mail(writer.head(number, who=PEOPLE[number % 4], more=more), mime.multipart("alternative", mime.text(text), mime.html(markup, cte="quoted-printable")))


def mailing_list(writer, number):
    more = [("List-Id", "<users.lists.example.org>"), ("List-Post", "<mailto:users@lists.example.org>"), ("Precedence", "list"), ("In-Reply-To", f"<{number - 1}@example.org>"),
            ("References", "\r\n ".join(f"<{n}.{writer.random.randbytes(6).hex()}@example.org>" for n in range(number % 12 + 1)))]
    body = writer.prose(writer.random.randint(1_000, 8_000)) + "_______________________________________________\nusers mailing list\n"
    return mime.mail(writer.head(number, who=PEOPLE[4], subject="Re: [users] " + " ".join(writer.random.choices(WORDS, k=5)), more=more), mime.text(body))


def attached(writer, number):
    name, kind = [("invoice.pdf", "application/pdf"), ("photo.jpg", "image/jpeg"), ("請求書.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")][number % 3]
    data = writer.random.randbytes(writer.random.randint(20_000, 200_000))
    return mime.mail(writer.head(number), mime.multipart("mixed", mime.text(writer.prose(800)), mime.attach(name, data, kind)))


# Of a hundred messages: what most people's mail is.
KINDS = [(plain, 22), (mailing_list, 22), (jis, 14), (utf8, 14), (newsletter, 18), (attached, 10)]


def mixed(folder, count, seed=1):
    """Writes `count` messages into a folder; gives how many bytes they are."""
    writer = Writer(seed)
    plan = [make for make, share in KINDS for _ in range(share)]
    writer.random.shuffle(plan)
    size = 0
    for number in range(count):
        message = plan[number % len(plan)](writer, number)
        (folder / f"{number:05}.eml").write_bytes(message)
        size += len(message)
    return size
