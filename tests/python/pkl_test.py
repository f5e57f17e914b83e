"""tools/pkl-to-safetensors.py on files in the layout of the official ones, and on files that mean harm."""
import collections
import io
import os
import pathlib
import pickle
import struct
import subprocess
import sys
import types
import unittest

try:
    import numpy as np
except ImportError:
    sys.exit(77)

from official_test import CASES, OfficialTest, read_safetensors  # noqa: E402

TOOL = pathlib.Path(__file__).resolve().parents[2] / "tools/pkl-to-safetensors.py"


def foreign(module, name, base=object):
    """A function or class that pickles under a name of somebody else's."""
    parts = module.split(".")
    for i in range(len(parts)):
        sys.modules.setdefault(".".join(parts[:i + 1]), types.ModuleType(parts[i]))
    thing = type(name, (base,), {"__module__": module, "__qualname__": name})
    setattr(sys.modules[module], name, thing)
    return thing


REBUILD = foreign("torch._utils", "_rebuild_tensor_v2")
PARAMETER = foreign("torch._utils", "_rebuild_parameter")
LOAD = foreign("torch.storage", "_load_from_bytes")
FLOATS = foreign("torch", "FloatStorage")
PERSISTENT = foreign("torch_utils.persistence", "_reconstruct_persistent_obj")
EasyDict = foreign("dnnlib.util", "EasyDict", dict)


class Call:
    """Pickles as the call of a function."""

    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


class StorageName:
    def __init__(self, count):
        self.count = count


def storage_bytes(values, announced=None):
    """torch.save of a storage in its older form."""
    file = io.BytesIO()
    for head in (0x1950A86A20F9469CFC6C, 1001, {"protocol_version": 1001, "little_endian": True, "type_sizes": {}}):
        pickle.dump(head, file, protocol=2)
    writer = pickle.Pickler(file, protocol=2)
    writer.persistent_id = lambda x: ("storage", FLOATS, "0", "cpu", x.count, None) if isinstance(x, StorageName) else None
    writer.dump(StorageName(announced or values.size))
    pickle.dump(["0"], file, protocol=2)
    return file.getvalue() + struct.pack("<q", values.size) + values.tobytes()


def as_tensor(array, transposed=False):
    stored = np.ascontiguousarray(array.transpose(range(array.ndim)[::-1]) if transposed else array)
    steps, strides = 1, []
    for side in (array.shape if transposed else array.shape[::-1]):
        strides.append(steps)
        steps *= side
    strides = strides if transposed else strides[::-1]
    return Call(REBUILD, Call(LOAD, storage_bytes(stored)), 0, array.shape, tuple(strides), False, collections.OrderedDict())


def as_module(weights, extra=None, class_name="Module"):
    """A tree of persistent objects with the tensors of a state dict."""
    children, state = {}, {"training": False, "_parameters": collections.OrderedDict(), "_buffers": collections.OrderedDict(),
                           "_non_persistent_buffers_set": set(), "_backward_hooks": collections.OrderedDict(),
                           "_modules": collections.OrderedDict(), **(extra or {}).get("", {})}
    for name, value in weights.items():
        head, _, rest = name.partition(".")
        if rest:
            children.setdefault(head, {})[rest] = value
        elif head in ("resample_filter", "noise_const", "w_avg"):
            state["_buffers"][head] = as_tensor(value)
        else:
            state["_parameters"][head] = Call(PARAMETER, as_tensor(value, value.ndim == 4), False, collections.OrderedDict())
    for head, below in children.items():
        inner = {key.partition(".")[2]: facts for key, facts in (extra or {}).items() if key.partition(".")[0] == head}
        state["_modules"][head] = as_module(below, inner)
    if (extra or {}).get("mbstd"):
        state["_modules"]["mbstd"] = as_module({}, {"": extra["mbstd"]})
    meta = EasyDict(type="class", version=6, module_src="raise SystemExit('this text is never run')", class_name=class_name,
                    state=state)
    return Call(PERSISTENT, meta)


def official_pickle(case, flat=False):
    m = {key: int(value) for key, value in case.metadata.items() if key not in ("conv_clamp",)}
    sizes = EasyDict(channel_base=m["channel_base"], channel_max=m["channel_max"], num_fp16_res=m["num_fp16_res"],
                     conv_clamp=case.clamp)
    common = {key: m[key] for key in ("c_dim", "img_resolution", "img_channels")}
    g_kwargs = EasyDict(z_dim=m["z_dim"], w_dim=m["w_dim"], mapping_kwargs=EasyDict(num_layers=m["num_layers"]), **common)
    g_kwargs.update(sizes if flat else {"synthesis_kwargs": sizes})
    g_facts = {"": {"_init_args": (), "_init_kwargs": g_kwargs, "z_dim": m["z_dim"], "w_dim": m["w_dim"], **common}}
    d_facts = {"": {"_init_args": (), "_init_kwargs": EasyDict(**sizes, **common)},
               "b4": {}, "b4.mbstd": {"group_size": 4, "num_channels": 1}}
    for r in case.sides:
        g_facts[f"synthesis.b{r}"] = {"architecture": case.g_kind}
        if r > 4:
            d_facts[f"b{r}"] = {"architecture": case.d_kind}
    d_facts["b4"] = {"architecture": case.d_kind}
    return {"training_set_kwargs": EasyDict(path="somewhere.zip", use_labels=False, scale=np.float64(0.5)),
            "G": as_module(case.g, g_facts, "Generator"), "D": as_module(case.d, d_facts, "Discriminator"),
            "G_ema": as_module(case.g, g_facts, "Generator"), "augment_pipe": as_module({"p": np.zeros((), np.float32)})}


