"""The operator libraries as a PyTorch user meets them: gradients, opcheck, shapes without data, function transforms.

CENTIGAN_LIB names the folder of libcentigan_diffaug.so and libcentigan_nn.so.
"""
import os
import sys
import unittest

try:
    import torch
except Exception as error:  # an import that fails halfway (missing NVIDIA packages) raises OSError
    print(f"skipped: import torch: {error}")
    sys.exit(77)

LIB = os.environ["CENTIGAN_LIB"]
torch.ops.load_library(os.path.join(LIB, "libcentigan_diffaug.so"))
torch.ops.load_library(os.path.join(LIB, "libcentigan_nn.so"))
ops = torch.ops.centigan
POLICY = "color,translation:ratio=0.3,cutout:p=0.5"
OPCHECKS = ("test_schema", "test_autograd_registration", "test_faketensor", "test_aot_dispatch_static",
            "test_aot_dispatch_dynamic")


def picture(n=2, c=3, h=5, w=4, dtype=torch.float64):
    generator = torch.Generator().manual_seed(n * 1000 + c * 100 + h * 10 + w)
    return torch.rand(n, c, h, w, generator=generator, dtype=dtype) - 0.5


def draws(n, k):
    return torch.rand(n, k, generator=torch.Generator().manual_seed(k))


def fir():
    taps = torch.tensor([1.0, 3.0, 3.0, 1.0])
    return torch.outer(taps, taps) / 64


def diffaug_calls(x):
    """Every operator of libcentigan_diffaug with its arguments behind x."""
    n = x.shape[0]
    return [
        (ops.brightness.default, (draws(n, 1),)),
        (ops.saturation.default, (draws(n, 1),)),
        (ops.contrast.default, (draws(n, 1),)),
        (ops.translation.default, (draws(n, 2), 0.3)),
        (ops.cutout.default, (draws(n, 2), 0.5)),
        (ops.diffaug.default, (draws(n, 8), POLICY)),
        (ops.diffaug.p, (draws(n, 5), "contrast,cutout", torch.tensor([0.3, 0.7]))),
        (ops.diffaug.parameters, (draws(n, 8), POLICY)),
        (ops.diffaug.parameters, (draws(n, 5), "contrast,cutout", torch.tensor([0.3, 0.7]))),
        (ops.diffaug_linear.default, (draws(n, 8), POLICY)),
        (ops.diffaug_linear.default, (draws(n, 5), "contrast,cutout", torch.tensor([0.3, 0.7]))),
        (ops.diffaug_backward.default, (draws(n, 8), POLICY)),
        (ops.diffaug_backward.default, (draws(n, 5), "contrast,cutout", torch.tensor([0.3, 0.7]))),
    ] + ada_calls(x)


def ada_calls(x):
    n = x.shape[0]
    turn = torch.tensor([[0.8, -0.6, 0.5], [0.6, 0.8, -0.2], [0.0, 0.0, 1.0]]).repeat(n, 1, 1)
    centre = torch.tensor([[0.4, 0.6]]).repeat(n, 1)
    noise = torch.full_like(x, 0.5).detach()
    return [
        (ops.ada_geometry.default, (turn,)),
        (ops.ada_geometry_backward.default, (turn,)),
        (ops.ada_color.default, (draws(n, 16).view(n, 4, 4),)),
        (ops.ada_filter.default, (draws(n, 4),)),
        (ops.ada_filter_backward.default, (draws(n, 4),)),
        (ops.ada_noise.default, (noise, draws(n, 1)[:, 0])),
        (ops.ada_cutout.default, (centre, torch.tensor(0.5))),
        (ops.ada_cutout.fraction, (centre, 0.3)),
        (ops.ada.default, (draws(n, 28), "bgc")),
        (ops.ada.parameters, (draws(n, 28), "bgc", torch.tensor(0.5))),
        (ops.ada.default, (draws(n, 41), "bgcfnc:p=0.8", None, noise)),
    ]


def nn_calls(x):
    n, c = x.shape[:2]
    weight = torch.rand(2, c, 3, 3, dtype=x.dtype, generator=torch.Generator().manual_seed(1))
    styles = 0.5 + torch.rand(n, c, dtype=x.dtype, generator=torch.Generator().manual_seed(2))
    noise = torch.rand(n, 1, 2 * x.shape[2], 2 * x.shape[3], dtype=x.dtype)
    return [
        (ops.upfirdn2d.default, (fir(), [2, 2], [1, 1], [2, 1, 2, 1], False, 4.0)),
        (ops.upfirdn2d.default, (fir(), [1, 1], [2, 2], [1, 1, 1, 1])),
        (ops.upfirdn2d.default, (None, [3, 2], [2, 1], [1, -1, 2, 0])),
        (ops.bias_act.default, (torch.rand(c, dtype=x.dtype), 1, "lrelu", 0.2, None, 0.4)),
        (ops.bias_act.default, (torch.rand(c, dtype=x.dtype), 1, "swish")),
        (ops.modulated_conv2d.default, (weight, styles, None, 1, 1, 1)),
        (ops.modulated_conv2d.default, (weight, styles, noise, 2, 1, 1, fir(), True, False)),
    ]


