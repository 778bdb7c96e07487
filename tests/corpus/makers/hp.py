"""Protected header fields in all their forms, and honest protected mail that something on the way took apart."""
import base64

from . import mime
from .mime import fields, html, mail, multipart, text

BOB, ALICE = ("Bob Baker", "bob@example.test"), ("Alice Archer", "alice@example.test")
CAROL, MALLORY = ("Carol Chen", "carol@example.test"), ("Mallory Moss", "mallory@example.test")
DATE = "Tue, 15 Sep 2026 18:00:00 +0900"
HELLO = "Hello Alice,\n\nthe meeting is on Tuesday at ten.\n\nBob\n"
SECRET = "Hello Alice,\n\nthe offer is 4,200,000 yen. Please keep it to yourself.\n\nBob\n"
FOOTER = "--\nteam mailing list\nhttps://list.example.test/\n"
LIST = [("List-Id", "The team <team.list.example.test>"), ("List-Post", "<mailto:team@list.example.test>")]


def add(out, pgp, ca):
    unobtrusive(out, pgp, ca)
    mangled(out, pgp, ca)
    protected(out, pgp, ca)
    legacy(out, pgp, ca)
    old(out, pgp, ca)


def head(name, subject="The offer", frm=BOB, **more):
    return fields(frm, ALICE, subject, DATE, Message_ID=f"<{name}@example.test>", **more)


def obscured(headers):
    return [(n, "[...]" if n == "Subject" else v) for n, v in headers]


def sig(kind, signature, entity):
    """An entity with its signature in a field on top, as the draft on unobtrusive signatures has it."""
    packed = base64.b64encode(signature).decode()
    lines = [packed[i:i + 70] for i in range(0, len(packed), 70)]
    return f"Sig: t={kind}; b=".encode() + "\r\n ".join(lines).encode() + b"\r\n" + entity


def unobtrusive(out, pgp, ca):
    ok = {"seal": "authenticated", "outcomes": ["intact"], "verdicts": ["authenticated"], "coverages": ["whole"], "scheme": "rfc9788", "text_contains": "Tuesday at ten"}
    headers = head("hp-unobtrusive", "Tuesday at ten")
    entity = mime.protect(text(HELLO), headers, "clear")
    part = sig("p", pgp.signature(entity, "bob", armor=False), entity)
    out.add("hp_unobtrusive-pgp", multipart("mixed", part + b"\r\n"), "the signature stands in the header of the only part", headers=headers, subject="Tuesday at ten", **ok)
    cms = sig("c", ca.signature(entity, "bob"), entity)
    out.add("hp_unobtrusive-smime", multipart("mixed", cms + b"\r\n"), "the same with CMS", headers=headers, subject="Tuesday at ten", **ok)
    changed = part.replace(b"Tuesday at ten.", b"Monday at nine.")
    out.add("hp_unobtrusive-altered", multipart("mixed", changed), "altered on the way: it counts as unsigned, and is not called broken", headers=headers, seal="unsigned", scheme="none", defects=["lost_signature"])
    out.add("hp_unobtrusive-list-footer", multipart("mixed", part + b"\r\n", text(FOOTER)), "a mailing list put its footer beside the signed part", headers=headers + LIST, seal="unsigned",
            outcomes=["intact"], coverages=["part"], verdicts=["authenticated"], cautions=["list_footer"], text_contains="team mailing list")


