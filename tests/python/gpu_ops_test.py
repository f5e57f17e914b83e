"""The operators on a GPU: values next to those of the CPU, gradients, opcheck, torch.compile, CUDA graphs, broken draws.

CENTIGAN_LIB names the folder of the libraries. Exit code 77 without a GPU.
"""
import sys
import unittest

import ops_test as cpu  # loads the libraries; exit code 77 without torch
import torch

if not torch.cuda.is_available():
    print("skipped: no CUDA device")
    sys.exit(77)

torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
ops = torch.ops.centigan
POLICIES = [cpu.POLICY, "color,translation,cutout", "cutout,contrast,translation:ratio=0.4,contrast:p=0.5,brightness"]
TOLERANCE = {torch.float64: 1e-11, torch.float32: 2e-5, torch.float16: 4e-3, torch.bfloat16: 3e-2}
PLUGIN = ["diffaug", "diffaug.p", "diffaug.parameters", "diffaug_linear", "diffaug_backward", "ada_geometry",
          "ada_geometry_backward", "ada_color", "ada_filter", "ada_filter_backward", "ada_noise", "ada_cutout",
          "upfirdn2d", "upfirdn2d_backward", "bias_act", "bias_act_backward", "bias_act_double_backward",
          "channel_scale", "channel_dot", "channel_scale_backward"]


def to_gpu(args):
    return tuple(a.cuda() if torch.is_tensor(a) else a for a in args)


def pictures():
    """Odd sizes, none, one, rows of whole 16 bytes, gaps, channels-last."""
    for shape in ((5, 3, 7, 5), (0, 3, 8, 8), (1, 3, 9, 4), (2, 3, 48, 64)):
        x = cpu.picture(*shape)
        yield x
        yield x.to(memory_format=torch.channels_last)
    yield cpu.picture(2, 3, 22, 30)[:, :, ::2, ::3]


def resampling_calls():
    """The tiles, the other sizes, the separable filter; factors, padding of both signs, flipped or not."""
    four, odd, long = cpu.fir() + torch.rand(4, 4) / 99, torch.rand(2, 3), torch.rand(12)
    for f, up, down, padding in ((four, 1, 1, [2, 1, 1, 2]), (four, 2, 1, [2, 1, 3, -1]), (four, 1, 2, [1, 4, -1, 3]),
                                 (four, 3, 2, [2, 2, 2, 2]), (odd, 2, 3, [1, 0, -1, 4]), (long, 2, 1, [6, 5, 6, 5]),
                                 (long, 1, 2, [5, 6, 7, 4]), (None, 2, 1, [0, 0, 1, -1])):
        for flip in (False, True):
            yield f, up, down, padding, flip, 1.5


def policy_calls(x):
    for policy in POLICIES:
        u = cpu.draws(len(x), ops.diffaug_draws(policy))
        for op in (ops.diffaug.default, ops.diffaug_linear.default, ops.diffaug_backward.default):
            yield op, (u, policy)


