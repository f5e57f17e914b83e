"""Our files against other programs' readers and writers: safetensors, numpy, h5py. Argument: core_program."""
import hashlib
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import h5py
    import numpy as np
    import torch
    from safetensors.torch import load_file, save_file
    from safetensors import safe_open
except ImportError as missing:
    print("skipped:", missing)
    sys.exit(77)

program = sys.argv[1]


def run(*arguments):
    subprocess.run([program, *map(str, arguments)], check=True)


def check_safetensors(folder):
    torch.manual_seed(0)
    types = [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16,
             torch.int8, torch.uint8, torch.bool]
    tensors = {f"a.{t}": (torch.randn(3, 5) * 50).abs().to(t) for t in types}
    tensors |= {"scalar": torch.tensor(1.5), "empty": torch.zeros(0, 4), "naïve \"quoted\" 猫\n": torch.ones(2, 1, 2)}
    save_file(tensors, folder / "theirs", metadata={"format": "pt", "note": "ä\"\\\n"})
    run("safetensors", folder / "theirs", folder / "ours")
    back = load_file(folder / "ours")
    assert back.keys() == tensors.keys()
    for name, tensor in tensors.items():
        assert back[name].dtype == tensor.dtype and torch.equal(back[name], tensor), name
    with safe_open(folder / "ours", "pt") as opened:
        assert opened.metadata() == {"format": "pt", "note": "ä\"\\\n"}


def check_npy(folder):
    for dtype in "f4 f8 f2 i8 i4 i2 i1 u1 ?".split():
        for shape in [(), (7,), (2, 3), (2, 0, 3), (1, 2, 3, 4)]:
            array = (np.arange(np.prod(shape, dtype=int)) % 100).reshape(shape).astype(dtype)
            np.save(folder / "theirs.npy", array)
            run("npy", folder / "theirs.npy", folder / "ours.npy")
            back = np.load(folder / "ours.npy", allow_pickle=False)
            assert back.dtype == array.dtype and back.shape == array.shape and (back == array).all(), (dtype, shape)


def check_npz(folder):
    values = np.random.default_rng(0).normal(size=(60, 60))
    arrays = {"mu": values[0], "sigma": values, "counts": np.arange(3000) % 7, "none": np.zeros((0, 3), np.float32),
              "zeros": np.zeros(50000), "text-like": np.frombuffer(b"abcabcabd" * 900, np.uint8)}
    for save in (np.savez, np.savez_compressed):
        save(folder / "theirs.npz", **arrays)
        run("npz", folder / "theirs.npz", folder / "ours.npz")
        with np.load(folder / "ours.npz", allow_pickle=False) as back:
            assert sorted(back.files) == sorted(arrays)
            for name, array in arrays.items():
                assert back[name].dtype == array.dtype and np.array_equal(back[name], array), name


def check_checkpoint(folder):
    """A second reader, written from docs/checkpoint-format.md alone."""
    path = folder / "000001.h5"
    run("save", path, 3)
    data = path.read_bytes()
    magic, version, reserved, length, step = struct.unpack_from("<8sIIQq", data)
    assert magic == b"cganckp\n"
    assert (version, reserved, length, step) == (1, 0, len(data), 2)
    assert data[64:512] == bytes(448)
    assert hashlib.sha256(data[:32] + data[512:]).digest() == data[32:64]
    with h5py.File(path, "r") as file:
        assert file.userblock_size == 512
        assert file["counters/step"][()] == 2 and file["adam/beta"][()] == 0.1
        assert file["config"][()].tobytes() == b"batch = 16\n" and file["config"].attrs["type"] == b"text"
        assert (file["G/weight"][()] == 2).all() and file["G/weight"].shape == (300, 512)
        assert file["G/half"].attrs["type"] == b"bfloat16"
        half = (file["G/half"][()].astype(np.uint32) << 16).view(np.float32)
        assert (half == np.arange(6).reshape(2, 3)).all()
    run("dump", path, folder)
    assert (np.load(folder / "G.weight.npy") == 2).all() and np.load(folder / "flags.npy").tolist() == [False, True]


with tempfile.TemporaryDirectory() as name:
    check_safetensors(Path(name))
    check_npy(Path(name))
    check_npz(Path(name))
    check_checkpoint(Path(name))
print("all formats agree")
