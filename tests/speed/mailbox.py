"""A whole mailbox: taken in and indexed, searched, synchronised, and what it takes of the disk and the memory, beside
notmuch, mu and mbsync over the same mail in the same run. Programs that are not installed are left out, and said so."""
import os
import pathlib
import random
import shutil
import socket
import statistics
import subprocess
import time

import mail
import screen

QUERIES = 200
CHANGES = 50
PASSWORD = "bench"


def need(name):
    if shutil.which(name) is None:
        print(f"{name} is not installed: left out")
        return False
    return True


def timed(command, **options):
    """Seconds from start to end, and the peak of memory in MiB of the program."""
    begin = time.perf_counter()
    child = subprocess.Popen([str(c) for c in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **options)
    said = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(map(str, command))}: exit {status} {said.decode(errors='replace')[-600:]}")
    return time.perf_counter() - begin, usage.ru_maxrss / 1024


def size(*folders):
    """MiB on the disk, as `du` counts them."""
    done = subprocess.run(["du", "-sk", *map(str, folders)], check=True, capture_output=True, text=True)
    return sum(int(line.split()[0]) for line in done.stdout.splitlines()) / 1024


def maildir(work, count):
    """A Maildir of mixed mail, all read."""
    root = work / "Maildir"
    for name in ("cur", "new", "tmp"):
        (root / name).mkdir(parents=True)
    bytes_ = mail.mixed(root / "cur", count, seed=11)
    for file in list((root / "cur").iterdir()):
        file.rename(file.with_name(f"{int(file.stem)}.bench:2,S"))
    for number in range(screen.MARKED):
        message = screen.marked(number)
        (root / "cur" / f"{count + number}.bench:2,S").write_bytes(message)
        bytes_ += len(message)
    print(f"\nmailbox: {count} messages, {bytes_ / 1e6:.0f} MB")
    return root


