#!/usr/bin/env python3
"""Turns an official StyleGAN2 .pkl file (PyTorch form) into a .safetensors file that `centigan import` takes.

    tools/pkl-to-safetensors.py ffhq.pkl ffhq.safetensors

A pickle is a program. This reader runs none of it: names in the file lead to the few functions and inert stand-ins
below and nowhere else, and any other name ends the work. Python source that the file carries is passed over. PyTorch is
not needed, numpy is.
"""
import argparse
import io
import json
import os
import pickle
import struct
import sys

import numpy as np

NETWORKS = ("G_ema", "G", "D")
KINDS = {"FloatStorage": "<f4", "DoubleStorage": "<f8", "HalfStorage": "<f2", "LongStorage": "<i8", "IntStorage": "<i4",
         "ShortStorage": "<i2", "CharStorage": "i1", "ByteStorage": "u1", "BoolStorage": "?"}
NAMES = {"<f4": "F32", "<f8": "F64", "<f2": "F16", "<i8": "I64", "<i4": "I32", "<i2": "I16", "|i1": "I8", "|u1": "U8",
         "|b1": "BOOL"}
LEGACY_MAGIC, LEGACY_VERSION = 0x1950A86A20F9469CFC6C, 1001
MOST_ARRAY_BYTES = 1 << 32


class Refused(Exception):
    pass


class Module:
    """What is left of an object: its class's name and its attributes."""

    def __init__(self, name=""):
        self.class_name, self.state = name, {}

    def __setstate__(self, state):
        if isinstance(state, tuple):
            state = state[0] or state[1]
        self.state = state if isinstance(state, dict) else {}

    def get(self, name, default=None):
        return self.state.get(name, default)


class StorageKind:
    def __init__(self, name):
        self.dtype = np.dtype(KINDS[name])


class Settings(dict):
    """Dictionaries with attributes; their state is the dictionary itself."""

    def __setstate__(self, state):
        self.update(state if isinstance(state, dict) else {})


def stand_in(name):
    return type("StandIn", (Module,), {"__init__": lambda self, *_: Module.__init__(self, name)})


def persistent_object(meta):
    """An object that travels with the source text of its class: the text is not looked at."""
    if not isinstance(meta, dict) or meta.get("type") != "class":
        raise Refused("an object is not described as a class")
    module = Module(str(meta.get("class_name", "")))
    module.__setstate__(meta.get("state"))
    return module


def tensor(storage, offset, size, stride, *_):
    if not isinstance(storage, np.ndarray):
        raise Refused("a tensor has no storage")
    size, stride = tuple(map(int, size)), tuple(map(int, stride))
    last = offset + sum((n - 1) * s for n, s in zip(size, stride))
    if offset < 0 or min(size, default=1) < 0 or min(stride, default=0) < 0 or len(size) != len(stride):
        raise Refused("a tensor has negative sizes")
    if 0 not in size and last >= storage.size:
        raise Refused("a tensor reaches beyond its storage")
    if 0 in size:
        return np.empty(size, storage.dtype)
    if np.prod(size, dtype=object) * storage.itemsize > MOST_ARRAY_BYTES:
        raise Refused("a tensor is larger than 4 GiB")
    bytes_of = [s * storage.itemsize for s in stride]
    return np.ascontiguousarray(np.lib.stride_tricks.as_strided(storage[offset:], size, bytes_of)).reshape(size)


def parameter(data, *_):
    return data


class NumberKind:
    """numpy.dtype('f4', …) and its state, as far as plain numbers go."""

    def __init__(self, text, *_):
        if str(text) not in ("f4", "f8", "f2", "i8", "i4", "i2", "i1", "u1", "b1"):
            raise Refused(f"an array holds {text!r}")
        self.text, self.order = str(text), "<"

    def __setstate__(self, state):
        self.order = ">" if state[1] == ">" else "<"

    def dtype(self):
        return np.dtype(self.order + self.text)