def mangled(out, pgp, ca):
    armored = pgp.packets(text(SECRET), ["alice"], "bob")
    version = mime.attach("PGPMIME version identification", b"Version: 1\r\n", "application/pgp-encrypted")
    ciphertext = mime.attach("encrypted.asc", armored, "application/octet-stream")
    ok = {"lock": "encrypted", "seal": "authenticated", "outcomes": ["intact"], "verdicts": ["authenticated"], "text_contains": "4,200,000", "defects": ["mangled_encryption"]}
    out.add("hp_exchange-mangled", multipart("mixed", text(""), version, ciphertext), "multipart/encrypted as Exchange leaves it", headers=head("hp-exchange"), **ok)
    out.add("hp_exchange-mangled-words", multipart("mixed", text("Empty Message"), version, ciphertext), "another program put words of its own there", headers=head("hp-words"), **ok)
    out.add("hp_exchange-mangled-beside-text", multipart("mixed", text("Everybody could read this.\n"), version, ciphertext, text(FOOTER)), "and here a text of somebody's stands beside it",
            headers=head("hp-beside"), encryption=["decrypted"], coverages=["part"], cautions=["mixture"], defects=["mangled_encryption"], text_contains="Everybody could read this", text_lacks="4,200,000")
    out.add("hp_list-footer", multipart("mixed", pgp.signed(text(HELLO), "bob"), text(FOOTER)), "a mailing list that names itself", headers=head("hp-list", "Tuesday") + LIST,
            outcomes=["intact"], coverages=["part"], verdicts=["authenticated"], cautions=["list_footer"])
    sealed = ca.enveloped(ca.signed(text(SECRET), "bob"), ["alice"], "aes-256-gcm")
    out.add("hp_smime-inside-mixed", multipart("mixed", text("A notice of the gateway.\n"), sealed), "an S/MIME part below a multipart/mixed", headers=head("hp-inside"),
            encryption=["decrypted"], coverages=["part"], cautions=["mixture"], text_contains="A notice of the gateway", text_lacks="4,200,000")
    der = ca._cms(["-encrypt", "-aes-256-gcm", "-recip", ca.path("alice", "pem")], ca.signed(text(SECRET), "bob"))
    out.add("hp_smime-octet-stream", mime.attach("smime.p7m", der, "application/octet-stream"), "known by its name alone", headers=head("hp-octets"),
            lock="encrypted", seal="authenticated", outcomes=["intact"], verdicts=["authenticated"], text_contains="4,200,000")
    signature = mime.attach("smime.p7s", ca.signature(text(HELLO), "bob"), "application/octet-stream")
    out.add("hp_smime-signature-octet-stream", multipart("signed", text(HELLO) + b"\r\n", signature), "a multipart/signed without a protocol, its signature known by its name alone",
            headers=head("hp-p7s", "Tuesday"), seal="authenticated", outcomes=["intact"], verdicts=["authenticated"])


def protected(out, pgp, ca):
    ok = {"seal": "authenticated", "outcomes": ["intact"], "verdicts": ["authenticated"], "scheme": "rfc9788"}
    inner = head("hp-list-subject", "Tuesday")
    listed = [(n, "[team] Tuesday" if n == "Subject" else v) for n, v in inner]
    for technology, signed in (("pgp", pgp.signed), ("smime", ca.signed)):
        entity = signed(mime.protect(text(HELLO), inner, "clear"), "bob")
        out.add(f"hp_subject-changed-{technology}", entity, "a list wrote its name before the subject: the author's is shown, and the difference told", headers=listed, subject="Tuesday",
                mismatches=["subject"], cautions=["header_mismatch"], **ok)
    inner = head("hp-extra")
    outer = obscured(inner)
    more = outer + [("Cc", mime.mailbox(MALLORY)), ("Reply-To", "mallory@evil.test")]
    entity = mime.protect(text(SECRET), inner, "cipher", outer)
    out.add("hp_extra-fields-outside", pgp.encrypted(entity, ["alice"], "bob"), "fields that were added outside are not shown", headers=more, lock="encrypted", subject="The offer",
            confidential=["subject"], mismatches=["reply-to", "cc"], cautions=["header_mismatch"], text_contains="4,200,000", **ok)
    munged = [(n, "Bob Baker via the team <team@list.example.test>" if n == "From" else v) for n, v in outer]
    out.add("hp_from-munged-by-list", pgp.encrypted(entity, ["alice"], "bob"), "a list wrote itself into From: the sealed one is shown", headers=munged, lock="encrypted", subject="The offer",
            confidential=["subject"], mismatches=["from"], cautions=["header_mismatch"], displayed_from="bob@example.test", **ok)
    forged = [(n, mime.mailbox(MALLORY) if n == "From" else v) for n, v in outer]
    out.add("hp_from-unproven", pgp.encrypted(entity, ["alice"]), "nothing proves the From inside: the one outside is shown", headers=forged, lock="encrypted", scheme="rfc9788",
            mismatches=["from"], cautions=["from_unproven"], displayed_from="mallory@example.test")


