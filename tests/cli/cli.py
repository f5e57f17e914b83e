"""What the tests of the command line share: running the program, and what a good error looks like.

The program's path is in CENTIGAN. Each test works in a folder of its own.
"""
import hashlib
import os
import pathlib
import re
import shutil
import struct
import subprocess
import tempfile
import unittest
import zlib

PROGRAM = os.environ["CENTIGAN"]
SMILEYS = pathlib.Path(__file__).resolve().parents[2] / "samples/smileys"
INTERPOSE = os.environ.get("CENTIGAN_INTERPOSE", "")

# A network that trains 1,000 pictures in a few seconds: 16 px, 8 channels.
TINY = ["--preset", "quickstart", "--resolution", "16", "--model.lite.widths", "8,8,8",
        "--model.lite.d_widths", "8,8,8", "--model.lite.z_dim", "16", "--model.lite.w_dim", "16",
        "--model.lite.rgb_first", "1", "--kimg", "0.32", "--save-every", "0.16"]

# component: where: what, then the hint; nothing else but progress and warnings before.
ERROR = re.compile(r"\A(?:warning: [^\n]+\n|[a-z]+: \d+ of \d+ [^\n]+\n)*"
                   r"[a-z][a-z -]*: [^\n]+\n(?:  [^\n]+\n)*  hint: [^\n]+\n\Z")
NEVER = re.compile(r"terminate called|basic_string|enforce fail|Allocator|Exception raised from|frame #\d|"
                   r"libtorch|Segmentation|AddressSanitizer|what\(\)")


def png(width, height, pixel=(200, 100, 50), kind=2):
    """A plain picture as the bytes of a PNG file; kind 2: RGB, 0: grey."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + bytes(pixel) * width for _ in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def folder_hash(folder):
    """One hash over names, kinds and contents below a folder."""
    digest = hashlib.sha256()
    for path in sorted(pathlib.Path(folder).rglob("*")):
        digest.update(str(path.relative_to(folder)).encode() + b"\0")
        digest.update(path.read_bytes() if path.is_file() else b"folder")
    return digest.hexdigest()


class CliTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="centigan-cli-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.cache = tempfile.mkdtemp(prefix="centigan-cache-")
        self.addCleanup(shutil.rmtree, self.cache, ignore_errors=True)

    def run_program(self, *arguments, environment=None, **options):
        process = subprocess.run([PROGRAM, *map(str, arguments)], cwd=self.folder, capture_output=True, text=True,
                                 errors="replace", stdin=subprocess.DEVNULL, timeout=240,
                                 env={**os.environ, "XDG_CACHE_HOME": self.cache, **(environment or {})}, **options)
        self.assertIsNone(NEVER.search(process.stderr), process.stderr)
        return process

    def good(self, *arguments, **options):
        """Runs to a good end; gives stdout."""
        process = self.run_program(*arguments, **options)
        self.assertEqual(process.returncode, 0, process.stderr)
        return process.stdout

    def bad(self, code, pattern, *arguments, **options):
        """Ends with `code` and one sentence with a hint that matches `pattern`."""
        process = self.run_program(*arguments, **options)
        self.assertEqual(process.returncode, code, process.stderr)
        self.assertRegex(process.stderr, ERROR)
        self.assertRegex(process.stderr, pattern)
        return process

    def pictures(self, count=10, name="pictures"):
        """A folder of `count` of the sample pictures."""
        folder = self.folder / name
        folder.mkdir()
        for path in sorted(SMILEYS.glob("*.png"))[:count]:
            shutil.copy(path, folder)
        return folder

    def tiny_run(self, *more, out="run", data=None):
        """Trains the tiny network; gives its folder."""
        data = data or self.pictures()
        self.good("train", "--data", data, "--out", out, *TINY, *more)
        return self.folder / out


main = unittest.main
