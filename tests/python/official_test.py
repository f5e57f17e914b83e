"""Official StyleGAN2 weights through the command line, against an independent implementation (stylegan2_reference.py)."""
import json
import os
import pathlib
import struct
import sys
import unittest

try:
    import numpy as np
except ImportError:
    sys.exit(77)

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
from cli import CliTest, main  # noqa: E402
from stylegan2_reference import FILTER, Discriminator, Generator, filler  # noqa: E402

KINDS = {"F32": np.float32, "F64": np.float64}


def write_safetensors(path, tensors, metadata):
    header, data = {"__metadata__": metadata}, b""
    for name, value in tensors.items():
        kind = next(k for k, t in KINDS.items() if t == value.dtype)
        header[name] = {"dtype": kind, "shape": list(value.shape), "data_offsets": [len(data), len(data) + value.nbytes]}
        data += value.tobytes()
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def read_safetensors(path):
    content = path.read_bytes()
    length, = struct.unpack("<Q", content[:8])
    header, data = json.loads(content[8:8 + length]), content[8 + length:]
    metadata = header.pop("__metadata__")
    return {name: np.frombuffer(data[slice(*entry["data_offsets"])], KINDS[entry["dtype"]]).reshape(entry["shape"])
            for name, entry in header.items()}, metadata


