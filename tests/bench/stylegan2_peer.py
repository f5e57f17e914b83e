"""StyleGAN2 and its training step in eager PyTorch, as users write them without custom kernels: what train_stylegan2.py
and nn_ops.py compare with.
"""
import copy
import math
import time

import torch
import torch.nn.functional as F
from torch import nn

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
