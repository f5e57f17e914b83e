"""DiffAugment in a GAN step of ten lines. Replace G, D and `reals` by yours.

    python ten_lines.py build/release/lib [steps]
"""
import sys

import torch
from torch.nn.functional import softplus

torch.ops.load_library(f"{sys.argv[1]}/libcentigan_diffaug.so")  # after import torch


def T(x, policy="color,translation,cutout"):
    return torch.ops.centigan.diffaug(x, torch.rand(len(x), 7, device=x.device), policy)


def gan_step(G, D, adam_g, adam_d, reals, latents):
    fakes = G(latents)
    loss_d = (softplus(-D(T(reals))) + softplus(D(T(fakes.detach())))).mean()
    adam_d.zero_grad()
    loss_d.backward()
    adam_d.step()
    loss_g = softplus(-D(T(fakes))).mean()  # G learns through T
    adam_g.zero_grad()
    loss_g.backward()
    adam_g.step()
    return loss_d.item(), loss_g.item()


if __name__ == "__main__":
    torch.manual_seed(0)
    G = torch.nn.Sequential(torch.nn.Linear(8, 3 * 16 * 16), torch.nn.Unflatten(1, (3, 16, 16)), torch.nn.Tanh())
    D = torch.nn.Sequential(torch.nn.Conv2d(3, 16, 3, 2), torch.nn.LeakyReLU(0.2), torch.nn.Flatten(), torch.nn.LazyLinear(1))
    D(torch.zeros(1, 3, 16, 16))
    adam_g, adam_d = (torch.optim.Adam(net.parameters(), lr=0.002, betas=(0.0, 0.99)) for net in (G, D))
    for step in range(int(sys.argv[2]) if len(sys.argv) > 2 else 20):
        reals = torch.rand(4, 3, 16, 16) * 2 - 1  # your pictures, in [-1, 1]
        print("step {}: D {:.3f}, G {:.3f}".format(step, *gan_step(G, D, adam_g, adam_d, reals, torch.randn(4, 8))))
