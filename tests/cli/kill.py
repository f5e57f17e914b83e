"""Runs that are killed at random moments and started again end in the bits of an undisturbed run.

Each run is killed ten times, twice at any moment after its start and else some time after it has saved; then once inside
a save and once by TERM. CENTIGAN_KILLS asks for more (a few seconds each), CENTIGAN_KILL_SEED for other moments.
"""
import json
import os
import random
import signal
import subprocess
import time

from cli import CliTest, INTERPOSE, PROGRAM, main

KILLS = int(os.environ.get("CENTIGAN_KILLS", "10"))
EARLY = KILLS // 5  # may come before the first save of their process
SAVE_EVERY = 3      # steps
BATCH = 16

COMMON = ["--model.precision", "float32", "--save-every", str(SAVE_EVERY * BATCH / 1000),
          "--trainer.tick", "0.032", "--trainer.grid_every", "0.32",
          "--trainer.adapt.mode", "policy", "--trainer.adapt.kimg", "0.3", "--trainer.adapt.target", "-0.5"]
SMALL = ["--resolution", "16", "--batch", str(BATCH), *COMMON]
LITE = ["--preset", "quickstart", *SMALL, "--model.lite.widths", "8,8,8", "--model.lite.d_widths", "8,8,8",
        "--model.lite.z_dim", "16", "--model.lite.w_dim", "16", "--model.lite.rgb_first", "1",
        "--augment", "color,translation,cutout", "--loss.share_fakes", "false", "--loss.r1_on", "augmented",
        "--loss.lecam", "0.3", "--loss.lecam_warmup", "10", "--loss.pl_weight", "1", "--loss.r1_gamma", "1"]
STYLEGAN2 = ["--preset", "low-shot-256", *SMALL, "--model.stylegan2.channel_base", "64",
             "--model.stylegan2.channel_max", "8", "--model.stylegan2.z_dim", "8", "--model.stylegan2.w_dim", "8",
             "--model.stylegan2.mapping_layers", "2", "--augment", "ada:bgc", "--loss.r1_interval", "16",
             "--loss.pl_weight", "2"]
# Two updates of D with eight pictures each are a step.
BIGGAN = ["--preset", "biggan-cifar", "--batch", str(BATCH // 2), *COMMON, "--model.classes", "0", "--threads", "1",
          "--model.biggan.g_ch", "2", "--model.biggan.d_ch", "2", "--model.biggan.dim_z", "16",
          "--model.biggan.hier", "true", "--model.biggan.g_shared", "true", "--trainer.d_steps", "2",
          "--loss.cr", "10", "--loss.cr_augment", "flip,translation", "--loss.lecam", "0.3", "--loss.lecam_warmup", "10"]


class Killed(CliTest):
    def command(self, out):
        return ["train", "--data", str(self.data), "--out", out, *self.flags]

    def saved(self):
        """Pictures of the newest checkpoint, 0 without one."""
        names = [path.stem for path in (self.folder / "run/checkpoints").glob("*.h5") if path.stem.isdigit()]
        return max(map(int, names), default=0)

    def start(self, **environment):
        process = subprocess.Popen([PROGRAM, *self.command("run")], cwd=self.folder, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True, env={**os.environ, **environment})
        self.addCleanup(process.kill)
        return process

    def wait_until(self, process, condition):
        for _ in range(12000):
            if condition():
                return
            self.assertIsNone(process.poll(), "ended before it was killed: " + str(process.poll()))
            time.sleep(0.01)
        self.fail("nothing was saved in two minutes")

    def kill_once(self, early):
        """True if the process had saved before it was killed."""
        before, begun = self.saved(), time.monotonic()
        process = self.start()
        if early:
            time.sleep(self.moments.uniform(0, self.first_save))
        else:
            wanted = before + self.moments.randint(1, 2) * SAVE_EVERY * BATCH
            self.wait_until(process, lambda: self.saved() > before)
            self.first_save = time.monotonic() - begun
            self.wait_until(process, lambda: self.saved() >= wanted)
            time.sleep(self.moments.uniform(0, self.interval))
        process.kill()
        process.communicate()
        self.assertEqual(process.returncode, -signal.SIGKILL, "it ended before it was killed; it needs to be longer")
        self.assertGreaterEqual(self.saved(), before, "a kill lost what was saved")
        return self.saved() > before

    def kill_inside_a_save(self):
        before = self.saved()
        process = self.start(LD_PRELOAD=INTERPOSE, CENTIGAN_FAIL_CALL="fsync", CENTIGAN_FAIL_SUFFIX=".h5",
                             CENTIGAN_FAIL_AT="2", CENTIGAN_FAIL_ERRNO="kill")
        process.communicate(timeout=120)
        self.assertEqual(process.returncode, -signal.SIGKILL)
        self.assertEqual(self.saved(), before + SAVE_EVERY * BATCH)
        self.assertEqual(len(list((self.folder / "run/checkpoints").glob("*.tmp.*"))), 1)

    def terminate(self):
        before = self.saved()
        process = self.start()
        self.wait_until(process, lambda: self.saved() > before)
        process.terminate()
        _, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1, errors)

    def stats(self, out):
        """Lines of stats.jsonl without what depends on the clock and the machine."""
        lines = [json.loads(line) for line in (self.folder / out / "stats.jsonl").read_text().splitlines()]
        return [{key: value for key, value in line.items() if key.split("/")[0] not in ("Timing", "Resources")}
                for line in lines]

    def measure_pace(self):
        """Seconds from save to save, and from the start to the first save: machines differ, and so do their loads."""
        rates = sorted(json.loads(line)["Timing/img_per_sec"]
                       for line in (self.folder / "straight/stats.jsonl").read_text().splitlines())
        self.interval = SAVE_EVERY * BATCH / rates[len(rates) // 2]
        self.first_save = 0.5 + self.interval

    def end_as_if_undisturbed(self, flags):
        self.moments = random.Random(int(os.environ.get("CENTIGAN_KILL_SEED", "5")))
        self.data = self.pictures()
        self.flags = [*flags, "--kimg", str((4 * KILLS + 10) * SAVE_EVERY * BATCH / 1000)]
        self.good(*self.command("straight"))
        self.measure_pace()
        early = set(self.moments.sample(range(KILLS), EARLY))
        after_save = sum(self.kill_once(kill in early) for kill in range(KILLS))
        self.kill_inside_a_save()
        self.terminate()
        self.good(*self.command("run"))
        print(f"{KILLS} kills, {after_save} of them after a save, one inside a save, one TERM")
        self.assertGreaterEqual(after_save, KILLS * 8 // 10)
        self.assertEqual(self.good("inspect", "--hash", "run"), self.good("inspect", "--hash", "straight"))
        self.assertEqual(self.stats("run"), self.stats("straight"))
        self.assertEqual(list((self.folder / "run").rglob("*.tmp.*")), [])

    def test_lite_with_augmentation_and_every_kind_of_state(self):
        self.end_as_if_undisturbed(LITE)

    def test_biggan_as_published(self):
        self.end_as_if_undisturbed(BIGGAN)

    def test_stylegan2_with_ada(self):
        self.end_as_if_undisturbed(STYLEGAN2)


if __name__ == "__main__":
    main()