class Case:
    """Small networks under their official names, filled with known numbers."""

    def __init__(self, resolution=32, z=16, w=16, classes=0, channels=3, layers=2, base=128, most=16, g="skip", d="resnet",
                 shape=(4, 4), clamp=None, fp16=0):
        self.resolution, self.classes, self.channels, self.shape = resolution, classes, channels, shape
        self.z, self.g_kind, self.d_kind, self.clamp = z, g, d, clamp
        self.width = lambda r: min(base // r, most)
        self.sides = [2**i for i in range(2, int(np.log2(resolution)) + 1)]
        self.metadata = {key: str(value) for key, value in dict(
            z_dim=z, w_dim=w, c_dim=classes, img_resolution=resolution, img_channels=channels, channel_base=base,
            channel_max=most, num_layers=layers, num_fp16_res=fp16, mbstd_group_size=4).items()}
        if clamp is not None:
            self.metadata["conv_clamp"] = f"{clamp:g}"
        if shape != (4, 4):
            self.metadata.update(base_height=str(shape[0]), base_width=str(shape[1]))
        self.g, self.d = {}, {}
        self.fill_generator(z, w, layers)
        self.fill_discriminator()

    def put(self, network, name, *shape):
        if name.endswith("resample_filter"):
            value = FILTER.astype(np.float32)
        elif name.endswith("noise_strength"):
            value = np.full((), 0.1, np.float32)
        elif "mapping.fc" in name:
            value = filler(name, shape, 100 if name.endswith("weight") else 10)
        elif name.endswith("affine.bias"):
            value = filler(name, shape, 0.1, 1)
        elif name.endswith((".bias", "w_avg")):
            value = filler(name, shape, 0.1)
        else:
            value = filler(name, shape)
        network[name] = value

    def fill_mapping(self, network, z, w, layers):
        if self.classes:
            self.put(network, "mapping.embed.weight", w, self.classes)
            self.put(network, "mapping.embed.bias", w)
        for k in range(layers):
            self.put(network, f"mapping.fc{k}.weight", w, w if k else z + (w if self.classes else 0))
            self.put(network, f"mapping.fc{k}.bias", w)

    def fill_generator(self, z, w, layers):
        def affine(name, into):
            self.put(self.g, name + ".affine.weight", into, w)
            self.put(self.g, name + ".affine.bias", into)
        for r in self.sides:
            block, out, into = f"synthesis.b{r}", self.width(r), self.width(max(r // 2, 4))
            if r == 4:
                self.put(self.g, block + ".const", out, *self.shape)
            self.put(self.g, block + ".resample_filter")
            for name, channels in ((".conv0", into), (".conv1", out))[r == 4:]:
                self.put(self.g, block + name + ".weight", out, channels, 3, 3)
                self.put(self.g, block + name + ".noise_strength")
                self.put(self.g, block + name + ".bias", out)
                self.put(self.g, block + name + ".resample_filter")
                self.put(self.g, block + name + ".noise_const", *(side * r // 4 for side in self.shape))
                affine(block + name, channels)
            if self.g_kind == "resnet" and r > 4:
                self.put(self.g, block + ".skip.weight", out, into, 1, 1)
                self.put(self.g, block + ".skip.resample_filter")
            if self.g_kind == "skip" or r == self.resolution:
                self.put(self.g, block + ".torgb.weight", self.channels, out, 1, 1)
                self.put(self.g, block + ".torgb.bias", self.channels)
                affine(block + ".torgb", out)
        self.put(self.g, "mapping.w_avg", w)
        self.fill_mapping(self.g, z, w, layers)

    def conv(self, name, out, into, kernel, bias=True):
        self.put(self.d, name + ".weight", out, into, kernel, kernel)
        self.put(self.d, name + ".resample_filter")
        if bias:
            self.put(self.d, name + ".bias", out)

    def fill_discriminator(self):
        last = self.width(4)
        for r in self.sides[:0:-1]:
            block, into, out = f"b{r}", self.width(r), self.width(r // 2)
            self.put(self.d, block + ".resample_filter")
            if self.d_kind == "skip" or r == self.resolution:
                self.conv(block + ".fromrgb", into, self.channels, 1)
            self.conv(block + ".conv0", into, into, 3)
            self.conv(block + ".conv1", out, into, 3)
            if self.d_kind == "resnet":
                self.conv(block + ".skip", out, into, 1, bias=False)
        if self.d_kind == "skip":
            self.conv("b4.fromrgb", last, self.channels, 1)
        self.conv("b4.conv", last, last + 1, 3)
        self.put(self.d, "b4.fc.weight", last, last * self.shape[0] * self.shape[1])
        self.put(self.d, "b4.fc.bias", last)
        self.put(self.d, "b4.out.weight", last if self.classes else 1, last)
        self.put(self.d, "b4.out.bias", last if self.classes else 1)
        if self.classes:
            self.fill_mapping(self.d, 0, last, 8)

    def tensors(self):
        named = {"G_ema." + name: value for name, value in self.g.items()}
        named.update({"D." + name: value for name, value in self.d.items()})
        return named

    def networks(self):
        sizes = {"resolution": self.resolution, "clamp": self.clamp}
        return Generator(self.g, **sizes), Discriminator(self.d, **sizes)

    def pictures(self, count):
        height, width = (side * self.resolution // 4 for side in self.shape)
        return filler("real", (count, self.channels, height, width), 0.5)


CASES = {
    "published": Case(),
    "eight_layers_clamped": Case(layers=8, clamp=1.0),
    "conditional": Case(classes=5, layers=3, resolution=16),
    "orig": Case(g="orig", d="orig"),
    "resnet": Case(g="resnet", d="resnet", clamp=1.5),
    "skip": Case(g="skip", d="skip", classes=3),
    "grey": Case(channels=1, resolution=8),
    "wide": Case(shape=(4, 6), resolution=16, channels=4),
}


class OfficialTest(CliTest):
    def save(self, name, array):
        np.save(self.folder / name, array)
        return name

    def load(self, name):
        return np.load(self.folder / name)

    def imported(self, case):
        write_safetensors(self.folder / "official.safetensors", case.tensors(), case.metadata)
        self.good("import", "--model", "stylegan2", "--weights", "official.safetensors", "--out", "imported.h5")
        return "imported.h5"

    def near(self, name, expected, tolerance=5e-5):
        found = self.load(name)
        self.assertEqual((found.shape, found.dtype), (expected.shape, np.float32))
        self.assertLess(np.abs(found - expected).max(), tolerance * max(1.0, np.abs(expected).max()))


class AgainstTheReference(OfficialTest):
    def check_case(self, case):
        start, (g, d) = self.imported(case), case.networks()
        z = filler("z", (4, case.z))
        rows = np.abs(filler("c", (4, case.classes))) if case.classes else None
        labels = ["--labels", self.save("c.npy", rows)] if case.classes else []
        from_z = ["generate", "--from", start, "--latents", self.save("z.npy", z), "--raw", "x.npy", *labels]
        for noise in ("const", "none"):
            self.good(*from_z, "--noise", noise)
            self.near("x.npy", g.synthesis(g.ws(z, rows), noise))
        self.good(*from_z, "--noise", "const", "--trunc", "0.5", "--trunc-cutoff", "3")
        self.near("x.npy", g.synthesis(g.ws(z, rows, 0.5, 3)))
        ws = filler("ws", (3, 2 * len(case.sides), case.g["mapping.w_avg"].size))
        self.good("generate", "--from", start, "--ws", self.save("ws.npy", ws), "--noise", "const", "--raw", "x.npy")
        self.near("x.npy", g.synthesis(ws.astype(np.float64)))
        pictures = case.pictures(8)
        rows = np.tile(rows, (2, 1)) if case.classes else None
        labels = ["--labels", self.save("more.npy", rows)] if case.classes else []
        self.good("score", "--from", start, "--images", self.save("real.npy", pictures), "--raw", "s.npy", *labels)
        self.near("s.npy", d.logits(pictures.astype(np.float64), rows))
        self.good("export", "--from", start, "--format", "safetensors", "--out", "back.safetensors")
        tensors, metadata = read_safetensors(self.folder / "back.safetensors")
        self.assertEqual({name: value.tobytes() for name, value in tensors.items()},
                         {name: value.tobytes() for name, value in case.tensors().items()})
        self.assertLessEqual(case.metadata.items(), metadata.items())
        self.good(*from_z, "--noise", "const", "--trunc", "0.7")
        first = self.load("x.npy")
        self.good(*["back.safetensors" if word == start else word for word in from_z], "--noise", "const", "--trunc", "0.7")
        self.assertEqual(first.tobytes(), self.load("x.npy").tobytes())


for title, known_case in CASES.items():
    setattr(AgainstTheReference, "test_" + title, lambda self, case=known_case: self.check_case(case))


class ReferenceItself(unittest.TestCase):
    """The published numbers, so that two implementations cannot be wrong in the same way."""

    def test_goldens(self):
        g, d = Case(z=64, w=64, base=512, most=32).networks()
        image = g.synthesis(g.ws(filler("z", (4, 64))))
        np.testing.assert_allclose(image[0, :, 0, 0], [-0.3061794, 1.3415897, 0.7586242], atol=3e-5)
        np.testing.assert_allclose(d.logits(image).ravel(), [-0.5433207, -0.0866307, -0.5673815, 0.2338211], atol=2e-5)
        reals = filler("real", (8, 3, 32, 32), 0.5)
        np.testing.assert_allclose(d.logits(reals).ravel()[:3], [0.1969480, 0.2162694, 0.2071723], atol=5e-6)


class Labels(OfficialTest):
    """The same labels in their three forms; and seeds, which take classes in turn."""

    def test_forms(self):
        start = self.imported(CASES["conditional"])
        z = self.save("z.npy", filler("z", (3, 16)))
        draw = ["generate", "--from", start, "--noise", "const", "--raw", "x.npy"]
        found = []
        for labels in (np.array([1, 4, 1]), np.array([[1], [4], [1]], np.int32), np.eye(5)[[1, 4, 1]]):
            self.good(*draw, "--latents", z, "--labels", self.save("c.npy", labels))
            found.append(self.load("x.npy").tobytes())
        self.assertEqual(len(set(found)), 1)
        self.good(*draw, "--latents", z, "--labels", "4")
        self.assertEqual(self.load("x.npy")[1].tobytes(), np.frombuffer(found[0], np.uint8).reshape(3, -1)[1].tobytes())
        self.good(*draw, "--seeds", "6")
        seventh = self.load("x.npy").tobytes()
        self.good(*draw, "--seeds", "6", "--labels", "1")
        self.assertEqual(self.load("x.npy").tobytes(), seventh)

    def test_what_is_refused(self):
        start = self.imported(CASES["conditional"])
        z = self.save("z.npy", filler("z", (3, 16)))
        draw = ["generate", "--from", start, "--latents", z, "--raw", "x.npy"]
        self.bad(2, "--labels: missing for the given latents", *draw)
        for wrong in (np.array([0, 1]), np.array([0, 1, 5]), np.eye(4)[:3], np.array([0.5, 1, 2])):
            self.bad(1, "c.npy: holds .* labels that do not fit 3 pictures of 5 classes", *draw, "--labels",
                     self.save("c.npy", wrong))
        self.bad(1, "labels: must be .N,5.", "score", "--from", start, "--raw", "s.npy", "--images",
                 self.save("x.npy", CASES["conditional"].pictures(4)))
        plain = self.imported(CASES["grey"])
        self.bad(2, "--labels: given for a network without classes", "generate", "--from", plain, "--labels", "0",
                 "--raw", "x.npy")


class Refused(OfficialTest):
    def refused(self, pattern, change):
        tensors, metadata = CASES["grey"].tensors(), dict(CASES["grey"].metadata)
        change(tensors, metadata)
        write_safetensors(self.folder / "bad.safetensors", tensors, metadata)
        for words in (["import", "--weights", "bad.safetensors", "--out", "out.h5"],
                      ["generate", "--from", "bad.safetensors", "--raw", "x.npy"]):
            process = self.bad(1, pattern, *words)
        self.assertFalse((self.folder / "out.h5").exists())
        return process.stderr

    def test_every_difference_is_listed(self):
        def change(tensors, metadata):
            del tensors["G_ema.synthesis.b8.conv1.bias"], tensors["D.b4.out.bias"]
            tensors["G_ema.mapping.fc0.weight"] = filler("a", (16, 17))
            tensors["D.b8.conv0.bias"] = tensors["D.b8.conv0.bias"].astype(np.float64)
            tensors["D.b8.conv9.bias"] = filler("a", (3,))
            tensors["augment_pipe.p"] = filler("a", (1,))
        text = self.refused("does not fit the published networks", change)
        for line in (r"G_ema.synthesis.b8.conv1.bias: missing in the file, here Float\[16\]",
                     r"G_ema.mapping.fc0.weight: Float\[16, 17\] in the file, here Float\[16, 16\]",
                     r"D.b4.out.bias: missing", r"D.b8.conv0.bias: Double\[16\] in the file, here Float\[16\]",
                     r"D.b8.conv9.bias: Float\[3\] in the file, not here", r"augment_pipe.p: belongs to none of"):
            self.assertRegex(text, line)

    def test_metadata(self):
        def change(_, metadata):
            del metadata["w_dim"]
            metadata.update(num_layers="two", conv_clamp="much")
        text = self.refused("metadata w_dim: missing", change)
        self.assertRegex(text, "num_layers: 'two' is not a whole number")
        self.assertRegex(text, "conv_clamp: 'much' is not a number")
        self.refused("model.resolution: 48 is not a power", lambda _, metadata: metadata.update(img_resolution="48"))
        self.refused("d_architecture: 'residual' is no arch", lambda _, m: m.update(d_architecture="residual"))

    def test_filters_and_absent_networks_are_forgiven(self):
        tensors = {name: value for name, value in CASES["grey"].tensors().items() if not name.endswith("filter")}
        tensors["G_ema.synthesis.b8.torgb.resample_filter"] = FILTER.astype(np.float32)
        write_safetensors(self.folder / "a.safetensors", tensors, CASES["grey"].metadata)
        self.good("import", "--weights", "a.safetensors", "--out", "a.h5")
        self.good("export", "--from", "a.h5", "--out", "back.safetensors")
        self.assertEqual(read_safetensors(self.folder / "back.safetensors")[0].keys(), CASES["grey"].tensors().keys())
        tensors = {name: value for name, value in tensors.items() if name.startswith("G_ema")}
        write_safetensors(self.folder / "g.safetensors", tensors, CASES["grey"].metadata)
        process = self.run_program("import", "--weights", "g.safetensors", "--out", "g.h5")
        self.assertIn("holds no D", process.stderr)
        self.bad(1, "g.h5: holds no discriminator", "score", "--from", "g.h5", "--raw", "s.npy", "--images",
                 self.save("x.npy", CASES["grey"].pictures(4)))

    def test_pictures(self):
        start = self.imported(CASES["grey"])
        score = ["score", "--from", start, "--raw", "s.npy", "--images"]
        for wrong in (filler("x", (4, 3, 8, 8)), filler("x", (4, 8, 8)), np.full((4, 1, 8, 8), np.nan, np.float32)):
            self.bad(1, r"x.npy: holds .* not finite pictures of 1 8 8", *score, self.save("x.npy", wrong))
        self.bad(1, "6 pictures are not a multiple of the group 4", *score, self.save("x.npy", filler("x", (6, 1, 8, 8))))
        self.good(*score, self.save("x.npy", np.full((4, 1, 8, 8), 255, np.uint8)))
        as_bytes = self.load("s.npy").tobytes()
        self.good(*score, self.save("x.npy", np.full((4, 1, 8, 8), 1.0)))
        self.assertEqual(self.load("s.npy").tobytes(), as_bytes)


class FineTuning(OfficialTest):
    FEW = ["--preset", "low-shot-256", "--batch", "8", "--kimg", "0.032", "--save-every", "0.032", "--augment", "color"]

    def train(self, *more, **options):
        return self.good("train", "--data", self.folder / "pictures", *self.FEW, *more, **options)

    def test_starts_from_them_and_keeps_frozen_layers(self):
        case = Case(resolution=16)
        start = self.imported(case)
        self.pictures()
        text = self.train("--init", start, "--out", "run", "--loss.freeze-d", "5")
        self.assertIn("starts from the networks of imported.h5", text)
        self.good("export", "--from", "run", "--out", "run.safetensors")
        tuned, _ = read_safetensors(self.folder / "run.safetensors")
        frozen = ("b16.fromrgb", "b16.conv0", "b16.conv1", "b16.skip", "b8.conv0")
        for name, value in case.d.items():
            kept = name.startswith(frozen) or name.endswith("filter")
            self.assertEqual(tuned["D." + name].tobytes() == value.tobytes(), kept, name)
        self.assertFalse(np.array_equal(tuned["G.synthesis.b8.conv1.weight"], case.g["synthesis.b8.conv1.weight"]))
        moved = np.abs(tuned["G.synthesis.b8.conv1.weight"] - case.g["synthesis.b8.conv1.weight"]).max()
        self.assertLess(moved, 4 * 0.002 * 2)
        self.assertIn("is finished", self.train("--init", start, "--out", "run", "--loss.freeze-d", "5"))
        (self.folder / start).unlink()
        self.assertIn("is finished", self.train("--init", start, "--out", "run", "--loss.freeze-d", "5"))

    def test_sizes_come_from_the_file_and_differences_are_listed(self):
        start = self.imported(Case(resolution=16))
        self.pictures()
        text = self.train("--init", start, "--out", "run", "--dry-run", "--loss.freeze-d", "1")
        self.assertRegex(text, r"model.resolution = 16\n")
        self.assertRegex(text, r"b16.fromrgb +\[8, 3, 1, 1\] +32 +16  frozen")
        self.assertRegex(text, r"G: \d+ parameters, \d+ values in buffers")
        self.bad(1, r"G_ema/mapping.fc0.weight: Float\[16, 16\] in the file, here Float\[8, 16\]", "train", "--data", "pictures",
                 *self.FEW, "--init", start, "--out", "other", "--model.stylegan2.w_dim", "8")
        self.assertFalse((self.folder / "other").exists())
        self.bad(2, "loss.freeze_d: 8 is out of range: from 0 to the 7 layers", "train", "--data", "pictures", *self.FEW,
                 "--init", start, "--out", "other", "--loss.freeze-d", "8")


class Shapes(OfficialTest):
    def test_three_to_two_pictures_train_without_squashing(self):
        folder = self.folder / "wide"
        folder.mkdir()
        from cli import png
        for i in range(9):
            (folder / f"{i}.png").write_bytes(png(60, 40, (20 * i, 100, 50)))
        small = ["--model.stylegan2.channel_base", "64", "--model.stylegan2.channel_max", "8", "--model.stylegan2.z_dim", "8",
                 "--model.stylegan2.w_dim", "8", "--model.stylegan2.mapping_layers", "2"]
        process = self.run_program("train", "--data", folder, *FineTuning.FEW[:-1], "color,translation,cutout", *small, "--resolution", "24x16", "--out", "run")
        self.assertEqual((process.returncode, "not of the shape" in process.stderr), (0, False), process.stderr)
        self.assertIn("9 pictures of 16x24", process.stdout)
        self.good("generate", "--from", "run", "--seeds", "0-1", "--raw", "x.npy", "--out", "drawn")
        self.assertEqual(self.load("x.npy").shape, (2, 3, 16, 24))
        self.good("score", "--from", "run", "--images", "x.npy", "--raw", "s.npy")
        self.bad(2, "lite draws square pictures", "train", "--data", folder, "--preset", "quickstart", "--out", "other",
                 "--resolution", "24x16")


if __name__ == "__main__":
    main()
