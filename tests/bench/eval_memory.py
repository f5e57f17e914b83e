#!/usr/bin/env python3
"""Peak memory and time of `centigan eval` by the number of pictures.

    python tests/bench/eval_memory.py [--pictures 5000,50000] [--side 32] [--centigan FILE] [-- FLAGS OF eval]

As many fakes as reals, random blocks of colour as PNG in ZIP archives. Flags by default: --extractor pixels --metrics
fid,kid,prdc. Prints a line a count: MB at most, seconds by the clock and of the processors. Needs Python only.
"""
import argparse
import os
import pathlib
import random
import struct
import subprocess
import tempfile
import time
import zipfile
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[2]


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def block_picture(side, draw):
    """8x8 blocks of random colours as the bytes of a PNG."""
    block = side // 8
    rows = []
    for _ in range(8):
        row = b"\0" + b"".join(draw.randbytes(3) * block for _ in range(8))
        rows += [row] * block
    header = struct.pack(">IIBBBBB", 8 * block, 8 * block, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"".join(rows), 1)) +
            chunk(b"IEND", b""))


def write_archive(path, count, side, seed):
    draw = random.Random(seed)
    with zipfile.ZipFile(path, "w") as archive:
        for i in range(count):
            archive.writestr(f"{i:06}.png", block_picture(side, draw))


def measured(program, folder, flags):
    begun = time.perf_counter()
    process = subprocess.Popen([program, "eval", "--real", "a.zip", "--fake", "b.zip", "--cache", "none", *flags], cwd=folder)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(process.returncode)
    return usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime, time.perf_counter() - begun


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", default="5000,50000")
    parser.add_argument("--side", type=int, default=32)
    parser.add_argument("--centigan", default=ROOT / "build/release/bin/centigan")
    parser.add_argument("flags", nargs="*", default=["--extractor", "pixels", "--metrics", "fid,kid,prdc"])
    arguments = parser.parse_args()
    for count in map(int, arguments.pictures.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            for name, seed in (("a.zip", 1), ("b.zip", 2)):
                write_archive(pathlib.Path(folder) / name, count, arguments.side, seed)
            most, busy, seconds = measured(pathlib.Path(arguments.centigan).resolve(), folder, arguments.flags)
        print(f"{count} + {count} pictures: {most:.0f} MB at most, {seconds:.0f} s, {busy:.0f} s of processor time", flush=True)


if __name__ == "__main__":
    main()
