#!/usr/bin/env python3
"""Training speed and memory of `centigan train --model stylegan2` next to the same networks and step in eager PyTorch.

    .venv/bin/python tests/bench/train_stylegan2.py [--resolution 64] [--steps N] [--rounds 3] [--threads 2]
        [--r1-interval 1] [--peer-layout planar|channels-last|both] [--precision float32 bf16] [--centigan FILE]
    .venv/bin/python tests/bench/train_stylegan2.py --profile     # where the time of centigan goes (needs perf)

64 px runs at channel_base 4096, 128 px at 8192, both with at most 64 channels, batch 16, float32, non-saturating loss
with R1 on every r1-interval-th step, Adam, average of the weights. The peer has the operators as PyTorch users write
them without custom kernels: filters by stuffing zeros, padding and a convolution a channel, bias and activation by
elementwise calls, second derivatives by autograd. All train on samples/smileys, each in a process of its own, in turn
and in alternating order, so that a busy machine slows all. Prints a table in Markdown: seconds per 1,000 pictures
(median over rounds, one step ahead of each is not counted) and the most memory of a process, whole and beyond what it
held before it had networks or data. What is interrupted or fails prints what it has.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

import numpy
import torch
from PIL import Image

from stylegan2_peer import BATCH, PlainTrainer

ROOT = pathlib.Path(__file__).resolve().parents[2]


def smileys(size):
    pictures = [Image.open(path).convert("RGB").resize((size, size), Image.BOX)
                for path in sorted((ROOT / "samples/smileys").glob("*.png"))]
    return torch.tensor(numpy.stack([numpy.asarray(p) for p in pictures])).permute(0, 3, 1, 2) / 127.5 - 1


# A process inherits the peak of the one that starts it, so a small one is put between.
LAUNCH = """
import os, sys
child = os.spawnvp(os.P_NOWAIT, sys.argv[1], sys.argv[1:])
_, status, usage = os.wait4(child, 0)
print("peak", usage.ru_maxrss / 1024)
sys.exit(os.waitstatus_to_exitcode(status) != 0)
"""


def run_process(command):
    """What it printed, and its peak memory in MB."""
    done = subprocess.run([sys.executable, "-c", LAUNCH, *command], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"failed: {' '.join(command)}\n{done.stdout}{done.stderr}")
    output, _, peak = done.stdout.rstrip().rpartition("peak ")
    return output, float(peak)


def centigan_command(arguments, precision, folder, steps):
    kimg = lambda count: str(count * BATCH / 1000)
    return [arguments.centigan, "train", "--data", str(ROOT / "samples/smileys"), "--out", folder + "/run", "--preset",
            "low-shot-256", "--resolution", str(arguments.resolution), "--model.stylegan2.channel_base",
            str(channel_base(arguments)), "--model.stylegan2.channel_max", "64", "--model.precision", precision,
            "--loss.r1_interval", str(arguments.r1_interval), "--kimg", kimg(steps + 1), "--threads",
            str(arguments.threads), "--trainer.tick", kimg(1), "--save-every", "1000", "--trainer.grid_every", "1000",
            "--quiet"]


def channel_base(arguments):
    return 4096 if arguments.resolution == 64 else 8192


def measure_centigan(arguments, precision):
    """{"seconds", "peak", "start"}: between the end of the first tick and that of the last, by the run's own log."""
    with tempfile.TemporaryDirectory() as folder:
        _, peak = run_process(centigan_command(arguments, precision, folder, arguments.steps))
        lines = [json.loads(line) for line in open(folder + "/run/stats.jsonl")]
    first, last = lines[0], lines[-1]
    if last["images"] - first["images"] != arguments.steps * BATCH:
        raise RuntimeError("the run's log does not have one line a step")
    _, start = run_process([arguments.centigan, "--version"])
    seconds = 1000 * (last["Timing/seconds"] - first["Timing/seconds"]) / (last["images"] - first["images"])
    return {"seconds": seconds, "peak": peak, "start": start}


def measure_peer(arguments, layout):
    output, peak = run_process([sys.executable, __file__, "--peer", layout, "--resolution", str(arguments.resolution),
                                "--steps", str(arguments.steps), "--threads", str(arguments.threads), "--r1-interval",
                                str(arguments.r1_interval)])
    return {**json.loads(output.splitlines()[-1]), "peak": peak}


def resident_mb():
    text = pathlib.Path("/proc/self/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", text)[1]) / 1024


def run_peer(arguments):
    torch.set_num_threads(arguments.threads)
    start = resident_mb()
    trainer = PlainTrainer(smileys(arguments.resolution), arguments.resolution, channel_base(arguments),
                           arguments.peer == "channels-last", arguments.r1_interval)
    print(json.dumps({"seconds": trainer.seconds_per_kimg(arguments.steps), "start": start}))


def print_table(results):
    """results: name -> a list of what the rounds measured."""
    median = {name: {key: statistics.median(r[key] for r in rounds) for key in rounds[0]}
              for name, rounds in results.items()}
    for values in median.values():
        values["beyond"] = values["peak"] - values["start"]
    print("| | s per kimg | rounds | peak, MB | beyond start, MB |\n| --- | ---: | ---: | ---: | ---: |")
    for name, v in median.items():
        print(f"| {name} | {v['seconds']:.1f} | {len(results[name])} | {v['peak']:.0f} | {v['beyond']:.0f} |")
    peers = [name for name in median if name.startswith("PyTorch")]
    if not peers:
        return
    fast, small = (min(peers, key=lambda name: median[name][key]) for key in ("seconds", "beyond"))
    print("\n| | times as fast | of the memory |\n| --- | ---: | ---: |")
    for name in median:
        if name.startswith("centigan"):
            ratio = median[fast]["seconds"] / median[name]["seconds"]
            share = median[name]["beyond"] / median[small]["beyond"]
            print(f"| {name}, against the best of the peers | **{ratio:.2f}** | **{share:.2f}** |")


