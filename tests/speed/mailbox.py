"""A whole mailbox: taken in and indexed, searched, synchronised, shown by a window that is started over it, scrolled, and
what it takes of the disk and the memory, beside notmuch, mu, mbsync, Thunderbird and Claws Mail over the same mail in the same
run. Programs that are not installed are left out, and said so."""
import contextlib
import imaplib
import os
import pathlib
import random
import shutil
import socket
import ssl
import statistics
import subprocess
import time

import clients
import mail
import screen
import table

QUERIES = 200
CHANGES = 50
PASSWORD = "bench"
FIRST_SYNCS = 3
TURNS = 3


def need(name):
    if shutil.which(name) is None:
        print(f"{name} is not installed: left out")
        return False
    return True


def timed(command, **options):
    """Seconds from start to end, and the peak of memory in MiB of the program."""
    begin = time.perf_counter()
    child = subprocess.Popen([str(c) for c in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **options)
    try:
        said = child.stderr.read()
    except BaseException:
        child.kill()
        child.wait()
        raise
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(map(str, command))}: exit {status} {said.decode(errors='replace')[-600:]}")
    return time.perf_counter() - begin, usage.ru_maxrss / 1024


def size(*folders):
    """MiB on the disk, as `du` counts them."""
    done = subprocess.run(["du", "-sk", *map(str, folders)], check=True, capture_output=True, text=True)
    return sum(int(line.split()[0]) for line in done.stdout.splitlines()) / 1024


def maildir(work, count):
    """A Maildir of mixed mail, all read; the newest are those that the eye knows."""
    root = work / "Maildir"
    for name in ("cur", "new", "tmp"):
        (root / name).mkdir(parents=True)
    newest = min(count, screen.MARKED)
    bytes_ = mail.mixed(root / "cur", count - newest, seed=11)
    for file in list((root / "cur").iterdir()):
        file.rename(file.with_name(f"{int(file.stem)}.bench:2,S"))
    for number in range(newest):
        message = screen.marked(number)
        (root / "cur" / f"{count - newest + number}.bench:2,S").write_bytes(message)
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


def take_in_and_search(program, speed, work, root, is_alone):
    """Seconds, milliseconds of the queries and MiB on the disk, by program."""
    profile, passphrase = work / "profile", work / "mailbox-passphrase"
    passphrase.write_text(f"{PASSWORD}\n")
    options = ["--profile", profile, "--secret-store", "file", "--passphrase-file", passphrase]
    rows = {}
    first, peak = timed([program, "import", root, "--folder", "Box", *options])
    # What is left for the index is taken in before the first search.
    rest, peak_of_search = timed([program, "search", "zzqqy", *options])
    rows["kakitome"] = (first + rest, max(peak, peak_of_search))
    peers = [] if is_alone else [Peer(name, work, root) for name in ("notmuch", "mu") if need(name)]
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
    return {"take in": {name: spent for name, (spent, _) in rows.items()}, "search": {name: p95(found) for name, found in times.items()}, "disk": disk}


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
        run("chmod", "711", self.work, work, work.parent)
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

    def warm(self):
        """Another client looks at everything first: what the server then knows it knows for all who are measured."""
        with imaplib.IMAP4("localhost", self.port) as client:
            client.starttls(ssl.create_default_context(cafile=self.work / "ca.pem"))
            client.login("alice@example.test", PASSWORD)
            client.select("INBOX", readonly=True)
            client.fetch("1:*", "(FLAGS INTERNALDATE RFC822.SIZE)")

    def change(self, turn):
        """Some messages become unread, some marked, some go, some come."""
        files = sorted((self.maildir / "cur").iterdir())[turn * CHANGES:][:CHANGES]
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


def account(program, profile, secret, server):
    """Makes a profile with an account of the server, which has not been synchronised; gives the options that open it."""
    options = ["--profile", profile, "--secret-store", "file", "--passphrase-file", secret]
    timed([program, "account", "add", "alice@example.test", "--smtp-host", "localhost", "--smtp-port", free_port(), "--imap-host", "localhost", "--imap-port", server.port, "--ca", server.work / "ca.pem", *options])
    return options


def mbsync(work, server):
    """The command of mbsync over the same account."""
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
    return ["mbsync", "-q", "-c", local / "rc", "all"]


def usable(program, work, secret, server, eye):
    """Seconds from the start of a window whose account has never been synchronised to its list of the newest messages, while the
    rest is still being fetched; of each of some profiles."""
    times = []
    for number in range(FIRST_SYNCS):
        home = work / f"usable-{number}"
        home.mkdir()
        options = account(program, home / "profile", secret, server)
        try:
            started, spent = clients.painted("kakitome-first-sync", [program, "gui", *options], clients.surroundings(home, eye.display), eye)
        except clients.Failed as failure:
            print(f"list usable: left out, {failure}")
            return []
        with started:
            times.append(spent)
        shutil.rmtree(home)
    print(f"first synchronising, from the start of the window to the newest messages in its list, s: {table.several(times)}")
    return times