def nn_gradient_calls(x):
    """What the gradients of the network operators are made of; x is the gradient that comes in."""
    n, c, h, w = x.shape
    random = lambda *sizes: torch.rand(*sizes, dtype=x.dtype, generator=torch.Generator().manual_seed(3))
    other, weight, b = random(n, c, h, w), random(2, c, 3, 3), random(c)
    halving = ([1, 1], [2, 2], [1, 1, 1, 1], False, 1.0)
    smooth = (other, b, (other + b[:, None, None]).tanh(), 1, "tanh")
    return [
        (ops.upfirdn2d_backward.default, (fir(), 2 * h, 2 * w, *halving)),
        (ops.bias_act_backward.default, (*smooth, 0.2, 1.0, -1.0, True)),
        (ops.bias_act_double_backward.default, (other, *smooth, 0.2, 1.0, -1.0)),
        (ops.channel_scale.default, (random(n, c), random(n, 1, h, w))),
        (ops.channel_dot.default, (other,)),
        (ops.convolution.default, (weight, [1, 1], [1, 1], False)),
        (ops.convolution_input.default, (random(c, 2, 3, 3), h, w, [1, 1], [1, 1], False)),
        (ops.convolution_weight.default, (other, 3, 3, [1, 1], [1, 1], False)),
    ]


def calls(x):
    return diffaug_calls(x) + nn_calls(x) + nn_gradient_calls(x)


def calls_without_gradient(x):
    return [(ops.channel_scale_backward.default, (x + 1, torch.ones(x.shape[:2], dtype=x.dtype)))]


# Those that take no pictures.
WITHOUT_PICTURES = {"diffaug_draws", "ada_draws", "ada_needs_noise", "ada_parameters", "ada_matrices"}
# Declared by the program alone; where it is built the CUDA plugin has a kernel for it.
OF_THE_PROGRAM = {"centigan::normal_rows"}


def results(y):
    return y if isinstance(y, (tuple, list)) else (y,)


