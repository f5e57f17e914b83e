"""DiffAugment and ADA as published, in eager PyTorch: what tests/bench/augment.py compares centigan's operators with.

Written from the papers' descriptions (Zhao et al., 2020; Karras et al., 2020) in the form in which they are in use: a tensor
operation for every step, index tensors for translation and cutout, one batch-wide margin, a sampling grid for ADA.
Draws and their application are apart, so that the same draws can be given to both sides.
"""
import math

import torch
import torch.nn.functional as F

# ---- DiffAugment: color,translation,cutout ----


def sizes(x):
    """Largest shift and box per axis."""
    return [int(s / 8 + 0.5) for s in x.shape[2:]], [int(s / 2 + 0.5) for s in x.shape[2:]]


def draw_diffaug(x):
    n, device = len(x), x.device
    shifts, boxes = sizes(x)
    color = [torch.rand(n, 1, 1, 1, dtype=x.dtype, device=device) for _ in range(3)]
    moves = [torch.randint(-s, s + 1, (n, 1, 1), device=device) for s in shifts]
    centres = [torch.randint(0, size + 1 - c % 2, (n, 1, 1), device=device) for size, c in zip(x.shape[2:], boxes)]
    return color, moves, centres


def diffaug_draws_of(x, u):
    """What centigan makes of its draws u [N,7]."""
    shifts, boxes = sizes(x)
    column = [u[:, i].view(-1, 1, 1) for i in range(7)]
    moves = [(c * (2 * s + 1)).floor().long() - s for c, s in zip(column[3:5], shifts)]
    centres = [(c * (size + 1 - b % 2)).floor().long() for c, size, b in zip(column[5:], x.shape[2:], boxes)]
    return [c.unsqueeze(1) for c in column[:3]], moves, centres


def color(x, draws):
    x = x + (draws[0] - 0.5)
    mean = x.mean(1, keepdim=True)
    x = (x - mean) * (draws[1] * 2) + mean
    mean = x.mean((1, 2, 3), keepdim=True)
    return (x - mean) * (draws[2] + 0.5) + mean


def translation(x, moves):
    n, _, height, width = x.shape
    grid = torch.meshgrid(*(torch.arange(s, device=x.device) for s in (n, height, width)), indexing="ij")
    rows = (grid[1] + moves[0] + 1).clamp(0, height + 1)
    columns = (grid[2] + moves[1] + 1).clamp(0, width + 1)
    padded = F.pad(x, [1, 1, 1, 1])
    return padded.permute(0, 2, 3, 1).contiguous()[grid[0], rows, columns].permute(0, 3, 1, 2)


