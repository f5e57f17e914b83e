"""StyleGAN2 and its training step in eager PyTorch, as users write them without custom kernels: what train_stylegan2.py
and nn_ops.py compare with. On a GPU the published fast mode: float16 and channels-last in the four largest resolutions,
values clamped at 256, cuDNN's search, and convolutions whose second derivative is made of convolutions of the same size;
filters as strided convolutions or as sums of shifted pictures, whichever is faster.
"""
import copy
import math
import time

import torch
import torch.nn.functional as F
from torch import nn

BATCH, R1_GAMMA, Z, MAPPING, SLOPE, HALF_BLOCKS, CLAMP = 16, 10.0, 512, 8, 0.2, 4, 256.0
TAPS = torch.tensor([1.0, 3.0, 3.0, 1.0])
FIR = torch.outer(TAPS, TAPS) / 64


class Conv(torch.autograd.Function):
    """F.conv2d or F.conv_transpose2d by its three passes, each of which has the other two as its gradients. The strides
    reach every row and column of x, as they do in these networks."""

    @staticmethod
    def forward(ctx, x, weight, stride, padding, transposed):
        ctx.save_for_backward(x, weight)
        ctx.options = stride, padding, transposed
        call = F.conv_transpose2d if transposed else F.conv2d
        return call(x, weight, stride=stride, padding=padding)

    @staticmethod
    def backward(ctx, grad):
        x, weight = ctx.saved_tensors
        stride, padding, transposed = ctx.options
        dx = dw = None
        if ctx.needs_input_grad[0]:
            dx = Conv.apply(grad, weight, stride, padding, not transposed)
        if ctx.needs_input_grad[1]:
            dw = ConvWeight.apply(grad, x, weight, stride, padding, transposed)
        return dx, dw, None, None, None


class ConvWeight(torch.autograd.Function):
    @staticmethod
    def forward(ctx, grad, x, weight, stride, padding, transposed):
        ctx.save_for_backward(grad, x)
        ctx.options = stride, padding, transposed
        return torch.ops.aten.convolution_backward(grad, x, weight, None, [stride] * 2, [padding] * 2, [1, 1], transposed,
                                                   [0, 0], 1, [False, True, False])[1]

    @staticmethod
    def backward(ctx, by_weight):
        grad, x = ctx.saved_tensors
        stride, padding, transposed = ctx.options
        dgrad = Conv.apply(x, by_weight, stride, padding, transposed) if ctx.needs_input_grad[0] else None
        dx = Conv.apply(grad, by_weight, stride, padding, not transposed) if ctx.needs_input_grad[1] else None
        return dgrad, dx, None, None, None, None


def conv2d(x, weight, stride=1, padding=0, transposed=False):
    weight = weight.to(x.dtype)
    if x.is_cuda:
        return Conv.apply(x, weight.contiguous(memory_format=torch.channels_last), stride, padding, transposed)
    return (F.conv_transpose2d if transposed else F.conv2d)(x, weight, stride=stride, padding=padding)


def strided_filter(x, up, down, padding, gain):
    """On a GPU: one convolution a channel that skips what is not kept, or one that writes between the pixels."""
    c, k = x.shape[1], FIR.shape[0]
    f = (FIR.to(x) * gain)[None, None].repeat(c, 1, 1, 1)
    if up == 1:
        return F.conv2d(F.pad(x, padding) if padding[0] != padding[1] else x, f, stride=down, groups=c,
                        padding=0 if padding[0] != padding[1] else padding[0])
    y = F.conv_transpose2d(x, f, stride=up, groups=c)  # as padded by k - 1 on both sides
    left, right = k - 1 - padding[0], k - up - padding[1]
    return y[:, :, left:y.shape[2] - right, left:y.shape[3] - right]


def shifted_filter(x, up, down, padding, gain):
    """On a GPU: along each axis the sum of shifted pictures, odd and even pixels of a doubled one side by side."""
    taps = [t * math.sqrt(gain) for t in (0.125, 0.375, 0.375, 0.125)]
    for dim, sides in ((3, (1, 0)), (2, (0, 1))):
        if up == 1:
            x = F.pad(x, [p * s for s in sides for p in padding[:2]])
            count = (x.shape[dim] - len(taps)) // down + 1
            parts = [x[(slice(None),) * dim + (slice(k, k + down * (count - 1) + 1, down),)] for k in range(4)]
            x = taps[0] * (parts[0] + parts[3]) + taps[1] * (parts[1] + parts[2])
        else:
            size, y = x.shape[dim], F.pad(x, [s for s in sides for _ in range(2)])
            before, here, behind = (y.narrow(dim, k, size) for k in range(3))
            x = torch.stack([taps[0] * before + taps[2] * here, taps[1] * here + taps[3] * behind], dim + 1)
            x = x.flatten(dim, dim + 1)
    return x


