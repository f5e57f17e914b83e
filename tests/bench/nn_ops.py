#!/usr/bin/env python3
"""The operators of the networks next to the same functions from stock PyTorch calls.

    .venv/bin/python tests/bench/nn_ops.py [--lib build/release/lib] [--threads 1] [--rounds 7] [--only swish]
        [--device cuda] [--type float16]

Both run in turn in one process. Each line: forward and backward (with --double: and the backward of the gradient's
square), milliseconds (median) and the ratio. Shapes are layers of StyleGAN2 at 64 px, on a GPU at 256 px, with batch 16.
"""
import argparse
import math
import pathlib
import statistics
import time

import torch
import torch.nn.functional as F

from stylegan2_peer import FIR, bias_act, upfirdn2d

ROOT = pathlib.Path(__file__).resolve().parents[2]


def modulated(x, weight, styles, up):
    d = ((weight[None] * styles[:, None, :, None, None]).square().sum((2, 3, 4)) + 1e-8).rsqrt()
    x = x * styles[:, :, None, None]
    if up == 2:
        x = upfirdn2d(F.conv_transpose2d(x, weight.transpose(0, 1), stride=2), padding=(1, 1, 1, 1), gain=4.0)
    else:
        x = F.conv2d(x, weight, padding=1)
    return x * d[:, :, None, None]


def cases(ops, device):
    """Name, shape, ours, plain; both take x and two parameters."""
    side, fir = 64 if device == "cpu" else 256, FIR.to(device)
    full, half = (16, 64, side, side), (16, 64, side // 2, side // 2)
    return [
        ("filter behind up-sampling", (16, 64, side + 1, side + 1),
         lambda x, w, v: ops.upfirdn2d(x, fir, 1, 1, [1, 1, 1, 1], False, 4.0),
         lambda x, w, v: upfirdn2d(x, padding=(1, 1, 1, 1), gain=4.0)),
        ("up-sample by 2", half, lambda x, w, v: ops.upfirdn2d(x, fir, 2, 1, [2, 1, 2, 1], False, 4.0),
         lambda x, w, v: upfirdn2d(x, up=2, padding=(2, 1, 2, 1), gain=4.0)),
        ("down-sample by 2", full, lambda x, w, v: ops.upfirdn2d(x, fir, 1, 2, [1, 1, 1, 1]),
         lambda x, w, v: upfirdn2d(x, down=2, padding=(1, 1, 1, 1))),
        ("bias_act lrelu, clamp", full, lambda x, w, v: ops.bias_act(x, v[0], 1, "lrelu", None, None, 256.0),
         lambda x, w, v: bias_act(x, v[0]).clamp(-256, 256)),
        ("bias_act swish", full, lambda x, w, v: ops.bias_act(x, v[0], 1, "swish"),
         lambda x, w, v: F.silu(x + v[0][None, :, None, None]) * math.sqrt(2)),
        ("bias_act tanh", full, lambda x, w, v: ops.bias_act(x, v[0], 1, "tanh"),
         lambda x, w, v: (x + v[0][None, :, None, None]).tanh()),
        ("bias_act softplus", full, lambda x, w, v: ops.bias_act(x, v[0], 1, "softplus"),
         lambda x, w, v: F.softplus(x + v[0][None, :, None, None])),
        ("bias_act elu", full, lambda x, w, v: ops.bias_act(x, v[0], 1, "elu"),
         lambda x, w, v: F.elu(x + v[0][None, :, None, None])),
        ("modulated_conv2d", full, lambda x, w, v: ops.modulated_conv2d(x, w, v, None, 1, 1, 1),
         lambda x, w, v: modulated(x, w, v, 1)),
        ("modulated_conv2d up 2", half,
         lambda x, w, v: ops.modulated_conv2d(x, w, v, None, 2, 1, 1, fir, True, False),
         lambda x, w, v: modulated(x, w, v, 2)),
    ]


def milliseconds(call, inputs, double):
    wait = torch.cuda.synchronize if inputs[0].is_cuda else lambda: None
    wait()
    begun = time.perf_counter()
    y = call(*inputs)
    grads = torch.autograd.grad(y.square().sum(), inputs, create_graph=double, allow_unused=True)
    if double:
        torch.autograd.grad(grads[0].square().sum(), inputs, allow_unused=True)
    wait()
    return 1000 * (time.perf_counter() - begun)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lib", default=str(ROOT / "build/release/lib"))
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--double", action="store_true")
    parser.add_argument("--only", default="", help="cases with this word")
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--type", default="float32", choices=("float32", "float16", "bfloat16"))
    arguments = parser.parse_args()
    torch.backends.cudnn.allow_tf32 = False
    torch.ops.load_library(arguments.lib + "/libcentigan_nn.so")
    torch.set_num_threads(arguments.threads)
    print("| case | layout | ours, ms | plain, ms | plain / ours |\n| --- | --- | ---: | ---: | ---: |")
    kind = {"device": arguments.device, "dtype": getattr(torch, arguments.type)}
    for name, shape, ours, plain in cases(torch.ops.centigan, arguments.device):
        if arguments.only not in name:
            continue
        for layout in (torch.contiguous_format, torch.channels_last):
            torch.manual_seed(0)
            inputs = [torch.randn(shape).contiguous(memory_format=layout), torch.randn(64, 64, 3, 3),
                      torch.randn(16, 64)]
            inputs = [t.to(**kind).requires_grad_() for t in inputs]
            close = {"rtol": 1e-4, "atol": 1e-3} if arguments.type == "float32" else {"rtol": 0.1, "atol": 0.5}
            torch.testing.assert_close(ours(*inputs), plain(*inputs), **close)
            spent = {ours: [], plain: []}
            for _ in range(arguments.rounds + 1):
                for call in spent:
                    spent[call].append(milliseconds(call, inputs, arguments.double))
            a, b = (statistics.median(values[1:]) for values in spent.values())
            title = "channels-last" if layout == torch.channels_last else "planar"
            print(f"| {name} | {title} | {a:.3g} | {b:.3g} | **{b / a:.2f}** |", flush=True)


if __name__ == "__main__":
    main()