def cutout(x, centres):
    n, _, height, width = x.shape
    boxes = sizes(x)[1]
    grid = torch.meshgrid(*(torch.arange(s, device=x.device) for s in (n, *boxes)), indexing="ij")
    rows = (grid[1] + centres[0] - boxes[0] // 2).clamp(0, height - 1)
    columns = (grid[2] + centres[1] - boxes[1] // 2).clamp(0, width - 1)
    mask = torch.ones(n, height, width, dtype=x.dtype, device=x.device)
    mask[grid[0], rows, columns] = 0
    return x * mask.unsqueeze(1)


def diffaug(x, draws):
    return cutout(translation(color(x, draws[0]), draws[1]), draws[2])


# ---- ADA: bgc ----

SYM6 = (0.015404109327027373, 0.0034907120842174702, -0.11799011114819057, -0.048311742585633, 0.4910559419267466,
        0.787641141030194, 0.3379294217276218, -0.07263752278646252, -0.021060292512300564, 0.04472490177066578,
        0.0017677118642428036, -0.007800708325034148)
PAD = len(SYM6) // 4


def matrix(*rows, like):
    flat = [v if torch.is_tensor(v) else torch.full_like(like, v) for row in rows for v in row]
    return torch.stack(flat, -1).unflatten(-1, (len(rows), len(rows)))


def shift2(x, y, like):
    return matrix([1, 0, x], [0, 1, y], [0, 0, 1], like=like)


def scale2(x, y, like):
    return matrix([x, 0, 0], [0, y, 0], [0, 0, 1], like=like)


def rotate2(angle):
    return matrix([angle.cos(), -angle.sin(), 0], [angle.sin(), angle.cos(), 0], [0, 0, 1], like=angle)


def rotate_about_luma(angle):
    v, s, c = 1 / math.sqrt(3), angle.sin(), angle.cos()
    t, same = (1 - c) / 3, (1 - c) / 3 + c
    return matrix([same, t - v * s, t + v * s, 0], [t + v * s, same, t - v * s, 0], [t - v * s, t + v * s, same, 0],
                  [0, 0, 0, 1], like=angle)


def ada_geometry_matrices(x, p):
    """g_inv [N,3,3] of blit and geom: a value and a gate a step, from output to input pixels."""
    n, (height, width), device = len(x), x.shape[2:], x.device
    uniform, normal = (lambda f=f, *k: f(n, *k, device=device) for f in (torch.rand, torch.randn))
    gated = lambda value, nothing, p=p: torch.where(
        torch.rand(n, *[1] * (value.dim() - 1), device=device) < p, value, torch.full_like(value, nothing))
    like = torch.empty(n, device=device)
    p_rot = 1 - math.sqrt(min(max(1 - p, 0), 1))
    g = torch.eye(3, device=device).expand(n, 3, 3)
    g = g @ scale2(1 / (1 - 2 * gated((uniform() * 2).floor(), 0)), 1, like)
    g = g @ rotate2(math.pi / 2 * gated((uniform() * 4).floor(), 0))
    t = gated((torch.rand(n, 2, device=device) * 2 - 1) * 0.125, 0)
    g = g @ shift2(-(t[:, 0] * width).round(), -(t[:, 1] * height).round(), like)
    s = gated((normal() * 0.2).exp2(), 1)
    g = g @ scale2(1 / s, 1 / s, like)
    g = g @ rotate2(gated((uniform() * 2 - 1) * math.pi, 0, p_rot))
    s = gated((normal() * 0.2).exp2(), 1)
    g = g @ scale2(1 / s, s, like)
    g = g @ rotate2(gated((uniform() * 2 - 1) * math.pi, 0, p_rot))
    t = gated(torch.randn(n, 2, device=device) * 0.125, 0)
    return g @ shift2(-t[:, 0] * width, -t[:, 1] * height, like)


def ada_color_matrices(x, p):
    """[N,4,4] of brightness, contrast, luma flip, hue, saturation."""
    n, device = len(x), x.device
    gated = lambda value, nothing: torch.where(
        torch.rand(n, *[1] * (value.dim() - 1), device=device) < p, value, torch.full_like(value, nothing))
    uniform, normal = (lambda f=f: f(n, device=device) for f in (torch.rand, torch.randn))
    c, eye = torch.eye(4, device=device).expand(n, 4, 4), torch.eye(4, device=device)
    v = torch.tensor([1, 1, 1, 0], device=device) / math.sqrt(3)
    vv, like = v.outer(v), torch.empty(n, device=device)
    b = gated(normal() * 0.2, 0)
    c = matrix([1, 0, 0, b], [0, 1, 0, b], [0, 0, 1, b], [0, 0, 0, 1], like=like) @ c
    s = gated((normal() * 0.5).exp2(), 1)
    c = matrix([s, 0, 0, 0], [0, s, 0, 0], [0, 0, s, 0], [0, 0, 0, 1], like=like) @ c
    c = (eye - 2 * vv * gated((torch.rand(n, 1, 1, device=device) * 2).floor(), 0)) @ c
    c = rotate_about_luma(gated((uniform() * 2 - 1) * math.pi, 0)) @ c
    return (vv + (eye - vv) * gated(torch.randn(n, 1, 1, device=device).exp2(), 1)) @ c


class GridSample(torch.autograd.Function):
    """grid_sample with the gradient of its gradient, which PyTorch's own lacks."""

    @staticmethod
    def forward(ctx, x, grid):
        ctx.save_for_backward(x, grid)
        return torch.ops.aten.grid_sampler_2d(x, grid, 0, 0, False)

    @staticmethod
    def backward(ctx, grad):
        return GridSampleBackward.apply(grad, *ctx.saved_tensors), None


class GridSampleBackward(torch.autograd.Function):
    @staticmethod
    def forward(ctx, grad, x, grid):
        ctx.save_for_backward(grid)
        return torch.ops.aten.grid_sampler_2d_backward(grad, x, grid, 0, 0, False, (True, False))[0]

    @staticmethod
    def backward(ctx, grad_grad):
        return GridSample.apply(grad_grad, *ctx.saved_tensors), None, None


def filtered(x, taps, padding):
    """x padded (x0, x1, y0, y1; negative crops) and correlated with the taps along rows, then columns."""
    channels = x.shape[1]
    x = F.pad(x, padding)
    kernel = taps.to(x.dtype).expand(channels, 1, 1, -1)
    return F.conv2d(F.conv2d(x, kernel, groups=channels), kernel.mT.contiguous(), groups=channels)


def upsampled(x, taps):
    n, c, height, width = x.shape
    x = F.pad(x.view(n, c, height, 1, width, 1), [0, 1, 0, 0, 0, 1]).reshape(n, c, 2 * height, 2 * width)
    before, after = (len(taps) + 1) // 2, (len(taps) - 2) // 2
    return filtered(x, taps.flip(0) * 2, [before, after] * 2)


def downsampled(x, taps, crop):
    before, after = (len(taps) - 1) // 2, (len(taps) - 2) // 2
    return filtered(x, taps, [before - crop, after - crop] * 2)[:, :, ::2, ::2]


def ada_geometry(x, g):
    (height, width), like = x.shape[2:], g[:, 0, 0]
    cx, cy = (width - 1) / 2, (height - 1) / 2
    corners = torch.tensor([[-cx, -cy, 1], [cx, -cy, 1], [cx, cy, 1], [-cx, cy, 1]], dtype=g.dtype, device=g.device)
    reach = (g @ corners.t())[:, :2].transpose(0, 1).flatten(1)
    margin = torch.cat([-reach, reach]).amax(1) + torch.tensor([2 * PAD - cx, 2 * PAD - cy] * 2, device=g.device)
    most = torch.tensor([width - 1.0, height - 1.0] * 2, device=g.device)
    x0, y0, x1, y1 = margin.clamp(min=0).minimum(most).ceil().int().tolist()  # waits for the device
    taps = torch.tensor(SYM6, device=x.device)
    taps = taps / taps.sum()
    x = upsampled(F.pad(x, [x0, x1, y0, y1], mode="reflect"), taps)
    g = shift2((x0 - x1) / 2, (y0 - y1) / 2, like) @ g
    g = scale2(2, 2, like) @ g @ scale2(0.5, 0.5, like)
    g = shift2(-0.5, -0.5, like) @ g @ shift2(0.5, 0.5, like)
    shape = [len(x), x.shape[1], (height + 2 * PAD) * 2, (width + 2 * PAD) * 2]
    g = scale2(2 / x.shape[3], 2 / x.shape[2], like) @ g @ scale2(shape[3] / 2, shape[2] / 2, like)
    grid = F.affine_grid(g[:, :2].to(x.dtype), shape, align_corners=False)
    return downsampled(GridSample.apply(x, grid), taps, 2 * PAD)


def ada_color(x, c):
    y = c[:, :3, :3].to(x.dtype) @ x.flatten(2) + c[:, :3, 3:].to(x.dtype)
    return y.view_as(x)


def draw_ada(x, p=1.0):
    return ada_geometry_matrices(x, p), ada_color_matrices(x, p)


def ada(x, draws):
    return ada_color(ada_geometry(x, draws[0]), draws[1])