class OnGpu(unittest.TestCase):
    def assert_near(self, got, want, dtype):
        scale = max(1.0, want.abs().max().item()) if want.numel() else 1.0
        torch.testing.assert_close(got.cpu().double(), want.double(), rtol=0, atol=TOLERANCE[dtype] * scale)

    def test_kernels_come_from_the_plugin(self):
        for name in PLUGIN:
            self.assertTrue(torch._C._dispatch_has_kernel_for_dispatch_key(f"centigan::{name}", "CUDA"), name)

    def test_values_are_those_of_the_cpu(self):
        augmentations = {op for op, _ in cpu.diffaug_calls(cpu.picture()) + list(policy_calls(cpu.picture()))}
        for x in pictures():
            for op, args in cpu.calls(x) + list(policy_calls(x)):
                for dtype in TOLERANCE if op in augmentations else (torch.float64, torch.float32):
                    with self.subTest(op=str(op), shape=tuple(x.shape), dtype=dtype):
                        typed = tuple(a.to(dtype) if torch.is_tensor(a) and a.is_floating_point() and
                                      a.dtype == torch.float64 else a for a in args)
                        exact = tuple(a.double() if torch.is_tensor(a) and a.dtype == dtype else a for a in typed)
                        low = x.to(dtype)
                        got, want = op(low.cuda(), *to_gpu(typed)), op(low.double(), *exact)
                        for g, w in zip(cpu.results(got), cpu.results(want)):
                            if torch.is_tensor(g):
                                self.assertTrue(g.is_cuda)
                                self.assert_near(g, w, dtype)

    def assert_the_same(self, op, x, *args):
        """On both devices, in every type, whatever it returns and its gradient to the second order."""
        for dtype in TOLERANCE:
            for layout in (torch.contiguous_format, torch.channels_last):
                with self.subTest(op=str(op), shape=tuple(x.shape), dtype=dtype, layout=layout, args=args):
                    low = x.to(dtype).contiguous(memory_format=layout)
                    wide = tuple(a.double() if torch.is_tensor(a) else a for a in args)
                    outcomes = []
                    for inputs, rest in ((low.cuda(), to_gpu(args)), (low.double(), wide)):
                        inputs.requires_grad_()
                        y = op(inputs, *rest)
                        first, = torch.autograd.grad((y * torch.ones_like(y) * 0.5).sum(), inputs, create_graph=True)
                        second = torch.zeros_like(inputs)
                        if first.requires_grad:
                            second, = torch.autograd.grad(first.double().square().sum(), inputs, allow_unused=True)
                        outcomes.append((y, first, torch.zeros_like(inputs) if second is None else second))
                    for got, want in zip(*outcomes):
                        self.assertTrue(got.is_cuda)
                        self.assertEqual(got.dtype, dtype)
                        self.assert_near(got.detach(), want.detach(), dtype)

    def test_upfirdn2d(self):
        for shape in ((2, 3, 16, 16), (1, 40, 9, 33), (2, 5, 70, 47), (1, 1, 64, 130)):
            for args in resampling_calls():
                self.assert_the_same(ops.upfirdn2d.default, cpu.picture(*shape), *args)

    def test_bias_act(self):
        for shape in ((2, 3, 16, 16), (3, 37, 5, 7)):
            for act in ("linear", "relu", "lrelu", "tanh", "sigmoid", "elu", "selu", "softplus", "swish"):
                for clamp in (None, 0.7):
                    x, b = 4 * cpu.picture(*shape), torch.rand(shape[1])
                    for _ in range(20):  # away from where derivatives jump: rounding may take a value to the other side
                        v = x + b[:, None, None]
                        y = ops.bias_act(v, None, 1, act, 0.2, 1.3)
                        x = torch.where((v.abs() < 0.05) | ((y.abs() - (clamp or 1e9)).abs() < 0.05), x + 0.07, x)
                    self.assert_the_same(ops.bias_act.default, x, b, 1, act, 0.2, 1.3, clamp)

    def test_modulated_convolution(self):
        for shape in ((2, 3, 16, 16), (4, 32, 9, 33)):
            weight, styles = torch.rand(5, shape[1], 3, 3) - 0.5, torch.rand(*shape[:2]) + 0.5
            for args in ((None, 1, 1, 1), (None, 2, 1, 1, cpu.fir(), True, False)):
                op = lambda x, w, s, *rest: ops.modulated_conv2d(x, w.to(x.dtype), s, *rest)
                self.assert_the_same(op, cpu.picture(*shape), weight, styles, *args)

    def test_layout_is_kept(self):
        for x in pictures():
            for op, args in policy_calls(x):
                got, want = op(x.cuda(), *to_gpu(args)), op(x, *args)
                self.assertEqual(got.stride(), want.stride())

    def test_gradients_to_the_second_order(self):
        x = cpu.picture().cuda().requires_grad_()
        for op, args in cpu.calls(cpu.picture()):
            with self.subTest(op=str(op)):
                on_gpu = to_gpu(args)
                f = lambda x: op(x, *on_gpu)
                self.assertTrue(torch.autograd.gradcheck(f, (x,)))
                self.assertTrue(torch.autograd.gradgradcheck(f, (x,)))

    def test_opcheck(self):
        x = cpu.picture(dtype=torch.float32)
        for op, args in cpu.calls(x):
            with self.subTest(op=str(op)):
                torch.library.opcheck(op, (x.cuda().requires_grad_(), *to_gpu(args)), test_utils=cpu.OPCHECKS)

    def test_compile(self):
        compiled = torch.compile(lambda x, u: ops.diffaug(x, u, cpu.POLICY), fullgraph=True, backend="aot_eager")
        x, u = cpu.picture(4).cuda().requires_grad_(), cpu.draws(4, 8).cuda()
        self.assertTrue(torch.equal(compiled(x, u), ops.diffaug(x, u, cpu.POLICY)))
        grad, = torch.autograd.grad(compiled(x, u).square().sum(), x)
        want, = torch.autograd.grad(ops.diffaug(x, u, cpu.POLICY).square().sum(), x)
        torch.testing.assert_close(grad, want)

    def test_the_same_bits_again(self):
        x = cpu.picture(4, 3, 65, 130, dtype=torch.float32).cuda()
        for op, args in list(policy_calls(x)) + [c for c in cpu.calls(x.cpu()) if "ada_geometry" in str(c[0])]:
            on_gpu = to_gpu(args)
            self.assertTrue(torch.equal(op(x, *on_gpu), op(x, *on_gpu)), str(op))

    def test_probability_zero_is_the_identity(self):
        x = cpu.picture(3, dtype=torch.float32).cuda()
        y = ops.diffaug(x, cpu.draws(3, 12).cuda(), "color,translation,cutout", torch.zeros((), device="cuda"))
        self.assertTrue(torch.equal(x, y))

    def test_nan_draws_count_as_zero(self):
        for policy in POLICIES:
            k = ops.diffaug_draws(policy)
            x, zero = cpu.picture(3, 3, 9, 8).cuda(), torch.zeros(3, k, device="cuda")
            self.assertTrue(torch.equal(ops.diffaug(x, zero / 0, policy), ops.diffaug(x, zero, policy)))
            for broken in (-3.0, 7.0, 1e30, float("inf")):
                ops.diffaug(x, zero + broken, policy)
        torch.cuda.synchronize()

    def test_nothing_waits_for_the_gpu(self):
        """A CUDA graph refuses every synchronisation, and all work that is not on its stream."""
        x, u = cpu.picture(3, 3, 16, 16, dtype=torch.float32).cuda(), cpu.draws(3, 7).cuda()
        g = torch.eye(3, device="cuda").repeat(3, 1, 1) * 0.9
        f, long, b, s = cpu.fir().cuda(), torch.rand(12).cuda(), torch.rand(3).cuda(), torch.rand(3, 3).cuda()
        work = lambda: (ops.diffaug(x, u, "color,translation,cutout"),
                        ops.diffaug_backward(x, u, "color,translation,cutout"),
                        ops.ada_geometry(x, g), ops.ada_geometry_backward(x, g),
                        ops.upfirdn2d(x, f, 2, 1, [2, 1, 2, 1]), ops.upfirdn2d(x, long, 1, 2, [5, 5, 5, 5]),
                        ops.bias_act(x, b, 1, "lrelu", None, None, 0.4), ops.channel_scale(x, s), ops.channel_dot(x, x))
        side = torch.cuda.Stream()
        with torch.cuda.stream(side):
            want = work()
        side.synchronize()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            got = work()
        graph.replay()
        torch.cuda.synchronize()
        for a, b in zip(got, want):
            self.assertTrue(torch.equal(a, b))

    def test_a_wrong_device_is_named(self):
        with self.assertRaisesRegex(RuntimeError, "u is on cpu, x on cuda:0"):
            ops.diffaug(cpu.picture().cuda(), cpu.draws(2, 7), "color,translation,cutout")

    def test_more_values_than_32_bits_count(self):
        if torch.cuda.mem_get_info()[0] < 30 << 30:
            self.skipTest("less than 30 GB are free")
        x = torch.zeros(1, 1, 46400, 46400, dtype=torch.float16, device="cuda")
        x[0, 0, -1, -1] = 1
        u = torch.full((1, 3), 0.5, device="cuda")
        y = ops.diffaug(x, u, "translation,brightness")  # no shift, no offset
        self.assertTrue(torch.equal(x, y))
        z = ops.upfirdn2d(x, cpu.fir().cuda(), 1, 1, [2, 1, 2, 1])
        self.assertEqual(z[0, 0, -4:, -4:].count_nonzero().item(), 4)
        self.assertTrue(torch.equal(ops.bias_act(x, None, 1, "relu", None, 1.0), x))


if __name__ == "__main__":
    unittest.main()