def legacy(out, pgp, ca):
    ok = {"lock": "encrypted", "seal": "authenticated", "outcomes": ["intact"], "verdicts": ["authenticated"], "subject": "The offer", "confidential": ["subject"], "text_contains": "4,200,000"}
    inner = head("hp-legacy")
    outer = obscured(inner)
    shown = "Subject: The offer\n\n" + SECRET
    lacks = {"text_lacks": "Subject: The offer"}

    def marked(entity):
        return entity.replace(b"; charset=", b'; hp-legacy-display="1"; charset=', 1)

    entity = mime.protect(marked(text(shown)), inner, "cipher", outer)
    out.add("hp_legacy-display-plain", pgp.encrypted(entity, ["alice"], "bob"), "the lines for old readers are not shown (RFC 9788 §2.3)", headers=outer, scheme="rfc9788", **ok, **lacks)
    page = '<html><body><div class="header-protection-legacy-display"><pre>Subject: The offer</pre></div><p>The offer is 4,200,000 yen.</p></body></html>'
    both = multipart("alternative", marked(text(shown)), marked(html(page)))
    entity = ca.signed(mime.protect(both, inner, "cipher", outer), "bob")
    out.add("hp_legacy-display-html", ca.enveloped(entity, ["alice"], "aes-256-gcm"), "the same in both forms of a text, S/MIME", headers=outer, scheme="rfc9788", **ok, **lacks)
    copy = mime.crlf('Content-Type: text/rfc822-headers; protected-headers="v1"\nContent-Disposition: inline\n\nSubject: The offer\n')
    old_style = multipart("mixed", copy, text(SECRET), params='; protected-headers="v1"')
    old_style = "".join(f"{n}: {v}\r\n" for n, v in inner).encode() + old_style
    out.add("hp_protected-headers-v1", pgp.encrypted(old_style, ["alice"], "bob"), "the older form, with a part for old readers", headers=outer, scheme="legacy", **ok, **lacks)
    wrapped = mime.crlf("Content-Type: message/rfc822; forwarded=no\n\n") + mail(inner, text(SECRET))
    out.add("hp_wrapped-smime", ca.enveloped(ca.signed(wrapped, "bob"), ["alice"], "aes-256-gcm"), "a whole message as the payload (RFC 8551 §3.1)", headers=outer, scheme="legacy", **ok)
    out.add("hp_wrapped-pgp", pgp.encrypted(wrapped, ["alice"], "bob"), "the same with OpenPGP", headers=outer, scheme="legacy", **ok)
    passed_on = mime.crlf("Content-Type: message/rfc822; forwarded=yes\n\n") + mail(head("hp-inner", "Monday"), text(HELLO))
    out.add("hp_forwarded-not-wrapped", pgp.signed(passed_on, "bob"), "a message that is passed on is no header protection", headers=head("hp-forwarded", "Fwd: Monday"), seal="authenticated",
            outcomes=["intact"], subject="Fwd: Monday", scheme="none")


def old(out, pgp, ca):
    hello = text(HELLO)
    out.add("hp_old-sha1-pgp", pgp.beside(hello, pgp.gpg("--digest-algo", "SHA1", "--weak-digest", "MD5", "--allow-weak-digest-algos", "--armor", "--local-user", pgp.fingerprints["bob"], "--detach-sign", data=hello), "pgp-sha1"),
            "a hash that is not accepted since 2013", headers=head("hp-sha1", "Tuesday"), seal="unauthenticated", outcomes=["unsupported_algorithm"], reasons=["weak_hash: SHA1, 2013-02-01"])
    out.add("hp_old-sha1-smime", ca.signed(hello, "bob", "sha1", digest="sha1"), "the same with CMS", headers=head("hp-sha1-cms", "Tuesday"), seal="unauthenticated", outcomes=["intact"], reasons=["weak_hash: SHA1, 2017-02-23"])
    out.add("hp_old-md5-smime", ca.signed(hello, "bob", "md5", digest="md5"), "MD5 says nothing any more", headers=head("hp-md5", "Tuesday"), seal="unauthenticated", outcomes=["unsupported_algorithm"], reasons=["weak_hash: MD5, 2004-08-17"])
    signature = bytearray(pgp.signature(hello, "bob", armor=False))
    signature[3 if signature[0] == 0x89 else 2] = 5
    out.add("hp_librepgp-signature", pgp.beside(hello, pgp.armor(bytes(signature), "SIGNATURE")), "a signature of version 5, LibrePGP's", headers=head("hp-v5", "Tuesday"), seal="unauthenticated",
            outcomes=["unsupported_algorithm"], reasons=["librepgp_signature"])
