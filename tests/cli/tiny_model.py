"""A tiny generator as run/ and model.cgm, made once for all tests of a class."""
import pathlib
import shutil
import struct
import zlib

from cli import CliTest


class ModelTest(CliTest):
    made = None
    more = []  # further flags of its training

    def setUp(self):
        super().setUp()
        cls = type(self)
        if cls.made is None:
            self.tiny_run(*self.more)
            self.good("export", "--from", "run", "--out", "model.cgm")
            cls.made = pathlib.Path(str(self.folder) + "-made")
            shutil.copytree(self.folder, cls.made)
        else:
            shutil.rmtree(self.folder)
            shutil.copytree(cls.made, self.folder)

    @classmethod
    def tearDownClass(cls):
        if cls.made:
            shutil.rmtree(cls.made, ignore_errors=True)

    def raw(self, *arguments, model="model.cgm"):
        self.good("run", model, *arguments, "--raw", "rows")
        return (self.folder / "rows").read_bytes()


def padded_to(cgm, size):
    """The same model in a file of `size` bytes: what follows the weights is a chunk that readers skip."""
    old = len(cgm)
    chunk = struct.pack("<4sIII", b"PADS", size - old - 16, 0, 0) + bytes(size - old - 16)
    head_bytes = struct.unpack_from("<I", cgm, 8)[0]
    file = bytearray(cgm + chunk)
    struct.pack_into("<II", file, 12, 0, size)
    struct.pack_into("<I", file, 12, zlib.crc32(file[:head_bytes]))
    return bytes(file)
