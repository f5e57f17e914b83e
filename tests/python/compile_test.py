"""The operators under torch.compile without graph breaks: static and dynamic shapes, traced alone and built by inductor.

CENTIGAN_LIB names the folder of libcentigan_diffaug.so and libcentigan_nn.so.
"""
import os
import shutil
import sys
import unittest

os.environ["TORCHINDUCTOR_FORCE_DISABLE_CACHES"] = "1"  # they do not know that our libraries change

try:
    import torch
except Exception as error:
    print(f"skipped: import torch: {error}")
    sys.exit(77)

for name in ("diffaug", "nn"):
    torch.ops.load_library(os.path.join(os.environ["CENTIGAN_LIB"], f"libcentigan_{name}.so"))
ops = torch.ops.centigan
POLICY = "color,translation:ratio=0.3,cutout:p=0.5"


def augmented(x, u):
    y = ops.diffaug(x * 2, u, POLICY)
    return ops.cutout(ops.brightness(y, u[:, :1]), u[:, 1:3]).tanh()


def pipeline(x, u):
    return ops.ada(x * 2, u.repeat(1, 4)[:, :28], "bgc", torch.tensor(0.6)).tanh()


def network(x, u):
    weight = torch.ones(4, 3, 3, 3) / 9
    y = ops.modulated_conv2d(x, weight, u[:, :3] + 0.5, padding=1)
    y = ops.upfirdn2d(ops.bias_act(y, u[0, :4], act="lrelu"), torch.ones(2, 2), [1, 1], [2, 2])
    return ops.diffaug(y, u, POLICY) * 3


def picture(n, side):
    generator = torch.Generator().manual_seed(n)
    return torch.rand(n, 3, side, side, generator=generator).sub_(0.5).requires_grad_(), torch.rand(n, 8, generator=generator)


class Compile(unittest.TestCase):
    def setUp(self):
        torch._dynamo.reset()

    def check(self, function, backend, dynamic):
        compiled = torch.compile(function, fullgraph=True, backend=backend, dynamic=dynamic)
        for n, side in ((2, 8), (5, 12)) if dynamic else ((2, 8),):
            x, u = picture(n, side)
            got, want = compiled(x, u), function(x, u)
            torch.testing.assert_close(got, want)
            weight = torch.rand_like(want)
            torch.testing.assert_close(*(torch.autograd.grad(y, x, weight)[0] for y in (got, want)))

    def test_traced(self):
        for function in (augmented, pipeline, network):
            for dynamic in (False, True):
                with self.subTest(function=function.__name__, dynamic=dynamic):
                    self.check(function, "aot_eager", dynamic)

    @unittest.skipUnless(shutil.which(os.environ.get("CXX", "g++")), "inductor needs a C++ compiler")
    def test_inductor(self):
        for dynamic in (False, True):
            with self.subTest(dynamic=dynamic):
                self.check(augmented, "inductor", dynamic)

    def test_double_backward_is_refused(self):
        x, u = picture(2, 8)
        weight = torch.rand(4, 3, 3, 3, requires_grad=True)
        y = torch.compile(augmented, fullgraph=True, backend="aot_eager")(x, u)
        gradient, = torch.autograd.grad(torch.conv2d(y, weight).square().sum(), x, create_graph=True)
        with self.assertRaisesRegex(RuntimeError, "does not currently support double backward"):
            gradient.square().sum().backward()


if __name__ == "__main__":
    torch.set_num_threads(1)
    unittest.main()
