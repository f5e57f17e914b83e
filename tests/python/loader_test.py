"""What libcentigan_<name>.so says and does when it is loaded into processes that it fits, or does not fit.

CENTIGAN_LIB names the folder of the libraries, CENTIGAN_CC a C compiler. Most cases run with libraries of three lines in
the places of LibTorch, of the operators and of the CUDA plugin, so they need neither PyTorch nor a GPU.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

LIB = pathlib.Path(os.environ["CENTIGAN_LIB"])
CC = os.environ.get("CENTIGAN_CC", "cc")
LOADER = pathlib.Path(__file__).resolve().parents[2] / "core/loader/op_loader.c"
HAS_TORCH = subprocess.run([sys.executable, "-c", "import torch"], capture_output=True).returncode == 0
needs_torch = unittest.skipUnless(HAS_TORCH, "this Python cannot import torch")

# Loads the files named on its command line ("torch" is imported) and tells how each went.
SCRIPT = """
import ctypes, sys
for path in sys.argv[1:]:
    try:
        if path == "torch": import torch
        else: ctypes.CDLL(path)
        print("loaded", path, flush=True)
    except OSError as error: print("OSError:", error, flush=True)
"""
PROGRAM = """
#include <dlfcn.h>
#include <stdio.h>
int main(int count, char **paths) {
  for (int i = 1; i < count; ++i) printf("%s\\n", dlopen(paths[i], RTLD_NOW | RTLD_GLOBAL) ? "opened" : dlerror());
  return 0;
}
"""


def compiled(path, source, *flags):
    path.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([CC, *flags, "-x", "c", "-", "-o", path, "-ldl"], input=source, text=True, check=True)
    return path


def fake(path, version=None):
    """A library that says when it is opened; with a version (2, 11) it tells that as LibTorch does."""
    source = f'#include <stdio.h>\n__attribute__((constructor)) static void f(void) {{ puts("<{path.name}>"); fflush(stdout); }}'
    if version:
        source += f"\nunsigned long aoti_torch_abi_version(void) {{ return {version[0]}ul << 56 | {version[1]}ul << 48; }}"
    return compiled(path, source, "-shared", "-fPIC", f"-Wl,-soname,{path.name}")


def loader(path, version, name="diffaug"):
    return compiled(path, LOADER.read_text(), "-shared", "-fPIC", f'-DCENTIGAN_LOADER_NAME="{name}"',
                    f'-DCENTIGAN_LOADER_TORCH="{version}"')


def lines(*command):
    run = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    assert run.returncode == 0, f"{command} ended with {run.returncode}: {run.stderr}"
    return run.stdout.splitlines() + run.stderr.splitlines()


def python(*paths):
    return lines(sys.executable, "-c", SCRIPT, *paths)


class WithFakes(unittest.TestCase):
    """A loader for torch 7.3, as its operators lies a library of three lines beside it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name).resolve()
        self.loader = loader(self.folder / "lib/libcentigan_diffaug.so", "7.3")
        self.operators = fake(self.folder / "lib/libcentigan_diffaug_ops.so")

    def torch(self, version=None, folder="torch"):
        return fake(self.folder / folder / "lib/libtorch_cpu.so", version)

    def test_fitting_torch_gets_the_operators(self):
        for minor, fits in ((3, True), (30, False), (2, False)):
            with self.subTest(minor=minor):
                said = "\n".join(python(self.torch((7, minor)), self.loader))
                self.assertEqual("<libcentigan_diffaug_ops.so>" in said, fits, said)

    def test_other_torch_is_named(self):
        torch = self.torch((6, 12))
        self.assertIn(f"OSError: libcentigan_diffaug.so: built for torch 7.3, but this process has torch 6.12.0 ({torch}); "
                      "build centigan with CENTIGAN_TORCH set to the folder of that torch, or use torch 7.3",
                      python(torch, self.loader))

    def test_older_torches_tell_their_version_in_a_file(self):
        torch = self.torch()
        self.assertIn(f"OSError: libcentigan_diffaug.so: built for torch 7.3, and {torch} does not tell its version",
                      python(torch, self.loader))
        for name, text in (("version.py", "from typing import x2\n__version__ = '1.4.0+cpu'\n"), ("build-version", "1.4.0\n")):
            with self.subTest(name=name):
                (self.folder / "torch" / name).write_text(text)
                self.assertIn("but this process has torch 1.4.0 (", python(torch, self.loader)[-1])
                (self.folder / "torch" / name).write_text(text.replace("1.4.0", "7.3.1"))
                self.assertIn("<libcentigan_diffaug_ops.so>", python(torch, self.loader))
                (self.folder / "torch" / name).unlink()

    def test_no_torch_then_torch(self):
        first, *rest = python(self.loader, self.torch((7, 3)), self.loader)
        self.assertEqual(first, "OSError: libcentigan_diffaug.so: this process has no torch yet; import torch first")
        self.assertIn("<libcentigan_diffaug_ops.so>", rest)
        self.assertEqual(rest[-1], f"loaded {self.loader}")

    def test_two_torches(self):
        torches = self.torch((7, 3)), self.torch((7, 3), "other")
        self.assertIn(f"OSError: libcentigan_diffaug.so: this process has two LibTorches, {torches[0]} and {torches[1]}; "
                      "import torch before any library that brings its own", python(*torches, self.loader))

    def test_operators_missing_or_broken(self):
        self.operators.unlink()
        said = python(self.torch((7, 3)), self.loader)[-1]
        self.assertIn("OSError: libcentigan_diffaug.so: its operators cannot be loaded: ", said)
        self.assertIn("libcentigan_diffaug_ops.so: cannot open shared object file", said)
        self.operators.write_text("no library")
        self.assertIn("libcentigan_diffaug_ops.so: file too short", python(self.torch((7, 3)), self.loader)[-1])

    def test_second_copy_is_refused_and_a_link_is_not(self):
        copy, link = self.folder / "copy", self.folder / "link"
        shutil.copytree(self.folder / "lib", copy)
        link.symlink_to(self.folder / "lib")
        said = python(self.torch((7, 3)), self.loader, copy / self.loader.name, link / self.loader.name)
        self.assertIn(f"OSError: libcentigan_diffaug.so: the operators of {self.operators} are loaded already; load one "
                      "build of centigan only", said)
        self.assertEqual(said[-1], f"loaded {link / self.loader.name}")
        self.assertEqual(said.count("<libcentigan_diffaug_ops.so>"), 1)

    def test_cuda_plugin_only_where_cuda_is(self):
        torch, cuda = self.torch((7, 3)), fake(self.folder / "torch/lib/libtorch_cuda.so")
        plugin = "<libcentigan_cuda.so>"
        self.assertEqual(python(torch, cuda, self.loader)[-1], f"loaded {self.loader}")  # absent: nothing said
        path = fake(self.folder / "lib/libcentigan_cuda.so")
        self.assertIn(plugin, python(torch, cuda, self.loader))
        self.assertNotIn(plugin, python(torch, self.loader))
        path.write_text("no library")
        said = python(torch, cuda, self.loader)
        self.assertIn(f"loaded {self.loader}", said)
        self.assertIn("libcentigan_diffaug.so: goes on without its CUDA kernels: ", said[-1])

    def test_another_thread(self):
        script = f"""
import ctypes, threading, traceback
def load():
    try: ctypes.CDLL({str(self.loader)!r})
    except Exception: traceback.print_exc()
thread = threading.Thread(target=load); thread.start(); thread.join(); print("end")"""
        said = lines(sys.executable, "-c", script)
        self.assertIn("OSError: libcentigan_diffaug.so: this process has no torch yet; import torch first", said)
        self.assertIn("end", said)

    def test_a_program_without_python_gets_a_line(self):
        program = compiled(self.folder / "program", PROGRAM)
        self.assertEqual(lines(program, self.loader),
                         ["opened", "libcentigan_diffaug.so: this process has no torch yet; import torch first"])
        self.assertEqual(lines(program, self.torch((7, 3)), self.loader),
                         ["<libtorch_cpu.so>", "opened", "<libcentigan_diffaug_ops.so>", "opened"])


