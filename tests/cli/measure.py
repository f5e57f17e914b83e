"""`centigan eval`: numbers with their recipes, of runs and of folders. Skipped without the metric network."""
import json
import os
import pathlib
import shutil
import signal
import struct
import subprocess
import time
import unittest
import zipfile

from cli import CliTest, PROGRAM, SMILEYS, TINY, folder_hash, main, png

WEIGHTS = pathlib.Path(os.environ.get("CENTIGAN_WEIGHTS") or
                       pathlib.Path(__file__).resolve().parents[2] / "share/centigan/weights")
HAVE_WEIGHTS = (WEIGHTS / "inception-2015-12-05.safetensors").exists()


def jsonl(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


class PixelTest(CliTest):
    """Raw pixels as features need no network."""

    def pixels(self, *arguments, **options):
        return self.good("eval", "--extractor", "pixels", "--json", "n.jsonl", *arguments, **options)

    def numbers(self):
        path = self.folder / "n.jsonl"
        found = {line["metric"]: line["value"] for line in jsonl(path)}
        path.unlink()
        return found

    def two_folders(self):
        paths = sorted(SMILEYS.glob("*.png"))
        for name, some in (("a", paths[:20]), ("b", paths[20:60])):
            (self.folder / name).mkdir()
            for path in some:
                shutil.copy(path, self.folder / name)
        return ["--real", "a", "--fake", "b"]


class WithoutWeights(PixelTest):
    def test_any_two_folders_with_names_and_recipes(self):
        out = self.pixels(*self.two_folders())
        self.assertRegex(out, r"FD-pixels\[pixels/none;rs=none;n=20:40;ref=train;src=png:png;res=native;")
        self.assertRegex(out, r"(?m)^(no sign of memorising|check|memorising): \d of 4 signs")
        numbers = self.numbers()
        self.assertEqual([*numbers][:6], ["fd-pixels", "kd-pixels", "precision", "recall", "density", "coverage"])
        self.pixels(*self.two_folders_again(), "--metrics", "vendi,kid-sub,fid")
        self.assertEqual([*self.numbers()], ["vendi", "kd-pixels-sub", "fd-pixels"])

    def two_folders_again(self):
        return ["--real", "a", "--fake", "b"]

    def test_archives_and_packs_are_measured_as_their_folders(self):
        sets = self.two_folders()
        self.pixels(*sets)
        first = self.numbers()
        for name, method in (("a", zipfile.ZIP_STORED), ("b", zipfile.ZIP_DEFLATED)):
            with zipfile.ZipFile(self.folder / f"{name}.zip", "w", method) as archive:
                for path in sorted((self.folder / name).iterdir()):
                    archive.write(path, path.name)
            self.good("pack", "--data", f"{name}.zip", "--out", f"{name}.h5")
        for a, b in (("a.zip", "b.zip"), ("a.h5", "b.h5"), ("a", "b.h5")):
            self.pixels("--real", a, "--fake", b)
            self.assertEqual(self.numbers(), first)
        out = self.pixels("--real", "a.h5", "--fake", "b.h5", "--fakes", "30", "--metrics", "fid")
        self.assertIn(";n=20:30;", out)

    def test_each_class_by_itself(self):
        paths = sorted(SMILEYS.glob("*.png"))
        for i, path in enumerate(paths[:80]):
            folder = self.folder / ("a" if i % 2 else "b") / ("[x] cat" if i % 8 < 4 else "dog")
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, folder)
        out = self.pixels("--real", "a", "--fake", "b", "--metrics", "vendi", "--per-class")
        self.assertRegex(out, r"FD-pixels\(class=_x__cat\)\[pixels/none;rs=none;n=20:20;")
        lines = [line for line in jsonl(self.folder / "n.jsonl") if "class" in line]
        self.assertEqual([(line["metric"], line["class"]) for line in lines],
                         [("fd-pixels", "[x] cat"), ("coverage", "[x] cat"), ("fd-pixels", "dog"), ("coverage", "dog")])
        (self.folder / "n.jsonl").unlink()
        self.pixels("--real", "a/dog", "--fake", "b/dog", "--metrics", "fid")
        self.assertEqual(self.numbers()["fd-pixels"], lines[2]["value"])
        eval_ = ["eval", "--extractor", "pixels", "--metrics", "fid", "--per-class"]
        self.bad(1, "--per-class: the reals have no labels", *eval_, "--real", "a/dog", "--fake", "b")
        (self.folder / "b/dog").rename(self.folder / "b/wolf")
        self.bad(1, r"the reals' classes are \[x\] cat, dog, the fakes' \[x\] cat, wolf", *eval_, "--real", "a", "--fake", "b")

    def test_order_of_files_changes_nothing(self):
        sets = self.two_folders()
        self.pixels(*sets)
        first = self.numbers()
        for i, path in enumerate(sorted((self.folder / "b").iterdir(), reverse=True)):
            path.rename(path.with_name(f"renamed{i:03}.png"))
        self.pixels(*sets)
        for name, value in self.numbers().items():
            if name != "ratio" and "-sub" not in name:  # these choose by place
                self.assertAlmostEqual(value, first[name], delta=1e-9 * max(1, abs(value)))

    def test_real_features_are_kept_and_used_again(self):
        sets = self.two_folders()
        self.pixels(*sets)
        first, kept = self.numbers(), list((pathlib.Path(self.cache) / "centigan").iterdir())
        self.assertEqual(len(kept), 1)
        self.pixels(*sets)
        self.assertEqual(self.numbers(), first)
        shutil.copy(self.folder / "a" / sorted(p.name for p in (self.folder / "a").iterdir())[0],
                    self.folder / "a" / "another.png")
        self.pixels(*sets)
        self.assertNotEqual(self.numbers()["fd-pixels"], first["fd-pixels"])
        for path in (pathlib.Path(self.cache) / "centigan").iterdir():
            path.write_bytes(path.read_bytes()[:1000])
        process = self.run_program("eval", "--extractor", "pixels", *sets)
        self.assertEqual(process.returncode, 0, process.stderr)
        self.assertIn("measured again", process.stderr)
        self.pixels(*sets, "--cache", "none")

    def test_statistics_of_other_programs(self):
        sets = self.two_folders()
        self.pixels(*sets, "--metrics", "fid", "--write-real", "r.npz", "--write-fake", "f.npz")
        direct = self.numbers()["fd-pixels"]
        for real, fake in (("r.npz", "b"), ("a", "f.npz"), ("r.npz", "f.npz")):
            out = self.pixels("--real", real, "--fake", fake, "--metrics", "fid")
            self.assertRegex(out, r"FD-pixels\[pixels/none;rs=none;n=[\d?]+:[\d?]+;")
            self.assertAlmostEqual(self.numbers()["fd-pixels"] / direct, 1, places=5)
        self.bad(1, "kid: needs pictures, and mean and covariance", "eval", "--extractor", "pixels", "--real", "r.npz",
                 "--fake", "b", "--metrics", "kid")
        (self.folder / "bad.npz").write_bytes(b"PK nothing")
        self.bad(1, "this is no zip archive", "eval", "--extractor", "pixels", "--real", "bad.npz", "--fake", "b")

    def test_statistics_of_another_network_are_refused(self):
        self.two_folders()
        self.pixels(*self.two_folders_again(), "--metrics", "fid", "--write-real", "r.npz")
        with zipfile.ZipFile(self.folder / "r.npz") as archive, zipfile.ZipFile(self.folder / "m.npz", "w") as other:
            other.writestr("mu.npy", archive.read("mu.npy"))
        self.bad(1, r"holds no mu \[768\] with sigma to match", "eval", "--extractor", "pixels", "--real", "m.npz",
                 "--fake", "b")

    def test_copies_are_seen_by_pixels_and_twins_among_the_reals_named(self):
        self.two_folders()
        real, fake = self.folder / "a", self.folder / "b"
        for path in list(fake.iterdir()):
            path.unlink()
        for path in real.iterdir():
            shutil.copy(path, fake / ("copy-" + path.name))
        out = self.pixels("--real", "a", "--fake", "b", "--metrics", "nearest", "--sheet", "s.png")
        self.assertIn("by pixels at 32x32 100.0 % of the fakes are near duplicates", out)
        self.assertNotIn("nearly the same", out)
        self.assertIn("by features and by pixels, in s.png", out)
        self.assertEqual(struct.unpack(">II", (self.folder / "s.png").read_bytes()[16:24]), (16 * 128, 6 * 128))
        first = sorted(real.iterdir())[0]
        shutil.copy(first, real / "twin.png")
        out = self.pixels("--real", "a", "--fake", "b", "--metrics", "nearest")
        self.assertIn(f"1 pairs of training pictures are nearly the same: {first.name} and twin.png", out)

    def test_measured_numbers_are_compared_by_recipe(self):
        sets = self.two_folders()
        for name, words in (("one", "fid,kid"), ("two", "kid,vendi")):
            self.good("eval", "--extractor", "pixels", *sets, "--metrics", words, "--json", name + ".jsonl")
        out = self.good("eval", "--compare", "one.jsonl,two.jsonl")
        self.assertRegex(out, r"(?m)^KD-pixels\[pixels/none;.*;v=1\]$")
        self.assertRegex(out, r"  [-−\d.]+.±.[\d.]+  two.jsonl  \(\+0, 0.0 standard errors\)")
        self.assertRegex(out, r"not compared, only one has it: FD-pixels")
        self.assertRegex(out, r"not compared, only one has it: vendi")
        (self.folder / "none.jsonl").write_text("nothing\n")
        self.bad(1, "none.jsonl: holds no numbers", "eval", "--compare", "one.jsonl,none.jsonl")
        self.bad(2, "--compare: names one set", "eval", "--compare", "one.jsonl")

    def test_odd_sets_give_numbers_or_a_sentence(self):
        sets = self.two_folders()
        folder = self.folder / "b"
        for path in list(folder.iterdir())[3:]:
            path.unlink()
        (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
        (folder / "small.png").write_bytes(png(3, 5))
        process = self.run_program("eval", "--extractor", "pixels", *sets)
        self.assertEqual(process.returncode, 0, process.stderr)
        self.assertRegex(process.stderr, r"warning: eval: broken.png: .*; it is left out")
        self.assertRegex(process.stdout, r"n=20:4;")
        self.assertRegex(process.stdout, r"ratio is left out: metrics: fake features: needs at least 40 pictures, got 4")
        self.bad(1, "eval: broken.png: ", "eval", "--extractor", "pixels", *sets, "--strict")
        self.bad(1, "needs at least 40 pictures, got 4", "eval", "--extractor", "pixels", *sets, "--metrics", "ratio")
        (self.folder / "empty").mkdir()
        self.bad(1, "the folder holds no pictures", "eval", "--extractor", "pixels", "--fake", "empty", "--real", "a")
        self.bad(1, "holds 5 pictures, 5000 are asked for", "eval", "--extractor", "pixels", *sets, "--recipe",
                 "fid5k-train")
        self.bad(1, "needs the networks of a run", "eval", "--extractor", "pixels", *sets, "--metrics", "smoothness")
        for path in sorted(folder.iterdir())[2:]:
            path.unlink()
        self.bad(1, "fake features: needs at least 4 pictures, got 2", "eval", "--extractor", "pixels", *sets, "--metrics",
                 "prdc")
        for path in sorted(folder.iterdir())[1:]:
            path.unlink()
        self.bad(1, "fake features: needs at least 2 pictures, got 1", "eval", "--extractor", "pixels", *sets)
        self.bad(1, "has no value with 2 distances", "eval", "--extractor", "pixels", *sets, "--metrics", "rank",
                 "--held-out", self.pictures(2, "held"))

    def test_identical_pictures_are_defined(self):
        for name, colour in (("a", (10, 20, 30)), ("b", (200, 20, 30))):
            (self.folder / name).mkdir()
            for i in range(12):
                (self.folder / name / f"{i}.png").write_bytes(png(16, 16, colour))
        self.pixels("--real", "a", "--fake", "b")
        numbers = self.numbers()
        self.assertAlmostEqual(numbers["fd-pixels"], 256 * (190 / 255) ** 2, places=3)
        self.assertEqual((numbers["precision"], numbers["coverage"]), (0, 0))

    def test_a_run_has_interpolations_and_a_discriminator(self):
        run = self.tiny_run()
        self.pixels("--from", run, "--fakes", "12", "--metrics", "nearest,smoothness,fid", "--sheet", "s.png")
        numbers = self.numbers()
        self.assertGreaterEqual(numbers["smoothness"], 1)
        self.assertTrue((self.folder / "s.png").exists())
        held = self.pictures(12, "held")
        out = self.pixels("--from", run, "--fakes", "12", "--metrics", "d-gap", "--held-out", held)
        self.assertRegex(out, r"(?m)^d-gap\[pixels/none;rs=none;n=10:12;")
        self.bad(1, "needs a discriminator without classes", "eval", "--extractor", "pixels", "--from", run, "--fakes",
                 "12", "--metrics", "d-gap")

    def test_an_operator_of_a_plugin_is_no_extractor_by_itself(self):
        self.bad(2, "no operator of that name takes pictures alone", "eval", "--extractor", "acme::nothing",
                 *self.two_folders())

    def test_what_cannot_be_meant(self):
        for words, part in ((["--metrics", "fidd"], "did you mean fid"), (["--recipe", "fid"], "is not one of"),
                            (["--resize", "bicubic"], "is not one of"), (["--extractor", "inceptoin"], "inception")):
            self.bad(2, part, "eval", "--real", "a", "--fake", "b", *words)

    def test_the_message_says_how_to_get_them(self):
        run = self.tiny_run()
        before = folder_hash(self.folder)
        process = self.run_program("eval", "--from", run, "--weights-dir", "nowhere",
                                   environment={"CENTIGAN_WEIGHTS": str(self.folder)})
        if process.returncode != 0:  # a build in the source tree finds those of the set-up
            self.assertRegex(process.stderr, r"no weights for this network\n  hint: run tools/setup.sh --weights")
            self.assertEqual(folder_hash(self.folder), before)


class TrainWithoutWeights(CliTest):
    def program_elsewhere(self, *arguments):
        """As installed where no metric network lies beside it."""
        program = self.folder / "install/bin/centigan"
        program.parent.mkdir(parents=True, exist_ok=True)
        if not program.exists():
            shutil.copy(PROGRAM, program)
        environment = {key: value for key, value in os.environ.items() if key != "CENTIGAN_WEIGHTS"}
        return subprocess.run([program, *map(str, arguments)], cwd=self.folder, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=240, env=environment)

    def test_by_default_one_line_says_so(self):
        process = self.program_elsewhere("train", "--data", self.pictures(), "--out", "run", *TINY)
        self.assertEqual((process.returncode, "warning" in process.stderr), (0, False), process.stderr)
        self.assertIn("no best checkpoint is kept: the metric network is not here (tools/setup.sh --weights",
                      process.stdout)
        self.assertFalse((self.folder / "run/best.h5").exists())
        self.assertIn("no best.h5", self.good("inspect", "run"))

    def test_an_evaluation_that_was_asked_for_is_an_error_before_anything_is_written(self):
        process = self.program_elsewhere("train", "--data", self.pictures(), "--out", "run", *TINY,
                                         "--eval-every", "0.1")
        self.assertEqual(process.returncode, 1)
        self.assertRegex(process.stderr, r"no weights for this network\n  hint: run tools/setup.sh --weights")
        self.assertFalse((self.folder / "run").exists())


@unittest.skipUnless(HAVE_WEIGHTS, "no metric network: tools/setup.sh --weights")
class WithWeights(CliTest):
    def measure(self, *arguments, **options):
        return self.good("eval", *arguments, "--weights-dir", WEIGHTS, **options)

    def numbers(self, name):
        return {line["metric"]: line["value"] for line in jsonl(self.folder / name)}

    def test_bfloat16_and_other_resizes_have_other_names(self):
        folder = self.pictures(6)
        for flags, name in ((["--bf16"], "fd-inception-2015-12-05-bf16"),
                            (["--resize", "aa"], "fd-inception-2015-12-05"),
                            (["--resize", "clean"], "fd-inception-2015-12-05")):
            self.measure("--fake", folder, "--real", folder, "--metrics", "fid", *flags, "--json", f"{name}.jsonl")
            self.assertEqual([*self.numbers(f"{name}.jsonl")], [name])

    def test_a_run_and_its_drawn_folder_give_the_same_numbers(self):
        run = self.tiny_run()
        drawn = self.measure("--from", run, "--fakes", "12", "--json", "a.jsonl")
        self.assertRegex(drawn, r"FID\[inception-2015-12-05/b7bd1d80;rs=tf1;n=10:12;ref=train;src=png:gen8;res=16x16;")
        self.assertRegex(drawn, r"\d+ of the 10 training pictures are the nearest of some of the 12 fakes")
        self.assertTrue((run / "nearest.png").exists())
        self.good("generate", "--from", run, "--seeds", "0-11", "--out", "drawn")
        self.measure("--fake", "drawn", "--real-from", run, "--json", "b.jsonl")
        first, second = ([json.loads(line) for line in (self.folder / name).read_text().splitlines()]
                         for name in ("a.jsonl", "b.jsonl"))
        self.assertEqual([line["metric"] for line in first], [line["metric"] for line in second])
        for a, b in zip(first, second):
            self.assertAlmostEqual(a["value"], b["value"], places=3)
        self.assertEqual(first[0]["fakes"], second[0]["fakes"])
        self.assertEqual(len((run / "metrics.jsonl").read_text().splitlines()), len(first) + len(second))

    def test_training_measures_what_eval_measures_and_changes_no_bit(self):
        data = self.pictures()
        judge = ["--eval-every", "0.16", "--trainer.eval-fakes", "12", "--weights-dir", WEIGHTS]
        run = self.tiny_run(*judge, data=data)
        plain = self.tiny_run("--eval-every", "-1", out="plain", data=data)
        self.assertEqual(self.good("inspect", "--hash", run), self.good("inspect", "--hash", plain))
        lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
        self.assertEqual([line["images"] for line in lines], [160, 320])
        best = min(lines, key=lambda line: line["value"])
        self.assertIn(f"best.h5: {best['recipe']} at {best['images'] / 1000:.3f} kimg", self.good("inspect", run))
        self.measure("--from", run / "best.h5", "--fakes", "12", "--json", "again.jsonl")
        again = json.loads((self.folder / "again.jsonl").read_text().splitlines()[0])
        self.assertEqual((again["metric"], again["fakes"], again["reals"]), ("fid", best["fakes"], best["reals"]))
        self.assertEqual(again["images"], best["images"])
        self.assertAlmostEqual(again["value"], best["value"], places=3)

    def test_more_fakes_than_are_drawn_at_a_time(self):
        run = self.tiny_run("--eval-every", "0.32", "--trainer.eval-fakes", "258", "--weights-dir", WEIGHTS)
        during = jsonl(run / "metrics.jsonl")[-1]
        self.measure("--from", run, "--fakes", "258", "--metrics", "fid", "--json", "after.jsonl")
        after = jsonl(self.folder / "after.jsonl")[0]
        self.assertEqual((during["recipe"].split("]=")[0], during["fakes"]), (after["recipe"].split("]=")[0], after["fakes"]))
        self.assertAlmostEqual(during["value"], after["value"], places=3)

    def test_a_signal_leaves_an_evaluation_within_seconds(self):
        flags = [*TINY, "--eval-every", "0.16", "--trainer.eval-fakes", "100000", "--weights-dir", str(WEIGHTS)]
        command = [PROGRAM, "train", "--data", str(self.pictures()), "--out", "run", *flags]
        process = subprocess.Popen(command, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        for _ in range(900):
            log = self.folder / "run/log.txt"
            if log.exists() and "kimg 0.160" in log.read_text():
                break
            time.sleep(0.1)
        time.sleep(2)
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 1, errors)
        self.assertIn("stopped at 0.160 kimg and saved", output)
        self.assertEqual([path.name for path in (self.folder / "run/checkpoints").iterdir()], ["0000160.h5"])

    def test_a_folder_against_itself_is_near_nothing(self):
        folder = self.pictures(10)
        self.measure("--fake", folder, "--real", folder, "--json", "numbers.jsonl", "--sheet", "sheet.png")
        numbers = self.numbers("numbers.jsonl")
        self.assertLess(abs(numbers["fid"]), 1e-3)
        self.assertLess(numbers["kid"], 0)
        self.assertEqual((numbers["precision"], numbers["recall"], numbers["coverage"]), (1, 1, 1))
        self.assertEqual((numbers["nearest-count"], numbers["near-duplicates"]), (10, 1))
        self.assertTrue((self.folder / "sheet.png").exists())

    def test_one_picture_is_too_few(self):
        self.bad(1, "at least 2", "eval", "--fake", self.pictures(1), "--real", self.pictures(4, "more"),
                 "--weights-dir", WEIGHTS)


if __name__ == "__main__":
    main()
