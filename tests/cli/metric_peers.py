"""Numbers of `centigan eval` against independent programs from PyPI (torch-fidelity, clean-fid, prdc, lpips).

Skipped where they are not installed: `pip install --no-deps torch-fidelity clean-fid prdc lpips torchvision` with SciPy
and scikit-learn beside torch 2.11 in an environment of their own, whose Python then runs this file with CENTIGAN set to
the program. None of them fetches anything: they get our features, our weights, or random ones.
"""
import importlib
import json
import os
import pathlib
import re
import shutil
import unittest

from cli import CliTest, SMILEYS, main

WEIGHTS = pathlib.Path(os.environ.get("CENTIGAN_WEIGHTS") or
                       pathlib.Path(__file__).resolve().parents[2] / "share/centigan/weights")


def peer(name):
    try:
        return importlib.import_module(name)
    except Exception as missing:  # some fail in their own imports
        raise unittest.SkipTest(f"{name}: {missing}")


class PeerTest(CliTest):
    def halves(self):
        paths = sorted(SMILEYS.glob("*.png"))
        for name, half in (("a", paths[:50]), ("b", paths[50:])):
            (self.folder / name).mkdir()
            for path in half:
                shutil.copy(path, self.folder / name)

    def agree(self, ours, theirs, tolerance, what):
        print(f"{what}: ours {ours:.12g}, theirs {theirs:.12g}, relative difference {abs(ours / theirs - 1):.1e}")
        self.assertLess(abs(ours / theirs - 1), tolerance)


class SameFeatures(PeerTest):
    """The halves of the sample pictures, as pixels or, with its weights there, through the FID network; the features that
    eval keeps are what the other programs get."""

    @classmethod
    def setUpClass(cls):
        cls.np, cls.safetensors = peer("numpy"), peer("safetensors.numpy")

    def test_same_features_same_numbers(self):
        self.measure_halves()
        skipped = []
        for name in (name for name in dir(self) if name.startswith("against_")):
            try:
                getattr(self, name)()
            except unittest.SkipTest as reason:
                skipped.append(str(reason))
        if len(skipped) == 4:
            self.skipTest("; ".join(skipped))

    def measure_halves(self):
        self.halves()
        here = (WEIGHTS / "inception-2015-12-05.safetensors").exists()
        self.network = ["--extractor", "inception", "--weights-dir", WEIGHTS] if here else ["--extractor", "pixels"]
        self.numbers = self.measured("a", "b")
        self.measured("b", "a", "--metrics", "nearest")
        kept = [self.safetensors.load_file(path) for path in self.kept]
        self.real, self.fake = (one["features"].astype(self.np.float64) for one in kept)

    def measured(self, real, fake, *flags):
        before = set(pathlib.Path(self.cache).rglob("*.safetensors"))
        self.good("eval", "--real", real, "--fake", fake, *self.network, *flags, "--json", f"{real}.jsonl")
        self.kept = getattr(self, "kept", []) + sorted(set(pathlib.Path(self.cache).rglob("*.safetensors")) - before)
        lines = map(json.loads, (self.folder / f"{real}.jsonl").read_text().splitlines())
        return {line["metric"]: line["value"] for line in lines}

    def number(self, *names):
        return next(value for name, value in self.numbers.items() if name in names or name.startswith(names))

    def against_frechet_distance_of_clean_fid(self):
        fid = peer("cleanfid.fid")
        moments = [(x.mean(0), self.np.cov(x, rowvar=False)) for x in (self.real, self.fake)]
        self.agree(self.number("fid", "fd-"), fid.frechet_distance(*moments[0], *moments[1]), 1e-3, "clean-fid")

    def against_frechet_distance_of_torch_fidelity(self):
        module = peer("torch_fidelity.metric_fid")
        moments = [{"mu": x.mean(0), "sigma": self.np.cov(x, rowvar=False)} for x in (self.real, self.fake)]
        theirs = module.fid_statistics_to_metric(*moments, verbose=False)["frechet_inception_distance"]
        self.agree(self.number("fid", "fd-"), theirs, 1e-3, "torch-fidelity")

    def against_kernel_distance_of_torch_fidelity(self):
        module = peer("torch_fidelity.metric_kid")
        torch = peer("torch")
        theirs = module.kid_features_to_metric(torch.from_numpy(self.real), torch.from_numpy(self.fake), kid_subsets=1,
                                               kid_subset_size=len(self.real), verbose=False)
        theirs = theirs["kernel_inception_distance_mean"]
        self.agree(self.number("kid", "kd-"), float(theirs), 1e-6, "torch-fidelity KID")

    def against_prdc(self):
        module = peer("prdc")
        narrow = module.compute_prdc(self.real, self.fake, nearest_k=3)
        wide = module.compute_prdc(self.real, self.fake, nearest_k=5)
        for name, theirs in (("precision", narrow["precision"]), ("recall", narrow["recall"]),
                             ("density", wide["density"]), ("coverage", wide["coverage"])):
            self.assertAlmostEqual(self.numbers[name], float(theirs), places=9, msg=name)
        print("prdc: equal")