class Operators(unittest.TestCase):
    def test_every_operator_is_tested_here(self):
        names = {name for name in torch._C._dispatch_get_all_op_names() if name.startswith("centigan::")}
        tested = {op.name() for op, _ in calls(picture()) + calls_without_gradient(picture())}
        tested |= {f"centigan::{name}" for name in WITHOUT_PICTURES}
        self.assertEqual(names - OF_THE_PROGRAM, tested, "each operator has an entry in the lists above")

    def test_gradients_to_the_second_order(self):
        x = picture().requires_grad_()
        for op, args in calls(x):
            with self.subTest(op=str(op)):
                f = lambda x: op(x, *args)
                self.assertTrue(torch.autograd.gradcheck(f, (x,)))
                self.assertTrue(torch.autograd.gradgradcheck(f, (x,)))

    def test_gradients_of_weights_and_styles(self):
        x = picture(2, 2, 4, 3).requires_grad_()
        weight = torch.rand(2, 2, 3, 3, dtype=x.dtype, requires_grad=True)
        styles = (0.5 + torch.rand(2, 2, dtype=x.dtype)).requires_grad_()
        f = lambda x, w, s: ops.modulated_conv2d(x, w, s, None, 2, 1, 1, fir(), True, False)
        self.assertTrue(torch.autograd.gradcheck(f, (x, weight, styles)))
        self.assertTrue(torch.autograd.gradgradcheck(f, (x, weight, styles)))

    def test_opcheck(self):
        for layout in (torch.contiguous_format, torch.channels_last):
            x = picture(dtype=torch.float32).contiguous(memory_format=layout).requires_grad_()
            for op, args in calls(x):
                with self.subTest(op=str(op), layout=layout):
                    torch.library.opcheck(op, (x, *args), test_utils=OPCHECKS)
            for op, args in calls_without_gradient(x.detach()):
                torch.library.opcheck(op, (x.detach(), *args), test_utils=OPCHECKS)

    def test_shapes_without_data(self):
        from torch._subclasses.fake_tensor import FakeTensorMode

        own_layout = {op for op, _ in diffaug_calls(picture())}
        for x in (picture(), picture(0), picture(3, 3, 9, 7).to(memory_format=torch.channels_last)):
            for op, args in calls(x) + calls_without_gradient(x):
                with self.subTest(op=str(op), shape=tuple(x.shape)):
                    got = results(op(x, *args))
                    meta = op(x.to("meta"), *(a.to("meta") if torch.is_tensor(a) else a for a in args))
                    with FakeTensorMode(allow_non_fake_inputs=True) as mode:
                        fake = op(mode.from_tensor(x), *args)
                    for y, m, f in zip(got, results(meta), results(fake), strict=True):
                        self.assertEqual((m.shape, m.dtype), (y.shape, y.dtype))
                        self.assertEqual((f.shape, f.device.type), (y.shape, "cpu"))
                        if op in own_layout:  # the others have that of LibTorch's convolutions
                            self.assertEqual(m.stride(), y.stride())

    def test_half_types_and_empty_batch(self):
        for dtype in (torch.float16, torch.bfloat16, torch.float32, torch.float64):
            for n in (0, 1):
                x = picture(n, dtype=dtype)
                self.assertEqual(ops.diffaug(x, draws(n, 8), POLICY).dtype, dtype)

    def test_errors_name_operator_and_remedy(self):
        with self.assertRaisesRegex(RuntimeError, "did you mean translation"):
            ops.diffaug(picture(), draws(2, 2), "tranlation")
        with self.assertRaisesRegex(RuntimeError, r"saturation: u must be \[2, 1\], got \[2, 3\]"):
            ops.saturation(picture(), draws(2, 3))
        with self.assertRaisesRegex(RuntimeError, r"diffaug: u must be \[2, 12\], got \[2, 7\]"):
            ops.diffaug.p(picture(), draws(2, 7), "color,translation,cutout", torch.tensor(0.5))
        with self.assertRaisesRegex(RuntimeError, "diffaug: u has a NaN in row 0"):
            ops.diffaug(picture(), draws(2, 3) * float("nan"), "contrast,cutout")
        with self.assertRaisesRegex(RuntimeError, "float16 or bfloat16, got Byte"):
            ops.diffaug(picture().byte(), draws(2, 2), "cutout")
        with self.assertRaisesRegex(RuntimeError, "u is on meta, x on cpu"):
            ops.diffaug(picture(), draws(2, 2).to("meta"), "cutout")

    def test_parameters(self):
        x, u = picture(dtype=torch.float32).requires_grad_(), draws(2, 8)
        y, parameters = ops.diffaug.parameters(x, u, POLICY)
        self.assertTrue(torch.equal(y, ops.diffaug(x, u, POLICY)))
        self.assertEqual((parameters.shape, parameters.requires_grad, y.requires_grad), ((2, 12), False, True))
        self.assertTrue(torch.equal(parameters[:, 0], u[:, 0] - 0.5))

    def test_number_of_draws(self):
        self.assertEqual(ops.diffaug_draws(POLICY), 8)
        self.assertEqual(ops.ada_draws("bgc"), 28)
        self.assertTrue(ops.ada_needs_noise("bgcfn"))

    def test_ada_returns_the_parameters_it_used(self):
        x, u = picture(), draws(2, 28).double()
        names = ops.ada_parameters("bgc")
        y, parameters = ops.ada.parameters(x, u, "bgc", torch.tensor(0.5))
        self.assertTrue(torch.equal(y, ops.ada(x, u, "bgc", torch.tensor(0.5))))
        self.assertEqual(parameters.shape, (2, len(names)))
        acted = parameters[:, names.index("xflip_acted")]
        self.assertTrue(torch.equal(acted, (u[:, 15] < 0.5).float()))

    def test_ada_matrices(self):
        args = (draws(2, 28), "bgc", torch.tensor(0.5), 3, 4, 5)
        values, g_inv, color, gains = ops.ada_matrices(*args)
        self.assertEqual((values.shape[0], g_inv.shape, color.shape, gains.shape), (2, (2, 3, 3), (2, 4, 4), (2, 4)))
        torch.library.opcheck(ops.ada_matrices, args, test_utils=OPCHECKS)


class Transforms(unittest.TestCase):
    """docs/python.md tells what works; what does not is refused, never wrong."""

    def test_vmap(self):
        x, u = torch.stack([picture(), -picture()]), torch.stack([draws(2, 8), 1 - draws(2, 8)])
        want = torch.stack([ops.diffaug(*pair, POLICY) for pair in zip(x, u)])
        self.assertTrue(torch.equal(torch.func.vmap(lambda x, u: ops.diffaug(x, u, POLICY))(x, u), want))

    def test_gradients_by_torch_func_and_forward_mode_are_refused(self):
        f = lambda x: ops.translation(x, draws(2, 2), 0.3)
        with self.assertRaisesRegex(RuntimeError, "functorch transforms"):
            torch.func.grad(lambda x: f(x).sum())(picture())
        with self.assertRaisesRegex(RuntimeError, "functorch transforms"):
            torch.func.jvp(f, (picture(),), (picture(),))


if __name__ == "__main__":
    torch.set_num_threads(1)
    unittest.main()
