"""Mixed mail, nothing encrypted: messages a second and core, beside other parsers over the same files in the same run."""
import pathlib
import resource
import shutil
import subprocess
import sys

import mail

HERE = pathlib.Path(__file__).resolve().parent
RUNS = 3
SIGNED = 2  # of a hundred, half of them by each technology

PYTHON = """
import email, email.policy, sys, time, pathlib
files = [path.read_bytes() for path in sorted(pathlib.Path(sys.argv[1]).iterdir())]
begin, length = time.process_time(), 0
for data in files:
    message = email.message_from_bytes(data, policy=email.policy.default)
    length += len(str(message["from"])) + len(str(message["subject"]))
    for part in message.walk():
        if not part.is_multipart():
            length += len(part.get_content() if part.get_content_maintype() == "text" else part.get_payload(decode=True))
print(time.process_time() - begin)
"""


def processor_seconds(command):
    """What a whole program takes of the processors, system calls included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([str(c) for c in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(f"{command[0]}: exit {done.returncode} {done.stderr.decode(errors='replace')[-400:]}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def printed_seconds(command):
    """What a program says of itself."""
    return float(subprocess.run([str(c) for c in command], check=True, capture_output=True).stdout)


def gmime(work):
    """A small program over GMime, if it is installed with its headers."""
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "gmime-3.0"], capture_output=True, text=True) if shutil.which("pkg-config") else None
    if flags is None or flags.returncode or shutil.which("cc") is None:
        print("GMime (gmime-3.0 with its headers, pkg-config, cc) is not installed: left out")
        return None
    program = work / "gmime"
    subprocess.run(["cc", "-O2", "-o", str(program), str(HERE / "gmime.c"), *flags.stdout.split()], check=True)
    return program


def run(program, speed, work, signed, trust, count):
    """`signed` are signed messages to mix in, `trust` the options that name their keys."""
    folder = work / "mixed"
    folder.mkdir()
    size = mail.mixed(folder, count)
    for number, path in enumerate(signed[:count * SIGNED // 100]):
        size += len(path.read_bytes())
        shutil.copy(path, folder / f"signed{number:05}.eml")
    files = sorted(folder.iterdir())
    keys = [word for word in trust if isinstance(word, pathlib.Path)]
    rows = [("kakitome, assessing", "all of the story: tree, texts, verdicts, cautions, HTML looked into, signatures", lambda: printed_seconds([speed, "assess", folder, *keys])),
            ("kakitome inspect", "the same as a program, its start, reading the files and printing JSON included", lambda: processor_seconds([program, "inspect", folder, "--json", "--offline", "--at", "2026-11-01T00:00:00Z", *trust])),
            ("mail-parser", "tree, decoded parts, texts in Unicode; no defects, no verdicts, no signatures", lambda: printed_seconds([speed, "mail-parser", folder]))]
    peer = gmime(work)
    if peer:
        rows.append(("GMime", "the same as mail-parser, as a program, reading the files included", lambda: processor_seconds([peer, *files])))
    rows.append(("Python email", "the same as mail-parser", lambda: printed_seconds([sys.executable, "-c", PYTHON, folder])))
    print(f"\n{len(files)} mixed messages, {size / 1e6:.0f} MB, nothing encrypted, {len(files) - count} signed; seconds of one processor, best of {RUNS} (target: 5,000 messages a second)\n")
    print(f"{'':21} {'messages/s':>10} {'MB/s':>6} {'µs each':>8} {'ratio':>6}")
    own = None
    for name, what, measure in rows:
        spent = min(measure() for _ in range(RUNS))
        own = own or spent
        print(f"{name:21} {len(files) / spent:10.0f} {size / 1e6 / spent:6.0f} {spent / len(files) * 1e6:8.0f} {own / spent:6.2f}  {what}")
