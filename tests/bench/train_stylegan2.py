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
import copy
import json
import math
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import numpy
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

ROOT = pathlib.Path(__file__).resolve().parents[2]
BATCH, R1_GAMMA, Z, MAPPING, SLOPE = 16, 10.0, 512, 8, 0.2
TAPS = torch.tensor([1.0, 3.0, 3.0, 1.0])
FIR = torch.outer(TAPS, TAPS) / 64


def upfirdn2d(x, up=1, down=1, padding=(0, 0, 0, 0), gain=1.0):
    """Zeros behind each pixel, padding, a convolution a channel, every n-th pixel."""
    n, c, h, w = x.shape
    if up > 1:
        x = F.pad(x.reshape(n, c, h, 1, w, 1), (0, up - 1, 0, 0, 0, up - 1)).reshape(n, c, h * up, w * up)
    x = F.pad(x, padding)
    x = F.conv2d(x, (FIR.to(x) * gain)[None, None].repeat(c, 1, 1, 1), groups=c)
    return x[:, :, ::down, ::down] if down > 1 else x


def bias_act(x, bias, gain=math.sqrt(2), slope=SLOPE):
    x = x + bias.reshape([-1 if i == 1 else 1 for i in range(x.ndim)])
    return F.leaky_relu(x, slope) * gain if slope != 1 else x


class Dense(nn.Module):
    def __init__(self, inputs, outputs, lr_mult=1.0, bias=0.0, linear=False):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs) / lr_mult)
        self.bias = nn.Parameter(torch.full((outputs,), bias))
        self.gain, self.lr_mult, self.linear = lr_mult / math.sqrt(inputs), lr_mult, linear

    def forward(self, x):
        x = x @ (self.weight * self.gain).t()
        return x + self.bias * self.lr_mult if self.linear else bias_act(x, self.bias * self.lr_mult)


