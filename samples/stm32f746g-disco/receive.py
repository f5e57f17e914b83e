#!/usr/bin/env python3
"""Saves the pictures that the board sends.

    python3 receive.py /dev/ttyACM0 [--out pictures] [--count 16]

Reads a serial port (115200 baud, 8N1; also a file, or - for standard input) and writes 000000.png and so on, by seed, with the
clocks that each took on standard output. Needs Python only.
"""
import argparse
import os
import pathlib
import re
import struct
import sys
import termios
import tty
import zlib

HEAD = re.compile(rb"P6\n(\d+) (\d+)\n255\n")
FOOT = re.compile(rb"# seed (\d+) status (\d+) clocks (\d+)\n")


def open_port(name):
    if name == "-":
        return sys.stdin.buffer
    port = open(name, "rb", buffering=0)
    if port.isatty():
        tty.setraw(port)
        mode = termios.tcgetattr(port)
        mode[4] = mode[5] = termios.B115200
        termios.tcsetattr(port, termios.TCSANOW, mode)
    return port


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, rgb):
    rows = b"".join(b"\0" + rgb[y * width * 3:(y + 1) * width * 3] for y in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def pictures(port):
    """(width, height, pixels, seed, status, clocks). What comes before the first head is left out: the board may be in the middle."""
    seen = b""
    while True:
        head = HEAD.search(seen)
        foot = head and FOOT.search(seen, head.end() + int(head[1]) * int(head[2]) * 3)
        if foot:
            size = int(head[1]) * int(head[2]) * 3
            if foot.start() - head.end() == size or int(foot[2]) != 0:
                yield (int(head[1]), int(head[2]), seen[head.end():head.end() + size], *map(int, foot.groups()))
            seen = seen[foot.end():]
            continue
        more = port.read(4096)
        if not more:
            return
        seen += more


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("port")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("pictures"))
    parser.add_argument("--count", type=int, default=16)
    arguments = parser.parse_args()
    os.makedirs(arguments.out, exist_ok=True)
    for number, (width, height, rgb, seed, status, clocks) in enumerate(pictures(open_port(arguments.port)), 1):
        if status != 0:
            raise SystemExit(f"seed {seed}: the runtime gave status {status} (cgrt.h, cgrt_status)")
        (arguments.out / f"{seed:06}.png").write_bytes(png(width, height, rgb))
        print(f"seed {seed}: {clocks:,} clocks, {clocks / 216e6:.3f} s at 216 MHz", flush=True)
        if number == arguments.count:
            return


if __name__ == "__main__":
    main()
