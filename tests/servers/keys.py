#!/usr/bin/env python3
"""Where certificates are looked up, on loopback, for the tests: web key directories, a verifying key server, a key
server of the older kind, and whatever else is fetched from the web.

    keys.py DIRECTORY [ADDRESS:PORT]

DIRECTORY has directory.pem and directory.key. Prints two ports: with TLS (at ADDRESS:PORT if
that is given), without. Files of a host are those below
DIRECTORY/www/HOST. Every request line is written to DIRECTORY/requests, every confirmation mail to DIRECTORY/mails.
What is uploaded is read by GnuPG. Ends when its standard input does.
"""
import base64
import http.server
import json
import os
import secrets
import ssl
import subprocess
import sys
import tempfile
import threading
import urllib.parse

folder = sys.argv[1]
lock = threading.Lock()
certificates = {}  # fingerprint: binary
confirmed = {}     # address: fingerprint
tokens = {}        # token: fingerprint
asked = {}         # token of a confirmation mail: (address, fingerprint)


def gpg(*arguments, given=b""):
    with tempfile.TemporaryDirectory() as home:
        command = ["gpg", "--homedir", home, "--batch", "--no-autostart", "--no-auto-check-trustdb", *arguments]
        return subprocess.run(command, input=given, capture_output=True)


def describe(binary):
    """The fingerprint and the addresses of a certificate, and the lines of the index."""
    lines = gpg("--show-keys", "--with-colons", "--fixed-list-mode", given=binary).stdout.decode().splitlines()
    fields = [line.split(":") for line in lines]
    fingerprint = next((field[9] for field in fields if field[0] == "fpr"), None)
    names = [field[9].replace("\\x3a", ":") for field in fields if field[0] == "uid"]
    key = next((field for field in fields if field[0] == "pub"), None)
    addresses = [name.rsplit("<", 1)[-1].rstrip(">").lower() for name in names if "@" in name]
    index = []
    if key:
        index.append("pub:%s:%s:%s:%s:%s:" % (fingerprint, key[3], key[2], key[5], key[6]))
        index += ["uid:%s:::" % urllib.parse.quote(name) for name in names]
    return fingerprint, addresses, index


def packets(binary):
    """Each packet with its tag (RFC 9580 section 4.2)."""
    at = 0
    while at < len(binary):
        start, first = at, binary[at]
        at += 1
        if first & 0x40:
            tag, length = first & 0x3F, binary[at]
            at += 1
            if 192 <= length < 224:
                length = ((length - 192) << 8) + binary[at] + 192
                at += 1
            elif length == 255:
                length = int.from_bytes(binary[at:at + 4], "big")
                at += 4
        else:
            tag, size = (first >> 2) & 15, 1 << (first & 3)
            length = int.from_bytes(binary[at:at + size], "big")
            at += size
        at += length
        yield tag, binary[start:at], binary[at - length:at]


def shown(fingerprint):
    """The certificate without the User IDs that nobody confirmed."""
    mine = [address for address, of in confirmed.items() if of == fingerprint]
    kept, is_kept = b"", True
    for tag, whole, content in packets(certificates[fingerprint]):
        if tag in (5, 6, 7, 14):
            is_kept = True
        elif tag in (13, 17):
            is_kept = any(address in content.decode("utf-8", "replace").lower() for address in mine)
        if is_kept:
            kept += whole
    return kept


def checksum(binary):
    """RFC 9580 section 6.1.1; GnuPG does not find the end of an armor without padding and without this."""
    value = 0xB704CE
    for byte in binary:
        value ^= byte << 16
        for _ in range(8):
            value <<= 1
            if value & 0x1000000:
                value ^= 0x1864CFB
    return base64.b64encode(value.to_bytes(3, "big")).decode()


def armored(binary):
    text = base64.b64encode(binary).decode()
    lines = [text[at:at + 64] for at in range(0, len(text), 64)] + ["=" + checksum(binary)]
    kind = "PGP PUBLIC KEY BLOCK"
    return ("-----BEGIN %s-----\n\n%s\n-----END %s-----\n" % (kind, "\n".join(lines), kind)).encode()


def add(text):
    """Takes a certificate in; its fingerprint."""
    binary = gpg("--dearmor", given=text).stdout if b"-----BEGIN" in text else text
    fingerprint, addresses, _ = describe(binary)
    if fingerprint:
        certificates[fingerprint] = binary
    return fingerprint, addresses


def status(fingerprint, addresses):
    def of(address):
        if confirmed.get(address) == fingerprint:
            return "published"
        return "pending" if (address, fingerprint) in asked.values() else "unpublished"

    token = secrets.token_urlsafe(16)
    tokens[token] = fingerprint
    return {"key_fpr": fingerprint, "status": {address: of(address) for address in addresses}, "token": token}


