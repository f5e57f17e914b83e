#!/usr/bin/env python3
"""Training speed of `centigan train` next to the same networks and step written plainly in PyTorch.

    .venv/bin/python tests/bench/train_lite.py [--kimg 1.6] [--rounds 3] [--threads 2] [--device cpu] [--centigan FILE]

Both train the quickstart's networks on samples/smileys, in turn, so that a busy machine slows both. Prints pictures a
second and seconds per 1,000 pictures (median over rounds, the best of the plain variants is the peer) and their ratio.
"""
import argparse
import copy
import json
import math
import pathlib
import statistics
import subprocess
import tempfile
import time

import numpy
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

ROOT = pathlib.Path(__file__).resolve().parents[2]
BATCH, R1_GAMMA, R1_EVERY, SIZE = 16, 0.3, 16, 32
WIDTHS, D_WIDTHS = (64, 64, 48, 32), (96, 96, 64, 32)
Z, W, SLOPE, GAIN = 128, 128, 0.2, math.sqrt(2)


class Equalized(nn.Module):
    """Weights of unit variance, scaled at run time."""

    def __init__(self, shape, bias=True, bias_value=0.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(shape))
        self.scale = 1 / math.sqrt(math.prod(shape[1:]))
        self.bias = nn.Parameter(torch.full((shape[0],), bias_value)) if bias else None

    def linear(self, x):
        return F.linear(x, self.weight * self.scale, self.bias)

    def conv(self, x, **how):
        return F.conv2d(x, self.weight * self.scale, None, padding=self.weight.shape[2] // 2, **how)


class Generator(nn.Module):
    """Convolutions with a gain a channel behind the activation, demodulated against the gains before."""

    def __init__(self):
        super().__init__()
        self.mapping = nn.ModuleList([Equalized((W, Z)), Equalized((W, W))])
        self.start = Equalized((16 * WIDTHS[0], W))
        pairs = [(WIDTHS[0], WIDTHS[0])]
        for before, width in zip(WIDTHS, WIDTHS[1:]):
            pairs += [(before, width), (width, width)]
        self.convs = nn.ModuleList(Equalized((cout, cin, 3, 3)) for cin, cout in pairs)
        outputs = [WIDTHS[0]] + [cout for _, cout in pairs]
        self.gains = nn.ModuleList(Equalized((width, W), bias_value=1.0) for width in outputs)
        self.rgb = nn.ModuleList(Equalized((3, width, 1, 1)) for width in WIDTHS[2:])
        self.rgb_gains = nn.ModuleList(Equalized((width, W), bias_value=1.0) for width in WIDTHS[2:])

    def epilogue(self, x, bias, scale):
        return F.leaky_relu(x + bias[None, :, None, None], SLOPE) * (scale * GAIN)[:, :, None, None]

    def forward(self, z):
        w = z
        for layer in self.mapping:
            w = F.leaky_relu(layer.linear(w), SLOPE) * GAIN
        gain = self.gains[0].linear(w)
        x = F.leaky_relu(self.start.linear(w).view(-1, WIDTHS[0], 4, 4), SLOPE) * (gain * GAIN)[:, :, None, None]
        picture = None
        for i, conv in enumerate(self.convs):
            if i % 2 == 1:
                x = F.interpolate(x, scale_factor=2)
            energy = (conv.weight * conv.scale).square().sum((2, 3))
            demodulation = torch.rsqrt(gain.square() @ energy.t() + 1e-8)
            gain = self.gains[i + 1].linear(w)
            x = self.epilogue(conv.conv(x), conv.bias, gain * demodulation)
            if i % 2 == 0 and i >= 4:
                level = i // 2 - 2
                rgb, style = self.rgb[level], self.rgb_gains[level].linear(w)
                part = F.conv2d(x * style[:, :, None, None], rgb.weight * rgb.scale, rgb.bias)
                picture = part if picture is None else F.interpolate(picture, scale_factor=2, mode="bilinear") + part
        return picture.float()


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.from_rgb = Equalized((D_WIDTHS[-1], 3, 1, 1))
        pairs = list(zip(D_WIDTHS[:0:-1], D_WIDTHS[-2::-1]))
        self.convs = nn.ModuleList(Equalized((cout, cin, 3, 3)) for cin, cout in pairs)
        self.skips = nn.ModuleList(Equalized((cout, cin, 1, 1), bias=False) for cin, cout in pairs)
        self.last = Equalized((D_WIDTHS[0], D_WIDTHS[0] + 1, 3, 3))
        self.fc, self.out = Equalized((D_WIDTHS[0], D_WIDTHS[0] * 16)), Equalized((1, D_WIDTHS[0]))

    def activated(self, layer, x):
        return F.leaky_relu(x + layer.bias[None, :, None, None], SLOPE) * GAIN

    def forward(self, x):
        x = self.activated(self.from_rgb, self.from_rgb.conv(x))
        for conv, skip in zip(self.convs, self.skips):
            y = skip.conv(F.avg_pool2d(x, 2))
            x = (self.activated(conv, conv.conv(x, stride=2)) + y) * math.sqrt(0.5)
        x = x.float()
        groups = x.reshape(4, -1, *x.shape[1:])
        deviation = (groups.var(0, correction=0) + 1e-8).sqrt().mean((1, 2, 3))
        x = torch.cat([x, deviation.repeat(4)[:, None, None, None].expand(-1, 1, 4, 4)], 1)
        x = self.activated(self.last, self.last.conv(x)).float()
        return self.out.linear(F.leaky_relu(self.fc.linear(x.flatten(1)), SLOPE) * GAIN).float()


def augment(x):
    """DiffAugment's translation and cutout (Zhao et al., 2020)."""
    n, _, height, width = x.shape
    shift, box = height // 8, height // 2
    rows = torch.arange(height, device=x.device)
    dy, dx = (torch.randint(-shift, shift + 1, (n, 1, 1), device=x.device) for _ in range(2))
    padded = F.pad(x, (1, 1, 1, 1))
    y_at = (rows[None, :, None] + dy + 1).clamp(0, height + 1)
    x_at = (rows[None, None, :] + dx + 1).clamp(0, width + 1)
    index = (y_at * (width + 2) + x_at).view(n, 1, -1).expand(-1, x.shape[1], -1)
    x = padded.flatten(2).gather(2, index).view_as(x)
    cy, cx = (torch.randint(0, height + 1, (n, 1, 1), device=x.device) - box // 2 for _ in range(2))
    inside = ((rows[None, :, None] - cy).abs() < box / 2) & ((rows[None, None, :] - cx).abs() < box / 2)
    return x * (~inside)[:, None]


class PlainTrainer:
    """The quickstart's step: one generator pass for both losses, R1 on raw reals every 16 steps, Adam, average."""

    def __init__(self, reals, dtype, channels_last, device):
        torch.manual_seed(0)
        self.reals, self.dtype, self.device = reals.to(device), dtype, device
        self.g, self.d = Generator().to(device), Discriminator().to(device)
        if channels_last:
            self.g, self.d = (net.to(memory_format=torch.channels_last) for net in (self.g, self.d))
        self.average = copy.deepcopy(self.g)
        self.adams = [torch.optim.Adam(net.parameters(), lr=0.0025, betas=(0.0, 0.99)) for net in (self.g, self.d)]
        self.steps = 0

    def update(self, adam, network, loss, retain=False):
        parameters = list(network.parameters())
        gradients = torch.autograd.grad(loss, parameters, retain_graph=retain, allow_unused=True)
        for parameter, gradient in zip(parameters, gradients):
            parameter.grad = gradient
        return adam.step

    def step(self):
        reals = self.reals[torch.randint(0, len(self.reals), (BATCH,), device=self.device)]
        with torch.autocast(self.device, self.dtype, enabled=self.dtype != torch.float32):
            fake = self.d(augment(self.g(torch.randn(BATCH, Z, device=self.device))))
            real = self.d(augment(reals))
        step_g = self.update(self.adams[0], self.g, F.softplus(-fake).mean(), retain=True)
        step_d = self.update(self.adams[1], self.d, F.softplus(fake).mean() + F.softplus(-real).mean())
        step_g(), step_d()
        if self.steps % R1_EVERY == 0:
            x = reals.detach().requires_grad_(True)
            gradient, = torch.autograd.grad(self.d(x).sum(), x, create_graph=True)
            penalty = gradient.square().sum((1, 2, 3)).mean() * (R1_GAMMA / 2 * R1_EVERY)
            self.update(self.adams[1], self.d, penalty)()
        with torch.no_grad():
            for average, parameter in zip(self.average.parameters(), self.g.parameters()):
                average.lerp_(parameter, 0.004)
        self.steps += 1

    def pictures_per_second(self, pictures):
        for _ in range(4):
            self.step()
        begun = time.perf_counter()
        for _ in range(int(pictures) // BATCH):
            self.step()
        if self.device == "cuda":
            torch.cuda.synchronize()
        return int(pictures) // BATCH * BATCH / (time.perf_counter() - begun)


def smileys():
    pictures = [Image.open(path).convert("RGB").resize((SIZE, SIZE), Image.BOX)
                for path in sorted((ROOT / "samples/smileys").glob("*.png"))]
    return torch.tensor(numpy.stack([numpy.asarray(p) for p in pictures])).permute(0, 3, 1, 2) / 127.5 - 1


def centigan_pictures_per_second(program, kimg, threads, device):
    """From the end of the first tick to the end of the run, by the run's own log of times."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program, "train", "--data", str(ROOT / "samples/smileys"), "--out", folder + "/run", "--preset",
                        "quickstart", "--kimg", str(kimg), "--threads", str(threads), "--trainer.tick", str(kimg / 8),
                        "--save-every", "1000", "--trainer.grid_every", "1000", "--trainer.device", device, "--quiet"],
                       check=True)
        lines = [json.loads(line) for line in open(folder + "/run/stats.jsonl")]
    first, last = lines[0], lines[-1]
    return (last["images"] - first["images"]) / (last["Timing/seconds"] - first["Timing/seconds"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kimg", type=float, default=1.6)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--centigan", default=str(ROOT / "build/release/bin/centigan"))
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    variants = {"PyTorch float32": (torch.float32, False), "PyTorch bf16 autocast": (torch.bfloat16, False),
                "PyTorch bf16 autocast, channels-last": (torch.bfloat16, True)}
    reals, speeds = smileys(), {}
    trainers = {name: PlainTrainer(reals, *how, arguments.device) for name, how in variants.items()}
    for _ in range(arguments.rounds):
        speeds.setdefault("centigan train", []).append(
            centigan_pictures_per_second(arguments.centigan, arguments.kimg, arguments.threads, arguments.device))
        for name, trainer in trainers.items():
            speeds.setdefault(name, []).append(trainer.pictures_per_second(arguments.kimg * 1000))
    median = {name: statistics.median(values) for name, values in speeds.items()}
    for name, speed in median.items():
        print(f"{name:40s} {speed:7.1f} pictures/s  {1000 / speed:6.2f} s per 1,000")
    peer = max(variants, key=lambda name: median[name])
    print(f"ratio centigan / {peer}: {median['centigan train'] / median[peer]:.2f}")


if __name__ == "__main__":
    main()
