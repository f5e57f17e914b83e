"""`centigan eval`: numbers with their recipes, of runs and of folders. Skipped without the metric network."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import time
import unittest

from cli import CliTest, INTERPOSE, PROGRAM, TINY, folder_hash, main

WEIGHTS = pathlib.Path(os.environ.get("CENTIGAN_WEIGHTS") or
                       pathlib.Path(__file__).resolve().parents[2] / "share/centigan/weights")
HAVE_WEIGHTS = (WEIGHTS / "inception-2015-12-05.safetensors").exists()


class WithoutWeights(CliTest):
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
        self.assertEqual((again["metric"], again["fakes"], again["reals"]), ("FID", best["fakes"], best["reals"]))
        self.assertEqual(again["images"], best["images"])
        self.assertAlmostEqual(again["value"], best["value"], places=3)

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
        numbers = {line["metric"]: line["value"]
                   for line in map(json.loads, (self.folder / "numbers.jsonl").read_text().splitlines())}
        self.assertLess(abs(numbers["FID"]), 1e-3)
        self.assertEqual((numbers["precision(k=3)"], numbers["nearest-count(flip=1)"]), (1, 10))
        self.assertTrue((self.folder / "sheet.png").exists())

    def test_a_folder_that_changes_is_an_error(self):
        folder = self.pictures(10)
        self.bad(1, "changed while it was read", "eval", "--fake", folder, "--real", folder, "--weights-dir", WEIGHTS,
                 environment={"LD_PRELOAD": INTERPOSE, "CENTIGAN_FAIL_CALL": "open", "CENTIGAN_FAIL_AT": "4",
                              "CENTIGAN_FAIL_SUFFIX": "1f602.png", "CENTIGAN_FAIL_ERRNO": "EACCES"})

    def test_one_picture_is_too_few(self):
        self.bad(1, "at least 2", "eval", "--fake", self.pictures(1), "--real", self.pictures(4, "more"),
                 "--weights-dir", WEIGHTS)


if __name__ == "__main__":
    main()
