"""A run from its first step to its pictures; what stops it, and how it goes on."""
import json
import resource
import signal
import subprocess
import time

from cli import CliTest, INTERPOSE, PROGRAM, TINY, folder_hash, main


class Training(CliTest):
    def test_a_run_has_its_files_and_draws(self):
        run = self.tiny_run()
        for name in ("config.txt", "log.txt", "stats.jsonl", "reals.png", "checkpoints"):
            self.assertTrue((run / name).exists(), name)
        for line in (run / "stats.jsonl").read_text().splitlines():
            json.loads(line)
        self.good("generate", "--from", run, "--seeds", "0-3", "--out", "drawn", "--raw", "drawn.npy")
        self.assertEqual(sorted(path.name for path in (self.folder / "drawn").iterdir()),
                         ["grid.png"] + [f"seed0000{i}.png" for i in range(4)])
        self.assertIn("Float [4, 3, 16, 16]", self.good("inspect", "drawn.npy"))

    def test_one_seed_is_one_picture(self):
        run = self.tiny_run()
        self.good("generate", "--from", run, "--seeds", "0-19", "--out", "many")
        self.good("generate", "--from", run, "--seeds", "17", "--out", "one")
        self.assertEqual((self.folder / "one/seed00017.png").read_bytes(),
                         (self.folder / "many/seed00017.png").read_bytes())

    def test_same_seed_same_bits_and_a_finished_run_says_so(self):
        data = self.pictures()
        first, second = self.tiny_run(out="a", data=data), self.tiny_run(out="b", data=data)
        self.assertEqual(self.good("inspect", "--hash", first), self.good("inspect", "--hash", second))
        before = self.good("inspect", "--hash", first)
        self.assertIn("is finished", self.good("train", "--data", data, "--out", "a", *TINY))
        self.assertEqual(self.good("inspect", "--hash", first), before)
        other = self.tiny_run("--seed", "1", out="c", data=data)
        self.assertNotEqual(self.good("inspect", "--hash", other), before)

    def test_default_out_is_the_next_free_folder(self):
        data = self.pictures()
        for _ in range(2):
            self.good("train", "--data", data, *TINY)
        self.assertEqual(sorted(path.name for path in (self.folder / "runs").iterdir()),
                         ["00000-pictures-lite", "00001-pictures-lite"])

    def test_dry_run_writes_nothing(self):
        data = self.pictures()
        before = folder_hash(self.folder)
        text = self.good("train", "--data", data, "--out", "run", *TINY, "--dry-run")
        self.assertIn("trainer.batch = 16", text)
        self.assertEqual(folder_hash(self.folder), before)

    def test_quiet_prints_nothing(self):
        process = self.run_program("train", "--data", self.pictures(), "--out", "run", *TINY, "--quiet")
        self.assertEqual((process.returncode, process.stdout, process.stderr), (0, "", ""))


class Automatic(CliTest):
    FLAGS = ["--resolution", "16", "--trainer.device", "cpu"]

    def test_settings_follow_from_the_pictures_and_a_run_keeps_them(self):
        data = self.pictures()
        text = self.good("train", "--data", data, "--out", "run", "--kimg", "0.064", *self.FLAGS)
        self.assertRegex(text, r"auto: model lite: .*\n(.*\n)*  auto: .*kimg")
        self.assertIn("preset = auto\n", (self.folder / "run/config.txt").read_text())
        self.assertIn("is finished", self.good("train", "--out", "run"))
        self.assertIn("is finished", self.good("train", "--data", data, "--out", "run", "--preset", "auto"))
        self.bad(2, "trainer.batch: stored 16, now 8", "train", "--out", "run", "--batch", "8")
        self.bad(2, "another configuration", "train", "--data", data, "--out", "run", "--preset", "cifar")
        self.assertIn("resumes from", self.good("train", "--out", "run", "--kimg", "0.128"))

    def test_a_part_of_the_pictures_is_named_in_the_run_folder(self):
        run = self.tiny_run("--data.subset", "8", "--data.holdout", "25%", "--trainer.tick", "0.16")
        names = [(run / f"pictures-{part}.txt").read_text().split("\n")[:-1] for part in ("trained", "held-out")]
        self.assertEqual([len(part) for part in names], [6, 2])
        self.assertEqual(len(set(names[0] + names[1])), 8)
        self.assertRegex((run / "log.txt").read_text(), r", D real -?[0-9.]+ held-out -?[0-9.]+ fake -?[0-9.]+, ")
        again = self.tiny_run("--data.subset", run / "pictures-trained.txt", "--trainer.tick", "0.16", out="again",
                              data="pictures")
        last = [json.loads((folder / "stats.jsonl").read_text().splitlines()[-1]) for folder in (run, again)]
        self.assertEqual(last[0]["Loss/D/loss"], last[1]["Loss/D/loss"])
        self.assertNotIn("Overfit/r_v", last[1])