def synchronise(program, work, root, eye, is_alone):
    """Seconds of each round by program; and where the profile is that was synchronised."""
    if not need("dovecot") or os.geteuid() != 0:
        print("synchronising and starting: left out, they need Dovecot, and root to start it")
        return {}
    found = {}
    with Dovecot(work, root) as server:
        secret = work / "account-passphrases"
        secret.write_text(f"{PASSWORD}\n{PASSWORD}\n")
        options = account(program, work / "synchronised", secret, server)
        starts = [statistics.median(timed(command)[0] for _ in range(3)) for command in ([program, "folder", "list", *options], [program, "--version"])]
        found["vault"] = starts[0] - starts[1]
        print(f"\nopening a profile with a passphrase: {found['vault']:.2f} s, Argon2id over the vault; part of each of kakitome's times below")
        if eye and not is_alone:
            found["usable"] = usable(program, work, secret, server, eye)
        ours, theirs = [program, "sync", *options], None
        if not is_alone and need("mbsync"):
            theirs = mbsync(work, server)
        print(f"{'synchronising':16} {'kakitome, s':>12} {'mbsync, s':>10} {'peak kakitome, MiB':>19}   (after another client has looked at everything)")
        turns = [("first", None), ("nothing new", None), *(("changes", turn) for turn in range(TURNS))]
        for name, turn in turns:
            if turn is not None:
                server.change(turn)
            server.warm()
            spent, peak = timed(ours)
            times = found.setdefault(name, {"kakitome": []})
            times["kakitome"].append(spent)
            if theirs:
                time.sleep(1.5)  # mbsync itself waits for the next second when its folders have just changed
                times.setdefault("mbsync", []).append(timed(theirs)[0])
            print(f"{name:16} {spent:12.2f} {times.get('mbsync', [float('nan')])[-1]:10.2f} {peak:19.0f}")
        for name in {name for name, _ in turns}:
            found[name] = {program: statistics.median(times) for program, times in found[name].items()}
    found["options"] = options
    return found


def starting(program, work, root, options, eye, is_alone):
    """What each program needs from its start to its list, by program; and the MiB of the peers' mail on the disk."""
    commands, disk = {"kakitome": [program, "gui", *options]} if options else {}, {}
    homes = {"kakitome": work / "kakitome"}
    homes["kakitome"].mkdir()
    for name in () if is_alone else clients.PEERS:
        if need(name):
            homes[name] = work / name
            commands[name], disk[name] = clients.prepared(name, homes[name], root)
    if not is_alone:
        print(f"\n{'start to list':12} {'median, s':>10} {'all, s':>32} {'peak until then, MiB':>21} {'after ' + str(round(clients.SETTLED)) + ' s, MiB':>15} {'first start, s':>15}")
    found = {}
    for name, command in commands.items():
        try:
            one = found[name] = clients.measure(name, command, clients.surroundings(homes[name], eye.display), eye)
        except clients.Failed as failure:
            print(f"{name}: left out, {failure}")
            continue
        if not is_alone:
            print(f"{name:13} {one['seconds']:10.2f} {table.several(one['all']):>32} {one['peak']:21.0f} {one['later']:15.0f} {one['first']:15.2f}")
    return found, {name: size(folder) for name, folder in disk.items()}


def scrolling(speed, options):
    """Milliseconds of the processor for a frame of the list, 99 of a hundred."""
    profile, secret = (options[options.index(name) + 1] for name in ("--profile", "--passphrase-file"))
    done = subprocess.run([str(speed), "scroll", str(profile), str(secret)], capture_output=True, text=True)
    frames = [line.split("\t")[1:] for line in done.stdout.splitlines() if line.startswith("frames\t")]
    if done.returncode or not frames:
        print(f"scrolling: left out, `speed scroll` ends with {done.returncode}: {done.stderr.strip()[-300:]}")
        return None
    print(f"\n{'frames, ms of the processor':50} {'p50':>6} {'p99':>6} {'max':>6}")
    for name, half, most, longest, _ in frames:
        print(f"{name:50} {half:>6} {most:>6} {longest:>6}")
    return max(float(most) for _, _, most, *_ in frames)


def whole(program, speed, work, count, eye, is_alone):
    """Everything about a mailbox of one size."""
    folder = work / f"mailbox-{count}"
    folder.mkdir()
    try:
        root = maildir(folder, count)
        found = take_in_and_search(program, speed, folder, root, is_alone)
        found.update(synchronise(program, folder, root, eye, is_alone))
        options = found.get("options")
        if eye:
            found["start"], disk = starting(program, folder, root, options, eye, is_alone)
            found["disk"].update(disk)
        found["scroll"] = scrolling(speed, options) if options and not is_alone else None
        return found
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(program, speed, work, count, grows):
    """The table of one size; with `grows` also how time grows from a hundredth and a tenth of it."""
    speed = pathlib.Path(speed)
    load, cores = os.getloadavg()[0], os.cpu_count()
    print(f"\nmailbox: {load:.1f} of {cores} processors are busy with other work{': the times of all are too long' if load > cores / 4 else ''}")
    with contextlib.ExitStack() as stack:
        eye = stack.enter_context(screen.Screen()) if need("Xvfb") else None
        sizes = [size for size in (count // 100, count // 10) if grows and size > 0]
        found = {size: whole(program, speed, work, size, eye, True) for size in sizes}
        found[count] = whole(program, speed, work, count, eye, False)
    table.show(found)
