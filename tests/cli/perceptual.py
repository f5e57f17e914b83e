"""LPIPS, PD and path lengths of `centigan eval`, through networks with made-up weights."""
import array
import json
import math
import struct
import unittest

from cli import main, png
from measure import HAVE_WEIGHTS, WEIGHTS, PixelTest, jsonl


def vgg_file(folder):
    """VGG16 as torchvision names it, with values that repeat."""
    shapes, width = {}, 3
    for place, out in zip((0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28), [64] * 2 + [128] * 2 + [256] * 3 + [512] * 6):
        shapes[f"features.{place}.weight"], shapes[f"features.{place}.bias"] = [out, width, 3, 3], [out]
        width = out
    values = array.array("f", (((i * 7919) % 1009 / 504 - 1) / 20 for i in range(1 << 16))).tobytes()
    header, position = {}, 0
    for key, shape in shapes.items():
        size = 4 * math.prod(shape)
        header[key] = {"dtype": "F32", "shape": shape, "data_offsets": [position, position + size]}
        position += size
    text = json.dumps(header).encode()
    data = (values * (position // len(values) + 1))[:position]
    (folder / "vgg16.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)
    return folder / "vgg16.safetensors"


class Perceptual(PixelTest):
    def test_distances_and_paths_through_vgg(self):
        run, vgg = self.tiny_run(), vgg_file(self.folder)
        out = self.pixels("--from", run, "--fakes", "6", "--metrics", "lpips,ppl,fid", "--vgg", vgg, "--path-pairs", "100")
        self.assertRegex(out, r"(?m)^LPIPS-custom:(\w{8})\(pairs=1000\)\[custom:\1/\1;rs=none;n=10:6;")
        self.assertRegex(out, r"(?m)^PPL-custom:(\w{8})\(N=100\)\[custom:\1/\1;rs=none;n=10:6;")
        self.assertRegex(out, r"(?m)^FD-pixels\[pixels/none;")
        first = self.numbers()
        self.assertTrue(all(value > 0 for value in first.values()), first)
        self.assertEqual(len([name for name in first if name.startswith("lpips-custom:") and name.endswith("-real")]), 1)
        self.pixels("--from", run, "--fakes", "6", "--metrics", "lpips,ppl,fid", "--weights-dir", self.folder, "--path-pairs",
                    "100")
        self.assertEqual(self.numbers(), first)

    def test_folders_and_packs_have_the_same_distances(self):
        self.pictures(7, "a"), self.pictures(5, "b")
        for name in "ab":
            self.good("pack", "--data", name, "--out", f"{name}.h5")
        flags = ["--metrics", "lpips", "--vgg", vgg_file(self.folder)]
        self.pixels("--real", "a", "--fake", "b", *flags)
        first = self.numbers()
        self.pixels("--real", "a.h5", "--fake", "b.h5", *flags)
        self.assertEqual(self.numbers(), first)

    def test_distances_without_their_networks(self):
        sets = self.two_folders()
        eval_ = ["eval", "--extractor", "pixels", *sets, "--metrics"]
        process = self.run_program(*eval_, "lpips", "--weights-dir", "nowhere", environment={"CENTIGAN_WEIGHTS": "nowhere"})
        if process.returncode != 0:  # a build in the source tree may find them
            self.assertRegex(process.stderr, r"vgg16: no weights for this network\n  hint: give torchvision's "
                                             r"vgg16-397923af.pth to tools/convert_vgg16.py")
        self.bad(1, "pixels: has no inner maps", *eval_, "pd")
        self.bad(1, "has no inner maps", *eval_, "diversity")
        one = self.pictures(1, "one")
        self.bad(1, "fake features: needs at least 2 pictures, got 1", "eval", "--extractor", "pixels", "--real", "a",
                 "--fake", one, "--metrics", "pd")
        (one / "small.png").write_bytes(png(9, 9))
        self.bad(1, "vgg16: takes pictures of at least 16x16 pixels, got 9x9", "eval", "--extractor", "pixels", "--real",
                 "a", "--fake", one, "--metrics", "lpips", "--vgg", vgg_file(self.folder))
        (one / "small.png").write_bytes(png(20, 30))
        self.bad(1, "the two sides have different maps", "eval", "--extractor", "pixels", "--real", "a", "--fake", one,
                 "--metrics", "lpips", "--vgg", vgg_file(self.folder))

    @unittest.skipUnless(HAVE_WEIGHTS, "no metric network: tools/setup.sh --weights")
    def test_diversity_takes_vgg_where_it_is_and_the_extractor_where_it_is_named(self):
        vgg_file(self.folder)
        sets = ["--fake", self.pictures(4), "--real", self.pictures(3, "more"), "--json", "d.jsonl"]
        for flags, name in (([], "lpips-custom:"), (["--extractor", "inception"], "pd-inception-2015-12-05")):
            self.good("eval", "--weights-dir", WEIGHTS, *sets, "--metrics", "diversity", *flags, environment={"CENTIGAN_WEIGHTS": str(self.folder)})
            first = jsonl(self.folder / "d.jsonl")[0]
            self.assertTrue(first["metric"].startswith(name) and first["value"] > 0, first)
            (self.folder / "d.jsonl").unlink()
        self.good("eval", "--weights-dir", WEIGHTS, *sets, "--metrics", "pd", environment={"CENTIGAN_WEIGHTS": str(self.folder)})
        self.assertEqual({line["metric"] for line in jsonl(self.folder / "d.jsonl")} - {"pd-inception-2015-12-05-cluster"},
                         {"pd-inception-2015-12-05", "pd-inception-2015-12-05-real"})


if __name__ == "__main__":
    main()