class Adaptive(CliTest):
    def test_strength_is_logged_hashed_and_goes_on_after_a_stop(self):
        data = self.pictures()
        steer = ["--trainer.adapt.mode", "policy", "--trainer.adapt.kimg", "0.2", "--trainer.adapt.target", "-0.9"]
        straight = self.tiny_run(*steer, out="straight", data=data)
        self.assertRegex((straight / "log.txt").read_text(), r", p 0\.[0-9]+, r -?[01]\.")
        run = self.tiny_run(*steer, data=data)
        (run / "checkpoints/0000320.h5").unlink()  # as if it had been killed after the first one
        self.assertIn("resumes from", self.good("train", "--data", data, "--out", "run", *TINY, *steer))
        hashes = [self.good("inspect", "--hash", folder) for folder in (straight, run)]
        self.assertEqual(hashes[0], hashes[1])


class OtherConfigurations(CliTest):
    def test_they_are_refused_with_their_differences(self):
        data = self.pictures()
        run = self.tiny_run(data=data)
        before = folder_hash(run)
        for more, pattern in ((["--batch", "8"], "trainer.batch: stored 16, now 8"),
                              (["--seed", "9"], "trainer.seed"),
                              (["--augment", "color"], "trainer.augment"),
                              (["--model.lite.widths", "8,8,16"], "model.lite.widths")):
            flags = list(TINY)
            if more[0] in flags:
                at = flags.index(more[0])
                del flags[at:at + 2]
            self.bad(2, pattern, "train", "--data", data, "--out", run, *flags, *more)
            self.assertEqual(folder_hash(run), before)

    def test_other_pictures_are_refused(self):
        run = self.tiny_run(data=self.pictures(10))
        before = folder_hash(run / "checkpoints")
        self.bad(2, "other pictures", "train", "--data", self.pictures(9, "fewer"), "--out", run, *TINY)
        self.assertEqual(folder_hash(run / "checkpoints"), before)

    def test_a_folder_with_other_files_is_no_run(self):
        data = self.pictures()
        (self.folder / "run").mkdir()
        (self.folder / "run/thesis.txt").write_text("precious")
        self.bad(2, "thesis.txt", "train", "--data", data, "--out", "run", *TINY)
        self.assertEqual((self.folder / "run/thesis.txt").read_text(), "precious")


