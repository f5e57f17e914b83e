"""Official BigGAN weights through the command line, against an independent implementation (biggan_reference.py)."""
import sys
import unittest

try:
    import numpy as np
except ImportError:
    sys.exit(77)

from biggan_reference import (G_OUT, Discriminator, Generator, discriminator_shapes, filler,  # noqa: I001
                              generator_shapes, known)
from official_test import OfficialTest, main, read_safetensors, write_safetensors


class Case:
    """Small networks under their official names, filled with known numbers."""

    def __init__(self, resolution=32, ch=4, dim_z=16, classes=10, shared=0, hier=False, attention=(), channels=3):
        self.resolution, self.ch, self.classes, self.channels = resolution, ch, classes, channels
        self.shared, self.hier, self.attention = shared, hier, attention
        self.rows = len(G_OUT[resolution]) + 1 if hier else 1
        self.chunk = dim_z // self.rows
        attn = "_".join(str(side) for side in attention) or "0"
        self.metadata = {key: str(value) for key, value in dict(
            resolution=resolution, n_classes=classes, G_ch=ch, D_ch=ch, dim_z=dim_z, G_attn=attn, D_attn=attn,
            G_shared=hier, shared_dim=shared, hier=hier, SN_eps=1e-8, BN_eps=1e-5).items()}
        if channels != 3:
            self.metadata["img_channels"] = str(channels)
        self.g = {name: known(name, shape) for name, shape in generator_shapes(self).items()}
        self.d = {name: known(name, shape) for name, shape in discriminator_shapes(self).items()}

    def shrinks(self, block):
        return block < (2 if self.resolution == 32 else len(G_OUT[self.resolution]))

    def tensors(self):
        named = {"G_ema." + name: value for name, value in self.g.items()}
        named.update({"D." + name: value for name, value in self.d.items()})
        return named

    def labels(self, count):
        return np.eye(self.classes)[np.arange(3, 3 + count) % self.classes] if self.classes else None


CASES = {
    "cifar": Case(),
    "hierarchical_64": Case(resolution=64, ch=8, dim_z=23, classes=5, shared=6, hier=True, attention=(16, 64)),
    "hierarchical_128": Case(resolution=128, ch=8, dim_z=24, classes=3, shared=5, hier=True, attention=(64,)),
    "without_classes": Case(dim_z=16, classes=0, hier=True, channels=1),
}


class AgainstTheReference(OfficialTest):
    def check_case(self, case):
        write_safetensors(self.folder / "official.safetensors", case.tensors(), case.metadata)
        self.good("import", "--model", "biggan", "--weights", "official.safetensors", "--out", "imported.h5")
        z, c = filler("z", (2, case.chunk * case.rows)), case.labels(2)
        labels = ["--labels", self.save("c.npy", c)] if case.classes else []
        for start in ("imported.h5", "official.safetensors"):
            self.good("generate", "--from", start, "--latents", self.save("z.npy", z), "--raw", "x.npy", *labels)
            self.near("x.npy", Generator(case.g, case).image(z, c))
        pictures = filler("real", (2, case.channels, case.resolution, case.resolution), 0.5)
        self.good("score", "--from", "imported.h5", "--images", self.save("r.npy", pictures), "--raw", "s.npy", *labels)
        self.near("s.npy", Discriminator(case.d, case).logits(pictures.astype(np.float64), c))
        self.good("export", "--from", "imported.h5", "--format", "safetensors", "--out", "back.safetensors")
        tensors, metadata = read_safetensors(self.folder / "back.safetensors")
        self.assertEqual({name: value.tobytes() for name, value in tensors.items()},
                         {name: value.tobytes() for name, value in case.tensors().items()})
        for key in ("SN_eps", "BN_eps"):
            self.assertEqual(float(metadata[key]), float(case.metadata[key]))
        self.assertEqual({**case.metadata, "family": "biggan"},
                         {**metadata, "SN_eps": case.metadata["SN_eps"], "BN_eps": case.metadata["BN_eps"]})


for title, known_case in CASES.items():
    setattr(AgainstTheReference, "test_" + title, lambda self, case=known_case: self.check_case(case))


class ReferenceItself(unittest.TestCase):
    """The published numbers, so that two implementations cannot be wrong in the same way."""

    def test_goldens(self):
        case = CASES["cifar"]
        labels = np.eye(10)[[0, 3, 7, 3]]
        image = Generator(case.g, case).image(filler("z", (4, 16)), labels)
        np.testing.assert_allclose(image[0, :, 0, 0], [-0.1403957, -0.2585664, 0.5145392], atol=2e-5)
        logits = Discriminator(case.d, case).logits(filler("real", (4, 3, 32, 32), 0.5).astype(np.float64), labels)
        np.testing.assert_allclose(logits.ravel(), [16.1914673, 23.8213310, 21.6722069, 24.7577248], rtol=1e-5)


if __name__ == "__main__":
    main()
