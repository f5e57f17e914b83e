"""With a GPU: the same commands train, resume and draw there."""
from cli import TINY, CliTest, main


class Gpu(CliTest):
    def test_the_program_finds_the_gpu(self):
        self.assertRegex(self.good("doctor"), r"ok +CUDA")

    def test_training_on_the_gpu_resumes_and_draws(self):
        self.tiny_run("--trainer.device", "cuda", out="run")
        self.good("train", "--data", "pictures", "--out", "run", *self.longer("0.64"), "--trainer.device", "cuda")
        self.good("generate", "--from", "run", "--seeds", "0-3", "--out", "drawn")
        self.assertTrue((self.folder / "drawn/grid.png").exists())

    @staticmethod
    def longer(kimg):
        return [kimg if before == "--kimg" else word for before, word in zip([""] + TINY, TINY)]


if __name__ == "__main__":
    main()