class Damage(CliTest):
    def test_a_damaged_checkpoint_is_named_and_the_older_one_used(self):
        run = self.tiny_run()
        old, new = sorted((run / "checkpoints").glob("*.h5"))
        content = bytearray(new.read_bytes())
        content[len(content) // 2] ^= 1
        new.write_bytes(content)
        self.bad(1, new.name + ".*checksum differs", "inspect", new)
        process = self.run_program("generate", "--from", run, "--seeds", "0", "--out", "drawn")
        self.assertEqual(process.returncode, 0)
        self.assertIn(new.name, process.stderr)
        self.assertIn(old.name, process.stdout)
        old.write_bytes(old.read_bytes()[:-100])
        self.bad(1, "all 2 checkpoints are damaged", "generate", "--from", run, "--seeds", "0", "--out", "drawn")

    def test_more_memory_than_there_is(self):
        wanted = ["--batch", "1000000000000", "--dry-run", "--out", "new"]
        self.bad(1, "out of memory: [0-9]+ MB were asked for", "train", "--data", self.pictures(), *TINY, *wanted)

    def test_folders_that_cannot_be_written(self):
        (self.folder / "file").touch()
        run = self.tiny_run()
        self.bad(1, "file: .*\n.*a file has that name", "generate", "--from", run, "--out", "file")
        self.bad(1, "no/a.npy: cannot create", "generate", "--from", run, "--raw", "no/a.npy")

    def test_wrong_files_are_named(self):
        (self.folder / "text.h5").write_text("this is no checkpoint, only some text")
        (self.folder / "text.cgm").write_text("this is no model")
        (self.folder / "text.npy").write_text("this is no array")
        (self.folder / "text.safetensors").write_text("no tensors")
        (self.folder / "text.doc").write_text("anything")
        (self.folder / "empty").touch()
        for name in ("text.h5", "text.cgm", "text.npy", "text.safetensors", "text.doc", "empty"):
            self.bad(1, name, "inspect", name)
        self.bad(1, "text.h5", "generate", "--from", "text.h5", "--out", "drawn")
        self.bad(1, "text.cgm", "run", "text.cgm", "--out", "a.png")
        (self.folder / "folder").mkdir()
        self.bad(1, "no checkpoint", "generate", "--from", "folder", "--out", "drawn")
        self.assertFalse((self.folder / "drawn").exists())

    def test_vectors_of_another_shape_are_refused(self):
        run = self.tiny_run()
        self.good("generate", "--from", run, "--seeds", "0", "--raw", "picture.npy")
        self.bad(1, "picture.npy", "generate", "--from", run, "--latents", "picture.npy", "--out", "drawn")


class FullDisk(CliTest):
    def failing(self, error, call="write", suffix=".h5"):
        return {"LD_PRELOAD": INTERPOSE, "CENTIGAN_FAIL_CALL": call, "CENTIGAN_FAIL_SUFFIX": suffix,
                "CENTIGAN_FAIL_ERRNO": error, "CENTIGAN_FAIL_COUNT": "0"}

    def test_a_save_that_fails_leaves_the_older_checkpoint(self):
        data = self.pictures()
        run = self.tiny_run(data=data)
        saved = folder_hash(run / "checkpoints")
        longer = [a if a != "0.32" else "0.64" for a in TINY]
        for error in ("ENOSPC", "EIO", "EROFS"):
            process = self.run_program("train", "--data", data, "--out", run, *longer, "--on-save-error", "stop",
                                       environment=self.failing(error))
            self.assertEqual(process.returncode, 1, process.stderr)
            self.assertRegex(process.stderr, r"\.h5[^ ]*: cannot .*\n  hint: ")
            self.assertEqual(folder_hash(run / "checkpoints"), saved)
        self.good("train", "--data", data, "--out", run, *longer)

    def test_a_read_only_output_folder(self):
        self.bad(1, "run.*Read-only file system", "train", "--data", self.pictures(), "--out", "run", *TINY,
                 environment=self.failing("EROFS", "mkdir", "run"))
        self.assertFalse((self.folder / "run").exists())

    def test_pictures_on_a_full_disk(self):
        run = self.tiny_run()
        self.bad(1, "seed00000.png.*No space left", "generate", "--from", run, "--seeds", "0", "--out", "drawn",
                 environment=self.failing("ENOSPC", "write", ".png"))
        self.assertEqual(list((self.folder / "drawn").iterdir()), [])

    def test_a_file_size_limit(self):
        run = self.tiny_run()
        before = folder_hash(run)
        self.bad(1, "drawn.npy", "generate", "--from", run, "--seeds", "0-31", "--raw", "drawn.npy",
                 preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192)))
        self.assertFalse((self.folder / "drawn.npy").exists())
        self.assertEqual(folder_hash(run), before)


