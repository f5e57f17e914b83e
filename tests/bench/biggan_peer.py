"""BigGAN and its training step in eager PyTorch, as the release writes them: what train_biggan.py compares with."""
import copy
import time

import torch
import torch.nn.functional as F
from torch import nn

BATCH, D_STEPS, CLASSES, Z, SN_EPS = 50, 4, 10, 128, 1e-8


class Spectral(nn.Module):
    """A weight divided by its largest singular value; one step of the power iteration in every pass."""

    def __init__(self, *shape, bias=True):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(shape) * 0.02)
        bound = (self.weight.numel() / shape[0]) ** -0.5
        self.bias = nn.Parameter(torch.empty(shape[0]).uniform_(-bound, bound)) if bias else None
        self.register_buffer("u0", torch.randn(1, shape[0]))
        self.register_buffer("sv0", torch.ones(1))

    def normalised(self):
        matrix = self.weight.flatten(1)
        with torch.no_grad():
            v = F.normalize(self.u0 @ matrix, eps=SN_EPS)
            u = F.normalize(v @ matrix.t(), eps=SN_EPS)
        sigma = (v @ matrix.t() @ u.t()).squeeze()
        if self.training:
            with torch.no_grad():
                self.u0.copy_(u)
                self.sv0.copy_(sigma)
        return self.weight / sigma


class Conv(Spectral):
    def __init__(self, cin, cout, kernel):
        super().__init__(cout, cin, kernel, kernel)

    def forward(self, x):
        return F.conv2d(x, self.normalised(), self.bias, padding=self.weight.shape[2] // 2)


class ClassNorm(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.gain, self.bias = (nn.Embedding(CLASSES, channels) for _ in range(2))
        self.register_buffer("stored_mean", torch.zeros(channels))
        self.register_buffer("stored_var", torch.ones(channels))

    def forward(self, x, y):
        gain, bias = (1 + self.gain(y))[:, :, None, None], self.bias(y)[:, :, None, None]
        return F.batch_norm(x, self.stored_mean, self.stored_var, None, None, self.training, 0.1, 1e-5) * gain + bias


class UpBlock(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.bn1, self.bn2 = ClassNorm(cin), ClassNorm(cout)
        self.conv1, self.conv2, self.conv_sc = Conv(cin, cout, 3), Conv(cout, cout, 3), Conv(cin, cout, 1)

    def forward(self, x, y):
        h = self.conv1(F.interpolate(F.relu(self.bn1(x, y)), scale_factor=2))
        h = self.conv2(F.relu(self.bn2(h, y)))
        return h + self.conv_sc(F.interpolate(x, scale_factor=2))


class Generator(nn.Module):
    def __init__(self, ch):
        super().__init__()
        self.width = 4 * ch
        self.linear = Spectral(self.width * 16, Z)
        self.blocks = nn.ModuleList(UpBlock(self.width, self.width) for _ in range(3))
        self.norm, self.conv = nn.BatchNorm2d(self.width), Conv(self.width, 3, 3)

    def forward(self, z, y):
        x = F.linear(z, self.linear.normalised(), self.linear.bias).view(len(z), self.width, 4, 4)
        for block in self.blocks:
            x = block(x, y)
        return torch.tanh(self.conv(F.relu(self.norm(x))))


class DownBlock(nn.Module):
    def __init__(self, cin, cout, first, down):
        super().__init__()
        self.first, self.down = first, down
        self.conv1, self.conv2 = Conv(cin, cout, 3), Conv(cout, cout, 3)
        self.conv_sc = Conv(cin, cout, 1) if cin != cout or down else None

    def forward(self, x):
        h = self.conv2(F.relu(self.conv1(x if self.first else F.relu(x))))
        if self.down:
            h = F.avg_pool2d(h, 2)
        if self.first:
            return h + self.conv_sc(F.avg_pool2d(x, 2))
        if self.conv_sc is not None:
            x = self.conv_sc(x)
        return h + (F.avg_pool2d(x, 2) if self.down else x)


class Discriminator(nn.Module):
    def __init__(self, ch):
        super().__init__()
        width = 4 * ch
        self.blocks = nn.ModuleList(DownBlock(3 if i == 0 else width, width, i == 0, i < 2) for i in range(4))
        self.linear, self.embed = Spectral(1, width), Spectral(CLASSES, width, bias=False)

    def forward(self, x, y):
        for block in self.blocks:
            x = block(x)
        h = F.relu(x).sum((2, 3))
        out = F.linear(h, self.linear.normalised(), self.linear.bias)
        return out + (F.embedding(y, self.embed.normalised()) * h).sum(1, keepdim=True)


class PlainTrainer:
    """One step: four updates of D with the hinge loss on joined fakes and reals, one of G, Adam, average of the state."""

    def __init__(self, reals, ch, channels_last):
        torch.manual_seed(0)
        self.g, self.d = Generator(ch), Discriminator(ch)
        if channels_last:
            reals = reals.contiguous(memory_format=torch.channels_last)
            self.g, self.d = (net.to(memory_format=torch.channels_last) for net in (self.g, self.d))
        self.reals, self.labels = reals, torch.arange(len(reals)) % CLASSES
        self.average = copy.deepcopy(self.g)
        self.adams = [torch.optim.Adam(net.parameters(), lr=2e-4, betas=(0.0, 0.999)) for net in (self.g, self.d)]

    @staticmethod
    def augment(x):
        """Translation and cutout of DiffAugment."""
        n, h, w = len(x), x.shape[2], x.shape[3]
        shift = int(h / 8 + 0.5)
        rows, columns = torch.randint(-shift, shift + 1, (2, n, 1, 1))
        r = (torch.arange(h)[None, :, None] + rows + 1).clamp(0, h + 1)
        c = (torch.arange(w)[None, None, :] + columns + 1).clamp(0, w + 1)
        x = F.pad(x, (1, 1, 1, 1)).permute(0, 2, 3, 1)[torch.arange(n)[:, None, None], r, c].permute(0, 3, 1, 2)
        half, top, left = h // 4, *torch.randint(0, h + 1, (2, n, 1, 1))
        inside = (((torch.arange(h)[None, :, None] - top).abs() < half) &
                  ((torch.arange(w)[None, None, :] - left).abs() < half))
        return x * (~inside)[:, None]

    def fakes(self):
        y = torch.randint(0, CLASSES, (BATCH,))
        return self.g(torch.randn(BATCH, Z), y), y

    def update(self, which, network, loss):
        self.adams[which].zero_grad(set_to_none=True)
        loss.backward(inputs=list(network.parameters()))
        self.adams[which].step()

    def step(self):
        for _ in range(D_STEPS):
            with torch.no_grad():
                fakes, y = self.fakes()
            chosen = torch.randint(0, len(self.reals), (BATCH,))
            shown = self.augment(torch.cat([fakes, self.reals[chosen]]))
            fake, real = self.d(shown, torch.cat([y, self.labels[chosen]])).split(BATCH)
            self.update(1, self.d, F.relu(1 - real).mean() + F.relu(1 + fake).mean())
        fakes, y = self.fakes()
        self.update(0, self.g, -self.d(self.augment(fakes), y).mean())
        with torch.no_grad():
            for average, value in zip(self.average.state_dict().values(), self.g.state_dict().values()):
                if value.is_floating_point():
                    average.lerp_(value, 0.0001)

    def seconds_per_kimg(self, steps):
        self.step()
        begun = time.perf_counter()
        for _ in range(steps):
            self.step()
        return 1000 * (time.perf_counter() - begun) / (steps * BATCH * D_STEPS)
