"""Messages of 25 MB to their first frame, and how long the frames of the window are."""
import os
import random
import subprocess

import mail
from makers import mime

SIZE = 25_000_000


def entity_of(size):
    """A letter with a file, so many bytes as it is sent."""
    data = random.Random(7).randbytes(size // 4 * 3 * 76 // 78)
    return mime.multipart("mixed", mime.text("The file is attached.\n"), mime.attach("archive.bin", data, "application/octet-stream"))


def write(folder, name, entity):
    head = mime.fields(("Bob Baker", "bob@example.test"), "alice@example.test", name, "Tue, 15 Sep 2026 18:00:00 +0900", Message_ID=f"<{name.replace(' ', '-')}@large.test>")
    (folder / f"{name}.eml").write_bytes(mime.mail(head, entity))


def pgp_signed(entity, gpg):
    signature = subprocess.run([*map(str, gpg), "--armor", "--digest-algo", "SHA256", "--detach-sign"], input=entity, check=True, capture_output=True).stdout
    part = mime.crlf("Content-Type: application/pgp-signature\n\n") + mime.crlf(signature)
    return mime.multipart("signed", entity + b"\r\n", part, params='; micalg=pgp-sha256;\n protocol="application/pgp-signature"')


def smime_signed(entity, signer):
    signature = subprocess.run([*map(str, signer)], input=entity, check=True, capture_output=True).stdout
    return mime.multipart("signed", entity + b"\r\n", mime.attach("smime.p7s", signature, "application/pkcs7-signature"), params='; micalg=sha-256;\n protocol="application/pkcs7-signature"')


def pgp_encrypted(entity, gpg):
    armored = subprocess.run([*map(str, gpg), "--armor", "--compress-algo", "none", "--recipient", "bob@example.test", "--encrypt"], input=entity, check=True, capture_output=True).stdout
    version = mime.crlf("Content-Type: application/pgp-encrypted\n\nVersion: 1\n")
    content = mime.crlf("Content-Type: application/octet-stream; name=encrypted.asc\n\n") + mime.crlf(armored)
    return mime.multipart("encrypted", version, content, params='; protocol="application/pgp-encrypted"')


def make(folder, gpg, signer):
    writer = mail.Writer(3)
    prose, markup, japanese = writer.prose(1 << 20), writer.newsletter(1 << 20, False), writer.japanese(1 << 18)
    times = SIZE >> 20
    with_file = entity_of(SIZE)
    write(folder, "25 MB file", with_file)
    write(folder, "50 MB file", entity_of(2 * SIZE))
    write(folder, "25 MB text", mime.text(prose * times))
    write(folder, "25 MB Japanese text", mime.text(japanese * times, cte="base64"))
    write(folder, "25 MB HTML", mime.text(markup * times, subtype="html"))
    write(folder, "25 MB signed by OpenPGP", pgp_signed(with_file, gpg))
    write(folder, "25 MB signed by S-MIME", smime_signed(with_file, signer))
    write(folder, "25 MB encrypted by OpenPGP", pgp_encrypted(with_file, gpg))
    write(folder, "1 MiB text", mime.text(prose))
    files = [mime.attach(f"file {number}.bin", bytes(100), "application/octet-stream") for number in range(500)]
    write(folder, "500 files", mime.multipart("mixed", mime.text("So many files.\n"), *files))
    write(folder, "newsletter", mime.multipart("alternative", mime.text("News\n"), mime.html(writer.newsletter(50_000, False))))


def run(speed, work, gpg, signer, keys):
    folder = work / "large"
    folder.mkdir()
    make(folder, gpg, signer)
    answer = subprocess.run([str(speed), "window", str(folder), *map(str, keys)], capture_output=True, text=True, env={**os.environ, "TMPDIR": str(work)})
    if answer.returncode:
        raise SystemExit(f"speed window: exit {answer.returncode} {answer.stderr[-1000:]}")
    lines = [line.split("\t") for line in answer.stdout.splitlines()]
    print("\nfrom the click to the first frame, engine and window, 10,000 other messages in the store (target for 25 MB: 300 ms)\n")
    print(f"{'':28} {'ms, median':>10} {'ms, worst':>10} {'processor ms':>13} {'longest frame ms':>17}")
    for _, name, median, worst, busy, frame in (line for line in lines if line[0] == "open"):
        print(f"{name:28} {median:>10} {worst:>10} {busy:>13} {frame:>17}")
    print("\nframes: milliseconds of the processor for layout and triangles, in the thread of the window (target: none over 4)\n")
    print(f"{'':50} {'p50':>6} {'p99':>6} {'max':>6} {'layout max':>11}")
    for _, name, half, most, longest, layout in (line for line in lines if line[0] == "frames"):
        print(f"{name:50} {half:>6} {most:>6} {longest:>6} {layout:>11}")


def grow(speed):
    print("\ngrowth: seconds for a size, twice and four times of it\n")
    for line in subprocess.run([str(speed), "grow"], check=True, capture_output=True, text=True).stdout.splitlines():
        name, size, *times = line.split("\t")
        one, two, four = map(float, times)
        print(f"{name:24} {size:>2} MiB {one:7.3f} s   twice: {two / one:4.1f} times   four times: {four / one:4.1f} times")