class Pkl(OfficialTest):
    def convert(self, content):
        (self.folder / "a.pkl").write_bytes(content if isinstance(content, bytes) else pickle.dumps(content, 4))
        return subprocess.run([sys.executable, TOOL, "a.pkl", "a.safetensors"], cwd=self.folder, capture_output=True, text=True)

    def refused(self, pattern, content):
        process = self.convert(content)
        self.assertEqual(process.returncode, 1, process.stdout)
        self.assertRegex(process.stderr, r"\Apkl-to-safetensors: a\.pkl: [^\n]+\n\Z")
        self.assertRegex(process.stderr, pattern)
        self.assertEqual([path.name for path in self.folder.glob("a.s*")], [])

    def test_official_layout(self):
        for title, flat in (("published", False), ("published", True), ("conditional", False), ("resnet", True), ("skip", False)):
            case = CASES[title]
            process = self.convert(official_pickle(case, flat))
            self.assertEqual(process.returncode, 0, process.stderr)
            tensors, metadata = read_safetensors(self.folder / "a.safetensors")
            wanted = {**case.tensors(), **{"G." + name: value for name, value in case.g.items()}}
            self.assertEqual(tensors.keys(), wanted.keys())
            for name, value in wanted.items():
                self.assertEqual((tensors[name].shape, tensors[name].tobytes()), (value.shape, value.tobytes()), name)
            for key, value in case.metadata.items():
                self.assertEqual(float(metadata[key]), float(value), key)
            self.good("import", "--weights", "a.safetensors", "--out", "a.h5")
            self.good("export", "--from", "a.h5", "--out", "b.safetensors")
            again, _ = read_safetensors(self.folder / "b.safetensors")
            self.assertEqual({name: value.tobytes() for name, value in again.items()},
                             {name: value.tobytes() for name, value in tensors.items()})

    def test_programs_are_not_run(self):
        class Harm:
            def __reduce__(self):
                return os.system, ("touch harmed",)

        class Evaluated:
            def __reduce__(self):
                return eval, ("open('harmed', 'w')",)
        good = official_pickle(CASES["grey"])
        for harm in (Harm(), Evaluated(), Call(getattr, "a", "upper"), Call(LOAD, pickle.dumps(Harm()))):
            self.refused("the file asks for (posix.system|builtins.(eval|getattr))", {**good, "augment_pipe": harm})
            self.assertFalse((self.folder / "harmed").exists())
        self.refused("the file asks for subprocess.Popen", b"csubprocess\nPopen\n(S'touch harmed'\ntR.")
        self.refused("asks for torch.jit.load", b"ctorch.jit\nload\n(S'a'\ntR.")
        self.refused("TensorFlow pickle", b"cdnnlib.tflib.network\nNetwork\n.")

    def test_damaged_and_other_files(self):
        whole = pickle.dumps(official_pickle(CASES["grey"]), 4)
        self.refused("no pickle", b"")
        self.refused("is it a pickle", b"\x89PNG\r\n")
        self.refused("damaged", whole[:len(whole) // 2])
        self.refused("no generator", {"G": 1})
        self.refused("no generator", [1, 2])

    def test_tensors_stay_inside_of_their_storage(self):
        values = np.arange(6, dtype=np.float32)
        good = official_pickle(CASES["grey"])

        def with_tensor(*form, content=None):
            broken = as_module({"p": np.zeros((), np.float32)})
            broken.call[1][0]["state"]["_buffers"]["b"] = Call(REBUILD, Call(LOAD, content or storage_bytes(values)), *form)
            return {**good, "augment_pipe": broken}
        self.assertEqual(self.convert(with_tensor(0, (2, 3), (3, 1))).returncode, 0)
        (self.folder / "a.safetensors").unlink()
        self.refused("reaches beyond", with_tensor(1, (2, 3), (3, 1)))
        self.refused("negative sizes", with_tensor(-1, (2,), (1,)))
        self.refused("negative sizes", with_tensor(5, (2,), (-1,)))
        self.refused("larger than 4 GiB", with_tensor(0, (1 << 20, 1 << 20), (0, 0)))
        self.refused("storage of impossible size", with_tensor(0, (2,), (1,), content=storage_bytes(values, 1 << 40)))
        self.refused("another size than it says", with_tensor(0, (2,), (1,), content=storage_bytes(values, 7)))
        self.refused("ends early", with_tensor(0, (2,), (1,), content=storage_bytes(values)[:-1]))
        self.refused("zip form", with_tensor(0, (2,), (1,), content=b"PK\3\4"))


class RealTensors(unittest.TestCase):
    """What PyTorch itself pickles is read the same; in a process of its own, as this one has stand-ins for torch."""

    def test_parameters_and_buffers(self):
        program = f"""
import importlib.util, io, pickle, sys
import numpy as np, torch
spec = importlib.util.spec_from_file_location("tool", {str(TOOL)!r})
tool = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tool)
net = torch.nn.Sequential(torch.nn.Conv2d(3, 5, 3).to(memory_format=torch.channels_last), torch.nn.BatchNorm1d(4))
net.half_tensor = torch.nn.Parameter(torch.randn(7, 2).half())
net.part = torch.nn.Parameter(torch.randn(9, 4)[2:5, ::2])
found = tool.tensors_of(tool.Reader(io.BytesIO(pickle.dumps(net))).load())
for name, value in net.state_dict().items():
    assert np.array_equal(found.pop(name), value.numpy()), name
assert not found, found
"""
        process = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
        if "No module named" in process.stderr or "cannot open shared object" in process.stderr:
            self.skipTest("PyTorch does not load here")
        self.assertEqual(process.returncode, 0, process.stderr)


if __name__ == "__main__":
    unittest.main()
