"""`centigan eval`: numbers with their recipes, of runs and of folders. Skipped without the metric network."""
import json
import os
import pathlib
import unittest

from cli import CliTest, INTERPOSE, folder_hash, main

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
