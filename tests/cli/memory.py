"""Runs with less memory than they want: they go on with smaller pieces, or end with one sentence."""
import re
import resource
import subprocess
import time

from cli import CliTest, INTERPOSE, PROGRAM, main

WIDE = ["--preset", "quickstart", "--resolution", "64", "--model.lite.widths", "32,32,32,32,32",
        "--model.lite.d_widths", "32,32,32,32,32", "--model.precision", "float32", "--batch", "64", "--kimg", "0.256",
        "--threads", "1", "--save-every", "1", "--trainer.grid_every", "1",
        "--loss.share_fakes", "false"]


def limit_to(addresses):
    return lambda: resource.setrlimit(resource.RLIMIT_AS, (addresses, addresses))


class Memory(CliTest):
    def command(self, out, *more):
        return ["train", "--data", str(self.data), "--out", out, *WIDE, *more]

    def address_space(self, *more):
        """Most bytes of addresses that a run has had, under a limit that is far away."""
        process = subprocess.Popen([PROGRAM, *self.command("measured" + more[-1], *more)], cwd=self.folder,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=limit_to(64 << 30))
        most = 0
        while process.poll() is None:
            with open(f"/proc/{process.pid}/status") as status:
                found = re.search(r"VmPeak:\s+(\d+) kB", status.read())
            most = int(found[1]) * 1024 if found else most
            time.sleep(0.02)
        self.assertEqual(process.returncode, 0)
        return most

    def limited(self, limit, out, *more):
        return self.run_program(*self.command(out, *more), preexec_fn=limit_to(limit))

    def test_a_run_goes_on_with_smaller_pieces(self):
        self.data = self.pictures()
        whole, small = self.address_space("--trainer.pieces", "1"), self.address_space("--trainer.pieces", "8")
        self.assertGreater(whole - small, 100e6)
        process = self.limited((whole + small) // 2, "run", "--trainer.pieces", "1")
        self.assertEqual(process.returncode, 0, process.stderr)
        sizes = re.findall(r"warning: train: step 0, \w+: out of memory.*goes on from the start with pieces of (\d+) "
                           r"pictures\n", process.stderr)
        self.assertGreaterEqual(len(sizes), 1, process.stderr)
        self.good(*self.command("told", "--trainer.pieces", str(64 // int(sizes[-1]))))
        self.assertEqual(self.good("inspect", "--hash", "run"), self.good("inspect", "--hash", "told"))

    def test_too_little_for_the_smallest_pieces_is_one_sentence(self):
        self.data = self.pictures()
        small = self.address_space("--trainer.pieces", "8")
        process = self.limited(small - 64 * 10**6, "run", "--trainer.pieces", "8")
        self.assertEqual(process.returncode, 1, process.stderr)
        self.assertRegex(process.stderr, r"out of memory.*\n  hint: ")


class Disk(CliTest):
    TINY = ["--preset", "quickstart", "--resolution", "16", "--model.lite.widths", "8,8,8", "--kimg", "0.32",
            "--model.lite.d_widths", "8,8,8", "--model.lite.z_dim", "16", "--model.lite.w_dim", "16",
            "--model.lite.rgb_first", "1", "--save-every", "0.16"]

    def test_a_full_disk_is_noticed_before_anything_is_written(self):
        data = self.pictures()
        full = {"LD_PRELOAD": INTERPOSE, "CENTIGAN_FREE_BYTES": "1000000"}
        self.good("train", "--data", data, "--out", "run", *self.TINY)
        before = sorted(path.name for path in (self.folder / "run/checkpoints").iterdir())
        longer = [a if a != "0.32" else "0.8" for a in self.TINY]
        process = self.run_program("train", "--data", data, "--out", "run", *longer, environment=full)
        self.assertEqual(process.returncode, 1)  # the last save is the run itself
        self.assertRegex(process.stderr, r"warning: checkpoint: run/checkpoints/0000480.h5: needs \d+ MB on a disk where "
                                         r"1 MB are free; training goes on\n")
        self.assertRegex(process.stderr, r"checkpoint: run/checkpoints/0000800.h5: needs .*\n  hint: free some space")
        self.assertEqual(sorted(path.name for path in (self.folder / "run/checkpoints").iterdir()), before)
        self.bad(1, "0000480.h5: needs", "train", "--data", data, "--out", "run", *longer, "--on-save-error", "stop",
                 environment=full)
        self.good("train", "--data", data, "--out", "run", *longer)


if __name__ == "__main__":
    main()
