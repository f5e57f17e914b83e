#!/usr/bin/env python3
"""Trains a small conditional BigGAN on a tenth of CIFAR-10 without augmentation, with DiffAugment, and with CR too.

    export CENTIGAN_DATA=/data/cifar10-10pct                   # holds train_*.bin and test_*.bin
    python3 tests/bench/compare_biggan.py --jobs 2             # every row that is not in the results yet
    python3 tests/bench/compare_biggan.py --table              # the table of what there is, in Markdown

The files are CIFAR-10's binary form: a label and 3,072 bytes of colour planes a record. One row is a method and a seed:
a training run with the preset biggan-cifar-10pct at a smaller size, and `centigan eval` of as many fakes as there are
test pictures against these. Every finished row appends one line to the results file and is skipped from then on, so the
script may be stopped at any time.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy
from PIL import Image

from result_rows import finished, flags, last_line, measured, run_missing, spread

ROOT = pathlib.Path(__file__).resolve().parents[2]
RESULTS = ROOT / "docs/results/biggan-cifar10-10pct.jsonl"
NAMES = "airplane automobile bird cat deer dog frog horse ship truck".split()

# Settings beside those of the preset, whose policy is translation,cutout.
METHODS = {
    "BigGAN": {"trainer.augment": ""},
    "+ DiffAugment": {},
    "+ DiffAugment + CR": {"loss.cr": "10"},
}


# What takes the place of labels: each block has a part of the latent.
UNCONDITIONAL = {"model.classes": 0, "model.biggan.hier": "true", "model.biggan.g_shared": "true",
                 "model.biggan.dim_z": 80}


def scaled_down(arguments):
    """The published recipe, narrower and shorter, so that minutes on a core show something."""
    scale = {"model.biggan.g_ch": arguments.ch, "model.biggan.d_ch": arguments.ch, "trainer.batch": arguments.batch,
            "trainer.d_steps": arguments.d_steps, "trainer.g_opt.lr": arguments.lr, "trainer.d_opt.lr": arguments.lr,
            "trainer.ema_kimg": arguments.ema_kimg, "trainer.ema_rampup": 0.05, "trainer.ema_start": 0,
            "model.precision": arguments.precision, "trainer.kimg": arguments.kimg}
    if arguments.subset:
        scale["data.subset"] = arguments.subset
    return {**scale, **(UNCONDITIONAL if arguments.unconditional else {})}


def rows(arguments):
    for seed in range(arguments.seeds):
        for method in arguments.only.split(",") if arguments.only else METHODS:
            yield {"method": method, "settings": METHODS[method], "scale": scaled_down(arguments), "seed": seed}


def write_pictures(binary, folder):
    """As PNG files in a folder for each class."""
    records = numpy.fromfile(binary, numpy.uint8).reshape(-1, 3073)
    for i, record in enumerate(records):
        target = folder / NAMES[record[0]]
        target.mkdir(parents=True, exist_ok=True)
        Image.fromarray(record[1:].reshape(3, 32, 32).transpose(1, 2, 0)).save(target / f"{i:05}.png")
    return len(records)


def run_row(row, data, arguments):
    """Trains and measures in a temporary folder -> the row with what came out."""
    environment = dict(os.environ, OMP_NUM_THREADS=str(arguments.threads))
    with tempfile.TemporaryDirectory(prefix="centigan-biggan-") as folder:
        run, numbers = folder + "/run", folder + "/eval.jsonl"
        subprocess.run([arguments.centigan, "train", "--data", data["train"], "--out", run, "--preset",
                        "biggan-cifar-10pct", "--seed", str(row["seed"]), "--threads", str(arguments.threads),
                        "--trainer.eval_every", "-1", "--quiet", *flags(row["scale"]), *flags(row["settings"])],
                       check=True, env=environment)
        subprocess.run([arguments.centigan, "eval", "--from", run, "--real", data["test"], "--metrics", "fid,kid,prdc",
                        "--fakes", str(data["count"]), "--cache", data["cache"], "--json", numbers, "--sheet",
                        folder + "/sheet.png", "--quiet"], check=True, env=environment, stdout=subprocess.DEVNULL)
        if arguments.sheets:
            sheet = sorted(pathlib.Path(run).glob("fakes*.png"))[-1]
            name = row["method"].replace(" ", "").replace("+", "-") + f"-{row['seed']}.png"
            arguments.sheets.mkdir(parents=True, exist_ok=True)
            (arguments.sheets / name).write_bytes(sheet.read_bytes())
        last = last_line(pathlib.Path(run) / "stats.jsonl")
        values, origin = measured(pathlib.Path(numbers), 5)
    scores = {"d_real": last["Loss/scores/real"], "d_fake": last["Loss/scores/fake"], "d_sign": last["Loss/signs/real"]}
    return {**row, **values, **{key: round(value, 5) for key, value in scores.items()}, **origin,
            "threads": arguments.threads, "train_seconds": round(last["Timing/seconds"], 1),
            "peak_mb": round(last["Resources/peak_mb"])}


def table(results, scale):
    """Mean and standard deviation over seeds, in the order of METHODS."""
    groups = {}
    for result in results:
        if result["scale"] == scale:
            groups.setdefault(result["method"], []).append(result)
    lines = ["| method | settings | seeds | FID | KID x 1000 | precision | recall | D real | s a run |",
             "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for method in (name for name in METHODS if name in groups):
        group = groups[method]
        settings = " ".join(f"`{key}={value}`" for key, value in group[0]["settings"].items())
        lines.append(f"| {method} | {settings} | {len(group)} | {spread(group, 'fid', 1)} | {spread(group, 'kid', 1, 1000)} "
                     f"| {spread(group, 'precision', 2)} | {spread(group, 'recall', 2)} | {spread(group, 'd_real', 2)} "
                     f"| {spread(group, 'train_seconds', 0)} |")
    return "\n".join(lines)


def find_data():
    root = os.environ.get("CENTIGAN_DATA", "")
    files = [sorted(pathlib.Path(root).glob(pattern)) if root else [] for pattern in ("train_*.bin", "test_*.bin")]
    if not all(files):
        sys.exit("compare_biggan: no train_*.bin and test_*.bin\nhint: export CENTIGAN_DATA=FOLDER with CIFAR-10's binaries")
    return files[0][0], files[1][0]


def measure_all(arguments):
    train, test = find_data()
    with tempfile.TemporaryDirectory(prefix="centigan-cifar-") as folder:
        root = pathlib.Path(folder)
        write_pictures(train, root / "train")
        data = {"train": str(root / "train"), "count": write_pictures(test, root / "test"), "test": str(root / "test"),
                "cache": str(arguments.cache or root / "cache")}
        run_missing(arguments.results, rows(arguments), lambda row: run_row(row, data, arguments), arguments.jobs)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="names of methods, separated by commas")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--kimg", type=float, default=200)
    parser.add_argument("--ch", type=int, default=8, help="channel multiplier of both networks (published: 64)")
    parser.add_argument("--batch", type=int, default=50)
    parser.add_argument("--d-steps", type=int, default=4, help="updates of D a step (published: 4)")
    parser.add_argument("--lr", type=float, default=0.0002, help="of both networks (published: 0.0002)")
    parser.add_argument("--ema-kimg", type=float, default=10)
    parser.add_argument("--precision", default="auto")
    parser.add_argument("--subset", default="", help="pictures to train on, as --data.subset takes it")
    parser.add_argument("--unconditional", action="store_true", help="without the labels")
    parser.add_argument("--jobs", type=int, default=1, help="runs side by side")
    parser.add_argument("--threads", type=int, default=1, help="threads a run")
    parser.add_argument("--results", type=pathlib.Path, default=RESULTS)
    parser.add_argument("--sheets", type=pathlib.Path, help="folder for the last sample sheet of each run")
    parser.add_argument("--cache", type=pathlib.Path, help="folder for features of the test pictures")
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--centigan", default=str(ROOT / "build/release/bin/centigan"))
    arguments = parser.parse_args()
    if not arguments.table:
        measure_all(arguments)
    print(table(finished(arguments.results), scaled_down(arguments)))


if __name__ == "__main__":
    main()