class Array:
    def __init__(self, *_):
        self.values = np.empty(0, np.float32)

    def __setstate__(self, state):
        _, shape, kind, fortran, content = state
        if not isinstance(content, bytes) or not isinstance(kind, NumberKind):
            raise Refused("an array holds objects")
        values = np.frombuffer(content, kind.dtype()).reshape(shape, order="F" if fortran else "C")
        self.values = np.ascontiguousarray(values, kind.dtype().newbyteorder("<")).reshape(values.shape)


def scalar(kind, content):
    return np.frombuffer(content, kind.dtype())[0].item()


def latin_bytes(text, encoding):
    if encoding != "latin1":
        raise Refused(f"bytes in the encoding {encoding!r}")
    return text.encode("latin1")


def load_storage(content):
    """torch.storage._load_from_bytes: a file of its own inside, in the older form of torch.save."""
    file = io.BytesIO(content)
    if content[:2] == b"PK":
        raise Refused("tensors are in torch.save's zip form; official files use the older one")
    if Reader(file).load() != LEGACY_MAGIC or Reader(file).load() != LEGACY_VERSION:
        raise Refused("tensors are not in the form of torch.save")
    Reader(file).load()
    reader = Reader(file, storages={})
    result = reader.load()
    for key in Reader(file).load():
        count, = struct.unpack("<q", file.read(8))
        array = reader.storages[key]
        if count != array.size:
            raise Refused("a storage has another size than it says")
        data = file.read(array.nbytes)
        if len(data) != array.nbytes:
            raise Refused("a storage ends early")
        array[:] = np.frombuffer(data, array.dtype)
    return result


FUNCTIONS = {
    "collections.OrderedDict": dict,
    "builtins.set": set, "__builtin__.set": set,
    "dnnlib.util.EasyDict": Settings, "dnnlib.EasyDict": Settings,
    "torch_utils.persistence._reconstruct_persistent_obj": persistent_object,
    "torch._utils._rebuild_tensor": tensor, "torch._utils._rebuild_tensor_v2": tensor,
    "torch._utils._rebuild_parameter": parameter, "torch._utils._rebuild_parameter_with_state": parameter,
    "torch.storage._load_from_bytes": load_storage,
    "torch.Size": tuple,
    "numpy.core.multiarray._reconstruct": Array, "numpy._core.multiarray._reconstruct": Array,
    "numpy.core.multiarray.scalar": scalar, "numpy._core.multiarray.scalar": scalar,
    "numpy.ndarray": Array, "numpy.dtype": NumberKind,
    "_codecs.encode": latin_bytes,
}
WORDS = {"torch." + word for word in ("float32", "float16", "float64", "bfloat16", "int64", "uint8", "contiguous_format",
                                      "channels_last", "preserve_format", "strided")}


class Reader(pickle.Unpickler):
    def __init__(self, file, storages=None):
        super().__init__(file, encoding="latin1")
        self.storages = storages

    def find_class(self, module, name):
        full = f"{module}.{name}"
        if full in FUNCTIONS:
            return FUNCTIONS[full]
        if full in WORDS:
            return full
        if module in ("torch", "torch.storage") and name in KINDS:
            return StorageKind(name)
        if module.startswith("torch.nn.modules.") and name.isidentifier():
            return stand_in(name)
        if module.startswith("dnnlib.tflib"):
            raise Refused("this is a TensorFlow pickle; convert it to the PyTorch form first (legacy.py of the official code)")
        raise Refused(f"the file asks for {full}, which no official network needs")

    def persistent_load(self, saved):
        """('storage', kind, key, location, count, view) inside of torch.save's form."""
        if self.storages is None or not isinstance(saved, tuple) or len(saved) < 5 or saved[0] != "storage" or \
                not isinstance(saved[1], StorageKind):
            raise Refused("an unknown kind of external object (is it a pickle?)")
        _, kind, key, _, count = saved[:5]
        if not isinstance(count, int) or not 0 <= count * kind.dtype.itemsize <= MOST_ARRAY_BYTES:
            raise Refused("a storage of impossible size")
        if len(saved) > 5 and saved[5] is not None:
            raise Refused("a view of a storage")
        return self.storages.setdefault(key, np.empty(count, kind.dtype))