class Signals(CliTest):
    def start(self, data, kimg="50", out="run"):
        flags = [a if a != "0.32" else kimg for a in TINY]
        process = subprocess.Popen([PROGRAM, "train", "--data", str(data), "--out", out, *flags], cwd=self.folder,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        return process

    def wait_for_checkpoint(self, process, out="run"):
        folder = self.folder / out / "checkpoints"
        for _ in range(1200):
            if list(folder.glob("*[0-9].h5")):
                return
            self.assertIsNone(process.poll(), "ended before it saved")
            time.sleep(0.1)
        self.fail("no checkpoint after two minutes")

    def test_interrupt_and_terminate_save_and_exit_1(self):
        data = self.pictures()
        for number in (signal.SIGINT, signal.SIGTERM):
            out = f"run-{int(number)}"
            process = self.start(data, out=out)
            self.wait_for_checkpoint(process, out)
            process.send_signal(number)
            output, errors = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 1, errors)
            self.assertRegex(output, rf"signal {int(number)}: stopped at [\d.]+ kimg and saved; the same command")
            self.assertEqual(list((self.folder / out).rglob("*.tmp.*")), [])
            self.good("generate", "--from", out, "--seeds", "0", "--out", "drawn")

    def test_hang_up_does_not_end_a_run_and_usr1_saves(self):
        data = self.pictures()
        flags = [a if a != "0.32" else "50" for a in TINY]
        process = subprocess.Popen([PROGRAM, "train", "--data", str(data), "--out", "run", *flags], cwd=self.folder,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        self.wait_for_checkpoint(process)
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGUSR1)
        saves = (self.folder / "run/log.txt").read_text().count("  saved ")
        for _ in range(600):
            if (self.folder / "run/log.txt").read_text().count("  saved ") > saves:
                break
            time.sleep(0.1)
        self.assertIsNone(process.poll())
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1)

    def test_interrupted_drawing_leaves_no_part_of_a_file(self):
        run = self.tiny_run()
        process = subprocess.Popen([PROGRAM, "generate", "--from", run, "--seeds", "0-99999", "--raw", "all.npy"],
                                   cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        time.sleep(3)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1, errors)
        self.assertRegex(errors, r"generate: \d+ of 100000 pictures: stopped by a signal\n  hint: ")
        self.assertEqual([path.name for path in self.folder.glob("all*")], [])

    def test_a_killed_run_ends_in_the_same_bits(self):
        data = self.pictures()
        flags = [a if a != "0.32" else "0.96" for a in TINY]
        self.good("train", "--data", data, "--out", "straight", *flags)
        process = self.start(data, "0.96")
        self.wait_for_checkpoint(process)
        process.kill()
        process.communicate()
        self.good("train", "--data", data, "--out", "run", *flags)
        self.assertIn("resumes from", (self.folder / "run/log.txt").read_text())
        self.assertEqual(self.good("inspect", "--hash", "run"), self.good("inspect", "--hash", "straight"))


class Limits(CliTest):
    def test_a_time_limit_saves_leaves_in_time_and_the_same_command_goes_on(self):
        data = self.pictures()
        flags = [a if a != "0.32" else "5000" for a in TINY if a not in ("--save-every", "0.16")]
        begun = time.monotonic()
        output = self.good("train", "--data", data, "--out", "run", *flags, "--time-limit", "8s")
        self.assertLess(time.monotonic() - begun, 16)
        self.assertRegex(output, r"time limit: stopped at [\d.]+ kimg and saved; the same command goes on")
        first = sorted((self.folder / "run/checkpoints").iterdir())
        output = self.good("train", "--data", data, "--out", "run", *flags, "--time-limit", "0.1m")
        self.assertIn("resumes from run/checkpoints/" + first[-1].name, output)
        self.assertGreater(sorted((self.folder / "run/checkpoints").iterdir())[-1], first[-1])

    def test_checkpoints_for_good(self):
        flags = [a if a != "0.32" else "0.64" for a in TINY]
        self.good("train", "--data", self.pictures(), "--out", "run", *flags, "--trainer.keep-every", "0.3")
        self.assertEqual(sorted(path.name for path in (self.folder / "run/checkpoints").iterdir()),
                         ["0000320.h5", "0000480.h5", "0000640.h5"])


if __name__ == "__main__":
    main()
