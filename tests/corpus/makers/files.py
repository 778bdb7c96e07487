"""One small file of each common kind, made here so that nobody's rights hang on them."""
import io
import struct
import subprocess
import zipfile
import zlib


def png(width=120, height=80, top=(0xC8, 0x3C, 0x23), bottom=(0xF6, 0xEF, 0xE3)):
    """A picture with a gradient and a round seal in it."""
    rows = b""
    for y in range(height):
        rows += b"\0"
        for x in range(width):
            mix = y / height
            pixel = [round(a * (1 - mix) + b * mix) for a, b in zip(top, bottom)]
            if (x - width / 2) ** 2 + (y - height / 2) ** 2 < (min(width, height) / 3) ** 2:
                pixel = [0xFF, 0xFF, 0xFF]
            rows += bytes(pixel)

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def jpg(**options):
    return subprocess.run(["convert", "png:-", "-strip", "-quality", "80", "jpg:-"], input=png(**options), capture_output=True, check=True).stdout


def pdf(title="Kakitome"):
    """One page with one line of text."""
    stream = f"BT /F1 24 Tf 72 760 Td ({title}) Tj ET".encode()
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
               b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
               b"<< /Length " + str(len(stream)).encode() + b" >>\nstream\n" + stream + b"\nendstream", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode() + b"".join(f"{o:010} 00000 n \n".encode() for o in offsets)
    return out + f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()


def _zip(entries):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 9, 1, 9, 0, 0)), data)
    return out.getvalue()


def zip_file(text="Packed by the project itself.\n"):
    return _zip({"readme.txt": text})


def docx(text="見積書"):
    """The least that a word processor opens (ECMA-376)."""
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    main = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    return _zip({
        "[Content_Types].xml": f'{head}<Types xmlns="{types}"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
                               f'<Override PartName="/word/document.xml" ContentType="{kind}"/></Types>',
        "_rels/.rels": f'{head}<Relationships xmlns="{relations}"><Relationship Id="r1" Type="{office}" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'{head}<w:document xmlns:w="{main}"><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>',
    })


def ics(summary="Review", organizer="bob@example.test", attendee="alice@example.test"):
    return ("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Kakitome//corpus//EN\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:review-1@example.test\r\n"
            f"DTSTAMP:20260915T090000Z\r\nDTSTART:20261110T010000Z\r\nDTEND:20261110T020000Z\r\nSUMMARY:{summary}\r\n"
            f"ORGANIZER:mailto:{organizer}\r\nATTENDEE:mailto:{attendee}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n").encode()


DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
