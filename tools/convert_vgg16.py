#!/usr/bin/env python3
"""Turns torchvision's VGG16, with which LPIPS was published, into one safetensors file.

    convert_vgg16.py vgg16-397923af.pth share/centigan/weights/vgg16.safetensors

Only the convolutions are kept (59 MB of 553). Needs Python only: the file's SHA-256 is compared before it is opened, and
the unpickler can build tensors and nothing else. Exit 0 done, 1 failed, 2 usage.
"""
import pickle
import sys

from convert_effnetlite0 import StateUnpickler, read_state
from convert_inception import fail, known, safetensors_bytes, weights_hash, write_atomically

STATE_SHA256 = "397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0"
AGAIN = "give vgg16-397923af.pth as torchvision fetches it (VGG16_Weights.IMAGENET1K_V1)"


class Parameter:
    """How early versions of PyTorch wrote a tensor that is trained."""

    def __new__(cls, tensor=None, *_):
        return tensor


class VggUnpickler(StateUnpickler):
    """Also reads the forms that files of 2017 have."""

    def find_class(self, module, name):
        if (module, name) == ("torch._utils", "_rebuild_tensor"):
            return self.rebuild
        if (module, name) == ("torch._utils", "_rebuild_parameter"):
            return lambda tensor, *_: tensor
        if (module, name) == ("torch.nn.parameter", "Parameter"):
            return Parameter
        return super().find_class("torch" if module == "torch.cuda" else module, name)


def read_file(path):
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        fail(path, error.strerror, AGAIN)
    return known(path, data, STATE_SHA256, AGAIN)


def main(arguments):
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        tensors = read_state(read_file(arguments[0]), VggUnpickler, "features.")
    except (pickle.UnpicklingError, KeyError, ValueError, AttributeError, TypeError) as error:
        fail(arguments[0], str(error), AGAIN)
    write_atomically(arguments[1], safetensors_bytes(tensors))
    print(f"{arguments[1]}: {len(tensors)} tensors, weights hash {weights_hash(tensors)[:8]}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