def compare(arguments):
    layouts = {"both": ("planar", "channels-last"), "none": ()}.get(arguments.peer_layout, (arguments.peer_layout,))
    jobs = [("centigan, " + p, measure_centigan, p) for p in arguments.precision]
    jobs += [("PyTorch, " + layout, measure_peer, layout) for layout in layouts]
    print(f"{arguments.resolution} px, {arguments.threads} threads, R1 every {arguments.r1_interval} steps, "
          f"{arguments.steps} steps a round, torch {torch.__version__}\n")
    results, problem = {}, None
    try:
        for i in range(arguments.rounds):
            for name, measure, what in jobs if i % 2 == 0 else reversed(jobs):
                results.setdefault(name, []).append(measure(arguments, what))
                print(f"round {i + 1}: {name} {results[name][-1]['seconds']:.1f} s per kimg", file=sys.stderr)
    except (KeyboardInterrupt, RuntimeError) as error:
        problem = str(error) or "interrupted"
    print_table({name: results[name] for name, _, _ in jobs if name in results})
    if problem:
        sys.exit(f"train_stylegan2: {problem}")


# Where a sample belongs: library and symbol, first match.
SHARES = [
    ("kernels of ours: upfirdn2d", r"libcentigan_nn_ops", r"upfirdn|column_pass|row_pass"),
    ("kernels of ours: bias_act", r"libcentigan_nn_ops", r"bias_act"),
    ("kernels of ours: scaling of channels", r"libcentigan_nn_ops", r"channel_"),
    ("augmentation", r"libcentigan_diffaug_ops", r""),
    ("convolutions (oneDNN)", r"^(\[?JIT|\[?anon|//anon|\[?unknown|jit)|\.mem", r""),
    ("convolutions (oneDNN)", r"libtorch_cpu", r"dnnl"),
    ("matrix products (MKL)", r"libtorch_cpu|mkl", r"mkl_|gemm"),
    ("other LibTorch calls", r"libtorch|libc10", r""),
    ("threads that wait", r"libgomp|libiomp", r""),
]


def share_of(library, symbol, shares_of):
    for name, libraries, symbols in shares_of:
        if re.search(libraries, library) and re.search(symbols, symbol):
            return name
    return "everything else (start, pictures, allocator, program)"


def profile_table(command, folder, shares_of, largest_of):
    """Samples of user time of a whole run, by perf."""
    if not shutil.which("perf"):
        sys.exit("--profile needs perf\nhint: install linux-perf")
    run_process(["perf", "record", "-q", "-F", "199", "-e", "cpu-clock:u", "-o", folder + "/perf", "--", *command])
    listing = ["perf", "report", "-i", folder + "/perf", "--stdio", "-q", "--sort", "dso,sym", "-t", "|"]
    report = subprocess.run(listing, check=True, capture_output=True, text=True).stdout
    shares, largest = {}, []
    for line in report.splitlines():
        fields = [field.strip() for field in line.split("|")]
        if len(fields) < 3 or not fields[0].endswith("%"):
            continue
        percent, library, symbol = float(fields[0][:-1]), fields[1], "|".join(fields[2:])
        name = share_of(library, symbol, shares_of)
        shares[name] = shares.get(name, 0.0) + percent
        largest.append((percent, library, symbol))
    print("| share of user time | % |\n| --- | ---: |")
    for name, percent in sorted(shares.items(), key=lambda item: -item[1]):
        print(f"| {name} | {percent:.1f} |")
    print("\n| largest | % |\n| --- | ---: |")
    for percent, library, symbol in largest[:largest_of]:
        print(f"| `{library}`: `{symbol[:90]}` | {percent:.1f} |")


def profile(arguments):
    with tempfile.TemporaryDirectory() as folder:
        command = centigan_command(arguments, arguments.precision[0], folder, arguments.steps)
        print(f"{arguments.resolution} px, {arguments.threads} threads, {arguments.steps + 1} steps and the start\n")
        profile_table(command, folder, SHARES, arguments.largest)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--resolution", type=int, default=64, choices=(64, 128))
    parser.add_argument("--steps", type=int, help="timed steps a round; default 10, at 128 px 3")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--r1-interval", type=int, default=1)
    parser.add_argument("--precision", nargs="*", default=["float32"], help="float32, bf16: runs of centigan")
    parser.add_argument("--peer-layout", default="both", choices=("planar", "channels-last", "both", "none"))
    parser.add_argument("--centigan", default=str(ROOT / "build/release/bin/centigan"))
    parser.add_argument("--profile", action="store_true", help="a table of where the time goes instead")
    parser.add_argument("--largest", type=int, default=12, help="functions in the second table of --profile")
    parser.add_argument("--peer", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    arguments.steps = arguments.steps or (10 if arguments.resolution == 64 else 3)
    if arguments.peer:
        return run_peer(arguments)
    if not os.access(arguments.centigan, os.X_OK):
        sys.exit(f"train_stylegan2: {arguments.centigan} is not there\nhint: build it, or name it with --centigan")
    return profile(arguments) if arguments.profile else compare(arguments)


if __name__ == "__main__":
    main()
