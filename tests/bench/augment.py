#!/usr/bin/env python3
"""Speed of centigan's augmentation operators next to the published ones in eager PyTorch.

    python tests/bench/augment.py --lib build/release/lib                 # CPU, two threads, then one
    python tests/bench/augment.py --lib build/release/lib --device cuda

First both sides get the same draws, and the run ends if their pictures or gradients differ. Then, in turn and several
times: ours, PyTorch's, a copy of the batch for each pass. Draws are part of the work. A pass is forward, backward, or (with
--double, always on CUDA) the gradient of the backward. Times are medians over rounds, printed as a Markdown table; on CUDA
the last column is the traffic of a fused pass (two reads where a contrast needs its mean, one write) over our time, as
a fraction of the rate of a device copy. Extra memory is the most that was held at once beyond the batch and the results
of the passes, in batches.
"""
import argparse
import datetime
import os
import platform
import statistics
import sys
import time

os.environ.setdefault("KINETO_LOG_LEVEL", "5")  # the memory profiler complains where there is no GPU
import torch

import augment_peers as peers

POLICY = "color,translation,cutout"
P = 1.0


class DiffAugment:
    name, reads_and_writes, checked = POLICY, 3, 64

    @staticmethod
    def ours(x):
        return torch.ops.centigan.diffaug(x, torch.rand(len(x), 7, device=x.device), POLICY)

    @staticmethod
    def eager(x):
        return peers.diffaug(x, peers.draw_diffaug(x))

    @staticmethod
    def same_draws(x):
        u = torch.rand(len(x), 7, device=x.device)
        return (lambda x: torch.ops.centigan.diffaug(x, u, POLICY),
                lambda x: peers.diffaug(x, peers.diffaug_draws_of(x, u)), 1e-4)


class Ada:
    name, reads_and_writes, checked, words = "ada:bgc, p = 1", 2, 2, "bgc"

    @classmethod
    def ours(cls, x):
        ops = torch.ops.centigan
        return ops.ada(x, torch.rand(len(x), ops.ada_draws(cls.words), device=x.device), cls.words,
                       torch.tensor(P, device=x.device))

    @staticmethod
    def eager(x):
        return peers.ada(x, peers.draw_ada(x, P))

    @staticmethod
    def same_draws(x):
        # In float64, as float32 coordinates alone move a picture of this size by 1e-4.
        ops, (g, c) = torch.ops.centigan, peers.draw_ada(x, P)
        return (lambda x: ops.ada_color(ops.ada_geometry(x, g), c),
                lambda x: peers.ada(x.double(), (g.double(), c.double())), 1e-4)


CASES = [(DiffAugment, 16, 256), (DiffAugment, 64, 256), (DiffAugment, 64, 32), (DiffAugment, 64, 64), (Ada, 16, 256)]


def passes(augment, double):
    """All passes of one step; returns what a training step would hold: pictures, gradient, its gradient."""

    def run(x, weight):
        y = augment(x)
        grad, = torch.autograd.grad(y, x, weight, create_graph=double)
        return (y, grad, torch.autograd.grad(grad, weight, x)[0]) if double else (y, grad)

    return run


def copies(x, weight, double):
    return [x.detach().clone() for _ in range(3 if double else 2)]


