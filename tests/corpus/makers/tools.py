"""Runs the programs that make keys and signatures: gpg, gpgsm, sq, openssl. Nothing here is of Kakitome."""
import base64
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from . import mime

MOMENT = "2026-09-15 09:00:00"  # when messages are signed unless a case says otherwise
BORN = "2024-01-10 08:00:00"    # when keys are made unless a case says otherwise


def run(command, data=None, check=True, **options):
    done = subprocess.run([str(c) for c in command], input=data, capture_output=True, **options)
    if check and done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}\n{done.stderr.decode(errors='replace')}")
    return done.stdout


def at(moment, command, **options):
    """Runs a program that reads the clock at a moment (UTC) of our choice."""
    return run(["faketime", "-f", moment, *command], env={**os.environ, "TZ": "UTC", "LC_ALL": "C.UTF-8"}, **options)


def _stamp(moment):
    return moment.replace("-", "").replace(":", "").replace(" ", "T")


class Pgp:
    """Keys in a GnuPG home of our own; sq reads the same keys from files."""

    def __init__(self, folder):
        self.home = pathlib.Path(folder) / "gnupg"
        self.home.mkdir(mode=0o700)
        (self.home / "gpg-agent.conf").write_text("allow-loopback-pinentry\n")
        self.fingerprints = {}
        self.user_ids = {}

    def gpg(self, *args, moment=MOMENT, data=None, check=True):
        return run(["gpg", "--homedir", self.home, "--batch", "--yes", "--quiet", "--no-auto-check-trustdb", "--trust-model", "always",
                    "--pinentry-mode", "loopback", "--faked-system-time", _stamp(moment) + "!", *args], data, check)

    def make(self, who, name, address, algorithm="ed25519", subkey="cv25519", expires="never", moment=BORN, passphrase=""):
        self.user_ids[who] = f"{name} <{address}>"
        made = self.gpg("--status-fd", "1", "--passphrase", passphrase, "--quick-gen-key", self.user_ids[who], algorithm, "cert,sign", expires, moment=moment)
        self.fingerprints[who] = re.search(rb"KEY_CREATED \w ([0-9A-F]{40})", made)[1].decode()
        self.gpg("--passphrase", passphrase, "--quick-add-key", self.fingerprints[who], subkey, "encr", expires, moment=moment)

    def make_with_sq(self, who, name, address, moment=BORN):
        """A key of sq's: separate certification, signing and encryption keys."""
        self.user_ids[who] = f"{name} <{address}>"
        with tempfile.TemporaryDirectory() as folder:
            key = f"{folder}/key"
            run(["sq", "key", "generate", "--creation-time", _stamp(moment), "--expires", "never", "--userid", self.user_ids[who], "--export", key])
            self.load(who, pathlib.Path(key).read_bytes())

    def load(self, who, key):
        shown = self.gpg("--status-fd", "1", "--import", data=key)
        self.fingerprints[who] = re.search(rb"IMPORT_OK \d+ ([0-9A-F]{40})", shown)[1].decode()

    def certify(self, by, whom, depth=0, amount=120, moment="2026-03-01 08:00:00"):
        with tempfile.TemporaryDirectory() as folder:
            key, cert = pathlib.Path(folder, "key"), pathlib.Path(folder, "cert")
            key.write_bytes(self.secret(by))
            cert.write_bytes(self.public(whom))
            # sq 0.27 takes its time from the option for the certification and from the clock for expiry.
            out = run(["sq", "certify", "--time", _stamp(moment), "--expires", "never", "--depth", str(depth), "--amount", str(amount),
                       key, cert, self.user_ids[whom]])
            self.gpg("--import", data=out)

    def expire(self, who, end, moment):
        self.gpg("--quick-set-expire", self.fingerprints[who], end, moment=moment)
        self.gpg("--quick-set-expire", self.fingerprints[who], end, "*", moment=moment)

    def revoke(self, who, moment, reason="1"):
        """Publishes a revocation: 0 no reason, 1 compromised, 2 superseded, 3 no longer used."""
        cert = run(["gpg", "--homedir", self.home, "--no-tty", "--quiet", "--pinentry-mode", "loopback", "--command-fd", "0", "--faked-system-time",
                    _stamp(moment) + "!", "--armor", "--gen-revoke", self.fingerprints[who]], f"y\n{reason}\n\ny\n".encode())
        self.gpg("--import", data=cert)

    def public(self, *whom):
        return self.gpg("--armor", "--export-options", "no-export-clean", "--export", *(self.fingerprints[w] for w in whom))

    def secret(self, who, passphrase=""):
        return self.gpg("--passphrase", passphrase, "--armor", "--export-secret-keys", self.fingerprints[who])

    def signature(self, data, who, tool="gpg", moment=MOMENT, armor=True, digest="SHA512"):
        if tool == "sq":
            with tempfile.NamedTemporaryFile() as key:
                key.write(self.secret(who))
                key.flush()
                return run(["sq", "sign", "--detached", "--time", _stamp(moment), "--signer-key", key.name], data)
        return self.gpg("--digest-algo", digest, *(["--armor"] if armor else []), "--local-user", self.fingerprints[who], "--detach-sign", data=data, moment=moment)

    def signed(self, entity, who, micalg="pgp-sha512", **options):
        """multipart/signed (RFC 3156 §5)."""
        signature = self.signature(entity, who, **options)
        return self.beside(entity, signature, micalg)

    @staticmethod
    def beside(entity, signature, micalg="pgp-sha512"):
        part = mime.crlf('Content-Type: application/pgp-signature; name="signature.asc"\nContent-Description: OpenPGP digital signature\n\n') + mime.crlf(signature)
        # The CRLF before the boundary belongs to the boundary (RFC 1847 §2.1): one more keeps the entity whole.
        return mime.multipart("signed", entity + b"\r\n", part, params=f'; micalg={micalg};\n protocol="application/pgp-signature"')

    def packets(self, data, whom, signer=None, tool="gpg", moment=MOMENT, armor=True, extra=(), hidden=False):
        if tool == "sq":
            with tempfile.TemporaryDirectory() as folder:
                command = ["sq", "encrypt", "--time", _stamp(moment)]
                for i, w in enumerate(whom):
                    pathlib.Path(folder, f"c{i}").write_bytes(self.public(w))
                    command += ["--recipient-cert", f"{folder}/c{i}"]
                if signer:
                    pathlib.Path(folder, "key").write_bytes(self.secret(signer))
                    command += ["--signer-key", f"{folder}/key"]
                return at(moment, command, data=data)  # for sq 0.27 the option is not the time of the signature
        command = ["--armor"] if armor else []
        for w in whom:
            command += ["--hidden-recipient" if hidden else "--recipient", self.fingerprints[w]]
        if signer:
            command += ["--sign", "--local-user", self.fingerprints[signer]]
        return self.gpg(*extra, *command, "--encrypt", data=data, moment=moment)

    def encrypted(self, entity, whom, signer=None, **options):
        """multipart/encrypted (RFC 3156 §4 and §6.2)."""
        return self.envelope(self.packets(entity, whom, signer, **options))

    @staticmethod
    def envelope(armored):
        version = mime.crlf("Content-Type: application/pgp-encrypted\nContent-Description: PGP/MIME version identification\n\nVersion: 1\n")
        data = mime.crlf('Content-Type: application/octet-stream; name="encrypted.asc"\nContent-Disposition: inline; filename="encrypted.asc"\n\n') + mime.crlf(armored)
        return mime.multipart("encrypted", version, data, params=';\n protocol="application/pgp-encrypted"')

    def clearsigned(self, body, who, moment=MOMENT):
        return self.gpg("--digest-algo", "SHA512", "--local-user", self.fingerprints[who], "--clearsign", data=body.encode(), moment=moment).decode()

    def armor(self, data, kind="MESSAGE"):
        """Armor around packets that gpg would not write itself."""
        body = base64.encodebytes(data).decode()
        return f"-----BEGIN PGP {kind}-----\n\n{body}-----END PGP {kind}-----\n".encode()

    def session_key(self, armored):
        """The session key of a message to one of our keys."""
        command = ["gpg", "--homedir", str(self.home), "--batch", "--pinentry-mode", "loopback", "--show-session-key", "--decrypt"]
        shown = subprocess.run(command, input=armored, capture_output=True, check=True).stderr
        return bytes.fromhex(re.search(rb"session key: '\d+:([0-9A-F]+)'", shown)[1].decode())

    def close(self):
        subprocess.run(["gpgconf", "--homedir", str(self.home), "--kill", "all"], check=False, capture_output=True)


