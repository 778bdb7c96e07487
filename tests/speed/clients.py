"""Mail programs with a window, each over a profile of its own that holds the mailbox: how long from their start until the
list is painted, and what memory they and their helpers have until then. The same for all: screen, eye, surroundings, warm
files, and that the first start, in which they make their caches, is not counted."""
import json
import os
import pathlib
import signal
import statistics
import struct
import subprocess
import time

import screen

STARTS = 5
WEIGHED = 3  # starts in which memory is looked at, apart: looking slows
WEIGH_EVERY = 0.05
SETTLED = 5.0  # seconds after the list was painted, when the memory is looked at once more
FIRST_START = 3600.0
PATIENCE = 120.0
PEERS = ("thunderbird", "claws-mail")


def surroundings(home, display):
    """What every program gets: a home of its own, the screen, pixels drawn by the processor, and no bus."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR", "USER", "LOGNAME") if name in os.environ}
    return {**kept, "HOME": str(home), "XDG_RUNTIME_DIR": str(home), "DISPLAY": display, "LIBGL_ALWAYS_SOFTWARE": "1", "NO_AT_BRIDGE": "1",
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={home}/no-bus", "GDK_BACKEND": "x11"}


class Started:
    """A program and everything that it started, in a session of its own; all of it ends with it."""

    def __init__(self, command, environment, eye):
        self.eye, self.begin = eye, time.perf_counter()
        self.child = subprocess.Popen([str(c) for c in command], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)
        os.set_blocking(self.child.stderr.fileno(), False)
        self.said = b""

    def __enter__(self):
        return self

    def __exit__(self, failed=None, *_):
        """Closes its windows and waits, so that it writes what it wants to keep; then nothing is left of it."""
        if not failed and self.is_alive() and self.eye.close_windows():
            self.until_gone(30)
        if self.is_alive():
            self.child.terminate()
            self.until_gone(10)
        for process in self.processes():
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.child.wait()
        self.child.stderr.close()

    def until_gone(self, patience):
        end = time.perf_counter() + patience
        while time.perf_counter() < end and (self.is_alive() or self.processes()):
            time.sleep(0.02)

    def is_alive(self):
        self.said = (self.said + (self.child.stderr.read() or b""))[-2000:]
        return self.child.poll() is None

    def processes(self):
        """It, its children and theirs; and who is of its session."""
        parents, found = {}, set()
        for entry in os.scandir("/proc"):
            if not entry.name.isdigit():
                continue
            try:
                state, parent, _, session = pathlib.Path(entry.path, "stat").read_text().rpartition(")")[2].split()[:4]
            except OSError:
                continue
            if state == "Z":
                continue
            parents.setdefault(int(parent), []).append(int(entry.name))
            if int(session) == self.child.pid:
                found.add(int(entry.name))
        waiting = [self.child.pid, *found]
        while waiting:
            for child in parents.get(waiting.pop(), []):
                if child not in found:
                    found.add(child)
                    waiting.append(child)
        return found

    def memory(self):
        """MiB of all of them; a page that several share is shared out (Pss), or counted for each where that is not told."""
        total = 0.0
        for process in self.processes():
            try:
                text = pathlib.Path(f"/proc/{process}/smaps_rollup").read_text()
                total += next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) / 1024
            except (PermissionError, StopIteration):
                total += int(pathlib.Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2 ** 20
            except OSError:
                continue
        return total

    def busy(self):
        """Seconds of the processor that they have had."""
        ticks = 0
        for process in self.processes():
            try:
                fields = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def until_idle(self, patience):
        """Until it has had less than a tenth of a processor for three seconds."""
        end, before, quiet = time.perf_counter() + patience, self.busy(), 0
        while quiet < 3 and time.perf_counter() < end and self.is_alive():
            time.sleep(1)
            now = self.busy()
            quiet = quiet + 1 if now - before < 0.1 else 0
            before = now


class Failed(Exception):
    """A program that does not show its list."""


def painted(name, command, environment, eye, patience=PATIENCE, look=None):
    """Starts it on an empty screen and waits until its list is painted; gives it, still running, and the seconds."""
    if not eye.until_blank(10):
        raise Failed(f"{name}: the list of the program before is still on the screen")
    started = Started(command, environment, eye)
    try:
        came = eye.until_painted(patience, started.is_alive, look and (lambda: look(started)))
        spent = time.perf_counter() - started.begin
        eye.keep(name if came else f"{name}-without-list")
        if came:
            return started, spent
        said = started.said.decode(errors="replace").strip()[-300:]
        raise Failed(f"{name} did not show its list within {spent:.0f} s{' and ended' * (not started.is_alive())}: {said}")
    except BaseException as failure:
        started.__exit__(failure)
        raise


class Weighing:
    """Looks at the memory of a program now and then, from its start on."""

    def __init__(self):
        self.peak, self.last = 0.0, 0.0

    def __call__(self, started):
        if time.perf_counter() - self.last > WEIGH_EVERY:
            self.peak = max(self.peak, started.memory())
            self.last = time.perf_counter()


def measure(name, command, environment, eye):
    """Median seconds to the list, all of them, peak MiB until then, MiB some seconds later; after a start that does not count."""
    started, first = painted(name, command, environment, eye, patience=FIRST_START)
    with started:
        started.until_idle(FIRST_START)
    times, peaks, later = [], [], []
    for _ in range(STARTS):
        started, spent = painted(name, command, environment, eye)
        with started:
            times.append(spent)
            started.until_idle(SETTLED)
    for _ in range(WEIGHED):
        weighing = Weighing()
        started, _ = painted(name, command, environment, eye, look=weighing)
        with started:
            peaks.append(max(weighing.peak, started.memory()))
            time.sleep(SETTLED)
            later.append(started.memory())
    return {"first": first, "seconds": statistics.median(times), "all": times, "peak": statistics.median(peaks), "later": statistics.median(later)}


def mails(maildir):
    """The files of a Maildir in the order of their numbers."""
    return sorted((maildir / "cur").iterdir(), key=lambda file: int(file.name.partition(".")[0]))


THUNDERBIRD = """
user_pref("mail.provider.suppress_dialog_on_startup", true);
user_pref("mail.spotlight.firstRunDone", true);
user_pref("mail.winsearch.firstRunDone", true);
user_pref("mail.shell.checkDefaultClient", false);
user_pref("mail.rights.version", 1);
user_pref("mailnews.start_page.enabled", false);
user_pref("mailnews.start_page_override.mstone", "ignore");
user_pref("app.donation.eoy.version.viewed", 999);
user_pref("app.update.auto", false);
user_pref("app.update.enabled", false);
user_pref("extensions.update.enabled", false);
user_pref("mail.inappnotifications.enabled", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("datareporting.policy.dataSubmissionPolicyBypassNotification", true);
user_pref("toolkit.telemetry.enabled", false);
user_pref("network.manage-offline-status", false);
user_pref("mailnews.database.global.indexer.enabled", false);
user_pref("mailnews.default_sort_type", 18);
user_pref("mailnews.default_sort_order", 2);
user_pref("mailnews.default_view_flags", 0);
user_pref("mail.accountmanager.accounts", "account1,account2");
user_pref("mail.accountmanager.defaultaccount", "account1");
user_pref("mail.accountmanager.localfoldersserver", "server2");
user_pref("mail.account.account1.server", "server1");
user_pref("mail.account.account1.identities", "id1");
user_pref("mail.account.account2.server", "server2");
user_pref("mail.identity.id1.fullName", "Alice");
user_pref("mail.identity.id1.useremail", "alice@example.test");
user_pref("mail.identity.id1.valid", true);
user_pref("mail.identity.id1.smtpServer", "smtp1");
user_pref("mail.smtpservers", "smtp1");
user_pref("mail.smtp.defaultserver", "smtp1");
user_pref("mail.smtpserver.smtp1.hostname", "localhost");
user_pref("mail.smtpserver.smtp1.port", 9);
user_pref("mail.smtpserver.smtp1.username", "alice");
user_pref("mail.server.server1.type", "pop3");
user_pref("mail.server.server1.hostname", "localhost");
user_pref("mail.server.server1.port", 9);
user_pref("mail.server.server1.name", "alice@example.test");
user_pref("mail.server.server1.userName", "alice");
user_pref("mail.server.server1.directory-rel", "[ProfD]Mail/localhost");
user_pref("mail.server.server1.storeContractID", "@mozilla.org/msgstore/berkeleystore;1");
user_pref("mail.server.server1.login_at_startup", false);
user_pref("mail.server.server1.check_new_mail", false);
user_pref("mail.server.server1.download_on_biff", false);
user_pref("mail.server.server2.type", "none");
user_pref("mail.server.server2.hostname", "Local Folders");
user_pref("mail.server.server2.name", "Local Folders");
user_pref("mail.server.server2.userName", "nobody");
user_pref("mail.server.server2.directory-rel", "[ProfD]Mail/Local Folders");
user_pref("mail.server.server2.storeContractID", "@mozilla.org/msgstore/berkeleystore;1");
"""


def thunderbird(home, maildir):
    """An account of POP that never connects, its inbox in mbox."""
    profile = home / "thunderbird"
    box = profile / "Mail/localhost/Inbox"
    box.parent.mkdir(parents=True)
    (profile / "Mail/Local Folders").mkdir()
    (profile / "user.js").write_text(THUNDERBIRD)
    window = {"screenX": "0", "screenY": "0", "width": str(screen.SIZE[0]), "height": str(screen.SIZE[1]), "sizemode": "normal"}
    (profile / "xulstore.json").write_text(json.dumps({"chrome://messenger/content/messenger.xhtml": {"messengerWindow": window}}))
    tab = {"mode": "mail3PaneTab", "state": {"firstTab": True, "folderPaneVisible": True, "messagePaneVisible": True, "folderURI": "mailbox://alice@localhost/Inbox"}, "ext": {}}
    tabs = {"rev": 0, "selectedIndex": 0, "tabs": [tab]}
    (profile / "session.json").write_text(json.dumps({"rev": 0, "windows": [{"type": "3pane", "tabs": tabs}]}))
    with open(box, "wb") as out:
        for file in mails(maildir):
            body = file.read_bytes().replace(b"\r\n", b"\n").replace(b"\nFrom ", b"\n>From ")
            out.write(b"From - Thu Oct  1 00:00:00 2026\nX-Mozilla-Status: 0001\nX-Mozilla-Status2: 00000000\n" + body + b"\n")
    return ["thunderbird", "-no-remote", "-profile", profile], box.parent


CLAWS = """[Common]
config_version=4
last_opened_folder=#mh/Mailbox/inbox
goto_last_folder_on_startup=1
check_on_startup=0
autochk_newmail=0
clean_on_exit=0
ask_on_clean=0
confirm_on_exit=0
mainwin_x=0
mainwin_y=0
mainwin_width=1280
mainwin_height=800
mainwin_maximised=0
summaryview_width=1005
summaryview_height=440
default_sort_key=3
default_sort_type=1
"""


def claws(home, maildir):
    """A mailbox of MH, the only form of files that it has of itself."""
    config, box = home / "claws", home / "Mailbox/inbox"
    box.mkdir(parents=True)
    config.mkdir()
    count = 0
    for count, file in enumerate(mails(maildir), 1):
        os.link(file, box / str(count))
    # All of them were read: the form of its file of marks is a version, then number and flags.
    (box / ".claws_mark").write_bytes(struct.pack("<I", 2) + b"".join(struct.pack("<II", number, 0) for number in range(1, count + 1)))
    for name in ("sent", "draft", "queue", "trash"):
        (box.parent / name).mkdir()
    (config / "clawsrc").write_text(CLAWS)
    (config / "accountrc").write_text("[Account: 1]\naccount_name=alice\nis_default=1\nname=Alice\naddress=alice@example.test\nprotocol=3\nsmtp_server=localhost\nset_smtpport=1\nsmtp_port=9\nreceive_at_get_all=0\n")
    special = "".join(f'<folderitem type="{kind}" name="{name}" path="{name}" />' for kind, name in (("outbox", "sent"), ("draft", "draft"), ("queue", "queue"), ("trash", "trash")))
    (config / "folderlist.xml").write_text(f'<?xml version="1.0" encoding="UTF-8"?>\n<folderlist>\n<folder type="mh" name="Mailbox" path="{box.parent}" sort="0" collapsed="0">\n'
                                           f'<folderitem type="inbox" name="inbox" path="inbox" sort_key="date" sort_type="descending" threaded="0" />{special}\n</folder>\n</folderlist>\n')
    return ["claws-mail", "--alternate-config-dir", config], box.parent


def prepared(name, home, maildir):
    """The command of a peer over a new profile with the mailbox, and where its mail is."""
    home.mkdir()
    return {"thunderbird": thunderbird, "claws-mail": claws}[name](home, maildir)
