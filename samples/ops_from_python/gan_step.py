"""A GAN's training step on centigan's operators: DiffAugment in front of D, and R1 differentiated twice through it.

    python gan_step.py build/release/lib [steps]

The libraries fit the torch that they were built with (docs/python.md), and are loaded after `import torch`.
"""
import sys

import torch
from torch.nn.functional import softplus

for name in ("diffaug", "nn"):
    torch.ops.load_library(f"{sys.argv[1]}/libcentigan_{name}.so")
ops, policy = torch.ops.centigan, "color,translation,cutout"
torch.manual_seed(0)

# The smallest networks that make the point: G scales a learned picture by z, D is one convolution. bias_act is the
# fused bias, leaky ReLU and gain of StyleGAN2.
canvas = torch.randn(1, 8, 16, 16, requires_grad=True)
weight_g, weight_d = torch.randn(3, 8, 3, 3, requires_grad=True), torch.randn(16, 3, 3, 3, requires_grad=True)
bias_d = torch.zeros(16, requires_grad=True)
G = lambda z: ops.modulated_conv2d(canvas.expand(len(z), -1, -1, -1), weight_g, z, padding=1)
D = lambda x: ops.bias_act(torch.conv2d(x, weight_d * 0.2, padding=1), bias_d, act="lrelu").mean((1, 2, 3))
T = lambda x: ops.diffaug(x, torch.rand(len(x), ops.diffaug_draws(policy)), policy)

optimizer_g = torch.optim.Adam([canvas, weight_g], lr=0.002, betas=(0.0, 0.99))
optimizer_d = torch.optim.Adam([weight_d, bias_d], lr=0.002, betas=(0.0, 0.99))

for step in range(int(sys.argv[2]) if len(sys.argv) > 2 else 20):
    reals = torch.rand(4, 3, 16, 16, requires_grad=True)  # your pictures, in [-1, 1]
    logits = D(T(reals))
    # The gradient goes back through T, with a graph of its own: T's operators are differentiable twice.
    gradient, = torch.autograd.grad(logits.sum(), reals, create_graph=True)
    fakes = G(torch.randn(4, 8))
    loss_d = (softplus(-logits) + softplus(D(T(fakes.detach()))) + 5.0 * gradient.square().sum((1, 2, 3))).mean()
    optimizer_d.zero_grad(), loss_d.backward(), optimizer_d.step()

    loss_g = softplus(-D(T(fakes))).mean()
    optimizer_g.zero_grad(), loss_g.backward(), optimizer_g.step()
    print(f"step {step}: D {loss_d.item():.3f}, G {loss_g.item():.3f}")