class Answers(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.log("GET")
        parts = urllib.parse.urlsplit(self.path)
        query = {name: values[0] for name, values in urllib.parse.parse_qs(parts.query).items()}
        with lock:
            if parts.path == "/pks/lookup":
                self.lookup(query)
            elif parts.path.startswith("/vks/v1/by-"):
                self.by(*parts.path.split("/")[3:5])
            elif parts.path.startswith("/verify/"):
                address, fingerprint = asked[parts.path.split("/")[2]]
                confirmed[address] = fingerprint
                self.send(200, b"confirmed")
            elif parts.path == "/huge":
                self.send(200, b"\x99" * (9 << 20))
            elif parts.path == "/elsewhere":
                self.send(302, b"", Location="http://127.0.0.1:22/")
            else:
                self.file(parts.path)

    def do_POST(self):
        self.log("POST")
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with lock:
            if self.path == "/pks/add":
                fields = urllib.parse.parse_qs(content.decode("latin-1"))
                fingerprint, addresses = add(fields["keytext"][0].encode("latin-1"))
                for address in addresses if fingerprint else []:
                    confirmed.setdefault("hkp:" + address, fingerprint)
                self.send(200 if fingerprint else 400, b"")
            elif self.path == "/vks/v1/upload":
                fingerprint, addresses = add(json.loads(content)["keytext"].encode())
                if not fingerprint:
                    return self.json(400, {"error": "Parsing of key data failed."})
                self.json(200, status(fingerprint, addresses))
            elif self.path == "/vks/v1/request-verify":
                wish = json.loads(content)
                fingerprint = tokens[wish["token"]]
                _, addresses, _ = describe(certificates[fingerprint])
                for address in wish["addresses"]:
                    token = secrets.token_urlsafe(8)
                    asked[token] = (address, fingerprint)
                    with open(os.path.join(folder, "mails"), "a") as mails:
                        mails.write("%s %s %s\n" % (address, token, wish["locale"][0]))
                self.json(200, status(fingerprint, addresses))
            else:
                self.send(404, b"")

    def lookup(self, query):
        wanted = query.get("search", "").lower()
        hits = []
        for fingerprint, binary in certificates.items():
            _, addresses, index = describe(binary)
            is_it = fingerprint.lower().endswith(wanted[2:]) if wanted.startswith("0x") else wanted in addresses
            if is_it:
                hits.append((binary, index))
        if not hits:
            self.send(404, b"No results found")
        elif query.get("op") == "get":
            self.send(200, armored(b"".join(binary for binary, _ in hits)), **{"Content-Type": "application/pgp-keys"})
        else:
            lines = ["info:1:%d" % len(hits)] + [line for _, index in hits for line in index]
            self.send(200, ("\n".join(lines) + "\n").encode(), **{"Content-Type": "text/plain"})

    def by(self, what, value):
        value = urllib.parse.unquote(value)
        fingerprint = confirmed.get(value.lower()) if what == "by-email" else value.upper()
        if fingerprint not in certificates:
            return self.json(404, {"error": "No key found"})
        self.send(200, armored(shown(fingerprint)), **{"Content-Type": "application/pgp-keys"})

    def file(self, path):
        host = (self.headers.get("Host") or "").split(":")[0]
        root = os.path.join(folder, "www", host)
        name = os.path.normpath(os.path.join(root, path.lstrip("/")))
        if not name.startswith(root + "/") or not os.path.isfile(name):
            return self.send(404, b"")
        with open(name, "rb") as file:
            self.send(200, file.read(), **{"Content-Type": "application/octet-stream"})

    def json(self, code, value):
        self.send(code, json.dumps(value).encode(), **{"Content-Type": "application/json"})

    def send(self, code, body, **fields):
        self.send_response(code)
        for name, value in fields.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log(self, method):
        with open(os.path.join(folder, "requests"), "a") as requests:
            requests.write("%s %s%s\n" % (method, self.headers.get("Host"), self.path))

    def log_message(self, *_):
        pass


class Quiet(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """Clients that hang up are what is tested."""


ports = []
for is_encrypted in [True, False]:
    address, port = "127.0.0.1", 0
    if is_encrypted and len(sys.argv) > 2:
        address, port = sys.argv[2].rsplit(":", 1)
    server = Quiet((address, int(port)), Answers)
    if is_encrypted:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(folder, "directory.pem"), os.path.join(folder, "directory.key"))
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    ports.append(server.server_port)
print(*ports, flush=True)
sys.stdin.read()
