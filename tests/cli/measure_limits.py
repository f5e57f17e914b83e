"""`centigan eval` at its limits: many pictures, odd ones, a device that is not there, other statistics of norms."""
import math
import os
import re
import struct
import subprocess
import zipfile

from cli import PROGRAM, main, png
from measure import PixelTest, jsonl


class Limits(PixelTest):
    def test_standing_statistics_of_biggan(self):
        data = self.pictures()
        flags = ["--preset", "biggan-cifar", "--batch", "8", "--resolution", "32", "--kimg", "0.032", "--model.classes", "0",
                 "--model.biggan.g_ch", "2", "--model.biggan.d_ch", "2", "--model.biggan.dim_z", "16", "--model.biggan.hier",
                 "true", "--model.biggan.g_shared", "true", "--trainer.d_steps", "1", "--eval-every", "-1"]
        self.good("train", "--data", data, "--out", "big", *flags)
        drawn = ["generate", "--from", "big", "--seeds", "0-3", "--raw"]
        self.good(*drawn, "plain.npy")
        for name in ("one.npy", "two.npy"):
            self.good(*drawn, name, "--standing-stats", "16")
        plain, one, two = ((self.folder / f"{name}.npy").read_bytes() for name in ("plain", "one", "two"))
        self.assertEqual(one, two)
        self.assertNotEqual(one, plain)
        out = self.pixels("--from", "big", "--fakes", "8", "--metrics", "fid,prdc", "--standing-stats", "2")
        self.assertRegex(out, r"FD-pixels\(standing=2\)\[.*\n(.*\n)?precision\(k=3,standing=2\)\[")
        self.assertIn("fd-pixels", self.numbers())
        self.bad(2, "--standing-stats: needs the networks of a run", "eval", "--real", data, "--fake", data,
                 "--standing-stats", "2")
        self.bad(2, "does not draw with running statistics", "generate", "--from", self.tiny_run(data=data), "--seeds", "0",
                 "--out", "x", "--standing-stats", "2")

    def test_grey_pictures_are_their_colours(self):
        for name, kind in (("grey", 0), ("colour", 2)):
            (self.folder / name).mkdir()
            for i in range(8):
                (self.folder / name / f"{i}.png").write_bytes(png(16, 12, (i * 30,) * (1 if kind == 0 else 3), kind))
        self.pixels("--real", "grey", "--fake", "colour", "--metrics", "fid")
        self.assertEqual(self.numbers()["fd-pixels"], 0)

    def test_pictures_that_are_not_finite_end_with_a_sentence(self):
        run = self.tiny_run()

        def styles(shape, value):
            head = str({"descr": "<f4", "fortran_order": False, "shape": shape})
            head += " " * (63 - (len(head) + 10) % 64) + "\n"
            body = struct.pack("<f", value) * math.prod(shape)
            (self.folder / "ws.npy").write_bytes(b"\x93NUMPY\1\0" + struct.pack("<H", len(head)) + head.encode() + body)
        styles((1, 1, 1), 0.5)
        process = self.run_program("generate", "--from", run, "--ws", "ws.npy", "--out", "x")
        rows, width = map(int, re.search(r"not finite rows of (\d+)\D+(\d+)", process.stderr).groups())
        styles((2, rows, width), 3e38)
        self.bad(1, r"generate: picture 0: holds values that are not finite \(2 of 2 pictures\)", "generate", "--from", run,
                 "--ws", "ws.npy", "--out", "x")

    def test_a_device_that_is_not_there(self):
        if re.search("ok +CUDA", self.good("doctor")):
            self.skipTest("there is a GPU")
        for flags in (["--fake", "b", "--real", "a"], ["--from", "run"]):
            self.bad(2, "cuda: not available", "eval", "--extractor", "pixels", *flags, "--device", "cuda")
        self.pixels(*self.two_folders(), "--metrics", "fid", "--device", "cpu")
        self.assertEqual(jsonl(self.folder / "n.jsonl")[0]["device"], "cpu")

    def peak_of(self, count, words):
        """Largest memory of an evaluation of as many fakes as reals, in bytes."""
        for name, shift in (("many-a", 0), ("many-b", 40)):
            with zipfile.ZipFile(self.folder / f"{name}.zip", "w") as archive:
                for i in range(count):
                    archive.writestr(f"{i:05}.png", png(8, 8, ((i * 37 + shift) % 251, (i * 91) % 256, (i // 7) % 256)))
        command = [PROGRAM, "eval", "--extractor", "pixels", "--real", "many-a.zip", "--fake", "many-b.zip", "--metrics",
                   words, "--cache", self.cache]
        process = subprocess.Popen(command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0)
        return usage.ru_maxrss * 1024

    def test_memory_grows_by_the_features_alone(self):
        words, few, many = "fid,kid,prdc,vendi", 4200, 9000
        grown = self.peak_of(many, words) - self.peak_of(few, words)
        features = 2 * (many - few) * 768 * 4
        print(f"{few} to {many} pictures a side: {grown / 1e6:.0f} MB more, {features / 1e6:.0f} MB of features")
        self.assertLess(grown, features + 80e6)  # one matrix of all distances would be 648 MB


if __name__ == "__main__":
    main()