@needs_torch
class WithTorch(unittest.TestCase):
    diffaug, nn = LIB / "libcentigan_diffaug.so", LIB / "libcentigan_nn.so"

    def test_any_order_and_twice(self):
        for order in ((self.diffaug, self.nn), (self.nn, self.diffaug)):
            said = python("torch", *order, *order)
            self.assertEqual(said, ["loaded torch"] + [f"loaded {path}" for path in order * 2])

    def test_before_torch_and_again_after_it(self):
        script = f"""
import ctypes
try: ctypes.CDLL({str(self.diffaug)!r})
except OSError as error: print(error)
import torch
torch.ops.load_library({str(self.diffaug)!r})
print(torch.ops.centigan.diffaug_draws("color,translation,cutout"))"""
        self.assertEqual(lines(sys.executable, "-c", script),
                         ["libcentigan_diffaug.so: this process has no torch yet; import torch first", "7"])

    def test_built_for_another_torch(self):
        with tempfile.TemporaryDirectory() as folder:
            path = loader(pathlib.Path(folder) / "libcentigan_diffaug.so", "1.13")
            script = f"""
import torch
try: torch.ops.load_library({str(path)!r})
except OSError as error: print(error.__cause__)
torch.ops.load_library({str(self.diffaug)!r})
print(torch.ops.centigan.diffaug.overloads())"""
            said = lines(sys.executable, "-c", script)
        self.assertIn("libcentigan_diffaug.so: built for torch 1.13, but this process has torch ", said[0])
        self.assertIn("default", said[1])

    def test_second_libtorch(self):
        with tempfile.TemporaryDirectory() as folder:
            other = fake(pathlib.Path(folder) / "libtorch_cpu.so", (2, 11))
            self.assertIn(f"and {other}; import torch before any", python("torch", other, self.diffaug)[-1])


if __name__ == "__main__":
    unittest.main()
