#!/usr/bin/env python3
"""Training from a pack that is larger than the memory it may take, next to the same pack held in memory.

    .venv/bin/python tests/bench/packs.py [--pictures 100000] [--size 64] [--kimg 0.8] [--rounds 3] [--centigan FILE] [--keep DIR]

Generates a stored ZIP archive of PNG files, packs it, and trains on it in turn: in memory, from the file, and on a pack of 100
pictures. Prints how long packing took, how long each run took to its first line, its peak memory, and its pace.
"""
import argparse
import io
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import time
import zipfile

import numpy
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[2]


def write_archive(path, count, size):
    """Random blobs, so that no two pictures are alike."""
    rng = numpy.random.default_rng(0)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for i in range(count):
            small = rng.integers(0, 256, (8, 8, 3), numpy.uint8)
            file = io.BytesIO()
            Image.fromarray(small).resize((size, size), Image.BILINEAR).save(file, "png", compress_level=1)
            archive.writestr(f"{i % 10}/{i:06}.png", file.getvalue())


def run(command, first_line=None):
    """Seconds to the line that holds `first_line`, and peak memory in MiB."""
    start, seen = time.time(), None
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=errors, text=True)
        for line in process.stdout:
            if seen is None and first_line and first_line in line:
                seen = time.time() - start
        _, status, usage = os.wait4(process.pid, 0)
        errors.seek(0)
        if status:
            raise SystemExit(errors.read())
    return seen or time.time() - start, usage.ru_maxrss / 1024


def train(args, pack, out, memory):
    shutil.rmtree(out, ignore_errors=True)
    seen, peak = run([args.centigan, "train", "--data", pack, "--out", out, "--preset", "quickstart", "--resolution", args.size,
                         "--model.lite.widths", "16,16,16,8,4", "--model.lite.d_widths", "16,16,16,8,4", "--kimg", args.kimg,
                         "--trainer.tick", args.kimg / 4, "--eval-every", "-1", "--save-every", args.kimg, "--data.memory", memory], "trains")
    lines = [json.loads(line) for line in (out / "stats.jsonl").read_text().splitlines()]
    return seen, peak, statistics.median(line["Timing/sec_per_kimg"] for line in lines[1:])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pictures", type=int, default=100000)
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--kimg", type=float, default=0.8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--centigan", default=ROOT / "build/dev/bin/centigan")
    parser.add_argument("--keep", type=pathlib.Path, help="folder for archive and packs, used again where they are there")
    args = parser.parse_args()
    folder = args.keep or pathlib.Path(tempfile.mkdtemp(prefix="packs-"))
    folder.mkdir(parents=True, exist_ok=True)
    large, small = folder / "large.h5", folder / "small.h5"
    if not large.exists():
        write_archive(folder / "large.zip", args.pictures, args.size)
        write_archive(folder / "small.zip", 100, args.size)
        seconds, peak = run([args.centigan, "pack", "--data", folder / "large.zip", "--out", large])
        run([args.centigan, "pack", "--data", folder / "small.zip", "--out", small])
        print(f"packing {args.pictures} pictures: {seconds:.1f} s, peak memory {peak:.0f} MiB, "
              f"{large.stat().st_size / 2**20:.0f} MiB", flush=True)
    rows = {"in memory": (large, 1 << 20), "from the file": (large, 64), "100 pictures in memory": (small, 64)}
    found = {name: [] for name in rows}
    for _ in range(args.rounds):
        for name, (pack, memory) in rows.items():
            found[name].append(train(args, pack, folder / "run", memory))
            print(f"{name:24} first line {found[name][-1][0]:.2f} s, peak {found[name][-1][1]:.0f} MiB, "
                  f"{found[name][-1][2]:.2f} s/kimg", flush=True)
    for name, results in found.items():
        start, peak, pace = (statistics.median(column) for column in zip(*results))
        best = min(row[2] for row in results)
        print(f"median of {name:24} first line {start:.2f} s, peak {peak:.0f} MiB, {pace:.2f} s/kimg, best {best:.2f}")
    if not args.keep:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
