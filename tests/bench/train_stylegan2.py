#!/usr/bin/env python3
"""Training speed and memory of `centigan train --model stylegan2` next to the same networks and step in eager PyTorch.

    .venv/bin/python tests/bench/train_stylegan2.py [--resolution 64] [--steps N] [--rounds 3] [--threads 2]
        [--r1-interval 1] [--peer-layout planar|channels-last|both] [--precision float32 bf16] [--centigan FILE]
    .venv/bin/python tests/bench/train_stylegan2.py --profile     # where the time of centigan goes (CPU: needs perf)
    .venv/bin/python tests/bench/train_stylegan2.py --device cuda --precision fp16 bf16     # 256 px, low-shot-256

On a GPU it is preset low-shot-256 as it is, and the peer runs in the published fast mode (stylegan2_peer.py). On the CPU
64 px runs at channel_base 4096, 128 px at 8192, both with at most 64 channels, batch 16, float32, non-saturating loss
with R1 on every r1-interval-th step, Adam, average of the weights. The peer has the operators as PyTorch users write
them without custom kernels: filters by stuffing zeros, padding and a convolution a channel, bias and activation by
elementwise calls, second derivatives by autograd. All train on samples/smileys, each in a process of its own, in turn
and in alternating order, so that a busy machine slows all. Prints a table in Markdown: seconds per 1,000 pictures
(median over rounds, one step ahead of each is not counted) and the most memory of a process, whole and beyond what it
held before it had networks or data. What is interrupted or fails prints what it has.
"""
import argparse
import functools
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
    base, most = channels(arguments)
    return [arguments.centigan, "train", "--data", str(ROOT / "samples/smileys"), "--out", folder + "/run", "--preset",
            "low-shot-256", "--resolution", str(arguments.resolution), "--model.stylegan2.channel_base", str(base),
            "--model.stylegan2.channel_max", str(most), "--model.precision", precision, "--loss.r1_interval",
            str(arguments.r1_interval), "--kimg", kimg(steps + warm_up(arguments)), "--threads", str(arguments.threads),
            "--trainer.tick", kimg(warm_up(arguments)), "--save-every", "1000", "--trainer.grid_every", "1000",
            "--eval-every", "-1", "--trainer.device", arguments.device, "--trainer.pieces",
            "2" if arguments.device == "cpu" else "1", "--quiet"]


def channels(arguments):
    return {64: (4096, 64), 128: (8192, 64)}.get(arguments.resolution, (32768, 512))


def warm_up(arguments):
    """Steps that are not counted."""
    return 1 if arguments.device == "cpu" else 5


def measure_centigan(arguments, precision):
    """{"seconds", "peak", "start"}: between the end of the first tick and that of the last, by the run's own log."""
    with tempfile.TemporaryDirectory() as folder:
        _, peak = run_process(centigan_command(arguments, precision, folder, arguments.steps))
        lines = [json.loads(line) for line in open(folder + "/run/stats.jsonl")]
    first, last = lines[0], lines[-1]
    if last["images"] - first["images"] != arguments.steps * BATCH:
        raise RuntimeError("the run's log does not have a line every few steps")
    seconds = 1000 * (last["Timing/seconds"] - first["Timing/seconds"]) / (last["images"] - first["images"])
    if arguments.device != "cpu":
        return {"seconds": seconds, "peak": last["Resources/peak_gpu_mem_mb"], "start": 0}
    _, start = run_process([arguments.centigan, "--version"])
    return {"seconds": seconds, "peak": peak, "start": start}


def measure_peer(arguments, layout):
    output, peak = run_process([sys.executable, __file__, "--peer", layout, "--resolution", str(arguments.resolution),
                                "--steps", str(arguments.steps), "--threads", str(arguments.threads), "--r1-interval",
                                str(arguments.r1_interval), "--device", arguments.device])
    return {"peak": peak, **json.loads(output.splitlines()[-1])}


def resident_mb():
    text = pathlib.Path("/proc/self/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", text)[1]) / 1024


def run_peer(arguments):
    torch.set_num_threads(arguments.threads)
    start = resident_mb()
    trainer = PlainTrainer(smileys(arguments.resolution).to(arguments.device), arguments.resolution,
                           *channels(arguments), arguments.peer == "channels-last", arguments.r1_interval)
    result = {"seconds": trainer.seconds_per_kimg(arguments.steps), "start": start}
    if arguments.device != "cpu":
        result.update(start=0, peak=torch.cuda.max_memory_allocated() / 2**20)
    print(json.dumps(result))


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


def compare_in_turn(program, title, jobs, rounds):
    """jobs: name, what measures it -> {"seconds", "peak", "start"}. Prints what it has when it is interrupted."""
    print(f"{title}, torch {torch.__version__}\n")
    results, problem = {}, None
    try:
        for i in range(rounds):
            for name, measure in jobs if i % 2 == 0 else reversed(jobs):
                results.setdefault(name, []).append(measure())
                print(f"round {i + 1}: {name} {results[name][-1]['seconds']:.1f} s per kimg", file=sys.stderr)
    except (KeyboardInterrupt, RuntimeError) as error:
        problem = str(error) or "interrupted"
    print_table({name: results[name] for name, _ in jobs if name in results})
    if problem:
        sys.exit(f"{program}: {problem}")