STEM = ["Conv2d_1a_3x3", "Conv2d_2a_3x3", "Conv2d_2b_3x3", "Conv2d_3b_1x1", "Conv2d_4a_3x3"]
MIXED = ["5b", "5c", "5d", "6a", "6b", "6c", "6d", "6e", "7a", "7b", "7c"]
TOWERS = {"5": ("branch5x5_", "branch3x3dbl_"), "6a": ("branch3x3dbl_", ""), "6": ("branch7x7_", "branch7x7dbl_"),
          "7a": ("branch3x3_", "branch7x7x3_")}
LAST_BLOCKS = {"tower_conv": "branch3x3_1", "tower_mixed_conv": "branch3x3_2a", "tower_mixed_conv_1": "branch3x3_2b",
               "tower_1_conv": "branch3x3dbl_1", "tower_1_conv_1": "branch3x3dbl_2",
               "tower_1_mixed_conv": "branch3x3dbl_3a", "tower_1_mixed_conv_1": "branch3x3dbl_3b",
               "tower_2_conv": "branch_pool"}


def torchvision_layer(name):
    """Of a layer's name in our file: mixed_4.tower_1.conv_2 is Mixed_6b.branch7x7dbl_3."""
    if not name.startswith("mixed"):
        return STEM[int(name.partition("_")[2] or 0)]
    block, _, layer = name.partition(".")
    mixed = MIXED[int(block.partition("_")[2] or 0)]
    if layer == "conv":
        branch = "branch3x3" if mixed == "6a" else "branch1x1"
    elif layer == "tower_2.conv":
        branch = "branch_pool"
    elif layer in LAST_BLOCKS:
        branch = LAST_BLOCKS[layer]
    else:
        second, number = re.fullmatch(r"tower(_1)?\.conv(?:_(\d))?", layer).groups()
        branch = TOWERS.get(mixed, TOWERS.get(mixed[0]))[bool(second)] + str(int(number or 0) + 1)
    return f"Mixed_{mixed}.{branch}"