class Modulated(nn.Module):
    def __init__(self, cin, cout, kernel, up=1, rgb=False, resolution=0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(cout, cin, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(cout))
        self.affine = Dense(Z, cin, bias=1.0, linear=True)
        self.up, self.rgb, self.resolution = up, rgb, resolution
        if not rgb:
            self.noise_strength = nn.Parameter(torch.zeros([]))

    def forward(self, x, w):
        style = self.affine(w)
        if self.rgb:
            x = x * (style / math.sqrt(x.shape[1]))[:, :, None, None]
            return bias_act(F.conv2d(x, self.weight), self.bias, slope=1)
        demodulation = ((self.weight[None] * style[:, None, :, None, None]).square().sum((2, 3, 4)) + 1e-8).rsqrt()
        x = x * style[:, :, None, None]
        if self.up == 2:
            x = F.conv_transpose2d(x, self.weight.transpose(0, 1), stride=2)
            x = upfirdn2d(x, padding=(1, 1, 1, 1), gain=4.0)
        else:
            x = F.conv2d(x, self.weight, padding=1)
        noise = torch.randn(x.shape[0], 1, self.resolution, self.resolution) * self.noise_strength
        return bias_act(x * demodulation[:, :, None, None] + noise, self.bias)


class Generator(nn.Module):
    def __init__(self, resolution, channels):
        super().__init__()
        self.mapping = nn.Sequential(*[Dense(Z, Z, 0.01) for _ in range(MAPPING)])
        self.const = nn.Parameter(torch.randn(channels[4], 4, 4))
        self.first = Modulated(channels[4], channels[4], 3, resolution=4)
        sizes = [r for r in channels if r > 4]
        self.ups = nn.ModuleList(Modulated(channels[r // 2], channels[r], 3, 2, resolution=r) for r in sizes)
        self.convs = nn.ModuleList(Modulated(channels[r], channels[r], 3, resolution=r) for r in sizes)
        self.rgbs = nn.ModuleList(Modulated(channels[r], 3, 1, rgb=True) for r in [4] + sizes)

    def forward(self, z, mix):
        w = self.mapping(z * (z.square().mean(1, keepdim=True) + 1e-8).rsqrt())
        if mix is not None:  # styles of the later half by another latent
            other = self.mapping(mix * (mix.square().mean(1, keepdim=True) + 1e-8).rsqrt())
        else:
            other = w
        x = self.first(self.const.expand(len(z), -1, -1, -1), w)
        image = self.rgbs[0](x, w)
        for i, (up, conv, rgb) in enumerate(zip(self.ups, self.convs, self.rgbs[1:])):
            style = w if i < len(self.ups) // 2 else other
            x = conv(up(x, style), style)
            image = upfirdn2d(image, up=2, padding=(2, 1, 2, 1), gain=4.0) + rgb(x, style)
        return image


class Plain(nn.Module):
    def __init__(self, cin, cout, kernel, down=1, bias=True, gain=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(cout, cin, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(cout)) if bias else None
        self.scale, self.down, self.gain, self.kernel = 1 / math.sqrt(cin * kernel**2), down, gain, kernel

    def forward(self, x):
        weight = self.weight * self.scale
        if self.down == 1:
            x = F.conv2d(x, weight, padding=self.kernel // 2)
        elif self.kernel == 1:
            x = F.conv2d(upfirdn2d(x, down=2, padding=(1, 1, 1, 1)), weight)
        else:
            x = F.conv2d(upfirdn2d(x, padding=(2, 2, 2, 2)), weight, stride=2)
        return x * self.gain if self.bias is None else bias_act(x, self.bias, math.sqrt(2) * self.gain)


class Discriminator(nn.Module):
    def __init__(self, resolution, channels):
        super().__init__()
        self.from_rgb = Plain(3, channels[resolution], 1)
        sizes, half = sorted((r for r in channels if r > 4), reverse=True), math.sqrt(0.5)
        self.conv0 = nn.ModuleList(Plain(channels[r], channels[r], 3) for r in sizes)
        self.conv1 = nn.ModuleList(Plain(channels[r], channels[r // 2], 3, 2, gain=half) for r in sizes)
        self.skip = nn.ModuleList(Plain(channels[r], channels[r // 2], 1, 2, False, half) for r in sizes)
        c = channels[4]
        self.last, self.fc, self.out = Plain(c + 1, c, 3), Dense(c * 16, c), Dense(c, 1, linear=True)

    def forward(self, x):
        x = self.from_rgb(x)
        for conv0, conv1, skip in zip(self.conv0, self.conv1, self.skip):
            x = skip(x) + conv1(conv0(x))
        groups = x.reshape(4, -1, *x.shape[1:])
        deviation = (groups.var(0, correction=0) + 1e-8).sqrt().mean((1, 2, 3))
        x = torch.cat([x, deviation.repeat(4)[:, None, None, None].expand(-1, 1, 4, 4)], 1)
        return self.out(self.fc(self.last(x).flatten(1)))


class PlainTrainer:
    """One step: G, D on fresh fakes and reals, R1, Adam, average; augmentation as in the low-shot recipe."""

    def __init__(self, reals, resolution, base, channels_last, r1_interval):
        torch.manual_seed(0)
        channels = {2**i: min(base // 2**i, 64) for i in range(2, int(math.log2(resolution)) + 1)}
        self.g, self.d = Generator(resolution, channels), Discriminator(resolution, channels)
        if channels_last:
            reals = reals.contiguous(memory_format=torch.channels_last)
            self.g, self.d = (net.to(memory_format=torch.channels_last) for net in (self.g, self.d))
        self.reals, self.r1_interval, self.steps = reals, r1_interval, 0
        self.average = copy.deepcopy(self.g)
        self.adams = [torch.optim.Adam(net.parameters(), lr=0.002, betas=(0.0, 0.99)) for net in (self.g, self.d)]

    @staticmethod
    def augment(x):
        n = len(x)
        x = x + torch.rand(n, 1, 1, 1) - 0.5
        mean = x.mean(1, keepdim=True)
        x = (x - mean) * (torch.rand(n, 1, 1, 1) * 2) + mean
        mean = x.mean((1, 2, 3), keepdim=True)
        x = (x - mean) * (torch.rand(n, 1, 1, 1) + 0.5) + mean
        shift, h, w = int(x.shape[2] / 8 + 0.5), x.shape[2], x.shape[3]
        rows, columns = torch.randint(-shift, shift + 1, (2, n, 1, 1))
        r = (torch.arange(h)[None, :, None] + rows + 1).clamp(0, h + 1)
        c = (torch.arange(w)[None, None, :] + columns + 1).clamp(0, w + 1)
        x = F.pad(x, (1, 1, 1, 1)).permute(0, 2, 3, 1)[torch.arange(n)[:, None, None], r, c].permute(0, 3, 1, 2)
        half, top, left = h // 4, *torch.randint(0, h + 1, (2, n, 1, 1))
        inside = (((torch.arange(h)[None, :, None] - top).abs() < half) &
                  ((torch.arange(w)[None, None, :] - left).abs() < half))
        return x * (~inside)[:, None]

    def fakes(self):
        return self.g(torch.randn(BATCH, Z), torch.randn(BATCH, Z))

    def update(self, which, network, loss):
        self.adams[which].zero_grad(set_to_none=True)
        loss.backward(inputs=list(network.parameters()))
        self.adams[which].step()

    def step(self):
        self.update(0, self.g, F.softplus(-self.d(self.augment(self.fakes()))).mean())
        with torch.no_grad():
            fakes = self.fakes()
        reals = self.reals[torch.randint(0, len(self.reals), (BATCH,))]
        loss = F.softplus(self.d(self.augment(fakes))).mean() + F.softplus(-self.d(self.augment(reals))).mean()
        if self.steps % self.r1_interval == 0:
            x = self.augment(reals).detach().requires_grad_(True)
            gradient, = torch.autograd.grad(self.d(x).sum(), x, create_graph=True)
            loss = loss + gradient.square().sum((1, 2, 3)).mean() * (R1_GAMMA / 2 * self.r1_interval)
        self.update(1, self.d, loss)
        with torch.no_grad():
            for average, parameter in zip(self.average.parameters(), self.g.parameters()):
                average.lerp_(parameter, 0.001)
        self.steps += 1

    def seconds_per_kimg(self, steps):
        self.step()
        begun = time.perf_counter()
        for _ in range(steps):
            self.step()
        return 1000 * (time.perf_counter() - begun) / (steps * BATCH)


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


def share_of(library, symbol):
    for name, libraries, symbols in SHARES:
        if re.search(libraries, library) and re.search(symbols, symbol):
            return name
    return "everything else (start, pictures, allocator, program)"


def profile(arguments):
    """Samples of user time of a whole run, by perf."""
    if not shutil.which("perf"):
        sys.exit("train_stylegan2: --profile needs perf\nhint: install linux-perf")
    with tempfile.TemporaryDirectory() as folder:
        command = centigan_command(arguments, arguments.precision[0], folder, arguments.steps)
        run_process(["perf", "record", "-q", "-F", "199", "-e", "cpu-clock:u", "-o", folder + "/perf", "--", *command])
        listing = ["perf", "report", "-i", folder + "/perf", "--stdio", "-q", "--sort", "dso,sym", "-t", "|"]
        report = subprocess.run(listing, check=True, capture_output=True, text=True).stdout
    shares, largest = {}, []
    for line in report.splitlines():
        fields = [field.strip() for field in line.split("|")]
        if len(fields) < 3 or not fields[0].endswith("%"):
            continue
        percent, library, symbol = float(fields[0][:-1]), fields[1], "|".join(fields[2:])
        name = share_of(library, symbol)
        shares[name] = shares.get(name, 0.0) + percent
        largest.append((percent, library, symbol))
    print(f"{arguments.resolution} px, {arguments.threads} threads, {arguments.steps + 1} steps and the start\n")
    print("| share of user time | % |\n| --- | ---: |")
    for name, percent in sorted(shares.items(), key=lambda item: -item[1]):
        print(f"| {name} | {percent:.1f} |")
    print("\n| largest | % |\n| --- | ---: |")
    for percent, library, symbol in largest[:arguments.largest]:
        print(f"| `{library}`: `{symbol[:90]}` | {percent:.1f} |")


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
