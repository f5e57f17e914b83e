"""Numbers of `centigan eval` against independent programs (torch-fidelity, clean-fid, prdc), from the same features.

Skipped where they are not installed. Two sets: the halves of the sample pictures, as pixels or, with its weights there,
through the FID network; the features that eval keeps are what the other programs get.
"""
import importlib
import json
import os
import pathlib
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


class Peers(CliTest):
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
        paths = sorted(SMILEYS.glob("*.png"))
        for name, half in (("a", paths[:50]), ("b", paths[50:])):
            (self.folder / name).mkdir()
            for path in half:
                shutil.copy(path, self.folder / name)
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

    def agree(self, ours, theirs, tolerance, what):
        print(f"{what}: ours {ours:.12g}, theirs {theirs:.12g}, relative difference {abs(ours / theirs - 1):.1e}")
        self.assertLess(abs(ours / theirs - 1), tolerance)

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


if __name__ == "__main__":
    main()