class Authority:
    """A certification authority with an intermediate; openssl does the work."""

    def __init__(self, folder, name, organisation="Kakitome", impostor=False):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(exist_ok=True)
        self.name, self.organisation, self.serial, self.revoked = name, organisation, 0x1000, []
        self.root = self._ca("root", name, None)
        self.intermediate = self._ca("int", name.replace(" CA", "") + " Intermediate CA", self.root)

    def path(self, who, kind):
        return self.folder / f"{who}.{kind}"

    def _ca(self, who, name, issuer):
        self._key(who, "rsa")
        extensions = f"basicConstraints=critical,CA:TRUE{',pathlen:0' if issuer else ''}\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n"
        self._certificate(who, name, extensions + ("authorityKeyIdentifier=keyid\n" if issuer else ""), issuer, "2024-01-01 00:00:00", 365 * 20)
        return who

    def _key(self, who, algorithm):
        options = {"rsa": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"], "ec": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
                   "ed25519": ["-algorithm", "ED25519"]}[algorithm]
        run(["openssl", "genpkey", *options, "-out", self.path(who, "key")])

    def _certificate(self, who, name, extensions, issuer, start, days):
        self.serial += 1
        self.path(who, "ext").write_text(extensions)
        subject = f"/C=JP/O={self.organisation}/CN={name}"
        run(["openssl", "req", "-new", "-utf8", "-key", self.path(who, "key"), "-subj", subject, "-out", self.path(who, "csr")])
        by = ["-CA", self.path(issuer, "pem"), "-CAkey", self.path(issuer, "key")] if issuer else ["-signkey", self.path(who, "key")]
        at(start, ["openssl", "x509", "-req", "-sha256", "-in", self.path(who, "csr"), *by, "-set_serial", str(self.serial), "-days", str(days),
                   "-extfile", self.path(who, "ext"), "-out", self.path(who, "pem")])

    def leaf(self, who, name, address, algorithm="rsa", start="2025-06-01 00:00:00", days=365 * 15, purpose="emailProtection", issuer="int"):
        """A certificate for an address. EC keys may agree on keys, RSA keys encipher them."""
        self._key(who, algorithm)
        usage = "digitalSignature,nonRepudiation," + ("keyAgreement" if algorithm == "ec" else "keyEncipherment")
        if algorithm == "ed25519":
            usage = "digitalSignature,nonRepudiation"
        self._certificate(who, name, "basicConstraints=critical,CA:FALSE\n" f"keyUsage=critical,{usage}\nextendedKeyUsage={purpose}\n"
                          f"subjectAltName=email:{address}\nsubjectKeyIdentifier=hash\n" + ("authorityKeyIdentifier=keyid\n" if issuer else ""), issuer, start, days)
        return who

    def revoke(self, who, moment):
        number = run(["openssl", "x509", "-in", self.path(who, "pem"), "-noout", "-serial"]).decode().strip().split("=")[1]
        self.revoked.append(f"R\t451231000000Z\t{moment.replace('-', '').replace(':', '').replace(' ', '')[2:]}Z,keyCompromise\t{number}\tunknown\t/CN={who}\n")

    def crl(self, issuer, moment="2026-10-15 00:00:00"):
        config = self.folder / "ca.cnf"
        (self.folder / "index").write_text("".join(self.revoked) if issuer == "int" else "")
        (self.folder / "crlnumber").write_text("01\n")
        config.write_text(f"[ca]\ndefault_ca=d\n[d]\ndatabase={self.folder}/index\ncrlnumber={self.folder}/crlnumber\ndefault_md=sha256\n"
                          "default_crl_days=3650\ncrl_extensions=e\n[e]\nauthorityKeyIdentifier=keyid\n")
        pem = at(moment, ["openssl", "ca", "-config", config, "-gencrl", "-keyfile", self.path(issuer, "key"), "-cert", self.path(issuer, "pem")])
        return run(["openssl", "crl", "-outform", "DER"], pem)

    def p12(self, who, passphrase, old=False):
        return run(["openssl", "pkcs12", "-export", *(["-legacy"] if old else []), "-inkey", self.path(who, "key"), "-in", self.path(who, "pem"), "-certfile", self.path("int", "pem"),
                    "-name", who, "-passout", f"pass:{passphrase}"])

    # Messages

    def _cms(self, args, data, moment=MOMENT):
        return at(moment, ["openssl", "cms", "-binary", "-outform", "DER", *args], data=data)

    def signature(self, data, who, options=(), moment=MOMENT, digest="sha256"):
        return self._cms(["-sign", "-md", digest, "-signer", self.path(who, "pem"), "-inkey", self.path(who, "key"), "-certfile", self.path("int", "pem"), *options], data, moment)

    def signed(self, entity, who, micalg="sha-256", by=None, **options):
        """multipart/signed (RFC 8551 §3.5.3)."""
        der = (by or self).signature(entity, who, **options)
        return self.beside(entity, der, micalg)

    @staticmethod
    def beside(entity, der, micalg="sha-256"):
        part = mime.attach("smime.p7s", der, "application/pkcs7-signature")
        return mime.multipart("signed", entity + b"\r\n", part, params=f'; micalg={micalg};\n protocol="application/pkcs7-signature"')

    @staticmethod
    def p7m(der, kind):
        return mime.attach("smime.p7m", der, f"application/pkcs7-mime; smime-type={kind}")

    def opaque(self, entity, who, stream=False, **options):
        return self.p7m(self.signature(entity, who, options=["-nodetach", *(["-stream"] if stream else []), *options.pop("options", [])], **options), "signed-data")

    def enveloped(self, entity, whom, cipher="aes-256-cbc", oaep=False, stream=False, options=()):
        """EnvelopedData, or AuthEnvelopedData for a GCM cipher."""
        args = ["-encrypt", f"-{cipher}", *(["-stream"] if stream else []), *options]
        for w in whom:
            args += ["-recip", self.path(w, "pem")] + (["-keyopt", "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_md:sha256"] if oaep else [])
        return self.p7m(self._cms(args, entity), "authEnveloped-data" if "gcm" in cipher else "enveloped-data")