class Bench:
    def __init__(self, device, double, rounds):
        self.device, self.double, self.rounds = device, double, rounds

    def batch(self, n, side):
        x = torch.rand(n, 3, side, side, device=self.device).mul_(2).sub_(1).requires_grad_()
        return x, torch.randn(n, 3, side, side, device=self.device).requires_grad_(self.double)

    def seconds(self, f, least=0.05):
        """Mean time of f over as many calls as fill `least` seconds."""
        count, elapsed = 1, 0.0
        while True:
            begun = time.perf_counter()
            for _ in range(count):
                f()
            if self.device == "cuda":
                torch.cuda.synchronize()
            elapsed = time.perf_counter() - begun
            if elapsed >= least:
                return elapsed / count
            count = max(count * 2, int(count * 1.2 * least / max(elapsed, 1e-6)))

    def check(self, case, n, side):
        x, weight = self.batch(min(n, case.checked), side)
        ours, eager, tolerance = case.same_draws(x)
        results = [passes(f, True)(x, weight.requires_grad_()) for f in (ours, eager)]
        worst = max((a - b).abs().max().item() for a, b in zip(*results))
        if not worst < tolerance:
            sys.exit(f"augment.py: {case.name} {n} x 3 x {side} x {side}: ours and PyTorch's differ by {worst:.2g}")
        return worst

    def extra_memory(self, f, x):
        """Peak bytes beyond batch and results, in batches."""
        f(), f()
        size, results = x.numel() * x.element_size(), 3 if self.double else 2
        if self.device == "cuda":
            torch.cuda.synchronize(), torch.cuda.reset_peak_memory_stats()
            before = torch.cuda.memory_allocated()
            f()
            return (torch.cuda.max_memory_allocated() - before) / size - results
        with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU], profile_memory=True,
                                    acc_events=True) as profile:
            kept = f()
        del kept
        held = peak = 0
        for event in profile.profiler.kineto_results.events():
            if event.name() == "[memory]":
                held += event.nbytes()
                peak = max(peak, held)
        return peak / size - results

    def row(self, case, n, side, threads):
        torch.manual_seed(0)
        difference = self.check(case, n, side)
        x, weight = self.batch(n, side)
        work = {"ours": lambda f=passes(case.ours, self.double): f(x, weight),
                "eager": lambda f=passes(case.eager, self.double): f(x, weight),
                "copy": lambda: copies(x, weight, self.double)}
        times = {name: [] for name in work}
        for f in work.values():
            f(), f()
        for _ in range(self.rounds):
            for name, f in work.items():
                times[name].append(self.seconds(f))
        ours, eager, copy = (statistics.median(times[name]) for name in work)
        extra = [self.extra_memory(work[name], x) for name in ("ours", "eager")]
        cells = [case.name, f"{n}x3x{side}x{side}", "-" if self.device == "cuda" else str(threads), f"{1e3 * ours:.3g}",
                 f"{1e3 * eager:.3g}", f"**{eager / ours:.1f}**", f"{1e3 * copy:.3g}", f"{ours / copy:.2f}",
                 f"{extra[0]:.2f} / {extra[1]:.2f}", f"{difference:.1e}"]
        if self.device == "cuda":
            cells.append(f"{case.reads_and_writes / 2 * copy / ours:.0%}")
        print("| " + " | ".join(cells) + " |", flush=True)


def machine(device):
    if device == "cuda":
        return torch.cuda.get_device_name()
    models = [line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")]
    return f"{models[0] if models else platform.machine()}, {os.cpu_count()} cores"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lib", default="build/release/lib", help="folder of libcentigan_diffaug.so")
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--threads", type=int, nargs="+", default=[2, 1])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--double", action="store_true", help="a double backward as well; always on CUDA")
    parser.add_argument("--only", default="", help="cases with this text: ada, 16x256, …")
    arguments = parser.parse_args()
    torch.ops.load_library(os.path.abspath(os.path.join(arguments.lib, "libcentigan_diffaug.so")))
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
    bench = Bench(arguments.device, arguments.double or arguments.device == "cuda", arguments.rounds)
    print(f"{datetime.date.today()}, {machine(arguments.device)}, torch {torch.__version__}, load "
          f"{os.getloadavg()[0]:.1f}, {'forward, backward, double backward' if bench.double else 'forward, backward'}, "
          f"median of {arguments.rounds}\n")
    names = ["case", "batch", "threads", "ours, ms", "eager, ms", "eager / ours", "copy, ms", "ours / copy",
             "extra memory, ours / eager", "difference"] + ["of copy's rate"] * (arguments.device == "cuda")
    print("| " + " | ".join(names) + " |\n|" + " --- |" * 2 + " ---: |" * (len(names) - 2))
    for threads in arguments.threads if arguments.device == "cpu" else arguments.threads[:1]:
        torch.set_num_threads(threads)
        for case, n, side in CASES:
            if arguments.only in f"{case.name} {n}x{side}":
                bench.row(case, n, side, threads)


if __name__ == "__main__":
    main()
