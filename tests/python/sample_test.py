"""Runs the samples of samples/ops_from_python for a few steps, and the Python of two pages from top to bottom."""
import os
import pathlib
import re
import subprocess
import sys
import unittest

try:
    import torch  # noqa: F401
except Exception as error:
    print(f"skipped: import torch: {error}")
    sys.exit(77)

ROOT, LIB = pathlib.Path(__file__).resolve().parents[2], os.environ["CENTIGAN_LIB"]


def output(*arguments):
    run = subprocess.run([sys.executable, *map(str, arguments)], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def python_of(page):
    blocks = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs" / page).read_text(), re.M | re.S)
    assert blocks, page
    return "\n".join(blocks).replace("build/release/lib", LIB)


class Samples(unittest.TestCase):
    def test_samples(self):
        for name in ("ten_lines.py", "gan_step.py"):
            with self.subTest(name=name):
                steps = output(ROOT / "samples/ops_from_python" / name, LIB, 3)
                self.assertEqual(re.findall(r"^step (\d): D \d", steps, re.M), ["0", "1", "2"])

    def test_page(self):
        text = python_of("python.md") + """
G = torch.nn.Sequential(torch.nn.Linear(8, 3 * 32 * 32), torch.nn.Unflatten(1, (3, 32, 32)), torch.nn.Tanh())
adams = [torch.optim.Adam(net.parameters()) for net in (G, D)]
losses = gan_step(G, D, *adams, reals, torch.randn(8, 8))
assert all(loss.isfinite() for loss in losses)
(r1(D, reals) + (D(reals) - D(T(reals))).square().mean()).backward()
assert 0 < adaptive.p <= 0.8 or adaptive.p == 0, adaptive.p
assert same_change.shape == reals.shape
print("the page runs")
"""
        self.assertIn("the page runs", output("-c", text))

    def test_page_of_ada(self):
        before = "import torch\nx = torch.rand(2, 3, 16, 16)\n"
        self.assertIn("the page runs", output("-c", before + python_of("ada.md") + "print('the page runs')"))


if __name__ == "__main__":
    unittest.main()
