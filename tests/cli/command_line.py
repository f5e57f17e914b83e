"""Wrong command lines: exit 2, one sentence with a hint, and a disk that is as it was."""
from cli import CliTest, folder_hash, main, TINY

TRAIN = ["train", "--data", "pictures", *TINY]

WRONG = [
    (["trian"], "did you mean train"),
    (["--verison"], "no such verb"),
    (["help", "trian"], "did you mean train"),
    (["train", "--batsh", "4"], "--batsh: no such flag.*\n.*--batch"),
    (["train", "trainer.bacth=4"], "no such flag"),
    (["train", "model.lite.width=8"], "did you mean --model.lite.widths"),
    (["train", "pictures"], "unexpected word"),
    (["train", "--data"], "--data: needs a value"),
    (["train", "--data", "--batch", "4"], "--data: needs a value"),
    (["train"], "--data: missing"),
    (TRAIN + ["--data.holdout", "3"], "3 of 4 pictures is not from 1 to 2"),
    (TRAIN + ["--data.subset", "0%"], "0% of 4 pictures is not from 2 to 4"),
    (["train", "--preset", "quickstart"], "--data: missing"),
    (["train", "--preset", "quickstrat", "--data", "pictures"], "quickstart"),
    (TRAIN + ["--batch", "4", "--batch", "8"], "given twice"),
    (TRAIN + ["--data.path", "pictures"], "given twice"),
    (TRAIN + ["--batch", "four"], "four"),
    (TRAIN + ["--batch", "0"], "batch"),
    (TRAIN + ["--batch=-4"], "batch"),
    (TRAIN + ["--batch", "99999999999999999999"], "batch"),
    (TRAIN + ["--data.fit", "zoom"], "zoom"),
    (TRAIN + ["--data.mirror=perhaps"], "mirror"),
    (TRAIN + ["--model.lite.demodulate", "maybe"], "unexpected word|demodulate"),
    (TRAIN + ["--trainer.g_opt.lr", "nan"], "lr"),
    (TRAIN + ["--trainer.g_opt.lr", "0:1,0:2"], "lr"),
    (TRAIN + ["--augment", "colour"], "color"),
    (TRAIN + ["--augment", "translation:ration=0.1"], "ratio"),
    (TRAIN + ["--loss.objective", "saturating"], "nonsaturating"),
    (TRAIN + ["--trainer.device", "tpu"], "tpu"),
    (TRAIN + ["--dry-run=yes"], "takes no value"),
    (TRAIN + ["--time-limit", "soon"], "--time-limit: soon is no span of time\n.*90m"),
    (TRAIN + ["--time-limit", "90"], "--time-limit: 90 is no span"),
    (TRAIN + ["--time-limit", "0s"], "--time-limit: 0s is no span"),
    (TRAIN + ["--time-limit=-5m"], "--time-limit: -5m is no span"),
    (TRAIN + ["--time-limit", "1h30"], "--time-limit: 1h30 is no span"),
    (TRAIN + ["--patience", "5"], "trainer.patience.*\n.*--eval-every KIMG"),
    (TRAIN + ["--trainer.metric", "fdi"], "did you mean fid"),
    (TRAIN + ["--config", "bad.txt"], "bad.txt.*line 2.*r1_gama.*\n.*r1_gamma"),
    (["train", "--data", "pictures", "--preset", "quickstart", "--resolution", "48"], "48"),
    (["train", "--data", "pictures", "--preset", "quickstart", "--model", "lyte"], "lite"),
    (["generate", "--from", "run"], "--out: missing"),
    (["generate", "--out", "pictures"], "--from: missing"),
    (["generate", "--from", "run", "--out", "new", "--seeds", "9-3"], "not a list"),
    (["generate", "--from", "run", "--out", "new", "--seeds", "1,,2"], "not a list"),
    (["generate", "--from", "run", "--out", "new", "--trunc", "high"], "not a number"),
    (["generate", "--from", "run", "--out", "new", "--noise", "some"], "not one of random, const, none"),
    (["generate", "--from", "run", "--out", "new", "--seeds", "1", "--ws", "w.npy"], "more than one is given"),
    (["run"], "FILE: missing"),
    (["run", "model.cgm"], "--out: missing"),
    (["run", "model.cgm", "--out", "a.png", "--trunc", "1.5"], "not a number from 0 to 1"),
    (["run", "a.cgm", "--out", "a.png", "--seed", "1", "--seeds", "0-3"], "both are given"),
    (["run", "a.cgm", "--out", "a.jpg"], "is no name of a PNG file"),
    (["run", "a.cgm", "b.cgm", "--out", "a.png"], "unexpected word"),
    (["inspect", "nothing"], "no such file"),
    (["inspect", "bad.txt", "--hash"], "--hash needs a run"),
    (["eval"], "--from RUN"),
    (["eval", "--fake", "pictures"], "--real"),
    (["eval", "--from", "run", "--fakes", "1"], "not a whole number"),
    (["augment", "--data", "pictures"], "--out: missing"),
    (["augment", "--data", "pictures", "--out", "a.png", "--policy", "cutuot"], "cutout"),
    (["augment", "--data", "pictures", "--out", "a.png", "--policy", "acme::swirl"], "acme::swirl.*\n.*--plugin FILE"),
    (["augment", "--data", "pictures", "--out", "a.png", "--strength", "1.5"], "not a number from 0 to 1"),
    (["augment", "--data", "pictures", "--out", "a.png", "--policy", "cutout:p=0.5", "--strength", "0.5"],
     "--strength: given, while --policy gives cutout a p= of its own"),
    (TRAIN + ["--augment", "ada:bgd"], "bgd.*\n.*did you mean bg"),
    (TRAIN + ["--trainer.adapt.mode", "always"], "one of off, policy, step"),
    (TRAIN + ["--trainer.adapt.mode", "policy", "--augment", "cutout:p=0.5"],
     "trainer.adapt.mode.*trainer.augment gives cutout a fixed p="),
    (["doctor", "--all"], "no such flag"),
]


