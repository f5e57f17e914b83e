#!/usr/bin/env python3
"""Training speed and memory of `centigan train --preset biggan-cifar` next to the same networks and step in eager
PyTorch.

    .venv/bin/python tests/bench/train_biggan.py [--ch 16] [--steps N] [--rounds 3] [--threads 2]
        [--precision float32 bf16] [--peer-layout planar|channels-last|both] [--centigan FILE]
    .venv/bin/python tests/bench/train_biggan.py --profile      # where the time of centigan goes (needs perf)

32 px, ten classes, batch 50, four updates of D and one of G a step, translation,cutout, hinge loss, one look of D at
fakes and reals, average of weights and statistics. ch 64 are the published networks; 16 are a quarter as wide. All
train on samples/smileys, each in a process of its own, in turn and in alternating order, so that a busy machine slows
all. Prints a table in Markdown: seconds per 1,000 real pictures (median over rounds, the step that warms up is not
counted) and the most memory of a process. What is interrupted or fails prints what it has.
"""
import argparse
import json
import os
import pathlib
import shutil
import sys
import tempfile

import torch

from biggan_peer import BATCH, CLASSES, D_STEPS, PlainTrainer
from train_stylegan2 import SHARES, compare_in_turn, jobs_of, profile_table, resident_mb, run_process, smileys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PICTURES = BATCH * D_STEPS  # a step


def smileys_in_classes(folder):
    """Ten of them a class."""
    for i, path in enumerate(sorted((ROOT / "samples/smileys").glob("*.png"))):
        target = pathlib.Path(folder) / f"class{i % CLASSES}"
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)


def centigan_command(arguments, precision, folder, steps):
    kimg = lambda count: str(count * PICTURES / 1000)
    smileys_in_classes(folder + "/data")
    return [arguments.centigan, "train", "--data", folder + "/data", "--out", folder + "/run", "--preset", "biggan-cifar",
            "--model.biggan.g_ch", str(arguments.ch), "--model.biggan.d_ch", str(arguments.ch), "--model.precision",
            precision, "--kimg", kimg(steps + 1), "--threads", str(arguments.threads), "--trainer.tick", kimg(1),
            "--save-every", "1000", "--trainer.grid_every", "1000", "--trainer.eval_every", "-1", "--quiet"]


def measure_centigan(arguments, precision):
    """{"seconds", "peak", "start"}: between the end of the first tick and that of the last, by the run's own log."""
    with tempfile.TemporaryDirectory() as folder:
        _, peak = run_process(centigan_command(arguments, precision, folder, arguments.steps))
        lines = [json.loads(line) for line in open(folder + "/run/stats.jsonl")]
    first, last = lines[0], lines[-1]
    if last["images"] - first["images"] != arguments.steps * PICTURES:
        raise RuntimeError("the run's log does not have one line a step")
    _, start = run_process([arguments.centigan, "--version"])
    seconds = 1000 * (last["Timing/seconds"] - first["Timing/seconds"]) / (last["images"] - first["images"])
    return {"seconds": seconds, "peak": peak, "start": start}


def measure_peer(arguments, layout):
    output, peak = run_process([sys.executable, __file__, "--peer", layout, "--ch", str(arguments.ch), "--steps",
                                str(arguments.steps), "--threads", str(arguments.threads)])
    return {**json.loads(output.splitlines()[-1]), "peak": peak}


def run_peer(arguments):
    torch.set_num_threads(arguments.threads)
    start = resident_mb()
    trainer = PlainTrainer(smileys(32), arguments.ch, arguments.peer == "channels-last")
    print(json.dumps({"seconds": trainer.seconds_per_kimg(arguments.steps), "start": start}))


def compare(arguments):
    compare_in_turn("train_biggan", f"32 px, ch {arguments.ch}, {arguments.threads} threads, {arguments.steps} steps of "
                    f"{PICTURES} pictures a round", jobs_of(arguments, measure_centigan, measure_peer), arguments.rounds)


def profile(arguments):
    with tempfile.TemporaryDirectory() as folder:
        command = centigan_command(arguments, arguments.precision[0], folder, arguments.steps)
        print(f"32 px, ch {arguments.ch}, {arguments.threads} threads, {arguments.steps + 1} steps and the start\n")
        profile_table(command, folder, SHARES, arguments.largest)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ch", type=int, default=16, help="channel multiplier of both networks")
    parser.add_argument("--steps", type=int, default=4, help="timed steps a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--precision", nargs="*", default=["float32", "bf16"], help="float32, bf16: runs of centigan")
    parser.add_argument("--peer-layout", default="both", choices=("planar", "channels-last", "both", "none"))
    parser.add_argument("--centigan", default=str(ROOT / "build/release/bin/centigan"))
    parser.add_argument("--profile", action="store_true", help="a table of where the time goes instead")
    parser.add_argument("--largest", type=int, default=12, help="functions in the second table of --profile")
    parser.add_argument("--peer", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.peer:
        return run_peer(arguments)
    if not os.access(arguments.centigan, os.X_OK):
        sys.exit(f"train_biggan: {arguments.centigan} is not there\nhint: build it, or name it with --centigan")
    return profile(arguments) if arguments.profile else compare(arguments)


if __name__ == "__main__":
    main()
