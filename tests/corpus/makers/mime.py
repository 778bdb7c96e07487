"""Mail as bytes, built line by line so that each message is exactly what its case needs."""
import base64
import re

_HEADER_ROOM = 45  # bytes of text in one encoded-word, so that it stays under 75 characters
# The IBM characters lie outside the 94 rows of JIS in code page 932; rows 89 to 92 hold NEC's copies of them.
_NEC_ROWS = {bytes([h, l]).decode("cp932", "ignore"): bytes([h, l]) for h in (0xED, 0xEE) for l in range(0x40, 0xFD) if l != 0x7F}


def crlf(text):
    """The canonical form: every line ends in CR LF."""
    if isinstance(text, str):
        text = text.encode()
    return re.sub(rb"\r?\n", b"\r\n", text)


def jis(text):
    """ISO-2022-JP as Japanese programs write it, with the NEC and IBM characters (row 13, rows 89 to 92)."""
    out, mode = b"", b"\x1b(B"
    for char in text:
        if ord(char) < 128:
            want, code = b"\x1b(B", char.encode()
        else:
            code = _NEC_ROWS.get(char) or char.encode("cp932")
            if len(code) == 1:  # half-width kana
                want, code = b"\x1b(I", bytes([code[0] & 0x7F])
            else:
                high, low = code
                high = (high - (0x71 if high < 0xA0 else 0xB1)) * 2 + 1
                low -= 1 if low > 0x7F else 0
                high, low = (high + 1, low - 0x7D) if low >= 0x9E else (high, low - 0x1F)
                want, code = b"\x1b$B", bytes([high, low])
        if want != mode:
            out, mode = out + want, want
        out += code
    return out + (b"\x1b(B" if mode != b"\x1b(B" else b"")


def encode(text, charset):
    return jis(text) if charset.lower() == "iso-2022-jp" else text.encode({"shift_jis": "cp932"}.get(charset.lower(), charset))


def word(text, charset="utf-8"):
    """RFC 2047 encoded-words, folded; plain when the text is ASCII."""
    if text.isascii():
        return text
    words, chunk = [], ""
    for char in text:
        if len(encode(chunk + char, charset)) > _HEADER_ROOM:
            words.append(chunk)
            chunk = ""
        chunk += char
    words.append(chunk)
    return "\r\n ".join(f"=?{charset.upper()}?B?{base64.b64encode(encode(w, charset)).decode()}?=" for w in words)


def mailbox(who, charset="utf-8"):
    """`(name, address)` or `address` as a header writes it."""
    if isinstance(who, str):
        return who
    name, address = who
    if name.isascii() and re.search(r"[@.,\"()<>]", name):
        name = '"' + name.replace('"', '\\"') + '"'
    return f"{word(name, charset)} <{address}>"


def _qp(data):
    lines = []
    for line in data.split(b"\n"):
        out = ""
        for i, byte in enumerate(line):
            char = chr(byte) if 33 <= byte <= 126 and byte != 61 or byte == 32 and i + 1 < len(line) else f"={byte:02X}"
            if i == 0 and char == "." or line[:5] == b"From " and i == 0:
                char = f"={byte:02X}"
            if len(out) + len(char) > 75:
                lines.append(out + "=")
                out = ""
            out += char
        lines.append(out)
    return "\r\n".join(lines).encode()


def _b64(data):
    text = base64.b64encode(data).decode()
    return "\r\n".join(text[i:i + 76] for i in range(0, len(text), 76)).encode()


def text(body, charset="utf-8", cte=None, subtype="plain", headers=""):
    """A text entity. 7bit where that is possible, quoted-printable or base64 where it is not."""
    data = encode(body.replace("\r\n", "\n"), charset)
    if cte is None:
        cte = "7bit" if data.isascii() and max(map(len, data.split(b"\n"))) < 900 else "base64" if subtype == "plain" and len(re.findall(rb"[\x80-\xff]", data)) * 3 > len(data) else "quoted-printable"
    coded = {"quoted-printable": _qp, "base64": lambda d: _b64(crlf(d)), "7bit": crlf, "8bit": crlf}[cte](data)
    label = "us-ascii" if charset == "utf-8" and data.isascii() else charset
    return crlf(f"Content-Type: text/{subtype}; charset={label}\nContent-Transfer-Encoding: {cte}\n{headers}\n") + coded + b"\r\n"


def html(body, **options):
    return text(body, subtype="html", **options)


def attach(name, data, media_type, disposition="attachment", content_id=None):
    """A file. Its name goes into both forms that are met (RFC 2231 and the encoded-word of older programs)."""
    if name.isascii():
        kind, place = f'{media_type}; name="{name}"', f'{disposition}; filename="{name}"'
    else:
        coded = "".join(f"%{b:02X}" if not chr(b).isalnum() or b > 127 else chr(b) for b in name.encode())
        kind, place = f'{media_type};\n name="{word(name)}"', f"{disposition};\n filename*=utf-8''{coded}"
    head = f"Content-Type: {kind}\nContent-Transfer-Encoding: base64\nContent-Disposition: {place}\n"
    if content_id:
        head += f"Content-ID: <{content_id}>\n"
    return crlf(head + "\n") + _b64(data) + b"\r\n"


_count = 0


def multipart(subtype, *parts, params="", boundary=None):
    global _count
    _count += 1
    boundary = boundary or f"=_{subtype[:3]}_{_count:04d}"
    head = f'Content-Type: multipart/{subtype}; boundary="{boundary}"{params}\n\n'
    out = crlf(head)
    for part in parts:
        out += b"--" + boundary.encode() + b"\r\n" + part + (b"" if part.endswith(b"\r\n") else b"\r\n")
    return out + b"--" + boundary.encode() + b"--\r\n"


def rfc822(message, name=None):
    place = f'Content-Disposition: attachment; filename="{name}"\n' if name else ""
    return crlf(f"Content-Type: message/rfc822\n{place}\n") + message


def fields(frm, to, subject, date, charset="utf-8", **more):
    """The header fields of a message as a list, in the order in which programs write them."""
    to = to if isinstance(to, list) else [to]
    out = [("Date", date), ("From", mailbox(frm, charset)), ("To", ",\r\n ".join(mailbox(t, charset) for t in to)),
           ("Subject", word(subject, charset))]
    for name, value in more.items():
        out.append((name.replace("_", "-"), value))
    return out


def mail(headers, entity):
    """Header fields and an entity that brings its own Content-… fields."""
    head = "".join(f"{n}: {v}\r\n" for n, v in headers) + "MIME-Version: 1.0\r\n"
    return head.encode("utf-8", "surrogateescape") + entity


def protect(entity, headers, hp, outer=()):
    """RFC 9788: the protected copies of the header fields inside the payload, `hp` on its Content-Type, and for
    `hp="cipher"` what the outside shows instead (HP-Outer)."""
    head, _, body = entity.partition(b"\r\n\r\n")
    lines = re.sub(rb"(?i)\b(Content-Type:(?:[^\r]|\r\n[ \t])*)", lambda m: m[1] + f'; hp="{hp}"'.encode(), head, count=1)
    inside = "".join(f"{n}: {v}\r\n" for n, v in headers) + "".join(f"HP-Outer: {n}: {v}\r\n" for n, v in outer)
    return inside.encode() + lines + b"\r\n\r\n" + body
