"""The table of the mailbox: each work beside the programs of others, what was aimed at, and whether it was met. The rows and
the aims are those that were agreed before anything was measured; what was not measured is said to be so, never met."""
import math

AGREED = 100_000  # messages that the aims are meant for
MIB = 2 ** 20 / 1e6


def several(values):
    return " ".join(f"{value:.2f}" for value in values)


def row(work, own, peers, aim, tests):
    """`tests` are what has to hold, each `None` when something for it is missing."""
    if own is None or any(test is None for test in tests):
        verdict = "missed" if own is not None and any(test is False for test in tests) else "not measured"
    else:
        verdict = "met" if all(tests) else "missed"
    return [work, own or "-", peers or "-", aim, verdict]


def words(values, unit, digits):
    return ", ".join(f"{name} {value:.{digits}f} {unit}" for name, value in values.items())


def beside(work, values, needs, unit, digits, aim, holds, also=()):
    """A row of which the best peer counts; `holds` is told our value and theirs, `also` are tests of ours alone. Unless all of
    those that it `needs` were measured it is not known whether the best was among them."""
    values = dict(values or {})
    own = values.pop("kakitome", None)
    held = holds(own, min(values.values())) if own is not None and values else None
    tests = [None if held and set(needs) - set(values) else held]
    tests += [own is not None and test(own) for test in also]
    return row(work, None if own is None else f"{own:.{digits}f} {unit}", words(values, unit, digits), aim, tests)


def rows(count, found):
    """The table for one size."""
    start = found.get("start") or {}
    seconds = {name: one["seconds"] for name, one in start.items()}
    peaks = {name: one["peak"] * MIB for name, one in start.items()}
    own, memory = seconds.get("kakitome"), peaks.get("kakitome")

    def against(ours, theirs, part):
        return None if ours is None or theirs is None else ours <= theirs * part

    usable, vault = found.get("usable"), found.get("vault")
    out = [
        beside(f"import and index {count} messages", found.get("take in"), ("notmuch", "mu"), "s", 2, "at least 2 times the faster one", lambda ours, best: best / ours >= 2),
        beside("search, 200 queries, p95", found.get("search"), ("notmuch", "mu"), "ms", 2, "not slower than the faster one, under 30 ms", lambda ours, best: ours <= best, [lambda ours: ours < 30]),
        beside("first full synchronising", found.get("first"), ("mbsync",), "s", 2, "not slower", lambda ours, best: ours <= best),
        row("  list usable", f"{sorted(usable)[len(usable) // 2]:.2f} s ({usable[0]:.2f} s the first time)" if usable else None, "", "within 3 s", [sorted(usable)[len(usable) // 2] <= 3 if usable else None]),
        beside("synchronising 50 changes", found.get("changes"), ("mbsync",), "s", 2, "at least 5 times faster", lambda ours, best: best / ours >= 5),
        row("start to list painted", None if own is None else f"{own:.2f} s", words(without(seconds), "s", 2), "a quarter of Thunderbird, not slower than Claws Mail",
            [against(own, seconds.get("thunderbird"), 0.25), against(own, seconds.get("claws-mail"), 1)]),
        row("peak memory then", None if memory is None else f"{memory:.0f} MB", words(without(peaks), "MB", 0), "a quarter of Thunderbird, under 200 MB",
            [against(memory, peaks.get("thunderbird"), 0.25), None if memory is None else memory < 200]),
        row("disk used", f"{found['disk']['kakitome'] * MIB:.0f} MB", words({name: value * MIB for name, value in without(found["disk"]).items()}, "MB", 0), "not more than notmuch with its Maildir",
            [against(found["disk"]["kakitome"], found["disk"].get("notmuch"), 1)]),
        row(f"scroll {count} rows, processor a frame, p99", None if found.get("scroll") is None else f"{found['scroll']:.2f} ms", "", "under 4 ms", [None if found.get("scroll") is None else found["scroll"] < 4]),
    ]
    if own is not None and vault is not None:
        out.insert(6, ["  of it Argon2id over the vault", f"{vault:.2f} s", "-", "(included above)", ""])
    return out


def without(values):
    return {name: value for name, value in values.items() if name != "kakitome"}


def slope(points):
    """The exponent of n that fits (n, seconds) best, by least squares of the logarithms."""
    xs, ys = [math.log(n) for n, _ in points], [math.log(max(value, 1e-6)) for _, value in points]
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((a - x) * (b - y) for a, b in zip(xs, ys)) / sum((a - x) ** 2 for a in xs)


def growth(found):
    """Rows of how time grows, judged by the fit and by its last step, where what a start costs counts least. Opening the vault,
    which takes the same for every size, is taken off."""
    works = {
        "take in": lambda one: one["take in"]["kakitome"] - 2 * one.get("vault", 0),
        "search, p95": lambda one: one["search"]["kakitome"],
        "first synchronising": lambda one: one["first"]["kakitome"] - one["vault"],
        "50 changes": lambda one: one["changes"]["kakitome"] - one["vault"],
        "start to list": lambda one: one["start"]["kakitome"]["seconds"] - one["vault"],
    }
    out = []
    for work, value in works.items():
        try:
            points = [(count, value(one)) for count, one in sorted(found.items())]
        except KeyError:
            out.append(row(f"growth: {work}", None, "", "not worse than n log n", [None]))
            continue
        allowed = [(count, count * math.log(count)) for count, _ in points]
        fits, last = slope(points), slope(points[-2:])
        unit, digits = ("ms", 2) if "p95" in work else ("s", 2)
        own = " / ".join(f"{value:.{digits}f}" for _, value in points) + f" {unit}: n^{fits:.2f}, last step n^{last:.2f}"
        out.append(row(f"growth: {work}", own, "", f"not worse than n log n: n^{slope(allowed):.2f}, n^{slope(allowed[-2:]):.2f}", [fits <= slope(allowed), last <= slope(allowed[-2:])]))
    return out


def show(found):
    count = max(found)
    lines = rows(count, found[count])
    if len(found) > 1:
        lines += growth(found)
    print(f"\nThe table of {count} messages" + (f"; its aims are meant for {AGREED}, and what a start costs counts too much in a smaller one" if count < AGREED else ""))
    if len(found) > 1:
        print("growth: for " + ", ".join(str(size) for size in sorted(found)) + " messages")
    print()
    lines.insert(0, ["work", "kakitome", "others", "aim", ""])
    widths = [max(len(line[nth]) for line in lines) for nth in range(4)]
    for nth, line in enumerate(lines):
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)) + "  " + line[4])
        if nth == 0:
            print("  ".join("-" * width for width in widths) + "  " + "-" * 6)
    missed = [line[0].strip() for line in lines[1:] if line[4] == "missed"]
    unknown = [line[0].strip() for line in lines[1:] if line[4] == "not measured"]
    print(f"\n{sum(line[4] == 'met' for line in lines)} met, {len(missed)} missed, {len(unknown)} not measured")