def tensors_of(module, prefix=""):
    """Parameters and buffers of a module and those below, by their state-dict names."""
    found = {}
    for group in ("_parameters", "_buffers"):
        for name, value in (module.get(group) or {}).items():
            if isinstance(value, Array):
                value = value.values
            if value is not None and not isinstance(value, np.ndarray):
                raise Refused(f"{prefix}{name} is no tensor")
            if value is not None:
                found[prefix + name] = value
    for name, child in (module.get("_modules") or {}).items():
        if isinstance(child, Module):
            found.update(tensors_of(child, f"{prefix}{name}."))
    return found


def child(module, *path):
    for name in path:
        module = (module.get("_modules") or {}).get(name) if module is not None else None
    return module


def setting(module, name, default):
    """A constructor argument, wherever it was given: plain, or inside of a group of settings."""
    given = module.get("_init_kwargs") or {}
    for place in (given, given.get("synthesis_kwargs") or {}, given.get("block_kwargs") or {}):
        if name in place:
            return place[name]
    return module.get(name, default)


def architecture(network, blocks, default):
    for name, block in (blocks.get("_modules") or {}).items():
        if name.startswith("b") and block.get("architecture"):
            return block.get("architecture")
    return setting(network, "architecture", default)


def metadata(networks):
    """What `centigan import` wants to know, as texts."""
    g, d = networks.get("G_ema") or networks["G"], networks.get("D")
    mapping, last = child(g, "mapping"), child(d, "b4", "mbstd") if d is not None else None
    layers = sum(name.startswith("fc") for name in (mapping.get("_modules") or {}))
    facts = {name: g.get(name, setting(g, name, None)) for name in ("z_dim", "w_dim", "c_dim", "img_resolution", "img_channels")}
    facts.update(channel_base=setting(g, "channel_base", 32768), channel_max=setting(g, "channel_max", 512),
                 num_layers=layers, num_fp16_res=setting(g, "num_fp16_res", 0), conv_clamp=setting(g, "conv_clamp", None),
                 g_architecture=architecture(g, child(g, "synthesis") or g, "skip"),
                 mbstd_group_size=last.get("group_size") if last is not None else 4)
    if d is not None:
        facts["d_architecture"] = architecture(d, d, "resnet")
    for name, value in facts.items():
        if value is not None and not isinstance(value, (int, float, str)):
            raise Refused(f"{name} is {type(value).__name__}")
    return {name: str(value) for name, value in facts.items()}


def read_networks(path):
    with open(path, "rb") as file:
        try:
            content = Reader(file).load()
        except Refused:
            raise
        except Exception as error:  # whatever a damaged file makes of it
            raise Refused(f"the file is damaged or no pickle ({error})") from None
    networks = {name: content[name] for name in NETWORKS if isinstance(content, dict) and isinstance(content.get(name), Module)}
    if not networks.keys() & {"G_ema", "G"}:
        raise Refused("the file holds no generator under the names G_ema or G")
    return networks


def write_safetensors(path, tensors, facts):
    header, at = {"__metadata__": facts}, 0
    for name, value in tensors.items():
        header[name] = {"dtype": NAMES[value.dtype.str], "shape": list(value.shape), "data_offsets": [at, at + value.nbytes]}
        at += value.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    temporary = f"{path}.tmp.{os.getpid()}"
    with open(temporary, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for value in tensors.values():
            file.write(value.tobytes())
    os.replace(temporary, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("pkl")
    parser.add_argument("safetensors")
    arguments = parser.parse_args()
    try:
        networks = read_networks(arguments.pkl)
        facts = metadata(networks)
        tensors = {f"{network}.{name}": value for network, module in networks.items() for name, value in tensors_of(module).items()}
        write_safetensors(arguments.safetensors, tensors, facts)
    except (Refused, OSError) as problem:
        sys.exit(f"pkl-to-safetensors: {arguments.pkl}: {problem}")
    print(f"{arguments.safetensors}: {len(tensors)} tensors of {', '.join(networks)}")


if __name__ == "__main__":
    main()
