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
          "ada_geometry_backward", "ada_color", "ada_filter", "ada_filter_backward", "ada_noise", "ada_cutout"]


def to_gpu(args):
    return tuple(a.cuda() if torch.is_tensor(a) else a for a in args)


def pictures():
    """Odd sizes, none, one, rows of whole 16 bytes, gaps, channels-last."""
    for shape in ((5, 3, 7, 5), (0, 3, 8, 8), (1, 3, 9, 4), (2, 3, 48, 64)):
        x = cpu.picture(*shape)
        yield x
        yield x.to(memory_format=torch.channels_last)
    yield cpu.picture(2, 3, 22, 30)[:, :, ::2, ::3]


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
        work = lambda: (ops.diffaug(x, u, "color,translation,cutout"),
                        ops.diffaug_backward(x, u, "color,translation,cutout"),
                        ops.ada_geometry(x, g), ops.ada_geometry_backward(x, g))
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
        if torch.cuda.mem_get_info()[0] < 20 << 30:
            self.skipTest("less than 20 GB are free")
        x = torch.zeros(1, 1, 46400, 46400, dtype=torch.float16, device="cuda")
        x[0, 0, -1, -1] = 1
        u = torch.full((1, 3), 0.5, device="cuda")
        y = ops.diffaug(x, u, "translation,brightness")  # no shift, no offset
        self.assertTrue(torch.equal(x, y))


if __name__ == "__main__":
    unittest.main()