FASTEST = {}


def gpu_filter(x, up, down, padding, gain):
    """Whichever of the two is faster for this size, tried out once."""
    key = (x.shape, x.dtype, up, down)
    if key not in FASTEST:
        FASTEST[key] = min((strided_filter, shifted_filter), key=lambda f: time_filter(f, x, up, down, padding, gain))
    return FASTEST[key](x, up, down, padding, gain)


@torch.enable_grad()
def time_filter(f, x, *options):
    """With the second order, which R1 needs: that of a convolution a channel can take a second."""
    x = x.detach().requires_grad_()
    for i in range(5):
        if i == 2:
            torch.cuda.synchronize()
            begun = time.perf_counter()
        y = f(x, *options)
        grad, = torch.autograd.grad(y.square().sum(), x, create_graph=True)
        torch.autograd.grad(grad.square().sum(), x)
    torch.cuda.synchronize()
    return time.perf_counter() - begun


def upfirdn2d(x, up=1, down=1, padding=(0, 0, 0, 0), gain=1.0):
    """Zeros behind each pixel, padding, a convolution a channel, every n-th pixel."""
    if x.is_cuda:
        return gpu_filter(x, up, down, padding, gain)
    n, c, h, w = x.shape
    if up > 1:
        x = F.pad(x.reshape(n, c, h, 1, w, 1), (0, up - 1, 0, 0, 0, up - 1)).reshape(n, c, h * up, w * up)
    x = F.pad(x, padding)
    x = F.conv2d(x, (FIR.to(x) * gain)[None, None].repeat(c, 1, 1, 1), groups=c)
    return x[:, :, ::down, ::down] if down > 1 else x


def bias_act(x, bias, gain=math.sqrt(2), slope=SLOPE):
    x = x + bias.to(x.dtype).reshape([-1 if i == 1 else 1 for i in range(x.ndim)])
    x = F.leaky_relu(x, slope) * gain if slope != 1 else x
    return x.clamp(-CLAMP * gain, CLAMP * gain) if x.dtype == torch.float16 else x


