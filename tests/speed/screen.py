"""A screen that nobody sees, and when a list of messages is first painted on it: the same eye for all programs.

The newest messages of the mailbox have subjects of squares, "■ ■ ■ ■ …". Xvfb keeps its pixels in a file that is looked
into every few milliseconds, with no question to the server and none to the program: a line of pixels that holds runs of one
colour at equal distances is a row of squares, in whatever font, theme and layout, and ROWS of them under each other are the list."""
import ctypes
import ctypes.util
import itertools
import mmap
import os
import pathlib
import struct
import subprocess
import tempfile
import time
import zlib

from makers import mime

SIZE = (1280, 800)
MARK = " ".join("■" * 10)
MARKED = 60  # more than any list shows at once
ROWS = 6  # rows of squares in sight: the list is there
SQUARES = 7  # of ten: a narrow column may cut them
STEP = 3  # every third line of pixels is looked at
PAUSE = 0.008
KEEP = None  # a folder for pictures of what was taken for a list (`tests/bench --screens`)


def marked(number):
    """One of the newest messages of the mailbox; no two are of one conversation."""
    date = f"Thu, 1 Oct 2026 {9 + number // 60:02}:{number % 60:02}:00 +0900"
    head = mime.fields(("Bob Baker", "bob@example.test"), "alice@example.test", f"{MARK} {number}", date, Message_ID=f"<mark{number}@example.test>")
    return mime.mail(head, mime.text(f"The newest letters, number {number}.\n"))


def has_squares(line):
    """Whether a line of pixels goes through a row of squares."""
    at, before = 0, {}  # colour → where its last run began, the distance to the one before, how many at that distance
    for colour, group in itertools.groupby(line):
        length = sum(1 for _ in group)
        if 4 <= length <= 24:
            begin, pitch, count = before.get(colour, (-1000, 0, 1))
            distance = at - begin
            if abs(distance - pitch) <= 1 and length < distance:
                count += 1
                if count >= SQUARES:
                    return True
            else:
                count = 2 if 7 <= distance <= 40 else 1
            before[colour] = (at, distance, count)
        at += length
    return False


class ClientMessage(ctypes.Structure):
    """XClientMessageEvent, in the room of an XEvent."""

    _fields_ = [("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("is_sent", ctypes.c_int), ("display", ctypes.c_void_p), ("window", ctypes.c_ulong),
                ("kind", ctypes.c_ulong), ("format", ctypes.c_int), ("data", ctypes.c_long * 5), ("rest", ctypes.c_long * 12)]

    @classmethod
    def of(cls, window, kind, word):
        event = cls(type=33, window=window.value, kind=kind, format=32)
        event.data[0] = word
        return event


class Library:
    """What is asked of libX11; false where there is none."""

    def __init__(self, display):
        name = ctypes.util.find_library("X11")
        self.x11 = name and ctypes.CDLL(name)
        if self.x11:
            self.x11.XOpenDisplay.restype = ctypes.c_void_p
            self.x11.XDefaultRootWindow.restype = self.x11.XInternAtom.restype = ctypes.c_ulong
        self.display = ctypes.c_void_p(self.x11 and self.x11.XOpenDisplay(display.encode()))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self:
            self("XSync", 0)
            self("XCloseDisplay")

    def __bool__(self):
        return bool(self.display)

    def __call__(self, function, *arguments):
        return getattr(self.x11, function)(self.display, *arguments)

    def root(self):
        return ctypes.c_ulong(self("XDefaultRootWindow"))

    def windows(self):
        """Those right on the screen."""
        root, parent, children, count = ctypes.c_ulong(), ctypes.c_ulong(), ctypes.POINTER(ctypes.c_ulong)(), ctypes.c_uint()
        self("XQueryTree", self.root(), *map(ctypes.byref, (root, parent, children, count)))
        return [ctypes.c_ulong(window) for window in children[:count.value]]


class Screen:
    """A display without a screen, of a number that is free."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        read, write = os.pipe()
        self.server = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", f"{SIZE[0]}x{SIZE[1]}x24", "-nolisten", "tcp", "-noreset", "-fbdir", self.folder.name],
                                       pass_fds=(write,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(write)
        number = b""
        while not number.endswith(b"\n"):
            piece = os.read(read, 16)
            if not piece:
                self.__exit__()
                raise SystemExit("Xvfb did not start")
            number += piece
        os.close(read)
        self.display = f":{number.decode().strip()}"
        with open(os.path.join(self.folder.name, "Xvfb_screen0"), "rb") as file:
            self.map = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        head = struct.unpack(">25I", self.map[:100])  # XWDFileHeader
        self.begin, self.width, self.height, self.stride = head[0] + head[19] * 12, head[4], head[5], head[12]
        self.seen = {}
        with Library(self.display) as x11:
            if x11:  # the pointer rests in a corner: nothing is below it
                x11("XWarpPointer", ctypes.c_ulong(0), x11.root(), 0, 0, 0, 0, self.width - 1, self.height - 1)
        return self

    def __exit__(self, *_):
        self.server.terminate()
        self.server.wait()
        self.folder.cleanup()

    def rows(self):
        """How many rows of squares are in sight. Lines that are as they were are not looked at again."""
        found, last = 0, -100
        for y in range(0, self.height, STEP):
            begin = self.begin + y * self.stride
            line = self.map[begin:begin + self.width * 4]
            check = zlib.crc32(line)
            known = self.seen.get(y)
            if known is None or known[0] != check:
                known = self.seen[y] = (check, has_squares(memoryview(line).cast("I")))
            if known[1]:
                found += y - last > STEP
                last = y
        return found

    def until_painted(self, patience, is_alive, look=None):
        """Waits for the list; gives whether it came. `look` is called before each glance."""
        end = time.perf_counter() + patience
        while time.perf_counter() < end and is_alive():
            if look:
                look()
            if self.rows() >= ROWS:
                return True
            time.sleep(PAUSE)
        return False

    def close_windows(self):
        """Asks every window to close, as the button of its frame does; gives whether that can be asked."""
        with Library(self.display) as x11:
            if not x11:
                return False
            protocols, delete = (x11("XInternAtom", name, 0) for name in (b"WM_PROTOCOLS", b"WM_DELETE_WINDOW"))
            known, length = ctypes.POINTER(ctypes.c_ulong)(), ctypes.c_int()
            for window in x11.windows():
                if x11("XGetWMProtocols", window, ctypes.byref(known), ctypes.byref(length)) and delete in known[:length.value]:
                    x11("XSendEvent", window, 0, ctypes.c_long(0), ctypes.byref(ClientMessage.of(window, protocols, delete)))
        return True

    def until_blank(self, patience):
        """Waits until no list is left of a program that was there before."""
        end = time.perf_counter() + patience
        while self.rows() and time.perf_counter() < end:
            time.sleep(0.05)
        return self.rows() == 0

    def keep(self, name):
        """Keeps a picture of the screen, where one is wanted."""
        if KEEP:
            (pathlib.Path(KEEP) / f"{name}.xwd").write_bytes(self.map)
