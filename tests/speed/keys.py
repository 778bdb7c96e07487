"""Keyrings: the list of keys and the verdict on one, next to gpg, gpgsm, sq and sq-wot on the same certificates."""
import os
import shutil
import statistics
import subprocess
import time

RUNS = 3
PATIENCE = 900
SIZES = (1_000, 10_000)


def timed(command, good=(0,), **options):
    """Seconds and peak memory in MiB of a program; `None` when it was stopped or failed."""
    begin = time.perf_counter()
    child = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    while True:
        done, status, usage = os.wait4(child.pid, os.WNOHANG)
        if done:
            spent = time.perf_counter() - begin
            return (spent, usage.ru_maxrss / 1024) if os.waitstatus_to_exitcode(status) in good else None
        if time.perf_counter() - begin > PATIENCE:
            child.kill()
            os.wait4(child.pid, 0)
            return None
        time.sleep(0.002)


def median(command, runs=RUNS, **options):
    found = [timed(command, **options) for _ in range(runs)]
    if None in found:
        return None
    return statistics.median(spent for spent, _ in found), max(peak for _, peak in found)


def line(size, program, what, found):
    said = "failed, or not done after 15 minutes" if found is None else f"{found[0] * 1000:10.0f} ms {found[1]:8.0f} MiB"
    print(f"{size:7} {program:9} {what:46} {said}", flush=True)


def ours(size, program, profile):
    """As a program that is started for each question, like those of the others."""
    passphrase = profile.parent / "passphrase"
    passphrase.write_text("bench\n")
    base = [program, "--profile", profile, "--secret-store", "file", "--passphrase-file", passphrase, "--offline"]
    line(size, "kakitome", "folder list (nothing but the profile)", median([*base, "folder", "list"]))
    line(size, "kakitome", "cert list", median([*base, "cert", "list"]))
    line(size, "kakitome", "trust path, one address", median([*base, "trust", "path", "person7@keys.test"]))
    line(size, "kakitome", "trust path, one address of S/MIME", median([*base, "trust", "path", "person7@smime.test"]))


def gnupg(size, ring, home):
    base = ["gpg", "--homedir", home, "--batch", "--quiet", "--no-auto-check-trustdb"]
    home.mkdir(mode=0o700)
    root = (ring / "root").read_text()
    line(size, "gpg", "--import", timed([*base, "--import", ring / "ring.pgp"]))
    subprocess.run([*map(str, base), "--import-ownertrust"], input=f"{root}:6:\n", text=True, capture_output=True)
    line(size, "gpg", "--list-keys", median([*base, "--with-colons", "--trust-model", "always", "--list-keys"]))
    line(size, "gpg", "--check-trustdb", timed(["gpg", "--homedir", home, "--batch", "--quiet", "--check-trustdb"]))
    line(size, "gpg", "--list-options show-uid-validity --list-keys", median([*base, "--list-options", "show-uid-validity", "--list-keys"]))
    line(size, "gpg", "validity of one (after --check-trustdb)", median([*base, "--list-options", "show-uid-validity", "--list-keys", "=Person 7 <person7@keys.test>"]))


def gnupg_smime(size, ring, home):
    home.mkdir(mode=0o700)
    (home / "gpgsm.conf").write_text("disable-crl-checks\ndisable-dirmngr\n")
    base = ["gpgsm", "--homedir", home, "--batch", "--quiet"]
    imported = timed([*base, "--import", ring / "x509.pem"])
    line(size, "gpgsm", "--import", imported)
    if imported is not None:
        line(size, "gpgsm", "--list-keys", median([*base, "--with-colons", "--list-keys"]))
        line(size, "gpgsm", "--with-validation --list-keys, of one", median([*base, "--with-validation", "--list-keys", "person7@smime.test"]))


def sequoia(size, ring):
    root = (ring / "root").read_text()
    if shutil.which("sq"):
        pki = subprocess.run(["sq", "pki", "authenticate", "--help"], capture_output=True).returncode == 0
        if pki:
            home = ["--home", ring / "sq-home"]
            line(size, "sq", "cert import", timed(["sq", *home, "cert", "import", ring / "ring.pgp"]))
            line(size, "sq", "cert list", median(["sq", *home, "cert", "list", "--all"]))
            line(size, "sq", "pki authenticate", median(["sq", *home, "pki", "authenticate", "--trust-root", root, "--email", "person7@keys.test"]))
        else:
            line(size, "sq", "keyring list", median(["sq", "keyring", "list", ring / "ring.pgp"]))
    if shutil.which("sq-wot"):
        base = ["sq-wot", "--keyring", ring / "ring.pgp", "--trust-root", root]
        line(size, "sq-wot", "list (everybody with a verdict)", timed([*base, "list"]))
        line(size, "sq-wot", "lookup, one address", median([*base, "lookup", "--email", "person7@keys.test"], good=(0, 1)))


def run(program, speed, work, kept):
    """`kept` is a folder in which keyrings stay from run to run."""
    for size in SIZES:
        ring = kept / f"keys-{size}"
        subprocess.run([str(speed), "keys-make", str(ring), str(size)], check=True)
        print(f"\n{size} OpenPGP certificates with {size * 10} certifications ({(ring / 'ring.pgp').stat().st_size >> 10} KiB),"
              f" {size} X.509 certificates\n", flush=True)
        profile = work / f"profile-{size}"
        said = subprocess.run([str(speed), "keys", str(ring), str(profile)], check=True, capture_output=True, text=True).stdout
        for fields in (row.split("\t") for row in said.splitlines()):
            unit = fields[1] if fields[0] != "frames" else "ms: median, 99 %, longest, layout"
            values = fields[2:]
            name = fields[0] if fields[0] != "frames" else f"frames, {fields[1]}"
            print(f"{size:7} kakitome  {name:60} {' '.join(f'{value:>8}' for value in values)} {unit}", flush=True)
        ours(size, program, profile)
        print()
        gnupg(size, ring, work / f"gnupg-keys-{size}")
        gnupg_smime(size, ring, work / f"gpgsm-keys-{size}")
        sequoia(size, ring)
    for size in SIZES:
        for kind in ("gnupg", "gpgsm"):
            subprocess.run(["gpgconf", "--homedir", str(work / f"{kind}-keys-{size}"), "--kill", "all"], capture_output=True)
