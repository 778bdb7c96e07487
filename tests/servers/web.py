#!/usr/bin/env python3
"""A web server with TLS on loopback for the tests of remote content.

    web.py DIRECTORY

DIRECTORY has good.pem and good.key (localhost), wrong.pem and wrong.key (another name). Prints the two ports, and
writes the head of every request to DIRECTORY/requests. Ends when its standard input does.
"""
import http.server
import os
import ssl
import struct
import sys
import threading
import time
import zlib

folder = sys.argv[1]


def png():
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\xff\0\0" * 40 for _ in range(40))
    head = struct.pack(">IIBBBBB", 40, 40, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class Answers(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        with open(os.path.join(folder, "requests"), "a") as log:
            log.write(self.requestline + "\n" + str(self.headers) + "\n")
        path = self.path.split("?")[0]
        here = "https://localhost:%d" % self.server.server_port
        if path == "/once":
            self.send(302, b"", Location="/red.png")
        elif path == "/loop":
            self.send(302, b"", Location="/loop")
        elif path == "/down":
            self.send(301, b"", Location=here.replace("https", "http") + "/red.png")
        elif path == "/inside":
            self.send(307, b"", Location="https://169.254.169.254/latest/meta-data")
        elif path == "/script":
            self.send(200, b"<script>alert(1)</script>" * 10, **{"Content-Type": "image/png"})
        elif path == "/drawing.svg":
            self.send(200, b"<svg xmlns='http://www.w3.org/2000/svg'/>", **{"Content-Type": "image/svg+xml"})
        elif path == "/huge":
            self.send(200, png() + b"\0" * (9 << 20))
        elif path == "/liar":
            self.flood(9 << 20)
        elif path == "/large.png":
            self.send(200, png() + b"\0" * (1 << 20))
        elif path == "/slow":
            time.sleep(4)
            self.send(200, png())
        elif path.endswith(".png"):
            cookie = {"Set-Cookie": "reader=alice; Path=/", "Content-Type": "text/plain"}
            self.send(200, png(), **cookie)
        else:
            self.send(404, b"nothing")

    def send(self, status, body, **fields):
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def flood(self, size):
        """More bytes than were announced: none were."""
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        body = png() + b"\0" * size
        for at in range(0, len(body), 65536):
            piece = body[at:at + 65536]
            self.wfile.write(b"%x\r\n" % len(piece) + piece + b"\r\n")
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_):
        pass


class Quiet(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """Clients that hang up are what is tested."""


ports = []
for certificate in ["good", "wrong"]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.path.join(folder, certificate + ".pem"), os.path.join(folder, certificate + ".key"))
    server = Quiet(("127.0.0.1", 0), Answers)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    ports.append(server.server_port)
print(*ports, flush=True)
sys.stdin.read()
