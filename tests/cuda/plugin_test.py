"""libcentigan_cuda.so as a file. CENTIGAN_CUDA_PLUGIN names it. No GPU is needed."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import fatbin

SOURCES = pathlib.Path(__file__).resolve().parents[2] / "cuda"
PLUGIN = os.environ["CENTIGAN_CUDA_PLUGIN"]
ARCHITECTURES = {f"sm_{a}" for a in (75, 80, 86, 89, 90, 100, 120)}

# Opens the library, and reports in words.
OPEN = """
import ctypes, sys
try:
    library = ctypes.CDLL(sys.argv[1])
    print("loaded", library.centigan_cuda_abi_version())
except OSError as error:
    print("refused:", error)
"""

# Prints the operators that have a CUDA kernel of their own, as the loader of the operators has brought them.
REGISTERED = """
import sys
try:
    import torch
except Exception as error:
    print(f"import torch: {error}")
    sys.exit(77)
torch.ops.load_library(sys.argv[1] + "/libcentigan_diffaug.so")
for name in torch._C._dispatch_get_all_op_names():
    if name.startswith("centigan::") and torch._C._dispatch_has_kernel_for_dispatch_key(name, "CUDA"):
        print(name)
"""


def open_in_child(**environment):
    return subprocess.run([sys.executable, "-c", OPEN, PLUGIN], capture_output=True, text=True,
                          env={**os.environ, **environment})


class Plugin(unittest.TestCase):
    def test_needs_the_cuda_part_of_libtorch(self):
        text = subprocess.run(["readelf", "-d", PLUGIN], capture_output=True, text=True, check=True).stdout
        needed = set(re.findall(r"NEEDED.*\[(.*)\]", text))
        self.assertLessEqual({"libtorch_cuda.so", "libc10_cuda.so", "libtorch_cpu.so", "libc10.so", "libcudart.so.13",
                              "libcentigan_diffaug_ops.so", "libcentigan_nn_ops.so"}, needed)
        self.assertRegex(text, r"RUNPATH.*\[\$ORIGIN:")

    def test_holds_code_for_every_architecture(self):
        files = fatbin.contents(PLUGIN)
        self.assertGreater(len(files), 0)
        for file in files:
            self.assertEqual(file, ARCHITECTURES | {"ptx_120"})

    def test_loads_or_says_why_not(self):
        child = open_in_child()
        self.assertEqual(child.returncode, 0, child.stderr)
        self.assertRegex(child.stdout, r"^loaded 1$|^refused: lib\S+: cannot open shared object file")

    def test_a_broken_dependency_is_an_error_not_a_crash(self):
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "libcudart.so.13").write_text("not a library")
            child = open_in_child(LD_LIBRARY_PATH=folder)
        self.assertEqual(child.returncode, 0, child.stderr)
        self.assertRegex(child.stdout, r"^refused: .*libcudart\.so\.13.*")

    def test_registers_its_kernels_in_python(self):
        child = subprocess.run([os.environ["CENTIGAN_PYTHON"], "-c", REGISTERED, os.path.dirname(PLUGIN)],
                               capture_output=True, text=True)
        if child.returncode == 77:
            self.skipTest(child.stdout.strip())
        self.assertEqual(child.returncode, 0, child.stderr)
        impls = re.findall(r'm\.impl\("([\w.]+)"', (SOURCES / "registration.cpp").read_text())
        self.assertGreaterEqual(len(impls), 5)
        self.assertEqual(sorted(child.stdout.split()), sorted(f"centigan::{name}" for name in impls))


if __name__ == "__main__":
    unittest.main()