def in_type(x, resolution, largest):
    """The largest resolutions of a GPU in float16, all of them channels-last."""
    half = x.is_cuda and resolution > largest >> HALF_BLOCKS
    if not x.is_cuda:
        return x
    return x.to(torch.float16 if half else torch.float32, memory_format=torch.channels_last)


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
        style, weight = self.affine(w), self.weight
        if self.rgb:
            x = x * (style / math.sqrt(x.shape[1])).to(x.dtype)[:, :, None, None]
            return bias_act(conv2d(x, weight), self.bias, slope=1)
        if x.dtype == torch.float16:  # scaled down together, which demodulation cancels
            weight = weight / (weight.abs().amax((1, 2, 3), keepdim=True) * math.sqrt(weight[0].numel()))
            style = style / style.abs().amax(1, keepdim=True)
        demodulation = ((weight[None] * style[:, None, :, None, None]).square().sum((2, 3, 4)) + 1e-8).rsqrt()
        x = x * style.to(x.dtype)[:, :, None, None]
        if self.up == 2:
            x = conv2d(x, weight.transpose(0, 1), stride=2, transposed=True)
            x = upfirdn2d(x, padding=(1, 1, 1, 1), gain=4.0)
        else:
            x = conv2d(x, weight, padding=1)
        noise = torch.randn(x.shape[0], 1, self.resolution, self.resolution, device=x.device) * self.noise_strength
        if x.is_cuda:
            x = torch.addcmul(noise.to(x.dtype), x, demodulation.to(x.dtype)[:, :, None, None])
        else:
            x = x * demodulation[:, :, None, None] + noise
        return bias_act(x, self.bias)


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
        largest = self.convs[-1].resolution
        x = self.first(in_type(self.const.expand(len(z), -1, -1, -1), 4, largest), w)
        image = self.rgbs[0](x, w)
        for i, (up, conv, rgb) in enumerate(zip(self.ups, self.convs, self.rgbs[1:])):
            style = w if i < len(self.ups) // 2 else other
            x = conv(up(in_type(x, conv.resolution, largest), style), style)
            image = upfirdn2d(image, up=2, padding=(2, 1, 2, 1), gain=4.0) + rgb(x, style).float()
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
            x = conv2d(x, weight, padding=self.kernel // 2)
        elif self.kernel == 1:
            x = conv2d(upfirdn2d(x, down=2, padding=(1, 1, 1, 1)), weight)
        else:
            x = conv2d(upfirdn2d(x, padding=(2, 2, 2, 2)), weight, stride=2)
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
        resolution = largest = x.shape[2]
        x = self.from_rgb(in_type(x, resolution, largest))
        for conv0, conv1, skip in zip(self.conv0, self.conv1, self.skip):
            x = in_type(x, resolution, largest)
            x = skip(x) + conv1(conv0(x))
            resolution //= 2
        x = x.float()
        groups = x.reshape(4, -1, *x.shape[1:])
        deviation = (groups.var(0, correction=0) + 1e-8).sqrt().mean((1, 2, 3))
        x = torch.cat([x, deviation.repeat(4)[:, None, None, None].expand(-1, 1, 4, 4)], 1)
        return self.out(self.fc(self.last(x).flatten(1)))


class PlainTrainer:
    """One step: G, D on fresh fakes and reals, R1, Adam, average; augmentation as in the low-shot recipe. In every step
    R1 takes the pass of the main loss, as published."""

    def __init__(self, reals, resolution, base, most, channels_last, r1_interval):
        torch.manual_seed(0)
        torch.backends.cudnn.benchmark = True
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
        channels = {2**i: min(base // 2**i, most) for i in range(2, int(math.log2(resolution)) + 1)}
        self.device = reals.device
        self.g, self.d = (net(resolution, channels).to(self.device) for net in (Generator, Discriminator))
        if channels_last:
            reals = reals.contiguous(memory_format=torch.channels_last)
            self.g, self.d = (net.to(memory_format=torch.channels_last) for net in (self.g, self.d))
        self.reals, self.r1_interval, self.steps = reals, r1_interval, 0
        self.average = copy.deepcopy(self.g)
        self.adams = [torch.optim.Adam(net.parameters(), lr=0.002, betas=(0.0, 0.99), fused=self.device.type == "cuda")
                      for net in (self.g, self.d)]

    @staticmethod
    def augment(x):
        n, on = len(x), {"device": x.device}
        x = x + torch.rand(n, 1, 1, 1, **on) - 0.5
        mean = x.mean(1, keepdim=True)
        x = (x - mean) * (torch.rand(n, 1, 1, 1, **on) * 2) + mean
        mean = x.mean((1, 2, 3), keepdim=True)
        x = (x - mean) * (torch.rand(n, 1, 1, 1, **on) + 0.5) + mean
        shift, h, w = int(x.shape[2] / 8 + 0.5), x.shape[2], x.shape[3]
        rows, columns = torch.randint(-shift, shift + 1, (2, n, 1, 1), **on)
        r = (torch.arange(h, **on)[None, :, None] + rows + 1).clamp(0, h + 1)
        c = (torch.arange(w, **on)[None, None, :] + columns + 1).clamp(0, w + 1)
        picture = torch.arange(n, **on)[:, None, None]
        x = F.pad(x, (1, 1, 1, 1)).permute(0, 2, 3, 1)[picture, r, c].permute(0, 3, 1, 2)
        half, top, left = h // 4, *torch.randint(0, h + 1, (2, n, 1, 1), **on)
        inside = (((torch.arange(h, **on)[None, :, None] - top).abs() < half) &
                  ((torch.arange(w, **on)[None, None, :] - left).abs() < half))
        return x * (~inside)[:, None]

    def fakes(self):
        return self.g(torch.randn(BATCH, Z, device=self.device), torch.randn(BATCH, Z, device=self.device))

    def update(self, which, network, loss):
        self.adams[which].zero_grad(set_to_none=True)
        loss.backward(inputs=list(network.parameters()))
        self.adams[which].step()

    def step(self):
        self.update(0, self.g, F.softplus(-self.d(self.augment(self.fakes()))).mean())
        with torch.no_grad():
            fakes = self.fakes()
        reals = self.reals[torch.randint(0, len(self.reals), (BATCH,), device=self.device)]
        penalised = self.steps % self.r1_interval == 0
        logits = self.d(self.augment(reals.requires_grad_(penalised)))
        loss = F.softplus(self.d(self.augment(fakes))).mean() + F.softplus(-logits).mean()
        if penalised:
            gradient, = torch.autograd.grad(logits.sum(), reals, create_graph=True)
            loss = loss + gradient.square().sum((1, 2, 3)).mean() * (R1_GAMMA / 2 * self.r1_interval)
        self.update(1, self.d, loss)
        with torch.no_grad():
            torch._foreach_lerp_(list(self.average.parameters()), list(self.g.parameters()), 0.001)
        self.steps += 1

    def seconds_per_kimg(self, steps):
        for _ in range(1 if self.device.type == "cpu" else 5):
            self.step()
        self.wait()
        begun = time.perf_counter()
        for _ in range(steps):
            self.step()
        self.wait()
        return 1000 * (time.perf_counter() - begun) / (steps * BATCH)

    def wait(self):
        if self.device.type == "cuda":
            torch.cuda.synchronize()