class WrongCommandLines(CliTest):
    def test_each_leaves_the_disk_untouched(self):
        self.pictures(4)
        (self.folder / "bad.txt").write_text("# settings\nloss.r1_gama = 1\n")
        before = folder_hash(self.folder)
        for arguments, pattern in WRONG:
            with self.subTest(" ".join(arguments)):
                process = self.bad(2, pattern, *arguments)
                self.assertEqual(process.stdout, "")
                self.assertEqual(folder_hash(self.folder), before)


class Help(CliTest):
    def test_asked_for_help_is_on_stdout(self):
        for arguments in (["help"], ["--help"], ["-h"], ["help", "train"], ["train", "--help"], ["doctor", "-h"]):
            process = self.run_program(*arguments)
            self.assertEqual((process.returncode, process.stderr), (0, ""))
            self.assertIn("usage: centigan", process.stdout)

    def test_no_words_is_a_mistake(self):
        process = self.run_program()
        self.assertEqual((process.returncode, process.stdout), (2, ""))
        self.assertIn("usage: centigan", process.stderr)

    def test_train_help_lists_every_field_with_its_default(self):
        page = self.good("train", "--help")
        for line in ("--data.fit text", "--model.lite.widths ints", "--trainer.g_opt.lr curve", "--loss.r1_gamma float",
                     "Short: --save-every."):
            self.assertIn(line, page)
        self.assertRegex(page, r"--trainer\.batch int +Pictures that networks see at once\. .*\(16\)")

    def test_version(self):
        self.assertRegex(self.good("--version"), r"\Acentigan \d+\.\d+\.\d+ \(LibTorch 2\.11")


class Spellings(CliTest):
    def test_all_forms_of_a_flag_are_one(self):
        pages = set()
        data = self.pictures(4)
        for form in (["--trainer.save_every", "0.1"], ["--trainer.save-every=0.1"], ["trainer.save_every=0.1"],
                     ["save-every=0.1"], ["--save_every", "0.1"]):
            arguments = [a for a in TINY if a not in ("--save-every", "0.16")]
            text = self.good("train", "--data", data, "--out", "x", "--dry-run", *arguments, *form)
            pages.add(text[text.index("trainer.kimg"):text.index("trainer.device")])
        self.assertEqual(len(pages), 1)
        self.assertIn("trainer.save_every = 0.1", pages.pop())

    def test_flags_win_over_the_file_and_the_file_over_the_preset(self):
        data = self.pictures(4)
        (self.folder / "c.txt").write_text("trainer.batch = 8\ntrainer.pieces = 1\n")
        text = self.good("train", "--data", data, *TINY, "--config", "c.txt", "--batch", "4", "--dry-run")
        self.assertIn("trainer.batch = 4\n", text)
        self.assertIn("trainer.pieces = 1\n", text)


if __name__ == "__main__":
    main()
