"""With a GPU: the same commands train, resume and draw there."""
import json

from cli import TINY, CliTest, main
from measure import HAVE_WEIGHTS, WEIGHTS
from perceptual import vgg_file


class Gpu(CliTest):
    def test_the_program_finds_the_gpu(self):
        self.assertRegex(self.good("doctor"), r"ok +CUDA")

    def test_training_on_the_gpu_resumes_and_draws(self):
        self.tiny_run("--trainer.device", "cuda", out="run")
        self.good("train", "--data", "pictures", "--out", "run", *self.longer("0.64"), "--trainer.device", "cuda")
        self.good("generate", "--from", "run", "--seeds", "0-3", "--out", "drawn")
        self.assertTrue((self.folder / "drawn/grid.png").exists())

    def evaluated(self, device, *flags):
        self.good("eval", "--from", "run", "--fakes", "12", "--device", device, *flags, "--json", f"{device}.jsonl")
        lines = [json.loads(line) for line in (self.folder / f"{device}.jsonl").read_text().splitlines()]
        (self.folder / f"{device}.jsonl").unlink()
        self.assertEqual({line["device"] for line in lines}, {device})
        return {line["metric"]: line["value"] for line in lines}

    def agree(self, *flags, tolerance=5e-3):
        here, there = self.evaluated("cuda", *flags), self.evaluated("cpu", *flags)
        self.assertEqual(here.keys(), there.keys())
        for name, value in there.items():
            self.assertAlmostEqual(here[name], value, delta=tolerance * max(1e-2, abs(value)), msg=name)

    def test_evaluation_on_the_gpu_is_that_on_the_cpu(self):
        self.tiny_run("--trainer.device", "cuda", out="run")
        self.agree("--extractor", "pixels", "--metrics", "fid,nearest,smoothness,d-gap", "--held-out", self.pictures(8, "held"))
        paths = self.evaluated("cuda", "--extractor", "pixels", "--vgg", vgg_file(self.folder), "--metrics", "ppl,lpips",
                               "--path-pairs", "100")
        self.assertTrue(all(value > 0 for value in paths.values()), paths)
        self.agree("--extractor", "pixels", "--vgg", self.folder / "vgg16.safetensors", "--metrics", "lpips")
        if HAVE_WEIGHTS:
            self.agree("--metrics", "fid,pd", "--weights-dir", WEIGHTS)

    @staticmethod
    def longer(kimg):
        return [kimg if before == "--kimg" else word for before, word in zip([""] + TINY, TINY)]


if __name__ == "__main__":
    main()
