#!/usr/bin/env python3
"""An authorization server (RFC 6749, RFC 7636, RFC 9207) with TLS on loopback, and a browser that goes there.

    oauth.py serve DIRECTORY KEY
    oauth.py browse DIRECTORY URL

DIRECTORY has good.pem and good.key for localhost, and ca.pem. Serving prints the port and ends when standard input does.
It signs access tokens with KEY (RFC 7519, HS256) for the address in `login_hint`. The client may put into the question
`mode` (deny, busy, wrong-state, wrong-issuer, no-issuer, twice, no-refresh) and `lasts` (seconds of an access token). The
file `revoked` in DIRECTORY takes every refresh token back; each of those works once. Browsing prints the page at the end.
"""
import base64
import hashlib
import hmac
import http.server
import json
import os
import secrets
import ssl
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

what, folder, third = sys.argv[1:4]


def browse():
    context = ssl.create_default_context(cafile=os.path.join(folder, "ca.pem"))
    opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context), urllib.request.ProxyHandler({}))
    try:
        print(opener.open(third, timeout=60).read().decode())
    except urllib.error.HTTPError as error:
        print(error.code, error.read().decode())


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token(address, lasts):
    now = int(time.time())
    head = base64url(b'{"alg":"HS256","typ":"JWT"}')
    start = now - 60 + min(lasts, 0) * 2
    # Two tokens of the same second differ.
    claims = {"sub": address, "iat": start, "nbf": start, "exp": now + lasts, "jti": secrets.token_hex(8)}
    body = head + "." + base64url(json.dumps(claims).encode())
    return body + "." + base64url(hmac.new(third.encode(), body.encode(), hashlib.sha256).digest())


codes = {}
grants = {}


class Answers(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def note(self, line):
        with open(os.path.join(folder, "requests"), "a") as log:
            log.write(line + "\n")

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        asked = dict(urllib.parse.parse_qsl(url.query))
        self.note("authorize " + json.dumps(sorted(asked)))
        here = "https://localhost:%d" % self.server.server_port
        good = asked.get("response_type") == "code" and asked.get("code_challenge_method") == "S256"
        if url.path != "/authorize" or not good or asked.get("client_id") != "kakitome-tests":
            return self.send(400, b"no question of ours")
        mode = asked.get("mode", "")
        answer = {"state": asked["state"], "iss": here}
        if mode == "deny":
            answer["error"] = "access_denied"
        elif mode == "busy":
            answer["error"] = "temporarily_unavailable<script>"
        else:
            code = secrets.token_urlsafe(16)
            codes[code] = asked
            answer["code"] = code
        if mode == "wrong-state":
            answer["state"] = "somebody-else's"
        elif mode == "wrong-issuer":
            answer["iss"] = "https://mallory.test"
        elif mode == "no-issuer":
            del answer["iss"]
        query = urllib.parse.urlencode(answer)
        if mode == "twice":
            query += "&state=" + answer["state"]
        self.send(302, b"", Location=asked["redirect_uri"] + "?" + query)

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        form = dict(urllib.parse.parse_qsl(self.rfile.read(length).decode()))
        self.note("token %s %s" % (form.get("grant_type"), json.dumps(sorted(form))))
        if form.get("client_id") != "kakitome-tests":
            return self.json(401, {"error": "invalid_client"})
        if form["grant_type"] == "authorization_code":
            asked = codes.pop(form.get("code"), None)
            challenge = base64url(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
            if not asked or challenge != asked["code_challenge"] or form["redirect_uri"] != asked["redirect_uri"]:
                return self.json(400, {"error": "invalid_grant"})
        else:
            asked = grants.pop(form.get("refresh_token"), None)
            if not asked or os.path.exists(os.path.join(folder, "revoked")):
                return self.json(400, {"error": "invalid_grant", "error_description": "taken back"})
        lasts = int(asked.get("lasts", "3600"))
        # The first token may be an old one; those that renew it are not.
        first = lasts if form["grant_type"] == "authorization_code" else max(lasts, 3600)
        answer = {"access_token": token(asked["login_hint"], first), "token_type": "Bearer", "expires_in": 3600}
        if first > 0:
            answer["expires_in"] = first
        if asked.get("mode") != "no-refresh":
            answer["refresh_token"] = secrets.token_urlsafe(24)
            grants[answer["refresh_token"]] = asked
        self.json(200, answer)

    def json(self, status, answer):
        self.send(status, json.dumps(answer).encode(), **{"Content-Type": "application/json"})

    def send(self, status, body, **fields):
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


def serve():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.path.join(folder, "good.pem"), os.path.join(folder, "good.key"))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.read()


if what == "serve":
    serve()
else:
    browse()