class Gpgsm:
    """GnuPG's S/MIME, with the keys of an authority."""

    def __init__(self, folder, authority, whom):
        self.home = pathlib.Path(folder) / "gpgsm"
        self.home.mkdir(mode=0o700)
        (self.home / "gpg-agent.conf").write_text("allow-loopback-pinentry\nallow-mark-trusted\n")
        mark = run(["openssl", "x509", "-in", authority.path("root", "pem"), "-noout", "-fingerprint", "-sha1"]).decode().split("=")[1].strip()
        (self.home / "trustlist.txt").write_text(f"{mark} S relax\n")
        (self.home / "gpgsm.conf").write_text("disable-crl-checks\ndisable-dirmngr\n")
        for who in ("root", "int"):
            self.gpgsm("--import", data=authority.path(who, "pem").read_bytes())
        for who in whom:
            with tempfile.NamedTemporaryFile() as file:
                # gpgsm 2.2 reads the old encryption of PKCS#12 only.
                file.write(authority.p12(who, "x", old=True))
                file.flush()
                self.gpgsm("--import", file.name)
        self.marks = {w: run(["openssl", "x509", "-in", authority.path(w, "pem"), "-noout", "-fingerprint", "-sha1"]).decode().split("=")[1].strip().replace(":", "") for w in ["root", "int", *whom]}

    def gpgsm(self, *args, data=None, moment=MOMENT):
        with tempfile.TemporaryFile() as passphrase:
            passphrase.write(b"x\n")
            passphrase.seek(0)
            number = passphrase.fileno()
            return run(["gpgsm", "--homedir", self.home, "--batch", "--yes", "--quiet", "--pinentry-mode", "loopback", "--passphrase-fd", str(number),
                        "--faked-system-time", _stamp(moment), *args], data, pass_fds=(number,))

    def signature(self, data, who, moment=MOMENT):
        return self.gpgsm("--local-user", f"0x{self.marks[who]}", "--detach-sign", data=data, moment=moment)

    def enveloped(self, entity, whom, cipher="AES256"):
        command = []
        for w in whom:
            command += ["--recipient", f"0x{self.marks[w]}"]
        return Authority.p7m(self.gpgsm("--cipher-algo", cipher, *command, "--encrypt", data=entity), "enveloped-data")

    def close(self):
        subprocess.run(["gpgconf", "--homedir", str(self.home), "--kill", "all"], check=False, capture_output=True)


def need(*programs):
    missing = [p for p in programs if not shutil.which(p)]
    if missing:
        raise SystemExit(f"missing: {', '.join(missing)} (Debian: gnupg gpgsm sq openssl faketime zip imagemagick python3-dkim python3-cryptography)")