def jobs_of(arguments, centigan, peer):
    """What --precision and --peer-layout ask for; the two measure a precision and a layout."""
    layouts = {"both": ("planar", "channels-last"), "none": ()}.get(arguments.peer_layout, (arguments.peer_layout,))
    return ([("centigan, " + p, functools.partial(centigan, arguments, p)) for p in arguments.precision] +
            [("PyTorch, " + layout, functools.partial(peer, arguments, layout)) for layout in layouts])


def compare(arguments):
    where = f"{arguments.threads} threads" if arguments.device == "cpu" else torch.cuda.get_device_name()
    compare_in_turn("train_stylegan2", f"{arguments.resolution} px, {where}, R1 every {arguments.r1_interval} steps, "
                    f"{arguments.steps} steps a round", jobs_of(arguments, measure_centigan, measure_peer),
                    arguments.rounds)


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


# The same for kernels of a GPU, by name.
GPU_SHARES = [
    ("kernels of ours: upfirdn2d", r"upfirdn"),
    ("kernels of ours: bias_act", r"bias_act"),
    ("kernels of ours: scaling of channels", r"scale_values|dot_values"),
    ("kernels of ours: augmentation, noise", r"fused_|plan|ada_|normal_rows"),
    ("convolutions and matrix products", r"xmma|gemm|conv|wgrad|dgrad|fprop|cutlass|nvjet|cudnn|sm90|sm80|splitK"),
    ("change of layout", r"nchwToNhwc|nhwcToNchw|transpose"),
    ("copies", r"[Mm]emcpy|[Mm]emset|copy"),
    ("sums", r"reduce"),
    ("elementwise calls of LibTorch", r"elementwise"),
]


def profile_gpu(arguments):
    """Kernels of a part of a run, by libgpu_profile.so (-DCENTIGAN_BENCHMARKS=ON) or that of --preload."""
    with tempfile.TemporaryDirectory() as folder:
        command = centigan_command(arguments, arguments.precision[0], folder, arguments.steps)
        begin, length = arguments.window
        environment = {"LD_PRELOAD": arguments.preload, "GPU_PROFILE": f"{begin},{length},{folder}/trace.json"}
        subprocess.run(command, check=True, env={**os.environ, **environment})
        events = json.load(open(folder + "/trace.json"))["traceEvents"]
    kernels = [e for e in events if e.get("cat") in ("kernel", "gpu_memcpy", "gpu_memset")]
    shares, largest, busy, last = {}, {}, 0.0, 0.0
    for event in sorted(kernels, key=lambda e: e["ts"]):
        name = next((n for n, pattern in GPU_SHARES if re.search(pattern, event["name"])), "everything else")
        shares[name] = shares.get(name, 0.0) + event["dur"]
        largest.setdefault(event["name"], []).append(event["dur"])
        busy += max(0.0, event["ts"] + event["dur"] - max(event["ts"], last))
        last = max(last, event["ts"] + event["dur"])
    span = last - min(e["ts"] for e in kernels)
    print(f"{arguments.resolution} px, {torch.cuda.get_device_name()}, {arguments.precision[0]}: {len(kernels)} kernels "
          f"in {span / 1e6:.2f} s, the GPU is busy for {100 * busy / span:.0f} % of it\n")
    total = sum(shares.values())
    print_shares("share of the time in kernels", {n: 100 * t / total for n, t in shares.items()})
    print("\n| largest | calls | % |\n| --- | ---: | ---: |")
    for name, times in sorted(largest.items(), key=lambda item: -sum(item[1]))[:arguments.largest]:
        print(f"| `{name[:110]}` | {len(times)} | {100 * sum(times) / total:.1f} |")


def print_shares(title, shares):
    print(f"| {title} | % |\n| --- | ---: |")
    for name, percent in sorted(shares.items(), key=lambda item: -item[1]):
        print(f"| {name} | {percent:.1f} |")


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
    print_shares("share of user time", shares)
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
    parser.add_argument("--resolution", type=int, choices=(64, 128, 256), help="default 64, on a GPU 256")
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--steps", type=int, help="timed steps a round; default 10, at 128 px 3, on a GPU 50")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--r1-interval", type=int, default=1)
    parser.add_argument("--precision", nargs="*", default=["float32"], help="float32, bf16: runs of centigan")
    parser.add_argument("--peer-layout", default="both", choices=("planar", "channels-last", "both", "none"))
    parser.add_argument("--centigan", default=str(ROOT / "build/release/bin/centigan"))
    parser.add_argument("--profile", action="store_true", help="a table of where the time goes instead")
    parser.add_argument("--largest", type=int, default=12, help="functions in the second table of --profile")
    parser.add_argument("--window", type=float, nargs=2, default=(20, 6), help="--profile on a GPU: begin, length in s")
    parser.add_argument("--preload", default=str(ROOT / "build/release/lib/libgpu_profile.so"))
    parser.add_argument("--peer", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    on_cpu = arguments.device == "cpu"
    arguments.resolution = arguments.resolution or (64 if on_cpu else 256)
    arguments.steps = arguments.steps or (50 if not on_cpu else 10 if arguments.resolution == 64 else 3)
    if not on_cpu and arguments.peer_layout == "both":
        arguments.peer_layout = "channels-last"
    if arguments.peer:
        return run_peer(arguments)
    if not os.access(arguments.centigan, os.X_OK):
        sys.exit(f"train_stylegan2: {arguments.centigan} is not there\nhint: build it, or name it with --centigan")
    if arguments.profile:
        return profile(arguments) if on_cpu else profile_gpu(arguments)
    return compare(arguments)


if __name__ == "__main__":
    main()