class Peer:
    """notmuch or mu over the Maildir."""

    def __init__(self, name, work, root):
        self.name, self.home = name, work / name
        self.home.mkdir()
        if name == "notmuch":
            config = self.home / "config"
            config.write_text(f"[database]\npath={root}\nmail_root={root}\n[user]\nname=Alice\nprimary_email=alice@example.test\n[new]\ntags=unread\n[search]\nexclude_tags=\n")
            self.environment = {**os.environ, "NOTMUCH_CONFIG": str(config)}
            self.make, self.index = None, ["notmuch", "new", "--quiet", "--no-hooks"]
            self.data = root / ".notmuch"
        else:
            self.environment = {**os.environ, "MU_HOME": str(self.home / "mu")}
            self.make, self.index = ["mu", "init", f"--muhome={self.home}/mu", f"--maildir={root}"], ["mu", "index", f"--muhome={self.home}/mu", "--quiet"]
            self.data = self.home / "mu"

    def take_in(self):
        if self.make:
            timed(self.make, env=self.environment)
        return timed(self.index, env=self.environment)

    def ask(self, query):
        """Milliseconds, without those of a start that does nothing."""
        if self.name == "notmuch":
            command, bare = ["notmuch", "search", "--limit=1000", query], ["notmuch", "--version"]
        else:
            command, bare = ["mu", "find", f"--muhome={self.home}/mu", "--maxnum=1000", query], ["mu", "--version"]
        spent = [0.0, 0.0]
        for at, words in enumerate((command, bare)):
            begin = time.perf_counter()
            subprocess.run(words, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            spent[at] = (time.perf_counter() - begin) * 1000
        return max(spent[0] - spent[1], 0.0)


def queries():
    """Words, two words, phrases, senders, Japanese: the same for all."""
    chosen = random.Random(5)
    out = []
    for number in range(QUERIES):
        one, two = chosen.sample([word for word in mail.WORDS if len(word) > 4], 2)
        japanese = chosen.choice(["請求書", "会議", "見積もり", "お世話"])
        out.append([one, f"{one} {two}", f'"{one} {two}"', f"from:carol {one}", japanese][number % 5])
    return out


def p95(times):
    return statistics.quantiles(times, n=20)[-1]


def take_in_and_search(program, speed, work, root, options, passphrase):
    rows = {}
    profile = work / "profile"
    first, peak = timed([program, "import", root, "--folder", "Box", *options])
    # What is left for the index is taken in before the first search.
    rest, peak_of_search = timed([program, "search", "zzqqy", *options])
    rows["kakitome"] = (first + rest, max(peak, peak_of_search))
    peers = [Peer(name, work, root) for name in ("notmuch", "mu") if need(name)]
    for peer in peers:
        rows[peer.name] = peer.take_in()
    asked = work / "queries"
    asked.write_text("\n".join(queries()) + "\n")
    printed = subprocess.run([str(speed), "find", str(profile), str(passphrase), str(asked)], check=True, capture_output=True, text=True).stdout
    times = {"kakitome": [float(line.split()[0]) for line in printed.splitlines()]}
    for peer in peers:
        times[peer.name] = [peer.ask(query) for query in queries()]
    disk = {"kakitome": size(profile), **{peer.name: size(root / "cur", peer.data) for peer in peers}}
    print(f"\n{'':10} {'take in, s':>11} {'peak, MiB':>10} {'disk, MiB':>10} {'query p50, ms':>14} {'p95, ms':>9}   (a start that does nothing is taken off the peers' queries)")
    for name, (spent, peak) in rows.items():
        print(f"{name:10} {spent:11.2f} {peak:10.0f} {disk[name]:10.0f} {statistics.median(times[name]):14.2f} {p95(times[name]):9.2f}")
    return profile


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Dovecot:
    """A Dovecot of its own over a copy of the Maildir, with TLS; gone at the end."""

    def __init__(self, work, root):
        self.work, self.port = work / "dovecot", free_port()
        self.maildir = self.work / "mail/alice/Maildir"
        self.maildir.parent.mkdir(parents=True)
        shutil.copytree(root, self.maildir, ignore=shutil.ignore_patterns(".notmuch"))
        (self.work / "run").mkdir()
        run = lambda *words: subprocess.run(words, check=True, capture_output=True, cwd=self.work)  # noqa: E731
        run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Bench CA", "-days", "30", "-addext", "keyUsage=critical,keyCertSign")
        run("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "csr.pem", "-subj", "/CN=localhost")
        (self.work / "ext").write_text("subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n")
        run("openssl", "x509", "-req", "-in", "csr.pem", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30", "-extfile", "ext", "-out", "cert.pem")
        run("chown", "-R", "mail:mail", "mail")
        run("chmod", "711", self.work, work)
        (self.work / "users").write_text(f"alice@example.test:{{PLAIN}}{PASSWORD}::::::\n")
        (self.work / "conf").write_text(f"""
base_dir = {self.work}/run
state_dir = {self.work}/run
log_path = {self.work}/log
instance_name = kakitome-bench
protocols = imap
listen = 127.0.0.1
mail_location = maildir:~/Maildir
mail_uid = mail
mail_gid = mail
first_valid_uid = 1
ssl = required
ssl_cert = <{self.work}/cert.pem
ssl_key = <{self.work}/key.pem
passdb {{
  driver = passwd-file
  args = username_format=%u {self.work}/users
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={self.work}/mail/%n allow_all_users=yes
}}
service imap-login {{
  inet_listener imap {{
    port = {self.port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
namespace inbox {{
  inbox = yes
}}
""")

    def __enter__(self):
        self.server = subprocess.Popen(["dovecot", "-F", "-c", str(self.work / "conf")], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for _ in range(200):
            with socket.socket() as one:
                if one.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.05)
        raise SystemExit(f"Dovecot did not start: {(self.work / 'log').read_text()[-500:]}")

    def __exit__(self, *_):
        self.server.terminate()
        self.server.wait()

    def change(self):
        """Some messages become unread, some marked, some go, some come."""
        files = sorted((self.maildir / "cur").iterdir())[:CHANGES]
        for number, file in enumerate(files):
            kind = number % 4
            if kind == 0:
                file.rename(file.with_name(file.name.replace(":2,S", ":2,")))
            elif kind == 1:
                file.rename(file.with_name(file.name.replace(":2,S", ":2,FS")))
            elif kind == 2:
                file.unlink()
            else:
                copy = self.maildir / "new" / f"{time.time_ns()}.{number}.bench"
                shutil.copy(file, copy)
                shutil.chown(copy, "mail", "mail")


def synchronise(program, work, root):
    if not need("dovecot") or os.geteuid() != 0:
        print("synchronising: left out, it needs Dovecot, and root to start it")
        return
    with Dovecot(work, root) as server:
        secret = work / "account-passphrases"
        secret.write_text(f"{PASSWORD}\n{PASSWORD}\n")
        options = ["--profile", work / "synchronised", "--secret-store", "file", "--passphrase-file", secret]
        timed([program, "account", "add", "alice@example.test", "--smtp-host", "localhost", "--smtp-port", free_port(), "--imap-host", "localhost", "--imap-port", server.port, "--ca", server.work / "ca.pem", *options])
        local = work / "mbsync"
        (local / "mail").mkdir(parents=True)
        (local / "rc").write_text(f"""
IMAPAccount bench
Host localhost
Port {server.port}
User alice@example.test
Pass {PASSWORD}
SSLType STARTTLS
CertificateFile {server.work}/ca.pem

IMAPStore far
Account bench

MaildirStore near
Path {local}/mail/
Inbox {local}/mail/INBOX

Channel all
Far :far:
Near :near:
Patterns INBOX
Create Near
Expunge Near
SyncState *
""")
        ours = [program, "sync", *options]
        theirs = ["mbsync", "-q", "-c", local / "rc", "all"]
        rounds = [("first", None), ("nothing new", None), (f"{CHANGES} changes", server.change)]
        start = statistics.median(timed([program, "folder", "list", *options])[0] for _ in range(3))
        print(f"\n(of each of kakitome's times {start:.2f} s are its start: Argon2id over the vault)")
        print(f"{'synchronising':16} {'kakitome, s':>12} {'mbsync, s':>10} {'peak kakitome, MiB':>19}")
        has_peer = need("mbsync")
        for name, change in rounds:
            if change:
                change()
            spent, peak = timed(ours)
            peer = f"{timed(theirs)[0]:10.2f}" if has_peer else f"{'':10}"
            print(f"{name:16} {spent:12.2f} {peer} {peak:19.0f}")


def run(program, speed, work, count):
    root = maildir(work, count)
    passphrase = work / "mailbox-passphrase"
    passphrase.write_text(f"{PASSWORD}\n")
    options = ["--profile", work / "profile", "--secret-store", "file", "--passphrase-file", passphrase]
    take_in_and_search(program, pathlib.Path(speed), work, root, options, passphrase)
    synchronise(program, work, root)