class EndToEnd(PeerTest):
    """FID of two folders, each program with its own decoder, resize, network and distance; the weights are ours."""

    def setUp(self):
        super().setUp()
        self.torch, load = peer("torch"), peer("safetensors.torch").load_file
        self.network = peer("torch_fidelity.feature_extractor_inceptionv3").FeatureExtractorInceptionV3
        if not (WEIGHTS / "inception-2015-12-05.safetensors").exists():
            self.skipTest("no metric network: tools/setup.sh --weights")
        parts = {"weight": "conv.weight", "beta": "bn.bias", "mean": "bn.running_mean", "var": "bn.running_var"}
        state = {"fc.weight": self.torch.zeros(1008, 2048), "fc.bias": self.torch.zeros(1008)}
        for name, tensor in load(WEIGHTS / "inception-2015-12-05.safetensors").items():
            layer, _, part = name.removeprefix("net.layers.").rpartition(".")
            state[f"{torchvision_layer(layer)}.{parts[part]}"] = tensor
            state[f"{torchvision_layer(layer)}.bn.weight"] = self.torch.ones(tensor.shape[0])
        self.weights = str(self.folder / "theirs.pth")
        self.torch.save(state, self.weights)
        self.halves()

    def ours(self, *flags):
        (self.folder / "n.jsonl").unlink(missing_ok=True)
        self.good("eval", "--real", "a", "--fake", "b", "--metrics", "fid", "--weights-dir", WEIGHTS, *flags, "--json",
                  "n.jsonl")
        return json.loads((self.folder / "n.jsonl").read_text())["value"]

    def test_fid_of_torch_fidelity(self):
        theirs = peer("torch_fidelity").calculate_metrics(
            input1=str(self.folder / "a"), input2=str(self.folder / "b"), fid=True, cuda=False, cache=False, verbose=False,
            batch_size=10, feature_extractor_weights_path=self.weights)["frechet_inception_distance"]
        self.agree(self.ours(), theirs, 1e-3, "torch-fidelity, end to end")

    def test_fid_of_clean_fid(self):
        """Both of its conventions, antialiased and legacy; its network is that of torch-fidelity."""
        fid = peer("cleanfid.fid")
        whole = self.network("theirs", ["2048"], feature_extractor_weights_path=self.weights)
        layers = self.torch.nn.Sequential(*[layer for name, layer in whole.named_children() if name != "fc"])
        for mode, rule in (("clean", "clean"), ("legacy_pytorch", "hp")):
            theirs = fid.compare_folders(str(self.folder / "a"), str(self.folder / "b"),
                                         lambda x: layers((x - 128) / 128).flatten(1), mode, batch_size=10,
                                         device=self.torch.device("cpu"), verbose=False)
            self.agree(self.ours("--resize", rule), theirs, 1e-3, f"clean-fid {mode}, end to end")


class Lpips(PeerTest):
    """The package's own network with random weights, which it also gives us."""

    def test_distance_of_two_pictures(self):
        torch, lpips = peer("torch"), peer("lpips")
        save, np, image = peer("safetensors.torch").save_file, peer("numpy"), peer("PIL.Image")
        torch.manual_seed(3)
        theirs = lpips.LPIPS(net="vgg", pnet_rand=True, verbose=False)
        state = {f"features.{name.split('.', 1)[1]}": tensor for name, tensor in theirs.net.state_dict().items()}
        save(state, self.folder / "vgg.safetensors")
        paths = sorted(SMILEYS.glob("*.png"))
        for name, two in (("a", paths[:2]), ("b", paths[2:4])):
            (self.folder / name).mkdir()
            for path in two:
                shutil.copy(path, self.folder / name)
        out = self.good("eval", "--real", "a", "--fake", "b", "--metrics", "lpips", "--extractor", "pixels", "--vgg",
                        "vgg.safetensors", "--json", "n.jsonl")
        self.assertRegex(out, r"LPIPS-custom:[0-9a-f]{8}\(pairs=1000\)\[custom:[0-9a-f]{8}/[0-9a-f]{8};rs=none;n=2:2;")
        lines = map(json.loads, (self.folder / "n.jsonl").read_text().splitlines())
        for name, line in zip(("b", "a"), lines):
            pair = [np.asarray(image.open(path).convert("RGB")) for path in sorted((self.folder / name).iterdir())]
            x, y = (torch.from_numpy(p).permute(2, 0, 1)[None] / 127.5 - 1 for p in pair)
            with torch.no_grad():
                self.agree(line["value"], theirs(x, y).item(), 1e-4, "lpips")


if __name__ == "__main__":
    main()
