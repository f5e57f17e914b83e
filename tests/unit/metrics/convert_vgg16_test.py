"""The converter of VGG16 refuses what is not the known file, and reads the forms that early files have."""
import array
import collections
import io
import os
import pickle
import struct
import sys
import unittest

SCRIPT = os.path.join(os.path.dirname(__file__), "../../../tools/convert_vgg16.py")
sys.path.insert(0, os.path.dirname(SCRIPT))
import convert_vgg16 as converter  # noqa: E402
from converter_case import RefusesOthers  # noqa: E402


class Named:
    """Pickles as a call of a name that this Python does not have."""

    def __init__(self, module, name, *arguments, state=None):
        self.call = module, name, arguments, state


class Writer(pickle._Pickler):
    """Writes persistent storages and calls by name, as PyTorch of 2017 did."""

    def persistent_id(self, thing):
        if isinstance(thing, tuple) and thing and thing[0] == "storage":
            return thing
        return None

    def save(self, thing, save_persistent_id=True):
        if not isinstance(thing, Named):
            return super().save(thing, save_persistent_id)
        module, name, arguments, state = thing.call
        self.write(pickle.GLOBAL + f"{module}\n{name}\n".encode())
        if arguments:
            self.save(arguments)
            self.write(pickle.REDUCE)
        if state is not None:
            self.save(state)
            self.write(pickle.BUILD)


def old_file(tensors, wrap):
    """The bytes of a state dict with one storage a tensor."""
    out = io.BytesIO()
    for head in (0x1950a86a20f9469cfc6c, 1001, {"little_endian": True}):
        pickle.dump(head, out, 2)
    state = collections.OrderedDict()
    for key, (name, values) in enumerate(tensors.items()):
        storage = ("storage", Named("torch.cuda", "FloatStorage"), str(key), "cuda:0", len(values), None)
        state[name] = wrap(Named("torch._utils", "_rebuild_tensor", storage, 0, (len(values),), (1,)))
    Writer(out, 2).dump(state)
    pickle.dump([str(key) for key in range(len(tensors))], out, 2)
    for values in tensors.values():
        out.write(struct.pack("<q", len(values)) + array.array("f", values).tobytes())
    return out.getvalue()


def parameter(tensor):
    return Named("torch.nn.parameter", "Parameter", tensor, state=(True, False, {}))


class Converter(RefusesOthers, unittest.TestCase):
    SCRIPT = SCRIPT

    def test_tensors_of_convolutions_are_read_in_every_form(self):
        tensors = {"features.0.bias": [1.5, -2.0, 3.25], "classifier.0.bias": [7.0]}
        for wrap in (lambda tensor: tensor, parameter,
                     lambda tensor: Named("torch._utils", "_rebuild_parameter", tensor, True, {})):
            found = converter.read_state(old_file(tensors, wrap), converter.VggUnpickler, "features.")
            self.assertEqual(list(found), ["features.0.bias"])
            self.assertEqual(array.array("f", found["features.0.bias"].data).tolist(), [1.5, -2.0, 3.25])

    def test_knows_tensors_only(self):
        class Command:
            def __reduce__(self):
                return os.system, ("true",)
        with self.assertRaises(pickle.UnpicklingError):
            converter.VggUnpickler(io.BytesIO(pickle.dumps(Command()))).load()


if __name__ == "__main__":
    unittest.main()
